#include "mcp/http_conns.h"

#include <netinet/in.h>
#include <poll.h>
#include <time.h>

#include "os/ctl.h"

enum {
    NS_PER_MS = 1000000,
    NS_PER_S = 1000000000,
    TICK_MS = 50, /* how often the clients of unanswered requests are looked at */
    IDLE_TICK_MS = 250,
};

struct bx_httpd_conns {
    unsigned keepalive_ms;
    pthread_t watcher;
    pthread_mutex_t lock; /* of what follows; taken before the lock of a request */
    pthread_cond_t tick;  /* there is something to watch, or it is the end */
    pthread_cond_t idle;  /* a connection is at nothing any more */
    bx_httpd_conn *first;
    unsigned n, n_shed, n_busy, n_waiters;
    bool end;
};

static void *watch(void *arg);

bx_code bx_httpd_conns_new(unsigned keepalive_ms, bx_httpd_conns **ret, bx_error *err)
{
    BX_AUTOFREE bx_httpd_conns *c = bx_calloc(1, sizeof *c);
    if (!c)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&c->lock, NULL);
    (void)pthread_cond_init(&c->tick, &attr);
    (void)pthread_cond_init(&c->idle, &attr);
    (void)pthread_condattr_destroy(&attr);
    c->keepalive_ms = keepalive_ms;
    int rc = pthread_create(&c->watcher, NULL, watch, c);
    if (rc != 0)
        return bx_fail_errno(err, rc, "a thread that watches connections");
    *ret = BX_TAKE(c);
    return BX_OK;
}

void bx_httpd_conns_free(bx_httpd_conns *c)
{
    if (!c)
        return;
    (void)pthread_mutex_lock(&c->lock);
    BX_ASSERT(!c->first);
    c->end = true;
    (void)pthread_cond_signal(&c->tick);
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_join(c->watcher, NULL);
    (void)pthread_cond_destroy(&c->tick);
    (void)pthread_cond_destroy(&c->idle);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- the list ---------------------------------------------------------------------------------
 */

bx_httpd_conn *bx_httpd_conns_add(bx_httpd_conns *c, int fd, uint64_t deadline_ns)
{
    bx_httpd_conn *conn = bx_calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    conn->fd = fd;
    conn->since = bx_now_ns();
    atomic_init(&conn->deadline_ns, deadline_ns);
    socklen_t len = sizeof conn->from; /* asked once: to ask each one for each new one takes long */
    if (getpeername(fd, (struct sockaddr *)&conn->from, &len) != 0)
        conn->from.ss_family = AF_UNSPEC;
    (void)pthread_mutex_lock(&c->lock);
    conn->next = c->first;
    if (c->first)
        c->first->prev = conn;
    c->first = conn;
    if (c->n++ == 0)
        (void)pthread_cond_signal(&c->tick);
    (void)pthread_mutex_unlock(&c->lock);
    return conn;
}

void bx_httpd_conns_remove(bx_httpd_conns *c, bx_httpd_conn *conn)
{
    (void)pthread_mutex_lock(&c->lock);
    if (conn->next)
        conn->next->prev = conn->prev;
    *(conn->prev ? &conn->prev->next : &c->first) = conn->next;
    c->n--;
    c->n_shed -= conn->shed;
    (void)pthread_mutex_unlock(&c->lock);
    free(conn);
}

static bool same_host(const struct sockaddr *a, const struct sockaddr_storage *b)
{
    if (a->sa_family != b->ss_family)
        return false;
    if (a->sa_family == AF_INET)
        return memcmp(&((const struct sockaddr_in *)a)->sin_addr,
                      &((const struct sockaddr_in *)b)->sin_addr, 4) == 0;
    return a->sa_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                  &((const struct sockaddr_in6 *)b)->sin6_addr, 8) == 0; /* a /64 is one host's */
}

