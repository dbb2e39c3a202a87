/* Carve-outs beat any grant, by whatever name the file is reached.  Every refusal has a control
 * that shows the same way open for a file that is not carved out. */
#include "base/ascii.h"
#include "vfs/carve_fold.h"
#include "vfs/carve_scan.h"
#include "vfs/testkit.h"

/* w/secret, w/open, w/d/.env, w/d/a, w/priv/key, w/pub/ */
static void tree(kit *k)
{
    kit_init(k);
    kit_file(k, "w/secret", "SECRET");
    kit_file(k, "w/open", "open");
    kit_mkdir(k, "w/d");
    kit_file(k, "w/d/.env", "SECRET");
    kit_file(k, "w/d/a", "a");
    kit_mkdir(k, "w/priv");
    kit_file(k, "w/priv/key", "SECRET");
    kit_mkdir(k, "w/pub");
}

static bx_file *carved(kit *k)
{
    tree(k);
    BX_ASSERT(kit_open(k, "=w:/w", "rw:/w", "deny:/w/secret", "deny:**/.env", "deny:/w/priv",
                       NULL) == BX_OK);
    return kit_pre(k, 0);
}

/* Every operation on one path; all must say ACCES. */
static bool all_refused(bx_file *w, const char *path)
{
    static const bx_set_time now = {.kind = BX_TIME_NOW};
    static const char *const how[] = {"r", "w", "rw", "", "rf", "c", "cx", "wt", "d", "cwf"};
    bx_stat st;
    char buf[16];
    size_t n;
    for (size_t i = 0; i < BX_COUNT(how); i++) {
        if (kit_opens(w, path, how[i]) != BX_E_ACCES)
            return false;
    }
    return bx_vfs_stat_at(w, S(path), false, &st) == BX_E_ACCES &&
           bx_vfs_stat_at(w, S(path), true, &st) == BX_E_ACCES &&
           bx_vfs_set_times_at(w, S(path), true, now, now) == BX_E_ACCES &&
           bx_vfs_readlink_at(w, S(path), buf, sizeof buf, &n) == BX_E_ACCES &&
           bx_vfs_mkdir_at(w, S(path)) == BX_E_ACCES && bx_vfs_rmdir_at(w, S(path)) == BX_E_ACCES &&
           bx_vfs_unlink_at(w, S(path)) == BX_E_ACCES &&
           bx_vfs_symlink_at(S("open"), w, S(path)) == BX_E_ACCES &&
           bx_vfs_rename_at(w, S(path), w, S("q")) == BX_E_ACCES &&
           bx_vfs_rename_at(w, S("open"), w, S(path)) == BX_E_ACCES &&
           bx_vfs_link_at(w, S(path), false, w, S("q")) == BX_E_ACCES &&
           bx_vfs_link_at(w, S("open"), false, w, S(path)) == BX_E_ACCES;
}

static void every_operation_is_refused(void)
{
    kit k;
    bx_file *w = carved(&k);
    CHECK(all_refused(w, "secret"));
    CHECK(all_refused(w, "d/.env"));
    CHECK(all_refused(w, "priv"));
    CHECK(all_refused(w, "priv/key"));
    CHECK(all_refused(w, "./d/../secret"));
    CHECK(!all_refused(w, "open"));
    CHECK(kit_has(&k, "w/secret", "SECRET") && kit_has(&k, "w/d/.env", "SECRET"));
    kit_done(&k);
}

/* What is there and what is not must look the same. */
static void existence_does_not_show(void)
{
    kit k;
    bx_file *w = carved(&k);
    CHECK(kit_opens(w, "priv/key", "r") == BX_E_ACCES &&
          kit_opens(w, "priv/none", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "pub/.env", "r") == BX_E_ACCES); /* does not exist */
    CHECK(kit_opens(w, "priv/../open", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "priv/key/../../open", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "priv/none/../../open", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "pub/../open", "r") == BX_E_SUCCESS); /* control */
    CHECK(symlink("../open", kit_path(&k, "w/priv/l")) == 0);
    CHECK(symlink("../open", kit_path(&k, "w/pub/l")) == 0);
    CHECK(symlink("../pub", kit_path(&k, "w/priv/dir")) == 0);
    CHECK(symlink("../pub", kit_path(&k, "w/pub/dir")) == 0);
    CHECK(kit_opens(w, "priv/l", "rf") == BX_E_ACCES &&
          kit_opens(w, "pub/l", "rf") == BX_E_SUCCESS);
    CHECK(kit_opens(w, "priv/dir/l", "rf") == BX_E_ACCES &&
          kit_opens(w, "pub/dir/l", "rf") == BX_E_SUCCESS);
    kit_done(&k);
}

