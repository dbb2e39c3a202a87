/* A guest given nothing finds nothing: no variables, an empty stdin, no directories. */
#include "guest.h"

int main(void)
{
    __wasi_size_t n, bytes;
    __wasi_prestat_t pre;
    char c;
    OK(__wasi_args_sizes_get(&n, &bytes));
    EQ(n, 1); /* its own name */
    OK(__wasi_environ_sizes_get(&n, &bytes));
    EQ(n, 0);
    EQ(bytes, 0);
    OK(__wasi_environ_get(NULL, NULL));
    OK(read_fd(0, &c, 1, &n));
    EQ(n, 0);
    EQ(__wasi_fd_prestat_get(3, &pre), E(BADF));
    EQ(open_errno(3, "x", 0, 0, 0, 0), E(BADF));
    YES(fopen("/etc/passwd", "r") == NULL);
    YES(fopen("x", "w") == NULL);
    return 0;
}
