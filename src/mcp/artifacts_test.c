#include "mcp/artifacts.h"

#include "base/test.h"

static bx_code read_back(mcp_artifacts *a, bx_str uri, bx_buf *ret)
{
    bx_json_out o = bx_json_out_on(ret);
    bx_json_out_begin_object(&o);
    bx_code rc = mcp_artifacts_read(a, uri, &o, NULL);
    bx_json_out_end_object(&o);
    return rc;
}

static void test_kept(void)
{
    mcp_artifacts *a = NULL;
    BX_AUTO_BUF uri = bx_buf_init(256), other = bx_buf_init(256), text = bx_buf_init(4096);
    CHECK(mcp_artifacts_new(&a, NULL) == BX_OK);
    CHECK(mcp_artifacts_add(a, BX_LIT("one\n"), &uri, NULL) == BX_OK);
    CHECK(mcp_artifacts_add(a, BX_LIT("two"), &other, NULL) == BX_OK);
    CHECK(uri.n == other.n && strcmp(uri.p, other.p) != 0);
    CHECK(read_back(a, bx_buf_str(&uri), &text) == BX_OK && strstr(text.p, "\"text\":\"one\\n\""));
    uri.p[uri.n - 1] = uri.p[uri.n - 1] == '0' ? '1' : '0';
    bx_buf_clear(&text);
    CHECK(read_back(a, bx_buf_str(&uri), &text) == BX_ENOENT);
    bx_buf_clear(&text);
    CHECK(read_back(a, BX_LIT(MCP_ARTIFACT_PREFIX), &text) == BX_ENOENT);
    bx_buf_clear(&text);
    CHECK(read_back(a, BX_LIT("file:///x"), &text) == BX_ENOENT);
    mcp_artifacts_free(a);
}

/* The oldest go: by number, and by size. */
static void test_bounded(void)
{
    mcp_artifacts *a = NULL;
    BX_AUTO_BUF first = bx_buf_init(256), uri = bx_buf_init(256), text = bx_buf_init(64 << 20);
    CHECK(mcp_artifacts_new(&a, NULL) == BX_OK);
    CHECK(mcp_artifacts_add(a, BX_LIT("first"), &first, NULL) == BX_OK);
    for (int i = 1; i < MCP_ARTIFACTS_MAX; i++) {
        bx_buf_clear(&uri);
        CHECK(mcp_artifacts_add(a, BX_LIT("x"), &uri, NULL) == BX_OK);
    }
    CHECK(read_back(a, bx_buf_str(&first), &text) == BX_OK);
    bx_buf_clear(&uri);
    CHECK(mcp_artifacts_add(a, BX_LIT("one more"), &uri, NULL) == BX_OK);
    bx_buf_clear(&text);
    CHECK(read_back(a, bx_buf_str(&first), &text) == BX_ENOENT);
    char *large = bx_calloc(1, MCP_ARTIFACTS_BYTES + 1);
    CHECK(large);
    memset(large, 'x', MCP_ARTIFACTS_BYTES);
    BX_AUTO_BUF big = bx_buf_init(256);
    CHECK(mcp_artifacts_add(a, (bx_str){large, MCP_ARTIFACTS_BYTES + 1}, &big, NULL) == BX_ELIMIT);
    bx_buf_clear(&text);
    CHECK(read_back(a, bx_buf_str(&uri), &text) == BX_OK); /* nothing went for it */
    bx_buf_clear(&big);
    CHECK(mcp_artifacts_add(a, (bx_str){large, MCP_ARTIFACTS_BYTES}, &big, NULL) == BX_OK);
    bx_buf_clear(&text);
    CHECK(read_back(a, bx_buf_str(&uri), &text) == BX_ENOENT);
    free(large);
    mcp_artifacts_free(a);
}

BXT_MAIN(RUN(test_kept); RUN(test_bounded);)
