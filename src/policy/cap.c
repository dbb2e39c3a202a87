#include "policy/cap.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "codec/glob.h"
#include "codec/utf8.h"
#include "policy/limits.h"
#include "policy/net_rule.h"

enum { DEFAULT_SPACE_MIB = 64, MAX_NAME = 40 };

/* ---- guest paths ------------------------------------------------------------------------- */

static bool is_bad_part(bx_str p)
{
    return p.n == 0 || bx_str_eq(p, BX_LIT(".")) || bx_str_eq(p, BX_LIT(".."));
}

/* Prefix matching, here and in the kernel's view of a grant, is only sound on paths without
 * such parts; so there is one spelling of each path and the others are errors. */
bx_code bx_guest_path_check(bx_str text, bx_str *ret, bx_error *err)
{
    if (text.n == 0 || text.p[0] != '/')
        return bx_fail(err, BX_EINVAL, "guest path '%.*s' is not absolute: begin it with '/'",
                       BX_FMT(text));
    if (text.n > BX_MAX_PATH)
        return bx_fail(err, BX_EINVAL, "guest path '%.*s...' is longer than %d bytes", BX_FMT(text),
                       BX_MAX_PATH);
    if (memchr(text.p, '\0', text.n) || !bx_utf8_valid(text))
        return bx_fail(err, BX_EINVAL, "guest path '%.*s' is not UTF-8 text without NUL",
                       BX_FMT(text));
    bx_str p = text;
    if (p.n > 2 && p.p[p.n - 1] == '/')
        p.n--;
    for (size_t i = 1; p.n > 1 && i <= p.n;) {
        const char *slash = memchr(p.p + i, '/', p.n - i);
        size_t end = slash ? (size_t)(slash - p.p) : p.n;
        if (is_bad_part((bx_str){p.p + i, end - i}))
            return bx_fail(err, BX_EINVAL,
                           "guest path '%.*s' has an empty, '.' or '..' part: write it without",
                           BX_FMT(text));
        i = end + 1;
    }
    *ret = p;
    return BX_OK;
}

bool bx_path_is_below(bx_str path, bx_str dir)
{
    if (dir.n == 1)
        return true;
    return bx_str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/');
}

/* ---- the body of each kind ------------------------------------------------------------------ */

typedef bx_code (*body_fn)(bx_str body, bx_cap *c, bx_error *err);

static bx_code keep(bx_str s, char **ret, bx_error *err)
{
    char *copy = bx_strndup(s.p, s.n);
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "capability");
    *ret = copy;
    return BX_OK;
}

static bx_code parse_path(bx_str body, bx_cap *c, bx_error *err)
{
    bx_str path;
    bx_code rc = bx_guest_path_check(body, &path, err);
    return rc == BX_OK ? keep(path, &c->path, err) : rc;
}

static bx_code parse_tool(bx_str body, bx_cap *c, bx_error *err);

static bx_code parse_deny(bx_str body, bx_cap *c, bx_error *err)
{
    if (bx_str_starts(body, BX_LIT("tool:"))) { /* a pattern of paths begins otherwise */
        c->kind = BX_CAP_NOT_TOOL;
        return parse_tool(bx_str_from(body, 5), c, err);
    }
    BX_AUTO(bx_glob) bx_glob *g = NULL;
    bx_code rc = bx_glob_compile(body, &g, err);
    return rc == BX_OK ? keep(bx_glob_text(g), &c->path, err) : rc;
}

static bx_code parse_rule(bx_str body, bx_cap *c,
                          bx_code (*parse)(bx_str, bx_net_rule *, bx_error *), bx_error *err)
{
    bx_net_rule *rule = bx_calloc(1, sizeof *rule);
    if (!rule)
        return bx_fail(err, BX_ENOMEM, "capability");
    c->rule = rule; /* bx_cap_done frees it */
    bx_code rc = parse(body, rule, err);
    return rc == BX_OK ? keep(body, &c->path, err) : rc;
}

static bx_code parse_fetch(bx_str body, bx_cap *c, bx_error *err)
{
    return parse_rule(body, c, bx_net_rule_fetch, err);
}

static bx_code parse_connect(bx_str body, bx_cap *c, bx_error *err)
{
    return parse_rule(body, c, bx_net_rule_connect, err);
}

static bx_code parse_env(bx_str body, bx_cap *c, bx_error *err)
{
    const char *eq = body.n ? memchr(body.p, '=', body.n) : NULL;
    bx_str name = {body.p, eq ? (size_t)(eq - body.p) : body.n};
    if (name.n == 0)
        return bx_fail(err, BX_EINVAL, "no name of a variable: write env:NAME or env:NAME=value");
    bx_code rc = keep(name, &c->path, err);
    return rc == BX_OK && eq ? keep(bx_str_from(body, name.n + 1), &c->value, err) : rc;
}

