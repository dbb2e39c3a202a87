/* probe.h - the frame of every probe, included once by each: a hostile guest that tries one thing.
 *
 * The file defines attack(), which tries it, and control(), which does the same in a permitted way.
 * main runs control() when the first argument is "control", else attack().  What both return:
 *   contained(err)      exit 0   "contained: …"    it was refused
 *   escaped(what)       exit 66  "ESCAPED: …"      it worked: the sandbox has a hole
 *   not_tried(why, err) exit 2   "not tried: …"    the attempt never reached the thing to attack
 *   control_ok()        exit 0   "control ok"
 *   control_failed(err) exit 1   "control failed: …"
 * src/cli/doctor_probes.def says how each is set up and what must come out. */
#ifndef BX_PROBE_H
#define BX_PROBE_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <wasi/api.h>

enum { PROBE_CONTAINED = 0, PROBE_CONTROL_FAILED = 1, PROBE_NOT_TRIED = 2, PROBE_ESCAPED = 66 };

#define UNUSED __attribute__((unused))

static int attack(void);
static int control(void);

UNUSED static void print(const char *a, const char *b)
{
    (void)!write(STDOUT_FILENO, a, strlen(a));
    (void)!write(STDOUT_FILENO, b, strlen(b));
    (void)!write(STDOUT_FILENO, "\n", 1);
}

UNUSED static int not_tried(const char *why, int err)
{
    print("not tried: ", err ? strerror(err) : why);
    return PROBE_NOT_TRIED;
}

/* `err` is the errno that came back.  A target that is not there proves nothing. */
UNUSED static int contained(int err)
{
    if (err == ENOENT)
        return not_tried("", err);
    print("contained: ", strerror(err));
    return PROBE_CONTAINED;
}

UNUSED static int contained_by(const char *what)
{
    print("contained: ", what);
    return PROBE_CONTAINED;
}

UNUSED static int escaped(const char *what)
{
    print("ESCAPED: ", what);
    return PROBE_ESCAPED;
}

UNUSED static int control_ok(void)
{
    print("control ok", "");
    return 0;
}

UNUSED static int control_failed(int err)
{
    print("control failed: ", strerror(err));
    return PROBE_CONTROL_FAILED;
}

/* Most probes end in one of these: `err` 0 means the operation worked. */
UNUSED static int attack_result(int err, const char *what)
{
    return err == 0 ? escaped(what) : contained(err);
}

UNUSED static int control_result(int err) { return err == 0 ? control_ok() : control_failed(err); }

/* The descriptor of the preopened directory `guest`, or -1. */
UNUSED static int preopen(const char *guest)
{
    char name[64];
    __wasi_prestat_t stat;
    for (__wasi_fd_t fd = 3; __wasi_fd_prestat_get(fd, &stat) == 0; fd++) {
        size_t n = stat.u.dir.pr_name_len;
        if (n < sizeof name && __wasi_fd_prestat_dir_name(fd, (uint8_t *)name, n) == 0 &&
            n == strlen(guest) && memcmp(name, guest, n) == 0)
            return (int)fd;
    }
    return -1;
}

/* Open `path` below the preopened directory `guest`, for reading, exactly as given: libc would take
 * absolute paths and ".." apart first.  Returns 0 when it opened, else the errno. */
UNUSED static int open_below(const char *guest, const char *path)
{
    __wasi_fd_t fd;
    int dir = preopen(guest);
    if (dir < 0)
        return ENOENT;
    __wasi_errno_t e = __wasi_path_open(dir, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, 0,
                                        __WASI_RIGHTS_FD_READ, 0, 0, &fd);
    if (e == 0)
        (void)__wasi_fd_close(fd);
    return e;
}

/* 0 when the file at `path` opens and its first byte can be read, else the errno. */
UNUSED static int read_file(const char *path)
{
    char c;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return errno;
    ssize_t n = read(fd, &c, 1);
    int err = n == 1 ? 0 : n == 0 ? ENOENT : errno;
    close(fd);
    return err;
}

/* 0 when `path` opens with `flags` and takes a byte, else the errno. */
UNUSED static int write_file(const char *path, int flags)
{
    int fd = open(path, flags, 0666);
    if (fd < 0)
        return errno;
    ssize_t n = write(fd, "x", 1);
    int err = n == 1 ? 0 : errno;
    close(fd);
    return err;
}

int main(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "control") == 0 ? control() : attack();
}

#endif
