#include "lib/patch.h"

#include "lib/near.h"
#include "lib/patch_parse.h"
#include "lib/say.h"
#include "lib/scan.h"

enum {
    WORK_MAX = 200 << 20, /* lines compared in all */
    NOTES_MAX = 8 << 10,  /* bytes; where there is more to note, it is left */
};

typedef struct file {
    bx_str text;
    size_t n;
    uint32_t *at;   /* n + 1: where each line begins, and the end */
    uint32_t *hash; /* of each line, without its ending */
} file;

typedef struct fit {   /* where a hunk goes */
    size_t where;      /* line of the text, from 0, that its first old line is compared with */
    size_t head, tail; /* lines of context that were left out of the comparison */
    size_t fuzz;
    bool whole; /* those lines match as well */
    bool found;
} fit;

typedef struct patcher {
    const bx_patch *p;
    file f;
    const bx_patch_line **old; /* of the hunk at hand: its lines of the old text */
    size_t frozen;             /* lines of the text that are behind the last change */
    ptrdiff_t offset;          /* of the hunk before */
    size_t work;
    bool loose_cr; /* the patch has no carriage returns: an ending CR of the text is overlooked */
    size_t put;    /* lines of the text that are written */
} patcher;

/* ---- the lines of the text -------------------------------------------------------------- */

static bx_code split(bx_str text, file *f)
{
    f->text = text;
    f->n = bx_count_byte((const uint8_t *)text.p, text.n, '\n') +
           (text.n && text.p[text.n - 1] != '\n');
    if (f->n > BX_PATCH_LINES_MAX)
        return BX_EINVAL;
    f->at = bx_calloc(f->n + 1, sizeof *f->at);
    f->hash = bx_calloc(f->n + 1, sizeof *f->hash);
    if (!f->at || !f->hash)
        return BX_ENOMEM;
    size_t at = 0;
    for (size_t i = 0; i < f->n; i++) {
        f->at[i] = (uint32_t)at;
        const char *lf = memchr(text.p + at, '\n', text.n - at);
        size_t end = lf ? (size_t)(lf - text.p) : text.n;
        bool cr = end > at && text.p[end - 1] == '\r';
        f->hash[i] = bx_patch_hash((bx_str){text.p + at, end - at - cr});
        at = end + (lf != NULL);
    }
    f->at[f->n] = (uint32_t)text.n;
    return BX_OK;
}

/* Line `i` without its line feed. */
static bx_str line_of(const file *f, size_t i, bool *ret_lf)
{
    bx_str s = {f->text.p + f->at[i], f->at[i + 1] - f->at[i]};
    *ret_lf = s.n > 0 && s.p[s.n - 1] == '\n';
    s.n -= *ret_lf;
    return s;
}

static bool is_same(const patcher *x, size_t i, const bx_patch_line *l)
{
    bool lf;
    bx_str s = line_of(&x->f, i, &lf);
    if (lf == l->no_lf)
        return false;
    if (x->loose_cr && s.n == l->text.n + 1 && s.p[s.n - 1] == '\r')
        s.n--;
    return bx_str_eq(s, l->text);
}

/* ---- where a hunk goes ------------------------------------------------------------------ */

/* Do its old lines, less `head` and `tail` of them, stand at `where`? */
static bool fits(patcher *x, const bx_hunk *h, size_t where, size_t head, size_t tail)
{
    size_t from = head, to = h->n_old - tail;
    if (where + to > x->f.n)
        return false;
    for (size_t i = from; i < to; i++, x->work++)
        if (x->f.hash[where + i] != x->old[i]->hash)
            return false;
    for (size_t i = from; i < to; i++)
        if (!is_same(x, where + i, x->old[i]))
            return false;
    return true;
}

/* As patch(1): the place that the hunk says, moved by what the hunk before was off, then places
 * further and further away on both sides, the later ones first. */
static bool look_around(patcher *x, const bx_hunk *h, size_t head, size_t tail, size_t *ret)
{
    ptrdiff_t guess = (ptrdiff_t)h->first - 1 + x->offset, low = (ptrdiff_t)x->frozen;
    ptrdiff_t high = (ptrdiff_t)x->f.n - (ptrdiff_t)(h->n_old - tail);
    ptrdiff_t most = high - guess > guess - low ? high - guess : guess - low;
    for (ptrdiff_t off = 0; off <= most && x->work < WORK_MAX; off++) {
        for (int back = 0; back <= (off > 0); back++) {
            ptrdiff_t at = back ? guess - off : guess + off;
            x->work++;
            if (at < low || at > high || !fits(x, h, (size_t)at, head, tail))
                continue;
            *ret = (size_t)at;
            return true;
        }
    }
    return false;
}

/* A hunk with less context at one end than at the other is at that end of the file: its lines are
 * few because there are no more.  So it has to be there, until fuzz has used up the difference. */
