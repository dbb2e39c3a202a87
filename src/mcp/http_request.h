/* mcp/http_request.h - one request of HTTP and its answer, whatever carries it: asked on the thread
 * of its connection, answered on any, whole or as a stream of events.
 *
 * A handler answers each request once: bx_httpd_respond, or bx_httpd_stream and bx_httpd_finish.
 * With that the request is no longer the handler's. */
#ifndef BX_MCP_HTTP_REQUEST_H
#define BX_MCP_HTTP_REQUEST_H

#include "base/buf.h"

typedef struct bx_httpd_request bx_httpd_request;

enum {
    BX_HTTPD_MAX_FIELDS = 96,        /* header fields of one request */
    BX_HTTPD_MAX_ANSWER_FIELDS = 8,  /* of one answer */
    BX_HTTPD_MAX_UNSENT = 1 << 20,   /* bytes of a stream that wait for a slow reader */
    BX_HTTPD_MAX_ANSWER = 128 << 20, /* bytes of one answer */
};

typedef struct bx_httpd_field {
    bx_str name, value;
} bx_httpd_field;

/* ---- what was asked; borrowed, and only while the service's `admit` or `handle` runs ----------
 */

bx_str bx_httpd_method(const bx_httpd_request *r);
bx_str bx_httpd_path(const bx_httpd_request *r); /* without a query */
bx_str bx_httpd_body(const bx_httpd_request *r);
/* How many fields have that name, in any case; *ret: the value of the first, without the blanks
 * around it. */
size_t bx_httpd_find(const bx_httpd_request *r, bx_str name, bx_str *ret);
size_t bx_httpd_field_count(const bx_httpd_request *r);
bx_httpd_field bx_httpd_field_at(const bx_httpd_request *r, size_t i);

/* ---- what belongs to it -----------------------------------------------------------------------
 */

/* `ctx` stays until nothing of the request is used any more, then it is freed by `done` (may be
 * NULL).  `gone` (may be NULL): the client went away before it had its answer; called once at most,
 * on any thread, without a lock; the answer is still owed.  Once at most for one request. */
void bx_httpd_attach(bx_httpd_request *r, void *ctx, void (*gone)(void *ctx),
                     void (*done)(void *ctx));

/* ---- the answer; any thread -------------------------------------------------------------------
 */

/* All of it at once; copied. */
void bx_httpd_respond(bx_httpd_request *r, int status, const bx_httpd_field *fields, size_t n,
                      bx_str body);
/* Begin a stream of events: 200. */
void bx_httpd_stream(bx_httpd_request *r, const bx_httpd_field *fields, size_t n);
/* A piece of it; false: nobody reads, or too slowly (the client is cut off, and soon gone). */
bool bx_httpd_push(bx_httpd_request *r, bx_str piece);
/* The last piece, of any size. */
void bx_httpd_finish(bx_httpd_request *r, bx_str last);

#endif
