/* os/fd.h - descriptors that close themselves, whole reads and writes, files that are either
 * old or new but never half.  Any thread; no shared state. */
#ifndef BX_OS_FD_H
#define BX_OS_FD_H

#include <sys/types.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

/* `BX_AUTOCLOSE int fd = ...;` closes fd (if >= 0) at scope end; errno is kept. */
void bx_autoclose(int *fd);
#define BX_AUTOCLOSE __attribute__((cleanup(bx_autoclose)))

/* Move the descriptor out; the variable becomes -1 and is no longer closed. */
static inline int bx_fd_take(int *fd)
{
    int t = *fd;
    *fd = -1;
    return t;
}

/* Open /dev/null as each of the descriptors 0 to 2 that is closed, so that no file of ours becomes
 * a standard stream.  Before anything else is opened; false when that fails. */
BX_NODISCARD bool bx_fd_fill_standard(void);

/* Descriptors that are kept for guests must leave the process some: a wait, a compilation or a
 * cache that finds none would fail the calls of others.  The reserve is a quarter of RLIMIT_NOFILE,
 * at most BX_FD_RESERVE.  The kernel hands out the lowest number that is free, so the number tells
 * how many are open. */
enum { BX_FD_RESERVE = 128 };
/* Whether `fd`, opened this moment for a guest to keep, is outside the reserve; if not, close it.
 */
BX_NODISCARD bool bx_fd_is_spare(int fd);
/* Whether the next descriptor would be. */
BX_NODISCARD bool bx_fd_any_spare(void);

/* Read exactly `len` bytes into `buf`; BX_EIO on an error or an early end. */
BX_NODISCARD bx_code bx_fd_read_full(int fd, void *buf, size_t len, bx_error *err);

/* Write all of `buf`; BX_EIO. */
BX_NODISCARD bx_code bx_fd_write_full(int fd, const void *buf, size_t len, bx_error *err);

/* Append everything up to the end of `fd` to `ret`.  More than `max` bytes is BX_ELIMIT; the
 * buffer's own maximum holds as well.  Also BX_EIO, BX_ENOMEM.  After an error `ret` may hold a
 * part. */
BX_NODISCARD bx_code bx_fd_read_all(int fd, size_t max, bx_buf *ret, bx_error *err);

/* The same for the file `path` beneath `dirfd` (or AT_FDCWD).  BX_ENOENT when there is none;
 * messages name the path.  Follows symbolic links: for the operator's own paths only. */
BX_NODISCARD bx_code bx_file_read_all(int dirfd, const char *path, size_t max, bx_buf *ret,
                                      bx_error *err);

/* Make `name` beneath `dirfd` (or AT_FDCWD) hold the `n` parts one after the other, with exactly
 * `mode`: written to a temporary name in the same directory, fsync, rename, fsync of the
 * directory.  On an error the old file is untouched and the temporary one removed.  BX_EIO,
 * BX_EINVAL for a name that is empty, ends in '/' or is too long. */
BX_NODISCARD bx_code bx_file_write_atomic(int dirfd, const char *name, mode_t mode,
                                          const bx_str *parts, size_t n, bx_error *err);

/* Make the file `path`, which must not be there yet, with `text` in it, flushed to the disk.  On an
 * error there is none.  BX_EINVAL where something has that name, a link that leads nowhere too;
 * BX_EIO. */
BX_NODISCARD bx_code bx_file_write_new(const char *path, mode_t mode, bx_str text, bx_error *err);

#endif
