#include "sandbox/call.h"

#include <stdio.h>

#include "base/limits.h"
#include "sandbox/component.h"
#include "sandbox/process.h"

bx_code bx_args_pack(const char *const *args, size_t n, bx_buf *block, bx_error *err)
{
    *block = bx_buf_init(BX_MAX_ARG_BYTES);
    if (n > BX_MAX_ARGS)
        return bx_fail(err, BX_ELIMIT, "%zu arguments; a guest may have at most %d", n,
                       BX_MAX_ARGS);
    for (size_t i = 0; i < n; i++)
        (void)bx_buf_add(block, args[i], strlen(args[i]) + 1);
    return bx_wrap(bx_buf_check(block, err), err, "arguments of the guest");
}

static void on_event(void *ctx, const bx_fs_event *ev)
{
    bx_live *l = ctx;
    bx_record_add_file(l->call.record, ev, bx_process_current());
}

static bx_sink sink_of(int fd)
{
    return (bx_sink){.kind = fd >= 0    ? BX_SINK_FD
                             : fd == -1 ? BX_SINK_CAPTURE
                                        : BX_SINK_DISCARD,
                     .fd = fd};
}

static bx_code start_wasi(bx_live *l, bx_error *err)
{
    const bx_call *c = &l->call;
    const bx_sealed *s = c->sealed;
    bx_code rc = bx_args_pack(c->args, c->n_args, &l->args, err);
    if (rc == BX_OK)
        rc = bx_vfs_session_new(s->vfs, l->limits, c->record ? on_event : NULL, l, &l->files, err);
    if (rc == BX_OK)
        bx_vfs_session_set_ctl(l->files, l->ctl);
    if (rc == BX_OK)
        bx_vfs_session_join(l->files, &l->shared->files);
    if (rc == BX_OK)
        rc = bx_wasi_new(&l->wasi, err);
    if (rc != BX_OK)
        return rc;
    bx_wasi_config cfg = {
        .args = l->args.p,
        .n_args = c->n_args,
        .args_bytes = l->args.n,
        .env = s->env.p,
        .n_env = s->n_env,
        .env_bytes = s->env.n,
        .in = c->in,
        .out = sink_of(c->out_fd),
        .err = sink_of(c->err_fd),
        .clock = s->clock,
        .random = s->random,
        .seed = s->seed,
        .ctl = l->ctl,
        .limits = l->limits,
        .files = l->files,
        .mounts = s->vfs,
        .devices = s->programs != NULL,
    };
    bx_process_init(&l->first, l);
    return bx_wasi_reset(l->wasi, &cfg, err);
}

static bx_code enter(bx_live *l, bx_error *err)
{
    l->begin_ns = bx_now_ns();
    bx_ctl_set_deadline(l->ctl, l->begin_ns + l->limits->wall_ns);
    bx_code rc = bx_ticker_enter(bx_runtime_ticker(bx_module_runtime(l->call.module)),
                                 l->ctl->deadline_ns, err);
    l->in_call = rc == BX_OK;
    return rc;
}

static void leave(bx_live *l)
{
    if (l->in_call)
        bx_ticker_leave(bx_runtime_ticker(bx_module_runtime(l->call.module)));
    l->in_call = false;
}

static const bx_limits *limits_of(const bx_call *c)
{
    return c->limits ? c->limits : bx_grant_limits(c->sealed->grant);
}

static const char *entry_of(const bx_live *l) { return l->call.entry ? l->call.entry : "_start"; }

/* When compiling has to be over.  Whoever gives a call less time than the default means that it is
 * over by then, whatever takes it; the default is for running, and must not end the compiling of a
 * large program, which compile_time bounds. */
static uint64_t compile_until(const bx_limits *l, uint64_t now)
{
    return l->wall_ns < bx_limits_default().wall_ns ? now + l->wall_ns : UINT64_MAX;
}

