#include "db/conn.h"

#include <errno.h>
#include <time.h>

#include "db/wal_file.h"
#include "os/clock.h"

/* ---- waiting for another process ------------------------------------------------------------- */

/* A transaction of ours takes some ten microseconds, so the first waits are short. */
static int wait_for_other(void *ctx, int n)
{
    bx_db_conn *c = ctx;
    uint64_t now = bx_clock_now_ns(BX_CLOCK_MONOTONIC);
    if (n == 0)
        c->waits_ns = now;
    if (c->impatient || now - c->waits_ns > (uint64_t)BX_DB_BUSY_MS * 1000000)
        return 0;
    long us = 20L << (n / 4 < 8 ? n / 4 : 8);
    const struct timespec t = {0, us * 1000};
    (void)nanosleep(&t, NULL);
    return 1;
}

/* ---- errors ---------------------------------------------------------------------------------- */

static bx_code fail_io(bx_db_conn *c, int rc, const char *what, bx_error *err)
{
    int sys = sqlite3_system_errno(c->db);
    if (sys == ENOSPC || sys == EDQUOT || sys == EFBIG)
        return bx_fail_errno(err, sys, "%s: %.400s: no room to write", what, c->path);
    if (rc == SQLITE_IOERR_WRITE) /* a full disk is SQLITE_FULL */
        return bx_fail_errno(err, sys ? sys : EIO,
                             "%s: %.400s: no room to write (a quota, or a limit on the size of "
                             "files), or a failing disk",
                             what, c->path);
    if (sys == EROFS || sys == EACCES || sys == EPERM)
        return bx_fail_errno(err, sys, "%s: %.400s cannot be written", what, c->path);
    return bx_fail_errno(err, sys ? sys : EIO, "%s: %.400s: %.200s", what, c->path,
                         sqlite3_errmsg(c->db));
}

bx_code bx_db_fail(bx_db_conn *c, int rc, const char *what, bx_error *err)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return bx_fail(err, BX_ENOMEM, "%s", what);
    case SQLITE_FULL:
        return bx_fail_errno(err, ENOSPC, "%s: %.400s: no room to write", what, c->path);
    case SQLITE_READONLY:
        return bx_fail_errno(err, EROFS, "%s: %.400s cannot be written", what, c->path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return fail_io(c, rc, what, err);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return bx_fail(err, BX_EINVAL,
                       "%s: %.400s is damaged, or no database: move it away (with -wal and -shm "
                       "beside it), and a new one is begun",
                       what, c->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return bx_fail(err, BX_ETIMEOUT, "%s: another process holds %.400s", what, c->path);
    default:
        return bx_fail(err, BX_EINTERNAL, "%s: %.400s: %.300s", what, c->path,
                       sqlite3_errmsg(c->db));
    }
}

/* ---- connections ----------------------------------------------------------------------------- */

/* What a connection may do, whatever is in the file: no functions of a changed schema, no writing
 * past the triggers' tables, no checkpoint when it is closed. */
static bx_code configure(bx_db_conn *c, bx_db_access how, bool power_safe, bx_error *err)
{
    int was;
    (void)sqlite3_busy_handler(c->db, wait_for_other, c);
    int rc = sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &was);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, how != BX_DB_MAKES, &was);
    if (rc == SQLITE_OK && how != BX_DB_MAKES)
        rc = sqlite3_db_config(c->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &was);
    if (rc != SQLITE_OK)
        return bx_db_fail(c, rc, "open", err);
    if (how == BX_DB_READS)
        return bx_db_exec(c, "PRAGMA query_only=1", err);
    if (how == BX_DB_MAKES) /* nobody knows it yet; whoever makes it waits for the disk once */
        return bx_db_exec(c, "PRAGMA synchronous=OFF", err);
    return bx_db_exec(c, power_safe ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", err);
}

bx_code bx_db_conn_open(const char *path, bx_db_access how, bool power_safe, bx_db_conn **ret,
                        bx_error *err)
{
    BX_AUTO(bx_db_conn) bx_db_conn *c = bx_calloc(1, sizeof *c);
    if (!c)
        return bx_fail(err, BX_ENOMEM, "database");
    c->path = path;
    int rc = sqlite3_open_v2(path, &c->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                                 SQLITE_OPEN_EXRESCODE,
                             bx_db_vfs());
    if (rc != SQLITE_OK)
        return c->db ? bx_db_fail(c, rc, "open", err) : bx_fail(err, BX_ENOMEM, "database");
    bx_code code = configure(c, how, power_safe, err);
    if (code == BX_OK)
        *ret = BX_TAKE(c);
    return code;
}

