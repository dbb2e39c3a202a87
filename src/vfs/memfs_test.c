/* The in-memory /tmp: its size, and that it is nobody else's. */
#include "vfs/memfs.h"
#include "vfs/testkit.h"

static bx_file *tmp(kit *k, const char *cap)
{
    kit_init(k);
    BX_ASSERT(kit_open(k, cap, NULL) == BX_OK);
    return kit_pre(k, 0);
}

static bx_errno put_n(bx_file *f, size_t n, size_t *done)
{
    static char buf[1 << 16];
    struct iovec iov = {buf, n};
    return bx_file_writev(f, &iov, 1, done);
}

static void gone_with_its_session(void)
{
    kit k;
    bx_file *t = tmp(&k, "tmp");
    CHECK(kit_put(t, "f", "x") == BX_E_SUCCESS && access("/tmp/f", F_OK) != 0);
    bx_vfs_session *other;
    bx_file *o;
    bx_stat st;
    CHECK(bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &other, NULL) == BX_OK);
    CHECK(bx_vfs_preopen(other, 0, &o) == BX_E_SUCCESS &&
          bx_vfs_stat_at(o, S("f"), false, &st) == BX_E_NOENT);
    bx_vfs_session_free(other);
    kit_new_session(&k);
    CHECK(bx_vfs_stat_at(kit_pre(&k, 0), S("f"), false, &st) == BX_E_NOENT);
    kit_done(&k);
}

/* 64 KiB: what is written, with all overhead, stays below it. */
static void full(void)
{
    kit k;
    bx_file *t = tmp(&k, "tmp:64KiB"), *f;
    size_t n = 0, sum = 0;
    CHECK(kit_try(t, "f", "rwc", &f) == BX_E_SUCCESS);
    bx_errno e;
    while ((e = put_n(f, 1000, &n)) == BX_E_SUCCESS)
        sum += n;
    CHECK(e == BX_E_NOSPC && sum > 40000 && sum <= 65536);
    CHECK(k.s->mem->used <= 65536);
    bx_stat st;
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == sum);
    CHECK(bx_file_set_size(f, 0) == BX_E_SUCCESS && put_n(f, 1000, &n) == BX_E_SUCCESS &&
          n == 1000);
    kit_done(&k);
}

static void all_is_given_back(void)
{
    kit k;
    bx_file *t = tmp(&k, "tmp:256KiB"), *f;
    size_t n = 0;
    CHECK(kit_opens(t, "warm", "c") == BX_E_SUCCESS &&
          bx_vfs_unlink_at(t, S("warm")) == BX_E_SUCCESS);
    uint64_t before = k.s->mem->used;
    CHECK(bx_vfs_mkdir_at(t, S("d")) == BX_E_SUCCESS &&
          bx_vfs_symlink_at(S("target"), t, S("s")) == BX_E_SUCCESS);
    CHECK(kit_try(t, "d/f", "wc", &f) == BX_E_SUCCESS && put_n(f, 50000, &n) == BX_E_SUCCESS);
    CHECK(bx_vfs_link_at(t, S("d/f"), false, t, S("h")) == BX_E_SUCCESS);
    CHECK(bx_vfs_unlink_at(t, S("d/f")) == BX_E_SUCCESS &&
          bx_vfs_unlink_at(t, S("h")) == BX_E_SUCCESS);
    CHECK(k.s->mem->used > before + 50000); /* still open */
    bx_file_close(f);
    CHECK(bx_vfs_rmdir_at(t, S("d")) == BX_E_SUCCESS &&
          bx_vfs_unlink_at(t, S("s")) == BX_E_SUCCESS);
    CHECK(k.s->mem->used == before);
    kit_done(&k);
}

static void empty_files_fill_it_too(void)
{
    kit k;
    bx_file *t = tmp(&k, "tmp:64KiB");
    char name[32];
    bx_errno e = BX_E_SUCCESS;
    int n = 0;
    for (; e == BX_E_SUCCESS && n < 10000; n++) {
        (void)snprintf(name, sizeof name, "file%d", n);
        e = kit_opens(t, name, "c");
    }
    CHECK(e == BX_E_NOSPC && n > 50 && n < 1000 && k.s->mem->used <= 65536);
    CHECK(bx_vfs_symlink_at(S("x"), t, S("s")) == BX_E_NOSPC &&
          bx_vfs_mkdir_at(t, S("d")) == BX_E_NOSPC);
    CHECK(bx_vfs_unlink_at(t, S("file0")) == BX_E_SUCCESS &&
          kit_opens(t, "again", "c") == BX_E_SUCCESS);
    kit_done(&k);
}

