#include "db/schema.h"

/* The record of calls (db/audit.h).  `audit` and `content` are only ever added to.  The others are
 * derived from them, filled in later and in bulk, so that a call pays for one page and not for
 * indexes; audit_mark says how far they go. */
static const char audit[] =
    "CREATE TABLE audit("
    " id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, call INTEGER NOT NULL, time INTEGER NOT NULL,"
    " tool TEXT NOT NULL, run TEXT NOT NULL, body TEXT NOT NULL,"
    " prev BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE TABLE content(hash BLOB PRIMARY KEY, time INTEGER NOT NULL, bytes BLOB NOT NULL)"
    " STRICT;"
    "CREATE TABLE audit_by(kind INTEGER, name TEXT, id INTEGER, PRIMARY KEY(kind, name, id))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE audit_end(call INTEGER PRIMARY KEY, id INTEGER NOT NULL) STRICT;"
    "CREATE TABLE audit_mark(one INTEGER PRIMARY KEY CHECK(one = 1), id INTEGER NOT NULL) STRICT;"
    "INSERT INTO audit_mark VALUES(1, 0);"
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END;"
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END;"
    "CREATE TRIGGER content_no_update BEFORE UPDATE ON content"
    " BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END;"
    "CREATE TRIGGER content_no_delete BEFORE DELETE ON content"
    " BEGIN SELECT RAISE(ABORT, 'the record is only added to'); END;";

const char *const bx_db_schema[] = {audit};
const int bx_db_schema_version = (int)BX_COUNT(bx_db_schema);
