/* The directories above the mounts: they open and list, and give no right to anything. */
#include "vfs/testkit.h"

static size_t n_pre(const kit *k) { return bx_vfs_preopen_count(k->v); }

static bool shown(const kit *k, size_t i, const char *name)
{
    return bx_str_eq(bx_vfs_preopen_path(k->v, i), S(name));
}

/* w is at /a/b, w2 at /a/c/d read-only, /tmp in memory; "/" is the last. */
static bx_file *three_mounts(kit *k)
{
    kit_init(k);
    kit_mkdir(k, "w2");
    kit_mkdir(k, "w/sub");
    kit_file(k, "w/f", "one");
    kit_file(k, "w2/f", "two");
    BX_ASSERT(kit_open(k, "=w:/a/b", "=w2:/a/c/d", "rw:/a/b", "read:/a/c/d", "tmp", NULL) == BX_OK);
    return kit_pre(k, n_pre(k) - 1);
}

static void it_is_there_once_something_is_granted(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", NULL) == BX_OK && n_pre(&k) == 0); /* nothing is granted */
    kit_done(&k);
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "read:/w", NULL) == BX_OK && n_pre(&k) == 2 && shown(&k, 0, "/w"));
    CHECK(shown(&k, 1, "/") && bx_file_grant_rights(kit_pre(&k, 1)) == BX_FS_READ);
    kit_done(&k);
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/", "read:/", "tmp", NULL) == BX_OK && n_pre(&k) == 2);
    CHECK(shown(&k, 0, "/") && shown(&k, 1, "/tmp")); /* the mount's own */
    kit_done(&k);
}

static void it_lists_the_ways_down(void)
{
    kit k;
    char names[256];
    bx_file *root = three_mounts(&k), *a = NULL, *dot = NULL;
    CHECK(kit_list(root, names, sizeof names) == BX_E_SUCCESS && strcmp(names, "a tmp ") == 0);
    CHECK(kit_try(root, "a/", "rd", &a) == BX_E_SUCCESS);
    CHECK(kit_list(a, names, sizeof names) == BX_E_SUCCESS && strcmp(names, "b c ") == 0);
    CHECK(kit_try(a, "./../.", "r", &dot) == BX_E_SUCCESS && bx_file_is_same(dot, root));
    bx_stat x, y;
    CHECK(bx_vfs_stat_at(root, S("a"), true, &x) == BX_E_SUCCESS && x.type == BX_FT_DIR);
    CHECK(bx_file_stat(a, &y) == BX_E_SUCCESS && x.ino == y.ino && x.dev == y.dev);
    CHECK(bx_file_stat(root, &y) == BX_E_SUCCESS && x.ino != y.ino);
    bx_file_close(a);
    bx_file_close(dot);
    kit_done(&k);
}

static void it_leads_into_what_was_granted(void)
{
    kit k;
    bx_file *root = three_mounts(&k), *sub = NULL;
    CHECK(strcmp(kit_read(root, "a/b/f"), "one") == 0 &&
          strcmp(kit_read(root, "a/c/d/f"), "two") == 0);
    CHECK(strcmp(kit_read(root, "./a/x/../b//f"), "") == 0); /* x leads nowhere */
    CHECK(strcmp(kit_read(root, "a/c/../b/sub/../f"), "one") == 0);
    CHECK(kit_put(root, "a/b/new", "n") == BX_E_SUCCESS && kit_has(&k, "w/new", "n"));
    CHECK(bx_vfs_rename_at(root, S("a/b/new"), root, S("a/b/sub/new")) == BX_E_SUCCESS);
    CHECK(kit_put(root, "tmp/t", "t") == BX_E_SUCCESS && strcmp(kit_read(root, "tmp/t"), "t") == 0);
    CHECK(kit_try(root, "a/b", "rd", &sub) == BX_E_SUCCESS);
    CHECK(bx_file_is_same(sub, kit_pre(&k, 0)));
    bx_file_close(sub);
    kit_done(&k);
}

