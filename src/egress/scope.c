#include "egress/internal.h"
#include "policy/credential.h"

/* ---- injected credentials -------------------------------------------------------------------- */

static bool is_origin_only(const bx_url *u)
{
    return bx_str_eq(u->parts.path, BX_LIT("/")) && u->parts.query.n == 0;
}

static bx_code inject_add(bx_egress_scope *s, const bx_inject *in, bx_error *err)
{
    bx_inject_rule *rule = &s->inject[s->n_inject];
    bx_code rc = bx_url_parse(in->origin, &rule->origin, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "inject for '%.*s'", BX_FMT(in->origin));
    s->n_inject++; /* from here on bx_scope_destroy frees it */
    if (!is_origin_only(rule->origin))
        return bx_fail(err, BX_EINVAL, "inject for '%.*s': name an origin, without a path",
                       BX_FMT(in->origin));
    rc = bx_credential_check(in->origin, in->header, err);
    if (rc == BX_OK) /* the value is a secret: no message quotes it */
        rc = bx_credential_check_value(in->header, in->value, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "inject for '%.*s'", BX_FMT(in->origin));
    rule->name = bx_strndup(in->header.p, in->header.n);
    rule->value = bx_strndup(in->value.p, in->value.n);
    return rule->name && rule->value ? BX_OK : bx_fail(err, BX_ENOMEM, "inject");
}

/* ---- life ------------------------------------------------------------------------------------ */

void bx_scope_destroy(bx_egress_scope *s)
{
    /* No transfer uses it any more. */
    BX_ASSERT(!s->share || curl_share_cleanup(s->share) == CURLSHE_OK);
    free(s->sockets);
    bx_buf_done(&s->trust);
    for (size_t i = 0; i < s->n_inject; i++) {
        bx_url_free(s->inject[i].origin);
        free(s->inject[i].name);
        if (s->inject[i].value)
            explicit_bzero(s->inject[i].value, strlen(s->inject[i].value));
        free(s->inject[i].value);
    }
    free(s->inject);
    free(s->resolved);
    (void)pthread_mutex_destroy(&s->event_lock);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_cond_destroy(&s->idle);
    bx_egress *eg = s->eg;
    free(s);
    bx_egress_unref(eg);
}

void bx_scope_unref(bx_egress_scope *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    /* Its connections are the I/O thread's to close, while there is one. */
    if (!s->share || !bx_egress_post_scope(s->eg, s))
        bx_scope_destroy(s);
}

bx_code bx_egress_scope_new(bx_egress *eg, const bx_egress_scope_cfg *cfg, bx_egress_scope **ret,
                            bx_error *err)
{
    bx_egress_scope *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "egress scope");
    const bx_limits limits = cfg->limits ? *cfg->limits : bx_limits_default();
    s->eg = eg;
    atomic_fetch_add(&eg->refs, 1);
    atomic_store(&s->refs, 1);
    s->net = cfg->net;
    s->used = cfg->budget ? cfg->budget : &s->own;
    s->joint = cfg->joint;
    s->ca = cfg->ca;
    s->max_requests = limits.http_requests;
    s->max_in = limits.http_in;
    s->max_out = limits.http_out;
    s->deadline_ns = cfg->deadline_ns > 0 ? cfg->deadline_ns : UINT64_MAX;
    s->on_event = cfg->on_event;
    s->event_ctx = cfg->event_ctx;
    (void)pthread_mutex_init(&s->event_lock, NULL);
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->idle, NULL);
    bx_code rc = BX_OK;
    if (cfg->n_inject > 0) {
        s->inject = bx_calloc(cfg->n_inject, sizeof *s->inject);
        if (!s->inject)
            rc = bx_fail(err, BX_ENOMEM, "egress scope");
    }
    for (size_t i = 0; rc == BX_OK && i < cfg->n_inject; i++)
        rc = inject_add(s, &cfg->inject[i], err);
    if (rc == BX_OK)
        *ret = s;
    else
        bx_scope_destroy(s);
    return rc;
}

