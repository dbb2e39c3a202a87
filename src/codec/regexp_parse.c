/* A pattern, taken apart: ECMA-262 section 22.2.1 with the flag u, and what annex B forgives beyond
 * it ('{' and ']' that mean themselves, '\-'). */
#include "base/ascii.h"
#include "codec/regexp_internal.h"
#include "codec/utf8.h"

typedef struct parser {
    bx_regexp *r;
    bx_str text;
    size_t at;
    unsigned depth;
    bx_error *err;
} parser;

bool bx_regexp_grow(void **p, uint32_t *cap, uint32_t n, size_t size)
{
    if (n < *cap)
        return true;
    uint32_t want = *cap ? *cap * 2 : 16;
    void *grown = bx_realloc(*p, want * size);
    if (!grown)
        return false;
    *p = grown;
    *cap = want;
    return true;
}

static bx_code parse_choice(parser *p, uint32_t *ret);

static bx_code refuse(const parser *p, bx_code code, const char *what)
{
    return bx_fail(p->err, code, "pattern, at byte %zu: %s", p->at, what);
}

static bool more(const parser *p) { return p->at < p->text.n; }

static char peek(const parser *p) { return more(p) ? p->text.p[p->at] : '\0'; }

static bool take(parser *p, const char *z)
{
    bool there = bx_str_starts(bx_str_from(p->text, p->at), bx_str_of(z));
    p->at += there ? strlen(z) : 0;
    return there;
}

static bx_code add_piece(parser *p, piece_kind kind, uint32_t value, uint32_t *ret)
{
    bx_regexp *r = p->r;
    if (!bx_regexp_grow((void **)&r->pieces, &r->cap_pieces, r->n_pieces, sizeof *r->pieces))
        return bx_fail(p->err, BX_ENOMEM, "pattern");
    r->pieces[r->n_pieces] = (piece){.kind = (uint8_t)kind, .value = value};
    *ret = r->n_pieces++;
    return BX_OK;
}

/* ---- sets ------------------------------------------------------------------------------------ */

/* The set becomes one of the pattern's, and a piece. */
static bx_code add_set(parser *p, code_set *s, bool negated, uint32_t *ret)
{
    bx_regexp *r = p->r;
    code_set_tidy(s);
    if (negated)
        code_set_negate(s);
    if (s->full || s->n > REGEXP_RANGES_MAX - r->n_ranges)
        return refuse(p, BX_ELIMIT, "too many characters in sets");
    if (s->failed || !bx_regexp_grow((void **)&r->sets, &r->cap_sets, r->n_sets, sizeof *r->sets))
        return bx_fail(p->err, BX_ENOMEM, "pattern");
    matched_set *m = &r->sets[r->n_sets];
    *m = (matched_set){.r = BX_TAKE(s->r), .n = s->n};
    for (uint32_t i = 0; i < m->n; i++) {
        for (uint32_t c = m->r[i].lo; c <= m->r[i].hi && c < 128; c++)
            m->ascii[c / 64] |= 1ull << c % 64;
    }
    r->n_ranges += m->n;
    return add_piece(p, PIECE_SET, r->n_sets++, ret);
}

static bx_code take_character(parser *p, uint32_t *ret)
{
    bx_str rest = bx_str_from(p->text, p->at);
    size_t n = bx_utf8_char(rest);
    if (n == 0)
        return refuse(p, BX_EINVAL, "no UTF-8");
    *ret = bx_utf8_decode(rest, n);
    p->at += n;
    return BX_OK;
}

static bool take_hex(parser *p, size_t digits, uint32_t *ret)
{
    uint32_t v = 0;
    if (p->text.n - p->at < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int d = bx_hex_value(p->text.p[p->at + i]);
        if (d < 0)
            return false;
        v = v * 16 + (uint32_t)d;
    }
    p->at += digits;
    *ret = v;
    return true;
}

