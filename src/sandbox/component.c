#include "sandbox/component.h"

#include "sandbox/component_hooks.h"
#include "sandbox/internal.h"
#include "wasi/streams.h"

bx_code bx_component_link(bx_emodule *code, bool traps, bx_error *err)
{
    bx_eng_error e = {0};
    return bx_from_engine(bx_ecomponent_link(code, traps, &e), &e, err);
}

/* ---- standard streams, clocks, randomness ---------------------------------------------------- */

static int read_stdin(void *ctx, void *buf, size_t cap, size_t *n)
{
    return bx_wasi_stdin_now(((bx_component *)ctx)->wasi, buf, cap, n);
}

static int32_t write_out(void *ctx, int which, const void *p, size_t n)
{
    return bx_wasi_write(((bx_component *)ctx)->wasi, which, p, n);
}

static uint64_t now(void *ctx, int clock)
{
    return bx_wasi_now(((bx_component *)ctx)->wasi, clock);
}

static void slept(void *ctx, uint64_t ns) { bx_wasi_slept(((bx_component *)ctx)->wasi, ns); }

static void fill_random(void *ctx, void *p, size_t n)
{
    bx_wasi_random(((bx_component *)ctx)->wasi, p, n);
}

/* ---- the call -------------------------------------------------------------------------------- */

/* "K=V\0K=V\0" -> name, value, name, value. */
static bx_str *split_env(const bx_component_run *r, bx_error *err)
{
    bx_str *list = bx_calloc(2 * r->n_env + 1, sizeof *list);
    if (!list) {
        (void)bx_fail(err, BX_ENOMEM, "variables of the guest");
        return NULL;
    }
    const char *at = r->env.p;
    for (size_t i = 0; i < r->n_env; i++) {
        size_t n = strlen(at);
        const char *eq = memchr(at, '=', n);
        size_t name_n = eq ? (size_t)(eq - at) : n;
        list[2 * i] = (bx_str){at, name_n};
        list[2 * i + 1] = eq ? (bx_str){eq + 1, n - name_n - 1} : BX_LIT("");
        at += n + 1;
    }
    return list;
}

static bx_str *list_args(const bx_component_run *r, bx_error *err)
{
    bx_str *list = bx_calloc(r->n_args + 1, sizeof *list);
    if (!list) {
        (void)bx_fail(err, BX_ENOMEM, "arguments of the guest");
        return NULL;
    }
    const char *at = r->args.p;
    for (size_t i = 0; i < r->n_args; i++) {
        list[i] = bx_str_of(at);
        at += list[i].n + 1;
    }
    return list;
}

static bx_code invoke(const bx_component_run *r, const bx_ecall *ec, bx_eng_end *end, bx_error *err)
{
    const bx_call *c = r->call;
    bx_eng_bytes json = {0};
    bx_eng_error e = {0};
    bx_eng_code rc = bx_ecomponent_invoke(r->code, ec, c->invoke, c->invoke_args.p,
                                          c->invoke_args.n, &json, end, &e);
    if (rc == BX_ENG_OK) {
        end->host_code = 0;
        r->out->result = bx_strndup((const char *)json.p, json.n);
        bx_eng_bytes_free(json);
        return r->out->result ? BX_OK : bx_fail(err, BX_ENOMEM, "result of the call");
    }
    /* It did not return: the end tells, and the call took place. */
    if (rc == BX_ENG_INTERNAL && end->kind != BX_END_RETURN)
        return BX_OK;
    return bx_from_engine(rc, &e, err);
}

/* More than the preview1 adapter of a wrapped program surely takes: it keeps what it is told of
 * arguments and variables in part of one 64 KiB page. */
static bool is_much_for_the_adapter(const bx_ecall *ec)
{
    size_t longest = 0;
    for (size_t i = 0; i < ec->n_args; i++)
        longest = ec->args[i].n > longest ? ec->args[i].n : longest;
    for (size_t i = 0; i < 2 * ec->n_env; i++)
        longest = ec->env[i].n > longest ? ec->env[i].n : longest;
    return longest >= 50000 || ec->n_args >= 6000 || ec->n_env >= 3000;
}

