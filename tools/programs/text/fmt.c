/* text/fmt.c - fmt: paragraphs with lines of about equal length (GNU).
 *
 * Lines are broken where the sum of costs is least, by dynamic programming from the end (Knuth and
 * Plass 1981): a line's cost grows with the square of its distance from the goal and from the line
 * behind it, and there are prices and rewards for where it is broken. */
#include "programs/text/text.h"

const char text_fmt_help[] =
    "Usage: fmt [-WIDTH] [OPTION]... [FILE]...\n"
    "Fill paragraphs.\n"
    "\n"
    "  -c, --crown-margin      leave the indentation of the first two lines\n"
    "  -g, --goal=N            the length lines should have (93 % of the width)\n"
    "  -p, --prefix=S          only lines that begin with S; it is put before each again\n"
    "  -s, --split-only        break long lines, do not join short ones\n"
    "  -t, --tagged-paragraph  the first line's indentation differs from the second's\n"
    "  -u, --uniform-spacing   one space between words, two between sentences\n"
    "  -w, --width=N           lines are at most N columns (75)\n"
    "\n"
    "Examples:\n"
    "  $ printf 'one\\ntwo\\nthree four\\n' | fmt -w 12\n"
    "  one two\n"
    "  three four\n";

enum { MAX_WORDS = 1000, MAX_CHARS = 5000, TAB = 8 };

typedef int64_t cost;

static cost square(cost n) { return n * n; }
static cost short_cost(cost n) { return square(n * 10); }
static cost ragged_cost(cost n) { return short_cost(n) / 2; }

#define COST_MAX       INT64_MAX
#define LINE_COST      square(70)
#define WIDOW_COST(n)  (square(200) / ((n) + 2))
#define ORPHAN_COST(n) (square(150) / ((n) + 2))
#define SENTENCE_BONUS square(50)
#define NOBREAK_COST   square(600)
#define PAREN_BONUS    square(40)
#define PUNCT_BONUS    square(40)
#define LINE_CREDIT    square(3)

typedef struct word {
    size_t at; /* in fmt.text */
    int64_t length, space, line_length;
    bool paren, period, punct, final;
    cost best;
    size_t next; /* the word that begins the line behind the one this one begins */
} word;

typedef struct formatting {
    prog_reader *r;
    bool crown, tagged, split, uniform, tabs;
    int64_t width, goal;
    const char *prefix;
    int64_t lead_space, full_length, prefix_length;
    word words[MAX_WORDS + 1];
    size_t n;
    char text[MAX_CHARS];
    size_t used;
    int64_t in_column, out_column, prefix_indent, next_indent, first_indent, other_indent,
        last_length;
    int next_char;
} formatting;

/* ---- output
 * -------------------------------------------------------------------------------------- */

static void put_space(formatting *f, int64_t n)
{
    int64_t target = f->out_column + n;
    if (f->tabs) {
        int64_t tab = target / TAB * TAB;
        if (f->out_column + 1 < tab)
            for (; f->out_column < tab; f->out_column = (f->out_column / TAB + 1) * TAB)
                prog_putc(&prog_out, '\t');
    }
    for (; f->out_column < target; f->out_column++)
        prog_putc(&prog_out, ' ');
}

static void put_line(formatting *f, size_t from, int64_t indent)
{
    f->out_column = 0;
    put_space(f, f->prefix_indent);
    prog_puts(&prog_out, f->prefix);
    f->out_column += f->prefix_length;
    put_space(f, indent - f->out_column);
    size_t end = f->words[from].next;
    for (size_t i = from; i < end; i++) {
        const word *w = &f->words[i];
        prog_write(&prog_out, f->text + w->at, (size_t)w->length);
        f->out_column += w->length;
        if (i + 1 < end)
            put_space(f, w->space);
    }
    f->last_length = f->out_column;
    prog_putc(&prog_out, '\n');
}

static void put_paragraph(formatting *f, size_t end)
{
    put_line(f, 0, f->first_indent);
    for (size_t i = f->words[0].next; i != end; i = f->words[i].next)
        put_line(f, i, f->other_indent);
}

/* ---- where to break
 * ------------------------------------------------------------------------------- */

/* Of beginning a line with word i. */
static cost begin_cost(const formatting *f, size_t i)
{
    const word *w = &f->words[i];
    cost c = LINE_COST;
    if (i > 0) {
        const word *before = w - 1;
        if (before->period)
            c += before->final ? -SENTENCE_BONUS : NOBREAK_COST;
        else if (before->punct)
            c -= PUNCT_BONUS;
        else if (i > 1 && w[-2].final)
            c += WIDOW_COST(before->length);
    }
    if (w->paren)
        c -= PAREN_BONUS;
    else if (w->final)
        c += ORPHAN_COST(w->length);
    return c;
}

