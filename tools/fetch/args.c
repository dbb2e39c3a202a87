#include "fetch/args.h"

#include <yyjson/yyjson.h>

#include "fetch/ascii.h"
#include "fetch/url.h"

typedef bx_code (*take_fn)(wf_args *a, const char *name, yyjson_val *v, bx_error *err);

static bx_str str_of(yyjson_val *v) { return (bx_str){yyjson_get_str(v), yyjson_get_len(v)}; }

static const char *type_name(yyjson_val *v)
{
    return yyjson_is_num(v)    ? "a number"
           : yyjson_is_str(v)  ? "a string"
           : yyjson_is_bool(v) ? "true or false"
           : yyjson_is_null(v) ? "null"
           : yyjson_is_arr(v)  ? "an array"
                               : "an object";
}

static bx_code wrong(const char *name, const char *expected, yyjson_val *v, bx_error *err)
{
    return bx_fail(err, BX_EINVAL, "%s: expected %s, got %s", name, expected, type_name(v));
}

static bx_code take_str(const char *name, yyjson_val *v, bx_str *ret, bx_error *err)
{
    if (!yyjson_is_str(v))
        return wrong(name, "a string", v, err);
    *ret = str_of(v);
    return BX_OK;
}

static bx_code take_bool(const char *name, yyjson_val *v, bool *ret, bx_error *err)
{
    if (!yyjson_is_bool(v))
        return wrong(name, "true or false", v, err);
    *ret = yyjson_get_bool(v);
    return BX_OK;
}

static bx_code take_uint(const char *name, yyjson_val *v, uint64_t min, uint64_t max, uint64_t *ret,
                         bx_error *err)
{
    double d = yyjson_get_num(v);
    if (!yyjson_is_num(v))
        return wrong(name, "an integer", v, err);
    if (!(d >= (double)min && d <= (double)max) || (double)(uint64_t)d != d)
        return bx_fail(err, BX_EINVAL, "%s: expected an integer from %llu to %llu", name,
                       (unsigned long long)min, (unsigned long long)max);
    *ret = (uint64_t)d;
    return BX_OK;
}

/* RFC 9110 section 5.6.2 */
static bool is_token(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!wf_is_alnum(s.p[i]) && !memchr("!#$%&'*+-.^_`|~", s.p[i], 15))
            return false;
    return s.n > 0;
}

static bx_code take_url(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    bx_str text = {0};
    bx_code rc = take_str(name, v, &text, err);
    if (rc != BX_OK)
        return rc;
    rc = wf_url_resolve((bx_str){0}, text, &a->url);
    if (rc == BX_ELIMIT)
        return bx_fail(err, BX_EINVAL, "url: longer than %d bytes", WF_MAX_URL);
    if (rc != BX_OK)
        return bx_fail(err, rc, "out of memory");
    wf_url u = wf_url_split(bx_buf_str(&a->url));
    bool web = wf_url_has_scheme(bx_buf_str(&a->url), "http") ||
               wf_url_has_scheme(bx_buf_str(&a->url), "https");
    /* Not told back: it may be a password. */
    if (u.has_authority && memchr(u.authority.p, '@', u.authority.n))
        return bx_fail(err, BX_EINVAL,
                       "url: holds a name or password in front of the host; leave it out, or send an"
                       " Authorization header");
    if (!web || !u.has_authority || u.authority.n == 0)
        return bx_fail(err, BX_EINVAL,
                       "url: expected an absolute http:// or https:// URL, got '%.*s'",
                       BX_FMT(text));
    rc = wf_url_for_request(&a->url);
    if (rc == BX_ELIMIT)
        return bx_fail(err, BX_EINVAL, "url: longer than %d bytes", WF_MAX_URL);
    return rc == BX_OK ? BX_OK : bx_fail(err, rc, "out of memory");
}

static bx_code take_method(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    bx_str text = {0};
    bx_code rc = take_str(name, v, &text, err);
    if (rc != BX_OK)
        return rc;
    if (!is_token(text) || text.n > 32)
        return bx_fail(err, BX_EINVAL, "method: '%.*s' is no HTTP method", BX_FMT(text));
    bx_buf_clear(&a->method);
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        (void)bx_buf_add_c(&a->method, (char)(c >= 'a' && c <= 'z' ? c - 32 : c));
    }
    return a->method.fail == BX_OK ? BX_OK : bx_fail(err, a->method.fail, "out of memory");
}

static bx_code take_headers(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    if (!yyjson_is_obj(v))
        return wrong(name, "an object of strings", v, err);
    size_t i, max;
    yyjson_val *key, *val;
    yyjson_obj_foreach(v, i, max, key, val)
    {
        wf_header h = {str_of(key), {0}};
        if (a->n_headers == WF_MAX_HEADERS)
            return bx_fail(err, BX_EINVAL, "headers: more than %d", WF_MAX_HEADERS);
        if (!is_token(h.name))
            return bx_fail(err, BX_EINVAL, "headers: '%.*s' is no header name", BX_FMT(h.name));
        if (!yyjson_is_str(val))
            return bx_fail(err, BX_EINVAL, "headers.%.*s: expected a string, got %s",
                           BX_FMT(h.name), type_name(val));
        h.value = wf_trim(str_of(val));
        for (size_t k = 0; k < h.value.n; k++)
            if ((unsigned char)h.value.p[k] < 0x20 && h.value.p[k] != '\t')
                return bx_fail(err, BX_EINVAL,
                               "headers.%.*s: a value holds no line break or control"
                               " character",
                               BX_FMT(h.name));
        a->headers[a->n_headers++] = h;
    }
    return BX_OK;
}

