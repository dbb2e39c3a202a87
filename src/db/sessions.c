#include "db/sessions.h"

/* An event's key is its session's number and its own: one tree holds all events of a session side
 * by side, and none twice. */
enum { SEQ_BITS = 32 };
#define MAX_SEQ ((UINT64_C(1) << SEQ_BITS) - 1)

static int64_t key_of(int64_t number, uint64_t seq)
{
    return (int64_t)((uint64_t)number << SEQ_BITS | seq);
}

/* ---- adding ---------------------------------------------------------------------------------- */

static bx_code number_of(bx_db_conn *c, bx_str id, int64_t *ret, bx_error *err)
{
    static const char sql[] = "SELECT n FROM session WHERE id=?1";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(s, 1, id);
    rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && !row)
        return bx_fail(err, BX_ENOENT, "no session '%.*s'", BX_FMT(id));
    if (rc == BX_OK)
        *ret = bx_db_int(s, 0);
    return rc;
}

static bx_code add(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] =
        "INSERT INTO session(id,parent,workspace,model,title,managed,status,created,updated)"
        " VALUES(?1,?2,?3,?4,?5,?6,'running',?7,?7)";
    const bx_session *s = ctx;
    bx_db_stmt *st = NULL;
    int64_t number = 0;
    if (number_of(c, s->id, &number, NULL) == BX_OK)
        return bx_fail(err, BX_ESTATE, "there is a session '%.*s' already", BX_FMT(s->id));
    bx_code rc = bx_db_sql(c, sql, &st, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(st, 1, s->id);
    bx_db_bind_text(st, 2, s->parent);
    bx_db_bind_text(st, 3, s->workspace);
    bx_db_bind_text(st, 4, s->model);
    bx_db_bind_text(st, 5, s->title);
    bx_db_bind_int(st, 6, s->managed);
    bx_db_bind_int(st, 7, s->created_ms);
    return bx_db_step(st, NULL, err);
}

typedef struct append {
    bx_str id;
    const bx_session_event *events;
    size_t n;
} append;

static bx_code has_event(bx_db_conn *c, int64_t key, bool *ret, bx_error *err)
{
    static const char sql[] = "SELECT 1 FROM session_event WHERE id=?1";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, key);
    return bx_db_step(s, ret, err);
}

static bx_code check_place(bx_db_conn *c, int64_t number, uint64_t seq, bx_error *err)
{
    bool before = false, there = false;
    if (seq == 0 || seq > MAX_SEQ)
        return bx_fail(err, BX_ELIMIT, "a session has at most %llu events",
                       (unsigned long long)MAX_SEQ);
    bx_code rc = has_event(c, key_of(number, seq - 1), &before, err);
    if (rc == BX_OK)
        rc = has_event(c, key_of(number, seq), &there, err);
    if (rc == BX_OK && there)
        return bx_fail(err, BX_ESTATE, "the session goes on elsewhere: it has an event %llu",
                       (unsigned long long)seq);
    if (rc == BX_OK && seq > 1 && !before)
        return bx_fail(err, BX_ESTATE, "event %llu of the session is missing",
                       (unsigned long long)(seq - 1));
    return rc;
}

static bx_code add_event(bx_db_conn *c, int64_t number, const bx_session_event *ev, bx_error *err)
{
    static const char sql[] = "INSERT INTO session_event(id,time,type,line) VALUES(?1,?2,?3,?4)";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, key_of(number, ev->seq));
    bx_db_bind_int(s, 2, ev->time_ms);
    bx_db_bind_text(s, 3, bx_str_of(ev->type));
    bx_db_bind_text(s, 4, ev->line);
    return bx_db_step(s, NULL, err);
}

static bx_code set_status(bx_db_conn *c, int64_t number, int64_t time_ms, bx_str status,
                          bx_error *err)
{
    static const char sql[] = "UPDATE session SET updated=?2, status=?3 WHERE n=?1";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, number);
    bx_db_bind_int(s, 2, time_ms);
    bx_db_bind_text(s, 3, status);
    return bx_db_step(s, NULL, err);
}

/* "end" and "user" say where a session stands; the status of the former is its member "status",
 * which the line has as its first one after those that every event has. */
static bx_str status_in(bx_str line)
{
    static const char key[] = "\"status\":\"";
    const char *at = memmem(line.p, line.n, key, sizeof key - 1);
    if (!at)
        return BX_LIT("ended");
    bx_str rest = bx_str_from(line, (size_t)(at - line.p) + sizeof key - 1);
    const char *end = memchr(rest.p, '"', rest.n);
    return end ? (bx_str){rest.p, (size_t)(end - rest.p)} : BX_LIT("ended");
}

