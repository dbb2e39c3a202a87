#include "tool/invoke.h"

#include "base/test.h"

/* Commands that return without a word, and that trap. */
#define MODULE(instruction) \
    "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\n\1\6_start\0\0\n\5\1\3\0" instruction "\x0b"
static const char silent[] = MODULE("\x01"), traps[] = MODULE("\x00");

#define MANIFEST(needs) \
    "{\"name\":\"t\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"write\"," \
    "\"call\":\"json\"," \
    "\"input_schema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}," \
    "\"additionalProperties\":" \
    "false},\"needs\":[" needs \
    "],\"limits\":{\"wall\":\"3s\"},\"annotations\":{\"readOnlyHint\":false," \
    "\"destructiveHint\":true,\"idempotentHint\":false,\"openWorldHint\":false}}"

static bx_runtime *rt;
static int protected_grants; /* how often the ground was asked */
static size_t caps_seen;

static bx_code protect(const void *ctx, bx_grant *g, bx_error *err)
{
    protected_grants++;
    caps_seen = bx_grant_caps(g).n;
    return ctx ? bx_fail(err, BX_EDENIED, "not this one") : BX_OK;
}

static const bx_tool_ground ground = {.protect = protect};

/* Call `wasm` with these arguments; what may be used is `allow`. */
static bx_code call(const bx_tool_ground *on, bx_str wasm, const char *needs, const char *arguments,
                    const char *allow, bx_tool_end *ret, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    BX_AUTO(bx_module) bx_module *module = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    const bx_limits limits = bx_limits_default();
    bx_code rc = bx_manifest_from_json(bx_str_of(needs), &m, err);
    if (rc == BX_OK)
        rc = bx_module_from_bytes(rt, "t", (const uint8_t *)wasm.p, wasm.n, &limits, &module, err);
    if (rc == BX_OK)
        rc = bx_grant_new(&g, err);
    if (rc == BX_OK)
        rc = bx_tool_limits(m, g, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, BX_LIT("/tmp"), BX_LIT("/workspace"), err);
    if (rc == BX_OK && allow)
        rc = bx_grant_allow(g, bx_str_of(allow), err);
    const bx_tool_call c = {.arguments = bx_str_of(arguments), .run = g, .err_fd = -1};
    const bx_tool tool = {.manifest = m, .module = module};
    return rc == BX_OK ? bx_tool_invoke(on, &tool, &c, ret, err) : rc;
}

#define BYTES(a) ((bx_str){a, sizeof(a) - 1})
static const char nothing[] = MANIFEST(""), files[] = MANIFEST("\"read:/workspace\"");

static bool answers(bx_tool_end *e, bool entered, const char *text)
{
    bool right = e->entered == entered && e->is_error && e->result && strstr(e->text.p, text) &&
                 e->text.p[e->text.n - 1] == '\n';
    if (!right)
        printf("# %s\n", e->text.p ? e->text.p : "");
    bx_tool_end_done(e);
    return right;
}

static void arguments_come_first(void)
{
    bx_tool_end e;
    protected_grants = 0;
    CHECK(call(&ground, BYTES(traps), nothing, "{\"n\":1.5}", NULL, &e, NULL) == BX_OK);
    CHECK(answers(&e, false, "/n: expected an integer, got 1.5"));
    CHECK(call(&ground, BYTES(traps), nothing, "{", NULL, &e, NULL) == BX_OK);
    CHECK(answers(&e, false, "are no JSON: line 1"));
    CHECK(protected_grants == 0); /* not even a grant was made */
    CHECK(call(&ground, BYTES(traps), nothing, "{\"n\":1}", NULL, &e, NULL) == BX_OK);
    CHECK(e.outcome.kind == BX_OUT_TRAP && protected_grants == 1);
    CHECK(answers(&e, true, "the tool gave no result: trap"));
}

static void no_result_is_an_error(void)
{
    bx_tool_end e;
    CHECK(call(&ground, BYTES(silent), nothing, "{}", NULL, &e, NULL) == BX_OK);
    CHECK(e.outcome.kind == BX_OUT_FAILED && bx_outcome_exit_code(&e.outcome) == 125 &&
          !e.outcome.out);
    CHECK(answers(&e, true,
                  "broke its contract: its output is no result as docs/tools.md says: empty"));
}

static void the_grant_is_what_both_permit(void)
{
    bx_tool_end e;
    CHECK(call(&ground, BYTES(silent), files, "{}", "rw:/workspace", &e, NULL) == BX_OK &&
          caps_seen == 1);
    bx_tool_end_done(&e);
    CHECK(call(&ground, BYTES(silent), files, "{}", "env:HOME", &e, NULL) == BX_OK &&
          caps_seen == 0);
    bx_tool_end_done(&e);
    CHECK(call(&ground, BYTES(silent), nothing, "{}", "rw:/workspace", &e, NULL) == BX_OK &&
          caps_seen == 0);
    bx_tool_end_done(&e);
}

static void what_is_protected_stops_the_call(void)
{
    const bx_tool_ground strict = {.protect = protect, .ctx = &rt};
    bx_tool_end e;
    bx_error err = {.msg = ""};
    CHECK(call(&strict, BYTES(silent), nothing, "{}", NULL, &e, &err) == BX_EDENIED);
    CHECK(strstr(err.msg, "not this one") && !e.result && !e.entered);
}

static void only_json_tools_are_called(void)
{
    bx_tool_end e;
    bx_error err = {.msg = ""};
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)bx_buf_add_z(&text, nothing);
    char *how = strstr(text.p, "\"call\":\"json\"");
    memcpy(how, "\"call\":\"argv\"", strlen("\"call\":\"argv\""));
    CHECK(call(&ground, BYTES(silent), text.p, "{}", NULL, &e, &err) == BX_EUNSUPPORTED);
}

static void setup(void)
{
    const bx_runtime_config cfg = {.slots = 0};
    CHECK(bx_runtime_new(&cfg, &rt, NULL) == BX_OK);
}

BXT_MAIN(RUN(setup); RUN(arguments_come_first); RUN(no_result_is_an_error);
         RUN(the_grant_is_what_both_permit); RUN(what_is_protected_stops_the_call);
         RUN(only_json_tools_are_called); bx_runtime_free(rt);)
