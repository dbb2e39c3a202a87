#include "lib/diff.h"

#include "lib/alike.h"
#include "lib/diff_lines.h"
#include "lib/say.h"
#include "lib/scan.h"

/* ---- what differs ----------------------------------------------------------------------- */

/* The lines that differ, with the equal ones around them left away: both sides' middle parts. */
typedef struct middle {
    bx_str a, b;
    size_t line;  /* lines in front of either */
    size_t start; /* bytes in front of either */
} middle;

static middle trim(bx_str a, bx_str b)
{
    middle m = {0};
    size_t prefix = bx_common_prefix(a, b);
    const char *lf = prefix ? memrchr(a.p, '\n', prefix) : NULL;
    m.start = lf ? (size_t)(lf - a.p) + 1 : 0;
    m.line = bx_count_byte((const uint8_t *)a.p, m.start, '\n');
    m.a = bx_str_from(a, m.start);
    m.b = bx_str_from(b, m.start);
    size_t suffix = bx_common_suffix(m.a, m.b);
    if (suffix == 0)
        return m;
    /* The part they share begins in a line that differs, unless a line begins there on both sides.
     */
    size_t from = m.a.n - suffix, other = m.b.n - suffix;
    bool at_line =
        (from == 0 || m.a.p[from - 1] == '\n') && (other == 0 || m.b.p[other - 1] == '\n');
    if (!at_line) {
        lf = memchr(m.a.p + from, '\n', suffix);
        suffix = lf ? suffix - (size_t)(lf - (m.a.p + from)) - 1 : 0;
    }
    m.a.n -= suffix;
    m.b.n -= suffix;
    return m;
}

/* ---- the hunks -------------------------------------------------------------------------- */

typedef struct printer {
    const bx_diff_ask *ask;
    bx_buf *out;
    size_t first_byte; /* of the diff in `out` */
    bx_diff_stat *stat;
    bool is_full;
} printer;

static void put_name(bx_buf *out, const char *head, const char *path)
{
    bool quoted = false, spaced = false;
    for (const char *c = path; *c; c++) {
        quoted = quoted || (unsigned char)*c < ' ' || *c == '"' || *c == '\\' || *c == 0x7f;
        spaced = spaced || *c == ' ';
    }
    bx_say(out, quoted ? "\"" : "", head, NULL);
    for (const char *c = path; *c; c++) {
        unsigned char u = (unsigned char)*c;
        if (u < ' ' || u == 0x7f) {
            char octal[4] = {(char)('0' + (u >> 6)), (char)('0' + (u >> 3 & 7)),
                             (char)('0' + (u & 7)), 0};
            bx_say(out, "\\", octal, NULL);
        } else {
            bx_say(out, *c == '"' || *c == '\\' ? "\\" : "", NULL);
            (void)bx_buf_add_c(out, *c);
        }
    }
    bx_say(out, quoted ? "\"" : "", spaced ? "\t\n" : "\n",
           NULL); /* as diff(1): a tab ends such a name */
}

static void put_headers(printer *p)
{
    bx_say(p->out, "--- ", NULL);
    if (p->ask->is_new)
        bx_say(p->out, "/dev/null\n", NULL);
    else
        put_name(p->out, "a/", p->ask->path);
    bx_say(p->out, "+++ ", NULL);
    put_name(p->out, "b/", p->ask->path);
}

/* "12,3": an empty range is named by the line in front of it. */
static void put_range(bx_buf *out, const char *sign, size_t first, size_t n)
{
    bx_say(out, sign, NULL);
    bx_say_int(out, n == 0 ? first : first + 1);
    if (n != 1) {
        bx_say(out, ",", NULL);
        bx_say_int(out, n);
    }
}

/* The line of `text` at byte `at`, its line feed included. */
static bx_str line_at(bx_str text, size_t at)
{
    const char *lf = memchr(text.p + at, '\n', text.n - at);
    return (bx_str){text.p + at, lf ? (size_t)(lf + 1 - (text.p + at)) : text.n - at};
}

/* Returns where the lines end, or where there was no room for one more: the hunk is not shown then.
 */
