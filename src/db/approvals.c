#include "db/approvals.h"

#include <stdio.h>

#define COLUMNS \
    "id, time, client, run, tool, arguments, subject, exact, why, workspace, rules, state, scope," \
    " expires, constraints, answered_by, answered, used, alike"

static const int64_t kept_us = (int64_t)30 * 86400 * 1000000; /* what is over stays so long */

/* ---- names ----------------------------------------------------------------------------------- */

static const char *const states[] = {
    [BX_APPROVAL_PENDING] = "pending", [BX_APPROVAL_ALLOWED] = "allowed",
    [BX_APPROVAL_DENIED] = "denied",   [BX_APPROVAL_USED] = "used",
    [BX_APPROVAL_EXPIRED] = "expired",
};

static const char *const scopes[] = {
    [BX_SCOPE_NONE] = "",
    [BX_SCOPE_ONCE] = "once",
    [BX_SCOPE_RUN] = "run",
    [BX_SCOPE_ALWAYS] = "always",
};

const char *bx_approval_state_name(bx_approval_state s) { return states[s]; }

const char *bx_approval_scope_name(bx_approval_scope s) { return scopes[s]; }

bool bx_approval_scope_parse(bx_str text, bx_approval_scope *ret)
{
    for (size_t i = BX_SCOPE_ONCE; i < BX_COUNT(scopes); i++) {
        if (bx_str_eq(text, bx_str_of(scopes[i]))) {
            *ret = (bx_approval_scope)i;
            return true;
        }
    }
    return false;
}

/* What is not known is over: it allows nothing. */
static bx_approval_state state_of(bx_str text)
{
    for (size_t i = 0; i < BX_COUNT(states); i++) {
        if (bx_str_eq(text, bx_str_of(states[i])))
            return (bx_approval_state)i;
    }
    return BX_APPROVAL_EXPIRED;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void row_at(bx_db_stmt *s, int64_t now_us, bx_approval *a)
{
    *a = (bx_approval){.id = bx_db_int(s, 0),
                       .time_us = bx_db_int(s, 1),
                       .client = bx_db_text(s, 2),
                       .run = bx_db_text(s, 3),
                       .tool = bx_db_text(s, 4),
                       .arguments = bx_db_text(s, 5),
                       .subject = bx_db_text(s, 6),
                       .exact = bx_db_text(s, 7),
                       .why = bx_db_text(s, 8),
                       .workspace = bx_db_text(s, 9),
                       .rules = bx_db_text(s, 10),
                       .state = state_of(bx_db_text(s, 11)),
                       .expires_us = bx_db_int(s, 13),
                       .constraints = bx_db_text(s, 14),
                       .by = bx_db_text(s, 15),
                       .answered_us = bx_db_int(s, 16),
                       .used_us = bx_db_int(s, 17),
                       .alike = bx_db_text(s, 18)};
    (void)bx_approval_scope_parse(bx_db_text(s, 12), &a->scope);
    if (a->state != BX_APPROVAL_USED && a->expires_us <= now_us)
        a->state = BX_APPROVAL_EXPIRED;
}

/* Run to its end a statement that changes at most one row; was there one? */
static bx_code change(bx_db_stmt *s, bool *ret, bx_error *err)
{
    bool row = false, more = true;
    bx_code rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && row)
        rc = bx_db_step(s, &more, err);
    if (rc == BX_OK && ret)
        *ret = row;
    return rc;
}

/* ---- asking ---------------------------------------------------------------------------------- */

typedef struct settling {
    const bx_approval_ask *ask;
    bx_approval_found found;
} settling;

static bool is_exact(const bx_approval_ask *ask, const bx_approval *a)
{
    return bx_str_eq(a->exact, (bx_str){(const char *)ask->exact, sizeof ask->exact});
}

static bool is_alike(const bx_approval_ask *ask, const bx_approval *a)
{
    return is_exact(ask, a) || (a->alike.n && bx_str_eq(a->alike, ask->alike));
}

/* As what a rule for the one call would say of the other. */
static bool has_rules(const bx_approval_ask *ask, const bx_approval *a)
{
    return a->rules.n && bx_str_eq(a->rules, ask->rules);
}

