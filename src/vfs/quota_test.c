/* Every limit at its last step, at the step before, and at the one after. */
#include "vfs/testkit.h"

static void with_limits(kit *k, uint64_t fs_write, uint64_t files, uint64_t open_files,
                        uint64_t entries)
{
    kit_init(k);
    k->limits.fs_write = fs_write;
    k->limits.files_created = files;
    k->limits.open_files = open_files;
    k->limits.dir_entries = entries;
    BX_ASSERT(kit_open(k, "=w:/w", "rw:/w", "tmp:1MiB", "store:s:1MiB", NULL) == BX_OK);
}

/* Each test runs on every kind of tree. */
static void on_each(void (*f)(kit *k, bx_file *d), uint64_t w, uint64_t c, uint64_t o, uint64_t e)
{
    for (size_t i = 0; i < 3 && !bxt_failed; i++) {
        kit k;
        with_limits(&k, w, c, o, e);
        f(&k, kit_pre(&k, i));
        if (bxt_failed)
            printf("# in tree %zu\n", i);
        kit_done(&k);
    }
}

static bx_errno put_n(bx_file *f, size_t n, size_t *done)
{
    static char buf[64];
    struct iovec iov = {buf, n};
    return bx_file_writev(f, &iov, 1, done);
}

static void bytes_written(kit *k, bx_file *d)
{
    bx_file *f;
    size_t n = 0;
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(put_n(f, 9, &n) == BX_E_SUCCESS && n == 9 && c->bytes_written == 9 && !c->hit_fs_write);
    CHECK(put_n(f, 1, &n) == BX_E_SUCCESS && n == 1 && !c->hit_fs_write); /* exactly full */
    CHECK(put_n(f, 1, &n) == BX_E_DQUOT && c->hit_fs_write && c->bytes_written == 10);
    CHECK(put_n(f, 0, &n) == BX_E_SUCCESS && n == 0);
    bx_stat st;
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 10);
    CHECK(bx_file_set_size(f, 4) == BX_E_SUCCESS); /* shrinking is free and gives nothing back */
    CHECK(bx_file_set_size(f, 5) == BX_E_DQUOT && put_n(f, 1, &n) == BX_E_DQUOT);
}

static void writes_are_cut(kit *k, bx_file *d)
{
    bx_file *f;
    size_t n = 0;
    char b[] = "12345678", r[16];
    struct iovec iov[3] = {{b, 4}, {b + 4, 4}, {b, 8}}, in = {r, sizeof r};
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_writev(f, iov, 3, &n) == BX_E_SUCCESS && n == 10);
    CHECK(bx_file_preadv(f, &in, 1, 0, &n) == BX_E_SUCCESS && n == 10 &&
          memcmp(r, "1234567812", 10) == 0);
    CHECK(bx_vfs_counters(k->s)->hit_fs_write);
}

static void growth_counts(kit *k, bx_file *d)
{
    bx_file *f;
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_set_size(f, 10) == BX_E_SUCCESS && c->bytes_written == 10);
    CHECK(bx_file_set_size(f, 11) == BX_E_DQUOT && bx_file_set_size(f, INT64_MAX) == BX_E_DQUOT);
    CHECK(bx_file_set_size(f, (uint64_t)INT64_MAX + 1) == BX_E_INVAL &&
          bx_file_set_size(f, UINT64_MAX) == BX_E_INVAL);
    CHECK(bx_file_allocate(f, 0, 1) == BX_E_DQUOT);
    bx_stat st;
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 10);
}

static void allocation_counts(kit *k, bx_file *d)
{
    bx_file *f;
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    bx_stat st;
    CHECK(kit_try(d, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_allocate(f, 0, 0) == BX_E_INVAL &&
          bx_file_allocate(f, UINT64_MAX, 1) == BX_E_INVAL);
    CHECK(bx_file_allocate(f, INT64_MAX, INT64_MAX) == BX_E_FBIG);
    CHECK(bx_file_allocate(f, 0, 8193) == BX_E_DQUOT);
    CHECK(bx_file_allocate(f, 8192, 1) == BX_E_DQUOT); /* the hole before it counts */
    CHECK(bx_file_allocate(f, 0, 100) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 100);
    CHECK(c->bytes_written >= 100 && c->bytes_written <= 8192);
    CHECK(bx_file_allocate(f, 10, 10) == BX_E_SUCCESS);
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 100);
}

