/* Attacks that must not leave the grant, each with a control that shows the way is open for
 * what is granted. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "vfs/testkit.h"

static void rw(kit *k)
{
    kit_init(k);
    kit_file(k, "w/in", "inside");
    kit_mkdir(k, "w/d");
    BX_ASSERT(kit_open(k, "=w:/w", "rw:/w", NULL) == BX_OK);
}

static void dotdot(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0), *d = NULL;
    CHECK(strcmp(kit_read(w, "d/../in"), "inside") == 0); /* control */
    CHECK(kit_opens(w, "../out/canary", "r") == BX_E_PERM);
    CHECK(kit_opens(w, "d/../../out/canary", "rf") == BX_E_PERM);
    CHECK(kit_opens(w, "../w/in", "r") == BX_E_PERM); /* out and in again is out */
    CHECK(kit_try(w, "d", "d", &d) == BX_E_SUCCESS);
    CHECK(kit_opens(d, "../in", "r") == BX_E_PERM); /* a directory handle is its own root */
    CHECK(kit_put(w, "../out/new", "x") == BX_E_PERM);
    CHECK(bx_vfs_unlink_at(w, S("../out/canary")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(w, S("in"), w, S("../out/in")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(w, S("../out/canary"), w, S("c")) == BX_E_PERM);
    CHECK(bx_vfs_link_at(w, S("../out/canary"), false, w, S("c")) == BX_E_PERM);
    CHECK(bx_vfs_mkdir_at(w, S("../out/d")) == BX_E_PERM);
    CHECK(bx_vfs_symlink_at(S("x"), w, S("../out/l")) == BX_E_PERM);
    CHECK(kit_has(&k, "out/canary", "canary"));
    kit_done(&k);
}

static void links_of_the_host(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0);
    CHECK(symlink(kit_path(&k, "out/canary"), kit_path(&k, "w/abs")) == 0);
    CHECK(symlink("../out/canary", kit_path(&k, "w/rel")) == 0);
    CHECK(symlink("../out", kit_path(&k, "w/dir")) == 0);
    CHECK(symlink("/", kit_path(&k, "w/root")) == 0);
    CHECK(symlink("d/../in", kit_path(&k, "w/ok")) == 0);
    CHECK(symlink("rel", kit_path(&k, "w/chain")) == 0);
    CHECK(strcmp(kit_read(w, "ok"), "inside") == 0); /* control */
    CHECK(kit_opens(w, "abs", "rf") == BX_E_PERM);
    CHECK(kit_opens(w, "rel", "rf") == BX_E_PERM);
    CHECK(kit_opens(w, "chain", "rf") == BX_E_PERM);
    CHECK(kit_opens(w, "dir/canary", "r") == BX_E_PERM);
    CHECK(kit_opens(w, "root/etc/passwd", "r") == BX_E_PERM);
    CHECK(kit_opens(w, "dir/", "d") == BX_E_PERM);
    CHECK(kit_put(w, "dir/new", "x") == BX_E_PERM);
    CHECK(kit_put(w, "abs", "x") == BX_E_PERM);
    CHECK(bx_vfs_unlink_at(w, S("dir/canary")) == BX_E_PERM);
    bx_stat st;
    CHECK(bx_vfs_stat_at(w, S("abs"), true, &st) == BX_E_PERM);
    CHECK(bx_vfs_link_at(w, S("abs"), true, w, S("c")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(w, S("dir/canary"), w, S("c")) == BX_E_PERM);
    CHECK(kit_has(&k, "out/canary", "canary"));
    kit_done(&k);
}

static void forty_links(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0);
    char a[16], b[16];
    CHECK(symlink("in", kit_path(&k, "w/l0")) == 0);
    for (int i = 1; i <= 41; i++) {
        (void)snprintf(a, sizeof a, "l%d", i - 1);
        (void)snprintf(b, sizeof b, "w/l%d", i);
        CHECK(symlink(a, kit_path(&k, b)) == 0);
    }
    CHECK(strcmp(kit_read(w, "l39"), "inside") == 0); /* 40 links */
    CHECK(kit_opens(w, "l41", "rf") == BX_E_LOOP);
    kit_done(&k);
}

