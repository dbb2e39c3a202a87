/* What a body is, JSON for reading, stretches of a text, Markdown escapes' small helpers. */
#include "base/test.h"
#include "fetch/json_pretty.h"
#include "fetch/md_escape.h"
#include "fetch/sniff.h"
#include "fetch/window.h"

#define STR(s) ((bx_str){"" s, sizeof(s) - 1})

static void media_types(void)
{
    CHECK(bx_str_eq(wf_media_type(STR(" text/html ; charset=x")), STR("text/html")));
    CHECK(bx_str_eq(wf_media_type(STR("")), STR("")));
    CHECK(bx_str_eq(wf_media_charset(STR("text/html; a=b; Charset=\"utf-8\"")), STR("utf-8")));
    CHECK(bx_str_eq(wf_media_charset(STR("text/html;charset=utf-8;x")), STR("utf-8")));
    CHECK(
        bx_str_eq(wf_media_charset(STR("text/html; q=\"a;charset=b\\\"\"; charset=c")), STR("c")));
    CHECK(wf_media_charset(STR("text/html")).n == 0);
    CHECK(wf_media_charset(STR("text/html; charset")).n == 0);
}

static void kinds(void)
{
    static const struct {
        const char *type;
        bx_str body;
        bool wide;
        wf_kind want;
    } cases[] = {
        {"text/html", {"x", 1}, false, WF_KIND_HTML},
        {"Application/XHTML+XML", {"x", 1}, false, WF_KIND_HTML},
        {"text/markdown", {"x", 1}, false, WF_KIND_MARKDOWN},
        {"application/ld+json", {"{}", 2}, false, WF_KIND_JSON},
        {"application/rss+xml", {"<", 1}, false, WF_KIND_XML},
        {"image/svg+xml", {"<", 1}, false, WF_KIND_XML},
        {"text/csv", {"a", 1}, false, WF_KIND_TEXT},
        {"application/javascript", {"a", 1}, false, WF_KIND_TEXT},
        {"image/png", {"a", 1}, false, WF_KIND_BINARY},
        {"text/html", {"a\0", 2}, false, WF_KIND_BINARY}, /* no text, whatever it is called */
        {"text/html", {"a\0", 2}, true, WF_KIND_HTML},
        {"text/plain", {"%PDF-1.7 abc", 12}, false, WF_KIND_BINARY},
        {"", {"<!DOCTYPE HTML><p>", 18}, false, WF_KIND_HTML},
        {"", {"\xef\xbb\xbf  <html>", 11}, false, WF_KIND_HTML},
        {"", {"<?xml version", 13}, false, WF_KIND_XML},
        {"", {" [1]", 4}, false, WF_KIND_JSON},
        {"", {"hello", 5}, false, WF_KIND_TEXT},
        {"application/octet-stream", {"hello", 5}, false, WF_KIND_TEXT},
        {"application/octet-stream", {"{1", 2}, false, WF_KIND_TEXT},
        {"application/zip", {"hello", 5}, false, WF_KIND_BINARY},
        {"text/html", {"", 0}, false, WF_KIND_EMPTY},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(wf_sniff(bx_str_of(cases[i].type), cases[i].body, cases[i].wide).kind ==
              cases[i].want);
    wf_sniffed png = wf_sniff(STR(""), STR("\x89PNG\r\n\x1a\n\0"), false);
    CHECK(png.kind == WF_KIND_BINARY && strcmp(png.format, "PNG image") == 0);
    CHECK(wf_sniff(STR("image/x"), STR("abc"), false).format == NULL);
}

static void json(void)
{
    BX_AUTO_BUF out = bx_buf_init(1000);
    bx_error err;
    CHECK(wf_json_pretty(
              STR("{\"a\":1e400,\"a\":[12345678901234567890123,-0.10],\"\\u00e4\":\"\\n\"}"), &out,
              &err) == BX_OK);
    CHECK(bx_str_eq(
        bx_buf_str(&out),
        STR("{\n  \"a\": 1e400,\n  \"a\": [\n    12345678901234567890123,\n    -0.10\n  ],\n"
            "  \"\xc3\xa4\": \"\\n\"\n}\n")));
    bx_buf_clear(&out);
    CHECK(wf_json_pretty(STR("{\"a\":}"), &out, &err) == BX_EINVAL && out.n == 0);
    CHECK(wf_json_pretty(STR("{} x"), &out, &err) == BX_EINVAL);
    CHECK(wf_json_pretty(STR(""), &out, &err) == BX_EINVAL);
    out.max = 3;
    CHECK(wf_json_pretty(STR("[1]"), &out, &err) == BX_ELIMIT);
    BX_AUTO_BUF deep = bx_buf_init(1 << 20), pretty = bx_buf_init(1 << 20);
    for (int i = 0; i < 100000; i++)
        (void)bx_buf_add_c(&deep, '[');
    CHECK(wf_json_pretty(bx_buf_str(&deep), &pretty, &err) == BX_EINVAL);
    BX_AUTO_BUF large = bx_buf_init(WF_MAX_PRETTY + 2);
    (void)bx_buf_add_c(&large, '1');
    while (large.n <= WF_MAX_PRETTY)
        (void)bx_buf_add_c(&large, ' ');
    CHECK(wf_json_pretty(bx_buf_str(&large), &pretty, &err) == BX_EINVAL);
    large.n--; /* at the limit it is taken */
    CHECK(wf_json_pretty(bx_buf_str(&large), &pretty, &err) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&pretty), STR("1\n")));
}

