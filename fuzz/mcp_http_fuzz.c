/* Requests of HTTP into the MCP front, without sockets.  The input is the head of a request, line
 * by line, an empty line, and its body.  Whatever it is, it is answered once, and what is answered
 * with 200 showed the token and came to a name of this machine. */
#include <sched.h>
#include <stdlib.h>
#include <strings.h>

#include "mcp/http_front.h"
#include "mcp/http_internal.h"
#include "os/ctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TOKEN "0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE"

/* ---- what is served ---------------------------------------------------------------------------
 */

static bx_manifest *noop;

static size_t count(void *ctx)
{
    (void)ctx;
    return 1;
}

static const bx_manifest *manifest(void *ctx, size_t i)
{
    (void)ctx;
    (void)i;
    return noop;
}

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    (void)ctx;
    (void)arguments;
    (void)ctl;
    (void)origin;
    bx_mcp_progress(c, 1, 2, name);
    *ret = (bx_tool_end){.text = bx_buf_init(1 << 10)};
    (void)bx_buf_add_z(&ret->text, "{\"content\":[],\"isError\":false}");
    return bx_json_parse(bx_buf_str(&ret->text), 8, &ret->result, err);
}

static bx_httpd_service service(void)
{
    static const bx_mcp_tools tools = {.count = count, .manifest = manifest, .call = call};
    static const char text[] =
        "{\"name\":\"noop\",\"version\":\"1.0.0\",\"description\":\"Does "
        "nothing.\",\"permission\":\"none\","
        "\"call\":\"json\",\"needs\":[],\"input_schema\":{\"type\":\"object\",\"properties\":{"
        "\"p\":"
        "{\"type\":\"string\"}}},\"annotations\":{\"readOnlyHint\":true,"
        "\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}}";
    static bx_mcp_front *front;
    if (!front) {
        const bx_mcp_config core = {
            .name = BX_LIT("fuzz"), .version = BX_LIT("1"), .tools = &tools};
        bx_mcp_front_config cfg = {.guard = {.local = true, .token = BX_LIT(TOKEN)}, .sessions = 4};
        BX_ASSERT(bx_manifest_from_json(bx_str_of(text), &noop, NULL) == BX_OK);
        BX_ASSERT(bx_mcp_server_new(&core, &cfg.server, NULL) == BX_OK);
        BX_ASSERT(bx_mcp_front_new(&cfg, &front, NULL) == BX_OK);
    }
    return bx_mcp_front_service(front);
}

/* ---- one request ------------------------------------------------------------------------------
 */

static bx_str take_line(bx_str *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    bx_str line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    *rest = bx_str_from(*rest, line.n + 1);
    return line;
}

/* "method path", then "name: value". */
static void read_head(bx_httpd_request *r, bx_str *rest)
{
    bx_str line = take_line(rest);
    const char *blank = line.n ? memchr(line.p, ' ', line.n) : NULL;
    r->method = (bx_str){line.p, blank ? (size_t)(blank - line.p) : line.n};
    r->path = bx_str_from(line, r->method.n + 1);
    while (rest->n && (line = take_line(rest)).n) {
        const char *colon = memchr(line.p, ':', line.n);
        bx_str name = {line.p, colon ? (size_t)(colon - line.p) : line.n};
        if (bx_httpd_request_add(r, name, bx_str_from(line, name.n + 1)) != BX_OK)
            return;
    }
}

static bool is_owed(bx_httpd_request *r)
{
    (void)pthread_mutex_lock(&r->lock);
    bool owed = r->owed;
    (void)pthread_mutex_unlock(&r->lock);
    return owed;
}

/* What answers later, or goes on: the client leaves, and the handler has to finish. */
static void finish(bx_httpd_request *r)
{
    enum { PATIENCE_NS = 2000000000 };
    uint64_t until = bx_now_ns() + PATIENCE_NS;
    bx_str version;
    bool old = bx_httpd_find(r, BX_LIT("mcp-session-id"), &version) > 0;
    while (is_owed(r) && bx_now_ns() < until) {
        if (!old || r->state == BX_HTTPD_STREAMING)
            bx_httpd_request_gone(r);
        (void)sched_yield();
    }
    BX_ASSERT(!is_owed(r));
}

static void check(const bx_httpd_request *r)
{
    bx_str token = {NULL, 0}, host = {NULL, 0};
    BX_ASSERT(r->state == BX_HTTPD_ANSWERED || r->state == BX_HTTPD_FINISHED);
    BX_ASSERT(r->status >= 200 && r->status < 600);
    if (r->status >= 300)
        return;
    BX_ASSERT(bx_httpd_find(r, BX_LIT("authorization"), &token) == 1);
    BX_ASSERT(token.n >= sizeof TOKEN - 1 &&
              memcmp(token.p + token.n - (sizeof TOKEN - 1), TOKEN, sizeof TOKEN - 1) == 0);
    BX_ASSERT(bx_httpd_find(r, BX_LIT("host"), &host) == 1 && host.n >= 5);
    BX_ASSERT(strncasecmp(host.p, "localhost", 9 < host.n ? 9 : host.n) == 0 ||
              strncmp(host.p, "127.0.0.1", 9 < host.n ? 9 : host.n) == 0 ||
              strncmp(host.p, "[::1]", 5) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bx_httpd_service s = service();
    bx_httpd_request *r = NULL;
    bx_str rest = {(const char *)data, size};
    if (bx_httpd_request_new(1 << 20, &r, NULL) != BX_OK)
        return 0;
    read_head(r, &rest);
    s.admit(s.ctx, r);
    if (is_owed(r) && bx_buf_add_str(&r->body, rest) == BX_OK)
        s.handle(s.ctx, r);
    finish(r);
    check(r);
    bx_httpd_request_unref(r);
    return 0;
}
