/* cli/mcp_http.h - boxagnts mcp --http: its flags, and listening until a signal ends it. */
#ifndef BX_CLI_MCP_HTTP_H
#define BX_CLI_MCP_HTTP_H

#include "cli/command.h"
#include "egress/egress.h"
#include "mcp/http_front.h"

#define BX_MCP_HTTP_ADDRESS "127.0.0.1:7345"

enum {
    BX_FLAG_HTTP = 1100,
    BX_FLAG_NO_AUTH,
    BX_FLAG_ALLOW_HOST,
    BX_FLAG_ALLOW_ORIGIN,
};

/* Rows of the table of flags of `mcp`. */
#define BX_MCP_HTTP_FLAGS \
    {"http", "[ADDR]", \
     "listen on ADDR (default " BX_MCP_HTTP_ADDRESS ") instead of standard input", BX_FLAG_HTTP}, \
        {"no-auth", NULL, "with --http on loopback: ask clients for no token", BX_FLAG_NO_AUTH}, \
        {"allow-host", "NAME", "with --http: go by this name too (the header Host)", \
         BX_FLAG_ALLOW_HOST}, \
    { \
        "allow-origin", "ORIGIN", \
            "with --http: let pages of this origin call: https://app.example.com", \
            BX_FLAG_ALLOW_ORIGIN \
    }

/* "http://127.0.0.1:7345/mcp" for an address as it is given on the command line; BX_EINVAL. */
BX_NODISCARD bx_code bx_mcp_http_url(const char *address, char *ret, size_t cap, bx_error *err);

/* Whether what these flags ask for may be, before anything is made; BX_OK without any of them.
 * BX_EINVAL, BX_EDENIED, BX_ELIMIT. */
BX_NODISCARD bx_code bx_cli_mcp_http_check(const bx_args *a, bx_error *err);

/* Serve until SIGINT or SIGTERM.  Prints the URL on standard output as soon as it listens; a token
 * that was made, once, on standard error.  Nothing that leaves by `way_out` reaches the server,
 * whatever is granted.  `server` is stopped at the end: it can be freed. */
BX_NODISCARD bx_code bx_cli_mcp_http_serve(bx_mcp_server *server, const bx_args *a,
                                           bx_egress *way_out, bx_error *err);

#endif
