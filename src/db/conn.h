/* db/conn.h - one connection of the database, and its prepared statements.  For db/ alone; one
 * thread at a time. */
#ifndef BX_DB_CONN_H
#define BX_DB_CONN_H

#include "db/db.h"
#include "db/sqlite.h"

enum { BX_DB_MAX_STATEMENTS = 64, BX_DB_BUSY_MS = 10000 };

struct bx_db_stmt {
    const char *sql; /* its address is its name */
    sqlite3_stmt *s;
    bx_db_conn *conn;
    int bad; /* what a bind said; told by the next step */
    bool used;
};

struct bx_db_conn {
    sqlite3 *db;
    const char *path;  /* borrowed, for messages */
    bool impatient;    /* do not wait for others */
    uint64_t waits_ns; /* when the wait that goes on began */
    size_t n;
    bx_db_stmt statements[BX_DB_MAX_STATEMENTS];
    bx_db_conn *next; /* of the idle ones */
};

typedef enum bx_db_access { BX_DB_WRITES, BX_DB_READS, BX_DB_MAKES } bx_db_access;

/* Open the file `path`, which has no symbolic link in it. */
BX_NODISCARD bx_code bx_db_conn_open(const char *path, bx_db_access how, bool power_safe,
                                     bx_db_conn **ret, bx_error *err);
void bx_db_conn_close(bx_db_conn *c); /* NULL is fine */
BX_DEFINE_AUTO(bx_db_conn, bx_db_conn_close)

/* `rc` of SQLite, which is no success, in our words. */
bx_code bx_db_fail(bx_db_conn *c, int rc, const char *what, bx_error *err);
/* Statements that give no rows. */
BX_NODISCARD bx_code bx_db_exec(bx_db_conn *c, const char *sql, bx_error *err);
/* BEGIN of a kind. */
BX_NODISCARD bx_code bx_db_begin(bx_db_conn *c, const char *sql, bx_error *err);
/* After it: `work` and COMMIT, or ROLLBACK when it fails. */
BX_NODISCARD bx_code bx_db_transact(bx_db_conn *c, bx_db_work *work, void *ctx, bx_error *err);

#endif
