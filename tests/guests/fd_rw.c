/* fd_read, fd_write, fd_pread, fd_pwrite, fd_seek, fd_tell on files. */
#include "guest.h"

static __wasi_size_t n;
static __wasi_filesize_t pos;

static void whole_buffers(void)
{
    char buf[16] = "";
    __wasi_fd_t fd = OPEN("f", __WASI_OFLAGS_CREAT, RW);
    OK(write_fd(fd, "0123456789", &n));
    EQ(n, 10);
    OK(__wasi_fd_tell(fd, &pos));
    EQ(pos, 10);
    OK(read_fd(fd, buf, 4, &n));
    EQ(n, 0); /* at the end */
    OK(__wasi_fd_seek(fd, 2, __WASI_WHENCE_SET, &pos));
    EQ(pos, 2);
    OK(read_fd(fd, buf, 4, &n));
    EQ(n, 4);
    EQ(memcmp(buf, "2345", 5), 0);
    OK(__wasi_fd_seek(fd, -1, __WASI_WHENCE_CUR, &pos));
    EQ(pos, 5);
    OK(write_fd(fd, "X", &n));
    OK(__wasi_fd_seek(fd, -5, __WASI_WHENCE_END, &pos));
    EQ(pos, 5);
    OK(read_fd(fd, buf, 16, &n));
    EQ(n, 5);
    EQ(memcmp(buf, "X6789", 5), 0);
    EQ(__wasi_fd_seek(fd, -1, __WASI_WHENCE_SET, &pos), E(INVAL));
    EQ(__wasi_fd_seek(fd, -100, __WASI_WHENCE_CUR, &pos), E(INVAL));
    EQ(raw_fd_seek(fd, 0, 3, at(&pos)), E(INVAL));
    OK(__wasi_fd_seek(fd, 20, __WASI_WHENCE_SET, &pos)); /* beyond the end: a hole */
    OK(write_fd(fd, "end", &n));
    EQ(stat_of("f", 0).size, 23);
    OK(__wasi_fd_close(fd));
    EQ(__wasi_fd_tell(fd, &pos), E(BADF));
}

static void many_pieces(void)
{
    char a[3] = "", b[8] = "";
    __wasi_fd_t fd = OPEN("g", __WASI_OFLAGS_CREAT, RW);
    __wasi_ciovec_t out[4] = {{(const uint8_t *)"ab", 2},
                              {NULL, 0},
                              {(const uint8_t *)"cdef", 4},
                              {(const uint8_t *)"ab", 2}};
    OK(__wasi_fd_write(fd, out, 4, &n));
    EQ(n, 8);
    __wasi_iovec_t in[3] = {{(uint8_t *)a, 3}, {NULL, 0}, {(uint8_t *)b, 8}};
    OK(__wasi_fd_pread(fd, in, 3, 0, &n));
    EQ(n, 8);
    EQ(memcmp(a, "abc", 3), 0);
    EQ(memcmp(b, "defab", 5), 0);
    OK(__wasi_fd_tell(fd, &pos));
    EQ(pos, 8); /* pread left it */
    OK(__wasi_fd_pwrite(fd, out, 1, 6, &n));
    EQ(n, 2);
    OK(__wasi_fd_pwrite(fd, out, 1, 100, &n));
    OK(__wasi_fd_tell(fd, &pos));
    EQ(pos, 8);
    EQ(stat_of("g", 0).size, 102);
    OK(__wasi_fd_pread(fd, in, 3, 102, &n));
    EQ(n, 0);
    OK(__wasi_fd_pread(fd, in, 3, 1000, &n));
    EQ(n, 0);
    EQ(__wasi_fd_pread(fd, in, 3, UINT64_MAX, &n), E(INVAL));
    EQ(__wasi_fd_pwrite(fd, out, 1, UINT64_MAX, &n), E(INVAL));
    OK(__wasi_fd_read(fd, in, 0, &n));
    EQ(n, 0);
    OK(__wasi_fd_write(fd, out, 0, &n));
    EQ(n, 0);
    OK(__wasi_fd_close(fd));
}

static void very_many_pieces(void)
{
    static __wasi_ciovec_t out[3000];
    __wasi_fd_t fd = OPEN("h", __WASI_OFLAGS_CREAT, RW);
    for (size_t i = 0; i < 3000; i++)
        out[i] = (__wasi_ciovec_t){(const uint8_t *)"z", 1};
    size_t done = 0;
    while (done < 3000) { /* a short count is legal, progress is not optional */
        OK(__wasi_fd_write(fd, out + done, 3000 - done, &n));
        YES(n > 0 && n <= 3000 - done);
        done += n;
    }
    EQ(stat_of("h", 0).size, 3000);
    OK(__wasi_fd_close(fd));
}

static void one_way_only(void)
{
    char buf[4];
    make("w", "1234");
    __wasi_fd_t r = OPEN("w", 0, R(FD_READ)), w = OPEN("w", 0, R(FD_WRITE)), none = OPEN("w", 0, 0);
    EITHER(write_fd(r, "x", &n), E(BADF), E(NOTCAPABLE));
    EITHER(read_fd(w, buf, 4, &n), E(BADF), E(NOTCAPABLE));
    EITHER(read_fd(none, buf, 4, &n), E(BADF), E(NOTCAPABLE));
    EITHER(write_fd(none, "x", &n), E(BADF), E(NOTCAPABLE));
    EQ(__wasi_fd_seek(r, 0, __WASI_WHENCE_SET, &pos), E(NOTCAPABLE));
    EQ(__wasi_fd_tell(r, &pos), E(NOTCAPABLE));
    OK(read_fd(r, buf, 4, &n));
    EQ(n, 4);
    EQ(stat_of("w", 0).size, 4);
}

int main(void)
{
    whole_buffers();
    many_pieces();
    very_many_pieces();
    one_way_only();
    EQ(write_fd(1000, "x", &n), E(BADF));
    EQ(write_fd(-1, "x", &n), E(BADF));
    return 0;
}
