#include "programs/curl/web.h"

#include "fetch/url.h"
#include "programs/common/prog_text.h"

#include <stdio.h>
#include <strings.h>

void web_add_header(web_headers *h, const char *name, const char *value)
{
    h->p = prog_grow(h->p, &h->cap, h->n, sizeof(*h->p));
    h->p[h->n++] = (wf_header){{prog_strndup(name, strlen(name)), strlen(name)},
                               {prog_strndup(value, strlen(value)), strlen(value)}};
}

bool web_has_header(const web_headers *h, const char *name)
{
    for (size_t i = 0; i < h->n; i++)
        if (strcasecmp(h->p[i].name.p, name) == 0)
            return true;
    return false;
}

bool web_url(const char *given, prog_buf *ret)
{
    ret->n = 0;
    const char *scheme = strstr(given, "://");
    size_t n = scheme ? (size_t)(scheme - given) : 0;
    if (!scheme)
        prog_buf_put(ret, "http://", 7);
    else if (!(n == 4 && strncasecmp(given, "http", 4) == 0) &&
             !(n == 5 && strncasecmp(given, "https", 5) == 0))
        return false;
    prog_buf_put(ret, given, strlen(given));
    wf_url u = wf_url_split((bx_str){ret->p, ret->n});
    if (u.authority.n == 0)
        return false;
    if (u.path.n == 0) { /* "/" where the path begins */
        size_t at = (size_t)(u.authority.p + u.authority.n - ret->p);
        prog_buf_room(ret, 1);
        memmove(ret->p + at + 1, ret->p + at, ret->n - at);
        ret->p[at] = '/';
        ret->n++;
    }
    return true;
}

char *web_file_name(bx_str url)
{
    wf_url u = wf_url_split(url);
    size_t from = u.path.n;
    while (from > 0 && u.path.p[from - 1] != '/')
        from--;
    return prog_strndup(u.path.p + from, u.path.n - from);
}

void web_percent(prog_buf *b, const char *p, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (prog_is_alpha(c) || prog_is_digit(c) || (c && strchr("-._~", c))) {
            prog_buf_putc(b, (char)c);
        } else {
            prog_buf_putc(b, '%');
            prog_buf_putc(b, digits[c >> 4]);
            prog_buf_putc(b, digits[c & 15]);
        }
    }
}

const char *web_reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *reason;
    } table[] = {{200, "OK"},
                 {201, "Created"},
                 {202, "Accepted"},
                 {204, "No Content"},
                 {206, "Partial Content"},
                 {301, "Moved Permanently"},
                 {302, "Found"},
                 {303, "See Other"},
                 {304, "Not Modified"},
                 {307, "Temporary Redirect"},
                 {308, "Permanent Redirect"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {409, "Conflict"},
                 {410, "Gone"},
                 {416, "Range Not Satisfiable"},
                 {422, "Unprocessable Content"},
                 {429, "Too Many Requests"},
                 {500, "Internal Server Error"},
                 {501, "Not Implemented"},
                 {502, "Bad Gateway"},
                 {503, "Service Unavailable"},
                 {504, "Gateway Timeout"}};
    for (size_t i = 0; i < BX_COUNT(table); i++)
        if (table[i].status == status)
            return table[i].reason;
    return "";
}

void web_put_head(prog_writer *w, const wf_response *r)
{
    prog_printf(w, "HTTP/1.1 %u %s\r\n", wf_http_status(r), web_reason(wf_http_status(r)));
    for (size_t i = 0; i < wf_http_header_count(r); i++) {
        wf_header h = wf_http_header(r, i);
        prog_write(w, h.name.p, h.name.n);
        prog_puts(w, ": ");
        prog_write(w, h.value.p, h.value.n);
        prog_puts(w, "\r\n");
    }
    prog_puts(w, "\r\n");
}

/* ---- one exchange ------------------------------------------------------------------------------
 */

/* The message begins with the name that wasi:http has for the error. */
static int code_of(const bx_error *e)
{
    static const struct {
        const char *begins;
        int code;
    } table[] = {{"DNS", WEB_RESOLVE},
                 {"destination-not-found", WEB_RESOLVE},
                 {"TLS-certificate", WEB_CERTIFICATE},
                 {"TLS", WEB_TLS},
                 {"connection-read-timeout", WEB_TIMEOUT},
                 {"connection-write-timeout", WEB_TIMEOUT},
                 {"connection-timeout", WEB_TIMEOUT},
                 {"HTTP-response-timeout", WEB_TIMEOUT},
                 {"connection-terminated", WEB_EMPTY},
                 {"HTTP-request-URI-invalid", WEB_MALFORMED},
                 {"HTTP-response", WEB_RECEIVE}};
    if (e->code == BX_ETIMEOUT)
        return WEB_TIMEOUT;
    for (size_t i = 0; i < BX_COUNT(table); i++)
        if (strncmp(e->msg, table[i].begins, strlen(table[i].begins)) == 0)
            return table[i].code;
    return WEB_CONNECT;
}

