/* files/names.c - basename, dirname, readlink, realpath, pathchk's small kin. */
#include "files.h"
#include "path.h"
#include "programs/common/prog_io.h"

#include <string.h>
#include <sys/stat.h>

const char basename_help[] =
    "Usage: basename NAME [SUFFIX]\n"
    "  or:  basename OPTION... NAME...\n"
    "Print NAME without the directories in front of it, and without SUFFIX.\n"
    "\n"
    "  -a, --multiple       take all arguments as NAMEs\n"
    "  -s, --suffix=SUFFIX  remove SUFFIX from each; implies -a\n"
    "  -z, --zero           end each line with a NUL\n"
    "\n"
    "Examples:\n"
    "  $ basename /usr/include/stdio.h .h\n"
    "  stdio\n"
    "  $ basename -a a/x b/y\n"
    "  x\n"
    "  y\n";

static void put_line(const char *s, char end)
{
    prog_puts(&prog_out, s);
    prog_putc(&prog_out, end);
}

static void put_base(const char *name, const char *suffix, char end)
{
    char *base = path_base(name);
    size_t n = strlen(base), k = suffix ? strlen(suffix) : 0;
    if (k && k < n && strcmp(base + n - k, suffix) == 0)
        base[n - k] = '\0';
    put_line(base, end);
    free(base);
}

int basename_program(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"multiple", PROG_NO_ARG, 'a'}, {"suffix", PROG_ARG, 's'}, {"zero", PROG_NO_ARG, 'z'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+as:z", .longs = longs};
    const char *suffix = NULL;
    bool many = false;
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;) {
        many |= c == 'a' || c == 's';
        if (c == 's')
            suffix = o.arg;
        if (c == 'z')
            end = '\0';
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    if (!many && argc - o.next > 2)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 2]));
    if (!many) {
        put_base(argv[o.next], o.next + 1 < argc ? argv[o.next + 1] : NULL, end);
        return 0;
    }
    for (int i = o.next; i < argc; i++)
        put_base(argv[i], suffix, end);
    return 0;
}

const char dirname_help[] =
    "Usage: dirname [OPTION] NAME...\n"
    "Print each NAME without its last component; '.' where nothing is left.\n"
    "\n"
    "  -z, --zero  end each line with a NUL\n"
    "\n"
    "Examples:\n"
    "  $ dirname /usr/bin/ a/b stdio.h\n"
    "  /usr\n"
    "  a\n"
    "  .\n";

int dirname_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"zero", PROG_NO_ARG, 'z'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "z", .longs = longs};
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;)
        end = '\0';
    if (o.next >= argc)
        prog_usage("missing operand");
    for (int i = o.next; i < argc; i++) {
        char *dir = path_dir(argv[i]);
        put_line(dir, end);
        free(dir);
    }
    return 0;
}

const char readlink_help[] =
    "Usage: readlink [OPTION]... FILE...\n"
    "Print what a symbolic link says, or the path without links.\n"
    "\n"
    "  -f, --canonicalize           follow every link; all but the last component must be there\n"
    "  -e, --canonicalize-existing  the same; all components must be there\n"
    "  -m, --canonicalize-missing   the same; none needs to be there\n"
    "  -n, --no-newline             no newline at the end\n"
    "  -q, -s, --quiet, --silent    no error messages (default)\n"
    "  -v, --verbose                error messages\n"
    "  -z, --zero                   end each line with a NUL\n"
    "\n"
    "Examples:\n"
    "  $ ln -s there here; readlink here\n"
    "  there\n"
    "  $ readlink -m /a/../b/./c\n"
    "  /b/c\n";

int readlink_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"canonicalize", PROG_NO_ARG, 'f'},
                                      {"canonicalize-existing", PROG_NO_ARG, 'e'},
                                      {"canonicalize-missing", PROG_NO_ARG, 'm'},
                                      {"no-newline", PROG_NO_ARG, 'n'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"silent", PROG_NO_ARG, 's'},
                                      {"verbose", PROG_NO_ARG, 'v'},
                                      {"zero", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "efmnqsvz", .longs = longs};
    int how = 0, status = 0;
    bool newline = true, verbose = false;
    char end = '\n';
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'e' || c == 'f' || c == 'm')
            how = c;
        else if (c == 'n')
            newline = false;
        else if (c == 'z')
            end = '\0';
        else
            verbose = c == 'v';
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    if (!newline && argc - o.next > 1) {
        prog_warn(0, "ignoring --no-newline with multiple arguments");
        newline = true;
    }
    for (int i = o.next; i < argc; i++) {
        path_need need = how == 'e' ? PATH_ALL : how == 'f' ? PATH_PARENTS : PATH_NONE;
        char *s = how ? path_real(argv[i], need, false) : path_link(argv[i]);
        if (s) {
            prog_puts(&prog_out, s);
            if (newline)
                prog_putc(&prog_out, end);
        } else {
            status = 1;
            if (verbose)
                prog_warn_file(errno, argv[i]);
        }
        free(s);
    }
    return status;
}

