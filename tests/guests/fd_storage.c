/* fd_allocate, fd_advise, fd_sync, fd_datasync, fd_filestat_set_size. */
#include "guest.h"

int main(void)
{
    __wasi_fd_t fd = OPEN("f", __WASI_OFLAGS_CREAT, ALL);
    OK(__wasi_fd_filestat_set_size(fd, 100));
    EQ(stat_of("f", 0).size, 100);
    OK(__wasi_fd_filestat_set_size(fd, 10));
    EQ(stat_of("f", 0).size, 10);
    EQ(__wasi_fd_filestat_set_size(fd, UINT64_MAX), E(INVAL));
    OK(__wasi_fd_allocate(fd, 0, 50));
    EQ(stat_of("f", 0).size, 50);
    OK(__wasi_fd_allocate(fd, 10, 10));
    EQ(stat_of("f", 0).size, 50); /* never shrinks */
    OK(__wasi_fd_allocate(fd, 45, 10));
    EQ(stat_of("f", 0).size, 55);
    EQ(__wasi_fd_allocate(fd, 0, 0), E(INVAL));
    EITHER(__wasi_fd_allocate(fd, UINT64_MAX, 1), E(INVAL), E(FBIG));
    EITHER(__wasi_fd_allocate(fd, INT64_MAX, INT64_MAX), E(INVAL), E(FBIG));
    for (uint8_t advice = 0; advice < 6; advice++)
        OK(__wasi_fd_advise(fd, 0, 100, advice));
    EQ(raw_fd_advise(fd, 0, 100, 6), E(INVAL));
    OK(__wasi_fd_sync(fd));
    OK(__wasi_fd_datasync(fd));
    EQ(stat_of("f", 0).size, 55);

    __wasi_fd_t r = OPEN("f", 0, R(FD_READ));
    EQ(__wasi_fd_allocate(r, 0, 100), E(NOTCAPABLE));
    EQ(__wasi_fd_filestat_set_size(r, 0), E(NOTCAPABLE));
    EQ(__wasi_fd_sync(r), E(NOTCAPABLE));
    EQ(__wasi_fd_datasync(r), E(NOTCAPABLE));
    EQ(__wasi_fd_advise(r, 0, 0, 0), E(NOTCAPABLE));
    EQ(stat_of("f", 0).size, 55);

    EITHER(__wasi_fd_allocate(SANDBOX, 0, 1), E(ISDIR), E(BADF));
    EITHER(__wasi_fd_filestat_set_size(SANDBOX, 0), E(ISDIR), E(BADF));
    EQ(__wasi_fd_sync(77), E(BADF));
    EQ(__wasi_fd_datasync(77), E(BADF));
    EQ(__wasi_fd_allocate(77, 0, 1), E(BADF));
    EQ(__wasi_fd_advise(77, 0, 1, 0), E(BADF));
    EQ(__wasi_fd_filestat_set_size(77, 0), E(BADF));
    return 0;
}
