/* The table of methods, and those that are about the server itself. */
#include "mcp/internal.h"

const mcp_method *mcp_method_find(bx_str name)
{
    static const mcp_method all[] = {
#define MCP_METHOD(id, name, modern, legacy, slow) {name, modern, legacy, slow, mcp_serve_##id},
#include "mcp/methods.def"
#undef MCP_METHOD
    };
    for (size_t i = 0; i < BX_COUNT(all); i++) {
        if (bx_str_eq(name, bx_str_of(all[i].name)))
            return &all[i];
    }
    return NULL;
}

/* ---- what the server can do ------------------------------------------------------------------ */

static void put_flags(bx_json_out *o, const char *name, bool subscribe, bool changes)
{
    bx_json_out_key(o, bx_str_of(name));
    bx_json_out_begin_object(o);
    if (subscribe) {
        bx_json_out_key(o, BX_LIT("subscribe"));
        bx_json_out_bool(o, true);
    }
    if (changes) {
        bx_json_out_key(o, BX_LIT("listChanged"));
        bx_json_out_bool(o, true);
    }
    bx_json_out_end_object(o);
}

static void put_capabilities(const bx_mcp_server *s, bool modern, bx_json_out *o)
{
    const bx_mcp_resources *r = s->cfg.resources;
    bx_json_out_key(o, BX_LIT("capabilities"));
    bx_json_out_begin_object(o);
    put_flags(o, "tools", false, true);
    put_flags(o, "resources", r && r->watch, true); /* also without a port: long results */
    if (s->cfg.prompts)
        put_flags(o, "prompts", false, true);
    if (s->cfg.prompts || r)
        put_flags(o, "completions", false, false);
    put_flags(o, "logging", false, false);
    if (modern) {
        bx_json_out_key(o, BX_LIT("extensions"));
        bx_json_out_raw(o, BX_LIT("{\"" META_PREFIX "tasks\":{}}"));
    }
    bx_json_out_end_object(o);
}

static void put_instructions(const bx_mcp_server *s, bx_json_out *o)
{
    if (s->cfg.instructions.n)
        mcp_put(o, "instructions", s->cfg.instructions);
}

bx_code mcp_serve_discover(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    enum { DISCOVER_TTL_MS = 3600000 };
    (void)err;
    bx_json_out_key(out, BX_LIT("supportedVersions"));
    bx_json_out_begin_array(out);
    for (size_t i = 0; mcp_version(i); i++)
        bx_json_out_string(out, bx_str_of(mcp_version(i)));
    bx_json_out_end_array(out);
    put_capabilities(c->server, c->m->modern, out);
    put_instructions(c->server, out);
    mcp_put_cache(c, out, DISCOVER_TTL_MS);
    return BX_OK;
}

/* ---- the older era --------------------------------------------------------------------------- */

/* The whole message is kept: what the client said of itself is looked up in it. */
static bx_code open_session(bx_mcp_session *session, bx_mcp_message *m, const char *version,
                            bx_error *err)
{
    (void)pthread_mutex_lock(&session->server->lock);
    bool first = !session->version;
    if (first) {
        session->hello = BX_TAKE(m->doc);
        session->version = version;
    }
    (void)pthread_mutex_unlock(&session->server->lock);
    return first ? BX_OK : bx_fail(err, BX_EINVAL, "initialize: the session is open already");
}

bx_code mcp_serve_initialize(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    bx_str wanted = mcp_param(c, "protocolVersion", err);
    if (!wanted.p)
        return BX_EINVAL;
    const char *version = mcp_legacy_version(wanted);
    if (c->session) {
        bx_code rc = open_session(c->session, c->m, version, err);
        if (rc != BX_OK)
            return mcp_refuse(c, RPC_INVALID_REQUEST, 400, err);
    }
    mcp_put(out, "protocolVersion", bx_str_of(version));
    put_capabilities(c->server, c->m->modern, out);
    bx_json_out_key(out, BX_LIT("serverInfo"));
    bx_json_out_raw(out, bx_buf_str(&c->server->info));
    put_instructions(c->server, out);
    return BX_OK;
}

bx_code mcp_serve_ping(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    (void)c;
    (void)out;
    (void)err;
    return BX_OK;
}
