/* agent/managed_internal.h - a tree of runs while it lives; for agent/ alone. */
#ifndef BX_AGENT_MANAGED_INTERNAL_H
#define BX_AGENT_MANAGED_INTERNAL_H

#include <pthread.h>

#include "agent/claims.h"
#include "agent/managed.h"

enum { BX_TASKS_MAX = 64, BX_EXECUTOR_TEXT = 16 << 10 };

/* Where one run delegates from: the manager, or an executor that may do so itself. */
typedef struct bx_station {
    bx_managed *tree;
    const bx_grant *delegable;
    bx_claims *claims; /* owned; who of those below it writes where */
    unsigned depth;    /* 0: the manager */
    bool counted;      /* `next` is known */
    uint64_t next;     /* number of the next executor */
    bx_agent_own tool;
} bx_station;

typedef struct bx_ending { /* an executor that a person may end */
    const char *id;        /* borrowed, like the handle */
    bx_ctl *ctl;
    bool cancelled;
    struct bx_ending *next;
} bx_ending;

struct bx_managed {
    bx_managed_config cfg;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    unsigned running, begun;
    bx_ending *endings;  /* with the lock */
    pthread_cond_t look; /* the watcher is to end */
    pthread_t watcher;
    bool watches, over;
    bx_station top;
};

typedef struct bx_job { /* one task */
    bx_station *station;
    bx_agent *manager;
    bx_str call;  /* of the manager's model */
    uint64_t seq; /* of the call in the manager's journal */
    size_t index;
    const bx_json_val *task;               /* borrowed from the call's arguments */
    const bx_agent_definition *definition; /* NULL: none was named */
    bx_str title, prompt;
    char id[BX_AGENT_MAX_ID];
    char name[80];
    bx_grant *grant;   /* owned */
    bx_buf derivation; /* JSON */
    bool waits;        /* for paths that others hold */
    bool claimed, resumed, done;
    bool foreign;    /* it began in the session this one was forked from */
    bool won;        /* it is done, and so are the others where one is enough */
    bx_ctl ctl;      /* between the manager's and its own, where the first one that is done ends
                        the others; else it has no parent */
    size_t text_max; /* bytes of its words that the manager is told */
    bx_buf result;   /* JSON object for the manager */
    bx_agent_end end;
    bx_code rc; /* of what ends the manager's run */
    bx_error err;
} bx_job;

BX_NODISCARD bx_code bx_station_open(bx_station *s, bx_managed *tree, const bx_grant *delegable,
                                     unsigned depth, bx_error *err);
void bx_station_close(bx_station *s);

/* A place among those that run at once, in all of the tree; waits for one. */
BX_NODISCARD bx_code bx_managed_enter(bx_managed *m, const bx_ctl *ctl, bx_error *err);
void bx_managed_leave(bx_managed *m);
/* From here on until bx_managed_forget, `e` may be cancelled by a person. */
void bx_managed_watch(bx_managed *m, bx_ending *e);
void bx_managed_forget(bx_managed *m, bx_ending *e);
/* The same for one that left to wait for others: it gets its place back also when it is to end. */
void bx_managed_return(bx_managed *m, const bx_ctl *ctl);

/* ---- job.c: one task before it runs ---------------------------------------------------------- */
/* Title, definition, rights, and the `executor` event.  Where it cannot run, job->done with a
 * result that says why. */
BX_NODISCARD bx_code bx_job_prepare(bx_job *j, bx_error *err);
BX_NODISCARD bx_code bx_job_refuse(bx_job *j, const char *why, bx_error *err);
/* The result object, and the `executor_end` event. */
BX_NODISCARD bx_code bx_job_finish(bx_job *j, const char *status, const char *why,
                                   const bx_json_val *structured, bx_error *err);
void bx_job_done(bx_job *j);
/* The limits its task names. */
bx_spend bx_job_limits(const bx_job *j, uint64_t *ret_wall_ns);
bool bx_job_allows(const bx_job *j, bx_str tool, bool by_default);

/* ---- executor.c: the run --------------------------------------------------------------------- */
void bx_job_run(bx_job *j);

#endif
