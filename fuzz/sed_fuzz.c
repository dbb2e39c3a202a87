/* Scripts of sed, taken apart.  A mistake ends the program, which here goes on with the next input:
 * what was allocated for it is not given back. */
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

#include "programs/lines/sed.h"

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
    if (size < 1 || size > 2000)
        return 0;
    sed_o = (sed_options){.width = 70,
                          .sandbox = true,
                          .extended = data[0] & 1,
                          .posix = data[0] & 2,
                          .null_data = data[0] & 4};
    sed_script s = {0};
    prog_buf_put(&s.text, data + 1, size - 1);
    runs = true;
    if (setjmp(ended) == 0)
        sed_compile(&s);
    runs = false;
    free(s.text.p);
    free(s.c);
    return 0;
}