void bx_egress_scope_free(bx_egress_scope *s)
{
    if (!s)
        return;
    if (atomic_load(&s->open) > 0) { /* requests that outlive it are ended */
        atomic_fetch_add(&s->refs, 1);
        if (!bx_egress_post_scope(s->eg, s))
            atomic_fetch_sub(&s->refs, 1);
    }
    (void)pthread_mutex_lock(&s->lock);
    while (s->live > 0)
        (void)pthread_cond_wait(&s->idle, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    bx_scope_unref(s);
}

/* ---- counting -------------------------------------------------------------------------------- */

bx_egress_counters bx_egress_scope_counters(const bx_egress_scope *s)
{
    return (bx_egress_counters){
        .requests = atomic_load(&s->used->requests),
        .bytes_in = atomic_load(&s->used->bytes_in),
        .bytes_out = atomic_load(&s->used->bytes_out),
        .hit_http_requests = atomic_load(&s->used->hit_requests),
        .hit_http_in = atomic_load(&s->used->hit_in),
        .hit_http_out = atomic_load(&s->used->hit_out),
    };
}

static bool count(_Atomic uint64_t *counter, uint64_t n, uint64_t max)
{
    return atomic_fetch_add(counter, n) + n <= max;
}

static bool hit_unless(bool fits, _Atomic uint32_t *hit)
{
    if (!fits)
        (void)atomic_fetch_add(hit, 1);
    return fits;
}

bool bx_scope_count_in(bx_egress_scope *s, uint64_t n)
{
    bool fits = count(&s->used->bytes_in, n, s->max_in);
    if (s->joint)
        fits &= count(&s->joint->bytes_in, n, s->joint->max_in);
    return hit_unless(fits, &s->used->hit_in);
}

bool bx_scope_count_out(bx_egress_scope *s, uint64_t n)
{
    bool fits = count(&s->used->bytes_out, n, s->max_out);
    if (s->joint)
        fits &= count(&s->joint->bytes_out, n, s->joint->max_out);
    return hit_unless(fits, &s->used->hit_out);
}

bool bx_scope_count_request(bx_egress_scope *s)
{
    bool fits = count(&s->used->requests, 1, s->max_requests);
    if (s->joint)
        fits &= count(&s->joint->requests, 1, s->joint->max_requests);
    if (!fits) { /* it is not sent */
        atomic_fetch_sub(&s->used->requests, 1);
        if (s->joint)
            atomic_fetch_sub(&s->joint->requests, 1);
    }
    return hit_unless(fits, &s->used->hit_requests);
}

/* ---- judging and reporting ------------------------------------------------------------------- */

void bx_scope_check_addr(bx_egress_scope *s, bx_ip ip, uint16_t port, bx_verdict *ret)
{
    if (!s->net) {
        *ret = (bx_verdict){.allow = false, .reason = "no network was granted"};
        return;
    }
    /* No rule opens this one: a guest that reaches the runtime's own API speaks for the
     * operator. */
    if (bx_egress_is_own(s->eg, ip, port)) {
        *ret = (bx_verdict){.allow = false, .reason = "the runtime itself listens on this port"};
        return;
    }
    bx_net_check_addr(s->net, ip, port, ret);
}

void bx_scope_event(bx_egress_scope *s, const bx_egress_request *r, uint16_t status, bool cancelled)
{
    if (!s->on_event)
        return;
    const bx_egress_event ev = {
        .method = bx_str_of(r->method),
        .url = bx_str_of(r->redacted),
        .address = bx_str_of(r->address),
        .status = status,
        .bytes_in = r->bytes_in,
        .bytes_out = r->refused ? 0 : r->bytes_out,
        .time_ns = bx_now_ns() - r->start_ns,
        .allowed = !r->refused,
        .rule = bx_str_of(r->rule),
        .error = r->error,
        .reason = bx_str_of(r->msg),
        .cancelled = cancelled,
    };
    (void)pthread_mutex_lock(&s->event_lock);
    s->on_event(s->event_ctx, &ev);
    (void)pthread_mutex_unlock(&s->event_lock);
}
