#include "policy/manifest.h"

typedef struct reader {
    bx_str rest;
    unsigned line;
    bx_grant *g;
    bool in_limits; /* indented lines are limits */
    bool seen_call, seen_limits, is_json;
} reader;

static bx_code wrong(const reader *r, const char *what, bx_error *err)
{
    return bx_fail(err, BX_EINVAL, "line %u: %s", r->line, what);
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static bx_str trim(bx_str s)
{
    while (s.n && is_space(s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool next_line(reader *r, bx_str *ret)
{
    if (r->rest.n == 0)
        return false;
    const char *end = memchr(r->rest.p, '\n', r->rest.n);
    size_t n = end ? (size_t)(end - r->rest.p) : r->rest.n;
    *ret = (bx_str){r->rest.p, n};
    r->rest = bx_str_from(r->rest, end ? n + 1 : n);
    r->line++;
    return true;
}

/* The word `s` begins with, plain or in quotes, up to `stop` or a comment; *ret_rest is what
 * follows it, `stop` included.  False: an escape, an open quote, or what is no word. */
static bool take_word(bx_str s, const char *stop, bx_str *ret, bx_str *ret_rest)
{
    s = trim(s);
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        const char *end = memchr(s.p + 1, s.p[0], s.n - 1);
        if (!end)
            return false;
        *ret = (bx_str){s.p + 1, (size_t)(end - s.p) - 1};
        *ret_rest = trim(bx_str_from(s, ret->n + 2));
        return !memchr(ret->p, '\\', ret->n) &&
               (ret_rest->n == 0 || ret_rest->p[0] == '#' || strchr(stop, ret_rest->p[0]));
    }
    if (s.n && strchr("&*!|>[]{}%@`\"'", s.p[0]))
        return false;
    size_t n = 0;
    while (n < s.n && !strchr(stop, s.p[n]) && !(s.p[n] == '#' && n > 0 && is_space(s.p[n - 1])))
        n++;
    *ret = trim((bx_str){s.p, n});
    *ret_rest = bx_str_from(s, n);
    return true;
}

static bool nothing_in(bx_str s)
{
    s = trim(s);
    return s.n == 0 || s.p[0] == '#';
}

/* "name: value" up to `stop`. */
static bx_code one_limit(reader *r, bx_str text, const char *stop, bx_str *ret_rest, bx_error *err)
{
    bx_str name, value, rest;
    if (!take_word(text, ":", &name, &rest) || rest.n == 0 || rest.p[0] != ':' ||
        !take_word(bx_str_from(rest, 1), stop, &value, ret_rest))
        return wrong(r, "expected NAME: VALUE, as in 'wall: 10s'", err);
    return bx_wrap(bx_grant_limit_named(r->g, name, value, err), err, "line %u", r->line);
}

/* What is in `{…}`, which may go over several lines. */
static bx_code flow_limits(reader *r, bx_str text, bx_error *err)
{
    bool begun = true;
    for (;;) {
        text = trim(text);
        if (text.n == 0 || text.p[0] == '#') {
            if (!next_line(r, &text))
                return wrong(r, "the '{' of limits is not closed", err);
            continue;
        }
        if (text.p[0] == '}')
            return nothing_in(bx_str_from(text, 1)) ? BX_OK : wrong(r, "text behind the '}'", err);
        if (!begun && text.p[0] != ',')
            return wrong(r, "expected ',' or '}'", err);
        if (!begun) {
            begun = true;
            text = bx_str_from(text, 1);
            continue;
        }
        bx_code rc = one_limit(r, text, ",}", &text, err);
        if (rc != BX_OK)
            return rc;
        begun = false;
    }
}

static bx_code take_limits(reader *r, bx_str value, bx_error *err)
{
    if (r->seen_limits)
        return wrong(r, "a second 'limits'", err);
    r->seen_limits = true;
    value = trim(value);
    if (value.n && value.p[0] == '{')
        return flow_limits(r, bx_str_from(value, 1), err);
    r->in_limits = nothing_in(value);
    return r->in_limits ? BX_OK : wrong(r, "limits are written as NAME: VALUE", err);
}

static bx_code take_call(reader *r, bx_str value, bx_error *err)
{
    bx_str how, rest;
    if (r->seen_call)
        return wrong(r, "a second 'call'", err);
    r->seen_call = true;
    if (!take_word(value, "", &how, &rest) ||
        !(bx_str_eq(how, BX_LIT("json")) || bx_str_eq(how, BX_LIT("argv")) ||
          bx_str_eq(how, BX_LIT("typed"))))
        return wrong(r, "call is json, argv or typed", err);
    r->is_json = bx_str_eq(how, BX_LIT("json"));
    return BX_OK;
}

static bx_code top_line(reader *r, bx_str line, bx_error *err)
{
    bx_str key, rest;
    r->in_limits = false;
    if (!take_word(line, ":", &key, &rest) || rest.n == 0 || rest.p[0] != ':' || key.n == 0)
        return wrong(r, "expected KEY: VALUE", err);
    bx_str value = bx_str_from(rest, 1);
    if (bx_str_eq(key, BX_LIT("limits")))
        return take_limits(r, value, err);
    return bx_str_eq(key, BX_LIT("call")) ? take_call(r, value, err) : BX_OK;
}

bx_code bx_manifest_apply(bx_str text, bx_grant *g, bool *ret_json, bx_error *err)
{
    reader r = {.rest = text, .g = g};
    bx_str line, rest;
    bx_code rc = BX_OK;
    if (text.n && memchr(text.p, '\0', text.n))
        return bx_fail(err, BX_EINVAL, "a NUL byte: this is no text");
    while (rc == BX_OK && next_line(&r, &line)) {
        if (nothing_in(line) || (line.n >= 3 && memcmp(line.p, "---", 3) == 0))
            continue;
        if (is_space(line.p[0]) || line.p[0] == '-') { /* belongs to the key above */
            if (r.in_limits)
                rc = one_limit(&r, line, "", &rest, err);
        } else {
            rc = top_line(&r, line, err);
        }
    }
    if (rc == BX_OK)
        *ret_json = r.is_json;
    return rc;
}
