/* Events: written, kept, shown. */
#include "agent/state.h"
#include "os/clock.h"

enum { MAX_EVENT = 256 << 20 };

void bx_agent_say_begin(bx_agent *a, bx_agent_saying *s, const char *type)
{
    (void)pthread_mutex_lock(&a->lock);
    s->type = type;
    s->text = bx_buf_init(MAX_EVENT);
    s->out = bx_json_out_on(&s->text);
    bx_json_out_begin_object(&s->out);
    bx_json_out_key(&s->out, BX_LIT("type"));
    bx_json_out_string(&s->out, bx_str_of(type));
    bx_json_out_key(&s->out, BX_LIT("session"));
    bx_json_out_string(&s->out, a->cfg.id);
    bx_json_out_key(&s->out, BX_LIT("seq"));
    bx_json_out_uint(&s->out, a->seq + 1);
    bx_json_out_key(&s->out, BX_LIT("time"));
    bx_json_out_uint(&s->out, bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000);
}

/* The first event of a session makes it. */
static bx_code keep(bx_agent *a, const bx_agent_event *ev, bx_error *err)
{
    const bx_journal *j = a->cfg.journal;
    if (!j)
        return BX_OK;
    if (ev->seq > 1)
        return j->append(j->ctx, ev, 1, err);
    const bx_journal_session session = {.id = a->cfg.id,
                                        .parent = a->cfg.parent,
                                        .title = a->cfg.title,
                                        .model = bx_str_of(bx_llm_name(a->cfg.model)),
                                        .workspace = a->cfg.workspace,
                                        .managed = a->cfg.managed};
    return j->begin(j->ctx, &session, ev, err);
}

bx_code bx_agent_say_end(bx_agent *a, bx_agent_saying *s, bx_error *err)
{
    bx_json_out_end_object(&s->out);
    bx_code rc = bx_json_out_end(&s->out, err);
    const bx_agent_event ev = {
        .session = a->cfg.id, .seq = a->seq + 1, .type = s->type, .line = bx_buf_str(&s->text)};
    if (rc == BX_OK)
        rc = keep(a, &ev, err);
    if (rc == BX_OK) {
        a->seq++;
        if (a->cfg.watch.event)
            a->cfg.watch.event(a->cfg.watch.ctx, &ev);
    }
    (void)pthread_mutex_unlock(&a->lock);
    bx_buf_done(&s->text);
    return bx_wrap(rc, err, "journal of the run: %s", s->type);
}

void bx_agent_put_message(bx_json_out *o, const bx_llm_message *m)
{
    bx_json_out_key(o, BX_LIT("message"));
    bx_llm_message_write(m, o);
}

void bx_agent_put_usage(bx_json_out *o, const bx_llm_usage *u)
{
    const struct {
        bx_str key;
        uint64_t n;
    } rows[] = {{BX_LIT("input"), u->input},
                {BX_LIT("cache_read"), u->cache_read},
                {BX_LIT("cache_write"), u->cache_write},
                {BX_LIT("output"), u->output},
                {BX_LIT("thinking"), u->thinking}};
    bx_json_out_key(o, BX_LIT("usage"));
    if (!u->known) {
        bx_json_out_null(o);
        return;
    }
    bx_json_out_begin_object(o);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        bx_json_out_key(o, rows[i].key);
        bx_json_out_uint(o, rows[i].n);
    }
    bx_json_out_end_object(o);
}

bx_code bx_agent_say_user(bx_agent *a, const bx_llm_message *m, bx_error *err)
{
    bx_agent_saying s;
    bx_agent_say_begin(a, &s, "user");
    bx_agent_put_message(&s.out, m);
    return bx_agent_say_end(a, &s, err);
}
