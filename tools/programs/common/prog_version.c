/* common/prog_version.c - the order of versions. */
#include "programs/common/prog_version.h"

#include "programs/common/prog_text.h"

static bool alnum(char c) { return prog_is_alpha(c) || prog_is_digit(c); }

/* How long the name is before its suffixes: (\.[A-Za-z~][A-Za-z0-9~]*)* at its end. */
static size_t stem(bx_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        n = ++i;
        while (i + 1 < s.n && s.p[i] == '.' && (prog_is_alpha(s.p[i + 1]) || s.p[i + 1] == '~'))
            for (i += 2; i < s.n && (alnum(s.p[i]) || s.p[i] == '~'); i++)
                continue;
    }
    return n;
}

/* Where a character that is no digit sorts: '~', the end, letters, others. */
static int rank(bx_str s, size_t at)
{
    if (at >= s.n)
        return -1;
    unsigned char c = (unsigned char)s.p[at];
    if (prog_is_digit(c))
        return 0;
    if (prog_is_alpha(c))
        return c;
    return c == '~' ? -2 : c + 256;
}

static bool digit_at(bx_str s, size_t at) { return at < s.n && prog_is_digit(s.p[at]); }

static int compare_parts(bx_str a, bx_str b)
{
    size_t i = 0, j = 0;
    while (i < a.n || j < b.n) {
        while ((i < a.n && !digit_at(a, i)) || (j < b.n && !digit_at(b, j))) {
            int x = rank(a, i), y = rank(b, j);
            if (x != y)
                return x - y;
            i++;
            j++;
        }
        while (i < a.n && a.p[i] == '0')
            i++;
        while (j < b.n && b.p[j] == '0')
            j++;
        int differ = 0;
        for (; digit_at(a, i) && digit_at(b, j); i++, j++)
            if (!differ)
                differ = a.p[i] - b.p[j];
        if (digit_at(a, i))
            return 1;
        if (digit_at(b, j))
            return -1;
        if (differ)
            return differ;
    }
    return 0;
}

/* ".", "..", other names with a dot, all others; 3 */
static int dot_class(bx_str s)
{
    if (s.p[0] != '.')
        return 3;
    return s.n == 1 ? 0 : s.n == 2 && s.p[1] == '.' ? 1 : 2;
}

int prog_version_compare(bx_str a, bx_str b)
{
    if (a.n == 0 || b.n == 0)
        return (a.n > 0) - (b.n > 0);
    int x = dot_class(a), y = dot_class(b);
    if (x != y)
        return x - y;
    if (x < 2)
        return 0;
    bx_str short_a = {a.p, stem(a)}, short_b = {b.p, stem(b)};
    int result = compare_parts(short_a, short_b);
    if (result || (short_a.n == a.n && short_b.n == b.n))
        return result;
    return compare_parts(a, b);
}
