#include "wasi/test_env.h"

enum { OUT = 64 };
#define EPOCH UINT64_C(1577836800000000000)

static uint64_t now_of(env *e, uint64_t id)
{
    return P1(e, clock_time_get, id, 1, OUT) == 0 ? bx_get64(e->mem + OUT) : UINT64_MAX;
}

static bool with_clock(env *e, bx_clock_mode mode)
{
    if (!env_init(e, NULL))
        return false;
    e->cfg.clock = mode;
    return env_reset(e);
}

static void real_clocks(void)
{
    ENV e = {0};
    CHECK(with_clock(&e, BX_CLOCK_REAL));
    CHECK(now_of(&e, 0) > UINT64_C(1700000000000000000));
    uint64_t first = now_of(&e, 1);
    CHECK(first == 1000000); /* does not tell the host's uptime, and is not 0 */
    uint64_t second = now_of(&e, 1);
    CHECK(second >= first && second < first + UINT64_C(10000000000));
    for (uint64_t id = 2; id < 4; id++) {
        uint64_t a = now_of(&e, id), b = now_of(&e, id);
        CHECK(a >= 1000000 && b >= a && b < UINT64_C(10000000000));
    }
}

static void frozen_clocks(void)
{
    ENV e = {0};
    CHECK(with_clock(&e, BX_CLOCK_FROZEN));
    for (int i = 0; i < 3; i++) {
        CHECK(now_of(&e, 0) == EPOCH);
        for (uint64_t id = 1; id < 4; id++)
            CHECK(now_of(&e, id) == 1000000);
    }
}

static void stepping_clocks(void)
{
    ENV e = {0};
    CHECK(with_clock(&e, BX_CLOCK_STEP));
    CHECK(now_of(&e, 1) == 1000000);
    CHECK(now_of(&e, 0) == EPOCH + 2000000);
    CHECK(now_of(&e, 2) == 3000000);
    CHECK(now_of(&e, 3) == 4000000);
    CHECK(env_reset(&e));
    CHECK(now_of(&e, 1) == 1000000); /* each call begins anew */
}

static void resolutions(void)
{
    ENV e = {0};
    CHECK(with_clock(&e, BX_CLOCK_REAL));
    for (uint64_t id = 0; id < 4; id++) {
        CHECK(P1(&e, clock_res_get, id, OUT) == 0);
        CHECK(bx_get64(e.mem + OUT) >= 1 && bx_get64(e.mem + OUT) <= 10000000);
    }
    e.cfg.clock = BX_CLOCK_STEP;
    CHECK(env_reset(&e));
    CHECK(P1(&e, clock_res_get, 1, OUT) == 0);
    CHECK(bx_get64(e.mem + OUT) == 1000000);
}

static void unknown_clocks(void)
{
    ENV e = {0};
    CHECK(with_clock(&e, BX_CLOCK_REAL));
    CHECK(P1(&e, clock_time_get, 4, 0, OUT) == BX_E_INVAL);
    CHECK(P1(&e, clock_time_get, UINT32_MAX, 0, OUT) == BX_E_INVAL);
    CHECK(P1(&e, clock_res_get, 4, OUT) == BX_E_INVAL);
    CHECK(P1(&e, clock_time_get, 0, 0, ENV_MEM - 8) == 0);
}

/* ---- random_get ----------------------------------------------------------------------- */

static void real_randomness(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    CHECK(P1(&e, random_get, 0, 32) == 0);
    CHECK(P1(&e, random_get, 32, 32) == 0);
    CHECK(memcmp(e.mem, e.mem + 32, 32) != 0);
    CHECK(P1(&e, random_get, 0, 0) == 0);
    CHECK(P1(&e, random_get, ENV_MEM, 0) == 0);
    CHECK(P1(&e, random_get, 0, ENV_MEM) == 0);
}

static void seeded_randomness_repeats(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    e.cfg.random = BX_RANDOM_SEEDED;
    e.cfg.seed = 42;
    CHECK(env_reset(&e));
    CHECK(P1(&e, random_get, 0, 32) == 0);
    CHECK(P1(&e, random_get, 100, 32) == 0);
    CHECK(memcmp(e.mem, e.mem + 100, 32) != 0);
    CHECK(env_reset(&e));
    CHECK(P1(&e, random_get, 200, 32) == 0);
    CHECK(memcmp(e.mem, e.mem + 200, 32) == 0);
    e.cfg.seed = 43;
    CHECK(env_reset(&e));
    CHECK(P1(&e, random_get, 300, 32) == 0);
    CHECK(memcmp(e.mem, e.mem + 300, 32) != 0);
}

static void long_randomness_minds_the_deadline(void)
{
    ENV e = {0};
    CHECK(env_init(&e, NULL));
    size_t size = (size_t)1 << 20;
    uint8_t *big = malloc(size);
    CHECK(big);
    bx_ctl_cancel(&e.ctl);
    uint64_t a[2] = {0, size};
    int32_t stop = 0;
    for (size_t i = 0; i < bx_wasi_preview1.n; i++)
        if (strcmp(bx_wasi_preview1.defs[i].name, "random_get") == 0)
            stop = bx_wasi_preview1.defs[i].fn(e.w, big, size, a);
    free(big);
    CHECK(stop == BX_WASI_CANCELLED);
}

BXT_MAIN(RUN(real_clocks); RUN(frozen_clocks); RUN(stepping_clocks); RUN(resolutions);
         RUN(unknown_clocks); RUN(real_randomness); RUN(seeded_randomness_repeats);
         RUN(long_randomness_minds_the_deadline);)
