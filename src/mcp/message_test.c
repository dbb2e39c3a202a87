#include "mcp/message.h"

#include "base/test.h"

#define META(version) \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"" version \
    "\",\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define CALL(params) \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{" params "}}"

static const bx_mcp_facts on_stdio = {.http = false};

/* The fault of a text; 0: none. */
static int fault_of(const char *text, const bx_mcp_facts *facts, bx_mcp_kind *kind)
{
    bx_mcp_message *m = NULL;
    if (bx_mcp_message_new(bx_str_of(text), facts, &m, NULL) != BX_OK)
        return 1;
    int code = m->fault.code;
    *kind = m->kind;
    bx_mcp_message_free(m);
    return code;
}

static void test_kinds(void)
{
    static const struct {
        const char *text;
        bx_mcp_kind kind;
        int code;
    } rows[] = {
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", BX_MCP_REQUEST, 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"ping\",\"params\":{}}", BX_MCP_REQUEST, 0},
        {"{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", BX_MCP_NOTIFICATION, 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", BX_MCP_RESPONSE, 0},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", BX_MCP_RESPONSE, 0},
        {"[{}]", BX_MCP_BATCH, 0},
        {"[]", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"", BX_MCP_BROKEN, RPC_PARSE},
        {"{\"jsonrpc\":\"2.0\"", BX_MCP_BROKEN, RPC_PARSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":1,\"method\":\"ping\"}", BX_MCP_BROKEN, RPC_PARSE},
        {"{\"jsonrpc\":\"2.0\",\"id\":\"\\udc00\",\"method\":\"ping\"}", BX_MCP_BROKEN, RPC_PARSE},
        {"7", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.1\",\"id\":1,\"method\":\"ping\"}", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"p\"}", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"p\"}", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"id\":1}", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"result\":1}", BX_MCP_BROKEN, RPC_INVALID_REQUEST},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"p\",\"params\":[]}", BX_MCP_REQUEST,
         RPC_INVALID_PARAMS},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"p\",\"params\":{\"_meta\":1}}", BX_MCP_REQUEST,
         RPC_INVALID_PARAMS},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_mcp_kind kind = BX_MCP_BROKEN;
        CHECK(fault_of(rows[i].text, &on_stdio, &kind) == rows[i].code);
        CHECK(kind == rows[i].kind);
    }
}

static void test_a_batch_is_bounded(void)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    bx_mcp_kind kind;
    for (int i = 0; i < MCP_MAX_BATCH; i++)
        (void)bx_buf_add_z(&text, i ? ",1" : "[1");
    (void)bx_buf_add_c(&text, ']');
    CHECK(fault_of(text.p, &on_stdio, &kind) == 0 && kind == BX_MCP_BATCH);
    text.n--;
    (void)bx_buf_add_z(&text, ",1]");
    CHECK(fault_of(text.p, &on_stdio, &kind) == RPC_INVALID_REQUEST && kind == BX_MCP_BROKEN);
}

static void test_eras(void)
{
    static const struct {
        const char *text, *header;
        bool modern;
    } rows[] = {
        {CALL("\"name\":\"x\""), NULL, false},         {CALL(META("2026-07-28")), NULL, true},
        {CALL(META("2025-06-18")), NULL, true}, /* and refused: there is no such thing */
        {CALL("\"name\":\"x\""), "2026-07-28", true},  {CALL("\"name\":\"x\""), "2026-07-29", true},
        {CALL("\"name\":\"x\""), "2025-11-25", false}, {CALL("\"name\":\"x\""), "zzz", false},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        const bx_mcp_facts f = {.http = rows[i].header != NULL,
                                .protocol_version = bx_str_of(rows[i].header)};
        BX_AUTO(bx_mcp_message) bx_mcp_message *m = NULL;
        CHECK(bx_mcp_message_new(bx_str_of(rows[i].text), &f, &m, NULL) == BX_OK);
        CHECK(bx_mcp_message_is_modern(m) == rows[i].modern);
        CHECK(!bx_mcp_message_opens(m));
    }
}

