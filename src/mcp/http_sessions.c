#include "mcp/http_sessions.h"

#include <pthread.h>

#include "os/ctl.h"

typedef struct entry {
    bx_mcp_session *session; /* held; NULL: free */
    unsigned listening;      /* streams */
    uint64_t since;          /* when the last of them ended */
} entry;

struct bx_mcp_sessions {
    bx_mcp_server *server;
    uint64_t idle_ns;
    pthread_mutex_t lock; /* of what follows; nothing of the server's core that may wait is called
                             with it */
    unsigned max;
    entry entries[];
};

bx_code bx_mcp_sessions_new(bx_mcp_server *server, unsigned max, unsigned idle_ms,
                            bx_mcp_sessions **ret, bx_error *err)
{
    bx_mcp_sessions *t = bx_calloc(1, sizeof *t + max * sizeof t->entries[0]);
    if (!t)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    t->server = server;
    t->max = max;
    t->idle_ns = (uint64_t)idle_ms * 1000000;
    (void)pthread_mutex_init(&t->lock, NULL);
    *ret = t;
    return BX_OK;
}

static void end(bx_mcp_session *s)
{
    if (!s)
        return;
    bx_mcp_session_end(s);
    bx_mcp_session_unref(s);
}

void bx_mcp_sessions_end_all(bx_mcp_sessions *t)
{
    for (unsigned i = 0; i < t->max; i++) {
        (void)pthread_mutex_lock(&t->lock);
        bx_mcp_session *s = BX_TAKE(t->entries[i].session);
        (void)pthread_mutex_unlock(&t->lock);
        end(s);
    }
}

void bx_mcp_sessions_free(bx_mcp_sessions *t)
{
    if (!t)
        return;
    bx_mcp_sessions_end_all(t);
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

/* Since when nothing happened with it; UINT64_MAX: something does. */
static uint64_t idle_since(const entry *e)
{
    uint64_t since = e->listening ? 0 : bx_mcp_session_idle_since(e->session);
    if (since == 0)
        return UINT64_MAX;
    return since > e->since ? since : e->since;
}

static bool is_stale(const bx_mcp_sessions *t, const entry *e, uint64_t now)
{
    uint64_t since = idle_since(e);
    return since != UINT64_MAX && now > since && now - since > t->idle_ns;
}

/* A free entry, made free if need be: *ret_old is the session it had.  NULL: none is idle. */
static entry *room_locked(bx_mcp_sessions *t, bx_mcp_session **ret_old)
{
    entry *oldest = NULL;
    uint64_t longest = UINT64_MAX;
    for (unsigned i = 0; i < t->max; i++) {
        entry *e = &t->entries[i];
        if (!e->session)
            return e;
        uint64_t since = idle_since(e);
        if (since < longest) {
            longest = since;
            oldest = e;
        }
    }
    if (oldest)
        *ret_old = BX_TAKE(oldest->session);
    return oldest;
}

/* One whose time is up, out of the table. */
static bx_mcp_session *take_stale(bx_mcp_sessions *t)
{
    bx_mcp_session *stale = NULL;
    uint64_t now = bx_now_ns();
    (void)pthread_mutex_lock(&t->lock);
    for (unsigned i = 0; i < t->max && !stale; i++) {
        if (t->entries[i].session && is_stale(t, &t->entries[i], now))
            stale = BX_TAKE(t->entries[i].session);
    }
    (void)pthread_mutex_unlock(&t->lock);
    return stale;
}

bx_code bx_mcp_sessions_open(bx_mcp_sessions *t, bx_mcp_session **ret, bx_error *err)
{
    bx_mcp_session *made = NULL, *old = NULL;
    for (bx_mcp_session *s; (s = take_stale(t));)
        end(s);
    bx_code rc = bx_mcp_session_new(t->server, NULL, &made, err);
    if (rc != BX_OK)
        return rc;
    (void)pthread_mutex_lock(&t->lock);
    entry *e = room_locked(t, &old);
    if (e) {
        *e = (entry){.session = made};
        *ret = bx_mcp_session_find(t->server, bx_str_of(bx_mcp_session_id(made)));
    }
    (void)pthread_mutex_unlock(&t->lock);
    end(old);
    if (e)
        return *ret ? BX_OK : bx_fail(err, BX_ELIMIT, "the session ended already");
    end(made);
    return bx_fail(err, BX_ELIMIT, "%u sessions are open, and none is idle", t->max);
}

static entry *entry_locked(bx_mcp_sessions *t, const bx_mcp_session *s)
{
    for (unsigned i = 0; i < t->max; i++) {
        if (t->entries[i].session == s)
            return &t->entries[i];
    }
    return NULL;
}

bx_mcp_session *bx_mcp_sessions_find(bx_mcp_sessions *t, bx_str id)
{
    bx_mcp_session *s = bx_mcp_session_find(t->server, id), *stale = NULL;
    if (!s)
        return NULL;
    (void)pthread_mutex_lock(&t->lock);
    entry *e = entry_locked(t, s);
    if (e && is_stale(t, e, bx_now_ns()))
        stale = BX_TAKE(e->session);
    (void)pthread_mutex_unlock(&t->lock);
    end(stale);
    if (e && !stale)
        return s;
    bx_mcp_session_unref(s);
    return NULL;
}

void bx_mcp_sessions_end(bx_mcp_sessions *t, bx_mcp_session *session)
{
    bx_mcp_session *s = NULL;
    (void)pthread_mutex_lock(&t->lock);
    entry *e = entry_locked(t, session);
    if (e)
        s = BX_TAKE(e->session);
    (void)pthread_mutex_unlock(&t->lock);
    end(s);
}

void bx_mcp_sessions_listen(bx_mcp_sessions *t, const bx_mcp_session *session, bool on)
{
    (void)pthread_mutex_lock(&t->lock);
    entry *e = entry_locked(t, session);
    if (e && on)
        e->listening++;
    else if (e && e->listening) {
        e->listening--;
        e->since = bx_now_ns();
    }
    (void)pthread_mutex_unlock(&t->lock);
}
