/* files/cp.c - cp, mv, ln, link, install. */
#include "copy.h"
#include "files.h"
#include "path.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char cp_help[] =
    "Usage: cp [OPTION]... SOURCE... DEST\n"
    "  or:  cp [OPTION]... -t DIRECTORY SOURCE...\n"
    "Copy files, and directories with -r.\n"
    "\n"
    "  -a, --archive              as -dR --preserve=all\n"
    "      --attributes-only      copy times and mode, not the contents\n"
    "  -b, --backup[=CONTROL]     keep what is written over: none, numbered, existing, simple\n"
    "  -d                         as --no-dereference --preserve=links\n"
    "  -f, --force                remove what cannot be written, and try again\n"
    "  -H                         follow links among the SOURCEs\n"
    "  -i, --interactive          ask before writing over a file\n"
    "  -l, --link                 make hard links; -s, --symbolic-link: symbolic links\n"
    "  -L, --dereference          follow all links; -P, --no-dereference: none\n"
    "  -n, --no-clobber           do not write over files\n"
    "  -p, --preserve[=LIST]      keep mode,timestamps (and links) of the files\n"
    "      --no-preserve=LIST     do not\n"
    "      --parents              make the directories of the SOURCE's path too\n"
    "  -R, -r, --recursive        copy directories with what is in them\n"
    "      --remove-destination   remove what is there before opening it\n"
    "      --strip-trailing-slashes\n"
    "  -S, --suffix=SUFFIX        of backups, instead of ~\n"
    "  -t, --target-directory=DIR copy into DIR\n"
    "  -T, --no-target-directory  take DEST as a file, never put into it\n"
    "  -u, --update               only when the SOURCE is newer\n"
    "  -v, --verbose              say what is done\n"
    "  -x, --one-file-system      stay on one file system\n"
    "\n"
    "Examples:\n"
    "  $ echo x > a; cp a b; cat b\n"
    "  x\n"
    "  $ mkdir d; cp -v a b d\n"
    "  'a' -> 'd/a'\n"
    "  'b' -> 'd/b'\n"
    "  $ cp -r d e; ls e\n"
    "  a\n"
    "  b\n";

enum {
    OPT_ATTRIBUTES = 256,
    OPT_BACKUP,
    OPT_PRESERVE,
    OPT_NO_PRESERVE,
    OPT_PARENTS,
    OPT_REMOVE,
    OPT_STRIP,
    OPT_IGNORED,
};

typedef struct cp_options {
    copy_options c;
    const char *target;
    bool no_dir, parents, strip, backup;
    int links; /* L, P, H or 0 */
} cp_options;

static void preserve(copy_options *c, const char *list, bool on)
{
    static const char *const names[] = {"mode",    "timestamps", "ownership", "links",
                                        "context", "xattr",      "all"};
    while (*list) {
        size_t n = strcspn(list, ","), i = 0;
        while (i < BX_COUNT(names) && (strlen(names[i]) != n || strncmp(names[i], list, n) != 0))
            i++;
        if (i == BX_COUNT(names)) {
            char *word = prog_strndup(list, n);
            prog_usage("invalid argument %s for '--%spreserve'\nValid arguments are:\n  - 'mode'\n"
                       "  - 'timestamps'\n  - 'ownership'\n  - 'links'\n  - 'context'\n"
                       "  - 'xattr'\n  - 'all'",
                       prog_quote(word), on ? "" : "no-");
        }
        if (i == 0 || i == 6) {
            c->mode = on;
            c->no_mode = !on;
        }
        if (i == 1 || i == 6)
            c->times = on;
        if (i == 3 || i == 6)
            c->same_links = on;
        list += n + (list[n] == ',');
    }
}

