#include "fetch/fetch.h"

#include <stdarg.h>
#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/charset.h"
#include "fetch/decode.h"
#include "fetch/html_main.h"
#include "fetch/html_md.h"
#include "fetch/json_pretty.h"
#include "fetch/save.h"
#include "fetch/sniff.h"
#include "fetch/url.h"
#include "fetch/window.h"

enum { CHUNK = 65536, SNIFF = 1024, WIRE_SLACK = 65536, MUCH_LEFT_OUT = 40 };

/* What is sent unless the caller names a header of its own. */
static const struct {
    const char *name, *value;
} defaults[] = {
    {"accept",
     "text/markdown, text/html;q=0.9, application/json;q=0.8, text/plain;q=0.8, */*;q=0.5"},
    {"accept-encoding", "gzip, deflate, br, zstd"},
    {"user-agent", "boxagnts-web-fetch/1.0"},
};
enum { MAX_SENT = WF_MAX_HEADERS + BX_COUNT(defaults) + 1 };

/* The request as it changes from hop to hop. */
typedef struct trip {
    const wf_args *args;
    wf_result *out;
    bx_buf url, next;
    bx_str method;
    bool with_body;    /* not after a redirect that turned it into a GET */
    bool with_secrets; /* not after a redirect to another origin */
    uint64_t deadline_ms;
} trip;

static void note(wf_result *r, const char *fmt, ...) BX_PRINTF(2, 3);
static void note(wf_result *r, const char *fmt, ...)
{
    char line[600];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    (void)bx_buf_addf(&r->notes, "%s\n", line);
}

/* ---- request --------------------------------------------------------------------------- */

static bool names(const wf_header *h, const char *const *list)
{
    for (; *list; list++)
        if (bx_str_eq_nocase(h->name, bx_str_of(*list)))
            return true;
    return false;
}

static size_t collect_headers(const trip *t, wf_header *ret, char length[24])
{
    static const char *const secret[] = {"authorization", "cookie", "proxy-authorization", NULL};
    static const char *const of_body[] = {"content-type",     "content-length",
                                          "content-encoding", "content-language",
                                          "content-location", NULL};
    bool given[BX_COUNT(defaults)] = {false};
    size_t n = 0;
    for (size_t i = 0; i < t->args->n_headers; i++) {
        const wf_header *h = &t->args->headers[i];
        if ((!t->with_secrets && names(h, secret)) || (!t->with_body && names(h, of_body)))
            continue;
        if (bx_str_eq_nocase(h->name, BX_LIT("content-length"))) /* we know better */
            continue;
        for (size_t d = 0; d < BX_COUNT(defaults); d++)
            given[d] = given[d] || bx_str_eq_nocase(h->name, bx_str_of(defaults[d].name));
        ret[n++] = *h;
    }
    for (size_t d = 0; d < BX_COUNT(defaults); d++)
        if (!given[d])
            ret[n++] = (wf_header){bx_str_of(defaults[d].name), bx_str_of(defaults[d].value)};
    if (t->with_body) {
        (void)snprintf(length, 24, "%zu", t->args->body.n);
        ret[n++] = (wf_header){BX_LIT("content-length"), bx_str_of(length)};
    }
    return n;
}

static bx_code send_hop(trip *t, wf_response **ret, bx_error *err)
{
    wf_header headers[MAX_SENT];
    char length[24];
    wf_request req = {
        .method = t->method,
        .url = bx_buf_str(&t->url),
        .headers = headers,
        .n_headers = collect_headers(t, headers, length),
        .deadline_ms = t->deadline_ms,
    };
    if (t->with_body)
        req.body = t->args->body;
    return wf_http_send(&req, ret, err);
}

/* ---- redirects ------------------------------------------------------------------------- */

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool been_there(const wf_result *r, bx_str url)
{
    for (size_t i = 0; i < r->n_hops; i++)
        if (bx_str_eq(bx_str_of(r->hops[i].from), url))
            return true;
    return false;
}

