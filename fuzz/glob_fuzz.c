/* Patterns against a matcher that tries everything.  Input: pattern, newline, path. */
#include "codec/fold.h"
#include "codec/glob.h"
#include "codec/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static long budget; /* steps of the naive matcher: it is exponential */

static size_t char_of(bx_str s)
{
    size_t n = bx_utf8_char(s);
    return n ? n : 1;
}

/* The set "[...]" that `p` begins with: its length, and whether it holds `c`. */
static size_t naive_set(bx_str p, char c, bool *in)
{
    size_t i = 1 + (p.p[1] == '!'), first = i;
    *in = false;
    while (i == first || p.p[i] != ']') {
        if (p.p[i + 1] == '-' && p.p[i + 2] != ']') {
            *in |= c >= p.p[i] && c <= p.p[i + 2];
            i += 3;
        } else {
            *in |= c == p.p[i++];
        }
    }
    *in = ((uint8_t)c < 0x80 && *in) != (p.p[1] == '!');
    return i + 1;
}

static bool naive_part(bx_str p, bx_str s)
{
    if (--budget < 0)
        return false;
    if (p.n == 0)
        return s.n == 0;
    if (p.p[0] == '*')
        return naive_part(bx_str_from(p, 1), s) ||
               (s.n && naive_part(p, bx_str_from(s, char_of(s))));
    if (s.n == 0)
        return false;
    if (p.p[0] == '?')
        return naive_part(bx_str_from(p, 1), bx_str_from(s, char_of(s)));
    if (p.p[0] == '[') {
        bool in;
        size_t len = naive_set(p, s.p[0], &in);
        return in && naive_part(bx_str_from(p, len), bx_str_from(s, char_of(s)));
    }
    return p.p[0] == s.p[0] && naive_part(bx_str_from(p, 1), bx_str_from(s, 1));
}

/* The first part of `s` (which begins with '/', or is empty), and what is behind it. */
static bx_str cut(bx_str *s)
{
    const char *slash = s->n > 1 ? memchr(s->p + 1, '/', s->n - 1) : NULL;
    size_t end = slash ? (size_t)(slash - s->p) : s->n;
    bx_str part = {s->p + 1, end - 1};
    *s = bx_str_from(*s, end);
    return part;
}

static bool naive(bx_str p, bx_str s)
{
    if (--budget < 0)
        return false;
    if (p.n == 0)
        return s.n == 0;
    bx_str p_rest = p, s_rest = s, part = cut(&p_rest);
    if (bx_str_eq(part, BX_LIT("**"))) {
        if (naive(p_rest, s))
            return true;
        if (s.n == 0)
            return false;
        (void)cut(&s_rest);
        return naive(p, s_rest);
    }
    if (s.n == 0)
        return false;
    bx_str name = cut(&s_rest);
    return naive_part(part, name) && naive(p_rest, s_rest);
}

static void check(const bx_glob *g, bx_str pattern, bx_str path)
{
    bx_str p = bx_str_eq(pattern, BX_LIT("/")) ? BX_LIT("") : pattern;
    bool above = false;
    /* every ancestor: "/", then up to each slash, then the path */
    for (size_t end = 1; end <= path.n; end++) {
        if (end > 1 && end < path.n && path.p[end] != '/')
            continue;
        bx_str dir = {path.p, end}, parts = end == 1 && path.p[0] == '/' ? BX_LIT("") : dir;
        bool match = naive(p, parts);
        if (budget < 0)
            return;
        BX_ASSERT(bx_glob_match(g, dir) == match);
        above |= match;
        if (match)
            for (size_t k = 1; k < end; k++)
                if (k == 1 || path.p[k] == '/')
                    BX_ASSERT(bx_glob_may_match_below(g, (bx_str){path.p, k}));
        if (end == path.n)
            BX_ASSERT(bx_glob_match_at_or_below(g, path) == above);
    }
}

/* Part by part it is the same as at once. */
static void check_steps(const bx_glob *g, bx_str path)
{
    bx_glob_states s = bx_glob_begin(g, BX_LIT("/"));
    bool match = false;
    for (bx_str rest = path; rest.n > 1;)
        match = bx_glob_step(g, &s, cut(&rest));
    BX_ASSERT(path.n == 1 || path.p[path.n - 1] == '/' || match == bx_glob_match(g, path));
}

/* What a pattern takes of ASCII paths, its folded form takes of theirs, and a form is its own. */
static void check_folded(const bx_glob *g, bx_str path)
{
    char form[8192], again[8192];
    size_t n = 0, m = 0;
    bool ascii = true;
    BX_ASSERT(bx_fold(path, form, sizeof form, &n) &&
              bx_fold((bx_str){form, n}, again, sizeof again, &m));
    /* of bytes that are no UTF-8, what is left out may leave neighbours that together are a
     * character */
    BX_ASSERT(!bx_utf8_valid(path) || bx_str_eq((bx_str){form, n}, (bx_str){again, m}));
    for (size_t i = 0; i < path.n; i++)
        ascii &= (uint8_t)path.p[i] < 0x80;
    BX_AUTO(bx_glob) bx_glob *f = NULL;
    if (bx_glob_compile_folded(g, &f, NULL) == BX_OK && ascii && bx_glob_match(g, path))
        BX_ASSERT(bx_glob_match(f, (bx_str){form, n}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    if (!line || size > 300)
        return 0;
    bx_str pattern = {(const char *)data, (size_t)(line - data)},
           path = bx_str_from((bx_str){(const char *)data, size}, pattern.n + 1);
    if (path.n == 0 || path.p[0] != '/' || (path.n > 1 && path.p[1] == '/'))
        return 0;
    BX_AUTO(bx_glob) bx_glob *g = NULL;
    if (bx_glob_compile(pattern, &g, NULL) != BX_OK)
        return 0;
    char text[302] = "/"; /* "**" begins like any other part for the naive matcher */
    bx_str t = bx_glob_text(g);
    size_t lead = t.p[0] != '/';
    memcpy(text + lead, t.p, t.n);
    budget = 20000;
    check(g, (bx_str){text, t.n + lead}, path);
    check_steps(g, path);
    check_folded(g, path);
    return 0;
}
