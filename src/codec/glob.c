#include "codec/glob.h"

#include "base/ascii.h"
#include "base/limits.h"
#include "codec/fold.h"
#include "codec/rawname.h"
#include "codec/utf8.h"

struct part {
    uint32_t at, len; /* in `text` */
    bool any_depth;   /* the part is a star-star */
};

struct bx_glob {
    size_t len; /* of text */
    size_t n_parts;
    bool folded; /* of a form: sets hold both cases of a letter */
    char *text;  /* behind `parts`, in the same block */
    struct part parts[];
};

/* ---- one part --------------------------------------------------------------------------- */

/* Bytes of the set that `p` begins with ("[a-z]"), 0 when it does not end.  A ']' that comes
 * first is a member, as in POSIX. */
static size_t set_len(bx_str p)
{
    size_t i = 1;
    if (i < p.n && p.p[i] == '!')
        i++;
    for (size_t first = i; i < p.n; i++)
        if (p.p[i] == ']' && i > first)
            return i + 1;
    return 0;
}

/* Is `c` in the set "[...]"?  `negated` is not applied here. */
static bool set_has(bx_str set, size_t first, char c)
{
    size_t end = set.n - 1;
    for (size_t i = first; i < end;) {
        if (i + 2 < end && set.p[i + 1] == '-') {
            if (c >= set.p[i] && c <= set.p[i + 2])
                return true;
            i += 3;
        } else if (set.p[i++] == c) {
            return true;
        }
    }
    return false;
}

static size_t char_len(bx_str s)
{
    size_t n = bx_utf8_char(s);
    return n ? n : 1; /* not UTF-8: a byte stands for itself */
}

static char other_case(char c) { return bx_is_alpha(c) ? (char)(c ^ 0x20) : c; }

/* Of a form, what stands for a letter of either case is as much in the set as one of them is. */
static bool set_takes(bx_str set, char c, bool folded)
{
    bool ascii = (uint8_t)c < 0x80, negated = set.p[1] == '!'; /* sets hold ASCII only */
    size_t first = negated ? 2 : 1;
    if ((ascii && set_has(set, first, c)) != negated)
        return true;
    return folded && ascii && set_has(set, first, other_case(c)) != negated;
}

/* Bytes of `s` that the first token of `p` (not a star) takes, 0 when it does not match;
 * *used = bytes of that token. */
static size_t match_token(bx_str p, bx_str s, bool folded, size_t *used)
{
    *used = 1;
    if (s.n == 0)
        return 0;
    if (p.p[0] == '?')
        return char_len(s);
    if (p.p[0] != '[')
        return p.p[0] == s.p[0];
    bx_str set = {p.p, set_len(p)};
    *used = set.n;
    return set_takes(set, s.p[0], folded) ? char_len(s) : 0;
}

/* On a mismatch only the last star takes one character more: what an earlier star could still
 * reach, the last one can reach too.  So there is one place to go back to and no stack. */
static bool match_part(bx_str p, bx_str s, bool folded)
{
    size_t i = 0, j = 0, star = SIZE_MAX, from = 0, used;
    while (j < s.n || i < p.n) {
        if (i < p.n && p.p[i] == '*') {
            star = ++i;
            from = j;
            continue;
        }
        size_t took =
            i < p.n ? match_token(bx_str_from(p, i), bx_str_from(s, j), folded, &used) : 0;
        if (took) {
            i += used;
            j += took;
        } else if (star != SIZE_MAX && from < s.n) {
            from += char_len(bx_str_from(s, from));
            i = star;
            j = from;
        } else {
            return false;
        }
    }
    return true;
}

/* ---- whole paths: which prefixes of the pattern can the parts read so far be? ------------- */

/* Bit i: the first i parts of the pattern are used up. */
typedef bx_glob_states states;

static bool has(const states *s, size_t i) { return s->bits[i / 64] >> (i % 64) & 1; }
static void add(states *s, size_t i) { s->bits[i / 64] |= UINT64_C(1) << (i % 64); }

/* Add state i, and what a star-star that matches nothing leads to. */
static void reach(const bx_glob *g, states *s, size_t i)
{
    add(s, i);
    for (; i < g->n_parts && g->parts[i].any_depth; i++)
        add(s, i + 1);
}

static states step(const bx_glob *g, const states *now, bx_str name)
{
    states next = {{0}};
    for (size_t i = 0; i < g->n_parts; i++) {
        if (!has(now, i))
            continue;
        const struct part *p = &g->parts[i];
        if (p->any_depth)
            reach(g, &next, i);
        else if (match_part((bx_str){g->text + p->at, p->len}, name, g->folded))
            reach(g, &next, i + 1);
    }
    return next;
}

