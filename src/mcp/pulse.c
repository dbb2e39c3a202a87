/* What happens by itself to calls that take long: their clients hear that they still run, and those
 * whose clients know tasks become one. */
#include "mcp/call.h"

enum { BEAT_MS = 1000, TASK_AFTER_MS = 5000, AT_ONCE = BX_MCP_MAX_CALLS, NS_PER_MS = 1000000 };

static bool is_meant_locked(const bx_mcp_call *c)
{
    return c->place != MCP_FRESH && c->begun_ns && !c->answered && !c->ending && !c->cancelled &&
           !c->listens;
}

static void beat(bx_mcp_call *c, uint64_t now)
{
    uint64_t ms = (now - c->begun_ns) / NS_PER_MS;
    if (ms >= TASK_AFTER_MS && c->method->serve == mcp_serve_tools_call && bx_mcp_become_task(c))
        return;
    if (ms >= BEAT_MS)
        mcp_heartbeat(c, (double)(ms / 1000));
}

static void beat_all(bx_mcp_server *s)
{
    bx_mcp_call *some[AT_ONCE];
    size_t n = 0;
    uint64_t now = bx_now_ns();
    (void)pthread_mutex_lock(&s->lock);
    for (bx_mcp_call *c = s->calls; c && n < AT_ONCE; c = c->next) {
        if (is_meant_locked(c)) {
            c->pins++;
            some[n++] = c;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < n; i++) {
        beat(some[i], now);
        mcp_call_unpin(some[i]);
    }
}

/* It ends when nothing runs, and is begun again by the next call. */
static void *pulse(void *arg)
{
    bx_mcp_server *s = arg;
    (void)pthread_mutex_lock(&s->lock);
    while (s->n_calls > s->n_streams && !s->stopping) {
        const uint64_t at = bx_now_ns() + (uint64_t)BEAT_MS * NS_PER_MS;
        const struct timespec until = {.tv_sec = (time_t)(at / 1000 / NS_PER_MS),
                                       .tv_nsec = (long)(at % (1000 * (uint64_t)NS_PER_MS))};
        int late = 0;
        while (!s->stopping && late == 0)
            late = pthread_cond_timedwait(&s->tick, &s->lock, &until);
        (void)pthread_mutex_unlock(&s->lock);
        beat_all(s);
        (void)pthread_mutex_lock(&s->lock);
    }
    s->pulses = false;

    (void)pthread_cond_broadcast(&s->over);
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

void mcp_want_pulse_locked(bx_mcp_server *s)
{
    pthread_t thread;
    pthread_attr_t attr;
    if (s->pulses || s->stopping || pthread_attr_init(&attr) != 0)
        return;
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    s->pulses = pthread_create(&thread, &attr, pulse, s) == 0;

    (void)pthread_attr_destroy(&attr);
}
