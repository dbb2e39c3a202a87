/* The whole of web_fetch but its platform: arguments, redirects, bounds, kinds of bodies. */
#include <unistd.h>

#include "base/test.h"
#include "fetch/fetch.h"
#include "fetch/http_fake.h"

/* <h1>a</h1>b */
#define GZIPPED \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\xc9\x30\xb4\x4b\xb4\xd1\x07" \
    "\x92\x49\x00\x7d\xca\x60\x06\x0b\x00\x00\x00"

#define BODY(s) {"" s, sizeof(s) - 1}
#define HTML    "content-type: text/html\n"

static const wf_fake_reply REPLIES[] = {
    {.url = "http://h/page",
     .status = 200,
     .headers = HTML,
     .body = BODY("<title>T</title><h1>a</h1><a href=x>b</a>")},
    {.url = "http://h/gz",
     .status = 200,
     .headers = HTML "Content-Encoding: gzip\n",
     .body = BODY(GZIPPED),
     .chunk = 3},
    {.url = "http://h/json",
     .status = 200,
     .headers = "content-type: application/json; charset=utf-8\n",
     .body = BODY("{\"a\":[1,2.50],\"a\":1e999}")},
    {.url = "http://h/badjson",
     .status = 200,
     .headers = "content-type: application/json\n",
     .body = BODY("{oops")},
    {.url = "http://h/404",
     .status = 404,
     .headers = HTML "retry-after: 5\n",
     .body = BODY("<p>no such thing")},
    {.url = "http://h/png",
     .status = 200,
     .headers = "content-type: image/png\ncontent-length: 11\n",
     .body = BODY("\x89PNG\r\n\x1a\n\0\1\2")},
    {.url = "http://h/lie",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("a\0b\1c")},
    {.url = "http://h/latin",
     .status = 200,
     .headers = "content-type: text/plain; charset=latin1\n",
     .body = BODY("caf\xe9 \x80")},
    {.url = "http://h/badutf8",
     .status = 200,
     .headers = "content-type: text/plain; charset=utf-8\n",
     .body = BODY("a\xff"
                  "b")},
    {.url = "http://h/utf16",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("\xff\xfe"
                  "a\0\xac\x20")},
    {.url = "http://h/long",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("\xc3\xa4"
                  "1234567\nb1234567\nc1234567\n")},
    {.url = "http://h/endless",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("0123456789"),
     .endless = true},
    {.url = "http://h/endless.bin",
     .status = 200,
     .headers = "content-type: application/zip\ncontent-length: 5000000000\n",
     .body = BODY("PK\x03\x04 0123456789"),
     .endless = true},
    {.url = "http://h/broken",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("0123456789"),
     .fail = BX_EIO,
     .fail_after = 4},
    {.url = "http://h/slow",
     .status = 200,
     .headers = "content-type: text/plain\n",
     .body = BODY("0123456789"),
     .fail = BX_ETIMEOUT,
     .fail_after = 6},
    {.url = "http://h/denied", .fail = BX_EDENIED},
    {.url = "http://h/empty", .status = 204},
    {.url = "http://h/lzma",
     .status = 200,
     .headers = "content-encoding: lzma\n",
     .body = BODY("x")},
    {.url = "http://h/notgz",
     .status = 200,
     .headers = "content-encoding: gzip\n",
     .body = BODY("plain")},
    {.url = "http://h/r301", .status = 301, .headers = "location: /page\n"},
    {.url = "http://h/r303", .status = 303, .headers = "location: page#frag\n"},
    {.url = "http://h/r307", .status = 307, .headers = "location: http://h/page\n"},
    {.url = "http://h/away", .status = 302, .headers = "location: http://other/page\n"},
    {.url = "http://other/page", .status = 200, .headers = HTML, .body = BODY("there")},
    {.url = "https://s/down", .status = 302, .headers = "location: http://s/page\n"},
    {.url = "https://s/up", .status = 302, .headers = "location: //s/ok\n"},
    {.url = "https://s/ok", .status = 200, .headers = HTML, .body = BODY("ok")},
    {.url = "http://h/loop", .status = 302, .headers = "location: /loop2\n"},
    {.url = "http://h/loop2", .status = 302, .headers = "location: /loop\n"},
    {.url = "http://h/file", .status = 302, .headers = "location: file:///etc/passwd\n"},
    {.url = "http://h/nowhere", .status = 302, .headers = "location: \n" HTML, .body = BODY("x")},
    {.url = "http://h/c/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
    {.url = "http://h/c/1/1/1/1/1/1/1/1/1/1/", .status = 302, .headers = "location: 1/\n"},
};

/* One call; what it printed in front, then the text shown, into `ret`. */
static bx_code call(const char *json, bx_buf *ret, wf_result *r)
{
    wf_args args;
    bx_error err;
    bx_code rc = wf_args_parse(bx_str_of(json), &args, &err);
    if (rc != BX_OK) {
        (void)bx_buf_addf(ret, "%s", err.msg);
        return rc;
    }
    wf_fake_set(REPLIES, BX_COUNT(REPLIES));
    wf_fetch(&args, r);
    (void)wf_result_head(r, ret);
    (void)bx_buf_add_str(ret, r->shown);
    wf_args_done(&args);
    return r->err.code;
}

static bool prints(const char *json, bx_code code, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
    bx_code rc = call(json, &out, &r);
    wf_result_done(&r);
    if (rc == code && bx_str_eq(bx_buf_str(&out), bx_str_of(want)))
        return true;
    printf("# call: %s\n# code: %s\n# have: %s\n", json, bx_code_name(rc), out.p ? out.p : "");
    return false;
}

static bool sends(const char *json, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
    bx_code rc = call(json, &out, &r);
    bool good = rc == BX_OK && bx_str_eq(wf_fake_log(), bx_str_of(want));
    if (!good)
        printf("# call: %s\n# sent: %.*s\n# have: %s\n", json, (int)wf_fake_log().n,
               wf_fake_log().p, out.p);
    wf_result_done(&r);
    return good;
}

static void arguments_refused(void)
{
    static const char *const cases[][2] = {
        {"", "no arguments: expected one JSON object on standard input"},
        {"{\"url\":", "the arguments are not valid JSON: unexpected end of data"},
        {"[]", "the arguments are an array; expected one JSON object"},
        {"{}", "argument \"url\": missing"},
        {"{\"url\":1}", "argument \"url\": expected a string, got a number"},
        {"{\"url\":\"/x\"}",
         "argument \"url\": expected an absolute http:// or https:// URL, got '/x'"},
        {"{\"url\":\"ftp://h/\"}",
         "argument \"url\": expected an absolute http:// or https:// URL, got 'ftp://h/'"},
        {"{\"url\":\"http://\"}",
         "argument \"url\": expected an absolute http:// or https:// URL, got 'http://'"},
        {"{\"url\":\"http://h/\\u0000\"}", "argument \"url\": holds the character U+0000"},
        {"{\"url\":\"http://h\",\"x\":1}",
         "unknown argument \"x\"; this tool takes url, method, headers, body, as, main_content,"
         " max_bytes, max_chars, offset, timeout_ms, save_to, follow_redirects"},
        {"{\"url\":\"http://h\",\"url\":\"http://h\"}", "argument \"url\" is given twice"},
        {"{\"url\":\"http://h\",\"method\":\"GE T\"}",
         "argument \"method\": 'GE T' is no HTTP method"},
        {"{\"url\":\"http://h\",\"method\":\"\"}", "argument \"method\": '' is no HTTP method"},
        {"{\"url\":\"http://h\",\"body\":\"x\"}",
         "argument \"body\": a GET request has none; name another method"},
        {"{\"url\":\"http://h\",\"headers\":{\"a b\":\"c\"}}",
         "argument \"headers\": 'a b' is no header name"},
        {"{\"url\":\"http://h\",\"headers\":{\"a\":1}}",
         "argument \"headers\": 'a': expected a string, got a number"},
        {"{\"url\":\"http://h\",\"headers\":{\"a\":\"x\\r\\nHost: y\"}}",
         "argument \"headers\": 'a': a value holds no line break or control character"},
        {"{\"url\":\"http://h\",\"headers\":{\"a\\u0000b\":\"x\"}}",
         "argument \"headers\": 'a' is no header name"},
        {"{\"url\":\"http://h\",\"as\":\"pdf\"}",
         "argument \"as\": expected markdown, text, html or raw, got 'pdf'"},
        {"{\"url\":\"http://h\",\"offset\":-1}",
         "argument \"offset\": expected an integer of at least 0 and at most 1073741824"},
        {"{\"url\":\"http://h\",\"max_chars\":1.5}",
         "argument \"max_chars\": expected an integer of at least 1 and at most 1000000"},
        {"{\"url\":\"http://h\",\"max_bytes\":67108865}",
         "argument \"max_bytes\": more than 67108864 only with save_to"},
        {"{\"url\":\"http://h\",\"save_to\":\"\"}",
         "argument \"save_to\": expected a path of at most 4000 bytes"},
        {"{\"url\":\"http://h\",\"main_content\":0}",
         "argument \"main_content\": expected true or false, got a number"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(prints(cases[i][0], BX_EINVAL, cases[i][1]));
}

static void pages(void)
{
    CHECK(prints("{\"url\":\"http://h/page#x\"}", BX_OK,
                 "URL: http://h/page\nStatus: 200\nContent-Type: text/html\nTitle: T\n\n"
                 "# a\n\n[b](http://h/x)\n"));
    CHECK(prints("{\"url\":\"http://h/page\",\"as\":\"text\"}", BX_OK,
                 "URL: http://h/page\nStatus: 200\nContent-Type: text/html\nTitle: T\n\na\n\nb\n"));
    CHECK(prints("{\"url\":\"http://h/page\",\"as\":\"html\"}", BX_OK,
                 "URL: http://h/page\nStatus: 200\nContent-Type: text/html\n\n"
                 "<title>T</title><h1>a</h1><a href=x>b</a>"));
    CHECK(prints("{\"url\":\"http://h/gz\"}", BX_OK,
                 "URL: http://h/gz\nStatus: 200\nContent-Type: text/html\n\n# a\n\nb\n"));
    CHECK(prints("{\"url\":\"http://h/404\"}", BX_OK,
                 "URL: http://h/404\nStatus: 404\nContent-Type: text/html\n\nno such thing\n"));
    CHECK(prints("{\"url\":\"http://h/empty\"}", BX_OK, "URL: http://h/empty\nStatus: 204\n\n"));
}

static void other_bodies(void)
{
    CHECK(
        prints("{\"url\":\"http://h/json\"}", BX_OK,
               "URL: http://h/json\nStatus: 200\nContent-Type: application/json; charset=utf-8\n\n"
               "{\n  \"a\": [\n    1,\n    2.50\n  ],\n  \"a\": 1e999\n}\n"));
    CHECK(
        prints("{\"url\":\"http://h/json\",\"as\":\"raw\"}", BX_OK,
               "URL: http://h/json\nStatus: 200\nContent-Type: application/json; charset=utf-8\n\n"
               "{\"a\":[1,2.50],\"a\":1e999}"));
    CHECK(prints("{\"url\":\"http://h/badjson\"}", BX_OK,
                 "URL: http://h/badjson\nStatus: 200\nContent-Type: application/json\n"
                 "Note: it is said to be JSON, but is not printed as such: byte 1: unexpected"
                 " character, expected a string for object key\n\n{oops"));
    CHECK(prints("{\"url\":\"http://h/latin\"}", BX_OK,
                 "URL: http://h/latin\nStatus: 200\nContent-Type: text/plain; charset=latin1\n\n"
                 "caf\xc3\xa9 \xe2\x82\xac"));
    CHECK(prints("{\"url\":\"http://h/badutf8\"}", BX_OK,
                 "URL: http://h/badutf8\nStatus: 200\nContent-Type: text/plain; charset=utf-8\n"
                 "Note: some bytes are no utf-8 and are shown as U+FFFD\n\na\xef\xbf\xbd"
                 "b"));
    CHECK(prints("{\"url\":\"http://h/utf16\"}", BX_OK,
                 "URL: http://h/utf16\nStatus: 200\nContent-Type: text/plain\n\na\xe2\x82\xac"));
    CHECK(
        prints("{\"url\":\"http://h/png\"}", BX_OK,
               "URL: http://h/png\nStatus: 200\nContent-Type: image/png\n\nBinary data, not shown:"
               " PNG image, image/png, 11 bytes. To keep it, fetch it with save_to.\n"));
    CHECK(
        prints("{\"url\":\"http://h/lie\"}", BX_OK,
               "URL: http://h/lie\nStatus: 200\nContent-Type: text/plain\n\nBinary data, not shown:"
               " text/plain, 5 bytes. To keep it, fetch it with save_to.\n"));
}

static void windows(void)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
    CHECK(call("{\"url\":\"http://h/long\",\"max_chars\":10}", &out, &r) == BX_OK);
    CHECK(bx_str_eq(r.shown, BX_LIT("\xc3\xa4"
                                    "1234567\n"))); /* ends behind a line */
    CHECK(r.chars == 27 && r.next == 9 && !r.body_cut);
    wf_result_done(&r);
    CHECK(call("{\"url\":\"http://h/long\",\"max_chars\":5,\"offset\":9}", &out, &r) == BX_OK);
    CHECK(bx_str_eq(r.shown, BX_LIT("b1234")) && r.next == 14);
    wf_result_done(&r);
    CHECK(call("{\"url\":\"http://h/long\",\"offset\":18}", &out, &r) == BX_OK);
    CHECK(bx_str_eq(r.shown, BX_LIT("c1234567\n")) && r.next == 0);
    wf_result_done(&r);
    CHECK(call("{\"url\":\"http://h/long\",\"offset\":27}", &out, &r) == BX_OK);
    CHECK(r.shown.n == 0 && r.next == 0);
    CHECK(bx_str_eq(bx_buf_str(&r.notes),
                    BX_LIT("offset 27 is past the end: the text has 27 characters\n")));
    wf_result_done(&r);
}

static void bounds(void)
{
    CHECK(prints(
        "{\"url\":\"http://h/endless\",\"max_bytes\":15}", BX_OK,
        "URL: http://h/endless\nStatus: 200\nContent-Type: text/plain\n"
        "Note: the body is longer than max_bytes (15) and was cut there\n\n012345678901234"));
    CHECK(prints("{\"url\":\"http://h/endless.bin\"}", BX_OK,
                 "URL: http://h/endless.bin\nStatus: 200\nContent-Type: application/zip\n\n"
                 "Binary data, not shown: zip archive (also docx, xlsx, jar, epub \xe2\x80\xa6),"
                 " application/zip, 5000000000 bytes. To keep it, fetch it with save_to.\n"));
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
    CHECK(call("{\"url\":\"http://h/endless\"}", &out, &r) == BX_OK);
    CHECK(r.bytes == 10 << 20 && r.body_cut && r.chars == 10 << 20 && r.next == 50000);
    wf_result_done(&r);
}

static void failures(void)
{
    CHECK(prints("{\"url\":\"http://h/denied\"}", BX_EDENIED,
                 "URL: http://h/denied\nError: HTTP-request-denied: refused\n\n"));
    CHECK(
        prints("{\"url\":\"http://none/\"}", BX_EIO,
               "URL: http://none/\nError: connection-refused: nobody answers at http://none/\n\n"));
    CHECK(prints("{\"url\":\"http://h/broken\"}", BX_EIO,
                 "URL: http://h/broken\nStatus: 200\nContent-Type: text/plain\n"
                 "Error: connection-terminated: broke off\n\n0123"));
    CHECK(prints("{\"url\":\"http://h/slow\"}", BX_ETIMEOUT,
                 "URL: http://h/slow\nStatus: 200\nContent-Type: text/plain\n"
                 "Error: the time is over\n\n012345"));
    CHECK(
        prints("{\"url\":\"http://h/lzma\"}", BX_EUNSUPPORTED,
               "URL: http://h/lzma\nStatus: 200\nError: the body is in the content encoding 'lzma',"
               " which is not known\n\n"));
    CHECK(prints("{\"url\":\"http://h/notgz\"}", BX_EINVAL,
                 "URL: http://h/notgz\nStatus: 200\nError: the body is said to be gzip, but is not"
                 " valid: incorrect header check\n\n"));
}

static void redirects(void)
{
    CHECK(prints("{\"url\":\"http://h/r301\"}", BX_OK,
                 "URL: http://h/page\nRedirect: 301 http://h/r301 -> http://h/page\nStatus: 200\n"
                 "Content-Type: text/html\nTitle: T\n\n# a\n\n[b](http://h/x)\n"));
    CHECK(prints("{\"url\":\"http://h/r301\",\"follow_redirects\":false}", BX_OK,
                 "URL: http://h/r301\nStatus: 301\n\n"));
    CHECK(prints("{\"url\":\"https://s/up\"}", BX_OK,
                 "URL: https://s/ok\nRedirect: 302 https://s/up -> https://s/ok\nStatus: 200\n"
                 "Content-Type: text/html\n\nok\n"));
    CHECK(prints(
        "{\"url\":\"https://s/down\"}", BX_EDENIED,
        "URL: https://s/down\nStatus: 302\nError: redirect from https to http refused:"
        " https://s/down points to http://s/page; fetch that URL itself if it is wanted\n\n"));
    CHECK(prints("{\"url\":\"http://h/file\"}", BX_EDENIED,
                 "URL: http://h/file\nStatus: 302\nError: redirected to 'file:///etc/passwd', which"
                 " is no http or https URL\n\n"));
    CHECK(prints("{\"url\":\"http://h/loop\"}", BX_ELIMIT,
                 "URL: http://h/loop\nRedirect: 302 http://h/loop -> http://h/loop2\n"
                 "Redirect: 302 http://h/loop2 -> http://h/loop\nStatus: 302\n"
                 "Error: redirect loop: http://h/loop was already asked\n\n"));
    CHECK(prints("{\"url\":\"http://h/nowhere\"}", BX_OK,
                 "URL: http://h/nowhere\nStatus: 302\nContent-Type: text/html\n\nx\n"));
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
    CHECK(call("{\"url\":\"http://h/c/\"}", &out, &r) == BX_ELIMIT);
    CHECK(r.n_hops == 10 && strstr(r.err.msg, "more than 10 redirects") != NULL);
    wf_result_done(&r);
}

static void what_redirects_send(void)
{
#define POST(path) \
    "{\"url\":\"" path "\",\"method\":\"post\",\"body\":\"B\",\"headers\":{" \
    "\"Content-Type\":\"text/x\",\"Authorization\":\"secret\",\"X-Y\":\"z\"}}"
    CHECK(sends(POST("http://h/page"),
                "POST http://h/page\nContent-Type: text/x\nAuthorization: secret\nX-Y: z\n"
                "content-length: 1\nB\n"));
    /* 301, 302 and 303 make a POST a GET; 307 leaves it as it is */
    CHECK(sends(POST("http://h/r301"),
                "POST http://h/r301\nContent-Type: text/x\nAuthorization: secret\nX-Y: z\n"
                "content-length: 1\nB\nGET http://h/page\nAuthorization: secret\nX-Y: z\n"));
    CHECK(sends(POST("http://h/r307"),
                "POST http://h/r307\nContent-Type: text/x\nAuthorization: secret\nX-Y: z\n"
                "content-length: 1\nB\nPOST http://h/page\nContent-Type: text/x\n"
                "Authorization: secret\nX-Y: z\ncontent-length: 1\nB\n"));
    CHECK(sends("{\"url\":\"http://h/r303\",\"method\":\"PUT\",\"body\":\"\"}",
                "PUT http://h/r303\ncontent-length: 0\nGET http://h/page\n"));
    CHECK(sends("{\"url\":\"http://h/r303\",\"method\":\"HEAD\"}",
                "HEAD http://h/r303\nHEAD http://h/page\n"));
    /* credentials stay with their origin */
    CHECK(sends("{\"url\":\"http://h/"
                "away\",\"headers\":{\"authorization\":\"s\",\"Cookie\":\"c\",\"X\":\"y\"}}",
                "GET http://h/away\nauthorization: s\nCookie: c\nX: y\n"
                "GET http://other/page\nX: y\n"));
}

static bool file_is(const char *path, const char *want)
{
    char have[100] = "";
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    have[fread(have, 1, sizeof have - 1, f)] = '\0';
    (void)fclose(f);
    return strcmp(have, want) == 0;
}

static void saved(void)
{
    char dir[] = "/tmp/wf_test_XXXXXX", path[100], part[110], json[300];
    CHECK(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof path, "%s/f", dir);
    (void)snprintf(part, sizeof part, "%s.part", path);
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_result r = {0};
#define SAVE(url, code) \
    (void)snprintf(json, sizeof json, "{\"url\":\"%s\",\"save_to\":\"%s\"}", url, path); \
    CHECK(call(json, &out, &r) == (code))
    SAVE("http://h/404", BX_OK);
    CHECK(access(path, F_OK) != 0 && r.saved_to.n == 0); /* an error page is shown instead */
    CHECK(bx_str_eq(r.shown, BX_LIT("no such thing\n")));
    wf_result_done(&r);
    SAVE("http://h/gz", BX_OK);
    CHECK(file_is(path, "<h1>a</h1>b") && access(part, F_OK) != 0);
    CHECK(bx_str_eq(bx_buf_str(&r.saved_to), bx_str_of(path)) && r.bytes == 11 && r.shown.n == 0);
    wf_result_done(&r);
    SAVE("http://h/broken", BX_EIO); /* the old file stays, nothing else does */
    CHECK(file_is(path, "<h1>a</h1>b") && access(part, F_OK) != 0);
    wf_result_done(&r);
    (void)snprintf(json, sizeof json, "{\"url\":\"http://h/gz\",\"save_to\":\"%s/no/f\"}", dir);
    CHECK(call(json, &out, &r) == BX_EIO && strstr(r.err.msg, "cannot create") != NULL);
    wf_result_done(&r);
    CHECK(unlink(path) == 0 && rmdir(dir) == 0);
}

static bx_code call_once(const char *json)
{
    static char storage[1 << 16]; /* the output's own memory is not what is tried here */
    wf_args args;
    wf_result r = {0};
    bx_code rc = wf_args_parse(bx_str_of(json), &args, NULL);
    if (rc != BX_OK)
        return rc;
    wf_fetch(&args, &r);
    rc = r.err.code;
    (void)snprintf(storage, sizeof storage, "%.*s", (int)r.shown.n, r.shown.p ? r.shown.p : "");
    wf_args_done(&args);
    wf_result_done(&r);
    return rc;
}

static void every_allocation_may_fail(void)
{
    wf_fake_set(REPLIES, BX_COUNT(REPLIES));
    EACH_ALLOC_FAILS(rc, { rc = call_once("{\"url\":\"http://h/gz\"}"); });
    EACH_ALLOC_FAILS(rc, { rc = call_once("{\"url\":\"http://h/latin\"}"); });
    EACH_ALLOC_FAILS(rc, {
        rc = call_once("{\"url\":\"http://h/r301\",\"as\":\"html\",\"main_content\":true}");
    });
    wf_fake_done();
}

BXT_MAIN(RUN(arguments_refused); RUN(pages); RUN(other_bodies); RUN(windows); RUN(bounds);
         RUN(failures); RUN(redirects); RUN(what_redirects_send); RUN(saved);
         RUN(every_allocation_may_fail); wf_fake_done();)
