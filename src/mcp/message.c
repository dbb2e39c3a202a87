#include "mcp/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "codec/base64.h"

static const char *const versions[] = {BX_MCP_MODERN, BX_MCP_LEGACY, "2025-06-18", "2025-03-26",
                                       "2024-11-05"};

const char *mcp_version(size_t i) { return i < BX_COUNT(versions) ? versions[i] : NULL; }

const char *mcp_legacy_version(bx_str wanted)
{
    for (size_t i = 1; i < BX_COUNT(versions); i++) {
        if (bx_str_eq(wanted, bx_str_of(versions[i])))
            return versions[i];
    }
    return BX_MCP_LEGACY;
}

/* ---- faults ---------------------------------------------------------------------------------- */

void mcp_fault_set(mcp_fault *f, int code, int status, const char *fmt, ...)
{
    char text[2048];
    va_list ap;
    if (f->code)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    f->code = code;
    f->status = status;
    f->why = bx_buf_init(sizeof text);
    (void)bx_buf_add_z(&f->why, text);
}

void mcp_fault_done(mcp_fault *f)
{
    bx_buf_done(&f->why);
    bx_buf_done(&f->data);
    *f = (mcp_fault){.code = 0};
}

bx_code mcp_fault_write(const mcp_fault *f, bx_str id, bx_buf *out)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("jsonrpc"));
    bx_json_out_string(&o, BX_LIT("2.0"));
    bx_json_out_key(&o, BX_LIT("id"));
    bx_json_out_raw(&o, id.n ? id : BX_LIT("null"));
    bx_json_out_key(&o, BX_LIT("error"));
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("code"));
    bx_json_out_int(&o, f->code);
    bx_json_out_key(&o, BX_LIT("message"));
    bx_json_out_string(&o, bx_buf_str(&f->why));
    if (f->data.n) {
        bx_json_out_key(&o, BX_LIT("data"));
        bx_json_out_raw(&o, bx_buf_str(&f->data));
    }
    bx_json_out_end_object(&o);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, NULL);
}

/* ---- what it is ------------------------------------------------------------------------------ */

/* A string or an integer; onto `id` as JSON text. */
static bool take_id(bx_mcp_message *m, const bx_json_val *v)
{
    bx_str text;
    bx_json_type t = bx_json_type_of(v);
    if (t != BX_JSON_INT && !(bx_json_str(v, &text) && text.n <= MCP_MAX_ID))
        return false;
    bx_json_out o = bx_json_out_on(&m->id);
    bx_json_out_value(&o, v);
    return bx_json_out_end(&o, NULL) == BX_OK;
}

static void broken(bx_mcp_message *m, int code, const char *why)
{
    m->kind = BX_MCP_BROKEN;
    mcp_fault_set(&m->fault, code, 400, "%s", why);
}

/* With a method: a request or, without an id, a notification. */
static void read_request(bx_mcp_message *m, const bx_json_val *root, const bx_json_val *id)
{
    const bx_json_val *params = bx_json_get(root, BX_LIT("params"));
    m->kind = id ? BX_MCP_REQUEST : BX_MCP_NOTIFICATION;
    if (bx_json_type_of(params) == BX_JSON_OBJECT)
        m->params = params;
    else if (params)
        mcp_fault_set(&m->fault, RPC_INVALID_PARAMS, 400, "params: expected an object, got %s",
                      bx_json_type_name(bx_json_type_of(params)));
    const bx_json_val *meta = bx_json_get(params, BX_LIT("_meta"));
    if (bx_json_type_of(meta) == BX_JSON_OBJECT)
        m->meta = meta;
    else if (meta)
        mcp_fault_set(&m->fault, RPC_INVALID_PARAMS, 400, "_meta: expected an object, got %s",
                      bx_json_type_name(bx_json_type_of(meta)));
}

static void read_message(bx_mcp_message *m)
{
    const bx_json_val *root = bx_json_root(m->doc);
    bx_str version = BX_LIT("");
    if (bx_json_type_of(root) == BX_JSON_ARRAY) {
        m->kind = BX_MCP_BATCH;
        if (bx_json_size(root) == 0 || bx_json_size(root) > MCP_MAX_BATCH)
            broken(m, RPC_INVALID_REQUEST, "a batch has one to 256 messages");
        return;
    }
    if (bx_json_type_of(root) != BX_JSON_OBJECT) {
        broken(m, RPC_INVALID_REQUEST, "a message is one JSON object");
        return;
    }
    const bx_json_val *id = bx_json_get(root, BX_LIT("id"));
    (void)bx_json_str(bx_json_get(root, BX_LIT("jsonrpc")), &version);
    if (id && !take_id(m, id)) {
        broken(m, RPC_INVALID_REQUEST,
               "id: expected an integer, or a string of at most 1024 bytes");
    } else if (!bx_str_eq(version, BX_LIT("2.0"))) {
        broken(m, RPC_INVALID_REQUEST, "jsonrpc: expected \"2.0\"");
    } else if (bx_json_str(bx_json_get(root, BX_LIT("method")), &m->method)) {
        read_request(m, root, id);
    } else if (!bx_json_get(root, BX_LIT("method")) && id &&
               (bx_json_get(root, BX_LIT("result")) || bx_json_get(root, BX_LIT("error")))) {
        m->kind = BX_MCP_RESPONSE;
    } else {
        broken(m, RPC_INVALID_REQUEST, "no method, and no result or error with an id");
    }
}

