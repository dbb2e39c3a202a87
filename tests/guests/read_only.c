/* A directory given for reading: everything that would change it is refused, reading is not. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "guest.h"

static void refused(__wasi_errno_t e)
{
    YES(e == E(PERM) || e == E(ROFS) || e == E(ACCES) || e == E(NOTCAPABLE));
}

int main(void)
{
    char c = 0;
    __wasi_size_t n;
    __wasi_fd_t fd = OPEN("given.txt", 0, R(FD_READ));
    OK(read_fd(fd, &c, 1, &n));
    EQ(c, 'g');
    refused(open_errno(SANDBOX, "given.txt", 0, 0, RW, 0));
    refused(open_errno(SANDBOX, "given.txt", 0, 0, R(FD_WRITE), 0));
    refused(open_errno(SANDBOX, "given.txt", 0, __WASI_OFLAGS_TRUNC, 0, 0));
    refused(open_errno(SANDBOX, "new", 0, __WASI_OFLAGS_CREAT, 0, 0));
    refused(open_errno(SANDBOX, "new", 0, __WASI_OFLAGS_CREAT, RW, 0));
    refused(__wasi_path_create_directory(SANDBOX, "d"));
    refused(__wasi_path_unlink_file(SANDBOX, "given.txt"));
    refused(__wasi_path_remove_directory(SANDBOX, "sub"));
    refused(__wasi_path_rename(SANDBOX, "given.txt", SANDBOX, "x"));
    refused(__wasi_path_link(SANDBOX, 0, "given.txt", SANDBOX, "x"));
    refused(__wasi_path_symlink("given.txt", SANDBOX, "x"));
    refused(
        __wasi_path_filestat_set_times(SANDBOX, 0, "given.txt", 0, 0, __WASI_FSTFLAGS_MTIM_NOW));
    fd = OPEN("given.txt", 0,
              R(FD_READ) | R(FD_FILESTAT_SET_TIMES) | R(FD_FILESTAT_SET_SIZE) | R(FD_ALLOCATE));
    refused(__wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_MTIM_NOW));
    YES(__wasi_fd_filestat_set_size(fd, 0) != 0);
    YES(__wasi_fd_allocate(fd, 0, 100) != 0);
    YES(write_fd(fd, "x", &n) != 0);
    EQ(stat_of("given.txt", 0).size, 6);
    EQ(open("/sandbox/given.txt", O_RDWR), -1); /* refused when opened, not when first written */
    YES(fopen("/sandbox/given.txt", "w") == NULL);
    YES(fopen("/sandbox/new.txt", "w") == NULL);
    return 0;
}
