/* bx_engine.h - Wasmtime behind a narrow C border.  No policy, no I/O of its own:
 * whatever a guest may do is done by the C functions handed in here.
 *
 * Ownership: every `_new/_load/_compile` result belongs to the caller; free functions
 * accept NULL.  Threads: engines and modules may be shared; an instance belongs to one
 * thread at a time; bx_engine_tick may be called from any thread or signal handler.
 * Handles are checked at each door: a pointer that was freed or is something else, a module that
 * was not linked, an instance that is in a call, another number of contexts than of tables end the
 * process in words.
 * Panics: the crate is built with panic=abort, so no unwinding ever crosses this border;
 * conditions a guest or an input can cause are reported as values, never as panics. */
#ifndef BX_ENGINE_H
#define BX_ENGINE_H

#include "bx_types.h"

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
    uint32_t pagemap_scan; /* 1: modules with more than 192 KiB of initial memory, and components,
                              get slots of which only the pages a guest wrote are reset (one ioctl a
                              call; Linux 6.7): 4x faster with a 1 MiB stack, and a slot keeps only
                              those pages.  Ignored where the kernel lacks it, and where the
                              library was not put together by scripts/build-engine: a page that is
                              being moved would escape the scan and leak into the next guest. */
    uint32_t portable;     /* 1: compile for every processor of this architecture from a baseline on
                              (x86-64-v2: SSE4.2, POPCNT) instead of for this one */
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
 * to seconds.  BX_ENG_LIMIT for shapes that would take much longer than their size suggests: a
 * function whose values times branches are more than 2^26, all of whose functions have more than
 * 2^27 and 64 for each byte of code, and what bx_engine_check refuses (docs/capabilities.md). */
bx_eng_code bx_engine_compile(const bx_engine *e, bx_code_kind kind, const uint8_t *wasm, size_t n,
                              bx_eng_bytes *ret, bx_eng_error *err);

/* Load what bx_engine_compile made.  The bytes are executable machine code: the caller
 * vouches that they are exactly what an engine of this build once produced.  The bytes
 * are copied. */
bx_eng_code bx_engine_load(const bx_engine *e, bx_code_kind kind, const uint8_t *code, size_t n,
                           bx_emodule **ret, bx_eng_error *err);
/* The same from the first `n` bytes of the file open as `fd`, which is taken, also on failure.  It
 * is mapped (privately) where that can be, so it must not be changed as long as the module lives.
 */
bx_eng_code bx_engine_load_file(const bx_engine *e, bx_code_kind kind, int fd, size_t n,
                                bx_emodule **ret, bx_eng_error *err);
/* The same from code that is part of the program: it begins at a page, nothing ever changes it, and
 * it is there until the process ends.  On x86-64 it is run where it lies by the first that loads
 * it, once in a process; whoever comes later gets a copy.  BX_ENG_STALE where it was compiled with
 * other settings than those of `e`, or for a processor that can do more. */
bx_eng_code bx_engine_load_carried(const bx_engine *e, bx_code_kind kind, const uint8_t *code,
                                   size_t n, bx_emodule **ret, bx_eng_error *err);
void bx_emodule_free(bx_emodule *m);

/* What the file is and needs, as one JSON object (docs/inspect.md).  Only parses: time and memory
 * are linear in `n`; BX_ENG_LIMIT beyond 4,000,000 declarations, parts of types and elements of
 * tables among them. */
bx_eng_code bx_engine_describe(const uint8_t *wasm, size_t n, bx_eng_bytes *ret, bx_eng_error *err);

/* What parsing alone can say before a file is compiled. */
typedef struct bx_efacts {
    uint64_t memory_bytes;   /* all memories of a core module as it begins; 0 for a component */
    uint64_t table_elements; /* all tables, likewise */
    uint32_t
        has_entry; /* core: `entry` is exported with type [] -> []; component: it is a command */
    uint32_t pad;
} bx_efacts;
/* Refuses what no compiling could mend: BX_ENG_IMPORT for imports that neither `tables` nor, for a
 * component, WASI 0.2 provides (with `traps`, as at linking, those that could not end a call);
 * BX_ENG_UNSUPPORTED for a proposal that is off, as far as declarations tell; BX_ENG_INVALID;
 * BX_ENG_LIMIT as above, and where functions declare more than 8,000,000 parameters and results.
 * `entry` may be NULL.  Linear as above; bodies of functions are not looked
 * at. */
