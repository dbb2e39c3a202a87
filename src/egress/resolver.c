#include "egress/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

enum { IDLE_SECONDS = 5, MAX_HOST = 255 };

struct bx_lookup {
    bx_resolver *resolver; /* a reference, until its owner cancels */
    bx_lookup *next;       /* queue */
    const void *owner;
    bx_lookup_fn done; /* NULL: answered, or nobody wants to know */
    void *ctx;
    bool queued, running;
    bool dropped; /* cancelled while it ran: its helper frees it */
    char host[MAX_HOST + 1];
};

struct bx_resolver {
    pthread_mutex_t lock;
    pthread_cond_t work, ended;
    bx_resolve_fn fn;
    void *fn_ctx;
    bx_lookup *queue, **tail;
    bx_lookup *running[BX_RESOLVER_THREADS];
    unsigned threads, idle, waiting; /* waiting: lookups in the queue */
    size_t refs;                     /* its maker's, each helper's, each lookup's */
    bool stop;
};

static bx_http_error of_eai(int rc)
{
    switch (rc) {
    case 0:
        return BX_HTTP_OK;
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return BX_HTTP_DESTINATION_NOT_FOUND;
    case EAI_MEMORY:
        return BX_HTTP_INTERNAL_ERROR;
    default:
        return BX_HTTP_DNS_ERROR;
    }
}

static bx_http_error system_resolve(const char *host, bx_ip *out, size_t max, size_t *n)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int rc = getaddrinfo(host, NULL, &hints, &list);
    if (rc != 0)
        return of_eai(rc);
    *n = 0;
    for (const struct addrinfo *a = list; a && *n < max; a = a->ai_next) {
        bx_ip ip = {.family = 0};
        if (a->ai_family == AF_INET) {
            const struct sockaddr_in *s4 = (const void *)a->ai_addr;
            ip.family = 4;
            memcpy(ip.b, &s4->sin_addr, 4);
        } else if (a->ai_family == AF_INET6) {
            const struct sockaddr_in6 *s6 = (const void *)a->ai_addr;
            ip.family = 6;
            memcpy(ip.b, &s6->sin6_addr, 16);
        }
        if (ip.family != 0)
            out[(*n)++] = ip;
    }
    freeaddrinfo(list);
    return *n > 0 ? BX_HTTP_OK : BX_HTTP_DESTINATION_NOT_FOUND;
}

static unsigned running_of(const bx_resolver *v, const void *owner)
{
    unsigned n = 0;
    for (size_t i = 0; i < BX_RESOLVER_THREADS; i++)
        n += v->running[i] && v->running[i]->owner == owner;
    return n;
}

/* The first lookup whose owner has a free place; it leaves the queue. */
static bx_lookup *take_locked(bx_resolver *v)
{
    for (bx_lookup **p = &v->queue; *p; p = &(*p)->next) {
        bx_lookup *l = *p;
        if (running_of(v, l->owner) >= BX_RESOLVER_PER_OWNER)
            continue;
        *p = l->next;
        if (v->tail == &l->next)
            v->tail = p;
        l->queued = false;
        v->waiting--;
        return l;
    }
    return NULL;
}

/* Under the lock, so that cancel returns only when no call can follow. */
static void answer_locked(bx_lookup *l, bx_http_error e, const bx_ip *ips, size_t n)
{
    bx_lookup_fn done = l->done;
    l->done = NULL;
    if (done)
        done(l->ctx, e, ips, n);
}

static void run_locked(bx_resolver *v, bx_lookup *l)
{
    size_t slot = 0;
    while (v->running[slot])
        slot++;
    v->running[slot] = l;
    l->running = true;
    bx_ip ips[BX_EGRESS_MAX_ADDRS];
    size_t n = 0;
    (void)pthread_mutex_unlock(&v->lock);
    bx_http_error e = v->fn ? v->fn(v->fn_ctx, l->host, ips, BX_COUNT(ips), &n)
                            : system_resolve(l->host, ips, BX_COUNT(ips), &n);
    (void)pthread_mutex_lock(&v->lock);
    if (e == BX_HTTP_OK && (n == 0 || n > BX_COUNT(ips))) /* a hook that does not keep its word */
        e = n == 0 ? BX_HTTP_DESTINATION_NOT_FOUND : BX_HTTP_INTERNAL_ERROR;
    v->running[slot] = NULL;
    l->running = false;
    if (l->dropped)
        free(l);
    else
        answer_locked(l, e, ips, e == BX_HTTP_OK ? n : 0);
}

/* Give up one reference and the lock; the last one ends the resolver. */
static void unref_unlock(bx_resolver *v)
{
    bool last = --v->refs == 0;
    (void)pthread_mutex_unlock(&v->lock);
    if (!last)
        return;
    (void)pthread_mutex_destroy(&v->lock);
    (void)pthread_cond_destroy(&v->work);
    (void)pthread_cond_destroy(&v->ended);
    free(v);
}

