#include "app/hooks.h"

#include <stdio.h>

#include "app/policy_gate.h"

enum {
    MAX_INPUT = 96 << 20,
    MAX_CLIENT = 4096,
    EXIT_BLOCK = 2,
    EXIT_NO_RIGHT = 126,
    EXIT_NO_PROGRAM = 127,
    SHOWN = 1000, /* bytes of an error's words */
};

typedef struct entry { /* one hook, ready to run */
    const bx_hook *hook;
    bx_tool tool;    /* that runs it */
    bx_grant *grant; /* owned; sealed */
} entry;

struct bx_hooks {
    bx_hooks_config cfg;
    bx_tool_ground ground; /* with a gate of its own */
    bx_gate_policy decides;
    entry *at; /* owned; n of them */
    size_t n;
    bx_agent_hooks port;
    bx_gate inner; /* of the run, as it was */
    bx_gate_policy policy;
    bx_gate_approver approver;
};

/* ---- what one of them may use ---------------------------------------------------------------- */

static bool names_files(const bx_grant *g)
{
    return bx_grant_find(g, BX_CAP_READ) || bx_grant_find(g, BX_CAP_WRITE) ||
           bx_grant_find(g, BX_CAP_RW);
}

/* Programs and a /tmp in memory come along: they reach nothing outside. */
static bx_code fill_grant(const bx_hooks *h, const bx_hook *hook, bx_grant *g, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < hook->n_allow && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(hook->allow[i]), err);
    if (rc == BX_OK && !bx_grant_find(g, BX_CAP_TOOL))
        rc = bx_grant_allow(g, BX_LIT("tool:*"), err);
    if (rc == BX_OK && !bx_grant_find(g, BX_CAP_TMP))
        rc = bx_grant_allow(g, BX_LIT("tmp"), err);
    if (rc == BX_OK && names_files(g))
        rc = bx_grant_mount(g, bx_str_of(h->cfg.workspace), BX_LIT(BX_POLICY_WORKSPACE), err);
    else if (rc == BX_OK)
        rc = bx_grant_set_scratch(g, err);
    return rc == BX_OK ? bx_grant_seal(g, err) : rc;
}

static bx_code open_one(bx_hooks *h, const bx_hook *hook, entry *ret, bx_error *err)
{
    const bx_str name = bx_str_of(hook->command ? "bash" : hook->tool);
    *ret = (entry){.hook = hook};
    bx_code rc = h->ground.find(h->ground.ctx, name, &ret->tool, err);
    if (rc == BX_OK)
        rc = bx_grant_new(&ret->grant, err);
    if (rc == BX_OK) {
        bx_limits limits = ret->tool.manifest->limits;
        limits.wall_ns = hook->timeout_ns;
        rc = bx_grant_set_limits(ret->grant, &limits, err);
    }
    if (rc == BX_OK)
        rc = fill_grant(h, hook, ret->grant, err);
    return bx_wrap(rc, err, "%s:%u: hook", hook->file, hook->line);
}

/* ---- its decision ---------------------------------------------------------------------------- */

/* A hook is the operator's: rules for calls of models do not decide on it.  What rules deny to all
 * is out of its reach as well. */
static bx_code decide(void *ctx, const bx_gate_call *call, bx_gate_decision *ret, bx_error *err)
{
    const bx_hooks *h = ctx;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const bx_policy_call c = {
        .tool = BX_LIT("hook"), .permission = BX_PERMISSION_EXECUTE, .network = true};
    (void)bx_buf_add_str(&ret->why, call->origin.client);
    ret->once = true;
    if (!call->is_vouched && bx_policy_wants_signature(h->cfg.policy, call->manifest->name)) {
        (void)bx_buf_add_z(&ret->why, ": the policy wants a signature, and no trusted key signed "
                                      "the tool");
        ret->answer = BX_GATE_DENY;
        return BX_OK;
    }
    ret->answer = BX_GATE_ALLOW;
    return bx_policy_grant(h->cfg.policy, &c, NULL, call->run, &ret->grant, &notes, err);
}

/* ---- what it is told ------------------------------------------------------------------------- */

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

