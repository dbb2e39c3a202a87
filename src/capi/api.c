/* The embedder's C API (include/boxagnts.h) over the house's own modules. */
#include "boxagnts.h"

#include <stdatomic.h>

#include "app/app.h"
#include "base/version.h"
#include "policy/options.h"
#include "sandbox/call.h"

/* The header mirrors base/codes.def and sandbox/outcomes.def, row by row. */
#define SAME(name) _Static_assert((int)BOXAGNTS_##name == (int)BX_##name, #name)
SAME(OK);
SAME(EINVAL);
SAME(ENOENT);
SAME(EDENIED);
SAME(ELIMIT);
SAME(ENOMEM);
SAME(ETIMEOUT);
SAME(EIO);
SAME(EGUEST);
SAME(EUNSUPPORTED);
SAME(ECANCELLED);
SAME(EINTERNAL);
SAME(ESTATE);
SAME(EUNSAFE);
#undef SAME
#define BX_OUTCOME(name, text, exit_code) \
    _Static_assert((int)BOXAGNTS_##name == (int)BX_OUT_##name, text);
#include "sandbox/outcomes.def"
#undef BX_OUTCOME

struct boxagnts_engine {
    _Atomic uint32_t refs; /* the embedder's, each module's */
    bx_app *app;
};
struct boxagnts_grant {
    bx_grant *building; /* until sealed */
    bx_sealed *sealed;
};
struct boxagnts_module {
    bx_module *m;
    boxagnts_engine *engine; /* a reference */
};
struct boxagnts_cancel {
    bx_ctl ctl;
};
struct boxagnts_outcome {
    bx_outcome o;
    bx_record record;
    bx_buf json;
};

static boxagnts_code report(bx_code rc, const bx_error *e, boxagnts_error *err)
{
    if (rc != BX_OK && err) {
        err->code = (boxagnts_code)rc;
        (void)snprintf(err->message, sizeof err->message, "%s", e->msg);
    }
    return (boxagnts_code)rc;
}

static boxagnts_code refuse(bx_code rc, const char *why, boxagnts_error *err)
{
    bx_error e;
    return report(bx_fail(&e, rc, "%s", why), &e, err);
}

const char *boxagnts_version(void) { return BX_VERSION; }

boxagnts_code boxagnts_engine_new(const boxagnts_engine_options *options, boxagnts_engine **ret,
                                  boxagnts_error *err)
{
    boxagnts_engine_options o = {.struct_size = sizeof o};
    if (options && options->struct_size != sizeof o)
        return refuse(BX_EINVAL, "struct_size of boxagnts_engine_options does not fit this library",
                      err);
    if (options)
        o = *options;
    boxagnts_engine *e = bx_calloc(1, sizeof *e);
    if (!e)
        return refuse(BX_ENOMEM, "engine", err);
    bx_app_config cfg = {.slots = o.slots,
                         .cache_dir = o.wasm_cache_dir,
                         .cache_max = o.wasm_cache_max,
                         .compiler = o.compiler,
                         .compile_here = o.compile_in_process >= 0,
                         .store_dir = o.store_dir,
                         .unknown_imports_trap = o.unknown_imports_trap != 0,
                         .notice = o.notice,
                         .notice_ctx = o.notice_ctx};
    bx_error why;
    bx_code rc = bx_app_new(&cfg, &e->app, &why);
    if (rc != BX_OK) {
        free(e);
        return report(rc, &why, err);
    }
    atomic_store(&e->refs, 1);
    *ret = e;
    return BOXAGNTS_OK;
}

void boxagnts_engine_free(boxagnts_engine *engine)
{
    if (!engine || atomic_fetch_sub(&engine->refs, 1) != 1)
        return;
    bx_app_free(engine->app);
    free(engine);
}

boxagnts_code boxagnts_grant_new(boxagnts_grant **ret, boxagnts_error *err)
{
    boxagnts_grant *g = bx_calloc(1, sizeof *g);
    bx_error why;
    bx_code rc = g ? bx_grant_new(&g->building, &why) : bx_fail(&why, BX_ENOMEM, "grant");
    if (rc != BX_OK) {
        free(g);
        return report(rc, &why, err);
    }
    *ret = g;
    return BOXAGNTS_OK;
}

void boxagnts_grant_free(boxagnts_grant *grant)
{
    if (!grant)
        return;
    bx_grant_free(grant->building);
    bx_sealed_free(grant->sealed);
    free(grant);
}

boxagnts_code boxagnts_grant_option(boxagnts_grant *grant, const char *name, const char *value,
                                    boxagnts_error *err)
{
    bx_option o;
    bx_error why;
    if (!grant->building)
        return refuse(BX_ESTATE, "a sealed grant never changes", err);
    if (!bx_option_find(bx_str_of(name), &o))
        return report(bx_fail(&why, BX_ENOENT, "no run option '%s'", name), &why, err);
    bx_code rc = bx_option_apply(grant->building, o, bx_str_of(value), &why);
    return report(bx_wrap(rc, &why, "%s", name), &why, err);
}

boxagnts_code boxagnts_grant_allow(boxagnts_grant *grant, const char *capability,
                                   boxagnts_error *err)
{
    return boxagnts_grant_option(grant, "allow", capability, err);
}

boxagnts_code boxagnts_grant_mount(boxagnts_grant *grant, const char *host, const char *guest,
                                   boxagnts_error *err)
{
    bx_error why;
    if (!grant->building)
        return refuse(BX_ESTATE, "a sealed grant never changes", err);
    return report(bx_grant_mount(grant->building, bx_str_of(host), bx_str_of(guest), &why), &why,
                  err);
}

boxagnts_code boxagnts_grant_seal(boxagnts_grant *grant, const boxagnts_engine *engine,
                                  boxagnts_error *err)
{
    bx_error why;
    if (!grant->building)
        return refuse(BX_ESTATE, "the grant was sealed already", err);
    bx_code rc = bx_app_protect(engine->app, grant->building, &why);
    if (rc == BX_OK)
        rc = bx_sealed_new(BX_TAKE(grant->building), bx_app_store_dir(engine->app), &grant->sealed,
                           &why);
    return report(rc, &why, err);
}

static boxagnts_code wrap_module(boxagnts_engine *engine, bx_code rc, bx_module *m,
                                 const bx_error *why, boxagnts_module **ret, boxagnts_error *err)
{
    if (rc != BX_OK)
        return report(rc, why, err);
    boxagnts_module *out = bx_calloc(1, sizeof *out);
    if (!out) {
        bx_module_free(m);
        return refuse(BX_ENOMEM, "module", err);
    }
    out->m = m;
    out->engine = engine;
    atomic_fetch_add(&engine->refs, 1);
    *ret = out;
    return BOXAGNTS_OK;
}

boxagnts_code boxagnts_module_open(boxagnts_engine *engine, const char *path, boxagnts_module **ret,
                                   boxagnts_error *err)
{
    bx_limits l = bx_limits_default();
    bx_module *m = NULL;
    bx_error why;
    bx_code rc = bx_module_open(bx_app_runtime(engine->app), path, &l, &m, &why);
    return wrap_module(engine, rc, m, &why, ret, err);
}

boxagnts_code boxagnts_module_from_bytes(boxagnts_engine *engine, const void *wasm, size_t size,
                                         boxagnts_module **ret, boxagnts_error *err)
{
    bx_limits l = bx_limits_default();
    bx_module *m = NULL;
    bx_error why;
    bx_code rc =
        bx_module_from_bytes(bx_app_runtime(engine->app), "module", wasm, size, &l, &m, &why);
    return wrap_module(engine, rc, m, &why, ret, err);
}

void boxagnts_module_free(boxagnts_module *module)
{
    if (!module)
        return;
    bx_module_free(module->m);
    boxagnts_engine_free(module->engine);
    free(module);
}

boxagnts_code boxagnts_cancel_new(boxagnts_cancel **ret, boxagnts_error *err)
{
    boxagnts_cancel *c = bx_calloc(1, sizeof *c);
    bx_error why;
    if (!c)
        return refuse(BX_ENOMEM, "cancel handle", err);
    c->ctl = bx_ctl_init(UINT64_MAX);
    bx_code rc = bx_ctl_make_cancellable(&c->ctl, &why);
    if (rc != BX_OK) {
        free(c);
        return report(rc, &why, err);
    }
    *ret = c;
    return BOXAGNTS_OK;
}

void boxagnts_cancel_now(boxagnts_cancel *cancel) { bx_ctl_cancel(&cancel->ctl); }

void boxagnts_cancel_free(boxagnts_cancel *cancel)
{
    if (!cancel)
        return;
    bx_ctl_done(&cancel->ctl);
    free(cancel);
}

boxagnts_code boxagnts_call_run(boxagnts_module *module, boxagnts_grant *grant,
                                const boxagnts_call *call, boxagnts_outcome **ret,
                                boxagnts_error *err)
{
    boxagnts_call c = {.struct_size = sizeof c};
    if (!grant->sealed)
        return refuse(BX_EINVAL, "seal the grant first: boxagnts_grant_seal", err);
    if (call && call->struct_size != sizeof c)
        return refuse(BX_EINVAL, "struct_size of boxagnts_call does not fit this library", err);
    if (call)
        c = *call;
    boxagnts_outcome *out = bx_calloc(1, sizeof *out);
    if (!out)
        return refuse(BX_ENOMEM, "outcome", err);
    bx_record_init(&out->record);
    bx_call inner = {
        .module = module->m,
        .sealed = grant->sealed,
        .args = c.args,
        .n_args = c.n_args,
        .in = {.kind = c.input_size ? BX_STDIN_BYTES : BX_STDIN_EMPTY,
               .bytes = {c.input, c.input_size}},
        .out_fd = -1,
        .err_fd = -1,
        .ctl = c.cancel ? &c.cancel->ctl : NULL,
        .record = c.record_files ? &out->record : NULL,
        .invoke = c.invoke,
        .invoke_args = {c.invoke_args ? c.invoke_args : "", c.invoke_args ? c.invoke_args_size : 0},
    };
    bx_error why;
    bx_code rc = bx_call_run(&inner, &out->o, &why);
    if (rc != BX_OK) {
        bx_record_done(&out->record);
        free(out);
        return report(rc, &why, err);
    }
    *ret = out;
    return BOXAGNTS_OK;
}

void boxagnts_outcome_free(boxagnts_outcome *outcome)
{
    if (!outcome)
        return;
    bx_outcome_done(&outcome->o);
    bx_record_done(&outcome->record);
    bx_buf_done(&outcome->json);
    free(outcome);
}

boxagnts_outcome_kind boxagnts_outcome_get_kind(const boxagnts_outcome *outcome)
{
    return (boxagnts_outcome_kind)outcome->o.kind;
}

const char *boxagnts_outcome_kind_name(boxagnts_outcome_kind kind)
{
    return bx_outcome_kind_name((bx_outcome_kind)kind);
}

uint32_t boxagnts_outcome_exit_code(const boxagnts_outcome *outcome)
{
    return outcome->o.exit_code;
}

const void *boxagnts_outcome_stdout(const boxagnts_outcome *outcome, size_t *size)
{
    *size = outcome->o.out_n;
    return outcome->o.out;
}

const void *boxagnts_outcome_stderr(const boxagnts_outcome *outcome, size_t *size)
{
    *size = outcome->o.err_n;
    return outcome->o.err;
}

const char *boxagnts_outcome_result(const boxagnts_outcome *outcome) { return outcome->o.result; }

const char *boxagnts_outcome_error(const boxagnts_outcome *outcome) { return outcome->o.error; }

void boxagnts_outcome_usage(const boxagnts_outcome *outcome, boxagnts_usage *ret)
{
    const bx_outcome *o = &outcome->o;
    *ret = (boxagnts_usage){
        .wall_ns = o->wall_ns,
        .guest_ns = o->guest_ns,
        .host_ns = o->host_ns,
        .fuel_used = o->fuel_used,
        .memory_peak_bytes = o->memory_peak,
        .stdin_bytes = o->stdin_bytes,
        .stdout_bytes = o->stdout_bytes,
        .stderr_bytes = o->stderr_bytes,
        .file_bytes_read = o->files.bytes_read,
        .file_bytes_written = o->files.bytes_written,
        .files_created = o->files.files_created,
    };
}

uint64_t boxagnts_outcome_limit_hit(const boxagnts_outcome *outcome, const char *name)
{
    bx_limit_row row;
    for (size_t i = 0; bx_limits_row(i, &row); i++) {
        if (strcmp(row.name, name) == 0)
            return bx_limit_hits_get(&outcome->o.hits, i);
    }
    return 0;
}

const char *boxagnts_outcome_json(boxagnts_outcome *outcome)
{
    if (outcome->json.n == 0) {
        outcome->json = bx_buf_init(SIZE_MAX / 4);
        if (bx_outcome_json(&outcome->o, &outcome->record, &outcome->json, NULL) != BX_OK) {
            bx_buf_done(&outcome->json);
            return NULL;
        }
    }
    return outcome->json.p;
}
