#include "vfs/readdir.h"
#include "vfs/testkit.h"

static void on_each(void (*f)(bx_file *d))
{
    for (size_t i = 0; i < 3 && !bxt_failed; i++) {
        kit k;
        kit_init(&k);
        BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "tmp:16MiB", "store:s:16MiB", NULL) == BX_OK);
        f(kit_pre(&k, i));
        if (bxt_failed)
            printf("# in tree %zu\n", i);
        kit_done(&k);
    }
}

static bx_errno get(bx_file *d, uint64_t cookie, char name[256], uint64_t *next, bx_dirent *e)
{
    bool more = false;
    bx_errno r = bx_file_readdir(d, cookie, e, &more);
    if (r != BX_E_SUCCESS)
        return r;
    name[0] = '\0';
    if (more) {
        memcpy(name, e->name.p, e->name.n);
        name[e->name.n] = '\0';
        *next = e->next;
    }
    return r;
}

static void an_empty_directory(bx_file *d)
{
    char name[256];
    uint64_t at = 0;
    bx_dirent e;
    bx_stat st;
    CHECK(bx_file_stat(d, &st) == BX_E_SUCCESS);
    CHECK(get(d, 0, name, &at, &e) == BX_E_SUCCESS && strcmp(name, ".") == 0);
    CHECK(e.ino == st.ino && e.type == BX_FT_DIR);
    CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS && strcmp(name, "..") == 0);
    CHECK(e.ino == st.ino && e.type == BX_FT_DIR); /* nothing of what lies above */
    uint64_t end = at;
    CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS && name[0] == '\0' && at == end);
    CHECK(get(d, 1000, name, &at, &e) == BX_E_SUCCESS && name[0] == '\0');
    CHECK(get(d, UINT64_MAX, name, &at, &e) == BX_E_SUCCESS && name[0] == '\0');
}

static void types_and_numbers(bx_file *d)
{
    char name[256];
    uint64_t at = 2;
    bx_dirent e;
    bx_stat st;
    CHECK(kit_opens(d, "f", "c") == BX_E_SUCCESS && bx_vfs_mkdir_at(d, S("d")) == BX_E_SUCCESS);
    CHECK(bx_vfs_symlink_at(S("f"), d, S("s")) == BX_E_SUCCESS);
    for (int i = 0; i < 3; i++) {
        CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS);
        CHECK(e.type == (name[0] == 'f' ? BX_FT_REG : name[0] == 'd' ? BX_FT_DIR : BX_FT_SYMLINK));
        CHECK(bx_vfs_stat_at(d, S(name), false, &st) == BX_E_SUCCESS && st.ino == e.ino);
    }
    CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS && name[0] == '\0');
    bx_file *f;
    bool more;
    CHECK(kit_try(d, "f", "r", &f) == BX_E_SUCCESS &&
          bx_file_readdir(f, 0, &e, &more) == BX_E_NOTDIR);
}

enum { MANY = 1000 };

/* Read by small steps while every other entry is removed and new ones are made: what stayed is
 * seen exactly once, and nothing twice. */
static void while_entries_come_and_go(bx_file *d)
{
    char name[256], path[32];
    int seen[MANY] = {0}, fresh = 0;
    uint64_t at = 0;
    bx_dirent e;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof path, "old%d", i);
        CHECK(kit_opens(d, path, "c") == BX_E_SUCCESS);
    }
    for (int step = 0;; step++) {
        CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS);
        if (name[0] == '\0')
            break;
        if (strncmp(name, "old", 3) == 0)
            seen[strtoul(name + 3, NULL, 10)]++;
        fresh += strncmp(name, "new", 3) == 0;
        if (step < MANY / 2) { /* odd ones go, from both ends; new ones come */
            (void)snprintf(path, sizeof path, "old%d", step % 2 ? step : MANY - 1 - step);
            (void)bx_vfs_unlink_at(d, S(path));
            (void)snprintf(path, sizeof path, "new%d", step);
            CHECK(kit_opens(d, path, "c") == BX_E_SUCCESS);
        }
    }
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof path, "old%d", i);
        bx_stat st;
        bool there = bx_vfs_stat_at(d, S(path), false, &st) == BX_E_SUCCESS;
        CHECK(seen[i] <= 1 && (!there || seen[i] == 1));
    }
    CHECK(fresh <= MANY / 2);
}

