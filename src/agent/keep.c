#include "agent/keep.h"

#include "db/sessions.h"
#include "os/clock.h"

enum { MAX_AT_ONCE = 16 };

static int64_t now_ms(void) { return (int64_t)(bx_clock_now_ns(BX_CLOCK_REALTIME) / 1000000); }

static bx_code begin(void *ctx, const bx_journal_session *s, const bx_agent_event *first,
                     bx_error *err)
{
    const bx_session row = {.id = s->id,
                            .parent = s->parent,
                            .workspace = s->workspace,
                            .model = s->model,
                            .title = s->title,
                            .managed = s->managed,
                            .created_ms = now_ms()};
    const bx_session_event ev = {
        .seq = first->seq, .time_ms = row.created_ms, .type = first->type, .line = first->line};
    return bx_session_add(ctx, &row, &ev, err);
}

static bx_code append(void *ctx, const bx_agent_event *events, size_t n, bx_error *err)
{
    bx_session_event rows[MAX_AT_ONCE];
    int64_t time_ms = now_ms();
    BX_ASSERT(n > 0 && n <= MAX_AT_ONCE);
    for (size_t i = 0; i < n; i++)
        rows[i] = (bx_session_event){.seq = events[i].seq,
                                     .time_ms = time_ms,
                                     .type = events[i].type,
                                     .line = events[i].line};
    return bx_session_append(ctx, events[0].session, rows, n, err);
}

typedef struct reader {
    bx_agent_on_line *on;
    void *ctx;
} reader;

static bx_code on_event(void *ctx, const bx_session_event *ev, bx_error *err)
{
    const reader *r = ctx;
    return r->on(r->ctx, ev->line, err);
}

static bx_code each(void *ctx, bx_str session, bx_agent_on_line *on, void *on_ctx, bx_error *err)
{
    reader r = {on, on_ctx};
    return bx_session_events(ctx, session, 1, on_event, &r, err);
}

static bx_code cancels(void *ctx, void (*on)(void *ctx, bx_str session), void *on_ctx,
                       bx_error *err)
{
    return bx_session_cancels(ctx, on, on_ctx, err);
}

static bx_code cancel_seen(void *ctx, bx_str session, bx_error *err)
{
    return bx_session_cancel_seen(ctx, session, err);
}

bx_journal bx_journal_on(bx_db *db)
{
    return (bx_journal){.begin = begin,
                        .append = append,
                        .each = each,
                        .cancels = cancels,
                        .cancel_seen = cancel_seen,
                        .ctx = db};
}
