/* Rights: given up for good, inherited, and asked for beyond what there is. */
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

static __wasi_fdstat_t fdstat(__wasi_fd_t fd)
{
    __wasi_fdstat_t st;
    OK(__wasi_fd_fdstat_get(fd, &st));
    return st;
}

static void only_shrink(void)
{
    __wasi_size_t n;
    char c;
    make("f", "0123456789");
    __wasi_fd_t fd = OPEN("f", 0, RW);
    __wasi_rights_t all = fdstat(fd).fs_rights_base;
    EQ(all, RW);
    OK(__wasi_fd_fdstat_set_rights(fd, all, 0)); /* the same is no change */
    EQ(__wasi_fd_fdstat_set_rights(fd, all | R(FD_ALLOCATE), 0), E(NOTCAPABLE));
    EQ(__wasi_fd_fdstat_set_rights(fd, all, R(FD_READ)), E(NOTCAPABLE));
    OK(__wasi_fd_fdstat_set_rights(fd, R(FD_READ), 0));
    EQ(fdstat(fd).fs_rights_base, R(FD_READ));
    OK(read_fd(fd, &c, 1, &n));
    EITHER(write_fd(fd, "x", &n), E(BADF), E(NOTCAPABLE));
    EQ(__wasi_fd_fdstat_set_rights(fd, all, 0), E(NOTCAPABLE));
    EQ(__wasi_fd_fdstat_set_rights(77, 0, 0), E(BADF));
    OK(__wasi_fd_fdstat_set_rights(fd, 0, 0));
    EITHER(read_fd(fd, &c, 1, &n), E(BADF), E(NOTCAPABLE));
    OK(__wasi_fd_close(fd)); /* closing needs none */
}

static void inherited(void)
{
    __wasi_fd_t dir, fd;
    OK(__wasi_path_open(SANDBOX, 0, ".", __WASI_OFLAGS_DIRECTORY,
                        R(PATH_OPEN) | R(PATH_CREATE_FILE), R(FD_READ) | R(FD_SEEK), 0, &dir));
    EQ(fdstat(dir).fs_rights_base, R(PATH_OPEN) | R(PATH_CREATE_FILE));
    EQ(fdstat(dir).fs_rights_inheriting, R(FD_READ) | R(FD_SEEK));
    OK(__wasi_path_open(dir, 0, "f", 0, R(FD_READ) | R(FD_SEEK) | R(FD_ALLOCATE), 0, 0, &fd));
    EQ(fdstat(fd).fs_rights_base, R(FD_READ) | R(FD_SEEK));
    EQ(open_errno(dir, "f", 0, 0, R(FD_WRITE), 0), E(NOTCAPABLE));
    OK(open_errno(dir, "g", 0, __WASI_OFLAGS_CREAT, R(FD_READ), 0));
    EQ(__wasi_path_unlink_file(dir, "g"), E(NOTCAPABLE));
    EQ(__wasi_path_create_directory(dir, "d"), E(NOTCAPABLE));
    EQ(open_errno(dir, "f", 0, __WASI_OFLAGS_TRUNC, 0, 0), E(NOTCAPABLE));
    EQ(stat_of("f", 0).size, 10);
}

static void of_directories(void)
{
    __wasi_fd_t dir = OPEN(".", __WASI_OFLAGS_DIRECTORY, ALL & ~R(FD_WRITE));
    __wasi_rights_t base = fdstat(dir).fs_rights_base;
    EQ(base & R(FD_SEEK), 0); /* means nothing for a directory */
    EQ(base & R(FD_FILESTAT_SET_SIZE), 0);
    YES(base & R(PATH_OPEN) && base & R(FD_READDIR));
    OK(__wasi_fd_fdstat_set_rights(dir, base & ~R(PATH_OPEN), fdstat(dir).fs_rights_inheriting));
    EQ(open_errno(dir, "f", 0, 0, 0, 0), E(NOTCAPABLE));
    static const __wasi_rights_t needed[] = {R(PATH_FILESTAT_GET), R(PATH_READLINK),
                                             R(PATH_SYMLINK)};
    for (size_t i = 0; i < 3; i++)
        OK(__wasi_fd_fdstat_set_rights(dir, fdstat(dir).fs_rights_base & ~needed[i], 0));
    __wasi_filestat_t st;
    __wasi_size_t n = 0;
    uint8_t buf[4];
    EQ(__wasi_path_filestat_get(dir, 0, "f", &st), E(NOTCAPABLE));
    EQ(__wasi_path_readlink(dir, "f", buf, 4, &n), E(NOTCAPABLE));
    EQ(__wasi_path_symlink("f", dir, "l"), E(NOTCAPABLE));
    OK(__wasi_path_unlink_file(dir, "g")); /* that one it still has */
}

static void as_libc_sees_them(void)
{
    char c = 0;
    int fd = open("/sandbox/f", O_RDONLY);
    YES(fd >= 0);
    EQ(read(fd, &c, 1), 1);
    EQ(write(fd, &c, 1), -1);
    EQ(close(fd), 0);
    fd = open("/sandbox/f", O_WRONLY);
    YES(fd >= 0);
    EQ(read(fd, &c, 1), -1);
    EQ(write(fd, &c, 1), 1);
    EQ(close(fd), 0);
}

int main(void)
{
    only_shrink();
    inherited();
    of_directories();
    as_libc_sees_them();
    return 0;
}