/* `input`: arguments that a hook before this one has changed. */
static bx_code write_event(const bx_hooks *h, const bx_hook_moment *m, const bx_json_val *members,
                           const bx_buf *input, bx_json_out *o, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(members);
    bx_str key;
    bx_json_out_begin_object(o);
    put(o, "hook_event_name", bx_str_of(bx_hook_event_name(m->event)));
    put(o, "session_id", m->session);
    put(o, "agent", m->agent);
    put(o, "cwd", BX_LIT(BX_POLICY_WORKSPACE));
    put(o, "permission_mode", bx_str_of(bx_policy_mode_name(bx_policy_mode_of(h->cfg.policy))));
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        bx_json_out_key(o, key);
        if (input->n && bx_str_eq(key, BX_LIT("tool_input")))
            bx_json_out_raw(o, bx_buf_str(input));
        else
            bx_json_out_value(o, v);
    }
    bx_json_out_end_object(o);
    return bx_json_out_end(o, err);
}

/* A line of the shell, or a WASI program: it says what it has to by exit status and output. */
static bool is_program(const entry *e)
{
    return e->hook->command || e->tool.manifest->call == BX_TOOL_ARGV;
}

/* A program gets the event on its standard input, another tool as its arguments. */
static bx_code write_arguments(const entry *e, bx_str event, bx_buf *ret, bx_error *err)
{
    if (!is_program(e)) {
        (void)bx_buf_add_str(ret, event);
        return bx_buf_check(ret, err);
    }
    bx_json_out o = bx_json_out_on(ret);
    bx_json_out_begin_object(&o);
    if (e->hook->command)
        put(&o, "command", bx_str_of(e->hook->command));
    put(&o, "stdin", event);
    bx_json_out_end_object(&o);
    return bx_json_out_end(&o, err);
}

/* ---- what it says ---------------------------------------------------------------------------- */

typedef struct answer {
    bool failed; /* it came to no answer */
    int exit_code;
    bx_str out, err; /* borrowed from the result */
    const bx_json_val *facts;
    bx_json *doc; /* owned; `out` as JSON */
} answer;

static bx_str text_of(const bx_json_val *object, const char *key)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(object, bx_str_of(key)), &s);
    return s;
}

static bx_str trimmed(bx_str s)
{
    while (s.n && strchr(" \n\r\t", s.p[0]))
        s = bx_str_from(s, 1);
    while (s.n && strchr(" \n\r\t", s.p[s.n - 1]))
        s.n--;
    return s;
}

static bx_str cut(bx_str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max && ((uint8_t)s.p[max] & 0xc0) == 0x80)
        max--;
    return (bx_str){s.p, max};
}

static bx_str first_text(const bx_json_val *result)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(result, BX_LIT("content")));
    return text_of(bx_json_next(&it, NULL), "text");
}

/* The shell's own exit code, or that of a tool: an error is a no. */
static void read_end(const entry *e, const bx_tool_end *end, answer *ret)
{
    const bx_json_val *root = bx_json_root(end->result);
    const bx_json_val *facts = bx_json_get(root, BX_LIT("structuredContent"));
    int64_t code = 0;
    bool cut_off = false;
    *ret = (answer){.failed = true, .err = first_text(root)};
    if (!end->entered || end->outcome.kind != BX_OUT_EXIT || end->fate != BX_FATE_RUNS)
        return;
    if (!is_program(e)) {
        ret->failed = false;
        ret->exit_code = end->is_error ? EXIT_BLOCK : 0;
        ret->out = ret->err = first_text(root);
        ret->facts = facts;
        return;
    }
    if (!bx_json_int64(bx_json_get(facts, BX_LIT("exit_code")), &code))
        return;
    (void)bx_json_bool(bx_json_get(facts, BX_LIT("stdout_truncated")), &cut_off);
    ret->out = trimmed(text_of(facts, "stdout"));
    ret->err = trimmed(text_of(facts, "stderr"));
    ret->exit_code = (int)code;
    /* A program that is not in the box must not look like a guard that had nothing to say. */
    ret->failed = cut_off || code == EXIT_NO_RIGHT || code == EXIT_NO_PROGRAM;
    if (cut_off)
        ret->err = BX_LIT("it said too much");
    bx_error why;
    if (!ret->failed && code == 0 && ret->out.n && ret->out.p[0] == '{') {
        if (bx_json_parse(ret->out, BX_JSON_MAX_DEPTH, &ret->doc, &why) == BX_OK) {
            ret->facts = bx_json_root(ret->doc);
        } else {
            ret->failed = true;
            ret->err = BX_LIT("it printed what begins like JSON and is none");
        }
    }
}

