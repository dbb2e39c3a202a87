#include "agent/claims.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"

typedef struct claim {
    char *holder, *guest, *host; /* owned */
} claim;

struct bx_claims {
    pthread_mutex_t lock;
    pthread_cond_t given;
    claim *at;
    size_t n, cap;
};

typedef struct wanted {
    claim at[BX_MAX_CAPS];
    size_t n;
} wanted;

static void claim_done(claim *c)
{
    free(c->holder);
    free(c->guest);
    free(c->host);
    *c = (claim){.holder = NULL};
}

static void wanted_free(wanted *w)
{
    for (size_t i = 0; w && i < w->n; i++)
        claim_done(&w->at[i]);
    free(w);
}
BX_DEFINE_AUTO(wanted, wanted_free)

bx_code bx_claims_new(bx_claims **ret, bx_error *err)
{
    bx_claims *c = bx_calloc(1, sizeof *c);
    if (!c)
        return bx_fail(err, BX_ENOMEM, "paths that executors write to");
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->given, &attr);
    (void)pthread_condattr_destroy(&attr);
    *ret = c;
    return BX_OK;
}

void bx_claims_free(bx_claims *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        claim_done(&c->at[i]);
    free(c->at);
    (void)pthread_cond_destroy(&c->given);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- what a path stands for ------------------------------------------------------------------ */

/* The longest part of `path` that exists, links resolved, and the rest as it is. */
static bx_code canonical(const char *path, char **ret, bx_error *err)
{
    BX_AUTOFREE char *head = bx_strndup(path, strlen(path));
    BX_AUTO_BUF out = bx_buf_init((size_t)2 * PATH_MAX);
    if (!head)
        return bx_fail(err, BX_ENOMEM, "a path");
    size_t n = strlen(head);
    char *real = NULL;
    while (n && !(real = realpath(head, NULL)) && (errno == ENOENT || errno == ENOTDIR)) {
        while (n && head[n - 1] != '/')
            n--;
        while (n > 1 && head[n - 1] == '/')
            n--;
        head[n] = '\0';
    }
    if (real)
        (void)bx_buf_add_z(&out, real);
    free(real);
    bx_str rest = bx_str_from(bx_str_of(path), n);
    if (rest.n && rest.p[0] != '/' && !(out.n && out.p[out.n - 1] == '/'))
        (void)bx_buf_add_c(&out, '/');
    (void)bx_buf_add_str(&out, rest);
    bx_code rc = bx_buf_check(&out, err);
    if (rc == BX_OK && !(*ret = bx_strndup(bx_buf_str(&out).p, out.n)))
        rc = bx_fail(err, BX_ENOMEM, "a path");
    return rc;
}

static bx_code host_of(const bx_grant *g, const char *guest, char **ret, bx_error *err)
{
    const bx_mount_list mounts = bx_grant_mounts(g);
    const bx_mount *best = NULL;
    for (size_t i = 0; i < mounts.n; i++) {
        if (bx_path_is_below(bx_str_of(guest), bx_str_of(mounts.at[i].guest)) &&
            (!best || strlen(mounts.at[i].guest) > strlen(best->guest)))
            best = &mounts.at[i];
    }
    if (!best)
        return bx_fail(err, BX_EINVAL, "%s is in no mount", guest);
    BX_AUTO_BUF path = bx_buf_init((size_t)2 * PATH_MAX);
    size_t skip = strcmp(best->guest, "/") == 0 ? 0 : strlen(best->guest);
    (void)bx_buf_addf(&path, "%s/%s", best->host, guest + skip);
    bx_code rc = bx_buf_check(&path, err);
    return rc == BX_OK ? canonical(path.p, ret, err) : rc;
}

static bx_code want(const bx_grant *g, const char *holder, wanted **ret, bx_error *err)
{
    BX_AUTO(wanted) wanted *w = bx_calloc(1, sizeof *w);
    const bx_cap_list caps = bx_grant_caps(g);
    bx_code rc = w ? BX_OK : bx_fail(err, BX_ENOMEM, "paths to write to");
    for (size_t i = 0; i < caps.n && rc == BX_OK; i++) {
        const bx_cap *cap = &caps.at[i];
        if (cap->kind != BX_CAP_WRITE && cap->kind != BX_CAP_RW)
            continue;
        claim *c = &w->at[w->n++];
        c->holder = bx_strndup(holder, strlen(holder));
        c->guest = bx_strndup(cap->path, strlen(cap->path));
        rc = c->holder && c->guest ? host_of(g, cap->path, &c->host, err)
                                   : bx_fail(err, BX_ENOMEM, "paths to write to");
    }
    if (rc == BX_OK)
        *ret = BX_TAKE(w);
    return rc;
}

/* ---- taking ---------------------------------------------------------------------------------- */

static bool overlap(const char *a, const char *b)
{
    return bx_path_is_below(bx_str_of(a), bx_str_of(b)) ||
           bx_path_is_below(bx_str_of(b), bx_str_of(a));
}

static const claim *in_the_way(const bx_claims *c, const wanted *w, size_t *which)
{
    for (size_t i = 0; i < w->n; i++) {
        for (size_t k = 0; k < c->n; k++) {
            if (strcmp(c->at[k].holder, w->at[i].holder) != 0 &&
                overlap(c->at[k].host, w->at[i].host)) {
                *which = i;
                return &c->at[k];
            }
        }
    }
    return NULL;
}

static bx_code add_locked(bx_claims *c, wanted *w, bx_error *err)
{
    if (c->n + w->n > c->cap) {
        size_t cap = (c->n + w->n) * 2;
        claim *more = bx_realloc(c->at, cap * sizeof *more);
        if (!more)
            return bx_fail(err, BX_ENOMEM, "paths that executors write to");
        c->at = more;
        c->cap = cap;
    }
    for (size_t i = 0; i < w->n; i++)
        c->at[c->n++] = w->at[i];
    w->n = 0; /* they are the table's */
    return BX_OK;
}

static void wait_locked(bx_claims *c)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += BX_CTL_SLICE_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    (void)pthread_cond_timedwait(&c->given, &c->lock, &until);
}