/* /proc shows this very process: its variables, its memory, its descriptors. */
static void proc_is_not_granted(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(bx_grant_mount(k.g, S("/proc/self"), S("/p"), NULL) == BX_OK);
    CHECK(kit_open(&k, "read:/p", NULL) == BX_EINVAL && strstr(k.err.msg, "/proc"));
    kit_done(&k);
}

static void proc_is_not_shown(void)
{
    static const char *const rules[] = {NULL, "deny:**/.env"};
    for (size_t i = 0; i < BX_COUNT(rules); i++) {
        kit k;
        kit_init(&k);
        BX_ASSERT(bx_grant_mount(k.g, S("/"), S("/host"), NULL) == BX_OK);
        CHECK(kit_open(&k, "read:/host", rules[i], NULL) == BX_OK);
        bx_file *h = kit_pre(&k, 0), *d = NULL;
        bx_stat st;
        CHECK(kit_opens(h, "etc/passwd", "r") == BX_E_SUCCESS); /* control */
        CHECK(kit_opens(h, "proc/self/environ", "r") == BX_E_ACCES);
        CHECK(kit_opens(h, "proc/self/environ", "r") == BX_E_ACCES); /* nothing was remembered */
        CHECK(kit_try(h, "proc", "d", &d) == BX_E_ACCES);
        CHECK(bx_vfs_stat_at(h, S("proc/self/exe"), false, &st) == BX_E_ACCES);
        CHECK(kit_opens(h, "proc/self/root/etc/passwd", "r") != BX_E_SUCCESS);
        kit_done(&k);
    }
}

static void nothing_but_files_and_directories(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0);
    CHECK(mkfifo(kit_path(&k, "w/fifo"), 0666) == 0);
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s/w/sock", k.dir);
    CHECK(bind(sock, (struct sockaddr *)&a, sizeof a) == 0);
    CHECK(symlink("fifo", kit_path(&k, "w/tofifo")) == 0);
    static const char *const how[] = {"r", "w", "rw", "", "wt", "c"};
    for (size_t i = 0; i < BX_COUNT(how); i++) {
        CHECK(kit_opens(w, "fifo", how[i]) == BX_E_ACCES);
        CHECK(kit_opens(w, "sock", how[i]) == BX_E_ACCES);
        CHECK(kit_opens(w, "in", how[i]) == BX_E_SUCCESS); /* control */
    }
    CHECK(kit_opens(w, "tofifo", "rf") == BX_E_ACCES);
    /* Nothing was opened: a writer that does not wait still finds no reader. */
    CHECK(open(kit_path(&k, "w/fifo"), O_WRONLY | O_NONBLOCK | O_CLOEXEC) < 0 && errno == ENXIO);
    bx_stat st;
    CHECK(bx_vfs_stat_at(w, S("fifo"), false, &st) == BX_E_SUCCESS && st.type == BX_FT_UNKNOWN);
    CHECK(bx_vfs_stat_at(w, S("sock"), false, &st) == BX_E_SUCCESS && st.type == BX_FT_STREAM);
    CHECK(bx_vfs_link_at(w, S("fifo"), false, w, S("fifo2")) == BX_E_ACCES);
    (void)close(sock);
    kit_done(&k);
}

static void devices(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(bx_grant_mount(k.g, S("/dev"), S("/dev"), NULL) == BX_OK);
    CHECK(kit_open(&k, "rw:/dev", NULL) == BX_OK);
    bx_file *d = kit_pre(&k, 0);
    CHECK(kit_opens(d, "null", "r") == BX_E_ACCES);
    CHECK(kit_opens(d, "zero", "rw") == BX_E_ACCES);
    CHECK(kit_opens(d, ".", "d") == BX_E_SUCCESS);
    kit_done(&k);
}

