#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/test.h"

/* A directory of its own for each test, removed at the end of the scope. */
struct dir {
    char path[32];
    int fd;
};

static struct dir new_dir(void)
{
    struct dir d = {"/tmp/bx-fd-XXXXXX", -1};
    if (mkdtemp(d.path))
        d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return d;
}

static void drop_dir(struct dir *d)
{
    static const char *const names[] = {"f", "sub/f"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        (void)unlinkat(d->fd, names[i], 0);
    (void)unlinkat(d->fd, "sub", AT_REMOVEDIR);
    (void)close(d->fd);
    (void)rmdir(d->path);
}
#define TEST_DIR __attribute__((cleanup(drop_dir))) struct dir

static bx_code write_text(int dirfd, const char *name, mode_t mode, const char *text, bx_error *err)
{
    bx_str parts[2] = {{text, strlen(text) / 2}, bx_str_of(text + strlen(text) / 2)};
    return bx_file_write_atomic(dirfd, name, mode, parts, 2, err);
}

static void full_reads_and_writes(void)
{
    int p[2];
    CHECK(pipe2(p, O_CLOEXEC) == 0);
    BX_AUTOCLOSE int r = p[0];
    BX_AUTOCLOSE int w = p[1];
    char buf[8] = "";
    bx_error err;
    CHECK(bx_fd_write_full(w, "abcdefgh", 8, NULL) == BX_OK);
    CHECK(bx_fd_read_full(r, buf, 0, NULL) == BX_OK);
    CHECK(bx_fd_read_full(r, buf, 5, NULL) == BX_OK && memcmp(buf, "abcde", 5) == 0);
    (void)close(bx_fd_take(&w));
    CHECK(w == -1);
    CHECK(bx_fd_read_full(r, buf, 4, &err) == BX_EIO);
    CHECK(strstr(err.msg, "after 3 of 4 bytes"));
    CHECK(bx_fd_write_full(r, "x", 1, &err) == BX_EIO && err.sys == EBADF);
}

static void reads_a_file_up_to_the_limit(void)
{
    TEST_DIR d = new_dir();
    BX_AUTO_BUF b = bx_buf_init(100);
    bx_error err;
    CHECK(write_text(d.fd, "f", 0600, "0123456789", NULL) == BX_OK);
    CHECK(bx_file_read_all(d.fd, "f", 10, &b, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&b), BX_LIT("0123456789")) && b.p[10] == '\0');
    CHECK(bx_file_read_all(d.fd, "f", 9, &b, &err) == BX_ELIMIT);
    CHECK(strstr(err.msg, "'f': larger than 9 bytes"));
    bx_buf_clear(&b);
    CHECK(bx_file_read_all(d.fd, "f", 0, &b, NULL) == BX_ELIMIT);
    CHECK(bx_file_read_all(d.fd, "none", 10, &b, &err) == BX_ENOENT && strstr(err.msg, "'none'"));
    CHECK(bx_file_read_all(d.fd, "f/below", 10, &b, NULL) == BX_ENOENT);
    CHECK(bx_file_read_all(AT_FDCWD, d.path, 10, &b, &err) == BX_EIO && err.sys == EISDIR);
}

static void the_buffers_own_maximum_holds(void)
{
    TEST_DIR d = new_dir();
    CHECK(write_text(d.fd, "f", 0600, "0123456789", NULL) == BX_OK);
    BX_AUTO_BUF exact = bx_buf_init(10);
    CHECK(bx_file_read_all(d.fd, "f", 1000, &exact, NULL) == BX_OK && exact.n == 10);
    BX_AUTO_BUF small = bx_buf_init(9);
    CHECK(bx_file_read_all(d.fd, "f", 1000, &small, NULL) == BX_ELIMIT);
}

static void reading_survives_failed_allocations(void)
{
    TEST_DIR d = new_dir();
    CHECK(write_text(d.fd, "f", 0600, "0123456789", NULL) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF b = bx_buf_init(1 << 20);
        rc = bx_file_read_all(d.fd, "f", 1 << 20, &b, NULL);
    });
}

static void write_makes_and_replaces_with_exact_mode(void)
{
    TEST_DIR d = new_dir();
    BX_AUTO_BUF b = bx_buf_init(100);
    struct stat st;
    mode_t old = umask(0077);
    bx_code first = write_text(d.fd, "f", 0644, "one", NULL);
    (void)umask(old);
    CHECK(first == BX_OK);
    CHECK(fstatat(d.fd, "f", &st, 0) == 0 && (st.st_mode & 07777) == 0644);
    CHECK(write_text(d.fd, "f", 0600, "", NULL) == BX_OK);
    CHECK(fstatat(d.fd, "f", &st, 0) == 0 && (st.st_mode & 07777) == 0600 && st.st_size == 0);
    CHECK(mkdirat(d.fd, "sub", 0700) == 0);
    CHECK(write_text(d.fd, "sub/f", 0600, "two", NULL) == BX_OK);
    CHECK(bx_file_read_all(d.fd, "sub/f", 10, &b, NULL) == BX_OK &&
          bx_str_eq(bx_buf_str(&b), BX_LIT("two")));
}

