/* huge_poll: make the host allocate for, or copy, absurd numbers of subscriptions and arguments. */
#include "probe.h"

static const __wasi_subscription_t clock_now = {
    .u = {.tag = __WASI_EVENTTYPE_CLOCK,
          .u.clock = {.id = __WASI_CLOCKID_MONOTONIC, .timeout = 0}}};
static __wasi_subscription_t in[64];
static __wasi_event_t out[64];

static int poll_once(__wasi_size_t n_in)
{
    __wasi_size_t n;
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++)
        in[i] = clock_now;
    return __wasi_poll_oneoff(in, out, n_in, &n);
}

static int attack(void)
{
    static const __wasi_size_t counts[] = {UINT32_MAX, UINT32_MAX / sizeof in[0] + 1,
                                           UINT32_MAX / sizeof out[0] + 1, 1 << 28, 1 << 20};
    int err = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if ((err = poll_once(counts[i])) == 0)
            return escaped("the host took subscriptions that do not fit into memory");
    if ((err = poll_once(0)) == 0)
        return escaped("the host waited for nothing");
    return contained(err);
}

static int control(void) { return control_result(poll_once(64)); }
