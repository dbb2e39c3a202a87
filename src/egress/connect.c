#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "egress/internal.h"
#include "os/fd.h"

/* ---- new connections ------------------------------------------------------------------------- */

static bool is_vetted(const bx_egress_request *r, bx_ip ip)
{
    for (size_t i = 0; i < r->n_addrs; i++)
        if (r->addrs[i].family == ip.family &&
            memcmp(r->addrs[i].b, ip.b, ip.family == 4 ? 4 : 16) == 0)
            return true;
    return false;
}

static void forget(bx_egress_scope *s, int fd)
{
    for (size_t i = 0; i < s->n_sockets; i++)
        if (s->sockets[i].fd == fd)
            s->sockets[i--] = s->sockets[--s->n_sockets];
}

/* libcurl closes a socket that was never connected without a word: its number comes again. */
static bool remember(bx_egress_scope *s, int fd)
{
    forget(s, fd);
    bx_socket *more = bx_realloc(s->sockets, (s->n_sockets + 1) * sizeof *more);
    if (!more)
        return false;
    s->sockets = more;
    s->sockets[s->n_sockets++] = (bx_socket){.fd = fd};
    return true;
}

/* The last word before a socket exists: whatever the URL, the resolver or libcurl made of the
 * name, this is the address the kernel would connect to. */
curl_socket_t bx_connect_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
    bx_egress_request *r = ctx;
    bx_ip ip;
    uint16_t port = 0;
    bx_verdict v = {.allow = false, .reason = "not an internet address"};
    if (purpose == CURLSOCKTYPE_IPCXN && bx_ip_of_sockaddr(&a->addr, &ip, &port))
        bx_scope_check_addr(r->scope, ip, port, &v);
    if (v.allow && !is_vetted(r, ip))
        v = (bx_verdict){.allow = false, .reason = "the address is not one of the name's"};
    if (!v.allow) {
        bx_transfer_abort(r, BX_HTTP_DESTINATION_IP_PROHIBITED, v.reason);
        return CURL_SOCKET_BAD;
    }
    r->opened = true;
    int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    if (fd >= 0 && !bx_fd_is_spare(fd)) {
        (void)close(fd);
        bx_transfer_abort(r, BX_HTTP_CONNECTION_LIMIT_REACHED,
                          "the process has too few file descriptors left (ulimit -n)");
        return CURL_SOCKET_BAD;
    }
    if (fd >= 0 && !remember(r->scope, fd)) {
        (void)close(fd);
        bx_transfer_abort(r, BX_HTTP_INTERNAL_ERROR, "out of memory");
        return CURL_SOCKET_BAD;
    }
    return fd;
}

int bx_connect_close(void *ctx, curl_socket_t fd)
{
    forget(ctx, fd);
    return close(fd);
}

/* ---- kept connections ------------------------------------------------------------------------ */

static uint16_t local_port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    bx_ip ip;
    uint16_t port = 0;
    return getsockname(fd, (struct sockaddr *)&a, &len) == 0 &&
                   bx_ip_of_sockaddr((struct sockaddr *)&a, &ip, &port)
               ? port
               : 0;
}

static void look_at_port(bx_socket *s)
{
    if (s->port == 0)
        s->port = local_port_of(s->fd);
}

/* Give the connection that has this port of ours to a request.  False: there is something to read
 * on it. Nothing may come before a request is sent: what is there is the answer to nothing, or the
 * end (RFC 9112 section 9.2).  Not so with HTTP/2, whose frames say what they answer.  A port is
 * not a connection, so all that have it count. */
static bool take_connection(bx_egress_request *r)
{
    bx_egress_scope *s = r->scope;
    bool found = false, clean = true;
    for (size_t i = 0; i < s->n_sockets; i++) {
        bx_socket *at = &s->sockets[i];
        look_at_port(at);
        if (at->port != r->local_port)
            continue;
        struct pollfd p = {.fd = at->fd, .events = POLLIN | POLLRDHUP};
        clean = clean && (r->opened || at->http2 || poll(&p, 1, 0) == 0);
        r->stream = 2 * at->requests++ + 1; /* RFC 9113 section 5.1.1; one exchange at a time */
        found = true;
    }
    return found && clean; /* unsure means no */
}

