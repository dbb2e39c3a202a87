/* sock_*: there are none, and that is said as of any descriptor that is no socket. */
#include <errno.h>
#include <sys/socket.h>

#include "guest.h"

int main(void)
{
    __wasi_fd_t fd;
    __wasi_size_t n;
    __wasi_roflags_t flags;
    __wasi_iovec_t in = {(uint8_t *)&n, sizeof n};
    __wasi_ciovec_t out = {(const uint8_t *)"x", 1};
    for (__wasi_fd_t i = 0; i < 6; i++) {
        int want = i < 5 ? E(NOTSOCK) : E(BADF);
        EQ(__wasi_sock_accept(i, 0, &fd), want);
        EQ(__wasi_sock_recv(i, &in, 1, 0, &n, &flags), want);
        EQ(__wasi_sock_send(i, &out, 1, 0, &n), want);
        EQ(__wasi_sock_shutdown(i, __WASI_SDFLAGS_RD), want);
    }
    EQ(shutdown(1, SHUT_RDWR), -1);
    EQ(errno, ENOTSOCK);
    EQ(shutdown(99, SHUT_RD), -1);
    EQ(errno, EBADF);
    return 0;
}
