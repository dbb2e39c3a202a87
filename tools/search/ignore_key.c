#include "search/ignore_key.h"

#include "search/pattern_set.h"

/* A pattern as tokens: a byte that stands for itself, or one of these. */
enum {
    ONE = 256, /* one byte, which is not known: ? or a set */
    STAR,      /* any bytes but '/' */
    STARS,     /* perhaps also '/' */
};

typedef struct tokens {
    size_t n;
    size_t literal_n; /* bytes of the pattern before the first special one */
    uint16_t t[BX_PATTERN_MAX];
} tokens;

static bool is_literal(uint16_t t) { return t < 256; }

/* False: malformed, so it matches nothing. */
static bool tokenize(bx_str s, tokens *ret)
{
    ret->n = 0;
    ret->literal_n = s.n;
    for (size_t i = 0; i < s.n;) {
        uint16_t t = (uint8_t)s.p[i];
        if (strchr("*?[\\", t) && t != 0 && ret->literal_n == s.n)
            ret->literal_n = ret->n;
        if (t == '*') {
            t = i + 1 < s.n && s.p[i + 1] == '*' ? STARS : STAR;
            while (i + 1 < s.n && s.p[i + 1] == '*')
                i++;
        } else if (t == '?') {
            t = ONE;
        } else if (t == '[') {
            bx_set set;
            if (!bx_set_parse_git(s, &i, &set))
                return false;
            t = ONE;
            i--;
        } else if (t == '\\') {
            if (++i == s.n)
                return false;
            t = (uint8_t)s.p[i];
        }
        ret->t[ret->n++] = t;
        i++;
    }
    return true;
}

static void set_key(bx_key *k, bx_key_kind kind, const tokens *t, size_t from, size_t to)
{
    k->kind = kind;
    k->n = to - from;
    for (size_t i = from; i < to; i++)
        k->p[i - from] = (char)t->t[i];
}

/* The longest run of literals; a path the pattern matches has it in it.  A slash behind stars is
 * not part of one: with them it may be nothing. */
static void set_gram(bx_key *k, const tokens *t)
{
    size_t best = 0, best_n = 0;
    for (size_t i = 0, n = 0; i < t->n; i++) {
        bool is_slash_of_stars = i > 0 && t->t[i] == '/' && t->t[i - 1] == STARS;
        n = is_literal(t->t[i]) && !is_slash_of_stars ? n + 1 : 0;
        if (n > best_n) {
            best_n = n;
            best = i + 1 - n;
        }
    }
    set_key(k, best_n < BX_GRAM ? BX_KEY_NONE : BX_KEY_GRAM, t, best, best + best_n);
}

/* Where the pattern's last part begins.  0 also where that cannot be said. */
static size_t last_part(const tokens *t)
{
    size_t at = t->n;
    while (at > 0 && t->t[at - 1] != '/')
        at--;
    return at;
}

bool bx_key_of(bx_str pattern, bool name_only, bx_key *ret)
{
    tokens t;
    ret->is_whole = false;
    if (pattern.n == 0 || !tokenize(pattern, &t))
        return false;
    size_t head = 0, tail = t.n, last = name_only ? 0 : last_part(&t);
    while (head < t.n && is_literal(t.t[head]))
        head++;
    while (tail > last && is_literal(t.t[tail - 1]))
        tail--;
    if (head == t.n) {
        ret->is_whole = true;
        set_key(ret, name_only ? BX_KEY_NAME : BX_KEY_PATH, &t, 0, t.n);
        return true;
    }
    size_t dir = head;
    while (!name_only && dir > 0 && t.t[dir - 1] != '/')
        dir--;
    /* Stars that do not begin a part lead across the '/' behind them when they are the first
     * special bytes (pattern.c): the name then only ends with the last part. */
    bool is_loose = last >= 2 && t.t[last - 2] == STARS && last > 2 && t.t[last - 3] != '/';
    if (!name_only && dir > 1) {
        set_key(ret, BX_KEY_HEAD, &t, 0, dir - 1);
    } else if (tail < t.n) {
        set_key(ret, tail == last && !is_loose ? BX_KEY_NAME : BX_KEY_SUFFIX, &t, tail, t.n);
        ret->is_whole = name_only && tail == 1 && !is_literal(t.t[0]) && t.t[0] != ONE;
    } else if (name_only && head > 0) {
        set_key(ret, BX_KEY_PREFIX, &t, 0, head);
        ret->is_whole = head + 1 == t.n && t.t[head] != ONE;
    } else {
        set_gram(ret, &t);
    }
    return true;
}