/* The subject is the same. */
static bool holds(const bx_approval_ask *ask, const bx_approval *a)
{
    if (a->state == BX_APPROVAL_DENIED)
        return is_exact(ask, a);
    if (a->state != BX_APPROVAL_ALLOWED)
        return false;
    if (a->scope == BX_SCOPE_ALWAYS)
        return a->answered_us >= ask->since_us && has_rules(ask, a);
    if (a->scope == BX_SCOPE_RUN && (a->run.n == 0 || !bx_str_eq(a->run, ask->run)))
        return false;
    if (a->constraints.n)
        return ask->fits && ask->fits(ask->ctx, a->constraints);
    return a->scope == BX_SCOPE_RUN    ? is_alike(ask, a)
           : a->scope == BX_SCOPE_ONCE ? is_exact(ask, a)
                                       : false;
}

/* Of all answers that hold, a no counts before a yes, and one that stays before one that is used
 * up. */
static bx_code find_answer(settling *st, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT " COLUMNS " FROM approval"
                              " WHERE state IN ('allowed', 'denied') AND subject = ? ORDER BY id";
    const bx_approval_ask *ask = st->ask;
    bx_approval_found *f = &st->found;
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_blob(s, 1, (bx_str){(const char *)ask->subject, sizeof ask->subject});
    while ((rc = bx_db_step(s, &row, err)) == BX_OK && row) {
        bx_approval a;
        row_at(s, ask->now_us, &a);
        bool better = f->id == 0 || a.state == BX_APPROVAL_DENIED ||
                      (f->scope == BX_SCOPE_ONCE && a.scope != BX_SCOPE_ONCE);
        if (f->state == BX_APPROVAL_DENIED || !better || !holds(ask, &a))
            continue;
        *f = (bx_approval_found){.state = a.state, .id = a.id, .scope = a.scope};
        (void)snprintf(f->by, sizeof f->by, "%.*s", BX_FMT(a.by));
    }
    return rc;
}

/* The transaction writes from its beginning, so nobody else finds it between the two. */
static bx_code use(settling *st, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "UPDATE approval SET state = 'used', used = ? WHERE id = ?"
                              " AND state = 'allowed' AND scope = 'once' RETURNING id";
    bx_db_stmt *s = NULL;
    bool done = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, st->ask->now_us);
    bx_db_bind_int(s, 2, st->found.id);
    rc = change(s, &done, err);
    if (rc == BX_OK && !done)
        rc = bx_fail(err, BX_EINVAL, "question %lld was used meanwhile", (long long)st->found.id);
    return rc;
}

/* The same question that waits already: of this call, or of one like it. */
static bx_code find_pending(settling *st, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT id FROM approval WHERE state = 'pending' AND subject = ?1"
                              " AND exact = ?2 AND run = ?3 AND expires > ?4"
                              " AND (?5 = 0 OR id = ?5) ORDER BY id LIMIT 1";
    const bx_approval_ask *ask = st->ask;
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_blob(s, 1, (bx_str){(const char *)ask->subject, sizeof ask->subject});
    bx_db_bind_blob(s, 2, (bx_str){(const char *)ask->exact, sizeof ask->exact});
    bx_db_bind_text(s, 3, ask->run);
    bx_db_bind_int(s, 4, ask->now_us);
    bx_db_bind_int(s, 5, ask->resume);
    rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && row)
        st->found.id = bx_db_int(s, 0);
    return rc;
}

static bx_code check_room(bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT count(*) FROM approval WHERE state = 'pending'";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && row && bx_db_int(s, 0) >= BX_APPROVAL_MAX_PENDING)
        rc = bx_fail(err, BX_ELIMIT, "%d questions wait already: answer some (boxagnts approvals)",
                     BX_APPROVAL_MAX_PENDING);
    return rc;
}

static bx_str bounded(bx_str s, size_t max) { return s.n > max ? (bx_str){s.p, max} : s; }

