/* files/glob.c - shell patterns: the last star is tried again, so the cost is at most pattern times
 * text. */
#include "glob.h"
#include "programs/common/prog_text.h"

#include <string.h>

static int fold(uint32_t c, unsigned flags)
{
    return (flags & GLOB_FOLD) && c < 128 ? prog_lower((int)c) : (int)c;
}

static bool in_class(const char *name, size_t n, uint32_t c)
{
    static const char *const names[] = {"alpha", "digit", "alnum", "upper", "lower", "space",
                                        "blank", "punct", "print", "graph", "cntrl", "xdigit"};
    size_t i = 0;
    while (i < BX_COUNT(names) && (strlen(names[i]) != n || memcmp(names[i], name, n) != 0))
        i++;
    if (c >= 128)
        return i == 0 || i == 2 || i == 8 || i == 9;
    int ch = (int)c;
    bool alpha = prog_is_alpha(ch), digit = prog_is_digit(ch), graph = ch > 32 && ch < 127;
    switch (i) {
    case 0:
        return alpha;
    case 1:
        return digit;
    case 2:
        return alpha || digit;
    case 3:
        return prog_is_upper(ch);
    case 4:
        return prog_is_lower(ch);
    case 5:
        return prog_is_space(ch);
    case 6:
        return prog_is_blank(ch);
    case 7:
        return graph && !alpha && !digit;
    case 8:
        return graph || ch == ' ';
    case 9:
        return graph;
    case 10:
        return ch < 32 || ch == 127;
    case 11:
        return digit || (prog_lower(ch) >= 'a' && prog_lower(ch) <= 'f');
    default:
        return false;
    }
}

/* One character of a set, a backslash read away. */
static const char *set_char(const char *p, uint32_t *ret)
{
    if (*p == '\\' && p[1])
        p++;
    size_t n = prog_utf8(p, strlen(p), ret);
    if (*ret == PROG_BAD_CHAR)
        *ret = 0x110000u + (uint8_t)*p;
    return p + n;
}

/* The set that begins behind '[': NULL when it has no end, else what is behind it. */
static const char *set(const char *p, uint32_t c, unsigned flags, bool *ret)
{
    bool negated = *p == '!' || *p == '^', hit = false;
    p += negated;
    const char *first = p;
    while (*p && (*p != ']' || p == first)) {
        if (*p == '[' && (p[1] == ':' || p[1] == '.' || p[1] == '=')) {
            const char *end = p + 2;
            while (*end && !(*end == p[1] && end[1] == ']'))
                end++;
            if (*end) {
                if (p[1] == ':')
                    hit |= in_class(p + 2, (size_t)(end - p - 2), c);
                else
                    hit |= (uint32_t)(uint8_t)p[2] == c;
                p = end + 2;
                continue;
            }
        }
        uint32_t lo, hi;
        p = set_char(p, &lo);
        hi = lo;
        if (*p == '-' && p[1] && p[1] != ']')
            p = set_char(p + 1, &hi);
        hit |= c >= lo && c <= hi;
        if ((flags & GLOB_FOLD) && c < 128)
            hit |= ((uint32_t)prog_upper((int)c) >= lo && (uint32_t)prog_upper((int)c) <= hi) ||
                   ((uint32_t)prog_lower((int)c) >= lo && (uint32_t)prog_lower((int)c) <= hi);
    }
    if (*p != ']')
        return NULL;
    *ret = hit != negated;
    return p + 1;
}

/* One character of the pattern that is no star, against one of the text: the rest of the pattern,
 * or NULL. */
static const char *one(const char *p, uint32_t c, unsigned flags)
{
    if (*p == '?')
        return c == '/' && (flags & GLOB_PATH) ? NULL : p + 1;
    if (*p == '[') {
        bool hit;
        const char *rest = set(p + 1, c, flags, &hit);
        if (rest)
            return hit && !(c == '/' && (flags & GLOB_PATH)) ? rest : NULL;
    }
    uint32_t want;
    const char *rest = set_char(p, &want);
    return fold(want, flags) == fold(c, flags) ? rest : NULL;
}

bool glob_match(const char *p, const char *t, unsigned flags)
{
    const char *star = NULL, *again = NULL;
    if ((flags & GLOB_PERIOD) && *t == '.' && *p != '.' && !(*p == '\\' && p[1] == '.'))
        return false;
    for (;;) {
        if (*p == '*') {
            star = ++p;
            again = t;
            continue;
        }
        if (!*t) {
            if (!*p)
                return true;
            return false;
        }
        uint32_t c;
        size_t n = 1;
        if ((uint8_t)*t < 128)
            c = (uint8_t)*t;
        else
            n = prog_utf8(t, strlen(t), &c);
        if (c == PROG_BAD_CHAR)
            c = 0x110000u + (uint8_t)*t;
        const char *rest = *p ? one(p, c, flags) : NULL;
        if (rest) {
            p = rest;
            t += n;
            continue;
        }
        if (!star || ((flags & GLOB_PATH) && *again == '/'))
            return false;
        p = star;
        uint32_t skipped;
        again += (uint8_t)*again < 128 ? 1 : prog_utf8(again, strlen(again), &skipped);
        t = again;
    }
}
