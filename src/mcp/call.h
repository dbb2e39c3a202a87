/* mcp/call.h - requests from their arrival to their answer.  Any thread. */
#ifndef BX_MCP_CALL_H
#define BX_MCP_CALL_H

#include "mcp/internal.h"

/* `m` is taken with success.  NULL: out of memory. */
bx_mcp_call *mcp_call_new(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
                          const bx_mcp_sink *sink);
void mcp_call_enter_locked(bx_mcp_call *c); /* into the list of all */
void mcp_call_leave(bx_mcp_call *c);        /* out of it, and freed */
void mcp_call_unpin(bx_mcp_call *c); /* whoever pinned one (with the lock) sends on it, then this */
/* Serve a slow one: here, or on a thread of the server's. */
void mcp_call_start(bx_mcp_call *c);
/* Cancel all that are meant, and answer none of them. */
void mcp_cancel_where(bx_mcp_server *s, bool (*which)(const bx_mcp_call *c, const void *of),
                      const void *of);

/* server.c: work out the answer and close the sink.  True: it stays, as a stream. */
bool mcp_serve(bx_mcp_call *c);
void mcp_answer_fault(bx_mcp_call *c);

#endif
