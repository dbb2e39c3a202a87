/* wasi/gate.h - what the processes of one call share: a lock for what they have in common, and the
 * place where they wait for each other.  Made by whoever starts processes (sandbox/process.h); a
 * call of one process has none. */
#ifndef BX_WASI_GATE_H
#define BX_WASI_GATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/defs.h"

typedef struct bx_gate_wait { /* somebody who waits for one pipe; on its stack */
    struct bx_gate_wait *next, **before;
    const void *pipe;
    pthread_cond_t turn;
} bx_gate_wait;

typedef struct bx_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC; a process, a signal, a pipe that is watched */
    bx_gate_wait *waits;
    /* With the lock held: a process is about to wait for something, so all that have not begun yet
     * have to. */
    void (*blocked)(void *ctx);
    void *ctx;
    _Atomic uint64_t *memory; /* bytes in use by all processes; pipes count too */
    uint64_t memory_max;
} bx_gate;

/* With the lock held: everybody who waits has to look, those for a pipe too. */
void bx_gate_wake_locked(bx_gate *g);

#endif
