/* cli/audit.h - what the commands of the record share. */
#ifndef BX_CLI_AUDIT_H
#define BX_CLI_AUDIT_H

#include "db/audit.h"

enum { BX_CLI_TIME = 40 };

typedef struct bx_cli_record { /* opened for a command */
    char home[4096];
    bx_db *db;
    bx_audit *audit;
    char copy[4096]; /* a directory of our own with a copy of it; empty: none was needed */
} bx_cli_record;

/* The record of the home directory.  BX_ENOENT: there is none yet. */
BX_NODISCARD bx_code bx_cli_record_open(bx_cli_record *r, bx_error *err);
/* The same for reading alone: where the home directory cannot be written to (it is mounted
 * read-only), of a copy, since a database with a log cannot be read without writing beside it. */
BX_NODISCARD bx_code bx_cli_record_open_to_read(bx_cli_record *r, bx_error *err);
void bx_cli_record_close(bx_cli_record *r);

/* "2026-11-30T12:00:00.123456Z" */
void bx_cli_time(int64_t us, char out[BX_CLI_TIME]);

/* "1h", "30m", "7d": so long ago; "2026-11-30", "2026-11-30T12:00:00Z": then.  BX_EINVAL. */
BX_NODISCARD bx_code bx_cli_since(bx_str text, int64_t *ret_us, bx_error *err);

/* A number of 1 or more.  BX_EINVAL names `what`. */
BX_NODISCARD bx_code bx_cli_number(const char *what, const char *text, int64_t *ret, bx_error *err);

const char *bx_cli_state(bx_audit_state s); /* "done", "running", "unfinished" */

/* The body of a row, byte for byte; as a string where somebody made it something that is no JSON.
 */
void bx_cli_body_json(const bx_audit_row *row, bx_json_out *o);

/* One call as a JSON object: {"id", "time", "tool", "run", "state", "begin", "end"}, the two as
 * they stand in their rows (docs/audit.md). */
void bx_cli_call_json(const bx_audit_row *begin, const bx_audit_row *end, bx_audit_state state,
                      bx_json_out *o);

#endif