bx_eng_code bx_engine_check(const uint8_t *wasm, size_t n, const bx_host_table *tables,
                            size_t n_tables, int traps, const char *entry, bx_efacts *ret,
                            bx_eng_error *err);

/* ---- core path ------------------------------------------------------------------- */
/* Resolve a core module's imports once, against `n` tables (copied), at most BX_HOST_TABLES, each
 * of another module namespace.  Unknown imports, all of them, are listed in the error; `traps` = 1:
 * a function among them ends the guest (BX_END_TRAP) when it is called instead.  Must be called
 * once before bx_einstance_new. */
bx_eng_code bx_emodule_link(bx_emodule *m, const bx_host_table *tables, size_t n, int traps,
                            bx_eng_error *err);

typedef struct bx_engine_limits {
    uint64_t memory_bytes; /* all linear memories of the call together, and what the host keeps for
                              it beside them (instances, handles, values) beyond 1 MiB */
    uint64_t table_elements;       /* all tables of the call together */
    uint64_t fuel;                 /* only on an engine with fuel */
    _Atomic uint64_t *memory_used; /* bytes of the memories of all that share `memory_bytes`, which
                                      are counted here as well and given back with the instance;
                                      must outlive it.  NULL: this call is alone */
} bx_engine_limits;

typedef enum bx_end_kind {
    BX_END_RETURN = 0, /* the function returned */
    BX_END_HOST,       /* a host function stopped it: host_code */
    BX_END_TRAP,
    BX_END_DEADLINE,
    BX_END_CANCELLED,
    BX_END_FUEL,
    BX_END_STACK,
    BX_END_MEMORY, /* the initial memory does not fit the limit */
    BX_END_TABLES, /* the initial table does not fit the limit */
    BX_END_KEPT,   /* what the host keeps for the guest is over memory_bytes */
    BX_END_FAILED, /* the engine could not run it: no slot, missing export, … */
} bx_end_kind;

typedef struct bx_eng_end {
    bx_end_kind kind;
    int32_t host_code;
    uint64_t fuel_used;
    uint64_t memory_peak;    /* bytes: largest sum of all linear memories */
    uint64_t host_ns;        /* component path: time spent waiting in host functions; else 0 */
    uint32_t memory_refused; /* growths refused by the limit */
    uint32_t table_refused;
    const char *trap; /* stable name: "unreachable", "out_of_bounds_memory", …; or NULL */
    char msg[2048]; /* set unless RETURN or HOST: words, then the wasm backtrace, a line a frame */
} bx_eng_end;

/* A fresh instance.  `ctxs` (copied) has the context of each table the module was linked against,
 * in their order, `n` of them; NULL where no function of a table looks at its context.  `ctl` (may
 * be NULL) must live as long as the instance.  On anything but BX_END_RETURN *ret is NULL and `end`
 * says why.  Runs the module's start function, if it has one. */
bx_end_kind bx_einstance_new(const bx_emodule *m, void *const *ctxs, size_t n, const bx_ctl *ctl,
                             const bx_engine_limits *lim, bx_einstance **ret, bx_eng_end *end);

/* Call an exported function of type [] -> [].  May be called again after BX_END_RETURN;
 * after any other end the instance can only be freed. */
bx_end_kind bx_einstance_run(bx_einstance *i, const char *name, bx_eng_end *end);

/* Call an exported function that takes and returns numbers.  `args` is a JSON array in the
 * parameters' order, or nothing (docs/wit-json.md). BX_ENG_OK        it returned: *ret is the
 * result as JSON BX_ENG_EXPORT    no such function; near ones are listed BX_ENG_ARGUMENT  the
 * arguments do not fit; err has the place BX_ENG_UNSUPPORTED  it returns something else than
 * numbers BX_ENG_INTERNAL  it did not return: see `end` `end` is always set; on BX_END_RETURN the
 * instance may be used again. */
bx_eng_code bx_einstance_invoke(bx_einstance *i, const char *func, const char *args, size_t n_args,
                                bx_eng_bytes *ret, bx_eng_end *end, bx_eng_error *err);

/* 1 when the export exists with type [] -> []. */
int bx_emodule_has_command(const bx_emodule *m, const char *name);

