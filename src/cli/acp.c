/* boxagnts acp: an agent for editors that speak the Agent Client Protocol, version 1. */
#include <stdio.h>
#include <unistd.h>

#include "base/version.h"
#include "cli/acp_session.h"
#include "cli/commands.h"
#include "cli/run_flags.h"
#include "os/signals.h"

/* ---- initialize ------------------------------------------------------------------------------ */

static void on_initialize(bx_acp *x, const bx_json_val *id, const bx_json_val *params)
{
    bx_acp_message m;
    const bx_json_val *client = bx_json_get(params, BX_LIT("clientCapabilities"));
    x->takes_notices = bx_json_type_of(bx_json_get(bx_json_get(client, BX_LIT("session")),
                                                   BX_LIT("notices"))) == BX_JSON_OBJECT;
    bx_acp_result(&m, id);
    bx_json_out_key(&m.out, BX_LIT("protocolVersion"));
    bx_json_out_int(&m.out, 1);
    bx_json_out_key(&m.out, BX_LIT("agentCapabilities"));
    bx_json_out_begin_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("loadSession"));
    bx_json_out_bool(&m.out, !x->o.forget);
    bx_json_out_key(&m.out, BX_LIT("promptCapabilities"));
    bx_json_out_raw(&m.out, BX_LIT("{\"image\":false,\"audio\":false,\"embeddedContext\":true}"));
    bx_json_out_key(&m.out, BX_LIT("mcpCapabilities"));
    bx_json_out_raw(&m.out, BX_LIT("{\"http\":false,\"sse\":false}"));
    bx_json_out_key(&m.out, BX_LIT("sessionCapabilities"));
    bx_json_out_raw(&m.out, x->o.forget ? BX_LIT("{\"close\":{}}")
                                        : BX_LIT("{\"close\":{},\"list\":{},\"resume\":{}}"));
    bx_json_out_end_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("agentInfo"));
    bx_json_out_begin_object(&m.out);
    bx_acp_put(&m.out, "name", BX_LIT("boxagnts"));
    bx_acp_put(&m.out, "title", BX_LIT("BoxAgnts"));
    bx_acp_put(&m.out, "version", BX_LIT(BX_VERSION));
    bx_json_out_end_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("authMethods"));
    bx_json_out_raw(&m.out, BX_LIT("[]"));
    bx_acp_send(x->peer, &m);
}

/* ---- session/list ---------------------------------------------------------------------------- */

enum { PAGE = 100, MAX_SESSIONS_LISTED = 1000000 };

typedef struct listing {
    bx_str after; /* ID of the last one of the page before; empty: none */
    bool begun;   /* it was met */
    size_t n;
    bx_json_out *out;
    char last[BX_AGENT_MAX_ID];
    bool more;
} listing;

static bx_code on_row(void *ctx, const bx_session *s, bx_error *err)
{
    listing *l = ctx;
    (void)err;
    if (!l->begun) {
        l->begun = bx_str_eq(s->id, l->after);
        return BX_OK;
    }
    if (l->n == PAGE) {
        l->more = true;
        return BX_OK;
    }
    l->n++;
    (void)snprintf(l->last, sizeof l->last, "%.*s", BX_FMT(s->id));
    bx_json_out_begin_object(l->out);
    bx_acp_put(l->out, "sessionId", s->id);
    bx_acp_put(l->out, "cwd", s->workspace);
    bx_acp_put(l->out, "title", s->title);
    bx_acp_put_time(l->out, "updatedAt", s->updated_ms);
    bx_json_out_end_object(l->out);
    return BX_OK;
}

static bx_code list_into(bx_json_out *o, bx_str cwd, bx_str cursor, bx_error *err)
{
    BX_AUTO(bx_db) bx_db *db = NULL;
    BX_AUTOFREE char *real = cwd.n ? realpath(cwd.p, NULL) : NULL;
    listing l = {.after = cursor, .begun = cursor.n == 0, .out = o};
    if (cwd.n && cwd.p[0] != '/')
        return bx_fail(err, BX_EINVAL, "cwd: an absolute path is expected");
    bx_json_out_key(o, BX_LIT("sessions"));
    bx_json_out_begin_array(o);
    bx_code rc = bx_cli_store(true, &db, err);
    if (rc == BX_OK)
        rc = bx_session_list(db, BX_LIT(""), real ? bx_str_of(real) : cwd, MAX_SESSIONS_LISTED,
                             on_row, &l, err);
    if (rc == BX_ENOENT) /* nothing was ever kept */
        rc = BX_OK;
    bx_json_out_end_array(o);
    if (rc == BX_OK && !l.begun)
        rc = bx_fail(err, BX_EINVAL, "cursor: none of ours");
    if (l.more)
        bx_acp_put(o, "nextCursor", bx_str_of(l.last));
    return rc;
}