/* Where the response points, into t->next; BX_ENOENT: nowhere, it is the answer. */
static bx_code next_hop(trip *t, const wf_response *resp, bx_error *err)
{
    wf_result *r = t->out;
    bx_str location = wf_http_find(resp, "location"), from = bx_buf_str(&t->url);
    if (!t->args->follow_redirects || !is_redirect(wf_http_status(resp)) || location.n == 0)
        return BX_ENOENT;
    bx_code rc = wf_url_resolve(from, location, &t->next);
    if (rc == BX_OK)
        rc = wf_url_for_request(&t->next);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "out of memory");
    bx_str to = bx_buf_str(&t->next);
    wf_url u = wf_url_split(to);
    bool secure = wf_url_has_scheme(to, "https");
    if (rc != BX_OK || u.authority.n == 0 || (!secure && !wf_url_has_scheme(to, "http")))
        return bx_fail(err, BX_EDENIED, "redirected to '%.*s', which is no http or https URL",
                       BX_FMT(to));
    if (!secure && wf_url_has_scheme(from, "https"))
        return bx_fail(err, BX_EDENIED,
                       "redirect from https to http refused: %.*s points to %.*s; fetch that URL"
                       " itself if it is wanted",
                       BX_FMT(from), BX_FMT(to));
    if (r->n_hops == WF_REDIRECTS)
        return bx_fail(err, BX_ELIMIT, "more than %d redirects; the last points to %.*s",
                       WF_REDIRECTS, BX_FMT(to));
    wf_hop *hop = &r->hops[r->n_hops];
    *hop = (wf_hop){wf_http_status(resp), bx_strndup(from.p, from.n), bx_strndup(to.p, to.n)};
    r->n_hops++;
    if (!hop->from || !hop->to)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    return BX_OK;
}

/* RFC 9110 section 15.4: what the request becomes. */
static bx_code turn(trip *t, unsigned status, bx_error *err)
{
    bool head = bx_str_eq(t->method, BX_LIT("HEAD")), post = bx_str_eq(t->method, BX_LIT("POST"));
    if ((status == 303 && !head) || ((status == 301 || status == 302) && post)) {
        if (!bx_str_eq(t->method, BX_LIT("GET")))
            note(t->out, "the redirect turned the %.*s into a GET", BX_FMT(t->method));
        t->method = BX_LIT("GET");
        t->with_body = false;
    }
    bx_str from = bx_buf_str(&t->url), to = bx_buf_str(&t->next);
    if (!wf_url_same_origin(from, to))
        t->with_secrets = false;
    bool loop = been_there(t->out, to) && bx_str_eq(t->method, BX_LIT("GET"));
    bx_buf_clear(&t->url);
    (void)bx_buf_add_str(&t->url, to);
    if (loop)
        return bx_fail(err, BX_ELIMIT, "redirect loop: %.*s was already asked", BX_FMT(to));
    return t->url.fail == BX_OK ? BX_OK : bx_fail(err, t->url.fail, "out of memory");
}

static bx_code travel(trip *t, wf_response **ret, bx_error *err)
{
    for (;;) {
        BX_AUTO(wf_response) wf_response *resp = NULL;
        bx_code rc = send_hop(t, &resp, err);
        if (rc != BX_OK)
            return rc;
        t->out->status = wf_http_status(resp);
        rc = next_hop(t, resp, err);
        if (rc == BX_ENOENT) {
            *ret = BX_TAKE(resp);
            return BX_OK;
        }
        if (rc == BX_OK)
            rc = turn(t, wf_http_status(resp), err);
        if (rc != BX_OK)
            return rc;
    }
}

/* ---- body ------------------------------------------------------------------------------ */

typedef struct body {
    wf_result *out;
    uint64_t max_bytes;
    bx_str content_type, url;
    wf_save *save; /* NULL: kept in `bytes` */
    bx_buf bytes;
    bool full;    /* the bound is reached: BX_ELIMIT is not an error */
    bool sniffed; /* binary data that nobody keeps is not read on */
} body;