static void not_listed(void)
{
    kit k;
    bx_file *w = carved(&k), *d = NULL;
    char list[256];
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS);
    CHECK(strlen(list) == strlen("open d pub ") && strstr(list, "open ") && strstr(list, "pub "));
    CHECK(kit_try(w, "d", "d", &d) == BX_E_SUCCESS);
    CHECK(kit_list(d, list, sizeof list) == BX_E_SUCCESS && strcmp(list, "a ") == 0);
    kit_done(&k);
}

static void through_symbolic_links(void)
{
    kit k;
    bx_file *w = carved(&k);
    CHECK(symlink("secret", kit_path(&k, "w/l1")) == 0);
    CHECK(symlink("l1", kit_path(&k, "w/l2")) == 0);
    CHECK(symlink("priv", kit_path(&k, "w/lp")) == 0);
    CHECK(symlink("d", kit_path(&k, "w/ld")) == 0);
    CHECK(symlink("open", kit_path(&k, "w/lo")) == 0);
    CHECK(strcmp(kit_read(w, "lo"), "open") == 0 &&
          strcmp(kit_read(w, "ld/a"), "a") == 0); /* control */
    CHECK(kit_opens(w, "l1", "rf") == BX_E_ACCES);
    CHECK(kit_opens(w, "l2", "rf") == BX_E_ACCES);
    CHECK(kit_opens(w, "lp/key", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "lp/", "d") == BX_E_ACCES);
    CHECK(kit_opens(w, "ld/.env", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "l1", "cwtf") == BX_E_ACCES);
    CHECK(bx_vfs_link_at(w, S("l1"), true, w, S("q")) == BX_E_ACCES);
    CHECK(bx_vfs_symlink_at(S("secret"), w, S("mine")) == BX_E_SUCCESS); /* by the guest */
    CHECK(kit_opens(w, "mine", "rf") == BX_E_ACCES);
    CHECK(bx_vfs_symlink_at(S("pub/.env"), w, S("dang")) ==
          BX_E_SUCCESS); /* would be made by following */
    CHECK(kit_opens(w, "dang", "cwf") == BX_E_ACCES &&
          access(kit_path(&k, "w/pub/.env"), F_OK) != 0);
    CHECK(bx_vfs_unlink_at(w, S("l1")) == BX_E_SUCCESS); /* the link itself is not carved out */
    kit_done(&k);
}

static void through_hard_links(void)
{
    kit k;
    bx_file *w = carved(&k);
    bx_stat st;
    CHECK(link(kit_path(&k, "w/secret"), kit_path(&k, "w/h1")) == 0);
    CHECK(link(kit_path(&k, "w/d/.env"), kit_path(&k, "w/h2")) == 0);
    CHECK(link(kit_path(&k, "w/priv/key"), kit_path(&k, "w/pub/h3")) == 0);
    CHECK(link(kit_path(&k, "w/open"), kit_path(&k, "w/h4")) == 0);
    CHECK(kit_opens(w, "h1", "r") == BX_E_ACCES && kit_opens(w, "h2", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "pub/h3", "r") == BX_E_ACCES && kit_opens(w, "pub/h3", "w") == BX_E_ACCES);
    CHECK(kit_opens(w, "h1", "") == BX_E_ACCES &&
          bx_vfs_stat_at(w, S("h1"), false, &st) == BX_E_ACCES);
    CHECK(bx_vfs_link_at(w, S("h1"), false, w, S("h5")) == BX_E_ACCES);
    CHECK(strcmp(kit_read(w, "h4"), "open") == 0); /* control: several names, none carved out */
    CHECK(bx_vfs_link_at(w, S("h4"), false, w, S("h6")) == BX_E_SUCCESS);
    CHECK(strcmp(kit_read(w, "h6"), "open") == 0);
    CHECK(kit_opens(w, "h1", "r") == BX_E_ACCES); /* after the count was taken anew */
    kit_done(&k);
}

