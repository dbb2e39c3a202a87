/* text/cat.c - cat and tac (POSIX cat; GNU). */
#include "programs/text/text.h"

#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

const char text_cat_help[] = "Usage: cat [OPTION]... [FILE]...\n"
                             "Concatenate FILEs to standard output; - is standard input.\n"
                             "\n"
                             "  -A, --show-all          as -vET\n"
                             "  -b, --number-nonblank   number lines that are not empty\n"
                             "  -e                      as -vE\n"
                             "  -E, --show-ends         print $ at the end of each line\n"
                             "  -n, --number            number all lines\n"
                             "  -s, --squeeze-blank     at most one empty line in a row\n"
                             "  -t                      as -vT\n"
                             "  -T, --show-tabs         print TAB as ^I\n"
                             "  -u                      ignored\n"
                             "  -v, --show-nonprinting  print other bytes as ^X and M-X\n"
                             "\n"
                             "Examples:\n"
                             "  $ printf 'a\\tb\\n' | cat -A\n"
                             "  a^Ib$\n"
                             "  $ printf 'x\\n\\ny\\n' | cat -n\n"
                             "       1\tx\n"
                             "       2\t\n"
                             "       3\ty\n";

typedef struct shown {
    bool number, number_full, ends, squeeze, tabs, nonprinting;
    uint64_t line;
    unsigned newlines; /* in a row, up to 2 */
    bool middle;       /* the line has begun */
    bool pending_cr;
} shown;

static void show_byte(unsigned char c, bool nonprinting)
{
    prog_writer *w = &prog_out;
    if (!nonprinting) {
        prog_putc(w, c);
        return;
    }
    if (c >= 128) {
        prog_puts(w, "M-");
        c &= 127;
    } else if (c == '\t') {
        prog_putc(w, c);
        return;
    }
    if (c < 32) {
        prog_putc(w, '^');
        prog_putc(w, c + 64);
    } else if (c == 127) {
        prog_puts(w, "^?");
    } else {
        prog_putc(w, c);
    }
}

static void begin_line(shown *s)
{
    prog_put_uint(&prog_out, ++s->line, 6, ' ');
    prog_putc(&prog_out, '\t');
}

static void show_newline(shown *s)
{
    if (!s->middle && s->newlines < 2)
        s->newlines++;
    if (!s->middle) {
        if (s->squeeze && s->newlines >= 2)
            return;
        if (s->number && !s->number_full)
            begin_line(s);
    }
    if (s->pending_cr) {
        prog_puts(&prog_out, s->ends || s->nonprinting ? "^M" : "\r");
        s->pending_cr = false;
    }
    if (s->ends)
        prog_putc(&prog_out, '$');
    prog_putc(&prog_out, '\n');
    s->middle = false;
}

/* Which bytes of a line are copied as they are. */
static size_t plain_run(const shown *s, const char *p, size_t n)
{
    if (!s->nonprinting && !s->tabs && !s->ends) {
        const uint8_t *from = (const uint8_t *)p;
        return (size_t)(prog_find(from, from + n, '\n') - from);
    }
    size_t i = 0;
    while (i < n && prog_is_print((unsigned char)p[i]))
        i++;
    return i;
}

static void show(shown *s, bx_str block)
{
    for (size_t i = 0; i < block.n;) {
        unsigned char c = (unsigned char)block.p[i];
        if (c == '\n') {
            show_newline(s);
            i++;
            continue;
        }
        if (s->pending_cr) {
            prog_putc(&prog_out, '\r');
            s->pending_cr = false;
        }
        if (!s->middle) {
            s->middle = true;
            s->newlines = 0;
            if (s->number)
                begin_line(s);
        }
        size_t run = plain_run(s, block.p + i, block.n - i);
        if (run > 0) {
            prog_write(&prog_out, block.p + i, run);
            i += run;
            continue;
        }
        i++;
        if (c == '\t' && s->tabs)
            prog_puts(&prog_out, "^I");
        else if (c == '\r' && s->ends && !s->nonprinting)
            s->pending_cr = true;
        else
            show_byte(c, s->nonprinting);
    }
}

static bool is_output(int fd)
{
    struct stat in, out;
    return fstat(1, &out) == 0 && S_ISREG(out.st_mode) && out.st_ino != 0 && fstat(fd, &in) == 0 &&
           in.st_dev == out.st_dev && in.st_ino == out.st_ino &&
           lseek(fd, 0, SEEK_CUR) < in.st_size;
}

static int cat_file(const char *name, shown *s, bool plain)
{
    prog_reader r;
    if (!prog_open(&r, name))
        return 1;
    if (is_output(r.fd)) {
        prog_warn(0, "%s: input file is output file", prog_quotef(name));
        (void)prog_close(&r);
        return 1;
    }
    bx_str block;
    while (!prog_out.error && prog_block(&r, &block)) {
        if (plain && !prog_out.n) {
            int error = prog_write_all(1, block.p, block.n);
            prog_out.error = error;
        } else {
            show(s, block);
            (void)prog_flush(&prog_out);
        }
    }
    return !prog_close(&r);
}

