#include "cli/acp_session.h"

#include <stdio.h>

static bx_acp_session *find(bx_acp *x, bx_str id)
{
    for (size_t i = 0; i < BX_ACP_MAX_SESSIONS; i++) {
        if (x->sessions[i].open && bx_str_eq(x->sessions[i].show.id, id))
            return &x->sessions[i];
    }
    return NULL;
}

/* The one that a request means; NULL: it was answered. */
static bx_acp_session *session_of(bx_acp *x, const bx_json_val *id, const bx_json_val *params)
{
    bx_acp_session *s = find(x, bx_acp_text(params, "sessionId"));
    if (!s)
        bx_acp_error(x->peer, id, BX_ACP_NOT_FOUND, "no such session");
    return s;
}

static bool is_busy(bx_acp_session *s)
{
    (void)pthread_mutex_lock(&s->of->lock);
    bool busy = s->busy;
    (void)pthread_mutex_unlock(&s->of->lock);
    return busy;
}

static void cancel(bx_acp_session *s)
{
    (void)pthread_mutex_lock(&s->of->lock);
    if (s->busy)
        bx_ctl_cancel(&s->run.ctl);
    (void)pthread_mutex_unlock(&s->of->lock);
}

static void join(bx_acp_session *s)
{
    if (s->joinable)
        (void)pthread_join(s->thread, NULL);
    s->joinable = false;
    bx_json_free(BX_TAKE(s->request));
}

/* Nothing runs in it any more. */
static void take_apart(bx_acp_session *s)
{
    bx_buf_done(&s->prompt);
    bx_buf_done(&s->note);
    bx_acp_show_done(&s->show);
    bx_acp_files_free(s->files);
    bx_run_free(&s->run);
    *s = (bx_acp_session){.open = false};
}

void bx_acp_end_all(bx_acp *x)
{
    for (size_t i = 0; i < BX_ACP_MAX_SESSIONS; i++)
        if (x->sessions[i].open)
            cancel(&x->sessions[i]);
    for (size_t i = 0; i < BX_ACP_MAX_SESSIONS; i++) {
        if (!x->sessions[i].open)
            continue;
        join(&x->sessions[i]);
        take_apart(&x->sessions[i]);
    }
}

/* ---- what happens in it ---------------------------------------------------------------------- */

static bool is_mine(const bx_acp_session *s, bx_str session)
{
    return bx_str_eq(session, s->show.id); /* executors are told by their ends */
}

static void on_delta(void *ctx, bx_str session, bx_agent_delta kind, bx_str piece)
{
    const bx_acp_session *s = ctx;
    if (!is_mine(s, session))
        return;
    if (kind == BX_DELTA_RESTART)
        bx_acp_show_words(&s->show, "agent_message_chunk",
                          BX_LIT("\n(the answer broke off and begins anew)\n"));
    else
        bx_acp_show_words(
            &s->show, kind == BX_DELTA_TEXT ? "agent_message_chunk" : "agent_thought_chunk", piece);
}

static void on_event(void *ctx, const bx_agent_event *ev)
{
    bx_acp_session *s = ctx;
    bool shown = strcmp(ev->type, "tool_call") == 0 || strcmp(ev->type, "tool_result") == 0;
    if (shown && is_mine(s, ev->session))
        bx_acp_show_event(&s->show, ev->line, false);
}

static bx_code on_line(void *ctx, bx_str line, bx_error *err)
{
    bx_acp_session *s = ctx;
    (void)err;
    bx_acp_show_event(&s->show, line, true);
    return BX_OK;
}

/* ---- begin ----------------------------------------------------------------------------------- */

/* We start no program outside a sandbox, and a server of tools is one: whoever named it is told. */
static void note_servers(bx_acp_session *s, const bx_json_val *servers)
{
    bx_json_iter it = bx_json_iter_of(servers);
    size_t n = 0;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL)); n++) {
        bx_str name = bx_acp_text(v, "name");
        (void)bx_buf_add_z(&s->note, n ? ", " : "Not used: the MCP servers ");
        (void)bx_buf_add_str(&s->note, name.n ? name : BX_LIT("(one without a name)"));
    }
    if (n)
        (void)bx_buf_add_z(&s->note, ". BoxAgnts starts no programs outside its sandboxes; tools "
                                     "are added with `boxagnts tool add`.\n\n");
}