static void names_created(kit *k, bx_file *d)
{
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    CHECK(kit_opens(d, "f", "c") == BX_E_SUCCESS && c->files_created == 1);
    CHECK(kit_opens(d, "f", "c") == BX_E_SUCCESS && c->files_created == 1); /* was there */
    CHECK(bx_vfs_mkdir_at(d, S("d")) == BX_E_SUCCESS &&
          bx_vfs_symlink_at(S("f"), d, S("s")) == BX_E_SUCCESS);
    CHECK(bx_vfs_mkdir_at(d, S("d")) == BX_E_EXIST && c->files_created == 3 &&
          !c->hit_files_created);
    CHECK(bx_vfs_link_at(d, S("f"), false, d, S("l")) == BX_E_SUCCESS && c->files_created == 4);
    CHECK(!c->hit_files_created);
    CHECK(kit_opens(d, "g", "c") == BX_E_DQUOT && c->hit_files_created);
    CHECK(bx_vfs_mkdir_at(d, S("e")) == BX_E_DQUOT &&
          bx_vfs_symlink_at(S("f"), d, S("t")) == BX_E_DQUOT);
    CHECK(bx_vfs_link_at(d, S("f"), false, d, S("m")) == BX_E_DQUOT);
    CHECK(kit_opens(d, "f", "cw") == BX_E_SUCCESS); /* nothing new */
    CHECK(bx_vfs_rename_at(d, S("f"), d, S("g")) == BX_E_SUCCESS);
    CHECK(bx_vfs_unlink_at(d, S("g")) == BX_E_SUCCESS && kit_opens(d, "h", "c") == BX_E_DQUOT);
    CHECK(c->files_created == 4);
}

static void files_open(kit *k, bx_file *d)
{
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    bx_file *a, *b, *x = NULL;
    CHECK(kit_opens(d, "f", "c") == BX_E_SUCCESS && c->open_files == 0 && c->open_files_peak == 1);
    CHECK(kit_try(d, "f", "r", &a) == BX_E_SUCCESS && kit_try(d, ".", "d", &b) == BX_E_SUCCESS);
    CHECK(c->open_files == 2 && !c->hit_open_files);
    CHECK(kit_try(d, "f", "r", &x) == BX_E_MFILE && !x && c->hit_open_files);
    CHECK(kit_try(d, "new", "wc", &x) == BX_E_MFILE);
    bx_stat st;
    CHECK(bx_vfs_stat_at(d, S("new"), false, &st) == BX_E_NOENT); /* not made either */
    bx_file_close(a);
    CHECK(kit_try(d, "f", "r", &x) == BX_E_SUCCESS && c->open_files == 2 &&
          c->open_files_peak == 2);
    bx_file_close(d); /* a preopen is no open file and stays usable */
    CHECK(c->open_files == 2 && bx_vfs_stat_at(d, S("f"), false, &st) == BX_E_SUCCESS);
}

static void entries_read(kit *k, bx_file *d)
{
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    char list[64];
    CHECK(kit_opens(d, "f", "c") == BX_E_SUCCESS && kit_opens(d, "g", "c") == BX_E_SUCCESS);
    CHECK(kit_list(d, list, sizeof list) == BX_E_SUCCESS && c->dir_entries == 4 &&
          !c->hit_dir_entries);
    bx_dirent e;
    bool more;
    CHECK(bx_file_readdir(d, 3, &e, &more) == BX_E_SUCCESS && more &&
          c->dir_entries == 4); /* again: free */
    CHECK(kit_list(d, list, sizeof list) == BX_E_SUCCESS && c->dir_entries == 8 &&
          !c->hit_dir_entries);
    CHECK(kit_list(d, list, sizeof list) == BX_E_DQUOT && c->dir_entries == 8 &&
          c->hit_dir_entries);
}