static bx_code keep(void *ctx, bx_str bytes, bx_error *err)
{
    body *b = ctx;
    uint64_t room = b->max_bytes - b->out->bytes;
    bool cut = bytes.n > room;
    if (cut)
        bytes.n = (size_t)room;
    b->out->bytes += bytes.n;
    bx_code rc = BX_OK;
    if (b->save) {
        rc = wf_save_write(b->save, bytes, err);
    } else if (bx_buf_add_str(&b->bytes, bytes) != BX_OK) {
        rc = bx_fail(err, BX_ENOMEM, "out of memory for the body");
    }
    if (rc == BX_OK && !b->save && !b->sniffed && b->bytes.n >= SNIFF) {
        b->sniffed = true;
        bx_str head = bx_buf_str(&b->bytes);
        wf_charset cs =
            wf_charset_sniff((bx_str){head.p, 4}, wf_media_charset(b->content_type), false);
        bool wide = cs == CS_UTF_16LE || cs == CS_UTF_16BE;
        cut = cut || wf_sniff(b->content_type, head, wide).kind == WF_KIND_BINARY;
    }
    if (rc == BX_OK && cut) {
        b->full = true;
        b->out->body_cut = true;
        return BX_ELIMIT;
    }
    return rc;
}

/* Several fields of one name are one list (RFC 9110 section 5.3). */
static bx_str codings(const wf_response *resp, bx_buf *ret)
{
    for (size_t i = 0; i < wf_http_header_count(resp); i++) {
        wf_header h = wf_http_header(resp, i);
        if (!bx_str_eq_nocase(h.name, BX_LIT("content-encoding")))
            continue;
        if (ret->n)
            (void)bx_buf_add_c(ret, ',');
        (void)bx_buf_add_str(ret, h.value);
    }
    return bx_buf_str(ret);
}

static bool ends(bx_str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.n >= n && bx_str_eq_nocase(bx_str_from(s, s.n - n), bx_str_of(suffix));
}

/* A file that is compressed itself, and its server says so twice: it is kept as published. */
static bool coding_is_the_file(const body *b, bx_str coding)
{
    static const struct {
        const char *coding, *suffix, *type;
    } rows[] = {{"gzip", ".gz", "gzip"},
                {"gzip", ".tgz", "gzip"},
                {"br", ".br", "brotli"},
                {"zstd", ".zst", "zstd"}};
    if (!b->save)
        return false;
    bx_str type = wf_media_type(b->content_type), path = wf_url_split(b->url).path;
    if (coding.n > 2 && bx_str_eq_nocase((bx_str){coding.p, 2}, BX_LIT("x-")))
        coding = bx_str_from(coding, 2);
    for (size_t i = 0; i < BX_COUNT(rows); i++)
        if (bx_str_eq_nocase(coding, bx_str_of(rows[i].coding)) &&
            (ends(type, rows[i].type) || ends(path, rows[i].suffix)))
            return true;
    return false;
}

static bx_code read_body(body *b, wf_response *resp, bx_error *err)
{
    BX_AUTO_BUF list = bx_buf_init(4096);
    bx_str coding = codings(resp, &list);
    if (list.fail != BX_OK)
        return bx_fail(err, list.fail, "no memory for the body's list of codings");
    if (coding_is_the_file(b, wf_trim(coding)))
        coding.n = 0;
    BX_AUTO(wf_decoder) wf_decoder *decoder = NULL;
    BX_AUTOFREE char *chunk = bx_realloc(NULL, CHUNK); /* not cleared: most bodies are short */
    if (!chunk)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    bx_code rc = wf_decoder_new(coding, keep, b, &decoder, err);
    /* Compressed data may also grow when decoded to nothing: bound what is read, too. */
    uint64_t wire = 0;
    while (rc == BX_OK) {
        size_t n = 0;
        rc = wf_http_read(resp, chunk, CHUNK, &n, err);
        if (rc != BX_OK)
            break;
        if (n == 0) {
            if (wf_decoder_wrong_sum(decoder))
                note(b->out, "the check sum of the compressed body is wrong: it may be damaged");
            return wf_decoder_end(decoder, err);
        }
        wire += n;
        if (wire > b->max_bytes + WIRE_SLACK) {
            b->full = b->out->body_cut = true;
            break;
        }
        rc = wf_decoder_feed(decoder, (bx_str){chunk, n}, err);
    }
    return rc == BX_ELIMIT && b->full ? BX_OK : rc;
}

/* ---- text ------------------------------------------------------------------------------ */

