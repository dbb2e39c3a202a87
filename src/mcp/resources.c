/* resources/list, templates/list, read; prompts/list, get; completion/complete: the ports, and what
 * the protocol puts around them. */
#include "mcp/artifacts.h"
#include "mcp/internal.h"

static bx_str cursor_of(const bx_mcp_call *c)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(c->m->params, BX_LIT("cursor")), &s);
    return s;
}

static void put_empty(bx_json_out *o, const char *key)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_begin_array(o);
    bx_json_out_end_array(o);
}

/* ---- resources ------------------------------------------------------------------------------- */

bx_code mcp_serve_resources_list(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    bx_code rc = BX_OK;
    if (r)
        rc = r->list(r->ctx, c, cursor_of(c), out, err);
    else
        put_empty(out, "resources");
    mcp_put_cache(c, out, 0);
    return rc;
}

bx_code mcp_serve_resources_templates(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    bx_code rc = BX_OK;
    if (r && r->templates)
        rc = r->templates(r->ctx, c, out, err);
    else
        put_empty(out, "resourceTemplates");
    mcp_put_cache(c, out, MCP_LIST_TTL_MS);
    return rc;
}

/* No such resource: -32602 now, -32002 in the older era; `data.uri` says which. */
static bx_code no_resource(bx_mcp_call *c, bx_str uri, bx_error *err)
{
    enum { LEGACY_NOT_FOUND = -32002 };
    (void)mcp_refuse(c, c->m->modern ? RPC_INVALID_PARAMS : LEGACY_NOT_FOUND, 400, err);
    c->fault.data = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&c->fault.data);
    bx_json_out_begin_object(&o);
    mcp_put(&o, "uri", (bx_str){uri.p, uri.n > 4096 ? 4096 : uri.n});
    bx_json_out_end_object(&o);
    return BX_ENOENT;
}

bx_code mcp_serve_resources_read(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    bx_str uri = mcp_param(c, "uri", err);
    bx_code rc = BX_EINVAL;
    if (uri.p && (!r || bx_str_starts(uri, BX_LIT(MCP_ARTIFACT_PREFIX))))
        rc = mcp_artifacts_read(c->server->artifacts, uri, out, err);
    else if (uri.p)
        rc = r->read(r->ctx, c, uri, out, err);
    if (rc == BX_ENOENT)
        return no_resource(c, uri, err);
    mcp_put_cache(c, out, 0);
    return rc;
}

/* ---- prompts --------------------------------------------------------------------------------- */

bx_code mcp_serve_prompts_list(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_prompts *p = c->server->cfg.prompts;
    bx_code rc = BX_OK;
    if (p)
        rc = p->list(p->ctx, cursor_of(c), out, err);
    else
        put_empty(out, "prompts");
    mcp_put_cache(c, out, MCP_LIST_TTL_MS);
    return rc;
}

bx_code mcp_serve_prompts_get(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_prompts *p = c->server->cfg.prompts;
    const bx_json_val *arguments = bx_json_get(c->m->params, BX_LIT("arguments"));
    bx_str name = mcp_param(c, "name", err), text, key;
    if (!name.p)
        return BX_EINVAL;
    if (!p)
        return bx_fail(err, BX_ENOENT, "no prompt '%.*s'", BX_FMT(name));
    bx_json_iter it = bx_json_iter_of(arguments);
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        if (!bx_json_str(v, &text))
            return bx_fail(err, BX_EINVAL, "arguments/%.*s: expected a string, got %s", BX_FMT(key),
                           bx_json_type_name(bx_json_type_of(v)));
    }
    return p->get(p->ctx, c, name, arguments, out, err);
}

/* ---- completion ------------------------------------------------------------------------------ */

enum { MAX_VALUES = 100 };

/* The values of a port, at most as many as a result may have. */
static bx_code put_values(bx_buf *all, bx_json_out *out, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(bx_buf_str(all), 2, &doc, err);
    if (rc != BX_OK)
        return rc;
    size_t n = bx_json_size(bx_json_root(doc)), shown = 0;
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    bx_json_out_key(out, BX_LIT("completion"));
    bx_json_out_begin_object(out);
    bx_json_out_key(out, BX_LIT("values"));
    bx_json_out_begin_array(out);
    for (const bx_json_val *v; shown < MAX_VALUES && (v = bx_json_next(&it, NULL)); shown++)
        bx_json_out_value(out, v);
    bx_json_out_end_array(out);
    bx_json_out_key(out, BX_LIT("total"));
    bx_json_out_uint(out, n);
    bx_json_out_key(out, BX_LIT("hasMore"));
    bx_json_out_bool(out, n > shown);
    bx_json_out_end_object(out);
    return BX_OK;
}

static bx_code complete(bx_mcp_call *c, const bx_json_val *ref, bx_json_out *values, bx_error *err)
{
    const bx_mcp_resources *r = c->server->cfg.resources;
    const bx_mcp_prompts *p = c->server->cfg.prompts;
    const bx_json_val *argument = bx_json_get(c->m->params, BX_LIT("argument"));
    bx_str type = BX_LIT("");
    bx_mcp_completing of;
    (void)bx_json_str(bx_json_get(ref, BX_LIT("type")), &type);
    bool prompt = bx_str_eq(type, BX_LIT("ref/prompt"));
    if (!prompt && !bx_str_eq(type, BX_LIT("ref/resource")))
        return bx_fail(err, BX_EINVAL, "ref/type: there is ref/prompt and ref/resource");
    if (!bx_json_str(bx_json_get(ref, bx_str_of(prompt ? "name" : "uri")), &of.of))
        return bx_fail(err, BX_EINVAL, "ref/%s: expected a string", prompt ? "name" : "uri");
    if (!bx_json_str(bx_json_get(argument, BX_LIT("name")), &of.name) ||
        !bx_json_str(bx_json_get(argument, BX_LIT("value")), &of.value))
        return bx_fail(err, BX_EINVAL, "argument: expected an object with the strings name, value");
    if (prompt && p && p->complete)
        return p->complete(p->ctx, c, &of, values, err);
    if (!prompt && r && r->complete)
        return r->complete(r->ctx, c, &of, values, err);
    return BX_OK;
}

bx_code mcp_serve_complete(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(16 << 20);
    bx_json_out values = bx_json_out_on(&text);
    bx_json_out_begin_array(&values);
    bx_code rc = complete(c, bx_json_get(c->m->params, BX_LIT("ref")), &values, err);
    if (rc != BX_OK)
        return rc;
    bx_json_out_end_array(&values);
    rc = bx_json_out_end(&values, err);
    return rc == BX_OK ? put_values(&text, out, err) : rc;
}