static bx_code take_body(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    a->has_body = true;
    return take_str(name, v, &a->body, err);
}

static bx_code take_as(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    static const char *const names[] = {"markdown", "text", "html", "raw"};
    bx_str text = {0};
    bx_code rc = take_str(name, v, &text, err);
    for (size_t i = 0; rc == BX_OK && i < BX_COUNT(names); i++)
        if (bx_str_eq(text, bx_str_of(names[i]))) {
            a->as = (wf_as)i;
            return BX_OK;
        }
    return rc != BX_OK
               ? rc
               : bx_fail(err, BX_EINVAL, "as: expected markdown, text, html or raw, got '%.*s'",
                         BX_FMT(text));
}

static bx_code take_main(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_bool(name, v, &a->main_content, err);
}

static bx_code take_follow(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_bool(name, v, &a->follow_redirects, err);
}

static bx_code take_max_bytes(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_uint(name, v, 1, WF_MAX_SAVE, &a->max_bytes, err);
}

static bx_code take_max_chars(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_uint(name, v, 1, WF_MAX_CHARS, &a->max_chars, err);
}

static bx_code take_offset(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_uint(name, v, 0, WF_MAX_SAVE, &a->offset, err);
}

static bx_code take_timeout(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    return take_uint(name, v, 1, WF_MAX_TIMEOUT_MS, &a->timeout_ms, err);
}

static bx_code take_save(wf_args *a, const char *name, yyjson_val *v, bx_error *err)
{
    bx_code rc = take_str(name, v, &a->save_to, err);
    if (rc == BX_OK &&
        (a->save_to.n == 0 || a->save_to.n > 4000 || memchr(a->save_to.p, '\0', a->save_to.n)))
        return bx_fail(err, BX_EINVAL, "save_to: expected a path of at most 4000 bytes");
    return rc;
}

static const struct row {
    const char *name;
    take_fn take;
} rows[] = {
    {"url", take_url},
    {"method", take_method},
    {"headers", take_headers},
    {"body", take_body},
    {"as", take_as},
    {"main_content", take_main},
    {"max_bytes", take_max_bytes},
    {"max_chars", take_max_chars},
    {"offset", take_offset},
    {"timeout_ms", take_timeout},
    {"save_to", take_save},
    {"follow_redirects", take_follow},
};

static bx_code take_all(wf_args *a, yyjson_val *root, bx_error *err)
{
    bool seen[BX_COUNT(rows)] = {false};
    size_t i, max;
    yyjson_val *key, *val;
    yyjson_obj_foreach(root, i, max, key, val)
    {
        size_t r = 0;
        while (r < BX_COUNT(rows) && !bx_str_eq(str_of(key), bx_str_of(rows[r].name)))
            r++;
        if (r == BX_COUNT(rows))
            return bx_fail(err, BX_EINVAL, "%.*s: no such argument", BX_FMT(str_of(key)));
        if (seen[r])
            return bx_fail(err, BX_EINVAL, "%s: given twice", rows[r].name);
        seen[r] = true;
        bx_code rc = rows[r].take(a, rows[r].name, val, err);
        if (rc != BX_OK)
            return rc;
    }
    if (!seen[0])
        return bx_fail(err, BX_EINVAL, "url: required");
    return BX_OK;
}

static bx_code check_together(wf_args *a, bx_error *err)
{
    bx_str method = bx_buf_str(&a->method);
    if (a->has_body && (bx_str_eq(method, BX_LIT("GET")) || bx_str_eq(method, BX_LIT("HEAD"))))
        return bx_fail(err, BX_EINVAL, "body: a %.*s request has none; name another method",
                       BX_FMT(method));
    bool saves = a->save_to.n > 0;
    if (a->max_bytes == 0)
        a->max_bytes = saves ? WF_DEFAULT_SAVE : WF_DEFAULT_BYTES;
    if (!saves && a->max_bytes > WF_MAX_BYTES)
        return bx_fail(err, BX_EINVAL, "max_bytes: more than %d only with save_to", WF_MAX_BYTES);
    return BX_OK;
}

bx_code wf_args_parse(bx_str json, wf_args *ret, bx_error *err)
{
    wf_args a = {
        .url = bx_buf_init(WF_MAX_URL),
        .method = bx_buf_init(64),
        .follow_redirects = true,
        .max_chars = WF_DEFAULT_CHARS,
        .timeout_ms = WF_DEFAULT_TIMEOUT_MS,
    };
    yyjson_read_err why;
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)json.p, json.n, 0, NULL, &why);
    if (!doc)
        return bx_fail(err, why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION ? BX_ENOMEM : BX_EINVAL,
                       "the arguments are not valid JSON: %s", why.msg);
    a.doc = doc;
    yyjson_val *root = yyjson_doc_get_root(doc);
    bx_code rc = bx_buf_add_z(&a.method, "GET");
    if (rc != BX_OK)
        (void)bx_fail(err, rc, "out of memory");
    else if (!yyjson_is_obj(root))
        rc = bx_fail(err, BX_EINVAL, "the arguments are %s; expected one JSON object",
                     type_name(root));
    if (rc == BX_OK)
        rc = take_all(&a, root, err);
    if (rc == BX_OK)
        rc = check_together(&a, err);
    if (rc == BX_OK)
        *ret = a;
    else
        wf_args_done(&a);
    return rc;
}

void wf_args_done(wf_args *a)
{
    bx_buf_done(&a->url);
    bx_buf_done(&a->method);
    yyjson_doc_free(a->doc);
    a->doc = NULL;
}