/* ---- the envelope of 2026-07-28 -------------------------------------------------------------- */

const bx_json_val *mcp_meta(const bx_mcp_message *m, bx_str name)
{
    char key[64];
    int n = snprintf(key, sizeof key, META_PREFIX "%.*s", BX_FMT(name));
    BX_ASSERT(n > 0 && (size_t)n < sizeof key);
    return bx_json_get(m->meta, (bx_str){key, (size_t)n});
}

/* What a header may say as it is; the rest comes as base64. */
static bool is_plain(bx_str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] != '\t' && (value.p[i] < ' ' || value.p[i] > '~'))
            return false;
    }
    return true;
}

bool mcp_header_decode(bx_str value, bx_buf *out)
{
    static const bx_str begin = {"=?base64?", 9}, end = {"?=", 2};
    while (value.n && strchr(" \t", value.p[0]))
        value = bx_str_from(value, 1);
    while (value.n && strchr(" \t", value.p[value.n - 1]))
        value.n--;
    if (!bx_str_starts(value, begin) || value.n < begin.n + end.n ||
        !bx_str_eq(bx_str_from(value, value.n - end.n), end))
        return is_plain(value) && bx_buf_add_str(out, value) == BX_OK;
    bx_str inner = {value.p + begin.n, value.n - begin.n - end.n};
    return bx_base64_decode(inner, out, NULL) == BX_OK;
}

/* The header says what the body says. */
static void compare(bx_mcp_message *m, const char *header, bx_str value, bx_str body)
{
    BX_AUTO_BUF decoded = bx_buf_init(64 << 10);
    if (!value.p)
        mcp_fault_set(&m->fault, MCP_HEADER_MISMATCH, 400,
                      "%s: the header is missing; it has to be the body's '%.*s'", header,
                      BX_FMT(body));
    else if (!mcp_header_decode(value, &decoded))
        mcp_fault_set(&m->fault, MCP_HEADER_MISMATCH, 400,
                      "%s: neither plain ASCII nor base64: '%.*s'", header, BX_FMT(value));
    else if (!bx_str_eq(bx_buf_str(&decoded), body))
        mcp_fault_set(&m->fault, MCP_HEADER_MISMATCH, 400,
                      "%s: the header says '%.*s', the body '%.*s'", header, BX_FMT(value),
                      BX_FMT(body));
}

static void check_version(bx_mcp_message *m, bx_str version)
{
    if (m->fault.code || bx_str_eq(version, BX_LIT(BX_MCP_MODERN)))
        return;
    mcp_fault_set(&m->fault, MCP_UNSUPPORTED_VERSION, 400,
                  "protocol version '%.*s' is not supported with _meta; there is " BX_MCP_MODERN
                  ", and " BX_MCP_LEGACY ", 2025-06-18, 2025-03-26 after initialize",
                  BX_FMT(version));
    m->fault.data = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&m->fault.data);
    bx_json_out_begin_object(&o);
    bx_json_out_key(&o, BX_LIT("supported"));
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < BX_COUNT(versions); i++)
        bx_json_out_string(&o, bx_str_of(versions[i]));
    bx_json_out_end_array(&o);
    bx_json_out_key(&o, BX_LIT("requested"));
    bx_json_out_string(&o, (bx_str){version.p, version.n > 1024 ? 1024 : version.n});
    bx_json_out_end_object(&o);
}

