/* A file that takes another's place: what it takes over, and what only looks like it. */
#include "vfs/testkit.h"

static mode_t mode_of(const kit *k, const char *rel)
{
    struct stat st;
    return lstat(kit_path(k, rel), &st) == 0 ? st.st_mode & 07777 : 0;
}

static bx_errno move(bx_file *w, const char *from, const char *to)
{
    return bx_vfs_rename_at(w, S(from), w, S(to));
}

static void permissions_are_kept(void)
{
    static const mode_t modes[] = {0600, 0640, 0755, 0444, 0666, 0};
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    for (size_t i = 0; i < BX_COUNT(modes); i++) {
        kit_file(&k, "w/old", "old");
        CHECK(chmod(kit_path(&k, "w/old"), modes[i]) == 0);
        CHECK(kit_put(w, "new", "new") == BX_E_SUCCESS);
        CHECK(move(w, "new", "old") == BX_E_SUCCESS && mode_of(&k, "w/old") == modes[i]);
        CHECK(chmod(kit_path(&k, "w/old"), 0600) == 0 && kit_has(&k, "w/old", "new"));
    }
    kit_done(&k);
}

static void no_other_rights_are(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    kit_file(&k, "w/old", "old");
    CHECK(chmod(kit_path(&k, "w/old"), 06755) == 0 && mode_of(&k, "w/old") == 06755);
    CHECK(kit_put(w, "new", "new") == BX_E_SUCCESS && move(w, "new", "old") == BX_E_SUCCESS);
    CHECK(mode_of(&k, "w/old") == 0755);
    kit_done(&k);
}

/* Only what this session has made, only over a regular file. */
static void other_files_keep_their_own(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    kit_file(&k, "w/a", "a");
    kit_file(&k, "w/b", "b");
    CHECK(chmod(kit_path(&k, "w/a"), 0700) == 0 && chmod(kit_path(&k, "w/b"), 0604) == 0);
    CHECK(move(w, "a", "b") == BX_E_SUCCESS && mode_of(&k, "w/b") == 0700);
    CHECK(kit_put(w, "new", "new") == BX_E_SUCCESS);
    mode_t fresh = mode_of(&k, "w/new");
    CHECK(symlink("b", kit_path(&k, "w/link")) == 0);
    CHECK(move(w, "new", "link") == BX_E_SUCCESS && mode_of(&k, "w/link") == fresh);
    CHECK(kit_put(w, "more", "more") == BX_E_SUCCESS);
    CHECK(move(w, "more", "none") == BX_E_SUCCESS && mode_of(&k, "w/none") == fresh);
    kit_new_session(&k);
    CHECK(move(kit_pre(&k, 0), "none", "b") == BX_E_SUCCESS && mode_of(&k, "w/b") == fresh);
    kit_done(&k);
}

static void the_last_ones_are_remembered(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    char name[8] = "n00";
    for (int i = 0; i <= BX_MAX_MADE; i++) {
        (void)snprintf(name, sizeof name, "n%02d", i);
        CHECK(kit_put(w, name, "new") == BX_E_SUCCESS);
    }
    mode_t fresh = mode_of(&k, "w/n00");
    kit_file(&k, "w/old", "old");
    CHECK(chmod(kit_path(&k, "w/old"), 0600) == 0);
    CHECK(move(w, "n01", "old") == BX_E_SUCCESS && mode_of(&k, "w/old") == 0600);
    CHECK(move(w, "n00", "old") == BX_E_SUCCESS && mode_of(&k, "w/old") == fresh);
    kit_done(&k);
}

static void owner_and_group_are_kept(void)
{
    kit k;
    struct stat st;
    if (geteuid() != 0)
        SKIP("only root may give files away");
    kit_init(&k);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    kit_file(&k, "w/old", "old");
    CHECK(chown(kit_path(&k, "w/old"), 1234, 4321) == 0);
    CHECK(chmod(kit_path(&k, "w/old"), 0640) == 0);
    CHECK(kit_put(w, "new", "new") == BX_E_SUCCESS && move(w, "new", "old") == BX_E_SUCCESS);
    CHECK(lstat(kit_path(&k, "w/old"), &st) == 0);
    CHECK(st.st_uid == 1234 && st.st_gid == 4321 && (st.st_mode & 07777) == 0640);
    kit_done(&k);
}

BXT_MAIN(RUN(permissions_are_kept); RUN(no_other_rights_are); RUN(other_files_keep_their_own);
         RUN(the_last_ones_are_remembered); RUN(owner_and_group_are_kept);)
