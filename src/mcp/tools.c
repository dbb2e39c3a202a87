/* tools/list and tools/call. */
#include "codec/near.h"
#include "codec/utf8.h"
#include "mcp/artifacts.h"
#include "mcp/internal.h"
#include "tool/param_headers.h"
#include "tool/result.h"
#include "tool/schema_peers.h"

enum {
    MAX_TEXT = 50 << 10, /* bytes of text in one result; the rest is linked */
    HEAD = 40 << 10,     /* of a longer one, what is shown of its beginning */
    TAIL = 8 << 10,      /* and of its end */
};

/* ---- tools/list ------------------------------------------------------------------------------ */

static void put_member(bx_json_out *o, const bx_json_val *doc, const char *from, const char *as)
{
    const bx_json_val *v = bx_json_get(doc, bx_str_of(from));
    if (!v)
        return;
    bx_json_out_key(o, bx_str_of(as));
    bx_json_out_value(o, v);
}

static void put_tool(const bx_manifest *m, bx_json_out *o)
{
    const bx_json_val *doc = bx_json_root(m->doc);
    bx_json_out_begin_object(o);
    mcp_put(o, "name", m->name);
    put_member(o, doc, "title", "title");
    mcp_put(o, "description", m->description);
    bx_json_out_key(o, BX_LIT("inputSchema"));
    if (m->input_schema)
        bx_json_out_value(o, m->input_schema);
    else
        bx_json_out_raw(o, BX_LIT("{\"type\":\"object\",\"additionalProperties\":false}"));
    if (m->output_schema && bx_schema_peers_check(m->output_schema, NULL) == BX_OK)
        put_member(o, doc, "output_schema", "outputSchema");
    bx_json_out_key(o, BX_LIT("annotations"));
    bx_json_out_value(o, m->annotations);
    bx_json_out_end_object(o);
}

static void hold(const bx_mcp_tools *t)
{
    if (t->hold)
        t->hold(t->ctx);
}

static void release(const bx_mcp_tools *t)
{
    if (t->release)
        t->release(t->ctx);
}

bx_code mcp_serve_tools_list(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_tools *t = c->server->cfg.tools;
    size_t from = 0;
    bx_code rc = mcp_cursor(c, &from, err);
    if (rc != BX_OK)
        return rc;
    hold(t);
    size_t n = t->count(t->ctx), end = from + MCP_PAGE < n ? from + MCP_PAGE : n;
    bx_json_out_key(out, BX_LIT("tools"));
    bx_json_out_begin_array(out);
    for (size_t i = from; i < end; i++)
        put_tool(t->manifest(t->ctx, i), out);
    bx_json_out_end_array(out);
    release(t);
    if (from > 0 && from >= n)
        return bx_fail(err, BX_EINVAL, "cursor: not one that this server gave");
    if (end < n)
        mcp_put_cursor(out, end);
    mcp_put_cache(c, out, MCP_LIST_TTL_MS);
    return BX_OK;
}

/* ---- long texts ------------------------------------------------------------------------------ */

