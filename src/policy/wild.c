#include "policy/wild.h"

#include <stdint.h>

enum { MAX_PATTERN = 1024 }; /* bytes; longer ones are judged as MAYBE where parts are unknown */

static bool same(char pattern, char text, bool folded)
{
    if (folded && pattern == BX_WILD_SPACE)
        pattern = ' ';
    if (folded && text == BX_WILD_SPACE)
        text = ' ';
    return pattern == text && text != BX_WILD_ANY;
}

/* One star is remembered: where it fails further on, it takes one byte more.  Unknown parts are
 * bytes like any other, which a star alone can take. */
static bool match(bx_str p, bx_str t, bool folded)
{
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
    while (k < t.n) {
        if (i < p.n && p.p[i] == BX_WILD_ANY) {
            star = i++;
            from = k;
        } else if (i < p.n && same(p.p[i], t.p[k], folded)) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < p.n && p.p[i] == BX_WILD_ANY)
        i++;
    return i == p.n;
}

bool bx_wild_must(bx_str pattern, bx_str text) { return match(pattern, text, false); }

/* at[i]: the first i bytes of the pattern can have been used up. */
static void skip_stars(bx_str p, bool *at)
{
    for (size_t i = 0; i < p.n; i++)
        at[i + 1] = at[i + 1] || (at[i] && p.p[i] == BX_WILD_ANY);
}

static void step(bx_str p, bool *at, char c)
{
    if (c == BX_WILD_ANY) { /* any part of the pattern can be what it stands for */
        for (size_t i = 0; i < p.n; i++)
            at[i + 1] = at[i + 1] || at[i];
        return;
    }
    for (size_t i = p.n + 1; i-- > 0;) {
        bool stays = i < p.n && at[i] && p.p[i] == BX_WILD_ANY;
        at[i] = stays || (i > 0 && at[i - 1] && same(p.p[i - 1], c, true));
    }
    skip_stars(p, at);
}

bx_wild bx_wild_may(bx_str p, bx_str t, size_t *steps)
{
    if (*steps < p.n + t.n) {
        *steps = 0;
        return BX_WILD_MAYBE;
    }
    *steps -= p.n + t.n;
    if (match(p, t, true))
        return BX_WILD_YES;
    if (!memchr(t.p, BX_WILD_ANY, t.n))
        return BX_WILD_NO;
    size_t cost = p.n * t.n;
    if (p.n > MAX_PATTERN || *steps < cost) {
        *steps = 0;
        return BX_WILD_MAYBE;
    }
    *steps -= cost;
    bool at[MAX_PATTERN + 1] = {true};
    skip_stars(p, at);
    for (size_t k = 0; k < t.n; k++)
        step(p, at, t.p[k]);
    return at[p.n] ? BX_WILD_MAYBE : BX_WILD_NO;
}
