/* sandbox/job.h - what goes on beside a process: its tool calls, each on a thread of the call's,
 * and its HTTP exchanges, which the network thread makes (tools/lib/jobs.h, docs/programs.md).
 *
 * A job belongs to the process that began it, and only that one's thread asks for it.  What the
 * call's threads touch of it is guarded by the gate's lock.  An exchange moves on when its process
 * looks: the network thread's waker sets a flag and wakes who waits behind the gate, nothing else;
 * and no function of egress/ is called with the gate's lock held.
 *
 * No job outlives its process: bx_jobs_end waits for those whose calls run. */
#ifndef BX_SANDBOX_JOB_H
#define BX_SANDBOX_JOB_H

#include "sandbox/live.h"
#include "sandbox/tree.h"
#include "sandbox/way_out.h"
#include "wasi/guest_mem.h"

enum {
    BX_JOBS_MAX = 256,       /* of one process, not dropped yet */
    BX_JOBS_IN_ALL = 64,     /* calls that run, of a call and the tools it calls: beyond that each
                                tree has one */
    BX_JOBS_AT_ONCE = 16,    /* calls that run, of one tree */
    BX_JOB_BYTES = 2 << 10,  /* what one is charged to the memory limit beside its texts */
    BX_HTTP_PIECE = 32 << 10 /* bytes of a body kept for who reads it, beside egress' own */
};

/* As tools/lib/jobs.h has them. */
typedef enum bx_job_kind { BX_JOB_CALL = 0, BX_JOB_HTTP = 1 } bx_job_kind;
typedef enum bx_job_progress {
    BX_JOB_RUNS = 0,
    BX_JOB_HEAD = 1,
    BX_JOB_ENDED = 2,
    BX_JOB_FAILED = 3,
} bx_job_progress;
typedef enum bx_job_why {
    BX_JOB_NO_WHY = 0,
    BX_JOB_REFUSED = 1,
    BX_JOB_TIMEOUT = 2,
    BX_JOB_NETWORK = 3,
} bx_job_why;

typedef struct bx_job_info {
    bx_job_kind kind;
    bx_job_progress progress;
    uint32_t status;
    bx_job_why why;
    size_t head_bytes, body_bytes;
} bx_job_info;

typedef enum bx_call_stage { BX_CALL_QUEUED, BX_CALL_RUNS, BX_CALL_OVER } bx_call_stage;

typedef struct bx_call_job {
    bx_call_stage stage; /* the gate's lock */
    bool dropped;        /* likewise: whoever runs it frees it */
    bool alone;          /* nothing else of the call goes on meanwhile */
    bx_ctl ctl;          /* below its process's */
    bx_str name, input;  /* one piece of memory, owned: name.p */
    bx_nested_status status;
    bx_buf answer; /* owned */
    size_t read;
} bx_call_job;

typedef struct bx_http_job { /* of its process's thread, `woken` aside */
    bx_egress_request *request;
    _Atomic bool woken;
    char *body; /* owned */
    size_t n_body, sent;
    bool all_sent;
    uint64_t until_ns; /* UINT64_MAX: only the call's end */
    const bx_http_head *head;
    size_t head_bytes;
    bool told, given; /* that there is a head; the head itself */
    bx_job_progress progress;
    bx_http_error error;
    bx_job_why why;
    uint8_t *piece; /* owned; BX_HTTP_PIECE bytes, [at, n) are to be read */
    size_t at, n;
    char words[1024];
} bx_http_job;

typedef struct bx_job {
    struct bx_job *next; /* of the queue */
    bx_process *owner;
    uint32_t id;
    bx_job_kind kind;
    uint64_t charged; /* to the call's memory limit */
    union {
        bx_call_job call;
        bx_http_job http;
    };
} bx_job;

typedef struct bx_jobs { /* of one process */
    bx_job *at[BX_JOBS_MAX];
    uint32_t generation[BX_JOBS_MAX]; /* a number is given once: slot + BX_JOBS_MAX * this */
    unsigned n, hint;
    unsigned running; /* the gate's lock; calls of it that a thread has */
    bx_way_out net;
} bx_jobs;