/* The exported memory at this moment; NULL/0 without one. */
uint8_t *bx_einstance_memory(bx_einstance *i, size_t *len);
void bx_einstance_free(bx_einstance *i);

/* ---- component path --------------------------------------------------------------- */
/* Components of WASI 0.2 (any 0.2.x): commands (wasi:cli/run) and typed exports.  The guest
 * runs on the calling thread's own stack; nothing is asynchronous towards C.  Interfaces:
 * wasi:cli, io, clocks, random, filesystem, sockets, http (outgoing), config, keyvalue.
 * Whatever they reach outside is a hook below.  All hooks of a call are called on the thread
 * that runs it, never at the same time; `ctx` is that of the call.
 *
 * Waiting (poll, blocking reads, sockets, HTTP) happens in here and watches the call's ctl: a
 * deadline is met to the millisecond, a cancel is noticed within 5 ms. */

/* Gets bytes a hook hands out; may be called once per answer, unless a hook says otherwise. */
typedef void (*bx_eemit)(void *sink, const void *p, size_t n);

/* -- files: the functions of vfs/vfs.h, whose contracts hold here.  None may be NULL. -- */
typedef struct bx_efs_hooks {
    size_t (*preopen_count)(void *ctx);
    bx_str (*preopen_path)(void *ctx, size_t i);
    bx_errno (*preopen)(void *ctx, size_t i,
                        bx_file **ret); /* closed with `close` like any other */
    bx_errno (*open)(bx_file *dir, bx_str path, const bx_open_how *how, bx_file **ret);
    void (*close)(bx_file *f);
    bx_filetype (*type)(const bx_file *f);
    uint32_t (*rights)(const bx_file *f);
    uint32_t (*grant_rights)(const bx_file *f);
    bx_file_flags (*flags)(const bx_file *f);
    bx_errno (*stat)(bx_file *f, bx_stat *ret);
    bx_errno (*stat_at)(bx_file *dir, bx_str path, bool follow, bx_stat *ret);
    bx_errno (*set_times)(bx_file *f, bx_set_time a, bx_set_time m);
    bx_errno (*set_times_at)(bx_file *dir, bx_str path, bool follow, bx_set_time a, bx_set_time m);
    bx_errno (*mkdir_at)(bx_file *dir, bx_str path);
    bx_errno (*rmdir_at)(bx_file *dir, bx_str path);
    bx_errno (*unlink_at)(bx_file *dir, bx_str path);
    bx_errno (*symlink_at)(bx_str target, bx_file *dir, bx_str path);
    bx_errno (*readlink_at)(bx_file *dir, bx_str path, char *buf, size_t cap, size_t *ret_n);
    bx_errno (*link_at)(bx_file *old_dir, bx_str old_path, bool follow, bx_file *new_dir,
                        bx_str new_path);
    bx_errno (*rename_at)(bx_file *old_dir, bx_str old_path, bx_file *new_dir, bx_str new_path);
    bx_errno (*pread)(bx_file *f, void *buf, size_t cap, uint64_t off, size_t *ret_n);
    bx_errno (*pwrite)(bx_file *f, const void *p, size_t n, uint64_t off, size_t *ret_n);
    bx_errno (*append)(bx_file *f, const void *p, size_t n,
                       size_t *ret_n); /* wherever the end is */
    bx_errno (*set_size)(bx_file *f, uint64_t size);
    bx_errno (*advise)(bx_file *f, uint64_t off, uint64_t len, int advice);
    bx_errno (*sync)(bx_file *f, bool data_only);
    bx_errno (*readdir)(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);
    bool (*is_same)(const bx_file *a, const bx_file *b);
} bx_efs_hooks;

/* -- HTTP: but for `start` the functions of egress/egress.h, whose contracts hold here.  None may
 * be NULL. -- */
