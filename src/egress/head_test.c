#include "egress/head.h"

#include "base/test.h"

#define F(n, v) {.name = BX_LIT(n), .value = BX_LIT(v)}

static bx_http_error check_fields(const char *url, const bx_http_field *f, size_t n,
                                  uint64_t *length)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    bx_field_facts facts = {.body_length = *length};
    bx_error err;
    if (bx_url_parse(bx_str_of(url), &u, NULL) != BX_OK)
        return BX_HTTP_INTERNAL_ERROR;
    bx_http_error e = bx_fields_check(f, n, u, &facts, &err);
    *length = facts.body_length;
    return e;
}

static bx_http_error one(bx_str name, bx_str value)
{
    uint64_t none = BX_BODY_NONE;
    bx_http_field f = {.name = name, .value = value};
    return check_fields("https://h.example:8443/", &f, 1, &none);
}

static void ordinary_fields_pass(void)
{
    CHECK(one(BX_LIT("Accept"), BX_LIT("text/html; q=0.5, */*")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("X-Empty"), BX_LIT("")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("accept-encoding"), BX_LIT("gzip, br")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("X-Tab"), BX_LIT("a\tb")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("X-Utf8"), BX_LIT("\xc3\xa9")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("Authorization"), BX_LIT("Bearer x")) == BX_HTTP_OK);
}

static void injection_is_refused(void)
{
    CHECK(one(BX_LIT("X"), BX_LIT("a\r\nEvil: b")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X"), BX_LIT("a\nb")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X"), BX_LIT("a\rb")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X"), (bx_str){"a\0b", 3}) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X"), BX_LIT("\x7f")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X: y\r\nZ"), BX_LIT("a")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X "), BX_LIT("a")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X:"), BX_LIT("a")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT(""), BX_LIT("a")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT(":path"), BX_LIT("/")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("X\xc3\xa9"), BX_LIT("a")) == BX_HTTP_REQUEST_HEADER_SIZE);
}

static void connection_fields_are_refused(void)
{
    static const char *const NAMES[] = {
        "Connection",     "keep-alive", "Transfer-Encoding",   "TE",
        "upgrade",        "Expect",     "Proxy-Authorization", "proxy-connection",
        "HTTP2-Settings", "Trailer",
    };
    for (size_t i = 0; i < BX_COUNT(NAMES); i++)
        CHECK(one(bx_str_of(NAMES[i]), BX_LIT("x")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("Prox"), BX_LIT("x")) == BX_HTTP_OK);
}

static void host_must_agree(void)
{
    CHECK(one(BX_LIT("Host"), BX_LIT("h.example:8443")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("host"), BX_LIT("H.EXAMPLE:8443")) == BX_HTTP_OK);
    CHECK(one(BX_LIT("Host"), BX_LIT("h.example")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("Host"), BX_LIT("evil.example")) == BX_HTTP_REQUEST_HEADER_SIZE);
    CHECK(one(BX_LIT("Host"), BX_LIT("")) == BX_HTTP_REQUEST_HEADER_SIZE);
    uint64_t none = BX_BODY_NONE;
    bx_http_field f = F("Host", "h.example:443");
    CHECK(check_fields("https://h.example/", &f, 1, &none) == BX_HTTP_OK);
    bx_http_field g = F("Host", "h.example:80");
    CHECK(check_fields("https://h.example/", &g, 1, &none) == BX_HTTP_REQUEST_HEADER_SIZE);
}

