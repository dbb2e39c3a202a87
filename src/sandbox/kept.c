#include "sandbox/kept.h"

void bx_kept_init(bx_kept *k)
{
    (void)pthread_mutex_init(&k->lock, NULL);
    k->n = 0;
}

void bx_kept_done(bx_kept *k)
{
    for (size_t i = 0; i < k->n; i++)
        bx_sealed_free(k->at[i].sealed);
    k->n = 0;
    (void)pthread_mutex_destroy(&k->lock);
}

static bx_sealed *find_locked(const bx_kept *k, const bx_grant *run, const void *tool)
{
    for (size_t i = 0; i < k->n; i++) {
        if (k->at[i].run == run && k->at[i].tool == tool)
            return k->at[i].sealed;
    }
    return NULL;
}

bx_sealed *bx_kept_find(bx_kept *k, const bx_grant *run, const void *tool)
{
    (void)pthread_mutex_lock(&k->lock);
    bx_sealed *s = find_locked(k, run, tool);
    (void)pthread_mutex_unlock(&k->lock);
    return s;
}

bool bx_kept_add(bx_kept *k, const bx_grant *run, const void *tool, bx_sealed *sealed)
{
    (void)pthread_mutex_lock(&k->lock);
    bool fits = k->n < BX_KEPT_MAX && !find_locked(k, run, tool);
    if (fits)
        k->at[k->n++] = (bx_kept_one){run, tool, sealed};
    (void)pthread_mutex_unlock(&k->lock);
    return fits;
}