typedef struct bx_ehttp_hooks {
    /* Start; everything is copied.  `wake(waker)` may be called from any thread, at any time
     * until `free` has returned, whenever a poll that answered PENDING may answer otherwise now.
     * BX_HTTP_OK, or an error: no request then.  It need not go on before `drive` was called. */
    bx_http_error (*start)(void *ctx, const bx_egress_desc *d, void (*wake)(void *), void *waker,
                           bx_egress_request **ret);
    void (*free)(bx_egress_request *r);
    bx_poll (*poll_head)(bx_egress_request *r, const bx_http_head **ret);
    bx_poll (*poll_body)(bx_egress_request *r, void *buf, size_t cap, size_t *n);
    bx_poll (*poll_trailers)(bx_egress_request *r, const bx_http_head **ret);
    bx_poll (*body_write)(bx_egress_request *r, const void *p, size_t n, size_t *accepted);
    void (*body_end)(bx_egress_request *r, const bx_http_field *trailers, size_t n);
    void (*body_abort)(bx_egress_request *r);
    bx_http_error (*error)(bx_egress_request *r, const char **msg);
    /* Make the call's requests go on, on this thread, for some milliseconds or until `wake` was
     * called for one of them: true then, and it is to be called again.  With `later` they go on by
     * themselves, and it returns at once. */
    bool (*drive)(void *ctx, bool later);
} bx_ehttp_hooks;

/* -- sockets -- */
typedef enum bx_esock_use {
    BX_ESOCK_TCP_BIND,
    BX_ESOCK_TCP_CONNECT,
    BX_ESOCK_UDP_BIND,
    BX_ESOCK_UDP_CONNECT,
    BX_ESOCK_UDP_SEND,
    BX_ESOCK_TCP_MAKE, /* one more socket; no address: n = 0 */
    BX_ESOCK_UDP_MAKE,
    BX_ESOCK_TCP_GONE, /* told, not asked: one that was allowed is closed, or could not be made */
    BX_ESOCK_UDP_GONE,
    BX_ESOCK_RECEIVED, /* told: `n` bytes were read from sockets by the guest */
    BX_ESOCK_SENT,     /* told: `n` bytes were handed to sockets */
} bx_esock_use;

typedef struct bx_esock_hooks { /* none may be NULL */
    /* 1: allowed; 2, of *_MAKE: too many are alive.  `addr`: 4 or 16 bytes, network order.  Asked
     * before each socket, every bind (what the kernel binds by itself, the unspecified address with
     * port 0, included), connect and datagram. */
    int (*check)(void *ctx, bx_esock_use use, const uint8_t *addr, size_t n, uint16_t port);
    /* Look a name up; `emit` once per address (4 or 16 bytes).  May block; must watch the ctl.  0;
     * 1 not allowed; 2 no such name; 3 try again later; 4 failed for good. */
    int (*resolve)(void *ctx, bx_str name, bx_eemit emit, void *sink);
} bx_esock_hooks;

/* -- wasi:keyvalue.  Answers: 0 ok; 1 absent; 2 access denied; 3 other error (emit gives its
 * words). -- */
typedef struct bx_ekv_hooks {                                       /* none may be NULL */
    int (*open)(void *ctx, bx_str name, bx_eemit emit, void *sink); /* 1: no such store */
    int (*get)(void *ctx, bx_str key, bx_eemit emit, void *sink);
    int (*set)(void *ctx, bx_str key, const void *p, size_t n, bx_eemit emit, void *sink);
    int (*remove)(void *ctx, bx_str key, bx_eemit emit, void *sink);
    int (*exists)(void *ctx, bx_str key, bx_eemit emit, void *sink); /* 0 yes, 1 no */
    /* Keys after `cursor` (NULL: from the first), in order, `emit` once per key, at most 1000;
     * *more = 1 when there are further ones. */
    int (*list)(void *ctx, const char *cursor, int *more, bx_eemit emit, void *sink);
    int (*increment)(void *ctx, bx_str key, int64_t delta, int64_t *ret, bx_eemit emit, void *sink);
    /* Store `p` if the value is still `old` (NULL: still absent).  1: it is not. */
    int (*swap)(void *ctx, bx_str key, const void *old, size_t n_old, const void *p, size_t n,
                bx_eemit emit, void *sink);
} bx_ekv_hooks;

