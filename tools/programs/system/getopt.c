/* system/getopt.c - getopt (util-linux): the options of a script's arguments in order. */
#include "programs/common/prog_io.h"
#include "system.h"

#include <getopt.h>
#include <string.h>

const char getopt_help[] =
    "Usage: getopt OPTSTRING PARAMETERS\n"
    "  or:  getopt [OPTION]... [--] OPTSTRING PARAMETERS\n"
    "  or:  getopt [OPTION]... -o OPTSTRING [OPTION]... [--] PARAMETERS\n"
    "Put the options among PARAMETERS in order, quoted for the shell.\n"
    "\n"
    "  -a, --alternative         long options may begin with one -\n"
    "  -l, --longoptions=NAMES   long options: name, name: with an argument, name:: with or "
    "without\n"
    "  -n, --name=NAME           for messages\n"
    "  -o, --options=OPTSTRING   letters; a: with an argument, a:: with or without\n"
    "  -q, --quiet               no messages; -Q, --quiet-output: no output\n"
    "  -s, --shell=SHELL         (no effect)\n"
    "  -T, --test                status 4\n"
    "  -u, --unquoted            do not quote\n"
    "\n"
    "Examples:\n"
    "  $ getopt -o ab: --long all,name: -- -a x --name 'y z' -b1\n"
    "   -a --name 'y z' -b '1' -- 'x'\n";

enum { NAMES_MAX = 1000, LONG_BASE = 1000 };

typedef struct request {
    const char *shorts, *name;
    struct option *longs; /* ended by {0} */
    size_t n, cap;
    bool alternative, quiet, no_output, unquoted;
} request;

static void add_names(request *r, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, ", \t\n"), k = n;
        while (k > 0 && n - k < 2 && text[k - 1] == ':')
            k--;
        if (k > 0) {
            if (r->n == NAMES_MAX)
                prog_die(0, "too many long options");
            r->longs = prog_grow(r->longs, &r->cap, r->n + 1, sizeof *r->longs);
            r->longs[r->n] = (struct option){.name = prog_strndup(text, k),
                                             .has_arg = (int)(n - k),
                                             .val = LONG_BASE + (int)r->n};
            r->longs[++r->n] = (struct option){0};
        } else if (n > 0) {
            prog_usage("empty long option after -l or --long argument");
        }
        text += n + (text[n] != '\0');
    }
}

static void put(const request *r, const char *s)
{
    if (r->no_output)
        return;
    prog_putc(&prog_out, ' ');
    if (r->unquoted) {
        prog_puts(&prog_out, s);
        return;
    }
    prog_putc(&prog_out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            prog_puts(&prog_out, "'\\''");
        else
            prog_putc(&prog_out, *s);
    }
    prog_putc(&prog_out, '\'');
}

static void put_option(const request *r, const char *dashes, const char *name)
{
    if (!r->no_output)
        prog_printf(&prog_out, " %s%s", dashes, name);
}

/* What libc's getopt found wrong at `word`. */
static void complain(const request *r, int c, const char *word)
{
    if (r->quiet)
        return;
    prog_writer err = {.fd = 2};
    bool is_long = word && word[0] == '-' && (word[1] == '-' || optopt == 0 || optopt >= LONG_BASE);
    size_t n = word ? strcspn(word, "=") : 0;
    if (c == ':' && is_long)
        prog_printf(&err, "%s: option '%.*s' requires an argument\n", r->name, (int)n, word);
    else if (c == ':')
        prog_printf(&err, "%s: option requires an argument -- '%c'\n", r->name, optopt);
    else if (is_long && optopt >= LONG_BASE)
        prog_printf(&err, "%s: option '%.*s' doesn't allow an argument\n", r->name, (int)n, word);
    else if (is_long)
        prog_printf(&err, "%s: unrecognized option '%.*s'\n", r->name, (int)n, word);
    else
        prog_printf(&err, "%s: invalid option -- '%c'\n", r->name, optopt);
    (void)prog_flush(&prog_out);
    (void)prog_flush(&err);
    free(err.p);
}

static int sort_out(const request *r, int argc, char **argv)
{
    prog_buf shorts = {0};
    bool in_order = *r->shorts == '+' || *r->shorts == '-';
    if (in_order)
        prog_buf_putc(&shorts, *r->shorts);
    prog_buf_putc(&shorts, ':');
    prog_buf_put(&shorts, r->shorts + in_order, strlen(r->shorts + in_order));
    static const struct option none[] = {{0}};
    const struct option *longs = r->longs ? r->longs : none;
    int status = 0, c;
    opterr = 0;
    optind = 1;
    for (;;) {
        const char *word = optind < argc ? argv[optind] : NULL;
        int index = -1;
        c = r->alternative ? getopt_long_only(argc, argv, prog_buf_z(&shorts), longs, &index)
                           : getopt_long(argc, argv, prog_buf_z(&shorts), longs, &index);
        if (c == -1)
            break;
        if (c == '?' || c == ':') {
            if (optind > 1 && (optopt == 0 || optopt >= LONG_BASE))
                word = argv[optind - 1];
            complain(r, c, word);
            status = 1;
        } else if (c == 1) {
            put(r, optarg);
        } else if (c >= LONG_BASE) {
            const struct option *o = &longs[c - LONG_BASE];
            put_option(r, "--", o->name);
            if (o->has_arg)
                put(r, optarg ? optarg : "");
        } else {
            char name[2] = {(char)c, '\0'};
            const char *hit = strchr(r->shorts, c);
            put_option(r, "-", name);
            if (hit && hit[1] == ':')
                put(r, optarg ? optarg : "");
        }
    }
    if (!r->no_output) {
        prog_puts(&prog_out, " --");
        for (int i = optind; i < argc; i++)
            put(r, argv[i]);
        prog_putc(&prog_out, '\n');
    }
    prog_buf_free(&shorts);
    return status;
}

int getopt_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"alternative", PROG_NO_ARG, 'a'},
                                      {"longoptions", PROG_ARG, 'l'},
                                      {"name", PROG_ARG, 'n'},
                                      {"options", PROG_ARG, 'o'},
                                      {"quiet", PROG_NO_ARG, 'q'},
                                      {"shell", PROG_ARG, 's'},
                                      {"quiet-output", PROG_NO_ARG, 'Q'},
                                      {"test", PROG_NO_ARG, 'T'},
                                      {"unquoted", PROG_NO_ARG, 'u'},
                                      {0}};
    request r = {.name = "getopt"};
    prog_usage_status = 2;
    if (argc > 1 && argv[1][0] != '-') { /* the old form */
        r.shorts = argv[1];
        r.unquoted = true;
        return sort_out(&r, argc - 1, argv + 1);
    }
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "+ao:l:n:qQs:Tu", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;) {
        r.alternative |= c == 'a';
        r.quiet |= c == 'q';
        r.no_output |= c == 'Q';
        r.unquoted |= c == 'u';
        if (c == 'T')
            return 4;
        if (c == 'o')
            r.shorts = o.arg;
        if (c == 'n')
            r.name = o.arg;
        if (c == 'l')
            add_names(&r, o.arg);
    }
    int i = o.next;
    if (!r.shorts) {
        if (i >= argc)
            prog_usage("missing optstring argument");
        r.shorts = argv[i++];
    }
    /* getopt wants a name in front of the arguments: what stood before them */
    return sort_out(&r, argc - i + 1, argv + i - 1);
}
