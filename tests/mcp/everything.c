/* A server with the fixtures of the conformance suite, over the same core as `boxagnts mcp`.
 *   mcp_everything                 on standard input and output
 *   mcp_everything --http ADDR     Streamable HTTP, without a token */
#include <stdio.h>
#include <unistd.h>

#include "fixtures.h"
#include "mcp/http_front.h"
#include "mcp/stdio.h"
#include "os/signals.h"

bx_mcp_server *fixture_server;

enum { MAX_TOOLS = 64 };

static struct {
    const fixture_tool *of[MAX_TOOLS];
    bx_manifest made[MAX_TOOLS];
    size_t n;
} all;

/* ---- the tools port -------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const fixture_tool *const *)a)->name, (*(const fixture_tool *const *)b)->name);
}

static void add(const fixture_tool *t, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        BX_ASSERT(all.n < MAX_TOOLS);
        all.of[all.n++] = &t[i];
    }
}

/* As a manifest that is not checked: the suite wants schemas back as they are. */
static bx_code make(const fixture_tool *t, bx_manifest *m, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(64 << 10);
    (void)bx_buf_addf(
        &text,
        "{\"input_schema\":%s,\"annotations\":{\"readOnlyHint\":true,"
        "\"destructiveHint\":false,\"idempotentHint\":false,\"openWorldHint\":false}}",
        t->input_schema ? t->input_schema : "{\"type\":\"object\",\"additionalProperties\":false}");
    bx_code rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &m->doc, err);
    const bx_json_val *doc = bx_json_root(m->doc);
    m->name = bx_str_of(t->name);
    m->description = bx_str_of(t->description);
    m->input_schema = bx_json_get(doc, BX_LIT("input_schema"));
    m->annotations = bx_json_get(doc, BX_LIT("annotations"));
    return bx_wrap(rc, err, "%s", t->name);
}

static bx_code load(bx_error *err)
{
    bx_code rc = BX_OK;
    add(fixture_tools, fixture_tools_n);
    add(fixture_asking_tools, fixture_asking_tools_n);
    add(fixture_task_tools, fixture_task_tools_n);
    qsort(all.of, all.n, sizeof all.of[0], by_name);
    for (size_t i = 0; i < all.n && rc == BX_OK; i++)
        rc = make(all.of[i], &all.made[i], err);
    return rc;
}

static size_t count(void *ctx)
{
    (void)ctx;
    return all.n;
}

static const bx_manifest *manifest(void *ctx, size_t i)
{
    (void)ctx;
    return &all.made[i];
}

static bx_code run_tool(const fixture_tool *t, bx_mcp_call *c, bx_str arguments, bx_tool_end *ret,
                        bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, err);
    *ret = (bx_tool_end){.text = bx_buf_init(1 << 20)};
    bx_json_out o = bx_json_out_on(&ret->text);
    if (rc == BX_OK) {
        bx_json_out_begin_object(&o);
        rc = t->run(c, bx_json_root(doc), &o, err);
    }
    if (rc != BX_OK) {
        bx_tool_end_done(ret);
        return rc;
    }
    bx_json_out_end_object(&o);
    rc = bx_json_out_end(&o, err);
    return rc == BX_OK ? bx_json_parse(bx_buf_str(&ret->text), BX_JSON_MAX_DEPTH, &ret->result, err)
                       : rc;
}

static bx_code call(void *ctx, bx_mcp_call *c, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err)
{
    (void)ctx;
    (void)ctl;
    (void)origin;
    for (size_t i = 0; i < all.n; i++) {
        if (bx_str_eq(name, all.made[i].name))
            return run_tool(all.of[i], c, arguments, ret, err);
    }
    return bx_fail(err, BX_ENOENT, "no such tool");
}

/* ---- the process ----------------------------------------------------------------------------- */

/* Prints the URL once it listens. */
static bx_code serve_http(const char *address, const bx_ctl *ctl, bx_error *err)
{
    char at[BX_HTTPD_MAX_ADDRESS];
    bx_mcp_front *front = NULL;
    bx_httpd *httpd = NULL;
    int ready;
    const bx_mcp_front_config cfg = {.server = fixture_server, .guard = {.local = true}};
    bx_code rc = bx_mcp_front_new(&cfg, &front, err);
    if (rc != BX_OK)
        return rc;
    const bx_httpd_config http = {.service = bx_mcp_front_service(front), .address = address};
    rc = bx_httpd_new(&http, &httpd, err);
    if (rc == BX_OK) {
        bx_httpd_where(httpd, at);
        (void)printf("http://%s" BX_MCP_PATH "\n", at);
        (void)fflush(stdout);
        (void)bx_ctl_wait(ctl, NULL, 0, UINT64_MAX, &ready);
    }
    bx_mcp_front_stop(front);
    (void)bx_mcp_server_stop(fixture_server, true, UINT64_MAX);
    bx_httpd_free(httpd);
    bx_mcp_front_free(front);
    return rc;
}

static bx_code serve(bx_ctl *ctl, int argc, char **argv, bx_error *err)
{
    static const bx_mcp_tools tools = {.count = count, .manifest = manifest, .call = call};
    const bx_mcp_config cfg = {
        .name = BX_LIT("boxagnts-everything"),
        .version = BX_LIT("1.0.0"),
        .instructions = BX_LIT("Fixtures of the conformance suite."),
        .tools = &tools,
        .resources = &fixture_resources,
        .prompts = &fixture_prompts,
    };
    bx_code rc = load(err);
    if (rc == BX_OK)
        rc = bx_mcp_server_new(&cfg, &fixture_server, err);
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(ctl, err);
    if (rc != BX_OK)
        return rc;
    bx_signals_cancel(ctl);
    return argc == 3 && strcmp(argv[1], "--http") == 0
               ? serve_http(argv[2], ctl, err)
               : bx_mcp_stdio(fixture_server, STDIN_FILENO, STDOUT_FILENO, ctl, err);
}

int main(int argc, char **argv)
{
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_error err = {.msg = ""};
    bx_code rc = serve(&ctl, argc, argv, &err);
    if (rc == BX_ETIMEOUT)
        _exit(0);
    bx_mcp_server_free(fixture_server);
    bx_ctl_done(&ctl);
    for (size_t i = 0; i < all.n; i++)
        bx_json_free(all.made[i].doc);
    if (rc != BX_OK)
        (void)fprintf(stderr, "mcp_everything: %s\n", err.msg);
    return rc != BX_OK;
}
