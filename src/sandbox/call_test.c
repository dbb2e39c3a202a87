/* Calls end to end through the engine: every way a guest can end, under the real limits. */
#include "sandbox/call.h"

#include <pthread.h>
#include <stdio.h>

#include "base/test.h"
#include "policy/options.h"

static bx_runtime *rt;
static bx_module *ends;

static void setup(void)
{
    bx_runtime_config cfg = {.slots = 0, .compile_here = true};
    bx_limits l = bx_limits_default();
    bx_error err = {.msg = ""};
    CHECK(bx_runtime_new(&cfg, &rt, &err) == BX_OK);
    if (bx_module_open(rt, BX_GUEST_DIR "/guests/sb_ends.wasm", &l, &ends, &err) != BX_OK)
        printf("# %s\n", err.msg);
    CHECK(ends);
}

/* Run sb_ends with up to two words, under (option, value) pairs ending in NULL. */
static bool run(const char *how, const char *arg, const char *const *options, bx_ctl *ctl,
                bx_stdin in, bx_outcome *out)
{
    bx_grant *g = NULL;
    BX_AUTO(bx_sealed) bx_sealed *s = NULL;
    bx_error err = {.msg = ""};
    bx_code rc = bx_grant_new(&g, &err);
    for (; rc == BX_OK && options && options[0]; options += 2) {
        bx_option o = BX_OPT_allow;
        rc = bx_option_find(bx_str_of(options[0]), &o)
                 ? bx_option_apply(g, o, bx_str_of(options[1]), &err)
                 : BX_EINTERNAL;
    }
    if (rc == BX_OK)
        rc = bx_sealed_new(g, NULL, &s, &err);
    const char *args[] = {"sb_ends", how, arg};
    bx_call c = {.module = ends,
                 .sealed = s,
                 .args = args,
                 .n_args = arg ? 3 : 2,
                 .in = in,
                 .out_fd = -1,
                 .err_fd = -1,
                 .ctl = ctl};
    if (rc == BX_OK)
        rc = bx_call_run(&c, out, &err);
    if (rc != BX_OK)
        printf("# %s: %s\n", how, err.msg);
    return rc == BX_OK;
}

static const bx_stdin nothing = {.kind = BX_STDIN_EMPTY};

static void own_exit_code(void)
{
    bx_outcome o;
    CHECK(run("exit", "0", NULL, NULL, nothing, &o) && o.kind == BX_OUT_EXIT && o.exit_code == 0);
    bx_outcome_done(&o);
    CHECK(run("exit", "124", NULL, NULL, nothing, &o) && o.kind == BX_OUT_EXIT &&
          o.exit_code == 124);
    CHECK(bx_outcome_exit_code(&o) == 124);
    bx_outcome_done(&o);
}

static void nothing_is_inherited(void)
{
    bx_outcome o;
    CHECK(run("show", NULL, NULL, NULL, nothing, &o));
    CHECK(o.kind == BX_OUT_EXIT && o.out && strcmp(o.out, "arg sb_ends\narg show\n") == 0);
    bx_outcome_done(&o);
    const char *grant[] = {"env_vars", "B=x=y", "env_vars", "A=2", NULL};
    CHECK(run("show", NULL, grant, NULL, nothing, &o));
    CHECK(o.out && strcmp(o.out, "arg sb_ends\narg show\nenv B=x=y\nenv A=2\n") == 0);
    bx_outcome_done(&o);
}

static void input_is_what_was_given(void)
{
    bx_outcome o;
    CHECK(run("echo", NULL, NULL, NULL, nothing, &o) && o.out == NULL && o.out_n == 0);
    bx_outcome_done(&o);
    bx_stdin in = {.kind = BX_STDIN_BYTES, .bytes = BX_LIT("some\0bytes")};
    CHECK(run("echo", NULL, NULL, NULL, in, &o) && o.out_n == 10 &&
          memcmp(o.out, "some\0bytes", 10) == 0);
    CHECK(o.stdin_bytes == 10 && o.stdout_bytes == 10);
    bx_outcome_done(&o);
}

static void traps_say_where(void)
{
    bx_outcome o;
    CHECK(run("trap", NULL, NULL, NULL, nothing, &o) && o.kind == BX_OUT_TRAP &&
          bx_outcome_exit_code(&o) == 132);
    CHECK(o.trap && strcmp(o.trap, "unreachable") == 0 && o.error);
    bx_outcome_done(&o);
    CHECK(run("oob", NULL, NULL, NULL, nothing, &o) && o.kind == BX_OUT_TRAP);
    CHECK(o.trap && strcmp(o.trap, "out_of_bounds_memory") == 0);
    bx_outcome_done(&o);
}