static void say_why(const bx_hook *hook, bx_str words, bx_hook_verdict *v)
{
    words = cut(trimmed(words), BX_HOOK_MAX_WHY / 2);
    (void)bx_buf_addf(&v->why, "%shook %.200s:%u: %.*s", v->why.n ? "; " : "", hook->file,
                      hook->line, BX_FMT(words.n ? words : BX_LIT("it said no")));
}

static void note(const bx_hook *hook, bx_str words, bx_hook_verdict *v)
{
    words = cut(trimmed(words), SHOWN);
    (void)bx_buf_addf(&v->notes, "hook %.200s:%u: %.*s\n", hook->file, hook->line, BX_FMT(words));
}

static void add_context(bx_str words, bx_hook_verdict *v)
{
    size_t room = BX_HOOK_MAX_CONTEXT -
                  (v->context.n < BX_HOOK_MAX_CONTEXT ? v->context.n : BX_HOOK_MAX_CONTEXT);
    words = trimmed(words);
    if (words.n && v->context.n)
        (void)bx_buf_add_c(&v->context, '\n');
    if (words.n)
        (void)bx_buf_add_str(&v->context, cut(words, room ? room - 1 : 0));
}

/* Is it there to stop something?  Then no answer is no yes. */
static bool guards(bx_hook_event e)
{
    return e == BX_HOOK_PROMPT || e == BX_HOOK_PRE_TOOL || e == BX_HOOK_PERMISSION ||
           e == BX_HOOK_SUBAGENT_START;
}

static bx_code take_input(const bx_json_val *other, bx_hook_verdict *v, bx_error *err)
{
    bx_json_out o = bx_json_out_on(&v->input);
    bx_buf_clear(&v->input);
    bx_json_out_value(&o, other);
    return bx_json_out_end(&o, err);
}

/* The object that hooks of other programs print as well. */
static bx_code read_facts(const bx_hook *hook, const bx_json_val *facts, bx_hook_verdict *v,
                          bx_error *err)
{
    const bx_json_val *own = bx_json_get(facts, BX_LIT("hookSpecificOutput"));
    const bx_json_val *permission = bx_json_get(own, BX_LIT("decision"));
    bx_str word = text_of(own, "permissionDecision"), message = text_of(facts, "systemMessage");
    bool goes_on = true;
    (void)bx_json_bool(bx_json_get(facts, BX_LIT("continue")), &goes_on);
    if (message.n)
        note(hook, message, v);
    add_context(text_of(own, "additionalContext"), v);
    if (!goes_on) {
        v->ends = true;
        say_why(hook, text_of(facts, "stopReason"), v);
    } else if (bx_str_eq(text_of(facts, "decision"), BX_LIT("block"))) {
        v->blocks = true;
        say_why(hook, text_of(facts, "reason"), v);
    } else if (bx_str_eq(word, BX_LIT("deny"))) {
        v->blocks = true;
        say_why(hook, text_of(own, "permissionDecisionReason"), v);
    } else if (bx_str_eq(text_of(permission, "behavior"), BX_LIT("deny"))) {
        v->blocks = true;
        say_why(hook, text_of(permission, "message"), v);
    } else if (bx_str_eq(word, BX_LIT("ask"))) {
        v->asks = true;
        say_why(hook, text_of(own, "permissionDecisionReason"), v);
    }
    const bx_json_val *input = bx_json_get(own, BX_LIT("updatedInput"));
    if (hook->event == BX_HOOK_PRE_TOOL && bx_json_type_of(input) == BX_JSON_OBJECT)
        return take_input(input, v, err);
    return BX_OK;
}