const char realpath_help[] =
    "Usage: realpath [OPTION]... FILE...\n"
    "Print the absolute path without links; all but the last component must be there.\n"
    "\n"
    "  -e, --canonicalize-existing  all components must be there\n"
    "  -m, --canonicalize-missing   none needs to be there\n"
    "  -L, --logical                take '..' away before links are followed\n"
    "  -P, --physical               follow links as they come (default)\n"
    "  -q, --quiet                  no error messages\n"
    "      --relative-to=DIR        print the path as seen from DIR\n"
    "      --relative-base=DIR      print absolute paths unless they are below DIR\n"
    "  -s, --strip, --no-symlinks   do not follow links\n"
    "  -z, --zero                   end each line with a NUL\n"
    "\n"
    "Examples:\n"
    "  $ realpath -m /usr/../etc/./x\n"
    "  /etc/x\n"
    "  $ realpath -m --relative-to=/a/b /a/c/d\n"
    "  ../c/d\n";

enum { OPT_TO = 256, OPT_BASE };

typedef struct real_options {
    path_need need;
    bool keep_links, logical, quiet;
    char end;
    char *to, *base;
} real_options;

static char *real_of(const real_options *r, const char *path)
{
    if (!r->logical)
        return path_real(path, r->need, r->keep_links);
    char *flat = *path ? path_logical(path) : NULL;
    if (!flat) {
        errno = ENOENT;
        return NULL;
    }
    char *real = path_real(flat, r->need, r->keep_links);
    int error = errno;
    free(flat);
    errno = error;
    return real;
}

static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strcmp(dir, "/") == 0 ||
           (strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0'));
}

static bool put_real(const real_options *r, const char *path)
{
    char *real = real_of(r, path);
    if (!real) {
        if (!r->quiet)
            prog_warn_file(errno, path);
        return false;
    }
    if (r->to && (!r->base || is_below(real, r->base))) {
        char *shown = path_relative(real, r->to);
        put_line(shown, r->end);
        free(shown);
    } else {
        put_line(real, r->end);
    }
    free(real);
    return true;
}

static char *directory(const real_options *r, const char *path)
{
    char *real = real_of(r, path);
    struct stat st;
    if (real && r->need == PATH_ALL && (stat(real, &st) != 0 || !S_ISDIR(st.st_mode)))
        prog_die(ENOTDIR, "%s", prog_quotef(path));
    if (!real)
        prog_die(errno, "%s", prog_quotef(path));
    return real;
}

int realpath_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"canonicalize-existing", PROG_NO_ARG, 'e'},
                                      {"canonicalize-missing", PROG_NO_ARG, 'm'},
                                      {"logical", PROG_NO_ARG, 'L'},
                                      {"physical", PROG_NO_ARG, 'P'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"relative-to", PROG_ARG, OPT_TO},
                                      {"relative-base", PROG_ARG, OPT_BASE},
                                      {"strip", PROG_NO_ARG, 's'},
                                      {"no-symlinks", PROG_NO_ARG, 's'},
                                      {"zero", PROG_NO_ARG, 'z'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "eLmPqsz", .longs = longs};
    real_options r = {.need = PATH_PARENTS, .end = '\n'};
    const char *to = NULL, *base = NULL;
    for (int c; (c = prog_opt(&o)) != -1;) {
        switch (c) {
        case 'e':
            r.need = PATH_ALL;
            break;
        case 'm':
            r.need = PATH_NONE;
            break;
        case 'L':
        case 'P':
            r.keep_links = false;
            r.logical = c == 'L';
            break;
        case 's':
            r.keep_links = true;
            r.logical = false;
            break;
        case 'q':
            r.quiet = true;
            break;
        case 'z':
            r.end = '\0';
            break;
        case OPT_TO:
            to = o.arg;
            break;
        default:
            base = o.arg;
        }
    }
    if (o.next >= argc)
        prog_usage("missing operand");
    r.to = to ? directory(&r, to) : NULL;
    r.base = base ? directory(&r, base) : NULL;
    if (r.base && !r.to)
        r.to = prog_strndup(r.base, strlen(r.base));
    if (r.base && !is_below(r.to, r.base)) {
        free(r.to); /* what is not below the base is never shown relative */
        r.to = NULL;
    }
    bool ok = true;
    for (int i = o.next; i < argc; i++)
        ok &= put_real(&r, argv[i]);
    free(r.to);
    free(r.base);
    return ok ? 0 : 1;
}
