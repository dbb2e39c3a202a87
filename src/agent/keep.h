/* agent/keep.h - the journal of runs in the database (db/sessions.h).  Any thread. */
#ifndef BX_AGENT_KEEP_H
#define BX_AGENT_KEEP_H

#include "agent/journal.h"
#include "db/db.h"

/* Borrows `db`. */
bx_journal bx_journal_on(bx_db *db);

#endif