static void length_must_agree(void)
{
    bx_http_field five[] = {F("Content-Length", "5"), F("content-length", "5")};
    uint64_t n = BX_BODY_CHUNKED;
    CHECK(check_fields("http://h/", five, 2, &n) == BX_HTTP_OK && n == 5);
    n = 5;
    CHECK(check_fields("http://h/", five, 1, &n) == BX_HTTP_OK && n == 5);
    n = 6;
    CHECK(check_fields("http://h/", five, 1, &n) == BX_HTTP_REQUEST_BODY_SIZE);
    n = BX_BODY_NONE;
    CHECK(check_fields("http://h/", five, 1, &n) == BX_HTTP_REQUEST_BODY_SIZE);
    bx_http_field both[] = {F("Content-Length", "5"), F("Content-Length", "6")};
    n = BX_BODY_CHUNKED;
    CHECK(check_fields("http://h/", both, 2, &n) == BX_HTTP_REQUEST_BODY_SIZE);
    static const char *const BAD[] = {"+5", "5, 5", "0x5", "5 5", "", "99999999999999999999"};
    for (size_t i = 0; i < BX_COUNT(BAD); i++) {
        bx_http_field f = {.name = BX_LIT("Content-Length"), .value = bx_str_of(BAD[i])};
        n = BX_BODY_CHUNKED;
        CHECK(check_fields("http://h/", &f, 1, &n) == BX_HTTP_REQUEST_BODY_SIZE);
    }
}

static void field_limits(void)
{
    static char big[BX_HTTP_MAX_HEAD + 1];
    memset(big, 'x', sizeof big);
    uint64_t none = BX_BODY_NONE;
    CHECK(one(BX_LIT("X"), (bx_str){big, BX_HTTP_MAX_HEAD - 5}) == BX_HTTP_OK);
    CHECK(one(BX_LIT("X"), (bx_str){big, BX_HTTP_MAX_HEAD - 4}) ==
          BX_HTTP_REQUEST_HEADER_SECTION_SIZE);
    bx_http_field many[BX_HTTP_MAX_FIELDS + 1];
    for (size_t i = 0; i < BX_COUNT(many); i++)
        many[i] = (bx_http_field)F("X", "y");
    CHECK(check_fields("http://h/", many, BX_HTTP_MAX_FIELDS, &none) == BX_HTTP_OK);
    CHECK(check_fields("http://h/", many, BX_HTTP_MAX_FIELDS + 1, &none) ==
          BX_HTTP_REQUEST_HEADER_SECTION_SIZE);
}

static void trailers(void)
{
    bx_error err;
    bx_http_field ok[] = {F("X-Sum", "1")}, length[] = {F("Content-Length", "1")},
                  bad[] = {F("X", "a\nb")};
    CHECK(bx_trailers_check(ok, 1, &err) == BX_HTTP_OK &&
          bx_trailers_check(NULL, 0, &err) == BX_HTTP_OK);
    CHECK(bx_trailers_check(length, 1, &err) == BX_HTTP_REQUEST_TRAILER_SIZE);
    CHECK(bx_trailers_check(bad, 1, &err) == BX_HTTP_REQUEST_TRAILER_SIZE);
}

/* ---- responses ------------------------------------------------------------------------------- */

/* Lines separated by '\n'; the section's head, or its error. */
static bx_http_error section(bool trailer, const char *lines, bx_head **ret)
{
    bx_head_builder b = {.n = 0};
    bx_error err;
    bx_http_error e = BX_HTTP_OK;
    bx_head_begin(&b, trailer);
    while (e == BX_HTTP_OK && *lines) {
        size_t n = strcspn(lines, "\n");
        e = bx_head_line(&b, (bx_str){lines, n}, &err);
        lines += n + (lines[n] == '\n');
    }
    if (e == BX_HTTP_OK)
        e = bx_head_finish(&b, ret, &err);
    bx_head_done(&b);
    return e;
}

static bx_http_error head_error(const char *lines)
{
    bx_head *h = NULL;
    bx_http_error e = section(false, lines, &h);
    bx_head_free(h);
    return e;
}

static void parses_a_response(void)
{
    bx_head *h = NULL;
    CHECK(section(false, "HTTP/1.1 404 Not Found\nContent-Type:text/html \nX-A: \nX-B:\t b c\t",
                  &h) == BX_HTTP_OK);
    CHECK(h->pub.status == 404 && h->pub.n_fields == 3);
    CHECK(bx_str_eq(h->pub.fields[0].name, BX_LIT("Content-Type")));
    CHECK(bx_str_eq(h->pub.fields[0].value, BX_LIT("text/html")));
    CHECK(h->pub.fields[1].value.n == 0);
    CHECK(bx_str_eq(h->pub.fields[2].value, BX_LIT("b c")));
    bx_head_free(h);
}

