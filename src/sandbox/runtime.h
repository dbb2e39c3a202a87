/* sandbox/runtime.h - what all calls of a process share: engines, the epoch ticker, the cache
 * of compiled code.  Made once, used by any thread, freed when no call runs and no module is
 * left. */
#ifndef BX_SANDBOX_RUNTIME_H
#define BX_SANDBOX_RUNTIME_H

#include "bx_engine.h"
#include "egress/egress.h"
#include "policy/limits.h"
#include "sandbox/cache.h"
#include "sandbox/ticker.h"

typedef struct bx_runtime bx_runtime;

typedef struct bx_runtime_config {
    uint32_t slots;        /* instances alive at once in the pool; 0 = allocate on demand */
    const char *cache_dir; /* compiled code; NULL = none.  Refused when others can write to it */
    const char *key_dir;   /* where the key that authenticates the cache lives; NULL = cache_dir */
    uint64_t cache_max;    /* bytes kept in the cache; 0 = BX_CACHE_MAX */
    bool cache_later; /* made and opened when code is first looked for there: what it is refused for
                         is a notice then, and there is none */
    uint32_t compile_threads;  /* 0 or 1: on the calling thread.  More: on a pool of the process,
                                  whose threads do not survive fork */
    bool unknown_imports_trap; /* functions nobody provides end a guest when it calls them; false:
                                  a module that imports them is refused */
    const char *compiler; /* the program `boxagnts`, started again to compile within limits of its
                             own (sandbox/compile.h); NULL: only code of the cache runs, unless */
    bool compile_here;    /* it is compiled in this process, where no limit, deadline or cancel
                             reaches the compiler: for modules that are trusted */
    bool by_signal;       /* bx_ticker_by_signal */
    bx_egress *egress;    /* the way out, lent by whoever put the process together; it must outlive
                             the runtime.  NULL: no call has a network */
    void (*notice)(void *ctx, const char *text); /* a line for the operator; may be NULL */
    void *notice_ctx;
} bx_runtime_config;

/* `cfg` is copied. */
BX_NODISCARD bx_code bx_runtime_new(const bx_runtime_config *cfg, bx_runtime **ret, bx_error *err);
void bx_runtime_free(bx_runtime *rt); /* NULL is fine */
BX_DEFINE_AUTO(bx_runtime, bx_runtime_free)

/* The engine whose compile settings these limits need: fuel or not, and the stack size; `alone`:
 * the one of them without a pool, which loads the same code.  Made when first asked for; lives as
 * long as the runtime.  *ret_index numbers it from 0. */
BX_NODISCARD bx_code bx_runtime_engine(bx_runtime *rt, const bx_limits *limits, bool alone,
                                       bx_engine **ret, size_t *ret_index, bx_error *err);
enum { BX_MAX_ENGINES = 16 };

const char *bx_engine_version(void); /* of Wasmtime: "48.0.8" */

/* What that engine was made from. */
bx_engine_config bx_runtime_engine_config(const bx_runtime *rt, const bx_limits *limits);
const char *bx_runtime_compiler(const bx_runtime *rt); /* NULL: there is none */
bool bx_runtime_compiles_here(const bx_runtime *rt);   /* what it is to do then */

bx_ticker *bx_runtime_ticker(bx_runtime *rt);
void bx_runtime_tick(bx_runtime *rt); /* now, once; any thread */
/* The way out as lent; NULL when there is none. */
bx_egress *bx_runtime_egress(bx_runtime *rt);
bool bx_runtime_unknown_imports_trap(const bx_runtime *rt);
bx_cache *bx_runtime_cache(bx_runtime *rt); /* NULL when there is none; opens it, see above */

/* An error of the engine as one of ours. */
bx_code bx_from_engine(bx_eng_code code, const bx_eng_error *e, bx_error *err);

#endif
