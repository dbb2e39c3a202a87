/* call_loop xxx: one call of the tool "noop" for each letter of its argument; an "a" is one that is
 * begun beside the caller, which then waits for it. */
#include "raw.h"

enum { MAX_BYTES = 32768, ANSWER = 60 };

#define HOST(name) __attribute__((import_module("boxagnts"), import_name(#name)))
HOST(call)
uint32_t host_call(const char *name, size_t name_len, const char *input, size_t input_len,
                   size_t *ret_size);
HOST(call_read) size_t host_call_read(size_t offset, char *p, size_t len);

HOST(call_start)
uint32_t host_call_start(const char *name, size_t name_len, const char *input, size_t input_len,
                         uint32_t *ret_job);
HOST(job_read) uint32_t host_job_read(uint32_t job, char *p, size_t len, size_t *ret_n);
HOST(job_drop) uint32_t host_job_drop(uint32_t job);
HOST(ready) uint32_t host_ready(uint32_t *subs, size_t n, uint64_t timeout_ns, size_t *ret_n);

static char *argv[2];
static char block[MAX_BYTES], answer[64];

static int call(void)
{
    size_t n = 0;
    return host_call("noop", 4, "{}", 2, &n) == 0 && n == ANSWER &&
           host_call_read(0, answer, n) == n && answer[0] == '{';
}

static int call_beside(void)
{
    uint32_t sub[4] = {1};
    size_t n = 0;
    return host_call_start("noop", 4, "{}", 2, &sub[1]) == 0 &&
           host_ready(sub, 1, UINT64_MAX, &n) == 0 && n == 1 &&
           host_job_read(sub[1], answer, ANSWER, &n) == 0 && n == ANSWER && answer[0] == '{' &&
           host_job_drop(sub[1]) == 0;
}

void _start(void)
{
    size_t argc = 0, bytes = 0;
    if (raw_args_sizes_get(&argc, &bytes) != 0 || argc != 2 || bytes > MAX_BYTES ||
        raw_args_get(argv, block) != 0)
        raw_proc_exit(1);
    for (volatile const char *c = argv[1]; *c; c++)
        if (!(*c == 'a' ? call_beside() : call()))
            raw_proc_exit(2);
}
