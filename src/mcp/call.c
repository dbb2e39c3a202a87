/* Requests from their arrival to their answer, and the slots and threads they run in. */
#include "mcp/call.h"

/* ---- sinks ----------------------------------------------------------------------------------- */

void mcp_send(bx_mcp_call *c, bx_str json)
{
    (void)pthread_mutex_lock(&c->sink_lock);
    if (!c->closed)
        c->sink.send(c->sink.ctx, json);
    (void)pthread_mutex_unlock(&c->sink_lock);
}

void mcp_close(bx_mcp_call *c, int status, bx_str json)
{
    (void)pthread_mutex_lock(&c->sink_lock);
    bool first = !c->closed;
    c->closed = true;
    (void)pthread_mutex_unlock(&c->sink_lock);
    if (first)
        c->sink.done(c->sink.ctx, status, json);
}

/* ---- life ------------------------------------------------------------------------------------ */

bx_mcp_call *mcp_call_new(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
                          const bx_mcp_sink *sink)
{
    bx_mcp_call *c = bx_calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->server = s;
    c->session = session;
    c->m = m;
    c->sink = *sink;
    c->ctl = bx_ctl_init(UINT64_MAX);
    c->token = bx_buf_init(8 * MCP_MAX_ID);
    c->state = bx_buf_init(MCP_MAX_STATE);
    c->new_state = bx_buf_init(MCP_MAX_STATE);
    c->client = bx_buf_init(256);
    c->keys = bx_buf_init(4 * MCP_MAX_STATE);
    (void)pthread_mutex_init(&c->sink_lock, NULL);
    return c;
}

void mcp_call_free(bx_mcp_call *c)
{
    mcp_ask_done(c);
    mcp_listener_free(c->listener);
    mcp_fault_done(&c->fault);
    bx_mcp_message_free(c->m);
    bx_buf_done(&c->token);
    bx_buf_done(&c->client);
    bx_ctl_done(&c->ctl);
    (void)pthread_mutex_destroy(&c->sink_lock);
    free(c);
}

void mcp_call_enter_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    c->next = s->calls;
    if (s->calls)
        s->calls->prev = c;
    s->calls = c;
    s->n_calls++;
    if (c->session) {
        mcp_session_ref_locked(c->session);
        c->session->busy++;
    }
}

static void leave_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    while (c->pins)
        (void)pthread_cond_wait(&s->over, &s->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->calls = c->next;
    if (c->next)
        c->next->prev = c->prev;
    s->n_calls--;
    s->n_streams -= c->listens;
    if (c->session) {
        if (--c->session->busy == 0)
            c->session->idle_since = bx_now_ns();
        mcp_session_release_locked(c->session);
    }
    (void)pthread_cond_broadcast(&s->over);
}

void mcp_call_leave(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    (void)pthread_mutex_lock(&s->lock);
    leave_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
    mcp_call_free(c);
}

void mcp_call_unpin(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    (void)pthread_mutex_lock(&s->lock);
    c->pins--;
    (void)pthread_cond_broadcast(&s->over);
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- slots ----------------------------------------------------------------------------------- */

static void *work(void *arg);

/* A thread for what is queued, unless one has nothing to do. */
static void want_thread_locked(bx_mcp_server *s)
{
    pthread_t thread;
    pthread_attr_t attr;
    if (s->n_idle || s->n_threads >= 2 * s->cfg.max_calls || pthread_attr_init(&attr) != 0)
        return;
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, work, s) == 0)
        s->n_threads++;
    (void)pthread_attr_destroy(&attr);
}

static bool is_free_locked(const bx_mcp_server *s) { return s->n_running < s->cfg.max_calls; }

static void give_slot_locked(bx_mcp_server *s)
{
    s->n_running--;
    if (s->queue || s->n_waiting)
        (void)pthread_cond_broadcast(&s->work);
}

bool mcp_step_aside_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    if (c->place != MCP_RUNNING || s->n_aside >= s->cfg.max_calls)
        return false;
    c->place = MCP_ASIDE;
    s->n_aside++;
    give_slot_locked(s);
    return true;
}

void mcp_step_back_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    s->n_aside--;
    s->n_waiting++;
    while (!is_free_locked(s) && !c->cancelled)
        (void)pthread_cond_wait(&s->work, &s->lock);
    s->n_waiting--;
    s->n_running++; /* one that was cancelled ends at once */
    c->place = MCP_RUNNING;
}

/* ---- ends from outside ----------------------------------------------------------------------- */

static bool unqueue_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    for (bx_mcp_call **at = &s->queue; *at; at = &(*at)->queue_next) {
        if (*at != c)
            continue;
        *at = c->queue_next;
        if (!*at)
            s->queue_end = at;
        s->n_queued--;
        return true;
    }
    return false;
}

