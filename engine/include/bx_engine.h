/* bx_engine.h - Wasmtime behind a narrow C border.  No policy, no I/O of its own:
 * whatever a guest may do is done by the C functions handed in here.
 *
 * Ownership: every `_new/_load/_compile` result belongs to the caller; free functions
 * accept NULL.  Threads: engines and modules may be shared; an instance belongs to one
 * thread at a time; bx_engine_tick may be called from any thread or signal handler.
 * Panics: the crate is built with panic=abort, so no unwinding ever crosses this border;
 * conditions a guest or an input can cause are reported as values, never as panics. */
#ifndef BX_ENGINE_H
#define BX_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bx_engine bx_engine;       /* compile settings + allocator */
typedef struct bx_emodule bx_emodule;     /* compiled code of a core module or component */
typedef struct bx_einstance bx_einstance; /* one store with one core instance */

typedef enum bx_eng_code {
    BX_ENG_OK = 0,
    BX_ENG_INVALID,     /* not wasm, truncated, or fails validation */
    BX_ENG_UNSUPPORTED, /* valid, but needs what this build does not do */
    BX_ENG_IMPORT,      /* imports nobody provides; the message lists them */
    BX_ENG_EXPORT,      /* asked-for export missing or of another type */
    BX_ENG_ARGUMENT,    /* JSON arguments of a typed call do not fit; message has the path */
    BX_ENG_LIMIT,       /* over a limit of the engine or of the call */
    BX_ENG_STALE,       /* serialised code of another version or other settings */
    BX_ENG_NOMEM,
    BX_ENG_INTERNAL,
} bx_eng_code;

typedef struct bx_eng_error {
    bx_eng_code code;
    char msg[2048]; /* NUL-terminated UTF-8 */
} bx_eng_error;

typedef struct bx_eng_bytes { /* owned by the caller: bx_eng_bytes_free */
    uint8_t *p;
    size_t n;
} bx_eng_bytes;
void bx_eng_bytes_free(bx_eng_bytes b);

/* ---- engine ---------------------------------------------------------------------- */
typedef struct bx_engine_config {
    uint32_t slots;           /* pooled instances at once; 0 = allocate on demand */
    uint32_t fuel;            /* 1: compile with fuel counters */
    uint64_t max_wasm_stack;  /* bytes of host stack a guest may use */
    uint64_t memory_max;      /* bytes one linear memory may ever reach, <= 4 GiB */
    uint64_t table_max;       /* elements one table may ever reach */
    uint64_t keep_resident;   /* bytes of a slot zeroed by hand instead of by the kernel */
    uint32_t warm_slots;      /* unused slots kept with their module's image */
    uint32_t compile_threads; /* 0 or 1: compile on the calling thread */
} bx_engine_config;

/* With `slots` > 0 and too little address space, falls back to on-demand allocation:
 * bx_engine_is_pooled tells. */
bx_eng_code bx_engine_new(const bx_engine_config *cfg, bx_engine **ret, bx_eng_error *err);
void bx_engine_free(bx_engine *e);
int bx_engine_is_pooled(const bx_engine *e);

/* One epoch tick; async-signal-safe.  Running guests look at their call's ctl then. */
void bx_engine_tick(const bx_engine *e);

/* A text that changes whenever serialised code stops being interchangeable: engine
 * version, settings, target and CPU features.  Static storage of `e`. */
const char *bx_engine_fingerprint(const bx_engine *e);

/* "48.0.8" */
const char *bx_engine_wasmtime_version(void);

/* ---- code ------------------------------------------------------------------------ */
typedef enum bx_code_kind { BX_CODE_CORE = 1, BX_CODE_COMPONENT = 2 } bx_code_kind;

/* Validate and compile; *ret is serialised code for bx_engine_load.  Takes milliseconds
 * to seconds. */
bx_eng_code bx_engine_compile(const bx_engine *e, bx_code_kind kind, const uint8_t *wasm, size_t n,
                              bx_eng_bytes *ret, bx_eng_error *err);

/* Load what bx_engine_compile made.  The bytes are executable machine code: the caller
 * vouches that they are exactly what an engine of this build once produced.  The bytes
 * are copied. */
