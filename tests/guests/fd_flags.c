/* fd_fdstat_get, fd_fdstat_set_flags; the flags of path_open. */
#include <fcntl.h>

#include "guest.h"

static __wasi_fdflags_t flags(__wasi_fd_t fd)
{
    __wasi_fdstat_t st;
    OK(__wasi_fd_fdstat_get(fd, &st));
    return st.fs_flags;
}

static void append(void)
{
    __wasi_size_t n;
    __wasi_fd_t fd;
    make("f", "0123");
    OK(__wasi_path_open(SANDBOX, 0, "f", 0, RW | R(FD_FDSTAT_SET_FLAGS), 0, __WASI_FDFLAGS_APPEND,
                        &fd));
    EQ(flags(fd), __WASI_FDFLAGS_APPEND);
    OK(write_fd(fd, "45", &n));
    EQ(stat_of("f", 0).size, 6);
    OK(__wasi_fd_fdstat_set_flags(fd, 0));
    EQ(flags(fd), 0);
    __wasi_filesize_t pos;
    OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &pos));
    OK(write_fd(fd, "ab", &n));
    EQ(stat_of("f", 0).size, 6);
    OK(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_APPEND | __WASI_FDFLAGS_NONBLOCK));
    EQ(flags(fd), __WASI_FDFLAGS_APPEND | __WASI_FDFLAGS_NONBLOCK);
    OK(write_fd(fd, "6", &n));
    EQ(stat_of("f", 0).size, 7);
    EQ(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_SYNC), E(INVAL));
    EQ(raw_fd_fdstat_set_flags(fd, 32), E(INVAL));
    EQ(fcntl((int)fd, F_SETFL, O_NONBLOCK), 0);
    EQ(flags(fd), __WASI_FDFLAGS_NONBLOCK);
    OK(__wasi_fd_close(fd));
}

static void synchronous(void)
{
    static const __wasi_fdflags_t kinds[] = {__WASI_FDFLAGS_SYNC, __WASI_FDFLAGS_DSYNC,
                                             __WASI_FDFLAGS_SYNC | __WASI_FDFLAGS_RSYNC};
    for (size_t i = 0; i < 3; i++) {
        __wasi_fd_t fd;
        __wasi_size_t n;
        OK(__wasi_path_open(SANDBOX, 0, "s", __WASI_OFLAGS_CREAT, RW, 0, kinds[i], &fd));
        EQ(flags(fd) & kinds[i], kinds[i]);
        OK(write_fd(fd, "x", &n));
        OK(__wasi_fd_close(fd));
    }
    EQ(open_errno(SANDBOX, "s", 0, 0, RW, 32), E(INVAL));
}

static void types(void)
{
    __wasi_fdstat_t st;
    OK(__wasi_fd_fdstat_get(SANDBOX, &st));
    EQ(st.fs_filetype, __WASI_FILETYPE_DIRECTORY);
    EQ(st.fs_flags, 0);
    __wasi_fd_t fd = OPEN("f", 0, R(FD_READ));
    OK(__wasi_fd_fdstat_get(fd, &st));
    EQ(st.fs_filetype, __WASI_FILETYPE_REGULAR_FILE);
    EQ(__wasi_fd_fdstat_set_flags(fd, 0), E(NOTCAPABLE));
    EQ(__wasi_fd_fdstat_get(77, &st), E(BADF));
    EQ(__wasi_fd_fdstat_set_flags(77, 0), E(BADF));
    EQ(raw_fd_fdstat_get(fd, memory_end() - 23), E(FAULT));
}

int main(void)
{
    append();
    synchronous();
    types();
    return 0;
}
