/* tool/could.h - what a tool could ever do, in plain words: of its manifest and of what its module
 * imports.  Shown before it is accepted.  Pure; any thread. */
#ifndef BX_TOOL_COULD_H
#define BX_TOOL_COULD_H

#include "tool/manifest.h"

/* Lines onto `out`.  `desc`: the root of what bx_module_describe says of the module.  The texts of
 * the manifest are a stranger's: whoever prints them shows them as such. */
void bx_tool_could(const bx_manifest *m, const bx_json_val *desc, bx_buf *out);

/* Its needs alone, a line each. */
void bx_tool_needs_words(const bx_manifest *m, bx_buf *out);

/* One capability: "read and list files at and below /workspace". */
void bx_cap_words(const bx_cap *c, bx_buf *out);

/* BX_EUNSUPPORTED, BX_EINVAL: no call of such a tool could begin, in words. */
BX_NODISCARD bx_code bx_tool_can_run(const bx_manifest *m, const bx_json_val *desc, bx_error *err);

#endif
