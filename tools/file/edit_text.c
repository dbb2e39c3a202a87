#include "file/edit_text.h"

#include "lib/diff.h"
#include "lib/find.h"
#include "lib/near.h"
#include "lib/say.h"
#include "lib/scan.h"

typedef struct span { /* of the text: a place to be replaced */
    size_t from, to;
} span;

typedef struct spans {
    span *p;
    size_t n, cap;
} spans;

static bool has_byte(bx_str s, char c) { return s.n > 0 && memchr(s.p, c, s.n); }

/* ---- finding ---------------------------------------------------------------------------- */

static bx_code add_span(spans *s, size_t from, size_t to)
{
    if (s->n == BX_EDIT_PLACES_MAX)
        return BX_ELIMIT;
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        span *p = bx_realloc(s->p, cap * sizeof *p);
        if (!p)
            return BX_ENOMEM;
        s->p = p;
        s->cap = cap;
    }
    s->p[s->n++] = (span){from, to};
    return BX_OK;
}

static bx_code find_all(bx_str text, bx_str old, spans *ret)
{
    for (size_t at = 0; (at = bx_find(text, at, old)) != BX_NOT_FOUND; at += old.n) {
        bx_code rc = add_span(ret, at, at + old.n);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* The next CRLF at or behind `at`; text.n: none. */
static size_t next_crlf(bx_str text, size_t at)
{
    while (at < text.n) {
        const char *cr = memchr(text.p + at, '\r', text.n - at);
        at = cr ? (size_t)(cr - text.p) : text.n;
        if (at + 1 < text.n && text.p[at + 1] == '\n')
            return at;
        at += at < text.n;
    }
    return text.n;
}

static bool has_crlf(bx_str text) { return next_crlf(text, 0) < text.n; }

/* `text` with LF for CRLF. */
static bx_code fold_endings(bx_str text, bx_buf *ret)
{
    for (size_t at = 0; at < text.n;) {
        size_t cr = next_crlf(text, at);
        if (bx_buf_add(ret, text.p + at, cr - at) != BX_OK)
            return ret->fail;
        at = cr + (cr < text.n); /* the line feed goes with what follows */
    }
    return BX_OK;
}

/* From places of the folded text to those of `text`: one walk over both. */
static void unfold_places(bx_str text, spans *s)
{
    size_t at = 0, folded = 0, cr = next_crlf(text, 0);
    for (size_t i = 0; i < 2 * s->n; i++) {
        size_t *place = i % 2 ? &s->p[i / 2].to : &s->p[i / 2].from;
        while (cr < text.n && folded + (cr - at) < *place) {
            folded += cr - at + 1;
            at = cr + 2;
            cr = next_crlf(text, at);
        }
        *place = at + (*place - folded);
    }
}

static bx_code find_places(bx_str text, bx_str old, spans *ret)
{
    if (!has_byte(old, '\n') || has_byte(old, '\r') || !has_crlf(text))
        return find_all(text, old, ret);
    BX_AUTO_BUF folded = bx_buf_init(text.n);
    bx_code rc = fold_endings(text, &folded);
    if (rc == BX_OK)
        rc = find_all(bx_buf_str(&folded), old, ret);
    if (rc == BX_OK)
        unfold_places(text, ret);
    return rc;
}

/* ---- line endings ----------------------------------------------------------------------- */

/* Does the line that byte `at` is in end with CRLF?  The last line counts as the one before it. */
static bool ends_with_crlf(bx_str text, size_t at)
{
    const char *lf = at < text.n ? memchr(text.p + at, '\n', text.n - at) : NULL;
    if (!lf)
        lf = at > 0 ? memrchr(text.p, '\n', at) : NULL;
    return lf && lf > text.p && lf[-1] == '\r';
}

/* Append `now`, its line endings written like those of text[from..to). */
static void add_like(bx_buf *out, bx_str now, bx_str text, const span *place)
{
    if (has_byte(now, '\r') || !has_byte(now, '\n')) {
        (void)bx_buf_add_str(out, now);
        return;
    }
    size_t model = place->from;
    bool crlf = ends_with_crlf(text, place->to);
    for (size_t at = 0; at < now.n;) {
        const char *lf = memchr(now.p + at, '\n', now.n - at);
        size_t end = lf ? (size_t)(lf - now.p) : now.n;
        (void)bx_buf_add(out, now.p + at, end - at);
        if (!lf)
            break;
        const char *like = memchr(text.p + model, '\n', place->to - model);
        if (like) {
            crlf = like > text.p && like[-1] == '\r';
            model = (size_t)(like - text.p) + 1;
        }
        bx_say(out, crlf ? "\r\n" : "\n", NULL);
        at = end + 1;
    }
}

/* ---- what it was ------------------------------------------------------------------------ */

bx_code bx_edited_touch(bx_edited *t, size_t from, size_t to)
{
    bx_str text = bx_buf_str(&t->text);
    if (!t->is_touched) {
        t->was = bx_buf_init(t->text.max);
        t->from = t->to = from;
        t->is_touched = true;
    }
    if (from < t->from) {
        bx_buf wider = bx_buf_init(t->text.max);
        (void)bx_buf_add(&wider, text.p + from, t->from - from);
        (void)bx_buf_add_str(&wider, bx_buf_str(&t->was));
        bx_buf_done(&t->was);
        t->was = wider;
        t->from = from;
    }
    if (to > t->to) {
        (void)bx_buf_add(&t->was, text.p + t->to, to - t->to);
        t->to = to;
    }
    return t->was.fail;
}

void bx_edited_touched(bx_edited *t, size_t size_before)
{
    t->to = t->to + t->text.n - size_before;
}

bx_code bx_edited_window(const bx_edited *t, bx_buf *ret_was, bx_str *ret_is, size_t *ret_line)
{
    bx_str text = bx_buf_str(&t->text);
    size_t from = t->from, to = t->to;
    for (int i = 0; i <= BX_DIFF_CONTEXT && from > 0;
         i++) { /* to the beginning of a line, and lines */
        const char *lf = i == 0 ? memrchr(text.p, '\n', from) : memrchr(text.p, '\n', from - 1);
        from = lf ? (size_t)(lf - text.p) + 1 : 0;
    }
    for (int i = 0; i <= BX_DIFF_CONTEXT && to < text.n; i++) {
        const char *lf = memchr(text.p + to, '\n', text.n - to);
        to = lf ? (size_t)(lf - text.p) + 1 : text.n;
    }
    *ret_was = bx_buf_init(text.n + t->was.n);
    (void)bx_buf_add(ret_was, text.p + from, t->from - from);
    (void)bx_buf_add_str(ret_was, bx_buf_str(&t->was));
    (void)bx_buf_add(ret_was, text.p + t->to, to - t->to);
    *ret_is = (bx_str){text.p + from, to - from};
    *ret_line = bx_count_byte((const uint8_t *)text.p, from, '\n');
    return ret_was->fail;
}

void bx_edited_done(bx_edited *t)
{
    bx_buf_done(&t->text);
    bx_buf_done(&t->was);
}

/* ---- replacing -------------------------------------------------------------------------- */

/* One place: only what is behind it moves. */
static bx_code splice(bx_buf *text, const span *place, bx_str now)
{
    size_t gone = place->to - place->from, rest = text->n - place->to;
    char *end;
    if (now.n > gone && bx_buf_reserve(text, now.n - gone, &end) != BX_OK) {
        bx_code rc = text->fail;
        text->fail = BX_OK;
        return rc;
    }
    if (now.n != gone)
        memmove(text->p + place->from + now.n, text->p + place->to, rest);
    if (now.n > 0)
        memcpy(text->p + place->from, now.p, now.n);
    text->n = text->n - gone + now.n;
    return BX_OK;
}

static bx_code replace_one(bx_buf *text, const span *place, bx_str now)
{
    BX_AUTO_BUF like = bx_buf_init(2 * now.n);
    add_like(&like, now, bx_buf_str(text), place);
    return like.fail != BX_OK ? like.fail : splice(text, place, bx_buf_str(&like));
}

static bx_code replace_many(bx_buf *text, const spans *s, bx_str now)
{
    bx_buf out = bx_buf_init(text->max);
    bx_str was = bx_buf_str(text);
    size_t at = 0;
    for (size_t i = 0; i < s->n && out.fail == BX_OK; i++) {
        (void)bx_buf_add(&out, was.p + at, s->p[i].from - at);
        add_like(&out, now, was, &s->p[i]);
        at = s->p[i].to;
    }
    (void)bx_buf_add(&out, was.p + at, was.n - at);
    if (out.fail != BX_OK) {
        bx_code rc = out.fail;
        bx_buf_done(&out);
        return rc;
    }
    bx_buf_done(text);
    *text = out;
    return BX_OK;
}

static bx_code replace(bx_edited *t, const spans *s, bx_str now)
{
    size_t was = t->text.n;
    bx_code rc = bx_edited_touch(t, s->p[0].from, s->p[s->n - 1].to);
    if (rc != BX_OK)
        return rc;
    rc = s->n == 1 ? replace_one(&t->text, &s->p[0], now) : replace_many(&t->text, s, now);
    bx_edited_touched(t, was);
    return rc;
}

/* ---- what is refused -------------------------------------------------------------------- */

/* The lines of the first places, for one walk over the text. */
static void lines_of(bx_str text, const spans *s, size_t lines[BX_EDIT_LISTED_MAX])
{
    size_t line = 1, at = 0;
    for (size_t i = 0; i < s->n && i < BX_EDIT_LISTED_MAX; i++) {
        line += bx_count_byte((const uint8_t *)text.p + at, s->p[i].from - at, '\n');
        at = s->p[i].from;
        lines[i] = line;
    }
}

static void say_lines(bx_buf *why, const size_t *lines, size_t n)
{
    for (size_t i = 0; i < n && i < BX_EDIT_LISTED_MAX; i++) {
        bx_say(why, i ? ", " : n == 1 ? "line " : "lines ", NULL);
        bx_say_int(why, lines[i]);
    }
    bx_say(why, n > BX_EDIT_LISTED_MAX ? ", …" : "", NULL);
}

static bx_code refuse_count(const bx_edit *e, size_t n, const size_t *lines, bx_buf *why)
{
    bx_say(why, "old_string stands in ", NULL);
    bx_say_count(why, n, "place", "places");
    bx_say(why, " (", NULL);
    say_lines(why, lines, n);
    if (e->expected) {
        bx_say(why, "), not in the ", NULL);
        bx_say_int(why, (uint64_t)e->expected);
        bx_say(why, " that expected says. Correct expected or old_string", NULL);
    } else {
        bx_say(why,
               "). Add lines around it to old_string until it names one place, or set replace_all "
               "to change them all",
               NULL);
    }
    return BX_EINVAL;
}

static bx_code refuse_many(bx_buf *why)
{
    bx_say(why, "old_string stands in more than ", NULL);
    bx_say_int(why, BX_EDIT_PLACES_MAX);
    bx_say(why, " places, which is more than one edit may change", NULL);
    return BX_EINVAL;
}

static bx_code judge(const bx_edit *e, bx_buf *why)
{
    const char *says = NULL;
    if (e->old.n == 0)
        says = "old_string is empty: to add lines use insert_line and text, to write a whole file "
               "the tool "
               "write";
    else if (bx_str_eq(e->old, e->now))
        says = "old_string and new_string are the same: there is nothing to change";
    if (says)
        bx_say(why, says, NULL);
    return says ? BX_EINVAL : BX_OK;
}

static bx_code apply(bx_edited *text, const bx_edit *e, spans *s, bx_edit_done *ret, bx_buf *why)
{
    bx_str t = bx_buf_str(&text->text);
    bx_code rc = judge(e, why);
    if (rc != BX_OK)
        return rc;
    rc = find_places(t, e->old, s);
    if (rc == BX_ELIMIT)
        return refuse_many(why);
    if (rc != BX_OK)
        return rc;
    if (s->n == 0) {
        bx_near_explain(t, e->old, why);
        return BX_EINVAL;
    }
    lines_of(t, s, ret->lines);
    if (e->expected ? (uint64_t)e->expected != s->n : !e->all && s->n > 1)
        return refuse_count(e, s->n, ret->lines, why);
    ret->places = s->n;
    return replace(text, s, e->now);
}

bx_code bx_edit_apply(bx_edited *t, const bx_edit *e, bx_edit_done *ret, bx_buf *why)
{
    spans s = {0};
    bx_code rc = apply(t, e, &s, ret, why);
    free(s.p);
    return rc;
}

/* ---- inserting -------------------------------------------------------------------------- */

/* Where line `line` ends; BX_NOT_FOUND: the text has fewer.  *ret_lines: how many it has then. */
static size_t end_of_line(bx_str text, uint64_t line, uint64_t *ret_lines)
{
    size_t at = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (uint64_t i = 0; i < line; i++) {
        if (at == text.n) {
            *ret_lines = i;
            return BX_NOT_FOUND;
        }
        const char *lf = memchr(text.p + at, '\n', text.n - at);
        at = lf ? (size_t)(lf - text.p) + 1 : text.n;
    }
    return at;
}

bx_code bx_edit_insert(bx_edited *e, uint64_t line, bx_str added, bx_buf *why)
{
    bx_str t = bx_buf_str(&e->text);
    uint64_t lines = 0;
    size_t at = end_of_line(t, line, &lines);
    if (at == BX_NOT_FOUND) {
        bx_say(why, "insert_line ", NULL);
        bx_say_int(why, line);
        bx_say(why, " is past the end: the file has ", NULL);
        bx_say_count(why, lines, "line", "lines");
        return BX_EINVAL;
    }
    /* Behind a last line that has no line feed the new lines get one in front and keep their own
     * end. */
    bool open_end = at == t.n && line > 0 && t.p[t.n - 1] != '\n';
    BX_AUTO_BUF lined = bx_buf_init(added.n + 3);
    bx_say(&lined, open_end ? "\n" : "", NULL);
    (void)bx_buf_add_str(&lined, added);
    if (!open_end && (added.n == 0 || added.p[added.n - 1] != '\n'))
        bx_say(&lined, has_byte(added, '\r') && ends_with_crlf(t, at) ? "\r\n" : "\n", NULL);
    if (lined.fail != BX_OK)
        return lined.fail;
    span place = {at, at};
    return replace(e, &(spans){.p = &place, .n = 1}, bx_buf_str(&lined));
}
