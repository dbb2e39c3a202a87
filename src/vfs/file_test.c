/* Open files, the same on every kind of tree. */
#include <signal.h>
#include <sys/wait.h>

#include "vfs/testkit.h"

static void on_each(void (*f)(bx_file *d))
{
    for (size_t i = 0; i < 3 && !bxt_failed; i++) {
        kit k;
        kit_init(&k);
        BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "tmp:1MiB", "store:s:1MiB", NULL) == BX_OK);
        f(kit_pre(&k, i));
        if (bxt_failed)
            printf("# in tree %zu\n", i);
        kit_done(&k);
    }
}

static bx_errno put(bx_file *f, const char *s, size_t *n) { return kit_write(f, s, n); }

/* The whole file as text. */
static const char *all(bx_file *f)
{
    static char buf[256];
    size_t n = 0;
    struct iovec iov = {buf, sizeof buf - 1};
    if (bx_file_preadv(f, &iov, 1, 0, &n) != BX_E_SUCCESS)
        return "?";
    buf[n] = '\0';
    return buf;
}

static void reads_and_writes(bx_file *d)
{
    bx_file *f;
    size_t n = 0;
    uint64_t at = 9;
    char a[3], b[4];
    struct iovec two[2] = {{a, 3}, {b, 4}};
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS && bx_file_type(f) == BX_FT_REG);
    CHECK(bx_file_rights(f) == (BX_FS_READ | BX_FS_WRITE));
    CHECK(put(f, "0123456789", &n) == BX_E_SUCCESS && n == 10);
    CHECK(bx_file_seek(f, 0, SEEK_CUR, &at) == BX_E_SUCCESS && at == 10);
    CHECK(bx_file_readv(f, two, 2, &n) == BX_E_SUCCESS && n == 0);
    CHECK(bx_file_seek(f, 2, SEEK_SET, &at) == BX_E_SUCCESS && at == 2);
    CHECK(bx_file_readv(f, two, 2, &n) == BX_E_SUCCESS && n == 7);
    CHECK(memcmp(a, "234", 3) == 0 && memcmp(b, "5678", 4) == 0);
    CHECK(bx_file_readv(f, two, 2, &n) == BX_E_SUCCESS && n == 1 && a[0] == '9');
    CHECK(bx_file_preadv(f, two, 2, 9, &n) == BX_E_SUCCESS && n == 1);
    CHECK(bx_file_preadv(f, two, 2, 10, &n) == BX_E_SUCCESS && n == 0);
    CHECK(bx_file_preadv(f, two, 2, 1000, &n) == BX_E_SUCCESS && n == 0);
    CHECK(bx_file_preadv(f, two, 2, UINT64_MAX, &n) == BX_E_INVAL);
    CHECK(bx_file_pwritev(f, two, 2, UINT64_MAX, &n) == BX_E_INVAL);
    CHECK(bx_file_pwritev(f, two, 2, (uint64_t)INT64_MAX + 1, &n) == BX_E_INVAL);
    CHECK(bx_file_readv(f, two, BX_MAX_IOVECS + 1, &n) == BX_E_INVAL);
    CHECK(bx_file_writev(f, two, BX_MAX_IOVECS + 1, &n) == BX_E_INVAL);
    CHECK(bx_file_readv(f, NULL, 0, &n) == BX_E_SUCCESS && n == 0);
    struct iovec x = {(void *)(uintptr_t)"XY", 2};
    CHECK(bx_file_pwritev(f, &x, 1, 4, &n) == BX_E_SUCCESS && n == 2);
    CHECK(strcmp(all(f), "0123XY6789") == 0);
    CHECK(bx_file_seek(f, 0, SEEK_CUR, &at) == BX_E_SUCCESS && at == 10); /* pwrite does not move */
}

static void most_iovecs(bx_file *d)
{
    static char bytes[BX_MAX_IOVECS], back[BX_MAX_IOVECS];
    static struct iovec iov[BX_MAX_IOVECS], in[BX_MAX_IOVECS];
    bx_file *f;
    size_t n = 0;
    for (size_t i = 0; i < BX_MAX_IOVECS; i++) {
        bytes[i] = (char)(i % 251);
        iov[i] = (struct iovec){bytes + i, 1};
        in[i] = (struct iovec){back + i, 1};
    }
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_writev(f, iov, BX_MAX_IOVECS, &n) == BX_E_SUCCESS && n == BX_MAX_IOVECS);
    CHECK(bx_file_preadv(f, in, BX_MAX_IOVECS, 0, &n) == BX_E_SUCCESS && n == BX_MAX_IOVECS);
    CHECK(memcmp(bytes, back, sizeof back) == 0);
}

