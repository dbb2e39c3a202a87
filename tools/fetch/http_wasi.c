/* http.h on wasi:http 0.2 (outgoing-handler and types), through the generated bindings. */
#include <stdio.h>

#include "fetch/ascii.h"
#include "fetch/cabi.h"
#include "fetch/http.h"
#include "fetch/url.h"
#include "web_fetch.h"

enum { MS = 1000000, WRITE_CHUNK = 65536, MAX_RESPONSE_HEADERS = 512 };

struct wf_response {
    unsigned status;
    wf_header *headers;
    size_t n_headers;
    char *strings; /* what the headers borrow */
    wasi_http_types_own_incoming_response_t response;
    wasi_http_types_own_incoming_body_t body;
    wasi_io_streams_own_input_stream_t stream;
    wasi_io_poll_own_pollable_t readable, deadline;
    bool has_body, has_stream, ended;
};

static web_fetch_string_t lend(bx_str s)
{
    return (web_fetch_string_t){(uint8_t *)(uintptr_t)s.p, s.n};
}

uint64_t wf_http_now_ms(void) { return wasi_clocks_monotonic_clock_now() / MS; }

/* ---- errors ---------------------------------------------------------------------------- */

/* What some codes carry: a size, the resolver's or TLS's own words, the runtime's. */
static void error_detail(const wasi_http_types_error_code_t *e, char *ret, size_t n)
{
    const web_fetch_option_string_t *words = NULL;
    ret[0] = '\0';
    switch (e->tag) {
    case WASI_HTTP_TYPES_ERROR_CODE_DNS_ERROR:
        words = &e->val.dns_error.rcode;
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_TLS_ALERT_RECEIVED:
        words = &e->val.tls_alert_received.alert_message;
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_TRANSFER_CODING:
        words = &e->val.http_response_transfer_coding;
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_CONTENT_CODING:
        words = &e->val.http_response_content_coding;
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_INTERNAL_ERROR:
        words = &e->val.internal_error;
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_BODY_SIZE:
        if (e->val.http_response_body_size.is_some)
            (void)snprintf(ret, n, " (%llu bytes)",
                           (unsigned long long)e->val.http_response_body_size.val);
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_HEADER_SIZE:
        if (e->val.http_response_header_size.field_size.is_some)
            (void)snprintf(ret, n, " (at most %u bytes)",
                           e->val.http_response_header_size.field_size.val);
        break;
    case WASI_HTTP_TYPES_ERROR_CODE_HTTP_RESPONSE_HEADER_SECTION_SIZE:
        if (e->val.http_response_header_section_size.is_some)
            (void)snprintf(ret, n, " (at most %u bytes)",
                           e->val.http_response_header_section_size.val);
        break;
    default:
        break;
    }
    if (words && words->is_some && words->val.len)
        (void)snprintf(ret, n, " (%.*s)", (int)(words->val.len > 500 ? 500 : words->val.len),
                       (const char *)words->val.ptr);
}

enum { /* in the order of the variant */
#define BX_HTTP_ERROR(field, name, text) ERROR_##field,
#include "bx_http_errors.def"
#undef BX_HTTP_ERROR
};

static bx_code in_words(const wasi_http_types_error_code_t *e, bx_str url, bx_error *err)
{
    static const char *const names[] = {
#define BX_HTTP_ERROR(field, name, text) name,
#include "bx_http_errors.def"
#undef BX_HTTP_ERROR
    };
    static const struct {
        bx_code code;
        const char *words;
    } rows[BX_COUNT(names)] = {
#define HTTP_ERROR(field, code, words) [ERROR_##field] = {code, words},
#include "fetch/http_errors.def"
#undef HTTP_ERROR
    };
    char detail[560];
    if (e->tag >= BX_COUNT(rows))
        return bx_fail(err, BX_EIO, "%.*s: unknown error %u", BX_FMT(url), e->tag);
    error_detail(e, detail, sizeof detail);
    /* wasi:http has no room for what is wrong with a certificate, so the runtime says it here. */
    static const char TLS[] = " (TLS-certificate-error: ";
    if (strncmp(detail, TLS, sizeof TLS - 1) == 0)
        return bx_fail(err, BX_EIO, "%.*s%s%.*s", (int)strlen(detail) - 3, detail + 2,
                       url.n ? ": " : "", BX_FMT(url));
    return bx_fail(err, rows[e->tag].code, "%s: %s%s%s%.*s", names[e->tag], rows[e->tag].words,
                   detail, url.n ? ": " : "", BX_FMT(url));
}

