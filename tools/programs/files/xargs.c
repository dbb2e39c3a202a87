/* files/xargs.c - xargs [OPTION]... [COMMAND [ARGUMENT]...]. */
#include "files.h"
#include "programs/common/prog_io.h"
#include "programs/common/prog_text.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char xargs_help[] =
    "Usage: xargs [OPTION]... COMMAND [INITIAL-ARGS]...\n"
    "Run COMMAND (echo) with arguments that are read from standard input.\n"
    "\n"
    "  -0, --null               items end with a NUL; quotes and backslashes mean nothing\n"
    "  -a, --arg-file=FILE      read from FILE\n"
    "  -d, --delimiter=CHAR     items end with CHAR; quotes and backslashes mean nothing\n"
    "  -E END, -e[END], --eof[=END]  an item END is the end of the input\n"
    "  -I R, -i[R], --replace[=R]  replace R ({}) in INITIAL-ARGS by each line\n"
    "  -L N, -l[N], --max-lines[=N]  at most N non-blank lines a command\n"
    "  -n, --max-args=N         at most N arguments a command\n"
    "  -o, --open-tty           (no effect)\n"
    "  -P, --max-procs=N        run up to N commands at the same time; 0: as many as there are\n"
    "  -p, --interactive        ask before each command\n"
    "      --process-slot-var=V  set the variable V to a number unique among running commands\n"
    "  -r, --no-run-if-empty    no items: run nothing\n"
    "  -s, --max-chars=N        at most N bytes a command\n"
    "      --show-limits        show the limits\n"
    "  -t, --verbose            print each command before it runs\n"
    "  -x, --exit               end when -s is too small\n"
    "\n"
    "Status: 123 a command failed, 124 one had status 255, 125 one was killed, 126 it cannot be\n"
    "run, 127 it is not there, 1 anything else.\n"
    "\n"
    "Examples:\n"
    "  $ printf '1 2\\n3\\n' | xargs -n 2 echo\n"
    "  1 2\n"
    "  3\n"
    "  $ printf 'a\\nb c\\n' | xargs -I{} echo '<{}>'\n"
    "  <a>\n"
    "  <b c>\n";

enum { SIZE_DEFAULT = 131072, PROCS_MAX = 64, OPT_LIMITS = 256, OPT_SLOT };

typedef struct xargs {
    char **initial;
    size_t n_initial, fixed;
    const char *replace, *end, *file, *slot;
    int delimiter; /* -1: blanks, with quotes */
    uint64_t max_args, max_lines, max_chars, procs;
    bool ask, run_empty, verbose, exit_if_long;
    prog_reader in;
    /* the command that is being gathered */
    prog_buf items;
    size_t n_items, n_lines;
    bool ran;
    /* running ones */
    int32_t running[PROCS_MAX];
    uint64_t n_running;
    int status;
    bool stop;
} xargs;

/* ---- running -------------------------------------------------------------------------------- */

static void ended(xargs *x, const bx_ended *e)
{
    const char *name = x->initial[0];
    if (e->kind == BX_ENDED_SIGNAL) {
        prog_warn(0, "%s: terminated by signal %u", name, (unsigned)e->signal);
        x->status = 125;
        x->stop = true;
    } else if (e->code == 255) {
        prog_warn(0, "%s: exited with status 255; aborting", name);
        x->status = 124;
        x->stop = true;
    } else if (e->code != 0) {
        x->status = 123;
    }
}

static void reap(xargs *x)
{
    bx_ended e;
    int error;
    do
        error = bx_process_wait(BX_WAIT_ANY, BX_WAIT_FOREVER, &e);
    while (error == EINTR);
    if (error) {
        x->n_running = 0;
        return;
    }
    for (size_t i = 0; i < PROCS_MAX; i++)
        if (x->running[i] == e.pid)
            x->running[i] = 0;
    x->n_running--;
    ended(x, &e);
}

static void show_word(prog_writer *err, const char *s) { prog_puts(err, prog_quotef(s)); }

static bool agreed(xargs *x, const char *const *argv, size_t n)
{
    if (!x->verbose && !x->ask)
        return true;
    prog_writer err = {.fd = 2};
    (void)prog_flush(&prog_out);
    for (size_t i = 0; i < n; i++) {
        if (i)
            prog_putc(&err, ' ');
        show_word(&err, argv[i]);
    }
    prog_puts(&err, x->ask ? "?..." : "\n");
    (void)prog_flush(&err);
    free(err.p);
    if (!x->ask)
        return true;
    prog_reader tty;
    if (!prog_open(&tty, "/dev/tty"))
        prog_exit(1);
    bx_str line;
    bool yes =
        prog_line(&tty, '\n', &line, NULL) && line.n && (line.p[0] == 'y' || line.p[0] == 'Y');
    (void)prog_close(&tty);
    return yes;
}

