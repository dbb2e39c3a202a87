/* One process of a call, from its instance to its end. */
#include <stdio.h>

#include "sandbox/component.h"
#include "sandbox/job.h"
#include "sandbox/process.h"
#include "sandbox/tree.h"
#include "wasi/streams.h"

static _Thread_local const bx_process *current;

int32_t bx_process_current(void) { return current ? current->pid : 1; }

const bx_process *bx_process_act_for(const bx_process *p)
{
    const bx_process *before = current;
    current = p;
    return before;
}

/* ---- what a parent gets to know ---------------------------------------------------------------
 */

static bx_ended ended_of(const bx_outcome *o)
{
    switch (o->kind) {
    case BX_OUT_EXIT:
        return (bx_ended){.kind = BX_ENDED_EXIT, .code = (int32_t)(o->exit_code & 255)};
    case BX_OUT_TRAP:
    case BX_OUT_STACK:
    case BX_OUT_FUEL:
        return (bx_ended){.kind = BX_ENDED_TRAP, .code = 132};
    case BX_OUT_MEMORY:
    case BX_OUT_TABLES:
        return (bx_ended){.kind = BX_ENDED_MEMORY, .code = 137};
    case BX_OUT_DEADLINE:
        return (bx_ended){.kind = BX_ENDED_LIMIT, .code = 124};
    case BX_OUT_OUTPUT:
        return (bx_ended){.kind = BX_ENDED_LIMIT, .code = 132};
    case BX_OUT_CANCELLED:
        return (bx_ended){.kind = BX_ENDED_SIGNAL, .code = 130, .signal = 2};
    case BX_OUT_DENIED:
    case BX_OUT_FAILED:
        break;
    }
    return (bx_ended){.kind = BX_ENDED_FAILED, .code = 126};
}

static void keep_error(bx_process *q, const char *text)
{
    int n = (int)strcspn(text ? text : "", "\n");
    (void)snprintf(q->error, sizeof q->error, "%.*s", n, text ? text : "");
}

/* A limit that all share, reached by one: the call ends with it. */
static void end_call(bx_process *q, const bx_outcome *o)
{
    bx_tree *t = q->tree;
    bx_tree_lock(t);
    if (!t->has_fatal) {
        t->has_fatal = true;
        t->fatal = o->kind;
        (void)snprintf(t->fatal_error, sizeof t->fatal_error, "%s", q->error);
        bx_ctl_cancel(q->live->ctl);
    }
    bx_tree_unlock(t);
    bx_runtime_tick(bx_module_runtime(q->live->call.module));
}

/* What is told beside its status, where the user will see it. */
static void complain(bx_process *q)
{
    char text[sizeof q->error + 128];
    int n = snprintf(text, sizeof text, "boxagnts: %.*s: %s\n", BX_FMT(q->program->name), q->error);
    (void)bx_wasi_write(q->wasi, 2, text, (size_t)n);
}

static void settle(bx_process *q, bx_outcome *o, uint64_t end_ns)
{
    unsigned sig = atomic_load(&q->killed_by);
    const bx_wasi_counters *n = bx_wasi_get_counters(q->wasi);
    q->ended = ended_of(o);
    if (sig > 0 && o->kind != BX_OUT_EXIT)
        q->ended = (bx_ended){.kind = BX_ENDED_SIGNAL, .code = 128 + (int32_t)sig, .signal = sig};
    else if (q->ended.kind != BX_ENDED_EXIT)
        keep_error(q, o->error);
    q->ended.wall_us = (end_ns - q->begin_ns) / 1000;
    q->ended.cpu_us = (end_ns - q->begin_ns - n->host_ns) / 1000;
    q->ended.memory_bytes = o->memory_peak;
    if (q->ended.kind == BX_ENDED_FAILED)
        complain(q);
    if (o->kind == BX_OUT_OUTPUT)
        end_call(q, o);
}

/* ---- the run --------------------------------------------------------------------------------- */

/* The call's, but for the stack. */
static bx_limits limits_of(const bx_process *q)
{
    bx_limits l = *q->live->limits;
    l.stack = q->stack;
    return l;
}

