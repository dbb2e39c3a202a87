/* files/find.c - find [-H] [-L] [-P] [PATH]... [EXPRESSION]. */
#include "files.h"
#include "find.h"

#include <string.h>
#include <unistd.h>

const char find_help[] =
    "Usage: find [-H] [-L] [-P] [PATH]... [EXPRESSION]\n"
    "Search directories for files and do something with them; by default, print their paths.\n"
    "\n"
    "  -P never follow links (default); -L follow all; -H follow those among the PATHs\n"
    "Operators, the strongest first: ( EXPR )  ! EXPR  -not EXPR  EXPR1 [-a] EXPR2\n"
    "  EXPR1 -o EXPR2  EXPR1 , EXPR2\n"
    "Options: -depth -maxdepth N -mindepth N -daystart -follow -mount -xdev -regextype TYPE\n"
    "  -files0-from FILE -warn -nowarn -noleaf -ignore_readdir_race\n"
    "Tests (N may be +N more, -N less): -amin N -anewer FILE -atime N -cmin N -cnewer FILE\n"
    "  -ctime N -empty -executable -false -gid N -group NAME -ilname PATTERN -iname PATTERN\n"
    "  -inum N -ipath PATTERN -iregex PATTERN -links N -lname PATTERN -mmin N -mtime N\n"
    "  -name PATTERN -newer FILE -newerXY FILE -nogroup -nouser -path PATTERN -perm [-/]MODE\n"
    "  -readable -regex PATTERN -samefile FILE -size N[bcwkMG] -true -type [bcdpfls],...\n"
    "  -uid N -used N -user NAME -writable -xtype [bcdpfls],...\n"
    "Actions: -delete -exec COMMAND ; -exec COMMAND {} + -execdir COMMAND ; -fls FILE\n"
    "  -fprint FILE -fprint0 FILE -fprintf FILE FORMAT -ls -ok COMMAND ; -okdir COMMAND ; -print\n"
    "  -print0 -printf FORMAT -prune -quit\n"
    "\n"
    "Examples:\n"
    "  $ mkdir -p a/b; touch a/x.c a/b/y.c a/z.h; find a -name '*.c' | sort\n"
    "  a/b/y.c\n"
    "  a/x.c\n"
    "  $ find a -type d -name b -prune -o -type f -printf '%f\\n' | sort\n"
    "  x.c\n"
    "  z.h\n"
    "  $ find a -type f -name '*.h' -exec echo found {} ';'\n"
    "  found a/z.h\n";

static bool begins_expression(const char *s)
{
    return (s[0] == '-' && s[1]) || ((s[0] == '(' || s[0] == '!') && !s[1]);
}

/* -H -L -P -D -O in front; the index of what follows. */
static int leading(find *f, int argc, char **argv)
{
    int i = 1;
    for (; i < argc; i++) {
        const char *s = argv[i];
        if (strcmp(s, "-H") == 0)
            f->flags = WALK_FOLLOW_ROOT;
        else if (strcmp(s, "-L") == 0)
            f->flags = WALK_FOLLOW | WALK_FOLLOW_ROOT;
        else if (strcmp(s, "-P") == 0)
            f->flags = 0;
        else if (strcmp(s, "--") == 0)
            return i + 1;
        else if (strcmp(s, "-D") == 0)
            i++;
        else if (strncmp(s, "-O", 2) != 0)
            break;
    }
    return i;
}

static bool in_range(const find *f, const walk_entry *e)
{
    return (int64_t)e->depth >= f->min_depth &&
           (f->max_depth < 0 || (int64_t)e->depth <= f->max_depth);
}

static void visit(find *f, walk_entry *e)
{
    for (size_t i = 0; e->kind == WALK_DIR_END && e->entries && i < f->n_execs; i++)
        if (f->execs[i]->in_dir)
            find_exec_flush(f, f->execs[i]);
    switch (e->kind) {
    case WALK_MISSING:
    case WALK_UNREADABLE:
        prog_warn(e->error, "'%s'", e->path);
        f->status = 1;
        return;
    case WALK_LOOP:
        prog_warn(0,
                  "File system loop detected; '%s' is part of the same file system loop as "
                  "'%.*s'.",
                  e->path, (int)(e->loop_n < 4096 ? e->loop_n : 4096), e->path);
        f->status = 1;
        return;
    case WALK_DIR:
        if (f->max_depth >= 0 && (int64_t)e->depth >= f->max_depth)
            walk_skip(f->walk);
        /* one that is not entered has no end, either */
        if (f->depth_first && !(f->max_depth >= 0 && (int64_t)e->depth >= f->max_depth))
            return;
        break;
    case WALK_DIR_END:
        if (!f->depth_first)
            return;
        break;
    case WALK_FILE:
        break;
    }
    if (in_range(f, e))
        (void)find_eval(f, f->all, e);
}

static void search(find *f, const char *root)
{
    f->root = root;
    f->walk = walk_new(root, f->flags);
    walk_entry e;
    while (!f->stop && walk_next(f->walk, &e))
        visit(f, &e);
    walk_free(f->walk);
}

static void search_listed(find *f)
{
    prog_reader in;
    bx_str name;
    if (!prog_open(&in, f->files_from)) {
        f->status = 1;
        return;
    }
    while (!f->stop && prog_line(&in, '\0', &name, NULL)) {
        char *path = prog_strndup(name.p, name.n);
        if (name.n == 0) {
            prog_warn(0, "'%s': invalid zero-length file name", f->files_from);
            f->status = 1;
        } else {
            search(f, path);
        }
        free(path);
    }
    if (!prog_close(&in))
        f->status = 1;
}

static void check(const find *f)
{
    if (f->delete_used && f->prune_used && !f->depth_given)
        prog_die(0,
                 "The -delete action automatically turns on -depth, but -prune does nothing when "
                 "-depth is in effect.  If you want to carry on anyway, just explicitly use the "
                 "-depth option.");
}

static void finish(find *f)
{
    for (size_t i = 0; i < f->n_execs; i++)
        find_exec_flush(f, f->execs[i]);
    for (size_t i = 0; i < f->n_files; i++) {
        int error = prog_flush(f->files[i]);
        if (error) {
            prog_warn(error, "failed to write %s", f->file_names[i]);
            f->status = 1;
        }
    }
}

int find_program(int argc, char **argv)
{
    static find f = {.max_depth = -1, .regextype = "findutils-default"};
    (void)clock_gettime(CLOCK_REALTIME, &f.now);
    prog_only_help(argc, argv);
    f.from = f.now;
    int from = leading(&f, argc, argv), end = from;
    while (end < argc && !begins_expression(argv[end]))
        end++;
    f.all = find_parse(&f, argv + end, (size_t)(argc - end));
    check(&f);
    if (f.files_from) {
        if (end > from)
            prog_usage("extra operand '%s'\nfile operands cannot be combined with -files0-from",
                       argv[from]);
        search_listed(&f);
    } else if (end == from) {
        search(&f, ".");
    }
    for (int i = from; !f.files_from && i < end && !f.stop; i++) {
        if (*argv[i]) {
            search(&f, argv[i]);
            continue;
        }
        prog_warn(ENOENT, "''");
        f.status = 1;
    }
    finish(&f);
    return f.status;
}
