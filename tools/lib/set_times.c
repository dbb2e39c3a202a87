/* lib/set_times.c - UTIME_NOW and UTIME_OMIT (POSIX, utimensat), which the wasi-libc of Debian 12
 * takes for times and refuses.  A guest that sets times is linked with --wrap=utimensat
 * --wrap=futimens, as cmake/guests.cmake does for programs. */
#ifdef __wasm__
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

int __real_utimensat(int dir, const char *path, const struct timespec times[2], int flags);
int __real_futimens(int fd, const struct timespec times[2]);
int __wrap_utimensat(int dir, const char *path, const struct timespec times[2], int flags);
int __wrap_futimens(int fd, const struct timespec times[2]);

/* What is asked for as plain times. */
static void settle(struct timespec to[2], const struct timespec from[2], const struct stat *is)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    for (int i = 0; i < 2; i++) {
        to[i] = from ? from[i] : now;
        if (from && from[i].tv_nsec == UTIME_NOW)
            to[i] = now;
        else if (from && from[i].tv_nsec == UTIME_OMIT)
            to[i] = i == 0 ? is->st_atim : is->st_mtim;
    }
}

static int is_special(const struct timespec t[2])
{
    return !t || (t[0].tv_nsec == UTIME_NOW || t[0].tv_nsec == UTIME_OMIT ||
                  t[1].tv_nsec == UTIME_NOW || t[1].tv_nsec == UTIME_OMIT);
}

int __wrap_utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
    struct stat is;
    struct timespec plain[2];
    if (!is_special(times))
        return __real_utimensat(dir, path, times, flags);
    if (fstatat(dir, path, &is, flags & AT_SYMLINK_NOFOLLOW) != 0)
        return -1;
    settle(plain, times, &is);
    return __real_utimensat(dir, path, plain, flags);
}

int __wrap_futimens(int fd, const struct timespec times[2])
{
    struct stat is;
    struct timespec plain[2];
    if (!is_special(times))
        return __real_futimens(fd, times);
    if (fstat(fd, &is) != 0)
        return -1;
    settle(plain, times, &is);
    return __real_futimens(fd, plain);
}
#endif
