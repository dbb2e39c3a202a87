/* sandbox/carried.h - modules that are part of the program: their bytes, and code that was compiled
 * when the program was built.  The code is as trusted as the program itself, whose read-only pages
 * it lies in. */
#ifndef BX_SANDBOX_CARRIED_H
#define BX_SANDBOX_CARRIED_H

#include "sandbox/module.h"

typedef struct bx_carried { /* what it points to is there until the process ends and never changes
                             */
    const char *name;       /* for messages; NULL: nothing is carried */
    bx_str wasm;
    bx_str code;            /* of bx_carried_compile; begins at a page; empty: there is none */
    const uint8_t *of_wasm; /* SHA-256 of `wasm` */
} bx_carried;

/* As bx_module_open_lazy.  Where the code does not fit (a call with limits that are compile
 * settings, a processor below the baseline, too little address space) the bytes are compiled, or
 * taken from the cache, as those of any other module. */
BX_NODISCARD bx_code bx_module_carried(bx_runtime *rt, const bx_carried *c, bx_module **ret,
                                       bx_error *err);

/* Compile for every machine of this architecture, with the settings of calls with the default
 * limits; the same bytes give the same code.  It goes onto `out`. */
BX_NODISCARD bx_code bx_carried_compile(bx_str wasm, bx_buf *out, bx_error *err);

/* What bx_carried_compile of this program depends on besides the bytes: the engine's fingerprint,
 * onto `out`. */
BX_NODISCARD bx_code bx_carried_fingerprint(bx_buf *out, bx_error *err);

#endif