static void seeking(bx_file *d)
{
    bx_file *f;
    uint64_t at = 7;
    size_t n;
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS && put(f, "0123456789", &n) == BX_E_SUCCESS);
    CHECK(bx_file_seek(f, -4, SEEK_END, &at) == BX_E_SUCCESS && at == 6);
    CHECK(bx_file_seek(f, -6, SEEK_CUR, &at) == BX_E_SUCCESS && at == 0);
    CHECK(bx_file_seek(f, -1, SEEK_CUR, &at) == BX_E_INVAL &&
          bx_file_seek(f, -1, SEEK_SET, &at) == BX_E_INVAL);
    CHECK(bx_file_seek(f, 0, 17, &at) == BX_E_INVAL);
    CHECK(bx_file_seek(f, 15, SEEK_SET, &at) == BX_E_SUCCESS &&
          at == 15); /* past the end: a hole when written */
    CHECK(put(f, "x", &n) == BX_E_SUCCESS);
    char b[17];
    struct iovec iov = {b, sizeof b};
    CHECK(bx_file_preadv(f, &iov, 1, 0, &n) == BX_E_SUCCESS && n == 16);
    CHECK(memcmp(b, "0123456789\0\0\0\0\0x", 16) == 0);
    CHECK(bx_file_seek(d, 0, SEEK_SET, &at) == BX_E_ISDIR);
    CHECK(kit_try(d, "f", "", &f) == BX_E_SUCCESS &&
          bx_file_seek(f, 0, SEEK_SET, &at) == BX_E_BADF);
    CHECK(kit_try(d, "g", "c", &f) == BX_E_SUCCESS &&
          bx_file_seek(f, 0, SEEK_SET, &at) == BX_E_BADF);
}

static void appending(bx_file *d)
{
    bx_file *f, *g;
    size_t n;
    uint64_t at;
    CHECK(kit_try(d, "f", "rwca", &f) == BX_E_SUCCESS && bx_file_get_flags(f).append);
    CHECK(put(f, "ab", &n) == BX_E_SUCCESS && bx_file_seek(f, 0, SEEK_SET, &at) == BX_E_SUCCESS);
    CHECK(put(f, "cd", &n) == BX_E_SUCCESS && strcmp(all(f), "abcd") == 0);
    CHECK(bx_file_seek(f, 0, SEEK_CUR, &at) == BX_E_SUCCESS && at == 4);
    CHECK(bx_file_seek(f, 1, SEEK_SET, &at) == BX_E_SUCCESS && put(f, "", &n) == BX_E_SUCCESS);
    CHECK(bx_file_seek(f, 0, SEEK_CUR, &at) == BX_E_SUCCESS && at == 1); /* nothing: no move */
    CHECK(kit_try(d, "f", "w", &g) == BX_E_SUCCESS && bx_file_set_size(g, 6) == BX_E_SUCCESS);
    CHECK(put(f, "e", &n) == BX_E_SUCCESS); /* at the end as it is now */
    bx_stat st;
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 7);
    bx_file_set_flags(f, false, true);
    CHECK(!bx_file_get_flags(f).append && bx_file_get_flags(f).nonblock);
    CHECK(bx_file_seek(f, 0, SEEK_SET, &at) == BX_E_SUCCESS && put(f, "Z", &n) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 7);
    bx_file_set_flags(f, true, false);
    CHECK(put(f, "!", &n) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 8);
    CHECK(bx_file_pwritev(f, &(struct iovec){(char[]){'P'}, 1}, 1, 0, &n) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 8); /* a place that is named counts */
    char first = 0;
    CHECK(bx_file_preadv(f, &(struct iovec){&first, 1}, 1, 0, &n) == BX_E_SUCCESS && first == 'P');
    CHECK(bx_file_append(g, &(struct iovec){(char[]){'Q'}, 1}, 1, &n) == BX_E_SUCCESS && n == 1);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 9 && !bx_file_get_flags(g).append);
    CHECK(bx_file_seek(g, 0, SEEK_CUR, &at) == BX_E_SUCCESS && at == 9);
}