/* ^[a-z][a-z0-9_]{0,39}$, with '-' as well where `dash` */
static bool is_name(bx_str s, bool dash)
{
    if (s.n == 0 || s.n > MAX_NAME || s.p[0] < 'a' || s.p[0] > 'z')
        return false;
    for (size_t i = 1; i < s.n; i++) {
        char c = s.p[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && !(dash && c == '-'))
            return false;
    }
    return true;
}

static bx_code parse_space(bx_str text, bx_cap *c, bx_error *err)
{
    uint64_t size;
    bx_code rc = bx_size_parse(text, &size, err);
    if (rc != BX_OK)
        return rc;
    if (size == 0 || size > INT64_MAX)
        return bx_fail(err, BX_EINVAL, "'%.*s': the size is from 1 byte to %" PRId64 " bytes",
                       BX_FMT(text), INT64_MAX);
    c->size = size;
    return BX_OK;
}

static bx_code parse_store(bx_str body, bx_cap *c, bx_error *err)
{
    const char *colon = body.n ? memchr(body.p, ':', body.n) : NULL;
    bx_str name = {body.p, colon ? (size_t)(colon - body.p) : body.n};
    if (!is_name(name, true))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not the name of a store: 1 to %d of a-z, 0-9, '_' and '-', the "
                       "first a letter",
                       BX_FMT(name), MAX_NAME);
    c->size = DEFAULT_SPACE_MIB * BX_MIB;
    bx_code rc = colon ? parse_space(bx_str_from(body, name.n + 1), c, err) : BX_OK;
    return rc == BX_OK ? keep(name, &c->path, err) : rc;
}

static bx_code parse_tmp(bx_str body, bx_cap *c, bx_error *err)
{
    if (body.p)
        return parse_space(body, c, err);
    c->size = DEFAULT_SPACE_MIB * BX_MIB;
    return BX_OK;
}

/* Programs are called '[' and 'g++' as well. */
static bool is_tool_pattern(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !memchr("_.+-[*?", c, 7))
            return false;
    }
    return s.n > 0 && s.n <= MAX_NAME && s.p[0] != '-' && s.p[0] != '.';
}

static bx_code parse_tool(bx_str body, bx_cap *c, bx_error *err)
{
    if (!is_tool_pattern(body))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not the name of a tool: 1 to %d letters, digits and '_.+-[', '*' "
                       "for any of them and '?' for one, the first neither '-' nor '.'",
                       BX_FMT(body), MAX_NAME);
    return keep(body, &c->path, err);
}

