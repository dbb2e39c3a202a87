/* Regular expressions: a pattern and a text, searched by the engine and by a matcher that tries
 * everything, which have to agree.  Input: options, the pattern up to a line feed, the text. */
#include "regex/ast.h"
#include "regex/regex.h"
#include "regex/unicode.h"

enum { STEPS_MAX = 100000 }; /* more, and the oracle has no opinion */

typedef struct cont { /* what has to match behind */
    const struct cont *next;
    uint32_t node; /* for a REPEAT: begun `count` times, the last time at `from` */
    uint32_t count;
    size_t from;
    bool is_repeat;
} cont;

typedef struct oracle {
    const bx_ast *a;
    const uint8_t *p;
    size_t n, end;
    long steps;
    int depth;
    bx_cpset words;
} oracle;

static size_t decode(const oracle *o, size_t at, uint32_t *ret)
{
    const uint8_t *p = o->p + at;
    size_t left = o->n - at, n;
    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return *ret = p[0], (size_t)1;
    n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
        return 0;
    *ret = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *ret = *ret << 6 | (p[i] & 0x3f);
    }
    bool is_short = (n == 3 && *ret < 0x800) || (n == 4 && (*ret < 0x10000 || *ret > BX_CP_MAX));
    return is_short || (*ret >= 0xd800 && *ret < 0xe000) ? 0 : n;
}

/* 'w', 'n' for no word, 'x' for bytes that are no character. */
static char beside(const oracle *o, size_t at, bool behind, bool unicode)
{
    uint32_t cp;
    if (behind ? at >= o->n : at == 0)
        return 'n';
    if (!unicode)
        return o->p[at - !behind] < 0x80 && bx_cpset_has(&o->words, o->p[at - !behind]) ? 'w' : 'n';
    if (behind)
        return !decode(o, at, &cp) ? 'x' : bx_cpset_has(&o->words, cp) ? 'w' : 'n';
    for (size_t n = 1; n <= 4 && n <= at; n++)
        if (decode(o, at - n, &cp) == n)
            return bx_cpset_has(&o->words, cp) ? 'w' : 'n';
    return 'x';
}

static bool holds(const oracle *o, uint32_t look, size_t at)
{
    bool unicode = bx_look_is_unicode(look);
    if (look == BX_LOOK_LINE_START)
        return at == 0 || o->p[at - 1] == '\n';
    if (look == BX_LOOK_LINE_END)
        return at == o->n || o->p[at] == '\n';
    if (look <= BX_LOOK_TEXT_END)
        return at == (look == BX_LOOK_TEXT_START ? 0 : o->n);
    char before = beside(o, at, false, unicode), after = beside(o, at, true, unicode);
    switch (unicode ? look : look - BX_LOOK_ASCII) {
    case BX_LOOK_WORD:
        return (before == 'w') != (after == 'w');
    case BX_LOOK_NOT_WORD:
        return before == after && before != 'x';
    case BX_LOOK_WORD_START:
        return before != 'w' && after == 'w';
    case BX_LOOK_WORD_END:
        return before == 'w' && after != 'w';
    case BX_LOOK_WORD_START_HALF:
        return before == 'n';
    default:
        return after == 'n';
    }
}

static bool match(oracle *o, uint32_t node, size_t at, const cont *then);

/* A child and its younger brothers, one after the other. */
static bool match_children(oracle *o, uint32_t child, size_t at, const cont *then)
{
    uint32_t next = o->a->nodes[child].next;
    cont rest = {then, next, 0, 0, false};
    return match(o, child, at, next ? &rest : then);
}

static bool repeat(oracle *o, uint32_t node, size_t at, uint32_t count, const cont *then)
{
    const bx_node *n = &o->a->nodes[node];
    cont again = {then, node, count + 1, at, true};
    bool may_end = count >= n->min;
    if (may_end && n->lazy && match(o, 0, at, then))
        return true;
    if ((n->max == BX_REPEAT_INF || count < n->max) && match(o, n->child, at, &again))
        return true;
    return may_end && !n->lazy && match(o, 0, at, then);
}

static bool go_on(oracle *o, size_t at, const cont *then)
{
    if (!then) {
        o->end = at;
        return true;
    }
    if (!then->is_repeat)
        return match_children(o, then->node, at, then->next);
    if (at == then->from && then->count > o->a->nodes[then->node].min)
        return false; /* once more for nothing */
    return repeat(o, then->node, at, then->count, then->next);
}

static bool match_set(const oracle *o, const bx_ast_set *s, size_t at, size_t *ret)
{
    uint32_t cp;
    *ret = s->is_bytes ? at < o->n : decode(o, at, &cp);
    if (s->is_bytes && *ret)
        cp = o->p[at];
    for (uint32_t i = 0; *ret && i < s->n; i++)
        if (o->a->ranges[s->from + i].lo <= cp && cp <= o->a->ranges[s->from + i].hi)
            return true;
    return false;
}