/* Behind "\u": four digits, two times four that are one character in UTF-16, or {...}. */
static bool take_unicode(parser *p, uint32_t *ret)
{
    uint32_t low = 0;
    if (take(p, "{")) {
        uint32_t v = 0;
        size_t from = p->at;
        for (int d; more(p) && (d = bx_hex_value(peek(p))) >= 0 && v <= CODE_POINT_MAX; p->at++)
            v = v * 16 + (uint32_t)d;
        *ret = v;
        return p->at > from && v <= CODE_POINT_MAX && take(p, "}");
    }
    if (!take_hex(p, 4, ret))
        return false;
    size_t behind = p->at;
    if (*ret < 0xd800 || *ret > 0xdbff || !take(p, "\\u"))
        return true;
    if (take_hex(p, 4, &low) && low >= 0xdc00 && low <= 0xdfff)
        *ret = 0x10000 + ((*ret - 0xd800) << 10) + (low - 0xdc00);
    else
        p->at = behind;
    return true;
}

/* Behind the backslash, what stands for one character. */
static bx_code take_escape(parser *p, bool in_class, uint32_t *ret)
{
    static const char letters[] = "tnvfr", values[] = "\t\n\v\f\r";
    char c = peek(p);
    const char *known = c ? strchr(letters, c) : NULL;
    bool good = true;
    if (!more(p))
        return refuse(p, BX_EINVAL, "nothing after the backslash");
    if (!bx_is_alnum(c))
        return take_character(p, ret);
    p->at++;
    if (known)
        *ret = (uint32_t)values[known - letters];
    else if (c == 'b' && in_class)
        *ret = '\b';
    else if (c == '0' && !bx_is_digit(peek(p)))
        *ret = 0;
    else if (c == 'x')
        good = take_hex(p, 2, ret);
    else if (c == 'u')
        good = take_unicode(p, ret);
    else if (c == 'c' && bx_is_alpha(peek(p)))
        *ret = (uint32_t)p->text.p[p->at++] & 31;
    else if ((c >= '1' && c <= '9') || c == 'k')
        return refuse(p, BX_EUNSUPPORTED, "back-references are not supported");
    else
        good = false;
    return good ? BX_OK : refuse(p, BX_EINVAL, "no such escape in ECMA-262");
}

/* Behind the backslash, what stands for a set of characters.  *ret_is: it does. */
static bx_code take_class_escape(parser *p, code_set *s, bool *ret_is)
{
    AUTO_CODE_SET one = {.r = NULL};
    char c = peek(p), lower = bx_lower(c);
    *ret_is = c && strchr("dws", lower);
    if (*ret_is) {
        p->at++;
        code_set_class(&one, lower);
    } else if (lower == 'p') {
        const char *from = p->text.p + p->at + 2, *end = NULL;
        if (p->text.n - p->at > 2 && from[-1] == '{')
            end = memchr(from, '}', p->text.n - p->at - 2);
        if (!end || !code_set_property(&one, (bx_str){from, (size_t)(end - from)}))
            return refuse(p, BX_EUNSUPPORTED, "no property of Unicode that is known here");
        p->at += 3 + (size_t)(end - from);
        *ret_is = true;
    } else {
        return BX_OK;
    }
    code_set_tidy(&one);
    if (c != lower)
        code_set_negate(&one);
    code_set_join(s, &one);
    return BX_OK;
}

/* One member of [...]; *ret_single: it is a character, which may begin or end a range. */
static bx_code take_member(parser *p, code_set *s, uint32_t *ret, bool *ret_single)
{
    bool is_class = false;
    *ret_single = true;
    if (!take(p, "\\"))
        return take_character(p, ret);
    bx_code rc = take_class_escape(p, s, &is_class);
    *ret_single = !is_class;
    return rc != BX_OK || is_class ? rc : take_escape(p, true, ret);
}

/* Behind the '['. */
static bx_code parse_class(parser *p, uint32_t *ret)
{
    AUTO_CODE_SET s = {.r = NULL};
    bool negated = take(p, "^"), one, other;
    uint32_t lo = 0, hi = 0;
    bx_code rc = BX_OK;
    while (rc == BX_OK && more(p) && peek(p) != ']') {
        rc = take_member(p, &s, &lo, &one);
        hi = lo;
        bool range = rc == BX_OK && one && peek(p) == '-' && p->at + 1 < p->text.n &&
                     p->text.p[p->at + 1] != ']';
        if (range) {
            p->at++;
            rc = take_member(p, &s, &hi, &other);
            if (rc == BX_OK && !other) { /* [a-\d]: the '-' is one */
                code_set_add(&s, '-', '-');
                hi = lo;
            }
        }
        if (rc == BX_OK && one && hi < lo)
            rc = refuse(p, BX_EINVAL, "a range that ends before it begins");
        if (rc == BX_OK && one)
            code_set_add(&s, lo, hi);
    }
    if (rc == BX_OK && !take(p, "]"))
        rc = refuse(p, BX_EINVAL, "a '[' without its ']'");
    return rc == BX_OK ? add_set(p, &s, negated, ret) : rc;
}

