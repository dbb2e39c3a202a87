/* db/sqlite.h - SQLite, loaded when a database is first opened.
 *
 * Nothing links it, so a command that keeps no record does not pay for it: bx_sqlite_load opens
 * `libsqlite3.so.0` by that name, once, for good, and fills a table; the macros below send each
 * call through it.  Its security fixes keep coming from whoever ships the library.
 *
 * The macros may be used only after bx_sqlite_load returned BX_OK.  Any thread. */
#ifndef BX_DB_SQLITE_H
#define BX_DB_SQLITE_H

#include <sqlite3.h>

#include "base/error.h"

#define BX_SQLITE_FUNCTIONS(X) \
    X(sqlite3_bind_blob) \
    X(sqlite3_bind_int64) \
    X(sqlite3_bind_text) \
    X(sqlite3_busy_handler) \
    X(sqlite3_clear_bindings) \
    X(sqlite3_close_v2) \
    X(sqlite3_column_blob) \
    X(sqlite3_column_bytes) \
    X(sqlite3_column_int64) \
    X(sqlite3_db_config) \
    X(sqlite3_errmsg) \
    X(sqlite3_exec) \
    X(sqlite3_finalize) \
    X(sqlite3_get_autocommit) \
    X(sqlite3_libversion) \
    X(sqlite3_libversion_number) \
    X(sqlite3_open_v2) \
    X(sqlite3_prepare_v3) \
    X(sqlite3_reset) \
    X(sqlite3_step) \
    X(sqlite3_system_errno) \
    X(sqlite3_threadsafe) \
    X(sqlite3_vfs_find) \
    X(sqlite3_vfs_register) \
    X(sqlite3_wal_checkpoint_v2) \
    X(sqlite3_wal_hook)

typedef struct bx_sqlite_api {
#define BX_SQLITE_FIELD(name) __typeof__(name) *name;
    BX_SQLITE_FUNCTIONS(BX_SQLITE_FIELD)
#undef BX_SQLITE_FIELD
} bx_sqlite_api;
extern bx_sqlite_api bx_sqlite; /* written once, by bx_sqlite_load */

/* Open and check the library; the first call does it, the others wait for it and get the same
 * answer.  BX_EUNSUPPORTED: there is none, or it is older than 3.40 or not made for threads. */
BX_NODISCARD bx_code bx_sqlite_load(bx_error *err);

#define sqlite3_bind_blob(...)         bx_sqlite.sqlite3_bind_blob(__VA_ARGS__)
#define sqlite3_bind_int64(...)        bx_sqlite.sqlite3_bind_int64(__VA_ARGS__)
#define sqlite3_bind_text(...)         bx_sqlite.sqlite3_bind_text(__VA_ARGS__)
#define sqlite3_busy_handler(...)      bx_sqlite.sqlite3_busy_handler(__VA_ARGS__)
#define sqlite3_clear_bindings(...)    bx_sqlite.sqlite3_clear_bindings(__VA_ARGS__)
#define sqlite3_close_v2(...)          bx_sqlite.sqlite3_close_v2(__VA_ARGS__)
#define sqlite3_column_blob(...)       bx_sqlite.sqlite3_column_blob(__VA_ARGS__)
#define sqlite3_column_bytes(...)      bx_sqlite.sqlite3_column_bytes(__VA_ARGS__)
#define sqlite3_column_int64(...)      bx_sqlite.sqlite3_column_int64(__VA_ARGS__)
#define sqlite3_db_config(...)         bx_sqlite.sqlite3_db_config(__VA_ARGS__)
#define sqlite3_errmsg(...)            bx_sqlite.sqlite3_errmsg(__VA_ARGS__)
#define sqlite3_exec(...)              bx_sqlite.sqlite3_exec(__VA_ARGS__)
#define sqlite3_finalize(...)          bx_sqlite.sqlite3_finalize(__VA_ARGS__)
#define sqlite3_get_autocommit(...)    bx_sqlite.sqlite3_get_autocommit(__VA_ARGS__)
#define sqlite3_libversion(...)        bx_sqlite.sqlite3_libversion(__VA_ARGS__)
#define sqlite3_libversion_number(...) bx_sqlite.sqlite3_libversion_number(__VA_ARGS__)
#define sqlite3_open_v2(...)           bx_sqlite.sqlite3_open_v2(__VA_ARGS__)
#define sqlite3_prepare_v3(...)        bx_sqlite.sqlite3_prepare_v3(__VA_ARGS__)
#define sqlite3_reset(...)             bx_sqlite.sqlite3_reset(__VA_ARGS__)
#define sqlite3_step(...)              bx_sqlite.sqlite3_step(__VA_ARGS__)
#define sqlite3_system_errno(...)      bx_sqlite.sqlite3_system_errno(__VA_ARGS__)
#define sqlite3_threadsafe(...)        bx_sqlite.sqlite3_threadsafe(__VA_ARGS__)
#define sqlite3_vfs_find(...)          bx_sqlite.sqlite3_vfs_find(__VA_ARGS__)
#define sqlite3_vfs_register(...)      bx_sqlite.sqlite3_vfs_register(__VA_ARGS__)
#define sqlite3_wal_checkpoint_v2(...) bx_sqlite.sqlite3_wal_checkpoint_v2(__VA_ARGS__)
#define sqlite3_wal_hook(...)          bx_sqlite.sqlite3_wal_hook(__VA_ARGS__)

#endif