static bool has_code(bx_process *q, const bx_emodule **code, bx_eng_end *end)
{
    const bx_limits limits = limits_of(q);
    const bx_module_use use = {
        .limits = &limits, .ctl = &q->ctl, .entry = "_start", .end = &end->kind};
    bx_error why;
    bx_code rc = bx_module_code(q->program->module, &use, code, &why);
    if (rc == BX_OK && bx_module_kind(q->program->module) == BX_WASM_CORE &&
        !bx_emodule_has_command(*code, "_start"))
        rc = bx_fail(&why, BX_EINVAL, "not a WASI command: it exports no function _start");
    if (rc == BX_OK)
        return true;
    if (end->kind == BX_END_RETURN)
        end->kind = BX_END_FAILED;
    (void)snprintf(end->msg, sizeof end->msg, "%s", why.msg);
    return false;
}

/* The engine hands memory on from one instance to the next, where the thread sanitizer does not
 * look. */
static void memory_changes_hands(bool taken)
{
#if defined __SANITIZE_THREAD__
    void __tsan_acquire(void *at);
    void __tsan_release(void *at);
    static char memory;
    if (taken)
        __tsan_acquire(&memory);
    else
        __tsan_release(&memory);
#else
    (void)taken;
#endif
}

static void run_core(bx_process *q, const bx_emodule *code, bx_eng_end *end)
{
    const bx_limits *l = q->live->limits;
    bx_einstance *instance = NULL;
    void *ctxs[BX_CORE_TABLES] = {q->wasi, q};
    bx_engine_limits el = {l->memory, l->tables, l->fuel, &q->live->shared->memory};
    if (bx_einstance_new(code, ctxs, BX_CORE_TABLES, &q->ctl, &el, &instance, end) ==
        BX_END_RETURN) {
        memory_changes_hands(true);
        (void)bx_einstance_run(instance, "_start", end);
    }
    memory_changes_hands(false);
    bx_einstance_free(instance);
}

static void run_component(bx_process *q, const bx_emodule *code, bx_outcome *o, bx_eng_end *end)
{
    bx_error err;
    const bx_call call = {.module = q->program->module,
                          .sealed = q->live->call.sealed,
                          .record = q->live->call.record};
    const bx_component_run r = {.call = &call,
                                .code = code,
                                .grant = bx_view_grant(q->view, call.sealed),
                                .limits = q->live->limits,
                                .files = q->live->files,
                                .wasi = q->wasi,
                                .ctl = &q->ctl,
                                .out = o,
                                .args = bx_buf_str(&q->args),
                                .n_args = q->n_args,
                                .env = bx_buf_str(&q->env),
                                .n_env = q->n_env,
                                .cwd = bx_buf_str(&q->begin_cwd),
                                .preopens = q->preopens,
                                .n_preopens = q->n_preopens,
                                .budget = &q->tree->budget,
                                .web = &q->live->shared->web,
                                .memory_used = &q->live->shared->memory,
                                .pid = q->pid};
    if (bx_component_call(&r, end, &err) != BX_OK) {
        end->kind = BX_END_FAILED;
        (void)snprintf(end->msg, sizeof end->msg, "%s", err.msg);
    }
}

static void run(void *arg)
{
    bx_process *q = arg;
    const bx_process *before = current;
    const bx_emodule *code = NULL;
    bx_eng_end end;
    bx_outcome o;
    bx_outcome_init(&o);
    bx_end_init(&end);
    current = q;
    bool core = bx_module_kind(q->program->module) == BX_WASM_CORE;
    if (atomic_load(&q->killed_by) > 0)
        end.kind = BX_END_CANCELLED;
    else if (has_code(q, &code, &end) && core)
        run_core(q, code, &end);
    else if (end.kind == BX_END_RETURN)
        run_component(q, code, &o, &end);
    int32_t exit_code = core ? bx_wasi_exit_code(q->wasi) : end.host_code;
    if (bx_module_is_wrapped(q->program->module) && exit_code != 0)
        exit_code = 1;
    if (end.kind == BX_END_HOST && end.host_code == BX_WASI_SIGPIPE)
        atomic_store(&q->killed_by, 13);
    const bx_limits limits = limits_of(q);
    bx_outcome_from_end(&o, &end, &limits, exit_code);
    settle(q, &o, bx_now_ns());
    bx_outcome_done(&o);
    current = before;
}

void bx_process_run(bx_process *q)
{
    bx_error err;
    q->begin_ns = bx_now_ns();
    if (bx_with_stack(q->stack, run, q, &err) != BX_OK) {
        q->ended = (bx_ended){.kind = BX_ENDED_FAILED, .code = 126};
        keep_error(q, err.msg);
        complain(q);
    }
    bx_jobs_end(q);
    bx_wasi_close_all(q->wasi);
    bx_tree_lock(q->tree);
    bx_tree *t = q->tree;
    bx_process_ended_locked(q);
    bx_tree_unlock(t);
}
