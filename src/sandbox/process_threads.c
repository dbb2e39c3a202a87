/* Threads of a call: those that run processes and tool calls beside whoever waits for them. */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "sandbox/job.h"
#include "sandbox/process.h"
#include "sandbox/tree.h"

static bx_process *next_dispatched(bx_tree *t)
{
    bx_process *q = t->all;
    while (q && !(q->dispatched && q->state == BX_PROCESS_PENDING))
        q = q->next;
    return q;
}

void bx_process_run_locked(bx_tree *t, bx_process *q, bx_process *below)
{
    q->state = BX_PROCESS_RUNNING;
    q->below = below;
    t->running++;
    bx_tree_unlock(t);
    bx_process_run(q);
    bx_tree_lock(t);
    t->running--;
}

/* What has become ready while all who could run it wait for something else. */
static bx_process *pick_for_thread(bx_tree *t)
{
    bx_process *q = next_dispatched(t);
    if (q)
        t->dispatched--;
    return q;
}

/* Who is cancelled or killed notices by a tick, so they go on for a little longer than the threads
 * are busy; but a call may wait for a person for hours. */
static void idle_locked(bx_tree *t)
{
    enum { LINGER_NS = 100000000 };
    t->idle++;
    if (t->ticking && t->idle == t->n_threads) {
        uint64_t until = bx_now_ns() + LINGER_NS;
        struct timespec ts = {(time_t)(until / 1000000000), (long)(until % 1000000000)};
        int rc = pthread_cond_timedwait(&t->work, &t->gate.lock, &ts);
        if (rc == ETIMEDOUT && t->ticking && t->idle == t->n_threads && t->dispatched == 0) {
            t->ticking = false;
            bx_ticker_part(bx_runtime_ticker(bx_module_runtime(t->live->call.module)));
        }
    } else {
        (void)pthread_cond_wait(&t->work, &t->gate.lock);
    }
    t->idle--;
}

static void *work(void *arg)
{
    bx_tree *t = arg;
    bx_tree_lock(t);
    for (;;) {
        bx_process *q = pick_for_thread(t);
        bx_job *j = q ? NULL : bx_job_pick_locked(t);
        if (q) {
            bx_process_run_locked(t, q, NULL);
            bx_gate_wake_locked(&t->gate);
        } else if (j) {
            bx_job_run_locked(t, j);
            bx_gate_wake_locked(&t->gate);
        } else if (t->closing) {
            break;
        } else {
            idle_locked(t);
        }
    }
    bx_tree_unlock(t);
    return NULL;
}

/* A thread that can hold a guest, and another one that it waits for. */
static int make_thread(bx_tree *t)
{
    enum { HOST_SHARE = 2 << 20 };
    bx_thread *h = bx_calloc(1, sizeof *h);
    pthread_attr_t a;
    if (!h)
        return ENOMEM;
    (void)pthread_attr_init(&a);
    int rc = pthread_attr_setstacksize(&a, 2 * (size_t)t->live->limits->stack + HOST_SHARE);
    if (rc == 0)
        rc = pthread_create(&h->id, &a, work, t);
    (void)pthread_attr_destroy(&a);
    if (rc != 0) {
        free(h);
        return rc;
    }
    h->next = t->threads;
    t->threads = h;
    t->n_threads++;
    return 0;
}

/* From the first thread on guests run that no deadline of this thread's own interrupts. */
void bx_tree_tick_locked(bx_tree *t)
{
    bx_error err;
    bx_ticker *ticker = bx_runtime_ticker(bx_module_runtime(t->live->call.module));
    if (!t->ticking)
        t->ticking = bx_ticker_join(ticker, t->live->ctl->deadline_ns, &err) == BX_OK;
}

/* For all that can be begun now there is a thread, or one is made. */
static int wake_or_make(bx_tree *t)
{
    if (t->idle < t->dispatched + bx_jobs_startable_locked(t))
        return make_thread(t);
    (void)pthread_cond_signal(&t->work);
    return 0;
}

int bx_tree_thread_for_job_locked(bx_tree *t)
{
    if (bx_jobs_startable_locked(t) == 0)
        return 0; /* one that ends takes it */
    int rc = wake_or_make(t);
    return t->jobs_running > 0 || t->idle > 0 ? 0 : rc;
}

/* It ends without having begun.  Who is at the other end of its pipes has to notice, and closing
 * those takes the lock. */
static void fail_locked(bx_tree *t, bx_process *q, int rc)
{
    q->ended = (bx_ended){.kind = BX_ENDED_FAILED, .code = 126};
    (void)snprintf(q->error, sizeof q->error, "no thread to run it: %s", strerror(rc));
    q->state = BX_PROCESS_RUNNING; /* nobody else takes or frees it */
    t->running++;
    bx_tree_unlock(t);
    bx_wasi_close_all(q->wasi);
    bx_tree_lock(t);
    t->running--;
    bx_process_ended_locked(q);
}

bool bx_process_dispatch_locked(bx_tree *t, bx_process *q)
{
    bx_tree_tick_locked(t);
    q->dispatched = true;
    t->dispatched++;
    int rc = wake_or_make(t);
    if (rc == 0 || t->threads)
        return true; /* one of those there are takes it later */
    q->dispatched = false;
    t->dispatched--;
    fail_locked(t, q, rc);
    return false;
}
