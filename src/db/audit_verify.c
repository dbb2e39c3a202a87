#include <stdio.h>

#include "db/audit_internal.h"

/* What a row is compared with while the table is read from one end to the other. */
struct check {
    bx_audit *a;
    int64_t from;
    const bx_audit_head *heads;
    size_t n_heads;
    bx_audit_verdict *ret;
    int64_t mark;        /* rows up to it are in the derived tables: */
    int64_t names, ends; /* so many tools and runs, and ends */
};

static void wrong(bx_audit_verdict *v, int64_t row, const char *what)
{
    if (!v->whole)
        return;
    v->whole = false;
    v->first = row;
    (void)snprintf(v->what, sizeof v->what, "%s", what);
}

/* ---- one row --------------------------------------------------------------------------------- */

static bool is_same(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, BX_SHA256_BYTES) == 0;
}

/* Its number, its hash, and that it goes on from the row before it (`last`). */
static void check_chain(const bx_audit_row *row, const bx_audit_head *last, bx_audit_verdict *v)
{
    static const uint8_t zero[BX_SHA256_BYTES];
    uint8_t hash[BX_SHA256_BYTES];
    bx_audit_row_hash(row, hash);
    if (row->id != last->id + 1 && last->id != 0)
        wrong(v, last->id + 1, "the row is missing");
    else if (!is_same(hash, row->hash))
        wrong(v, row->id, "the row was changed");
    else if (row->id == 1 && !is_same(row->prev, zero))
        wrong(v, row->id, "it goes on from a row before it, and there is none");
    else if (last->id != 0 && !is_same(row->prev, last->hash))
        wrong(v, row->id,
              "it does not go on from the row before it: one of the two was put in the place of "
              "another");
}

static void check_shape(const bx_audit_row *row, bx_audit_verdict *v)
{
    if (row->kind == BX_AUDIT_END ? row->call < 1 || row->call >= row->id
                                  : row->kind != BX_AUDIT_BEGIN || row->call != 0)
        wrong(v, row->id, "it is neither the begin nor the end of a call");
}

static void check_heads(const struct check *k, const bx_audit_row *row)
{
    for (size_t i = 0; i < k->n_heads; i++) {
        if (k->heads[i].id == row->id && !is_same(k->heads[i].hash, row->hash))
            wrong(k->ret, row->id, "it is not the row the receipt was given for");
    }
}

/* ---- contents -------------------------------------------------------------------------------- */

static bx_code find_content(bx_db_conn *c, const uint8_t hash[BX_SHA256_BYTES], bx_str *ret,
                            bool *ret_there, bx_error *err)
{
    static const char sql[] = "SELECT bytes FROM content WHERE hash = ?";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_blob(s, 1, (bx_str){(const char *)hash, BX_SHA256_BYTES});
    rc = bx_db_step(s, ret_there, err);
    if (rc == BX_OK && *ret_there)
        *ret = bx_db_text(s, 0);
    return rc;
}

/* Of the digits `s` begins with. */
static bool from_hex(bx_str s, uint8_t ret[BX_SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    if (s.n < 2 * BX_SHA256_BYTES)
        return false;
    for (size_t i = 0; i < 2 * BX_SHA256_BYTES; i++) {
        const char *d = s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!d)
            return false;
        ret[i / 2] = (uint8_t)(i % 2 ? ret[i / 2] | (d - digits) : (d - digits) << 4);
    }
    return true;
}

bool bx_audit_hash_parse(bx_str hex, uint8_t ret[BX_SHA256_BYTES])
{
    return hex.n == 2 * BX_SHA256_BYTES && from_hex(hex, ret);
}

/* A body that names contents begins with their list, and only then. */
static bx_code check_contents(bx_db_conn *c, const bx_audit_row *row, bx_audit_verdict *v,
                              bx_error *err)
{
    const bx_str begin = BX_LIT("{\"content\":[");
    if (!bx_str_starts(row->body, begin))
        return BX_OK;
    bx_str rest = bx_str_from(row->body, begin.n);
    uint8_t hash[BX_SHA256_BYTES], now[BX_SHA256_BYTES];
    bx_code rc = BX_OK;
    while (rc == BX_OK && rest.n && rest.p[0] == '"' && from_hex(bx_str_from(rest, 1), hash)) {
        bx_str bytes = BX_LIT("");
        bool there = false;
        rc = find_content(c, hash, &bytes, &there, err);
        bx_sha256(bytes.p, bytes.n, now);
        if (rc == BX_OK && !there)
            wrong(v, row->id, "a text that it names by its hash is missing");
        else if (rc == BX_OK && !is_same(hash, now))
            wrong(v, row->id, "a text that it names by its hash was changed");
        rest = bx_str_from(rest, 2 * BX_SHA256_BYTES + 2);
        rest = bx_str_from(rest, rest.n && rest.p[0] == ',');
    }
    return rc;
}

/* ---- what lists are found by ----------------------------------------------------------------- */

static bx_code number(bx_db_conn *c, const char *sql, int64_t *ret, bx_error *err)
{
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, &row, err);
    if (rc == BX_OK)
        *ret = row ? bx_db_int(s, 0) : 0;
    return rc;
}

/* Somebody may have left calls out of the derived tables and the rows as they are: a list would not
 * show them.  No entry can be there twice, so as many right ones as there have to be are all.  A
 * call that has two ends is found by the first. */