static bx_code check_params(const bx_json_val *params, bx_str *cwd, bx_error *err)
{
    *cwd = bx_acp_text(params, "cwd");
    if (cwd->n == 0 || cwd->p[0] != '/' || strlen(cwd->p) != cwd->n)
        return bx_fail(err, BX_EINVAL, "cwd: an absolute path is expected");
    if (bx_json_size(bx_json_get(params, BX_LIT("additionalDirectories"))))
        return bx_fail(err, BX_EINVAL, "additionalDirectories: a session has one directory");
    return BX_OK;
}

static bx_code open_session(bx_acp *x, const bx_json_val *params, bx_acp_begin how,
                            bx_acp_session **ret, bx_error *err)
{
    bx_acp_session *s = NULL;
    bx_str cwd, id = bx_acp_text(params, "sessionId");
    bx_code rc = check_params(params, &cwd, err);
    if (rc != BX_OK)
        return rc;
    for (size_t i = 0; i < BX_ACP_MAX_SESSIONS && !s; i++)
        s = x->sessions[i].open ? NULL : &x->sessions[i];
    if (!s)
        return bx_fail(err, BX_ELIMIT, "more than %d sessions: close one", BX_ACP_MAX_SESSIONS);
    *s = (bx_acp_session){.of = x,
                          .prompt = bx_buf_init(BX_AGENT_MAX_PROMPT),
                          .note = bx_buf_init(64 << 10),
                          .approver = {bx_acp_ask_person, s}};
    bx_run_options o = x->o;
    o.workspace = cwd.p; /* a text of a JSON document ends with a NUL */
    o.resume = how == BX_ACP_NEW ? NULL : id.p;
    o.approver = &s->approver;
    o.watch = (bx_agent_watch){.event = on_event, .delta = on_delta, .ctx = s};
    rc = bx_run_open(&s->run, &o, err);
    if (rc == BX_OK && how != BX_ACP_NEW && !bx_str_eq(id, bx_str_of(s->run.id)))
        rc = bx_fail(err, BX_ENOENT, "no session '%.*s'", BX_FMT(id)); /* a part of an ID is none */
    if (rc != BX_OK) {
        take_apart(s);
        return rc;
    }
    bx_error none;
    if (bx_acp_files_new(&s->run, &s->files, &none) != BX_OK)
        s->files = NULL; /* it may read nothing, so nothing is shown */
    s->show = (bx_acp_show){.peer = x->peer, .id = bx_str_of(s->run.id), .files = s->files};
    s->open = true;
    *ret = s;
    return BX_OK;
}

/* One that is open here goes on as it is. */
static bx_code find_or_open(bx_acp *x, const bx_json_val *params, bx_acp_begin how,
                            bx_acp_session **ret, bx_error *err)
{
    bx_acp_session *s = how == BX_ACP_NEW ? NULL : find(x, bx_acp_text(params, "sessionId"));
    if (s && is_busy(s))
        return bx_fail(err, BX_ESTATE, "the session has a prompt under way");
    if (!s)
        return open_session(x, params, how, ret, err);
    bx_str cwd;
    bx_code rc = check_params(params, &cwd, err);
    BX_AUTOFREE char *real = rc == BX_OK ? realpath(cwd.p, NULL) : NULL;
    if (rc == BX_OK && (!real || strcmp(real, s->run.workspace) != 0))
        rc = bx_fail(err, BX_EINVAL, "cwd: the session's is %.400s", s->run.workspace);
    *ret = s;
    return rc;
}

static int code_for(bx_code rc)
{
    return rc == BX_EINVAL   ? BX_ACP_PARAMS
           : rc == BX_ENOENT ? BX_ACP_NOT_FOUND
           : rc == BX_ESTATE ? BX_ACP_REQUEST
                             : BX_ACP_INTERNAL;
}

