/* sandbox/component.h - the component path of a call: WASI 0.2 on the same files, clocks, limits
 * and network guard as the core path. */
#ifndef BX_SANDBOX_COMPONENT_H
#define BX_SANDBOX_COMPONENT_H

#include "base/error.h"
#include "bx_engine.h"

/* Resolve a component's imports against what this runtime offers. */
BX_NODISCARD bx_code bx_component_link(bx_emodule *code, bx_error *err);

#endif
