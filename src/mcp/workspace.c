#include "mcp/workspace.h"

#include <stdio.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "codec/url_path.h"

enum { PAGE = 200, MAX_COMPLETIONS = 1000 };

#define ROOT     "/workspace"
#define TEMPLATE "file:///workspace/{path}"

struct bx_mcp_workspace {
    const bx_mcp_tools *tools;
    bx_vfs *vfs;
    bx_limits limits;
    bx_mcp_resources port;
};

/* ---- names ----------------------------------------------------------------------------------- */

void bx_mcp_uri_of_path(bx_str path, bx_buf *ret)
{
    (void)bx_buf_add_z(ret, "file://");
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c == '/' || bx_is_unreserved(c))
            (void)bx_buf_add_c(ret, (char)c);
        else
            (void)bx_buf_addf(ret, "%%%02X", c);
    }
}

static bx_code no_resource(bx_str uri, bx_error *err)
{
    return bx_fail(err, BX_ENOENT, "no resource '%.*s'", BX_FMT(uri));
}

bx_code bx_mcp_path_of_uri(bx_str uri, bx_buf *ret, bx_error *err)
{
    static const bx_str begin = {"file:///workspace/", 18};
    size_t at = ret->n;
    if (!bx_str_starts(uri, begin) || uri.n > 3 * (size_t)BX_MAX_PATH)
        return no_resource(uri, err);
    bx_str path = bx_str_from(uri, strlen("file://"));
    for (size_t i = 0; i < path.n; i++) {
        int escaped = path.p[i] == '%' ? bx_escape_at(path, i) : -1;
        if (path.p[i] == '\0' || (path.p[i] == '%' && escaped <= 0)) /* none, or NUL */
            return no_resource(uri, err);
        (void)bx_buf_add_c(ret, escaped < 0 ? path.p[i] : (char)escaped);
        i += escaped < 0 ? 0 : 2;
    }
    bx_str got = bx_str_from(bx_buf_str(ret), at);
    if (ret->fail != BX_OK)
        return bx_buf_check(ret, err);
    bool one_way = bx_utf8_valid(got) && !bx_path_has_dots(got) && got.p[got.n - 1] != '/' &&
                   !memmem(got.p, got.n, "//", 2);
    return one_way ? bx_buf_check(ret, err) : no_resource(uri, err);
}

static const char *type_of(bx_str path, bool text)
{
    static const struct {
        const char *end, *type;
    } rows[] = {
        {".md", "text/markdown"},      {".html", "text/html"},        {".css", "text/css"},
        {".csv", "text/csv"},          {".json", "application/json"}, {".xml", "application/xml"},
        {".yaml", "application/yaml"}, {".yml", "application/yaml"},  {".js", "text/javascript"},
        {".svg", "image/svg+xml"},     {".png", "image/png"},         {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},       {".gif", "image/gif"},         {".webp", "image/webp"},
        {".pdf", "application/pdf"},   {".wasm", "application/wasm"}, {".zip", "application/zip"},
        {".wav", "audio/wav"},         {".mp3", "audio/mpeg"},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        size_t n = strlen(rows[i].end);
        if (path.n > n && strncasecmp(path.p + path.n - n, rows[i].end, n) == 0)
            return rows[i].type;
    }
    return text ? "text/plain" : "application/octet-stream";
}

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

/* ---- the tools ------------------------------------------------------------------------------- */

/* A call of a tool on behalf of the client, who can be asked where `ask` says so; an error result
 * is an error. */
static bx_code call(const bx_mcp_workspace *w, bx_mcp_call *c, bool ask, const char *name,
                    bx_str arguments, bx_tool_end *ret, bx_error *err)
{
    const bx_gate_origin origin = {.client = bx_mcp_client(c), .asker = ask ? c : NULL};
    bx_tool_end end = {.result = NULL};
    bx_code rc = w->tools->call(w->tools->ctx, c, bx_str_of(name), arguments, bx_mcp_ctl(c),
                                &origin, &end, err);
    if (rc != BX_OK)
        return rc;
    bx_str text = BX_LIT("refused");
    bx_json_iter it = bx_json_iter_of(bx_json_get(bx_json_root(end.result), BX_LIT("content")));
    (void)bx_json_str(bx_json_get(bx_json_next(&it, NULL), BX_LIT("text")), &text);
    if (end.is_error)
        rc = bx_fail(err, BX_ENOENT, "%.*s", BX_FMT(text));
    if (rc == BX_OK && ret)
        *ret = end;
    else
        bx_tool_end_done(&end);
    return rc;
}