/* Of a line of `length` before word `next`. */
static cost line_cost(const formatting *f, size_t next, int64_t length)
{
    if (next == f->n)
        return 0;
    cost c = short_cost(f->goal - length);
    if (f->words[next].next != f->n)
        c += ragged_cost(length - f->words[next].line_length);
    return c;
}

static void break_lines(formatting *f)
{
    f->words[f->n].best = 0;
    for (size_t start = f->n; start-- > 0;) {
        word *first = &f->words[start];
        int64_t length = (start == 0 ? f->first_indent : f->other_indent) + first->length;
        cost best = COST_MAX;
        for (size_t i = start + 1;; i++) {
            cost c = line_cost(f, i, length) + f->words[i].best;
            if (start == 0 && f->last_length > 0)
                c += ragged_cost(length - f->last_length);
            if (c < best) {
                best = c;
                first->next = i;
                first->line_length = length;
            }
            if (i == f->n)
                break;
            length += f->words[i - 1].space + f->words[i].length;
            if (length >= f->width)
                break;
        }
        first->best = best + begin_cost(f, start);
    }
}

/* The paragraph is longer than there is room for: its beginning goes out. */
static void flush_words(formatting *f)
{
    if (f->n == 0) {
        prog_write(&prog_out, f->text, f->used);
        f->used = 0;
        return;
    }
    size_t scanned = f->words[f->n].at; /* of the word that is being read */
    break_lines(f);
    size_t cut = f->n;
    cost best = COST_MAX;
    for (size_t i = f->words[0].next; i != f->n; i = f->words[i].next) {
        const word *w = &f->words[i];
        cost c = w->best - f->words[w->next].best;
        if (c < best) {
            cut = i;
            best = c;
        }
        if (best <= COST_MAX - LINE_CREDIT)
            best += LINE_CREDIT;
    }
    put_paragraph(f, cut);
    size_t gone = cut < f->n ? f->words[cut].at : scanned;
    memmove(f->text, f->text + gone, f->used - gone);
    f->used -= gone;
    for (size_t i = cut; i <= f->n; i++) {
        f->words[i - cut] = f->words[i];
        f->words[i - cut].at -= gone;
        f->words[i - cut].next -= cut;
    }
    f->n -= cut;
}

/* ---- input
 * ----------------------------------------------------------------------------------------- */

static int get_space(formatting *f, int c)
{
    for (;; c = prog_getc(f->r)) {
        if (c == ' ') {
            f->in_column++;
        } else if (c == '\t') {
            f->tabs = true;
            f->in_column = (f->in_column / TAB + 1) * TAB;
        } else {
            return c;
        }
    }
}

/* The beginning of a line up to its first word; what comes next. */
static int get_prefix(formatting *f)
{
    f->in_column = 0;
    int c = get_space(f, prog_getc(f->r));
    if (f->prefix_length == 0) {
        f->next_indent = f->lead_space < f->in_column ? f->lead_space : f->in_column;
        return c;
    }
    f->next_indent = f->in_column;
    for (const char *p = f->prefix; *p; p++) {
        if (c != (unsigned char)*p)
            return c;
        f->in_column++;
        c = prog_getc(f->r);
    }
    return get_space(f, c);
}

static void set_other_indent(formatting *f, bool same)
{
    if (f->split)
        f->other_indent = f->first_indent;
    else if (f->crown)
        f->other_indent = same ? f->in_column : f->first_indent;
    else if (f->tagged) {
        if (same && f->in_column != f->first_indent)
            f->other_indent = f->in_column;
        else if (f->other_indent == f->first_indent)
            f->other_indent = f->first_indent == 0 ? 3 : 0;
    } else {
        f->other_indent = f->first_indent;
    }
}

static bool same_paragraph(const formatting *f, int c)
{
    return f->next_indent == f->prefix_indent && f->in_column >= f->next_indent + f->full_length &&
           c != '\n' && c >= 0;
}

static void look_at_word(formatting *f, word *w)
{
    const char *p = f->text + w->at, *last = p + w->length - 1;
    w->paren = *p && strchr("([`'\"", *p);
    w->punct = *last > 32 && *last < 127 && !prog_is_alpha(*last) && !prog_is_digit(*last);
    while (last > p && *last && strchr(")]'\"", *last))
        last--;
    w->period = *last && strchr(".?!", *last);
}

/* The words of a line, c being its first character; what comes behind the next line's prefix. */
static int get_line(formatting *f, int c)
{
    do {
        f->words[f->n] = (word){.at = f->used};
        do {
            if (f->used == MAX_CHARS) {
                set_other_indent(f, true);
                flush_words(f);
                if (f->n == 0)
                    f->words[0].at = f->used == 0 ? 0 : f->words[0].at;
            }
            f->text[f->used++] = (char)c;
            c = prog_getc(f->r);
        } while (c >= 0 && !prog_is_space(c));
        word *w = &f->words[f->n];
        w->length = (int64_t)(f->used - w->at);
        f->in_column += w->length;
        look_at_word(f, w);
        int64_t from = f->in_column;
        c = get_space(f, c);
        w->space = f->in_column - from;
        w->final = c < 0 || (w->period && (c == '\n' || w->space > 1));
        if (c == '\n' || c < 0 || f->uniform)
            w->space = w->final ? 2 : 1;
        if (f->n == MAX_WORDS - 2) {
            set_other_indent(f, true);
            flush_words(f);
        }
        f->n++;
    } while (c != '\n' && c >= 0);
    return get_prefix(f);
}

