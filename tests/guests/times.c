/* fd_filestat_set_times, path_filestat_set_times. */
#include <fcntl.h>
#include <sys/stat.h>

#include "guest.h"

#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW
enum { ATIM = 1, ATIM_NOW = 2, MTIM = 4, MTIM_NOW = 8 };
#define T1 UINT64_C(1000000000123456789)
#define T2 UINT64_C(1500000000987654321)

int main(void)
{
    make("f", "x");
    __wasi_fd_t fd = OPEN("f", 0, ALL);
    OK(__wasi_fd_filestat_set_times(fd, T1, T2, ATIM | MTIM));
    EQ(stat_of("f", 0).atim, T1);
    EQ(stat_of("f", 0).mtim, T2);
    OK(__wasi_fd_filestat_set_times(fd, 5, T1, MTIM));
    EQ(stat_of("f", 0).atim, T1);
    EQ(stat_of("f", 0).mtim, T1);
    OK(__wasi_fd_filestat_set_times(fd, 5, 5, 0));
    EQ(stat_of("f", 0).mtim, T1);
    OK(__wasi_fd_filestat_set_times(fd, 0, 0, ATIM_NOW | MTIM));
    EQ(stat_of("f", 0).mtim, 0);
    YES(stat_of("f", 0).atim > T2);
    EQ(__wasi_fd_filestat_set_times(fd, 0, 0, ATIM | ATIM_NOW), E(INVAL));
    EQ(__wasi_fd_filestat_set_times(fd, 0, 0, MTIM | MTIM_NOW), E(INVAL));
    EQ(raw_fd_filestat_set_times(fd, 0, 0, 16), E(INVAL));
    EQ(__wasi_fd_filestat_set_times(77, 0, 0, 0), E(BADF));
    __wasi_fd_t r = OPEN("f", 0, R(FD_READ));
    EQ(__wasi_fd_filestat_set_times(r, T1, T1, MTIM), E(NOTCAPABLE));

    OK(__wasi_path_symlink("f", SANDBOX, "l"));
    OK(__wasi_path_filestat_set_times(SANDBOX, 0, "l", T2, T2, ATIM | MTIM));
    EQ(stat_of("l", 0).mtim, T2);
    EQ(stat_of("f", 0).mtim, 0);
    OK(__wasi_path_filestat_set_times(SANDBOX, FOLLOW, "l", T1, T1, MTIM));
    EQ(stat_of("f", 0).mtim, T1);
    EQ(stat_of("l", 0).mtim, T2);
    OK(__wasi_path_filestat_set_times(SANDBOX, 0, ".", T1, T1, MTIM));
    EQ(stat_of(".", 0).mtim, T1);
    EQ(__wasi_path_filestat_set_times(SANDBOX, 0, "none", 0, 0, MTIM), E(NOENT));
    EQ(__wasi_path_filestat_set_times(SANDBOX, 0, "f", 0, 0, MTIM | MTIM_NOW), E(INVAL));
    EITHER(__wasi_path_filestat_set_times(SANDBOX, 0, "../f", 0, 0, MTIM), E(PERM), E(NOTCAPABLE));
    EQ(raw_path_filestat_set_times(SANDBOX, 2, at("f"), 1, 0, 0, 0), E(INVAL));
    EQ(raw_path_filestat_set_times(SANDBOX, 0, memory_end(), 1, 0, 0, 0), E(FAULT));
    EQ(stat_of("f", 0).mtim, T1);

    struct timespec ts[2] = {{1, 2}, {3, 4}};
    struct stat st;
    EQ(utimensat(AT_FDCWD, "/sandbox/f", ts, 0), 0);
    EQ(stat("/sandbox/f", &st), 0);
    EQ(st.st_mtim.tv_sec, 3);
    EQ(st.st_mtim.tv_nsec, 4);
    EQ(st.st_atim.tv_sec, 1);
    return 0;
}
