/* Lies about memory: iovecs that leave it, overlap, wrap around or sum up to too much.  Each is
 * refused before anything moves. */
#include "guest.h"

static uint8_t buf[64];
static __wasi_iovec_t v[1100];
static __wasi_size_t n;

static void set(int i, uint32_t p, uint32_t len)
{
    uint32_t pair[2] = {p, len};
    memcpy(&v[i], pair, 8);
}

static void all_refuse(__wasi_fd_t fd, uint32_t count, int want)
{
    EQ(raw_fd_read(fd, at(v), count, at(&n)), want);
    EQ(raw_fd_pread(fd, at(v), count, 0, at(&n)), want);
    EQ(raw_fd_write(fd, at(v), count, at(&n)), want);
    EQ(raw_fd_pwrite(fd, at(v), count, 0, at(&n)), want);
    EQ(raw_fd_write(1, at(v), count, at(&n)), want);
}

int main(void)
{
    make("f", "0123456789");
    __wasi_fd_t fd = OPEN("f", 0, RW);
    uint32_t end = memory_end();
    const uint32_t lies[][2] = {
        {end - 3, 4},        {end, 1},        {end + 1, 0},          {UINT32_MAX, 1},
        {UINT32_MAX - 3, 8}, {0x80000000, 4}, {at(buf), UINT32_MAX}, {at(buf), end}};
    n = 4711;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        set(0, at(buf), 4);
        set(1, lies[i][0], lies[i][1]);
        all_refuse(fd, 2, E(FAULT));
    }
    set(0, at(buf), 4);
    EQ(raw_fd_read(fd, end - 7, 1, at(&n)), E(FAULT));
    EQ(raw_fd_read(fd, at(v), UINT32_MAX, at(&n)), E(FAULT));
    EQ(raw_fd_read(fd, at(v), 0x20000000, at(&n)), E(FAULT)); /* times 8 is 2^32 */
    EQ(raw_fd_read(fd, at(v), 1, end - 3), E(FAULT));
    EQ(raw_fd_write(fd, at(v), 1, end - 3), E(FAULT));
    EQ(raw_fd_write(1, at(v), 1, UINT32_MAX), E(FAULT));
    EQ(raw_fd_seek(fd, 0, 0, end - 7), E(FAULT));
    EQ(raw_fd_tell(fd, end - 7), E(FAULT));
    set(1, at(buf) + 2, 4);
    EQ(raw_fd_read(fd, at(v), 2, at(&n)), E(FAULT)); /* two iovecs over the same bytes */
    for (uint32_t i = 0; i < 1100; i++)
        set((int)i, 0, end - 1);
    if ((uint64_t)1024 * (end - 1) > UINT32_MAX)
        EQ(raw_fd_write(1, at(v), 1100, at(&n)), E(INVAL));
    EQ(n, 4711);
    for (size_t i = 0; i < sizeof buf; i++)
        EQ(buf[i], 0);
    EQ(stat_of("f", 0).size, 10);
    __wasi_filesize_t pos;
    OK(__wasi_fd_tell(fd, &pos));
    EQ(pos, 0);

    /* The very last byte is memory like any other. */
    set(0, end - 1, 1);
    OK(raw_fd_read(fd, at(v), 1, at(&n)));
    EQ(*(volatile uint8_t *)(uintptr_t)(end - 1), '0');
    return 0;
}