static void describe_binary(wf_result *r, bx_str content_type, const char *format, bx_str length)
{
    bx_str type = wf_media_type(content_type);
    (void)bx_buf_addf(&r->text, "Binary data, not shown: %s%s%.*s", format ? format : "",
                      format && type.n ? ", " : "", BX_FMT(type));
    if (!format && !type.n)
        (void)bx_buf_add_z(&r->text, "unknown type");
    if (!r->body_cut)
        (void)bx_buf_addf(&r->text, ", %llu bytes", (unsigned long long)r->bytes);
    else if (length.n)
        (void)bx_buf_addf(&r->text, ", %.*s bytes", BX_FMT(length));
    (void)bx_buf_add_z(&r->text, ". To keep it, fetch it with save_to.\n");
}

static void html_region(wf_result *r, bx_str html)
{
    wf_tree *tree = bx_realloc(NULL, sizeof *tree);
    wf_main m;
    if (!tree || wf_main_find(tree, html, &m) != BX_OK) {
        r->text.fail = BX_ENOMEM;
    } else {
        (void)bx_buf_add(&r->text, html.p + m.start, m.end - m.start);
        wf_main_done(&m);
    }
    free(tree);
}

/* What the reader would not see in the text. */
static void note_page(wf_result *r, const wf_html_page *page)
{
    if (page->refresh.n)
        note(r, "the page sends its readers on to %s", page->refresh.p);
    if (page->left_out >= MUCH_LEFT_OUT)
        note(r, "main_content left out %u %% of the page's text; without it the whole page comes",
             page->left_out);
}

static bx_code to_text(const wf_args *args, wf_result *r, wf_kind kind, bx_str s, bx_error *err)
{
    bool readable = args->as == WF_AS_MARKDOWN || args->as == WF_AS_TEXT;
    if (kind == WF_KIND_HTML && readable) {
        wf_html_opts opts = {
            .base_url = bx_buf_str(&r->final_url),
            .plain = args->as == WF_AS_TEXT,
            .main_content = args->main_content,
        };
        wf_html_page page;
        wf_html_page_init(&page, WF_MAX_TITLE);
        bx_code rc = wf_html_to_md(s, &opts, &r->text, &page, err);
        (void)bx_buf_add_str(&r->title, bx_buf_str(&page.title));
        note_page(r, &page);
        wf_html_page_done(&page);
        if (rc != BX_ELIMIT)
            return rc;
        note(r, "the converted text is longer than %d bytes and ends early", WF_MAX_OUTPUT);
        r->text.fail = BX_OK;
        return BX_OK;
    }
    if (kind == WF_KIND_HTML && args->as == WF_AS_HTML && args->main_content) {
        html_region(r, s);
        return bx_buf_check(&r->text, err);
    }
    if (kind == WF_KIND_JSON && readable) {
        bx_code rc = wf_json_pretty(s, &r->text, err);
        if (rc != BX_EINVAL)
            return rc;
        if (!r->body_cut)
            note(r, "it is said to be JSON, but is not printed as such: %s", err->msg);
    }
    (void)bx_buf_add_str(&r->text, s);
    return bx_buf_check(&r->text, err);
}

static bx_code convert(const wf_args *args, wf_result *r, const body *b, bx_str length,
                       bx_error *err)
{
    bx_str raw = bx_buf_str(&b->bytes), type = bx_buf_str(&r->content_type);
    bx_str head = {raw.p, raw.n < SNIFF ? raw.n : SNIFF};
    wf_charset bom =
        wf_charset_sniff((bx_str){raw.p, raw.n < 4 ? raw.n : 4}, wf_media_charset(type), false);
    wf_sniffed what = wf_sniff(type, head, bom == CS_UTF_16LE || bom == CS_UTF_16BE);
    if (what.kind == WF_KIND_EMPTY)
        return BX_OK;
    if (what.kind == WF_KIND_BINARY) {
        describe_binary(r, type, what.format, length);
        return bx_buf_check(&r->text, err);
    }
    bool markup = what.kind == WF_KIND_HTML || what.kind == WF_KIND_XML;
    wf_charset cs = wf_charset_sniff(raw, wf_media_charset(type), markup);
    r->charset = wf_charset_name(cs);
    BX_AUTO_BUF scratch = bx_buf_init(WF_MAX_OUTPUT * 3ull);
    bx_str text = {"", 0};
    bx_code rc = wf_charset_to_utf8(cs, raw, r->body_cut, &scratch, &text);
    if (rc == BX_EUNSUPPORTED)
        note(r, "this build does not decode %s: only its ASCII characters are shown", r->charset);
    else if (rc != BX_OK)
        return bx_fail(err, rc, "no memory to decode the %s text", r->charset);
    else if (cs == CS_UTF_8 && !wf_is_utf8(raw, r->body_cut))
        note(r, "some bytes are no utf-8 and are shown as U+FFFD");
    return to_text(args, r, what.kind, text, err);
}

