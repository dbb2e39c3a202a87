/* text/pager.c - less and more.  Nothing here is a terminal: the files are copied, as both do then.
 */
#include "programs/text/text.h"

#include <sys/stat.h>

const char text_less_help[] =
    "Usage: less [OPTION]... [FILE]...\n"
    "Copy FILEs, or standard input, to standard output: there is no terminal to turn pages on.\n"
    "\n"
    "  options and +COMMAND are accepted, and change nothing\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\n' > f; less -N f\n"
    "  a\n"
    "  b\n";

const char text_more_help[] =
    "Usage: more [OPTION]... [FILE]...\n"
    "Copy FILEs, or standard input, to standard output: there is no terminal to turn pages on.\n"
    "The name stands before each of several files.\n"
    "\n"
    "  options, -NUMBER, +NUMBER and +/PATTERN are accepted, and change nothing\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\nb\\n' | more\n"
    "  a\n"
    "  b\n";

static bool is_directory(const char *name)
{
    struct stat st;
    return strcmp(name, "-") != 0 && stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* less tells of a file without its own name before it. */
static int refuse(const char *name, const char *between, const char *why)
{
    prog_writer err = {.fd = 2};
    (void)prog_flush(&prog_out);
    prog_printf(&err, "%s%s%s\n", name, between, why);
    (void)prog_flush(&err);
    free(err.p);
    return 1;
}

static int copy(const char *name, bool is_more)
{
    prog_reader r;
    int error = prog_try_open(&r, name);
    if (error && is_more) {
        (void)prog_flush(&prog_out);
        prog_warn(error, "cannot open %s", name);
        return 1;
    }
    if (error)
        return refuse(name, ": ", prog_strerror(error));
    bx_str block;
    while (!prog_out.error && prog_block(&r, &block))
        prog_write(&prog_out, block.p, block.n);
    return !prog_close(&r);
}

static int page(int argc, char **argv, const char *with_argument, bool is_more)
{
    int n = 0, status = 0;
    bool options = true;
    prog_only_help(argc, argv);
    for (int i = 1; i < argc; i++) { /* the operands move to the front */
        char *a = argv[i];
        if (!options || (a[0] != '-' && a[0] != '+') || strcmp(a, "-") == 0)
            argv[++n] = a;
        else if (strcmp(a, "--") == 0)
            options = false;
        else if (a[0] == '-' && a[1] && a[1] != '-' && !a[2] && strchr(with_argument, a[1]))
            i++;
    }
    static char dash[] = "-";
    if (n == 0)
        return copy(dash, is_more);
    for (int i = 1; i <= n && !prog_out.error; i++) {
        bool is_dir = is_directory(argv[i]);
        if (is_dir && is_more) {
            prog_printf(&prog_out, "\n*** %s: directory ***\n\n", argv[i]);
        } else if (is_dir) {
            status = refuse(argv[i], " ", "is a directory");
        } else {
            if (is_more && n > 1)
                prog_printf(&prog_out, "::::::::::::::\n%s\n::::::::::::::\n", argv[i]);
            status |= copy(argv[i], is_more);
        }
    }
    return status;
}

int text_less(int argc, char **argv) { return page(argc, argv, "bDhjkoOpPtTxyz", false); }

int text_more(int argc, char **argv) { return page(argc, argv, "n", true); }
