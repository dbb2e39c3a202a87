#include "fetch/args.h"

#include "fetch/ascii.h"
#include "fetch/url.h"
#include "lib/out.h"

/* RFC 9110 section 5.6.2 */
static bool is_token(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!bx_is_alnum(s.p[i]) && !memchr("!#$%&'*+-.^_`|~", s.p[i], 15))
            return false;
    return s.n > 0;
}

static bx_code take_url(wf_args *a)
{
    const char *text = bx_arg_str(&a->given, "url", NULL);
    bx_code rc = wf_url_resolve((bx_str){0}, bx_str_of(text), &a->url);
    if (rc == BX_ELIMIT) {
        bx_arg_wrong(&a->given, "url", "longer than a URL can be", NULL);
        return BX_OK;
    }
    if (rc != BX_OK)
        return rc;
    wf_url u = wf_url_split(bx_buf_str(&a->url));
    bool web = wf_url_has_scheme(bx_buf_str(&a->url), "http") ||
               wf_url_has_scheme(bx_buf_str(&a->url), "https");
    /* Not told back: it may be a password. */
    if (u.has_authority && memchr(u.authority.p, '@', u.authority.n)) {
        bx_arg_wrong(&a->given, "url",
                     "holds a name or password in front of the host; leave it out, or send an"
                     " Authorization header",
                     NULL);
        return BX_OK;
    }
    if (!web || !u.has_authority || u.authority.n == 0) {
        bx_arg_wrong(&a->given, "url", "expected an absolute http:// or https:// URL, got '", text,
                     "'", NULL);
        return BX_OK;
    }
    rc = wf_url_for_request(&a->url);
    if (rc == BX_ELIMIT) {
        bx_arg_wrong(&a->given, "url", "longer than a URL can be", NULL);
        return BX_OK;
    }
    return rc;
}

static bx_code take_method(wf_args *a)
{
    bx_str text = bx_str_of(bx_arg_str(&a->given, "method", "GET"));
    if (!is_token(text) || text.n > 32)
        bx_arg_wrong(&a->given, "method", "'", text.p, "' is no HTTP method", NULL);
    for (size_t i = 0; i < text.n && i < 32; i++) {
        char c = text.p[i];
        (void)bx_buf_add_c(&a->method, (char)(c >= 'a' && c <= 'z' ? c - 32 : c));
    }
    return a->method.fail;
}

static bool is_field_value(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t')
            return false;
    return true;
}

static void take_headers(wf_args *a)
{
    bx_arg_pair given[WF_MAX_HEADERS];
    a->n_headers = bx_arg_pairs(&a->given, "headers", given, WF_MAX_HEADERS);
    for (size_t i = 0; i < a->n_headers; i++) {
        wf_header h = {given[i].name, wf_trim(given[i].value)};
        if (!is_token(h.name))
            bx_arg_wrong(&a->given, "headers", "'", h.name.p, "' is no header name", NULL);
        else if (!is_field_value(h.value))
            bx_arg_wrong(&a->given, "headers", "'", h.name.p,
                         "': a value holds no line break or control character", NULL);
        a->headers[i] = h;
    }
}

static void take_save(wf_args *a)
{
    bool there = bx_arg_given(&a->given, "save_to");
    a->save_to = bx_str_of(bx_arg_str(&a->given, "save_to", ""));
    if (there && (a->save_to.n == 0 || a->save_to.n > 4000))
        bx_arg_wrong(&a->given, "save_to", "expected a path of at most 4000 bytes", NULL);
}

static uint64_t take_uint(wf_args *a, const char *name, int64_t fallback, int64_t min, int64_t max)
{
    return (uint64_t)bx_arg_int(&a->given, name, fallback, min, max);
}

static void check_together(wf_args *a)
{
    bx_str method = bx_buf_str(&a->method);
    char most[24];
    if (a->has_body && (bx_str_eq(method, BX_LIT("GET")) || bx_str_eq(method, BX_LIT("HEAD"))))
        bx_arg_wrong(&a->given, "body", "a ", a->method.p, " request has none; name another method",
                     NULL);
    bool saves = a->save_to.n > 0;
    if (a->max_bytes == 0)
        a->max_bytes = saves ? WF_DEFAULT_SAVE : WF_DEFAULT_BYTES;
    if (!saves && a->max_bytes > WF_MAX_BYTES)
        bx_arg_wrong(&a->given, "max_bytes", "more than ", bx_digits(WF_MAX_BYTES, most),
                     " only with save_to", NULL);
}

/* In the order of web_fetch.tool.yaml. */
static bx_code take_all(wf_args *a, bx_error *err)
{
    static const char *const as[] = {"markdown", "text", "html", "raw"};
    bx_code rc = take_url(a);
    if (rc == BX_OK)
        rc = take_method(a);
    if (rc != BX_OK)
        return bx_fail(err, rc, "out of memory");
    take_headers(a);
    a->has_body = bx_arg_given(&a->given, "body");
    a->body = bx_arg_text(&a->given, "body");
    a->as = (wf_as)bx_arg_choice(&a->given, "as", as, BX_COUNT(as), WF_AS_MARKDOWN);
    a->main_content = bx_arg_bool(&a->given, "main_content", false);
    a->max_bytes = take_uint(a, "max_bytes", 0, 1, WF_MAX_SAVE);
    a->max_chars = take_uint(a, "max_chars", WF_DEFAULT_CHARS, 1, WF_MAX_CHARS);
    a->offset = take_uint(a, "offset", 0, 0, WF_MAX_SAVE);
    a->timeout_ms = take_uint(a, "timeout_ms", WF_DEFAULT_TIMEOUT_MS, 1, WF_MAX_TIMEOUT_MS);
    take_save(a);
    a->follow_redirects = bx_arg_bool(&a->given, "follow_redirects", true);
    check_together(a);
    return bx_args_end(&a->given, err);
}

/* `parsed`: how filling a->given ended. */
static bx_code finish(bx_code parsed, wf_args *a, wf_args *ret, bx_error *err)
{
    if (parsed != BX_OK)
        return parsed;
    a->url = bx_buf_init(WF_MAX_URL);
    a->method = bx_buf_init(64);
    bx_code rc = take_all(a, err);
    if (rc == BX_OK)
        *ret = *a;
    else
        wf_args_done(a);
    return rc;
}

bx_code wf_args_read(int fd, wf_args *ret, bx_error *err)
{
    wf_args a;
    return finish(bx_args_read(&a.given, fd, WF_MAX_INPUT, err), &a, ret, err);
}

bx_code wf_args_parse(bx_str json, wf_args *ret, bx_error *err)
{
    wf_args a;
    return finish(bx_args_parse(&a.given, json, err), &a, ret, err);
}

void wf_args_done(wf_args *a)
{
    bx_buf_done(&a->url);
    bx_buf_done(&a->method);
    bx_args_done(&a->given);
}
