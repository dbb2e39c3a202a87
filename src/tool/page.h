/* tool/page.h - a tool's manifest for people.  Pure; any thread. */
#ifndef BX_TOOL_PAGE_H
#define BX_TOOL_PAGE_H

#include "tool/manifest.h"

/* The tool's page, in Markdown. */
void bx_tool_page(const bx_manifest *m, bx_buf *out);

/* The same facts for a terminal, without the examples' files. */
void bx_tool_text(const bx_manifest *m, bx_buf *out);

/* "wall 10s, memory 16MiB": the limits that differ from the defaults. */
void bx_tool_limits_text(const bx_manifest *m, bx_buf *out);

#endif