static bool locate(patcher *x, const bx_hunk *h, size_t fuzz, fit *ret)
{
    ptrdiff_t context = (ptrdiff_t)(h->head > h->tail ? h->head : h->tail);
    ptrdiff_t head = (ptrdiff_t)(fuzz + h->head) - context,
              tail = (ptrdiff_t)(fuzz + h->tail) - context;
    size_t where = 0;
    bool at_start = head < 0 && h->first <= 1, at_end = tail < 0;
    head = head < 0 ? 0 : head;
    tail = tail < 0 ? 0 : tail;
    if (at_start) {
        if (x->frozen > h->head || (at_end && h->n_old != x->f.n) ||
            !fits(x, h, 0, 0, (size_t)tail))
            return false;
    } else if (at_end) {
        if (h->n_old > x->f.n || x->f.n - h->n_old < x->frozen)
            return false;
        where = x->f.n - h->n_old;
        if (!fits(x, h, where, (size_t)head, 0))
            return false;
    } else if (!look_around(x, h, (size_t)head, (size_t)tail, &where)) {
        return false;
    }
    *ret = (fit){where, (size_t)head, (size_t)tail, fuzz, fits(x, h, where, 0, 0), true};
    return true;
}

static fit find(patcher *x, const bx_hunk *h)
{
    fit ret = {0};
    size_t context = h->head > h->tail ? h->head : h->tail;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (x->p->lines[h->at + i].op != '+')
            x->old[n++] = &x->p->lines[h->at + i];
    if (h->n_old == 0) { /* nothing to compare */
        ptrdiff_t where = (ptrdiff_t)h->first - 1 + x->offset;
        ret.found = where >= (ptrdiff_t)x->frozen && where <= (ptrdiff_t)x->f.n;
        ret.where = ret.found ? (size_t)where : 0;
        return ret;
    }
    for (size_t fuzz = 0; fuzz <= BX_PATCH_FUZZ && fuzz <= context; fuzz++)
        if (locate(x, h, fuzz, &ret))
            break;
    return ret;
}

/* ---- applying --------------------------------------------------------------------------- */

/* A line that has no line feed, of the text or of the patch, gets one where others follow. */
static void end_line(bx_buf *out)
{
    if (out->n > 0 && out->p[out->n - 1] != '\n')
        bx_say(out, "\n", NULL);
}

static void put_text(patcher *x, size_t until, bx_buf *out)
{
    if (until > x->put)
        end_line(out);
    (void)bx_buf_add(out, x->f.text.p + x->f.at[x->put], x->f.at[until] - x->f.at[x->put]);
    x->put = until;
}

/* Does the line before the `end`-th of the text, or the nearest to it, end with CRLF? */
static bool has_crlf(const file *f, size_t end)
{
    bool lf;
    if (f->n == 0)
        return false;
    size_t i = end > f->n ? f->n - 1 : end > 0 ? end - 1 : 0;
    bx_str s = line_of(f, i, &lf);
    if (!lf && i > 0)
        s = line_of(f, i - 1, &lf);
    return lf && s.n > 0 && s.p[s.n - 1] == '\r';
}

static void put_added(patcher *x, const bx_patch_line *l, size_t at, bx_buf *out)
{
    end_line(out);
    (void)bx_buf_add_str(out, l->text);
    if (!l->no_lf)
        bx_say(out, x->loose_cr && has_crlf(&x->f, at) ? "\r\n" : "\n", NULL);
}

static void apply(patcher *x, const bx_hunk *h, const fit *where, bx_buf *out)
{
    size_t at = where->where;
    for (size_t i = 0; i < h->n; i++) {
        const bx_patch_line *l = &x->p->lines[h->at + i];
        if (l->op == ' ') { /* the text's own, whatever fuzz has overlooked */
            at++;
            continue;
        }
        put_text(x, at, out);
        if (l->op == '+') {
            put_added(x, l, at > where->where ? at : at + 1, out);
        } else {
            x->put = ++at;
            x->frozen = at;
        }
    }
    x->frozen = x->put > x->frozen ? x->put : x->frozen;
    if (h->n_old > 0)
        x->offset = (ptrdiff_t)where->where - ((ptrdiff_t)h->first - 1);
}

/* ---- what is said ----------------------------------------------------------------------- */

static void say_hunk(bx_buf *b, const patcher *x, size_t i)
{
    bx_say(b, "hunk ", NULL);
    bx_say_int(b, i + 1);
    bx_say(b, " of ", NULL);
    bx_say_int(b, x->p->n_hunks);
}

