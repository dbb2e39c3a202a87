#include "db/audit_internal.h"

enum { BY_TOOL = 1, BY_RUN = 2 };

#define COLUMNS "id, kind, call, time, tool, run, body, prev, hash"

static const int64_t day_us = 86400 * 1000000LL;

/* ---- the derived tables ---------------------------------------------------------------------- */

static bx_code step_once(bx_db_stmt *s, bx_error *err) { return bx_db_step(s, NULL, err); }

static bx_code index_name(bx_db_conn *c, int kind, bx_str name, int64_t id, bx_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO audit_by VALUES(?, ?, ?)";
    bx_db_stmt *s = NULL;
    if (name.n == 0)
        return BX_OK;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, kind);
    bx_db_bind_text(s, 2, name);
    bx_db_bind_int(s, 3, id);
    return step_once(s, err);
}

static bx_code index_end(bx_db_conn *c, int64_t call, int64_t id, bx_error *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO audit_end VALUES(?, ?)";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, call);
    bx_db_bind_int(s, 2, id);
    return step_once(s, err);
}

struct indexing {
    int64_t max, done;
};

static bx_code index_rows(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char select[] = "SELECT id, kind, call, tool, run FROM audit"
                                 " WHERE id > (SELECT id FROM audit_mark) ORDER BY id LIMIT ?";
    static const char mark[] = "UPDATE audit_mark SET id = ?";
    struct indexing *k = ctx;
    bx_db_stmt *s = NULL, *m = NULL;
    bool row = false;
    int64_t id = 0;
    bx_code rc = bx_db_sql(c, select, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, k->max);
    while ((rc = bx_db_step(s, &row, err)) == BX_OK && row) {
        id = bx_db_int(s, 0);
        if (bx_db_int(s, 1) == BX_AUDIT_END) {
            rc = index_end(c, bx_db_int(s, 2), id, err);
        } else {
            rc = index_name(c, BY_TOOL, bx_db_text(s, 3), id, err);
            if (rc == BX_OK)
                rc = index_name(c, BY_RUN, bx_db_text(s, 4), id, err);
        }
        if (rc != BX_OK)
            return rc;
        k->done++;
    }
    if (rc == BX_OK && k->done)
        rc = bx_db_sql(c, mark, &m, err);
    if (rc != BX_OK || !k->done)
        return rc;
    bx_db_bind_int(m, 1, id);
    return step_once(m, err);
}

bx_code bx_audit_index(bx_audit *a, int64_t max, bool *ret_more, bx_error *err)
{
    struct indexing k = {.max = max};
    atomic_store_explicit(&a->unindexed, 0, memory_order_relaxed);
    bx_code rc = bx_db_write(a->db, index_rows, &k, err);
    if (rc == BX_OK)
        *ret_more = k.done == max;
    return rc;
}

/* ---- calls ----------------------------------------------------------------------------------- */

struct listing {
    bx_audit *a;
    const bx_audit_filter *f;
    bx_audit_each *each;
    void *ctx;
    int64_t mark; /* rows up to it are in the derived tables */
    int64_t left;
    bool stop;
};

static bx_code read_mark(bx_db_conn *c, int64_t *ret, bx_error *err)
{
    static const char sql[] = "SELECT id FROM audit_mark";
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    if (rc == BX_OK)
        *ret = row ? bx_db_int(s, 0) : 0;
    return rc;
}

