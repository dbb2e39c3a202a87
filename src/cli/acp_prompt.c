/* One prompt of an editor: what it says, the run, questions on the way, its end. */
#include <stdio.h>

#include "cli/acp_session.h"
#include "os/clock.h"

/* ---- questions ------------------------------------------------------------------------------- */

static void put_option(bx_json_out *o, const char *id, const char *name)
{
    bx_json_out_begin_object(o);
    bx_acp_put(o, "optionId", bx_str_of(id));
    bx_acp_put(o, "name", bx_str_of(name));
    bx_acp_put(o, "kind", bx_str_of(id));
    bx_json_out_end_object(o);
}

bx_code bx_acp_ask_person(void *ctx, const bx_gate_call *call, const bx_gate_decision *d,
                          bx_gate_reply *ret, bx_buf *why, bx_error *err)
{
    const bx_acp_session *s = ctx;
    bx_acp_message m;
    uint64_t id = 0;
    BX_AUTO(bx_json) bx_json *answer = NULL;
    if (bx_str_eq(call->manifest->name, BX_LIT("bash")) &&
        call->arguments.n > BX_APPROVAL_MAX_TEXT) { /* of a command every part counts */
        *ret = BX_REPLY_DENY;
        (void)bx_buf_add_z(why, "the command is too long to be shown: write it to a file first");
        return BX_OK;
    }
    bx_acp_request(s->of->peer, &m, "session/request_permission", &id);
    bx_acp_put(&m.out, "sessionId", s->show.id); /* also where an executor of it asks */
    bx_json_out_key(&m.out, BX_LIT("toolCall"));
    bx_json_out_begin_object(&m.out);
    bx_acp_put(&m.out, "toolCallId", call->origin.key);
    bx_acp_put_asked(&m.out, s->files, call->manifest->name, call->arguments, bx_buf_str(&d->why));
    bx_json_out_end_object(&m.out);
    bx_json_out_key(&m.out, BX_LIT("options"));
    bx_json_out_begin_array(&m.out);
    put_option(&m.out, "allow_once", "Allow");
    put_option(&m.out, "reject_once", "Reject");
    bx_json_out_end_array(&m.out);
    bx_code rc = bx_acp_ask(s->of->peer, &m, id, call->ctl, &answer, err);
    if (rc != BX_OK)
        return rc;
    const bx_json_val *outcome =
        bx_json_get(bx_json_get(bx_json_root(answer), BX_LIT("result")), BX_LIT("outcome"));
    /* Nothing but the very option that was offered is a yes. */
    bool yes = bx_str_eq(bx_acp_text(outcome, "outcome"), BX_LIT("selected")) &&
               bx_str_eq(bx_acp_text(outcome, "optionId"), BX_LIT("allow_once"));
    *ret = yes ? BX_REPLY_ALLOW : BX_REPLY_DENY;
    (void)bx_buf_add_z(why, yes ? "allowed in the editor" : "denied in the editor");
    return BX_OK;
}

/* ---- commands -------------------------------------------------------------------------------- */

static void say(const bx_acp_session *s, bx_str text)
{
    bx_acp_show_words(&s->show, "agent_message_chunk", text);
}

static bx_code compact(bx_acp_session *s, bx_str rest, bx_error *err)
{
    bool did = false;
    bx_code rc = bx_agent_shorten(s->run.agent, rest, &did, err);
    if (rc == BX_OK)
        say(s, did ? BX_LIT("shortened") : BX_LIT("there is too little to shorten"));
    return rc;
}

static bx_code undo(bx_acp_session *s, bx_str rest, bx_error *err)
{
    bool did = false;
    (void)rest;
    bx_code rc = bx_agent_undo(s->run.agent, &did, err);
    if (rc == BX_OK)
        say(s, did ? BX_LIT("taken back; files are as they are")
                   : BX_LIT("there is nothing to take back"));
    return rc;
}