void bx_db_conn_close(bx_db_conn *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        (void)sqlite3_finalize(c->statements[i].s);
    if (c->db)
        (void)sqlite3_close_v2(c->db);
    free(c);
}

bx_code bx_db_exec(bx_db_conn *c, const char *sql, bx_error *err)
{
    int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? BX_OK : bx_db_fail(c, rc, "database", err);
}

/* ---- statements ------------------------------------------------------------------------------ */

bx_code bx_db_sql(bx_db_conn *c, const char *sql, bx_db_stmt **ret, bx_error *err)
{
    bx_db_stmt *s = NULL;
    for (size_t i = 0; i < c->n && !s; i++)
        s = c->statements[i].sql == sql ? &c->statements[i] : NULL;
    if (!s) {
        BX_ASSERT(c->n < BX_DB_MAX_STATEMENTS);
        s = &c->statements[c->n];
        *s = (bx_db_stmt){.sql = sql, .conn = c};
        int rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
        if (rc != SQLITE_OK)
            return bx_db_fail(c, rc, "database", err);
        c->n++;
    } else if (s->used) {
        (void)sqlite3_reset(s->s);
        (void)sqlite3_clear_bindings(s->s);
    }
    s->used = true;
    s->bad = SQLITE_OK;
    *ret = s;
    return BX_OK;
}

static void keep(bx_db_stmt *s, int rc)
{
    if (rc != SQLITE_OK)
        s->bad = rc;
}

void bx_db_bind_int(bx_db_stmt *s, int at, int64_t v) { keep(s, sqlite3_bind_int64(s->s, at, v)); }

void bx_db_bind_text(bx_db_stmt *s, int at, bx_str v)
{
    keep(s, v.n > INT32_MAX ? SQLITE_TOOBIG
                            : sqlite3_bind_text(s->s, at, v.p ? v.p : "", (int)v.n, SQLITE_STATIC));
}

void bx_db_bind_blob(bx_db_stmt *s, int at, bx_str v)
{
    keep(s, v.n > INT32_MAX ? SQLITE_TOOBIG
                            : sqlite3_bind_blob(s->s, at, v.p ? v.p : "", (int)v.n, SQLITE_STATIC));
}

bx_code bx_db_step(bx_db_stmt *s, bool *ret_row, bx_error *err)
{
    int rc = s->bad ? s->bad : sqlite3_step(s->s);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
        if (ret_row)
            *ret_row = rc == SQLITE_ROW;
        return BX_OK;
    }
    return bx_db_fail(s->conn, rc, "database", err);
}

int64_t bx_db_int(bx_db_stmt *s, int column) { return sqlite3_column_int64(s->s, column); }

bx_str bx_db_text(bx_db_stmt *s, int column)
{
    const void *p = sqlite3_column_blob(s->s, column); /* a text's bytes as well */
    int n = sqlite3_column_bytes(s->s, column);
    return p && n > 0 ? (bx_str){p, (size_t)n} : BX_LIT("");
}

/* ---- transactions ---------------------------------------------------------------------------- */

static void reset_all(bx_db_conn *c)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!c->statements[i].used)
            continue;
        (void)sqlite3_reset(c->statements[i].s);
        (void)sqlite3_clear_bindings(c->statements[i].s);
        c->statements[i].used = false;
    }
}

static bx_code run(bx_db_conn *c, const char *sql, bx_error *err)
{
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    return rc == BX_OK ? bx_db_step(s, NULL, err) : rc;
}

bx_code bx_db_begin(bx_db_conn *c, const char *sql, bx_error *err)
{
    bx_code rc = run(c, sql, err);
    if (rc != BX_OK)
        reset_all(c);
    return rc;
}

bx_code bx_db_transact(bx_db_conn *c, bx_db_work *work, void *ctx, bx_error *err)
{
    static const char commit[] = "COMMIT", rollback[] = "ROLLBACK";
    bx_code rc = work(ctx, c, err);
    if (rc == BX_OK)
        rc = run(c, commit, err);
    reset_all(c);
    if (!sqlite3_get_autocommit(c->db)) { /* some errors have undone it already */
        (void)sqlite3_exec(c->db, rollback, NULL, NULL, NULL);
    }
    return rc;
}
