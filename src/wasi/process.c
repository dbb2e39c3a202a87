/* The program itself: arguments, environment, its end; and the sockets it does not have. */
#include "wasi/internal.h"

/* ---- arguments and environment -------------------------------------------------------- */

static bx_errno put_sizes(bx_guest_mem m, const uint64_t *a, size_t n, size_t bytes)
{
    uint8_t *count, *size;
    if (!bx_guest_slice(m, (uint32_t)a[0], 4, &count) ||
        !bx_guest_slice(m, (uint32_t)a[1], 4, &size))
        return BX_E_FAULT;
    bx_put32(count, (uint32_t)n);
    bx_put32(size, (uint32_t)bytes);
    return BX_E_SUCCESS;
}

/* a[0] takes `n` pointers into the block of strings, which goes to a[1]. */
static bx_errno put_strings(bx_guest_mem m, const uint64_t *a, const char *block, size_t n,
                            size_t bytes)
{
    uint8_t *ptrs, *text;
    if (!bx_guest_slice(m, (uint32_t)a[0], (uint64_t)n * 4, &ptrs) ||
        !bx_guest_slice(m, (uint32_t)a[1], bytes, &text))
        return BX_E_FAULT;
    if (bytes)
        memcpy(text, block, bytes);
    for (size_t i = 0, at = 0; i < n; i++) {
        bx_put32(ptrs + i * 4, (uint32_t)a[1] + (uint32_t)at);
        at += strnlen(block + at, bytes - at) + 1;
        BX_ASSERT(at <= bytes); /* the block is ours: n strings, each ended by NUL */
    }
    return BX_E_SUCCESS;
}

bx_errno bx_p1_args_sizes_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return put_sizes(m, a, w->cfg.n_args, w->cfg.args_bytes);
}

bx_errno bx_p1_args_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return put_strings(m, a, w->cfg.args, w->cfg.n_args, w->cfg.args_bytes);
}

bx_errno bx_p1_environ_sizes_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return put_sizes(m, a, w->cfg.n_env, w->cfg.env_bytes);
}

bx_errno bx_p1_environ_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return put_strings(m, a, w->cfg.env, w->cfg.n_env, w->cfg.env_bytes);
}

/* ---- the end -------------------------------------------------------------------------------- */

bx_errno bx_p1_proc_exit(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    w->exit_code = (int32_t)(uint32_t)a[0];
    w->stop = BX_WASI_EXIT;
    return BX_E_SUCCESS;
}

/* No signals: a guest that wants to end itself has proc_exit and traps. */
bx_errno bx_p1_proc_raise(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)w;
    (void)m;
    (void)a;
    return BX_E_NOSYS;
}

/* A guest has one thread, so there is nobody to yield to. */
bx_errno bx_p1_sched_yield(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    (void)a;
    return bx_wasi_check(w);
}

/* ---- sockets: none -------------------------------------------------------------------------- */

static bx_errno no_socket(bx_wasi *w, const uint64_t *a)
{
    return bx_fd_get(w, a[0]) ? BX_E_NOTSOCK : BX_E_BADF;
}

bx_errno bx_p1_sock_accept(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    return no_socket(w, a);
}

bx_errno bx_p1_sock_recv(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    return no_socket(w, a);
}

bx_errno bx_p1_sock_send(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    return no_socket(w, a);
}

bx_errno bx_p1_sock_shutdown(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    return no_socket(w, a);
}