static void cp_option(cp_options *p, int c, char *arg)
{
    switch (c) {
    case 'a':
        p->links = 'P';
        p->c.recursive = p->c.times = p->c.mode = p->c.same_links = true;
        break;
    case OPT_ATTRIBUTES:
        p->c.attributes_only = true;
        break;
    case 'b':
    case OPT_BACKUP:
        p->backup = true;
        p->c.backup = copy_backup_control(arg);
        break;
    case 'd':
        p->links = 'P';
        p->c.same_links = true;
        break;
    case 'f':
        p->c.force = true;
        break;
    case 'H':
    case 'L':
    case 'P':
        p->links = c;
        break;
    case 'i':
        p->c.ask = true;
        p->c.no_clobber = false;
        break;
    case 'l':
        p->c.hard_links = true;
        break;
    case 'n':
        p->c.no_clobber = true;
        p->c.ask = false;
        break;
    case 'p':
    case OPT_PRESERVE:
        preserve(&p->c, arg ? arg : "mode,timestamps", true);
        break;
    case OPT_NO_PRESERVE:
        preserve(&p->c, arg, false);
        break;
    case OPT_PARENTS:
        p->parents = true;
        break;
    case 'R':
    case 'r':
        p->c.recursive = true;
        break;
    case OPT_REMOVE:
        p->c.remove_first = true;
        break;
    case OPT_STRIP:
        p->strip = true;
        break;
    case 's':
        p->c.soft_links = true;
        break;
    case 'S':
        p->c.suffix = arg;
        if (!p->backup)
            p->c.backup = copy_backup_control(NULL);
        break;
    case 't':
        p->target = arg;
        break;
    case 'T':
        p->no_dir = true;
        break;
    case 'u':
        p->c.update = true;
        break;
    case 'v':
        p->c.verbose = true;
        break;
    case 'x':
        p->c.one_device = true;
        break;
    default:
        break;
    }
}

/* The directories of `from` below `dir`, made where they are missing. */
static bool make_parents(const copy_options *c, const char *dir, const char *from)
{
    size_t at = 0;
    for (;;) {
        at += strspn(from + at, "/");
        size_t n = strcspn(from + at, "/");
        if (from[at + n] == '\0')
            return true;
        at += n;
        char *part = prog_strndup(from, at), *to = path_join(dir, part);
        bool there = copy_is_dir(to, true), ok = there || mkdir(to, 0777) == 0;
        if (!ok)
            prog_warn(errno, "cannot make directory %s", prog_quoteaf(to));
        else if (!there && c->verbose)
            prog_printf(&prog_out, "%s -> %s\n", part, to);
        free(part);
        free(to);
        if (!ok)
            return false;
    }
}

static bool cp_each(const cp_options *p, char *from, const char *to, bool into)
{
    if (p->strip)
        path_strip(from);
    if (!into) {
        size_t n = strlen(to);
        if (n && to[n - 1] == '/' && access(to, F_OK) != 0 && errno == ENOENT &&
            !copy_is_dir(to, true) && !copy_is_dir(from, true)) {
            struct stat st;
            if (stat(from, &st) == 0) {
                prog_warn(ENOTDIR, "cannot create regular file %s", prog_quoteaf(to));
                return false;
            }
        }
        return copy_tree(&p->c, from, to);
    }
    char *base = path_base(from), *dest;
    if (p->parents) {
        if (!make_parents(&p->c, to, from)) {
            free(base);
            return false;
        }
        dest = path_join(to, from);
        path_strip(dest);
    } else if (strcmp(base, "..") == 0 || (strcmp(base, ".") == 0)) {
        dest = prog_strndup(to, strlen(to)); /* what is in it, not a new directory */
    } else {
        dest = path_join(to, base);
    }
    bool ok = copy_tree(&p->c, from, dest);
    free(dest);
    free(base);
    return ok;
}