/* ---- the whole ------------------------------------------------------------------------- */

static void keep_headers(wf_result *r, const wf_response *resp)
{
    static const char *const telling[] = {"content-disposition",
                                          "content-language",
                                          "etag",
                                          "last-modified",
                                          "link",
                                          "location",
                                          "refresh",
                                          "content-range",
                                          "accept-ranges",
                                          "retry-after",
                                          "www-authenticate",
                                          "allow",
                                          "x-ratelimit-remaining",
                                          NULL};
    (void)bx_buf_add_str(&r->content_type, wf_http_find(resp, "content-type"));
    for (size_t i = 0; i < wf_http_header_count(resp); i++) {
        wf_header h = wf_http_header(resp, i);
        if (names(&h, telling))
            (void)bx_buf_addf(&r->headers, "%.*s: %.*s\n", BX_FMT(h.name),
                              (int)(h.value.n > 2048 ? 2048 : h.value.n), h.value.p);
    }
}

/* An answer that broke off is shown as far as it came, and is an error all the same. */
static void finish(const wf_args *args, wf_result *r, body *b, bx_str length)
{
    if (r->err.code != BX_OK && r->bytes == 0)
        return;
    if (r->err.code != BX_OK)
        r->body_cut = true;
    bx_error err;
    bx_code rc = BX_OK;
    if (b->save && r->err.code == BX_OK) {
        rc = wf_save_commit(b->save, &err);
        if (rc == BX_OK)
            (void)bx_buf_add_z(&r->saved_to, wf_save_path(b->save));
    } else if (!b->save) {
        rc = convert(args, r, b, length, &err);
    }
    if (rc != BX_OK && r->err.code == BX_OK)
        r->err = err;
    wf_window w = wf_window_of(bx_buf_str(&r->text), args->offset, args->max_chars);
    r->shown = w.shown;
    r->chars = w.chars;
    r->next = w.next;
    if (r->body_cut && r->err.code == BX_OK && r->bytes == b->max_bytes)
        note(r, "the body is longer than max_bytes (%llu) and was cut there",
             (unsigned long long)b->max_bytes);
    if (args->offset && args->offset >= r->chars)
        note(r, "offset %llu is past the end: the text has %llu characters",
             (unsigned long long)args->offset, (unsigned long long)r->chars);
}

static void result_init(wf_result *r)
{
    *r = (wf_result){.charset = ""};
    r->final_url = bx_buf_init(WF_MAX_URL);
    r->content_type = bx_buf_init(4096);
    r->headers = bx_buf_init(65536);
    r->title = bx_buf_init(WF_MAX_TITLE);
    r->notes = bx_buf_init(16384);
    r->text = bx_buf_init(WF_MAX_OUTPUT);
    r->saved_to = bx_buf_init(8192);
}

/* What the head says that the body does not. */
static void note_head(const trip *t, const wf_response *resp)
{
    wf_result *r = t->out;
    bx_str length = wf_http_find(resp, "content-length");
    bx_str range = wf_http_find(resp, "content-range");
    bx_str target = wf_refresh_target(wf_http_find(resp, "refresh"));
    BX_AUTO_BUF url = bx_buf_init(WF_MAX_URL);
    if (bx_str_eq(t->method, BX_LIT("HEAD")) && length.n && length.n < 24)
        note(r, "a GET would bring %.*s bytes", BX_FMT(length));
    if (r->status == 206 && range.n && range.n < 200)
        note(r, "only a part of it: %.*s", BX_FMT(range));
    if (target.n && wf_url_resolve(bx_buf_str(&t->url), target, &url) == BX_OK)
        note(r, "the page sends its readers on to %s", url.p);
}

