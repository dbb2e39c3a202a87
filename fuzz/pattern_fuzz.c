/* Patterns against a matcher that tries everything.  Input: 'g' for git's dialect or another byte,
 * the pattern, a line feed, the path. */
#include "search/pattern.h"
#include "search/pattern_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 20000, CHOICES = 64 };

typedef struct naive {
    bx_str whole; /* the pattern, without braces */
    size_t first_special;
    bool is_git;
    long steps; /* that are left: it is exponential */
} naive;

static size_t stars(bx_str p, size_t at)
{
    size_t n = 0;
    while (at + n < p.n && p.p[at + n] == '*')
        n++;
    return n;
}

static size_t char_bytes(const naive *m, bx_str s)
{
    size_t at = 0;
    if (m->is_git)
        return 1;
    (void)bx_next_char(s, &at);
    return at;
}

static bool try(naive *m, size_t at, bx_str s);

/* Stars at `at` are a whole part: whatever of `s` they take. */
static bool try_deep(naive *m, size_t at, size_t n, bx_str s)
{
    bool slash = at + n < m->whole.n && m->whole.p[at + n] == '/';
    if (slash && try(m, at + n + 1, s))
        return true;
    for (size_t i = 0; i <= s.n; i++)
        if (try(m, at + n, bx_str_from(s, i)))
            return true;
    return false;
}

static bool try_stars(naive *m, size_t at, bx_str s)
{
    bx_str p = m->whole;
    size_t n = stars(p, at), end = at + n;
    bool begins = at == 0 || p.p[at - 1] == '/' || (m->is_git && at == m->first_special);
    bool ends = end == p.n || p.p[end] == '/' ||
                (m->is_git && p.p[end] == '\\' && end + 1 < p.n && p.p[end + 1] == '/');
    if (n > 1 && begins && ends)
        return try_deep(m, at, n, s);
    for (size_t i = 0;; i++) {
        if (try(m, end, bx_str_from(s, i)))
            return true;
        if (i >= s.n || s.p[i] == '/')
            return false;
    }
}

static bool try(naive *m, size_t at, bx_str s)
{
    bx_str p = m->whole;
    if (--m->steps < 0)
        return false;
    if (at >= p.n)
        return s.n == 0;
    if (p.p[at] == '*')
        return try_stars(m, at, s);
    if (s.n == 0)
        return false;
    size_t n = char_bytes(m, s), here = 0;
    uint32_t cp = m->is_git ? (uint8_t)s.p[0] : bx_next_char(s, &here);
    if (p.p[at] == '?')
        return cp != '/' && try(m, at + 1, bx_str_from(s, n));
    if (p.p[at] == '[') {
        bx_set set;
        bool ok =
            m->is_git ? bx_set_parse_git(p, &at, &set) : bx_set_parse(p, &at, &set, NULL) == BX_OK;
        return ok && bx_set_has(&set, cp) && try(m, at, bx_str_from(s, n));
    }
    if (p.p[at] == '\\' && ++at >= p.n)
        return false;
    return p.p[at] == s.p[0] && try(m, at + 1, bx_str_from(s, 1));
}

/* Does it match with one of the ways through its braces?  The first braces of `p` are written out,
 * each choice in turn. */
static bool expand(bx_str p, bx_str path, naive *m, int depth)
{
    size_t open = 0, at, level = 0;
    while (open < p.n && p.p[open] != '{')
        open += 1 + (p.p[open] == '\\');
    if (open >= p.n || m->is_git) {
        m->whole = p;
        m->first_special = 0;
        while (m->first_special < p.n && !memchr("*?[\\", p.p[m->first_special], 4))
            m->first_special++;
        return try(m, 0, path);
    }
    size_t begin = open + 1, close = open;
    for (at = open; at < p.n; at++) {
        level += p.p[at] == '{';
        level -= p.p[at] == '}';
        at += p.p[at] == '\\';
        if (level == 0) {
            close = at;
            break;
        }
    }
    if (depth == CHOICES)
        m->steps = -1;
    bool is = false;
    for (at = begin, level = 0; at <= close && m->steps >= 0; at++) {
        if (level == 0 && (p.p[at] == ',' || at == close)) {
            char text[600];
            size_t n = at - begin;
            memcpy(text, p.p, open);
            memcpy(text + open, p.p + begin, n);
            memcpy(text + open + n, p.p + close + 1, p.n - close - 1);
            is |= expand((bx_str){text, open + n + p.n - close - 1}, path, m, depth + 1);
            begin = at + 1;
        }
        level += p.p[at] == '{';
        level -= p.p[at] == '}' && at != close;
        at += p.p[at] == '\\';
    }
    return is;
}

/* What writing out braces would change: sets with braces or commas in them, and two stars that a
 * choice makes neighbours of something else. */
static bool is_simple(bx_str p)
{
    if (!memchr(p.p, '{', p.n))
        return true;
    for (size_t i = 0; i < p.n; i++)
        if (p.p[i] == '[' || (p.p[i] == '*' && (i == 0 || strchr("*{},", p.p[i - 1]) ||
                                                (i + 1 < p.n && strchr("*{},", p.p[i + 1])))))
            return false;
    return true;
}

static bool is_path(bx_str s)
{
    if (s.n == 0 || s.p[0] == '/' || s.p[s.n - 1] == '/')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] == '/' && s.p[i - 1] == '/')
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (!line || size > 300 || memchr(data, '\0', size))
        return 0;
    bx_str all = {(const char *)data, size}, pattern = {all.p + 1, (size_t)(line - data) - 1},
           path = bx_str_from(all, pattern.n + 2);
    naive m = {.is_git = data[0] == 'g', .steps = STEPS};
    BX_AUTO(bx_pattern) bx_pattern *p = NULL;
    if (bx_pattern_compile(pattern, m.is_git ? BX_DIALECT_GIT : BX_DIALECT_TOOL, &p, NULL) != BX_OK)
        return 0;
    bool is = bx_pattern_match(p, path);
    BX_ASSERT(!bx_pattern_match_hidden(p, path) || is);
    if (!is_path(path))
        return 0;
    for (size_t i = 0; is && i < path.n; i++)
        if (path.p[i] == '/')
            BX_ASSERT(bx_pattern_may_match_below(p, (bx_str){path.p, i}));
    /* A character the path has in full may be cut by a pattern that is no UTF-8. */
    size_t at = 0;
    while (!m.is_git && at < pattern.n)
        if (bx_next_char(pattern, &at) >= BX_LONE_BYTE)
            return 0;
    if (pattern.n == 0 || (!m.is_git && !is_simple(pattern)))
        return 0;
    bool wanted = expand(pattern, path, &m, 0);
    BX_ASSERT(m.steps < 0 || is == wanted);
    return 0;
}
