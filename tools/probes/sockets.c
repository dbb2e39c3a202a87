/* sockets: use descriptors as sockets; preview1 has no way to open one, so none may answer. */
#include "probe.h"

static uint8_t byte;

static bool is_socket(__wasi_fd_t fd)
{
    __wasi_fd_t conn;
    __wasi_iovec_t in = {&byte, 1};
    __wasi_ciovec_t out = {&byte, 1};
    __wasi_size_t n;
    __wasi_roflags_t flags;
    return __wasi_sock_accept(fd, 0, &conn) == 0 ||
           __wasi_sock_recv(fd, &in, 1, 0, &n, &flags) == 0 ||
           __wasi_sock_send(fd, &out, 1, 0, &n) == 0 ||
           __wasi_sock_shutdown(fd, __WASI_SDFLAGS_RD | __WASI_SDFLAGS_WR) == 0;
}

static int attack(void)
{
    for (__wasi_fd_t fd = 0; fd < 1024; fd++)
        if (is_socket(fd))
            return escaped("a descriptor answers as a socket");
    return contained(ENOTSOCK);
}

/* The descriptors are there: as what they are, they answer. */
static int control(void)
{
    __wasi_fdstat_t fs;
    return control_result(__wasi_fd_fdstat_get(STDOUT_FILENO, &fs));
}
