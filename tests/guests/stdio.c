/* The three standard streams. */
#include <errno.h>
#include <unistd.h>

#include "guest.h"

int main(void)
{
    char buf[64] = "";
    __wasi_size_t n;
    __wasi_filesize_t pos;
    __wasi_fdstat_t st;
    __wasi_iovec_t in[2] = {{(uint8_t *)buf, 3}, {(uint8_t *)buf + 8, 2}};
    OK(__wasi_fd_read(0, in, 2, &n));
    EQ(n, 5);
    EQ(memcmp(buf, "one\0\0\0\0\0\nt", 10), 0);
    EQ(fgets(buf, sizeof buf, stdin) == buf, 1);
    EQ(strcmp(buf, "wo\n"), 0);
    EQ(fgets(buf, sizeof buf, stdin) == buf, 1);
    EQ(strcmp(buf, "three"), 0);
    EQ(fgets(buf, sizeof buf, stdin) == NULL, 1);
    YES(feof(stdin));

    for (__wasi_fd_t fd = 0; fd < 3; fd++) {
        OK(__wasi_fd_fdstat_get(fd, &st));
        YES(st.fs_filetype != __WASI_FILETYPE_CHARACTER_DEVICE); /* no terminal in a test */
        EQ(st.fs_flags, 0);
        EQ(st.fs_rights_base & (R(FD_SEEK) | R(FD_TELL)), 0);
        EQ(__wasi_fd_seek(fd, 0, __WASI_WHENCE_CUR, &pos), E(SPIPE));
        EQ(__wasi_fd_tell(fd, &pos), E(SPIPE));
        EQ(isatty((int)fd), 0);
        EQ(open_errno(fd, "x", 0, 0, 0, 0), E(NOTDIR));
    }
    EQ(write_fd(0, "x", &n), E(BADF));
    EQ(read_fd(1, buf, 1, &n), E(BADF));
    EQ(read_fd(2, buf, 1, &n), E(BADF));
    EQ(lseek(1, 0, SEEK_CUR), -1);
    EQ(errno, ESPIPE);
    OK(__wasi_fd_fdstat_set_flags(0, __WASI_FDFLAGS_NONBLOCK));
    OK(__wasi_fd_fdstat_get(0, &st));
    EQ(st.fs_flags, __WASI_FDFLAGS_NONBLOCK);

    OK(write_fd(1, "first ", &n));
    EQ(n, 6);
    OK(write_fd(2, "error\n", &n));
    __wasi_ciovec_t out[3] = {
        {(const uint8_t *)"sec", 3}, {NULL, 0}, {(const uint8_t *)"ond\n", 4}};
    OK(__wasi_fd_write(1, out, 3, &n));
    EQ(n, 7);
    OK(__wasi_fd_close(0));
    EQ(read_fd(0, buf, 1, &n), E(BADF));
    OK(__wasi_fd_close(2));
    EQ(write_fd(2, "x", &n), E(BADF));
    return 0;
}