static void sizes(bx_file *d)
{
    bx_file *f, *g;
    size_t n;
    bx_stat st;
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS && put(f, "0123456789", &n) == BX_E_SUCCESS);
    CHECK(bx_file_set_size(f, 3) == BX_E_SUCCESS && strcmp(all(f), "012") == 0);
    CHECK(bx_file_set_size(f, 6) == BX_E_SUCCESS);
    char b[8] = "zzzzzzz";
    struct iovec iov = {b, 8};
    CHECK(bx_file_preadv(f, &iov, 1, 0, &n) == BX_E_SUCCESS && n == 6 &&
          memcmp(b, "012\0\0\0", 6) == 0);
    CHECK(kit_try(d, "f", "rwt", &g) == BX_E_SUCCESS); /* truncated by another handle */
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 0);
    CHECK(bx_file_set_size(d, 0) == BX_E_ISDIR && bx_file_allocate(d, 0, 1) == BX_E_ISDIR);
}

static void removed_while_open(bx_file *d)
{
    bx_file *f, *sub;
    size_t n;
    bx_stat st;
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS && put(f, "still", &n) == BX_E_SUCCESS);
    CHECK(bx_vfs_unlink_at(d, S("f")) == BX_E_SUCCESS && kit_opens(d, "f", "r") == BX_E_NOENT);
    CHECK(strcmp(all(f), "still") == 0 && put(f, " here", &n) == BX_E_SUCCESS);
    CHECK(strcmp(all(f), "still here") == 0 && bx_file_stat(f, &st) == BX_E_SUCCESS &&
          st.nlink == 0);
    CHECK(kit_put(d, "f", "new") == BX_E_SUCCESS && strcmp(all(f), "still here") == 0);
    CHECK(kit_put(d, "g", "other") == BX_E_SUCCESS &&
          bx_vfs_rename_at(d, S("g"), d, S("f")) == BX_E_SUCCESS);
    CHECK(strcmp(kit_read(d, "f"), "other") == 0);
    CHECK(bx_vfs_mkdir_at(d, S("s")) == BX_E_SUCCESS && kit_try(d, "s", "d", &sub) == BX_E_SUCCESS);
    CHECK(bx_vfs_rmdir_at(d, S("s")) == BX_E_SUCCESS);
    CHECK(kit_opens(sub, "x", "cw") == BX_E_NOENT && bx_vfs_mkdir_at(sub, S("x")) == BX_E_NOENT);
    CHECK(bx_vfs_symlink_at(S("x"), sub, S("y")) == BX_E_NOENT);
    CHECK(bx_vfs_link_at(d, S("f"), false, sub, S("y")) == BX_E_NOENT);
    CHECK(bx_vfs_rename_at(d, S("f"), sub, S("y")) == BX_E_NOENT);
    char list[16];
    CHECK(kit_list(sub, list, sizeof list) == BX_E_SUCCESS && list[0] == '\0');
}