static void stack_holds(void)
{
    bx_outcome o;
    const char *small[] = {"wasm_max_wasm_stack", "128KiB", "limits", "wall=20s", NULL};
    CHECK(run("stack", NULL, NULL, NULL, nothing, &o) &&
          (o.kind == BX_OUT_STACK || o.kind == BX_OUT_TRAP));
    bx_outcome_done(&o);
    CHECK(run("stack", NULL, small, NULL, nothing, &o) && o.kind == BX_OUT_STACK);
    CHECK(bx_outcome_exit_code(&o) == 132 && strstr(o.error, "stack=128KiB"));
    bx_outcome_done(&o);
    /* More than this thread has: the call gets a thread of its own. */
    const char *large[] = {"wasm_max_wasm_stack", "32MiB", NULL};
    CHECK(run("exit", "7", large, NULL, nothing, &o) && o.kind == BX_OUT_EXIT && o.exit_code == 7);
    bx_outcome_done(&o);
}

static void memory_holds(void)
{
    bx_outcome o;
    const char *limit[] = {"wasm_max_memory_size", "4MiB", NULL};
    CHECK(run("eat-abort", NULL, limit, NULL, nothing, &o) && o.kind == BX_OUT_MEMORY);
    CHECK(bx_outcome_exit_code(&o) == 137 && o.memory_peak <= 4 << 20 && o.memory_refused == 1);
    CHECK(o.hits.memory == 1 && o.hits.wall_ns == 0 && o.hits.tables == 0);
    bx_outcome_done(&o);
    CHECK(run("eat", NULL, limit, NULL, nothing, &o) && o.kind == BX_OUT_EXIT && o.exit_code == 0);
    CHECK(o.memory_refused == 1);
    bx_outcome_done(&o);
    const char *tiny[] = {"wasm_max_memory_size", "64KiB", NULL};
    CHECK(run("exit", "0", tiny, NULL, nothing, &o) && o.kind == BX_OUT_MEMORY);
    bx_outcome_done(&o);
}

static void output_holds(void)
{
    bx_outcome o;
    const char *limit[] = {"limits", "output=100KiB", NULL};
    CHECK(run("flood", NULL, limit, NULL, nothing, &o) && o.kind == BX_OUT_OUTPUT);
    CHECK(o.out_n == 100 << 10 && bx_outcome_exit_code(&o) == 132);
    bx_outcome_done(&o);
}

static void deadline_holds_in_guest_and_host(void)
{
    bx_outcome o;
    const char *limit[] = {"wasm_timeout", "30ms", NULL};
    CHECK(run("spin", NULL, limit, NULL, nothing, &o) && o.kind == BX_OUT_DEADLINE);
    CHECK(bx_outcome_exit_code(&o) == 124 && o.wall_ns >= 30 * 1000000);
    bx_outcome_done(&o);
    CHECK(run("sleep", NULL, limit, NULL, nothing, &o) && o.kind == BX_OUT_DEADLINE);
    CHECK(o.host_ns > o.guest_ns);
    bx_outcome_done(&o);
}

static void fuel_holds_and_repeats(void)
{
    bx_outcome a, b;
    const char *limit[] = {"wasm_fuel", "100000", NULL};
    CHECK(run("spin", NULL, limit, NULL, nothing, &a) && a.kind == BX_OUT_FUEL &&
          bx_outcome_exit_code(&a) == 132);
    bx_outcome_done(&a);
    const char *enough[] = {"wasm_fuel", "100000000", NULL};
    CHECK(run("exit", "3", enough, NULL, nothing, &a) &&
          run("exit", "3", enough, NULL, nothing, &b));
    CHECK(a.kind == BX_OUT_EXIT && a.exit_code == 3 && a.fuel_used > 0 &&
          a.fuel_used == b.fuel_used);
    bx_outcome_done(&a);
    bx_outcome_done(&b);
}

static void *cancel_soon(void *ctl)
{
    struct timespec t = {0, 20 * 1000000};
    (void)nanosleep(&t, NULL);
    bx_ctl_cancel(ctl);
    return NULL;
}

