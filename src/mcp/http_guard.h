/* mcp/http_guard.h - who may talk to a server on HTTP: names it goes by, pages that may call it,
 * and the token.  Pure; any thread. */
#ifndef BX_MCP_HTTP_GUARD_H
#define BX_MCP_HTTP_GUARD_H

#include "base/error.h"

enum {
    BX_MCP_MAX_NAMES = 32, /* hosts, and origins, that are allowed besides */
    BX_MCP_TOKEN_TEXT = 43 /* 32 random bytes in base64url */
};

typedef struct bx_mcp_guard { /* all borrowed */
    bool local;               /* listens on loopback alone */
    const char *const *hosts; /* "box.example.com": names it is called by */
    size_t n_hosts;
    const char *const *origins; /* "https://app.example.com": pages that may call it */
    size_t n_origins;
    bx_str token; /* empty: nobody needs one */
} bx_mcp_guard;

/* The value of Host, a port included.  On loopback: localhost, 127.0.0.1, [::1]; elsewhere every
 * address too.  A name that is not listed is refused: whoever makes a name of his own point here
 * (DNS rebinding) has a page in the user's browser send it. */
bool bx_mcp_host_allowed(const bx_mcp_guard *g, bx_str host);
/* The value of Origin: a page of this machine (http or https), or a listed one.  "null" is none.
 * With a token the page may be of any port, for it has to know the token; without one it has to be
 * of the port that `host`, the value of Host, names, which is ours: any other program of this
 * machine could show the user a page (RFC 6454 section 4). */
bool bx_mcp_origin_allowed(const bx_mcp_guard *g, bx_str origin, bx_str host);
/* The value of Authorization: "Bearer TOKEN".  The time it takes says nothing about the token. */
bool bx_mcp_token_allowed(const bx_mcp_guard *g, bx_str authorization);

/* A media type ("application/json") in the value of Accept, ranges included, or as that of
 * Content-Type. */
bool bx_mcp_accepts(bx_str accept, bx_str type);
bool bx_mcp_is_type(bx_str content_type, bx_str type);

#endif
