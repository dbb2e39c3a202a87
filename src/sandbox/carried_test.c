#include "sandbox/carried.h"

#include <stdio.h>
#include <sys/mman.h>

#include "base/test.h"
#include "codec/sha256.h"
#include "sandbox/call.h"

/* Commands whose `_start` is one instruction: nothing, or a trap. */
#define MODULE(instruction) \
    "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\n\1\6_start\0\0\n\5\1\3\0" instruction "\x0b"
static const char returns[] = MODULE("\x01"), traps[] = MODULE("\x00");
#define BYTES(a) ((bx_str){a, sizeof(a) - 1})

static uint8_t of_traps[BX_SHA256_BYTES];
static bx_str good; /* code of `returns`, at a page, for the whole process */

/* As in the program: at a page, never written to again, there for good. */
static bx_str at_page(bx_str code)
{
    char *p = mmap(NULL, code.n + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return (bx_str){NULL, 0};
    memcpy(p, code.p, code.n);
    (void)mprotect(p, code.n, PROT_READ);
    return (bx_str){p, code.n};
}

static bx_runtime *runtime(void)
{
    const bx_runtime_config cfg = {.slots = 0, .compile_here = true};
    bx_runtime *rt = NULL;
    return bx_runtime_new(&cfg, &rt, NULL) == BX_OK ? rt : NULL;
}

/* How a call ends that has this code and the bytes of `traps`. */
static bx_outcome_kind end_of(bx_runtime *rt, bx_str code, const char *limit)
{
    const bx_carried c = {
        .name = "carried", .wasm = BYTES(traps), .code = code, .of_wasm = of_traps};
    BX_AUTO(bx_module) bx_module *m = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO(bx_sealed) bx_sealed *s = NULL;
    bx_outcome out;
    if (bx_module_carried(rt, &c, &m, NULL) != BX_OK || bx_grant_new(&g, NULL) != BX_OK ||
        (limit && bx_grant_limit(g, bx_str_of(limit), NULL) != BX_OK) ||
        bx_sealed_new(BX_TAKE(g), NULL, &s, NULL) != BX_OK)
        return BX_OUT_FAILED;
    const bx_call call = {.module = m, .sealed = s, .out_fd = -1, .err_fd = -1};
    if (bx_call_run(&call, &out, NULL) != BX_OK)
        return BX_OUT_FAILED;
    bx_outcome_kind kind = out.kind;
    bx_outcome_done(&out);
    return kind;
}

static void the_same_bytes_give_the_same_code(void)
{
    BX_AUTO_BUF a = bx_buf_init(1 << 20), b = bx_buf_init(1 << 20), c = bx_buf_init(1 << 20);
    CHECK(bx_carried_compile(BYTES(returns), &a, NULL) == BX_OK &&
          bx_carried_compile(BYTES(returns), &b, NULL) == BX_OK);
    CHECK(bx_carried_compile(BYTES(traps), &c, NULL) == BX_OK);
    CHECK(a.n > 100 && bx_str_eq(bx_buf_str(&a), bx_buf_str(&b)) &&
          !bx_str_eq(bx_buf_str(&a), bx_buf_str(&c)));
    good = at_page(bx_buf_str(&a));
    bx_sha256(traps, sizeof traps - 1, of_traps);
    CHECK(good.p);
    bx_buf_clear(&a);
    CHECK(bx_carried_fingerprint(&a, NULL) == BX_OK && strstr(a.p, "wasmtime"));
    CHECK(bx_carried_compile(BX_LIT("not wasm"), &a, NULL) == BX_EINVAL);
}

/* The bytes trap and the code returns, so the end tells which of them ran. */
static void the_code_is_what_runs(void)
{
    BX_AUTO(bx_runtime) bx_runtime *rt = runtime();
    CHECK(rt && end_of(rt, (bx_str){NULL, 0}, NULL) == BX_OUT_TRAP); /* control */
    CHECK(end_of(rt, good, NULL) == BX_OUT_EXIT);
    CHECK(end_of(rt, good, NULL) == BX_OUT_EXIT); /* again: what ran there first is gone */
    CHECK(end_of(rt, good, "stack=2MiB") ==
          BX_OUT_EXIT); /* another engine with the same settings of code */
}

static void several_at_once(void)
{
    BX_AUTO(bx_runtime) bx_runtime *rt = runtime(), *other = runtime();
    const bx_carried c = {
        .name = "carried", .wasm = BYTES(traps), .code = good, .of_wasm = of_traps};
    BX_AUTO(bx_module) bx_module *m = NULL;
    const bx_limits limits = bx_limits_default();
    const bx_module_use use = {.limits = &limits};
    const bx_emodule *code;
    CHECK(rt && other && bx_module_carried(rt, &c, &m, NULL) == BX_OK);
    CHECK(bx_module_code(m, &use, &code, NULL) == BX_OK);
    CHECK(end_of(rt, good, NULL) == BX_OUT_EXIT && end_of(other, good, NULL) == BX_OUT_EXIT);
}

static void code_that_does_not_fit_is_not_run(void)
{
    BX_AUTO(bx_runtime) bx_runtime *rt = runtime();
    CHECK(rt && end_of(rt, good, "fuel=1000") == BX_OUT_TRAP); /* compiled without counters */
    BX_AUTO_BUF code = bx_buf_init(1 << 20);
    (void)bx_buf_add_str(&code, good);
    const char *target = memmem(code.p, code.n, "-unknown-linux", strlen("-unknown-linux"));
    CHECK(target);
    code.p[target - code.p - 1] ^= 1; /* for another processor */
    CHECK(end_of(rt, at_page(bx_buf_str(&code)), NULL) == BX_OUT_TRAP);
    CHECK(end_of(rt, at_page((bx_str){good.p, good.n - 1}), NULL) == BX_OUT_TRAP);
    CHECK(end_of(rt, at_page(BX_LIT("something else")), NULL) == BX_OUT_TRAP);
}

static void code_off_a_page_is_copied(void)
{
    BX_AUTO(bx_runtime) bx_runtime *rt = runtime();
    BX_AUTO_BUF code = bx_buf_init(1 << 20);
    (void)bx_buf_add_c(&code, ' ');
    (void)bx_buf_add_str(&code, good);
    CHECK(rt && end_of(rt, (bx_str){code.p + 1, good.n}, NULL) == BX_OUT_EXIT);
}

BXT_MAIN(RUN(the_same_bytes_give_the_same_code); RUN(the_code_is_what_runs); RUN(several_at_once);
         RUN(code_that_does_not_fit_is_not_run); RUN(code_off_a_page_is_copied);)