/* The code.  What ends a call before it has any is an outcome, not an error. */
static bx_code prepare(bx_live *l, bx_eng_end *end, bx_error *err)
{
    const bx_module_use use = {
        .limits = l->limits,
        .ctl = l->ctl,
        .entry = l->call.invoke ? NULL : entry_of(l),
        .end = &end->kind,
    };
    l->begin_ns = bx_now_ns();
    bx_ctl_set_deadline(l->ctl, compile_until(l->limits, l->begin_ns));
    bx_error why;
    bx_code rc = bx_module_code(l->call.module, &use, &l->code, &why);
    if (rc == BX_OK)
        return BX_OK;
    if (end->kind == BX_END_RETURN)
        return bx_fail(err, rc, "%s", why.msg);
    (void)snprintf(end->msg, sizeof end->msg, "%s", why.msg);
    return BX_OK;
}

/* Everything up to and including the instance of a core module.  An instance that does not come to
 * be because of the guest (its memory does not fit, its start function traps) is an outcome, not an
 * error. */
static bx_code begin(bx_live *l, const bx_call *c, bx_outcome *out, bx_eng_end *end, bx_error *err)
{
    l->call = *c;
    l->limits = limits_of(c);
    l->own_ctl = bx_ctl_init(UINT64_MAX);
    l->ctl = c->ctl ? c->ctl : &l->own_ctl;
    l->shared = c->shared ? c->shared : &l->own_shared;
    if (!c->shared) {
        l->own_shared.web.max_requests = l->limits->http_requests;
        l->own_shared.web.max_in = l->limits->http_in;
        l->own_shared.web.max_out = l->limits->http_out;
    }
    l->out = out;
    bx_code rc = start_wasi(l, err);
    if (rc == BX_OK)
        rc = prepare(l, end, err);
    if (rc != BX_OK || end->kind != BX_END_RETURN)
        return rc;
    bool core = bx_module_kind(c->module) == BX_WASM_CORE;
    if (core && !c->invoke && !bx_emodule_has_command(l->code, entry_of(l)))
        return bx_fail(
            err, BX_EINVAL,
            "%s: no exported function '%s' without parameters and results: not a WASI command",
            bx_module_name(c->module), entry_of(l));
    rc = enter(l, err);
    bx_engine_limits el = {l->limits->memory, l->limits->tables, l->limits->fuel,
                           &l->shared->memory};
    void *ctxs[BX_CORE_TABLES] = {l->wasi, &l->first}; /* as bx_core_tables has them */
    if (rc == BX_OK && core)
        (void)bx_einstance_new(l->code, ctxs, BX_CORE_TABLES, l->ctl, &el, &l->instance, end);
    return rc;
}

/* `out` (may be NULL) learns what closing the files that the guest has left open tells. */
static void done(bx_live *l, bx_outcome *out)
{
    bx_process_end_tree(&l->first, NULL);
    leave(l);
    bx_buf_done(&l->first.cwd);
    bx_buf_done(&l->first.answer);
    bx_einstance_free(l->instance);
    bx_wasi_free(l->wasi);
    if (out && l->files) {
        bx_vfs_session_close(l->files);
        out->files.failed_closes = bx_vfs_counters(l->files)->failed_closes;
    }
    bx_vfs_session_free(l->files);
    bx_buf_done(&l->args);
}

/* False: out of memory. */
static bool copy_output(bx_wasi *w, int which, char **ret, size_t *n)
{
    bx_str s = bx_wasi_output(w, which);
    *ret = s.n ? bx_strndup(s.p, s.n) : NULL;
    *n = *ret ? s.n : 0;
    return *ret || s.n == 0;
}