static bx_code insert(settling *st, bx_db_conn *c, bx_error *err)
{
    static const char sql[] =
        "INSERT INTO approval(time, client, run, tool, arguments, subject, exact, why, workspace,"
        " rules, state, scope, expires, constraints, answered_by, answered, used, alike)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', '', ?, '', '', 0, 0, ?) RETURNING id";
    enum { MAX_NAME = 256, MAX_WHY = 4096 };
    const bx_approval_ask *ask = st->ask;
    bx_db_stmt *s = NULL;
    bool row = false, more;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, ask->now_us);
    bx_db_bind_text(s, 2, bounded(ask->client, MAX_NAME));
    bx_db_bind_text(s, 3, ask->run);
    bx_db_bind_text(s, 4, bounded(ask->tool, MAX_NAME));
    bx_db_bind_text(s, 5, bounded(ask->arguments, BX_APPROVAL_MAX_TEXT));
    bx_db_bind_blob(s, 6, (bx_str){(const char *)ask->subject, sizeof ask->subject});
    bx_db_bind_blob(s, 7, (bx_str){(const char *)ask->exact, sizeof ask->exact});
    bx_db_bind_text(s, 8, bounded(ask->why, MAX_WHY));
    bx_db_bind_text(s, 9, bounded(ask->workspace, MAX_WHY));
    bx_db_bind_text(s, 10, ask->rules);
    bx_db_bind_int(s, 11, ask->expires_us);
    bx_db_bind_text(s, 12, ask->alike);
    rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && row) {
        st->found.id = bx_db_int(s, 0);
        rc = bx_db_step(s, &more, err);
    }
    return rc;
}

static bx_code sweep(int64_t now_us, bx_db_conn *c, bx_error *err)
{
    static const char over[] = "UPDATE approval SET state = 'expired'"
                               " WHERE state IN ('pending', 'allowed', 'denied') AND expires <= ?";
    static const char old[] = "DELETE FROM approval WHERE state IN ('used', 'expired')"
                              " AND time < ?";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, over, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, now_us);
    rc = bx_db_step(s, NULL, err);
    if (rc == BX_OK)
        rc = bx_db_sql(c, old, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, now_us - kept_us);
    return bx_db_step(s, NULL, err);
}

static bx_code settle(void *ctx, bx_db_conn *c, bx_error *err)
{
    settling *st = ctx;
    bx_code rc = sweep(st->ask->now_us, c, err);
    if (rc == BX_OK)
        rc = find_answer(st, c, err);
    if (rc != BX_OK)
        return rc;
    if (st->found.id)
        return st->found.state == BX_APPROVAL_ALLOWED && st->found.scope == BX_SCOPE_ONCE
                   ? use(st, c, err)
                   : BX_OK;
    if (!st->ask->own || st->ask->resume)
        rc = find_pending(st, c, err);
    if (rc != BX_OK || st->found.id || !st->ask->keep)
        return rc;
    rc = check_room(c, err);
    return rc == BX_OK ? insert(st, c, err) : rc;
}

bx_code bx_approvals_settle(bx_db *db, const bx_approval_ask *ask, bx_approval_found *ret,
                            bx_error *err)
{
    settling st = {.ask = ask, .found = {.state = BX_APPROVAL_PENDING}};
    bx_code rc = bx_db_write(db, settle, &st, err);
    if (rc == BX_OK)
        *ret = st.found;
    return rc;
}

/* ---- answering ------------------------------------------------------------------------------- */

typedef struct answering {
    int64_t id;
    const bx_approval_answer *a;
} answering;

static bx_code get_row(int64_t id, int64_t now_us, bx_db_conn *c, bx_approval *ret, bx_error *err)
{
    static const char sql[] = "SELECT " COLUMNS " FROM approval WHERE id = ?";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, id);
    rc = bx_db_step(s, &row, err);
    if (rc == BX_OK && !row)
        return bx_fail(err, BX_ENOENT, "there is no question %lld", (long long)id);
    if (rc == BX_OK)
        row_at(s, now_us, ret);
    return rc;
}