/* The states after all parts of `path`.  *above: was the whole pattern used up at a proper
 * ancestor, or at the path itself? */
static states run(const bx_glob *g, bx_str path, bool *at_or_above)
{
    states s = {{0}};
    *at_or_above = false;
    if (path.n == 0 || path.p[0] != '/')
        return s;
    reach(g, &s, 0);
    *at_or_above = has(&s, g->n_parts);
    for (size_t i = 1; path.n > 1 && i <= path.n;) {
        const char *slash = memchr(path.p + i, '/', path.n - i);
        size_t end = slash ? (size_t)(slash - path.p) : path.n;
        s = step(g, &s, (bx_str){path.p + i, end - i});
        *at_or_above |= has(&s, g->n_parts);
        i = end + 1;
    }
    return s;
}

bx_glob_states bx_glob_begin(const bx_glob *g, bx_str path)
{
    bool above;
    return run(g, path, &above);
}

bool bx_glob_step(const bx_glob *g, bx_glob_states *s, bx_str name)
{
    *s = step(g, s, name);
    return has(s, g->n_parts);
}

void bx_glob_join(bx_glob_states *s, const bx_glob_states *more)
{
    for (size_t i = 0; i < BX_COUNT(s->bits); i++)
        s->bits[i] |= more->bits[i];
}

bool bx_glob_match(const bx_glob *g, bx_str path)
{
    bool above;
    states s = run(g, path, &above);
    return has(&s, g->n_parts);
}

bool bx_glob_match_at_or_below(const bx_glob *g, bx_str path)
{
    bool above;
    (void)run(g, path, &above);
    return above;
}

bool bx_glob_may_match_below(const bx_glob *g, bx_str dir)
{
    bool above;
    states s = run(g, dir, &above);
    for (size_t i = 0; i < g->n_parts; i++)
        if (has(&s, i))
            return true;
    return false;
}

bool bx_glob_is_special_at(const bx_glob *g, bx_str root, bx_str path)
{
    bool above;
    states at = run(g, path, &above), base = run(g, root, &above), stay = {{0}};
    for (size_t i = 0; i < g->n_parts; i++)
        if (has(&base, i) && g->parts[i].any_depth)
            reach(g, &stay, i);
    for (size_t i = 0; i < g->n_parts; i++)
        if (has(&at, i) && !has(&stay, i))
            return true;
    return false;
}

bool bx_glob_is_floating_name(const bx_glob *g)
{
    return g->n_parts == 2 && g->parts[0].any_depth && !g->parts[1].any_depth;
}

bx_str bx_glob_text(const bx_glob *g) { return (bx_str){g->text, g->len}; }

/* ---- compile ------------------------------------------------------------------------------ */

static const char *check_set(bx_str p, size_t *len)
{
    *len = set_len(p);
    if (*len == 0)
        return "a set '[' does not end with ']' in its part";
    size_t i = p.p[1] == '!' ? 2 : 1;
    if (p.p[1] == '^')
        return "write [!x] for 'any but x'";
    for (size_t end = *len - 1; i < end; i++) {
        if ((uint8_t)p.p[i] >= 0x80)
            return "a set holds ASCII characters only";
        if (i + 2 < end && p.p[i + 1] == '-') {
            if ((uint8_t)p.p[i + 2] >= 0x80 || p.p[i + 2] < p.p[i])
                return "a range in a set runs from low to high, as in [a-z]";
            i += 2;
        }
    }
    return NULL;
}

/* NULL, or what is wrong with the part. */
static const char *check_part(bx_str p, bool url)
{
    if (!url && p.n == 0)
        return "a part is empty";
    if (bx_str_eq(p, BX_LIT(".")) || bx_str_eq(p, BX_LIT("..")))
        return "'.' and '..' parts match nothing";
    if (bx_str_eq(p, BX_LIT("**")))
        return NULL;
    for (size_t i = 0; i < p.n;) {
        size_t len = 1;
        if (p.p[i] == '*' && i + 1 < p.n && p.p[i + 1] == '*')
            return "'**' stands alone between slashes";
        const char *wrong = p.p[i] == '[' ? check_set(bx_str_from(p, i), &len) : NULL;
        if (wrong)
            return wrong;
        i += len;
    }
    return NULL;
}