static bool match_one(oracle *o, uint32_t node, size_t at, const cont *then)
{
    const bx_node *n = &o->a->nodes[node];
    uint32_t cp;
    size_t len;
    switch ((bx_node_kind)n->kind) {
    case BX_NODE_EMPTY:
        return go_on(o, at, then);
    case BX_NODE_CHAR:
        len = decode(o, at, &cp);
        return len && cp == n->value && go_on(o, at + len, then);
    case BX_NODE_BYTE:
        return at < o->n && o->p[at] == n->value && go_on(o, at + 1, then);
    case BX_NODE_SET:
        return match_set(o, &o->a->sets[n->value], at, &len) && go_on(o, at + len, then);
    case BX_NODE_LOOK:
        return holds(o, n->value, at) && go_on(o, at, then);
    case BX_NODE_CAT:
        return match_children(o, n->child, at, then);
    case BX_NODE_ALT:
        for (uint32_t c = n->child; c; c = o->a->nodes[c].next)
            if (match(o, c, at, then))
                return true;
        return false;
    case BX_NODE_REPEAT:
        return repeat(o, node, at, 0, then);
    case BX_NODE_GROUP:
        return match(o, n->child, at, then);
    case BX_NODE_AROUND:
    case BX_NODE_KEEP:
    case BX_NODE_AGAIN: /* only regex/posix.h makes it */
        break;
    }
    return false;
}

static bool match(oracle *o, uint32_t node, size_t at, const cont *then)
{
    if (++o->steps > STEPS_MAX || o->depth > 2000)
        return o->steps = STEPS_MAX + 1, false;
    o->depth++;
    bool is_match = match_one(o, node, at, then);
    o->depth--;
    return is_match;
}

static bool is_nullable(const bx_ast *a, uint32_t node)
{
    const bx_node *n = &a->nodes[node];
    bool all = true, any = false;
    for (uint32_t c = n->child; c; c = a->nodes[c].next) {
        all &= is_nullable(a, c);
        any |= is_nullable(a, c);
    }
    switch ((bx_node_kind)n->kind) {
    case BX_NODE_ALT:
        return any;
    case BX_NODE_REPEAT:
        return n->min == 0 || all;
    case BX_NODE_CAT:
    case BX_NODE_GROUP:
        return all;
    default:
        return n->kind == BX_NODE_EMPTY || n->kind == BX_NODE_LOOK;
    }
}

/* What repeats something empty may end differently: only where it begins is compared. */
static bool repeats_nothing(const bx_ast *a)
{
    for (uint32_t i = 1; i < a->n_nodes; i++)
        if (a->nodes[i].kind == BX_NODE_REPEAT && is_nullable(a, a->nodes[i].child))
            return true;
    return false;
}

static void compare(bx_str pattern, const bx_regex_options *o, bx_regex *r, const uint8_t *p,
                    size_t n)
{
    bx_ast a;
    bx_span have;
    bx_hit hit = bx_regex_find(r, p, n, 0, &have);
    BX_ASSERT(hit != BX_HIT_GAVE_UP);
    if (bx_ast_parse(pattern, o, &a, NULL) != BX_OK) { /* plain text may be any bytes */
        BX_ASSERT(o->fixed);
        return;
    }
    oracle want = {.a = &a, .p = p, .n = n};
    bx_unicode_words(&want.words);
    for (size_t at = 0; at <= n && want.steps <= STEPS_MAX; at++) {
        bool is_match = match(&want, a.root, at, NULL);
        if (want.steps > STEPS_MAX)
            break;
        if (!is_match) {
            BX_ASSERT(at < n || hit == BX_HIT_NONE);
            BX_ASSERT(hit != BX_HIT || have.from != at);
            continue;
        }
        BX_ASSERT(hit == BX_HIT && have.from == at);
        BX_ASSERT(have.to == want.end || repeats_nothing(&a));
        break;
    }
    bx_cpset_done(&want.words);
    bx_ast_done(&a);
}

/* The lines that are found are those in which something is found. */
static void compare_lines(bx_regex *r, const uint8_t *p, size_t n)
{
    size_t at = 0;
    while (at < n) {
        const uint8_t *lf = memchr(p + at, '\n', n - at);
        size_t end = lf ? (size_t)(lf - p) : n;
        bx_span line, match;
        bx_hit whole = bx_regex_find_line(r, p, n, at, &line);
        bx_hit one = bx_regex_find(r, p + at, end - at, 0, &match);
        BX_ASSERT(whole != BX_HIT_GAVE_UP && one != BX_HIT_GAVE_UP);
        bool is_this = whole == BX_HIT && line.from == at && line.to == end;
        BX_ASSERT(is_this == (one == BX_HIT));
        at = end + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 4000)
        return 0;
    bx_regex_options o = {.fold = (bx_case)(data[0] % 3),
                          .fixed = (data[0] & 0x1c) == 0x1c,
                          .word = data[0] & 0x20,
                          .lines = data[0] & 0x40,
                          .crlf = data[0] & 0x80,
                          .captures = data[0] & 4};
    const uint8_t *lf = memchr(data + 1, '\n', size - 1);
    size_t end = lf ? (size_t)(lf - data) : size;
    bx_str pattern = {(const char *)data + 1, end - 1};
    const uint8_t *p = lf ? lf + 1 : data;
    size_t n = lf ? size - end - 1 : size;
    bx_regex *r;
    bx_error err = {.code = BX_OK};
    bx_span groups[3];
    if (bx_regex_new(pattern, &o, &r, &err) != BX_OK) {
        BX_ASSERT(err.code != BX_OK && err.msg[0]);
        return 0;
    }
    compare(pattern, &o, r, p, n);
    if (o.lines)
        compare_lines(r, p, n);
    if (o.captures) {
        bx_span have;
        bx_hit hit = bx_regex_captures(r, p, n, 0, groups, 3);
        BX_ASSERT(hit == bx_regex_find(r, p, n, 0, &have));
        BX_ASSERT(hit != BX_HIT || (groups[0].from == have.from && groups[0].to == have.to));
    }
    bx_regex_free(r);
    return 0;
}