static void note(bx_buf *notes, const patcher *x, size_t i, const fit *f)
{
    const bx_hunk *h = &x->p->hunks[i];
    ptrdiff_t off = (ptrdiff_t)f->where - ((ptrdiff_t)h->first - 1);
    if ((off == 0 && f->fuzz == 0) || notes->n > NOTES_MAX)
        return;
    bx_say(notes, "[", NULL);
    say_hunk(notes, x, i);
    bx_say(notes, " went to line ", NULL);
    bx_say_int(notes, f->where + 1);
    if (off != 0) {
        bx_say(notes, ", ", NULL);
        bx_say_count(notes, (uint64_t)(off < 0 ? -off : off), "line", "lines");
        bx_say(notes, off < 0 ? " before" : " behind", " where it says", NULL);
    }
    if (f->fuzz > 0) {
        bx_say(notes, ", with fuzz ", NULL);
        bx_say_int(notes, f->fuzz);
        bx_say(notes,
               !f->whole           ? ": lines of its context do not match"
               : h->head < h->tail ? ": what is in front of it is no beginning of the file"
                                   : ": what follows it is no end of the file",
               NULL);
    }
    bx_say(notes, "]\n", NULL);
}

/* The first old line of the hunk that differs from the text where the hunk says it is. */
static void say_mismatch(bx_buf *why, const patcher *x, const bx_hunk *h)
{
    size_t where = h->first - 1;
    for (size_t i = 0; i < h->n_old; i++) {
        if (where + i < x->f.n && is_same(x, where + i, x->old[i]))
            continue;
        bx_say(why, ". At line ", NULL);
        bx_say_int(why, where + i + 1);
        bx_say(why, " it expects\n   ", NULL);
        bx_near_show(why, x->old[i]->text);
        if (where + i < x->f.n) {
            bool lf;
            bx_str s = line_of(&x->f, where + i, &lf);
            bx_say(why, "where the file has\n   ", NULL);
            bx_near_show(why, s);
            if (lf == x->old[i]->no_lf)
                bx_say(why, lf ? "with" : "without", " a line feed at its end\n", NULL);
        } else {
            bx_say(why, "where the file has no line\n", NULL);
        }
        return;
    }
    bx_say(why, ": its lines are part of a hunk before it", NULL);
}

/* Are the new lines of the hunk where they would be if it had been applied? */
static bool is_applied(patcher *x, const bx_hunk *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++)
        if (x->p->lines[h->at + i].op != '-')
            x->old[n++] = &x->p->lines[h->at + i];
    bx_hunk turned = {.n_old = n, .first = h->first};
    size_t where;
    x->offset = 0;
    x->frozen = 0;
    return n > h->head + h->tail && look_around(x, &turned, 0, 0, &where);
}

static bx_code refuse(patcher *x, size_t i, bx_buf *why)
{
    const bx_hunk *h = &x->p->hunks[i];
    say_hunk(why, x, i);
    bx_say(why, " (line ", NULL);
    bx_say_int(why, h->line);
    bx_say(why, " of the patch)", NULL);
    if (x->work >= WORK_MAX) {
        bx_say(why, " was not found with the work that one call may take", NULL);
        return BX_EINVAL;
    }
    bx_say(why, " fits nowhere", NULL);
    say_mismatch(why, x, h);
    if (is_applied(x, h))
        bx_say(why, "What it would make is there already: it may have been applied before\n", NULL);
    bx_say(why, "No hunk was applied", NULL);
    return BX_EINVAL;
}

/* ----------------------------------------------------------------------------------------- */

static bx_code run(patcher *x, bx_buf *out, bx_patch_report *ret)
{
    for (size_t i = 0; i < x->p->n_hunks; i++) {
        fit where = find(x, &x->p->hunks[i]);
        if (!where.found)
            return refuse(x, i, &ret->why);
        note(&ret->notes, x, i, &where);
        apply(x, &x->p->hunks[i], &where, out);
    }
    put_text(x, x->f.n, out);
    return out->fail;
}

static bx_code apply_parsed(bx_buf *text, const bx_patch *p, bx_patch_report *ret)
{
    patcher x = {.p = p, .loose_cr = !p->has_cr};
    bx_buf out = bx_buf_init(text->max);
    bx_code rc = split(bx_buf_str(text), &x.f);
    if (rc == BX_EINVAL)
        bx_say(&ret->why, "the file has too many lines for a patch", NULL);
    x.old = bx_calloc(p->n_lines + 1, sizeof *x.old);
    if (rc == BX_OK && !x.old)
        rc = BX_ENOMEM;
    if (rc == BX_OK)
        rc = run(&x, &out, ret);
    free(x.f.at);
    free(x.f.hash);
    free(x.old);
    if (rc != BX_OK) {
        bx_buf_done(&out);
        return rc;
    }
    bx_buf_done(text);
    *text = out;
    ret->hunks = p->n_hunks;
    return BX_OK;
}

bx_code bx_patch_apply(bx_buf *text, bx_str patch, const char *path, bx_patch_report *ret)
{
    bx_patch p;
    bx_code rc = bx_patch_parse(patch, path, &p, &ret->why);
    if (rc == BX_OK)
        rc = apply_parsed(text, &p, ret);
    bx_patch_done(&p);
    return rc;
}