/* NULL, or what is wrong with the pattern as a whole. */
static const char *check_text(bx_str t)
{
    if (t.n == 0)
        return "it is empty";
    if (memchr(t.p, '\0', t.n) || !bx_utf8_valid(t))
        return "it is not UTF-8 text without NUL";
    if (bx_rawname_is_raw(
            t)) /* paths are matched as bytes, and as text: it would mean one of both */
        return "a byte that is not UTF-8 cannot be named in a pattern; '?' matches one";
    if (t.p[0] != '/' && !bx_str_starts(t, BX_LIT("**/")))
        return "begin it with '/' or '**/'";
    return NULL;
}

static size_t count_parts(bx_str t)
{
    size_t n = t.p[0] != '/';
    for (size_t i = 0; i < t.n; i++)
        n += t.p[i] == '/';
    return t.n == 1 ? 0 : n;
}

static const char *split(bx_glob *g, bool url)
{
    size_t at = g->text[0] == '/';
    for (size_t k = 0; k < g->n_parts; k++) {
        const char *slash = memchr(g->text + at, '/', g->len - at);
        size_t end = slash ? (size_t)(slash - g->text) : g->len;
        bx_str p = {g->text + at, end - at};
        const char *wrong = check_part(p, url);
        if (wrong)
            return wrong;
        g->parts[k] = (struct part){(uint32_t)at, (uint32_t)p.n, bx_str_eq(p, BX_LIT("**"))};
        at = end + 1;
    }
    return NULL;
}

static bx_code compile(bx_str t, bool url, bx_glob **ret, bx_error *err)
{
    const char *wrong = check_text(t);
    if (wrong)
        return bx_fail(err, BX_EINVAL, "pattern '%.*s': %s", BX_FMT(t), wrong);
    if (!url && t.n > 1 && t.p[t.n - 1] == '/' && !bx_str_eq(t, BX_LIT("**/")))
        t.n--;
    size_t n = count_parts(t);
    if (t.n > BX_MAX_PATH || n > BX_GLOB_MAX_PARTS)
        return bx_fail(err, BX_ELIMIT, "pattern '%.*s': more than %d bytes or %d parts", BX_FMT(t),
                       BX_MAX_PATH, BX_GLOB_MAX_PARTS);
    BX_AUTO(bx_glob) bx_glob *g = bx_calloc(1, sizeof *g + n * sizeof g->parts[0] + t.n + 1);
    if (!g)
        return bx_fail(err, BX_ENOMEM, "pattern '%.*s'", BX_FMT(t));
    g->n_parts = n;
    g->len = t.n;
    g->text = (char *)(g->parts + n);
    memcpy(g->text, t.p, t.n);
    wrong = split(g, url);
    if (wrong)
        return bx_fail(err, BX_EINVAL, "pattern '%.*s': %s", BX_FMT(t), wrong);
    *ret = BX_TAKE(g);
    return BX_OK;
}

bx_code bx_glob_compile(bx_str pattern, bx_glob **ret, bx_error *err)
{
    return compile(pattern, false, ret, err);
}

bx_code bx_glob_compile_url(bx_str pattern, bx_glob **ret, bx_error *err)
{
    return compile(pattern, true, ret, err);
}

/* The parts of a pattern as they are compared with forms: what is literal is folded, sets stay. */
static bool fold_pattern(bx_str t, char *out, size_t cap, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < t.n;) {
        size_t to = i, add = 0;
        while (to < t.n && t.p[to] != '[')
            to++;
        if (!bx_fold((bx_str){t.p + i, to - i}, out + n, cap - n, &add))
            return false;
        n += add;
        size_t set = to < t.n ? set_len(bx_str_from(t, to)) : 0;
        if (set + 1 > cap - n)
            return false;
        memcpy(out + n, t.p + to, set);
        n += set;
        i = to + set;
    }
    *ret_n = n;
    return true;
}

bx_code bx_glob_compile_folded(const bx_glob *of, bx_glob **ret, bx_error *err)
{
    char text[BX_MAX_PATH + 1];
    bx_str t = {text, 0};
    if (!fold_pattern(bx_glob_text(of), text, sizeof text, &t.n))
        return bx_fail(err, BX_ELIMIT, "pattern '%.*s': too long when case is folded",
                       BX_FMT(bx_glob_text(of)));
    bx_code rc = compile(t, true, ret, err);
    if (rc == BX_OK)
        (*ret)->folded = true;
    return rc;
}

void bx_glob_free(bx_glob *g) { free(g); }
