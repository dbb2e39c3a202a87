#include "tool/invoke.h"

#include "policy/derive.h"
#include "sandbox/kept.h"
#include "tool/denial.h"
#include "tool/invoke_kind.h"
#include "tool/result.h"
#include "tool/schema.h"

enum {
    MAX_MESSAGE = 64 << 10, /* bytes of a result of ours */
    MAX_NOTES = 64 << 10,
};

bx_code bx_tool_limits(const bx_manifest *m, bx_grant *g, bx_error *err)
{
    return bx_grant_set_limits(g, &m->limits, err);
}

static void init_end(bx_tool_end *e)
{
    *e = (bx_tool_end){.text = bx_buf_init(SIZE_MAX >> 1), .notes = bx_buf_init(MAX_NOTES)};
    bx_outcome_init(&e->outcome);
}

void bx_tool_end_done(bx_tool_end *e)
{
    bx_outcome_done(&e->outcome);
    bx_json_free(e->result);
    bx_buf_done(&e->text);
    bx_buf_done(&e->notes);
    *e = (bx_tool_end){.result = NULL};
}

/* ---- results --------------------------------------------------------------------------------- */

static bx_code error_text(bx_str why, bx_buf *out, bx_error *err)
{
    bx_code rc = bx_tool_result_of_error(why, out, err);
    if (rc == BX_OK)
        (void)bx_buf_add_c(out, '\n');
    return rc == BX_OK ? bx_buf_check(out, err) : rc;
}

static void why_none(const bx_outcome *o, const bx_error *broken, bx_buf *text)
{
    if (o->kind != BX_OUT_EXIT)
        (void)bx_buf_addf(text, "the tool gave no result: %s: %.*s", bx_outcome_kind_name(o->kind),
                          (int)strcspn(o->error ? o->error : "", "\n"), o->error ? o->error : "");
    else if (o->exit_code != 0)
        (void)bx_buf_addf(text, "the tool gave no result: it ended with exit code %u",
                          o->exit_code);
    else
        (void)bx_buf_addf(
            text, "the tool broke its contract: its output is no result as docs/tools.md says: %s",
            broken->msg);
}

/* There is no result: one that says why takes the place of the output. */
static bx_code replace_output(bx_outcome *o, const bx_error *broken, bx_json **ret, bx_error *err)
{
    BX_AUTO_BUF why = bx_buf_init(4096), text = bx_buf_init(MAX_MESSAGE);
    bool ended_well = o->kind == BX_OUT_EXIT && o->exit_code == 0;
    why_none(o, broken, &why);
    bx_code rc = error_text(bx_buf_str(&why), &text, err);
    if (rc == BX_OK && ret)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, ret, err);
    free(o->out);
    o->out = rc == BX_OK ? bx_strndup(text.p, text.n) : NULL;
    o->out_n = o->out ? text.n : 0;
    if (ended_well) {
        o->kind = BX_OUT_FAILED;
        free(o->error);
        o->error = bx_strndup(bx_buf_str(&why).p, why.n);
    }
    return rc == BX_OK && !o->out ? bx_fail(err, BX_ENOMEM, "result of the tool") : rc;
}

bx_code bx_tool_settle(bx_outcome *o, bx_json **ret, bx_error *err)
{
    bx_error broken = {.msg = ""};
    BX_AUTO(bx_json) bx_json *result = NULL;
    if (o->kind == BX_OUT_EXIT && o->exit_code == 0 &&
        bx_tool_result_parse((bx_str){o->out ? o->out : "", o->out_n}, &result, &broken) == BX_OK) {
        if (ret)
            *ret = BX_TAKE(result);
        return BX_OK;
    }
    return replace_output(o, &broken, ret, err);
}

