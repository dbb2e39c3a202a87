/* egress/internal.h - what the files of egress/ share.  Not for other folders.
 *
 * Threads.  `I/O` marks what only the thread that drives touches: the I/O thread, or a caller that
 * does its own I/O for a moment (bx_egress_drive); `driven` says that there is one.  `lock` marks
 * what the named mutex guards; the rest is fixed before the object is shared.  No two of our
 * mutexes are held at once, except resolver before egress (a finished lookup is posted). */
#ifndef BX_EGRESS_INTERNAL_H
#define BX_EGRESS_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "egress/curl.h"
#include "egress/egress.h"
#include "egress/head.h"
#include "egress/resolver.h"
#include "egress/ring.h"

enum { BX_EGRESS_OWN_PORTS = 16, BX_EGRESS_RESOLVED = 256, BX_EGRESS_MSG = 512 };

#define BX_SHUT_DOWN "the network was shut down"

typedef enum bx_mail { /* what a request's mail to the I/O thread asks for; bits */
                       BX_MAIL_START = 1u << 0,
                       BX_MAIL_KICK = 1u << 1,     /* there may be room, data or an end: unpause */
                       BX_MAIL_CANCEL = 1u << 2,   /* its owner is gone */
                       BX_MAIL_RESOLVED = 1u << 3, /* answer, n_answer, answer_error are set */
                       BX_MAIL_QUIET = 1u << 4,    /* nobody is woken: its sender drives next */
} bx_mail;

struct bx_egress {
    bx_resolver *resolver;
    char *ca_file;
    uint32_t max_connections;
    uint64_t connect_timeout_ns;
    _Atomic uint32_t own_ports[BX_EGRESS_OWN_PORTS]; /* 0 = free */
    _Atomic uint32_t active;                         /* requests that are under way */
    _Atomic uint32_t refs;                           /* its maker's, each scope's */
    pthread_mutex_t lock;
    pthread_cond_t work;      /* for the I/O thread: there is some, and nobody drives */
    bool started, running;    /* lock; running: mail is taken */
    bool driven;              /* lock; a thread has what is marked I/O */
    bool stop;                /* lock; its maker is gone: no request begins any more */
    pthread_t thread;         /* lock */
    bx_egress_request *inbox; /* lock */
    bx_egress_scope *scopes;  /* lock; those without owner or without anybody */
    CURLM *multi;             /* I/O, its wake-up aside; made with the thread, gone after it */
    bx_egress_request *live;  /* I/O */
};

typedef struct bx_inject_rule {
    bx_url *origin;
    char *name, *value;
} bx_inject_rule;

typedef struct bx_resolved {
    char host[256];
    bx_ip ips[BX_EGRESS_MAX_ADDRS];
    size_t n;
} bx_resolved;

typedef struct bx_socket { /* of a connection, in use or kept */
    int fd;
    uint16_t port; /* ours; 0: not looked at yet */
    bool http2;
    uint32_t requests; /* it has been given */
} bx_socket;

struct bx_egress_scope {
    bx_egress *eg;            /* a reference */
    _Atomic uint32_t refs;    /* its owner's, each request's until that one's owner frees it, the
                                 mail's */
    const bx_net_policy *net; /* NULL denies all */
    bx_str ca;                /* PEM of the grant; empty: the system's store alone */
    bx_buf trust;             /* I/O; the system's and `ca`, once needed */
    uint64_t max_requests, max_in, max_out, deadline_ns;
    bx_inject_rule *inject;
    size_t n_inject;
    bx_egress_event_fn on_event;
    void *event_ctx;
    bx_egress_budget own, *used; /* `own`, or one that is shared */
    bx_egress_joint *joint;      /* or NULL */
    _Atomic uint32_t open;       /* requests not yet freed by their owner */
    _Atomic uint32_t woken;      /* how often a waker of its requests was called */
    pthread_mutex_t event_lock;  /* serialises on_event */
    pthread_mutex_t lock;
    pthread_cond_t idle;   /* live fell to 0 */
    uint32_t live;         /* lock; requests the I/O thread has */
    bx_resolved *resolved; /* lock */
    size_t n_resolved;     /* lock */
    CURLSH *share;         /* I/O; connections and TLS sessions of this scope */
    bx_socket *sockets;    /* I/O */
    size_t n_sockets;
    bx_egress_scope *next; /* egress lock: list of scopes */
};

typedef enum bx_phase { BX_PHASE_LOOKUP, BX_PHASE_CONNECT, BX_PHASE_WAIT, BX_PHASE_BODY } bx_phase;

struct bx_egress_request {
    bx_egress_scope *scope; /* the I/O thread leaves it alone once the request is off its list */
    _Atomic uint32_t refs;  /* the owner's, the I/O thread's, the inbox's */
    /* The request as judged. */
    bx_url *url;
    char *method, *redacted;
    struct curl_slist *headers; /* I/O once started; may hold secrets */
    uint64_t body_length;
    bool is_head, refused; /* refused: before anything was sent */
    uint64_t connect_timeout_ns, first_byte_ns, between_ns, start_ns;
    char rule[256];

    /* Mail. */
    unsigned mail;                     /* egress lock */
    bx_egress_request *next_mail;      /* egress lock */
    bx_ip answer[BX_EGRESS_MAX_ADDRS]; /* written before BX_MAIL_RESOLVED is posted */
    size_t n_answer;
    bx_http_error answer_error;