/* A cookie seen before leads to the same place again, less what has gone. */
static void going_back(bx_file *d)
{
    char name[256], first[256], again[256];
    uint64_t at = 2, c[12];
    bx_dirent e;
    for (int i = 0; i < 10; i++) {
        (void)snprintf(name, sizeof name, "f%d", i);
        CHECK(kit_opens(d, name, "c") == BX_E_SUCCESS);
    }
    char names[11][256];
    for (int i = 0; i < 10; i++) {
        c[i] = at;
        CHECK(get(d, at, names[i], &at, &e) == BX_E_SUCCESS && names[i][0]);
    }
    CHECK(get(d, c[3], again, &at, &e) == BX_E_SUCCESS && strcmp(again, names[3]) == 0);
    CHECK(bx_vfs_unlink_at(d, S(names[4])) == BX_E_SUCCESS &&
          kit_opens(d, "late", "c") == BX_E_SUCCESS);
    CHECK(get(d, c[4], again, &at, &e) == BX_E_SUCCESS && strcmp(again, names[5]) == 0);
    CHECK(get(d, c[9], again, &at, &e) == BX_E_SUCCESS && strcmp(again, names[9]) == 0);
    CHECK(get(d, 0, first, &at, &e) == BX_E_SUCCESS &&
          strcmp(first, ".") == 0); /* anew: what is there now */
    int n = 0;
    bool late = false;
    for (at = 2;; n++) {
        CHECK(get(d, at, name, &at, &e) == BX_E_SUCCESS);
        if (!name[0])
            break;
        late |= strcmp(name, "late") == 0;
        CHECK(strcmp(name, names[4]) != 0);
    }
    CHECK(n == 10 && late);
}

/* Two handles on one directory do not disturb each other. */
static void two_handles(bx_file *d)
{
    char a[256], b[256];
    uint64_t at = 0, bt = 0;
    bx_dirent e, g;
    bx_file *other;
    CHECK(kit_opens(d, "x", "c") == BX_E_SUCCESS && kit_opens(d, "y", "c") == BX_E_SUCCESS);
    CHECK(kit_try(d, ".", "rd", &other) == BX_E_SUCCESS);
    for (int i = 0; i < 4; i++) {
        CHECK(get(d, at, a, &at, &e) == BX_E_SUCCESS && get(other, bt, b, &bt, &g) == BX_E_SUCCESS);
        CHECK(strcmp(a, b) == 0 && a[0] && bx_str_eq(e.name, S(a))); /* the first is still lent */
    }
}

static void an_empty_directory_on_each(void) { on_each(an_empty_directory); }
static void types_and_numbers_on_each(void) { on_each(types_and_numbers); }
static void while_entries_come_and_go_on_each(void) { on_each(while_entries_come_and_go); }
static void going_back_on_each(void) { on_each(going_back); }
static void two_handles_on_each(void) { on_each(two_handles); }

#define RAW_FF "\xf4\x8f\xbf\xbf" /* how the byte 0xff is told */

/* What is told of them names them, in every way a path is used. */
static void names_that_are_not_utf8(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/a\xff", "x");
    kit_file(&k, "w/\xc3\xa9", "x");
    CHECK(symlink("a\xff", kit_path(&k, "w/l")) == 0);
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *f;
    char list[64], target[64];
    size_t n;
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && strstr(list, "a" RAW_FF " ") &&
          strstr(list, "\xc3\xa9 ") && strlen(list) == strlen("a" RAW_FF " l \xc3\xa9 "));
    CHECK(kit_try(w, "a" RAW_FF, "r", &f) == BX_E_SUCCESS && bx_file_close(f) == BX_E_SUCCESS);
    CHECK(bx_vfs_readlink_at(w, S("l"), target, sizeof target, &n) == BX_E_SUCCESS &&
          bx_str_eq((bx_str){target, n}, S("a" RAW_FF)));
    CHECK(bx_vfs_rename_at(w, S("a" RAW_FF), w, S("b" RAW_FF)) == BX_E_SUCCESS);
    CHECK(access(kit_path(&k, "w/b\xff"), F_OK) == 0);
    CHECK(kit_try(w, "b\xff", "r", &f) == BX_E_ILSEQ); /* a path is text */
    /* Two characters that stand for the bytes of one are no second text of its name. */
    CHECK(kit_try(w, "\xf4\x8f\xbf\x83\xf4\x8f\xbe\xa9", "r", &f) == BX_E_ILSEQ);
    CHECK(kit_try(w, "\xc3\xa9", "r", &f) == BX_E_SUCCESS && bx_file_close(f) == BX_E_SUCCESS);
    kit_done(&k);
}

