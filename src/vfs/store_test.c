/* store:NAME: a quota that holds across calls, crashes and processes. */
#include <signal.h>
#include <sys/wait.h>

#include "vfs/store.h"
#include "vfs/testkit.h"

enum { ENTRY = BX_STORE_ENTRY };

static bx_file *store(kit *k, const char *cap)
{
    kit_init(k);
    BX_ASSERT(kit_open(k, cap, NULL) == BX_OK);
    return kit_pre(k, 0);
}

/* Again, from the directory that is there: a new vfs and session. */
static bx_file *reopen(kit *k)
{
    bx_vfs_session_free(k->s);
    bx_vfs_unref(k->v);
    k->s = NULL;
    k->v = NULL;
    BX_ASSERT(bx_vfs_new(k->g, kit_path(k, "store"), &k->v, &k->err) == BX_OK);
    kit_new_session(k);
    return kit_pre(k, 0);
}

static uint64_t used(const kit *k)
{
    BX_ASSERT(bx_store_lock(k->v->store) == BX_E_SUCCESS);
    uint64_t n = bx_store_used_locked(k->v->store);
    bx_store_unlock(k->v->store);
    return n;
}

/* In twelfths of a byte: a file of one to four names gives each of them its share, exactly. */
static uint64_t really;

static int add(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)p;
    (void)flag;
    BX_ASSERT(!S_ISREG(st->st_mode) || 12 % st->st_nlink == 0);
    if (f->level > 0)
        really += 12 * ENTRY + (S_ISREG(st->st_mode)
                                    ? 12 / st->st_nlink * bx_store_rounded((uint64_t)st->st_size)
                                    : 0);
    return 0;
}

static uint64_t in_tree(const kit *k)
{
    really = 0;
    (void)nftw(kit_path(k, "store/s"), add, 16, FTW_PHYS);
    return really / 12;
}

static bx_errno put_n(bx_file *f, size_t n, size_t *done)
{
    static char buf[1 << 16];
    struct iovec iov = {buf, n};
    return bx_file_writev(f, &iov, 1, done);
}

static void kept(void)
{
    kit k;
    bx_file *s = store(&k, "store:s");
    struct stat st;
    CHECK(kit_put(s, "f", "kept") == BX_E_SUCCESS && used(&k) == ENTRY + 4096);
    CHECK(stat(kit_path(&k, "store/s"), &st) == 0 && (st.st_mode & 0777) == 0700);
    CHECK(stat(kit_path(&k, "store/s.quota"), &st) == 0 && (st.st_mode & 0777) == 0600);
    s = reopen(&k);
    CHECK(strcmp(kit_read(s, "f"), "kept") == 0 && used(&k) == ENTRY + 4096);
    CHECK(kit_opens(s, "../s.quota", "rw") == BX_E_PERM);
    kit_done(&k);
}

static void at_the_limit(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:16KiB"), *f;
    size_t n = 0;
    CHECK(kit_try(s, "f", "rwc", &f) == BX_E_SUCCESS && used(&k) == ENTRY);
    CHECK(put_n(f, 12287, &n) == BX_E_SUCCESS && n == 12287 && used(&k) == 16384);
    CHECK(put_n(f, 1, &n) == BX_E_SUCCESS && n == 1);
    CHECK(put_n(f, 1, &n) == BX_E_DQUOT && used(&k) == 16384);
    CHECK(kit_opens(s, "g", "c") == BX_E_DQUOT && bx_vfs_mkdir_at(s, S("d")) == BX_E_DQUOT);
    CHECK(bx_vfs_symlink_at(S("f"), s, S("l")) == BX_E_DQUOT &&
          bx_vfs_link_at(s, S("f"), false, s, S("h")) == BX_E_DQUOT);
    CHECK(bx_file_set_size(f, 12289) == BX_E_DQUOT && bx_file_allocate(f, 12288, 1) == BX_E_DQUOT);
    CHECK(bx_file_set_size(f, 8192) == BX_E_SUCCESS && used(&k) == 12288);
    CHECK(kit_opens(s, "g", "c") == BX_E_SUCCESS && used(&k) == 16384);
    CHECK(bx_vfs_unlink_at(s, S("g")) == BX_E_SUCCESS && used(&k) == 12288 && in_tree(&k) == 12288);
    kit_done(&k);
}