static void fill(bx_live *l, const bx_eng_end *end, bx_outcome *o)
{
    uint64_t now = bx_now_ns();
    const bx_wasi_counters *n = bx_wasi_get_counters(l->wasi);
    bool core = bx_module_kind(l->call.module) == BX_WASM_CORE;
    int32_t code = core ? bx_wasi_exit_code(l->wasi) : end->host_code;
    if (bx_module_is_wrapped(l->call.module) && code != 0)
        code = 1; /* wasi:cli/run knows success and failure */
    bx_outcome_from_end(o, end, l->limits, code);
    bx_process_judge(&l->first, o);
    bx_process_end_tree(&l->first, o);
    o->wall_ns = now - l->begin_ns;
    o->host_ns = n->host_ns + end->host_ns;
    if (o->host_ns > o->wall_ns)
        o->host_ns = o->wall_ns;
    o->guest_ns = o->wall_ns - o->host_ns;
    o->stdin_bytes = n->stdin_bytes;
    o->stdout_bytes = n->stdout_bytes;
    o->stderr_bytes = n->stderr_bytes;
    o->files = *bx_vfs_counters(l->files);
    o->hits.fs_write = o->files.hit_fs_write;
    o->hits.files_created = o->files.hit_files_created;
    o->hits.open_files = o->files.hit_open_files;
    o->hits.dir_entries = o->files.hit_dir_entries;
    bool whole = copy_output(l->wasi, 1, &o->out, &o->out_n);
    whole = copy_output(l->wasi, 2, &o->err, &o->err_n) && whole;
    if (!whole) /* output that is missing must not look like a success */
        bx_outcome_fail(o, "out of memory while keeping the output of the guest");
}

void bx_end_init(bx_eng_end *end)
{
    end->kind = BX_END_RETURN;
    end->host_code = 0;
    end->fuel_used = end->memory_peak = end->host_ns = 0;
    end->memory_refused = end->table_refused = 0;
    end->trap = NULL;
    end->msg[0] = '\0';
}

static void run(bx_live *l, bx_eng_end *end)
{
    if (end->kind == BX_END_RETURN)
        (void)bx_einstance_run(l->instance, entry_of(l), end);
    l->failed = end->kind != BX_END_RETURN;
}

/* A function of a core module, after the initialisation of one that is no command. */
static bx_code invoke_core(bx_live *l, bx_eng_end *end, bx_error *err)
{
    const bx_call *c = &l->call;
    if (end->kind == BX_END_RETURN && bx_emodule_has_command(l->code, "_initialize") &&
        strcmp(c->invoke, "_initialize") != 0)
        (void)bx_einstance_run(l->instance, "_initialize", end);
    if (end->kind != BX_END_RETURN)
        return BX_OK;
    bx_eng_bytes json = {0};
    bx_eng_error e = {0};
    bx_eng_code ec = bx_einstance_invoke(l->instance, c->invoke, c->invoke_args.p, c->invoke_args.n,
                                         &json, end, &e);
    if (ec == BX_ENG_INTERNAL && end->kind != BX_END_RETURN)
        return BX_OK; /* the end tells, and the call took place */
    if (ec != BX_ENG_OK)
        return bx_wrap(bx_from_engine(ec, &e, err), err, "%s", bx_module_name(c->module));
    l->out->result = bx_strndup((const char *)json.p, json.n);
    bx_eng_bytes_free(json);
    return l->out->result ? BX_OK : bx_fail(err, BX_ENOMEM, "result of the call");
}

static bx_code run_component(bx_live *l, bx_eng_end *end, bx_error *err)
{
    const bx_sealed *s = l->call.sealed;
    const bx_component_run r = {.call = &l->call,
                                .code = l->code,
                                .grant = s->grant,
                                .limits = l->limits,
                                .files = l->files,
                                .wasi = l->wasi,
                                .ctl = l->ctl,
                                .out = l->out,
                                .args = bx_buf_str(&l->args),
                                .n_args = l->call.n_args,
                                .env = bx_buf_str(&s->env),
                                .n_env = s->n_env,
                                .cwd =
                                    bx_str_of(bx_grant_cwd(s->grant) ? bx_grant_cwd(s->grant) : ""),
                                .web = &l->shared->web,
                                .memory_used = &l->shared->memory,
                                .pid = 1};
    return bx_component_call(&r, end, err);
}

/* ---- from outside -------------------------------------------------------------------------- */

/* What a signal looks at is made before any can come. */
static bx_code show(bx_live *l, bx_error *err)
{
    bx_call_handle *h = l->call.handle;
    if (!h)
        return BX_OK;
    if (bx_process_be_ready(&l->first) != BX_E_SUCCESS)
        return bx_fail(err, BX_ENOMEM, "processes of the call");
    (void)pthread_mutex_lock(&h->lock);
    h->live = l;
    (void)pthread_mutex_unlock(&h->lock);
    return BX_OK;
}