static void more_than_can_be_looked_through(void)
{
    kit k;
    bx_file *w = carved(&k);
    CHECK(link(kit_path(&k, "w/open"), kit_path(&k, "w/h")) == 0);
    bx_carve_scan_max = 10; /* the tree has secret open h d d/.env d/a priv priv/key pub: 9 */
    bx_errno fits = kit_opens(w, "h", "r");
    kit_file(&k, "w/x", "");
    kit_file(&k, "w/y", "");
    kit_new_session(&k);
    bx_errno over = kit_opens(kit_pre(&k, 0), "h", "r"),
             single = kit_opens(kit_pre(&k, 0), "d/a", "r");
    bx_carve_scan_max = 100000;
    CHECK(fits == BX_E_SUCCESS && over == BX_E_ACCES && single == BX_E_SUCCESS);
    kit_done(&k);
}

static void too_deep_to_be_looked_through(void)
{
    kit k;
    bx_file *w = carved(&k);
    char path[4096] = "w/deep";
    for (int i = 0; i < 130; i++) {
        kit_mkdir(&k, path);
        (void)snprintf(path + strlen(path), 3, "/d");
    }
    CHECK(link(kit_path(&k, "w/open"), kit_path(&k, "w/h")) == 0);
    CHECK(kit_opens(w, "h", "r") == BX_E_ACCES);
    kit_done(&k);
}

/* Rules that name one file need no look at the whole tree. */
static void a_literal_rule_costs_no_scan(void)
{
    kit k;
    tree(&k);
    CHECK(link(kit_path(&k, "w/secret"), kit_path(&k, "w/h1")) == 0);
    CHECK(link(kit_path(&k, "w/open"), kit_path(&k, "w/h4")) == 0);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/secret", "deny:/w/priv", NULL) == BX_OK);
    bx_carve_scan_max = 1; /* priv/key */
    bx_errno ok = kit_opens(kit_pre(&k, 0), "h4", "r"), no = kit_opens(kit_pre(&k, 0), "h1", "r");
    bx_carve_scan_max = 100000;
    CHECK(ok == BX_E_SUCCESS && no == BX_E_ACCES);
    kit_done(&k);
}

static void through_a_renamed_parent(void)
{
    kit k;
    tree(&k);
    kit_mkdir(&k, "w/e");
    kit_mkdir(&k, "w/e/in");
    kit_file(&k, "w/e/in/k", "SECRET");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/e/in/k", "deny:**/.env", "deny:/w/*/conf/x",
                   NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(bx_vfs_rename_at(w, S("e"), w, S("e2")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(w, S("e/in"), w, S("pub/in")) == BX_E_ACCES);
    kit_mkdir(&k, "w/pub/conf");
    CHECK(bx_vfs_rename_at(w, S("pub/conf"), w, S("conf2")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(w, S("pub"), w, S("d/pub")) == BX_E_ACCES); /* could hold conf/x */
    kit_mkdir(&k, "w/d/sub");
    CHECK(bx_vfs_rename_at(w, S("d/sub"), w, S("pub/sub")) == BX_E_SUCCESS); /* control */
    CHECK(bx_vfs_rename_at(w, S("open"), w, S("open2")) == BX_E_SUCCESS);
    CHECK(kit_opens(w, "e/in/k", "r") == BX_E_ACCES);
    kit_done(&k);
}

