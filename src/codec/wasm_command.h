/* codec/wasm_command.h - a WebAssembly module that a host is meant to drive by an exported function
 * made into a command: one with `_start`.  Pure; any thread.  The module's own code is not touched;
 * whoever loads the result validates it as any other module. */
#ifndef BX_CODEC_WASM_COMMAND_H
#define BX_CODEC_WASM_COMMAND_H

#include "base/buf.h"
#include "base/error.h"

typedef struct bx_wasm_name {
    bx_str module, name; /* of an import */
} bx_wasm_name;

typedef struct bx_wasm_command {
    bx_str entry;          /* the exported function: no parameters, one i32, the exit code */
    bx_wasm_name from, to; /* an import that is asked for under another name from now on */
} bx_wasm_command;

/* `wasm` (core specification 3.0, 5.5) with an exported `_start` that passes what `entry` returns
 * to wasi_snapshot_preview1.proc_exit, which it has to import; without its custom sections, which
 * nothing needs to run.  BX_EINVAL: it is no such module; BX_ELIMIT, BX_ENOMEM: of `ret`. */
BX_NODISCARD bx_code bx_wasm_as_command(bx_str wasm, const bx_wasm_command *how, bx_buf *ret,
                                        bx_error *err);

#endif