static bx_code add_character(parser *p, uint32_t c, uint32_t *ret)
{
    AUTO_CODE_SET s = {.r = NULL};
    code_set_add(&s, c, c);
    return add_set(p, &s, false, ret);
}

/* ---- what may be repeated -------------------------------------------------------------------- */

/* Behind "(?=" and the like. */
static bx_code parse_look(parser *p, bool behind, bool negated, uint32_t *ret)
{
    uint32_t child = 0;
    bx_regexp *r = p->r;
    bx_code rc = parse_choice(p, &child);
    if (rc == BX_OK && r->n_looks >= BX_REGEXP_MAX_LOOKS)
        rc = refuse(p, BX_ELIMIT, "too many look-arounds");
    if (rc != BX_OK)
        return rc;
    r->looks[r->n_looks] = (look){.behind = behind, .negated = negated, .piece = child};
    return add_piece(p, PIECE_LOOK, r->n_looks++, ret);
}

/* Behind the '('. */
static bx_code parse_group(parser *p, uint32_t *ret)
{
    bx_code rc;
    if (++p->depth > BX_REGEXP_MAX_DEPTH)
        return refuse(p, BX_ELIMIT, "groups nest too deeply");
    if (take(p, "?=")) {
        rc = parse_look(p, false, false, ret);
    } else if (take(p, "?!")) {
        rc = parse_look(p, false, true, ret);
    } else if (take(p, "?<=")) {
        rc = parse_look(p, true, false, ret);
    } else if (take(p, "?<!")) {
        rc = parse_look(p, true, true, ret);
    } else {
        if (take(p, "?<")) { /* a name, which nothing can refer to */
            while (more(p) && (bx_is_alnum(peek(p)) || peek(p) == '_' || peek(p) == '$'))
                p->at++;
            if (!take(p, ">"))
                return refuse(p, BX_EINVAL, "a group's name without its '>'");
        } else if (!take(p, "?:") && peek(p) == '?') {
            return refuse(p, BX_EUNSUPPORTED, "no such group in ECMA-262");
        }
        rc = parse_choice(p, ret);
    }
    if (rc == BX_OK && !take(p, ")"))
        rc = refuse(p, BX_EINVAL, "a '(' without its ')'");
    p->depth--;
    return rc;
}

/* Behind the backslash. */
static bx_code parse_escape(parser *p, uint32_t *ret)
{
    AUTO_CODE_SET s = {.r = NULL};
    bool is_class = false;
    uint32_t c = 0;
    if (take(p, "b"))
        return add_piece(p, PIECE_PLACE, PLACE_WORD, ret);
    if (take(p, "B"))
        return add_piece(p, PIECE_PLACE, PLACE_NOT_WORD, ret);
    bx_code rc = take_class_escape(p, &s, &is_class);
    if (rc != BX_OK)
        return rc;
    if (is_class)
        return add_set(p, &s, false, ret);
    rc = take_escape(p, false, &c);
    return rc == BX_OK ? add_character(p, c, ret) : rc;
}

static bx_code add_any(parser *p, uint32_t *ret)
{
    AUTO_CODE_SET s = {.r = NULL};
    code_set_add(&s, '\n', '\n');
    code_set_add(&s, '\r', '\r');
    code_set_add(&s, 0x2028, 0x2029);
    return add_set(p, &s, true, ret);
}

static bx_code parse_atom(parser *p, uint32_t *ret)
{
    uint32_t c = 0;
    if (take(p, "("))
        return parse_group(p, ret);
    if (take(p, "["))
        return parse_class(p, ret);
    if (take(p, "\\"))
        return parse_escape(p, ret);
    if (take(p, "."))
        return add_any(p, ret);
    if (take(p, "^"))
        return add_piece(p, PIECE_PLACE, PLACE_START, ret);
    if (take(p, "$"))
        return add_piece(p, PIECE_PLACE, PLACE_END, ret);
    if (peek(p) == '*' || peek(p) == '+' || peek(p) == '?')
        return refuse(p, BX_EINVAL, "nothing to repeat");
    bx_code rc = take_character(p, &c);
    return rc == BX_OK ? add_character(p, c, ret) : rc;
}

