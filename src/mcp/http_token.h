/* mcp/http_token.h - the token of HTTP clients, kept in the home directory.  Any thread. */
#ifndef BX_MCP_HTTP_TOKEN_H
#define BX_MCP_HTTP_TOKEN_H

#include "base/buf.h"

#define BX_MCP_TOKEN_FILE "mcp-token"

/* The token in the file BX_MCP_TOKEN_FILE of the directory `home`, which is made where there is
 * none (256 random bits as base64url, mode 0600; *ret_made).  BX_EUNSAFE: others can read the file,
 * or write to the directory; BX_EINVAL: there is no token in it; BX_EIO. */
BX_NODISCARD bx_code bx_mcp_token(const char *home, bx_buf *ret, bool *ret_made, bx_error *err);

#endif