int cp_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"archive", PROG_NO_ARG, 'a'},
                                      {"attributes-only", PROG_NO_ARG, OPT_ATTRIBUTES},
                                      {"backup", PROG_MAY_ARG, OPT_BACKUP},
                                      {"copy-contents", PROG_NO_ARG, OPT_IGNORED},
                                      {"dereference", PROG_NO_ARG, 'L'},
                                      {"force", PROG_NO_ARG, 'f'},
                                      {"interactive", PROG_NO_ARG, 'i'},
                                      {"link", PROG_NO_ARG, 'l'},
                                      {"no-clobber", PROG_NO_ARG, 'n'},
                                      {"no-dereference", PROG_NO_ARG, 'P'},
                                      {"no-preserve", PROG_ARG, OPT_NO_PRESERVE},
                                      {"no-target-directory", PROG_NO_ARG, 'T'},
                                      {"one-file-system", PROG_NO_ARG, 'x'},
                                      {"parents", PROG_NO_ARG, OPT_PARENTS},
                                      {"preserve", PROG_MAY_ARG, OPT_PRESERVE},
                                      {"recursive", PROG_NO_ARG, 'R'},
                                      {"reflink", PROG_MAY_ARG, OPT_IGNORED},
                                      {"remove-destination", PROG_NO_ARG, OPT_REMOVE},
                                      {"sparse", PROG_ARG, OPT_IGNORED},
                                      {"strip-trailing-slashes", PROG_NO_ARG, OPT_STRIP},
                                      {"suffix", PROG_ARG, 'S'},
                                      {"symbolic-link", PROG_NO_ARG, 's'},
                                      {"target-directory", PROG_ARG, 't'},
                                      {"update", PROG_MAY_ARG, 'u'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "abdfHilLnpPrRsS:t:TuvxZ", .longs = longs};
    cp_options p = {0};
    for (int c; (c = prog_opt(&o)) != -1;)
        cp_option(&p, c, o.arg);
    p.c.follow = p.links == 'L';
    p.c.follow_args = p.links == 'H' || p.links == 'L';
    p.c.keep_links = p.links == 'P';
    if (p.c.soft_links || p.c.hard_links)
        p.c.keep_links = p.links != 'L' && (p.c.hard_links || p.links == 'P');
    if (p.c.hard_links && p.c.soft_links)
        prog_usage("cannot make both hard and symbolic links");
    if (p.c.no_clobber && p.c.backup != BACKUP_NONE)
        prog_usage("options --backup and --no-clobber are mutually exclusive");
    int n;
    const char *to;
    bool into, ok = true;
    copy_target(argv + o.next, argc - o.next, p.target, p.no_dir, true, &n, &to, &into);
    if (p.parents && !into)
        prog_usage("with --parents, the destination must be a directory");
    for (int i = 0; i < n; i++)
        ok &= cp_each(&p, argv[o.next + i], to, into);
    return ok ? 0 : 1;
}

/* ---- mv ------------------------------------------------------------------------------------- */

const char mv_help[] =
    "Usage: mv [OPTION]... SOURCE... DEST\n"
    "  or:  mv [OPTION]... -t DIRECTORY SOURCE...\n"
    "Rename files, or move them into a directory.\n"
    "\n"
    "  -b, --backup[=CONTROL]     keep what is written over: none, numbered, existing, simple\n"
    "  -f, --force                do not ask\n"
    "  -i, --interactive          ask before writing over a file\n"
    "  -n, --no-clobber           do not write over files\n"
    "      --strip-trailing-slashes\n"
    "  -S, --suffix=SUFFIX        of backups, instead of ~\n"
    "  -t, --target-directory=DIR move into DIR\n"
    "  -T, --no-target-directory  take DEST as a file, never put into it\n"
    "  -u, --update               only when the SOURCE is newer\n"
    "  -v, --verbose              say what is done\n"
    "\n"
    "Examples:\n"
    "  $ touch a; mv -v a b\n"
    "  renamed 'a' -> 'b'\n"
    "  $ mkdir d; mv b d; ls d\n"
    "  b\n";

static void mv_option(cp_options *p, int c, char *arg)
{
    if (c == 'f') {
        p->c.force = true;
        p->c.ask = p->c.no_clobber = false;
    } else {
        cp_option(p, c, arg);
    }
}

int mv_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"backup", PROG_MAY_ARG, OPT_BACKUP},
                                      {"force", PROG_NO_ARG, 'f'},
                                      {"interactive", PROG_NO_ARG, 'i'},
                                      {"no-clobber", PROG_NO_ARG, 'n'},
                                      {"no-target-directory", PROG_NO_ARG, 'T'},
                                      {"strip-trailing-slashes", PROG_NO_ARG, OPT_STRIP},
                                      {"suffix", PROG_ARG, 'S'},
                                      {"target-directory", PROG_ARG, 't'},
                                      {"update", PROG_MAY_ARG, 'u'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bfint:uvS:TZ", .longs = longs};
    cp_options p = {.c.move = true};
    for (int c; (c = prog_opt(&o)) != -1;)
        mv_option(&p, c, o.arg);
    if (p.c.no_clobber && p.c.backup != BACKUP_NONE)
        prog_usage("options --backup and --no-clobber are mutually exclusive");
    int n;
    const char *to;
    bool into, ok = true;
    copy_target(argv + o.next, argc - o.next, p.target, p.no_dir, true, &n, &to, &into);
    for (int i = 0; i < n; i++) {
        char *from = argv[o.next + i];
        if (p.strip)
            path_strip(from);
        char *base = path_base(from),
             *dest = into ? path_join(to, base) : prog_strndup(to, strlen(to));
        ok &= copy_move(&p.c, from, dest);
        free(dest);
        free(base);
    }
    return ok ? 0 : 1;
}