static void run(xargs *x, const char *const *argv, size_t n)
{
    x->ran = true;
    if (!agreed(x, argv, n))
        return;
    while (x->n_running >= x->procs && !x->stop)
        reap(x);
    if (x->stop)
        return;
    size_t slot = 0;
    while (x->running[slot])
        slot++;
    if (x->slot) {
        char digits[21];
        digits[prog_digits(slot, digits)] = '\0';
        (void)setenv(x->slot, digits, 1);
    }
    int32_t pid;
    unsigned flags = (x->file ? 0 : RUN_NO_INPUT) | (x->procs > 1 ? RUN_BACKGROUND : 0);
    int error = run_start(argv, n, NULL, flags, &pid);
    while (error == EAGAIN && x->n_running > 0) {
        reap(x);
        error = run_start(argv, n, NULL, flags, &pid);
    }
    if (error) {
        prog_warn(error, "%s", argv[0]);
        x->status = error == ENOENT ? 127 : 126;
        x->stop = true;
        return;
    }
    x->running[slot] = pid;
    if (++x->n_running >= x->procs && x->procs == 1)
        reap(x);
}

static void flush(xargs *x)
{
    size_t n = x->n_initial;
    const char **argv = prog_alloc((n + x->n_items) * sizeof *argv);
    memcpy(argv, x->initial, n * sizeof *argv);
    const char *s = x->items.p;
    for (size_t i = 0; i < x->n_items; i++, s += strlen(s) + 1)
        argv[n++] = s;
    run(x, argv, n);
    free(argv);
    x->items.n = x->n_items = x->n_lines = 0;
}

static void too_long(xargs *x)
{
    prog_warn(0, "argument line too long");
    x->status = 1;
    x->stop = true;
}

/* -I: one command with the line in its arguments. */
static void replace(xargs *x, const char *item)
{
    char **argv = prog_zalloc(x->n_initial + 1, sizeof *argv);
    size_t len = strlen(item), by = strlen(x->replace), sum = 0;
    for (size_t i = 0; i < x->n_initial; i++) {
        prog_buf b = {0};
        const char *s = x->initial[i];
        for (const char *hit; i > 0 && (hit = strstr(s, x->replace)) != NULL; s = hit + by) {
            prog_buf_put(&b, s, (size_t)(hit - s));
            prog_buf_put(&b, item, len);
            if (b.n > x->max_chars)
                break;
        }
        prog_buf_put(&b, s, strlen(s));
        sum += b.n + 1;
        argv[i] = prog_buf_z(&b);
    }
    if (sum > x->max_chars)
        too_long(x);
    else
        run(x, (const char *const *)argv, x->n_initial);
    for (size_t i = 0; i < x->n_initial; i++)
        free(argv[i]);
    free(argv);
}

