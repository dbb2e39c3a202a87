/* mcp/http_front.h - Streamable HTTP of MCP, both eras on one path: from requests of HTTP to
 * messages of the server's core, and back.  No sockets: requests come from whoever carries them
 * (mcp/http_server.h).  Made and freed by one thread; the service may be used by any. */
#ifndef BX_MCP_HTTP_FRONT_H
#define BX_MCP_HTTP_FRONT_H

#include "mcp/http_guard.h"
#include "mcp/http_server.h"
#include "mcp/server.h"

#define BX_MCP_PATH "/mcp"

typedef struct bx_mcp_front bx_mcp_front;

typedef struct bx_mcp_front_config {
    bx_mcp_server *server;    /* borrowed */
    bx_mcp_guard guard;       /* what it points to is borrowed */
    unsigned sessions;        /* of the older era, at once; 0: 256 */
    unsigned session_idle_ms; /* after which one ends; 0: an hour */
} bx_mcp_front_config;

BX_NODISCARD bx_code bx_mcp_front_new(const bx_mcp_front_config *cfg, bx_mcp_front **ret,
                                      bx_error *err);
bx_httpd_service bx_mcp_front_service(bx_mcp_front *f);
/* All sessions end, and their streams. */
void bx_mcp_front_stop(bx_mcp_front *f);
/* No request may be left: after the carrier is freed and the core stopped (bx_mcp_server_stop),
 * before the core is freed.  NULL is fine. */
void bx_mcp_front_free(bx_mcp_front *f);
BX_DEFINE_AUTO(bx_mcp_front, bx_mcp_front_free)

#endif
