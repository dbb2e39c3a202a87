/* The server of bench_mcp, in a process of its own: `noop`, a tool that does nothing, and the tools
 * that are part of the program, through the funnel that `boxagnts mcp` uses. */
#include <stdio.h>
#include <unistd.h>

#include "app/toolbox.h"
#include "bench/bench.h"
#include "mcp/http_front.h"
#include "mcp/stdio.h"

static const char noop_manifest[] =
    "{\"name\":\"noop\",\"version\":\"1.0.0\",\"description\":\"Does "
    "nothing.\",\"permission\":\"none\","
    "\"call\":\"json\",\"needs\":[],\"input_schema\":{\"type\":\"object\",\"additionalProperties\":"
    "false},"
    "\"annotations\":{\"readOnlyHint\":true,\"destructiveHint\":false,\"idempotentHint\":true,"
    "\"openWorldHint\":false}}";

static struct box {
    bx_app *app;
    bx_toolbox *tools;
    bx_tool noop;
    const bx_manifest *bash;
} box;

static size_t count(void *ctx)
{
    (void)ctx;
    return 2;
}

static const bx_manifest *manifest(void *ctx, size_t i)
{
    (void)ctx;
    return i == 0 ? box.bash : box.noop.manifest; /* in the order of their names */
}

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    bx_record record;
    (void)ctx;
    (void)c;
    bx_record_init(&record);
    const bx_toolbox_call call = {
        .arguments = arguments, .ctl = ctl, .record = &record, .err_fd = -1, .origin = *origin};
    bx_code rc = bx_str_eq(name, BX_LIT("noop"))
                     ? bx_toolbox_run_this(box.tools, &box.noop, &call, ret, err)
                     : bx_toolbox_run(box.tools, name, &call, ret, err);
    bx_record_done(&record);
    return rc;
}

static bx_code open_tools(const char *guests, const char *workspace, bx_error *err)
{
    static bx_toolbox_config tools;
    bx_app_config app = {.slots = 64, .compile_here = true};
    bx_manifest *m = NULL;
    bx_code rc = bx_app_new(&app, &box.app, err);
    tools.workspace = workspace;
    if (rc == BX_OK)
        rc = bx_toolbox_new(box.app, &tools, &box.tools, err);
    if (rc == BX_OK)
        rc = bx_toolbox_find(box.tools, BX_LIT("bash"), &box.bash, err);
    if (rc == BX_OK)
        rc = bx_manifest_from_json(bx_str_of(noop_manifest), &m, err);
    if (rc != BX_OK)
        return rc;
    bench_env e = {.rt = bx_app_runtime(box.app)};
    box.noop = (bx_tool){.manifest = m, .module = bench_module(&e, guests, "tool_noop")};
    return BX_OK;
}

/* Until standard input ends. */
static bx_code serve_http(bx_mcp_server *server, bx_error *err)
{
    char at[BX_HTTPD_MAX_ADDRESS], byte;
    bx_mcp_front *front = NULL;
    bx_httpd *httpd = NULL;
    const bx_mcp_front_config cfg = {
        .server = server, .guard = {.local = true, .token = BX_LIT("a-token-of-the-benchmark")}};
    bx_code rc = bx_mcp_front_new(&cfg, &front, err);
    if (rc != BX_OK)
        return rc;
    const bx_httpd_config http = {.service = bx_mcp_front_service(front), .address = "127.0.0.1:0"};
    rc = bx_httpd_new(&http, &httpd, err);
    if (rc != BX_OK)
        return rc;
    bx_httpd_where(httpd, at);
    (void)printf("%s\n", at);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    _exit(0);
}

void bench_mcp_serve(const char *guests, const char *workspace, bool http)
{
    static const bx_mcp_tools tools = {.count = count, .manifest = manifest, .call = call};
    const bx_mcp_config cfg = {
        .name = BX_LIT("bench"), .version = BX_LIT("1.0.0"), .tools = &tools};
    bx_mcp_server *server = NULL;
    bx_error err;
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_code rc = open_tools(guests, workspace, &err);
    if (rc == BX_OK)
        rc = bx_mcp_server_new(&cfg, &server, &err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&ctl, &err);
    if (rc == BX_OK)
        rc = http ? serve_http(server, &err)
                  : bx_mcp_stdio(server, STDIN_FILENO, STDOUT_FILENO, &ctl, &err);
    if (rc != BX_OK)
        bench_die("%s", err.msg);
    _exit(0);
}
