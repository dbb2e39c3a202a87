/* mcp/http_sessions.h - the sessions of the older era that HTTP clients opened: so many, and each
 * until nobody has used it for so long.  Any thread. */
#ifndef BX_MCP_HTTP_SESSIONS_H
#define BX_MCP_HTTP_SESSIONS_H

#include "mcp/server.h"

typedef struct bx_mcp_sessions bx_mcp_sessions;

BX_NODISCARD bx_code bx_mcp_sessions_new(bx_mcp_server *server, unsigned max, unsigned idle_ms,
                                         bx_mcp_sessions **ret, bx_error *err);
void bx_mcp_sessions_free(bx_mcp_sessions *t); /* ends those that are left.  NULL is fine */
void bx_mcp_sessions_end_all(bx_mcp_sessions *t);

/* A new one, held for the caller (bx_mcp_session_unref).  Where there are too many, the one that
 * was idle longest goes; BX_ELIMIT: none is idle. */
BX_NODISCARD bx_code bx_mcp_sessions_open(bx_mcp_sessions *t, bx_mcp_session **ret, bx_error *err);
/* The one of that ID, held for the caller; NULL: there is none (any more). */
bx_mcp_session *bx_mcp_sessions_find(bx_mcp_sessions *t, bx_str id);
/* It ends, for its client says so, or never began well. */
void bx_mcp_sessions_end(bx_mcp_sessions *t, bx_mcp_session *session);
/* A stream of it is open, or no longer: it is not idle meanwhile. */
void bx_mcp_sessions_listen(bx_mcp_sessions *t, const bx_mcp_session *session, bool on);

#endif
