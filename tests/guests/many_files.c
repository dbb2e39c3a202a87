/* Open descriptors up to the limit, MFILE beyond, and room again after closing one. */
#include "guest.h"

int main(void)
{
    make("f", "x");
    __wasi_fd_t last = SANDBOX + 1; /* what is above it */
    for (int i = 0; i < 20; i++) {
        __wasi_fd_t fd = OPEN("f", 0, R(FD_READ));
        EQ(fd, last + 1);
        last = fd;
    }
    EQ(open_errno(SANDBOX, "f", 0, 0, R(FD_READ), 0), E(MFILE));
    EQ(open_errno(SANDBOX, "new", 0, __WASI_OFLAGS_CREAT, R(FD_READ), 0), E(MFILE));
    OK(__wasi_fd_close(10));
    EQ(open_errno(SANDBOX, "new", 0, 0, 0, 0), E(NOENT)); /* it was not created either */
    EQ(OPEN("f", 0, R(FD_READ)), 10);
    return 0;
}