static void a_floating_name_moves_along(void)
{
    kit k;
    tree(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:**/.env", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(bx_vfs_rename_at(w, S("d"), w, S("pub/d")) == BX_E_SUCCESS);
    CHECK(kit_opens(w, "pub/d/.env", "r") == BX_E_ACCES &&
          kit_opens(w, "pub/d/a", "r") == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(w, S("pub/d"), w, S(".env")) == BX_E_ACCES);
    kit_done(&k);
}

/* A handle got while its directory was open to the guest: its place now counts. */
static void a_handle_whose_directory_was_moved(void)
{
    kit k;
    bx_file *w = carved(&k), *pub = NULL;
    kit_file(&k, "w/pub/f", "f");
    CHECK(kit_try(w, "pub", "d", &pub) == BX_E_SUCCESS);
    CHECK(strcmp(kit_read(pub, "f"), "f") == 0); /* control */
    CHECK(rename(kit_path(&k, "w/pub"), kit_path(&k, "w/priv/pub")) == 0);
    CHECK(kit_opens(pub, "f", "r") == BX_E_ACCES && kit_put(pub, "new", "x") == BX_E_ACCES);
    CHECK(kit_opens(pub, ".", "d") == BX_E_ACCES && bx_vfs_unlink_at(pub, S("f")) == BX_E_ACCES);
    CHECK(rename(kit_path(&k, "w/priv/pub"), kit_path(&k, "out/pub")) ==
          0); /* outside every mount */
    CHECK(kit_opens(pub, "f", "r") == BX_E_PERM);
    CHECK(rename(kit_path(&k, "out/pub"), kit_path(&k, "w/pub2")) == 0);
    CHECK(strcmp(kit_read(pub, "f"), "f") == 0);
    CHECK(bx_vfs_unlink_at(pub, S("f")) == BX_E_SUCCESS && rmdir(kit_path(&k, "w/pub2")) == 0);
    CHECK(kit_opens(pub, "f", "cw") == BX_E_NOENT);
    kit_done(&k);
}

static void two_mounts_of_one_tree(void)
{
    kit k;
    tree(&k);
    CHECK(kit_open(&k, "=w:/w", "=w:/x", "=w/priv:/p", "=w/d:/d", "rw:/w", "rw:/x", "rw:/p",
                   "rw:/d", "deny:/w/secret", "deny:/w/priv/key", "deny:/d/.env", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *x = kit_pre(&k, 1), *p = kit_pre(&k, 2);
    CHECK(kit_opens(w, "secret", "r") == BX_E_ACCES && kit_opens(x, "secret", "r") == BX_E_ACCES);
    CHECK(kit_opens(x, "priv/key", "r") == BX_E_ACCES && kit_opens(p, "key", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "d/.env", "r") == BX_E_ACCES && kit_opens(x, "d/.env", "r") == BX_E_ACCES);
    CHECK(kit_opens(x, "open", "r") == BX_E_SUCCESS &&
          kit_put(p, "new", "n") == BX_E_SUCCESS); /* control */
    CHECK(bx_vfs_rename_at(x, S("priv"), x, S("priv2")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(x, S("d"), x, S("d2")) == BX_E_ACCES);       /* the root of mount /d */
    CHECK(bx_vfs_rename_at(x, S("pub"), x, S("pub2")) == BX_E_SUCCESS); /* control */
    kit_done(&k);
}

/* The rule names the file by a mount in which nothing is granted. */
static void a_mount_that_is_not_granted(void)
{
    kit k;
    tree(&k);
    CHECK(kit_open(&k, "=w:/w", "=w/priv:/p", "read:/p", "deny:/w/priv/key", NULL) == BX_OK);
    kit_file(&k, "w/priv/other", "o");
    CHECK(kit_opens(kit_pre(&k, 0), "key", "r") == BX_E_ACCES);
    CHECK(kit_opens(kit_pre(&k, 0), "other", "r") == BX_E_SUCCESS); /* control */
    kit_done(&k);
}

/* Links in the paths of grants and rules: what they lead to is carved out too. */
static void links_in_grants_and_rules(void)
{
    kit k;
    tree(&k);
    CHECK(symlink("priv", kit_path(&k, "w/cur")) == 0);
    kit_file(&k, "w/priv/other", "o");
    CHECK(kit_open(&k, "=w:/w", "read:/w/cur", "rw:/w", "deny:/w/cur/key", NULL) == BX_OK);
    bx_file *cur = kit_pre(&k, 0), *w = kit_pre(&k, 1);
    CHECK(kit_opens(cur, "key", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "cur/key", "r") == BX_E_ACCES);
    CHECK(kit_opens(w, "priv/key", "r") == BX_E_ACCES);
    CHECK(kit_opens(cur, "other", "r") == BX_E_SUCCESS &&
          kit_opens(w, "priv/other", "r") == BX_E_SUCCESS);
    kit_done(&k);
}

static void the_whole_grant_carved_out(void)
{
    kit k;
    tree(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/*", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    char list[64];
    CHECK(kit_opens(w, "open", "r") == BX_E_ACCES && kit_opens(w, "none", "r") == BX_E_ACCES);
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && list[0] == '\0'); /* what is in it */
    kit_done(&k);
    tree(&k);
    CHECK(kit_open(&k, "=w:/w", "tmp", "rw:/w", "deny:/w", "deny:/tmp", NULL) == BX_OK);
    for (size_t i = 0; i < 2; i++)
        CHECK(kit_list(kit_pre(&k, i), list, sizeof list) == BX_E_ACCES);
    CHECK(kit_opens(kit_pre(&k, 0), ".", "d") == BX_E_ACCES &&
          kit_opens(kit_pre(&k, 1), ".", "d") == BX_E_ACCES);
    kit_done(&k);
}

static void in_memory_and_store(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "tmp", "store:s", "deny:**/.env", "deny:/tmp/no", "deny:/store/no", NULL) ==
          BX_OK);
    for (size_t i = 0; i < 2; i++) {
        bx_file *d = kit_pre(&k, i);
        CHECK(kit_put(d, "open", "o") == BX_E_SUCCESS &&
              bx_vfs_mkdir_at(d, S("sub")) == BX_E_SUCCESS);
        CHECK(all_refused(d, ".env") && all_refused(d, "no") && all_refused(d, "sub/.env"));
        CHECK(all_refused(d, "no/x"));
        CHECK(bx_vfs_symlink_at(S("sub/.env"), d, S("l")) == BX_E_SUCCESS);
        CHECK(kit_opens(d, "l", "cwf") == BX_E_ACCES);
        CHECK(bx_vfs_rename_at(d, S("sub"), d, S("sub2")) == BX_E_SUCCESS);
        CHECK(kit_opens(d, "sub2/.env", "c") == BX_E_ACCES);
    }
    kit_done(&k);
}

static void directories_in_memory_that_may_not_move(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "tmp", "deny:/tmp/a/k", NULL) == BX_OK);
    bx_file *t = kit_pre(&k, 0);
    CHECK(bx_vfs_mkdir_at(t, S("a")) == BX_E_SUCCESS && bx_vfs_mkdir_at(t, S("b")) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(t, S("a"), t, S("c")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(t, S("b"), t, S("c")) == BX_E_SUCCESS);
    kit_done(&k);
}

static void a_name_that_looks_deleted(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/x (deleted)", "real");
    kit_mkdir(&k, "w/d (deleted)");
    kit_file(&k, "w/d (deleted)/f", "f");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/y", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(strcmp(kit_read(w, "x (deleted)"), "real") == 0 &&
          strcmp(kit_read(w, "d (deleted)/f"), "f") == 0);
    kit_done(&k);
}

/* A rule with wildcards means a link by its own name as well as what it leads to. */
static void wildcard_rules_through_links(void)
{
    static const char *const paths[] = {
        "current/x",     "current/x/y",   "again/x", "current/sub/../x",
        "deep/l/x",      "./current/./x", "d/up/x",  "current/sub/../../current/x",
        "a/b/current/x",
    };
    kit k;
    tree(&k);
    kit_mkdir(&k, "w/v1");
    kit_mkdir(&k, "w/v1/sub");
    kit_mkdir(&k, "w/v1/x");
    kit_file(&k, "w/v1/x/y", "SECRET");
    kit_file(&k, "w/v1/o", "open");
    kit_file(&k, "w/v1/open", "");
    kit_mkdir(&k, "w/deep");
    kit_mkdir(&k, "w/a");
    CHECK(symlink("v1", kit_path(&k, "w/current")) == 0);
    CHECK(symlink("current", kit_path(&k, "w/again")) == 0);
    CHECK(symlink("../current/", kit_path(&k, "w/deep/l")) == 0);
    CHECK(symlink("../current/sub/..", kit_path(&k, "w/d/up")) == 0);
    CHECK(symlink("..", kit_path(&k, "w/a/b")) == 0);
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "deny:**/current/x", "deny:**/.env", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *cur = NULL, *sub = NULL;
    for (size_t i = 0; i < BX_COUNT(paths); i++)
        CHECK(all_refused(w, paths[i]));
    CHECK(strcmp(kit_read(w, "current/o"), "open") == 0); /* controls */
    CHECK(strcmp(kit_read(w, "a/b/current/../v1/o"), "open") == 0);
    CHECK(strcmp(kit_read(w, "v1/x/y"), "SECRET") == 0); /* a name no rule means */
    CHECK(strcmp(kit_read(w, "current/../v1/x/y"), "SECRET") == 0);
    CHECK(kit_put(w, "again/n", "n") == BX_E_SUCCESS);
    CHECK(kit_try(w, "again", "df", &cur) ==
          BX_E_SUCCESS); /* a handle keeps the names it came by */
    CHECK(all_refused(cur, "x") && all_refused(cur, "sub/../x"));
    CHECK(kit_try(cur, "sub", "d", &sub) == BX_E_SUCCESS);
    CHECK(kit_opens(sub, "../x", "r") == BX_E_PERM && strcmp(kit_read(cur, "o"), "open") == 0);
    char list[64];
    CHECK(kit_list(cur, list, sizeof list) == BX_E_SUCCESS && !strstr(list, "x ") &&
          strstr(list, "o "));
    bx_carve_distrusts_all = true;
    CHECK(kit_opens(cur, "X", "r") == BX_E_ACCES && kit_opens(w, "again/X/y", "r") == BX_E_ACCES);
    bx_carve_distrusts_all = false;
    CHECK(kit_opens(cur, "X", "r") == BX_E_NOENT); /* control */
    kit_done(&k);
}

/* ---- where names are not told apart -----------------------------------------------------------
 */
/* As on exFAT or behind FUSE: what folds to a denied name is refused, also what is not there. */
static void other_spellings(void)
{
    static const char *const spelled[] = {
        "SECRET",  "Secret",   "\u017fecret", "secre\u200ct", "secret::$DATA",
        "secret.", "secret ",  "d/.ENV",      "D/.Env",       "d/.env:s",
        "PRIV",    "Priv/KEY", "priv./key",   "d/ENV~1",      "SECRE~1",
    };
    kit k;
    tree(&k);
    for (size_t i = 0; i < BX_COUNT(spelled); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "w/%s", spelled[i]);
        if (!strchr(spelled[i], '/'))
            kit_file(&k, path, "x");
    }
    kit_mkdir(&k, "w/D");
    kit_mkdir(&k, "w/priv.");
    (void)unlink(kit_path(&k, "w/Priv"));
    kit_mkdir(&k, "w/Priv");
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/secret", "deny:**/.env", "deny:/w/priv",
                       NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    for (size_t i = 0; i < BX_COUNT(spelled); i++)
        CHECK(!all_refused(w, spelled[i])); /* control: here names are bytes */
    char list[512];
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && strstr(list, "SECRET "));
    bx_carve_distrusts_all = true;
    kit_new_session(&k);
    w = kit_pre(&k, 0);
    for (size_t i = 0; i < BX_COUNT(spelled); i++)
        CHECK(all_refused(w, spelled[i]));
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && !strcasestr(list, "secre"));
    CHECK(strcmp(kit_read(w, "open"), "open") == 0 && kit_put(w, "Open~", "o") == BX_E_SUCCESS);
    CHECK(kit_put(w, "d/env", "o") == BX_E_SUCCESS && kit_put(w, "d/a:b", "o") == BX_E_SUCCESS);
    bx_carve_distrusts_all = false;
    kit_done(&k);
}