unsigned bx_httpd_conns_count(bx_httpd_conns *c, const struct sockaddr *from, unsigned *ret_same)
{
    unsigned same = 0;
    (void)pthread_mutex_lock(&c->lock);
    unsigned n = c->n - c->n_shed;
    for (const bx_httpd_conn *conn = ret_same ? c->first : NULL; conn; conn = conn->next)
        same += !conn->shed && same_host(from, &conn->from);
    (void)pthread_mutex_unlock(&c->lock);
    if (ret_same)
        *ret_same = same;
    return n;
}

/* Its own thread sees the end, and closes it. */
static void cut_off_locked(bx_httpd_conns *c, bx_httpd_conn *conn)
{
    c->n_shed += !conn->shed;
    conn->shed = true;
    (void)shutdown(conn->fd, SHUT_RDWR);
}

/* Whether `a` goes before `b`. */
static bool goes_first(const bx_httpd_conn *a, const bx_httpd_conn *b)
{
    return !b || (a->known != b->known ? b->known : a->since < b->since);
}

bool bx_httpd_conns_shed(bx_httpd_conns *c)
{
    bx_httpd_conn *found = NULL;
    (void)pthread_mutex_lock(&c->lock);
    for (bx_httpd_conn *conn = c->first; conn; conn = conn->next) {
        bool answered = conn->request && atomic_load(&conn->deadline_ns) == UINT64_MAX;
        if (!conn->shed && !answered && goes_first(conn, found))
            found = conn;
    }
    if (found)
        cut_off_locked(c, found);
    (void)pthread_mutex_unlock(&c->lock);
    return found != NULL;
}

void bx_httpd_conns_know(bx_httpd_conns *c, bx_httpd_conn *conn)
{
    (void)pthread_mutex_lock(&c->lock);
    conn->known = true;
    (void)pthread_mutex_unlock(&c->lock);
}