static void *helper(void *arg)
{
    bx_resolver *v = arg;
    (void)pthread_mutex_lock(&v->lock);
    while (!v->stop) {
        bx_lookup *l = take_locked(v);
        if (l) {
            run_locked(v, l);
            (void)pthread_cond_broadcast(&v->work); /* its owner has a free place again */
            continue;
        }
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += IDLE_SECONDS;
        v->idle++;
        int rc = pthread_cond_timedwait(&v->work, &v->lock, &until);
        v->idle--;
        if (rc == ETIMEDOUT && !v->queue)
            break;
    }
    v->threads--;
    (void)pthread_cond_broadcast(&v->ended);
    unref_unlock(v);
    return NULL;
}

static bx_code spawn_locked(bx_resolver *v, bx_error *err)
{
    pthread_attr_t attr;
    pthread_t t;
    sigset_t all, old;
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attr, 256 << 10);
    (void)sigfillset(&all); /* the process's signals are for its other threads */
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&t, &attr, helper, v);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void)pthread_attr_destroy(&attr);
    if (rc != 0)
        return bx_fail_errno(err, rc, "start a lookup thread");
    v->threads++;
    v->refs++;
    return BX_OK;
}

bx_code bx_resolver_new(bx_resolve_fn fn, void *fn_ctx, bx_resolver **ret, bx_error *err)
{
    bx_resolver *v = bx_calloc(1, sizeof *v);
    if (!v)
        return bx_fail(err, BX_ENOMEM, "resolver");
    v->fn = fn;
    v->fn_ctx = fn_ctx;
    v->tail = &v->queue;
    v->refs = 1;
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&v->lock, NULL);
    (void)pthread_cond_init(&v->work, &attr);
    (void)pthread_cond_init(&v->ended, NULL);
    (void)pthread_condattr_destroy(&attr);
    *ret = v;
    return BX_OK;
}

void bx_resolver_stop(bx_resolver *v)
{
    static const bx_ip NONE;
    (void)pthread_mutex_lock(&v->lock);
    v->stop = true;
    for (bx_lookup *l = v->queue; l; l = l->next) {
        l->queued = false;
        answer_locked(l, BX_HTTP_DNS_ERROR, &NONE, 0);
    }
    v->queue = NULL;
    v->tail = &v->queue;
    v->waiting = 0;
    for (size_t i = 0; i < BX_RESOLVER_THREADS; i++)
        if (v->running[i])
            answer_locked(v->running[i], BX_HTTP_DNS_ERROR, &NONE, 0);
    (void)pthread_cond_broadcast(&v->work);
    while (v->fn && v->threads > 0)
        (void)pthread_cond_wait(&v->ended, &v->lock);
    (void)pthread_mutex_unlock(&v->lock);
}

void bx_resolver_free(bx_resolver *v)
{
    if (!v)
        return;
    bx_resolver_stop(v);
    (void)pthread_mutex_lock(&v->lock);
    unref_unlock(v);
}

bx_code bx_lookup_start(bx_resolver *v, const char *host, const void *owner, bx_lookup_fn done,
                        void *ctx, bx_lookup **ret, bx_error *err)
{
    size_t n = strlen(host);
    if (n > MAX_HOST)
        return bx_fail(err, BX_EINVAL, "host name longer than %d bytes", MAX_HOST);
    bx_lookup *l = bx_calloc(1, sizeof *l);
    if (!l)
        return bx_fail(err, BX_ENOMEM, "lookup");
    l->resolver = v;
    l->owner = owner;
    l->done = done;
    l->ctx = ctx;
    memcpy(l->host, host, n);
    (void)pthread_mutex_lock(&v->lock);
    bx_code rc = BX_OK;
    if (v->stop)
        rc = bx_fail(err, BX_ECANCELLED, "the resolver was stopped");
    else if (v->idle <= v->waiting && v->threads < BX_RESOLVER_THREADS)
        rc = spawn_locked(v, err);
    if (rc == BX_OK || (!v->stop && v->threads > 0)) { /* a running helper will come to it */
        rc = BX_OK;
        v->refs++;
        l->queued = true;
        v->waiting++;
        *v->tail = l;
        v->tail = &l->next;
        *ret = l; /* before any helper can see it */
        (void)pthread_cond_signal(&v->work);
    }
    (void)pthread_mutex_unlock(&v->lock);
    if (rc != BX_OK)
        free(l);
    return rc;
}

void bx_lookup_cancel(bx_lookup *l)
{
    if (!l)
        return;
    bx_resolver *v = l->resolver;
    (void)pthread_mutex_lock(&v->lock);
    if (l->queued) {
        bx_lookup **p = &v->queue;
        while (*p != l)
            p = &(*p)->next;
        *p = l->next;
        if (v->tail == &l->next)
            v->tail = p;
        v->waiting--;
    }
    l->done = NULL;
    l->dropped = l->running;
    if (!l->dropped)
        free(l);
    unref_unlock(v);
}