/* The member of params that Mcp-Name has to repeat; NULL: the method has none. */
static const char *named_by(bx_str method)
{
    static const struct {
        bx_str method;
        const char *key;
    } rows[] = {
        {BX_LIT("tools/call"), "name"},     {BX_LIT("resources/read"), "uri"},
        {BX_LIT("prompts/get"), "name"},    {BX_LIT("tasks/get"), "taskId"},
        {BX_LIT("tasks/update"), "taskId"}, {BX_LIT("tasks/cancel"), "taskId"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        if (bx_str_eq(method, rows[i].method))
            return rows[i].key;
    }
    return NULL;
}

static void check_method_headers(bx_mcp_message *m, const bx_mcp_facts *f)
{
    bx_str name;
    const char *key = named_by(m->method);
    compare(m, "Mcp-Method", f->method, m->method);
    if (key && bx_json_str(bx_json_get(m->params, bx_str_of(key)), &name))
        compare(m, "Mcp-Name", f->name, name);
}

/* In the order that the specification gives; the first thing that is wrong is the answer. */
static void check_envelope(bx_mcp_message *m, const bx_mcp_facts *f)
{
    bx_str version;
    if (m->kind != BX_MCP_REQUEST)
        return;
    if (!bx_json_str(mcp_meta(m, BX_LIT("protocolVersion")), &version)) {
        mcp_fault_set(&m->fault, RPC_INVALID_PARAMS, 400,
                      "_meta: " META_PREFIX "protocolVersion is missing: expected a string");
        return;
    }
    if (f->http)
        compare(m, "MCP-Protocol-Version", f->protocol_version, version);
    check_version(m, version);
    if (bx_json_type_of(mcp_meta(m, BX_LIT("clientCapabilities"))) != BX_JSON_OBJECT)
        mcp_fault_set(&m->fault, RPC_INVALID_PARAMS, 400,
                      "_meta: " META_PREFIX "clientCapabilities is missing: expected an object");
    if (f->http)
        check_method_headers(m, f);
}

/* ---- which era ------------------------------------------------------------------------------- */

static bool is_modern_version(bx_str v)
{
    static const bx_str first = {BX_MCP_MODERN, sizeof BX_MCP_MODERN - 1};
    return v.n == first.n && memcmp(v.p, first.p, v.n) >= 0;
}

static void check_legacy_header(bx_mcp_message *m, const bx_mcp_facts *f)
{
    bx_str v = f->protocol_version;
    if (!f->http || !v.p || bx_str_eq(v, bx_str_of(mcp_legacy_version(v))))
        return;
    mcp_fault_set(&m->fault, RPC_INVALID_REQUEST, 400,
                  "MCP-Protocol-Version '%.*s' is not supported; there is " BX_MCP_MODERN
                  ", " BX_MCP_LEGACY ", 2025-06-18, 2025-03-26",
                  BX_FMT(v));
}

static void judge(bx_mcp_message *m, const bx_mcp_facts *f)
{
    m->modern = (f->http && f->protocol_version.p && is_modern_version(f->protocol_version)) ||
                mcp_meta(m, BX_LIT("protocolVersion"));
    if (m->kind == BX_MCP_BROKEN)
        return;
    if (m->modern && (m->kind == BX_MCP_BATCH || m->kind == BX_MCP_RESPONSE))
        broken(m, RPC_INVALID_REQUEST,
               "with " BX_MCP_MODERN " a message is one request or one notification");
    else if (m->modern)
        check_envelope(m, f);
    else
        check_legacy_header(m, f);
}

/* ---- making one ------------------------------------------------------------------------------ */

static bx_code empty(bx_mcp_message **ret, bx_error *err)
{
    bx_mcp_message *m = bx_calloc(1, sizeof *m);
    if (!m)
        return bx_fail(err, BX_ENOMEM, "a message");
    m->id = bx_buf_init(8 * MCP_MAX_ID);
    m->principal = bx_buf_init(4096);
    *ret = m;
    return BX_OK;
}

bx_code bx_mcp_message_new(bx_str text, const bx_mcp_facts *facts, bx_mcp_message **ret,
                           bx_error *err)
{
    BX_AUTO(bx_mcp_message) bx_mcp_message *m = NULL;
    bx_error why = {.msg = ""};
    bx_code rc = empty(&m, err);
    if (rc != BX_OK)
        return rc;
    m->http = facts->http;
    m->may_wait = facts->may_wait;
    m->param = facts->param;
    m->param_ctx = facts->param_ctx;
    if (bx_buf_add_str(&m->principal, facts->principal) == BX_ENOMEM)
        return bx_fail(err, BX_ENOMEM, "a message");
    rc = text.n > BX_MCP_MAX_MESSAGE
             ? bx_fail(&why, BX_ELIMIT, "a message has at most %d bytes", BX_MCP_MAX_MESSAGE)
             : bx_json_parse(text, BX_JSON_MAX_DEPTH, &m->doc, &why);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", why.msg);
    if (rc == BX_OK)
        read_message(m);
    else
        broken(m, RPC_PARSE, why.msg);
    judge(m, facts);
    *ret = BX_TAKE(m);
    return BX_OK;
}

bx_code bx_mcp_message_refused(const char *why, bx_mcp_message **ret, bx_error *err)
{
    bx_mcp_message *m = NULL;
    bx_code rc = empty(&m, err);
    if (rc != BX_OK)
        return rc;
    broken(m, RPC_PARSE, why);
    *ret = m;
    return BX_OK;
}

void bx_mcp_message_free(bx_mcp_message *m)
{
    if (!m)
        return;
    bx_json_free(m->doc);
    bx_buf_done(&m->id);
    bx_buf_done(&m->principal);
    mcp_fault_done(&m->fault);
    free(m);
}

bx_mcp_kind bx_mcp_message_kind(const bx_mcp_message *m) { return m->kind; }

bool bx_mcp_message_is_modern(const bx_mcp_message *m) { return m->modern; }

bool bx_mcp_message_opens(const bx_mcp_message *m)
{
    return m->kind == BX_MCP_REQUEST && !m->modern && bx_str_eq(m->method, BX_LIT("initialize"));
}
