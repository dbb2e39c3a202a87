/* mcp/workspace.h - the files of a workspace as resources of MCP: file:///workspace/PATH.  Any
 * thread.
 *
 * Every look goes through the tools `glob` and `read` first, as a call of the client's: what rules
 * say of those holds, and is recorded, for resources too.  The bytes of a file are then read with
 * what `read` itself may use. */
#ifndef BX_MCP_WORKSPACE_H
#define BX_MCP_WORKSPACE_H

#include "mcp/ports.h"
#include "vfs/vfs.h"

enum { BX_MCP_MAX_RESOURCE = 16 << 20 }; /* bytes of a file that is read as a resource */

typedef struct bx_mcp_workspace bx_mcp_workspace;

/* `tools`, with `glob` and `read` in it, and `vfs`, what `read` may use, are borrowed. */
BX_NODISCARD bx_code bx_mcp_workspace_new(const bx_mcp_tools *tools, bx_vfs *vfs,
                                          bx_mcp_workspace **ret, bx_error *err);
void bx_mcp_workspace_free(bx_mcp_workspace *w); /* NULL is fine */
BX_DEFINE_AUTO(bx_mcp_workspace, bx_mcp_workspace_free)
const bx_mcp_resources *bx_mcp_workspace_port(const bx_mcp_workspace *w); /* borrowed from `w` */

/* Whether the client of `call` may read the resource `uri` without being asked: what it is, as
 * tools see it, onto `ret_path`.  BX_ENOENT: no, whatever the reason. */
BX_NODISCARD bx_code bx_mcp_workspace_may_read(const bx_mcp_workspace *w, bx_mcp_call *call,
                                               bx_str uri, bx_buf *ret_path, bx_error *err);

/* "/workspace/a b" of "file:///workspace/a%20b", onto `ret`.  BX_ENOENT: not such a URI. */
BX_NODISCARD bx_code bx_mcp_path_of_uri(bx_str uri, bx_buf *ret, bx_error *err);
void bx_mcp_uri_of_path(bx_str path, bx_buf *ret);

#endif
