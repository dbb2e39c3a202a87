/* boxagnts.h - run WebAssembly with exactly what was granted, from C (C11 and later).
 *
 *   engine   what all calls share; one per process is enough
 *   module   a compiled .wasm file
 *   grant    files, variables, hosts and limits; built, then sealed
 *   call     one run of a module under a sealed grant
 *   outcome  how it ended
 *
 * Ownership: what a function hands out through a `**ret` belongs to the caller and goes back
 * through the matching _free, which accepts NULL.  Strings are NUL-terminated UTF-8 unless said
 * otherwise, and borrowed for the call.  Results: BOXAGNTS_OK, or a code with words in `err` (which
 * may be NULL); on failure `*ret` is untouched.
 *
 * Threads: an engine, a module and a sealed grant may be used by any number of threads at once; a
 * grant that is being built, and an outcome, belong to one thread.  A call runs on the thread that
 * makes it.  A module and a grant must outlive the calls made with them; an engine may be freed at
 * any time, and lasts until its modules are freed.
 *
 * Signals: the engine handles SIGSEGV, SIGILL and SIGFPE of guest code and passes on all others of
 * that kind.  The process should ignore SIGXFSZ (a guest's write beyond RLIMIT_FSIZE) and, where it
 * hands out pipes, SIGPIPE; both are then errors of the guest's call. */
#ifndef BOXAGNTS_H
#define BOXAGNTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOXAGNTS_API_VERSION 1

typedef enum boxagnts_code {
    BOXAGNTS_OK = 0,
    BOXAGNTS_EINVAL,  /* malformed: correct it */
    BOXAGNTS_ENOENT,  /* no such file, export or option */
    BOXAGNTS_EDENIED, /* refused by policy */
    BOXAGNTS_ELIMIT,  /* over a limit */
    BOXAGNTS_ENOMEM,
    BOXAGNTS_ETIMEOUT,
    BOXAGNTS_EIO,          /* a system call failed */
    BOXAGNTS_EGUEST,       /* the guest broke a contract */
    BOXAGNTS_EUNSUPPORTED, /* this build or kernel cannot do it */
    BOXAGNTS_ECANCELLED,
    BOXAGNTS_EINTERNAL, /* a defect of the library */
    BOXAGNTS_ESTATE,    /* not now: a sealed grant never changes */
    BOXAGNTS_EUNSAFE,   /* others could change or read a file or directory: secure it */
} boxagnts_code;

typedef struct boxagnts_error {
    boxagnts_code code;
    char message[1024];
} boxagnts_error;

/* "0.1.0" */
const char *boxagnts_version(void);

/* ---- engine --------------------------------------------------------------------------- */
typedef struct boxagnts_engine boxagnts_engine;

typedef struct boxagnts_engine_options {
    size_t struct_size;         /* sizeof(boxagnts_engine_options) */
    uint32_t slots;             /* sandboxes alive at once in the pool; 0 = no pool */
    const char *wasm_cache_dir; /* compiled code is kept here; NULL = nowhere.  Must be writable by
                                   this user only */
    uint64_t wasm_cache_max;    /* bytes of it, those unused for longest are thrown out, with a
                                   notice; 0 = 1 GiB */
    const char *compiler;       /* path of the program boxagnts of this version, which is started to
                                   compile within compile_memory and compile_time and ends with the
                                   call; NULL = compile_in_process says what then */
    int compile_in_process;   /* without a `compiler`: 0 or above, compile in this process, where a
                                 hostile module can take minutes and gigabytes that no limit,
                                 deadline or cancel bounds: for modules you trust; below 0,
                                 refuse those whose code is not in the cache
                                 (BOXAGNTS_EUNSUPPORTED) */
    const char *store_dir;    /* where store:NAME lives; NULL = stores are refused */
    int unknown_imports_trap; /* non-zero: functions nobody provides end a guest when it calls
                                 them, instead of the module being refused */
    void (*notice)(void *ctx, const char *text); /* a line for the operator, or NULL; used while the
                                                    engine or a module of it is there */
    void *notice_ctx;
} boxagnts_engine_options;

/* `options` may be NULL: no pool, no cache, no store, and nothing that compiles. */
boxagnts_code boxagnts_engine_new(const boxagnts_engine_options *options, boxagnts_engine **ret,
                                  boxagnts_error *err);
void boxagnts_engine_free(boxagnts_engine *engine);

/* ---- grant ---------------------------------------------------------------------------- */
typedef struct boxagnts_grant boxagnts_grant;

/* A new grant permits nothing and has the default limits. */
boxagnts_code boxagnts_grant_new(boxagnts_grant **ret, boxagnts_error *err);
void boxagnts_grant_free(boxagnts_grant *grant);

/* One run option by its name: work_dir, map_dirs, env_vars, allowed_outbound_hosts, block_url,
 * block_networks, wasm_timeout, wasm_max_memory_size, wasm_max_wasm_stack, wasm_fuel, mounts,
 * allow, deny, cwd, allow_networks, inject, ca_files, limits.  Options that hold lists are given
 * once per entry; docs/capabilities.md has what each does. */
boxagnts_code boxagnts_grant_option(boxagnts_grant *grant, const char *name, const char *value,
                                    boxagnts_error *err);