int text_cat(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"show-all", PROG_NO_ARG, 'A'},         {"number-nonblank", PROG_NO_ARG, 'b'},
        {"show-ends", PROG_NO_ARG, 'E'},        {"number", PROG_NO_ARG, 'n'},
        {"squeeze-blank", PROG_NO_ARG, 's'},    {"show-tabs", PROG_NO_ARG, 'T'},
        {"show-nonprinting", PROG_NO_ARG, 'v'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "AbeEnstTuv", .longs = longs};
    shown s = {0};
    bool blank_only = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        s.nonprinting |= strchr("Aetv", c) != NULL;
        s.ends |= strchr("AeE", c) != NULL;
        s.tabs |= strchr("AtT", c) != NULL;
        s.squeeze |= c == 's';
        s.number |= c == 'n' || c == 'b';
        blank_only |= c == 'b';
    }
    s.number_full = blank_only;
    bool plain = !(s.nonprinting || s.ends || s.tabs || s.squeeze || s.number);
    static char dash[] = "-", *only[] = {dash};
    if (o.next == argc) {
        argv = only;
        o.next = 0;
        argc = 1;
    }
    int status = 0;
    for (int i = o.next; i < argc && !prog_out.error; i++)
        status |= cat_file(argv[i], &s, plain);
    if (s.pending_cr)
        prog_putc(&prog_out, '\r');
    return status;
}

/* ---- tac ------------------------------------------------------------------------------------- */

const char text_tac_help[] = "Usage: tac [OPTION]... [FILE]...\n"
                             "Print the lines of each FILE, the last one first.\n"
                             "\n"
                             "  -b, --before            the separator stands before its line\n"
                             "  -r, --regex             the separator is a regular expression\n"
                             "  -s, --separator=STRING  separate by STRING instead of newline\n"
                             "\n"
                             "Examples:\n"
                             "  $ printf 'a\\nb\\nc\\n' | tac\n"
                             "  c\n"
                             "  b\n"
                             "  a\n";

/* The last match of the separator that begins before `end`; false: none. */
typedef struct separator {
    const char *text;
    size_t n;
    regex_t *re;
    regmatch_t *hits; /* all matches, in order */
    size_t n_hits;
} separator;

static void tac_find_all(separator *s, const char *text, size_t n)
{
    size_t cap = 0;
    s->n_hits = 0;
    s->hits = NULL;
    if (!s->re) {
        if (s->n == 1) {
            const uint8_t *p = (const uint8_t *)text, *end = p + n;
            cap = prog_count(p, n, (uint8_t)s->text[0]);
            s->hits = prog_realloc(NULL, cap, sizeof *s->hits);
            for (; (p = prog_find(p, end, (uint8_t)s->text[0])) < end; p++) {
                regoff_t at = (regoff_t)((const char *)p - text);
                s->hits[s->n_hits++] = (regmatch_t){at, at + 1};
            }
            return;
        }
        /* from the end, as the separators do not overlap when looked for backwards */
        for (size_t at = n; at >= s->n;) {
            if (memcmp(text + at - s->n, s->text, s->n) == 0) {
                s->hits = prog_grow(s->hits, &cap, s->n_hits, sizeof *s->hits);
                s->hits[s->n_hits++] = (regmatch_t){(regoff_t)(at - s->n), (regoff_t)at};
                at -= s->n;
            } else {
                at--;
            }
        }
        for (size_t i = 0; i < s->n_hits / 2; i++) {
            regmatch_t swap = s->hits[i];
            s->hits[i] = s->hits[s->n_hits - 1 - i];
            s->hits[s->n_hits - 1 - i] = swap;
        }
        return;
    }
    regmatch_t m;
    for (size_t at = 0; at < n && regexec(s->re, text + at, 1, &m, at ? REG_NOTBOL : 0) == 0;) {
        size_t start = at + (size_t)m.rm_so;
        if (start >= n)
            break;
        s->hits = prog_grow(s->hits, &cap, s->n_hits, sizeof *s->hits);
        s->hits[s->n_hits++] = (regmatch_t){(regoff_t)start, (regoff_t)at + m.rm_eo};
        at = start + 1;
    }
}

static void tac_text(separator *s, const char *text, size_t n, bool before)
{
    tac_find_all(s, text, n);
    size_t end = n, limit = n;
    for (size_t i = s->n_hits; i > 0; i--) {
        size_t start = (size_t)s->hits[i - 1].rm_so, stop = (size_t)s->hits[i - 1].rm_eo;
        if (stop > limit) /* what a search backwards finds ends where the next one began */
            stop = limit;
        limit = start;
        size_t cut = before ? start : stop;
        prog_write(&prog_out, text + cut, end - cut);
        end = cut;
    }
    prog_write(&prog_out, text, end);
    free(s->hits);
}

int text_tac(int argc, char **argv)
{
    static const prog_long longs[] = {{"before", PROG_NO_ARG, 'b'},
                                      {"regex", PROG_NO_ARG, 'r'},
                                      {"separator", PROG_ARG, 's'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "brs:", .longs = longs};
    separator s = {.text = "\n", .n = 1};
    bool before = false, regex = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        before |= c == 'b';
        regex |= c == 'r';
        if (c == 's') {
            s.text = o.arg;
            s.n = *o.arg ? strlen(o.arg) : 1;
        }
    }
    regex_t re;
    if (regex) {
        if (!*s.text)
            prog_die(0, "separator cannot be empty");
        if (regcomp(&re, s.text, 0) != 0)
            prog_die(0, "invalid regular expression: %s", prog_quote(s.text));
        s.re = &re;
    }
    static char dash[] = "-", *only[] = {dash};
    char **names = o.next < argc ? argv + o.next : only;
    int n = o.next < argc ? argc - o.next : 1, status = 0;
    for (int i = 0; i < n; i++) {
        prog_reader r;
        int error = prog_try_open(&r, names[i]);
        if (error) {
            prog_warn(error, "failed to open %s for reading", prog_quoteaf(names[i]));
            status = 1;
            continue;
        }
        prog_buf b = {0};
        prog_read_rest(&r, &b);
        (void)prog_buf_z(&b);
        tac_text(&s, b.p, b.n, before);
        prog_buf_free(&b);
        if (r.error) {
            prog_warn(r.error, "%s: read error", prog_quotef(names[i]));
            r.error = 0;
            status = 1;
        }
        (void)prog_close(&r);
    }
    return status;
}