static void writes_are_cut(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:16KiB"), *f;
    size_t n = 0;
    CHECK(kit_try(s, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(put_n(f, 20000, &n) == BX_E_SUCCESS && n == 12288);
    struct iovec x = {(void *)(uintptr_t)"x", 1};
    CHECK(bx_file_pwritev(f, &x, 1, (uint64_t)1 << 40, &n) == BX_E_DQUOT); /* holes count here */
    CHECK(bx_file_pwritev(f, &x, 1, 0, &n) == BX_E_SUCCESS && used(&k) == 16384 &&
          in_tree(&k) == 16384);
    kit_done(&k);
}

static void every_change_is_counted(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:1MiB"), *f;
    size_t n = 0;
    CHECK(bx_vfs_mkdir_at(s, S("d")) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(kit_put(s, "d/f", "12345") == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(bx_vfs_symlink_at(S("d/f"), s, S("l")) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(bx_vfs_mkdir_at(s, S("d")) == BX_E_EXIST &&
          used(&k) == in_tree(&k)); /* failures give back */
    CHECK(kit_opens(s, "d/f", "cx") == BX_E_EXIST &&
          bx_vfs_symlink_at(S("x"), s, S("l")) == BX_E_EXIST);
    CHECK(bx_vfs_link_at(s, S("none"), false, s, S("h")) == BX_E_NOENT && used(&k) == in_tree(&k));
    CHECK(bx_vfs_link_at(s, S("d/f"), false, s, S("h")) == BX_E_SUCCESS &&
          used(&k) == 4 * ENTRY + 4096);
    CHECK(bx_vfs_unlink_at(s, S("d/f")) == BX_E_SUCCESS &&
          used(&k) == in_tree(&k)); /* h still holds it */
    CHECK(kit_put(s, "g", "g") == BX_E_SUCCESS &&
          bx_vfs_rename_at(s, S("g"), s, S("h")) == BX_E_SUCCESS);
    CHECK(used(&k) == in_tree(&k) && used(&k) == 3 * ENTRY + 4096);
    CHECK(bx_vfs_link_at(s, S("h"), false, s, S("h2")) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(s, S("h"), s, S("h2")) == BX_E_SUCCESS &&
          used(&k) == 4 * ENTRY + 4096); /* same file: nothing moves */
    CHECK(bx_vfs_unlink_at(s, S("h2")) == BX_E_SUCCESS);
    CHECK(kit_try(s, "h", "rwt", &f) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(bx_file_allocate(f, 0, 10000) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(bx_file_set_size(f, 100000) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    CHECK(bx_file_set_size(f, 1) == BX_E_SUCCESS && used(&k) == in_tree(&k));
    bx_file_set_flags(f, true, false);
    CHECK(put_n(f, 5000, &n) == BX_E_SUCCESS);
    CHECK(used(&k) == in_tree(&k));
    CHECK(bx_vfs_mkdir_at(s, S("e")) == BX_E_SUCCESS &&
          bx_vfs_rename_at(s, S("d"), s, S("e")) == BX_E_SUCCESS);
    CHECK(used(&k) == in_tree(&k));
    CHECK(bx_vfs_rmdir_at(s, S("e")) == BX_E_SUCCESS &&
          bx_vfs_unlink_at(s, S("l")) == BX_E_SUCCESS);
    CHECK(bx_vfs_unlink_at(s, S("h")) == BX_E_SUCCESS &&
          used(&k) == 8192); /* open: its bytes are still there */
    bx_file_close(f);
    CHECK(used(&k) == 0 && in_tree(&k) == 0);
    kit_done(&k);
}

/* A removed file that someone holds open still fills the disk. */
static void removed_while_another_holds_it(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:64KiB"), *f, *g, *o;
    size_t n;
    bx_vfs *v2;
    bx_vfs_session *s2;
    CHECK(bx_vfs_new(k.g, kit_path(&k, "store"), &v2, &k.err) == BX_OK);
    CHECK(bx_vfs_session_new(v2, &k.limits, NULL, NULL, &s2, &k.err) == BX_OK);
    CHECK(bx_vfs_preopen(s2, 0, &o) == BX_E_SUCCESS);
    CHECK(kit_try(s, "f", "rwc", &f) == BX_E_SUCCESS && put_n(f, 40000, &n) == BX_E_SUCCESS &&
          n == 40000);
    CHECK(kit_try(o, "f", "", &g) == BX_E_SUCCESS); /* only looks, and holds it all the same */
    CHECK(bx_vfs_unlink_at(s, S("f")) == BX_E_SUCCESS && used(&k) == 40960);
    bx_file_close(f);
    CHECK(used(&k) == 40960);
    bx_file_close(g);
    CHECK(used(&k) == 0);
    bx_vfs_session_free(s2);
    bx_vfs_unref(v2);
    kit_done(&k);
}

/* ---- crashes --------------------------------------------------------------------------------- */
static pid_t in_child(void (*f)(kit *k, bx_file *s), const kit *parent)
{
    pid_t pid = fork();
    if (pid == 0) {
        kit k = *parent;
        k.s = NULL;
        k.v = NULL;
        if (bx_vfs_new(k.g, kit_path(&k, "store"), &k.v, &k.err) != BX_OK ||
            bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &k.s, &k.err) != BX_OK)
            _exit(9);
        f(&k, kit_pre(&k, 0));
        bx_vfs_session_free(k.s);
        bx_vfs_unref(k.v);
        _exit(0);
    }
    return pid;
}

static int ended(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void close_store(kit *k)
{
    bx_vfs_session_free(k->s);
    bx_vfs_unref(k->v);
    k->s = NULL;
    k->v = NULL;
}

static void die_writing(kit *k, bx_file *s)
{
    (void)k;
    (void)kit_put(s, "a", "x");
    (void)kit_put(s, "b", "y");
    (void)raise(SIGKILL);
}

static void a_killed_user(void)
{
    kit k;
    (void)store(&k, "store:s:1MiB");
    close_store(&k);
    CHECK(ended(in_child(die_writing, &k)) == -SIGKILL);
    CHECK(unlink(kit_path(&k, "store/s/b")) == 0); /* a change nobody counted */
    (void)reopen(&k);
    CHECK(used(&k) == in_tree(&k) && used(&k) == ENTRY + 4096);
    kit_done(&k);
}

static void leave_writing(kit *k, bx_file *s)
{
    (void)k;
    (void)kit_put(s, "a", "x");
}

/* Control of the one above: after a clean end the count is taken as it is. */
static void a_clean_end_is_trusted(void)
{
    kit k;
    (void)store(&k, "store:s:1MiB");
    close_store(&k);
    CHECK(ended(in_child(leave_writing, &k)) == 0);
    CHECK(unlink(kit_path(&k, "store/s/a")) == 0);
    (void)reopen(&k);
    CHECK(used(&k) == ENTRY + 4096 && in_tree(&k) == 0);
    close_store(&k);
    int fd = open(kit_path(&k, "store/s.quota"), O_RDWR | O_CLOEXEC); /* another boot */
    CHECK(fd >= 0 && pwrite(fd, "00000000", 8, 16) == 8 && close(fd) == 0);
    (void)reopen(&k);
    CHECK(used(&k) == 0);
    kit_done(&k);
}

static void die_holding_the_lock(kit *k, bx_file *s)
{
    (void)kit_put(s, "a", "x");
    BX_ASSERT(bx_store_lock(k->v->store) == BX_E_SUCCESS);
    BX_ASSERT(bx_store_reserve_locked(k->v->store, 8192));
    (void)raise(SIGKILL);
}

/* Someone else uses the store at the same time: it goes on, with a count that is too high at most,
 * until someone is alone again. */
static void a_user_killed_with_the_lock(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:1MiB");
    CHECK(ended(in_child(die_holding_the_lock, &k)) == -SIGKILL);
    CHECK(kit_put(s, "b", "y") == BX_E_SUCCESS);
    CHECK(used(&k) == in_tree(&k) + 8192);
    (void)reopen(&k);
    CHECK(used(&k) == in_tree(&k) && used(&k) == 2 * (ENTRY + 4096));
    close_store(&k);
    CHECK(ended(in_child(leave_writing, &k)) == 0);
    kit_done(&k);
}

static void a_broken_quota_file(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:1MiB");
    CHECK(kit_put(s, "f", "x") == BX_E_SUCCESS);
    close_store(&k);
    kit_file(&k, "store/s.quota", "garbage");
    (void)reopen(&k);
    CHECK(used(&k) == in_tree(&k) && used(&k) == 8192);
    kit_done(&k);
}

/* ---- several at a time ----------------------------------------------------------------------- */
static void fill_it(kit *k, bx_file *s)
{
    char name[32];
    bx_file *f;
    size_t n;
    for (int i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "f%d.%d", (int)getpid(), i);
        if (kit_try(s, name, "wc", &f) != BX_E_SUCCESS)
            break;
        while (put_n(f, 3000, &n) == BX_E_SUCCESS && i % 3)
            ;
        bx_file_close(f);
    }
    (void)k;
}

static void four_that_fill_it(void)
{
    kit k;
    (void)store(&k, "store:s:256KiB");
    pid_t p[4];
    for (int i = 0; i < 4; i++)
        p[i] = in_child(fill_it, &k);
    for (int i = 0; i < 4; i++)
        CHECK(ended(p[i]) == 0);
    CHECK(in_tree(&k) <= 256 * 1024 && in_tree(&k) > 240 * 1024);
    CHECK(used(&k) == in_tree(&k));
    kit_done(&k);
}

static void shuffle(kit *k, bx_file *s)
{
    unsigned seed = (unsigned)getpid();
    char a[8], b[8];
    bx_file *f;
    size_t n;
    (void)k;
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(a, sizeof a, "f%d", rand_r(&seed) % 4);
        (void)snprintf(b, sizeof b, "f%d", rand_r(&seed) % 4);
        switch (rand_r(&seed) % 6) {
        case 0:
            (void)bx_vfs_unlink_at(s, S(a));
            break;
        case 1:
            (void)bx_vfs_rename_at(s, S(a), s, S(b));
            break;
        case 2:
            (void)bx_vfs_link_at(s, S(a), false, s, S(b));
            break;
        default:
            if (kit_try(s, a, rand_r(&seed) % 2 ? "wc" : "wct", &f) != BX_E_SUCCESS)
                break;
            (void)put_n(f, (size_t)rand_r(&seed) % 20000, &n);
            (void)bx_file_set_size(f, (uint64_t)rand_r(&seed) % 20000);
            if (rand_r(&seed) % 2)
                (void)bx_vfs_unlink_at(s, S(a));
            (void)put_n(f, (size_t)rand_r(&seed) % 20000, &n);
            bx_file_close(f);
        }
    }
}

/* Truncating, growing, replacing and removing the same few files against each other: the count
 * never falls below what is there, and is exact when all is closed. */
static void three_that_fight(void)
{
    kit k;
    (void)store(&k, "store:s:128KiB");
    k.limits.fs_write = INT64_MAX;
    k.limits.files_created = 1000000;
    pid_t p[3];
    for (int i = 0; i < 3; i++)
        p[i] = in_child(shuffle, &k);
    for (int i = 0; i < 3; i++)
        CHECK(ended(p[i]) == 0);
    CHECK(in_tree(&k) <= 128 * 1024 && used(&k) == in_tree(&k));
    kit_done(&k);
}

/* ---- deep, and refused ---------------------------------------------------------------------- */
static void deeper_than_descriptors(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:64MiB"), *d = s, *up = NULL;
    char path[4000] = "";
    for (int i = 0; i < 1500; i++)
        (void)snprintf(path + strlen(path), 3, i ? "/d" : "d");
    for (int level = 0; level < 2; level++) { /* 3,000 levels */
        for (size_t n = 1; n <= strlen(path); n += 2)
            CHECK(bx_vfs_mkdir_at(d, (bx_str){path, n}) == BX_E_SUCCESS);
        up = d;
        CHECK(kit_try(up, path, "d", &d) == BX_E_SUCCESS);
    }
    close_store(&k);
    kit_file(&k, "store/s.quota", ""); /* counts anew */
    (void)reopen(&k);
    CHECK(used(&k) == 3000 * ENTRY);
    close_store(&k);
    char cmd[128];
    (void)snprintf(cmd, sizeof cmd, "rm -rf %s/store", k.dir);
    CHECK(system(cmd) == 0);
    kit_done(&k);
}

static bx_code try_store(kit *k)
{
    bx_code rc = kit_open(k, "store:s", NULL);
    if (rc != BX_OK && !strstr(k->err.msg, "store"))
        rc = BX_EINTERNAL;
    return rc;
}

static void what_is_refused(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(mkdir(kit_path(&k, "store"), 0700) == 0 &&
              symlink("../out", kit_path(&k, "store/s")) == 0);
    CHECK(try_store(&k) == BX_EUNSAFE);
    kit_done(&k);
    kit_init(&k);
    BX_ASSERT(mkdir(kit_path(&k, "store"), 0700) == 0);
    kit_file(&k, "store/s", "");
    CHECK(try_store(&k) == BX_EUNSAFE);
    kit_done(&k);
    kit_init(&k);
    BX_ASSERT(mkdir(kit_path(&k, "store"), 0700) == 0 && mkdir(kit_path(&k, "store/s"), 0700) == 0);
    BX_ASSERT(chmod(kit_path(&k, "store/s"), 0777) == 0);
    CHECK(try_store(&k) == BX_EUNSAFE);
    kit_done(&k);
    kit_init(&k);
    BX_ASSERT(mkdir(kit_path(&k, "store"), 0700) == 0 && chmod(kit_path(&k, "store"), 0770) == 0);
    CHECK(try_store(&k) == BX_EUNSAFE);
    kit_done(&k);
    kit_init(&k);
    BX_ASSERT(mkdir(kit_path(&k, "store"), 0700) == 0 &&
              symlink("../out/canary", kit_path(&k, "store/s.quota")) == 0);
    CHECK(try_store(&k) == BX_EIO && kit_has(&k, "out/canary", "canary"));
    kit_done(&k);
}

BXT_MAIN(RUN(kept); RUN(at_the_limit); RUN(writes_are_cut); RUN(every_change_is_counted);
         RUN(removed_while_another_holds_it); RUN(a_killed_user); RUN(a_clean_end_is_trusted);
         RUN(a_user_killed_with_the_lock); RUN(a_broken_quota_file); RUN(four_that_fill_it);
         RUN(three_that_fight); RUN(deeper_than_descriptors); RUN(what_is_refused);)
