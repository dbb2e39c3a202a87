/* cli/mcp_http.h - boxagnts mcp --http: listening until a signal ends it. */
#ifndef BX_CLI_MCP_HTTP_H
#define BX_CLI_MCP_HTTP_H

#include "mcp/http_front.h"

#define BX_MCP_HTTP_ADDRESS "127.0.0.1:7345"

typedef struct bx_cli_mcp_http {
    const char *address;      /* NULL: BX_MCP_HTTP_ADDRESS */
    bool no_auth;             /* on loopback only */
    const char *const *hosts; /* --allow-host */
    size_t n_hosts;
    const char *const *origins; /* --allow-origin */
    size_t n_origins;
} bx_cli_mcp_http;

/* "http://127.0.0.1:7345/mcp" for an address as it is given on the command line; BX_EINVAL. */
BX_NODISCARD bx_code bx_mcp_http_url(const char *address, char *ret, size_t cap, bx_error *err);

/* Whether what was asked for may be: before anything is made.  BX_EINVAL. */
BX_NODISCARD bx_code bx_cli_mcp_http_check(const bx_cli_mcp_http *o, bx_error *err);

/* Serve until SIGINT or SIGTERM.  Prints the URL on standard output as soon as it listens; a token
 * that was made, once, on standard error.  `server` is stopped at the end.  Returns an exit code,
 * 0 after a signal. */
int bx_cli_mcp_http_serve(bx_mcp_server *server, const bx_cli_mcp_http *o);

#endif
