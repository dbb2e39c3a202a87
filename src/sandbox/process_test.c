#include "base/test.h"
#include "sandbox/call.h"
#include "sandbox/program.h"

/* tests/guests/spawn.c: one program that is many. */
#define SPAWN BX_GUEST_DIR "/guests/spawn.wasm"

typedef struct shop {
    bx_runtime *rt;
    bx_module *module;
    bx_program program;
    bx_program_set set;
    bx_sealed *sealed;
} shop;

static void shop_done(shop *s)
{
    bx_sealed_free(s->sealed);
    bx_module_free(s->module);
    bx_runtime_free(s->rt);
}
#define SHOP __attribute__((cleanup(shop_done))) shop

static bool shop_init(shop *s, const char *cap)
{
    bx_error err = {.msg = ""};
    bx_grant *g = NULL;
    const bx_limits limits = bx_limits_default();
#ifdef __SANITIZE_THREAD__ /* it cannot see that the engine hands its slots on between threads */
    const bx_runtime_config cfg = {.slots = 0, .compile_threads = 1, .compile_here = true};
#else
    const bx_runtime_config cfg = {.slots = 64, .compile_threads = 1, .compile_here = true};
#endif
    *s = (shop){.rt = NULL};
    bx_code rc = bx_runtime_new(&cfg, &s->rt, &err);
    if (rc == BX_OK)
        rc = bx_module_open(s->rt, SPAWN, &limits, &s->module, &err);
    s->program = (bx_program){.name = BX_LIT("spawn"), .module = s->module, .knows_cwd = true};
    s->set = (bx_program_set){&s->program, 1};
    if (rc == BX_OK)
        rc = bx_grant_new(&g, &err);
    if (rc == BX_OK)
        rc = bx_grant_allow(g, bx_str_of(cap), &err);
    if (rc == BX_OK)
        rc = bx_grant_allow(g, BX_LIT("tmp"), &err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(g, NULL, &s->set, &s->sealed, &err);
    if (rc != BX_OK)
        printf("# %s\n", err.msg);
    return rc == BX_OK;
}

/* Run with these arguments, up to a NULL; true when it ended with 0 and this output. */
static bool runs(const shop *s, const char *const *args, const char *expect)
{
    size_t n = 0;
    bx_outcome o;
    bx_error err = {.msg = ""};
    while (args[n])
        n++;
    const bx_call c = {.module = s->module,
                       .sealed = s->sealed,
                       .args = args,
                       .n_args = n,
                       .out_fd = -1,
                       .err_fd = -1};
    if (bx_call_run(&c, &o, &err) != BX_OK) {
        printf("# %s\n", err.msg);
        return false;
    }
    bool ok = o.kind == BX_OUT_EXIT && o.exit_code == 0 && o.out_n == strlen(expect) &&
              memcmp(o.out ? o.out : "", expect, o.out_n) == 0;
    if (!ok)
        printf("# %s %u: %.*s %s\n", bx_outcome_kind_name(o.kind), o.exit_code, (int)o.out_n,
               o.out ? o.out : "", o.error ? o.error : "");
    bx_outcome_done(&o);
    return ok;
}

static void one_after_the_other(void)
{
    SHOP s;
    CHECK(shop_init(&s, "tool:spawn"));
    CHECK(runs(&s, (const char *[]){"spawn", "run", "say", "hi", NULL},
               "hi\nended: kind 0 code 0 signal 0\n"));
    CHECK(runs(&s, (const char *[]){"spawn", "loop", "200", NULL}, ""));
    CHECK(runs(&s, (const char *[]){"spawn", "run", "trap", NULL},
               "ended: kind 2 code 132 signal 0\n"));
}

static void beside_one_another(void)
{
    SHOP s;
    CHECK(shop_init(&s, "tool:*"));
    for (int i = 0; i < 5; i++) {
        CHECK(runs(&s, (const char *[]){"spawn", "pipe", "50000", NULL},
                   "first: kind 0 code 0 signal 0\nsecond: kind 0 code 0 signal 0\n50000\n"
                   "third: kind 0 code 0 signal 0\n"));
        CHECK(runs(&s, (const char *[]){"spawn", "pipe", "900000", "head", NULL},
                   "first: kind 1 code 141 signal 13\nsecond: kind 1 code 141 signal 13\n"
                   "third: kind 0 code 0 signal 0\n"));
        CHECK(runs(&s, (const char *[]){"spawn", "read", "700000", NULL},
                   "700000 bytes\nwriter: kind 0 code 0 signal 0\n"));
        CHECK(runs(&s, (const char *[]){"spawn", "many", "40", "beside", NULL},
                   "40 started: Success\n40 ended\n"));
        CHECK(runs(&s, (const char *[]){"spawn", "kill", "15", NULL},
                   "waited: Operation timed out\nkill: Success\nended: kind 1 code 143 signal "
                   "15\n"));
        CHECK(runs(&s, (const char *[]){"spawn", "orphan", NULL}, "left behind\n"));
    }
}

static void only_what_is_granted(void)
{
    SHOP s;
    bx_outcome o;
    bx_error err;
    CHECK(shop_init(&s, "tool:other*"));
    const char *const args[] = {"spawn", "run", "say", "hi"};
    const bx_call c = {.module = s.module,
                       .sealed = s.sealed,
                       .args = args,
                       .n_args = 4,
                       .out_fd = -1,
                       .err_fd = -1};
    CHECK(bx_call_run(&c, &o, &err) == BX_OK);
    CHECK(o.exit_code == 1 && o.out && strncmp(o.out, "not started: Permission denied", 30) == 0);
    bx_outcome_done(&o);
}

static void names(void)
{
    CHECK(bx_program_name_is_good(BX_LIT("[")));
    CHECK(bx_program_name_is_good(BX_LIT("g++-12")));
    CHECK(!bx_program_name_is_good(BX_LIT("")));
    CHECK(!bx_program_name_is_good(BX_LIT("../x")));
    CHECK(!bx_program_name_is_good(BX_LIT(".x")));
    CHECK(!bx_program_name_is_good(BX_LIT("-x")));
    const bx_program at[] = {
        {.name = BX_LIT("[")}, {.name = BX_LIT("cat")}, {.name = BX_LIT("ls")}};
    const bx_program_set set = {at, 3};
    CHECK(bx_program_find(&set, BX_LIT("[")) == &at[0]);
    CHECK(bx_program_find(&set, BX_LIT("ls")) == &at[2]);
    CHECK(!bx_program_find(&set, BX_LIT("l")));
    CHECK(!bx_program_find(NULL, BX_LIT("l")));
}

/* Whatever else there is, and in whatever order. */
static void what_is_denied_is_not_granted(void)
{
    bx_cap caps[] = {{.kind = BX_CAP_NOT_TOOL, .path = (char *)(uintptr_t)"g*"},
                     {.kind = BX_CAP_TOOL, .path = (char *)(uintptr_t)"*"},
                     {.kind = BX_CAP_TOOL, .path = (char *)(uintptr_t)"git"},
                     {.kind = BX_CAP_NOT_TOOL, .path = (char *)(uintptr_t)"rm"}};
    const bx_cap_list all = {caps, 4}, plain = {caps + 1, 2};
    CHECK(!bx_program_is_granted(all, BX_LIT("git")) && !bx_program_is_granted(all, BX_LIT("rm")));
    CHECK(bx_program_is_granted(all, BX_LIT("ls")));
    CHECK(bx_program_is_granted(plain, BX_LIT("git")) &&
          bx_program_is_granted(plain, BX_LIT("rm")));
}

BXT_MAIN(RUN(names); RUN(one_after_the_other); RUN(beside_one_another); RUN(only_what_is_granted);
         RUN(what_is_denied_is_not_granted);)