static void times(bx_file *d)
{
    bx_file *f;
    bx_stat st, ln;
    bx_set_time keep = {.kind = BX_TIME_KEEP}, a = {BX_TIME_SET, 42 * BX_SEC + 7},
                m = {BX_TIME_SET, 69 * BX_SEC};
    bx_set_time now = {.kind = BX_TIME_NOW};
    CHECK(kit_try(d, "f", "rc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_set_times(f, a, m) == BX_E_SUCCESS && bx_file_stat(f, &st) == BX_E_SUCCESS);
    CHECK(st.atim_ns == a.ns && st.mtim_ns == m.ns && st.ctim_ns > m.ns);
    CHECK(bx_vfs_set_times_at(d, S("f"), false, keep, a) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.atim_ns == a.ns && st.mtim_ns == a.ns);
    CHECK(bx_vfs_symlink_at(S("f"), d, S("l")) == BX_E_SUCCESS);
    CHECK(bx_vfs_set_times_at(d, S("l"), false, m, m) == BX_E_SUCCESS); /* of the link */
    CHECK(bx_vfs_stat_at(d, S("l"), false, &ln) == BX_E_SUCCESS && ln.type == BX_FT_SYMLINK &&
          ln.mtim_ns == m.ns);
    CHECK(bx_vfs_stat_at(d, S("l"), true, &ln) == BX_E_SUCCESS && ln.type == BX_FT_REG &&
          ln.mtim_ns == a.ns);
    CHECK(bx_vfs_set_times_at(d, S("l"), true, keep, now) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.atim_ns == a.ns &&
          st.mtim_ns > 1700000000 * BX_SEC);
    bx_file *look;
    CHECK(kit_try(d, "f", "", &look) == BX_E_SUCCESS &&
          bx_file_set_times(look, a, keep) == BX_E_SUCCESS);
    CHECK(bx_file_stat(look, &st) == BX_E_SUCCESS && st.atim_ns == a.ns);
}

static void stats(bx_file *d)
{
    bx_file *f, *g, *h, *dd;
    bx_stat a, b, c;
    CHECK(kit_put(d, "f", "12345") == BX_E_SUCCESS && kit_opens(d, "g", "c") == BX_E_SUCCESS);
    CHECK(bx_vfs_link_at(d, S("f"), false, d, S("h")) == BX_E_SUCCESS);
    CHECK(kit_try(d, "f", "r", &f) == BX_E_SUCCESS && kit_try(d, "g", "", &g) == BX_E_SUCCESS);
    CHECK(kit_try(d, "h", "w", &h) == BX_E_SUCCESS && kit_try(d, ".", "d", &dd) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &a) == BX_E_SUCCESS && bx_file_stat(h, &b) == BX_E_SUCCESS &&
          bx_file_stat(g, &c) == BX_E_SUCCESS);
    CHECK(a.size == 5 && a.nlink == 2 && a.type == BX_FT_REG && a.ino == b.ino && a.dev == b.dev);
    CHECK(c.dev == a.dev && c.ino != a.ino && a.dev >= 1 &&
          a.dev <= BX_MAX_DEVS); /* not the host's number */
    CHECK(bx_file_is_same(f, h) && bx_file_is_same(f, f) && !bx_file_is_same(f, g) &&
          bx_file_is_same(d, dd));
    CHECK(!bx_file_is_same(d, f));
    CHECK(bx_file_stat(d, &a) == BX_E_SUCCESS && a.type == BX_FT_DIR);
    CHECK(bx_vfs_stat_at(d, S("."), false, &b) == BX_E_SUCCESS && a.ino == b.ino && a.dev == b.dev);
    CHECK(bx_vfs_stat_at(f, S("."), false, &b) == BX_E_NOTDIR &&
          bx_vfs_stat_at(f, S("x"), false, &b) == BX_E_NOTDIR);
    CHECK(kit_opens(f, "x", "c") == BX_E_NOTDIR && bx_vfs_mkdir_at(f, S("x")) == BX_E_NOTDIR);
    CHECK(bx_file_poll_fd(f) == -1 && bx_file_poll_fd(d) == -1);
}

static void advice_and_sync(bx_file *d)
{
    bx_file *f, *look;
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS && kit_try(d, "f", "", &look) == BX_E_SUCCESS);
    for (int i = 0; i <= 5; i++)
        CHECK(bx_file_advise(f, 10, 50, i) == BX_E_SUCCESS &&
              bx_file_advise(look, 0, 0, i) == BX_E_SUCCESS);
    CHECK(bx_file_advise(f, 0, 0, 6) == BX_E_INVAL && bx_file_advise(f, 0, 0, -1) == BX_E_INVAL);
    CHECK(bx_file_advise(f, UINT64_MAX, 1, 0) == BX_E_INVAL &&
          bx_file_advise(d, 0, 0, 0) == BX_E_BADF);
    CHECK(bx_file_sync(f, true) == BX_E_SUCCESS && bx_file_sync(f, false) == BX_E_SUCCESS);
    CHECK(bx_file_sync(d, false) == BX_E_SUCCESS && bx_file_sync(look, false) == BX_E_SUCCESS);
}

static void readlink_is_cut(bx_file *d)
{
    char buf[10];
    size_t n = 0;
    memset(buf, '#', sizeof buf);
    CHECK(bx_vfs_symlink_at(S("target"), d, S("l")) == BX_E_SUCCESS);
    CHECK(bx_vfs_readlink_at(d, S("l"), buf, sizeof buf, &n) == BX_E_SUCCESS && n == 6);
    CHECK(memcmp(buf, "target####", 10) == 0);
    CHECK(bx_vfs_readlink_at(d, S("l"), buf, 4, &n) == BX_E_SUCCESS && n == 4 &&
          memcmp(buf, "targ", 4) == 0);
    CHECK(bx_vfs_readlink_at(d, S("l"), buf, 0, &n) == BX_E_SUCCESS && n == 0);
}

static void long_names(bx_file *d)
{
    char name[258];
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    CHECK(kit_opens(d, name, "c") == BX_E_SUCCESS && bx_vfs_unlink_at(d, S(name)) == BX_E_SUCCESS);
    CHECK(bx_vfs_mkdir_at(d, S(name)) == BX_E_SUCCESS);
    name[255] = 'n';
    name[256] = '\0';
    CHECK(kit_opens(d, name, "c") == BX_E_NAMETOOLONG &&
          bx_vfs_mkdir_at(d, S(name)) == BX_E_NAMETOOLONG);
    CHECK(bx_vfs_rename_at(d, S(name), d, S("x")) == BX_E_NAMETOOLONG &&
          kit_opens(d, name, "r") == BX_E_NAMETOOLONG);
    bx_stat st;
    CHECK(bx_vfs_stat_at(d, S(name), false, &st) == BX_E_NAMETOOLONG);
}

