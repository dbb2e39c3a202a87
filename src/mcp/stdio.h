/* mcp/stdio.h - MCP on two descriptors: one message a line, in and out.  One at a time in a
 * process; the thread that calls it reads, others help it. */
#ifndef BX_MCP_STDIO_H
#define BX_MCP_STDIO_H

#include "mcp/server.h"

/* Serve until `in` ends or `ctl` (with its cancel handle) is cancelled.  A line longer than
 * BX_MCP_MAX_MESSAGE is refused in words, and what follows it is read.  At the end of `in` calls
 * have a moment to finish; then, and at a cancel at once, they are cancelled.  BX_OK: nothing runs
 * any more, the server may be freed; BX_ETIMEOUT: something did not end in time, so the process
 * has to. BX_EIO: reading failed. */
BX_NODISCARD bx_code bx_mcp_stdio(bx_mcp_server *s, int in, int out, const bx_ctl *ctl,
                                  bx_error *err);

#endif
