/* text/fold.c - fold, expand, unexpand (POSIX; GNU). */
#include "programs/text/text.h"

const char text_fold_help[] = "Usage: fold [OPTION]... [FILE]...\n"
                              "Break long lines.\n"
                              "\n"
                              "  -b, --bytes        count bytes, not columns\n"
                              "  -s, --spaces       break behind blanks where there are any\n"
                              "  -w, --width=N, -N  at most N columns (80)\n"
                              "\n"
                              "Examples:\n"
                              "  $ echo 'one two three' | fold -sw8\n"
                              "  one two \n"
                              "  three\n";

typedef struct folding {
    uint64_t width;
    bool bytes, spaces;
} folding;

static uint64_t next_column(const folding *f, uint64_t column, char c)
{
    if (f->bytes)
        return column + 1;
    switch (c) {
    case '\b':
        return column > 0 ? column - 1 : 0;
    case '\r':
        return 0;
    case '\t':
        return column + 8 - column % 8;
    default:
        return column + 1;
    }
}

/* A piece of a line is b; what does not fit begins the next. */
static void fold_line(const folding *f, bx_str line)
{
    size_t from = 0;
    uint64_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        uint64_t next = next_column(f, column, line.p[i]);
        if (next <= f->width || i == from) {
            column = next;
            continue;
        }
        size_t cut = i;
        if (f->spaces) {
            size_t k = i;
            while (k > from && !prog_is_blank(line.p[k - 1]))
                k--;
            if (k > from)
                cut = k;
        }
        prog_write(&prog_out, line.p + from, cut - from);
        prog_putc(&prog_out, '\n');
        from = cut;
        column = 0;
        for (size_t k = cut; k < i; k++)
            column = next_column(f, column, line.p[k]);
        i--; /* this one again */
    }
    prog_write(&prog_out, line.p + from, line.n - from);
}

static void fold_file(prog_reader *r, void *arg)
{
    bx_str line;
    bool ended;
    while (!prog_out.error && prog_line(r, '\n', &line, &ended)) {
        fold_line(arg, line);
        if (ended)
            prog_putc(&prog_out, '\n');
    }
}

int text_fold(int argc, char **argv)
{
    static const prog_long longs[] = {
        {"bytes", PROG_NO_ARG, 'b'}, {"spaces", PROG_NO_ARG, 's'}, {"width", PROG_ARG, 'w'}, {0}};
    prog_opts o = {
        .argc = argc, .argv = argv, .shorts = "bsw:0::1::2::3::4::5::6::7::8::9::", .longs = longs};
    folding f = {.width = 80};
    for (int c; (c = prog_opt(&o)) != -1;) {
        f.bytes |= c == 'b';
        f.spaces |= c == 's';
        if (c == 'w') {
            f.width = prog_uint_or_die(o.arg, "", 1, SIZE_MAX - 9, "invalid number of columns");
        } else if (prog_is_digit(c)) {
            prog_buf b = {0};
            prog_buf_putc(&b, (char)c);
            if (o.arg)
                prog_buf_put(&b, o.arg, strlen(o.arg));
            f.width =
                prog_uint_or_die(prog_buf_z(&b), "", 1, SIZE_MAX - 9, "invalid number of columns");
            prog_buf_free(&b);
        }
    }
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), fold_file, &f);
}

/* ---- tab stops
 * ----------------------------------------------------------------------------------- */

typedef struct stops {
    uint64_t *p; /* ascending */
    size_t n, cap;
    uint64_t every;     /* -t N, or behind the list: /N */
    uint64_t increment; /* behind the list: +N */
} stops;

static void add_stop(stops *s, uint64_t column, char mark)
{
    if (mark == '/') {
        if (s->every)
            prog_die(0, "'/' specifier only allowed with the last value");
        s->every = column;
    } else if (mark == '+') {
        if (s->increment)
            prog_die(0, "'+' specifier only allowed with the last value");
        s->increment = column;
    } else {
        s->p = prog_grow(s->p, &s->cap, s->n, sizeof *s->p);
        s->p[s->n++] = column;
    }
}

