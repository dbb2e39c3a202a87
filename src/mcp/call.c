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
    c->hint = bx_buf_init(MCP_MAX_HINT);
    c->keys = bx_buf_init(4 * MCP_MAX_STATE);
    (void)pthread_mutex_init(&c->sink_lock, NULL);
    return c;
}

void mcp_call_free(bx_mcp_call *c)
{
    mcp_ask_done(c);
    mcp_listener_free(c->server, c->listener);
    mcp_fault_done(&c->fault);
    bx_mcp_message_free(c->m);
    bx_buf_done(&c->token);
    bx_buf_done(&c->client);
    bx_buf_done(&c->hint);
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

/* The handle that a wait of the call ends with when it is cancelled: to make one for each call
 * would be two system calls of the few there are. */
static void lend_handle_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    if (s->n_handles)
        c->ctl.cancel_fd = s->handles[--s->n_handles];
}

/* One that was cancelled stays readable: it is used for no other. */
static void give_handle_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    if (c->ctl.cancel_fd < 0 || c->cancelled || s->n_handles == BX_COUNT(s->handles))
        return;
    s->handles[s->n_handles++] = c->ctl.cancel_fd;
    c->ctl.cancel_fd = -1;
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
    give_handle_locked(c);
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

static bool is_free_locked(const bx_mcp_server *s)
{
    return s->stopping || s->n_running < s->cfg.max_calls; /* who is refused needs none */
}

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

static void queue_locked(bx_mcp_call *c, bool first)
{
    bx_mcp_server *s = c->server;
    bx_mcp_call **at = first ? &s->queue : s->queue_end;
    c->queue_next = *at;
    *at = c;
    if (!c->queue_next)
        s->queue_end = &c->queue_next;
    s->n_queued++;
}

/* Hand what slots are free to those that came first, and wake nobody else: where a thousand wait,
 * each end of a call would wake them all. */
void mcp_dispatch_locked(bx_mcp_server *s)
{
    while (s->queue && is_free_locked(s)) {
        bx_mcp_call *c = s->queue;
        (void)unqueue_locked(c);
        s->n_running++;
        if (c->place == MCP_WAITING) {
            (void)pthread_cond_signal(c->go);
        } else {
            c->queue_next = NULL;
            *s->ready_end = c;
            s->ready_end = &c->queue_next;
            want_thread_locked(s);
            (void)pthread_cond_signal(&s->work);
        }
        c->place = MCP_RUNNING;
    }
}

static void give_slot_locked(bx_mcp_server *s)
{
    s->n_running--;
    mcp_dispatch_locked(s);
}

/* A slot on this thread; false: it was cancelled before there was one. */
static bool wait_for_slot_locked(bx_mcp_call *c, bool first)
{
    bx_mcp_server *s = c->server;
    pthread_cond_t go = PTHREAD_COND_INITIALIZER;
    if (is_free_locked(s) && !s->queue) {
        s->n_running++;
        c->place = MCP_RUNNING;
        return true;
    }
    c->place = MCP_WAITING;
    c->go = &go;
    queue_locked(c, first);
    while (c->place == MCP_WAITING && !c->cancelled)
        (void)pthread_cond_wait(&go, &s->lock);
    c->go = NULL;
    (void)pthread_cond_destroy(&go);
    if (c->place == MCP_RUNNING && !c->cancelled)
        return true;
    if (c->place == MCP_RUNNING)
        give_slot_locked(s);
    else
        (void)unqueue_locked(c);
    return false;
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
    if (!c->cancelled && wait_for_slot_locked(c, true))
        return;
    s->n_running++; /* one that was cancelled ends at once */
    c->place = MCP_RUNNING;
}

/* ---- ends from outside ----------------------------------------------------------------------- */

/* It ends, unanswered.  True: nobody serves it, so that the caller has to (mcp_close, .._leave). */
bool mcp_call_cancel_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    bool ours = !c->cancelled && (c->listens || (c->place == MCP_QUEUED && unqueue_locked(c)));
    c->cancelled = true;
    bx_ctl_cancel(&c->ctl);
    if (c->go)
        (void)pthread_cond_signal(c->go);
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
        while (!s->stopping && !s->ready) {
            s->n_idle++;
            (void)pthread_cond_wait(&s->work, &s->lock);
            s->n_idle--;
        }
        bx_mcp_call *c = s->ready;
        if (!c)
            break;
        s->ready = c->queue_next;
        if (!s->ready)
            s->ready_end = &s->ready;
        else
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

/* False: too many wait, or there is no thread. */
static bool enqueue_locked(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    want_thread_locked(s);
    if (!s->n_threads)
        return false;
    c->place = MCP_QUEUED;
    queue_locked(c, false);
    mcp_dispatch_locked(s);
    return true;
}

void mcp_call_start(bx_mcp_call *c)
{
    bx_mcp_server *s = c->server;
    bool here = c->m->may_wait, taken = false;
    (void)pthread_mutex_lock(&s->lock);
    lend_handle_locked(c);
    bool stopping = s->stopping;
    if (c->ctl.cancel_fd < 0) {
        bx_error none; /* without the handle a cancel is noticed a few milliseconds later */
        (void)(bx_ctl_make_cancellable(&c->ctl, &none) == BX_OK);
    }
    mcp_call_enter_locked(c);
    if (!stopping && s->n_queued < BX_MCP_MAX_WAITING)
        taken = here ? wait_for_slot_locked(c, false) : enqueue_locked(c);
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