static bx_code judge(const bx_hook *hook, const answer *a, bx_hook_verdict *v, bx_error *err)
{
    bool tells = hook->event == BX_HOOK_PROMPT || hook->event == BX_HOOK_SESSION_START;
    BX_AUTO_BUF words = bx_buf_init(BX_HOOK_MAX_WHY);
    if (a->failed) {
        (void)bx_buf_addf(&words, "it came to no answer: %.*s", BX_FMT(cut(a->err, SHOWN)));
        if (guards(hook->event)) {
            v->blocks = true;
            say_why(hook, bx_buf_str(&words), v);
        } else {
            note(hook, bx_buf_str(&words), v);
        }
        return BX_OK;
    }
    if (a->exit_code == EXIT_BLOCK) {
        v->blocks = true;
        say_why(hook, a->err, v);
        return BX_OK;
    }
    if (a->exit_code != 0) {
        (void)bx_buf_addf(&words, "exit status %d: %.*s", a->exit_code, BX_FMT(cut(a->err, SHOWN)));
        note(hook, bx_buf_str(&words), v);
        return BX_OK;
    }
    if (a->facts)
        return read_facts(hook, a->facts, v, err);
    if (tells)
        add_context(a->out, v);
    return BX_OK;
}

/* ---- running --------------------------------------------------------------------------------- */

static bx_code call(const bx_hooks *h, const entry *e, const bx_hook_moment *m, bx_str arguments,
                    bx_tool_end *end, bx_error *err)
{
    char client[MAX_CLIENT];
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_record record;
    bx_code rc = m->ctl ? bx_ctl_inherit(&ctl, m->ctl, err) : BX_OK;
    bx_record_init(&record);
    (void)snprintf(client, sizeof client, "hook %s %s:%u", bx_hook_event_name(m->event),
                   e->hook->file, e->hook->line);
    const bx_tool_call c = {
        .arguments = arguments,
        .run = e->grant,
        .limits = bx_grant_limits(e->grant),
        .ctl = &ctl,
        .record = &record,
        .err_fd = -2,
        .origin = {.client = bx_str_of(client), .run = m->session, .hooks = BX_WORD_PASS}};
    if (rc == BX_OK)
        rc = bx_ctl_make_cancellable(&ctl, err);
    if (rc == BX_OK)
        rc = bx_tool_invoke(&h->ground, &e->tool, &c, end, err);
    bx_record_done(&record);
    bx_ctl_done(&ctl);
    return rc;
}

static bx_code run_one(const bx_hooks *h, const entry *e, const bx_hook_moment *m,
                       const bx_json_val *members, bx_hook_verdict *v, bx_error *err)
{
    BX_AUTO_BUF event = bx_buf_init(MAX_INPUT), arguments = bx_buf_init((size_t)MAX_INPUT * 2);
    bx_json_out o = bx_json_out_on(&event);
    bx_tool_end end = {.result = NULL};
    bx_error why = {.msg = ""};
    answer a = {.failed = true};
    v->ran++;
    bx_code rc = write_event(h, m, members, &v->input, &o, &why);
    if (rc == BX_OK)
        rc = write_arguments(e, bx_buf_str(&event), &arguments, &why);
    if (rc == BX_OK)
        rc = call(h, e, m, bx_buf_str(&arguments), &end, &why);
    if (rc == BX_OK)
        read_end(e, &end, &a);
    else
        a.err = bx_str_of(why.msg);
    rc = rc == BX_ENOMEM ? bx_fail(err, rc, "%s", why.msg) : judge(e->hook, &a, v, err);
    bx_json_free(a.doc);
    bx_tool_end_done(&end);
    return rc;
}

static bool wants(void *ctx, bx_hook_event event, bx_str subject)
{
    const bx_hooks *h = ctx;
    for (size_t i = 0; i < h->n; i++) {
        if (bx_hook_matches(h->at[i].hook, event, subject))
            return true;
    }
    return false;
}