static bool window_is(bx_str text, uint64_t offset, uint64_t max, const char *shown, uint64_t chars,
                      uint64_t next)
{
    wf_window w = wf_window_of(text, offset, max);
    return bx_str_eq(w.shown, bx_str_of(shown)) && w.chars == chars && w.next == next;
}

static void stretches(void)
{
    bx_str text = STR("a\xc3\xa4\xe2\x82\xac"
                      "b\xf0\x9f\x98\x80");
    CHECK(window_is(text, 0, 5,
                    "a\xc3\xa4\xe2\x82\xac"
                    "b\xf0\x9f\x98\x80",
                    5, 0));
    CHECK(window_is(text, 0, 4,
                    "a\xc3\xa4\xe2\x82\xac"
                    "b",
                    5, 4));
    CHECK(window_is(text, 1, 2, "\xc3\xa4\xe2\x82\xac", 5, 3));
    CHECK(window_is(text, 4, 1, "\xf0\x9f\x98\x80", 5, 0));
    CHECK(window_is(text, 5, 1, "", 5, 0));
    CHECK(window_is(text, 99, 1, "", 5, 0));
    CHECK(window_is(STR(""), 0, 10, "", 0, 0));
    /* a line break in the last fifth ends it there, an earlier one does not */
    CHECK(window_is(STR("12345678\n0123"), 0, 10, "12345678\n", 13, 9));
    CHECK(window_is(STR("1234\n67890123"), 0, 10, "1234\n67890", 13, 10));
    CHECK(window_is(STR("123456789\n"), 0, 10, "123456789\n", 10, 0));
}

static bool url_is(bx_str url, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(100);
    wf_md_add_url(&out, url);
    return bx_str_eq(bx_buf_str(&out), bx_str_of(want));
}

static void targets(void)
{
    CHECK(url_is(STR("http://a/b"), "http://a/b"));
    CHECK(url_is(STR("http://a/(b)"), "http://a/(b)"));
    CHECK(url_is(STR("http://a/)b("), "<http://a/)b(>"));
    CHECK(wf_md_is_autolink(STR("https://a\\_b/"), STR("https://a_b/")));
    CHECK(!wf_md_is_autolink(STR("https://a"), STR("https://a/")));
    CHECK(!wf_md_is_autolink(STR("https://a/%20"), STR("https://a/%20")));
    CHECK(!wf_md_is_autolink(STR("https://b"), STR("https://a/")));
    CHECK(!wf_md_is_autolink(STR("mailto:x"), STR("mailto:x")));
}

BXT_MAIN(RUN(media_types); RUN(kinds); RUN(json); RUN(stretches); RUN(targets);)
