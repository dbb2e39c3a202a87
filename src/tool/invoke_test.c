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
    return rc == BX_OK
               ? bx_tool_invoke(on, &(bx_tool){.manifest = m, .module = module}, &c, ret, err)
               : rc;
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

/* Writes the result {"structuredContent":{"n":1}}. */
static const char tells[] =
    "\000\141\163\155\001\000\000\000\001\014\002\140\004\177\177\177\177\001\177\140"
    "\000\000\002\043\001\026\167\141\163\151\137\163\156\141\160\163\150\157\164\137"
    "\160\162\145\166\151\145\167\061\010\146\144\137\167\162\151\164\145\000\000\003"
    "\002\001\001\005\003\001\000\001\007\023\002\006\155\145\155\157\162\171\002\000"
    "\006\137\163\164\141\162\164\000\001\012\017\001\015\000\101\001\101\020\101\001"
    "\101\010\020\000\032\013\013\116\002\000\101\020\013\010\020\001\000\000\072\000"
    "\000\000\000\101\220\002\013\072"
    "{\"content\":[],\"structuredContent\":{\"n\":1},\"isError\":false}";

#define PROMISE(schema) \
    "{\"output_schema\":{\"type\":\"object\"," schema \
    "},\"name\":\"t\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"none\"," \
    "\"call\":\"json\",\"input_schema\":{\"type\":\"object\"},\"needs\":[]," \
    "\"annotations\":{\"readOnlyHint\":true,\"destructiveHint\":false," \
    "\"idempotentHint\":true,\"openWorldHint\":false}}"

static void facts_are_what_was_promised(void)
{
    bx_tool_end e;
    bx_error err = {.msg = ""};
    CHECK(call(&ground, BYTES(tells), PROMISE("\"required\":[\"n\"]"), "{}", NULL, &e, NULL) ==
          BX_OK);
    CHECK(!e.is_error && strstr(e.text.p, "\"n\":1"));
    bx_tool_end_done(&e);
    CHECK(call(&ground, BYTES(tells),
               PROMISE("\"properties\":{\"n\":{\"type\":\"string\"}},\"required\":[\"m\"]"), "{}",
               NULL, &e, NULL) == BX_OK);
    CHECK(e.outcome.kind == BX_OUT_FAILED && strstr(e.text.p, "; /n: expected a string, got 1") &&
          !strstr(e.text.p, "\"n\":1"));
    CHECK(answers(&e, true, "does not fit its output_schema: /m: is missing"));
    CHECK(call(&ground, BYTES(tells), PROMISE("\"requird\":[]"), "{}", NULL, &e, &err) ==
          BX_EINVAL);
    CHECK(strstr(err.msg, "output_schema: schema /requird: no keyword of JSON Schema"));
}

/* ---- the gate -------------------------------------------------------------------------------- */

typedef struct spy { /* what the ports were asked, and what they answer */
    bx_gate_answer answer;
    bx_gate_reply reply;
    const char *narrow; /* a capability: the decision's grant has this one alone; NULL: no grant */
    bool cannot_record;
    int decided, asked, begun, ended;
    bx_gate_fate fate;
    bool had_grant, had_values;
    size_t granted;
    bx_outcome_kind kind;
    char text[512];
} spy;

static bx_code spy_decide(void *ctx, const bx_gate_call *call, bx_gate_decision *ret, bx_error *err)
{
    spy *s = ctx;
    s->decided++;
    s->had_values = bx_json_get(call->values, BX_LIT("n")) != NULL;
    ret->answer = s->answer;
    (void)bx_buf_add_z(&ret->why, "rules:7");
    if (!s->narrow)
        return BX_OK;
    bx_code rc = bx_grant_new(&ret->grant, err);
    if (rc == BX_OK)
        rc = bx_grant_mount(ret->grant, BX_LIT("/tmp"), BX_LIT("/workspace"), err);
    return rc == BX_OK && *s->narrow ? bx_grant_allow(ret->grant, bx_str_of(s->narrow), err) : rc;
}

static bx_code spy_ask(void *ctx, const bx_gate_call *call, const bx_gate_decision *d,
                       bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    spy *s = ctx;
    (void)call;
    (void)d;
    (void)err;
    s->asked++;
    *ret = s->reply;
    (void)bx_buf_add_z(why, "said Ada");
    return BX_OK;
}

