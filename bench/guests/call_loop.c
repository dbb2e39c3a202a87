/* call_loop xxx: one call of the tool "noop" for each letter of its argument. */
#include "raw.h"

enum { MAX_BYTES = 32768, ANSWER = 60 };

#define HOST(name) __attribute__((import_module("boxagnts"), import_name(#name)))
HOST(call)
uint32_t host_call(const char *name, size_t name_len, const char *input, size_t input_len,
                   size_t *ret_size);
HOST(call_read) size_t host_call_read(size_t offset, char *p, size_t len);

static char *argv[2];
static char block[MAX_BYTES], answer[64];

void _start(void)
{
    size_t argc = 0, bytes = 0, n = 0;
    if (raw_args_sizes_get(&argc, &bytes) != 0 || argc != 2 || bytes > MAX_BYTES ||
        raw_args_get(argv, block) != 0)
        raw_proc_exit(1);
    for (volatile const char *c = argv[1]; *c; c++) {
        if (host_call("noop", 4, "{}", 2, &n) != 0 || n != ANSWER ||
            host_call_read(0, answer, n) != n || answer[0] != '{')
            raw_proc_exit(2);
    }
}