static void rights_of_each_grant(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/r");
    kit_mkdir(&k, "w/wo");
    kit_file(&k, "w/r/f", "r");
    kit_file(&k, "w/wo/f", "w");
    CHECK(symlink("f", kit_path(&k, "w/wo/l")) == 0);
    CHECK(kit_open(&k, "=w:/w", "read:/w/r", "write:/w/wo", NULL) == BX_OK);
    bx_file *r = kit_pre(&k, 0), *wo = kit_pre(&k, 1);
    bx_stat st;
    char buf[64];
    size_t n;
    static const bx_set_time now = {.kind = BX_TIME_NOW};
    CHECK(bx_file_rights(r) == BX_FS_READ && bx_file_grant_rights(wo) == BX_FS_WRITE);
    CHECK(kit_opens(r, "f", "r") == BX_E_SUCCESS && kit_opens(wo, "f", "w") == BX_E_SUCCESS);
    /* read: changes nothing */
    CHECK(kit_opens(r, "f", "w") == BX_E_PERM);
    CHECK(kit_opens(r, "f", "rw") == BX_E_PERM);
    CHECK(kit_opens(r, "f", "rt") == BX_E_PERM);
    CHECK(kit_opens(r, "f", "t") == BX_E_PERM);
    CHECK(kit_opens(r, "new", "rc") == BX_E_PERM);
    CHECK(bx_vfs_mkdir_at(r, S("d")) == BX_E_PERM);
    CHECK(bx_vfs_unlink_at(r, S("f")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(r, S("f"), r, S("g")) == BX_E_PERM);
    CHECK(bx_vfs_link_at(r, S("f"), false, r, S("g")) == BX_E_PERM);
    CHECK(bx_vfs_symlink_at(S("f"), r, S("g")) == BX_E_PERM);
    CHECK(bx_vfs_set_times_at(r, S("f"), true, now, now) == BX_E_PERM);
    CHECK(bx_file_set_times(r, now, now) == BX_E_PERM);
    CHECK(kit_has(&k, "w/r/f", "r"));
    /* write: shows no content and no list */
    CHECK(kit_opens(wo, "f", "r") == BX_E_PERM);
    CHECK(kit_opens(wo, "f", "rw") == BX_E_PERM);
    CHECK(kit_list(wo, buf, sizeof buf) == BX_E_PERM);
    CHECK(bx_vfs_readlink_at(wo, S("l"), buf, sizeof buf, &n) == BX_E_PERM);
    CHECK(bx_vfs_stat_at(wo, S("f"), false, &st) == BX_E_SUCCESS && st.size == 1);
    CHECK(kit_put(wo, "new", "x") == BX_E_SUCCESS &&
          bx_vfs_unlink_at(wo, S("new")) == BX_E_SUCCESS);
    kit_done(&k);
}

/* What one handle was opened for holds for it, whatever the grant says. */
static void rights_of_each_handle(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0), *f = NULL;
    char c;
    size_t n = 9;
    struct iovec iov = {&c, 1};
    CHECK(kit_try(w, "in", "r", &f) == BX_E_SUCCESS);
    CHECK(bx_file_writev(f, &iov, 1, &n) == BX_E_BADF);
    CHECK(bx_file_pwritev(f, &iov, 1, 0, &n) == BX_E_BADF);
    CHECK(bx_file_set_size(f, 0) == BX_E_BADF);
    CHECK(bx_file_allocate(f, 0, 1) == BX_E_BADF);
    CHECK(bx_file_readv(f, &iov, 1, &n) == BX_E_SUCCESS && n == 1 && c == 'i');
    bx_file_close(f);
    CHECK(kit_try(w, "in", "w", &f) == BX_E_SUCCESS);
    CHECK(bx_file_readv(f, &iov, 1, &n) == BX_E_BADF);
    CHECK(bx_file_preadv(f, &iov, 1, 0, &n) == BX_E_BADF);
    bx_file_close(f);
    CHECK(kit_try(w, "in", "rt", &f) == BX_E_SUCCESS); /* emptied, and still only for reading */
    CHECK(bx_file_writev(f, &iov, 1, &n) == BX_E_BADF);
    bx_file_close(f);
    CHECK(kit_try(w, "in", "", &f) == BX_E_SUCCESS);
    CHECK(bx_file_readv(f, &iov, 1, &n) == BX_E_BADF &&
          bx_file_writev(f, &iov, 1, &n) == BX_E_BADF);
    bx_file_close(f);
    CHECK(bx_file_readv(w, &iov, 1, &n) == BX_E_ISDIR &&
          bx_file_pwritev(w, &iov, 1, 0, &n) == BX_E_ISDIR);
    kit_done(&k);
}

