/* sandbox/kept.h - sealed grants of tools that guests call, kept as long as the call that asks: to
 * derive and seal one takes longer than a small tool's whole call.  A grant depends on what the
 * caller may use and on the tool alone; limits are given with each call (bx_call.limits).
 * Any thread. */
#ifndef BX_SANDBOX_KEPT_H
#define BX_SANDBOX_KEPT_H

#include <pthread.h>

#include "sandbox/call.h"

enum { BX_KEPT_MAX = 64 };

typedef struct bx_kept_one {
    const bx_grant *run; /* what the caller may use; by address: it lives as long */
    const void *tool;    /* likewise: its manifest */
    bx_sealed *sealed;   /* owned */
} bx_kept_one;

typedef struct bx_kept {
    pthread_mutex_t lock;
    bx_kept_one at[BX_KEPT_MAX];
    size_t n;
} bx_kept;

void bx_kept_init(bx_kept *k);
void bx_kept_done(bx_kept *k);
/* NULL: there is none.  Borrowed as long as `k` lives. */
bx_sealed *bx_kept_find(bx_kept *k, const bx_grant *run, const void *tool);
/* False: there is no room, or another thread was quicker; then it stays the caller's. */
BX_NODISCARD bool bx_kept_add(bx_kept *k, const bx_grant *run, const void *tool, bx_sealed *sealed);

#endif
