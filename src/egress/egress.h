/* egress/egress.h - the only way out: vetted HTTP(S) over libcurl, and the address and name checks
 * for raw sockets.
 *
 * bx_egress          one per process; one I/O thread (started by the first request) makes the
 *                    transfers, unless a caller does so for a moment itself (bx_egress_drive); a
 * few short-lived helper threads look names up. bx_egress_scope    one grant's view in one call:
 * rules, limits, counters, credentials. Connections are reused within one scope only.
 * bx_egress_request  one HTTP exchange, streamed both ways through two 64 KiB buffers.
 *
 * Ownership: each belongs to whoever made it, and may be freed in any order: a request keeps its
 * scope's memory, a scope the process's.  Freeing one ends everything that was made from it and is
 * still under way; what was started last ends first.
 *
 * Threads: every function here may be called from any thread, except that one request belongs to
 * one thread at a time.  No function blocks unless it says so.  Wakers and events run on whichever
 * thread makes the transfers (events also on the thread that started a refused request) and must be
 * quick.
 *
 * Nothing is sent before the URL was judged (bx_net_check_request), nothing is looked up before
 * that either, and nothing is connected to that bx_net_check_addr has not seen: once for every
 * resolved address and again on the socket.  Redirects are never followed here, except by
 * bx_egress_fetch, which judges each hop anew.  RFC 9110, RFC 9112, RFC 9113. */
#ifndef BX_EGRESS_EGRESS_H
#define BX_EGRESS_EGRESS_H

#include <stdatomic.h>

#include "base/buf.h"
#include "bx_types.h"
#include "egress/url.h"
#include "os/ctl.h"
#include "policy/limits.h"

typedef struct bx_egress bx_egress;
typedef struct bx_egress_scope bx_egress_scope;

enum {
    BX_HTTP_MAX_FIELDS = 100,       /* header fields of one message, trailers counted apart */
    BX_HTTP_MAX_HEAD = 64 << 10,    /* bytes of one header section */
    BX_HTTP_MAX_INFO = 8,           /* 1xx responses kept of one exchange; more are dropped */
    BX_EGRESS_BUFFER = 64 << 10,    /* bytes buffered per request and direction */
    BX_EGRESS_SCOPE_REQUESTS = 256, /* requests open at once in one scope */
    BX_EGRESS_MAX_ADDRS = 16,       /* addresses used of one name */
};

const char *bx_http_error_name(bx_http_error e); /* "DNS-timeout"; never NULL */
const char *bx_http_error_text(bx_http_error e); /* "the name lookup took too long" */
bx_code bx_http_error_code(bx_http_error e);     /* what a C caller can do about it */

/* ---- the process ----------------------------------------------------------------------------- */
/* Look `host` up: fill at most `max` addresses and set *n; BX_HTTP_OK or a DNS error.  May block;
 * runs on a helper thread, several at once. */
typedef bx_http_error (*bx_resolve_fn)(void *ctx, const char *host, bx_ip *out, size_t max,
                                       size_t *n);

typedef struct bx_egress_cfg {
    bx_resolve_fn resolve; /* NULL: the system's */
    void *resolve_ctx;
    const char *ca_file;         /* PEM; NULL: the system's trust store */
    uint32_t max_connections;    /* transfers at once, all scopes; 0 = 1024 */
    uint64_t connect_timeout_ns; /* used where a request names none; 0 = 30 s */
} bx_egress_cfg;

/* `cfg` may be NULL; it is copied.  Starts no thread yet. */
BX_NODISCARD bx_code bx_egress_new(const bx_egress_cfg *cfg, bx_egress **ret, bx_error *err);
/* Ends what is under way: requests fail with CONNECTION_TERMINATED (their events and wakers still
 * come), lookups with DNS-error, and none begins any more.  Blocks until the I/O thread has ended
 * and no call of the resolve hook runs.  Scopes and requests stay valid and are freed by their
 * owners.  NULL is fine. */
