/* Requests of curl and wget: redirects, retries, what is sent where. */
#include "base/test.h"
#include "fetch/http_fake.h"
#include "programs/curl/web.h"

static const wf_fake_reply replies[] = {
    {.url = "http://h/", .status = 200, .body = {"hello", 5}},
    {.url = "http://h/to", .status = 302, .headers = "location: /\n"},
    {.url = "http://h/see", .status = 303, .headers = "location: /\n"},
    {.url = "http://h/keep", .status = 307, .headers = "location: /\n"},
    {.url = "http://h/away", .status = 301, .headers = "location: http://other/\n"},
    {.url = "http://other/", .status = 200},
    {.url = "http://h/loop", .status = 302, .headers = "location: /loop\n"},
    {.url = "http://h/busy", .status = 503},
    {.url = "http://h/never", .fail = BX_ETIMEOUT},
};

static unsigned status;
static int code;

static void go(const char *url, web_request *req)
{
    web_result r;
    wf_fake_set(replies, BX_COUNT(replies));
    req->timeout_ms = 1000;
    req->max_redirects = 3;
    req->follow = true;
    if (!web_url(url, &req->url)) {
        code = WEB_MALFORMED;
        return;
    }
    web_fetch_head(req, &r);
    status = r.response ? wf_http_status(r.response) : 0;
    code = r.code;
    web_result_done(&r);
}

static bool logged(const char *what)
{
    bx_str s = wf_fake_log();
    return memmem(s.p, s.n, what, strlen(what)) != NULL;
}

static void redirects(void)
{
    web_request get = {0}, post = {.has_body = true}, put = {.method = "PUT", .keep_method = true};
    go("h/to", &get);
    CHECK(code == WEB_OK && status == 200 && logged("GET http://h/to") &&
          logged("GET http://h/\n"));
    prog_buf_put(&post.body, "x=1", 3);
    go("http://h/to", &post);
    CHECK(status == 200 && logged("POST http://h/to") && logged("GET http://h/\n"));
    post.body.n = 0;
    prog_buf_put(&post.body, "x=1", 3);
    go("http://h/keep", &post);
    CHECK(status == 200 && logged("POST http://h/keep") && logged("POST http://h/\n"));
    go("http://h/see", &put);
    CHECK(status == 200 && logged("PUT http://h/\n"));
    go("http://h/loop", &get);
    CHECK(code == WEB_REDIRECTED && status == 0);
}

static void secrets_stay(void)
{
    web_request req = {0};
    web_add_header(&req.headers, "Authorization", "Basic eA==");
    web_add_header(&req.headers, "X-Other", "1");
    go("http://h/away", &req);
    CHECK(status == 200 && req.headers.n == 1 && web_has_header(&req.headers, "x-other"));
}

static void retries(void)
{
    web_request req = {.retries = 2};
    go("http://h/busy", &req);
    bx_str s = wf_fake_log();
    size_t n = 0;
    for (size_t i = 0; i + 4 < s.n; i++)
        n += memcmp(s.p + i, "GET ", 4) == 0;
    CHECK(status == 503 && n == 3);
    req.retries = 0;
    go("http://h/never", &req);
    CHECK(code == WEB_TIMEOUT);
}

static void urls(void)
{
    prog_buf b = {0};
    CHECK(web_url("example.org", &b) && b.n == 19 && memcmp(b.p, "http://example.org/", 19) == 0);
    CHECK(web_url("http://h?q", &b) && b.n == 11 && memcmp(b.p, "http://h/?q", 11) == 0);
    CHECK(!web_url("ftp://h/", &b) && !web_url("http://", &b) && !web_url("", &b));
    char *name = web_file_name(BX_LIT("http://h/a/b.txt?q=/x"));
    CHECK(strcmp(name, "b.txt") == 0);
    free(name);
    name = web_file_name(BX_LIT("http://h/"));
    CHECK(*name == '\0');
    free(name);
    prog_buf_free(&b);
}

BXT_MAIN(RUN(redirects); RUN(secrets_stay); RUN(retries); RUN(urls);)