/* From the last entry to the first: none of them is free for having a lower cookie. */
static void entries_read_backwards(kit *k, bx_file *d)
{
    const bx_fs_counters *c = bx_vfs_counters(k->s);
    char name[2] = "a";
    for (; name[0] < 'k'; name[0]++)
        CHECK(kit_opens(d, name, "c") == BX_E_SUCCESS);
    bx_dirent e;
    bool more;
    CHECK(bx_file_readdir(d, 0, &e, &more) == BX_E_SUCCESS && c->dir_entries == 1);
    CHECK(bx_file_readdir(d, 6, &e, &more) == BX_E_SUCCESS && c->dir_entries == 7);
    CHECK(bx_file_readdir(d, 2, &e, &more) == BX_E_SUCCESS && c->dir_entries == 7);
    CHECK(bx_file_readdir(d, 9, &e, &more) == BX_E_DQUOT && c->hit_dir_entries);
}

static void entries_backwards_on_each(void) { on_each(entries_read_backwards, 100, 100, 100, 8); }

static void bytes_written_on_each(void) { on_each(bytes_written, 10, 100, 100, 100); }
static void writes_are_cut_on_each(void) { on_each(writes_are_cut, 10, 100, 100, 100); }
static void growth_counts_on_each(void) { on_each(growth_counts, 10, 100, 100, 100); }
static void allocation_counts_on_each(void) { on_each(allocation_counts, 8192, 100, 100, 100); }
static void names_created_on_each(void) { on_each(names_created, 10, 4, 100, 100); }
static void files_open_on_each(void) { on_each(files_open, 10, 100, 2, 100); }
static void entries_read_on_each(void) { on_each(entries_read, 10, 100, 100, 8); }

/* A hole costs nothing on the host, but filling it does. */
static void holes(void)
{
    kit k;
    with_limits(&k, 20000, 10, 10, 10);
    bx_file *f, *w = kit_pre(&k, 0);
    size_t n = 0;
    struct iovec iov = {(void *)(uintptr_t)"x", 1};
    CHECK(kit_try(w, "f", "rwc", &f) == BX_E_SUCCESS);
    CHECK(bx_file_pwritev(f, &iov, 1, (uint64_t)1 << 30, &n) == BX_E_SUCCESS && n == 1);
    CHECK(bx_vfs_counters(k.s)->bytes_written == 1);
    CHECK(bx_file_allocate(f, 0, (uint64_t)1 << 30) == BX_E_DQUOT);
    CHECK(bx_file_allocate(f, 0, 16384) == BX_E_SUCCESS);
    CHECK(bx_vfs_counters(k.s)->bytes_written >= 16385);
    CHECK(bx_file_allocate(f, 16384, 16384) == BX_E_DQUOT);
    kit_done(&k);
}

static void sessions_count_apart(void)
{
    kit k;
    with_limits(&k, 10, 1, 10, 10);
    CHECK(kit_put(kit_pre(&k, 0), "f", "0123456789") == BX_E_SUCCESS);
    CHECK(kit_put(kit_pre(&k, 0), "f", "x") == BX_E_DQUOT);
    kit_new_session(&k);
    CHECK(kit_put(kit_pre(&k, 0), "f", "0123456789") == BX_E_SUCCESS);
    kit_done(&k);
}

BXT_MAIN(RUN(bytes_written_on_each); RUN(writes_are_cut_on_each); RUN(growth_counts_on_each);
         RUN(allocation_counts_on_each); RUN(names_created_on_each); RUN(files_open_on_each);
         RUN(entries_read_on_each); RUN(holes); RUN(sessions_count_apart);
         RUN(entries_backwards_on_each);)
