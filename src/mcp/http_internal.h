/* mcp/http_internal.h - the inside of a request, for what carries it (http_server.c, tests and the
 * fuzz target).  `lock` guards everything below it; no lock is taken under it but those of the
 * carrier's library. */
#ifndef BX_MCP_HTTP_INTERNAL_H
#define BX_MCP_HTTP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "mcp/http_request.h"

typedef enum bx_httpd_state {
    BX_HTTPD_ASKED,
    BX_HTTPD_ANSWERED, /* whole */
    BX_HTTPD_STREAMING,
    BX_HTTPD_FINISHED /* a stream, all of whose pieces are there */
} bx_httpd_state;

struct bx_httpd_request {
    atomic_uint refs; /* the carrier's, the handler's, and those of whoever looks at it meanwhile */
    bx_str method, path;
    bx_httpd_field fields[BX_HTTPD_MAX_FIELDS];
    size_t n_fields;
    bx_buf body;

    /* The carrier's: told when there is an answer, or more of one.  Called under `lock`. */
    void (*wake)(bx_httpd_request *r);
    void *carrier;

    pthread_mutex_t lock;
    bx_httpd_state state;
    bool owed;              /* the handler has not finished */
    bool forced;            /* answered by the carrier: what the handler says counts no more */
    bool gone;              /* the client is, or is cut off */
    bool slow;              /* it does not read what is pushed: to be cut off */
    bool waiting;           /* the carrier does not look at its socket */
    pthread_cond_t changed; /* for the carrier, by its `wake` */
    int status;
    bx_buf heads; /* "name\0value\0" of each field */
    size_t n_heads;
    bx_buf out;    /* the answer, or what of a stream is not sent yet */
    size_t sent;   /* bytes of `out` that are */
    uint64_t last; /* CLOCK_MONOTONIC: when something was put into the stream */
    void *ctx;
    void (*on_gone)(void *ctx);
    void (*on_done)(void *ctx);
};

/* With two references: the caller's and the handler's.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_httpd_request_new(size_t max_body, bx_httpd_request **ret, bx_error *err);
/* One field; borrowed, for as long as a handler may look at it.  BX_ELIMIT. */
BX_NODISCARD bx_code bx_httpd_request_add(bx_httpd_request *r, bx_str name, bx_str value);
void bx_httpd_request_ref(bx_httpd_request *r);
void bx_httpd_request_unref(bx_httpd_request *r); /* NULL is fine */

/* The client went away; the handler is told, if it still owes something. */
void bx_httpd_request_gone(bx_httpd_request *r);
/* Answer in the handler's place, with 503, or end its stream, whatever is missing.  The handler is
 * not told.  Nothing happens where there is an answer. */
void bx_httpd_request_abort(bx_httpd_request *r);

#endif
