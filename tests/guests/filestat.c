/* fd_filestat_get, path_filestat_get. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

int main(void)
{
    __wasi_filestat_t a, b;
    make("f", "12345");
    OK(__wasi_path_create_directory(SANDBOX, "d"));
    __wasi_fd_t fd = OPEN("f", 0, RW);
    OK(__wasi_fd_filestat_get(fd, &a));
    b = stat_of("f", 0);
    EQ(memcmp(&a, &b, sizeof a), 0);
    EQ(a.filetype, __WASI_FILETYPE_REGULAR_FILE);
    EQ(a.size, 5);
    EQ(a.nlink, 1);
    YES(a.mtim > 0 && a.ctim > 0 && a.ino != 0);
    OK(__wasi_fd_filestat_get(SANDBOX, &a));
    EQ(a.filetype, __WASI_FILETYPE_DIRECTORY);
    EQ(stat_of(".", 0).ino, a.ino);
    EQ(stat_of("d", 0).dev, a.dev);
    YES(stat_of("d", 0).ino != a.ino);
    for (__wasi_fd_t i = 0; i < 3; i++) {
        OK(__wasi_fd_filestat_get(i, &a));
        EQ(a.size, 0);
    }
    EQ(__wasi_fd_filestat_get(77, &a), E(BADF));
    EQ(raw_fd_filestat_get(fd, memory_end() - 63), E(FAULT));
    EQ(raw_path_filestat_get(SANDBOX, 0, at("f"), 1, memory_end() - 63), E(FAULT));
    EQ(raw_path_filestat_get(SANDBOX, 0, memory_end(), 1, at(&a)), E(FAULT));
    EQ(raw_path_filestat_get(SANDBOX, 2, at("f"), 1, at(&a)), E(INVAL));
    EQ(__wasi_path_filestat_get(SANDBOX, 0, "none", &a), E(NOENT));
    EQ(__wasi_path_filestat_get(SANDBOX, 0, "f/x", &a), E(NOTDIR));
    EITHER(__wasi_path_filestat_get(SANDBOX, 0, "..", &a), E(PERM), E(NOTCAPABLE));
    EITHER(__wasi_path_filestat_get(SANDBOX, 0, "/etc/passwd", &a), E(PERM), E(NOTCAPABLE));
    EQ(__wasi_path_filestat_get(fd, 0, "f", &a), E(NOTDIR));
    fd = OPEN("f", 0, R(FD_READ));
    EQ(__wasi_fd_filestat_get(fd, &a), E(NOTCAPABLE));

    struct stat st;
    EQ(stat("/sandbox/f", &st), 0);
    YES(S_ISREG(st.st_mode) && st.st_size == 5);
    EQ(access("/sandbox/f", R_OK), 0);
    EQ(access("/sandbox/none", F_OK), -1);
    return 0;
}