/* A line that is not formatted; its end. */
static int copy_rest(formatting *f, int c)
{
    f->out_column = 0;
    if (f->in_column > f->next_indent || (c != '\n' && c >= 0)) {
        put_space(f, f->next_indent);
        for (const char *p = f->prefix; f->out_column != f->in_column && *p; f->out_column++)
            prog_putc(&prog_out, *p++);
        if (c >= 0 && c != '\n')
            put_space(f, f->in_column - f->out_column);
        if (c < 0 && f->in_column >= f->next_indent + f->prefix_length)
            prog_putc(&prog_out, '\n');
    }
    for (; c != '\n' && c >= 0; c = prog_getc(f->r))
        prog_putc(&prog_out, c);
    return c;
}

static bool get_paragraph(formatting *f)
{
    f->last_length = 0;
    int c = f->next_char;
    while (c == '\n' || c < 0 || f->next_indent < f->lead_space ||
           f->in_column < f->next_indent + f->full_length) {
        c = copy_rest(f, c);
        if (c < 0) {
            f->next_char = -1;
            return false;
        }
        prog_putc(&prog_out, '\n');
        c = get_prefix(f);
    }
    f->prefix_indent = f->next_indent;
    f->first_indent = f->in_column;
    f->used = f->n = 0;
    c = get_line(f, c);
    set_other_indent(f, same_paragraph(f, c));
    if (!f->split &&
        (!f->tagged || f->crown || (same_paragraph(f, c) && f->in_column != f->first_indent)))
        while (same_paragraph(f, c) && f->in_column == f->other_indent)
            c = get_line(f, c);
    f->words[f->n - 1].period = f->words[f->n - 1].final = true;
    f->next_char = c;
    return true;
}

static void fmt_file(prog_reader *r, void *arg)
{
    formatting *f = arg;
    f->r = r;
    f->tabs = false;
    f->other_indent = 0;
    f->next_char = get_prefix(f);
    while (!prog_out.error && get_paragraph(f)) {
        break_lines(f);
        put_paragraph(f, f->n);
    }
}

static void set_prefix(formatting *f, char *p)
{
    for (f->lead_space = 0; *p == ' '; p++)
        f->lead_space++;
    f->prefix = p;
    size_t n = strlen(p);
    f->full_length = (int64_t)n;
    while (n > 0 && p[n - 1] == ' ')
        n--;
    p[n] = '\0';
    f->prefix_length = (int64_t)n;
}

int text_fmt(int argc, char **argv)
{
    static const prog_long longs[] = {{"crown-margin", PROG_NO_ARG, 'c'},
                                      {"prefix", PROG_ARG, 'p'},
                                      {"split-only", PROG_NO_ARG, 's'},
                                      {"tagged-paragraph", PROG_NO_ARG, 't'},
                                      {"uniform-spacing", PROG_NO_ARG, 'u'},
                                      {"width", PROG_ARG, 'w'},
                                      {"goal", PROG_ARG, 'g'},
                                      {0}};
    formatting *f = prog_zalloc(1, sizeof *f);
    f->prefix = "";
    const char *width = NULL, *goal = NULL;
    if (argc > 1 && argv[1][0] == '-' && prog_is_digit(argv[1][1])) {
        width = argv[1] + 1;
        argv[1] = argv[0];
        argv++;
        argc--;
    }
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "0123456789cstuw:p:g:", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;) {
        if (prog_is_digit(c))
            prog_usage("invalid option -- %c; -WIDTH is recognized only when it is the first\n"
                       "option; use -w N instead",
                       c);
        f->crown |= c == 'c';
        f->split |= c == 's';
        f->tagged |= c == 't';
        f->uniform |= c == 'u';
        if (c == 'w')
            width = o.arg;
        if (c == 'g')
            goal = o.arg;
        if (c == 'p')
            set_prefix(f, o.arg);
    }
    f->width = 75;
    if (width)
        f->width = (int64_t)prog_uint_or_die(width, "", 0, MAX_CHARS / 2, "invalid width");
    if (goal) {
        uint64_t most = width ? (uint64_t)f->width : 75;
        f->goal = (int64_t)prog_uint_or_die(goal, "", 0, most, "invalid width");
        if (!width)
            f->width = f->goal + 10;
    } else {
        f->goal = f->width * (2 * (100 - 7) + 1) / 200;
    }
    int status = prog_each_file(argv + o.next, (size_t)(argc - o.next), fmt_file, f);
    free(f);
    return status;
}
