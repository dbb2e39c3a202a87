/* One list of operations and answers, held by every kind of tree: a host directory, the store,
 * and memory.  The answers are those of POSIX and of the public WASI test suite. */
#include "vfs/testkit.h"

#define E(x) BX_E_##x

typedef struct step {
    const char *op; /* "open" takes flags as in kit_how; see run_step */
    const char *a, *b;
    bx_errno want;
} step;

static const step steps[] = {
    /* what a path is */
    {"open r", "", NULL, E(NOENT)},
    {"open r", "/", NULL, E(PERM)},
    {"open r", "/etc/passwd", NULL, E(PERM)},
    {"open r", "..", NULL, E(PERM)},
    {"open r", "../x", NULL, E(PERM)},
    {"open r", "a\xff", NULL, E(ILSEQ)},
    {"open r", ".", NULL, E(SUCCESS)},
    {"open d", ".", NULL, E(SUCCESS)},
    {"open rwd", ".", NULL, E(ISDIR)},
    {"open w", ".", NULL, E(ISDIR)},
    {"open c", ".", NULL, E(ISDIR)},
    {"open cd", "x", NULL, E(INVAL)},
    /* create */
    {"open r", "file", NULL, E(NOENT)},
    {"open c", "file", NULL, E(SUCCESS)},
    {"open c", "file", NULL, E(SUCCESS)},
    {"open cx", "file", NULL, E(EXIST)},
    {"open x", "file", NULL, E(SUCCESS)},
    {"open t", "file", NULL, E(SUCCESS)},
    {"open rt", "file", NULL, E(SUCCESS)},
    {"open d", "file", NULL, E(NOTDIR)},
    {"open r", "file/", NULL, E(NOTDIR)},
    {"open r", "file///", NULL, E(NOTDIR)},
    {"open r", "file/x", NULL, E(NOTDIR)},
    {"open r", "file/.", NULL, E(NOTDIR)},
    {"open r", "file/..", NULL, E(NOTDIR)},
    {"open cw", "new/", NULL, E(ISDIR)},
    {"open cw", "none/new", NULL, E(NOENT)},
    {"open cw", "file/new", NULL, E(NOTDIR)},
    {"open cx", ".", NULL, E(EXIST)},
    /* directories */
    {"mkdir", "", NULL, E(NOENT)},
    {"mkdir", ".", NULL, E(EXIST)},
    {"mkdir", "..", NULL, E(PERM)},
    {"mkdir", "../q", NULL, E(PERM)},
    {"mkdir", "/", NULL, E(PERM)},
    {"mkdir", "file", NULL, E(EXIST)},
    {"mkdir", "none/d", NULL, E(NOENT)},
    {"mkdir", "d", NULL, E(SUCCESS)},
    {"mkdir", "d", NULL, E(EXIST)},
    {"mkdir", "d/", NULL, E(EXIST)},
    {"mkdir", "d/sub/", NULL, E(SUCCESS)},
    {"open r", "d/.//sub/../../d/sub/../sub///./../../file", NULL, E(SUCCESS)},
    {"open r", "d/sub/../../../d", NULL, E(PERM)},
    {"open r", "d/sub/", NULL, E(SUCCESS)},
    {"stat", "d///", NULL, E(SUCCESS)},
    {"stat", "", NULL, E(NOENT)},
    {"stat", "..", NULL, E(PERM)},
    {"stat", "none", NULL, E(NOENT)},
    {"rmdir", "", NULL, E(NOENT)},
    {"rmdir", ".", NULL, E(INVAL)},
    {"rmdir", "..", NULL, E(PERM)},
    {"rmdir", "/", NULL, E(PERM)},
    {"rmdir", "d/sub/..", NULL, E(NOTEMPTY)},
    {"rmdir", "d/sub/.", NULL, E(INVAL)},
    {"rmdir", "d", NULL, E(NOTEMPTY)},
    {"rmdir", "file", NULL, E(NOTDIR)},
    {"rmdir", "file/", NULL, E(NOTDIR)},
    {"rmdir", "none", NULL, E(NOENT)},
    {"rmdir", "d/../../d", NULL, E(PERM)},
    {"rmdir", "d/sub/", NULL, E(SUCCESS)},
    /* unlink */
    {"unlink", "", NULL, E(NOENT)},
    {"unlink", ".", NULL, E(ISDIR)},
    {"unlink", "..", NULL, E(PERM)},
    {"unlink", "../", NULL, E(PERM)},
    {"unlink", "/", NULL, E(PERM)},
    {"unlink", "d", NULL, E(ISDIR)},
    {"unlink", "d/", NULL, E(ISDIR)},
    {"unlink", "file/", NULL, E(NOTDIR)},
    {"unlink", "none", NULL, E(NOENT)},
    {"unlink", "none/", NULL, E(NOENT)},
    /* symbolic links */
    {"symlink", "link", "", E(NOENT)},
    {"symlink", "abs", "/etc", E(PERM)},
    {"symlink", "abs", "/", E(PERM)},
    {"symlink", "link/", "file", E(NOENT)},
    {"symlink", "d/", "file", E(EXIST)},
    {"symlink", "file", "d", E(EXIST)},
    {"symlink", ".", "d", E(EXIST)},
    {"symlink", "link", "file", E(SUCCESS)},
    {"symlink", "link", "file", E(EXIST)},
    {"readlink", "link", "file", E(SUCCESS)},
    {"readlink", "file", "", E(INVAL)},
    {"readlink", "d", "", E(INVAL)},
    {"readlink", "none", "", E(NOENT)},
    {"readlink", "link/", "", E(NOTDIR)},
    {"open r", "link", NULL, E(LOOP)},
    {"open rf", "link", NULL, E(SUCCESS)},
    {"open d", "link", NULL, E(NOTDIR)},
    {"open df", "link", NULL, E(NOTDIR)},
    {"open cx", "link", NULL, E(EXIST)},
    {"open cxf", "link", NULL, E(EXIST)},
    {"open c", "link", NULL, E(LOOP)},
    {"symlink", "dlink", "d", E(SUCCESS)},
    {"open df", "dlink", NULL, E(SUCCESS)},
    {"open d", "dlink", NULL, E(NOTDIR)},
    {"open d", "dlink/", NULL, E(SUCCESS)},
    {"unlink", "dlink/", NULL, E(NOTDIR)},
    {"rmdir", "dlink", NULL, E(NOTDIR)},
    {"rmdir", "dlink/", NULL, E(NOTDIR)},
    {"mkdir", "dlink", NULL, E(EXIST)},
    {"mkdir", "dlink/", NULL, E(EXIST)},
    {"open cw", "dlink/made", NULL, E(SUCCESS)},
    {"stat", "d/made", NULL, E(SUCCESS)},
    {"unlink", "dlink/made", NULL, E(SUCCESS)},
    {"symlink", "up", "..", E(SUCCESS)},
    {"open rf", "up", NULL, E(PERM)},
    {"open r", "up/x", NULL, E(PERM)},
    {"statf", "up", NULL, E(PERM)},
    {"stat", "up", NULL, E(SUCCESS)},
    {"unlink", "up/z", NULL, E(PERM)},
    {"mkdir", "up/z", NULL, E(PERM)},
    {"rmdir", "up/", NULL, E(PERM)},
    {"rename", "file", "up/q", E(PERM)},
    {"link", "file", "up/q", E(PERM)},
    {"timesf", "up", NULL, E(PERM)},
    {"times", "up", NULL, E(SUCCESS)},
    {"symlink", "loop", "loop", E(SUCCESS)},
    {"open rf", "loop", NULL, E(LOOP)},
    {"open r", "loop", NULL, E(LOOP)},
    {"open r", "loop/x", NULL, E(LOOP)},
    {"open cwf", "loop", NULL, E(LOOP)},
    /* dangling ones */
    {"symlink", "dang", "d/target", E(SUCCESS)},
    {"open r", "dang", NULL, E(LOOP)},
    {"open rf", "dang", NULL, E(NOENT)},
    {"open d", "dang", NULL, E(NOTDIR)},
    {"open cxf", "dang", NULL, E(EXIST)},
    {"statf", "dang", NULL, E(NOENT)},
    {"open cwf", "dang", NULL, E(SUCCESS)},
    {"stat", "d/target", NULL, E(SUCCESS)},
    {"unlink", "d/target", NULL, E(SUCCESS)},
    {"symlink", "dang2", "dang", E(SUCCESS)},
    {"open cwf", "dang2", NULL, E(SUCCESS)},
    {"unlink", "d/target", NULL, E(SUCCESS)},
    {"symlink", "out", "../new", E(SUCCESS)},
    {"open cwf", "out", NULL, E(PERM)},
    {"unlink", "dang2", NULL, E(SUCCESS)},
    /* hard links */
    {"link", "file", "hard", E(SUCCESS)},
    {"link", "file", "hard", E(EXIST)},
    {"link", "file", "file", E(EXIST)},
    {"link", "file", "d", E(EXIST)},
    {"link", "file", "dang", E(EXIST)},
    {"link", "d", "x", E(PERM)},
    {"link", ".", "x", E(PERM)},
    {"link", "", "x", E(NOENT)},
    {"link", "file", "", E(NOENT)},
    {"link", "file", "..", E(PERM)},
    {"link", "..", "x", E(PERM)},
    {"link", "/", "x", E(PERM)},
    {"link", "file", "/", E(PERM)},
    {"link", "file", "x/", E(NOENT)},
    {"link", "none", "x", E(NOENT)},
    {"link", "loop", "loop2", E(SUCCESS)},
    {"linkf", "dang", "x", E(NOENT)},
    {"linkf", "link", "x", E(SUCCESS)},
    {"readlink", "x", "", E(INVAL)},
    {"unlink", "x", NULL, E(SUCCESS)},
    {"unlink", "loop2", NULL, E(SUCCESS)},
    {"unlink", "hard", NULL, E(SUCCESS)},
    /* rename */
    {"rename", "file", "file", E(SUCCESS)},
    {"rename", "none", "q", E(NOENT)},
    {"rename", ".", "q", E(BUSY)},
    {"rename", "file", ".", E(BUSY)},
    {"rename", "file", "../q", E(PERM)},
    {"rename", "file", "/q", E(PERM)},
    {"rename", "file/", "q", E(NOTDIR)},
    {"rename", "file", "q/", E(NOTDIR)},
    {"rename", "file", "d", E(ISDIR)},
    {"rename", "d", "file", E(NOTDIR)},
    {"rename", "d", "d/in", E(INVAL)},
    {"rename", "d/", "e", E(SUCCESS)},
    {"rename", "e", "d/", E(SUCCESS)},
    {"rename", "d/", "e/", E(SUCCESS)},
    {"rename", "e", "d", E(SUCCESS)},
    {"mkdir", "e", NULL, E(SUCCESS)},
    {"rename", "e", "d", E(SUCCESS)},
    {"mkdir", "e", NULL, E(SUCCESS)},
    {"open cw", "d/f", NULL, E(SUCCESS)},
    {"rename", "e", "d", E(NOTEMPTY)},
    {"rename", "e", "d/f", E(NOTDIR)},
    {"rename", "d/f", "e", E(ISDIR)},
    {"rename", "d/f", "e/f", E(SUCCESS)},
    {"rename", "e/f", "file", E(SUCCESS)},
    {"stat", "e/f", NULL, E(NOENT)},
    {"rename", "link", "file", E(SUCCESS)},
    {"rename", "file", "link", E(SUCCESS)},
    {"readlink", "link", "file", E(SUCCESS)},
    {"mkdir", "d/deep", NULL, E(SUCCESS)},
    {"rename", "d/deep", "d", E(NOTEMPTY)},
    {"rename", "d", "d/deep/x", E(INVAL)},
    {"open cw", "d/deep/f", NULL, E(SUCCESS)},
    {"rename", "d/deep/f", "d", E(NOTEMPTY)},
    {"unlink", "d/deep/f", NULL, E(SUCCESS)},
    {"rmdir", "d/deep", NULL, E(SUCCESS)},
    {"rmdir", "d", NULL, E(SUCCESS)},
    {"rmdir", "e", NULL, E(SUCCESS)},
    {"times", "none", NULL, E(NOENT)},
    {"times", "", NULL, E(NOENT)},
    {"times", "/", NULL, E(PERM)},
    {"times", "..", NULL, E(PERM)},
};