/* ---- ln ------------------------------------------------------------------------------------- */

const char ln_help[] =
    "Usage: ln [OPTION]... TARGET LINK_NAME\n"
    "  or:  ln [OPTION]... TARGET... [DIRECTORY]\n"
    "  or:  ln [OPTION]... -t DIRECTORY TARGET...\n"
    "Make hard links, or symbolic ones with -s.\n"
    "\n"
    "  -b, --backup[=CONTROL]     keep what is replaced: none, numbered, existing, simple\n"
    "  -f, --force                remove what has the name already\n"
    "  -i, --interactive          ask before that\n"
    "  -L, --logical              of a TARGET that is a link, link what it leads to\n"
    "  -n, --no-dereference       take a LINK_NAME that is a link to a directory as a file\n"
    "  -P, --physical             link links themselves (default)\n"
    "  -r, --relative             with -s, write the TARGET as seen from the link\n"
    "  -s, --symbolic             symbolic links\n"
    "  -S, --suffix=SUFFIX        of backups, instead of ~\n"
    "  -t, --target-directory=DIR make the links in DIR\n"
    "  -T, --no-target-directory  take LINK_NAME as a file\n"
    "  -v, --verbose              say what is made\n"
    "\n"
    "Examples:\n"
    "  $ ln -sv target name\n"
    "  'name' -> 'target'\n"
    "  $ mkdir d; ln -sr target d/name; readlink d/name\n"
    "  ../target\n";

typedef struct ln_options {
    copy_options c;
    bool symbolic, relative, logical, no_follow, no_dir;
    const char *target;
} ln_options;

static char *relative_target(const char *target, const char *name)
{
    char *dir = path_dir(name), *from = path_real(dir, PATH_NONE, false),
         *to = path_real(target, PATH_NONE, false);
    char *r = from && to ? path_relative(to, from) : prog_strndup(target, strlen(target));
    free(dir);
    free(from);
    free(to);
    return r;
}

static bool ln_ready(const ln_options *l, const char *target, const char *name, char **backup)
{
    struct stat st, source;
    *backup = NULL;
    if (mode_stat(AT_FDCWD, name, false, &st) != 0)
        return true;
    if (S_ISDIR(st.st_mode) && (l->c.force || l->c.ask || l->c.backup)) {
        prog_warn(0, "%s: cannot overwrite directory", prog_quotef(name));
        return false;
    }
    if ((l->c.force || l->c.backup) &&
        mode_stat(AT_FDCWD, target, l->logical || l->symbolic, &source) == 0) {
        bool same = copy_same_file(&source, &st) && (!l->symbolic || !S_ISLNK(st.st_mode));
        if (same && (l->symbolic || st.st_nlink == 1 || copy_is_same_name(target, name))) {
            prog_warn(0, "%s and %s are the same file", prog_quoteaf(target), prog_quoteaf(name));
            return false;
        }
    }
    if (l->c.ask && !path_ask("replace %s? ", prog_quoteaf(name)))
        return false;
    if (l->c.backup)
        return copy_make_backup(&l->c, name, backup);
    if (l->c.force || l->c.ask)
        (void)unlink(name);
    return true;
}

static bool ln_one(const ln_options *l, const char *target, const char *name)
{
    struct stat st;
    if (!l->symbolic) {
        if (mode_stat(AT_FDCWD, target, l->logical, &st) != 0) {
            prog_warn(errno, "failed to access %s", prog_quoteaf(target));
            return false;
        }
        if (S_ISDIR(st.st_mode)) {
            prog_warn(0, "%s: hard link not allowed for directory", prog_quotef(target));
            return false;
        }
    }
    char *backup;
    if (!ln_ready(l, target, name, &backup))
        return false;
    char *own = l->relative && l->symbolic   ? relative_target(target, name)
                : l->logical && !l->symbolic ? path_real(target, PATH_ALL, false)
                                             : NULL;
    const char *text = own ? own : target;
    bool ok = (l->symbolic ? path_symlink(text, name) : link(text, name)) == 0;
    if (!ok && l->symbolic)
        prog_warn(errno, "failed to create symbolic link %s", prog_quoteaf(name));
    else if (!ok && errno == EEXIST)
        prog_warn(errno, "failed to create hard link %s", prog_quoteaf(name));
    else if (!ok)
        prog_warn(errno, "failed to create hard link %s => %s", prog_quoteaf(name),
                  prog_quoteaf(text));
    else if (l->c.verbose) {
        if (backup)
            prog_printf(&prog_out, "%s ~ ", prog_quoteaf(backup));
        prog_printf(&prog_out, "%s %s %s\n", prog_quoteaf(name), l->symbolic ? "->" : "=>",
                    prog_quoteaf(text));
    }
    free(own);
    free(backup);
    return ok;
}