static void reads_and_writes_on_each(void) { on_each(reads_and_writes); }
static void most_iovecs_on_each(void) { on_each(most_iovecs); }
static void seeking_on_each(void) { on_each(seeking); }
static void appending_on_each(void) { on_each(appending); }
static void sizes_on_each(void) { on_each(sizes); }
static void removed_while_open_on_each(void) { on_each(removed_while_open); }
static void times_on_each(void) { on_each(times); }
static void stats_on_each(void) { on_each(stats); }
static void advice_and_sync_on_each(void) { on_each(advice_and_sync); }
static void readlink_is_cut_on_each(void) { on_each(readlink_is_cut); }
static void long_names_on_each(void) { on_each(long_names); }

static void flags_of_opening(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *f;
    bx_open_how how = {
        .read = true, .write = true, .create = true, .dsync = true, .sync = true, .nonblock = true};
    CHECK(bx_vfs_open(kit_pre(&k, 0), S("f"), &how, &f) == BX_E_SUCCESS);
    bx_file_flags fl = bx_file_get_flags(f);
    CHECK(fl.dsync && fl.sync && fl.nonblock && !fl.append && !fl.rsync);
    CHECK((fcntl(f->fd, F_GETFL) & O_SYNC) == O_SYNC && (fcntl(f->fd, F_GETFD) & FD_CLOEXEC));
    kit_done(&k);
}

static void unheard(void *ctx, const bx_fs_event *ev)
{
    (void)ctx;
    (void)ev;
}

static void out_of_memory(void)
{
    kit k;
    kit_init(&k);
    k.on_event = unheard;
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    EACH_ALLOC_FAILS(rc, {
        bx_errno e = kit_opens(w, "f", "rwc");
        rc = e == BX_E_NOMEM ? BX_ENOMEM : e == BX_E_SUCCESS ? BX_OK : BX_EIO;
    });
    CHECK(bx_vfs_counters(k.s)->open_files == 0 && bx_vfs_counters(k.s)->files_created == 1);
    kit_done(&k);
}

/* A process that holds a write lease on `path` until somebody opens it. */
static pid_t lease_holder(const char *path)
{
    int ready[2];
    char c;
    BX_ASSERT(pipe(ready) == 0);
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t io;
        (void)sigemptyset(&io);
        (void)sigaddset(&io, SIGIO);
        (void)sigprocmask(SIG_BLOCK, &io, NULL);
        int fd = open(path, O_RDWR | O_CLOEXEC), sig;
        c = fd >= 0 && fcntl(fd, F_SETLEASE, F_WRLCK) == 0 ? 'y' : 'n';
        (void)!write(ready[1], &c, 1);
        if (c == 'y')
            (void)sigwait(&io, &sig);
        _exit(0); /* which gives the lease back */
    }
    bool held = read(ready[0], &c, 1) == 1 && c == 'y';
    (void)close(ready[0]);
    (void)close(ready[1]);
    if (!held)
        (void)waitpid(pid, NULL, 0);
    return held ? pid : -1;
}

static void a_leased_file_is_waited_for(void)
{
    kit k;
    bx_file *f;
    kit_init(&k);
    kit_file(&k, "w/f", "x");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    pid_t pid = lease_holder(kit_path(&k, "w/f"));
    if (pid < 0)
        printf("# no leases here\n");
    bx_ctl ctl = bx_ctl_init(0); /* control: the call is over, so nobody waits */
    bx_vfs_session_set_ctl(k.s, &ctl);
    CHECK(pid < 0 || kit_opens(kit_pre(&k, 0), "f", "r") == BX_E_AGAIN);
    (void)waitpid(pid, NULL, 0);
    pid = lease_holder(kit_path(&k, "w/f"));
    ctl = bx_ctl_init(UINT64_MAX);
    CHECK(kit_try(kit_pre(&k, 0), "f", "r", &f) == BX_E_SUCCESS);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
    kit_done(&k);
}

BXT_MAIN(RUN(reads_and_writes_on_each); RUN(most_iovecs_on_each); RUN(seeking_on_each);
         RUN(appending_on_each); RUN(sizes_on_each); RUN(removed_while_open_on_each);
         RUN(times_on_each); RUN(stats_on_each); RUN(advice_and_sync_on_each);
         RUN(readlink_is_cut_on_each); RUN(long_names_on_each); RUN(flags_of_opening);
         RUN(out_of_memory); RUN(a_leased_file_is_waited_for);)
