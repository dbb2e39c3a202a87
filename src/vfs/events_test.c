#include "vfs/backend.h"
#include "vfs/testkit.h"

typedef struct log {
    char text[4096]; /* "op path[>path2] rights result\n" */
} log;

static void note(void *ctx, const bx_fs_event *ev)
{
    log *l = ctx;
    size_t n = strlen(l->text);
    (void)snprintf(l->text + n, sizeof l->text - n, "%s %.*s%s%.*s %s%s %s\n",
                   bx_fs_op_name(ev->op), BX_FMT(ev->path), ev->path2.n ? ">" : "",
                   BX_FMT(ev->path2), ev->rights & BX_FS_READ ? "r" : "",
                   ev->rights & BX_FS_WRITE ? "w" : "", bx_errno_name(ev->result));
}

static bx_file *watched(kit *k, log *l)
{
    *l = (log){""};
    kit_init(k);
    k->on_event = note;
    k->ctx = l;
    BX_ASSERT(kit_open(k, "=w:/w", "rw:/w", "tmp", "deny:**/.env", NULL) == BX_OK);
    return kit_pre(k, 0);
}

static bool logged(log *l, const char *want)
{
    bool ok = strcmp(l->text, want) == 0;
    if (!ok)
        printf("# got:\n%s# want:\n%s", l->text, want);
    l->text[0] = '\0';
    return ok;
}

static void each_operation(void)
{
    kit k;
    log l;
    bx_file *w = watched(&k, &l), *f, *d;
    bx_set_time now = {.kind = BX_TIME_NOW};
    CHECK(kit_try(w, "f", "rwc", &f) == BX_E_SUCCESS && logged(&l, "create /w/f rw success\n"));
    CHECK(kit_opens(w, "./x/../f", "r") == BX_E_NOENT && logged(&l, "open /w/f r noent\n"));
    CHECK(kit_opens(w, "f", "rc") == BX_E_SUCCESS && logged(&l, "open /w/f rw success\n"));
    CHECK(kit_opens(w, "f", "wt") == BX_E_SUCCESS &&
          logged(&l, "truncate /w/f w success\nopen /w/f w success\n"));
    CHECK(bx_file_set_size(f, 3) == BX_E_SUCCESS && logged(&l, "truncate /w/f w success\n"));
    CHECK(bx_file_set_times(f, now, now) == BX_E_SUCCESS &&
          logged(&l, "set_times /w/f w success\n"));
    CHECK(bx_vfs_set_times_at(w, S("f"), false, now, now) == BX_E_SUCCESS &&
          logged(&l, "set_times /w/f w success\n"));
    CHECK(bx_vfs_mkdir_at(w, S("d")) == BX_E_SUCCESS && logged(&l, "mkdir /w/d w success\n"));
    CHECK(kit_try(w, "d", "d", &d) == BX_E_SUCCESS && logged(&l, "open /w/d  success\n"));
    CHECK(bx_vfs_link_at(w, S("f"), false, d, S("h")) == BX_E_SUCCESS &&
          logged(&l, "link /w/f>/w/d/h w success\n"));
    CHECK(bx_vfs_rename_at(d, S("h"), w, S("g")) == BX_E_SUCCESS &&
          logged(&l, "rename /w/d/h>/w/g w success\n"));
    CHECK(bx_vfs_symlink_at(S("../f"), d, S("s")) == BX_E_SUCCESS &&
          logged(&l, "symlink /w/d/s>../f w success\n"));
    CHECK(bx_vfs_unlink_at(d, S("s")) == BX_E_SUCCESS && logged(&l, "unlink /w/d/s w success\n"));
    CHECK(bx_vfs_rmdir_at(w, S("d/")) == BX_E_SUCCESS && logged(&l, "rmdir /w/d w success\n"));
    CHECK(bx_vfs_rmdir_at(w, S("d/")) == BX_E_NOENT && logged(&l, "rmdir /w/d w noent\n"));
    CHECK(kit_opens(kit_pre(&k, 1), "t", "cw") == BX_E_SUCCESS &&
          logged(&l, "create /tmp/t w success\n"));
    kit_done(&k);
}

