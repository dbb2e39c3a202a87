/* text/csplit.c - csplit (POSIX csplit; GNU). */
#include "programs/text/text.h"

#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <unistd.h>

const char text_csplit_help[] =
    "Usage: csplit [OPTION]... FILE PATTERN...\n"
    "Cut FILE at the PATTERNs into xx00, xx01, ...; print their sizes.\n"
    "\n"
    "  -b, --suffix-format=FORMAT  printf's FORMAT for the number (%02d)\n"
    "  -f, --prefix=PREFIX         PREFIX instead of xx\n"
    "  -k, --keep-files            leave the files when there is an error\n"
    "      --suppress-matched      leave out the lines that match\n"
    "  -n, --digits=N              digits of the number (2)\n"
    "  -s, --quiet, --silent       do not print sizes\n"
    "  -z, --elide-empty-files     no empty files\n"
    "PATTERN: N (a line's number), /REGEXP/[OFFSET], %REGEXP%[OFFSET] (leave out), {N} and {*}\n"
    "(the one before N times more, as often as possible).\n"
    "\n"
    "Examples:\n"
    "  $ seq 6 | csplit - 3 /5/; cat xx01\n"
    "  4\n"
    "  4\n"
    "  4\n"
    "  3\n"
    "  4\n";

typedef struct control {
    bool is_line;
    uint64_t line;
    regex_t re;
    int64_t offset;
    bool ignore;
    uint64_t repeat;
    bool forever;
    const char *text;
} control;

typedef struct cutting {
    bx_str *lines; /* with their ends */
    size_t n, at;
    const char *prefix, *format;
    unsigned digits;
    bool keep, quiet, elide, suppress;
    size_t made;    /* numbers of files in use */
    bool tentative; /* nothing */
} cutting;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *output_name(const cutting *c, size_t n)
{
    prog_buf b = {0};
    prog_buf_put(&b, c->prefix, strlen(c->prefix));
    prog_buf_room(&b, 4096);
    int used = c->format ? snprintf(b.p + b.n, 4096, c->format, (unsigned)n)
                         : snprintf(b.p + b.n, 4096, "%0*u", (int)c->digits, (unsigned)n);
    b.n += used > 0 && used < 4096 ? (size_t)used : 0;
    return prog_buf_z(&b);
}
#pragma GCC diagnostic pop

static BX_NORETURN void give_up(cutting *c)
{
    if (!c->keep)
        for (size_t i = 0; i < c->made; i++) {
            char *name = output_name(c, i);
            (void)unlink(name);
            free(name);
        }
    prog_exit(1);
}

/* Lines [from, to) become the next file. */
static void put_file(cutting *c, size_t from, size_t to)
{
    uint64_t bytes = 0;
    for (size_t i = from; i < to; i++)
        bytes += c->lines[i].n;
    if (bytes == 0 && c->elide)
        return;
    char *name = output_name(c, c->made);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        prog_warn(errno, "%s", prog_quotef(name));
        give_up(c);
    }
    c->made++;
    prog_writer w = {.fd = fd};
    for (size_t i = from; i < to; i++)
        prog_write(&w, c->lines[i].p, c->lines[i].n);
    int error = prog_writer_close(&w);
    if (error) {
        prog_warn(error, "%s", prog_quotef(name));
        give_up(c);
    }
    if (!c->quiet)
        prog_printf(&prog_out, "%llu\n", (unsigned long long)bytes);
    free(name);
}

static bool matches(const control *k, bx_str line)
{
    size_t n = line.n;
    if (n > 0 && line.p[n - 1] == '\n')
        n--;
    char *text = prog_strndup(line.p, n);
    bool hit = regexec(&k->re, text, 0, NULL, 0) == 0;
    free(text);
    return hit;
}

static BX_NORETURN void no_such_line(cutting *c, const control *k, uint64_t repetition)
{
    char text[48] = "";
    if (repetition > 0)
        (void)snprintf(text, sizeof text, " on repetition %llu", (unsigned long long)repetition);
    prog_warn(0, "%s: line number out of range%s", prog_quote(k->text), text);
    give_up(c);
}