bx_code bx_claims_take(bx_claims *c, const char *holder, const bx_grant *g, bool wait,
                       const bx_ctl *ctl, bx_error *err)
{
    BX_AUTO(wanted) wanted *w = NULL;
    bx_code rc = want(g, holder, &w, err);
    if (rc != BX_OK)
        return rc;
    size_t which = 0;
    (void)pthread_mutex_lock(&c->lock);
    const claim *held = in_the_way(c, w, &which);
    while (held && wait && rc == BX_OK) {
        bx_stop s = bx_ctl_check(ctl);
        if (s != BX_STOP_NONE)
            rc = bx_fail(err, s == BX_STOP_CANCELLED ? BX_ECANCELLED : BX_ETIMEOUT,
                         "ended while it waited to write to %s, which '%s' holds",
                         w->at[which].guest, held->holder);
        else
            wait_locked(c);
        held = rc == BX_OK ? in_the_way(c, w, &which) : NULL;
    }
    if (rc == BX_OK && held)
        rc = bx_fail(err, BX_EDENIED, "write to %s is held by '%s' (%s) while it runs",
                     w->at[which].guest, held->holder, held->guest);
    if (rc == BX_OK)
        rc = add_locked(c, w, err);
    (void)pthread_mutex_unlock(&c->lock);
    return rc;
}

void bx_claims_give(bx_claims *c, const char *holder)
{
    (void)pthread_mutex_lock(&c->lock);
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->at[i].holder, holder) == 0)
            claim_done(&c->at[i]);
        else
            c->at[kept++] = c->at[i];
    }
    c->n = kept;
    (void)pthread_cond_broadcast(&c->given);
    (void)pthread_mutex_unlock(&c->lock);
}