/* No more than `n` bytes, and no half character. */
static size_t cut_head(bx_str s, size_t n)
{
    while (n > 0 && n < s.n && ((uint8_t)s.p[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static size_t cut_tail(bx_str s, size_t n)
{
    size_t at = s.n - n;
    while (at < s.n && ((uint8_t)s.p[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void put_text_block(bx_json_out *o, bx_str text)
{
    bx_json_out_begin_object(o);
    mcp_put(o, "type", BX_LIT("text"));
    mcp_put(o, "text", text);
    bx_json_out_end_object(o);
}

static void put_link(bx_json_out *o, bx_str uri, size_t bytes)
{
    bx_json_out_begin_object(o);
    mcp_put(o, "type", BX_LIT("resource_link"));
    mcp_put(o, "uri", uri);
    mcp_put(o, "name", BX_LIT("whole-text"));
    mcp_put(o, "description", BX_LIT("the whole text of this result; kept for a while"));
    mcp_put(o, "mimeType", BX_LIT("text/plain"));
    bx_json_out_key(o, BX_LIT("size"));
    bx_json_out_uint(o, bytes);
    bx_json_out_end_object(o);
}

/* Beginning and end of a text, and where the whole of it is. */
static bx_code put_long_text(bx_mcp_call *c, bx_json_out *o, bx_str text, bx_error *err)
{
    BX_AUTO_BUF uri = bx_buf_init(256);
    BX_AUTO_BUF shown = bx_buf_init(2 * MAX_TEXT);
    bx_error why = {.msg = ""};
    bool kept = mcp_artifacts_add(c->server->artifacts, text, &uri, &why) == BX_OK;
    size_t head = cut_head(text, HEAD), tail = cut_tail(text, TAIL);
    (void)bx_buf_add(&shown, text.p, head);
    (void)bx_buf_addf(&shown, "\n[%zu of %zu bytes not shown; %s%.*s]\n", tail - head, text.n,
                      kept ? "the whole text is the resource " : "",
                      BX_FMT(kept ? bx_buf_str(&uri) : bx_str_of(why.msg)));
    (void)bx_buf_add_str(&shown, bx_str_from(text, tail));
    put_text_block(o, bx_buf_str(&shown));
    /* 2025-03-26 and older know no links. */
    if (kept && strcmp(mcp_version_of(c), "2025-06-18") >= 0)
        put_link(o, bx_buf_str(&uri), text.n);
    return bx_buf_check(&shown, err);
}

/* ---- results --------------------------------------------------------------------------------- */

static bx_code put_content(bx_mcp_call *c, const bx_json_val *content, bx_json_out *o,
                           bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(content);
    size_t used = 0;
    bx_code rc = BX_OK;
    bx_json_out_begin_array(o);
    for (const bx_json_val *block; rc == BX_OK && (block = bx_json_next(&it, NULL));) {
        bx_str text = BX_LIT("");
        bx_str type = BX_LIT("");
        (void)bx_json_str(bx_json_get(block, BX_LIT("type")), &type);
        if (bx_str_eq(type, BX_LIT("text")))
            (void)bx_json_str(bx_json_get(block, BX_LIT("text")), &text);
        if (text.n > HEAD + TAIL && used + text.n > MAX_TEXT) {
            rc = put_long_text(c, o, text, err);
            used += HEAD + TAIL;
        } else {
            bx_json_out_value(o, block);
            used += text.n;
        }
    }
    if (c->hint.n)
        put_text_block(o, bx_buf_str(&c->hint));
    bx_json_out_end_array(o);
    return rc;
}

/* `_meta` of the tool's, with what belongs into it from us. */
static void put_meta(bx_mcp_call *c, const bx_json_val *meta, bx_json_out *o)
{
    bx_json_iter it = bx_json_iter_of(meta);
    bx_str key;
    bx_json_out_begin_object(o);
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        if (bx_str_starts(key, BX_LIT(META_PREFIX)))
            continue; /* those are the protocol's: no tool may speak for the server */
        bx_json_out_key(o, key);
        bx_json_out_value(o, v);
    }
    if (c->m->modern) {
        bx_json_out_key(o, BX_LIT(META_PREFIX "serverInfo"));
        bx_json_out_raw(o, bx_buf_str(&c->server->info));
    }
    bx_json_out_end_object(o);
    c->meta_written = true;
}

static bx_code put_result(bx_mcp_call *c, const bx_json_val *result, bx_json_out *o, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(result);
    bx_code rc = BX_OK;
    bx_str key;
    for (const bx_json_val *v; rc == BX_OK && (v = bx_json_next(&it, &key));) {
        bx_json_out_key(o, key);
        if (bx_str_eq(key, BX_LIT("content")))
            rc = put_content(c, v, o, err);
        else if (bx_str_eq(key, BX_LIT("_meta")))
            put_meta(c, v, o);
        else
            bx_json_out_value(o, v);
    }
    return rc;
}

static void put_error(bx_json_out *o, bx_str why)
{
    bx_json_out_key(o, BX_LIT("content"));
    bx_json_out_begin_array(o);
    put_text_block(o, why);
    bx_json_out_end_array(o);
    bx_json_out_key(o, BX_LIT("isError"));
    bx_json_out_bool(o, true);
}

/* What was refused, and which capability would allow it: for the person, not for the model. */
static void tell_notes(bx_mcp_call *c, bx_str notes)
{
    BX_AUTO_BUF text = bx_buf_init(256 << 10);
    if (!notes.n)
        return;
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_string(&o, notes);
    if (bx_json_out_end(&o, NULL) == BX_OK)
        bx_mcp_log(c, BX_LIT("warning"), BX_LIT("boxagnts"), bx_buf_str(&text));
}

/* ---- tools/call ------------------------------------------------------------------------------ */

void bx_mcp_hint(bx_mcp_call *c, bx_str text)
{
    bx_buf_clear(&c->hint);
    (void)bx_buf_add_str(&c->hint, text); /* without memory there is none */
}

static bool is_tool(const bx_mcp_tools *t, bx_str name)
{
    bool found = false;
    hold(t);
    for (size_t i = 0, n = t->count(t->ctx); i < n && !found; i++)
        found = bx_str_eq(name, t->manifest(t->ctx, i)->name);
    release(t);
    return found;
}

static bx_code unknown(const bx_mcp_tools *t, bx_str name, bx_error *err)
{
    bx_str near = BX_LIT("");
    size_t least = SIZE_MAX;
    hold(t);
    for (size_t i = 0, n = t->count(t->ctx); i < n; i++) {
        bx_str one = t->manifest(t->ctx, i)->name;
        size_t far = bx_near(name, one);
        near = far < least ? one : near;
        least = far < least ? far : least;
    }
    bx_code rc = bx_fail(err, BX_ENOENT, "no tool '%.*s'%s%.*s; tools/list names those there are",
                         BX_FMT(name), near.n ? ": did you mean " : "", BX_FMT(near));
    release(t);
    return rc;
}

static bx_code arguments_of(const bx_mcp_call *c, bx_buf *out, bx_error *err)
{
    const bx_json_val *v = bx_json_get(c->m->params, BX_LIT("arguments"));
    bx_json_out o = bx_json_out_on(out);
    if (bx_json_type_of(v) <= BX_JSON_NULL)
        bx_json_out_raw(&o, BX_LIT("{}"));
    else
        bx_json_out_value(&o, v);
    return bx_json_out_end(&o, err);
}

/* ---- Mcp-Param-NAME ----------------------------------------------------------------------------
 */

/* Whoever stands between has seen the header, and the tool sees the argument: both are the same, or
 * there is no call. */
static void check_header(void *ctx, bx_str name, const bx_json_val *value)
{
    bx_mcp_message *m = ctx;
    BX_AUTO_BUF header = bx_buf_init(64 << 10);
    bx_str given = m->param ? m->param(m->param_ctx, name) : (bx_str){NULL, 0};
    bool has = bx_param_header_is_wanted(value);
    if (has != (given.p != NULL))
        mcp_fault_set(&m->fault, MCP_HEADER_MISMATCH, 400,
                      has ? "Mcp-Param-%.*s: the header is missing"
                          : "Mcp-Param-%.*s: the body has no such argument",
                      BX_FMT(name));
    else if (has && (!mcp_header_decode(given, &header) ||
                     !bx_param_header_fits(value, bx_buf_str(&header))))
        mcp_fault_set(&m->fault, MCP_HEADER_MISMATCH, 400,
                      "Mcp-Param-%.*s: the header is not what the body says", BX_FMT(name));
}

void mcp_check_params(bx_mcp_server *s, bx_mcp_message *m)
{
    const bx_mcp_tools *t = s->cfg.tools;
    bx_str name;
    if (!m->http || !m->modern || !bx_str_eq(m->method, BX_LIT("tools/call")) ||
        !bx_json_str(bx_json_get(m->params, BX_LIT("name")), &name))
        return;
    hold(t);
    for (size_t i = 0, n = t->count(t->ctx); i < n; i++) {
        const bx_manifest *of = t->manifest(t->ctx, i);
        if (!bx_str_eq(name, of->name))
            continue;
        bx_param_headers_each(of->input_schema, bx_json_get(m->params, BX_LIT("arguments")),
                              check_header, m);
        break;
    }
    release(t);
}

/* ---- tools/call --------------------------------------------------------------------------------
 */

bx_code mcp_serve_tools_call(bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    const bx_mcp_tools *t = c->server->cfg.tools;
    BX_AUTO_BUF arguments = bx_buf_init(2 * (size_t)BX_MCP_MAX_MESSAGE);
    bx_tool_end end = {.result = NULL};
    bx_str name = mcp_param(c, "name", err);
    if (!name.p)
        return BX_EINVAL;
    if (!is_tool(t, name))
        return unknown(t, name, err);
    bx_code rc = arguments_of(c, &arguments, err);

    if (rc != BX_OK)
        return rc;
    const bx_gate_origin origin = {
        .client = bx_mcp_client(c),
        .run = c->session ? bx_str_of(c->session->id) : BX_LIT(""),
        .asker = c,
    };
    rc = t->call(t->ctx, c, name, bx_buf_str(&arguments), &c->ctl, &origin, &end, err);
    if (rc == BX_ENOENT)
        return rc;
    if (rc != BX_OK) { /* there could be no call: the model may be able to do something about it */
        put_error(out, bx_str_of(err->msg));
        return BX_OK;
    }
    if (!c->n_asked) {
        tell_notes(c, bx_buf_str(&end.notes));
        rc = put_result(c, bx_json_root(end.result), out, err);
    }
    bx_tool_end_done(&end);
    return rc;
}
