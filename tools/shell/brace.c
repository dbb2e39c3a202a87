/* Brace expansion on words that are already cut into parts: braces and commas count where they are
 * plain unquoted text.
 *
 * A word is seen as a row of items: each unquoted byte one item, every other part one item. */
#include "shell/brace.h"
#include "shell/parse.h"

enum { MAX_DEPTH = 200 };

typedef struct item {
    const sh_part *part; /* NULL: the byte */
    char byte;
} item;

typedef struct row {
    const item *p;
    size_t n;
} row;

/* What is still to be expanded behind the current part. */
typedef struct tail {
    row rest;
    const struct tail *next;
} tail;

typedef struct expander {
    const sh_word *word;
    sh_brace_emit *emit;
    void *ctx;
    item *out; /* the word being put together, a stack */
    size_t n, cap;
    int depth;
    sh_arena arena;
} expander;

static bool expand(expander *e, row r, const tail *then);

static void push(expander *e, item i)
{
    if (e->n == e->cap) {
        e->cap = e->cap * 2 + 64;
        e->out = sh_realloc(e->out, e->cap * sizeof *e->out);
    }
    e->out[e->n++] = i;
}

static bool is(const item *i, char c) { return !i->part && i->byte == c; }

static bool name_char(const item *i, bool first)
{
    char c = i->byte;
    return !i->part && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        (!first && c >= '0' && c <= '9'));
}

/* ---- words out */

/* $x{a,b} is $xa $xb, as the text would be read again. */
static size_t longer_name(expander *e, sh_part *part, size_t from)
{
    const sh_param *m = part->param;
    size_t to = from;
    if (part->kind != SH_PART_PARAM || m->braced || m->name_kind != SH_NAME_VARIABLE)
        return from;
    while (to < e->n && name_char(&e->out[to], false))
        to++;
    if (to == from)
        return from;
    sh_param *copy = sh_arena_alloc(&e->arena, sizeof *copy);
    char *name = sh_arena_alloc(&e->arena, m->name.n + to - from + 1);
    *copy = *m;
    copy->slot = NULL;
    memcpy(name, m->name.p, m->name.n);
    for (size_t i = from; i < to; i++)
        name[m->name.n + i - from] = e->out[i].byte;
    copy->name = (bx_str){name, m->name.n + to - from};
    part->param = copy;
    return to;
}

static size_t tilde(expander *e, sh_part *part)
{
    size_t to = 1;
    while (to < e->n && (name_char(&e->out[to], false) || is(&e->out[to], '-') ||
                         is(&e->out[to], '+') || is(&e->out[to], '.')))
        to++;
    if (to < e->n && !is(&e->out[to], '/'))
        return 0;
    char *name = sh_arena_alloc(&e->arena, to);
    for (size_t i = 1; i < to; i++)
        name[i - 1] = e->out[i].byte;
    *part = (sh_part){.kind = SH_PART_TILDE, .text = {name, to - 1}};
    return to;
}

static bool give(expander *e)
{
    sh_part *parts = sh_arena_alloc(&e->arena, (e->n + 1) * sizeof *parts);
    char *text = sh_arena_alloc(&e->arena, 2 * e->n + 1);
    size_t used = 0, i = 0;
    sh_word w = *e->word;
    w.parts = parts;
    w.n_parts = 0;
    w.slot = NULL;
    w.flags &= (uint8_t)~(SH_WORD_BRACE | SH_WORD_LITERAL);
    if (e->n && is(&e->out[0], '~') && (i = tilde(e, parts)) > 0)
        w.n_parts = 1;
    while (i < e->n) {
        sh_part *part = &parts[w.n_parts++];
        if (e->out[i].part) {
            *part = *e->out[i++].part;
            i = longer_name(e, part, i);
            continue;
        }
        size_t from = used;
        for (; i < e->n && !e->out[i].part; i++)
            text[used++] = e->out[i].byte;
        *part = (sh_part){.kind = SH_PART_TEXT, .text = {text + from, used - from}};
        text[used++] = '\0';
    }
    bool go_on = true;
    if (w.n_parts == 1 && parts[0].kind == SH_PART_TEXT && !(w.flags & SH_WORD_GLOB))
        w.flags |= SH_WORD_LITERAL;
    if (w.n_parts) /* a word that vanishes is none: {,a} */
        go_on = e->emit(e->ctx, &w);
    sh_arena_done(&e->arena);
    return go_on;
}

/* ---- sequences: {1..9..2} {a..z} */

typedef struct sequence {
    int64_t from, to, step;
    int width; /* of numbers with leading zeros */
    bool letters;
} sequence;

static bool number(const item **at, const item *end, int64_t *ret, int *width)
{
    const item *i = *at;
    bool negative = i < end && is(i, '-');
    if (i < end && (is(i, '-') || is(i, '+')))
        i++;
    const item *digits = i;
    uint64_t v = 0;
    for (; i < end && !i->part && i->byte >= '0' && i->byte <= '9'; i++) {
        if (i - digits >= 19 || v > (uint64_t)INT64_MAX / 10)
            return false;
        v = v * 10 + (uint64_t)(i->byte - '0');
    }
    if (i == digits || v > INT64_MAX)
        return false;
    if (i - digits > 1 && digits->byte == '0')
        *width = (int)(i - *at) > *width ? (int)(i - *at) : *width;
    *ret = negative ? -(int64_t)v : (int64_t)v;
    *at = i;
    return true;
}

static bool dots(const item **at, const item *end)
{
    if (end - *at < 2 || !is(*at, '.') || !is(*at + 1, '.'))
        return false;
    *at += 2;
    return true;
}