static bx_code run(void *ctx, const bx_hook_moment *m, bx_hook_verdict *ret, bx_error *err)
{
    const bx_hooks *h = ctx;
    BX_AUTO(bx_json) bx_json *members = NULL;
    bx_error why = {.msg = ""};
    bx_code rc = bx_json_parse(m->members, BX_JSON_MAX_DEPTH, &members, &why);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", why.msg);
    if (rc != BX_OK) { /* arguments may be nested as deep as JSON may be at all */
        ret->blocks = guards(m->event);
        (void)bx_buf_addf(ret->blocks ? &ret->why : &ret->notes, "hooks cannot be told of it: %s%s",
                          why.msg, ret->blocks ? "" : "\n");
        return BX_OK;
    }
    for (size_t i = 0; i < h->n && rc == BX_OK && !ret->blocks && !ret->ends; i++) {
        if (bx_hook_matches(h->at[i].hook, m->event, m->subject))
            rc = run_one(h, &h->at[i], m, bx_json_root(members), ret, err);
    }
    return rc;
}

/* ---- part of what the gate decides ----------------------------------------------------------- */

/* A call that a guest makes: nobody has asked them about it yet. */
static bx_code ask_about(const bx_hooks *h, const bx_gate_call *c, bx_hook_event event,
                         bx_hook_verdict *v, bx_error *err)
{
    BX_AUTO_BUF members = bx_buf_init(MAX_INPUT);
    bx_json_out o = bx_json_out_on(&members);
    bx_json_out_begin_object(&o);
    put(&o, "tool_name", c->manifest->name);
    bx_json_out_key(&o, BX_LIT("tool_input"));
    if (c->values)
        bx_json_out_value(&o, c->values);
    else
        bx_json_out_null(&o);
    bx_json_out_end_object(&o);
    bx_code rc = bx_json_out_end(&o, err);
    const bx_hook_moment m = {.event = event,
                              .subject = c->manifest->name,
                              .session = c->origin.run,
                              .agent = c->origin.client,
                              .members = bx_buf_str(&members),
                              .ctl = c->ctl};
    return rc == BX_OK ? run((void *)(uintptr_t)h, &m, v, err) : rc;
}

static bx_code words_of(const bx_hooks *h, const bx_gate_call *c, bx_gate_word *word, bx_buf *why,
                        bx_error *err)
{
    *word = c->origin.hooks;
    if (*word != BX_WORD_UNASKED ||
        !wants((void *)(uintptr_t)h, BX_HOOK_PRE_TOOL, c->manifest->name)) {
        (void)bx_buf_add_str(why, c->origin.hooks_why);
        return BX_OK;
    }
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_code rc = ask_about(h, c, BX_HOOK_PRE_TOOL, &v, err);
    *word = v.blocks || v.ends || v.input.n ? BX_WORD_DENY : v.asks ? BX_WORD_ASK : BX_WORD_PASS;
    (void)bx_buf_add_str(why, bx_buf_str(&v.why));
    if (v.input.n && why->n == 0)
        (void)bx_buf_add_z(why, "a hook wants other arguments: make the call by itself");
    bx_hook_verdict_done(&v);
    return rc;
}

static bx_code decide_with(void *ctx, const bx_gate_call *c, bx_gate_decision *ret, bx_error *err)
{
    const bx_hooks *h = ctx;
    const bx_gate_policy *inner = h->inner.policy;
    BX_AUTO_BUF why = bx_buf_init(BX_HOOK_MAX_WHY);
    bx_gate_word word = BX_WORD_PASS;
    bx_code rc = inner ? inner->decide(inner->ctx, c, ret, err) : BX_OK;
    if (rc != BX_OK || ret->answer == BX_GATE_DENY)
        return rc;
    rc = words_of(h, c, &word, &why, err);
    if (rc != BX_OK || word == BX_WORD_PASS || word == BX_WORD_UNASKED)
        return rc;
    if (word == BX_WORD_DENY || ret->answer == BX_GATE_ALLOW)
        bx_buf_clear(&ret->why);
    (void)bx_buf_addf(&ret->why, "%s%.*s", ret->why.n ? "; " : "", BX_FMT(bx_buf_str(&why)));
    ret->answer = word == BX_WORD_DENY ? BX_GATE_DENY : BX_GATE_ASK;
    return BX_OK;
}