static bx_code tools(bx_acp_session *s, bx_str rest, bx_error *err)
{
    BX_AUTO_BUF out = bx_buf_init(64 << 10);
    bx_str name;
    (void)rest;
    for (size_t i = 0; (name = bx_agent_tool_name(s->run.agent, i)).n; i++)
        (void)bx_buf_addf(&out, "%s%.*s", i ? ", " : "", BX_FMT(name));
    say(s, bx_buf_str(&out));
    return bx_buf_check(&out, err);
}

static const bx_acp_command commands[] = {
    {"compact", "replace the conversation by a summary", "what above all it is to keep"},
    {"undo", "take back the last prompt; what tools did stays done", NULL},
    {"tools", "the tools there are", NULL},
};
static bx_code (*const run_command[])(bx_acp_session *s, bx_str rest,
                                      bx_error *err) = {compact, undo, tools};

void bx_acp_show_all_commands(const bx_acp_session *s)
{
    bx_acp_show_commands(&s->show, commands, BX_COUNT(commands));
}

/* A prompt that begins with a slash and no name of a command is a prompt: "/etc/hosts is…". */
static size_t command_of(bx_str text)
{
    for (size_t i = 0; i < BX_COUNT(commands) && text.n && text.p[0] == '/'; i++) {
        size_t n = strlen(commands[i].name);
        if (bx_str_starts(bx_str_from(text, 1), bx_str_of(commands[i].name)) &&
            (text.n == n + 1 || text.p[n + 1] == ' '))
            return i + 1;
    }
    return 0;
}

/* ---- what a prompt says ---------------------------------------------------------------------- */

/* The name under which tools know the file, where it is one of the workspace. */
static void add_uri(const bx_acp_session *s, bx_str uri, bx_buf *out)
{
    BX_AUTO_BUF path = bx_buf_init(16 << 10);
    if (s->files && bx_acp_path_of_uri(s->files, uri, &path))
        (void)bx_buf_add_str(out, bx_buf_str(&path));
    else
        (void)bx_buf_add_str(out, uri);
}

static bx_code add_block(const bx_acp_session *s, const bx_json_val *b, bx_buf *out, bx_error *err)
{
    bx_str type = bx_acp_text(b, "type");
    const bx_json_val *r = bx_json_get(b, BX_LIT("resource"));
    if (bx_str_eq(type, BX_LIT("text"))) {
        (void)bx_buf_add_str(out, bx_acp_text(b, "text"));
    } else if (bx_str_eq(type, BX_LIT("resource_link"))) {
        add_uri(s, bx_acp_text(b, "uri"), out);
    } else if (bx_str_eq(type, BX_LIT("resource")) && bx_json_get(r, BX_LIT("text"))) {
        add_uri(s, bx_acp_text(r, "uri"), out);
        (void)bx_buf_add_z(out, ":\n");
        (void)bx_buf_add_str(out, bx_acp_text(r, "text"));
    } else {
        return bx_fail(err, BX_EINVAL,
                       "prompt: a block of type '%.40s' is not taken: text, links and resources "
                       "with text are",
                       type.n ? type.p : "");
    }
    return BX_OK;
}

bx_code bx_acp_read_prompt(bx_acp_session *s, const bx_json_val *blocks, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(blocks);
    bx_code rc = BX_OK;
    bx_buf_clear(&s->prompt);
    if (bx_json_type_of(blocks) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "prompt: an array of blocks is expected");
    for (const bx_json_val *b; rc == BX_OK && (b = bx_json_next(&it, NULL));) {
        if (s->prompt.n)
            (void)bx_buf_add_c(&s->prompt, '\n');
        rc = add_block(s, b, &s->prompt, err);
    }
    if (rc == BX_OK)
        rc = bx_buf_check(&s->prompt, err);
    if (rc == BX_OK && s->prompt.n == 0)
        rc = bx_fail(err, BX_EINVAL, "an empty prompt");
    s->command = command_of(bx_buf_str(&s->prompt));
    return rc;
}

/* ---- the run --------------------------------------------------------------------------------- */

