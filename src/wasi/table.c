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
    memset(w->host_mode, BX_HOST_UNKNOWN, sizeof w->host_mode);
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

bx_errno bx_wasi_wait(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready)
{
    uint64_t begin = bx_now_ns();
    bx_stop s = bx_ctl_wait(w->cfg.ctl, fds, n, until_ns, ready);
    w->counters.host_ns += bx_now_ns() - begin;
    return bx_wasi_stop(w, s);
}
