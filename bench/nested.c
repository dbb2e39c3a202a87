/* What a tool call costs a guest, beyond the tool's own call. */
#include <stdio.h>

#include "base/buf.h"
#include "bench/bench.h"
#include "tool/invoke.h"
#include "tool/programs.h"

enum { ROUNDS = 9, MOST_CALLS = 20000 };

static const char manifest[] =
    "{\"name\":\"noop\",\"version\":\"1.0.0\",\"description\":\"d\",\"permission\":\"read\","
    "\"call\":\"json\",\"input_schema\":{\"type\":\"object\",\"properties\":{},"
    "\"additionalProperties\":false},\"needs\":[],\"annotations\":{\"readOnlyHint\":true,"
    "\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":false}}";

typedef struct place {
    bx_tool tool;
    bx_tool_ground ground;
    bx_tool_caller caller;
    bx_call_tools tools;
    bx_programs *programs;
    bx_program_set set;
    bx_sealed *sealed;
} place;

static bx_code protect(const void *ctx, bx_grant *g, bx_error *err)
{
    (void)ctx, (void)g, (void)err;
    return BX_OK;
}

static bx_code find(const void *ctx, bx_str name, bx_tool *ret, bx_error *err)
{
    const place *p = ctx;
    if (!bx_str_eq(name, BX_LIT("noop")))
        return bx_fail(err, BX_ENOENT, "no such tool");
    *ret = p->tool;
    return BX_OK;
}

static void open_place(const bench_env *e, place *p)
{
    static const char *const lines[] = {"tool:*", "tmp", "rw:/d", "env:PATH=/bin",
                                        "fetch:https://example.com"};
    bx_error err = {.msg = ""};
    bx_manifest *m = NULL;
    bx_grant *g = NULL;
    *p = (place){.ground = {.protect = protect, .find = find, .ctx = p}};
    p->caller = (bx_tool_caller){.on = &p->ground};
    p->tools = bx_tool_nested(&p->caller);
    bx_limits l = bx_limits_default();
    l.calls = INT64_MAX;
    l.wall_ns = 600 * BX_SEC;
    bx_code rc = bx_manifest_from_json(bx_str_of(manifest), &m, &err);
    p->tool = (bx_tool){.manifest = m, .module = bench_module(e, e->guests, "tool_noop")};
    if (rc == BX_OK)
        rc = bx_programs_new(e->rt, &p->programs, &err);
    if (rc == BX_OK)
        rc = bx_programs_add_builtin(p->programs, &err);
    if (rc == BX_OK)
        rc = bx_programs_set(p->programs, &p->set, &err);
    if (rc == BX_OK)
        rc = bx_grant_new(&g, &err);
    if (rc == BX_OK)
        rc = bx_grant_set_limits(g, &l, &err);
    if (rc == BX_OK)
        rc = bx_grant_mount(g, bx_str_of(e->scratch), BX_LIT("/d"), &err);
    for (size_t i = 0; i < BX_COUNT(lines) && rc == BX_OK; i++)
        rc = bx_grant_allow(g, bx_str_of(lines[i]), &err);
    if (rc == BX_OK)
        rc = bx_sealed_new_with(g, NULL, &p->set, &p->sealed, &err);
    if (rc != BX_OK)
        bench_die("%s", err.msg);
}

static void close_place(place *p)
{
    bx_sealed_free(p->sealed);
    bx_programs_free(p->programs);
    bx_manifest_free((bx_manifest *)(uintptr_t)p->tool.manifest);
    bx_module_free(p->tool.module);
}

/* The tool's own call: its sandbox, and nothing around it. */
static double own_calls(const place *p, int n)
{
    BX_AUTO(bx_sealed) bx_sealed *bare = bench_seal(NULL);
    const char *const args[] = {"noop"};
    const bx_call c = {.module = p->tool.module,
                       .sealed = bare,
                       .args = args,
                       .n_args = 1,
                       .in = {.kind = BX_STDIN_BYTES, .bytes = BX_LIT("{}")},
                       .out_fd = -1,
                       .err_fd = -2};
    double begin = bench_now_us();
    for (int i = 0; i < n; i++)
        bench_check(&c,
                    "{\"content\":[{\"type\":\"text\",\"text\":\"done\"}],\"isError\":false}\n");
    return (bench_now_us() - begin) / n;
}

/* As a person's or a model's call: validated, granted, checked. */
static double direct_calls(const place *p, int n)
{
    bx_error err = {.msg = ""};
    double begin = bench_now_us();
    for (int i = 0; i < n; i++) {
        bx_tool_end end;
        const bx_tool_call c = {
            .arguments = BX_LIT("{}"), .run = bx_sealed_grant(p->sealed), .err_fd = -2};
        if (bx_tool_invoke(&p->ground, &p->tool, &c, &end, &err) != BX_OK || end.is_error)
            bench_die("noop: %s %s", err.msg, end.text.p ? end.text.p : "");
        bx_tool_end_done(&end);
    }
    return (bench_now_us() - begin) / n;
}

