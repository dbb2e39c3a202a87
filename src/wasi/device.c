/* What programs expect below /dev, where the grant lets them start others: a sink, endless zeros
 * and random bytes, and their own descriptors by number.  Nothing of it reaches a device of the
 * host. */
#include "wasi/internal.h"

static const struct {
    const char *name;
    int device; /* bx_device, or -1 - descriptor */
} names[] = {
    {"null", BX_DEVICE_NULL},
    {"zero", BX_DEVICE_ZERO},
    {"full", BX_DEVICE_FULL},
    {"random", BX_DEVICE_RANDOM},
    {"urandom", BX_DEVICE_RANDOM},
    {"stdin", -1},
    {"stdout", -2},
    {"stderr", -3},
};

/* The number behind "fd/"; -1: there is none. */
static int64_t number_of(bx_str text)
{
    int64_t n = 0;
    if (text.n == 0 || text.n > 4)
        return -1;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        n = n * 10 + (text.p[i] - '0');
    }
    return n;
}

/* What a process was given under the number of a preopen. */
static uint32_t given(bx_wasi *w, uint32_t fd)
{
    const bx_fd *f = bx_fd_get(w, fd);
    return f && f->kind == BX_FD_PREOPEN && bx_fd_get(w, fd + BX_WASI_ASIDE) ? fd + BX_WASI_ASIDE
                                                                             : fd;
}

/* Which device, or -1 - descriptor; false: it is an ordinary path. */
static bool find(bx_wasi *w, const bx_fd *dir, bx_str path, int64_t *ret)
{
    if (!w->cfg.devices || dir->kind != BX_FD_PREOPEN || path.n < 5 ||
        memcmp(path.p, "dev/", 4) != 0)
        return false;
    bx_str root = bx_fdtable_preopen_name(w, dir);
    if (!bx_str_eq(root, BX_LIT("/")) && !bx_str_eq(root, BX_LIT(".")))
        return false;
    bx_str name = bx_str_from(path, 4);
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        if (bx_str_eq(name, bx_str_of(names[i].name))) {
            *ret = names[i].device;
            return true;
        }
    }
    if (!bx_str_starts(name, BX_LIT("fd/")))
        return false;
    int64_t n = number_of(bx_str_from(name, 3));
    *ret = -1 - (n >= 0 ? (int64_t)given(w, (uint32_t)n) : INT32_MAX);
    return true;
}

bool bx_device_open(bx_wasi *w, const bx_fd *dir, bx_str path, uint64_t base, uint32_t *ret_fd,
                    bx_errno *ret_error)
{
    enum { RIGHTS = BX_R_FD_READ | BX_R_FD_WRITE };
    int64_t which = 0;
    if (!find(w, dir, path, &which))
        return false;
    if (which < 0) {
        *ret_error = bx_wasi_dup(w, (uint32_t)(-1 - which), 0, ret_fd);
        if (*ret_error == BX_E_BADF)
            *ret_error = BX_E_NOENT;
        return true;
    }
    /* A character device that cannot be positioned is a terminal for libc. */
    *ret_error = bx_fdtable_room(w);
    if (*ret_error == BX_E_SUCCESS)
        *ret_fd = bx_fdtable_put(
            w, &(bx_fd){.kind = BX_FD_DEVICE,
                        .device = (uint8_t)which,
                        .base = (base & RIGHTS) | BX_R_FD_FILESTAT_GET | BX_R_POLL_FD_READWRITE |
                                BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_SEEK | BX_R_FD_TELL});
    return true;
}

bool bx_device_stat(bx_wasi *w, const bx_fd *dir, bx_str path, bx_stat *ret, bx_errno *ret_error)
{
    int64_t which = 0;
    if (!find(w, dir, path, &which))
        return false;
    *ret = (bx_stat){.type = BX_FT_CHAR, .nlink = 1};
    *ret_error = BX_E_SUCCESS;
    if (which >= 0)
        return true;
    const bx_fd *f = bx_fd_get(w, (uint64_t)(-1 - which));
    if (!f)
        *ret_error = BX_E_NOENT;
    else if (f->file)
        *ret_error = bx_file_stat(f->file, ret);
    else
        ret->type = f->kind == BX_FD_PREOPEN ? BX_FT_DIR : BX_FT_UNKNOWN;
    return true;
}

bx_errno bx_device_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                         size_t *ret_n)
{
    *ret_n = 0;
    if (f->device == BX_DEVICE_NULL)
        return BX_E_SUCCESS;
    for (size_t i = 0; i < n; i++) {
        bx_errno e = BX_E_SUCCESS;
        if (f->device == BX_DEVICE_RANDOM)
            e = bx_guest_random(w, iov[i].iov_base, iov[i].iov_len);
        else
            memset(iov[i].iov_base, 0, iov[i].iov_len);
        if (e == BX_E_SUCCESS)
            e = bx_wasi_check(w);
        if (e != BX_E_SUCCESS)
            return e;
        *ret_n += iov[i].iov_len;
    }
    return BX_E_SUCCESS;
}

bx_errno bx_device_writev(const bx_fd *f, const struct iovec *iov, size_t n, size_t *ret_n)
{
    *ret_n = 0;
    if (f->device == BX_DEVICE_FULL)
        return BX_E_NOSPC;
    for (size_t i = 0; i < n; i++)
        *ret_n += iov[i].iov_len;
    return BX_E_SUCCESS;
}