static void status_lines(void)
{
    CHECK(head_error("HTTP/1.1 200") == BX_HTTP_OK && head_error("HTTP/2 204 ") == BX_HTTP_OK);
    CHECK(head_error("HTTP/1.0 999 odd") == BX_HTTP_OK);
    static const char *const BAD[] = {
        "HTTP/1.1 20", "HTTP/1.1 2000 x", "HTTP/1.1 099 x", "HTTP/0.9 200 x",     "HTTP/1.2 200 x",
        "ICY 200 OK",  "HTTP/1.1200 OK",  "HTTP/1.1 +20 x", "HTTP/1.1 200 a\x01", "HTTP/3 200 "};
    for (size_t i = 0; i < BX_COUNT(BAD); i++)
        CHECK(head_error(BAD[i]) == BX_HTTP_PROTOCOL_ERROR);
}

/* RFC 9110 section 8.6 */
static void the_same_length_several_times(void)
{
    static const char *const SAME[] = {"Content-Length: 5, 5", "Content-Length: 5,5 ,\t5",
                                       "Content-Length: 5, 5\nContent-Length: 5",
                                       "Content-Length: 5\nContent-Length: 5"};
    for (size_t i = 0; i < BX_COUNT(SAME); i++) {
        bx_head_builder b = {.n = 0};
        bx_head *h = NULL;
        bx_error err;
        bx_head_begin(&b, false);
        CHECK(bx_head_line(&b, BX_LIT("HTTP/1.1 200 OK"), &err) == BX_HTTP_OK);
        for (bx_str rest = bx_str_of(SAME[i]); rest.n > 0;) {
            const char *nl = memchr(rest.p, '\n', rest.n);
            bx_str line = {rest.p, nl ? (size_t)(nl - rest.p) : rest.n};
            CHECK(bx_head_line(&b, line, &err) == BX_HTTP_OK);
            rest = bx_str_from(rest, line.n + (nl != NULL));
        }
        CHECK(bx_head_finish(&b, &h, &err) == BX_HTTP_OK);
        for (size_t k = 0; k < h->pub.n_fields; k++) /* said once to the reader */
            CHECK(bx_str_eq(h->pub.fields[k].value, BX_LIT("5")));
        bx_head_free(h);
        bx_head_done(&b);
    }
}

static void smuggling_is_refused(void)
{
    CHECK(head_error("HTTP/1.1 200 OK\nTransfer-Encoding: chunked") == BX_HTTP_OK); /* controls */
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5") == BX_HTTP_OK);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked") ==
          BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6") ==
          BX_HTTP_PROTOCOL_ERROR);
    static const char *const LISTS[] = {"5, 6", "5,",  ",5",       "5,,5",
                                        "5, x", "5 5", "5, 05, 6", "5;5"};
    for (size_t i = 0; i < BX_COUNT(LISTS); i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "HTTP/1.1 200 OK\nContent-Length: %s", LISTS[i]);
        CHECK(head_error(text) == BX_HTTP_PROTOCOL_ERROR);
    }
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: +5") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: -1") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: 0x10") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length:") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked") ==
          BX_HTTP_RESPONSE_TRANSFER_CODING);
    CHECK(head_error("HTTP/1.1 200 OK\nTransfer-Encoding: xchunked") ==
          BX_HTTP_RESPONSE_TRANSFER_CODING);
    CHECK(head_error("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked") ==
          BX_HTTP_RESPONSE_TRANSFER_CODING);
    CHECK(head_error("HTTP/1.0 200 OK\nTransfer-Encoding: chunked") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length : 5") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nTransfer-Encoding\x0b: chunked") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nno colon") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\n: x") == BX_HTTP_PROTOCOL_ERROR);
    CHECK(head_error("HTTP/1.1 200 OK\nX: a\rContent-Length: 5") == BX_HTTP_PROTOCOL_ERROR);
}

