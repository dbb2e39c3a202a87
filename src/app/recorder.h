/* app/recorder.h - the record of calls behind the funnel's port (tool/gate.h), in the database
 * (db/audit.h).  Any thread. */
#ifndef BX_APP_RECORDER_H
#define BX_APP_RECORDER_H

#include "db/audit.h"
#include "tool/gate.h"

typedef struct bx_recorder bx_recorder;

/* `db` is borrowed. */
BX_NODISCARD bx_code bx_recorder_new(bx_db *db, bx_recorder **ret, bx_error *err);
/* What is queued is written.  No call may run.  NULL is fine. */
void bx_recorder_free(bx_recorder *r);
BX_DEFINE_AUTO(bx_recorder, bx_recorder_free)

/* The port; borrowed. */
const bx_gate_recorder *bx_recorder_port(const bx_recorder *r);
bx_audit *bx_recorder_audit(const bx_recorder *r); /* borrowed */

/* For a process that ends next and frees nothing: write what is queued. */
BX_NODISCARD bx_code bx_recorder_finish(bx_recorder *r, bx_error *err);

/* The process ends under calls that do not: each gets an end that says so, which stays the only
 * one, and what is queued is written. */
BX_NODISCARD bx_code bx_recorder_cut_off(bx_recorder *r, bx_error *err);

#endif