typedef struct bx_ecall {
    void *ctx;
    const bx_ctl *ctl; /* NULL: no deadline, no cancel */
    bx_engine_limits limits;
    uint32_t max_handles;     /* entries of the resource table; 0 = 4096 */
    uint32_t max_field_bytes; /* one header section of wasi:http; 0 = 128 KiB */
    const bx_str *args;       /* args[0] is the program's name */
    size_t n_args;
    const bx_str *env; /* name, value, name, value, … : 2 * n_env */
    size_t n_env;
    const bx_str *config; /* wasi:config values, as `env`; NULL: the interface is absent */
    size_t n_config;
    const bx_str *cwd; /* the initial working directory; NULL: none is told */
    /* Standard input: 0 with *n bytes (*n = 0: the end), 1 nothing yet, 2 failed with the bx_errno
     * *n. Must not block.  NULL: empty. */
    int (*stdin_read)(void *ctx, void *buf, size_t cap, size_t *n);
    int stdin_fd; /* becomes readable when stdin_read may have more; -1: never answers 1 */
    /* which: 1 stdout, 2 stderr.  0; < 0: failed, the negative bx_errno; > 0 ends the guest at
     * once, reported as host_code.  NULL: discard. */
    int32_t (*write)(void *ctx, int which, const void *p, size_t n);
    uint64_t (*now)(void *ctx,
                    int clock); /* 0 wall, 1 monotonic; nanoseconds; NULL: the real ones */
    /* Not NULL: time is made up.  A timer of `ns` nanoseconds is due at once, and told here when it
     * is asked for. */
    void (*slept)(void *ctx, uint64_t ns);
    void (*random)(void *ctx, void *p, size_t n); /* NULL: the kernel's */
    const bx_efs_hooks *fs;                       /* NULL: no directories */
    const bx_ehttp_hooks *http;                   /* NULL: every request is denied */
    const bx_esock_hooks *sock;                   /* NULL: every address and name is denied */
    const bx_ekv_hooks *kv;                       /* NULL: the interface is absent */
} bx_ecall;

/* Resolve a component's imports once.  BX_ENG_IMPORT lists what nobody provides, or says that a
 * WASI version is not supported; `traps` as in bx_emodule_link.  Must be called before the two
 * below. */
bx_eng_code bx_ecomponent_link(bx_emodule *m, int traps, bx_eng_error *err);

/* 1 when it exports wasi:cli/run. */
int bx_ecomponent_is_command(const bx_emodule *m);

/* Instantiate, run wasi:cli/run, tear down.  On BX_END_RETURN end->host_code is the exit code.
 * end->host_ns: time spent waiting in host functions. */
bx_end_kind bx_ecomponent_run(const bx_emodule *m, const bx_ecall *call, bx_eng_end *end);

/* Instantiate, call an exported function with arguments from JSON, tear down (docs/wit-json.md).
 * `func` is "name", "iface#name" or "pkg:ns/iface@1.2.3#name"; version and package may be left out
 * while unambiguous.  `args` is an object by parameter name or an array.
 *   BX_ENG_OK        it returned: *ret is the result as JSON (a `result` error included: {"err":
 * …}) BX_ENG_EXPORT    no such function; near ones are listed BX_ENG_ARGUMENT  the arguments do not
 * fit; err has the path BX_ENG_LIMIT     the result is over 16 MiB BX_ENG_INTERNAL  it did not
 * return: see `end` `end` is always set. */
bx_eng_code bx_ecomponent_invoke(const bx_emodule *m, const bx_ecall *call, const char *func,
                                 const char *args, size_t n_args, bx_eng_bytes *ret,
                                 bx_eng_end *end, bx_eng_error *err);

/* Wrap a core module for wasi_snapshot_preview1 as a component: with `_start` a wasi:cli command,
 * else a library.  Modules that carry a world of their own (wit-bindgen) keep it. */
bx_eng_code bx_engine_componentize(const uint8_t *wasm, size_t n, bx_eng_bytes *ret,
                                   bx_eng_error *err);

/* A core module that begins where the exported function `wizer-initialize` of `wasm` ended: memory
 * and globals are what it left, and it is exported no more.  It runs here and now, without limits,
 * on a module of ours: every import it calls is a trap. */
bx_eng_code bx_engine_snapshot(const uint8_t *wasm, size_t n, bx_eng_bytes *ret, bx_eng_error *err);

/* Is it a component that bx_engine_componentize has made of a command without a world of its own,
 * to the byte?  Then *ret is that command, which can be run as the module it is. */
bool bx_engine_unwrap(const uint8_t *wasm, size_t n, bx_eng_bytes *ret);

#endif
