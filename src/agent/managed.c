#include "agent/managed.h"

#include <stdio.h>
#include <time.h>

#include "agent/managed_internal.h"

static unsigned or_else(unsigned n, unsigned otherwise) { return n ? n : otherwise; }

bx_code bx_managed_new(const bx_managed_config *cfg, bx_managed **ret, bx_error *err)
{
    BX_AUTO(bx_managed) bx_managed *m = bx_calloc(1, sizeof *m);
    pthread_condattr_t attr;
    if (!m)
        return bx_fail(err, BX_ENOMEM, "managed mode");
    m->cfg = *cfg;
    m->cfg.depth = or_else(cfg->depth, 2);
    m->cfg.children = or_else(cfg->children, 200);
    m->cfg.at_once = or_else(cfg->at_once, 16);
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&m->freed, &attr);
    (void)pthread_cond_init(&m->look, &attr);
    (void)pthread_condattr_destroy(&attr);
    bx_code rc = bx_station_open(&m->top, m, cfg->delegable, 0, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

static void stop_watching(bx_managed *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->over = true;
    (void)pthread_cond_broadcast(&m->look);
    (void)pthread_mutex_unlock(&m->lock);
    if (m->watches)
        (void)pthread_join(m->watcher, NULL);
}

void bx_managed_free(bx_managed *m)
{
    if (!m)
        return;
    stop_watching(m);
    bx_station_close(&m->top);
    (void)pthread_cond_destroy(&m->look);
    (void)pthread_cond_destroy(&m->freed);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

const bx_agent_own *bx_managed_tool(const bx_managed *m) { return &m->top.tool; }

/* ---- how many run at once -------------------------------------------------------------------- */

static struct timespec from_now(long ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    return until;
}

static void wait_locked(bx_managed *m)
{
    enum { SLICE_MS = 20 };
    const struct timespec until = from_now(SLICE_MS);
    (void)pthread_cond_timedwait(&m->freed, &m->lock, &until);
}

bx_code bx_managed_enter(bx_managed *m, const bx_ctl *ctl, bx_error *err)
{
    bx_stop s = BX_STOP_NONE;
    (void)pthread_mutex_lock(&m->lock);
    while (m->running >= m->cfg.at_once && (s = bx_ctl_check(ctl)) == BX_STOP_NONE)
        wait_locked(m);
    if (s == BX_STOP_NONE)
        m->running++;
    (void)pthread_mutex_unlock(&m->lock);
    if (s == BX_STOP_NONE)
        return BX_OK;
    return s == BX_STOP_CANCELLED ? bx_fail(err, BX_ECANCELLED, "cancelled before it began")
                                  : bx_fail(err, BX_ETIMEOUT, "the time was over before it began");
}

void bx_managed_return(bx_managed *m, const bx_ctl *ctl)
{
    if (bx_managed_enter(m, ctl, NULL) == BX_OK)
        return;
    (void)pthread_mutex_lock(&m->lock);
    m->running++; /* one that ends takes nothing more */
    (void)pthread_mutex_unlock(&m->lock);
}

void bx_managed_leave(bx_managed *m)
{
    (void)pthread_mutex_lock(&m->lock);
    m->running--;
    (void)pthread_cond_signal(&m->freed);
    (void)pthread_mutex_unlock(&m->lock);
}

/* ---- those that a person ends ---------------------------------------------------------------- */

typedef struct found {
    bx_managed *m;
    char ids[BX_TASKS_MAX][BX_AGENT_MAX_ID]; /* of those that were ended just now */
    size_t n;
} found;

static void on_cancel(void *ctx, bx_str session)
{
    found *f = ctx;
    (void)pthread_mutex_lock(&f->m->lock);
    for (bx_ending *e = f->m->endings; e && f->n < BX_TASKS_MAX; e = e->next) {
        if (!bx_str_eq(session, bx_str_of(e->id)))
            continue;
        e->cancelled = true;
        bx_ctl_cancel(e->ctl);
        (void)snprintf(f->ids[f->n++], BX_AGENT_MAX_ID, "%s", e->id);
    }
    (void)pthread_mutex_unlock(&f->m->lock);
}

/* Looks a few times a second while executors run: a person cannot tell the difference. */
static void *watch(void *arg)
{
    enum { LOOK_MS = 200 };
    bx_managed *m = arg;
    const bx_journal *j = m->cfg.journal;
    (void)pthread_mutex_lock(&m->lock);
    while (!m->over) {
        const struct timespec until = from_now(LOOK_MS);
        if (m->endings)
            (void)pthread_cond_timedwait(&m->look, &m->lock, &until);
        else
            (void)pthread_cond_wait(&m->look, &m->lock);
        bool idle = m->over || !m->endings;
        (void)pthread_mutex_unlock(&m->lock);
        found f = {.m = m};
        bx_code rc = idle ? BX_OK : j->cancels(j->ctx, on_cancel, &f, NULL);
        for (size_t i = 0; i < f.n && rc == BX_OK; i++)
            rc = j->cancel_seen(j->ctx, bx_str_of(f.ids[i]), NULL);
        (void)pthread_mutex_lock(&m->lock);
    }
    (void)pthread_mutex_unlock(&m->lock);
    return NULL;
}

/* Without a thread nobody can be ended so; the run itself can. */
void bx_managed_watch(bx_managed *m, bx_ending *e)
{
    const bx_journal *j = m->cfg.journal;
    (void)pthread_mutex_lock(&m->lock);
    e->next = m->endings;
    m->endings = e;
    if (!m->watches && j && j->cancels)
        m->watches = pthread_create(&m->watcher, NULL, watch, m) == 0;
    (void)pthread_cond_signal(&m->look);
    (void)pthread_mutex_unlock(&m->lock);
}

void bx_managed_forget(bx_managed *m, bx_ending *e)
{
    (void)pthread_mutex_lock(&m->lock);
    bx_ending **at = &m->endings;
    while (*at && *at != e)
        at = &(*at)->next;
    if (*at)
        *at = e->next;
    (void)pthread_mutex_unlock(&m->lock);
}
