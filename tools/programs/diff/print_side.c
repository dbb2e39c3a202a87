#include "programs/common/prog_text.h"
#include "programs/diff/diff.h"

enum { GUTTER = 3 };

typedef struct columns {
    size_t half;   /* columns of either text */
    size_t second; /* where the second begins */
} columns;

static columns layout(void)
{
    size_t tab = diff_opt.expand_tabs ? 1 : diff_opt.how.tab, width = diff_opt.width;
    size_t least = tab + GUTTER;
    size_t off = width / 2 + least / 2 + (width & least & 1);
    off -= off % tab;
    columns c = {0};
    if (off > GUTTER && width > off)
        c.half = off - GUTTER < width - off ? off - GUTTER : width - off;
    c.second = c.half > 0 ? off : width;
    return c;
}

static size_t fill_to(size_t from, size_t to)
{
    size_t tab = diff_opt.how.tab;
    if (!diff_opt.expand_tabs)
        for (size_t stop = from + tab - from % tab; stop <= to; stop += tab) {
            prog_putc(&prog_out, '\t');
            from = stop;
        }
    if (from < to)
        prog_fill(&prog_out, ' ', to - from);
    return to;
}

/* Blanks and tabs of a line that is cut at `end`.  `in`: the column in the line, `out`: the one
 * reached in the output. */
static void put_tab(size_t *in, size_t *out, size_t end)
{
    size_t n = diff_opt.how.tab - *in % diff_opt.how.tab;
    if (*in == *out) {
        size_t stop = *out + n;
        if (diff_opt.expand_tabs) {
            if (stop > end)
                stop = end;
            if (stop > *out)
                prog_fill(&prog_out, ' ', stop - *out);
            *out = stop;
        } else if (stop < end) {
            *out = stop;
            prog_putc(&prog_out, '\t');
        }
    }
    *in += n;
}

/* A line without its line feed, cut at column `end`; a carriage return goes back to column
 * `indent`.  Returns the column reached. */
static size_t put_half(bx_str line, size_t indent, size_t end)
{
    size_t in = 0, out = 0;
    for (size_t i = 0; i < line.n;) {
        uint32_t cp;
        size_t n = prog_utf8(line.p + i, line.n - i, &cp);
        int width = cp == PROG_BAD_CHAR ? 1 : prog_width(cp);
        if (cp == '\t') {
            put_tab(&in, &out, end);
        } else if (cp == '\r') {
            prog_putc(&prog_out, '\r');
            (void)fill_to(0, indent);
            in = out = 0;
        } else if (cp == '\b') {
            if (in > 0 && --in < end) {
                if (out <= in) {
                    prog_fill(&prog_out, ' ', in - out);
                    out = in;
                } else {
                    out = in;
                    prog_putc(&prog_out, '\b');
                }
            }
        } else if (width < 0) {
            if (in < end)
                prog_putc(&prog_out, line.p[i]);
        } else {
            in += (size_t)width;
            if (in <= end) {
                out = in;
                prog_write(&prog_out, line.p + i, n);
            }
        }
        i += n;
    }
    return out;
}

/* `a`, `b`: numbers of lines, SIZE_MAX for none. */
static void put_row(const diff_file f[2], const columns *at, size_t a, char mark, size_t b)
{
    size_t column = 0;
    bool lf = false;
    if (a != SIZE_MAX) {
        bx_str line = diff_line(&f[0].text, a);
        line.n--;
        lf |= !diff_unended(&f[0].text, a);
        column = put_half(line, 0, at->half);
    }
    bool right_lf = b != SIZE_MAX && !diff_unended(&f[1].text, b);
    if (mark != ' ') {
        column = fill_to(column, (at->half + at->second - 1) / 2) + 1;
        if (mark == '|' && lf != right_lf)
            mark = lf ? '/' : '\\';
        prog_putc(&prog_out, mark);
    }
    if (b != SIZE_MAX) {
        bx_str line = diff_line(&f[1].text, b);
        line.n--;
        lf |= right_lf;
        if (line.n > 0) {
            column = fill_to(column, at->second);
            (void)put_half(line, column, at->half);
        }
    }
    if (lf)
        prog_putc(&prog_out, '\n');
}

static void put_common(const diff_file f[2], const columns *at, size_t *a, size_t *b, size_t end)
{
    if (diff_opt.suppress_common) {
        *b += end - *a;
        *a = end;
        return;
    }
    for (; *a < end; ++*a, ++*b)
        put_row(f, at, *a, diff_opt.left_column ? '(' : ' ', diff_opt.left_column ? SIZE_MAX : *b);
}

void diff_print_side(const diff_file f[2], const diff_script *s)
{
    columns at = layout();
    size_t a = 0, b = 0;
    for (size_t i = 0; i < s->n; i++) {
        const diff_change *c = &s->p[i];
        if (c->ignored)
            continue;
        put_common(f, &at, &a, &b, c->a);
        b = c->b;
        size_t a_end = c->a + c->n_a, b_end = c->b + c->n_b;
        for (; a < a_end && b < b_end; a++, b++)
            put_row(f, &at, a, '|', b);
        for (; b < b_end; b++)
            put_row(f, &at, SIZE_MAX, '>', b);
        for (; a < a_end; a++)
            put_row(f, &at, a, '<', SIZE_MAX);
    }
    put_common(f, &at, &a, &b, f[0].text.n_lines);
}