static bx_code check_derived(bx_db_conn *c, const struct check *k, bx_error *err)
{
    static const char names[] =
        "SELECT count(*) FROM audit_by b CROSS JOIN audit a ON a.id = b.id WHERE a.kind = 1"
        " AND b.name = CASE b.kind WHEN 1 THEN a.tool WHEN 2 THEN a.run END"
        " AND b.id <= (SELECT id FROM audit_mark)";
    static const char ends[] =
        "SELECT count(*) FROM audit_end e CROSS JOIN audit a ON a.id = e.id WHERE a.kind = 2"
        " AND a.call = e.call AND e.id <= (SELECT id FROM audit_mark)";
    static const char calls[] = "SELECT count(DISTINCT call) FROM audit WHERE kind = 2"
                                " AND id <= (SELECT id FROM audit_mark)";
    int64_t n_names = 0, n_ends = 0, wanted = k->ends;
    bx_code rc = number(c, names, &n_names, err);
    if (rc == BX_OK)
        rc = number(c, ends, &n_ends, err);
    if (rc == BX_OK && n_ends != wanted)
        rc = number(c, calls, &wanted, err);
    if (rc == BX_OK && (n_names != k->names || n_ends != wanted))
        wrong(k->ret, 0,
              "all rows are right, but what lists are found by leaves calls out; it is made anew");
    return rc;
}

static bx_code forget_derived(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char *const statements[] = {"DELETE FROM audit_by", "DELETE FROM audit_end",
                                             "UPDATE audit_mark SET id = 0"};
    bx_code rc = BX_OK;
    (void)ctx;
    for (size_t i = 0; i < BX_COUNT(statements) && rc == BX_OK; i++) {
        bx_db_stmt *s = NULL;
        rc = bx_db_sql(c, statements[i], &s, err);
        if (rc == BX_OK)
            rc = bx_db_step(s, NULL, err);
    }
    return rc;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bx_code begin_before(bx_db_conn *c, const struct check *k, bx_error *err)
{
    static const char sql[] = "SELECT hash FROM audit WHERE id = ?";
    bx_db_stmt *s = NULL;
    bool row = false;
    if (k->from <= 1)
        return BX_OK;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, k->from - 1);
    rc = bx_db_step(s, &row, err);
    if (rc != BX_OK)
        return rc;
    bx_str hash = row ? bx_db_text(s, 0) : BX_LIT("");
    if (hash.n != BX_SHA256_BYTES)
        return bx_fail(err, BX_ENOENT, "there is no row %lld to begin behind",
                       (long long)k->from - 1);
    k->ret->last.id = k->from - 1;
    memcpy(k->ret->last.hash, hash.p, hash.n);
    return BX_OK;
}

static bx_code verify_row(bx_db_conn *c, bx_db_stmt *s, struct check *k, bx_error *err)
{
    bx_audit_row row;
    bx_audit_verdict *v = k->ret;
    bool shaped = bx_audit_row_at(s, &row);
    v->rows++;
    if (!shaped) {
        wrong(v, row.id, "its hash is none");
        return BX_OK;
    }
    if (v->last.id == 0 && row.id != 1 && k->from <= 1)
        wrong(v, row.id > 1 ? 1 : row.id,
              row.id > 1 ? "the row is missing" : "the row was put in before the first");
    check_chain(&row, &v->last, v);
    check_shape(&row, v);
    check_heads(k, &row);
    if (row.id <= k->mark) {
        k->names += row.kind == BX_AUDIT_BEGIN ? (row.tool.n > 0) + (row.run.n > 0) : 0;
        k->ends += row.kind == BX_AUDIT_END;
    }
    v->last.id = row.id;
    memcpy(v->last.hash, row.hash, BX_SHA256_BYTES);
    return check_contents(c, &row, v, err);
}

static bx_code verify(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] =
        "SELECT id, kind, call, time, tool, run, body, prev, hash FROM audit WHERE id >= ?"
        " ORDER BY id";
    static const char all[] =
        "SELECT id, kind, call, time, tool, run, body, prev, hash FROM audit ORDER BY id";
    static const char mark[] = "SELECT id FROM audit_mark";
    struct check *k = ctx;
    bx_db_stmt *s = NULL;
    bool row = false;
    bx_code rc = begin_before(c, k, err);
    if (rc == BX_OK)
        rc = number(c, mark, &k->mark, err);
    if (rc == BX_OK)
        rc = bx_db_sql(c, k->from > 1 ? sql : all, &s, err);
    if (rc != BX_OK)
        return rc;
    if (k->from > 1)
        bx_db_bind_int(s, 1, k->from);
    while ((rc = bx_db_step(s, &row, err)) == BX_OK && row && k->ret->whole) {
        rc = verify_row(c, s, k, err);
        if (rc != BX_OK)
            return rc;
    }
    for (size_t i = 0; i < k->n_heads && rc == BX_OK; i++) {
        if (k->heads[i].id > k->ret->last.id)
            wrong(k->ret, k->ret->last.id + 1,
                  "the row is missing: a receipt was given for this or a later one");
    }
    return rc == BX_OK && k->ret->whole && k->from <= 1 ? check_derived(c, k, err) : rc;
}

bx_code bx_audit_verify(bx_audit *a, int64_t from, const bx_audit_head *heads, size_t n_heads,
                        bx_audit_verdict *ret, bx_error *err)
{
    struct check k = {.a = a, .from = from, .heads = heads, .n_heads = n_heads, .ret = ret};
    *ret = (bx_audit_verdict){.whole = true};
    bx_code rc = bx_audit_flush(a, err);
    if (rc == BX_OK)
        rc = bx_db_read(a->db, verify, &k, err);
    if (rc == BX_OK && !ret->whole && ret->first == 0)
        rc = bx_db_write(a->db, forget_derived, NULL, err);
    return rc;
}