/* `nested`: the cancel is of the call above, and the call itself is only its child. */
static void cancelled(const char *how, bool nested)
{
    bx_ctl ctl = bx_ctl_init(UINT64_MAX), child = bx_ctl_init(UINT64_MAX);
    bx_outcome o;
    pthread_t t;
    CHECK(bx_ctl_make_cancellable(&ctl, NULL) == BX_OK);
    CHECK(bx_ctl_inherit(&child, &ctl, NULL) == BX_OK);
    CHECK(pthread_create(&t, NULL, cancel_soon, &ctl) == 0);
    bool ok = run(how, NULL, NULL, nested ? &child : &ctl, nothing, &o);
    (void)pthread_join(t, NULL);
    bx_ctl_done(&ctl);
    CHECK(ok && o.kind == BX_OUT_CANCELLED && bx_outcome_exit_code(&o) == 130);
    bx_outcome_done(&o);
}
static void cancel_ends_guest_and_host(void)
{
    for (int nested = 0; nested < 2 && !bxt_failed; nested++) {
        cancelled("spin", nested);
        if (!bxt_failed)
            cancelled("sleep", nested);
    }
}
static void a_parents_deadline_holds_for_its_child(void)
{
    bx_ctl parent = bx_ctl_init(bx_now_ns()), child = bx_ctl_init(UINT64_MAX);
    bx_outcome o;
    CHECK(bx_ctl_inherit(&child, &parent, NULL) == BX_OK);
    CHECK(run("spin", NULL, NULL, &child, nothing, &o) && o.kind == BX_OUT_DEADLINE);
    bx_outcome_done(&o);
}

static void cancelled_before_it_began(void)
{
    bx_ctl ctl = bx_ctl_init(UINT64_MAX);
    bx_outcome o;
    bx_ctl_cancel(&ctl);
    CHECK(run("spin", NULL, NULL, &ctl, nothing, &o) && o.kind == BX_OUT_CANCELLED);
    bx_outcome_done(&o);
}

static void refuses_what_is_not_a_command(void)
{
    static const uint8_t empty_module[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    bx_limits l = bx_limits_default();
    BX_AUTO(bx_module) bx_module *m = NULL;
    BX_AUTO(bx_sealed) bx_sealed *s = NULL;
    bx_grant *g = NULL;
    bx_error err;
    bx_outcome o;
    CHECK(bx_module_from_bytes(rt, "empty", empty_module, sizeof empty_module, &l, &m, &err) ==
          BX_OK);
    CHECK(bx_grant_new(&g, &err) == BX_OK && bx_sealed_new(g, NULL, &s, &err) == BX_OK);
    bx_call c = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    CHECK(bx_call_run(&c, &o, &err) == BX_EINVAL && strstr(err.msg, "_start"));
}

static void refuses_what_is_not_wasm(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *says;
    } cases[] = {
        {"", 0, "empty file"},
        {"\0asm\2\0\0\0", 8, "version"},
        {"\0asm\1\0\0", 7, "not a WebAssembly module"},
        {"(module)", 8, "wat2wasm"},
        {"\177ELF\1\1\1\1", 8, "not a WebAssembly module"},
    };
    bx_limits l = bx_limits_default();
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_module *m = NULL;
        bx_error err = {.msg = ""};
        CHECK(bx_module_from_bytes(rt, "x", (const uint8_t *)cases[i].bytes, cases[i].n, &l, &m,
                                   &err) == BX_EINVAL &&
              !m);
        CHECK(strstr(err.msg, cases[i].says));
    }
    static const uint8_t cut[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 200, 1, 0};
    bx_module *m = NULL;
    CHECK(bx_module_from_bytes(rt, "cut", cut, sizeof cut, &l, &m, NULL) == BX_EINVAL);
}

static void live_instances_keep_their_state(void)
{
    bx_grant *g = NULL;
    BX_AUTO(bx_sealed) bx_sealed *s = NULL;
    bx_outcome o;
    bx_error err;
    bx_live *l = NULL;
    CHECK(bx_grant_new(&g, &err) == BX_OK && bx_sealed_new(g, NULL, &s, &err) == BX_OK);
    const char *args[] = {"sb_ends", "trap"};
    bx_call c = {
        .module = ends, .sealed = s, .args = args, .n_args = 2, .out_fd = -1, .err_fd = -1};
    CHECK(bx_live_new(&c, &l, &o, &err) == BX_OK);
    bx_live_run(l, &o);
    CHECK(o.kind == BX_OUT_TRAP);
    bx_outcome_done(&o);
    bx_live_run(l, &o); /* after an end that was not a return, the instance stays ended */
    CHECK(o.kind == BX_OUT_FAILED && strstr(o.error, "ended"));
    bx_outcome_done(&o);
    bx_live_free(l);
}

static void teardown(void)
{
    bx_module_free(ends);
    bx_runtime_free(rt);
    CHECK(true);
}

BXT_MAIN(RUN(setup); RUN(own_exit_code); RUN(nothing_is_inherited); RUN(input_is_what_was_given);
         RUN(traps_say_where); RUN(stack_holds); RUN(memory_holds); RUN(output_holds);
         RUN(deadline_holds_in_guest_and_host); RUN(fuel_holds_and_repeats);
         RUN(cancel_ends_guest_and_host); RUN(a_parents_deadline_holds_for_its_child);
         RUN(cancelled_before_it_began); RUN(refuses_what_is_not_a_command);
         RUN(refuses_what_is_not_wasm); RUN(live_instances_keep_their_state); RUN(teardown);)