static bx_code append_all(void *ctx, bx_db_conn *c, bx_error *err)
{
    const append *a = ctx;
    int64_t number = 0;
    bx_code rc = number_of(c, a->id, &number, err);
    for (size_t i = 0; i < a->n && rc == BX_OK; i++) {
        const bx_session_event *ev = &a->events[i];
        rc = check_place(c, number, ev->seq, err);
        if (rc == BX_OK)
            rc = add_event(c, number, ev, err);
        if (rc == BX_OK && strcmp(ev->type, "end") == 0)
            rc = set_status(c, number, ev->time_ms, status_in(ev->line), err);
        else if (rc == BX_OK && strcmp(ev->type, "user") == 0)
            rc = set_status(c, number, ev->time_ms, BX_LIT("running"), err);
    }
    return rc;
}

typedef struct addition {
    const bx_session *session;
    const bx_session_event *first;
} addition;

static bx_code add_with(void *ctx, bx_db_conn *c, bx_error *err)
{
    const addition *n = ctx;
    append a = {.id = n->session->id, .events = n->first, .n = n->first != NULL};
    bx_code rc = add((void *)(uintptr_t)n->session, c, err);
    return rc == BX_OK ? append_all(&a, c, err) : rc;
}

bx_code bx_session_add(bx_db *db, const bx_session *s, const bx_session_event *first, bx_error *err)
{
    addition n = {s, first};
    return bx_db_write(db, add_with, &n, err);
}

bx_code bx_session_append(bx_db *db, bx_str id, const bx_session_event *events, size_t n,
                          bx_error *err)
{
    append a = {.id = id, .events = events, .n = n};
    return bx_db_write(db, append_all, &a, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct reading {
    bx_str id;
    uint64_t from;
    bx_session_on_event *on;
    void *ctx;
} reading;

static bx_code read_events(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT id,time,type,line FROM session_event WHERE id BETWEEN ?1 AND "
                              "?2 ORDER BY id";
    const reading *r = ctx;
    bx_db_stmt *s = NULL;
    int64_t number = 0;
    bool row = false;
    bx_code rc = number_of(c, r->id, &number, err);
    if (rc == BX_OK)
        rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, key_of(number, r->from));
    bx_db_bind_int(s, 2, key_of(number, MAX_SEQ));
    for (;;) {
        rc = bx_db_step(s, &row, err);
        if (rc != BX_OK || !row)
            return rc;
        bx_str type = bx_db_text(s, 2);
        BX_AUTOFREE char *type_z = bx_strndup(type.p, type.n);
        if (!type_z)
            return bx_fail(err, BX_ENOMEM, "events of a session");
        const bx_session_event ev = {.seq = (uint64_t)bx_db_int(s, 0) & MAX_SEQ,
                                     .time_ms = bx_db_int(s, 1),
                                     .type = type_z,
                                     .line = bx_db_text(s, 3)};
        rc = r->on(r->ctx, &ev, err);
        if (rc != BX_OK)
            return rc;
    }
}

bx_code bx_session_events(bx_db *db, bx_str id, uint64_t from, bx_session_on_event *on, void *ctx,
                          bx_error *err)
{
    reading r = {.id = id, .from = from, .on = on, .ctx = ctx};
    return bx_db_read(db, read_events, &r, err);
}

#define COLUMNS \
    "SELECT id,parent,workspace,model,title,managed,status,created,updated," \
    "(SELECT COALESCE(MAX(e.id),0) & 4294967295 FROM session_event e WHERE e.id BETWEEN n<<32 AND" \
    " (n<<32)|4294967295) FROM session "

static bx_session row_of(bx_db_stmt *s)
{
    return (bx_session){.id = bx_db_text(s, 0),
                        .parent = bx_db_text(s, 1),
                        .workspace = bx_db_text(s, 2),
                        .model = bx_db_text(s, 3),
                        .title = bx_db_text(s, 4),
                        .managed = bx_db_int(s, 5) != 0,
                        .status = bx_db_text(s, 6),
                        .created_ms = bx_db_int(s, 7),
                        .updated_ms = bx_db_int(s, 8),
                        .events = (uint64_t)bx_db_int(s, 9)};
}

typedef struct listing {
    bx_str parent, workspace, id;
    size_t max;
    bx_session_on *on;
    void *ctx;
} listing;

static bx_code each_row(bx_db_stmt *s, const listing *l, bx_error *err)
{
    bool row = false;
    bx_code rc = bx_db_step(s, &row, err);
    while (rc == BX_OK && row) {
        const bx_session found = row_of(s);
        rc = l->on(l->ctx, &found, err);
        if (rc == BX_OK)
            rc = bx_db_step(s, &row, err);
    }
    return rc;
}

static bx_code list(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] =
        COLUMNS "WHERE parent=?1 AND (?2='' OR workspace=?2) ORDER BY n DESC LIMIT ?3";
    const listing *l = ctx;
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(s, 1, l->parent);
    bx_db_bind_text(s, 2, l->workspace);
    bx_db_bind_int(s, 3, (int64_t)l->max);
    return each_row(s, l, err);
}