bool bx_tool_name_matches(bx_str pattern, bx_str name)
{
    size_t p = 0, n = 0, star = SIZE_MAX, from = 0;
    while (n < name.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            from = n;
        } else if (p < pattern.n && (pattern.p[p] == '?' || pattern.p[p] == name.p[n])) {
            p++;
            n++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            n = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

static bx_code parse_clock(bx_str body, bx_cap *c, bx_error *err)
{
    if (bx_str_eq(body, BX_LIT("real")))
        c->number = BX_CLOCK_REAL;
    else if (bx_str_eq(body, BX_LIT("frozen")))
        c->number = BX_CLOCK_FROZEN;
    else if (bx_str_eq(body, BX_LIT("step")))
        c->number = BX_CLOCK_STEP;
    else
        return bx_fail(err, BX_EINVAL, "'%.*s': the clock is real, frozen or step", BX_FMT(body));
    return BX_OK;
}

static bx_code parse_random(bx_str body, bx_cap *c, bx_error *err)
{
    if (bx_str_eq(body, BX_LIT("real"))) {
        c->number = BX_RANDOM_REAL;
        return BX_OK;
    }
    if (!bx_str_starts(body, BX_LIT("seed=")))
        return bx_fail(err, BX_EINVAL, "'%.*s': randomness is real or seed=N", BX_FMT(body));
    c->number = BX_RANDOM_SEEDED;
    return bx_count_parse(bx_str_from(body, 5), &c->size, err);
}

static const struct {
    const char *word;
    body_fn parse;
} kinds[] = {
    [BX_CAP_READ] = {"read", parse_path},
    [BX_CAP_WRITE] = {"write", parse_path},
    [BX_CAP_RW] = {"rw", parse_path},
    [BX_CAP_DENY] = {"deny", parse_deny},
    [BX_CAP_FETCH] = {"fetch", parse_fetch},
    [BX_CAP_CONNECT] = {"connect", parse_connect},
    [BX_CAP_ENV] = {"env", parse_env},
    [BX_CAP_STORE] = {"store", parse_store},
    [BX_CAP_TMP] = {"tmp", parse_tmp},
    [BX_CAP_TOOL] = {"tool", parse_tool},
    [BX_CAP_CLOCK] = {"clock", parse_clock},
    [BX_CAP_RANDOM] = {"random", parse_random},
    [BX_CAP_NOT_TOOL] = {"deny:tool", parse_tool},
};

/* ---- the line ------------------------------------------------------------------------------- */

static bx_code unknown_kind(bx_str word, bx_error *err)
{
    char known[160];
    size_t n = 0;
    if (bx_str_eq(word, BX_LIT("http")) || bx_str_eq(word, BX_LIT("https")))
        return bx_fail(err, BX_EINVAL, "requests to a host are 'fetch:%.*s://HOST'", BX_FMT(word));
    for (size_t i = 0; i < BX_COUNT(kinds) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, " %s", kinds[i].word);
    return bx_fail(err, BX_EINVAL, "'%.*s' is not a kind of capability; the kinds are:%s",
                   BX_FMT(word), known);
}

/* Messages end up in logs: the value of a variable and a password in a URL must not. */
static bool is_secret(size_t kind, bx_str text)
{
    return kind == BX_CAP_ENV ||
           ((kind == BX_CAP_FETCH || kind == BX_CAP_CONNECT) && memchr(text.p, '@', text.n));
}

bx_code bx_cap_parse(bx_str text, bx_cap *ret, bx_error *err)
{
    size_t max = bx_str_starts(text, BX_LIT("env:")) ? BX_MAX_VAR_TEXT : BX_MAX_CAP_TEXT;
    if (text.n > max)
        return bx_fail(err, BX_EINVAL, "a capability of %zu bytes: at most %zu fit", text.n, max);
    if (text.n == 0 || memchr(text.p, '\0', text.n))
        return bx_fail(err, BX_EINVAL, "capability '%.*s' is empty or holds a NUL byte",
                       BX_FMT(text));
    const char *colon = memchr(text.p, ':', text.n);
    bx_str word = {text.p, colon ? (size_t)(colon - text.p) : text.n};
    bx_str body = colon ? bx_str_from(text, word.n + 1) : (bx_str){NULL, 0};

    size_t k = 0;
    while (k < BX_COUNT(kinds) && !bx_str_eq(word, bx_str_of(kinds[k].word)))
        k++;
    bx_code rc;
    bx_cap c = {.kind = (bx_cap_kind)k};
    if (k == BX_COUNT(kinds))
        rc = unknown_kind(word, err);
    else if (!colon && k != BX_CAP_TMP)
        rc = bx_fail(err, BX_EINVAL, "nothing follows '%s': write '%s:...'", kinds[k].word,
                     kinds[k].word);
    else
        rc = kinds[k].parse(body, &c, err);
    if (rc != BX_OK) {
        bx_cap_done(&c);
        return is_secret(k, text) ? bx_wrap(rc, err, "capability '%.*s:'", BX_FMT(word))
                                  : bx_wrap(rc, err, "capability '%.*s'", BX_FMT(text));
    }
    *ret = c;
    return BX_OK;
}

void bx_cap_done(bx_cap *c)
{
    free(c->path);
    free(c->value);
    if (c->rule)
        bx_net_rule_done(c->rule);
    free(c->rule);
    c->path = c->value = NULL;
    c->rule = NULL;
}

/* What follows the word and its colon; `tail` holds sizes and numbers.  Returns false when
 * nothing follows. */
static bool body_text(const bx_cap *c, const char **head, char tail[40])
{
    static const char *const clocks[] = {"real", "frozen", "step"};
    char size[32];
    *head = c->path ? c->path : "";
    tail[0] = '\0';
    switch (c->kind) {
    case BX_CAP_STORE:
    case BX_CAP_TMP:
        if (c->size == DEFAULT_SPACE_MIB * BX_MIB)
            return c->kind == BX_CAP_STORE;
        bx_size_print(c->size, size);
        (void)snprintf(tail, 40, "%s%s", c->kind == BX_CAP_STORE ? ":" : "", size);
        return true;
    case BX_CAP_CLOCK:
        *head = (size_t)c->number < BX_COUNT(clocks) ? clocks[c->number] : "real";
        return true;
    case BX_CAP_RANDOM:
        if (c->number == BX_RANDOM_SEEDED)
            (void)snprintf(tail, 40, "seed=%" PRIu64, c->size);
        else
            *head = "real";
        return true;
    default:
        return true;
    }
}

bx_code bx_cap_print(const bx_cap *c, char *out, size_t cap, bx_error *err)
{
    BX_ASSERT((size_t)c->kind < BX_COUNT(kinds));
    const char *head;
    char tail[40];
    bool more = body_text(c, &head, tail), value = c->kind == BX_CAP_ENV && c->value;
    const bx_str parts[] = {bx_str_of(kinds[c->kind].word),
                            bx_str_of(more ? ":" : ""),
                            bx_str_of(head),
                            bx_str_of(tail),
                            bx_str_of(value ? "=" : ""),
                            bx_str_of(value ? c->value : "")};
    size_t n = 0, at = 0;
    for (size_t i = 0; i < BX_COUNT(parts); i++)
        n += parts[i].n;
    if (n >= cap)
        return bx_fail(err, BX_ELIMIT, "a capability of %zu bytes does not fit in %zu", n, cap);
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        memcpy(out + at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    out[n] = '\0';
    return BX_OK;
}
