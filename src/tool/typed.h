/* tool/typed.h - a typed component as a tool without a manifest: name, schema and words come from
 * its interface (docs/tools.md, "Typed components").  Parses, runs nothing.  Any thread. */
#ifndef BX_TOOL_TYPED_H
#define BX_TOOL_TYPED_H

#include "tool/manifest.h"

/* Of the component `wasm`.  With one function that can be called the tool takes what that takes;
 * with several it takes {"function": NAME, "arguments": {…}}, and the arguments are judged when
 * they become values.  It needs nothing, so it may use nothing.  BX_EINVAL, in words: no component,
 * or no function. */
BX_NODISCARD bx_code bx_typed_manifest(bx_str name, bx_str wasm, bx_manifest **ret, bx_error *err);

#endif