static void hide(bx_live *l)
{
    bx_call_handle *h = l->call.handle;
    if (!h)
        return;
    (void)pthread_mutex_lock(&h->lock);
    h->live = NULL;
    (void)pthread_mutex_unlock(&h->lock);
}

void bx_call_signal(bx_call_handle *h, unsigned sig)
{
    (void)pthread_mutex_lock(&h->lock);
    if (h->live && sig > 0)
        bx_process_signal_all(&h->live->first, sig);
    if (h->live)
        bx_runtime_tick(bx_module_runtime(h->live->call.module));
    (void)pthread_mutex_unlock(&h->lock);
}

/* ---- in one step --------------------------------------------------------------------------- */

struct job {
    const bx_call *call;
    bx_outcome *out;
    bx_error *err;
    bx_code rc;
};

static void run_whole(void *arg)
{
    struct job *j = arg;
    bx_live l = {.instance = NULL};
    bx_eng_end end;
    bx_end_init(&end);
    j->rc = begin(&l, j->call, j->out, &end, j->err);
    if (j->rc == BX_OK && end.kind == BX_END_RETURN)
        j->rc = show(&l, j->err);
    bool core = bx_module_kind(j->call->module) == BX_WASM_CORE;
    if (j->rc == BX_OK && core && j->call->invoke)
        j->rc = invoke_core(&l, &end, j->err);
    else if (j->rc == BX_OK && core)
        run(&l, &end);
    else if (j->rc == BX_OK && end.kind == BX_END_RETURN)
        j->rc = run_component(&l, &end, j->err);
    hide(&l);
    if (j->rc == BX_OK)
        fill(&l, &end, j->out);
    done(&l, j->rc == BX_OK ? j->out : NULL);
}

bx_code bx_call_run(const bx_call *c, bx_outcome *ret, bx_error *err)
{
    bx_outcome_init(ret);
    struct job j = {c, ret, err, BX_OK};
    bx_code rc = bx_with_stack(limits_of(c)->stack, run_whole, &j, err);
    if (rc == BX_OK)
        rc = j.rc;
    if (rc != BX_OK)
        bx_outcome_done(ret);
    return rc;
}

/* ---- in two steps ---------------------------------------------------------------------- */

bx_code bx_live_new(const bx_call *c, bx_live **ret, bx_outcome *out, bx_error *err)
{
    bx_outcome_init(out);
    if (bx_module_kind(c->module) != BX_WASM_CORE)
        return bx_fail(err, BX_EUNSUPPORTED, "%s: only core modules can be kept alive",
                       bx_module_name(c->module));
    bx_live *l = bx_calloc(1, sizeof *l);
    if (!l)
        return bx_fail(err, BX_ENOMEM, "live call");
    bx_eng_end end;
    bx_end_init(&end);
    bx_code rc = begin(l, c, out, &end, err);
    leave(l);
    if (rc == BX_OK && end.kind == BX_END_RETURN) {
        l->out = NULL;
        *ret = l;
        return BX_OK;
    }
    if (rc == BX_OK) {
        fill(l, &end, out);
        rc = bx_fail(err, BX_EGUEST, "%s",
                     out->error ? out->error : "the instance did not come to be");
    }
    bx_live_free(l);
    return rc;
}

struct live_job {
    bx_live *live;
    bx_eng_end *end;
};

static void run_live(void *arg)
{
    struct live_job *j = arg;
    run(j->live, j->end);
}

void bx_live_run(bx_live *l, bx_outcome *out)
{
    bx_outcome_init(out);
    bx_eng_end end;
    bx_end_init(&end);
    struct live_job j = {l, &end};
    bx_error err;
    if (l->failed) {
        out->error =
            bx_strndup(BX_LIT("the instance has ended").p, BX_LIT("the instance has ended").n);
        return;
    }
    l->out = out;
    if (enter(l, &err) != BX_OK || bx_with_stack(l->limits->stack, run_live, &j, &err) != BX_OK) {
        out->error = bx_strndup(err.msg, strlen(err.msg));
        l->failed = true;
    } else {
        fill(l, &end, out);
    }
    leave(l);
    l->out = NULL;
}

void bx_live_free(bx_live *l)
{
    if (!l)
        return;
    done(l, NULL);
    free(l);
}