static bool ln_into(const ln_options *l, const char *target, const char *dir)
{
    char *base = path_base(target), *name = path_join(dir, base);
    bool ok = ln_one(l, target, name);
    free(base);
    free(name);
    return ok;
}

static void ln_parse(ln_options *l, prog_opts *o)
{
    for (int c; (c = prog_opt(o)) != -1;) {
        switch (c) {
        case 'b':
        case OPT_BACKUP:
            l->c.backup = copy_backup_control(o->arg);
            break;
        case 'f':
            l->c.force = true;
            l->c.ask = false;
            break;
        case 'i':
            l->c.ask = true;
            l->c.force = false;
            break;
        case 'L':
        case 'P':
            l->logical = c == 'L';
            break;
        case 'n':
            l->no_follow = true;
            break;
        case 'r':
            l->relative = true;
            break;
        case 's':
            l->symbolic = true;
            break;
        case 'S':
            l->c.suffix = o->arg;
            l->c.backup = copy_backup_control(NULL);
            break;
        case 't':
            l->target = o->arg;
            break;
        case 'T':
            l->no_dir = true;
            break;
        default:
            l->c.verbose |= c == 'v';
        }
    }
}

int ln_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"backup", PROG_MAY_ARG, OPT_BACKUP},
                                      {"directory", PROG_NO_ARG, 'd'},
                                      {"force", PROG_NO_ARG, 'f'},
                                      {"interactive", PROG_NO_ARG, 'i'},
                                      {"logical", PROG_NO_ARG, 'L'},
                                      {"no-dereference", PROG_NO_ARG, 'n'},
                                      {"no-target-directory", PROG_NO_ARG, 'T'},
                                      {"physical", PROG_NO_ARG, 'P'},
                                      {"relative", PROG_NO_ARG, 'r'},
                                      {"suffix", PROG_ARG, 'S'},
                                      {"symbolic", PROG_NO_ARG, 's'},
                                      {"target-directory", PROG_ARG, 't'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "bdfinrst:vFLPS:T", .longs = longs};
    ln_options l = {0};
    ln_parse(&l, &o);
    char **names = argv + o.next;
    int n = argc - o.next, count;
    if (n == 0)
        prog_usage("missing file operand");
    if (l.relative && !l.symbolic)
        prog_die(0, "cannot do --relative without --symbolic");
    if (n == 1 && l.no_dir)
        prog_usage("missing destination file operand after %s", prog_quoteaf(names[0]));
    const char *to;
    bool into, ok = true;
    if (n == 1 && !l.target) {
        to = ".";
        count = 1;
        into = true;
    } else {
        copy_target(names, n, l.target, l.no_dir, !l.no_follow, &count, &to, &into);
    }
    for (int i = 0; i < count; i++)
        ok &= into ? ln_into(&l, names[i], to) : ln_one(&l, names[i], to);
    return ok ? 0 : 1;
}

const char link_help[] = "Usage: link FILE1 FILE2\n"
                         "Make a hard link FILE2 to FILE1.\n"
                         "\n"
                         "Examples:\n"
                         "  $ echo x > a; link a b; cat b\n"
                         "  x\n";

int link_program(int argc, char **argv)
{
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    if (o.next >= argc)
        prog_usage("missing operand");
    if (o.next + 1 >= argc)
        prog_usage("missing operand after %s", prog_quote(argv[o.next]));
    if (o.next + 2 < argc)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 2]));
    if (link(argv[o.next], argv[o.next + 1]) != 0)
        prog_die(errno, "cannot create link %s to %s", prog_quoteaf(argv[o.next + 1]),
                 prog_quoteaf(argv[o.next]));
    return 0;
}