static bx_code fetch(trip *t, body *b)
{
    const wf_args *args = t->args;
    wf_result *r = t->out;
    BX_AUTO(wf_response) wf_response *resp = NULL;
    BX_AUTO(wf_save) wf_save *save = NULL;
    bx_code rc = travel(t, &resp, &r->err);
    (void)bx_buf_add_str(&r->final_url, bx_buf_str(&t->url));
    if (rc != BX_OK)
        return rc;
    keep_headers(r, resp);
    b->content_type = bx_buf_str(&r->content_type);
    b->url = bx_buf_str(&r->final_url);
    note_head(t, resp);
    bool good = r->status >= 200 && r->status <= 299;
    b->max_bytes = args->max_bytes;
    if (args->save_to.n && good) {
        rc = wf_save_open(args->save_to, &save, &r->err);
        if (rc != BX_OK)
            return rc;
        b->save = save;
    } else if (args->save_to.n) { /* an error page under the file's name helps nobody */
        note(r, "not saved: the status is %u", r->status);
        b->max_bytes = b->max_bytes < WF_DEFAULT_BYTES ? b->max_bytes : WF_DEFAULT_BYTES;
    }
    b->bytes.max = (size_t)b->max_bytes;
    rc = read_body(b, resp, &r->err);
    finish(args, r, b, wf_http_find(resp, "content-length"));
    return rc;
}

void wf_fetch(const wf_args *args, wf_result *ret)
{
    result_init(ret);
    trip t = {
        .args = args,
        .out = ret,
        .url = bx_buf_init(WF_MAX_URL),
        .next = bx_buf_init(WF_MAX_URL),
        .method = bx_buf_str(&args->method),
        .with_body = args->has_body,
        .with_secrets = true,
        .deadline_ms = wf_http_now_ms() + args->timeout_ms,
    };
    body b = {.out = ret, .bytes = bx_buf_init(0)};
    if (bx_buf_add_str(&t.url, bx_buf_str(&args->url)) != BX_OK)
        (void)bx_fail(&ret->err, BX_ENOMEM, "out of memory");
    else
        (void)fetch(&t, &b);
    bx_buf_done(&t.url);
    bx_buf_done(&t.next);
    bx_buf_done(&b.bytes);
}

void wf_result_done(wf_result *r)
{
    for (size_t i = 0; i < r->n_hops; i++) {
        free(r->hops[i].from);
        free(r->hops[i].to);
    }
    bx_buf_done(&r->final_url);
    bx_buf_done(&r->content_type);
    bx_buf_done(&r->headers);
    bx_buf_done(&r->title);
    bx_buf_done(&r->notes);
    bx_buf_done(&r->text);
    bx_buf_done(&r->saved_to);
}

bx_code wf_result_head(const wf_result *r, bx_buf *ret)
{
    (void)bx_buf_addf(ret, "URL: %s\n", r->final_url.p ? r->final_url.p : "");
    for (size_t i = 0; i < r->n_hops; i++)
        (void)bx_buf_addf(ret, "Redirect: %u %s -> %s\n", r->hops[i].status, r->hops[i].from,
                          r->hops[i].to);
    if (r->status)
        (void)bx_buf_addf(ret, "Status: %u\n", r->status);
    if (r->content_type.n)
        (void)bx_buf_addf(ret, "Content-Type: %s\n", r->content_type.p);
    if (r->title.n)
        (void)bx_buf_addf(ret, "Title: %s\n", r->title.p);
    if (r->saved_to.n)
        (void)bx_buf_addf(ret, "Saved: %s (%llu bytes)\n", r->saved_to.p,
                          (unsigned long long)r->bytes);
    for (bx_str rest = bx_buf_str(&r->notes); rest.n;) {
        size_t n = (size_t)((const char *)memchr(rest.p, '\n', rest.n) - rest.p);
        (void)bx_buf_addf(ret, "Note: %.*s\n", (int)n, rest.p);
        rest = bx_str_from(rest, n + 1);
    }
    if (r->err.code != BX_OK)
        (void)bx_buf_addf(ret, "Error: %s\n", r->err.msg);
    (void)bx_buf_add_c(ret, '\n');
    return ret->fail;
}