void bx_egress_free(bx_egress *eg);
BX_DEFINE_AUTO(bx_egress, bx_egress_free)

/* A TCP port this runtime itself listens on: never reachable on any address of this machine,
 * whatever the rules say.  BX_ELIMIT after 16. */
BX_NODISCARD bx_code bx_egress_add_own_port(bx_egress *eg, uint16_t port, bx_error *err);
void bx_egress_remove_own_port(bx_egress *eg, uint16_t port);

/* ---- one call -------------------------------------------------------------------------------- */
/* A credential, set on the wire for requests to `origin` only ("https://api.github.com[:port]");
 * replaces a field of that name the guest may have set. */
typedef struct bx_inject {
    bx_str origin, header, value;
} bx_inject;

typedef struct bx_egress_event {
    bx_str method;
    bx_str url;                   /* without query values, userinfo and fragment; bounded */
    bx_str address;               /* "93.184.216.34" connected to; empty when none was */
    uint16_t status;              /* 0 when there was no response */
    uint64_t bytes_in, bytes_out; /* as counted against http_in and http_out */
    uint64_t time_ns;
    bool allowed;        /* sent, or would have been; false: refused by rule, address or limit */
    bx_str rule;         /* the rule that decided; empty = none matched */
    bx_http_error error; /* BX_HTTP_OK when the exchange completed */
    bx_str reason;       /* the error in words */
    bool cancelled;      /* freed by its owner before the end */
} bx_egress_event;

/* One per request (redirect hops are requests), when it has ended.  Never two at once in one
 * scope; none after bx_egress_scope_free has returned.  Borrowed for the call. */
typedef void (*bx_egress_event_fn)(void *ctx, const bx_egress_event *ev);

typedef struct bx_egress_counters {
    uint64_t requests, bytes_in, bytes_out;
    /* How often a limit refused something. */
    uint32_t hit_http_requests, hit_http_in, hit_http_out;
} bx_egress_counters;

/* What several scopes use up together; zero at first. */
typedef struct bx_egress_budget {
    _Atomic uint64_t requests, bytes_in, bytes_out;
    _Atomic uint32_t hit_requests, hit_in, hit_out;
} bx_egress_budget;

/* What the scopes of a call and of the tools it calls use up together, each of which has limits of
 * its own besides.  `max_…` are set by who makes it. */
typedef struct bx_egress_joint {
    _Atomic uint64_t requests, bytes_in, bytes_out;
    uint64_t max_requests, max_in, max_out;
} bx_egress_joint;

typedef struct bx_egress_scope_cfg {
    const bx_net_policy *net; /* borrowed until bx_egress_scope_free returns; NULL denies all */
    bx_str ca; /* PEM, borrowed as `net` is: trusted besides the system's; may be empty */
    bx_egress_budget *budget; /* counted here, and so against the limits, with other scopes;
                                 borrowed as `net` is; NULL: this one is alone */
    bx_egress_joint *joint;   /* counted here as well; borrowed as `net` is; NULL: nowhere */
    const bx_limits *limits;  /* http_requests, http_in, http_out are copied; NULL = defaults */
    uint64_t deadline_ns;     /* CLOCK_MONOTONIC: no request outlives it; 0 or UINT64_MAX = none */
    const bx_inject *inject;  /* copied */
    size_t n_inject;
    bx_egress_event_fn on_event; /* may be NULL */
    void *event_ctx;
} bx_egress_scope_cfg;

enum { BX_EGRESS_MAX_CA = 1 << 20 }; /* bytes of one file of certificates */

/* Append a PEM file of certificates, checked to hold at least one and nothing that is none.
 * BX_EINVAL, BX_ELIMIT (BX_EGRESS_MAX_CA), BX_EIO; the message names the file. */
BX_NODISCARD bx_code bx_egress_read_ca(const char *path, bx_buf *ret, bx_error *err);

/* Cheap: no thread, no socket, no system call until the first request.  BX_EINVAL: a bad inject
 * rule; BX_EUNSUPPORTED: inject rules on a machine without libcurl. */
