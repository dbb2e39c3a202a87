#include "search/types.h"

static const struct {
    const char *name, *globs; /* names separated by blanks; a * is any characters */
} types[] = {
#define TYPE(name, globs) {name, globs},
#include "search/types.def"
#undef TYPE
};

const char *bx_types_name(size_t i) { return i < BX_COUNT(types) ? types[i].name : NULL; }

bool bx_types_add(bx_types *t, bx_str name)
{
    _Static_assert(BX_COUNT(types) <= 64 * BX_TYPES_WORDS, "one bit for each");
    for (size_t i = 0; i < BX_COUNT(types); i++)
        if (bx_str_eq(name, bx_str_of(types[i].name))) {
            t->bits[i / 64] |= UINT64_C(1) << i % 64;
            return true;
        }
    return false;
}

/* A star is tried at one place after the other, only the last one again: short names. */
static bool matches(const char *glob, size_t n, bx_str name)
{
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
    while (k < name.n) {
        if (i < n && glob[i] == '*') {
            star = i++;
            from = k;
        } else if (i < n && glob[i] == name.p[k]) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < n && glob[i] == '*')
        i++;
    return i == n;
}

bool bx_types_match(const bx_types *t, bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(types); i++) {
        if (!(t->bits[i / 64] >> i % 64 & 1))
            continue;
        for (const char *glob = types[i].globs; *glob;) {
            size_t n = strcspn(glob, " ");
            if (matches(glob, n, name))
                return true;
            glob += n + (glob[n] == ' ');
        }
    }
    return false;
}