/* One application of a line number: up to, without, line k->line * (repetition + 1). */
static void cut_at_line(cutting *c, const control *k, uint64_t repetition)
{
    uint64_t target;
    if (__builtin_mul_overflow(k->line, repetition + 1, &target))
        target = UINT64_MAX;
    size_t to = target - 1 < c->n ? (size_t)target - 1 : c->n;
    if (to < c->at)
        to = c->at;
    bool none_left = c->at == c->n;
    put_file(c, c->at, to);
    c->at = to;
    if (target - 1 > c->n || (c->suppress ? none_left : c->at == c->n))
        no_such_line(c, k, repetition);
    if (c->suppress && c->at < c->n)
        c->at++;
}

/* False: no match any more, and all is written (only when repeated forever). */
static bool cut_at_match(cutting *c, const control *k, uint64_t repetition, size_t *searched)
{
    size_t i = *searched;
    while (i < c->n && !matches(k, c->lines[i]))
        i++;
    if (i == c->n) {
        if (k->forever) {
            if (!k->ignore)
                put_file(c, c->at, c->n);
            c->at = c->n;
            return false;
        }
        if (!k->ignore)
            put_file(c, c->at, c->n);
        char digits[48] = "";
        if (repetition > 0)
            (void)snprintf(digits, sizeof digits, " on repetition %llu",
                           (unsigned long long)repetition);
        prog_warn(0, "%s: match not found%s", prog_quote(k->text), digits);
        give_up(c);
    }
    int64_t target = (int64_t)i + k->offset;
    if (target < (int64_t)c->at || target > (int64_t)c->n) {
        if (!k->ignore)
            put_file(c, c->at, c->n);
        prog_warn(0, "%s: line number out of range", prog_quote(k->text));
        give_up(c);
    }
    if (!k->ignore)
        put_file(c, c->at, (size_t)target);
    c->at = (size_t)target;
    if (c->suppress && c->at < c->n)
        c->at++;
    *searched = k->offset > 0 ? c->at : i + 1;
    if (*searched < c->at)
        *searched = c->at;
    return true;
}

static void run(cutting *c, const control *all, size_t n)
{
    size_t searched = 0; /* the first line is no match for what comes after a cut there */
    for (size_t i = 0; i < n; i++) {
        const control *k = &all[i];
        for (uint64_t repetition = 0; k->forever || repetition <= k->repeat; repetition++) {
            if (k->is_line) {
                cut_at_line(c, k, repetition);
                searched = c->at;
            } else if (!cut_at_match(c, k, repetition, &searched)) {
                return;
            }
        }
    }
    put_file(c, c->at, c->n);
}

/* ---- patterns
 * ------------------------------------------------------------------------------------- */

static void parse_regex(control *k, const char *text)
{
    const char *end = strrchr(text + 1, *text);
    if (!end)
        prog_die(0, "%s: closing delimiter '%c' missing", text, *text);
    k->ignore = *text == '%';
    char *re = prog_strndup(text + 1, (size_t)(end - text - 1));
    if (regcomp(&k->re, re, REG_NOSUB) != 0)
        prog_die(0, "%s: invalid regular expression", prog_quote(text));
    free(re);
    if (end[1] && prog_int(end + 1, "", &k->offset) != PROG_NUM_OK)
        prog_die(0, "%s: integer expected after delimiter", text);
}

static size_t parse_controls(char **words, size_t n, control *all)
{
    size_t count = 0;
    uint64_t last_line = 0;
    for (size_t i = 0; i < n; i++) {
        const char *w = words[i];
        size_t length = strlen(w);
        if (*w == '{' && count > 0) {
            control *k = &all[count - 1];
            if (w[length - 1] != '}')
                prog_die(0, "%s: '}' is required in repeat count", w);
            char *number = prog_strndup(w + 1, length - 2);
            if (strcmp(number, "*") == 0)
                k->forever = true;
            else if (prog_uint(number, "", &k->repeat) != PROG_NUM_OK)
                prog_die(0, "%s}: integer required between '{' and '}'",
                         prog_quote(prog_strndup(w, length - 1)));
            free(number);
            continue;
        }
        control *k = &all[count++];
        k->text = w;
        if (*w == '/' || *w == '%') {
            parse_regex(k, w);
            continue;
        }
        k->is_line = true;
        if (prog_uint(w, "", &k->line) != PROG_NUM_OK)
            prog_die(0, "%s: invalid pattern", prog_quote(w));
        if (k->line == 0)
            prog_die(0, "%s: line number must be greater than zero", w);
        if (k->line < last_line) {
            char digits[24];
            digits[prog_digits(last_line, digits)] = '\0';
            prog_die(0, "line number %s is smaller than preceding line number, %s", prog_quote(w),
                     digits);
        }
        if (k->line == last_line)
            prog_warn(0, "warning: line number %s is the same as preceding line number",
                      prog_quote(w));
        last_line = k->line;
    }
    return count;
}

