/* Scripts of awk, taken apart.  A mistake ends the program, which here goes on with the next input:
 * what was allocated for it is not given back. */
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include "programs/lines/awk.h"

static jmp_buf ended;
static bool runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__asan_default_options(void);

const char *__asan_default_options(void) { return "detect_leaks=0"; }

/* In place of libc's. */
void _Exit(int status)
{
    if (runs)
        longjmp(ended, 1);
    _exit(status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2000)
        return 0;
    awk_p = (awk_program){.source = "fuzz"};
    runs = true;
    if (setjmp(ended) == 0)
        awk_parse((const char *)data, size);
    runs = false;
    return 0;
}
