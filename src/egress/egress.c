#include "egress/egress.h"

#include <signal.h>

#include "egress/internal.h"

enum {
    DEFAULT_CONNECTIONS = 1024,
    IDLE_CONNECTIONS = 16,
    MAX_POLL_MS = 60000,
    NS_PER_MS = 1000000
};

static bool drive(bx_egress *eg, const _Atomic uint32_t *woken, unsigned for_ms);

/* ---- mail ------------------------------------------------------------------------------------ */

static bool has_work_locked(const bx_egress *eg)
{
    bool mail = eg->inbox || eg->scopes || eg->stop;
    return mail || (!eg->driven && eg->live);
}

/* Whoever drives looks again; where nobody does, the I/O thread.  The multi handle lives until that
 * thread has seen `stop` with its mail empty, and has ended. */
static void wake_locked(bx_egress *eg)
{
    if (!eg->running || !has_work_locked(eg))
        return;
    if (eg->driven)
        (void)curl_multi_wakeup(eg->multi);
    else
        (void)pthread_cond_signal(&eg->work);
}

bool bx_egress_post(bx_egress *eg, bx_egress_request *r, unsigned mail)
{
    (void)pthread_mutex_lock(&eg->lock);
    bool taken = eg->running && !(eg->stop && (mail & BX_MAIL_START));
    if (taken && r->mail == 0) {
        atomic_fetch_add(&r->refs, 1); /* the inbox's */
        r->next_mail = eg->inbox;
        eg->inbox = r;
        r->mail = BX_MAIL_QUIET;
    }
    if (taken) {
        bool tell = !(mail & BX_MAIL_QUIET) && (r->mail & BX_MAIL_QUIET);
        r->mail = tell ? (r->mail & ~(unsigned)BX_MAIL_QUIET) | mail : r->mail | mail;
        if (tell)
            wake_locked(eg);
    }
    (void)pthread_mutex_unlock(&eg->lock);
    return taken;
}

bool bx_egress_post_scope(bx_egress *eg, bx_egress_scope *s)
{
    (void)pthread_mutex_lock(&eg->lock);
    bool taken = eg->running, at_once = taken && !eg->driven && !eg->stop;
    if (taken) {
        s->next = eg->scopes;
        eg->scopes = s;
        if (at_once)
            atomic_fetch_add(&eg->refs, 1); /* that of `s` may be gone any moment */
        else
            wake_locked(eg);
    }
    (void)pthread_mutex_unlock(&eg->lock);
    if (at_once) {
        (void)drive(eg, NULL, 0);
        bx_egress_unref(eg);
    }
    return taken;
}

/* ---- driving --------------------------------------------------------------------------------- */

/* A scope comes twice at most: its owner is gone, then nobody has it any more. */
static void handle_scopes(bx_egress *eg, bx_egress_scope *s)
{
    while (s) {
        bx_egress_scope *next = s->next;
        if (atomic_load(&s->refs) == 0) {
            bx_scope_destroy(s);
        } else {
            bx_transfer_end_all(eg, s, "the call has ended");
            bx_scope_unref(s);
        }
        s = next;
    }
}

/* Oldest first: the inbox is a stack. */
static bx_egress_request *reversed(bx_egress_request *list)
{
    bx_egress_request *out = NULL;
    while (list) {
        bx_egress_request *next = list->next_mail;
        list->next_mail = out;
        out = list;
        list = next;
    }
    return out;
}

/* False when the thread is to end: nothing is under way, and nothing can come any more. */
static bool handle_mail(bx_egress *eg)
{
    (void)pthread_mutex_lock(&eg->lock);
    bx_egress_request *r = reversed(eg->inbox);
    eg->inbox = NULL;
    bx_egress_scope *scopes = eg->scopes;
    eg->scopes = NULL;
    bool stop = eg->stop;
    bool over = stop && !r && !scopes && !eg->live;
    if (over)
        eg->running = false; /* with the mail still locked: what comes later is refused */
    (void)pthread_mutex_unlock(&eg->lock);
    while (r) {
        /* Read before the mail is cleared: once it is, anybody may post the request again. */
        bx_egress_request *next = r->next_mail;
        (void)pthread_mutex_lock(&eg->lock);
        unsigned mail = r->mail;
        r->mail = 0;
        (void)pthread_mutex_unlock(&eg->lock);
        bx_transfer_mail(r, mail);
        bx_request_unref(r);
        r = next;
    }
    handle_scopes(eg, scopes);
    if (stop && !over) {
        bx_transfer_end_all(eg, NULL, BX_SHUT_DOWN);
        (void)curl_multi_wakeup(eg->multi); /* and look again, without waiting for more */
    }
    return !over;
}

