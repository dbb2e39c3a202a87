/* mcp/http_conns.h - the connections of an HTTP server, and the thread that watches over them.
 *
 * A connection's thread does not look at its socket while it works an answer out or waits for one,
 * and the library knows only how long a client was silent.  So a thread notices clients that went
 * away, writes into silent streams, and ends connections whose time is up.  Any thread. */
#ifndef BX_MCP_HTTP_CONNS_H
#define BX_MCP_HTTP_CONNS_H

#include <sys/socket.h>

#include "mcp/http_internal.h"

typedef struct bx_httpd_conns bx_httpd_conns;

typedef struct bx_httpd_conn {
    struct bx_httpd_conn *prev, *next;
    int fd;                       /* open as long as the connection is listed */
    _Atomic uint64_t deadline_ns; /* UINT64_MAX: none; then the socket is shut down */
    uint64_t since;            /* when it was made, or had its last answer; with the list's lock */
    bool known;                /* a whole request of it was let in; with the list's lock */
    bool shed;                 /* it was cut off, to make room; with the list's lock */
    bx_httpd_request *request; /* what it is at; under the list's lock */
    struct sockaddr_storage from; /* ss_family 0: not known */
} bx_httpd_conn;

/* `keepalive_ms`: a comment goes into a stream as silent as this. */
BX_NODISCARD bx_code bx_httpd_conns_new(unsigned keepalive_ms, bx_httpd_conns **ret, bx_error *err);
void bx_httpd_conns_free(bx_httpd_conns *c); /* empty; ends the thread.  NULL is fine */

/* NULL: out of memory. */
bx_httpd_conn *bx_httpd_conns_add(bx_httpd_conns *c, int fd, uint64_t deadline_ns);
void bx_httpd_conns_remove(bx_httpd_conns *c, bx_httpd_conn *conn); /* and frees it */
/* How many there are, without those that were shed; `ret_same` (may be NULL): how many of them come
 * from `from`'s host. */
unsigned bx_httpd_conns_count(bx_httpd_conns *c, const struct sockaddr *from, unsigned *ret_same);
/* Cut one off, so that there is room for another: the oldest of which no whole request was ever let
 * in; where there is none, the one that has been idle longest.  Never one that is being answered.
 * False: there is no such one. */
bool bx_httpd_conns_shed(bx_httpd_conns *c);
/* A whole request of it was let in. */
void bx_httpd_conns_know(bx_httpd_conns *c, bx_httpd_conn *conn);

/* What `conn` is at from here on; NULL: nothing. */
void bx_httpd_conns_at(bx_httpd_conns *c, bx_httpd_conn *conn, bx_httpd_request *r);
/* Until no connection is at anything, or `until_ns`; true: none is. */
bool bx_httpd_conns_wait(bx_httpd_conns *c, uint64_t until_ns);
/* Answer all requests with 503 and end all streams; their handlers are told that the clients went,
 * as far as they can be found. */
void bx_httpd_conns_break(bx_httpd_conns *c);

#endif