static bx_errno run_link(bx_file *d, const step *s)
{
    if (strcmp(s->op, "rename") == 0)
        return bx_vfs_rename_at(d, S(s->a), d, S(s->b));
    return bx_vfs_link_at(d, S(s->a), strcmp(s->op, "linkf") == 0, d, S(s->b));
}

static bx_errno run_step(bx_file *d, const step *s)
{
    static const bx_set_time now = {.kind = BX_TIME_NOW};
    bx_stat st;
    char buf[64];
    size_t n = 0;
    if (strncmp(s->op, "open", 4) == 0)
        return kit_opens(d, s->a, s->op + 4);
    if (strcmp(s->op, "mkdir") == 0)
        return bx_vfs_mkdir_at(d, S(s->a));
    if (strcmp(s->op, "rmdir") == 0)
        return bx_vfs_rmdir_at(d, S(s->a));
    if (strcmp(s->op, "unlink") == 0)
        return bx_vfs_unlink_at(d, S(s->a));
    if (strncmp(s->op, "stat", 4) == 0)
        return bx_vfs_stat_at(d, S(s->a), s->op[4] == 'f', &st);
    if (strncmp(s->op, "times", 5) == 0)
        return bx_vfs_set_times_at(d, S(s->a), s->op[5] == 'f', now, now);
    if (strcmp(s->op, "symlink") == 0)
        return bx_vfs_symlink_at(S(s->b), d, S(s->a));
    if (strcmp(s->op, "readlink") == 0) {
        bx_errno e = bx_vfs_readlink_at(d, S(s->a), buf, sizeof buf, &n);
        if (e == BX_E_SUCCESS && !bx_str_eq((bx_str){buf, n}, S(s->b)))
            return BX_E_IO;
        return e;
    }
    return run_link(d, s);
}