/* One capability line: "read:/workspace/docs"; see docs/capabilities.md. */
boxagnts_code boxagnts_grant_allow(boxagnts_grant *grant, const char *capability,
                                   boxagnts_error *err);

/* Say where a guest path lives on the host; grants nothing by itself. */
boxagnts_code boxagnts_grant_mount(boxagnts_grant *grant, const char *host, const char *guest,
                                   boxagnts_error *err);

/* Open the mounts; from here on the grant never changes and may serve any number of calls.  After
 * a failure it can only be freed. */
boxagnts_code boxagnts_grant_seal(boxagnts_grant *grant, const boxagnts_engine *engine,
                                  boxagnts_error *err);

/* ---- module --------------------------------------------------------------------------- */
typedef struct boxagnts_module boxagnts_module;

/* Read, validate and compile (or take from the cache). */
boxagnts_code boxagnts_module_open(boxagnts_engine *engine, const char *path, boxagnts_module **ret,
                                   boxagnts_error *err);
boxagnts_code boxagnts_module_from_bytes(boxagnts_engine *engine, const void *wasm, size_t size,
                                         boxagnts_module **ret, boxagnts_error *err);
void boxagnts_module_free(boxagnts_module *module);

/* ---- call and outcome ----------------------------------------------------------------- */
typedef struct boxagnts_cancel boxagnts_cancel;

/* A handle by which another thread ends a call; one call at a time. */
boxagnts_code boxagnts_cancel_new(boxagnts_cancel **ret, boxagnts_error *err);
void boxagnts_cancel_now(
    boxagnts_cancel *cancel); /* any thread; a call not yet begun ends at once */
void boxagnts_cancel_free(boxagnts_cancel *cancel);

typedef struct boxagnts_call {
    size_t struct_size;      /* sizeof(boxagnts_call) */
    const char *const *args; /* args[0] is the name the guest sees as its own */
    size_t n_args;
    const void *input; /* standard input */
    size_t input_size;
    boxagnts_cancel *cancel; /* or NULL */
    int record_files;        /* non-zero: keep the list of files touched */
    const char *invoke; /* call this exported function instead of the command: of a component by
                           the names of docs/wit-json.md, of a core module one that takes and
                           returns numbers; NULL: run the command */
    const char *invoke_args; /* its arguments as JSON: an object by parameter name, or an array */
    size_t invoke_args_size;
} boxagnts_call;

typedef enum boxagnts_outcome_kind {
    BOXAGNTS_EXIT, /* the guest ended by itself */
    BOXAGNTS_TRAP,
    BOXAGNTS_DEADLINE,
    BOXAGNTS_FUEL,
    BOXAGNTS_MEMORY,
    BOXAGNTS_STACK,
    BOXAGNTS_OUTPUT,
    BOXAGNTS_CANCELLED,
    BOXAGNTS_DENIED,
    BOXAGNTS_FAILED,
    BOXAGNTS_TABLES,
} boxagnts_outcome_kind;

typedef struct boxagnts_outcome boxagnts_outcome;

/* Run `module` under the sealed `grant`.  BOXAGNTS_OK: it took place, and *ret says how it ended,
 * however violent; anything else: it did not begin.  `call` may be NULL: no arguments, empty input.
 */
boxagnts_code boxagnts_call_run(boxagnts_module *module, boxagnts_grant *grant,
                                const boxagnts_call *call, boxagnts_outcome **ret,
                                boxagnts_error *err);
void boxagnts_outcome_free(boxagnts_outcome *outcome);

boxagnts_outcome_kind boxagnts_outcome_get_kind(const boxagnts_outcome *outcome);
const char *boxagnts_outcome_kind_name(boxagnts_outcome_kind kind);
uint32_t boxagnts_outcome_exit_code(const boxagnts_outcome *outcome); /* for BOXAGNTS_EXIT */
/* Captured bytes, borrowed from the outcome; not NUL-terminated text. */
const void *boxagnts_outcome_stdout(const boxagnts_outcome *outcome, size_t *size);
const void *boxagnts_outcome_stderr(const boxagnts_outcome *outcome, size_t *size);
/* What the function of `invoke` returned, as JSON, borrowed; NULL when it did not return. */
const char *boxagnts_outcome_result(const boxagnts_outcome *outcome);
const char *boxagnts_outcome_error(
    const boxagnts_outcome *outcome); /* words; NULL for BOXAGNTS_EXIT */

typedef struct boxagnts_usage {
    uint64_t wall_ns, guest_ns, host_ns;
    uint64_t fuel_used, memory_peak_bytes;
    uint64_t stdin_bytes, stdout_bytes, stderr_bytes;
    uint64_t file_bytes_read, file_bytes_written, files_created;
} boxagnts_usage;
void boxagnts_outcome_usage(const boxagnts_outcome *outcome, boxagnts_usage *ret);

/* How often the limit `name` ("fs_write", …; docs/capabilities.md) refused something in this call,
 * whatever the guest made of it; 0 for a name that is no limit. */
uint64_t boxagnts_outcome_limit_hit(const boxagnts_outcome *outcome, const char *name);

/* The whole outcome as one JSON object (docs/outcome.md); borrowed from the outcome; NULL when
 * out of memory. */
const char *boxagnts_outcome_json(boxagnts_outcome *outcome);

#ifdef __cplusplus
}
#endif
#endif