static void sets_of_one_case(void)
{
    kit k;
    tree(&k);
    char was[sizeof k.dir]; /* a path that is its own folded form */
    memcpy(was, k.dir, sizeof was);
    for (char *p = k.dir; *p; p++)
        *p = bx_lower(*p);
    BX_ASSERT(strcmp(was, k.dir) == 0 || rename(was, k.dir) == 0);
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/[S]ecret", "deny:/w/[!o]pen", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(kit_opens(w, "secret", "r") == BX_E_SUCCESS && kit_opens(w, "open", "r") == BX_E_SUCCESS);
    CHECK(all_refused(w, "Secret") && all_refused(w, "Open"));
    bx_carve_distrusts_all = true;
    CHECK(all_refused(w, "secret") && all_refused(w, "open"));
    CHECK(kit_opens(w, "d/a", "r") == BX_E_SUCCESS); /* control */
    bx_carve_distrusts_all = false;
    kit_done(&k);
}

static void several_links_where_inodes_do_not_tell(void)
{
    kit k;
    bx_file *w = carved(&k);
    CHECK(link(kit_path(&k, "w/open"), kit_path(&k, "w/h")) == 0);
    CHECK(kit_opens(w, "h", "r") == BX_E_SUCCESS); /* control */
    bx_carve_distrusts_all = true;
    CHECK(kit_opens(w, "h", "r") == BX_E_ACCES && kit_opens(w, "d/a", "r") == BX_E_SUCCESS);
    bx_carve_distrusts_all = false;
    kit_done(&k);
}