void bx_httpd_conns_at(bx_httpd_conns *c, bx_httpd_conn *conn, bx_httpd_request *r)
{
    (void)pthread_mutex_lock(&c->lock);
    if (r && !conn->request)
        c->n_busy++;
    if (!r && conn->request) {
        c->n_busy--;
        if (c->n_waiters)
            (void)pthread_cond_broadcast(&c->idle);
    }
    conn->request = r;
    if (!r)
        conn->since = bx_now_ns();
    (void)pthread_mutex_unlock(&c->lock);
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

bool bx_httpd_conns_wait(bx_httpd_conns *c, uint64_t until_ns)
{
    struct timespec at = timespec_of(until_ns);
    (void)pthread_mutex_lock(&c->lock);
    c->n_waiters++;
    for (int rc = 0; c->n_busy && rc == 0;)
        rc = pthread_cond_timedwait(&c->idle, &c->lock, &at);
    c->n_waiters--;
    bool idle = c->n_busy == 0;
    (void)pthread_mutex_unlock(&c->lock);
    return idle;
}

/* ---- looking at them --------------------------------------------------------------------------
 */

static bool hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* Whether the connection sleeps, so that its client may be gone unnoticed; a comment goes into a
 * stream that was silent for long.  *slow: its client has to be cut off. */
static bool tend(bx_httpd_request *r, uint64_t now, unsigned keepalive_ms, bool *slow)
{
    (void)pthread_mutex_lock(&r->lock);
    bool asleep = r->waiting && !r->gone;
    *slow = r->slow && !r->gone;
    if (asleep && r->state == BX_HTTPD_STREAMING && r->out.n == r->sent &&
        now > r->last + (uint64_t)keepalive_ms * NS_PER_MS) {
        r->last = now;
        if (bx_buf_add_z(&r->out, ":\n\n") == BX_OK && r->wake)
            r->wake(r);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return asleep;
}

/* Whether a client that is listened to will say no more.  The library, which waits for an edge,
 * does not see an end that came together with what was said before. */
static bool broke_off(const bx_httpd_conn *conn)
{
    char c;
    return atomic_load(&conn->deadline_ns) != UINT64_MAX &&
           recv(conn->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* A request to be told that its client is gone, with a reference, or NULL. */
static bx_httpd_request *look_locked(bx_httpd_conns *c, bx_httpd_conn *conn, uint64_t now)
{
    bx_httpd_request *r = conn->request;
    if (atomic_load(&conn->deadline_ns) <= now) {
        atomic_store(&conn->deadline_ns, UINT64_MAX);
        cut_off_locked(c, conn);
    }
    bool slow = false, asleep = r && tend(r, now, c->keepalive_ms, &slow);
    if (slow || (!asleep && broke_off(conn)))
        (void)shutdown(conn->fd, SHUT_RDWR);
    if (!slow && !(asleep && hung_up(conn->fd)))
        return NULL;
    bx_httpd_request_ref(r);
    return r;
}

/* The next one; *from: where the last look ended, by position. */
static bx_httpd_request *next_gone(bx_httpd_conns *c, uint64_t now, size_t *from)
{
    bx_httpd_request *ret = NULL;
    size_t i = 0;
    (void)pthread_mutex_lock(&c->lock);
    for (bx_httpd_conn *conn = c->first; conn && !ret; conn = conn->next) {
        if (i++ < *from)
            continue;
        ret = look_locked(c, conn, now);
        *from = i;
    }
    (void)pthread_mutex_unlock(&c->lock);
    return ret;
}

static bool rest_a_tick(bx_httpd_conns *c)
{
    (void)pthread_mutex_lock(&c->lock);
    while (!c->end && !c->n)
        (void)pthread_cond_wait(&c->tick, &c->lock);
    uint64_t ms = c->n_busy ? TICK_MS : IDLE_TICK_MS;
    struct timespec at = timespec_of(bx_now_ns() + ms * NS_PER_MS);
    for (int rc = 0; !c->end && rc == 0;)
        rc = pthread_cond_timedwait(&c->tick, &c->lock, &at);
    bool go_on = !c->end;
    (void)pthread_mutex_unlock(&c->lock);
    return go_on;
}

static void tell_gone(bx_httpd_request *r)
{
    bx_httpd_request_gone(r);
    (void)pthread_mutex_lock(&r->lock);
    if (r->wake)
        r->wake(r); /* a stream ends, a request that waits is broken off */
    (void)pthread_mutex_unlock(&r->lock);
    bx_httpd_request_unref(r);
}

static void *watch(void *arg)
{
    bx_httpd_conns *c = arg;
    while (rest_a_tick(c)) {
        size_t from = 0;
        uint64_t now = bx_now_ns();
        for (bx_httpd_request *r; (r = next_gone(c, now, &from));)
            tell_gone(r);
    }
    return NULL;
}

/* ---- the end ----------------------------------------------------------------------------------
 */

/* The next one that is at something, with a reference, by position. */
static bx_httpd_request *next_request(bx_httpd_conns *c, size_t *from)
{
    bx_httpd_request *ret = NULL;
    size_t i = 0;
    (void)pthread_mutex_lock(&c->lock);
    for (bx_httpd_conn *conn = c->first; conn && !ret; conn = conn->next) {
        if (i++ < *from)
            continue;
        *from = i;
        ret = conn->request;
        if (ret)
            bx_httpd_request_ref(ret);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return ret;
}

void bx_httpd_conns_break(bx_httpd_conns *c)
{
    (void)pthread_mutex_lock(&c->lock);
    for (bx_httpd_conn *conn = c->first; conn; conn = conn->next) {
        if (conn->request)
            bx_httpd_request_abort(conn->request);
    }
    (void)pthread_mutex_unlock(&c->lock);
    size_t from = 0;
    for (bx_httpd_request *r; (r = next_request(c, &from));) {
        bx_httpd_request_gone(r);
        bx_httpd_request_unref(r);
    }
}