static void run_list(bx_file *d, const char *what)
{
    int wrong = 0;
    for (size_t i = 0; i < BX_COUNT(steps); i++) {
        bx_errno e = run_step(d, &steps[i]);
        if (e == steps[i].want)
            continue;
        printf("# %s: %s %s %s: %s, not %s\n", what, steps[i].op, steps[i].a,
               steps[i].b ? steps[i].b : "", bx_errno_name(e), bx_errno_name(steps[i].want));
        wrong++;
    }
    CHECK(wrong == 0);
}

static void all_trees(bool deny)
{
    kit k;
    kit_init(&k);
    if (deny)
        CHECK(kit_open(&k, "=w:/w", "rw:/w", "tmp:4MiB", "store:s:4MiB", "deny:**/.env",
                       "deny:/w/no/*", NULL) == BX_OK);
    else
        CHECK(kit_open(&k, "=w:/w", "rw:/w", "tmp:4MiB", "store:s:4MiB", NULL) == BX_OK);
    run_list(kit_pre(&k, 0), "host");
    if (!bxt_failed)
        run_list(kit_pre(&k, 1), "memory");
    if (!bxt_failed)
        run_list(kit_pre(&k, 2), "store");
    kit_done(&k);
}

static void same_answers_everywhere(void) { all_trees(false); }

/* Carve-outs make paths resolve by another way; it gives the same answers. */
static void same_answers_with_carve_outs(void) { all_trees(true); }

BXT_MAIN(RUN(same_answers_everywhere); RUN(same_answers_with_carve_outs);)
