/* files/dirs.c - mkdir, rmdir, rm, unlink. */
#include "files.h"
#include "path.h"
#include "programs/common/prog_io.h"
#include "walk.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char mkdir_help[] =
    "Usage: mkdir [OPTION]... DIRECTORY...\n"
    "Make directories.\n"
    "\n"
    "  -m, --mode=MODE  set the mode as chmod does\n"
    "  -p, --parents    make what is missing above it too; no error if it is there\n"
    "  -v, --verbose    say what is made\n"
    "\n"
    "Examples:\n"
    "  $ mkdir -p a/b/c; ls -R a\n"
    "  a:\n"
    "  b\n"
    "  \n"
    "  a/b:\n"
    "  c\n"
    "  \n"
    "  a/b/c:\n"
    "  $ mkdir -v d\n"
    "  mkdir: created directory 'd'\n";

static bool make_dir(const char *path, bool parents, bool verbose, const char *mode, bool above)
{
    if (mkdir(path, 0777) != 0) {
        struct stat st;
        int error = errno;
        if (parents && error == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            return true;
        if (above && error == EEXIST)
            error = ENOTDIR;
        prog_warn(error, "cannot create directory %s", prog_quoteaf(path));
        return false;
    }
    if (verbose)
        prog_printf(&prog_out, "%s: created directory %s\n", prog_name, prog_quoteaf(path));
    mode_t bits;
    if (mode && mode_change(mode, 0777, true, mode_umask(), &bits) && mode_set(path, bits) != 0) {
        prog_warn(errno, "cannot set permissions of %s", prog_quoteaf(path));
        return false;
    }
    return true;
}

/* The directories above `path` that are missing. */
static bool make_parents(const char *path, bool verbose)
{
    char *copy = prog_strndup(path, strlen(path));
    path_strip(copy);
    bool ok = true;
    for (char *s = copy + strspn(copy, "/"); ok && (s = strchr(s, '/')) != NULL;) {
        char *next = s + strspn(s, "/");
        *s = '\0';
        ok = make_dir(copy, true, verbose, NULL, true);
        *s = '/';
        s = next;
    }
    free(copy);
    return ok;
}

int mkdir_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"mode", PROG_ARG, 'm'}, {"parents", PROG_NO_ARG, 'p'}, {"verbose", PROG_NO_ARG, 'v'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "m:pvZ", .longs = longs};
    const char *mode = NULL;
    bool parents = false, verbose = false, ok = true;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'm')
            mode = o.arg;
        parents |= c == 'p';
        verbose |= c == 'v';
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    mode_t bits;
    if (mode && !mode_change(mode, 0777, true, mode_umask(), &bits))
        prog_die(0, "invalid mode %s", prog_quote(mode));
    for (int i = o.next; i < argc; i++)
        ok &= (!parents || make_parents(argv[i], verbose)) &&
              make_dir(argv[i], parents, verbose, mode, false);
    return ok ? 0 : 1;
}

const char rmdir_help[] =
    "Usage: rmdir [OPTION]... DIRECTORY...\n"
    "Remove directories that are empty.\n"
    "\n"
    "      --ignore-fail-on-non-empty  no error for one that is not empty\n"
    "  -p, --parents                   remove those above it in its path too\n"
    "  -v, --verbose                   say what is removed\n"
    "\n"
    "Examples:\n"
    "  $ mkdir -p a/b; rmdir -p a/b; ls\n"
    "  $ mkdir d; rmdir -v d\n"
    "  rmdir: removing directory, 'd'\n";

static bool remove_dir(const char *path, bool quiet, bool verbose, bool parent, bool *full)
{
    if (verbose)
        prog_printf(&prog_out, "%s: removing directory, %s\n", prog_name, prog_quoteaf(path));
    if (rmdir(path) == 0)
        return true;
    *full = quiet && (errno == ENOTEMPTY || errno == EEXIST);
    if (*full)
        return false;
    prog_warn(errno, parent ? "failed to remove directory %s" : "failed to remove %s",
              prog_quoteaf(path));
    return false;
}

