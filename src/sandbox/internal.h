/* sandbox/internal.h - shapes shared by the files of sandbox/, nobody else's business. */
#ifndef BX_SANDBOX_INTERNAL_H
#define BX_SANDBOX_INTERNAL_H

#include "egress/egress.h"
#include "sandbox/call.h"
#include "sandbox/program.h"

struct bx_sealed {
    const bx_program_set *programs; /* borrowed; NULL: none */
    bx_vfs_program *entries;        /* owned; those that are granted, for /bin */
    bx_vfs_programs bin;
    bx_grant *grant; /* owned */
    bx_vfs *vfs;     /* owned */
    bx_buf env;      /* "K=V\0K=V\0" */
    size_t n_env;
    bx_inject *inject; /* one per rule of the grant; texts borrowed from it, values owned */
    bx_buf ca;         /* PEM; what the files of the grant hold */
    bx_clock_mode clock;
    bx_random_mode random;
    uint64_t seed;
};

/* Arguments as one block of NUL-terminated strings; `block` stays empty when there are none. */
BX_NODISCARD bx_code bx_args_pack(const char *const *args, size_t n, bx_buf *block, bx_error *err);

/* What a core module may import.  A call has a context for each, in this order (begin() of call.c).
 */
enum { BX_CORE_TABLES = 2 };
void bx_core_tables(bx_host_table tables[BX_CORE_TABLES]);

/* Whether `m`, whose bytes these are, can be used so, as far as parsing it tells.
 * BX_EUNSUPPORTED: imports nobody provides, a proposal that is off; BX_EINVAL: malformed, or
 * nothing in it to run; BX_ELIMIT. */
BX_NODISCARD bx_code bx_early_check(const bx_module *m, bx_str wasm, const bx_module_use *use,
                                    bx_error *err);

/* Set kind, error text and exit code from how the engine ended it. */
void bx_outcome_from_end(bx_outcome *o, const bx_eng_end *end, const bx_limits *limits,
                         int32_t exit_code);

/* The call took place, but we failed: kind and words. */
void bx_outcome_fail(bx_outcome *o, const char *why);

/* The lowest address the calling thread's stack may grow down to; never too low.  UINTPTR_MAX: it
 * cannot be told. */
uintptr_t bx_stack_low(void);

/* Run fn(arg) with at least `bytes` of stack: here if this thread has that much left, else on
 * a thread of its own, waited for. */
BX_NODISCARD bx_code bx_with_stack(uint64_t bytes, void (*fn)(void *arg), void *arg, bx_error *err);

#endif
