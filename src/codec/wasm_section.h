/* codec/wasm_section.h - a custom section of a WebAssembly module or component, found without
 * parsing anything else (core specification, section 5.5.3; a component's are framed alike).  Pure;
 * any thread. */
#ifndef BX_CODEC_WASM_SECTION_H
#define BX_CODEC_WASM_SECTION_H

#include "base/error.h"

/* The content of the outermost custom section `name`, borrowed from `wasm`; *ret.p NULL: there is
 * none.  BX_EINVAL: the sections are not framed as they have to be, or two have that name. */
BX_NODISCARD bx_code bx_wasm_section_find(bx_str wasm, bx_str name, bx_str *ret, bx_error *err);

#endif