int rmdir_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"ignore-fail-on-non-empty", PROG_NO_ARG, 256},
                                      {"parents", PROG_NO_ARG, 'p'},
                                      {"path", PROG_NO_ARG, 'p'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "pv", .longs = longs};
    bool parents = false, verbose = false, quiet = false, ok = true;
    for (int c; (c = prog_opt(&o)) != -1;) {
        parents |= c == 'p';
        verbose |= c == 'v';
        quiet |= c == 256;
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    for (int i = o.next; i < argc; i++) {
        char *path = prog_strndup(argv[i], strlen(argv[i]));
        bool full = false, gone = remove_dir(path, quiet, verbose, false, &full);
        ok &= gone || full;
        path_strip(path);
        while (gone && parents && strchr(path, '/')) {
            char *above = path_dir(path);
            free(path);
            path = above;
            if (strcmp(path, "/") == 0)
                break;
            gone = remove_dir(path, quiet, verbose, true, &full);
            ok &= gone || full;
        }
        free(path);
    }
    return ok ? 0 : 1;
}

const char rm_help[] =
    "Usage: rm [OPTION]... [FILE]...\n"
    "Remove files; directories only with -r or -d.\n"
    "\n"
    "  -d, --dir               remove empty directories\n"
    "  -f, --force             no questions, and no error for files that are not there\n"
    "  -i                      ask before each; -I: once before more than three or -r\n"
    "      --interactive[=WHEN]  never, once, always\n"
    "      --one-file-system   skip what is on another file system\n"
    "      --no-preserve-root  allow to remove '/'; --preserve-root: do not (default)\n"
    "  -r, -R, --recursive     remove directories and what is in them\n"
    "  -v, --verbose           say what is removed\n"
    "\n"
    "Examples:\n"
    "  $ mkdir d; touch d/f; rm -rv d\n"
    "  removed 'd/f'\n"
    "  removed directory 'd'\n";

typedef struct remover {
    bool recursive, dirs, force, each, once, verbose, one_device, any_root;
} remover;

static bool failed(const char *path)
{
    prog_warn(errno, "cannot remove %s", prog_quoteaf(path));
    return false;
}

static const char *kind_of(const struct stat *st)
{
    return S_ISREG(st->st_mode)    ? st->st_size == 0 ? "regular empty file" : "regular file"
           : S_ISDIR(st->st_mode)  ? "directory"
           : S_ISLNK(st->st_mode)  ? "symbolic link"
           : S_ISFIFO(st->st_mode) ? "fifo"
           : S_ISCHR(st->st_mode)  ? "character special file"
                                   : "file";
}

static bool remove_at(const remover *r, const walk_entry *e, bool is_dir)
{
    if (r->each &&
        !path_ask("remove %s %s? ", is_dir ? "directory" : kind_of(&e->st), prog_quoteaf(e->path)))
        return true;
    if (unlinkat(AT_FDCWD, e->path, is_dir ? AT_REMOVEDIR : 0) != 0)
        return (r->force && errno == ENOENT) || failed(e->path);
    if (r->verbose)
        prog_printf(&prog_out, is_dir ? "removed directory %s\n" : "removed %s\n",
                    prog_quoteaf(e->path));
    return true;
}

static bool visit(const remover *r, walk *w, walk_entry *e)
{
    switch (e->kind) {
    case WALK_FILE:
    case WALK_LOOP:
        if (r->each && !walk_stat(w, e))
            return failed(e->path);
        return remove_at(r, e, false);
    case WALK_DIR:
        if (!r->recursive && !r->dirs) {
            walk_skip(w);
            errno = EISDIR;
            return failed(e->path);
        }
        if (!r->recursive) {
            walk_skip(w);
            return remove_at(r, e, true);
        }
        if (r->each) {
            walk_names names;
            int error = walk_read(e->path, &names);
            bool empty = !error && names.n == 0;
            if (!error)
                walk_names_free(&names);
            if (!empty && !path_ask("descend into directory %s? ", prog_quoteaf(e->path)))
                walk_skip(w);
        }
        return true;
    case WALK_DIR_END:
        return e->error ? rmdir(e->path) == 0 : remove_at(r, e, true);
    case WALK_UNREADABLE:
        errno = e->error;
        return failed(e->path);
    case WALK_MISSING:
        if (r->force && (e->error == ENOENT || e->error == ENOTDIR))
            return true;
        errno = e->error;
        return failed(e->path);
    }
    return true;
}

static bool is_dots(const char *path)
{
    char *base = path_base(path);
    bool dots = strcmp(base, ".") == 0 || strcmp(base, "..") == 0;
    free(base);
    return dots;
}

