#include "mcp/http_guard.h"

#include "base/test.h"

#define TOKEN "0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE"

static const bx_mcp_guard local = {.local = true, .token = {TOKEN, sizeof TOKEN - 1}};

static bool host(const bx_mcp_guard *g, const char *s)
{
    return bx_mcp_host_allowed(g, bx_str_of(s));
}

static void test_hosts_on_loopback(void)
{
    static const char *const good[] = {"localhost",       "LocalHost:1", "127.0.0.1",
                                       "127.0.0.1:65535", "[::1]",       "[::1]:80"};
    static const char *const bad[] = {"",
                                      ":80",
                                      "localhost:",
                                      "localhost:x",
                                      "localhost.",
                                      "localhost.x",
                                      "127.0.0.1.x",
                                      "127.0.0.2",
                                      "0.0.0.0",
                                      "::1",
                                      "[::1",
                                      "[::1]x",
                                      "[::1]:",
                                      "example.com",
                                      "localhost:123456",
                                      "localhost x"};
    for (size_t i = 0; i < BX_COUNT(good); i++)
        CHECK(host(&local, good[i]));
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(!host(&local, bad[i]));
}

/* Elsewhere an address is nobody's name; a name has to be listed. */
static void test_hosts_elsewhere(void)
{
    static const char *const names[] = {"box.example.com"};
    const bx_mcp_guard g = {.hosts = names, .n_hosts = 1};
    CHECK(host(&g, "10.0.0.1:7345") && host(&g, "[fd00::1]") && host(&g, "localhost"));
    CHECK(host(&g, "BOX.example.com:443"));
    CHECK(!host(&g, "example.com") && !host(&g, "x.box.example.com") && !host(&g, "10.0.0"));
    CHECK(!host(&g, "[10.0.0.1]") && !host(&g, "fd00::1"));
    CHECK(!host(&local, "10.0.0.1") && !host(&local, "box.example.com"));
}

static bool origin(const bx_mcp_guard *g, const char *s)
{
    return bx_mcp_origin_allowed(g, bx_str_of(s), BX_LIT("localhost:7345"));
}

/* Where nobody needs a token, a page of another port of this machine is a stranger's. */
static void test_origins_without_token(void)
{
    static const struct {
        const char *origin, *host;
        bool good;
    } rows[] = {
        {"http://localhost:7345", "localhost:7345", true},
        {"http://127.0.0.1:7345", "localhost:7345", true},
        {"https://[::1]:7345", "127.0.0.1:7345", true},
        {"http://localhost", "localhost", true},
        {"http://localhost:80", "localhost", true},
        {"https://localhost", "localhost:443", true},
        {"http://localhost:3000", "localhost:7345", false},
        {"http://localhost", "localhost:7345", false},
        {"https://localhost", "localhost:80", false},
        {"http://localhost:07345", "localhost:7345", false},
        {"http://localhost:7345", "localhost", false},
        {"http://localhost:7345", "box.example.com:7345", false},
        {"http://example.com:7345", "localhost:7345", false},
        {"null", "localhost:7345", false},
    };
    static const char *const listed[] = {"http://localhost:3000"};
    const bx_mcp_guard open = {.local = true};
    const bx_mcp_guard lists = {.local = true, .origins = listed, .n_origins = 1};
    for (size_t i = 0; i < BX_COUNT(rows); i++)
        CHECK(bx_mcp_origin_allowed(&open, bx_str_of(rows[i].origin), bx_str_of(rows[i].host)) ==
              rows[i].good);
    CHECK(origin(&local, "http://localhost:3000")); /* the control: who comes with a token may */
    CHECK(origin(&lists, "http://localhost:3000") && !origin(&lists, "http://localhost:3001"));
}

static void test_origins(void)
{
    static const char *const listed[] = {"https://app.example.com"};
    static const char *const bad[] = {"",
                                      "null",
                                      "http://",
                                      "http://example.com",
                                      "http://localhost.example.com",
                                      "http://localhost@example.com",
                                      "http://localhost/",
                                      "file://localhost",
                                      "localhost",
                                      "https://app.example.com"};
    const bx_mcp_guard g = {.local = true, .origins = listed, .n_origins = 1};
    CHECK(origin(&local, "http://localhost") && origin(&local, "https://127.0.0.1:3000"));
    CHECK(origin(&local, "HTTP://[::1]:1"));
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(!origin(&local, bad[i]));
    CHECK(origin(&g, "https://app.example.com") && !origin(&g, "http://app.example.com"));
    CHECK(!origin(&g, "https://app.example.com:8443"));
}

static bool token(const bx_mcp_guard *g, const char *s)
{
    return bx_mcp_token_allowed(g, bx_str_of(s));
}

static void test_tokens(void)
{
    const bx_mcp_guard none = {.local = true};
    CHECK(token(&local, "Bearer " TOKEN) && token(&local, "bearer  " TOKEN));
    CHECK(!token(&local, "") && !token(&local, TOKEN) && !token(&local, "Bearer"));
    CHECK(!token(&local, "Bearer ") && !token(&local, "Bearer " TOKEN "x"));
    CHECK(!token(&local, "Bearer 0123456789abcdefghijklmnopqrstuvwxyz_-ABCD"));
    CHECK(!token(&local, "Basic " TOKEN) && !token(&local, "Bearer " TOKEN " "));
    CHECK(token(&none, "") && token(&none, "Bearer x"));
}

static void test_types(void)
{
    const bx_str json = BX_LIT("application/json"), events = BX_LIT("text/event-stream");
    CHECK(bx_mcp_is_type(BX_LIT("application/json"), json));
    CHECK(bx_mcp_is_type(BX_LIT(" Application/JSON ; charset=utf-8"), json));
    CHECK(!bx_mcp_is_type(BX_LIT("application/jsonx"), json) && !bx_mcp_is_type(BX_LIT(""), json));
    CHECK(!bx_mcp_is_type(BX_LIT("text/plain; application/json"), json));
    CHECK(bx_mcp_accepts(BX_LIT("application/json, text/event-stream"), events));
    CHECK(bx_mcp_accepts(BX_LIT("a/b;q=1,text/*;q=0.5"), events));
    CHECK(bx_mcp_accepts(BX_LIT("*/*"), json) &&
          bx_mcp_accepts(BX_LIT(",, application/json"), json));
    CHECK(!bx_mcp_accepts(BX_LIT("text/html"), json) && !bx_mcp_accepts(BX_LIT(""), json));
    CHECK(!bx_mcp_accepts(BX_LIT("application/*x"), json) && !bx_mcp_accepts(BX_LIT("*"), json));
}

BXT_MAIN(RUN(test_hosts_on_loopback); RUN(test_hosts_elsewhere); RUN(test_origins);
         RUN(test_origins_without_token); RUN(test_tokens); RUN(test_types);)