BX_NODISCARD bx_code bx_egress_scope_new(bx_egress *eg, const bx_egress_scope_cfg *cfg,
                                         bx_egress_scope **ret, bx_error *err);
/* Requests of it that are not yet freed end (CONNECTION_TERMINATED); they stay valid.  Waits until
 * the last event is out.  NULL is fine. */
void bx_egress_scope_free(bx_egress_scope *s);
BX_DEFINE_AUTO(bx_egress_scope, bx_egress_scope_free)
bx_egress_counters bx_egress_scope_counters(const bx_egress_scope *s); /* of its budget */

/* ---- one request ----------------------------------------------------------------------------- */
/* `fn` is called (with `ctx`, on any thread, bx_egress_start not excluded) after a poll answered
 * PENDING or a write took less than all, once something has changed.  One call stands for both
 * directions: whoever waits on this request polls again.  Spurious calls are possible; none comes
 * after bx_egress_request_free has returned.  It must not call back into this module. */
typedef struct bx_egress_waker {
    void (*fn)(void *ctx);
    void *ctx;
} bx_egress_waker;

/* Judge and start.  Everything is copied.  A request the rules, limits or syntax refuse is NOT an
 * error of this function: it yields a request that has already failed, so that a guest always
 * sees one path: poll_head answers BX_POLL_ERROR at once.  So does one on a machine without
 * libcurl: CONFIGURATION_ERROR, and the message says what to install.  BX_ENOMEM, BX_EIO only. */
BX_NODISCARD bx_code bx_egress_start(bx_egress_scope *s, const bx_egress_desc *d, bx_egress_waker w,
                                     bx_egress_request **ret, bx_error *err);
/* The same for a caller that drives next: the I/O thread is not told until then. */
BX_NODISCARD bx_code bx_egress_start_driven(bx_egress_scope *s, const bx_egress_desc *d,
                                            bx_egress_waker w, bx_egress_request **ret,
                                            bx_error *err);
/* Do I/O on the calling thread, for all requests of the process, for at most `for_ms` milliseconds
 * or until a waker of this scope was called.  A short exchange then needs no other thread: two
 * hand-overs between threads cost more than a request on a fast network.  True: a waker was called,
 * and the I/O thread knows nothing of what is still under way: the caller drives again, or tells it
 * by driving for 0 ms.  False: the I/O thread goes on with what there is, wait for the waker as
 * usual. */
bool bx_egress_drive(bx_egress_scope *s, unsigned for_ms);
/* Cancels what is under way.  NULL is fine. */
void bx_egress_request_free(bx_egress_request *r);
BX_DEFINE_AUTO(bx_egress_request, bx_egress_request_free)

/* Take the place of the waker given at start. */
void bx_egress_set_waker(bx_egress_request *r, bx_egress_waker w);

/* The final response.  Borrowed until the request is freed. */
bx_poll bx_egress_poll_head(bx_egress_request *r, const bx_http_head **ret);
/* The next informational (1xx) response; END once the final one is there.  Optional to call. */
bx_poll bx_egress_poll_info(bx_egress_request *r, const bx_http_head **ret);
/* Up to `cap` (> 0) bytes of the body as the server sent it (content codings are not undone);
 * READY sets *n > 0.  Bytes that came before an error are delivered first. */
bx_poll bx_egress_poll_body(bx_egress_request *r, void *buf, size_t cap, size_t *n);
/* Trailers, ready once poll_body answered END; a response without any: READY with n_fields 0. */
bx_poll bx_egress_poll_trailers(bx_egress_request *r, const bx_http_head **ret);

/* The request's body, for body_length other than BX_BODY_NONE.  *accepted may be less than `n`, 0
 * included: PENDING then, and the waker tells when to go on; READY when all was taken; END when
 * the server wants no more (drop the rest); ERROR. */