static bx_code timed_out(bx_error *err)
{
    return bx_fail(err, BX_ETIMEOUT, "the request's time (timeout_ms) is over");
}

/* ---- waiting --------------------------------------------------------------------------- */

static wasi_io_poll_own_pollable_t deadline_of(uint64_t deadline_ms)
{
    return wasi_clocks_monotonic_clock_subscribe_instant(deadline_ms * MS);
}

/* Wait for `what`; false: the deadline came first. */
static bool wait_for(wasi_io_poll_own_pollable_t what, wasi_io_poll_own_pollable_t deadline)
{
    size_t mark = wf_cabi_mark();
    wasi_io_poll_borrow_pollable_t both[2] = {wasi_io_poll_borrow_pollable(what),
                                              wasi_io_poll_borrow_pollable(deadline)};
    wasi_io_poll_list_borrow_pollable_t list = {both, 2};
    web_fetch_list_u32_t ready = {0};
    wasi_io_poll_poll(&list, &ready);
    bool ours = ready.len > 0 && ready.ptr[0] == 0;
    wf_cabi_release(mark);
    return ours;
}

/* ---- request --------------------------------------------------------------------------- */

static bx_code add_headers(const wf_request *req, wasi_http_types_own_fields_t fields,
                           bx_error *err)
{
    for (size_t i = 0; i < req->n_headers; i++) {
        web_fetch_string_t name = lend(req->headers[i].name);
        wasi_http_types_field_value_t value = {(uint8_t *)(uintptr_t)req->headers[i].value.p,
                                               req->headers[i].value.n};
        wasi_http_types_header_error_t why;
        if (wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(fields), &name,
                                                 &value, &why))
            continue;
        const char *words = why.tag == WASI_HTTP_TYPES_HEADER_ERROR_FORBIDDEN
                                ? "is the runtime's own and cannot be set"
                                : "is not valid";
        return bx_fail(err, BX_EINVAL, "the header '%.*s' %s", BX_FMT(req->headers[i].name), words);
    }
    return BX_OK;
}