/* Connected (maybe by an earlier request of this scope), nothing sent yet. */
int bx_connect_ready(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
    (void)local;
    bx_egress_request *r = ctx;
    bx_ip ip;
    bx_verdict v = {.allow = false, .reason = "the connection has no internet address"};
    if (bx_ip_parse(bx_str_of(remote), &ip))
        bx_scope_check_addr(r->scope, ip, (uint16_t)remote_port, &v);
    if (!v.allow) {
        bx_transfer_abort(r, BX_HTTP_DESTINATION_IP_PROHIBITED, v.reason);
        return CURL_PREREQFUNC_ABORT;
    }
    r->local_port = (uint16_t)local_port;
    r->stale = !take_connection(r) && !r->opened;
    if (r->stale)
        return CURL_PREREQFUNC_ABORT;
    bx_ip_print(ip, r->address);
    r->phase = BX_PHASE_WAIT;
    r->phase_ns = bx_now_ns();
    return CURL_PREREQFUNC_OK;
}

bool bx_connect_again(bx_egress_request *r)
{
    bool may = r->stale || (r->not_taken && !r->head && !r->body_begun && !r->tried_again);
    if (!may)
        return false;
    r->tried_again = !r->stale;
    r->stale = r->not_taken = false;
    r->phase = BX_PHASE_CONNECT;
    bx_head_begin(&r->building, false);
    CURLM *multi = r->scope->eg->multi;
    (void)curl_multi_remove_handle(multi, r->easy);
    return curl_easy_setopt(r->easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           curl_multi_add_handle(multi, r->easy) == CURLM_OK;
}

/* libcurl drops what it has read beyond the end of an answer.  Where that had a length it gives the
 * connection up as well; where it had chunks or no body it only remarks on it, and the rest of what
 * was dropped would be the next answer.  Its remarks cost something, so they are off before. */
void bx_connect_watch(bx_egress_request *r, bool http2)
{
    bx_egress_scope *s = r->scope;
    if (!http2)
        (void)curl_easy_setopt(r->easy, CURLOPT_VERBOSE, 1L);
    for (size_t i = 0; http2 && i < s->n_sockets; i++) {
        look_at_port(&s->sockets[i]);
        s->sockets[i].http2 |= s->sockets[i].port == r->local_port;
    }
}

/* RFC 9113 section 6.8: the streams beyond the last one were not looked at.  libcurl 7.88 ends the
 * transfer with a framing error that does not say so. */
static void heard_of_goaway(bx_egress_request *r, bx_str text)
{
    static const char LAST[] = "last_stream=";
    const char *at = memmem(text.p, text.n, LAST, sizeof LAST - 1);
    uint64_t last = 0;
    if (!at)
        return;
    for (bx_str s = bx_str_from(text, (size_t)(at - text.p) + sizeof LAST - 1);
         s.n > 0 && bx_is_digit(s.p[0]) && last < UINT32_MAX; s = bx_str_from(s, 1))
        last = last * 10 + (uint64_t)(s.p[0] - '0');
    r->not_taken = last < r->stream;
}

int bx_connect_remark(CURL *easy, curl_infotype kind, char *text, size_t n, void *ctx)
{
    bx_egress_request *r = ctx;
    bx_str s = {text, n};
    if (kind != CURLINFO_TEXT)
        return 0;
    if (bx_str_starts(s, BX_LIT("Excess found")) ||
        bx_str_starts(s, BX_LIT("Leftovers after chunking")))
        (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    else if (memmem(s.p, s.n, "GOAWAY", 6))
        heard_of_goaway(r, s);
    return 0;
}