static bx_code spy_begin(void *ctx, const bx_gate_call *call, bx_gate_fate fate,
                         const bx_gate_decision *d, const bx_grant *granted, int64_t *ret_id,
                         bx_error *err)
{
    spy *s = ctx;
    (void)call;
    if (s->cannot_record)
        return bx_fail(err, BX_EIO, "disk full");
    s->begun++;
    s->fate = fate;
    s->had_grant = granted != NULL;
    s->granted = granted ? bx_grant_caps(granted).n : 0;
    BX_ASSERT((d == NULL) == (fate == BX_FATE_INVALID));
    *ret_id = 41;
    return BX_OK;
}

static bx_code spy_end(void *ctx, int64_t id, const bx_tool_end *end, const bx_record *touched,
                       bx_error *err)
{
    spy *s = ctx;
    (void)touched;
    (void)err;
    s->ended++;
    s->kind = end->outcome.kind;
    BX_ASSERT(id == 41 && end->text.n);
    (void)snprintf(s->text, sizeof s->text, "%s", end->text.p);
    return BX_OK;
}

static bx_code through(spy *s, const char *arguments, bx_tool_end *ret, bx_error *err)
{
    const bx_gate_policy policy = {spy_decide, s};
    const bx_gate_approver approver = {spy_ask, s};
    const bx_gate_recorder recorder = {spy_begin, spy_end, s};
    const bx_tool_ground on = {.protect = protect, .gate = {&policy, &approver, &recorder}};
    caps_seen = 99;
    return call(&on, BYTES(silent), files, arguments, "rw:/workspace", ret, err);
}

static void an_allowed_call_is_recorded_around_its_sandbox(void)
{
    bx_tool_end e;
    spy s = {.answer = BX_GATE_ALLOW};
    CHECK(through(&s, "{\"n\":1}", &e, NULL) == BX_OK && e.entered && e.fate == BX_FATE_RUNS);
    CHECK(s.decided == 1 && s.asked == 0 && s.begun == 1 && s.ended == 1 && s.had_values);
    CHECK(s.had_grant && s.granted == 1 && s.kind == BX_OUT_FAILED);
    CHECK(strstr(s.text, "broke its contract"));
    bx_tool_end_done(&e);
}

static void a_decision_narrows_the_grant(void)
{
    bx_tool_end e;
    spy s = {.answer = BX_GATE_ALLOW, .narrow = ""};
    CHECK(through(&s, "{}", &e, NULL) == BX_OK && caps_seen == 0 && s.had_grant && s.granted == 0);
    bx_tool_end_done(&e);
    s = (spy){.answer = BX_GATE_ALLOW, .narrow = "read:/workspace"};
    CHECK(through(&s, "{}", &e, NULL) == BX_OK && caps_seen == 1);
    bx_tool_end_done(&e);
}

static void a_denied_call_has_no_sandbox_and_a_record(void)
{
    bx_tool_end e;
    spy s = {.answer = BX_GATE_DENY};
    CHECK(through(&s, "{}", &e, NULL) == BX_OK && e.fate == BX_FATE_DENIED && caps_seen == 99);
    CHECK(answers(&e, false, "t was denied: rules:7"));
    CHECK(s.begun == 1 && s.ended == 1 && s.fate == BX_FATE_DENIED && !s.had_grant);
    s = (spy){.answer = (bx_gate_answer)7}; /* what is no answer is no permission */
    CHECK(through(&s, "{}", &e, NULL) == BX_OK && answers(&e, false, "t was denied"));
}

static void who_is_asked_decides(void)
{
    static const struct {
        bx_gate_reply reply;
        bx_gate_fate fate;
        const char *text;
    } cases[] = {{BX_REPLY_ALLOW, BX_FATE_RUNS, "broke its contract"},
                 {BX_REPLY_DENY, BX_FATE_DENIED, "t was denied: rules:7; said Ada"},
                 {BX_REPLY_LATER, BX_FATE_WAITS, "t waits for an approval: rules:7; said Ada"}};
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_tool_end e;
        spy s = {.answer = BX_GATE_ASK, .reply = cases[i].reply};
        CHECK(through(&s, "{}", &e, NULL) == BX_OK && s.asked == 1 && s.ended == 1);
        CHECK(e.fate == cases[i].fate && s.fate == cases[i].fate);
        CHECK(answers(&e, cases[i].fate == BX_FATE_RUNS, cases[i].text));
    }
    bx_tool_end e;
    spy s = {.answer = BX_GATE_ASK};
    const bx_gate_policy policy = {spy_decide, &s};
    const bx_tool_ground alone = {.protect = protect, .gate = {.policy = &policy}};
    CHECK(call(&alone, BYTES(silent), files, "{}", "rw:/workspace", &e, NULL) == BX_OK);
    CHECK(answers(&e, false, "nobody is there to be asked"));
}