static wasi_http_types_method_t method_of(bx_str m)
{
    static const char *const names[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                        "CONNECT", "OPTIONS", "TRACE", "PATCH"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (bx_str_eq(m, bx_str_of(names[i])))
            return (wasi_http_types_method_t){.tag = (uint8_t)i};
    wasi_http_types_method_t other = {.tag = WASI_HTTP_TYPES_METHOD_OTHER};
    other.val.other = lend(m);
    return other;
}

/* Takes `fields`. */
static bx_code new_request(const wf_request *req, wasi_http_types_own_fields_t fields,
                           wasi_http_types_own_outgoing_request_t *ret, bx_error *err)
{
    wasi_http_types_own_outgoing_request_t out =
        wasi_http_types_constructor_outgoing_request(fields);
    wasi_http_types_borrow_outgoing_request_t self = wasi_http_types_borrow_outgoing_request(out);
    wf_url u = wf_url_split(req->url);
    const char *path_end = u.has_query ? u.query.p + u.query.n : u.path.p + u.path.n;
    web_fetch_string_t authority = lend(u.authority);
    web_fetch_string_t path = lend((bx_str){u.path.p, (size_t)(path_end - u.path.p)});
    wasi_http_types_method_t method = method_of(req->method);
    wasi_http_types_scheme_t scheme = {.tag = wf_url_has_scheme(req->url, "https")
                                                  ? WASI_HTTP_TYPES_SCHEME_HTTPS
                                                  : WASI_HTTP_TYPES_SCHEME_HTTP};
    bx_code rc = BX_OK;
    if (!wasi_http_types_method_outgoing_request_set_method(self, &method))
        rc = bx_fail(err, BX_EINVAL, "the method %.*s is not valid", BX_FMT(req->method));
    else if (!wasi_http_types_method_outgoing_request_set_scheme(self, &scheme) ||
             !wasi_http_types_method_outgoing_request_set_authority(self, &authority) ||
             !wasi_http_types_method_outgoing_request_set_path_with_query(self, &path))
        rc = bx_fail(err, BX_EINVAL, "HTTP-request-URI-invalid: no request can be made to %.*s",
                     BX_FMT(req->url));
    if (rc == BX_OK)
        *ret = out;
    else
        wasi_http_types_outgoing_request_drop_own(out);
    return rc;
}

static wasi_http_types_own_request_options_t options_of(const wf_request *req)
{
    wasi_http_types_own_request_options_t o = wasi_http_types_constructor_request_options();
    wasi_http_types_borrow_request_options_t self = wasi_http_types_borrow_request_options(o);
    uint64_t now = wf_http_now_ms();
    wasi_http_types_duration_t left =
        (req->deadline_ms > now ? req->deadline_ms - now : 1) * (wasi_http_types_duration_t)MS;
    (void)wasi_http_types_method_request_options_set_connect_timeout(self, &left);
    (void)wasi_http_types_method_request_options_set_first_byte_timeout(self, &left);
    (void)wasi_http_types_method_request_options_set_between_bytes_timeout(self, &left);
    return o;
}

/* The server may answer, and the connection end, before it has taken all of the body: that the
 * stream closes is therefore no error here, the response tells. */
static bx_code write_all(wasi_io_streams_own_output_stream_t stream, bx_str body,
                         wasi_io_poll_own_pollable_t deadline, bx_error *err)
{
    wasi_io_streams_borrow_output_stream_t self = wasi_io_streams_borrow_output_stream(stream);
    wasi_io_streams_stream_error_t why;
    wasi_io_poll_own_pollable_t writable = wasi_io_streams_method_output_stream_subscribe(self);
    bx_code rc = BX_OK;
    while (body.n && rc == BX_OK) {
        uint64_t room = 0;
        if (!wasi_io_streams_method_output_stream_check_write(self, &room, &why))
            break;
        if (room == 0) {
            if (!wait_for(writable, deadline))
                rc = timed_out(err);
            continue;
        }
        size_t n = body.n < room ? body.n : (size_t)room;
        n = n < WRITE_CHUNK ? n : WRITE_CHUNK;
        web_fetch_list_u8_t part = {(uint8_t *)(uintptr_t)body.p, n};
        if (!wasi_io_streams_method_output_stream_write(self, &part, &why))
            break;
        body = bx_str_from(body, n);
    }
    if (rc == BX_OK && body.n == 0)
        (void)wasi_io_streams_method_output_stream_flush(self, &why);
    wasi_io_poll_pollable_drop_own(writable);
    return rc;
}

/* Takes `body`. */
static bx_code send_body(wasi_http_types_own_outgoing_body_t body, bx_str bytes,
                         wasi_io_poll_own_pollable_t deadline, bx_error *err)
{
    wasi_http_types_own_output_stream_t stream;
    bx_code rc = BX_OK;
    if (bytes.n && wasi_http_types_method_outgoing_body_write(
                       wasi_http_types_borrow_outgoing_body(body), &stream)) {
        rc = write_all(stream, bytes, deadline, err);
        wasi_io_streams_output_stream_drop_own(stream);
    }
    if (rc != BX_OK) {
        wasi_http_types_outgoing_body_drop_own(body);
        return rc;
    }
    wasi_http_types_error_code_t why;
    size_t mark = wf_cabi_mark();
    (void)wasi_http_types_static_outgoing_body_finish(body, NULL, &why);
    wf_cabi_release(mark);
    return BX_OK;
}

/* ---- response -------------------------------------------------------------------------- */

static bx_code copy_headers(wf_response *r, bx_error *err)
{
    size_t mark = wf_cabi_mark(), total = 0;
    wasi_http_types_own_fields_t fields = wasi_http_types_method_incoming_response_headers(
        wasi_http_types_borrow_incoming_response(r->response));
    wasi_http_types_list_tuple2_field_name_field_value_t list = {0};
    wasi_http_types_method_fields_entries(wasi_http_types_borrow_fields(fields), &list);
    size_t n = list.len < MAX_RESPONSE_HEADERS ? list.len : MAX_RESPONSE_HEADERS;
    for (size_t i = 0; i < n; i++)
        total += list.ptr[i].f0.len + list.ptr[i].f1.len;
    r->headers = bx_calloc(n + 1, sizeof *r->headers);
    r->strings = bx_calloc(1, total + 1);
    char *to = r->strings;
    for (size_t i = 0; to && r->headers && i < n; i++) {
        bx_str name = {to, list.ptr[i].f0.len}, value = {to + name.n, list.ptr[i].f1.len};
        memcpy(to, list.ptr[i].f0.ptr, name.n);
        memcpy(to + name.n, list.ptr[i].f1.ptr, value.n);
        to += name.n + value.n;
        r->headers[r->n_headers++] = (wf_header){name, value};
    }
    wasi_http_types_fields_drop_own(fields);
    wf_cabi_release(mark);
    return to && r->headers ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
}

static bx_code open_body(wf_response *r, bx_error *err)
{
    r->status = wasi_http_types_method_incoming_response_status(
        wasi_http_types_borrow_incoming_response(r->response));
    bx_code rc = copy_headers(r, err);
    if (rc != BX_OK)
        return rc;
    r->has_body = wasi_http_types_method_incoming_response_consume(
        wasi_http_types_borrow_incoming_response(r->response), &r->body);
    r->has_stream = r->has_body && wasi_http_types_method_incoming_body_stream(
                                       wasi_http_types_borrow_incoming_body(r->body), &r->stream);
    if (!r->has_stream)
        return bx_fail(err, BX_EIO, "the runtime gave no body");
    r->readable = wasi_io_streams_method_input_stream_subscribe(
        wasi_io_streams_borrow_input_stream(r->stream));
    return BX_OK;
}

static bx_code await_head(wf_response *r, wasi_http_types_own_future_incoming_response_t future,
                          bx_str url, bx_error *err)
{
    wasi_http_types_borrow_future_incoming_response_t self =
        wasi_http_types_borrow_future_incoming_response(future);
    wasi_io_poll_own_pollable_t ready =
        wasi_http_types_method_future_incoming_response_subscribe(self);
    bool came = wait_for(ready, r->deadline);
    wasi_io_poll_pollable_drop_own(ready);
    if (!came)
        return timed_out(err);
    size_t mark = wf_cabi_mark();
    wasi_http_types_result_result_own_incoming_response_error_code_void_t got;
    if (!wasi_http_types_method_future_incoming_response_get(self, &got) || got.is_err)
        return bx_fail(err, BX_EINTERNAL, "the runtime gave no response");
    if (got.val.ok.is_err) {
        bx_code rc = in_words(&got.val.ok.val.err, url, err);
        wf_cabi_release(mark);
        return rc;
    }
    r->response = got.val.ok.val.ok;
    return open_body(r, err);
}

static bx_code exchange(const wf_request *req, wf_response *r, bx_error *err)
{
    wasi_http_types_own_fields_t fields = wasi_http_types_constructor_fields();
    bx_code rc = add_headers(req, fields, err);
    if (rc != BX_OK) {
        wasi_http_types_fields_drop_own(fields);
        return rc;
    }
    wasi_http_types_own_outgoing_request_t out;
    rc = new_request(req, fields, &out, err);
    if (rc != BX_OK)
        return rc;
    wasi_http_types_own_outgoing_body_t body;
    bool has_body = req->body.n && wasi_http_types_method_outgoing_request_body(
                                       wasi_http_types_borrow_outgoing_request(out), &body);
    wasi_http_outgoing_handler_own_request_options_t options = options_of(req);
    wasi_http_outgoing_handler_own_future_incoming_response_t future;
    wasi_http_outgoing_handler_error_code_t why;
    size_t mark = wf_cabi_mark();
    if (!wasi_http_outgoing_handler_handle(out, &options, &future, &why)) {
        rc = in_words(&why, req->url, err);
        wf_cabi_release(mark);
        if (has_body)
            wasi_http_types_outgoing_body_drop_own(body);
        return rc;
    }
    if (has_body)
        rc = send_body(body, req->body, r->deadline, err);
    if (rc == BX_OK)
        rc = await_head(r, future, req->url, err);
    wasi_http_types_future_incoming_response_drop_own(future);
    return rc;
}

bx_code wf_http_send(const wf_request *req, wf_response **ret, bx_error *err)
{
    BX_AUTO(wf_response) wf_response *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    r->deadline = deadline_of(req->deadline_ms);
    bx_code rc = exchange(req, r, err);
    if (rc != BX_OK)
        return rc;
    *ret = BX_TAKE(r);
    return BX_OK;
}

void wf_http_free(wf_response *r)
{
    if (!r)
        return;
    if (r->has_stream) { /* a child goes before its parent */
        wasi_io_poll_pollable_drop_own(r->readable);
        wasi_io_streams_input_stream_drop_own(r->stream);
    }
    if (r->has_body)
        wasi_http_types_incoming_body_drop_own(r->body);
    if (r->response.__handle)
        wasi_http_types_incoming_response_drop_own(r->response);
    wasi_io_poll_pollable_drop_own(r->deadline);
    free(r->headers);
    free(r->strings);
    free(r);
}

unsigned wf_http_status(const wf_response *r) { return r->status; }

size_t wf_http_header_count(const wf_response *r) { return r->n_headers; }

wf_header wf_http_header(const wf_response *r, size_t i) { return r->headers[i]; }

static bx_code read_failed(wf_response *r, const wasi_io_streams_stream_error_t *why, bx_error *err)
{
    r->ended = true;
    if (why->tag == WASI_IO_STREAMS_STREAM_ERROR_CLOSED)
        return BX_OK;
    wasi_http_types_error_code_t code;
    wasi_io_error_own_error_t error = why->val.last_operation_failed;
    bx_code rc = wasi_http_types_http_error_code(wasi_io_error_borrow_error(error), &code)
                     ? in_words(&code, (bx_str){"", 0}, err)
                     : bx_fail(err, BX_EIO, "the body broke off");
    wasi_io_error_error_drop_own(error);
    return rc;
}

bx_code wf_http_read(wf_response *r, char *buf, size_t cap, size_t *ret_n, bx_error *err)
{
    wasi_io_streams_borrow_input_stream_t self = wasi_io_streams_borrow_input_stream(r->stream);
    size_t mark = wf_cabi_mark(), n = 0;
    bx_code rc = BX_OK;
    while (!r->ended && n == 0 && rc == BX_OK) {
        web_fetch_list_u8_t got = {0};
        wasi_io_streams_stream_error_t why;
        if (!wasi_io_streams_method_input_stream_read(self, cap, &got, &why)) {
            rc = read_failed(r, &why, err);
        } else if (got.len == 0) {
            if (!wait_for(r->readable, r->deadline))
                rc = timed_out(err);
        } else {
            n = got.len < cap ? got.len : cap;
            memcpy(buf, got.ptr, n);
        }
        wf_cabi_release(mark);
    }
    if (rc == BX_OK)
        *ret_n = n;
    return rc;
}
