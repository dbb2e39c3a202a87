/* mcp/message.h - JSON-RPC messages of MCP: what one is, and whether its envelope (version,
 * `_meta`, HTTP headers) is in order.  Pure; a message has one owner. */
#ifndef BX_MCP_MESSAGE_H
#define BX_MCP_MESSAGE_H

#include "mcp/server.h"

enum { /* error codes of JSON-RPC and of MCP */
       RPC_PARSE = -32700,
       RPC_INVALID_REQUEST = -32600,
       RPC_NO_METHOD = -32601,
       RPC_INVALID_PARAMS = -32602,
       RPC_INTERNAL = -32603,
       MCP_HEADER_MISMATCH = -32020,
       MCP_MISSING_CAPABILITY = -32021,
       MCP_UNSUPPORTED_VERSION = -32022,
       MCP_BUSY = -31000, /* ours: too much at once */
};

#define META_PREFIX "io.modelcontextprotocol/"

enum { MCP_MAX_ID = 1024, MCP_MAX_BATCH = 256 };

typedef struct mcp_fault { /* why a request gets an error; code 0: none */
    int code, status;
    bx_buf why;  /* words */
    bx_buf data; /* one JSON text, or empty */
} mcp_fault;

struct bx_mcp_message {
    bx_json *doc; /* owned; NULL: there is none */
    bx_mcp_kind kind;
    bool modern, http, may_wait;
    bx_str method;             /* borrowed from `doc`, as the rest */
    const bx_json_val *params; /* an object, or NULL */
    const bx_json_val *meta;   /* its `_meta`, an object, or NULL */
    bx_buf id;                 /* of a request or response, as JSON text; empty: none */
    bx_buf principal;
    mcp_fault fault; /* found already: it is the answer */
    bx_str (*param)(const void *ctx, bx_str name);
    const void *param_ctx;
};

/* A fault; the first one stays.  `status`: what HTTP says. */
void mcp_fault_set(mcp_fault *f, int code, int status, const char *fmt, ...) BX_PRINTF(4, 5);
void mcp_fault_done(mcp_fault *f);

/* The versions that are served, newest first; NULL past the last. */
const char *mcp_version(size_t i);
/* The one of the older era that is meant, or the newest of those. */
const char *mcp_legacy_version(bx_str wanted);

/* A member of `_meta` under io.modelcontextprotocol/; NULL: not there. */
const bx_json_val *mcp_meta(const bx_mcp_message *m, bx_str name);

/* A header's value: visible ASCII, or written as "=?base64?…?=".  False: it is neither. */
bool mcp_header_decode(bx_str value, bx_buf *out);

/* The answer to `id` (JSON text; empty: null) that is this fault. */
bx_code mcp_fault_write(const mcp_fault *f, bx_str id, bx_buf *out);

#endif