/* ---- repeats, sequences, choices ------------------------------------------------------------- */

static bool take_number(parser *p, uint32_t *ret)
{
    size_t from = p->at;
    uint32_t v = 0;
    for (; bx_is_digit(peek(p)); p->at++) { /* beyond the limit of states it does not matter */
        if (v < BX_REGEXP_MAX_STATES * 10)
            v = v * 10 + (uint32_t)(peek(p) - '0');
    }
    *ret = v;
    return p->at > from;
}

/* {n}, {n,} or {n,m}; anything else that begins with '{' means itself. */
static bool take_braces(parser *p, uint32_t *min, uint32_t *max)
{
    size_t from = p->at;
    bool good = take(p, "{") && take_number(p, min);
    *max = *min;
    if (good && take(p, ",") && !take_number(p, max))
        *max = REGEXP_REPEAT_INF;
    good = good && take(p, "}");
    p->at = good ? p->at : from;
    return good;
}

static bool take_repeat(parser *p, uint32_t *min, uint32_t *max)
{
    *min = 0;
    *max = REGEXP_REPEAT_INF;
    if (take(p, "*"))
        return true;
    if (take(p, "+")) {
        *min = 1;
        return true;
    }
    if (take(p, "?")) {
        *max = 1;
        return true;
    }
    return take_braces(p, min, max);
}

static bx_code parse_term(parser *p, uint32_t *ret)
{
    uint32_t min, max, atom = 0;
    bx_code rc = parse_atom(p, &atom);
    if (rc != BX_OK)
        return rc;
    *ret = atom;
    if (!take_repeat(p, &min, &max))
        return BX_OK;
    (void)take(p, "?"); /* lazy or not: the same texts match */
    if (max < min)
        return refuse(p, BX_EINVAL, "a repeat whose largest number is below its smallest");
    rc = add_piece(p, PIECE_REPEAT, 0, ret);
    if (rc != BX_OK)
        return rc;
    p->r->pieces[*ret].min = min;
    p->r->pieces[*ret].max = max;
    p->r->pieces[*ret].child = atom;
    uint32_t again_min, again_max;
    return take_repeat(p, &again_min, &again_max) ? refuse(p, BX_EINVAL, "nothing to repeat")
                                                  : BX_OK;
}

static bx_code parse_sequence(parser *p, uint32_t *ret)
{
    uint32_t last = 0, one = 0;
    bx_code rc = add_piece(p, PIECE_CAT, 0, ret);
    while (rc == BX_OK && more(p) && peek(p) != '|' && peek(p) != ')') {
        rc = parse_term(p, &one);
        if (rc != BX_OK)
            break;
        if (last)
            p->r->pieces[last].next = one;
        else
            p->r->pieces[*ret].child = one;
        last = one;
    }
    return rc;
}

static bx_code parse_choice(parser *p, uint32_t *ret)
{
    uint32_t last = 0, one = 0;
    bx_code rc = add_piece(p, PIECE_ALT, 0, ret);
    do {
        if (rc == BX_OK)
            rc = parse_sequence(p, &one);
        if (rc != BX_OK)
            return rc;
        if (last)
            p->r->pieces[last].next = one;
        else
            p->r->pieces[*ret].child = one;
        last = one;
    } while (take(p, "|"));
    return BX_OK;
}

bx_code bx_regexp_parse(bx_regexp *r, bx_str pattern, bx_error *err)
{
    parser p = {.r = r, .text = pattern, .err = err};
    uint32_t nobody;
    if (pattern.n > BX_REGEXP_MAX_BYTES)
        return bx_fail(err, BX_ELIMIT, "pattern: %zu bytes; it may have %d", pattern.n,
                       BX_REGEXP_MAX_BYTES);
    bx_code rc = add_piece(&p, PIECE_EMPTY, 0, &nobody);
    if (rc == BX_OK)
        rc = parse_choice(&p, &r->root);
    return rc == BX_OK && more(&p) ? refuse(&p, BX_EINVAL, "a ')' without its '('") : rc;
}
