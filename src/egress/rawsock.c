#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "egress/internal.h"
#include "egress/wake.h"

enum { ANY_PORT = 443 }; /* networks are blocked whole; the port is judged at connect */

/* ---- an answer on its way from a helper thread ----------------------------------------------- */

typedef struct waiting {
    bx_wake wake;
    bx_http_error e;
    bx_ip ips[BX_EGRESS_MAX_ADDRS];
    size_t n;
} waiting;

static void on_answer(void *ctx, bx_http_error e, const bx_ip *ips, size_t n)
{
    waiting *w = ctx;
    w->e = e;
    w->n = e == BX_HTTP_OK ? n : 0;
    memcpy(w->ips, ips, w->n * sizeof *ips);
    bx_wake_up(&w->wake);
}

static bx_code look_up(bx_egress_scope *s, const char *host, const bx_ctl *ctl, waiting *w,
                       bx_error *err)
{
    bx_lookup *l = NULL;
    bx_code rc = bx_wake_init(&w->wake, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_lookup_start(s->eg->resolver, host, s, on_answer, w, &l, err);
    if (rc == BX_OK)
        rc = bx_wake_wait(&w->wake, ctl, s->deadline_ns, err);
    bx_lookup_cancel(l); /* from here on `w` is ours again */
    bx_wake_done(&w->wake);
    return rc;
}

/* ---- names seen in this scope ---------------------------------------------------------------- */

static bx_code remember(bx_egress_scope *s, const char *host, const bx_ip *ips, size_t n,
                        bx_error *err)
{
    bx_code rc = BX_OK;
    (void)pthread_mutex_lock(&s->lock);
    if (!s->resolved)
        s->resolved = bx_calloc(BX_EGRESS_RESOLVED, sizeof *s->resolved);
    size_t i = 0;
    while (s->resolved && i < s->n_resolved && strcmp(s->resolved[i].host, host) != 0)
        i++;
    if (!s->resolved) {
        rc = bx_fail(err, BX_ENOMEM, "look up '%s'", host);
    } else if (i == BX_EGRESS_RESOLVED) {
        rc =
            bx_fail(err, BX_ELIMIT, "more than %d names looked up in one call", BX_EGRESS_RESOLVED);
    } else {
        bx_resolved *at = &s->resolved[i];
        s->n_resolved += i == s->n_resolved;
        (void)snprintf(at->host, sizeof at->host, "%s", host);
        memcpy(at->ips, ips, n * sizeof *ips);
        at->n = n;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

static bool has_ip(const bx_resolved *r, bx_ip ip)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->ips[i].family == ip.family &&
            memcmp(r->ips[i].b, ip.b, ip.family == 4 ? 4 : 16) == 0)
            return true;
    return false;
}

bx_code bx_egress_resolve(bx_egress_scope *s, bx_str host, const bx_ctl *ctl, bx_ip *out,
                          size_t max, size_t *ret_n, bx_http_error *ret_error, bx_error *err)
{
    bx_host h;
    *ret_error = BX_HTTP_DNS_ERROR;
    bx_code rc = bx_host_normalise(host, &h, err);
    if (rc != BX_OK)
        return rc;
    if (h.is_ip && max > 0) {
        out[0] = h.ip;
        *ret_n = 1;
        *ret_error = BX_HTTP_OK;
        return BX_OK;
    }
    /* A lookup is a message to whoever serves the name, so it needs a right as well. */
    *ret_error = BX_HTTP_REQUEST_DENIED;
    if (!s->net || !bx_net_may_resolve_connect(s->net, bx_str_of(h.text)))
        return bx_fail(err, BX_EDENIED,
                       "no rule allows to look up '%s': connect:tcp://%s:PORT would", h.text,
                       h.text);
    waiting w = {.e = BX_HTTP_OK};
    *ret_error = BX_HTTP_DNS_TIMEOUT;
    rc = look_up(s, h.text, ctl, &w, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "look up '%s'", h.text);
    *ret_error = w.e;
    if (w.e != BX_HTTP_OK)
        return bx_fail(err, bx_http_error_code(w.e), "look up '%s': %s", h.text,
                       bx_http_error_text(w.e));
    size_t n = 0;
    bx_verdict v;
    for (size_t i = 0; i < w.n && n < max; i++) {
        bx_net_check_addr(s->net, w.ips[i], ANY_PORT, &v);
        if (v.allow)
            out[n++] = w.ips[i];
    }
    *ret_error = BX_HTTP_DESTINATION_IP_PROHIBITED;
    if (n == 0)
        return bx_fail(err, BX_EDENIED, "every address of '%s' is in a blocked network", h.text);
    rc = remember(s, h.text, out, n < BX_EGRESS_MAX_ADDRS ? n : BX_EGRESS_MAX_ADDRS, err);
    *ret_error = rc == BX_OK ? BX_HTTP_OK : BX_HTTP_INTERNAL_ERROR;
    if (rc == BX_OK)
        *ret_n = n;
    return rc;
}

void bx_egress_check_connect(bx_egress_scope *s, bx_str proto, bx_ip ip, uint16_t port,
                             bx_verdict *ret)
{
    bx_verdict v;
    bx_scope_check_addr(s, ip, port, &v);
    if (!v.allow || !s->net) {
        *ret = v;
        return;
    }
    char text[46];
    bx_ip_print(ip, text);
    bx_net_check_connect(s->net, proto, bx_str_of(text), port, &v);
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; !v.allow && i < s->n_resolved; i++)
        if (has_ip(&s->resolved[i], ip)) {
            bx_verdict by_name;
            bx_net_check_connect(s->net, proto, bx_str_of(s->resolved[i].host), port, &by_name);
            if (by_name.allow)
                v = by_name;
        }
    (void)pthread_mutex_unlock(&s->lock);
    *ret = v;
}