/* Controls: it_leads_into_what_was_granted. */
static void it_gives_no_right(void)
{
    kit k;
    bx_stat st;
    char buf[64];
    size_t n;
    bx_set_time now = {BX_TIME_NOW, 0};
    bx_file *root = three_mounts(&k);
    CHECK(kit_put(root, "a/c/d/f", "x") == BX_E_PERM && kit_has(&k, "w2/f", "two"));
    CHECK(kit_put(root, "new", "x") == BX_E_PERM && kit_put(root, "a/new", "x") == BX_E_PERM);
    CHECK(bx_vfs_mkdir_at(root, S("d")) == BX_E_PERM &&
          bx_vfs_mkdir_at(root, S("a/c/d/e")) == BX_E_PERM);
    CHECK(bx_vfs_rmdir_at(root, S("a")) == BX_E_PERM &&
          bx_vfs_unlink_at(root, S("a")) == BX_E_PERM);
    CHECK(bx_vfs_symlink_at(S("f"), root, S("l")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(root, S("a"), root, S("z")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(root, S("a/b/f"), root, S("z")) == BX_E_PERM);
    CHECK(bx_vfs_rename_at(root, S("a/b/f"), root, S("tmp/f")) == BX_E_XDEV);
    CHECK(bx_vfs_link_at(root, S("a/c/d/f"), false, root, S("a/b/g")) == BX_E_PERM);
    CHECK(bx_vfs_set_times_at(root, S("a"), true, now, now) == BX_E_PERM);
    CHECK(bx_file_set_times(root, now, now) == BX_E_PERM);
    CHECK(bx_vfs_rmdir_at(root, S("a/b")) != BX_E_SUCCESS && kit_has(&k, "w/f", "one"));
    CHECK(bx_vfs_readlink_at(root, S("a"), buf, sizeof buf, &n) == BX_E_INVAL);
    static const char *const nowhere[] = {"etc/passwd", "a/c/f", "a/bb", "out/canary", "w/f"};
    for (size_t i = 0; i < BX_COUNT(nowhere); i++)
        CHECK(bx_vfs_stat_at(root, S(nowhere[i]), true, &st) == BX_E_NOENT &&
              kit_opens(root, nowhere[i], "r") == BX_E_NOENT);
    static const char *const out[] = {"..",   "../..", "a/../..", "a/b/../../../out/canary",
                                      "/etc", ""};
    for (size_t i = 0; i < BX_COUNT(out); i++)
        CHECK(kit_opens(root, out[i], "r") != BX_E_SUCCESS);
    kit_done(&k);
}

static void a_deny_rule_holds_on_this_way(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/key", "key");
    kit_file(&k, "w/f", "f");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:**/key", NULL) == BX_OK);
    bx_file *root = kit_pre(&k, 1);
    CHECK(kit_opens(root, "w/key", "r") == BX_E_ACCES && strcmp(kit_read(root, "w/f"), "f") == 0);
    kit_done(&k);
}

/* The working directory is one more name of a granted directory, with that one's rights. */
static void working_directories(void)
{
    static const struct {
        const char *cwd, *rights, *file;
    } some[] = {{"/w", "rw:/w", "f"}, {"/w/sub", "rw:/w", "g"}, {"/w/sub", "read:/w", "g"}};
    for (size_t i = 0; i < BX_COUNT(some); i++) {
        kit k;
        kit_init(&k);
        kit_mkdir(&k, "w/sub");
        kit_file(&k, "w/f", "f");
        kit_file(&k, "w/sub/g", "g");
        CHECK(bx_grant_set_cwd(k.g, S(some[i].cwd), &k.err) == BX_OK);
        CHECK(kit_open(&k, "=w:/w", some[i].rights, NULL) == BX_OK && n_pre(&k) == 3);
        bx_file *dot = kit_pre(&k, 2);
        CHECK(shown(&k, 1, "/") && shown(&k, 2, ".") &&
              strcmp(kit_read(dot, some[i].file), some[i].file) == 0);
        CHECK(kit_put(dot, "new", "x") == (some[i].rights[1] == 'w' ? BX_E_SUCCESS : BX_E_PERM));
        CHECK(kit_opens(dot, "../../out/canary", "r") == BX_E_PERM);
        kit_done(&k);
    }
}

static void working_directories_that_cannot_be(void)
{
    static const char *const bad[] = {"/x", "/w/none", "/w/f", "/w/away", "/ww"};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        kit k;
        kit_init(&k);
        kit_file(&k, "w/f", "f");
        BX_ASSERT(symlink("../out", kit_path(&k, "w/away")) == 0);
        CHECK(bx_grant_set_cwd(k.g, S(bad[i]), &k.err) == BX_OK);
        CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) != BX_OK && strstr(k.err.msg, bad[i]));
        kit_done(&k);
    }
    kit k;
    kit_init(&k);
    CHECK(bx_grant_set_cwd(k.g, S("w"), &k.err) == BX_EINVAL);
    CHECK(bx_grant_set_cwd(k.g, S("/w/.."), &k.err) == BX_EINVAL);
    CHECK(bx_grant_set_cwd(k.g, S("/a"), &k.err) == BX_OK); /* above a grant: as "/" is */
    char names[64];
    CHECK(kit_open(&k, "=w:/a/w", "rw:/a/w", NULL) == BX_OK && n_pre(&k) == 3);
    CHECK(kit_list(kit_pre(&k, 2), names, sizeof names) == BX_E_SUCCESS &&
          strcmp(names, "w ") == 0);
    CHECK(kit_put(kit_pre(&k, 2), "x", "x") == BX_E_PERM &&
          kit_put(kit_pre(&k, 2), "w/x", "x") == BX_E_SUCCESS);
    kit_done(&k);
}

BXT_MAIN(RUN(it_is_there_once_something_is_granted); RUN(it_lists_the_ways_down);
         RUN(it_leads_into_what_was_granted); RUN(it_gives_no_right);
         RUN(a_deny_rule_holds_on_this_way); RUN(working_directories);
         RUN(working_directories_that_cannot_be);)
