#include "programs/common/prog_text.h"
#include "programs/diff/patch.h"

#include <stdio.h>

void patch_context(const hunk *h, size_t *ret_front, size_t *ret_back)
{
    size_t front = 0, back = 0;
    while (front < h->n && h->line[front].op == ' ')
        front++;
    while (back < h->n - front && h->line[h->n - back - 1].op == ' ')
        back++;
    *ret_front = front;
    *ret_back = back;
}

/* -l: any blanks are as good as others. */
static bool alike(bx_str a, bx_str b)
{
    size_t i = 0, k = 0;
    while (a.n > 0 && prog_is_space((unsigned char)a.p[a.n - 1]))
        a.n--;
    while (b.n > 0 && prog_is_space((unsigned char)b.p[b.n - 1]))
        b.n--;
    while (i < a.n && k < b.n) {
        bool x = prog_is_blank((unsigned char)a.p[i]), y = prog_is_blank((unsigned char)b.p[k]);
        if (x != y || (!x && a.p[i] != b.p[k]))
            return false;
        if (!x) {
            i++, k++;
            continue;
        }
        while (i < a.n && prog_is_blank((unsigned char)a.p[i]))
            i++;
        while (k < b.n && prog_is_blank((unsigned char)b.p[k]))
            k++;
    }
    return i == a.n && k == b.n;
}

/* The old lines of the hunk, but `front` and `back` of them, stand at line `at`. */
static bool fits(const patch_target *t, const hunk *h, ptrdiff_t at, size_t front, size_t back)
{
    size_t seen = 0;
    for (size_t i = 0; i < h->n; i++) {
        const hunk_line *l = &h->line[i];
        if (l->op == '+')
            continue;
        size_t k = seen++;
        if (k < front || k + back >= h->old_n)
            continue;
        ptrdiff_t line = at + (ptrdiff_t)k;
        if (line < 0 || (size_t)line >= t->text->n_lines)
            return false;
        bx_str s = diff_line(t->text, (size_t)line);
        s.n--;
        if (t->blanks ? !alike(s, l->text)
                      : s.n != l->text.n || memcmp(s.p, l->text.p, s.n) != 0 ||
                            l->no_lf != diff_unended(t->text, (size_t)line))
            return false;
    }
    return true;
}

bool patch_locate(patch_target *t, const hunk *h, size_t fuzz, size_t *ret)
{
    size_t front, back;
    patch_context(h, &front, &back);
    size_t most = front > back ? front : back;
    ptrdiff_t cut_front = (ptrdiff_t)(fuzz + front) - (ptrdiff_t)most;
    ptrdiff_t cut_back = (ptrdiff_t)(fuzz + back) - (ptrdiff_t)most;
    ptrdiff_t lines = (ptrdiff_t)t->text->n_lines, old = (ptrdiff_t)h->old_n;
    /* lines from 0; an insertion stands behind the line it names */
    ptrdiff_t first = (ptrdiff_t)h->old_at - (h->old_n > 0);
    ptrdiff_t guess = first + t->shift, frozen = (ptrdiff_t)t->copied, at;
    if (h->old_n == 0) {
        at = guess < frozen ? frozen : guess > lines ? lines : guess;
        *ret = (size_t)at;
        return true;
    }
    bool found = false;
    if (cut_front < 0 && first <= 0) { /* only at the beginning */
        at = 0;
        if (cut_back < 0 && old != lines)
            return false;
        found =
            frozen <= (ptrdiff_t)front && fits(t, h, at, 0, cut_back > 0 ? (size_t)cut_back : 0);
    } else if (cut_back < 0) { /* only at the end */
        at = lines - old;
        found = at >= frozen && fits(t, h, at, cut_front > 0 ? (size_t)cut_front : 0, 0);
    } else {
        size_t a = cut_front > 0 ? (size_t)cut_front : 0, b = (size_t)cut_back;
        ptrdiff_t last = lines - (old - (ptrdiff_t)b);
        ptrdiff_t up = last - guess, down = guess - frozen;
        at = guess;
        ptrdiff_t off = up < 0 ? -up : down < 0 ? -down : 0;
        for (; !found && (off <= up || off <= down); off++) {
            at = guess + off;
            if (at >= frozen && off <= up)
                found = fits(t, h, at, a, b);
            if (!found && off > 0 && off <= down) {
                at = guess - off;
                found = fits(t, h, at, a, b);
            }
        }
    }
    if (!found || at < frozen)
        return false;
    t->shift += at - guess;
    *ret = (size_t)at;
    return true;
}

static void put_line(patch_target *t, size_t i)
{
    bx_str s = diff_line(t->text, i);
    prog_buf_put(&t->out, s.p, s.n - diff_unended(t->text, i));
}