static void reap(CURLM *multi)
{
    int left = 0;
    const CURLMsg *m;
    while ((m = curl_multi_info_read(multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode rc = m->data.result; /* *m is gone once the handle is removed */
        char *r = NULL;
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &r);
        bx_transfer_done((bx_egress_request *)(void *)r, rc);
    }
}

static int until_ms(uint64_t now, uint64_t at)
{
    if (at <= now)
        return 0;
    uint64_t ms = (at - now + 999999) / 1000000;
    return ms > MAX_POLL_MS ? MAX_POLL_MS : (int)ms;
}

/* Take what is marked I/O: false where another thread has it, or nothing is to be done. */
static bool take_locked(bx_egress *eg)
{
    if (eg->driven || !has_work_locked(eg))
        return false;
    eg->driven = true;
    return true;
}

/* One round.  Returns for how long nothing is to be done: the earliest deadline, CLOCK_MONOTONIC.
 */
static uint64_t go_round(bx_egress *eg)
{
    int running = 0;
    (void)curl_multi_perform(eg->multi, &running);
    reap(eg->multi);
    return bx_transfer_timers(eg, bx_now_ns());
}

/* ---- the I/O thread -------------------------------------------------------------------------- */

/* Sleeps while there is nothing to do, and while a caller drives. */
static void *io_main(void *arg)
{
    bx_egress *eg = arg;
    (void)pthread_mutex_lock(&eg->lock);
    while (eg->running) {
        if (!take_locked(eg)) {
            (void)pthread_cond_wait(&eg->work, &eg->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&eg->lock);
        while (handle_mail(eg)) {
            uint64_t at = go_round(eg);
            if (!eg->live)
                break;
            (void)curl_multi_poll(eg->multi, NULL, 0, until_ms(bx_now_ns(), at), NULL);
        }
        (void)pthread_mutex_lock(&eg->lock);
        eg->driven = false;
    }
    (void)pthread_mutex_unlock(&eg->lock);
    return NULL;
}

/* ---- a caller that drives -------------------------------------------------------------------- */

/* SIGPIPE of a TLS write must not reach the embedder: blocked while we drive, and taken back where
 * it came from us. */
typedef struct quiet {
    sigset_t pipe, old;
    bool was_pending;
} quiet;

static void quiet_begin(quiet *q)
{
    sigset_t pending;
    (void)sigemptyset(&q->pipe);
    (void)sigaddset(&q->pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &q->pipe, &q->old);
    q->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static void quiet_end(const quiet *q)
{
    const struct timespec now = {0, 0};
    sigset_t pending;
    if (!q->was_pending && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1)
        (void)sigtimedwait(&q->pipe, NULL, &now);
    (void)pthread_sigmask(SIG_SETMASK, &q->old, NULL);
}

/* Drive for at most `for_ms`, or until *woken (may be NULL) changes; the I/O thread is not told
 * then: the caller comes back. */
static bool drive(bx_egress *eg, const _Atomic uint32_t *woken, unsigned for_ms)
{
    (void)pthread_mutex_lock(&eg->lock);
    bool mine = eg->running && !eg->stop && take_locked(eg);
    if (!mine)
        wake_locked(eg);
    (void)pthread_mutex_unlock(&eg->lock);
    if (!mine)
        return false;
    quiet q;
    quiet_begin(&q);
    uint32_t before = woken ? atomic_load(woken) : 0;
    uint64_t end = bx_now_ns() + for_ms * NS_PER_MS;
    bool changed = false;
    while (handle_mail(eg)) {
        uint64_t at = go_round(eg), now = bx_now_ns();
        changed = woken && atomic_load(woken) != before;
        if (!eg->live || now >= end || changed)
            break;
        (void)curl_multi_poll(eg->multi, NULL, 0, until_ms(now, at < end ? at : end), NULL);
    }
    quiet_end(&q);
    (void)pthread_mutex_lock(&eg->lock);
    eg->driven = false;
    if (!changed)
        wake_locked(eg);
    (void)pthread_mutex_unlock(&eg->lock);
    return changed;
}

bool bx_egress_drive(bx_egress_scope *s, unsigned for_ms)
{
    bx_egress *eg = s->eg;
    if (for_ms > 0)
        return drive(eg, &s->woken, for_ms);
    (void)pthread_mutex_lock(&eg->lock);
    wake_locked(eg);
    (void)pthread_mutex_unlock(&eg->lock);
    return false;
}

static bx_code start_locked(bx_egress *eg, bx_error *err)
{
    bx_code rc = bx_curl_load(err);
    if (rc != BX_OK)
        return rc;
    CURLM *multi = curl_multi_init();
    if (!multi)
        return bx_fail(err, BX_ENOMEM, "start the network thread");
    /* One exchange per connection: a stream its guest does not read would stall the others of an
     * HTTP/2 connection. */
    (void)curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    eg->multi = multi;
    sigset_t all, old;
    (void)sigfillset(&all); /* SIGPIPE of a TLS write among them */
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int os_rc = pthread_create(&eg->thread, NULL, io_main, eg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (os_rc != 0) {
        eg->multi = NULL;
        (void)curl_multi_cleanup(multi);
        return bx_fail_errno(err, os_rc, "start the network thread");
    }
    (void)pthread_setname_np(eg->thread, "bx-egress");
    eg->started = eg->running = true;
    return BX_OK;
}

bx_code bx_egress_ensure_thread(bx_egress *eg, bx_error *err)
{
    (void)pthread_mutex_lock(&eg->lock);
    bx_code rc = eg->started || eg->stop ? BX_OK : start_locked(eg, err);
    (void)pthread_mutex_unlock(&eg->lock);
    return rc;
}

/* ---- life ------------------------------------------------------------------------------------ */

bx_code bx_egress_new(const bx_egress_cfg *cfg, bx_egress **ret, bx_error *err)
{
    const bx_egress_cfg none = {.resolve = NULL};
    if (!cfg)
        cfg = &none;
    bx_egress *eg = bx_calloc(1, sizeof *eg);
    if (!eg)
        return bx_fail(err, BX_ENOMEM, "egress");
    eg->max_connections = cfg->max_connections ? cfg->max_connections : DEFAULT_CONNECTIONS;
    eg->connect_timeout_ns = cfg->connect_timeout_ns ? cfg->connect_timeout_ns : 30 * BX_SEC;
    atomic_store(&eg->refs, 1);
    (void)pthread_mutex_init(&eg->lock, NULL);
    (void)pthread_cond_init(&eg->work, NULL);
    bx_code rc = BX_OK;
    if (cfg->ca_file) {
        eg->ca_file = bx_strndup(cfg->ca_file, strlen(cfg->ca_file));
        if (!eg->ca_file)
            rc = bx_fail(err, BX_ENOMEM, "egress");
    }
    if (rc == BX_OK)
        rc = bx_resolver_new(cfg->resolve, cfg->resolve_ctx, &eg->resolver, err);
    if (rc == BX_OK)
        *ret = eg;
    else
        bx_egress_free(eg);
    return rc;
}

void bx_egress_unref(bx_egress *eg)
{
    if (atomic_fetch_sub(&eg->refs, 1) != 1)
        return;
    bx_resolver_free(eg->resolver);
    (void)pthread_cond_destroy(&eg->work);
    (void)pthread_mutex_destroy(&eg->lock);
    free(eg->ca_file);
    free(eg);
}

/* In the reverse of the order things began: the requests (and their lookups), the thread that makes
 * them, the lookups of raw sockets.  The memory goes with the last scope. */
void bx_egress_free(bx_egress *eg)
{
    if (!eg)
        return;
    (void)pthread_mutex_lock(&eg->lock);
    eg->stop = true;
    bool started = eg->started;
    wake_locked(eg);
    (void)pthread_mutex_unlock(&eg->lock);
    if (started) {
        (void)pthread_join(eg->thread, NULL);
        (void)curl_multi_cleanup(eg->multi);
    }
    if (eg->resolver)
        bx_resolver_stop(eg->resolver);
    bx_egress_unref(eg);
}