/* A hole takes no memory, but the table of its places does. */
static void holes(void)
{
    kit k;
    kit_init(&k);
    k.limits.fs_write = INT64_MAX;
    CHECK(kit_open(&k, "tmp:64KiB", NULL) == BX_OK);
    bx_file *t = kit_pre(&k, 0), *f;
    size_t n = 0;
    CHECK(kit_try(t, "f", "rwc", &f) == BX_E_SUCCESS &&
          bx_file_set_size(f, 1 << 20) == BX_E_SUCCESS);
    CHECK(bx_file_set_size(f, (uint64_t)1 << 40) == BX_E_NOSPC &&
          bx_file_set_size(f, INT64_MAX) == BX_E_NOSPC);
    struct iovec iov = {(void *)(uintptr_t)"x", 1};
    CHECK(bx_file_pwritev(f, &iov, 1, (uint64_t)1 << 40, &n) == BX_E_NOSPC);
    CHECK(bx_file_pwritev(f, &iov, 1, INT64_MAX, &n) == BX_E_FBIG);
    CHECK(bx_file_allocate(f, 0, 1 << 20) == BX_E_NOSPC);
    char c = 9;
    struct iovec in = {&c, 1};
    CHECK(bx_file_preadv(f, &in, 1, (1 << 20) - 1, &n) == BX_E_SUCCESS && n == 1 && c == 0);
    bx_stat st;
    CHECK(bx_file_stat(f, &st) == BX_E_SUCCESS && st.size == 1 << 20);
    kit_done(&k);
}

/* What was cut off does not come back. */
static void no_old_bytes(void)
{
    kit k;
    bx_file *t = tmp(&k, "tmp"), *f;
    size_t n;
    char b[8];
    struct iovec in = {b, 8};
    CHECK(kit_try(t, "f", "rwc", &f) == BX_E_SUCCESS &&
          kit_write(f, "SECRET!!", &n) == BX_E_SUCCESS);
    CHECK(bx_file_set_size(f, 2) == BX_E_SUCCESS && bx_file_set_size(f, 8) == BX_E_SUCCESS);
    CHECK(bx_file_preadv(f, &in, 1, 0, &n) == BX_E_SUCCESS && n == 8 &&
          memcmp(b, "SE\0\0\0\0\0\0", 8) == 0);
    struct iovec x = {(void *)(uintptr_t)"x", 1};
    CHECK(bx_file_set_size(f, 2) == BX_E_SUCCESS &&
          bx_file_pwritev(f, &x, 1, 6, &n) == BX_E_SUCCESS);
    CHECK(bx_file_preadv(f, &in, 1, 0, &n) == BX_E_SUCCESS && n == 7 &&
          memcmp(b, "SE\0\0\0\0x", 7) == 0);
    kit_done(&k);
}

static void many_names(void)
{
    kit k;
    kit_init(&k);
    k.limits.files_created = 100000;
    CHECK(kit_open(&k, "tmp:64MiB", NULL) == BX_OK);
    bx_file *t = kit_pre(&k, 0);
    char name[32];
    bx_stat st;
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof name, "f%d", i);
        CHECK(kit_opens(t, name, "cx") == BX_E_SUCCESS);
    }
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof name, "f%d", i);
        CHECK(bx_vfs_stat_at(t, S(name), false, &st) == BX_E_SUCCESS);
        if (i % 2)
            CHECK(bx_vfs_unlink_at(t, S(name)) == BX_E_SUCCESS);
    }
    CHECK(bx_vfs_stat_at(t, S("f19999"), false, &st) == BX_E_NOENT);
    CHECK(bx_file_stat(t, &st) == BX_E_SUCCESS && st.nlink == 2);
    kit_done(&k);
}

static bx_errno some_work(bx_file *t)
{
    bx_file *f = NULL;
    size_t n;
    char list[64];
    bx_errno e = kit_try(t, "f", "rwc", &f);
    if (e == BX_E_SUCCESS)
        e = put_n(f, 10000, &n);
    if (e == BX_E_SUCCESS)
        e = bx_vfs_mkdir_at(t, S("d"));
    if (e == BX_E_SUCCESS)
        e = bx_vfs_symlink_at(S("f"), t, S("d/s"));
    if (e == BX_E_SUCCESS)
        e = bx_vfs_link_at(t, S("f"), false, t, S("d/h"));
    if (e == BX_E_SUCCESS)
        e = bx_vfs_rename_at(t, S("d"), t, S("e"));
    return e == BX_E_SUCCESS ? kit_list(t, list, sizeof list) : e;
}

static void out_of_memory(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "tmp", NULL) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        bx_vfs_session *s = NULL;
        bx_file *t = NULL;
        rc = bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &s, NULL);
        bx_errno e = rc == BX_OK ? bx_vfs_preopen(s, 0, &t) : BX_E_SUCCESS;
        if (rc == BX_OK && e == BX_E_SUCCESS)
            e = some_work(t);
        rc = e == BX_E_NOMEM ? BX_ENOMEM : e == BX_E_SUCCESS ? rc : BX_EIO;
        bx_vfs_session_free(s);
    });
    kit_done(&k);
}

BXT_MAIN(RUN(gone_with_its_session); RUN(full); RUN(all_is_given_back);
         RUN(empty_files_fill_it_too); RUN(holes); RUN(no_old_bytes); RUN(many_names);
         RUN(out_of_memory);)