static void copy_to(patch_target *t, size_t end)
{
    for (; t->copied < end && t->copied < t->text->n_lines; t->copied++)
        put_line(t, t->copied);
}

/* A line that is to follow: what is in front of it ends with a line feed. */
static void end_line(patch_target *t)
{
    if (t->out.n > 0 && t->out.p[t->out.n - 1] != '\n')
        prog_buf_putc(&t->out, '\n');
}

void patch_put(patch_target *t, const hunk *h, size_t at)
{
    copy_to(t, at);
    for (size_t i = 0; i < h->n; i++) {
        const hunk_line *l = &h->line[i];
        switch (l->op) {
        case '-':
            t->copied++;
            break;
        case ' ':
            copy_to(t, t->copied + 1);
            break;
        default:
            end_line(t);
            prog_buf_put(&t->out, l->text.p, l->text.n);
            if (!l->no_lf)
                prog_buf_putc(&t->out, '\n');
            break;
        }
    }
    t->grown += (ptrdiff_t)h->new_n - (ptrdiff_t)h->old_n;
}

void patch_put_rest(patch_target *t) { copy_to(t, t->text->n_lines); }

/* ---- rejects -----------------------------------------------------------------------------------
 */

static void put(prog_buf *b, const char *z) { prog_buf_put(b, z, strlen(z)); }

static void put_header(prog_buf *b, const char *mark, const patch_header *h)
{
    put(b, mark);
    prog_buf_put(b, h->name.p, h->name.n);
    prog_buf_put(b, h->stamp.p, h->stamp.n);
    prog_buf_putc(b, '\n');
}

static void put_range(prog_buf *b, size_t at, size_t n, bool unified)
{
    char text[48];
    int k;
    if (unified)
        k = n == 1 ? snprintf(text, sizeof(text), "%zu", at)
                   : snprintf(text, sizeof(text), "%zu,%zu", at, n);
    else
        k = n < 2 ? snprintf(text, sizeof(text), "%zu", at)
                  : snprintf(text, sizeof(text), "%zu,%zu", at, at + n - 1);
    prog_buf_put(b, text, (size_t)k);
}

static void put_text(prog_buf *b, const char *mark, const hunk_line *l)
{
    put(b, mark);
    prog_buf_put(b, l->text.p, l->text.n);
    if (!l->no_lf)
        prog_buf_putc(b, '\n');
}

/* Whether the group of changed lines that line i belongs to has both old and new ones. */
static bool replaces(const hunk *h, size_t i)
{
    size_t from = i, to = i;
    while (from > 0 && h->line[from - 1].op != ' ')
        from--;
    while (to < h->n && h->line[to].op != ' ')
        to++;
    bool minus = false, plus = false;
    for (; from < to; from++) {
        minus |= h->line[from].op == '-';
        plus |= h->line[from].op == '+';
    }
    return minus && plus;
}

static void put_half(prog_buf *b, const hunk *h, char op)
{
    bool any = false;
    for (size_t i = 0; i < h->n; i++)
        any |= h->line[i].op == op;
    for (size_t i = 0; any && i < h->n; i++)
        if (h->line[i].op == ' ')
            put_text(b, "  ", &h->line[i]);
        else if (h->line[i].op == op)
            put_text(b, replaces(h, i) ? "! " : op == '-' ? "- " : "+ ", &h->line[i]);
}

void patch_put_reject(prog_buf *out, const file_patch *p, const hunk *h, ptrdiff_t moved,
                      bool first)
{
    bool unified = p->form == PATCH_UNIFIED;
    size_t old_at = (size_t)((ptrdiff_t)h->old_at + moved);
    size_t new_at = (size_t)((ptrdiff_t)h->new_at + moved);
    if (first && p->side[0].name.n > 0) {
        put_header(out, unified ? "--- " : "*** ", &p->side[0]);
        put_header(out, unified ? "+++ " : "--- ", &p->side[1]);
    }
    if (unified) {
        put(out, "@@ -");
        put_range(out, old_at, h->old_n, true);
        put(out, " +");
        put_range(out, new_at, h->new_n, true);
        put(out, " @@");
        prog_buf_put(out, h->function.p, h->function.n);
        prog_buf_putc(out, '\n');
        for (size_t i = 0; i < h->n; i++)
            put_text(out, (const char[]){h->line[i].op, '\0'}, &h->line[i]);
        return;
    }
    put(out, "***************");
    prog_buf_put(out, h->function.p, h->function.n);
    put(out, "\n*** ");
    put_range(out, old_at, h->old_n, false);
    put(out, " ****\n");
    put_half(out, h, '-');
    put(out, "--- ");
    put_range(out, new_at, h->new_n, false);
    put(out, " ----\n");
    put_half(out, h, '+');
}