static void a_mount_by_another_spelling(void)
{
    kit k;
    tree(&k);
    kit_mkdir(&k, "w/PRIV");
    kit_file(&k, "w/PRIV/key", "SECRET");
    BX_ASSERT(kit_open(&k, "=w:/w", "=w/priv:/p", "rw:/w", "deny:/p/key", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(kit_opens(w, "PRIV/key", "r") == BX_E_SUCCESS); /* control */
    CHECK(kit_opens(w, "priv/key", "r") == BX_E_ACCES);
    bx_carve_distrusts_all = true;
    CHECK(kit_opens(w, "PRIV/key", "r") == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(w, S("PRIV"), w, S("q")) == BX_E_ACCES);
    bx_carve_distrusts_all = false;
    kit_done(&k);
}

static void denied_paths_are_not_made_by_another_spelling(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "deny:/w/.git/hooks", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    CHECK(bx_vfs_mkdir_at(w, S("x")) == BX_E_SUCCESS);
    CHECK(bx_vfs_mkdir_at(w, S("x/hooks")) == BX_E_SUCCESS);
    bx_carve_distrusts_all = true;
    CHECK(bx_vfs_rename_at(w, S("x"), w, S(".GIT")) == BX_E_ACCES);
    CHECK(bx_vfs_symlink_at(S("x"), w, S(".Git")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(w, S("x"), w, S("y")) == BX_E_SUCCESS);
    bx_carve_distrusts_all = false;
    CHECK(bx_vfs_rename_at(w, S("y"), w, S(".GIT")) == BX_E_SUCCESS); /* control */
    kit_done(&k);
}

/* A denied path must not come to exist by moving what was built elsewhere to where its parent
 * belongs, nor by a link there. */
static void denied_paths_cannot_be_made(void)
{
    static const char *const rules[] = {"deny:/w/.git/hooks", "deny:**/.git/hooks",
                                        "deny:/w/*/hooks", "deny:/t/.git/hooks"};
    for (size_t i = 0; i < BX_COUNT(rules); i++) {
        kit k;
        kit_init(&k);
        BX_ASSERT(kit_open(&k, "=w:/w", "=w:/t", "rw:/w", rules[i], NULL) == BX_OK);
        bx_file *w = kit_pre(&k, 0);
        bool star = strchr(rules[i], '*') && rules[i][5] == '/';
        if (!star) {
            CHECK(bx_vfs_mkdir_at(w, S("x")) == BX_E_SUCCESS);
            CHECK(bx_vfs_mkdir_at(w, S("x/hooks")) == BX_E_SUCCESS); /* control: fine there */
            CHECK(bx_vfs_rename_at(w, S("x"), w, S(".git")) == BX_E_ACCES);
            CHECK(bx_vfs_rename_at(w, S("x"), w, S("y")) == BX_E_SUCCESS ||
                  strstr(rules[i], "**")); /* control: a directory may move */
        }
        CHECK(bx_vfs_symlink_at(S("x"), w, S(".git")) == BX_E_ACCES);
        CHECK(bx_vfs_mkdir_at(w, S("d")) == BX_E_SUCCESS);
        CHECK(bx_vfs_mkdir_at(w, S("d/d")) == BX_E_SUCCESS);
        CHECK(bx_vfs_symlink_at(S("x"), w, S("d/d/l")) == BX_E_SUCCESS); /* control */
        CHECK(bx_vfs_rename_at(w, S("d/d/l"), w, S(".git")) == BX_E_ACCES);
        CHECK(bx_vfs_link_at(w, S("d/d/l"), false, w, S(".git")) == BX_E_ACCES);
        CHECK(bx_vfs_mkdir_at(w, S(".git")) == BX_E_SUCCESS); /* the parent itself is allowed */
        CHECK(bx_vfs_mkdir_at(w, S(".git/hooks")) == BX_E_ACCES);
        CHECK(bx_vfs_mkdir_at(w, S(".git/refs")) == BX_E_SUCCESS);
        kit_done(&k);
    }
}

static void denied_paths_cannot_be_made_in_memory(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(kit_open(&k, "tmp", "deny:/tmp/.git/hooks", NULL) == BX_OK);
    bx_file *t = kit_pre(&k, 0);
    CHECK(bx_vfs_mkdir_at(t, S("x")) == BX_E_SUCCESS);
    CHECK(bx_vfs_mkdir_at(t, S("x/hooks")) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(t, S("x"), t, S(".git")) == BX_E_ACCES);
    CHECK(bx_vfs_symlink_at(S("x"), t, S(".git")) == BX_E_ACCES);
    CHECK(bx_vfs_symlink_at(S("x"), t, S("l")) == BX_E_SUCCESS); /* control */
    CHECK(bx_vfs_rename_at(t, S("l"), t, S(".git")) == BX_E_ACCES);
    CHECK(bx_vfs_link_at(t, S("l"), false, t, S(".git")) == BX_E_ACCES);
    CHECK(bx_vfs_rename_at(t, S("x"), t, S("y")) == BX_E_SUCCESS);
    kit_done(&k);
}

/* A call that must stop does not finish a long walk first. */
static void walks_end_with_the_call(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "tmp", "deny:**/.env", NULL) == BX_OK);
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_vfs_session_set_ctl(k.s, &ctl);
    bx_stat st;
    for (size_t i = 0; i < 2; i++) {
        bx_file *d = kit_pre(&k, i);
        CHECK(bx_vfs_mkdir_at(d, S("d")) == BX_E_SUCCESS &&
              bx_vfs_symlink_at(S("d"), d, S("l")) == BX_E_SUCCESS);
        CHECK(bx_vfs_stat_at(d, S("l/../l/."), true, &st) != BX_E_INTR); /* control */
    }
    char list[64];
    CHECK(kit_list(kit_pre(&k, 0), list, sizeof list) == BX_E_SUCCESS);
    bx_ctl_cancel(&ctl);
    CHECK(bx_vfs_stat_at(kit_pre(&k, 0), S("l/."), true, &st) == BX_E_INTR);
    CHECK(bx_vfs_stat_at(kit_pre(&k, 1), S("l/."), true, &st) == BX_E_INTR);
    CHECK(kit_list(kit_pre(&k, 0), list, sizeof list) == BX_E_INTR);
    kit_done(&k);
}

BXT_MAIN(RUN(every_operation_is_refused); RUN(existence_does_not_show); RUN(not_listed);
         RUN(through_symbolic_links); RUN(through_hard_links); RUN(more_than_can_be_looked_through);
         RUN(too_deep_to_be_looked_through); RUN(a_literal_rule_costs_no_scan);
         RUN(through_a_renamed_parent); RUN(a_floating_name_moves_along);
         RUN(a_handle_whose_directory_was_moved); RUN(two_mounts_of_one_tree);
         RUN(a_mount_that_is_not_granted); RUN(links_in_grants_and_rules);
         RUN(the_whole_grant_carved_out); RUN(in_memory_and_store);
         RUN(directories_in_memory_that_may_not_move); RUN(a_name_that_looks_deleted);
         RUN(wildcard_rules_through_links); RUN(other_spellings); RUN(sets_of_one_case);
         RUN(several_links_where_inodes_do_not_tell); RUN(a_mount_by_another_spelling);
         RUN(denied_paths_are_not_made_by_another_spelling); RUN(denied_paths_cannot_be_made);
         RUN(denied_paths_cannot_be_made_in_memory); RUN(walks_end_with_the_call);)
