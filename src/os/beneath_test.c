#include "os/beneath.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"

/* dir/in/file, dir/out, dir/in/up -> ../out, dir/in/link -> file */
typedef struct tree {
    char dir[64];
    int in;
} tree;

static bool tree_init(tree *t)
{
    (void)snprintf(t->dir, sizeof t->dir, "/tmp/beneath.XXXXXX");
    if (!mkdtemp(t->dir))
        return false;
    int fd = open(t->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && mkdirat(fd, "in", 0700) == 0 && mkdirat(fd, "out", 0700) == 0 &&
              mknodat(fd, "in/file", S_IFREG | 0600, 0) == 0 &&
              symlinkat("../out", fd, "in/up") == 0 && symlinkat("file", fd, "in/link") == 0;
    t->in = ok ? openat(fd, "in", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    (void)close(fd);
    return t->in >= 0;
}

static void tree_done(tree *t)
{
    static const char *const files[] = {"in/file", "in/up", "in/link"};
    char path[128];
    for (size_t i = 0; i < BX_COUNT(files); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", t->dir, files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/in", t->dir);
    (void)rmdir(path);
    (void)snprintf(path, sizeof path, "%s/out", t->dir);
    (void)rmdir(path);
    (void)rmdir(t->dir);
    (void)close(t->in);
}

static int opens(const tree *t, const char *path, uint64_t resolve)
{
    int fd = bx_openat2(t->in, path, O_PATH, resolve);
    if (fd < 0)
        return errno;
    int flags = fcntl(fd, F_GETFD);
    (void)close(fd);
    return flags & FD_CLOEXEC ? 0 : -1;
}

static void stays_beneath(void)
{
    tree t;
    CHECK(tree_init(&t));
    int inside = opens(&t, "file", BX_BENEATH), link = opens(&t, "link", BX_BENEATH),
        dots = opens(&t, "../out", BX_BENEATH), up = opens(&t, "up", BX_BENEATH),
        root = opens(&t, "/", BX_BENEATH), no_link = opens(&t, "link", BX_BENEATH_STEP),
        free_up = opens(&t, "up", 0); /* control: without the flag it leads out */
    tree_done(&t);
    CHECK(inside == 0 && link == 0 && free_up == 0);
    CHECK(dots == EXDEV && up == EXDEV && root == EXDEV && no_link == ELOOP);
}

/* /proc/self/root and its like: links the kernel follows by magic, not by text. */
static void magic_links(void)
{
    int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
    static const char *const links[] = {"root", "root/etc/passwd", "cwd/", "fd/0"};
    int control = bx_openat2(proc, "status", O_PATH, BX_BENEATH);
    bool ok = control >= 0;
    for (size_t i = 0; i < BX_COUNT(links); i++)
        ok = ok && bx_openat2(proc, links[i], O_PATH, BX_BENEATH) < 0 && errno == ELOOP;
    (void)close(control);
    (void)close(proc);
    CHECK(ok);
}

static void proc_name_is_the_object(void)
{
    tree t;
    char proc[BX_PROC_FD_MAX];
    struct stat a, b;
    CHECK(tree_init(&t));
    int fd = bx_openat2(t.in, "file", O_PATH, BX_BENEATH);
    bx_proc_fd(fd, proc);
    bool ok = fd >= 0 && fstat(fd, &a) == 0 && stat(proc, &b) == 0 && a.st_ino == b.st_ino;
    (void)close(fd);
    tree_done(&t);
    CHECK(ok);
    bx_proc_fd(INT32_MAX, proc);
    CHECK(strcmp(proc, "/proc/self/fd/2147483647") == 0);
}

BXT_MAIN(RUN(stays_beneath); RUN(magic_links); RUN(proc_name_is_the_object);)
