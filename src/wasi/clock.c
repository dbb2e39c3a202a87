/* Time and randomness as the guest sees them: real, or made repeatable. */
#include "wasi/internal.h"

#include "os/clock.h"

enum {
    CLOCK_GUEST_REALTIME,
    CLOCK_GUEST_MONOTONIC,
    CLOCK_GUEST_PROCESS_CPU,
    CLOCK_GUEST_THREAD_CPU,
    N_CLOCKS
};

#define STEP_NS  UINT64_C(1000000)
#define EPOCH_NS (UINT64_C(1577836800) * BX_SEC) /* 2020-01-01T00:00:00Z */

uint64_t bx_guest_realtime(const bx_wasi *w)
{
    switch (w->cfg.clock) {
    case BX_CLOCK_FROZEN:
        return EPOCH_NS;
    case BX_CLOCK_STEP:
        return EPOCH_NS + w->step_ns;
    case BX_CLOCK_REAL:
        break;
    }
    return bx_clock_now_ns(BX_CLOCK_REALTIME);
}

uint64_t bx_guest_monotonic(bx_wasi *w)
{
    if (w->cfg.clock == BX_CLOCK_FROZEN)
        return STEP_NS;
    if (w->cfg.clock == BX_CLOCK_STEP)
        return w->step_ns;
    uint64_t now = bx_now_ns();
    if (!w->mono_ready)
        w->mono_base_ns = now - STEP_NS;
    w->mono_ready = true;
    return now - w->mono_base_ns;
}

/* Far enough from the end for the wall clock, which adds its epoch, not to overflow. */
void bx_guest_advance(bx_wasi *w, uint64_t ns)
{
    const uint64_t last = UINT64_MAX - EPOCH_NS;
    if (w->cfg.clock == BX_CLOCK_STEP)
        w->step_ns = ns < last - w->step_ns ? w->step_ns + ns : last;
}

void bx_guest_step(bx_wasi *w) { bx_guest_advance(w, STEP_NS); }

/* A call runs on one thread and a guest has one, so both processor clocks are the same.  Should
 * a later run of a live instance be on another thread, time only stands still. */
static uint64_t guest_cpu(bx_wasi *w)
{
    if (w->cfg.clock != BX_CLOCK_REAL)
        return bx_guest_monotonic(w);
    uint64_t now = bx_clock_now_ns(BX_CLOCK_THREAD_CPU);
    if (!w->cpu_ready)
        w->cpu_base_ns = now;
    w->cpu_ready = true;
    return STEP_NS + (now > w->cpu_base_ns ? now - w->cpu_base_ns : 0);
}

bx_errno bx_p1_clock_res_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    static const bx_clock host[N_CLOCKS] = {BX_CLOCK_REALTIME, BX_CLOCK_MONOTONIC,
                                            BX_CLOCK_THREAD_CPU, BX_CLOCK_THREAD_CPU};
    uint8_t *p;
    if ((uint32_t)a[0] >= N_CLOCKS)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, (uint32_t)a[1], 8, &p))
        return BX_E_FAULT;
    bx_put64(p, w->cfg.clock == BX_CLOCK_REAL ? bx_clock_resolution_ns(host[(uint32_t)a[0]])
                                              : STEP_NS);
    return BX_E_SUCCESS;
}

/* id, precision (every clock here is as precise as it can be), ret */
bx_errno bx_p1_clock_time_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *p;
    uint32_t id = (uint32_t)a[0];
    if (id >= N_CLOCKS)
        return BX_E_INVAL;
    if (!bx_guest_slice(m, (uint32_t)a[2], 8, &p))
        return BX_E_FAULT;
    bx_guest_step(w);
    bx_put64(p, id == CLOCK_GUEST_REALTIME    ? bx_guest_realtime(w)
                : id == CLOCK_GUEST_MONOTONIC ? bx_guest_monotonic(w)
                                              : guest_cpu(w));
    return BX_E_SUCCESS;
}

bx_errno bx_guest_set_time(const bx_wasi *w, unsigned flags, uint64_t ns, bx_set_time *ret)
{
    enum { SET = 1, NOW = 2 };
    if (flags == (SET | NOW))
        return BX_E_INVAL;
    *ret = (bx_set_time){.kind = flags == SET   ? BX_TIME_SET
                                 : flags == NOW ? BX_TIME_NOW
                                                : BX_TIME_KEEP,
                         .ns = ns};
    if (flags == NOW && w->cfg.clock != BX_CLOCK_REAL) /* "now" is what the guest's clock says */
        *ret = (bx_set_time){.kind = BX_TIME_SET, .ns = bx_guest_realtime(w)};
    return BX_E_SUCCESS;
}

/* ---- randomness ----------------------------------------------------------------------- */

bx_errno bx_guest_random(bx_wasi *w, void *p, size_t n)
{
    if (w->cfg.random != BX_RANDOM_SEEDED)
        return bx_random_fill(p, n, NULL) == BX_OK ? BX_E_SUCCESS : BX_E_IO;
    if (!w->rng_ready)
        w->rng = bx_rng_seeded(w->cfg.seed);
    w->rng_ready = true;
    bx_rng_fill(&w->rng, p, n);
    return BX_E_SUCCESS;
}

/* A guest chooses the length, up to all its memory: in pieces, with a look at the deadline. */
bx_errno bx_p1_random_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    enum { PIECE = 1 << 16 };
    uint8_t *p;
    size_t left = (uint32_t)a[1];
    if (!bx_guest_slice(m, (uint32_t)a[0], left, &p))
        return BX_E_FAULT;
    while (left) {
        size_t n = left < PIECE ? left : PIECE;
        bx_errno e = bx_guest_random(w, p, n);
        p += n;
        left -= n;
        if (e == BX_E_SUCCESS && left)
            e = bx_wasi_check(w);
        if (e != BX_E_SUCCESS)
            return e;
    }
    return BX_E_SUCCESS;
}