static void folded_lines_become_one(void)
{
    bx_head *h = NULL;
    CHECK(section(false, "HTTP/1.1 200 OK\nX: a\n  b\n\tc \nY: d", &h) == BX_HTTP_OK);
    CHECK(h->pub.n_fields == 2 && bx_str_eq(h->pub.fields[0].value, BX_LIT("a b c")));
    CHECK(bx_str_eq(h->pub.fields[1].value, BX_LIT("d")));
    bx_head_free(h);
    CHECK(head_error("HTTP/1.1 200 OK\n folded") == BX_HTTP_PROTOCOL_ERROR);
    /* A folded length is not a number. */
    CHECK(head_error("HTTP/1.1 200 OK\nContent-Length: 1\n 0") == BX_HTTP_PROTOCOL_ERROR);
}

static void section_limits(void)
{
    bx_head_builder b = {.n = 0};
    bx_error err;
    bx_head_begin(&b, false);
    CHECK(bx_head_line(&b, BX_LIT("HTTP/1.1 200 OK"), &err) == BX_HTTP_OK);
    for (size_t i = 0; i < BX_HTTP_MAX_FIELDS; i++)
        CHECK(bx_head_line(&b, BX_LIT("a: b"), &err) == BX_HTTP_OK);
    CHECK(bx_head_line(&b, BX_LIT("a: b"), &err) == BX_HTTP_RESPONSE_HEADER_SECTION_SIZE);
    bx_head_begin(&b, true);
    for (size_t i = 0; i < BX_HTTP_MAX_FIELDS; i++)
        CHECK(bx_head_line(&b, BX_LIT("a: b"), &err) == BX_HTTP_OK);
    CHECK(bx_head_line(&b, BX_LIT("a: b"), &err) == BX_HTTP_RESPONSE_TRAILER_SECTION_SIZE);
    static char line[BX_HTTP_MAX_HEAD];
    memset(line, 'x', sizeof line);
    line[1] = ':';
    bx_head_begin(&b, true);
    CHECK(bx_head_line(&b, (bx_str){line, BX_HTTP_MAX_HEAD - 2}, &err) == BX_HTTP_OK);
    CHECK(bx_head_line(&b, (bx_str){line, 2}, &err) == BX_HTTP_RESPONSE_TRAILER_SECTION_SIZE);
    bx_head_done(&b);
}

static void trailer_sections(void)
{
    bx_head *h = NULL;
    CHECK(section(true, "X-Sum: 1", &h) == BX_HTTP_OK);
    CHECK(h->pub.n_fields == 1 && bx_str_eq(h->pub.fields[0].value, BX_LIT("1")));
    bx_head_free(h);
}

static void survives_failed_allocations(void)
{
    for (long k = 0;; k++) {
        bx_head *h = NULL;
        bx_test_fail_alloc = k;
        bx_http_error e = section(false, "HTTP/1.1 200 OK\nX: a\nY: b", &h);
        bool done = bx_test_fail_alloc != 0 || e == BX_HTTP_OK;
        bx_test_fail_alloc = -1;
        bx_head_free(h);
        CHECK(e == (done ? BX_HTTP_OK : BX_HTTP_INTERNAL_ERROR));
        if (done)
            break;
    }
}

BXT_MAIN(RUN(ordinary_fields_pass); RUN(injection_is_refused); RUN(connection_fields_are_refused);
         RUN(host_must_agree); RUN(length_must_agree); RUN(field_limits); RUN(trailers);
         RUN(parses_a_response); RUN(status_lines); RUN(the_same_length_several_times);
         RUN(smuggling_is_refused); RUN(folded_lines_become_one); RUN(section_limits);
         RUN(trailer_sections); RUN(survives_failed_allocations);)