typedef struct search {
    bx_str pattern, type;
    size_t offset, limit;
} search;

static bx_code find(const bx_mcp_workspace *w, bx_mcp_call *c, const search *s, bx_tool_end *ret,
                    bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    put(&o, "pattern", s->pattern);
    put(&o, "type", s->type);
    bx_json_out_key(&o, BX_LIT("offset"));
    bx_json_out_uint(&o, s->offset);
    bx_json_out_key(&o, BX_LIT("limit"));
    bx_json_out_uint(&o, s->limit);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    return rc == BX_OK ? call(w, c, true, "glob", bx_buf_str(&text), ret, err) : rc;
}

static const bx_json_val *facts_of(const bx_tool_end *e)
{
    return bx_json_get(bx_json_root(e->result), BX_LIT("structuredContent"));
}

/* ---- resources/list -------------------------------------------------------------------------- */

static bx_code offset_of(bx_str cursor, size_t *ret, bx_error *err)
{
    size_t n = 0;
    bool good = cursor.n <= 7;
    for (size_t i = 0; i < cursor.n && good; i++) {
        good = cursor.p[i] >= '0' && cursor.p[i] <= '9';
        n = n * 10 + (size_t)(cursor.p[i] - '0');
    }
    *ret = n;
    return good ? BX_OK : bx_fail(err, BX_EINVAL, "cursor: not one that this server gave");
}

static void put_resource(bx_json_out *o, bx_str path)
{
    BX_AUTO_BUF uri = bx_buf_init(4 * BX_MAX_PATH);
    bx_str name = bx_str_from(path, strlen(ROOT "/"));
    bx_mcp_uri_of_path(path, &uri);
    bx_json_out_begin_object(o);
    put(o, "uri", bx_buf_str(&uri));
    put(o, "name", name);
    put(o, "mimeType", bx_str_of(type_of(path, true)));
    bx_json_out_end_object(o);
}

static bx_code list(void *ctx, bx_mcp_call *c, bx_str cursor, bx_json_out *out, bx_error *err)
{
    const bx_mcp_workspace *w = ctx;
    search s = {.pattern = BX_LIT("*"), .type = BX_LIT("file"), .limit = PAGE};
    bx_tool_end end = {.result = NULL};
    uint64_t next;
    bx_str path;
    bx_code rc = offset_of(cursor, &s.offset, err);
    if (rc == BX_OK)
        rc = find(w, c, &s, &end, err);
    if (rc != BX_OK)
        return rc;
    bx_json_out_key(out, BX_LIT("resources"));
    bx_json_out_begin_array(out);
    bx_json_iter it = bx_json_iter_of(bx_json_get(facts_of(&end), BX_LIT("files")));
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (bx_json_str(v, &path) && bx_str_starts(path, BX_LIT(ROOT "/")))
            put_resource(out, path);
    }
    bx_json_out_end_array(out);
    if (bx_json_uint64(bx_json_get(facts_of(&end), BX_LIT("next_offset")), &next)) {
        char text[24];
        int n = snprintf(text, sizeof text, "%llu", (unsigned long long)next);
        put(out, "nextCursor", (bx_str){text, (size_t)n});
    }
    bx_tool_end_done(&end);
    return BX_OK;
}

static bx_code templates(void *ctx, bx_mcp_call *c, bx_json_out *out, bx_error *err)
{
    (void)ctx;
    (void)c;
    (void)err;
    bx_json_out_key(out, BX_LIT("resourceTemplates"));
    bx_json_out_begin_array(out);
    bx_json_out_begin_object(out);
    put(out, "uriTemplate", BX_LIT(TEMPLATE));
    put(out, "name", BX_LIT("workspace-file"));
    put(out, "title", BX_LIT("A file of the workspace"));
    bx_json_out_end_object(out);
    bx_json_out_end_array(out);
    return BX_OK;
}