static double run(const place *p, bx_module *m, const char *const *args, size_t n_args, size_t out)
{
    const bx_call c = {.module = m,
                       .sealed = p->sealed,
                       .args = args,
                       .n_args = n_args,
                       .out_fd = -1,
                       .err_fd = -1,
                       .tools = &p->tools};
    bx_outcome o;
    bx_error err = {.msg = ""};
    double begin = bench_now_us();
    bx_code rc = bx_call_run(&c, &o, &err);
    double us = bench_now_us() - begin;
    if (rc != BX_OK || o.kind != BX_OUT_EXIT || o.exit_code != 0 || o.out_n != out)
        bench_die("%s: %s %u %zu bytes %.*s", args[0], err.msg, o.exit_code, o.out_n, (int)o.err_n,
                  o.err ? o.err : "");
    bx_outcome_done(&o);
    return us;
}

static double guest_calls(const place *p, bx_module *loop, int n, int letter)
{
    static char letters[MOST_CALLS + 1];
    memset(letters, letter, (size_t)n);
    letters[n] = '\0';
    const char *const all[] = {"call_loop", letters}, *const none[] = {"call_loop", ""};
    return (run(p, loop, all, 2, 0) - run(p, loop, none, 2, 0)) / n;
}

static double shell_calls(const place *p, int n)
{
    const bx_program *bash = bx_program_find(&p->set, BX_LIT("bash"));
    char all[100], none[100];
    if (!bash)
        bench_die("no shell in this build");
    (void)snprintf(all, sizeof all, "for ((i = 0; i < %d; i++)); do call noop; done", n);
    (void)snprintf(none, sizeof none, "for ((i = 0; i < %d; i++)); do :; done", n);
    const char *const a[] = {"bash", "-c", all}, *const b[] = {"bash", "-c", none};
    return (run(p, bash->module, a, 3, (size_t)n * 5) - run(p, bash->module, b, 3, 0)) / n;
}

static double js_calls(const place *p, int n)
{
    const bx_program *js = bx_program_find(&p->set, BX_LIT("node"));
    char all[200], none[200];
    if (!js)
        bench_die("no js in this build");
    (void)snprintf(
        all, sizeof all,
        "const r = JSON.stringify(await tools.noop({})); if (!r.includes('done')) throw r; "
        "for (let i = 1; i < %d; i++) await tools.noop({})",
        n);
    (void)snprintf(none, sizeof none, "for (let i = 0; i < %d; i++) await i", n);
    const char *const a[] = {"node", "-e", all}, *const b[] = {"node", "-e", none};
    return (run(p, js->module, a, 3, 0) - run(p, js->module, b, 3, 0)) / n;
}

void bench_nested(const bench_env *e)
{
    place p;
    open_place(e, &p);
    bx_module *loop = bench_module(e, e->guests, "call_loop");
    int n = e->quick ? 500 : MOST_CALLS;
    double own[ROUNDS], direct[ROUNDS], guest[ROUNDS], beside[ROUNDS], shell[ROUNDS], js[ROUNDS];
    for (int i = -1; i < ROUNDS; i++) { /* in turn, so that a drift of the machine hits all alike */
        double x = own_calls(&p, n), y = direct_calls(&p, n / 4), z = guest_calls(&p, loop, n, 'x'),
               a = guest_calls(&p, loop, n, 'a'), s = shell_calls(&p, n), j = js_calls(&p, n);
        if (i >= 0)
            own[i] = x, direct[i] = y, guest[i] = z - x, beside[i] = a - x, shell[i] = s - x,
            js[i] = j - x;
    }
    double alone = bench_stats_of(own, ROUNDS).p50;
    double beyond = bench_stats_of(guest, ROUNDS).p50, sh = bench_stats_of(shell, ROUNDS).p50;
    bench_row("nested_call_from_module", beyond + alone, alone, "us", beyond, BENCH_AT_MOST, 10,
              "a no-op tool called by a guest, and its own call; the ratio is what it adds; "
              "called from outside %.1f us",
              bench_stats_of(direct, ROUNDS).p50);
    double next = bench_stats_of(beside, ROUNDS).p50;
    bench_row("nested_call_awaited", next + alone, alone, "us", next, BENCH_AT_MOST, 10,
              "the same, begun beside the guest, which waits for it");
    bench_row("nested_call_from_shell", sh + alone, alone, "us", sh, BENCH_AT_MOST, 10,
              "the same by the shell's builtin call");
    double script = bench_stats_of(js, ROUNDS).p50;
    bench_row("nested_call_from_js", script + alone, alone, "us", script, BENCH_AT_MOST, 10,
              "the same by `await tools.noop({})` in a loop");
    bx_module_free(loop);
    close_place(&p);
}