static bool letter(const item *i)
{
    return !i->part && ((i->byte >= 'a' && i->byte <= 'z') || (i->byte >= 'A' && i->byte <= 'Z'));
}

static bool sequence_of(row r, sequence *s)
{
    const item *at = r.p, *end = r.p + r.n;
    int none = 0;
    *s = (sequence){.step = 0};
    if (r.n >= 4 && letter(at) && is(at + 1, '.') && is(at + 2, '.') && letter(at + 3)) {
        s->letters = true;
        s->from = (unsigned char)at->byte;
        s->to = (unsigned char)at[3].byte;
        at += 4;
    } else {
        int first = 0, second = 0;
        const item *begin = at;
        if (!number(&at, end, &s->from, &first))
            return false;
        int long1 = (int)(at - begin);
        if (!dots(&at, end))
            return false;
        begin = at;
        if (!number(&at, end, &s->to, &second))
            return false;
        int long2 = (int)(at - begin);
        if (first || second)
            s->width = long1 > long2 ? long1 : long2;
    }
    if (at < end && (!dots(&at, end) || !number(&at, end, &s->step, &none)))
        return false;
    return at == end;
}

static void push_number(expander *e, int64_t v, int width)
{
    char digits[24];
    size_t n = sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        digits[--n] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        push(e, (item){.byte = '-'});
    for (int k = width - (int)(sizeof digits - n) - (v < 0); k > 0; k--)
        push(e, (item){.byte = '0'});
    for (; n < sizeof digits; n++)
        push(e, (item){.byte = digits[n]});
}

static bool run_sequence(expander *e, const sequence *s, row rest, const tail *then)
{
    uint64_t step = s->step < 0 ? 0 - (uint64_t)s->step : (uint64_t)s->step;
    bool down = s->to < s->from;
    uint64_t left =
        down ? (uint64_t)s->from - (uint64_t)s->to : (uint64_t)s->to - (uint64_t)s->from;
    int64_t v = s->from;
    size_t mark = e->n;
    step += step == 0;
    for (;;) {
        if (s->letters)
            push(e, (item){.byte = (char)v});
        else
            push_number(e, v, s->width);
        if (!expand(e, rest, then))
            return false;
        e->n = mark;
        if (left < step)
            return true;
        left -= step;
        v = (int64_t)(down ? (uint64_t)v - step : (uint64_t)v + step);
    }
}

/* ---- the walk */

/* The "}" that matches the "{" at r.p[open] and whether a comma stands between them; false: none.
 */
static bool closing(row r, size_t open, size_t *close, bool *comma)
{
    int depth = 0;
    *comma = false;
    for (size_t i = open; i < r.n; i++) {
        if (is(&r.p[i], '{')) {
            depth++;
        } else if (is(&r.p[i], ',') && depth == 1) {
            *comma = true;
        } else if (is(&r.p[i], '}') && --depth == 0) {
            *close = i;
            return true;
        }
    }
    return false;
}

static bool list(expander *e, row inside, row rest, const tail *then)
{
    size_t mark = e->n, from = 0;
    int depth = 0;
    const tail next = {.rest = rest, .next = then};
    for (size_t i = 0; i <= inside.n; i++) {
        if (i < inside.n) {
            depth += is(&inside.p[i], '{') - (is(&inside.p[i], '}') && depth > 0);
            if (depth || !is(&inside.p[i], ','))
                continue;
        }
        if (!expand(e, (row){inside.p + from, i - from}, &next))
            return false;
        e->n = mark;
        from = i + 1;
    }
    return true;
}

static bool expand(expander *e, row r, const tail *then)
{
    size_t mark = e->n, unmatched = 0;
    bool good = ++e->depth <= MAX_DEPTH;
    for (size_t i = 0; good && i < r.n; i++) {
        size_t close;
        bool comma;
        sequence s;
        if (!is(&r.p[i], '{') || unmatched > MAX_DEPTH || !closing(r, i, &close, &comma)) {
            unmatched += is(&r.p[i], '{');
            push(e, r.p[i]);
            continue;
        }
        row inside = {r.p + i + 1, close - i - 1}, rest = {r.p + close + 1, r.n - close - 1};
        bool sequenced = !comma && sequence_of(inside, &s);
        if (!comma && !sequenced) {
            push(e, r.p[i]);
            continue;
        }
        good = sequenced ? run_sequence(e, &s, rest, then) : list(e, inside, rest, then);
        e->n = mark;
        e->depth--;
        return good;
    }
    if (good)
        good = then ? expand(e, then->rest, then->next) : give(e);
    e->n = mark;
    e->depth--;
    return good;
}

bool sh_brace_expand(const sh_word *w, sh_brace_emit *emit, void *ctx)
{
    if (!(w->flags & SH_WORD_BRACE))
        return emit(ctx, w);
    size_t n = 0;
    for (uint32_t i = 0; i < w->n_parts; i++) {
        bool plain = w->parts[i].kind == SH_PART_TEXT && !(w->parts[i].flags & SH_QUOTED);
        n += plain ? w->parts[i].text.n : 1;
    }
    item *items = sh_alloc((n + 1) * sizeof *items);
    n = 0;
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const sh_part *part = &w->parts[i];
        if (part->kind != SH_PART_TEXT || (part->flags & SH_QUOTED)) {
            items[n++].part = part;
            continue;
        }
        for (size_t k = 0; k < part->text.n; k++)
            items[n++].byte = part->text.p[k];
    }
    expander e = {.word = w, .emit = emit, .ctx = ctx};
    bool good = expand(&e, (row){items, n}, NULL);
    free(items);
    free(e.out);
    sh_arena_done(&e.arena);
    return good;
}
