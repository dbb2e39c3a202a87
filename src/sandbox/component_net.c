/* wasi:http and wasi:sockets for components: the engine's hooks onto src/egress. */
#include "os/fd.h"
#include "sandbox/component_hooks.h"
#include "sandbox/internal.h"

/* ---- wasi:http ------------------------------------------------------------------------------ */

static bx_http_error start(void *ctx, const bx_egress_desc *d, void (*wake)(void *), void *waker,
                           bx_egress_request **ret)
{
    bx_egress_scope *s = bx_way_out_scope(&((bx_component *)ctx)->net);
    bx_egress_waker w = {wake, waker};
    if (!s || bx_egress_start_driven(s, d, w, ret, NULL) != BX_OK)
        return BX_HTTP_INTERNAL_ERROR;
    return BX_HTTP_OK;
}

/* Long enough for an answer from nearby, and short beside a tick: neither deadline nor cancel is
 * looked at meanwhile. */
enum { DRIVE_MS = 2 };

static bool drive(void *ctx, bool later)
{
    const bx_component *c = ctx;
    return c->net.scope && bx_egress_drive(c->net.scope, later ? 0 : DRIVE_MS);
}

const bx_ehttp_hooks bx_component_http = {
    .start = start,
    .free = bx_egress_request_free,
    .poll_head = bx_egress_poll_head,
    .poll_body = bx_egress_poll_body,
    .poll_trailers = bx_egress_poll_trailers,
    .body_write = bx_egress_body_write,
    .body_end = bx_egress_body_end,
    .body_abort = bx_egress_body_abort,
    .error = bx_egress_error,
    .drive = drive,
};

/* ---- wasi:sockets --------------------------------------------------------------------------- */

/* Nothing listens: a guest may bind only the unspecified address and no port of its choice, which
 * is what a client's socket does before it connects. */
static bool may_bind(const uint8_t *addr, size_t n, uint16_t port)
{
    for (size_t i = 0; i < n; i++) {
        if (addr[i] != 0)
            return false;
    }
    return port == 0;
}

static bool is_tcp(bx_esock_use use)
{
    return use == BX_ESOCK_TCP_MAKE || use == BX_ESOCK_TCP_GONE || use == BX_ESOCK_TCP_BIND ||
           use == BX_ESOCK_TCP_CONNECT;
}

/* One more socket: 0, 1 or 2 as the engine's header says. */
static int may_make(bx_component *c, bx_str proto)
{
    const bx_grant *g = c->net.grant;
    if (!bx_net_may_socket(bx_grant_net(g), proto)) {
        const bx_verdict no = {.allow = false};
        bx_record_add_socket(c->record, proto, (bx_ip){.family = 0}, 0, &no);
        return 0;
    }
    if (!bx_fd_any_spare())
        return 0;
    if (c->sockets >= c->limits->sockets) {
        c->sockets_refused++;
        return 2;
    }
    c->sockets++;
    return 1;
}

static int may_reach(bx_component *c, bx_str proto, bx_ip ip, uint16_t port)
{
    bx_egress_scope *s = bx_way_out_scope(&c->net);
    if (!s)
        return 0;
    bx_verdict v;
    bx_egress_check_connect(s, proto, ip, port, &v);
    bx_record_add_socket(c->record, proto, ip, port, &v);
    return v.allow;
}

static int check(void *ctx, bx_esock_use use, const uint8_t *addr, size_t n, uint16_t port)
{
    bx_component *c = ctx;
    bx_str proto = is_tcp(use) ? BX_LIT("tcp") : BX_LIT("udp");
    switch (use) {
    case BX_ESOCK_TCP_MAKE:
    case BX_ESOCK_UDP_MAKE:
        return may_make(c, proto);
    case BX_ESOCK_TCP_GONE:
    case BX_ESOCK_UDP_GONE:
        c->sockets--;
        return 1;
    case BX_ESOCK_RECEIVED:
        c->socket_in += n;
        return 1;
    case BX_ESOCK_SENT:
        c->socket_out += n;
        return 1;
    case BX_ESOCK_TCP_BIND:
    case BX_ESOCK_UDP_BIND:
        return (n == 4 || n == 16) && may_bind(addr, n, port);
    case BX_ESOCK_TCP_CONNECT:
    case BX_ESOCK_UDP_CONNECT:
    case BX_ESOCK_UDP_SEND:
        break;
    }
    if (n != 4 && n != 16)
        return 0;
    bx_ip ip = {.family = n == 4 ? 4 : 6};
    memcpy(ip.b, addr, n);
    return may_reach(c, proto, ip, port);
}

static int resolve(void *ctx, bx_str name, bx_eemit emit, void *sink)
{
    bx_component *c = ctx;
    bx_egress_scope *s = bx_way_out_scope(&c->net);
    bx_ip ips[BX_EGRESS_MAX_ADDRS];
    size_t n = 0;
    bx_http_error why = BX_HTTP_OK;
    if (!s)
        return 4;
    bx_code rc = bx_egress_resolve(s, name, c->ctl, ips, BX_COUNT(ips), &n, &why, NULL);
    for (size_t i = 0; rc == BX_OK && i < n; i++)
        emit(sink, ips[i].b, ips[i].family == 4 ? 4 : 16);
    return rc == BX_OK ? 0 : rc == BX_EDENIED ? 1 : rc == BX_ENOENT ? 2 : rc == BX_ETIMEOUT ? 3 : 4;
}

const bx_esock_hooks bx_component_sock = {.check = check, .resolve = resolve};
