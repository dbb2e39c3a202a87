/* db/db.h - the one database of a home directory, $BOXAGNTS_HOME/state.db.  Any thread.
 *
 * SQLite in WAL mode: one connection that writes, at most one transaction at a time, and readers on
 * connections of their own, each with a snapshot.  Several processes may have it open.  A
 * transaction that was committed is safe against the end of the process; with `power_safe` also
 * against the end of the machine.  What has time (checkpoints above all) is done on a thread of the
 * database, which begins with the first bx_db_poke and parks while nothing happens. */
#ifndef BX_DB_DB_H
#define BX_DB_DB_H

#include "base/buf.h"

typedef struct bx_db bx_db;
typedef struct bx_db_conn bx_db_conn; /* handed to work; one thread at a time */
typedef struct bx_db_stmt bx_db_stmt; /* of a connection, until the work returns */

typedef struct bx_db_config {
    const char *dir; /* the home directory; made with mode 0700 where there is none */
    bool power_safe; /* each commit waits for the disk */
    bool one_shot;   /* for a process that makes one call: no thread; bx_db_tidy does its work */
    bool existing;   /* do not make one: BX_ENOENT where there is none */
} bx_db_config;

/* BX_EUNSAFE: others can write to the directory, or read the file; BX_EUNSUPPORTED: no SQLite, or
 * the database was made by a newer boxagnts; BX_EINVAL: it is damaged, or no database; BX_EIO. */
BX_NODISCARD bx_code bx_db_open(const bx_db_config *cfg, bx_db **ret, bx_error *err);
/* Nobody uses it any more.  NULL is fine. */
void bx_db_close(bx_db *db);
BX_DEFINE_AUTO(bx_db, bx_db_close)

const char *bx_db_path(const bx_db *db); /* of the file; borrowed */
/* 16 digits that no other opening has; bx_db_session_lives tells whether the process that has
 * them still runs (it holds a lock). */
const char *bx_db_session(bx_db *db);
bool bx_db_session_lives(bx_db *db, bx_str session);

/* ---- work ------------------------------------------------------------------------------------ */
/* What is done in one transaction; an error of it undoes all. */
typedef bx_code bx_db_work(void *ctx, bx_db_conn *c, bx_error *err);

/* In a transaction that writes from its beginning (BEGIN IMMEDIATE): what is read is what is
 * written to.  BX_ETIMEOUT: another process wrote for longer than 10 s.  A full disk, a read-only
 * file and damage are errors in words.  `work` may not call bx_db_write. */
BX_NODISCARD bx_code bx_db_write(bx_db *db, bx_db_work *work, void *ctx, bx_error *err);
/* In work of bx_db_write, the number of its transaction: one more than that of another, if nobody,
 * in this process or others, can have written between the two. */
uint64_t bx_db_turn(const bx_db *db);
/* With one snapshot, on a connection that cannot write. */
BX_NODISCARD bx_code bx_db_read(bx_db *db, bx_db_work *work, void *ctx, bx_error *err);

/* The statement `sql`, a literal: it stays prepared, and is known by its address.  Without values,
 * before its first row.  Bound texts are borrowed until the next bx_db_sql of it, or the end of the
 * work. */
BX_NODISCARD bx_code bx_db_sql(bx_db_conn *c, const char *sql, bx_db_stmt **ret, bx_error *err);
void bx_db_bind_int(bx_db_stmt *s, int at, int64_t v); /* `at` counts from 1 */
void bx_db_bind_text(bx_db_stmt *s, int at, bx_str v);
void bx_db_bind_blob(bx_db_stmt *s, int at, bx_str v);
/* *ret_row: there is a row; its texts stay until the next step.  `ret_row` NULL: none is wanted. */
BX_NODISCARD bx_code bx_db_step(bx_db_stmt *s, bool *ret_row, bx_error *err);
int64_t bx_db_int(bx_db_stmt *s, int column); /* counts from 0; 0 for NULL */
bx_str bx_db_text(bx_db_stmt *s, int column); /* text or blob; empty for NULL */

/* ---- what has time ----------------------------------------------------------------------------
 */
/* `fn` is called on the database's thread within a few milliseconds of a poke, again until nothing
 * was poked for a while, then once with `last`.  One may be set, before the first poke. */
typedef void bx_db_tick(void *ctx, bool last);
void bx_db_on_tick(bx_db *db, bx_db_tick *fn, void *ctx);
/* There is something to do.  False: no thread, do it yourself (one_shot, or none was to be had). */
bool bx_db_poke(bx_db *db);
bool bx_db_is_one_shot(const bx_db *db);
/* No tick runs any more after this, and none will. */
void bx_db_stop(bx_db *db);
/* A checkpoint, if enough was written since the last one. */
void bx_db_tidy(bx_db *db);

#endif