/* ---- resources/read -------------------------------------------------------------------------- */

/* What rules say of reading `path`: the tool is called, for its first line. */
static bx_code may_read(const bx_mcp_workspace *w, bx_mcp_call *c, bool ask, bx_str path,
                        bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(16 << 10);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_begin_object(&o);
    put(&o, "path", path);
    bx_json_out_key(&o, BX_LIT("limit"));
    bx_json_out_int(&o, 1);
    bx_json_out_key(&o, BX_LIT("max_image_bytes"));
    bx_json_out_int(&o, 0);
    bx_json_out_key(&o, BX_LIT("hash"));
    bx_json_out_bool(&o, false);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    return rc == BX_OK ? call(w, c, ask, "read", bx_buf_str(&text), NULL, err) : rc;
}

bx_code bx_mcp_workspace_may_read(const bx_mcp_workspace *w, bx_mcp_call *call, bx_str uri,
                                  bx_buf *ret_path, bx_error *err)
{
    bx_code rc = bx_mcp_path_of_uri(uri, ret_path, err);
    return rc == BX_OK ? may_read(w, call, false, bx_buf_str(ret_path), err) : rc;
}

/* The preopen that `path` lies in, and the rest of it. */
static bool place_of(const bx_mcp_workspace *w, bx_str path, size_t *ret, bx_str *rest)
{
    size_t longest = 0;
    for (size_t i = 0; i < bx_vfs_preopen_count(w->vfs); i++) {
        bx_str at = bx_vfs_preopen_path(w->vfs, i);
        if (at.n > longest && path.n > at.n + 1 && bx_str_starts(path, at) && path.p[at.n] == '/') {
            longest = at.n;
            *ret = i;
            *rest = bx_str_from(path, at.n + 1);
        }
    }
    return longest > 0;
}

static bx_code read_all(bx_file *f, bx_buf *ret, bx_error *err)
{
    enum { PIECE = 64 << 10 };
    for (size_t n = 1; n > 0;) {
        char *room = NULL;
        bx_code rc = bx_buf_reserve(ret, PIECE, &room);
        if (rc != BX_OK)
            return bx_fail(err, BX_EINVAL, "the file has more than %d MiB: call the tool read",
                           BX_MCP_MAX_RESOURCE >> 20);
        const struct iovec iov = {room, PIECE};
        if (bx_file_readv(f, &iov, 1, &n) != BX_E_SUCCESS)
            return bx_fail(err, BX_ENOENT, "the file cannot be read");
        ret->n += n;
    }
    return BX_OK;
}

static bx_code read_file(const bx_mcp_workspace *w, bx_mcp_call *c, bx_str path, bx_buf *ret,
                         bx_error *err)
{
    const bx_open_how how = {.read = true, .follow = true};
    bx_vfs_session *session = NULL;
    bx_file *dir = NULL, *f = NULL;
    bx_str rest;
    size_t i = 0;
    bx_stat st;
    if (!place_of(w, path, &i, &rest))
        return bx_fail(err, BX_ENOENT, "no such file");
    bx_code rc = bx_vfs_session_new(w->vfs, &w->limits, NULL, NULL, &session, err);
    if (rc != BX_OK)
        return rc;
    bx_vfs_session_set_ctl(session, bx_mcp_ctl(c));
    if (bx_vfs_preopen(session, i, &dir) != BX_E_SUCCESS ||
        bx_vfs_open(dir, rest, &how, &f) != BX_E_SUCCESS || bx_file_stat(f, &st) != BX_E_SUCCESS ||
        st.type != BX_FT_REG)
        rc = bx_fail(err, BX_ENOENT, "no such file");
    else
        rc = read_all(f, ret, err);
    (void)bx_file_close(f);
    bx_vfs_session_free(session);
    return rc;
}

