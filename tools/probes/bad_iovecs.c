/* bad_iovecs: buffers that overlap each other, the list that names them, and the place for the
 * count; and lists whose lengths add up to more than 32 bits.  Each call may succeed or fail, but
 * nothing may change beyond the buffers named, and no count may exceed the file. */
#include "probe.h"

enum { SIZE = 64, GUARD = 0x5a };

/* The file of the tree holds "inside\n". */
enum { FILE_SIZE = 7 };

static struct {
    uint8_t before[SIZE];
    union {
        uint8_t bytes[SIZE];
        __wasi_iovec_t iov[SIZE / sizeof(__wasi_iovec_t)];
    } u;
    uint8_t after[SIZE];
} m;

static __wasi_iovec_t many[2000];
static __wasi_size_t count;

static void guard(void)
{
    memset(&m, GUARD, sizeof m);
    count = 0;
}

static bool is_guarded(void)
{
    for (int i = 0; i < SIZE; i++)
        if (m.before[i] != GUARD || m.after[i] != GUARD)
            return false;
    return true;
}

static const char *verdict(__wasi_errno_t e, const char *what)
{
    return !is_guarded() || (e == 0 && count > FILE_SIZE) ? what : NULL;
}

static const char *overlap(__wasi_fd_t fd)
{
    guard();
    for (size_t i = 0; i < 4; i++)
        many[i] = (__wasi_iovec_t){m.u.bytes + i, SIZE - i}; /* each within the one before */
    return verdict(__wasi_fd_pread(fd, many, 4, 0, &count), "overlapping buffers");
}

/* What is read replaces the list itself: a host that looks twice follows what the file says. */
static const char *rewrite(__wasi_fd_t fd)
{
    guard();
    for (size_t i = 0; i < SIZE / sizeof m.u.iov[0]; i++)
        m.u.iov[i] = (__wasi_iovec_t){m.u.bytes, SIZE};
    return verdict(__wasi_fd_pread(fd, m.u.iov, SIZE / sizeof m.u.iov[0], 0, &count),
                   "a list that is overwritten");
}

static const char *count_inside(__wasi_fd_t fd)
{
    guard();
    many[0] = (__wasi_iovec_t){m.u.bytes, SIZE};
    __wasi_errno_t e = __wasi_fd_pread(fd, many, 1, 0, (__wasi_size_t *)m.u.bytes);
    return verdict(e, "a count inside the buffer");
}

static const char *sum_overflows(__wasi_fd_t fd)
{
    guard();
    size_t memory = __builtin_wasm_memory_size(0) << 16;
    size_t n = UINT32_MAX / memory + 2 < 2000 ? UINT32_MAX / memory + 2 : 2000;
    for (size_t i = 0; i < n; i++)
        many[i] = (__wasi_iovec_t){NULL, memory - 1};
    many[0] = (__wasi_iovec_t){m.u.bytes, SIZE}; /* takes the whole file */
    return verdict(__wasi_fd_pread(fd, many, n, 0, &count), "lengths that overflow");
}

static const char *endless_list(__wasi_fd_t fd)
{
    guard();
    for (size_t i = 0; i < 2000; i++)
        many[i] = (__wasi_iovec_t){m.u.bytes, 1};
    __wasi_errno_t e = __wasi_fd_pread(fd, many, UINT32_MAX, 0, &count);
    if (e == 0)
        return "a list longer than memory";
    return verdict(__wasi_fd_pread(fd, many, 2000, 0, &count), "a list of 2000 buffers");
}

static const char *no_buffers(__wasi_fd_t fd)
{
    guard();
    __wasi_errno_t e = __wasi_fd_pread(fd, many, 0, 0, &count);
    return verdict(e, "an empty list");
}

static int attack(void)
{
    static const char *(*const tries[])(__wasi_fd_t) = {overlap,       rewrite,      count_inside,
                                                        sum_overflows, endless_list, no_buffers};
    int fd = open("/sandbox/inside.txt", O_RDONLY);
    if (fd < 0)
        return not_tried("", errno);
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const char *wrong = tries[i](fd);
        if (wrong)
            return escaped(wrong);
    }
    return contained_by("nothing changed beyond the buffers named");
}

static int control(void)
{
    int fd = open("/sandbox/inside.txt", O_RDONLY);
    guard();
    many[0] = (__wasi_iovec_t){m.u.bytes, 3};
    many[1] = (__wasi_iovec_t){m.u.bytes + 3, SIZE - 3};
    if (fd < 0 || __wasi_fd_pread(fd, many, 2, 0, &count) != 0)
        return control_failed(errno);
    return count == FILE_SIZE && memcmp(m.u.bytes, "inside\n", FILE_SIZE) == 0 && is_guarded()
               ? control_ok()
               : control_failed(EIO);
}