bx_poll bx_egress_body_write(bx_egress_request *r, const void *p, size_t n, size_t *accepted);
/* No more.  A body shorter than its body_length is an error of the request.  Trailers (may be
 * NULL, 0) travel with chunked HTTP/1.1 bodies and are dropped elsewhere. */
void bx_egress_body_end(bx_egress_request *r, const bx_http_field *trailers, size_t n);
/* The body's source failed: break the request off (CONNECTION_TERMINATED for the poller). */
void bx_egress_body_abort(bx_egress_request *r);
/* How much a write would take now; 0: PENDING as above.  Not 0 when a write would answer END or
 * ERROR. */
size_t bx_egress_body_room(bx_egress_request *r);

/* Valid after BX_POLL_ERROR.  The message is in words, names no secret, and is borrowed until the
 * request is freed. */
bx_http_error bx_egress_error(bx_egress_request *r, const char **message);

/* ---- a whole exchange, blocking -------------------------------------------------------------- */
typedef struct bx_fetch {
    bx_egress_desc desc;    /* body_length is ignored: `body` says it */
    bx_str body;            /* sent when body.p is not NULL */
    unsigned max_redirects; /* 0: a 3xx is returned as it is; at most BX_MAX_REDIRECTS */
    uint64_t max_body; /* bytes of the answer kept or passed on; more is BX_ELIMIT; 0 = the scope's
                          limit */
    /* When set, gets the body piece by piece on the calling thread (and fetched.body stays empty);
     * false stops the exchange: BX_ECANCELLED.  on_head comes first. */
    bool (*on_body)(void *ctx, bx_str piece);
    bool (*on_head)(void *ctx, const bx_http_head *head);
    void *sink_ctx;
} bx_fetch;

typedef struct bx_fetched {
    bx_egress_request *req;   /* owned; the last hop; keeps `head` alive */
    const bx_http_head *head; /* status is what it is: a 404 is not an error of bx_egress_fetch */
    char *url;                /* owned; where the answer came from */
    unsigned redirects;       /* hops followed */
    bx_http_error error;      /* set when the call failed */
    char *body;               /* owned */
    size_t n_body;
} bx_fetched;

/* Blocks until the exchange is over, the deadline passes or `ctl` is cancelled (BX_ETIMEOUT,
 * BX_ECANCELLED).  Redirects (RFC 9110 section 15.4): each hop is judged as a request of its own,
 * https to http is refused, credentials and `secret` fields are dropped when the origin
 * changes, 303 and a POST under 301/302 turn into GET.  On failure only ret->error is set. */
BX_NODISCARD bx_code bx_egress_fetch(bx_egress_scope *s, const bx_fetch *f, const bx_ctl *ctl,
                                     bx_fetched *ret, bx_error *err);
void bx_fetched_done(bx_fetched *f);

/* ---- raw sockets ----------------------------------------------------------------------------- */
/* Look a name up for wasi:sockets: only names a connect: rule mentions, and only addresses the
 * blocked networks leave over; an IP literal is answered without a lookup.  Blocks; runs until
 * `ctl` stops it.  *ret_error tells the guest's side of a failure: BX_EDENIED
 * (REQUEST_DENIED, or DESTINATION_IP_PROHIBITED: every address was blocked), BX_ENOENT, BX_EIO,
 * BX_ETIMEOUT, BX_ECANCELLED.  A success is remembered for bx_egress_check_connect. */
BX_NODISCARD bx_code bx_egress_resolve(bx_egress_scope *s, bx_str host, const bx_ctl *ctl,
                                       bx_ip *out, size_t max, size_t *ret_n,
                                       bx_http_error *ret_error, bx_error *err);
/* May a raw socket be connected (tcp) or send (udp) there?  Yes if a connect: rule names the
 * address, or names a host that bx_egress_resolve answered with it in this scope; never to a
 * blocked network or an own port. */
void bx_egress_check_connect(bx_egress_scope *s, bx_str proto, bx_ip ip, uint16_t port,
                             bx_verdict *ret);

#endif