static void read_stops(stops *s, const char *text)
{
    bool have = false;
    uint64_t n = 0;
    char mark = 0;
    for (; *text; text++) {
        if (*text == ',' || prog_is_blank(*text)) {
            if (have)
                add_stop(s, n, mark);
            have = false;
            mark = 0;
        } else if (*text == '/' || *text == '+') {
            if (have)
                prog_die(0, "'%c' specifier not at start of number: %s", *text, prog_quote(text));
            mark = *text;
        } else if (prog_is_digit(*text)) {
            if (!have)
                n = 0;
            have = true;
            if (__builtin_mul_overflow(n, 10, &n) ||
                __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n)) {
                char *digits = prog_strndup(text, strspn(text, "0123456789"));
                prog_die(0, "tab stop is too large %s", prog_quote(digits));
            }
        } else {
            prog_die(0, "tab size contains invalid character(s): %s", prog_quote(text));
        }
    }
    if (have)
        add_stop(s, n, mark);
}

static void finish_stops(stops *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->p[i] == 0)
            prog_die(0, "tab size cannot be 0");
        if (i > 0 && s->p[i] <= s->p[i - 1])
            prog_die(0, "tab sizes must be ascending");
    }
    if (s->every && s->increment)
        prog_die(0, "'/' specifier is mutually exclusive with '+'");
    if (s->n == 0 && !s->every && !s->increment)
        s->every = 8;
    else if (s->n == 0 && s->increment)
        s->every = s->increment;
    else if (s->n == 1 && !s->every && !s->increment) {
        s->every = s->p[0];
        s->n = 0;
    }
}

/* The first stop behind `column`; false: there is none any more. */
static bool next_stop(const stops *s, uint64_t column, uint64_t *ret)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i] > column) {
            *ret = s->p[i];
            return true;
        }
    if (s->every) {
        *ret = column + (s->every - column % s->every);
        return true;
    }
    if (s->increment) {
        uint64_t last = s->p[s->n - 1];
        *ret = column + (s->increment - (column - last) % s->increment);
        return true;
    }
    return false;
}

/* ---- expand
 * -------------------------------------------------------------------------------------- */

const char text_expand_help[] =
    "Usage: expand [OPTION]... [FILE]...\n"
    "Replace tabs by spaces.\n"
    "\n"
    "  -i, --initial        only tabs before anything else on a line\n"
    "  -t, --tabs=N, -N     stops every N columns (8)\n"
    "  -t, --tabs=LIST      stops at these columns; the last may be /N: then multiples of N,\n"
    "                       or +N: then every N\n"
    "\n"
    "Examples:\n"
    "  $ printf 'a\\tb\\n' | expand -t4\n"
    "  a   b\n";

typedef struct expanding {
    stops s;
    bool initial, all;
} expanding;

static void expand_file(prog_reader *r, void *arg)
{
    const expanding *e = arg;
    bx_str line;
    bool ended;
    while (!prog_out.error && prog_line(r, '\n', &line, &ended)) {
        uint64_t column = 0, stop;
        bool convert = true;
        for (size_t i = 0; i < line.n; i++) {
            char c = line.p[i];
            if (convert && c == '\t') {
                if (!next_stop(&e->s, column, &stop))
                    stop = column + 1;
                if (stop - column > (uint64_t)1 << 40)
                    prog_die(0, "input line is too long");
                prog_fill(&prog_out, ' ', (size_t)(stop - column));
                column = stop;
                continue;
            }
            if (c == '\b')
                column -= column > 0;
            else
                column++;
            convert = convert && (!e->initial || prog_is_blank(c));
            prog_putc(&prog_out, c);
        }
        if (ended)
            prog_putc(&prog_out, '\n');
    }
}

/* -8 and -4,8 of old: digits and commas are letters of options. */
typedef struct old_stops {
    prog_buf digits;
    bool some;
} old_stops;

static void old_letter(stops *s, old_stops *old, int c)
{
    if (c == ',') {
        if (old->digits.n)
            read_stops(s, prog_buf_z(&old->digits));
        old->digits.n = 0;
    } else {
        prog_buf_putc(&old->digits, (char)c);
    }
    old->some = true;
}

static void old_end(stops *s, old_stops *old)
{
    if (old->digits.n)
        read_stops(s, prog_buf_z(&old->digits));
    prog_buf_free(&old->digits);
}