static bx_code check_open(const answering *w, bx_db_conn *c, bx_error *err)
{
    bx_approval was;
    bx_code rc = get_row(w->id, w->a->now_us, c, &was, err);
    if (rc != BX_OK)
        return rc;
    bool open =
        was.state == BX_APPROVAL_PENDING ||
        (!w->a->use && (was.state == BX_APPROVAL_ALLOWED || was.state == BX_APPROVAL_DENIED));
    if (!open)
        return bx_fail(err, BX_EINVAL, "question %lld is %s: it cannot be answered any more",
                       (long long)w->id, bx_approval_state_name(was.state));
    if (w->a->allow && w->a->scope == BX_SCOPE_RUN && was.run.n == 0)
        return bx_fail(err, BX_EINVAL, "question %lld is of no run: allow it once",
                       (long long)w->id);
    if (w->a->allow && w->a->scope == BX_SCOPE_ALWAYS && was.rules.n == 0)
        return bx_fail(err, BX_EINVAL,
                       "question %lld: no rule of the user's policy would answer it: allow it once",
                       (long long)w->id);
    return rc;
}

static bx_code answer(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "UPDATE approval SET state = ?, scope = ?, constraints = ?,"
                              " answered_by = ?, answered = ?, expires = ?, used = ? WHERE id = ?";
    const answering *w = ctx;
    const bx_approval_answer *a = w->a;
    bx_db_stmt *s = NULL;
    bx_code rc = check_open(w, c, err);
    if (rc == BX_OK)
        rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bool used = a->use && a->scope == BX_SCOPE_ONCE;
    bx_approval_state to = !a->allow ? BX_APPROVAL_DENIED
                           : used    ? BX_APPROVAL_USED
                                     : BX_APPROVAL_ALLOWED;
    bx_db_bind_text(s, 1, bx_str_of(states[to]));
    bx_db_bind_text(s, 2, bx_str_of(a->allow ? scopes[a->scope] : ""));
    bx_db_bind_text(s, 3, a->constraints);
    bx_db_bind_text(s, 4, bounded(a->by, BX_APPROVAL_MAX_BY - 1));
    bx_db_bind_int(s, 5, a->now_us);
    bx_db_bind_int(s, 6, a->expires_us);
    bx_db_bind_int(s, 7, used ? a->now_us : 0);
    bx_db_bind_int(s, 8, w->id);
    return bx_db_step(s, NULL, err);
}

bx_code bx_approvals_answer(bx_db *db, int64_t id, const bx_approval_answer *a, bx_error *err)
{
    answering w = {id, a};
    return bx_db_write(db, answer, &w, err);
}

static bx_code withdraw(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] =
        "UPDATE approval SET state = 'expired' WHERE id = ? AND state = 'pending'";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, *(const int64_t *)ctx);
    return bx_db_step(s, NULL, err);
}

void bx_approvals_withdraw(bx_db *db, int64_t id)
{
    bx_error none;
    bx_code rc = id ? bx_db_write(db, withdraw, &id, &none) : BX_OK;
    (void)rc; /* else it is over when its time is */
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct reading {
    int64_t id, now_us; /* `id` 0: all of them, or */
    bool all;
    bx_approval_each *each;
    void *ctx;
} reading;

static bx_code read_one(void *ctx, bx_db_conn *c, bx_error *err)
{
    const reading *r = ctx;
    bx_approval a;
    bx_code rc = get_row(r->id, r->now_us, c, &a, err);
    if (rc == BX_OK)
        (void)r->each(r->ctx, &a);
    return rc;
}

static bx_code read_many(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT " COLUMNS " FROM approval ORDER BY id DESC";
    const reading *r = ctx;
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    while (rc == BX_OK && (rc = bx_db_step(s, &row, err)) == BX_OK && row) {
        bx_approval a;
        row_at(s, r->now_us, &a);
        bool open = a.state == BX_APPROVAL_PENDING || a.state == BX_APPROVAL_ALLOWED;
        if ((r->all || open) && !r->each(r->ctx, &a))
            break;
    }
    return rc;
}

bx_code bx_approvals_list(bx_db *db, bool all, int64_t now_us, bx_approval_each *each, void *ctx,
                          bx_error *err)
{
    reading r = {.now_us = now_us, .all = all, .each = each, .ctx = ctx};
    return bx_db_read(db, read_many, &r, err);
}

bx_code bx_approvals_get(bx_db *db, int64_t id, int64_t now_us, bx_approval_each *each, void *ctx,
                         bx_error *err)
{
    reading r = {.id = id, .now_us = now_us, .each = each, .ctx = ctx};
    return bx_db_read(db, read_one, &r, err);
}
