/* mcp/http_address.h - where to listen: addresses as people write them, and the socket.  Any
 * thread; no state. */
#ifndef BX_MCP_HTTP_ADDRESS_H
#define BX_MCP_HTTP_ADDRESS_H

#include <sys/socket.h>

#include "mcp/http_server.h"

typedef struct bx_httpd_address {
    struct sockaddr_storage sa;
    socklen_t n;
} bx_httpd_address;

/* "127.0.0.1:7345", "[::1]:7345", "localhost:7345", "7345": numbers only, nothing is looked up.
 * BX_EINVAL. */
BX_NODISCARD bx_code bx_httpd_address_parse(const char *text, bx_httpd_address *ret, bx_error *err);
bool bx_httpd_sockaddr_is_local(const struct sockaddr *sa); /* 127.0.0.0/8, ::1 */
void bx_httpd_address_print(const bx_httpd_address *a, char ret[BX_HTTPD_MAX_ADDRESS]);

/* A socket that listens there; *ret_at: where that is, the port filled in.  BX_EIO. */
BX_NODISCARD bx_code bx_httpd_listen(const bx_httpd_address *a, int *ret, bx_httpd_address *ret_at,
                                     bx_error *err);

#endif