static void write_replaces_a_link_not_its_target(void)
{
    TEST_DIR d = new_dir();
    BX_AUTO_BUF b = bx_buf_init(100);
    struct stat st;
    CHECK(mkdirat(d.fd, "sub", 0700) == 0);
    CHECK(write_text(d.fd, "sub/f", 0600, "target", NULL) == BX_OK);
    CHECK(symlinkat("sub/f", d.fd, "f") == 0);
    CHECK(write_text(d.fd, "f", 0600, "new", NULL) == BX_OK);
    CHECK(fstatat(d.fd, "f", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode));
    CHECK(bx_file_read_all(d.fd, "sub/f", 10, &b, NULL) == BX_OK &&
          bx_str_eq(bx_buf_str(&b), BX_LIT("target")));
}

static void a_failed_write_leaves_nothing_behind(void)
{
    TEST_DIR d = new_dir();
    bx_error err;
    CHECK(mkdirat(d.fd, "sub", 0700) == 0);
    CHECK(write_text(d.fd, "sub", 0600, "x", &err) == BX_EIO); /* rename over a directory */
    CHECK(strstr(err.msg, "write 'sub': rename"));
    CHECK(write_text(d.fd, "", 0600, "x", NULL) == BX_EINVAL);
    CHECK(write_text(d.fd, "sub/", 0600, "x", NULL) == BX_EINVAL);
    CHECK(write_text(d.fd, "none/f", 0600, "x", NULL) == BX_EIO);
    static char name[5001];
    memset(name, 'a', sizeof name - 1);
    CHECK(write_text(d.fd, name, 0600, "x", NULL) == BX_EINVAL);
    CHECK(unlinkat(d.fd, "sub", AT_REMOVEDIR) == 0 && rmdir(d.path) == 0); /* truly empty */
}

/* A child closes what is asked for and says how bx_fd_fill_standard left it: descriptors 0 to 2
 * open on the null device, and a file opened next is none of them. */
static bool filled_without(int a, int b, int c)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(a);
        (void)close(b);
        (void)close(c);
        struct stat st, null;
        bool ok = bx_fd_fill_standard() && stat("/dev/null", &null) == 0;
        const int closed[] = {a, b, c};
        for (size_t i = 0; i < BX_COUNT(closed); i++)
            ok =
                ok && (closed[i] < 0 || (fstat(closed[i], &st) == 0 && st.st_rdev == null.st_rdev));
        _exit(ok && open("/", O_PATH | O_CLOEXEC) > 2 ? 0 : 1);
    }
    int status = -1;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static void closed_standard_streams_are_filled(void)
{
    CHECK(filled_without(0, 1, 2) && filled_without(0, -1, -1) && filled_without(-1, 1, -1));
    CHECK(filled_without(-1, -1, 2) && filled_without(-1, 1, 2) && filled_without(-1, -1, -1));
}

/* A child with 40 descriptors that opens until none is spare, then until there are none at all. */
static bool keeps_a_reserve(void)
{
    enum { LIMIT = 40, MOST = LIMIT + 1 };
    struct rlimit r = {LIMIT, LIMIT};
    if (setrlimit(RLIMIT_NOFILE, &r) != 0 || !bx_fd_any_spare())
        return false;
    int spare = 0, reserve = 0, fd;
    while (spare < MOST && (fd = dup(1)) >= 0 && bx_fd_is_spare(fd))
        spare++;
    if (spare == MOST || bx_fd_any_spare() || close(fd) != 0)
        return false;
    while (reserve < MOST && dup(1) >= 0)
        reserve++;
    return spare > 0 && reserve == LIMIT / 4 && errno == EMFILE && !bx_fd_any_spare();
}

static void a_quarter_is_in_reserve(void)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(!keeps_a_reserve());
    int status = -1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void a_new_file_is_made_or_nothing_is(void)
{
    TEST_DIR d = new_dir();
    char path[64];
    bx_error err;
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/f", d.path);
    CHECK(bx_file_write_new(path, 0600, BX_LIT("one"), &err) == BX_OK);
    CHECK(stat(path, &st) == 0 && st.st_size == 3 && (st.st_mode & 0777) == 0600);
    CHECK(bx_file_write_new(path, 0600, BX_LIT("other"), &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "is there already"));
    CHECK(stat(path, &st) == 0 && st.st_size == 3);
    CHECK(unlink(path) == 0);
    CHECK(symlink("/nonexistent", path) == 0); /* nor is anything made through a link */
    CHECK(bx_file_write_new(path, 0600, BX_LIT("other"), &err) == BX_EINVAL);
    CHECK(unlink(path) == 0);
    CHECK(bx_file_write_new("/nonexistent/f", 0600, BX_LIT("x"), &err) == BX_EIO);

    struct rlimit before; /* what cannot be written leaves nothing */
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, before.rlim_max}) == 0);
    bx_code rc = bx_file_write_new(path, 0600, BX_LIT("x"), &err);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(rc == BX_EIO && stat(path, &st) != 0);
}

BXT_MAIN(RUN(full_reads_and_writes); RUN(reads_a_file_up_to_the_limit);
         RUN(the_buffers_own_maximum_holds); RUN(reading_survives_failed_allocations);
         RUN(write_makes_and_replaces_with_exact_mode); RUN(write_replaces_a_link_not_its_target);
         RUN(a_failed_write_leaves_nothing_behind); RUN(closed_standard_streams_are_filled);
         RUN(a_quarter_is_in_reserve); RUN(a_new_file_is_made_or_nothing_is);)
