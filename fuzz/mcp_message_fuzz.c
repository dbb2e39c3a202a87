/* Messages of MCP as they come in, on a server with one tool, resource and prompt.  Whatever it is:
 * `done` is called once, what is sent is one JSON object on one line, a request that is no stream
 * is answered with its own ID, and nothing is answered that asks for none.
 *
 * Input: flags, the headers (each up to a NUL), then the message. */
#include "mcp/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bx_mcp_server *server;
static bx_manifest manifest;

/* ---- ports ----------------------------------------------------------------------------------- */

static size_t count(void *ctx)
{
    (void)ctx;
    return 1;
}

static const bx_manifest *manifest_at(void *ctx, size_t i)
{
    (void)ctx;
    BX_ASSERT(i == 0);
    return &manifest;
}

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    static const char *const choices[] = {"yes", "no"};
    size_t chosen;
    (void)ctx;
    (void)name;
    (void)ctl;
    (void)origin;
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_ASSERT(bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
    if (bx_mcp_is_modern(c) && arguments.n > 2)
        (void)bx_mcp_choose(c, BX_LIT("?"), choices, 2, &chosen);
    *ret = (bx_tool_end){.text = bx_buf_init(0)};
    return bx_json_parse(BX_LIT("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"isError\":"
                                "false,\"_meta\":{\"k\":1}}"),
                         BX_JSON_MAX_DEPTH, &ret->result, err);
}

static bx_code list(void *ctx, bx_mcp_call *c, bx_str cursor, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)c;
    (void)cursor;
    (void)err;
    bx_json_out_key(out, BX_LIT("resources"));
    bx_json_out_raw(out, BX_LIT("[]"));
    return BX_OK;
}

static bx_code read_one(void *ctx, bx_mcp_call *c, bx_str uri, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)c;
    bx_json_out_key(out, BX_LIT("contents"));
    bx_json_out_raw(out, BX_LIT("[]"));
    return uri.n % 2 ? BX_OK : bx_fail(err, BX_ENOENT, "none");
}

static bx_code complete(void *ctx, bx_mcp_call *c, const bx_mcp_completing *of, bx_json_out *out,
                        bx_error *err)
{
    (void)ctx;
    (void)c;
    (void)err;
    bx_json_out_string(out, of->value);
    return BX_OK;
}

static const bx_mcp_tools tools = {.count = count, .manifest = manifest_at, .call = call};
static const bx_mcp_resources resources = {.list = list, .read = read_one, .complete = complete};

/* ---- the carrier ----------------------------------------------------------------------------- */

typedef struct exchange {
    int done;
    bool said;
    int status;
    bx_buf id; /* of the answer */
} exchange;

static void check(bx_str json, exchange *x)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_ASSERT(!memchr(json.p, '\n', json.n));
    BX_ASSERT(bx_json_parse(json, BX_JSON_MAX_DEPTH, &doc, NULL) == BX_OK);
    const bx_json_val *root = bx_json_root(doc), *first = root;
    if (bx_json_type_of(root) == BX_JSON_ARRAY) {
        bx_json_iter it = bx_json_iter_of(root);
        first = bx_json_next(&it, NULL);
    }
    BX_ASSERT(bx_json_type_of(first) == BX_JSON_OBJECT);
    if (!x)
        return;
    BX_ASSERT(!bx_json_get(first, BX_LIT("result")) != !bx_json_get(first, BX_LIT("error")));
    bx_json_out o = bx_json_out_on(&x->id);
    bx_json_out_value(&o, bx_json_get(first, BX_LIT("id")));
}

static void send(void *ctx, bx_str json)
{
    const exchange *x = ctx;
    BX_ASSERT(!x->done);
    check(json, NULL);
}

static void done(void *ctx, int status, bx_str json)
{
    exchange *x = ctx;
    x->done++;
    x->status = status;
    x->said = json.n > 0;
    if (json.n)
        check(json, x);
}

static void set_up(void)
{
    const bx_mcp_config cfg = {
        .name = BX_LIT("fuzz"), .version = BX_LIT("1"), .tools = &tools, .resources = &resources};
    BX_ASSERT(bx_json_parse(BX_LIT("{\"annotations\":{}}"), 4, &manifest.doc, NULL) == BX_OK);
    manifest.name = BX_LIT("t");
    manifest.description = BX_LIT("d");
    manifest.annotations = bx_json_get(bx_json_root(manifest.doc), BX_LIT("annotations"));
    BX_ASSERT(bx_mcp_server_new(&cfg, &server, NULL) == BX_OK);
}

/* Up to a NUL; .p NULL where it is empty. */
static bx_str header(bx_str *in)
{
    const char *end = memchr(in->p, '\0', in->n);
    bx_str s = {in->p, end ? (size_t)(end - in->p) : in->n};
    *in = bx_str_from(*in, s.n + 1);
    return s.n ? s : (bx_str){NULL, 0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_str in = {(const char *)data, size > 65536 ? 65536 : size};
    bx_mcp_message *m = NULL;
    bx_mcp_session *session = NULL;
    exchange x = {.id = bx_buf_init(64 << 10)};
    const bx_mcp_sink sink = {.send = send, .done = done, .ctx = &x};
    if (!server)
        set_up();
    uint8_t flags = in.n ? (uint8_t)in.p[0] : 0;
    in = bx_str_from(in, 1);
    bx_mcp_facts facts = {.http = flags & 1, .may_wait = true};
    if (facts.http) {
        facts.protocol_version = header(&in);
        facts.method = header(&in);
        facts.name = header(&in);
    }
    BX_ASSERT(bx_mcp_message_new(in, &facts, &m, NULL) == BX_OK);
    if (flags & 2)
        BX_ASSERT(bx_mcp_session_new(server, NULL, &session, NULL) == BX_OK);
    if (session && flags & 4)
        session->version = "2025-03-26";
    bx_mcp_kind kind = bx_mcp_message_kind(m);
    BX_AUTO_BUF id = bx_buf_init(64 << 10);
    (void)bx_buf_add_str(&id, bx_buf_str(&m->id));
    bx_mcp_handle(server, session, m, &sink);
    bx_mcp_gone(server, &x); /* a stream ends */
    BX_ASSERT(x.done == 1);
    if (kind == BX_MCP_REQUEST && x.said)
        BX_ASSERT(bx_str_eq(bx_buf_str(&x.id), bx_buf_str(&id)));
    BX_ASSERT(kind != BX_MCP_REQUEST || x.said || x.status == 0);
    BX_ASSERT((kind != BX_MCP_NOTIFICATION && kind != BX_MCP_RESPONSE) || !x.said);
    BX_ASSERT(kind != BX_MCP_BROKEN || x.said);
    if (session) {
        bx_mcp_session_end(session);
        bx_mcp_session_unref(session);
    }
    bx_buf_done(&x.id);
    return 0;
}