int text_expand(int argc, char **argv)
{
    static const prog_long longs[] = {{"tabs", PROG_ARG, 't'}, {"initial", PROG_NO_ARG, 'i'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "it:,0123456789", .longs = longs};
    expanding e = {0};
    old_stops old = {0};
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'i')
            e.initial = true;
        else if (c == 't')
            read_stops(&e.s, o.arg);
        else
            old_letter(&e.s, &old, c);
    }
    old_end(&e.s, &old);
    finish_stops(&e.s);
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), expand_file, &e);
}

/* ---- unexpand
 * ------------------------------------------------------------------------------------ */

const char text_unexpand_help[] =
    "Usage: unexpand [OPTION]... [FILE]...\n"
    "Replace blanks at the beginning of lines by tabs.\n"
    "\n"
    "  -a, --all            also further on, where they are two or more before a stop\n"
    "      --first-only     only at the beginning, whatever -t says\n"
    "  -t, --tabs=N         stops every N columns (8); as -a\n"
    "  -t, --tabs=LIST      stops at these columns; as of expand\n"
    "\n"
    "Examples:\n"
    "  $ printf '        x\\n' | unexpand | od -c -An\n"
    "    \\t   x  \\n\n";

/* Blanks that wait: they become a tab when a stop is reached by them. */
static void unexpand_line(const expanding *e, bx_str line)
{
    prog_buf waiting = {0};
    uint64_t column = 0, stop = 0;
    bool convert = true, prev_blank = true, one_before_stop = false;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        bool blank = prog_is_blank(c);
        if (convert && blank) {
            if (!next_stop(&e->s, column, &stop)) {
                convert = false;
            } else if (c == '\t') {
                column = stop;
                if (waiting.n)
                    waiting.p[0] = '\t';
                waiting.n = one_before_stop && waiting.n ? 1 : 0;
                prog_buf_putc(&waiting, '\t');
                one_before_stop = false;
                prog_write(&prog_out, waiting.p, waiting.n);
                waiting.n = 0;
                prev_blank = true;
                continue;
            } else {
                column++;
                if (!(prev_blank && column == stop)) {
                    if (column == stop)
                        one_before_stop = true;
                    prog_buf_putc(&waiting, c);
                    prev_blank = true;
                    continue;
                }
                /* the stop is reached by two or more */
                if (one_before_stop)
                    prog_putc(&prog_out, '\t');
                waiting.n = 0;
                one_before_stop = false;
                prog_putc(&prog_out, '\t');
                prev_blank = true;
                continue;
            }
        }
        if (convert) {
            if (c == '\b')
                column -= column > 0;
            else
                column++;
        }
        if (waiting.n) {
            if (waiting.n > 1 && one_before_stop)
                waiting.p[0] = '\t';
            prog_write(&prog_out, waiting.p, waiting.n);
            waiting.n = 0;
            one_before_stop = false;
        }
        prev_blank = blank;
        convert = convert && (e->all || blank);
        prog_putc(&prog_out, c);
    }
    if (waiting.n > 1 && one_before_stop)
        waiting.p[0] = '\t';
    prog_write(&prog_out, waiting.p, waiting.n);
    prog_buf_free(&waiting);
}

static void unexpand_file(prog_reader *r, void *arg)
{
    bx_str line;
    bool ended;
    while (!prog_out.error && prog_line(r, '\n', &line, &ended)) {
        unexpand_line(arg, line);
        if (ended)
            prog_putc(&prog_out, '\n');
    }
}

int text_unexpand(int argc, char **argv)
{
    enum { FIRST = 256 };
    static const prog_long longs[] = {{"tabs", PROG_ARG, 't'},
                                      {"all", PROG_NO_ARG, 'a'},
                                      {"first-only", PROG_NO_ARG, FIRST},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "at:,0123456789", .longs = longs};
    expanding e = {0};
    old_stops old = {0};
    bool first = false;
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (c == 'a') {
            e.all = true;
        } else if (c == FIRST) {
            first = true;
        } else if (c == 't') {
            e.all = true;
            read_stops(&e.s, o.arg);
        } else {
            old_letter(&e.s, &old, c);
        }
    }
    old_end(&e.s, &old);
    finish_stops(&e.s);
    if (first)
        e.all = false;
    return prog_each_file(argv + o.next, (size_t)(argc - o.next), unexpand_file, &e);
}