static void what_cannot_be_recorded_does_not_run(void)
{
    bx_tool_end e;
    bx_error err = {.msg = ""};
    spy s = {.answer = BX_GATE_ALLOW, .cannot_record = true};
    CHECK(through(&s, "{}", &e, &err) == BX_EIO && !e.entered && s.ended == 0);
    CHECK(strstr(err.msg, "cannot be recorded") && strstr(err.msg, "disk full"));
}

static void invalid_arguments_are_recorded_and_not_decided(void)
{
    static const char *const bad[] = {"{\"n\":1.5}", "{"};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_tool_end e;
        spy s = {.answer = BX_GATE_ALLOW};
        CHECK(through(&s, bad[i], &e, NULL) == BX_OK && e.fate == BX_FATE_INVALID && !e.entered);
        CHECK(s.decided == 0 && s.begun == 1 && s.ended == 1 && s.fate == BX_FATE_INVALID);
        bx_tool_end_done(&e);
    }
}

static void change(bx_buf *text, const char *from, const char *to)
{
    char *at = strstr(text->p, from);
    BX_AUTO_BUF after = bx_buf_init(4096);
    (void)bx_buf_addf(&after, "%s%s", to, at + strlen(from));
    text->n = (size_t)(at - text->p);
    (void)bx_buf_add_str(text, bx_buf_str(&after));
}

/* A program says nothing and ends with 0. */
static void programs_are_called(void)
{
    bx_tool_end e;
    bx_error err = {.msg = ""};
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)bx_buf_add_z(&text, nothing);
    change(&text, "\"call\":\"json\"", "\"call\":\"argv\",\"args\":[\"-n={n}\"]");
    CHECK(call(&ground, BYTES(silent), text.p, "{\"n\":1}", NULL, &e, &err) == BX_OK);
    CHECK(e.entered && !e.is_error);
    CHECK(strcmp(e.text.p, "{\"content\":[{\"type\":\"text\",\"text\":\"\"}],"
                           "\"structuredContent\":{\"exit_code\":0,\"stdout\":\"\",\"stderr\":"
                           "\"\"},\"isError\":false}\n") == 0);
    bx_tool_end_done(&e);
    CHECK(call(&ground, BYTES(silent), text.p, "{\"n\":\"x\"}", NULL, &e, &err) == BX_OK);
    CHECK(!e.entered && e.is_error);
    bx_tool_end_done(&e);
}

static void what_names_no_function_is_not_called(void)
{
    bx_tool_end e;
    bx_error err = {.msg = ""};
    BX_AUTO_BUF text = bx_buf_init(4096);
    (void)bx_buf_add_z(&text, nothing);
    change(&text, "\"json\"", "\"typed\"");
    CHECK(call(&ground, BYTES(silent), text.p, "{}", NULL, &e, &err) == BX_EUNSUPPORTED);
}

static void setup(void)
{
    const bx_runtime_config cfg = {.slots = 0, .compile_here = true};
    CHECK(bx_runtime_new(&cfg, &rt, NULL) == BX_OK);
}

BXT_MAIN(RUN(setup); RUN(arguments_come_first); RUN(no_result_is_an_error);
         RUN(facts_are_what_was_promised); RUN(the_grant_is_what_both_permit);
         RUN(what_is_protected_stops_the_call); RUN(an_allowed_call_is_recorded_around_its_sandbox);
         RUN(a_decision_narrows_the_grant); RUN(a_denied_call_has_no_sandbox_and_a_record);
         RUN(who_is_asked_decides); RUN(what_cannot_be_recorded_does_not_run);
         RUN(invalid_arguments_are_recorded_and_not_decided); RUN(programs_are_called);
         RUN(what_names_no_function_is_not_called); bx_runtime_free(rt);)
