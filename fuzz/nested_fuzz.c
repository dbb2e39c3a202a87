/* The import module `boxagnts` called with whatever arguments the input holds, over one guest
 * memory: tool calls, jobs, waits, pipes and starts, with tools that answer at once, later, or when
 * they are cancelled.  After every call: the bytes on both sides of the memory are as they were,
 * and the answer is an errno; after every input: nothing is charged to the call any more.
 *
 * Input: flags, n, n * 4 bytes of memory from INIT on, then calls.  A call is the function's index
 * and one selector byte per parameter: see argument(). */
#include <stdio.h>

#include "sandbox/live.h"
#include "sandbox/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MEM = 65536, CANARY = 4096, INIT = 1024, AREAS = 8192, SPEC = 2048, MAX_CALLS = 200 };

typedef struct input {
    const uint8_t *p;
    size_t n;
} input;

static uint8_t *arena;
static bx_runtime *rt;
static bx_module *module;
static bx_sealed *sealed[2];

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "nested_fuzz: %s\n", what);
    abort();
}

static uint8_t next(input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

static uint64_t raw(input *in, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)next(in) << (8 * i);
    return v;
}

/* Small numbers (descriptors, pids, sizes), jobs as they are numbered, places in the given bytes,
 * areas to write to, numbers at the edges, or the input's own. */
static uint64_t argument(input *in, bool wide)
{
    static const uint64_t edges[16] = {MEM - 1,    MEM,        MEM - 4,    MEM - 16,
                                       MEM - 24,   MEM - 56,   UINT32_MAX, UINT32_MAX - 7,
                                       0x80000000, 0x7fffffff, 1024,       1025,
                                       UINT64_MAX, INT64_MAX,  1000000000, 4096};
    uint8_t s = next(in);
    uint64_t v = s < 0x20   ? s
                 : s < 0x40 ? 256u + (s - 0x20u) * 257u /* the first jobs: generation 1, 2 … */
                 : s < 0x50 ? 256u + (s - 0x40u)
                 : s < 0x58 ? SPEC
                 : s < 0x80 ? (uint64_t)INIT + (s - 0x58u) * 16
                 : s < 0xa0 ? (uint64_t)AREAS + (s - 0x80u) * 512
                 : s < 0xb0 ? edges[s - 0xa0]
                            : raw(in, wide ? 8 : 4);
    return wide ? v : (uint32_t)v;
}

/* ---- the world ------------------------------------------------------------------------------- */

/* What it is asked says how it behaves. */
static bx_nested_status call(const void *ctx, bx_nested *n)
{
    (void)ctx;
    char how = n->input.n > 0 ? n->input.p[0] : 0;
    must(n->name.n < MEM && n->input.n <= MEM, "a text that the guest has no room for");
    if (how & 1) /* until it is cancelled */
        while (bx_ctl_check(n->ctl) == BX_STOP_NONE) {
            int ready;
            (void)bx_ctl_wait(n->ctl, NULL, 0, bx_now_ns() + 100000, &ready);
        }
    for (int i = 0; i < (how & 6) * 1000; i++)
        (void)bx_buf_add_c(n->answer, 'x');
    n->fs_write = (unsigned char)how;
    return (bx_nested_status)((unsigned char)how >> 5 & 3);
}

static const bx_call_tools tools = {.call = call};

static void seal(bx_sealed **ret, bx_clock_mode clock)
{
    static const char *const clocks[] = {[BX_CLOCK_REAL] = "clock:real",
                                         [BX_CLOCK_FROZEN] = "clock:frozen",
                                         [BX_CLOCK_STEP] = "clock:step"};
    bx_grant *g = NULL;
    bx_limits l = bx_limits_default();
    l.wall_ns = 20000000;
    l.calls = 40;
    l.memory = 4 * BX_MIB;
    must(bx_grant_new(&g, NULL) == BX_OK && bx_grant_set_limits(g, &l, NULL) == BX_OK &&
             bx_grant_allow(g, BX_LIT("tool:*"), NULL) == BX_OK &&
             bx_grant_allow(g, bx_str_of(clocks[clock]), NULL) == BX_OK &&
             bx_sealed_new(g, NULL, ret, NULL) == BX_OK,
         "no grant");
}