static bx_code read_one(void *ctx, bx_mcp_call *c, bx_str uri, bx_json_out *out, bx_error *err)
{
    const bx_mcp_workspace *w = ctx;
    BX_AUTO_BUF path = bx_buf_init(BX_MAX_PATH), data = bx_buf_init(BX_MCP_MAX_RESOURCE),
                blob = bx_buf_init(2 * (size_t)BX_MCP_MAX_RESOURCE);
    bx_code rc = bx_mcp_path_of_uri(uri, &path, err);
    if (rc == BX_OK)
        rc = may_read(w, c, true, bx_buf_str(&path), err);
    if (rc == BX_OK)
        rc = read_file(w, c, bx_buf_str(&path), &data, err);
    if (rc != BX_OK)
        return rc;
    bx_str bytes = bx_buf_str(&data);
    bool text = bx_utf8_valid(bytes) && !memchr(bytes.p, '\0', bytes.n);
    if (!text)
        bx_base64_encode(bytes, &blob);
    bx_json_out_key(out, BX_LIT("contents"));
    bx_json_out_begin_array(out);
    bx_json_out_begin_object(out);
    put(out, "uri", uri);
    put(out, "mimeType", bx_str_of(type_of(bx_buf_str(&path), text)));
    put(out, text ? "text" : "blob", text ? bytes : bx_buf_str(&blob));
    bx_json_out_end_object(out);
    bx_json_out_end_array(out);
    return bx_buf_check(&blob, err);
}

/* ---- completion ------------------------------------------------------------------------------ */

/* As a pattern that matches what begins with it. */
static void as_pattern(bx_str value, bx_buf *ret)
{
    for (size_t i = 0; i < value.n; i++)
        (void)bx_buf_addf(ret, strchr("*?[]{}!\\", value.p[i]) ? "\\%c" : "%c", value.p[i]);
    (void)bx_buf_add_c(ret, '*');
}

static bx_code complete(void *ctx, bx_mcp_call *c, const bx_mcp_completing *of, bx_json_out *out,
                        bx_error *err)
{
    const bx_mcp_workspace *w = ctx;
    BX_AUTO_BUF pattern = bx_buf_init(2 * BX_MAX_PATH);
    bx_tool_end end = {.result = NULL};
    bx_str path;
    if (!bx_str_eq(of->of, BX_LIT(TEMPLATE)) || !bx_str_eq(of->name, BX_LIT("path")))
        return bx_fail(err, BX_EINVAL, "no such template, or no such variable in it");
    as_pattern(of->value, &pattern);
    const search s = {
        .pattern = bx_buf_str(&pattern), .type = BX_LIT("file"), .limit = MAX_COMPLETIONS};
    bx_error none;
    if (pattern.fail || find(w, c, &s, &end, &none) != BX_OK)
        return BX_OK; /* nothing begins with it */
    bx_json_iter it = bx_json_iter_of(bx_json_get(facts_of(&end), BX_LIT("files")));
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (!bx_json_str(v, &path) || !bx_str_starts(path, BX_LIT(ROOT "/")))
            continue;
        path = bx_str_from(path, strlen(ROOT "/"));
        if (bx_str_starts(path, of->value))
            bx_json_out_string(out, path);
    }
    bx_tool_end_done(&end);
    return BX_OK;
}

/* ---- the port -------------------------------------------------------------------------------- */

bx_code bx_mcp_workspace_new(const bx_mcp_tools *tools, bx_vfs *vfs, bx_mcp_workspace **ret,
                             bx_error *err)
{
    bx_mcp_workspace *w = bx_calloc(1, sizeof *w);
    if (!w)
        return bx_fail(err, BX_ENOMEM, "the workspace as resources");
    w->tools = tools;
    w->vfs = vfs;
    w->limits = bx_limits_default();
    w->port = (bx_mcp_resources){
        .ctx = w, .list = list, .templates = templates, .read = read_one, .complete = complete};
    *ret = w;
    return BX_OK;
}

void bx_mcp_workspace_free(bx_mcp_workspace *w) { free(w); }

const bx_mcp_resources *bx_mcp_workspace_port(const bx_mcp_workspace *w) { return &w->port; }