void bx_acp_on_session(bx_acp *x, const bx_json_val *id, const bx_json_val *params,
                       bx_acp_begin how)
{
    bx_acp_session *s = NULL;
    bx_error err = {.msg = ""};
    bx_acp_message m;
    bx_policy_mode mode = x->mode;
    bx_code rc = find_or_open(x, params, how, &s, &err);
    if (rc == BX_OK && how == BX_ACP_LOAD && s->run.db && bx_agent_is_asked(s->run.agent))
        rc = s->run.journal.each(s->run.journal.ctx, s->show.id, on_line, s, &err);
    if (rc != BX_OK) {
        bx_acp_error(x->peer, id, code_for(rc), err.msg);
        return;
    }
    (void)bx_funnel_mode(s->run.funnel, &mode);
    bx_acp_result(&m, id);
    if (how == BX_ACP_NEW)
        bx_acp_put(&m.out, "sessionId", s->show.id);
    bx_acp_put_modes(&m.out, mode);
    bx_acp_send(x->peer, &m);
    bx_acp_show_all_commands(s);
    bx_buf_clear(&s->note);
    note_servers(s, bx_json_get(params, BX_LIT("mcpServers")));
    if (x->takes_notices && s->note.n) {
        bx_acp_show_notice(&s->show, "MCP servers are not used", bx_buf_str(&s->note));
        bx_buf_clear(&s->note);
    }
}

/* ---- requests of one session ----------------------------------------------------------------- */

void bx_acp_on_mode(bx_acp *x, const bx_json_val *id, const bx_json_val *params)
{
    bx_policy_mode mode;
    bx_acp_message m;
    bx_acp_session *s = session_of(x, id, params);
    if (!s)
        return;
    if (!bx_policy_mode_parse(bx_acp_text(params, "modeId"), &mode)) {
        bx_acp_error(x->peer, id, BX_ACP_PARAMS, "modeId: none of availableModes");
        return;
    }
    bx_funnel_set_mode(s->run.funnel, mode);
    bx_acp_result(&m, id);
    bx_acp_send(x->peer, &m);
    bx_acp_show_mode(&s->show, mode);
}

void bx_acp_on_close(bx_acp *x, const bx_json_val *id, const bx_json_val *params)
{
    bx_acp_message m;
    bx_acp_session *s = session_of(x, id, params);
    if (!s)
        return;
    cancel(s);
    join(s); /* its prompt is answered */
    take_apart(s);
    bx_acp_result(&m, id);
    bx_acp_send(x->peer, &m);
}

/* A cancel is for one prompt: the next one has a handle that nobody has used. */
static bx_code renew_ctl(bx_acp_session *s, bx_error *err)
{
    uint64_t wall = s->of->o.wall_ns;
    (void)pthread_mutex_lock(&s->of->lock);
    bx_ctl_done(&s->run.ctl);
    s->run.ctl = bx_ctl_init(wall ? bx_now_ns() + wall : UINT64_MAX);
    bx_code rc = bx_ctl_make_cancellable(&s->run.ctl, err);
    s->busy = rc == BX_OK;
    (void)pthread_mutex_unlock(&s->of->lock);
    return rc;
}

void bx_acp_on_prompt(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params)
{
    bx_error err = {.msg = ""};
    bx_acp_session *s = session_of(x, id, params);
    if (!s)
        return;
    if (is_busy(s)) {
        bx_acp_error(x->peer, id, BX_ACP_REQUEST, "the session has a prompt under way");
        return;
    }
    join(s);
    bx_code rc = bx_acp_read_prompt(s, bx_json_get(params, BX_LIT("prompt")), &err);
    if (rc == BX_OK)
        rc = renew_ctl(s, &err);
    if (rc != BX_OK) {
        bx_acp_error(x->peer, id, BX_ACP_PARAMS, err.msg);
        return;
    }
    s->request = BX_TAKE(*doc);
    s->joinable = pthread_create(&s->thread, NULL, bx_acp_run_prompt, s) == 0;
    if (!s->joinable)
        (void)bx_acp_run_prompt(s);
}

/* ---- cancel ---------------------------------------------------------------------------------- */

void bx_acp_on_cancel(bx_acp *x, const bx_json_val *params)
{
    bx_acp_session *s = find(x, bx_acp_text(params, "sessionId"));
    if (s)
        cancel(s);
}

static bool is_same_id(const bx_json_val *a, const bx_json_val *b)
{
    bx_str s, t;
    int64_t i, k;
    if (bx_json_str(a, &s) && bx_json_str(b, &t))
        return bx_str_eq(s, t);
    return bx_json_int64(a, &i) && bx_json_int64(b, &k) && i == k;
}

void bx_acp_on_cancel_request(bx_acp *x, const bx_json_val *request)
{
    for (size_t i = 0; i < BX_ACP_MAX_SESSIONS; i++) {
        bx_acp_session *s = &x->sessions[i];
        if (s->open && s->request &&
            is_same_id(bx_json_get(bx_json_root(s->request), BX_LIT("id")), request))
            cancel(s);
    }
}