static size_t put_lines(printer *p, char sign, bx_str text, size_t at, size_t n)
{
    for (; n > 0 && !p->is_full; n--) {
        bx_str line = line_at(text, at);
        p->is_full = p->out->n - p->first_byte + 1 + line.n > p->ask->max_bytes;
        if (p->is_full)
            break;
        (void)bx_buf_add_c(p->out, sign);
        (void)bx_buf_add_str(p->out, line);
        if (line.p[line.n - 1] != '\n')
            bx_say(p->out, "\n\\ No newline at end of file\n", NULL);
        at += line.n;
    }
    return at;
}

/* Lines around byte `at` of `before`: up to `max` in front of it, which begin at *ret. */
static size_t lines_before(bx_str text, size_t at, size_t max, size_t *ret)
{
    size_t n = 0;
    for (; n < max && at > 0; n++) {
        const char *lf = at > 1 ? memrchr(text.p, '\n', at - 1) : NULL;
        at = lf ? (size_t)(lf - text.p) + 1 : 0;
    }
    *ret = at;
    return n;
}

static size_t lines_after(bx_str text, size_t at, size_t max)
{
    size_t n = 0;
    for (; n < max && at < text.n; n++)
        at += line_at(text, at).n;
    return n;
}

/* One hunk of the changes c[0..n). */
static void put_hunk(printer *p, const bx_change *c, size_t n)
{
    bx_str before = p->ask->before, after = p->ask->after;
    size_t from, lead = lines_before(before, c[0].byte_a, BX_DIFF_CONTEXT, &from);
    const bx_change *last = &c[n - 1];
    size_t tail = lines_after(before, last->byte_a + last->bytes_a, BX_DIFF_CONTEXT);
    size_t first_a = c[0].a - lead, n_a = last->a + last->n_a + tail - first_a;
    size_t first_b = c[0].b - lead, n_b = last->b + last->n_b + tail - first_b;
    size_t was = p->out->n;
    if (p->stat->shown == 0)
        put_headers(p);
    put_range(p->out, "@@ -", p->ask->first_line + first_a, n_a);
    put_range(p->out, " +", p->ask->first_line + first_b, n_b);
    bx_say(p->out, " @@\n", NULL);
    size_t line = first_a;
    for (size_t i = 0; i < n; i++) {
        from = put_lines(p, ' ', before, from, c[i].a - line);
        from = put_lines(p, '-', before, from, c[i].n_a);
        (void)put_lines(p, '+', after, c[i].byte_b, c[i].n_b);
        line = c[i].a + c[i].n_a;
    }
    (void)put_lines(p, ' ', before, from, tail);
    p->is_full = p->is_full || p->out->n - p->first_byte > p->ask->max_bytes;
    if (p->is_full)
        p->out->n = was;
    else
        p->stat->shown++;
}

static void put_hunks(printer *p, const bx_changes *all)
{
    for (size_t i = 0, n; i < all->n; i += n) {
        for (n = 1; i + n < all->n; n++) {
            const bx_change *c = &all->p[i + n - 1];
            if (c[1].a - (c->a + c->n_a) > (size_t)2 * BX_DIFF_CONTEXT)
                break;
        }
        p->stat->hunks++;
        if (!p->is_full)
            put_hunk(p, &all->p[i], n);
    }
    for (size_t i = 0; i < all->n; i++) {
        p->stat->removed += all->p[i].n_a;
        p->stat->added += all->p[i].n_b;
    }
}

bx_code bx_diff_unified(const bx_diff_ask *ask, bx_buf *out, bx_diff_stat *ret)
{
    *ret = (bx_diff_stat){0};
    middle m = trim(ask->before, ask->after);
    bx_changes all = {0};
    bx_code rc = bx_changes_find(m.a, m.b, &all);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < all.n; i++) {
        all.p[i].a += m.line;
        all.p[i].b += m.line;
        all.p[i].byte_a += m.start;
        all.p[i].byte_b += m.start;
    }
    printer p = {.ask = ask, .out = out, .first_byte = out->n, .stat = ret};
    put_hunks(&p, &all);
    bx_changes_done(&all);
    return out->fail;
}