static void add(xargs *x, const char *item, size_t n)
{
    if (x->replace) {
        if (n > 0)
            replace(x, item);
        return;
    }
    bool full = x->fixed + x->items.n + n + 1 > x->max_chars;
    if (full && x->n_items > 0) {
        if (x->exit_if_long && (x->max_args || x->max_lines)) {
            too_long(x);
            return;
        }
        size_t lines = x->n_lines;
        flush(x);
        x->n_lines = x->max_lines ? lines : 0;
    }
    if (x->fixed + n + 1 > x->max_chars) {
        too_long(x);
        return;
    }
    prog_buf_put(&x->items, item, n + 1);
    x->n_items++;
    if (x->max_args && x->n_items >= x->max_args)
        flush(x);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool is_end(const xargs *x, const prog_buf *b)
{
    return x->end && bx_str_eq((bx_str){b->p, b->n}, bx_str_of(x->end));
}

static void read_delimited(xargs *x)
{
    bx_str item;
    while (!x->stop && prog_line(&x->in, (char)x->delimiter, &item, NULL)) {
        char *text = prog_strndup(item.p, item.n);
        if (x->replace || x->delimiter == 0 || strlen(text) == item.n)
            add(x, text, strlen(text));
        else
            add(x, text, strlen(text));
        free(text);
        if (x->max_lines && ++x->n_lines >= x->max_lines && x->n_items)
            flush(x);
    }
}

static void warn_nul(bool *told)
{
    if (*told)
        return;
    *told = true;
    prog_warn(0, "WARNING: a NUL character occurred in the input.  It cannot be passed through in "
                 "the argument list.  Did you mean to use the --null option?");
}

/* The text up to the closing quote; false when the line or the input ends before. */
static bool quoted(xargs *x, int quote, prog_buf *b)
{
    for (int c; (c = prog_getc(&x->in)) != quote;) {
        if (c < 0 || c == '\n') {
            prog_warn(0,
                      "unmatched %s quote; by default quotes are special to xargs unless you "
                      "use the -0 option",
                      quote == '"' ? "double" : "single");
            if (x->n_items)
                flush(x);
            x->status = 1;
            x->stop = true;
            return false;
        }
        prog_buf_putc(b, (char)c);
    }
    return true;
}

/* -I takes lines whole, less the blanks they begin with; else blanks divide. */
static void read_quoted(xargs *x)
{
    prog_buf b = {0};
    bool inside = false, told = false, blank_last = false, any_in_line = false;
    while (!x->stop) {
        int c = prog_getc(&x->in);
        bool ends = c < 0 || c == '\n' || (prog_is_blank(c) && !x->replace);
        if (!inside && c >= 0 && prog_is_space(c) && c != '\n')
            continue;
        if (ends) {
            if (inside) {
                if (is_end(x, &b))
                    break;
                size_t n = b.n;
                (void)prog_buf_z(&b);
                add(x, b.p, n);
                b.n = 0;
                inside = false;
                any_in_line = true;
            }
            /* a line whose last character is a blank goes on in the next */
            if (c == '\n' && !blank_last && any_in_line) {
                any_in_line = false;
                if (x->max_lines && ++x->n_lines >= x->max_lines && x->n_items && !x->stop)
                    flush(x);
            }
            blank_last = c == ' ' || c == '\t' || (c == '\n' && blank_last && any_in_line);
            if (c < 0)
                break;
            continue;
        }
        blank_last = false;
        inside = true;
        if (c == '\'' || c == '"') {
            if (!quoted(x, c, &b))
                break;
        } else if (c == '\\') {
            c = prog_getc(&x->in);
            if (c >= 0)
                prog_buf_putc(&b, (char)c);
        } else if (c == 0) {
            warn_nul(&told);
            /* what is behind it in the word is lost */
            while ((c = prog_getc(&x->in)) >= 0 && !prog_is_space(c))
                continue;
            if (c >= 0)
                x->in.at--;
        } else {
            prog_buf_putc(&b, (char)c);
        }
    }
    prog_buf_free(&b);
}

/* ---- options -------------------------------------------------------------------------------- */

static uint64_t number(const char *s, char option, uint64_t least)
{
    int64_t v;
    if (prog_int(s, "", &v) != PROG_NUM_OK)
        prog_usage("invalid number \"%s\" for -%c option", s, option);
    if (v < (int64_t)least)
        prog_usage("value %s for -%c option should be >= %llu", s, option,
                   (unsigned long long)least);
    return (uint64_t)v;
}

static int delimiter(const char *s)
{
    if (s[0] && !s[1])
        return (unsigned char)s[0];
    if (s[0] != '\\')
        prog_die(0,
                 "Invalid input delimiter specification %s: the delimiter must be either a "
                 "single character or an escape sequence starting with \\.",
                 s);
    static const char from[] = "abfnrtv\\0", to[] = "\a\b\f\n\r\t\v\\";
    const char *hit = s[1] ? strchr(from, s[1]) : NULL;
    if (hit && !s[2])
        return (unsigned char)to[hit - from];
    unsigned base = s[1] == 'x' ? 16 : 8, v = 0;
    const char *p = s + 1 + (base == 16);
    bool any = false;
    for (; *p; p++, any = true) {
        unsigned d = *p >= '0' && *p <= '9' ? (unsigned)(*p - '0')
                     : (*p | 32) >= 'a'     ? (unsigned)((*p | 32) - 'a') + 10
                                            : 99;
        if (d >= base || v > 255)
            break;
        v = v * base + d;
    }
    if (!any || *p || v > 255)
        prog_die(0, "Invalid escape sequence %s in input delimiter specification.", s);
    return (int)v;
}

static void exclusive(bool other, const char *ignored, const char *now)
{
    if (other)
        prog_warn(0,
                  "warning: options %s and %s are mutually exclusive, ignoring previous %s value",
                  ignored, now, ignored);
}

static void show_limits(const xargs *x)
{
    prog_writer err = {.fd = 2};
    prog_printf(&err,
                "Size of command buffer we are actually using: %llu\n"
                "Maximum parallelism (--max-procs must be no greater): %d\n",
                (unsigned long long)x->max_chars, PROCS_MAX);
    (void)prog_flush(&err);
    free(err.p);
}

static void options(xargs *x, prog_opts *o)
{
    bool limits = false;
    for (int c; (c = prog_opt(o)) != -1;) {
        switch (c) {
        case '0':
            x->delimiter = 0;
            break;
        case 'a':
            x->file = o->arg;
            break;
        case 'd':
            x->delimiter = delimiter(o->arg);
            break;
        case 'E':
        case 'e':
            x->end = o->arg && *o->arg ? o->arg : NULL;
            break;
        case 'I':
        case 'i':
            x->replace = o->arg ? o->arg : "{}";
            exclusive(x->max_args != 0, "--max-args", "--replace/-I/-i");
            exclusive(x->max_lines != 0, "--max-lines", "--replace/-I/-i");
            x->max_args = x->max_lines = 0;
            break;
        case 'L':
        case 'l':
            x->max_lines = o->arg ? number(o->arg, 'L', 1) : 1;
            exclusive(x->max_args != 0, "--max-args", c == 'L' ? "-L" : "--max-lines/-l");
            exclusive(x->replace != NULL, "--replace", c == 'L' ? "-L" : "--max-lines/-l");
            x->max_args = 0;
            x->replace = NULL;
            break;
        case 'n':
            x->max_args = number(o->arg, 'n', 1);
            exclusive(x->max_lines != 0, "--max-lines", "--max-args/-n");
            x->max_lines = 0;
            if (x->replace && x->max_args == 1) {
                x->max_args = 0; /* what -I does anyway */
            } else if (x->replace) {
                exclusive(true, "--replace", "--max-args/-n");
                x->replace = NULL;
            }
            break;
        case 'P':
            x->procs = number(o->arg, 'P', 0);
            break;
        case 'p':
            x->ask = true;
            break;
        case 'r':
            x->run_empty = false;
            break;
        case 's':
            x->max_chars = number(o->arg, 's', 1);
            break;
        case 't':
            x->verbose = true;
            break;
        case 'x':
            x->exit_if_long = true;
            break;
        case OPT_LIMITS:
            limits = true;
            break;
        case OPT_SLOT:
            x->slot = o->arg;
            break;
        default:
            break;
        }
    }
    if (x->max_chars > SIZE_DEFAULT)
        x->max_chars = SIZE_DEFAULT;
    if (x->procs == 0 || x->procs > PROCS_MAX)
        x->procs = PROCS_MAX;
    if (limits)
        show_limits(x);
}

int xargs_program(int argc, char **argv)
{
    static const prog_long longs[] = {{"null", PROG_NO_ARG, '0'},
                                      {"arg-file", PROG_ARG, 'a'},
                                      {"delimiter", PROG_ARG, 'd'},
                                      {"eof", PROG_MAY_ARG, 'e'},
                                      {"exit", PROG_NO_ARG, 'x'},
                                      {"interactive", PROG_NO_ARG, 'p'},
                                      {"max-args", PROG_ARG, 'n'},
                                      {"max-chars", PROG_ARG, 's'},
                                      {"max-lines", PROG_MAY_ARG, 'l'},
                                      {"max-procs", PROG_ARG, 'P'},
                                      {"no-run-if-empty", PROG_NO_ARG, 'r'},
                                      {"open-tty", PROG_NO_ARG, 'o'},
                                      {"process-slot-var", PROG_ARG, OPT_SLOT},
                                      {"replace", PROG_MAY_ARG, 'i'},
                                      {"show-limits", PROG_NO_ARG, OPT_LIMITS},
                                      {"verbose", PROG_NO_ARG, 't'},
                                      {0}};
    static char echo[] = "echo";
    static char *standard[] = {echo, NULL};
    static xargs x = {.delimiter = -1, .max_chars = SIZE_DEFAULT, .procs = 1, .run_empty = true};
    prog_opts o = {
        .argc = argc, .argv = argv, .shorts = "+0a:E:e::i::I:l::L:n:prs:txoP:d:", .longs = longs};
    options(&x, &o);
    x.initial = o.next < argc ? argv + o.next : standard;
    x.n_initial = o.next < argc ? (size_t)(argc - o.next) : 1;
    for (size_t i = 0; i < x.n_initial; i++)
        x.fixed += strlen(x.initial[i]) + 1;
    if (x.fixed > x.max_chars)
        prog_die(0, "cannot fit single argument within argument list size limit");
    x.in = (prog_reader){.fd = 0, .name = "-"};
    if (x.file && strcmp(x.file, "-") != 0) {
        int fd = open(x.file, O_RDONLY);
        if (fd < 0)
            prog_die(errno, "Cannot open input file %s", prog_quoteaf(x.file));
        x.in = (prog_reader){.fd = fd, .name = x.file};
    }
    if (x.delimiter < 0)
        read_quoted(&x);
    else
        read_delimited(&x);
    if (!x.stop && (x.n_items || (!x.ran && x.run_empty && !x.replace)))
        flush(&x);
    int first = x.status;
    bool stopped = x.stop;
    while (x.n_running > 0)
        reap(&x);
    return stopped ? first : x.status;
}