/* ---- for the host functions: the thread of `p` ------------------------------------------------
 */
BX_NODISCARD bx_errno bx_job_call_start(bx_process *p, bx_str name, bx_str input, uint32_t *ret);

typedef struct bx_http_ask { /* all borrowed for the call */
    bx_str method, url;
    const bx_http_field *fields;
    size_t n_fields;
    bx_str body;
    bool has_body;
    uint64_t timeout_ns; /* 0: none */
} bx_http_ask;
BX_NODISCARD bx_errno bx_job_http_start(bx_process *p, const bx_http_ask *ask, uint32_t *ret);

/* NULL: there is none. */
bx_job *bx_job_find(const bx_process *p, uint32_t id);
void bx_job_state(bx_job *j, bx_job_info *ret);
/* *ret_n: how much there is, of which at most `cap` bytes went to `to`.  AGAIN. */
BX_NODISCARD bx_errno bx_job_head(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n);
/* AGAIN, IO. */
BX_NODISCARD bx_errno bx_job_read(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n);
void bx_job_drop(bx_job *j);
/* The process is over: drop all of them and wait until none runs. */
void bx_jobs_end(bx_process *p);

/* ---- for waits (ready.c) ----------------------------------------------------------------------
 */
/* Move an exchange on; nothing for a call.  No lock is held. */
void bx_job_pump(bx_job *j);
/* Is there something to be told?  Was it woken since the pump?  With the lock held. */
bool bx_job_is_ready_locked(const bx_job *j);
bool bx_job_is_woken_locked(const bx_job *j);
uint64_t bx_job_until(const bx_job *j); /* when it has to be looked at again at the latest */

/* All who are about to wait for something, or to do something else for long: a call that was kept
 * back for who waits for nothing but it gets a thread. */
void bx_jobs_unpark_locked(bx_tree *t);
void bx_jobs_unpark(const bx_process *p);
/* The caller waits for nothing else, and for as long as it takes: where it is kept back, run it on
 * this stack, which no hand-over between threads is as quick as.  The lock is given up
 * meanwhile. */
bool bx_job_run_here_locked(bx_job *j);

/* ---- for the call's threads -------------------------------------------------------------------
 */
/* A call whose turn it is, which then counts as running; NULL: none. */
bx_job *bx_job_pick_locked(bx_tree *t);
unsigned bx_jobs_startable_locked(const bx_tree *t);
/* Run it; the lock is given up meanwhile. */
void bx_job_run_locked(bx_tree *t, bx_job *j);

/* ---- between job.c and job_http.c -------------------------------------------------------------
 */
/* A slot for one and its memory, which `bytes` more are charged for.  AGAIN, NOMEM. */
BX_NODISCARD bx_errno bx_job_new(bx_process *p, bx_job_kind kind, uint64_t bytes, bx_job **ret);
/* Gives the slot back as well, where it has one. */
void bx_job_free(bx_job *j);
void bx_http_job_done(bx_job *j);
bx_errno bx_http_job_head(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n);
bx_errno bx_http_job_read(bx_job *j, uint8_t *to, size_t cap, size_t *ret_n);
void bx_http_job_state(bx_job *j, bx_job_info *ret);

/* ---- job_doors.c: the host functions, as in process_doors.c -----------------------------------
 */
bx_errno bx_door_call_start(bx_process *p, bx_guest_mem m, const uint64_t *a);
bx_errno bx_door_http_start(bx_process *p, bx_guest_mem m, const uint64_t *a);
bx_errno bx_door_job_state(bx_process *p, bx_guest_mem m, const uint64_t *a);
bx_errno bx_door_job_head(bx_process *p, bx_guest_mem m, const uint64_t *a);
bx_errno bx_door_job_read(bx_process *p, bx_guest_mem m, const uint64_t *a);
bx_errno bx_door_job_drop(bx_process *p, bx_guest_mem m, const uint64_t *a);
/* ready.c */
bx_errno bx_door_ready(bx_process *p, bx_guest_mem m, const uint64_t *a);

#endif
