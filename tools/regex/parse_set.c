/* Sets in brackets: ranges, escapes, POSIX classes, sets within sets, and && -- ~~ between them. */
#include "regex/parse.h"

static const struct {
    const char *name;
    bx_range r[4];
    int n;
} posix[] = {{"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, 3},
             {"alpha", {{'A', 'Z'}, {'a', 'z'}}, 2},
             {"ascii", {{0, 0x7f}}, 1},
             {"blank", {{'\t', '\t'}, {' ', ' '}}, 2},
             {"cntrl", {{0, 0x1f}, {0x7f, 0x7f}}, 2},
             {"digit", {{'0', '9'}}, 1},
             {"graph", {{'!', '~'}}, 1},
             {"lower", {{'a', 'z'}}, 1},
             {"print", {{' ', '~'}}, 1},
             {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, 4},
             {"space", {{'\t', '\r'}, {' ', ' '}}, 2},
             {"upper", {{'A', 'Z'}}, 1},
             {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
             {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, 3}};

/* A set being read.  What is left of an operator is in `left` already; `items` is to its right. */
typedef struct level {
    bx_cpset left, items;
    uint32_t op; /* '&', '-', '~' or 0 */
    bool negated;
    size_t start;
} level;

static uint32_t top(const bx_parser *ps) { return ps->flags.unicode ? BX_CP_MAX : 0xff; }

/* At "[:": a whole [:name:] or [:^name:], or nothing is taken. */
static bool posix_class(bx_parser *ps, bx_cpset *to)
{
    size_t at = ps->at + 2;
    bool negated = at < ps->n && ps->p[at] == '^';
    at += negated;
    for (size_t i = 0; i < BX_COUNT(posix); i++) {
        size_t n = strlen(posix[i].name);
        if (ps->n - at < n + 2 || memcmp(ps->p + at, posix[i].name, n) != 0 ||
            memcmp(ps->p + at + n, ":]", 2) != 0)
            continue;
        BX_AUTO_SET s = {0};
        for (int k = 0; k < posix[i].n; k++)
            bx_cpset_add(&s, posix[i].r[k].lo, posix[i].r[k].hi);
        bx_fold_set(ps, &s);
        if (negated)
            bx_cpset_negate(&s, top(ps));
        bx_set_add_set(to, &s);
        ps->at = at + n + 2;
        return true;
    }
    return false;
}

/* One character or escape of a set. */
static bool item(bx_parser *ps, bx_item *ret)
{
    uint32_t c = bx_peek(ps);
    if (c == '\\')
        return bx_parse_escape(ps, true, ret);
    if (!ps->flags.unicode && c > 0x7f)
        return bx_parse_fail(ps, ps->at,
                             "a set of bytes ((?-u)) takes no other characters than "
                             "ASCII and \\xNN");
    bx_bump(ps);
    bx_see_literal(ps, c);
    *ret = (bx_item){.kind = BX_ITEM_CHAR, .value = c};
    return true;
}

/* A range or a single item. */
static bool range(bx_parser *ps, level *l)
{
    size_t start = ps->at;
    bx_item from, to;
    if (!item(ps, &from))
        return false;
    bx_skip_blanks(ps);
    uint32_t behind = bx_peek_behind(ps);
    bool is_range = bx_peek(ps) == '-' && behind != ']' && behind != '-';
    if (!is_range) {
        if (from.kind == BX_ITEM_SET)
            bx_set_add_set(&l->items, &from.set);
        else
            bx_cpset_add(&l->items, from.value, from.value);
        bx_cpset_done(&from.set);
        return true;
    }
    bx_bump(ps);
    bx_skip_blanks(ps);
    bool is_fine = from.kind != BX_ITEM_SET;
    bx_cpset_done(&from.set);
    if (bx_peek(ps) == BX_END)
        return bx_parse_fail(ps, l->start, "the set has no closing bracket");
    if (!item(ps, &to))
        return false;
    is_fine = is_fine && to.kind != BX_ITEM_SET;
    bx_cpset_done(&to.set);
    if (!is_fine)
        return bx_parse_fail(ps, start, "a range in a set goes from one character to another");
    if (from.value > to.value)
        return bx_parse_fail(ps, start, "the range in the set runs backwards");
    bx_cpset_add(&l->items, from.value, to.value);
    return true;
}

static void settle(bx_parser *ps, level *l)
{
    bx_cpset_tidy(&l->items);
    bx_fold_set(ps, &l->items);
    ps->work += l->items.n + l->left.n;
    switch (l->op) {
    case '&':
        bx_cpset_and(&l->left, &l->items);
        break;
    case '-':
        bx_cpset_minus(&l->left, &l->items);
        break;
    case '~':
        bx_cpset_xor(&l->left, &l->items);
        break;
    default:
        bx_set_add_set(&l->left, &l->items);
    }
    bx_cpset_done(&l->items);
}

/* "&&", "--" or "~~": what came before is its left side. */
static bool operator_here(bx_parser *ps, level *l)
{
    uint32_t c = bx_peek(ps);
    if ((c != '&' && c != '-' && c != '~') || bx_peek_behind(ps) != c)
        return false;
    bx_bump(ps);
    bx_bump(ps);
    settle(ps, l);
    l->op = c;
    return true;
}

static bool read_level(bx_parser *ps, bx_cpset *ret);

static bool member(bx_parser *ps, level *l)
{
    if (ps->work > BX_AST_RANGES_MAX * 16)
        return bx_parse_too_large(ps);
    if (bx_peek(ps) == '[') {
        if (bx_peek_behind(ps) == ':' && posix_class(ps, &l->items))
            return true;
        BX_AUTO_SET inner = {0};
        if (!read_level(ps, &inner))
            return false;
        bx_set_add_set(&l->items, &inner);
        return true;
    }
    return operator_here(ps, l) || range(ps, l);
}

static bool members(bx_parser *ps, level *l)
{
    bx_bump(ps);
    bx_skip_blanks(ps);
    l->negated = bx_accept(ps, "^");
    bx_skip_blanks(ps);
    bool is_first = true;
    while (bx_peek(ps) == '-') { /* hyphens at the beginning are themselves */
        bx_cpset_add(&l->items, '-', '-');
        bx_bump(ps);
        bx_skip_blanks(ps);
        is_first = false;
    }
    if (is_first && bx_peek(ps) == ']') {
        bx_cpset_add(&l->items, ']', ']');
        bx_bump(ps);
    }
    for (;;) {
        bx_skip_blanks(ps);
        if (bx_peek(ps) == BX_END)
            return bx_parse_fail(ps, l->start, "the set has no closing bracket");
        if (bx_accept(ps, "]"))
            return true;
        if (!member(ps, l))
            return false;
    }
}

static bool read_level(bx_parser *ps, bx_cpset *ret)
{
    level l = {.start = ps->at};
    if (++ps->nest > BX_REGEX_NEST_MAX) {
        ps->nest--;
        return bx_parse_fail(ps, ps->at, "groups and sets are nested too deeply");
    }
    bool is_fine = members(ps, &l);
    ps->nest--;
    if (is_fine) {
        settle(ps, &l);
        bx_cpset_tidy(&l.left);
        if (l.negated)
            bx_cpset_negate(&l.left, top(ps));
        bx_set_add_set(ret, &l.left);
        bx_cpset_tidy(ret);
    }
    bx_cpset_done(&l.left);
    bx_cpset_done(&l.items);
    return is_fine;
}

uint32_t bx_parse_set(bx_parser *ps)
{
    BX_AUTO_SET s = {0};
    if (!read_level(ps, &s))
        return 0;
    return bx_node_set(ps, &s, !ps->flags.unicode);
}