    /* The transfer: I/O. */
    bx_egress_request *prev, *next; /* live list */
    bool is_live, nudge;
    CURLcode setup; /* the first option that failed */
    CURL *easy;
    bx_lookup *lookup;
    struct curl_slist *pin;
    uint16_t local_port; /* of the connection it has */
    uint32_t stream;     /* its number there, if that speaks HTTP/2 */
    bool opened;         /* a connection of its own was begun */
    bool stale;          /* the kept connection it was given is not to be used */
    bool not_taken;      /* the server went away before it looked at the request */
    bool body_begun;     /* some of the body was handed to libcurl */
    bool tried_again;
    bx_ip addrs[BX_EGRESS_MAX_ADDRS]; /* vetted */
    size_t n_addrs;
    bx_phase phase;
    uint64_t phase_ns; /* when the phase began, or the last byte of the body came */
    uint64_t bytes_in, bytes_out;
    bx_http_error abort_error; /* set by a callback that broke the transfer off */
    char abort_msg[BX_EGRESS_MSG];
    char curl_msg[CURL_ERROR_SIZE];
    char address[46];
    bx_head_builder building;

    /* Shared by the owner and the I/O thread. */
    pthread_mutex_t lock;
    pthread_cond_t quiet; /* waking fell to false */
    bx_egress_waker waker;
    bool armed, waking;
    bx_head *head, *trailers, *infos[BX_HTTP_MAX_INFO];
    size_t n_infos, next_info;
    bx_ring in, out;
    bool recv_paused, send_paused;
    uint64_t out_total;       /* bytes taken from the owner */
    bool out_end, out_closed; /* closed: the server wants no more */
    struct curl_slist *out_trailers;
    bool settled, done; /* error and msg are final; the owner may see it */
    bx_http_error error;
    char msg[BX_EGRESS_MSG];
};

/* egress.c */
/* Start the I/O thread when there is none.  BX_EIO, BX_ENOMEM. */
BX_NODISCARD bx_code bx_egress_ensure_thread(bx_egress *eg, bx_error *err);
/* False: not taken, because the thread ends or has ended.  Only a request's START is lost by that.
 */
bool bx_egress_post(bx_egress *eg, bx_egress_request *r, unsigned mail);
/* Moves one reference of `s`; with refs 0, moves s, and does what is to be done at once where
 * nobody drives.  False: not taken, as above. */
bool bx_egress_post_scope(bx_egress *eg, bx_egress_scope *s);
void bx_egress_unref(bx_egress *eg);
/* Is (ip, port) one of the runtime's own listeners? */
bool bx_egress_is_own(bx_egress *eg, bx_ip ip, uint16_t port);
bool bx_ip_of_sockaddr(const struct sockaddr *sa, bx_ip *ip, uint16_t *port);

/* scope.c */
void bx_scope_unref(bx_egress_scope *s);
/* Nobody has it any more: close its connections and free it.  On the I/O thread while it runs. */
void bx_scope_destroy(bx_egress_scope *s);
/* bx_net_check_addr and own ports. */
void bx_scope_check_addr(bx_egress_scope *s, bx_ip ip, uint16_t port, bx_verdict *ret);
void bx_scope_event(bx_egress_scope *s, const bx_egress_request *r, uint16_t status,
                    bool cancelled);
/* Add to a counter; false (and the hit flag) when that passes its limit. */
bool bx_scope_count_request(bx_egress_scope *s);
bool bx_scope_count_in(bx_egress_scope *s, uint64_t n);
bool bx_scope_count_out(bx_egress_scope *s, uint64_t n);

/* connect.c: callbacks of libcurl and what they lead to; on the I/O thread */
curl_socket_t bx_connect_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *a);
int bx_connect_close(void *scope, curl_socket_t fd);
int bx_connect_ready(void *ctx, char *remote, char *local, int remote_port, int local_port);
int bx_connect_remark(CURL *easy, curl_infotype kind, char *text, size_t n, void *ctx);
/* The answer's head is there: keep the connection only if nothing follows the answer's end. */
void bx_connect_watch(bx_egress_request *r, bool http2);
/* Nothing of it was sent, or taken by the server: begin again on a new connection.  False: that is
 * not so, or it was done before. */
bool bx_connect_again(bx_egress_request *r);

/* trust.c: fill s->trust, where the grant has certificates of its own.  On the I/O thread; false:
 * out of memory. */
bool bx_trust_ready(bx_egress_scope *s);

/* transfer.c: called on the I/O thread */
/* In a callback of libcurl: remember why; the callback's own return value breaks the transfer off.
 * The first one wins. */
void bx_transfer_abort(bx_egress_request *r, bx_http_error e, const char *msg);
void bx_transfer_mail(bx_egress_request *r, unsigned mail);
void bx_transfer_done(bx_egress_request *r, CURLcode rc);
/* End all requests of a scope, or of all when that is NULL. */
void bx_transfer_end_all(bx_egress *eg, const bx_egress_scope *s, const char *why);
/* End what is overdue; the earliest coming deadline of all, CLOCK_MONOTONIC. */
uint64_t bx_transfer_timers(bx_egress *eg, uint64_t now);

/* request.c */
void bx_request_unref(bx_egress_request *r);
/* Call the waker if it is armed.  `r->lock` is held and is let go of in between. */
void bx_request_notify_locked(bx_egress_request *r);
/* Fix how it ended; the first one wins. */
void bx_request_settle(bx_egress_request *r, bx_http_error e, const char *msg);
/* Let the owner see the end.  After the event, so that whoever sees the end finds the event. */
void bx_request_publish(bx_egress_request *r);

/* http_error.c */
bx_http_error bx_http_error_of_url(bx_code rc); /* why bx_url_parse failed */
/* What is wrong with a certificate, by OpenSSL's verify result and libcurl's message, in our words;
 * NULL: something that we have none for. */
const char *bx_certificate_fault(long verify_result, const char *text);
bx_http_error bx_http_error_of_curl(CURLcode rc, long os_errno, bx_phase phase, const char *text);

#endif
