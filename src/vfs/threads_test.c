/* One sealed vfs, many sessions at a time. */
#include <pthread.h>

#include "vfs/testkit.h"

enum { THREADS = 4, ROUNDS = 150 };

typedef struct worker {
    kit *k;
    int n;
    int wrong;
} worker;

static void one_call(worker *w, int round)
{
    bx_vfs_session *s = NULL;
    char name[32], text[32];
    bx_vfs *v = bx_vfs_ref(w->k->v);
    if (bx_vfs_session_new(v, &w->k->limits, NULL, NULL, &s, NULL) != BX_OK) {
        w->wrong++;
        bx_vfs_unref(v);
        return;
    }
    (void)snprintf(text, sizeof text, "%d.%d", w->n, round);
    for (size_t i = 0; i < bx_vfs_preopen_count(v) - 1; i++) { /* "/" above them is the last */
        bx_file *d = NULL;
        bx_stat st;
        char list[4096];
        (void)snprintf(name, sizeof name, "f%d", w->n);
        w->wrong += bx_vfs_preopen(s, i, &d) != BX_E_SUCCESS;
        w->wrong += kit_put(d, name, text) != BX_E_SUCCESS;
        w->wrong += strcmp(kit_read(d, name), text) != 0;
        w->wrong += kit_opens(d, "no", "wc") != BX_E_ACCES;
        w->wrong += kit_opens(d, "../x", "r") != BX_E_PERM;
        w->wrong += kit_list(d, list, sizeof list) != BX_E_SUCCESS || !strstr(list, name) ||
                    strstr(list, "no ");
        w->wrong += bx_vfs_link_at(d, S(name), false, d, S(text)) != BX_E_SUCCESS;
        w->wrong += kit_opens(d, text, "r") !=
                    BX_E_SUCCESS; /* has two names: looked for among the carved-out */
        w->wrong += bx_vfs_unlink_at(d, S(text)) != BX_E_SUCCESS;
        w->wrong += bx_vfs_stat_at(d, S(text), false, &st) != BX_E_NOENT;
    }
    bx_vfs_session_free(s);
    bx_vfs_unref(v);
}

static void *work(void *arg)
{
    worker *w = arg;
    for (int i = 0; i < ROUNDS; i++)
        one_call(w, i);
    return NULL;
}

static void sessions_in_parallel(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/no", "SECRET");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "tmp", "store:s", "deny:**/no", NULL) == BX_OK);
    pthread_t t[THREADS];
    worker w[THREADS];
    for (int i = 0; i < THREADS; i++) {
        w[i] = (worker){&k, i, 0};
        CHECK(pthread_create(&t[i], NULL, work, &w[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(t[i], NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(w[i].wrong == 0);
    CHECK(kit_has(&k, "w/no", "SECRET"));
    kit_done(&k);
}

BXT_MAIN(RUN(sessions_in_parallel);)
