#include "agent/rights.h"

#include "base/test.h"

static bx_code grant_of(const char *const *lines, bx_grant **ret, bx_error *err)
{
    bx_code rc = bx_grant_new(ret, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(*ret, BX_LIT("/"), BX_LIT("/workspace"), err);
    for (size_t i = 0; lines[i] && rc == BX_OK; i++)
        rc = bx_grant_allow(*ret, bx_str_of(lines[i]), err);
    return rc == BX_OK ? bx_grant_seal(*ret, err) : rc;
}

static bool has(const bx_grant *g, const char *line)
{
    const bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        char text[4097];
        if (bx_cap_print(&caps.at[i], text, sizeof text, NULL) == BX_OK && strcmp(text, line) == 0)
            return true;
    }
    return false;
}

static void test_never_wider(void)
{
    static const char *const mine[] = {"read:/workspace/docs",
                                       "rw:/workspace/a",
                                       "tool:*",
                                       "tmp",
                                       "deny:**/.env",
                                       "fetch:GET https://example.com",
                                       NULL};
    static const bx_str asked[] = {
        {"rw:/workspace", 13}, {"read:/workspace/docs", 20},
        {"read:/etc", 9},      {"fetch:https://example.com", 25},
        {"tool:jq", 7},        {"nonsense", 8},
        {"env:HOME", 8},       {"deny:/workspace/a/x", 19},
    };
    bx_error err = {.msg = ""};
    BX_AUTO(bx_grant) bx_grant *delegable = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF why = bx_buf_init(64 << 10);
    CHECK(grant_of(mine, &delegable, &err) == BX_OK);
    CHECK(bx_rights_derive(delegable, asked, BX_COUNT(asked), &g, &why, &err) == BX_OK);
    CHECK(has(g, "read:/workspace/docs") && has(g, "rw:/workspace/a"));
    CHECK(!has(g, "rw:/workspace") && !has(g, "read:/etc") && !has(g, "env:HOME"));
    CHECK(has(g, "deny:**/.env") && has(g, "deny:/workspace/a/x"));
    CHECK(has(g, "fetch:GET https://example.com"));
    CHECK(has(g, "tool:jq") && !has(g, "tool:*"));
    CHECK(has(g, "tmp")); /* comes along */
    CHECK(bx_grant_is_sealed(g));
    BX_AUTO(bx_json) bx_json *rows = NULL;
    CHECK(bx_json_parse(bx_buf_str(&why), 8, &rows, &err) == BX_OK);
    CHECK(bx_json_size(bx_json_root(rows)) == BX_COUNT(asked));
}

static void test_of_nothing_comes_nothing(void)
{
    static const char *const mine[] = {"rw:/workspace/a", NULL};
    bx_error err = {.msg = ""};
    BX_AUTO(bx_grant) bx_grant *delegable = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF why = bx_buf_init(64 << 10);
    CHECK(grant_of(mine, &delegable, &err) == BX_OK);
    CHECK(bx_rights_derive(delegable, NULL, 0, &g, &why, &err) == BX_OK);
    CHECK(bx_grant_caps(g).n == 0);
    CHECK(strcmp(why.p, "[]") == 0);
}

static void test_too_many(void)
{
    static const char *const mine[] = {NULL};
    bx_error err = {.msg = ""};
    bx_str asked[BX_RIGHTS_MAX + 1];
    BX_AUTO(bx_grant) bx_grant *delegable = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF why = bx_buf_init(64 << 10);
    for (size_t i = 0; i < BX_COUNT(asked); i++)
        asked[i] = BX_LIT("tmp");
    CHECK(grant_of(mine, &delegable, &err) == BX_OK);
    CHECK(bx_rights_derive(delegable, asked, BX_RIGHTS_MAX, &g, &why, &err) == BX_OK);
    bx_grant_free(BX_TAKE(g));
    bx_buf_clear(&why);
    CHECK(bx_rights_derive(delegable, asked, BX_COUNT(asked), &g, &why, &err) == BX_ELIMIT);
}

static void test_out_of_memory(void)
{
    static const char *const mine[] = {"rw:/workspace/a", "tool:*", NULL};
    static const bx_str asked[] = {{"rw:/workspace", 13}, {"nonsense", 8}};
    bx_error err = {.msg = ""};
    BX_AUTO(bx_grant) bx_grant *delegable = NULL;
    CHECK(grant_of(mine, &delegable, &err) == BX_OK);
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_grant) bx_grant *g = NULL;
        BX_AUTO_BUF why = bx_buf_init(64 << 10);
        rc = bx_rights_derive(delegable, asked, BX_COUNT(asked), &g, &why, &err);
    });
}

BXT_MAIN(RUN(test_never_wider); RUN(test_of_nothing_comes_nothing); RUN(test_too_many);
         RUN(test_out_of_memory);)