bx_code bx_session_list(bx_db *db, bx_str parent, bx_str workspace, size_t max, bx_session_on *on,
                        void *ctx, bx_error *err)
{
    listing l = {.parent = parent, .workspace = workspace, .max = max, .on = on, .ctx = ctx};
    return bx_db_read(db, list, &l, err);
}

/* *ret: how many begin with `id`, two at most; an equal one counts alone. */
static bx_code count_like(bx_db_conn *c, bx_str id, bx_buf *ret_id, int *ret, bx_error *err)
{
    static const char sql[] =
        "SELECT id FROM session WHERE substr(id,1,length(?1))=?1 AND (parent='' OR id=?1)"
        " ORDER BY length(id) LIMIT 2";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(s, 1, id);
    for (*ret = 0; (rc = bx_db_step(s, &row, err)) == BX_OK && row; ++*ret) {
        if (*ret == 0)
            (void)bx_buf_add_str(ret_id, bx_db_text(s, 0));
        if (*ret == 0 && ret_id->n == id.n) {
            *ret = 1;
            return BX_OK;
        }
    }
    return rc;
}

static bx_code find(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = COLUMNS "WHERE id=?1";
    const listing *l = ctx;
    BX_AUTO_BUF id = bx_buf_init(4096);
    bx_db_stmt *s = NULL;
    int like = 0;
    bx_code rc = count_like(c, l->id, &id, &like, err);
    if (rc != BX_OK)
        return rc;
    if (like == 0 || l->id.n == 0)
        return bx_fail(err, BX_ENOENT, "no session '%.*s'", BX_FMT(l->id));
    if (like > 1)
        return bx_fail(err, BX_EINVAL, "several sessions begin with '%.*s'", BX_FMT(l->id));
    rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(s, 1, bx_buf_str(&id));
    return each_row(s, l, err);
}

bx_code bx_session_find(bx_db *db, bx_str id, bx_session_on *on, void *ctx, bx_error *err)
{
    listing l = {.id = id, .on = on, .ctx = ctx};
    return bx_db_read(db, find, &l, err);
}

/* ---- what is to end -------------------------------------------------------------------------- */

typedef struct cancelling {
    bx_str id;
    int64_t time_ms; /* -1: it was seen */
    bx_session_on_cancel *on;
    void *ctx;
} cancelling;

static bx_code set_cancel(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char add_sql[] = "INSERT OR REPLACE INTO session_cancel(id,time) VALUES(?1,?2)";
    static const char seen_sql[] = "DELETE FROM session_cancel WHERE id=?1";
    const cancelling *x = ctx;
    bx_db_stmt *s = NULL;
    int64_t number = 0;
    bool adds = x->time_ms >= 0;
    bx_code rc = adds ? number_of(c, x->id, &number, err) : BX_OK;
    if (rc == BX_OK)
        rc = adds ? bx_db_sql(c, add_sql, &s, err) : bx_db_sql(c, seen_sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_text(s, 1, x->id);
    if (adds)
        bx_db_bind_int(s, 2, x->time_ms);
    return bx_db_step(s, NULL, err);
}

bx_code bx_session_cancel(bx_db *db, bx_str id, int64_t time_ms, bx_error *err)
{
    cancelling x = {.id = id, .time_ms = time_ms < 0 ? 0 : time_ms};
    return bx_db_write(db, set_cancel, &x, err);
}

bx_code bx_session_cancel_seen(bx_db *db, bx_str id, bx_error *err)
{
    cancelling x = {.id = id, .time_ms = -1};
    return bx_db_write(db, set_cancel, &x, err);
}

static bx_code each_cancel(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT id FROM session_cancel LIMIT 1000";
    const cancelling *x = ctx;
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    while (rc == BX_OK && (rc = bx_db_step(s, &row, err)) == BX_OK && row)
        x->on(x->ctx, bx_db_text(s, 0));
    return rc;
}

bx_code bx_session_cancels(bx_db *db, bx_session_on_cancel *on, void *ctx, bx_error *err)
{
    cancelling x = {.on = on, .ctx = ctx};
    return bx_db_read(db, each_cancel, &x, err);
}