/* The end of a call: by the derived table, and among the rows that are not in it yet. */
static bx_code find_end(bx_db_conn *c, const struct listing *l, int64_t call, bx_db_stmt **ret,
                        bx_error *err)
{
    static const char known[] = "SELECT " COLUMNS " FROM audit WHERE id ="
                                " (SELECT id FROM audit_end WHERE call = ?1) AND call = ?1";
    static const char tail[] = "SELECT " COLUMNS " FROM audit WHERE id > max(?1, ?2)"
                               " AND kind = 2 AND call = ?1 ORDER BY id LIMIT 1";
    bool row = false;
    bx_code rc = bx_db_sql(c, known, ret, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(*ret, 1, call);
    rc = bx_db_step(*ret, &row, err);
    if (rc != BX_OK || row)
        return rc;
    rc = bx_db_sql(c, tail, ret, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(*ret, 1, call);
    bx_db_bind_int(*ret, 2, l->mark);
    rc = bx_db_step(*ret, &row, err);
    if (rc == BX_OK && !row)
        *ret = NULL;
    return rc;
}

static bool still_runs(bx_audit *a, const bx_audit_row *begin)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    bx_str session = BX_LIT("");
    if (bx_json_parse(begin->body, BX_JSON_MAX_DEPTH, &doc, &err) != BX_OK)
        return false;
    (void)bx_json_str(bx_json_get(bx_json_root(doc), BX_LIT("session")), &session);
    return bx_db_session_lives(a->db, session);
}

static bx_code tell(bx_db_conn *c, struct listing *l, const bx_audit_row *begin, bx_error *err)
{
    bx_db_stmt *s = NULL;
    bx_audit_row end;
    bx_code rc = find_end(c, l, begin->id, &s, err);
    if (rc != BX_OK)
        return rc;
    if (s)
        (void)bx_audit_row_at(s, &end);
    bx_audit_state state = s                         ? BX_AUDIT_DONE
                           : still_runs(l->a, begin) ? BX_AUDIT_RUNNING
                                                     : BX_AUDIT_UNFINISHED;
    l->stop = !l->each(l->ctx, begin, s ? &end : NULL, state) || --l->left == 0;
    return BX_OK;
}

/* Executors of a run are called by its ID, a '.' and their number. */
static bool is_of_run(bx_str run, bx_str of)
{
    return bx_str_starts(run, of) && (run.n == of.n || run.p[of.n] == '.');
}

static bool fits(const bx_audit_filter *f, const bx_audit_row *row)
{
    return row->kind == BX_AUDIT_BEGIN && (!f->tool.n || bx_str_eq(f->tool, row->tool)) &&
           (!f->run.n || is_of_run(row->run, f->run)) && row->time_us >= f->since_us;
}

/* Rows are in the order they were written, and so are times unless somebody sets the clock. */
static bool is_past(const bx_audit_filter *f, const bx_audit_row *row)
{
    return f->since_us && row->time_us < f->since_us - day_us;
}

static bx_code tell_all(bx_db_conn *c, struct listing *l, bx_db_stmt *s, bx_error *err)
{
    bx_code rc = BX_OK;
    bool there = false;
    while (!l->stop && (rc = bx_db_step(s, &there, err)) == BX_OK && there) {
        bx_audit_row row;
        if (!bx_audit_row_at(s, &row))
            return bx_fail(err, BX_EINVAL, "the record is damaged: see boxagnts audit verify");
        l->stop = is_past(l->f, &row);
        if (!l->stop && fits(l->f, &row))
            rc = tell(c, l, &row, err);
        if (rc != BX_OK)
            return rc;
    }
    return rc;
}

static bx_code list(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char tail[] = "SELECT " COLUMNS " FROM audit WHERE id > ? ORDER BY id DESC";
    static const char any[] = "SELECT " COLUMNS " FROM audit WHERE id <= ? ORDER BY id DESC";
    static const char by[] = "SELECT a.id, a.kind, a.call, a.time, a.tool, a.run, a.body, a.prev,"
                             " a.hash FROM audit_by b CROSS JOIN audit a ON a.id = b.id"
                             " WHERE b.kind = ?2 AND b.name = ?3 AND b.id <= ?1 ORDER BY b.id DESC";
    static const char of_run[] =
        "SELECT a.id, a.kind, a.call, a.time, a.tool, a.run, a.body, a.prev, a.hash"
        " FROM audit_by b CROSS JOIN audit a ON a.id = b.id WHERE b.kind = ?2 AND"
        " (b.name = ?3 OR (b.name > ?3 || '.' AND b.name < ?3 || '/')) AND b.id <= ?1"
        " ORDER BY b.id DESC";
    struct listing *l = ctx;
    bx_db_stmt *s = NULL;
    bx_code rc = read_mark(c, &l->mark, err);
    if (rc == BX_OK)
        rc = bx_db_sql(c, tail, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, l->mark);
    rc = tell_all(c, l, s, err);
    if (rc != BX_OK || l->stop)
        return rc;
    bool named = l->f->tool.n || l->f->run.n;
    rc = bx_db_sql(c, l->f->run.n ? of_run : named ? by : any, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, l->mark);
    if (named) {
        bx_db_bind_int(s, 2, l->f->run.n ? BY_RUN : BY_TOOL);
        bx_db_bind_text(s, 3, l->f->run.n ? l->f->run : l->f->tool);
    }
    return tell_all(c, l, s, err);
}

/* What waits is written, and the derived tables go as far as they can: where nothing can be
 * written, what is missing from them is read instead. */
static void prepare(bx_audit *a)
{
    bool more = true;
    if (bx_audit_flush(a, NULL) != BX_OK)
        return;
    while (more && bx_audit_index(a, 4096, &more, NULL) == BX_OK)
        ;
}

bx_code bx_audit_list(bx_audit *a, const bx_audit_filter *f, bx_audit_each *each, void *ctx,
                      bx_error *err)
{
    struct listing l = {.a = a, .f = f, .each = each, .ctx = ctx, .left = f->limit};
    prepare(a);
    return bx_db_read(a->db, list, &l, err);
}

static bx_code find_row(bx_db_conn *c, int64_t id, bx_db_stmt **ret, bx_audit_row *row,
                        bx_error *err)
{
    static const char sql[] = "SELECT " COLUMNS " FROM audit WHERE id = ?";
    bool there = false;
    bx_code rc = bx_db_sql(c, sql, ret, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(*ret, 1, id);
    rc = bx_db_step(*ret, &there, err);
    if (rc != BX_OK)
        return rc;
    if (!there)
        return bx_fail(err, BX_ENOENT, "no call %lld in the record", (long long)id);
    return bx_audit_row_at(*ret, row)
               ? BX_OK
               : bx_fail(err, BX_EINVAL, "the record is damaged: see boxagnts audit verify");
}

struct one {
    struct listing l;
    int64_t id;
};

static bx_code get(void *ctx, bx_db_conn *c, bx_error *err)
{
    struct one *k = ctx;
    bx_db_stmt *s = NULL;
    bx_audit_row row;
    bx_code rc = read_mark(c, &k->l.mark, err);
    if (rc == BX_OK)
        rc = find_row(c, k->id, &s, &row, err);
    if (rc == BX_OK && row.kind == BX_AUDIT_END)
        rc = find_row(c, row.call, &s, &row, err);
    return rc == BX_OK ? tell(c, &k->l, &row, err) : rc;
}

bx_code bx_audit_get(bx_audit *a, int64_t id, bx_audit_each *each, void *ctx, bx_error *err)
{
    const bx_audit_filter none = {.limit = 1};
    struct one k = {.l = {.a = a, .f = &none, .each = each, .ctx = ctx, .left = 1}, .id = id};
    prepare(a);
    return bx_db_read(a->db, get, &k, err);
}

/* ---- rows ------------------------------------------------------------------------------------ */

struct rows {
    int64_t from;
    bx_audit_each_row *each;
    void *ctx;
};

static bx_code rows(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT " COLUMNS " FROM audit WHERE id >= ? ORDER BY id";
    const struct rows *k = ctx;
    bx_db_stmt *s = NULL;
    bool there = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, k->from);
    while ((rc = bx_db_step(s, &there, err)) == BX_OK && there) {
        bx_audit_row row;
        if (!bx_audit_row_at(s, &row))
            return bx_fail(err, BX_EINVAL, "the record is damaged: see boxagnts audit verify");
        if (!k->each(k->ctx, &row))
            return BX_OK;
    }
    return rc;
}

bx_code bx_audit_rows(bx_audit *a, int64_t from, bx_audit_each_row *each, void *ctx, bx_error *err)
{
    struct rows k = {from, each, ctx};
    bx_code rc = bx_audit_flush(a, err);
    return rc == BX_OK ? bx_db_read(a->db, rows, &k, err) : rc;
}

/* ---- contents and the head ------------------------------------------------------------------- */

struct wanted {
    const uint8_t *hash;
    bx_buf *ret;
};

static bx_code content(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT bytes FROM content WHERE hash = ?";
    const struct wanted *k = ctx;
    bx_db_stmt *s = NULL;
    bool there = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_blob(s, 1, (bx_str){(const char *)k->hash, BX_SHA256_BYTES});
    rc = bx_db_step(s, &there, err);
    if (rc != BX_OK)
        return rc;
    if (!there)
        return bx_fail(err, BX_ENOENT, "this text is not kept");
    (void)bx_buf_add_str(k->ret, bx_db_text(s, 0));
    return bx_buf_check(k->ret, err);
}

bx_code bx_audit_content(bx_audit *a, const uint8_t hash[BX_SHA256_BYTES], bx_buf *ret,
                         bx_error *err)
{
    struct wanted k = {hash, ret};
    return bx_db_read(a->db, content, &k, err);
}

static bx_code last(void *ctx, bx_db_conn *c, bx_error *err)
{
    return bx_audit_read_head(c, ctx, err);
}

bx_code bx_audit_last(bx_audit *a, bx_audit_head *ret, bx_error *err)
{
    bx_code rc = bx_audit_flush(a, err);
    return rc == BX_OK ? bx_db_read(a->db, last, ret, err) : rc;
}