static void show_title(bx_acp_session *s)
{
    bx_str text = bx_buf_str(&s->prompt);
    size_t n = strcspn(text.p, "\n");
    bool cut = n > BX_ACP_MAX_TITLE;
    for (n = cut ? BX_ACP_MAX_TITLE : n; cut && n && ((uint8_t)text.p[n] & 0xc0) == 0x80;)
        n--;
    (void)snprintf(s->title, sizeof s->title, "%.*s", (int)n, text.p);
    bx_agent_set_title(s->run.agent, bx_str_of(s->title));
    bx_acp_show_info(&s->show, bx_str_of(s->title),
                     (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000));
}

static void show_usage(bx_acp_session *s, const bx_agent_end *end)
{
    s->unpriced = s->unpriced || !end->has_cost;
    s->cost += end->cost;
    bx_acp_show_usage(&s->show, bx_agent_context(s->run.agent), bx_llm_window(s->run.model),
                      s->unpriced ? NULL : &s->cost);
}

static void end_prompt(const bx_acp_session *s, const bx_agent_end *end)
{
    static const char *const reasons[] = {[BX_AGENT_DONE] = "end_turn",
                                          [BX_AGENT_LENGTH] = "max_tokens",
                                          [BX_AGENT_REFUSED] = "refusal",
                                          [BX_AGENT_BUDGET] = "max_turn_requests",
                                          [BX_AGENT_REPEATS] = "max_turn_requests",
                                          [BX_AGENT_BLOCKED] = "refusal",
                                          [BX_AGENT_DEADLINE] = "max_turn_requests",
                                          [BX_AGENT_CANCELLED] = "cancelled"};
    const bx_json_val *id = bx_json_get(bx_json_root(s->request), BX_LIT("id"));
    if (end->status == BX_AGENT_FAILED) {
        bx_acp_error(s->of->peer, id, BX_ACP_INTERNAL, end->why);
        return;
    }
    bx_acp_message m;
    bx_acp_result(&m, id);
    bx_acp_put(&m.out, "stopReason", bx_str_of(reasons[end->status]));
    bx_acp_send(s->of->peer, &m);
}

static bx_code run(bx_acp_session *s, bx_agent_end *end, bx_error *err)
{
    bx_str text = bx_buf_str(&s->prompt);
    if (s->note.n)
        say(s, bx_buf_str(&s->note));
    bx_buf_clear(&s->note);
    if (s->command) {
        bx_str rest = bx_str_from(text, strlen(commands[s->command - 1].name) + 1);
        while (rest.n && rest.p[0] == ' ')
            rest = bx_str_from(rest, 1);
        end->status = BX_AGENT_DONE;
        return run_command[s->command - 1](s, rest, err);
    }
    if (!bx_agent_is_asked(s->run.agent))
        show_title(s);
    bx_code rc = bx_agent_run(s->run.agent, text, end, err);
    if (rc != BX_OK)
        return rc;
    show_usage(s, end);
    if (end->status != BX_AGENT_DONE && end->status != BX_AGENT_CANCELLED &&
        end->status != BX_AGENT_FAILED) {
        BX_AUTO_BUF why = bx_buf_init(4096);
        (void)bx_buf_addf(&why, "\n(%s: %s)", bx_agent_status_name(end->status), end->why);
        say(s, bx_buf_str(&why));
    }
    return BX_OK;
}

void *bx_acp_run_prompt(void *session)
{
    bx_acp_session *s = session;
    bx_agent_end end = {.status = BX_AGENT_FAILED};
    bx_error err = {.msg = ""};
    if (run(s, &end, &err) != BX_OK) {
        end.status =
            bx_ctl_check(&s->run.ctl) == BX_STOP_CANCELLED ? BX_AGENT_CANCELLED : BX_AGENT_FAILED;
        (void)snprintf(end.why, sizeof end.why, "%s", err.msg);
    }
    (void)pthread_mutex_lock(&s->of->lock);
    s->busy = false;
    (void)pthread_mutex_unlock(&s->of->lock);
    end_prompt(s, &end);
    bx_agent_end_done(&end);
    return NULL;
}
