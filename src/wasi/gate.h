/* wasi/gate.h - what the processes of one call share: a lock for what they have in common, and the
 * place where they wait for each other.  Made by whoever starts processes (sandbox/process.h); a
 * call of one process has none. */
#ifndef BX_WASI_GATE_H
#define BX_WASI_GATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/defs.h"

typedef struct bx_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* CLOCK_MONOTONIC; a pipe, a process or a signal */
    /* With the lock held: a process is about to wait for something, so all that have not begun yet
     * have to. */
    void (*blocked)(void *ctx);
    void *ctx;
    _Atomic uint64_t *memory; /* bytes in use by all processes; pipes count too */
    uint64_t memory_max;
} bx_gate;

#endif
