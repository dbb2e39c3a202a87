#include "vfs/host_path.h"

#include <errno.h>
#include <unistd.h>

#include "os/beneath.h"

bx_errno bx_fd_host_path(int fd, char out[BX_PATH_BUF], size_t *ret_n)
{
    char proc[40];
    bx_proc_fd(fd, proc);
    ssize_t n = readlink(proc, out, BX_PATH_BUF - 1);
    if (n < 0)
        return errno == ENAMETOOLONG ? BX_E_ACCES : bx_errno_from_host(errno);
    if (n == BX_PATH_BUF - 1)
        return BX_E_ACCES;
    out[n] = '\0';
    if (out[0] != '/')
        return BX_E_PERM;
    size_t len = n == 1 ? 0 : (size_t)n, d = sizeof BX_DELETED - 1;
    struct stat st;
    if (len > d && memcmp(out + len - d, BX_DELETED, d) == 0 &&
        (fstat(fd, &st) != 0 || st.st_nlink == 0))
        return BX_E_NOENT;
    out[len] = '\0';
    *ret_n = len;
    return BX_E_SUCCESS;
}

bool bx_host_is_below(bx_str path, bx_str dir)
{
    return bx_str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/');
}