static bool is_root(const char *path)
{
    if (strspn(path, "/") == strlen(path) && *path)
        return true;
    struct stat a, b;
    return lstat(path, &a) == 0 && stat("/", &b) == 0 && a.st_ino != 0 && a.st_ino == b.st_ino &&
           a.st_dev == b.st_dev;
}

static bool remove_tree(const remover *r, const char *path)
{
    if (r->recursive && is_dots(path)) {
        prog_warn(0, "refusing to remove '.' or '..' directory: skipping %s", prog_quoteaf(path));
        return false;
    }
    if (r->recursive && !r->any_root && is_root(path)) {
        prog_warn(0, "it is dangerous to operate recursively on %s%s", prog_quoteaf(path),
                  strcmp(path, "/") == 0 ? "" : " (same as '/')");
        prog_warn(0, "use --no-preserve-root to override this failsafe");
        return false;
    }
    bool ok = true;
    walk_entry e;
    walk *w = walk_new(path, r->one_device ? WALK_ONE_DEVICE : 0);
    while (walk_next(w, &e))
        ok &= visit(r, w, &e);
    walk_free(w);
    return ok;
}

enum { OPT_INTERACTIVE = 256, OPT_ONE, OPT_ROOT, OPT_NO_ROOT };

static void interactive(remover *r, const char *when)
{
    bool never = when && (strcmp(when, "never") == 0 || strcmp(when, "no") == 0 ||
                          strcmp(when, "none") == 0),
         once = when && strcmp(when, "once") == 0;
    if (when && !never && !once && strcmp(when, "always") != 0 && strcmp(when, "yes") != 0)
        prog_usage("invalid argument %s for '--interactive'\nValid arguments are:\n"
                   "  - 'never', 'no', 'none'\n  - 'once'\n  - 'always', 'yes'",
                   prog_quote(when));
    r->each = !never && !once;
    r->once = once;
    r->force &= !r->each;
}

static void rm_options(remover *r, prog_opts *o)
{
    for (int c; (c = prog_opt(o)) != -1;) {
        switch (c) {
        case 'd':
            r->dirs = true;
            break;
        case 'f':
            r->force = true;
            r->each = r->once = false;
            break;
        case 'i':
            r->each = true;
            r->once = r->force = false;
            break;
        case 'I':
            r->once = true;
            r->each = r->force = false;
            break;
        case 'r':
        case 'R':
            r->recursive = true;
            break;
        case 'v':
            r->verbose = true;
            break;
        case OPT_INTERACTIVE:
            interactive(r, o->arg);
            break;
        case OPT_ONE:
            r->one_device = true;
            break;
        default:
            r->any_root = c == OPT_NO_ROOT;
        }
    }
}

int rm_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"dir", PROG_NO_ARG, 'd'},
                                      {"force", PROG_NO_ARG, 'f'},
                                      {"interactive", PROG_MAY_ARG, OPT_INTERACTIVE},
                                      {"one-file-system", PROG_NO_ARG, OPT_ONE},
                                      {"no-preserve-root", PROG_NO_ARG, OPT_NO_ROOT},
                                      {"preserve-root", PROG_MAY_ARG, OPT_ROOT},
                                      {"recursive", PROG_NO_ARG, 'r'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "dfirvIR", .longs = longs};
    remover r = {0};
    rm_options(&r, &o);
    int n = argc - o.next;
    if (n == 0) {
        if (r.force)
            return 0;
        prog_usage("missing operand");
    }
    if (r.once && (r.recursive || n > 3) &&
        !path_ask(r.recursive ? "remove %d argument%s recursively? " : "remove %d argument%s? ", n,
                  n == 1 ? "" : "s"))
        return 0;
    bool ok = true;
    for (int i = o.next; i < argc; i++)
        ok &= remove_tree(&r, argv[i]);
    return ok ? 0 : 1;
}

const char unlink_help[] = "Usage: unlink FILE\n"
                           "Remove one file.\n"
                           "\n"
                           "Examples:\n"
                           "  $ touch f; unlink f; ls\n";

int unlink_program(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    if (o.next >= argc)
        prog_usage("missing operand");
    if (o.next + 1 < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 1]));
    if (unlink(argv[o.next]) != 0)
        prog_die(errno, "cannot unlink %s", prog_quoteaf(argv[o.next]));
    return 0;
}
