/* answer ID: a sandbox that lives: each call of _start prints "ID COUNT\n", COUNT being how often
 * this very instance was called.  A wrong count or ID is another instance's memory. */
#include "raw.h"

enum { MAX_ARGS = 8, MAX_BYTES = 256 };

static char *argv[MAX_ARGS];
static char block[MAX_BYTES];
static uint32_t count;

static size_t decimal(uint32_t n, char out[10])
{
    char digits[10];
    size_t len = 0;
    do {
        digits[len++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    for (size_t i = 0; i < len; i++)
        out[i] = digits[len - 1 - i];
    return len;
}

void _start(void)
{
    char number[10];
    size_t argc = 0, bytes = 0, id_len = 0, n = 0;
    if (raw_args_sizes_get(&argc, &bytes) != 0 || argc < 2 || argc > MAX_ARGS ||
        bytes > MAX_BYTES || raw_args_get(argv, block) != 0)
        raw_proc_exit(1);
    while (((volatile char *)argv[1])[id_len]) /* volatile: else the compiler makes it a strlen */
        id_len++;
    const raw_iovec line[] = {
        {argv[1], id_len}, {" ", 1}, {number, decimal(++count, number)}, {"\n", 1}};
    if (raw_fd_write(1, line, sizeof line / sizeof line[0], &n) != 0 ||
        n != line[1].n + id_len + line[2].n + 1)
        raw_proc_exit(2);
}