static void tell_request(const web_request *req, const char *method)
{
    wf_url u = wf_url_split((bx_str){req->url.p, req->url.n});
    const char *end = u.has_query ? u.query.p + u.query.n : u.path.p + u.path.n;
    fprintf(stderr, "> %s %.*s HTTP/1.1\n> Host: %.*s\n", method, (int)(end - u.path.p), u.path.p,
            (int)u.authority.n, u.authority.p);
    for (size_t i = 0; i < req->headers.n; i++)
        fprintf(stderr, "> %s: %s\n", req->headers.p[i].name.p, req->headers.p[i].value.p);
    fputs("> \n", stderr);
}

static void tell_response(const wf_response *r)
{
    fprintf(stderr, "< HTTP/1.1 %u %s\n", wf_http_status(r), web_reason(wf_http_status(r)));
    for (size_t i = 0; i < wf_http_header_count(r); i++) {
        wf_header h = wf_http_header(r, i);
        fprintf(stderr, "< %.*s: %.*s\n", (int)h.name.n, h.name.p, (int)h.value.n, h.value.p);
    }
    fputs("< \n", stderr);
}

/* A name and password, and cookies, stay with the host they were meant for. */
static void keep_secrets(web_request *req, bx_str before)
{
    if (wf_url_same_origin(before, (bx_str){req->url.p, req->url.n}))
        return;
    size_t n = 0;
    for (size_t i = 0; i < req->headers.n; i++) {
        const char *name = req->headers.p[i].name.p;
        if (strcasecmp(name, "authorization") != 0 && strcasecmp(name, "cookie") != 0)
            req->headers.p[n++] = req->headers.p[i];
    }
    req->headers.n = n;
}

/* Where the response points to becomes the request's URL; false: nowhere. */
static bool redirect(web_request *req, const wf_response *r, const char **method)
{
    unsigned status = wf_http_status(r);
    bx_str to = wf_http_find(r, "location");
    if (to.n == 0 ||
        !(status == 301 || status == 302 || status == 303 || status == 307 || status == 308))
        return false;
    BX_AUTO_BUF url = bx_buf_init(WF_MAX_URL);
    prog_buf before = {0};
    prog_buf_put(&before, req->url.p, req->url.n);
    if (wf_url_resolve((bx_str){before.p, before.n}, to, &url) != BX_OK)
        return false;
    req->url.n = 0;
    prog_buf_put(&req->url, url.p, url.n);
    keep_secrets(req, (bx_str){before.p, before.n});
    prog_buf_free(&before);
    bool post = strcmp(*method, "POST") == 0;
    if (!req->keep_method &&
        ((status <= 302 && post) || (status == 303 && strcmp(*method, "HEAD") != 0))) {
        *method = "GET";
        req->body.n = 0;
    }
    return true;
}

static bool worth_retrying(const web_result *r)
{
    if (!r->response)
        return r->code == WEB_TIMEOUT || r->code == WEB_EMPTY || r->code == WEB_RECEIVE;
    unsigned s = wf_http_status(r->response);
    return s == 408 || s == 429 || s == 500 || s == 502 || s == 503 || s == 504;
}

static void once(web_request *req, const char *method, web_result *ret)
{
    bx_error err = {0};
    if (req->verbose)
        tell_request(req, method);
    const wf_request ask = {.method = bx_str_of(method),
                            .url = {req->url.p, req->url.n},
                            .headers = req->headers.p,
                            .n_headers = req->headers.n,
                            .body = {req->body.p, req->body.n},
                            .deadline_ms = ret->began_ms + req->timeout_ms};
    ret->code = WEB_OK;
    if (wf_http_send(&ask, &ret->response, &err) != BX_OK) {
        ret->code = code_of(&err);
        (void)snprintf(ret->why, sizeof(ret->why), "%s", err.msg);
    } else if (req->verbose) {
        tell_response(ret->response);
    }
}

void web_fetch_head(web_request *req, web_result *ret)
{
    *ret = (web_result){.began_ms = wf_http_now_ms()};
    const char *method = req->method ? req->method : req->has_body ? "POST" : "GET";
    for (unsigned tries = 0;;) {
        once(req, method, ret);
        if (tries < req->retries && worth_retrying(ret)) {
            tries++;
            web_result_done(ret);
            continue;
        }
        if (!ret->response || !req->follow)
            return;
        if (!redirect(req, ret->response, &method))
            return;
        if (ret->redirects++ == req->max_redirects) {
            web_result_done(ret);
            ret->code = WEB_REDIRECTED;
            (void)snprintf(ret->why, sizeof(ret->why), "Maximum (%u) redirects followed",
                           req->max_redirects);
            return;
        }
        web_result_done(ret);
    }
}

void web_fetch_body(web_result *r, prog_writer *to)
{
    static char room[WEB_BLOCK];
    for (;;) {
        size_t n = 0;
        bx_error err = {0};
        if (wf_http_read(r->response, room, sizeof(room), &n, &err) != BX_OK) {
            r->code = err.code == BX_ETIMEOUT ? WEB_TIMEOUT : WEB_RECEIVE;
            (void)snprintf(r->why, sizeof(r->why), "%s", err.msg);
            return;
        }
        if (n == 0)
            return;
        r->size += n;
        prog_write(to, room, n);
        if (to->error) {
            r->code = WEB_WRITE;
            (void)snprintf(r->why, sizeof(r->why), "Failure writing output to destination");
            return;
        }
    }
}

void web_result_done(web_result *r)
{
    wf_http_free(r->response);
    r->response = NULL;
}
