/* codec/wasm_embed.h - a WebAssembly module that carries bytes of somebody else: they lie in its
 * memory when it starts, behind everything that is its own.  Pure; any thread.
 *
 * Read is the binary format of modules (WebAssembly core specification, chapter 5), only as far as
 * sections, types, imports, memories and the counts of what is added to; code is never looked at.
 * Nothing of it is trusted: every count and size is checked against what is there. */
#ifndef BX_CODEC_WASM_EMBED_H
#define BX_CODEC_WASM_EMBED_H

#include "base/buf.h"

typedef struct bx_wasm_embed {
    bx_str mark;  /* stands exactly once in the data of the module; the eight bytes behind it become
                     address and length, 32 bits each, little endian */
    bx_str bytes; /* what is carried; at most BX_WASM_EMBED_MAX */
    bx_str without; /* functions that are imported from this module become functions of its own that
                       do nothing and return `answer`; they have to be the last functions that are
                       imported, so that every other keeps its number.  Empty: all stay */
    uint8_t answer; /* below 64 */
} bx_wasm_embed;

enum { BX_WASM_EMBED_MAX = 64 << 20 };

/* The mark of the modules of ours that carry something, with its NUL. */
#define BX_WASM_EMBED_MARK "boxagnts: the script is here: >"

/* The module `wasm` with `e`, onto `out`.  BX_EINVAL: it is none, or has no memory of its own, no
 * data, no such mark or several; BX_ELIMIT: no room in its memory; BX_EUNSUPPORTED: a memory that
 * is shared or of 64 bits, imports in another order, types that are none of functions. */
BX_NODISCARD bx_code bx_wasm_embed_in(bx_str wasm, const bx_wasm_embed *e, bx_buf *out,
                                      bx_error *err);

#endif
