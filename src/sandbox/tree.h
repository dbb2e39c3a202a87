/* sandbox/tree.h - what the processes of one call have in common; for sandbox/process*.c.
 * Everything but `gate` itself is guarded by the gate's lock. */
#ifndef BX_SANDBOX_TREE_H
#define BX_SANDBOX_TREE_H

#include "sandbox/kept.h"
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
    bx_kept kept;   /* its own lock */
    bx_data *data;  /* owned */
    bx_egress_budget budget;
    bx_limit_hits hits;
    _Atomic uint32_t memory_hits;  /* as hits.memory; without the lock */
    bx_wasi *spare[BX_TREE_SPARE]; /* owned; to be used again */
    unsigned n_spare;
    struct bx_job *queue, **queue_end; /* calls that wait for a thread, oldest first */
    struct bx_job *parked; /* of these, one that no thread was looked for: see bx_jobs_unpark */
    unsigned jobs_queued, jobs_running; /* calls; BX_JOBS_AT_ONCE run at most */
};

/* The tree of `p`'s call, made when it is first asked for. */
BX_NODISCARD bx_errno bx_tree_of(bx_process *p, bx_tree **ret);

static inline void bx_tree_lock(bx_tree *t) { (void)pthread_mutex_lock(&t->gate.lock); }
static inline void bx_tree_unlock(bx_tree *t) { (void)pthread_mutex_unlock(&t->gate.lock); }

static inline const bx_ctl *bx_process_ctl(const bx_process *p)
{
    return p->pid == 1 ? p->live->ctl : &p->ctl;
}

/* Count it against the call's memory limit, unless that would be over.  Any thread. */
BX_NODISCARD bool bx_tree_charge(bx_tree *t, uint64_t bytes);
void bx_tree_give(bx_tree *t, uint64_t bytes);

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

/* ---- process_threads.c -------------------------------------------------------------------- */
/* The same on top of `below`'s stack (NULL: a thread's), with the lock held, which is given up
 * meanwhile. */
void bx_process_run_locked(bx_tree *t, bx_process *q, bx_process *below);
/* Have a thread take it.  False: there is none, and it has ended, failed; the lock was given up
 * meanwhile, and `q` may be gone. */
bool bx_process_dispatch_locked(bx_tree *t, bx_process *q);
/* One was queued.  Not 0, of errno: there is no thread and none will come. */
BX_NODISCARD int bx_tree_thread_for_job_locked(bx_tree *t);
/* From now on guests on the call's threads notice soon that they are to end. */
void bx_tree_tick_locked(bx_tree *t);

/* ---- process.c ---------------------------------------------------------------------------- */
/* It has ended, and what it held was closed before.  Where nobody waits for it, it is freed. */
void bx_process_ended_locked(bx_process *q);
BX_NODISCARD bx_errno bx_process_wait(bx_process *p, int32_t pid, uint64_t timeout_ns,
                                      int32_t *ret_pid, bx_ended *ret);
/* End another one, which has not ended, as by that signal. */
void bx_process_end_locked(bx_process *q, unsigned sig);
/* *ret_self: the signal is for the caller, and ends it. */
BX_NODISCARD bx_errno bx_process_kill(bx_process *p, int32_t pid, unsigned sig, bool *ret_self);

/* ---- process_call.c ------------------------------------------------------------------------- */
typedef struct bx_tool_ask {
    bx_str name, input;
    const bx_ctl *above; /* what ends it */
    bool beside;         /* others run at the same time and use up the same limits */
    bx_buf *answer;      /* gets the result, or words why there is none */
} bx_tool_ask;
/* A tool call of `p`, which has a tree, on this thread. */
BX_NODISCARD bx_nested_status bx_process_ask(const bx_process *p, const bx_tool_ask *ask);
/* The same as a host function: the answer stays in p->answer. */
/* The list of those it may call, as p->answer.  NOSYS, NOMEM. */
BX_NODISCARD bx_errno bx_process_tools(bx_process *p);
BX_NODISCARD bx_nested_status bx_process_call(bx_process *p, bx_str name, bx_str input);

#endif
