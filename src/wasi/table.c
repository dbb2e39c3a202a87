#include "wasi/internal.h"

/* One door for all host functions: guest memory as it is now, the argument slots, the counter. */
#define BX_P1(name, sig) \
    static int32_t enter_##name(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args) \
    { \
        bx_wasi *w = ctx; \
        w->counters.calls++; \
        w->stop = BX_WASI_GO_ON; \
        args[0] = (uint64_t)bx_p1_##name(w, bx_guest_mem_of(mem, mem_len), args); \
        return w->stop; \
    }
#include "wasi/preview1.def"
#undef BX_P1

static const bx_host_def functions[] = {
#define BX_P1(name, sig) {#name, sig, enter_##name},
#include "wasi/preview1.def"
#undef BX_P1
};
const bx_host_table bx_wasi_preview1 = {"wasi_snapshot_preview1", functions, BX_COUNT(functions)};

bx_code bx_wasi_new(bx_wasi **ret, bx_error *err)
{
    bx_wasi *w = bx_calloc(1, sizeof *w);
    if (!w)
        return bx_fail(err, BX_ENOMEM, "the host functions of a call");
    w->fds = w->few;
    w->cap_fds = BX_INLINE_FDS;
    *ret = w;
    return BX_OK;
}

bx_code bx_wasi_reset(bx_wasi *w, const bx_wasi_config *cfg, bx_error *err)
{
    w->cfg = *cfg;
    w->stop = BX_WASI_GO_ON;
    w->exit_code = 0;
    w->counters = (bx_wasi_counters){0};
    w->captured[0].n = w->captured[1].n = 0;
    w->in_pos = 0;
    for (size_t i = 0; i < BX_COUNT(w->host_mode); i++)
        w->host_mode[i] = w->is_tty[i] = BX_HOST_UNKNOWN;
    w->caught = 0;
    w->pending = 0;
    w->rng_ready = w->mono_ready = w->cpu_ready = false;
    w->step_ns = 0;
    return bx_fdtable_init(w, err);
}

void bx_wasi_free(bx_wasi *w)
{
    if (!w)
        return;
    if (w->fds != w->few)
        free(w->fds);
    free(w->captured[0].p);
    free(w->captured[1].p);
    free(w);
}

int32_t bx_wasi_exit_code(const bx_wasi *w) { return w->exit_code; }

const bx_wasi_counters *bx_wasi_get_counters(const bx_wasi *w) { return &w->counters; }

bx_str bx_wasi_output(const bx_wasi *w, int which)
{
    BX_ASSERT(which == 1 || which == 2);
    const bx_capture *c = &w->captured[which - 1];
    return (bx_str){c->n ? (const char *)c->p : "", c->n};
}

/* The others have to be under way meanwhile, and may send a signal. */
static bx_stop wait_among_others(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns,
                                 int *ready)
{
    enum { SLICE_NS = 10000000 };
    bx_gate *g = w->cfg.gate;
    bool at_once = until_ns == 0;
    if (!at_once) {
        (void)pthread_mutex_lock(&g->lock);
        g->blocked(g->ctx);
        (void)pthread_mutex_unlock(&g->lock);
    }
    for (;;) {
        uint64_t slice = bx_now_ns() + SLICE_NS;
        bool is_last = until_ns <= slice;
        bx_stop s = bx_ctl_wait(w->cfg.ctl, fds, n, is_last ? until_ns : slice, ready);
        if (s != BX_STOP_NONE || *ready > 0 || is_last || (atomic_load(&w->pending) & w->caught))
            return s;
    }
}

bx_errno bx_wasi_wait(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready)
{
    uint64_t begin = bx_now_ns();
    bx_stop s = w->cfg.gate ? wait_among_others(w, fds, n, until_ns, ready)
                            : bx_ctl_wait(w->cfg.ctl, fds, n, until_ns, ready);
    w->counters.host_ns += bx_now_ns() - begin;
    if (s == BX_STOP_NONE && *ready == 0 && (atomic_load(&w->pending) & w->caught))
        return BX_E_INTR;
    return bx_wasi_stop(w, s);
}

/* ---- signals -------------------------------------------------------------------------------- */

void bx_wasi_set_gate(bx_wasi *w, bx_gate *g) { w->cfg.gate = g; }

void bx_wasi_catch(bx_wasi *w, uint64_t caught, uint64_t *ret_pending)
{
    w->caught = caught & ~(UINT64_C(1) << 9); /* SIGKILL cannot be caught */
    *ret_pending = atomic_exchange(&w->pending, 0);
}

uint64_t bx_wasi_caught(const bx_wasi *w) { return w->caught; }

void bx_wasi_send(bx_wasi *w, unsigned sig) { atomic_fetch_or(&w->pending, UINT64_C(1) << sig); }

void bx_wasi_stop_with(bx_wasi *w, int32_t stop) { w->stop = stop; }

int32_t bx_wasi_stopped_with(const bx_wasi *w) { return w->stop; }
