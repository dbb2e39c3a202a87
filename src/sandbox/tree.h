/* sandbox/tree.h - what the processes of one call have in common; for sandbox/process*.c.
 * Everything but `gate` itself is guarded by the gate's lock. */
#ifndef BX_SANDBOX_TREE_H
#define BX_SANDBOX_TREE_H

#include "sandbox/live.h"
#include "sandbox/view.h"
#include "wasi/gate.h"

enum {
    BX_TREE_SPARE = 4,
    BX_PROCESS_BYTES = 16 << 10, /* what one is charged to the memory limit beside its texts */
    BX_ENDED_BYTES = 2 << 10,    /* the same of one that has ended and is not waited for yet */
};

typedef struct bx_thread {
    struct bx_thread *next;
    pthread_t id;
} bx_thread;

struct bx_tree {
    bx_gate gate;
    bx_live *live;
    bx_process *all; /* but the first; owned */
    int32_t next_pid;
    uint64_t alive, running, ended;       /* alive: the first one too */
    bx_thread *threads;                   /* owned */
    pthread_cond_t work;                  /* for threads that wait for some */
    unsigned n_threads, idle, dispatched; /* threads; processes that wait for one */
    bool closing, ticking;
    bool has_fatal;
    bx_outcome_kind fatal; /* how the call ends whatever its first process does */
    char fatal_error[512];
    bx_view *views; /* owned */
    bx_data *data;  /* owned */
    bx_egress_budget budget;
    bx_limit_hits hits;
    bx_wasi *spare[BX_TREE_SPARE]; /* owned; to be used again */
    unsigned n_spare;
};

/* The tree of `p`'s call, made when it is first asked for. */
BX_NODISCARD bx_errno bx_tree_of(bx_process *p, bx_tree **ret);

static inline void bx_tree_lock(bx_tree *t) { (void)pthread_mutex_lock(&t->gate.lock); }
static inline void bx_tree_unlock(bx_tree *t) { (void)pthread_mutex_unlock(&t->gate.lock); }

/* ---- process_start.c ---------------------------------------------------------------------- */
typedef struct bx_start_ask { /* of tools/lib/process.h, taken out of guest memory */
    bx_str name;
    bx_buf args, env; /* taken */
    size_t n_args, n_env;
    bx_str cwd; /* empty: the caller's */
    const bx_fd_pair *fds;
    size_t n_fds;
    bool background;
} bx_start_ask;
BX_NODISCARD bx_errno bx_process_start(bx_process *p, bx_start_ask *ask, int32_t *ret_pid);
/* With the lock held, one that has ended: give back what only a running one needs; all of it. */
void bx_process_empty(bx_process *q);
void bx_process_free(bx_process *q);

/* ---- process_run.c ------------------------------------------------------------------------ */
/* Run `q`, whose state is RUNNING, on this thread; no lock is held.  Afterwards it has ended. */
void bx_process_run(bx_process *q);

/* ---- process.c ---------------------------------------------------------------------------- */
/* Have a thread take it.  False: there is none, and it has ended, failed; the lock was given up
 * meanwhile, and `q` may be gone. */
bool bx_process_dispatch_locked(bx_tree *t, bx_process *q);
/* It has ended, and what it held was closed before.  Where nobody waits for it, it is freed. */
void bx_process_ended_locked(bx_process *q);
BX_NODISCARD bx_errno bx_process_wait(bx_process *p, int32_t pid, uint64_t timeout_ns,
                                      int32_t *ret_pid, bx_ended *ret);
/* End another one, which has not ended, as by that signal. */
void bx_process_end_locked(bx_process *q, unsigned sig);
/* *ret_self: the signal is for the caller, and ends it. */
BX_NODISCARD bx_errno bx_process_kill(bx_process *p, int32_t pid, unsigned sig, bool *ret_self);

/* ---- process_call.c ------------------------------------------------------------------------- */
/* A tool call; its answer stays in p->answer. */
BX_NODISCARD bx_nested_status bx_process_call(bx_process *p, bx_str name, bx_str input);

#endif
