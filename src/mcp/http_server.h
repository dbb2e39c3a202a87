/* mcp/http_server.h - listening: connections of HTTP/1.1 with a bound for all that a stranger
 * decides, each on a thread of its own.  libmicrohttpd does it, loaded when a server is made.
 *
 * A server is made and freed by one thread; the service is called on the server's. */
#ifndef BX_MCP_HTTP_SERVER_H
#define BX_MCP_HTTP_SERVER_H

#include "mcp/http_request.h"

typedef struct bx_httpd bx_httpd;

/* Called on the thread of the connection, which has nothing else to do. */
typedef struct bx_httpd_service {
    /* The head of a request is there, its body is not read yet.  To refuse it, answer it
     * (bx_httpd_respond). */
    void (*admit)(void *ctx, bx_httpd_request *r);
    /* All of it is there, and was not answered.  Answer it: before this returns, however long that
     * takes, or later on another thread.  A stream is sent from when this has returned. */
    void (*handle)(void *ctx, bx_httpd_request *r);
    void *ctx;
} bx_httpd_service;

typedef struct bx_httpd_limits { /* zero members: the default */
    unsigned connections;        /* at once (2048); beyond, whoever has sent no whole request yet
                                    makes room, the oldest first, then who is idle */
    unsigned per_address;        /* of one address, loopback apart (64) */
    size_t head_bytes;           /* of one request (32 KiB) */
    size_t body_bytes;           /* of one request (64 MiB) */
    size_t bodies_bytes;         /* of all requests that are being read (256 MiB) */
    unsigned head_ms;            /* from the connection to the end of the first head (10 s) */
    unsigned body_ms;            /* for a body (60 s) */
    unsigned idle_ms;            /* from an answer to the end of the next head (60 s) */
    unsigned keepalive_ms;       /* a comment goes into a stream as silent as this (15 s) */
} bx_httpd_limits;

typedef struct bx_httpd_config {
    bx_httpd_service service;
    const char *address; /* "127.0.0.1:7345", "[::1]:7345", "localhost:7345" (127.0.0.1), "7345"
                            (on 127.0.0.1); port 0: any that is free */
    bx_httpd_limits limits;
} bx_httpd_config;

/* Listens from here on.  BX_EINVAL: no address; BX_EIO: it cannot be had; BX_EUNSUPPORTED: no
 * library; BX_ENOMEM. */
BX_NODISCARD bx_code bx_httpd_new(const bx_httpd_config *cfg, bx_httpd **ret, bx_error *err);

enum { BX_HTTPD_MAX_ADDRESS = 80 };
/* "127.0.0.1:7345", as it is now. */
void bx_httpd_where(const bx_httpd *s, char ret[BX_HTTPD_MAX_ADDRESS]);
/* Whether `address` (as above) can be reached from this machine alone.  BX_EINVAL. */
BX_NODISCARD bx_code bx_httpd_address_is_local(const char *address, bool *ret, bx_error *err);

/* Take no new connection and refuse further requests (503); wait until those that were taken are
 * answered, or `until_ns` (CLOCK_MONOTONIC).  True: they are. */
bool bx_httpd_drain(bx_httpd *s, uint64_t until_ns);
/* Breaks off what is left, telling its handlers that the clients are gone, and closes.  Their
 * answers may still come.  NULL is fine. */
void bx_httpd_free(bx_httpd *s);
BX_DEFINE_AUTO(bx_httpd, bx_httpd_free)

#endif