static void across_grants(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/a");
    kit_mkdir(&k, "w/b");
    kit_file(&k, "w/a/f", "f");
    CHECK(kit_open(&k, "=w:/w", "rw:/w/a", "rw:/w/b", "tmp", NULL) == BX_OK);
    bx_file *a = kit_pre(&k, 0), *b = kit_pre(&k, 1), *t = kit_pre(&k, 2);
    CHECK(bx_vfs_rename_at(a, S("f"), b, S("f")) == BX_E_XDEV);
    CHECK(bx_vfs_link_at(a, S("f"), false, b, S("f")) == BX_E_XDEV);
    CHECK(bx_vfs_rename_at(a, S("f"), t, S("f")) == BX_E_XDEV);
    CHECK(bx_vfs_rename_at(t, S("f"), a, S("f")) == BX_E_XDEV);
    CHECK(bx_vfs_rename_at(a, S("f"), a, S("g")) == BX_E_SUCCESS); /* control */
    kit_done(&k);
}

/* A write-only tree with a readable part: nothing may be moved or linked to where it can be read.
 */
static void no_right_is_won_by_moving(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/pub");
    kit_mkdir(&k, "w/priv");
    kit_file(&k, "w/secret", "s");
    kit_file(&k, "w/pub/p", "p");
    CHECK(kit_open(&k, "=w:/w", "write:/w", "read:/w/pub", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *pub = kit_pre(&k, 1);
    CHECK(strcmp(kit_read(pub, "p"), "p") == 0); /* control */
    CHECK(bx_vfs_rename_at(w, S("secret"), w, S("pub/secret")) == BX_E_XDEV);
    CHECK(bx_vfs_link_at(w, S("secret"), false, w, S("pub/secret")) == BX_E_XDEV);
    CHECK(bx_vfs_rename_at(w, S("priv"), w, S("pub/priv")) == BX_E_XDEV);
    CHECK(bx_vfs_symlink_at(S("../secret"), w, S("pub/l")) == BX_E_SUCCESS);
    CHECK(kit_opens(pub, "l", "rf") == BX_E_PERM);
    CHECK(bx_vfs_rename_at(w, S("secret"), w, S("priv/secret")) == BX_E_SUCCESS); /* control */
    /* nor may another directory take the place, and so the next call's grant, of the readable one
     */
    CHECK(bx_vfs_rename_at(w, S("pub"), w, S("priv/pub")) == BX_E_BUSY);
    CHECK(bx_vfs_unlink_at(w, S("pub/p")) == BX_E_SUCCESS &&
          bx_vfs_unlink_at(w, S("pub/l")) == BX_E_SUCCESS);
    CHECK(bx_vfs_rmdir_at(w, S("pub")) == BX_E_BUSY &&
          bx_vfs_rename_at(w, S("priv"), w, S("pub")) == BX_E_BUSY);
    /* and when the host moves it, it is known by its new place */
    CHECK(rename(kit_path(&k, "w/pub"), kit_path(&k, "w/moved")) == 0);
    CHECK(bx_vfs_rename_at(w, S("priv/secret"), w, S("moved/secret")) == BX_E_XDEV);
    CHECK(strcmp(kit_read(pub, "secret"), "") == 0);
    kit_done(&k);
}

static void permission_bits(void)
{
    kit k;
    rw(&k);
    bx_file *w = kit_pre(&k, 0);
    mode_t old = umask(022);
    struct stat st;
    CHECK(kit_put(w, "new", "x") == BX_E_SUCCESS &&
          bx_vfs_mkdir_at(w, S("newdir")) == BX_E_SUCCESS);
    (void)umask(old);
    CHECK(stat(kit_path(&k, "w/new"), &st) == 0 && (st.st_mode & 07777) == 0644);
    CHECK(stat(kit_path(&k, "w/newdir"), &st) == 0 && (st.st_mode & 05777) == 0755);
    kit_done(&k);
}

/* ---- races ----------------------------------------------------------------------------------- */
typedef struct race {
    char a[PATH_MAX], b[PATH_MAX];
    _Atomic bool stop;
} race;

/* Again and again a directory of the grant changes places with a link to the outside. */
static void *swap(void *arg)
{
    race *r = arg;
    while (!atomic_load(&r->stop))
        (void)syscall(SYS_renameat2, AT_FDCWD, r->a, AT_FDCWD, r->b, 2 /* RENAME_EXCHANGE */);
    return NULL;
}

static void race_round(kit *k, bx_file *w, int rounds, int *inside, int *refused)
{
    for (int i = 0; i < rounds; i++) {
        bx_file *f = NULL;
        bx_errno e = kit_try(w, "x/canary", "r", &f);
        if (e != BX_E_SUCCESS) {
            *refused += 1;
            continue;
        }
        char c = 0;
        size_t n = 0;
        struct iovec iov = {&c, 1};
        CHECK(bx_file_preadv(f, &iov, 1, 0, &n) == BX_E_SUCCESS);
        bx_file_close(f);
        CHECK(n == 1 && c == 'I'); /* the one inside, never the one outside */
        *inside += 1;
    }
    (void)k;
}

static void swap_race(bool deny)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/x");
    kit_file(&k, "w/x/canary", "INSIDE");
    CHECK(symlink(kit_path(&k, "out"), kit_path(&k, "w/y")) == 0);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", deny ? "deny:**/.env" : NULL, NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    race r = {.stop = false};
    (void)snprintf(r.a, sizeof r.a, "%s", kit_path(&k, "w/x"));
    (void)snprintf(r.b, sizeof r.b, "%s", kit_path(&k, "w/y"));
    pthread_t t;
    CHECK(pthread_create(&t, NULL, swap, &r) == 0);
    int inside = 0, refused = 0;
    race_round(&k, w, 50000, &inside, &refused);
    atomic_store(&r.stop, true);
    (void)pthread_join(t, NULL);
    CHECK(!bxt_failed);
    CHECK(inside > 0 && refused > 0); /* both sides were seen: the race took place */
    CHECK(kit_has(&k, "out/canary", "canary"));
    kit_done(&k);
}

static void directory_swapped_with_a_link(void) { swap_race(false); }

static void directory_swapped_with_a_link_with_carve_outs(void) { swap_race(true); }

/* The same for what writes: nothing is ever made or removed outside. */
static void writers_race(void)
{
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/x");
    CHECK(symlink(kit_path(&k, "out"), kit_path(&k, "w/y")) == 0);
    k.limits.files_created = 1000000;
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    race r = {.stop = false};
    (void)snprintf(r.a, sizeof r.a, "%s", kit_path(&k, "w/x"));
    (void)snprintf(r.b, sizeof r.b, "%s", kit_path(&k, "w/y"));
    pthread_t t;
    CHECK(pthread_create(&t, NULL, swap, &r) == 0);
    for (int i = 0; i < 5000; i++) {
        (void)kit_put(w, "x/new", "x");
        (void)kit_put(w, "x/canary", "x");
        (void)bx_vfs_unlink_at(w, S("x/canary"));
        (void)bx_vfs_rename_at(w, S("x/new"), w, S("x/moved"));
        (void)bx_vfs_mkdir_at(w, S("x/dir"));
        (void)bx_vfs_symlink_at(S("q"), w, S("x/link"));
    }
    atomic_store(&r.stop, true);
    (void)pthread_join(t, NULL);
    CHECK(kit_has(&k, "out/canary", "canary"));
    static const char *const made[] = {"out/new", "out/moved", "out/dir", "out/link"};
    for (size_t i = 0; i < BX_COUNT(made); i++)
        CHECK(access(kit_path(&k, made[i]), F_OK) != 0);
    CHECK(access(kit_path(&k, "w/x/dir"), F_OK) == 0 || access(kit_path(&k, "w/y/dir"), F_OK) == 0);
    kit_done(&k);
}

BXT_MAIN(RUN(dotdot); RUN(links_of_the_host); RUN(forty_links); RUN(proc_is_not_granted);
         RUN(proc_is_not_shown); RUN(nothing_but_files_and_directories); RUN(devices);
         RUN(rights_of_each_grant); RUN(rights_of_each_handle); RUN(across_grants);
         RUN(no_right_is_won_by_moving); RUN(permission_bits); RUN(directory_swapped_with_a_link);
         RUN(directory_swapped_with_a_link_with_carve_outs); RUN(writers_race);)
