/* sandbox/module.h - a wasm file, compiled for the engines its calls need, imports resolved.
 * Shared by any number of threads; reference counted by its owner alone: free it when no call
 * uses it. */
#ifndef BX_SANDBOX_MODULE_H
#define BX_SANDBOX_MODULE_H

#include "sandbox/runtime.h"

typedef struct bx_module bx_module;

/* What the first eight bytes say (WebAssembly core spec, binary format, magic and version; the
 * component model's layer field). */
typedef enum bx_wasm_kind {
    BX_WASM_NONE,
    BX_WASM_CORE,
    BX_WASM_COMPONENT,
    BX_WASM_TEXT,
    BX_WASM_VERSION
} bx_wasm_kind;
bx_wasm_kind bx_wasm_sniff(const uint8_t *p, size_t n);

/* Read, validate, compile (or take from the cache) and link.  A file the cache remembers is not
 * read but kept open; should its bytes be needed later (calls with other limits) and be others by
 * then, that is BX_EINVAL.  `limits` choose the engine to prepare first; calls with other limits
 * prepare theirs when needed.  Fails with BX_ENOENT, BX_EINVAL (not wasm, truncated), BX_ELIMIT
 * (too large), BX_EUNSUPPORTED (needs what nobody provides; the message lists it). */
BX_NODISCARD bx_code bx_module_open(bx_runtime *rt, const char *path, const bx_limits *limits,
                                    bx_module **ret, bx_error *err);
/* The file is looked at, and what bx_module_open_lazy does is done when it is first asked for:
 * bx_module_ready, before anything else of the module is.  Any thread. */
BX_NODISCARD bx_code bx_module_on_demand(bx_runtime *rt, const char *path, const bx_limits *limits,
                                         bx_module **ret, bx_error *err);
BX_NODISCARD bx_code bx_module_ready(bx_module *m, bx_error *err);
/* As bx_module_open, but code is prepared by the first call, within its deadline and cancel: what
 * only compiling finds out is an error of that call. */
BX_NODISCARD bx_code bx_module_open_lazy(bx_runtime *rt, const char *path, const bx_limits *limits,
                                         bx_module **ret, bx_error *err);
/* The same two of a file that has to hold bytes of this SHA-256, which somebody has judged before.
 * BX_EDENIED: it holds others; of the second, bx_module_ready says so. */
BX_NODISCARD bx_code bx_module_open_judged(bx_runtime *rt, const char *path,
                                           const bx_limits *limits, const uint8_t sum[32],
                                           bx_module **ret, bx_error *err);
void bx_module_expect(bx_module *m, const uint8_t sum[32]); /* on demand, not asked for yet */
/* As bx_module_open from bytes (copied).  `name` is for messages only. */
BX_NODISCARD bx_code bx_module_from_bytes(bx_runtime *rt, const char *name, const uint8_t *p,
                                          size_t n, const bx_limits *limits, bx_module **ret,
                                          bx_error *err);
void bx_module_free(bx_module *m); /* NULL is fine */
BX_DEFINE_AUTO(bx_module, bx_module_free)

/* How it is run.  A component that is nothing but a preview1 command in the wrapping of
 * bx_module_componentize is run as that command (CORE, and wrapped); its exit codes are a
 * component's. */
bx_wasm_kind bx_module_kind(const bx_module *m);
bool bx_module_is_wrapped(const bx_module *m);
bx_runtime *bx_module_runtime(const bx_module *m);
const char *bx_module_name(const bx_module *m);

/* What code is wanted for. */
typedef struct bx_module_use {
    const bx_limits *limits;
    const bx_ctl *ctl; /* ends the waiting, compiling included; NULL: nothing does */
    const char *entry; /* what is to run: an export of a core module, wasi:cli/run of a component;
                          NULL: something else */
    bx_end_kind *end;  /* NULL: not for a call.  Else set where a failure is how the call ends
                          (BX_END_MEMORY, _TABLES, _DEADLINE, _CANCELLED); the error has words */
} bx_module_use;

/* The code for such a use; prepared when first asked for, within compile_time and compile_memory.
 * What parsing can refuse is refused first.  Borrowed from `m`.  Fails as bx_module_open, and with
 * BX_ETIMEOUT and BX_ECANCELLED by `ctl`. */
BX_NODISCARD bx_code bx_module_code(bx_module *m, const bx_module_use *use, const bx_emodule **ret,
                                    bx_error *err);

/* Wrap a core module file as a component: a command when it has `_start`, else a library.  The
 * component's bytes go onto `out`. */
/* A module that begins where its exported function `wizer-initialize` ended (bx_engine_snapshot);
 * it runs without limits, so for modules of ours only. */
BX_NODISCARD bx_code bx_module_snapshot(const char *path, bx_buf *out, bx_error *err);
BX_NODISCARD bx_code bx_module_componentize(const char *path, bx_buf *out, bx_error *err);

/* Read and parse a file, and describe it as one JSON object onto `out` (docs/inspect.md).  Nothing
 * is compiled; time and memory are linear in the file's size. */
BX_NODISCARD bx_code bx_module_describe(const char *path, bx_buf *out, bx_error *err);
/* The same of bytes; `name` is for messages. */
BX_NODISCARD bx_code bx_module_describe_bytes(const char *name, bx_str wasm, bx_buf *out,
                                              bx_error *err);

#endif
