/* The paths and the host that a call names. */
#include "base/ascii.h"
#include "base/limits.h"
#include "policy/policy_internal.h"

typedef struct path_argument {
    const char *tool, *name;
    unsigned uses;
} path_argument;

static const path_argument known[] = {
    {"read", "path", BX_USE_READ},
    {"glob", "path", BX_USE_READ},
    {"grep", "path", BX_USE_READ},
    {"write", "path", BX_USE_CHANGE},
    {"edit", "path", BX_USE_READ | BX_USE_CHANGE},
    {"web_fetch", "save_to", BX_USE_CHANGE},
    {"bash", "cwd", BX_USE_READ},
    {"js", "cwd", BX_USE_READ},
    {"python", "cwd", BX_USE_READ},
    {"python", "file", BX_USE_READ},
};

/* Of a tool that is not among those: arguments of these names are paths. */
static const char *const usual[] = {
    "path", "paths",   "file",   "files",       "filename", "file_path", "dir",  "directory",
    "cwd",  "save_to", "source", "destination", "output",   "input",     "root",
};

bool bx_tool_is_of_files(bx_str tool)
{
    for (size_t i = 0; i < 5; i++) {
        if (bx_str_eq(tool, bx_str_of(known[i].tool)))
            return true;
    }
    return false;
}

void bx_call_paths_done(call_paths *c) { bx_buf_done(&c->text); }

/* Places in `text` are kept as numbers until it has stopped to move. */
static void add_path(call_paths *c, bx_str dir, bx_str path, unsigned uses)
{
    BX_AUTO_BUF normal = bx_buf_init(4 * BX_MAX_PATH);
    if (c->n == MAX_CALL_PATHS) {
        c->unknown = true;
        return;
    }
    if (!bx_policy_path(dir, path, &normal)) {
        c->unknown = true;
        if (normal.fail == BX_ENOMEM)
            c->text.fail = BX_ENOMEM;
        return;
    }
    c->at[c->n++] = (call_path){.path = {NULL, normal.n}, .uses = uses};
    (void)bx_buf_add_str(&c->text, bx_buf_str(&normal));
}

static void add_value(call_paths *c, bx_str dir, const bx_json_val *v, unsigned uses)
{
    bx_str s;
    if (bx_json_str(v, &s)) {
        add_path(c, dir, s, uses);
    } else if (bx_json_type_of(v) == BX_JSON_ARRAY) {
        bx_json_iter it = bx_json_iter_of(v);
        for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
            if (bx_json_str(e, &s))
                add_path(c, dir, s, uses);
        }
    } else if (v && bx_json_type_of(v) != BX_JSON_NULL) {
        c->unknown = true;
    }
}

/* A pattern of glob begins in a directory of its own. */
static void add_pattern_base(call_paths *c, const bx_json_val *arguments)
{
    bx_str pattern = BX_LIT(""), dir = BX_LIT("");
    BX_AUTO_BUF at = bx_buf_init(4 * BX_MAX_PATH);
    (void)bx_json_str(bx_json_get(arguments, BX_LIT("pattern")), &pattern);
    (void)bx_json_str(bx_json_get(arguments, BX_LIT("path")), &dir);
    size_t n = 0, base = 0;
    while (n < pattern.n && !strchr("*?[{\\", pattern.p[n])) {
        base = pattern.p[n] == '/' ? n : base;
        n++;
    }
    base = n == pattern.n ? n : base;
    while (pattern.n && base && pattern.p[0] == '/') {
        pattern = bx_str_from(pattern, 1);
        base--;
    }
    if (base == 0 || pattern.p[0] == '!')
        return;
    if (!bx_policy_path(BX_LIT(BX_POLICY_WORKSPACE), dir, &at)) {
        c->unknown = true;
        return;
    }
    add_path(c, bx_buf_str(&at), (bx_str){pattern.p, base}, BX_USE_READ);
}

bx_code bx_call_paths_of(const bx_policy_call *call, call_paths *c, bx_error *err)
{
    const bx_str dir = BX_LIT(BX_POLICY_WORKSPACE);
    bool is_known = false;
    c->n = 0;
    c->unknown = false;
    c->text = bx_buf_init((size_t)MAX_CALL_PATHS * BX_MAX_PATH);
    for (size_t i = 0; i < BX_COUNT(known); i++) {
        if (!bx_str_eq(call->tool, bx_str_of(known[i].tool)))
            continue;
        is_known = true;
        add_value(c, dir, bx_json_get(call->arguments, bx_str_of(known[i].name)), known[i].uses);
    }
    if (bx_str_eq(call->tool, BX_LIT("glob")))
        add_pattern_base(c, call->arguments);
    unsigned uses =
        call->permission <= BX_PERMISSION_READ ? BX_USE_READ : BX_USE_READ | BX_USE_CHANGE;
    for (size_t i = 0; !is_known && i < BX_COUNT(usual); i++)
        add_value(c, dir, bx_json_get(call->arguments, bx_str_of(usual[i])), uses);
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->at[i].path.p = bx_buf_str(&c->text).p + at;
        at += c->at[i].path.n;
    }
    if (c->text.fail == BX_ENOMEM)
        return bx_fail(err, BX_ENOMEM, "policy");
    if (c->text.fail != BX_OK) {
        c->n = 0;
        c->unknown = true;
    }
    return BX_OK;
}

/* RFC 3986 as egress/url.h narrows it, and narrower: whoever is not sure which host is meant does
 * not allow the request. */
bool bx_policy_url_host(bx_str url, bx_net_target *ret)
{
    size_t scheme = 0;
    if (url.n >= 8 && bx_str_eq_nocase((bx_str){url.p, 8}, BX_LIT("https://")))
        scheme = 8;
    else if (url.n >= 7 && bx_str_eq_nocase((bx_str){url.p, 7}, BX_LIT("http://")))
        scheme = 7;
    if (scheme == 0)
        return false;
    bx_str s = bx_str_from(url, scheme);
    size_t n = 0;
    while (n < s.n && !strchr("/?#", s.p[n])) {
        unsigned char c = (unsigned char)s.p[n++];
        if (c <= ' ' || c >= 0x7f || strchr("@\\%<>\"`{}|^", c))
            return false;
    }
    bx_str host = {s.p, n};
    const char *end = n && s.p[0] == '[' ? memchr(s.p, ']', n) : NULL;
    if (n && s.p[0] == '[') {
        if (!end)
            return false;
        host = (bx_str){s.p + 1, (size_t)(end - s.p) - 1};
    }
    const char *colon = memchr(end ? end : s.p, ':', n - (end ? (size_t)(end - s.p) : 0));
    if (colon && !end)
        host.n = (size_t)(colon - s.p);
    if (end && end + 1 != s.p + n && end + 1 != colon)
        return false;
    for (const char *p = colon ? colon + 1 : s.p + n; p < s.p + n; p++) {
        if (!bx_is_digit(*p))
            return false;
    }
    return bx_net_target_of(host, ret);
}
