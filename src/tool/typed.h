/* tool/typed.h - a typed component as a tool without a manifest: name, schema and words come from
 * its interface (docs/tools.md, "Typed components").  Parses, runs nothing.  Any thread. */
#ifndef BX_TOOL_TYPED_H
#define BX_TOOL_TYPED_H

#include "tool/manifest.h"

/* Of the component `wasm` whose one function is to be the tool `name`.  It needs nothing, so it may
 * use nothing.  BX_EINVAL: no component, no function that can be called, or several, in words. */
BX_NODISCARD bx_code bx_typed_manifest(bx_str name, bx_str wasm, bx_manifest **ret, bx_error *err);

#endif