static bx_code refuse_arguments(bx_str why, bx_tool_end *ret, bx_error *err)
{
    bx_code rc = error_text(why, &ret->text, err);
    return rc == BX_OK ? bx_json_parse(bx_buf_str(&ret->text), BX_JSON_MAX_DEPTH, &ret->result, err)
                       : rc;
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* *ret_doc: they, if they are JSON.  If they do not fit the schema, `ret` has the result that says
 * so, and is BX_FATE_INVALID. */
static bx_code validate(const bx_manifest *m, bx_str arguments, bx_json **ret_doc, bx_tool_end *ret,
                        bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    BX_AUTO_BUF why = bx_buf_init(MAX_MESSAGE / 2);
    bx_error broken = {.msg = ""};
    bx_code rc = bx_json_parse(arguments, BX_JSON_MAX_DEPTH, &doc, &broken);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", broken.msg);
    if (rc != BX_OK) {
        (void)bx_buf_addf(&why, "the arguments of %.*s are no JSON: %s", BX_FMT(m->name),
                          broken.msg);
    } else {
        BX_AUTO_BUF wrong = bx_buf_init(MAX_MESSAGE / 2);
        bool fit = bx_schema_judge(m->arguments, bx_json_root(doc), &wrong) == 0;
        *ret_doc = BX_TAKE(doc);
        if (fit)
            return BX_OK;
        (void)bx_buf_addf(&why, "the arguments of %.*s do not fit its schema\n", BX_FMT(m->name));
        (void)bx_buf_add_str(&why, bx_buf_str(&wrong));
    }
    ret->fate = BX_FATE_INVALID;
    while (why.n && why.p[why.n - 1] == '\n')
        why.n--;
    return refuse_arguments(bx_buf_str(&why), ret, err);
}

/* ---- the call -------------------------------------------------------------------------------- */

static bx_code derive(const bx_tool_ground *on, const bx_manifest *m, const bx_grant *run,
                      bx_sealed **ret, bx_buf *notes, bx_error *err)
{
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_code rc = bx_grant_derive(run, (bx_cap_list){m->needs, m->n_needs}, &g, notes, err);
    if (rc == BX_OK)
        rc = on->protect(on->ctx, g, err);
    const bx_program_set *programs = NULL;
    if (rc == BX_OK && m->programs) /* what is also a program is told which of both it is */
        rc = bx_grant_allow(g, BX_LIT("env:BOXAGNTS_TOOL=1"), err);
    if (rc == BX_OK && m->call == BX_TOOL_ARGV)
        rc = bx_argv_surroundings(m, g, err);
    if (rc == BX_OK && on->programs && bx_grant_find(g, BX_CAP_TOOL))
        rc = on->programs(on->ctx, &programs, err);
    return rc == BX_OK ? bx_sealed_new_with(BX_TAKE(g), on->store_dir, programs, ret, err) : rc;
}

/* One call on its way to the sandbox. */
typedef struct passage {
    const bx_tool_ground *on;
    const bx_tool *tool;
    const bx_tool_call *call;
    bx_json *doc;              /* owned; the arguments */
    bx_gate_call asked;        /* as the ports see it */
    bx_gate_decision decision; /* owned */
    bx_sealed *own;            /* owned; NULL: `sealed` is the caller's, kept */
    bx_sealed *sealed;         /* what it runs with */
    bool recorded;
    int64_t record; /* its number */
} passage;

static bx_code seal(passage *p, bx_tool_end *ret, bx_error *err)
{
    const bx_tool_call *c = p->call;
    const bx_manifest *m = p->tool->manifest;
    bool once = p->decision.grant && p->decision.once;
    if (p->sealed && !once) /* kept */
        return BX_OK;
    p->sealed = NULL;
    const bx_grant *run = p->decision.grant ? p->decision.grant : c->run;
    bx_code rc = derive(p->on, m, run, &p->own, &ret->notes, err);
    if (rc != BX_OK)
        return rc;
    p->sealed = p->own;
    if (c->kept && !once && bx_kept_add(c->kept, c->run, m, p->own))
        p->own = NULL;
    return BX_OK;
}

static bx_code begin(passage *p, bx_gate_fate fate, bx_error *err)
{
    const bx_gate_recorder *r = p->on->gate.recorder;
    if (!r)
        return BX_OK;
    const bx_gate_decision *d = fate == BX_FATE_INVALID ? NULL : &p->decision;
    const bx_grant *granted = fate == BX_FATE_RUNS ? bx_sealed_grant(p->sealed) : NULL;
    bx_code rc = r->begin(r->ctx, &p->asked, fate, d, granted, &p->record, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "the call was not begun, for it cannot be recorded");
    p->recorded = true;
    return BX_OK;
}

/* Files of a nested call are in the record of the outermost one, which is the only one there is. */
static bx_code end(const passage *p, bx_tool_end *ret, bx_error *err)
{
    const bx_gate_recorder *r = p->on->gate.recorder;
    ret->is_error = bx_tool_result_is_error(ret->result);
    if (!p->recorded)
        return BX_OK;
    const bx_record *touched = p->call->quiet ? NULL : p->call->record;
    return bx_wrap(r->end(r->ctx, p->record, ret, touched, err), err,
                   "the call ended, but its end cannot be recorded");
}

static bx_code run(const passage *p, bx_tool_end *ret, bx_error *err)
{
    const bx_tool_call *call = p->call;
    const bx_manifest *m = p->tool->manifest;
    const char *const args[] = {bx_module_name(p->tool->module)};
    __attribute__((cleanup(bx_handed_done))) bx_handed handed = {.n_args = 1,
                                                                 .input = call->arguments};
    bx_code rc = BX_OK;
    if (m->call == BX_TOOL_ARGV)
        rc = bx_hand_argv(m, m->name.p, bx_json_root(p->doc), &handed, err);
    else if (m->call == BX_TOOL_TYPED)
        rc = bx_hand_typed(m, call->arguments, bx_json_root(p->doc), &handed, err);
    if (rc != BX_OK)
        return rc;
    bx_tool_caller caller = {p->on, call->origin};
    if (p->recorded)
        caller.origin.parent = p->record;
    caller.origin.key = BX_LIT("");
    caller.origin.hooks = BX_WORD_UNASKED; /* those words were about this call */
    caller.origin.hooks_why = BX_LIT("");
    const bx_call_tools tools = bx_tool_nested(&caller);
    const bx_call c = {
        .module = p->tool->module,
        .sealed = p->sealed,
        .args = handed.args ? handed.args : args,
        .n_args = handed.n_args,
        .in = {.kind = BX_STDIN_BYTES, .bytes = handed.input},
        .out_fd = -1,
        .err_fd = m->call == BX_TOOL_ARGV ? -1 : call->err_fd, /* part of what it answers */
        .invoke = handed.invoke,
        .invoke_args = handed.invoke_args,
        .ctl = call->ctl,
        .limits = call->limits,
        .shared = call->shared,
        .tools = &tools,
        .record = call->record,
    };
    rc = bx_call_run(&c, &ret->outcome, err);
    ret->entered = rc == BX_OK;
    return rc;
}

/* The facts of a result are what the manifest says they are; an error need not have any. */
static bx_code check_facts(const bx_manifest *m, bx_tool_end *ret, bx_error *err)
{
    BX_AUTO_BUF why = bx_buf_init(MAX_MESSAGE / 2), line = bx_buf_init(MAX_MESSAGE);
    const bx_json_val *facts = bx_json_get(bx_json_root(ret->result), BX_LIT("structuredContent"));
    bx_error broken = {.msg = ""};
    if (!m->facts || bx_tool_result_is_error(ret->result))
        return BX_OK;
    if (facts && bx_schema_judge(m->facts, facts, &why) == 0)
        return BX_OK;
    if (!facts)
        (void)bx_buf_add_z(&why, "there is none");
    for (size_t i = 0; i < why.n; i++) { /* one line */
        if (why.p[i] != '\n' || i + 1 < why.n)
            (void)bx_buf_add(&line, why.p[i] == '\n' ? "; " : &why.p[i], why.p[i] == '\n' ? 2 : 1);
    }
    (void)bx_fail(&broken, BX_EINVAL, "its structuredContent does not fit its output_schema: %.*s",
                  (int)line.n, line.n ? line.p : "");
    bx_json_free(BX_TAKE(ret->result));
    return replace_output(&ret->outcome, &broken, &ret->result, err);
}

/* Of the kinds whose output is no result: one is made of it, where the call came to an end of its
 * own. */
static bx_code answer_of(const bx_manifest *m, bx_outcome *o, bx_json **ret, bx_error *err)
{
    if (m->call == BX_TOOL_JSON || o->kind != BX_OUT_EXIT ||
        (m->call == BX_TOOL_TYPED && o->exit_code != 0))
        return bx_tool_settle(o, ret, err);
    BX_AUTO_BUF text = bx_buf_init(SIZE_MAX >> 1);
    bx_code rc =
        m->call == BX_TOOL_ARGV ? bx_answer_argv(o, &text, err) : bx_answer_typed(o, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, ret, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_c(&text, '\n');
    rc = bx_buf_check(&text, err);
    if (rc != BX_OK)
        return rc;
    free(o->out);
    o->out = BX_TAKE(text.p);
    o->out_n = text.n;
    return BX_OK;
}

/* The output is the result; the outcome is left without it. */
static bx_code take_result(const bx_manifest *m, bx_tool_end *ret, bx_error *err)
{
    bx_code rc = answer_of(m, &ret->outcome, &ret->result, err);
    if (rc == BX_OK)
        rc = check_facts(m, ret, err);
    if (rc != BX_OK)
        return rc;
    ret->text.p = BX_TAKE(ret->outcome.out);
    ret->text.n = ret->outcome.out_n;
    ret->text.cap = ret->text.n + 1;
    ret->outcome.out_n = 0;
    return BX_OK;
}

static void add_denials(const passage *p, bx_tool_end *ret)
{
    if (!p->call->record || p->call->quiet)
        return;
    const bx_denial_of of = {.manifest = p->tool->manifest,
                             .granted = bx_grant_caps(bx_sealed_grant(p->sealed)),
                             .is_error = bx_tool_result_is_error(ret->result)};
    bx_denials_tell(p->call->record, &of, &ret->notes);
}

/* A call that may not be: why, as a result. */
static bx_code refuse_call(passage *p, bx_tool_end *ret, bx_error *err)
{
    BX_AUTO_BUF why = bx_buf_init(MAX_MESSAGE / 2);
    (void)bx_buf_addf(&why, "%.*s %s: %.*s", BX_FMT(p->tool->manifest->name),
                      ret->fate == BX_FATE_WAITS ? "waits for an approval" : "was denied",
                      BX_FMT(bx_buf_str(&p->decision.why)));
    bx_code rc = refuse_arguments(bx_buf_str(&why), ret, err);
    return rc == BX_OK ? begin(p, ret->fate, err) : rc;
}

/* The grant cannot be: that, too, is a call that was refused. */
static bx_code refuse_grant(passage *p, bx_code why, bx_tool_end *ret, bx_error *err)
{
    bx_error other;
    if (why != BX_EDENIED || !p->on->gate.recorder)
        return why;
    ret->fate = BX_FATE_DENIED;
    if (refuse_arguments(bx_str_of(err->msg), ret, &other) == BX_OK &&
        begin(p, BX_FATE_DENIED, &other) == BX_OK)
        (void)end(p, ret, &other);
    return why;
}

static bx_code enter(passage *p, bx_tool_end *ret, bx_error *err)
{
    const bx_manifest *m = p->tool->manifest;
    bx_code rc = seal(p, ret, err);
    if (rc != BX_OK)
        return refuse_grant(p, rc, ret, err);
    rc = begin(p, BX_FATE_RUNS, err);
    if (rc == BX_OK)
        rc = run(p, ret, err);
    if ((rc == BX_EINVAL || rc == BX_ELIMIT) && m->call != BX_TOOL_JSON && !ret->entered) {
        bx_error why = *err; /* what its schema could not say of the arguments */
        rc = refuse_arguments(bx_str_of(why.msg), ret, err);
    } else if (rc == BX_OK) {
        rc = take_result(m, ret, err);
    }
    if (rc == BX_OK)
        add_denials(p, ret);
    else if (p->recorded && !ret->result) { /* it was begun: its record has an end */
        bx_error other;
        ret->outcome.kind = BX_OUT_FAILED;
        if (refuse_arguments(bx_str_of(err->msg), ret, &other) == BX_OK)
            (void)end(p, ret, &other);
    }
    return rc;
}

static bx_code invoke(passage *p, bx_tool_end *ret, bx_error *err)
{
    const bx_tool_call *call = p->call;
    const bx_manifest *m = p->tool->manifest;
    if (!m->input_schema || (m->call == BX_TOOL_TYPED && !m->function.n && !bx_typed_asks(m)))
        return bx_fail(err, BX_EUNSUPPORTED, "%.*s cannot be called: its manifest has no %s",
                       BX_FMT(m->name), m->input_schema ? "function" : "input_schema");
    bx_code rc = validate(m, call->arguments, &p->doc, ret, err);
    if (rc != BX_OK)
        return rc;
    p->sealed = call->kept ? bx_kept_find(call->kept, call->run, m) : NULL;
    p->asked = (bx_gate_call){.manifest = m,
                              .digest = p->tool->digest,
                              .is_vouched = p->tool->is_vouched,
                              .arguments = call->arguments,
                              .values = p->doc ? bx_json_root(p->doc) : NULL,
                              .run = call->run,
                              .origin = call->origin,
                              .granted = p->sealed != NULL,
                              .ctl = call->ctl};
    if (ret->fate == BX_FATE_INVALID) {
        rc = begin(p, BX_FATE_INVALID, err);
    } else {
        rc = bx_gate_pass(&p->on->gate, &p->asked, &p->decision, &ret->fate, err);
        if (rc == BX_OK)
            rc = ret->fate == BX_FATE_RUNS ? enter(p, ret, err) : refuse_call(p, ret, err);
    }
    return rc == BX_OK ? end(p, ret, err) : rc;
}

bx_code bx_tool_invoke(const bx_tool_ground *on, const bx_tool *tool, const bx_tool_call *call,
                       bx_tool_end *ret, bx_error *err)
{
    passage p = {.on = on, .tool = tool, .call = call};
    bx_gate_decision_init(&p.decision);
    init_end(ret);
    bx_code rc = invoke(&p, ret, err);
    bx_sealed_free(p.own);
    bx_gate_decision_done(&p.decision);
    bx_json_free(p.doc);
    if (rc != BX_OK)
        bx_tool_end_done(ret);
    return rc;
}

/* ---- calls of guests ------------------------------------------------------------------------- */

static bx_nested_status refuse(bx_nested *n, bx_nested_status s, const char *words)
{
    bx_buf_clear(n->answer);
    (void)bx_buf_add_z(n->answer, words);
    return s;
}

/* Memory, processes, starts and calls are counted together: what is used of them beside it would
 * look like its own.  So where others run at the same time, those of its caller alone hold. */
static void limits_for(const bx_nested *n, const bx_manifest *m, bx_limits *ret)
{
    *ret = bx_limits_min(&m->limits, n->limits);
    if (n->beside) {
        ret->memory = n->limits->memory;
        ret->processes = n->limits->processes;
        ret->starts = n->limits->starts;
        ret->calls = n->limits->calls;
    }
    ret->memory += n->before.memory;
    ret->processes += n->before.processes;
    ret->starts += n->before.starts;
    ret->calls += n->before.calls;
}

static bx_nested_status answer(const bx_tool_end *end, bx_nested *n)
{
    const bx_outcome *o = &end->outcome;
    bx_buf_clear(n->answer);
    (void)bx_buf_add_str(n->answer, bx_buf_str(&end->text));
    n->fs_write = o->files.bytes_written;
    n->files_created = o->files.files_created;
    n->dir_entries = o->files.dir_entries;
    n->http_requests = o->http_requests;
    n->http_in = o->http_in;
    n->http_out = o->http_out;
    return end->entered ? BX_NESTED_OK : BX_NESTED_INVALID;
}

static bx_nested_status nested(const void *ctx, bx_nested *n)
{
    const bx_tool_caller *caller = ctx;
    const bx_tool_ground *on = caller->on;
    bx_limits limits;
    bx_tool tool;
    bx_tool_end end;
    bx_error err = {.msg = ""};
    if (!on->find || on->find(on->ctx, n->name, &tool, &err) != BX_OK)
        return refuse(n, BX_NESTED_UNKNOWN, on->find ? err.msg : "no such tool");
    limits_for(n, tool.manifest, &limits);
    const bx_tool_call call = {
        .arguments = n->input,
        .run = n->run,
        .limits = &limits,
        .kept = n->kept,
        .quiet = true,
        .ctl = n->ctl,
        .shared = n->shared,
        .record = n->record,
        .err_fd = -2,
        .origin = caller->origin,
    };
    bx_code rc = bx_tool_invoke(on, &tool, &call, &end, &err);
    if (rc != BX_OK)
        return refuse(n, rc == BX_EDENIED ? BX_NESTED_DENIED : BX_NESTED_LIMIT, err.msg);
    bx_nested_status s = answer(&end, n);
    bx_tool_end_done(&end);
    return s;
}

static void put_tool(const bx_manifest *m, bx_json_out *o)
{
    const bx_json_val *doc = bx_json_root(m->doc);
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("name"));
    bx_json_out_string(o, m->name);
    bx_json_out_key(o, BX_LIT("description"));
    bx_json_out_value(o, bx_json_get(doc, BX_LIT("description")));
    bx_json_out_key(o, BX_LIT("inputSchema"));
    bx_json_out_value(o, m->input_schema);
    if (m->output_schema) {
        bx_json_out_key(o, BX_LIT("outputSchema"));
        bx_json_out_value(o, m->output_schema);
    }
    bx_json_out_end_object(o);
}

static bx_code list(const void *ctx, const bx_grant *run, bx_buf *ret, bx_error *err)
{
    const bx_tool_ground *on = ((const bx_tool_caller *)ctx)->on;
    bx_json_out o = bx_json_out_on(ret);
    const char *name;
    bx_tool tool;
    bx_json_out_begin_array(&o);
    for (size_t i = 0; on->name && (name = on->name(on->ctx, i)); i++) {
        if (!bx_program_is_granted(bx_grant_caps(run), bx_str_of(name)))
            continue;
        bx_error why; /* a tool whose package is not there is none */
        if (on->find(on->ctx, bx_str_of(name), &tool, &why) == BX_OK && tool.manifest->input_schema)
            put_tool(tool.manifest, &o);
    }
    bx_json_out_end_array(&o);
    return bx_json_out_end(&o, err);
}

bx_call_tools bx_tool_nested(const bx_tool_caller *caller)
{
    return (bx_call_tools){.call = nested, .list = list, .ctx = caller};
}