/* In the order that the specification gives. */
static void test_the_order_of_checks(void)
{
    static const bx_str v = BX_LIT("2026-07-28"), call = BX_LIT("tools/call"), x = BX_LIT("x");
    static const bx_str none = {NULL, 0};
    const struct {
        const char *text;
        bx_str version, method, name;
        int code;
    } rows[] = {
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, call, x, 0},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, BX_LIT(" tools/call\t"), x, 0},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, call, BX_LIT("=?base64?eA==?="), 0},
        {CALL("\"name\":\"x\""), v, BX_LIT("bad"), x, RPC_INVALID_PARAMS},
        {CALL("\"name\":\"x\"," META("2026-07-28")), none, call, x, MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2027-01-01")), v, call, x, MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2027-01-01")), BX_LIT("2027-01-01"), BX_LIT("bad"), x,
         MCP_UNSUPPORTED_VERSION},
        {CALL("\"name\":\"x\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":"
              "\"2026-07-28\"}"),
         v, BX_LIT("bad"), x, RPC_INVALID_PARAMS},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, none, x, MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, BX_LIT("Tools/Call"), x,
         MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, call, none, MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, call, BX_LIT("y"), MCP_HEADER_MISMATCH},
        {CALL("\"name\":\"x\"," META("2026-07-28")), v, call, BX_LIT("=?base64?!?="),
         MCP_HEADER_MISMATCH},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        const bx_mcp_facts f = {.http = true,
                                .protocol_version = rows[i].version,
                                .method = rows[i].method,
                                .name = rows[i].name};
        bx_mcp_kind kind;
        CHECK(fault_of(rows[i].text, &f, &kind) == rows[i].code);
        CHECK(kind == BX_MCP_REQUEST);
    }
}

static void test_older_versions_in_the_header(void)
{
    bx_mcp_kind kind;
    const bx_mcp_facts good = {.http = true, .protocol_version = BX_LIT("2025-03-26")};
    const bx_mcp_facts bad = {.http = true, .protocol_version = BX_LIT("2023-01-01")};
    CHECK(fault_of(CALL("\"name\":\"x\""), &good, &kind) == 0);
    CHECK(fault_of(CALL("\"name\":\"x\""), &bad, &kind) == RPC_INVALID_REQUEST);
    CHECK(strcmp(mcp_legacy_version(BX_LIT("2025-06-18")), "2025-06-18") == 0);
    CHECK(strcmp(mcp_legacy_version(BX_LIT("2026-07-28")), "2025-11-25") == 0);
    CHECK(strcmp(mcp_version(0), "2026-07-28") == 0 && !mcp_version(5));
}

static void test_what_an_error_looks_like(void)
{
    BX_AUTO_BUF text = bx_buf_init(4096);
    mcp_fault f = {.code = 0};
    mcp_fault_set(&f, -32602, 400, "no \"%s\"", "x");
    mcp_fault_set(&f, -32603, 500, "the first one stays");
    f.data = bx_buf_init(64);
    (void)bx_buf_add_z(&f.data, "{\"a\":1}");
    CHECK(mcp_fault_write(&f, BX_LIT("\"i\""), &text) == BX_OK);
    CHECK(strcmp(text.p, "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"error\":{\"code\":-32602,\"message\":"
                         "\"no \\\"x\\\"\",\"data\":{\"a\":1}}}") == 0);
    mcp_fault_done(&f);
}

static void test_no_memory(void)
{
    EACH_ALLOC_FAILS(rc, {
        bx_mcp_message *m = NULL;
        rc = bx_mcp_message_new(BX_LIT(CALL("\"name\":\"x\"," META("2099-01-01"))), &on_stdio, &m,
                                NULL);
        bx_mcp_message_free(m);
    });
}

BXT_MAIN(RUN(test_kinds); RUN(test_a_batch_is_bounded); RUN(test_eras);
         RUN(test_the_order_of_checks); RUN(test_older_versions_in_the_header);
         RUN(test_what_an_error_looks_like); RUN(test_no_memory);)