static void names_in_memory(void)
{
    kit k;
    kit_init(&k);
    CHECK(kit_open(&k, "tmp:16MiB", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    char list[64];
    CHECK(bx_vfs_mkdir_at(w, S("a" RAW_FF)) == BX_E_SUCCESS);
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && strcmp(list, "a" RAW_FF " ") == 0);
    CHECK(bx_vfs_rmdir_at(w, S("a" RAW_FF)) == BX_E_SUCCESS);
    kit_done(&k);
}

/* Rules match what the name is on the host, whatever its text. */
static void rules_and_names_that_are_not_utf8(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/key\xff.pem", "x");
    kit_file(&k, "w/a\xff", "x");
    kit_file(&k, "w/ab\xff", "x");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "deny:**/*.pem", "deny:/w/a?", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *f;
    char list[64];
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS && strcmp(list, "ab" RAW_FF " ") == 0);
    CHECK(kit_try(w, "key" RAW_FF ".pem", "r", &f) == BX_E_ACCES);
    CHECK(kit_try(w, "a" RAW_FF, "r", &f) == BX_E_ACCES);
    CHECK(kit_try(w, "ab" RAW_FF, "r", &f) == BX_E_SUCCESS && /* the control */
          bx_file_close(f) == BX_E_SUCCESS);
    CHECK(bx_vfs_rename_at(w, S("ab" RAW_FF), w, S("n" RAW_FF ".pem")) == BX_E_ACCES);
    kit_done(&k);
}

static void no_permission_to_read(void)
{
    if (geteuid() == 0)
        return; /* root may read everything */
    kit k;
    kit_init(&k);
    kit_mkdir(&k, "w/d");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *d;
    char list[64];
    CHECK(kit_try(kit_pre(&k, 0), "d", "d", &d) == BX_E_SUCCESS &&
          chmod(kit_path(&k, "w/d"), 0) == 0);
    CHECK(kit_list(d, list, sizeof list) == BX_E_ACCES);
    kit_done(&k);
}

/* What a session keeps of its directories is bounded; only going far back is lost. */
static void a_huge_directory_is_not_kept_whole(void)
{
    kit k;
    kit_init(&k);
    char path[300];
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(path, sizeof path, "w/%0200d", i);
        kit_file(&k, path, "");
    }
    size_t keep = bx_dirlist_max;
    bx_dirlist_max = 200000;
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0);
    static bool seen[3000];
    memset(seen, 0, sizeof seen);
    size_t n = 0, most = 0;
    uint64_t at = 2;
    bool more = true;
    bx_errno bad = BX_E_SUCCESS;
    while (more && bad == BX_E_SUCCESS) {
        bx_dirent e;
        bad = bx_file_readdir(w, at, &e, &more);
        if (bad != BX_E_SUCCESS || !more)
            break;
        at = e.next;
        char name[256];
        memcpy(name, e.name.p, e.name.n);
        name[e.name.n] = '\0';
        unsigned long i = strtoul(name, NULL, 10);
        n += !seen[i];
        seen[i] = true;
        most = k.s->list_bytes > most ? k.s->list_bytes : most;
    }
    bx_dirent e;
    bx_errno back = bx_file_readdir(w, 2, &e, &more), anew = bx_file_readdir(w, 0, &e, &more);
    bx_dirlist_max = keep;
    CHECK(bad == BX_E_SUCCESS && n == 3000 && most < 400000);
    CHECK(back == BX_E_INVAL && anew == BX_E_SUCCESS);
    kit_done(&k);
}

static void out_of_memory(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/f", "");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", NULL) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        bx_vfs_session *one = NULL;
        bx_file *d = NULL;
        char list[64];
        rc = bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &one, NULL);
        bx_errno e = rc == BX_OK ? bx_vfs_preopen(one, 0, &d) : BX_E_SUCCESS;
        if (rc == BX_OK && e == BX_E_SUCCESS)
            e = kit_list(d, list, sizeof list);
        rc = e == BX_E_NOMEM ? BX_ENOMEM : e == BX_E_SUCCESS ? rc : BX_EIO;
        bx_vfs_session_free(one);
    });
    kit_done(&k);
}

BXT_MAIN(RUN(an_empty_directory_on_each); RUN(types_and_numbers_on_each);
         RUN(while_entries_come_and_go_on_each); RUN(going_back_on_each); RUN(two_handles_on_each);
         RUN(names_that_are_not_utf8); RUN(names_in_memory); RUN(rules_and_names_that_are_not_utf8);
         RUN(no_permission_to_read); RUN(a_huge_directory_is_not_kept_whole); RUN(out_of_memory);)
