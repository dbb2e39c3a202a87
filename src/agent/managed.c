#include "agent/managed.h"

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
    (void)pthread_condattr_destroy(&attr);
    bx_code rc = bx_station_open(&m->top, m, cfg->delegable, 0, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

void bx_managed_free(bx_managed *m)
{
    if (!m)
        return;
    bx_station_close(&m->top);
    (void)pthread_cond_destroy(&m->freed);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

const bx_agent_own *bx_managed_tool(const bx_managed *m) { return &m->top.tool; }

/* ---- how many run at once -------------------------------------------------------------------- */

static void wait_locked(bx_managed *m)
{
    enum { SLICE_MS = 20 };
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SLICE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
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