bx_eng_code bx_engine_load(const bx_engine *e, bx_code_kind kind, const uint8_t *code, size_t n,
                           bx_emodule **ret, bx_eng_error *err);
void bx_emodule_free(bx_emodule *m);

/* What the file is and needs, as one JSON object (docs/inspect.md). */
bx_eng_code bx_emodule_describe(const bx_emodule *m, bx_eng_bytes *ret, bx_eng_error *err);

/* ---- core path ------------------------------------------------------------------- */
/* A host function.  `mem`/`mem_len` is the guest's exported memory as it is at this
 * moment (NULL/0 without one); `args` holds the parameters, zero-extended (f32/f64 as
 * bits), and takes the result in args[0].  Returns 0 to go on; any other value ends the
 * guest at once and is reported as bx_eng_end.host_code. */
typedef int32_t (*bx_host_fn)(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args);

typedef struct bx_host_def {
    const char *module; /* "wasi_snapshot_preview1" */
    const char *name;
    const char *sig; /* parameters, ':', results: i = i32, I = i64, f = f32, F = f64 */
    bx_host_fn fn;
} bx_host_def;

/* Resolve a core module's imports once, against `defs` (copied).  Unknown imports, all of
 * them, are listed in the error.  Must be called once before bx_einstance_new. */
bx_eng_code bx_emodule_link(bx_emodule *m, const bx_host_def *defs, size_t n, bx_eng_error *err);

/* What a running guest watches.  Lives in C memory for as long as the instance does.
 * The same two fields begin struct bx_ctl (src/os/ctl.h). */
typedef struct bx_engine_ctl {
    uint32_t cancelled;   /* atomic; non-zero: stop at the next tick */
    uint32_t pad;
    uint64_t deadline_ns; /* CLOCK_MONOTONIC; UINT64_MAX = none */
} bx_engine_ctl;

typedef struct bx_engine_limits {
    uint64_t memory_bytes;   /* all linear memories of the call together */
    uint64_t table_elements; /* all tables of the call together */
    uint64_t fuel;           /* only on an engine with fuel */
} bx_engine_limits;

typedef enum bx_end_kind {
    BX_END_RETURN = 0, /* the function returned */
    BX_END_HOST,       /* a host function stopped it: host_code */
    BX_END_TRAP,
    BX_END_DEADLINE,
    BX_END_CANCELLED,
    BX_END_FUEL,
    BX_END_STACK,
    BX_END_MEMORY, /* the initial memory or table does not fit the limit */
    BX_END_FAILED, /* the engine could not run it: no slot, missing export, … */
} bx_end_kind;

typedef struct bx_eng_end {
    bx_end_kind kind;
    int32_t host_code;
    uint64_t fuel_used;
    uint64_t memory_peak;    /* bytes: largest sum of all linear memories */
    uint32_t memory_refused; /* growths refused by the limit */
    uint32_t table_refused;
    const char *trap;        /* stable name: "unreachable", "out_of_bounds_memory", …; or NULL */
    char msg[2048];          /* set unless RETURN or HOST: words, then the wasm backtrace, a line a frame */
} bx_eng_end;

/* A fresh instance.  On anything but BX_END_RETURN *ret is NULL and `end` says why.
 * Runs the module's start function, if it has one. */
bx_end_kind bx_einstance_new(const bx_emodule *m, void *ctx, const bx_engine_ctl *ctl,
                             const bx_engine_limits *lim, bx_einstance **ret, bx_eng_end *end);

/* Call an exported function of type [] -> [].  May be called again after BX_END_RETURN;
 * after any other end the instance can only be freed. */
bx_end_kind bx_einstance_run(bx_einstance *i, const char *name, bx_eng_end *end);

/* 1 when the export exists with type [] -> []. */
int bx_emodule_has_command(const bx_emodule *m, const char *name);

/* The exported memory at this moment; NULL/0 without one. */
uint8_t *bx_einstance_memory(bx_einstance *i, size_t *len);
void bx_einstance_free(bx_einstance *i);

#ifdef __cplusplus
}
#endif
#endif