void bx_hooks_notify(bx_hooks *h, const bx_gate_call *c, bx_str kind, bx_str message)
{
    if (!h || !wants(h, BX_HOOK_NOTIFICATION, kind))
        return;
    BX_AUTO_BUF members = bx_buf_init(1 << 20);
    bx_hook_verdict v = bx_hook_verdict_empty();
    bx_json_out o = bx_json_out_on(&members);
    bx_json_out_begin_object(&o);
    put(&o, "notification_type", kind);
    put(&o, "message", message);
    put(&o, "tool_name", c->manifest->name);
    bx_json_out_end_object(&o);
    const bx_hook_moment m = {.event = BX_HOOK_NOTIFICATION,
                              .subject = kind,
                              .session = c->origin.run,
                              .agent = c->origin.client,
                              .members = bx_buf_str(&members),
                              .ctl = c->ctl};
    bx_code rc = bx_json_out_end(&o, NULL);
    if (rc == BX_OK)
        rc = run(h, &m, &v, NULL);
    (void)rc; /* it is only told */
    bx_hook_verdict_done(&v);
}

static bx_code ask_with(void *ctx, const bx_gate_call *c, const bx_gate_decision *d,
                        bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    bx_hooks *h = ctx;
    if (wants(h, BX_HOOK_PERMISSION, c->manifest->name)) {
        bx_hook_verdict v = bx_hook_verdict_empty();
        bx_code rc = ask_about(h, c, BX_HOOK_PERMISSION, &v, err);
        bool no = v.blocks || v.ends;
        (void)bx_buf_add_str(why, bx_buf_str(&v.why));
        bx_hook_verdict_done(&v);
        if (rc != BX_OK || no) {
            *ret = BX_REPLY_DENY;
            return rc;
        }
        bx_buf_clear(why);
    }
    bx_code rc = h->inner.approver->ask(h->inner.approver->ctx, c, d, ret, why, err);
    if (rc == BX_OK && *ret == BX_REPLY_LATER)
        bx_hooks_notify(h, c, BX_LIT("permission_waits"), bx_buf_str(why));
    return rc;
}

void bx_hooks_fill(bx_hooks *h, bx_gate *gate)
{
    if (!h)
        return;
    h->inner = *gate;
    h->policy = (bx_gate_policy){decide_with, h};
    h->approver = (bx_gate_approver){ask_with, h};
    gate->policy = &h->policy;
    if (gate->approver)
        gate->approver = &h->approver;
}

/* ---- making ---------------------------------------------------------------------------------- */

bx_code bx_hooks_new(const bx_hooks_config *cfg, bx_hooks **ret, bx_error *err)
{
    size_t n = 0;
    *ret = NULL;
    while (cfg->policy && bx_policy_hook_at(cfg->policy, n))
        n++;
    if (n == 0)
        return BX_OK;
    BX_AUTO(bx_hooks) bx_hooks *h = bx_calloc(1, sizeof *h);
    if (h)
        h->at = bx_calloc(n, sizeof *h->at);
    if (!h || !h->at)
        return bx_fail(err, BX_ENOMEM, "hooks");
    h->cfg = *cfg;
    h->ground = bx_app_ground(cfg->app);
    h->decides = (bx_gate_policy){decide, h};
    h->ground.gate = (bx_gate){.policy = &h->decides, .recorder = cfg->gate->recorder};
    h->port = (bx_agent_hooks){wants, run, h};
    for (size_t i = 0; i < n; i++) {
        bx_code rc = open_one(h, bx_policy_hook_at(cfg->policy, i), &h->at[h->n++], err);
        if (rc != BX_OK)
            return rc;
    }
    *ret = BX_TAKE(h);
    return BX_OK;
}

void bx_hooks_free(bx_hooks *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++)
        bx_grant_free(h->at[i].grant);
    free(h->at);
    free(h);
}

const bx_agent_hooks *bx_hooks_port(const bx_hooks *h) { return h ? &h->port : NULL; }