static void refusals(void)
{
    kit k;
    log l;
    bx_file *w = watched(&k, &l);
    bx_stat st;
    char buf[8];
    size_t n;
    CHECK(kit_opens(w, "../x", "r") == BX_E_PERM && logged(&l, "open /x r perm\n"));
    CHECK(kit_opens(w, "/etc/passwd", "r") == BX_E_PERM && logged(&l, "open /etc/passwd r perm\n"));
    CHECK(kit_opens(w, ".env", "wc") == BX_E_ACCES && logged(&l, "create /w/.env w acces\n"));
    CHECK(bx_vfs_stat_at(w, S(".env"), false, &st) == BX_E_ACCES &&
          logged(&l, "stat /w/.env  acces\n"));
    CHECK(bx_vfs_readlink_at(w, S(".env"), buf, 8, &n) == BX_E_ACCES &&
          logged(&l, "readlink /w/.env r acces\n"));
    CHECK(bx_vfs_rename_at(w, S("a"), kit_pre(&k, 1), S("b")) == BX_E_XDEV &&
          logged(&l, "rename /w/a>/tmp/b w xdev\n"));
    kit_done(&k);
}

/* Looking around without being refused is not worth a line. */
static void quiet_ones(void)
{
    kit k;
    log l;
    bx_file *w = watched(&k, &l);
    bx_stat st;
    char list[64];
    CHECK(bx_vfs_stat_at(w, S("none"), false, &st) == BX_E_NOENT &&
          bx_vfs_stat_at(w, S("."), false, &st) == BX_E_SUCCESS);
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && logged(&l, ""));
    kit_done(&k);
}

static void hostile_paths(void)
{
    kit k;
    log l;
    bx_file *w = watched(&k, &l);
    static char p[BX_MAX_PATH + 100];
    memset(p, 'x', sizeof p);
    bx_open_how how = {.read = true};
    bx_file *f;
    CHECK(bx_vfs_open(w, (bx_str){p, sizeof p}, &how, &f) == BX_E_NAMETOOLONG);
    CHECK(strncmp(l.text, "open /w/xxx", 11) == 0 && strstr(l.text, "nametoolong\n"));
    l.text[0] = '\0';
    CHECK(bx_vfs_open(w, (bx_str){"", 0}, &how, &f) == BX_E_NOENT &&
          logged(&l, "open /w r noent\n"));
    memset(p, '/', sizeof p);
    CHECK(bx_vfs_open(w, (bx_str){p, sizeof p}, &how, &f) == BX_E_NAMETOOLONG &&
          logged(&l, "open / r nametoolong\n"));
    kit_done(&k);
}

static void names_of_operations(void)
{
    CHECK(strcmp(bx_fs_op_name(BX_FS_OPEN), "open") == 0);
    CHECK(strcmp(bx_fs_op_name(BX_FS_READLINK), "readlink") == 0);
    CHECK(strcmp(bx_fs_op_name((bx_fs_op)99), "unknown") == 0);
}

static bx_errno no_room(bx_file *f)
{
    (void)bx_host_backend.close(f);
    return BX_E_NOSPC;
}

/* What a file system says only at the close is not lost. */
static void a_close_that_fails(void)
{
    kit k;
    log l;
    bx_file *w = watched(&k, &l), *f;
    bx_backend full = bx_host_backend;
    full.close = no_room;
    CHECK(kit_try(w, "f", "wc", &f) == BX_E_SUCCESS && logged(&l, "create /w/f w success\n"));
    CHECK(bx_file_close(f) == BX_E_SUCCESS && logged(&l, "")); /* control */
    CHECK(kit_try(w, "f", "w", &f) == BX_E_SUCCESS && logged(&l, "open /w/f w success\n"));
    f->bk = &full;
    CHECK(bx_file_close(f) == BX_E_NOSPC && logged(&l, "close /w/f w nospc\n"));
    kit_done(&k);
}

BXT_MAIN(RUN(each_operation); RUN(refusals); RUN(quiet_ones); RUN(hostile_paths);
         RUN(names_of_operations); RUN(a_close_that_fails);)
