/* sandbox/call.h - one call: one instance, one grant, one outcome.
 * A sealed grant is built once and used by many calls on any threads.  A call runs on the thread
 * that asks for it, unless that thread's stack is too small for the grant's stack limit: then on
 * a thread of its own. */
#ifndef BX_SANDBOX_CALL_H
#define BX_SANDBOX_CALL_H

#include <pthread.h>

#include "os/ctl.h"
#include "sandbox/module.h"
#include "sandbox/outcome.h"
#include "sandbox/program.h"
#include "wasi/wasi.h"

typedef struct bx_sealed bx_sealed;

/* Seal `g` (taken, also on failure), open its mounts, fetch its variables from `environ` of this
 * process. `store_dir` as for bx_vfs_new; may be NULL. */
BX_NODISCARD bx_code bx_sealed_new(bx_grant *g, const char *store_dir, bx_sealed **ret,
                                   bx_error *err);
/* The same with the programs its guests may start where the grant names them by tool:; `programs`
 * is borrowed as long as the sealed grant lives, and may be NULL. */
BX_NODISCARD bx_code bx_sealed_new_with(bx_grant *g, const char *store_dir,
                                        const bx_program_set *programs, bx_sealed **ret,
                                        bx_error *err);
void bx_sealed_free(bx_sealed *s); /* NULL is fine; no call may use it any more */
BX_DEFINE_AUTO(bx_sealed, bx_sealed_free)
const bx_grant *bx_sealed_grant(const bx_sealed *s);
bx_vfs *bx_sealed_vfs(const bx_sealed *s);

/* How others reach a call while it runs; zeroed but for the lock, and the caller's. */
typedef struct bx_call_handle {
    pthread_mutex_t lock;
    struct bx_live *live; /* NULL: it does not run */
} bx_call_handle;

/* What a call and the tool calls of its guests, which run beside each other, have one limit of. */
typedef struct bx_shared {
    _Atomic uint64_t memory;    /* bytes in use */
    _Atomic uint64_t processes; /* alive now, but for the first one of each call */
    _Atomic uint64_t starts, calls;
    _Atomic uint64_t jobs; /* tool calls that run on threads of their own */
    bx_vfs_joint files;
    bx_egress_joint web;
} bx_shared;

/* A tool call that a guest asks for (tools/lib/nested.h). */
typedef enum bx_nested_status {
    BX_NESTED_OK = 0,
    BX_NESTED_DENIED = 1,
    BX_NESTED_UNKNOWN = 2,
    BX_NESTED_LIMIT = 3,
    BX_NESTED_INVALID = 4,
    BX_NESTED_UNAVAILABLE = 5,
} bx_nested_status;

typedef struct bx_nested {
    bx_str name, input;      /* one JSON text */
    const bx_grant *run;     /* what the one who asks may use; sealed */
    struct bx_kept *kept;    /* of the call that asks; `run` lives as long */
    const bx_limits *limits; /* what its call has left of each */
    bx_shared *shared;       /* the call's */
    bx_shared before;        /* what was in it when `limits` were computed */
    bool beside;             /* others use them up at the same time */
    bx_ctl *ctl;             /* below the call's */
    bx_record *record;       /* the call's; may be NULL */
    bx_buf *answer;          /* gets the result, or words why there is none */
    /* What it used of its caller's limits. */
    uint64_t fs_write, files_created, dir_entries, http_requests, http_in, http_out;
} bx_nested;

typedef struct bx_call_tools { /* who runs those; outlives the call */
    bx_nested_status (*call)(const void *ctx, bx_nested *n);
    /* Those that one who holds `run` may call, as JSON: [{name, description, inputSchema}]. */
    bx_code (*list)(const void *ctx, const bx_grant *run, bx_buf *ret, bx_error *err);
    const void *ctx;
} bx_call_tools;

typedef struct bx_call {
    bx_module *module;
    bx_sealed *sealed;
    const char *const *args; /* n_args strings; args[0] is the program's name */
    size_t n_args;
    bx_stdin in;
    int out_fd, err_fd; /* >= 0: pass output through; -1: capture; -2: discard */
    bx_ctl *ctl; /* NULL, or the caller's handle for bx_ctl_cancel; its deadline is set here, never
                    beyond its parent's (bx_ctl_inherit: a call started by a call) */
    bx_call_handle *handle;  /* for bx_call_signal; NULL: nobody sends it any */
    const bx_limits *limits; /* instead of those of its grant; NULL: those */
    bx_shared *shared; /* what it counts in, its limits being of the sums; NULL: it is alone */
    const bx_call_tools *tools; /* for guests that call tools; NULL: there are none */
    bx_record *record;  /* gets what the call touches; must be empty; NULL: nothing is kept */
    const char *entry;  /* exported function of a core module; NULL = "_start" */
    const char *invoke; /* exported function of a component ("pkg:iface/name#func"), or one of a
                           core module that takes and returns numbers; NULL: run the command */
    bx_str invoke_args; /* its arguments as JSON (docs/wit-json.md) */
} bx_call;

/* Run it.  BX_OK: the call took place and `ret` (initialised here) says how it ended, however
 * violent.  An error: it did not begin, `ret` is empty. */
BX_NODISCARD bx_code bx_call_run(const bx_call *c, bx_outcome *ret, bx_error *err);

/* As a terminal does at a keystroke: `sig` for every process of a call that is running but those in
 * the background, and for the first one only where it catches it.  0: none, but whoever was
 * cancelled or signalled is made to notice now.  Any thread. */
void bx_call_signal(bx_call_handle *h, unsigned sig);

/* A call in two steps, for benchmarks and for embedders that keep instances warm: everything
 * up to and including instantiation, then the entry function (again and again while it returns). */
typedef struct bx_live bx_live;
BX_NODISCARD bx_code bx_live_new(const bx_call *c, bx_live **ret, bx_outcome *out, bx_error *err);
void bx_live_run(bx_live *l, bx_outcome *out); /* `out` must be empty or done */
void bx_live_free(bx_live *l);

#endif