static void on_list(bx_acp *x, const bx_json_val *id, const bx_json_val *params)
{
    bx_acp_message m;
    bx_error err = {.msg = ""};
    bx_acp_result(&m, id);
    bx_code rc = list_into(&m.out, bx_acp_text(params, "cwd"), bx_acp_text(params, "cursor"), &err);
    if (rc == BX_OK) {
        bx_acp_send(x->peer, &m);
        return;
    }
    bx_buf_done(&m.text);
    bx_acp_error(x->peer, id, rc == BX_EINVAL ? BX_ACP_PARAMS : BX_ACP_INTERNAL, err.msg);
}

/* ---- messages -------------------------------------------------------------------------------- */

static void on_new(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    bx_acp_on_session(x, id, params, BX_ACP_NEW);
}

static void on_load(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    bx_acp_on_session(x, id, params, BX_ACP_LOAD);
}

static void on_resume(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    bx_acp_on_session(x, id, params, BX_ACP_RESUME);
}

static void on_first(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    on_initialize(x, id, params);
}

static void on_sessions(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    on_list(x, id, params);
}

static void on_mode(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    bx_acp_on_mode(x, id, params);
}

static void on_close(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    (void)doc;
    bx_acp_on_close(x, id, params);
}

static const struct {
    const char *method;
    void (*on)(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params);
    bool kept; /* there is none where nothing is kept */
} methods[] = {{"initialize", on_first, false},      {"session/new", on_new, false},
               {"session/load", on_load, true},      {"session/resume", on_resume, true},
               {"session/list", on_sessions, true},  {"session/prompt", bx_acp_on_prompt, false},
               {"session/set_mode", on_mode, false}, {"session/close", on_close, false}};

static void on_message(bx_acp *x, bx_json **doc)
{
    const bx_json_val *root = bx_json_root(*doc), *id = bx_json_get(root, BX_LIT("id"));
    const bx_json_val *params = bx_json_get(root, BX_LIT("params"));
    bx_str method = bx_acp_text(root, "method");
    if (bx_str_eq(method, BX_LIT("session/cancel"))) {
        bx_acp_on_cancel(x, params);
        return;
    }
    if (bx_str_eq(method, BX_LIT("$/cancel_request"))) {
        bx_acp_on_cancel_request(x, bx_json_get(params, BX_LIT("requestId")));
        return;
    }
    if (!id) /* other notifications say nothing to us */
        return;
    for (size_t i = 0; i < BX_COUNT(methods); i++) {
        if (bx_str_eq(method, bx_str_of(methods[i].method)) && !(methods[i].kept && x->o.forget)) {
            methods[i].on(x, doc, id, params);
            return;
        }
    }
    bx_acp_error(x->peer, id, method.n ? BX_ACP_METHOD : BX_ACP_REQUEST,
                 method.n ? "no such method" : "no method");
}

static bx_code serve(bx_acp *x, bx_error *err)
{
    bx_code rc = bx_acp_peer_new(STDIN_FILENO, STDOUT_FILENO, &x->peer, err);
    while (rc == BX_OK) {
        BX_AUTO(bx_json) bx_json *doc = NULL;
        rc = bx_acp_read(x->peer, &doc, err);
        if (rc != BX_OK || !doc)
            break;
        if (!bx_acp_take_answer(x->peer, &doc))
            on_message(x, &doc);
    }
    if (x->peer)
        bx_acp_hang_up(x->peer);
    bx_acp_end_all(x);
    bx_acp_peer_free(x->peer);
    return rc;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int run_acp(const bx_args *a)
{
    static bx_acp x;
    bx_error err = {.msg = ""};
    x.o = (bx_run_options){.limits = bx_spend_unlimited, .title = "editor", .mode_changes = true};
    (void)pthread_mutex_init(&x.lock, NULL);
    bx_signals_ignore();
    bx_code rc = bx_run_flags_read(a, &x.o, &err);
    if (rc == BX_OK && (x.o.resume || x.o.continue_last || x.o.workspace))
        rc = bx_fail(&err, BX_EINVAL, "the editor names directory and session, no flag does");
    if (rc == BX_OK && x.o.mode && !bx_policy_mode_parse(bx_str_of(x.o.mode), &x.mode))
        rc = bx_fail(&err, BX_EINVAL,
                     "'%.40s' is no mode: default, accept-edits, plan and dont-ask are", x.o.mode);
    if (!x.o.mode)
        x.o.mode = bx_policy_mode_name(x.mode);
    if (rc == BX_OK)
        rc = serve(&x, &err);
    bx_run_flags_done(&x.o);
    if (rc == BX_OK)
        return 0;
    bx_cli_complain("acp: %s", err.msg);
    return EXIT_OURS;
}

static const bx_flag flags[] = {
    BX_RUN_FLAGS,
};

const bx_command bx_cmd_acp = {
    .name = "acp",
    .usage = "acp [flags]",
    .summary = "an agent for editors: the Agent Client Protocol on standard input and output",
    .no_words = true,
    .details = "The editor names the directory and session, shows what is done, and is asked "
               "before anything "
               "is changed,\n"
               "unless a policy, --permission-mode or the mode chosen in the editor says "
               "otherwise.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_acp,
};