/* FORMAT has exactly one conversion, of an unsigned number. */
static void check_format(const char *format)
{
    bool some = false;
    for (const char *p = format; *p; p++) {
        if (*p != '%')
            continue;
        if (p[1] == '%') {
            p++;
            continue;
        }
        if (some)
            prog_die(0, "too many %% conversion specifications in suffix");
        some = true;
        p += 1 + strspn(p + 1, "-0 '#");
        p += strspn(p, "0123456789");
        if (*p == '.')
            p += 1 + strspn(p + 1, "0123456789");
        if (!*p)
            prog_die(0, "missing conversion specifier in suffix");
        if (!strchr("diuoxX", *p))
            prog_die(0, "invalid conversion specifier in suffix: %c", *p);
    }
    if (!some)
        prog_die(0, "missing %% conversion specification in suffix");
}

static void split_lines(cutting *c, const prog_buf *b)
{
    const uint8_t *p = (const uint8_t *)b->p, *end = p + b->n;
    c->lines = prog_realloc(NULL, prog_count(p, b->n, '\n') + 1, sizeof *c->lines);
    while (p < end) {
        const uint8_t *stop = prog_find(p, end, '\n');
        stop += stop < end;
        c->lines[c->n++] = (bx_str){(const char *)p, (size_t)(stop - p)};
        p = stop;
    }
}

int text_csplit(int argc, char **argv)
{
    enum { SUPPRESS = 256 };
    static const prog_long longs[] = {{"digits", PROG_ARG, 'n'},
                                      {"quiet", PROG_NO_ARG, 's'},
                                      {"silent", PROG_NO_ARG, 's'},
                                      {"keep-files", PROG_NO_ARG, 'k'},
                                      {"elide-empty-files", PROG_NO_ARG, 'z'},
                                      {"prefix", PROG_ARG, 'f'},
                                      {"suffix-format", PROG_ARG, 'b'},
                                      {"suppress-matched", PROG_NO_ARG, SUPPRESS},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "f:b:kn:sqz", .longs = longs};
    cutting c = {.prefix = "xx", .digits = 2};
    for (int opt; (opt = prog_opt(&o)) != -1;) {
        c.keep |= opt == 'k';
        c.quiet |= opt == 's' || opt == 'q';
        c.elide |= opt == 'z';
        c.suppress |= opt == SUPPRESS;
        if (opt == 'f')
            c.prefix = o.arg;
        if (opt == 'b')
            c.format = o.arg;
        if (opt == 'n')
            c.digits = (unsigned)prog_uint_or_die(o.arg, "", 0, 1000, "invalid number");
    }
    if (argc - o.next < 2) {
        if (argc > o.next)
            prog_usage("missing operand after %s", prog_quote(argv[argc - 1]));
        prog_usage("missing operand");
    }
    if (c.format)
        check_format(c.format);
    size_t n = (size_t)(argc - o.next - 1);
    control *all = prog_zalloc(n, sizeof *all);
    size_t count = parse_controls(argv + o.next + 1, n, all);
    prog_reader r;
    int error = prog_try_open(&r, argv[o.next]);
    if (error)
        prog_die(error, "cannot open %s for reading", prog_quoteaf(argv[o.next]));
    prog_buf b = {0};
    prog_read_rest(&r, &b);
    if (r.error) {
        prog_warn(r.error, "read error");
        return 1;
    }
    split_lines(&c, &b);
    run(&c, all, count);
    (void)prog_close(&r);
    prog_buf_free(&b);
    free(c.lines);
    free(all);
    return 0;
}
