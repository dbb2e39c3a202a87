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

/* The sessions of agents (db/sessions.h).  An event's id is its session's number and its own: one
 * tree holds all events of a session side by side. */
static const char sessions[] =
    "CREATE TABLE session("
    " n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, parent TEXT NOT NULL,"
    " workspace TEXT NOT NULL, model TEXT NOT NULL, title TEXT NOT NULL, managed INTEGER NOT NULL,"
    " status TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT;"
    "CREATE INDEX session_parent ON session(parent, n);"
    "CREATE TABLE session_event("
    " id INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, line TEXT NOT NULL) "
    "STRICT;"
    "CREATE TRIGGER session_event_no_update BEFORE UPDATE ON session_event"
    " BEGIN SELECT RAISE(ABORT, 'events are only added'); END;"
    "CREATE TRIGGER session_event_no_delete BEFORE DELETE ON session_event"
    " BEGIN SELECT RAISE(ABORT, 'events are only added'); END;";

/* What is asked before a call may run, and what was answered (db/approvals.h).  A number is never
 * given twice: whoever answers "7" means the question he saw. */
static const char approvals[] =
    "CREATE TABLE approval("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, client TEXT NOT NULL,"
    " run TEXT NOT NULL, tool TEXT NOT NULL, arguments TEXT NOT NULL, subject BLOB NOT NULL,"
    " exact BLOB NOT NULL, why TEXT NOT NULL, workspace TEXT NOT NULL, rules TEXT NOT NULL,"
    " alike TEXT NOT NULL, state TEXT NOT NULL CHECK(state IN ('pending', 'allowed', 'denied', "
    "'used', 'expired')),"
    " scope TEXT NOT NULL CHECK(scope IN ('', 'once', 'run', 'always')), expires INTEGER NOT NULL,"
    " constraints TEXT NOT NULL, answered_by TEXT NOT NULL, answered INTEGER NOT NULL,"
    " used INTEGER NOT NULL) STRICT;"
    "CREATE INDEX approval_open ON approval(state, subject);";

/* Executors that a person wants ended (db/sessions.h); whoever runs one takes its row away. */
static const char cancels[] =
    "CREATE TABLE session_cancel(id TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT;";

const char *const bx_db_schema[] = {audit, sessions, approvals, cancels};
const int bx_db_schema_version = (int)BX_COUNT(bx_db_schema);