/* It ends, unanswered.  True: nobody serves it, so that the caller has to (mcp_close, .._leave). */
bool mcp_call_cancel_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    bool ours = !c->cancelled && (c->listens || (c->place == MCP_QUEUED && unqueue_locked(c)));
    c->cancelled = true;
    bx_ctl_cancel(&c->ctl);
    (void)pthread_cond_broadcast(&s->work);
    (void)pthread_cond_broadcast(&s->over);
    return ours;
}

void mcp_cancel_where(bx_mcp_server *s, bool (*which)(const bx_mcp_call *c, const void *of),
                      const void *of)
{
    bx_mcp_call *ours = NULL;
    (void)pthread_mutex_lock(&s->lock);
    for (bx_mcp_call *c = s->calls; c; c = c->next) {
        if (!c->cancelled && which(c, of) && mcp_call_cancel_locked(c)) {
            c->queue_next = ours;
            ours = c;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    while (ours) {
        bx_mcp_call *c = ours;
        ours = c->queue_next;
        mcp_close(c, 0, BX_LIT(""));
        mcp_call_leave(c);
    }
}

/* ---- serving --------------------------------------------------------------------------------- */

/* With a slot.  It is given back, and `c` is gone. */
static void run(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    const bool pulse = c->token.n || c->m->modern;
    (void)pthread_mutex_lock(&s->lock);
    c->begun_ns = bx_now_ns();
    if (pulse)
        mcp_want_pulse_locked(s);
    (void)pthread_mutex_unlock(&s->lock);
    bool stays = mcp_serve(c);
    (void)pthread_mutex_lock(&s->lock);
    give_slot_locked(s);
    if (!stays)
        leave_locked(c);
    (void)pthread_mutex_unlock(&s->lock);
    if (!stays)
        mcp_call_free(c);
}

static void *work(void *arg)
{
    bx_mcp_server *s = arg;
    (void)pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->stopping && !(s->queue && is_free_locked(s))) {
            s->n_idle++;
            (void)pthread_cond_wait(&s->work, &s->lock);
            s->n_idle--;
        }
        if (!s->queue)
            break;
        bx_mcp_call *c = s->queue;
        (void)unqueue_locked(c);
        c->place = MCP_RUNNING;
        s->n_running++;
        if (s->queue)
            want_thread_locked(s);
        (void)pthread_mutex_unlock(&s->lock);
        run(c);
        (void)pthread_mutex_lock(&s->lock);
    }
    s->n_threads--;
    (void)pthread_cond_broadcast(&s->over);
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

static bool enqueue_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    if (s->n_queued >= BX_MCP_MAX_WAITING)
        return false;
    want_thread_locked(s);
    if (!s->n_threads)
        return false;
    c->place = MCP_QUEUED;
    c->queue_next = NULL;
    *s->queue_end = c;
    s->queue_end = &c->queue_next;
    s->n_queued++;
    (void)pthread_cond_signal(&s->work);
    return true;
}

/* A slot on this thread; false: none, for it was cancelled meanwhile, or too many wait. */
static bool wait_for_slot_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    if (!is_free_locked(s) && s->n_waiting >= BX_MCP_MAX_WAITING)
        return false;
    s->n_waiting++;
    c->place = MCP_WAITING;
    while (!is_free_locked(s) && !c->cancelled)
        (void)pthread_cond_wait(&s->work, &s->lock);
    s->n_waiting--;
    if (c->cancelled)
        return false;
    s->n_running++;
    c->place = MCP_RUNNING;
    return true;
}

void mcp_call_start(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    bool here = c->m->may_wait, taken = false;
    bx_error none; /* without the handle a cancel is noticed a few milliseconds later */
    (void)(bx_ctl_make_cancellable(&c->ctl, &none) == BX_OK);
    (void)pthread_mutex_lock(&s->lock);
    bool stopping = s->stopping;
    mcp_call_enter_locked(c);
    if (!stopping)
        taken = here ? wait_for_slot_locked(c) : enqueue_locked(c);
    bool cancelled = here && c->cancelled;
    (void)pthread_mutex_unlock(&s->lock);
    if (taken && here) {
        run(c);
    } else if (!taken && cancelled) {
        mcp_close(c, 0, BX_LIT(""));
        mcp_call_leave(c);
    } else if (!taken) {
        mcp_fault_set(&c->fault, MCP_BUSY, 503, "%s",
                      stopping ? "the server is being stopped" : "too many requests at once");
        mcp_answer_fault(c);
        mcp_call_leave(c);
    }
}