/* What the adapter ends with then says nothing to people. */
static void explain_arguments(const bx_ecall *ec, bx_eng_end *end)
{
    char was[sizeof end->msg];
    if (end->kind != BX_END_TRAP || !end->trap ||
        strcmp(end->trap, "cannot_leave_component") != 0 || !is_much_for_the_adapter(ec))
        return;
    memcpy(was, end->msg, sizeof was);
    (void)snprintf(end->msg, sizeof end->msg,
                   "an argument or variable is too long, or there are too many, for the preview1 "
                   "adapter inside this component (docs/components.md); as a module the program "
                   "takes them: %.1800s",
                   was);
}

static bx_code run(const bx_component_run *r, const bx_ecall *ec, bx_eng_end *end, bx_error *err)
{
    if (r->call->invoke)
        return invoke(r, ec, end, err);
    if (!bx_ecomponent_is_command(r->code))
        return bx_fail(err, BX_EINVAL,
                       "%s: a component without wasi:cli/run; call one of its functions with "
                       "--invoke (inspect lists them)",
                       bx_module_name(r->call->module));
    (void)bx_ecomponent_run(r->code, ec, end);
    explain_arguments(ec, end);
    return BX_OK;
}

static void close_scope(bx_component *c, bx_outcome *out)
{
    out->socket_in = c->socket_in;
    out->socket_out = c->socket_out;
    out->hits.sockets = c->sockets_refused;
    if (!c->net.scope)
        return;
    if (c->is_alone) { /* else it is told once, for all processes */
        bx_egress_counters n = bx_egress_scope_counters(c->net.scope);
        out->http_requests = n.requests;
        out->http_in = n.bytes_in;
        out->http_out = n.bytes_out;
        out->hits.http_requests = n.hit_http_requests;
        out->hits.http_in = n.hit_http_in;
        out->hits.http_out = n.hit_http_out;
    }
    bx_way_out_close(&c->net);
}

bx_code bx_component_call(const bx_component_run *r, bx_eng_end *end, bx_error *err)
{
    const bx_call *call = r->call;
    const bx_sealed *s = call->sealed;
    const bx_limits *l = r->limits;
    BX_AUTOFREE bx_str *env = split_env(r, err);
    BX_AUTOFREE bx_str *args = list_args(r, err);
    if (!env || !args)
        return BX_ENOMEM;
    bx_component c = {
        .sealed = s,
        .limits = l,
        .is_alone = !r->budget,
        .preopens = r->preopens,
        .n_preopens = r->n_preopens,
        .vfs = s->vfs,
        .files = r->files,
        .wasi = r->wasi,
        .ctl = r->ctl,
        .record = call->record,
        .net = {.rt = bx_module_runtime(call->module),
                .sealed = s,
                .grant = r->grant,
                .limits = l,
                .budget = r->budget,
                .web = r->web,
                .deadline_ns = r->ctl->deadline_ns,
                .record = call->record,
                .pid = r->pid},
    };
    bx_ecall ec = {
        .ctx = &c,
        .ctl = r->ctl,
        .limits = {l->memory, l->tables, l->fuel, r->memory_used},
        .args = args,
        .n_args = r->n_args,
        .env = env,
        .n_env = r->n_env,
        .config = r->n_env ? env : NULL,
        .n_config = r->n_env,
        .cwd = r->cwd.n ? &r->cwd : NULL,
        .stdin_read = read_stdin,
        .stdin_fd = bx_wasi_stdin_fd(r->wasi),
        .write = write_out,
        .now = now,
        .slept = bx_wasi_time_is_made_up(r->wasi) ? slept : NULL,
        .random = fill_random,
        .fs = &bx_component_fs,
        .http = &bx_component_http,
        .sock = &bx_component_sock,
        .kv = bx_grant_find(s->grant, BX_CAP_STORE) ? &bx_component_kv : NULL,
    };
    /* Credentials are for requests: where they cannot be sent, nothing begins. */
    bx_code rc = BX_OK;
    if (bx_grant_credentials(s->grant).n > 0)
        (void)bx_way_out_scope(&c.net);
    if (c.net.failed == BX_OK)
        rc = run(r, &ec, end, err);
    close_scope(&c, r->out);
    return rc == BX_OK && c.net.failed != BX_OK ? bx_fail(err, c.net.failed, "%s", c.net.error.msg)
                                                : rc;
}
