/* sandbox/live.h - a call while it lives; nobody's business outside sandbox/. */
#ifndef BX_SANDBOX_LIVE_H
#define BX_SANDBOX_LIVE_H

#include "sandbox/internal.h"
#include "sandbox/program.h"

typedef struct bx_tree bx_tree;

typedef enum bx_process_state {
    BX_PROCESS_PENDING, /* started, and not begun yet */
    BX_PROCESS_RUNNING,
    BX_PROCESS_ENDED,
} bx_process_state;

/* As tools/lib/process.h has it. */
typedef enum bx_ended_kind {
    BX_ENDED_EXIT = 0,
    BX_ENDED_SIGNAL = 1,
    BX_ENDED_TRAP = 2,
    BX_ENDED_MEMORY = 3,
    BX_ENDED_LIMIT = 4,
    BX_ENDED_FAILED = 5,
} bx_ended_kind;

typedef struct bx_ended {
    bx_ended_kind kind;
    int32_t code;
    uint32_t signal;
    uint64_t wall_us, cpu_us, memory_bytes;
} bx_ended;

typedef struct bx_process {
    bx_live *live;             /* the call's */
    bx_tree *tree;             /* NULL: nothing was started so far */
    bx_wasi *wasi;             /* owned, but for the first process, which has the call's */
    struct bx_process *parent; /* NULL: the first one, or the parent has ended */
    struct bx_process *below;  /* the one that waits, on whose stack it runs; NULL: a thread's */
    struct bx_process *next;   /* of the tree */
    int32_t pid, parent_pid;
    unsigned depth;
    bx_process_state state;
    uint64_t charged;           /* to the call's memory limit */
    bool dispatched;            /* one of the call's threads takes it */
    bool background;            /* it, or who started it, was not to be waited for */
    uint64_t ended_as;          /* the how manyth to end */
    _Atomic unsigned killed_by; /* a signal that ends it */
    bx_ctl ctl;
    const bx_program *program;
    uint64_t stack;             /* bytes of it for its guest code */
    const struct bx_view *view; /* what it may use; NULL: all that the call may */
    bx_buf args, env;           /* owned; NUL-terminated strings */
    size_t n_args, n_env;
    bx_buf begin_cwd;          /* where it begins */
    bx_buf cwd;                /* where its children last did */
    bx_wasi_preopen *preopens; /* owned list; NULL: all there are */
    size_t n_preopens;
    bx_buf answer;        /* of its last tool call; owned */
    struct bx_jobs *jobs; /* owned; NULL: it began none */
    char error[512];      /* words of what ended it; empty: none */
    uint64_t begin_ns;
    bx_ended ended;
} bx_process;

struct bx_live {
    bx_call call;
    const bx_limits *limits;
    bx_ctl own_ctl; /* used when the caller brought none */
    bx_ctl *ctl;
    uint64_t begin_ns;
    bx_buf args;
    bx_wasi *wasi;
    bx_vfs_session *files;
    bx_einstance *instance; /* core modules only */
    const bx_emodule *code;
    bx_outcome *out;      /* where counters and a typed result go */
    bool in_call;         /* counted by the ticker */
    bool failed;          /* the instance ended and may not run again */
    bx_shared own_shared; /* used where the caller brought none */
    bx_shared *shared;
    bx_process first;
};

/* Nothing ended it, nothing was used. */
void bx_end_init(bx_eng_end *end);

#endif
