/* mcp/artifacts.h - texts too long for a result, kept for a while so that a client can read them as
 * resources.  Bounded: the oldest ones go first.  Any thread. */
#ifndef BX_MCP_ARTIFACTS_H
#define BX_MCP_ARTIFACTS_H

#include "codec/json.h"

enum {
    MCP_ARTIFACTS_MAX = 256,
    MCP_ARTIFACTS_BYTES = 64 << 20,
};
#define MCP_ARTIFACT_PREFIX "boxagnts://result/"

typedef struct mcp_artifacts mcp_artifacts;

BX_NODISCARD bx_code mcp_artifacts_new(mcp_artifacts **ret, bx_error *err);
void mcp_artifacts_free(mcp_artifacts *a); /* NULL is fine */

/* Keep a copy; its URI, which nobody can guess, goes onto `uri`.  BX_ELIMIT: larger than all may
 * be. */
BX_NODISCARD bx_code mcp_artifacts_add(mcp_artifacts *a, bx_str text, bx_buf *uri, bx_error *err);
/* The member `contents` of a ReadResourceResult.  BX_ENOENT: no longer there, or never was. */
BX_NODISCARD bx_code mcp_artifacts_read(mcp_artifacts *a, bx_str uri, bx_json_out *out,
                                        bx_error *err);

#endif
