/* mcp/microhttpd.h - libmicrohttpd, loaded when a server is first made, as libcurl is
 * (egress/curl.h) and for the same reason: only a process that listens pays for it.
 *
 * bx_mhd.MHD_…() may be called only after bx_mhd_load returned BX_OK.  Any thread. */
#ifndef BX_MCP_MICROHTTPD_H
#define BX_MCP_MICROHTTPD_H

#include <microhttpd.h>

#include "base/error.h"

#define BX_MHD_FUNCTIONS(X) \
    X(MHD_add_response_header) \
    X(MHD_create_response_from_buffer) \
    X(MHD_create_response_from_callback) \
    X(MHD_destroy_response) \
    X(MHD_get_connection_info) \
    X(MHD_get_connection_values) \
    X(MHD_get_version) \
    X(MHD_queue_response) \
    X(MHD_quiesce_daemon) \
    X(MHD_start_daemon) \
    X(MHD_stop_daemon)

typedef struct bx_mhd_api {
#define BX_MHD_FIELD(name) __typeof__(name) *name;
    BX_MHD_FUNCTIONS(BX_MHD_FIELD)
#undef BX_MHD_FIELD
} bx_mhd_api;
extern bx_mhd_api bx_mhd; /* written once, by bx_mhd_load */

/* Open and check the library; the first call does it, the others get the same answer.
 * BX_EUNSUPPORTED: there is none, or it is older than 0.9.75. */
BX_NODISCARD bx_code bx_mhd_load(bx_error *err);

#endif