static void tear_down(void)
{
    bx_sealed_free(sealed[0]);
    bx_sealed_free(sealed[1]);
    bx_module_free(module);
    bx_runtime_free(rt);
    free(arena);
}

static void set_up(void)
{
    static const uint8_t silent[] =
        "\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\n\1\6_start\0\0"
        "\n\5\1\3\0\x01\x0b";
    const bx_runtime_config cfg = {.slots = 0, .compile_threads = 1, .compile_here = true};
    const bx_limits l = bx_limits_default();
    must(bx_runtime_new(&cfg, &rt, NULL) == BX_OK &&
             bx_module_from_bytes(rt, "silent", silent, sizeof silent - 1, &l, &module, NULL) ==
                 BX_OK,
         "no module");
    seal(&sealed[0], BX_CLOCK_STEP);
    seal(&sealed[1], BX_CLOCK_REAL);
    arena = malloc(MEM + 2 * CANARY);
    must(arena != NULL && atexit(tear_down) == 0, "no memory");
}

static bool canaries_live(void)
{
    for (size_t i = 0; i < CANARY; i++)
        if (arena[i] != 0xa5 || arena[CANARY + MEM + i] != 0xa5)
            return false;
    return true;
}

static void put(size_t at, uint32_t v) { memcpy(arena + CANARY + at, &v, sizeof v); }

/* A request that is well-formed but for what the input puts over it. */
static void put_spec(input *in)
{
    static const char texts[] = "POSThttp://127.0.0.1:9/a: b\nc: d\nbody";
    const uint32_t spec[] = {56, 0,         SPEC + 64, 4,    SPEC + 68, 19,           SPEC + 87,
                             10, SPEC + 97, 4,         1000, 0,         next(in) & 1, 0};
    for (size_t i = 0; i < BX_COUNT(spec); i++)
        put(SPEC + i * 4, spec[i]);
    memcpy(arena + CANARY + SPEC + 64, texts, sizeof texts - 1);
    uint8_t at = next(in);
    if (at < 128)
        arena[CANARY + SPEC + at] = next(in);
}

static void run(bx_live *live, input *in)
{
    for (int i = 0; i < MAX_CALLS && in->n; i++) {
        uint8_t which = next(in);
        const bx_host_def *d = &bx_process_table.defs[which % bx_process_table.n];
        uint64_t args[10] = {0};
        if (which & 128)
            put_spec(in);
        for (size_t k = 0; d->sig[k] != ':'; k++)
            args[k] = argument(in, d->sig[k] == 'I');
        int32_t stop = d->fn(&live->first, arena + CANARY, MEM, args);
        must(canaries_live(), "wrote outside the guest's memory");
        must(args[0] <= BX_E_NOTCAPABLE || strcmp(d->name, "call_read") == 0, "not an errno");
        must(stop >= BX_WASI_GO_ON && stop <= BX_WASI_KILLED, "not a reason to stop");
        if (stop != BX_WASI_GO_ON)
            return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!arena)
        set_up();
    input in = {data, n};
    uint8_t flags = next(&in);
    memset(arena, 0xa5, MEM + 2 * CANARY);
    memset(arena + CANARY, 0, MEM);
    size_t words = next(&in);
    for (size_t i = 0; i < words * 4; i++)
        arena[CANARY + INIT + i] = next(&in);
    bx_shared shared = {.memory = 0};
    bx_live *live = NULL;
    bx_outcome o;
    const char *const args[] = {"silent"};
    const bx_call c = {.module = module,
                       .sealed = sealed[flags & 1],
                       .args = args,
                       .n_args = 1,
                       .out_fd = -2,
                       .err_fd = -2,
                       .shared = &shared,
                       .tools = flags & 2 ? NULL : &tools};
    must(bx_live_new(&c, &live, &o, NULL) == BX_OK, "no call");
    run(live, &in);
    bx_live_free(live);
    bx_outcome_done(&o);
    must(shared.memory == 0 && shared.processes == 0, "something is still charged");
    return 0;
}
