/* cli/store.h - the database of the home directory, for commands.  One thread. */
#ifndef BX_CLI_STORE_H
#define BX_CLI_STORE_H

#include "db/sessions.h"

/* `existing`: BX_ENOENT where nothing was ever kept. */
BX_NODISCARD bx_code bx_cli_store(bool existing, bx_db **ret, bx_error *err);

typedef struct bx_cli_session { /* a bx_session that owns its texts */
    bx_buf id, parent, workspace, model, title, status;
    bool managed;
    int64_t created_ms, updated_ms;
    uint64_t events;
} bx_cli_session;
void bx_cli_session_done(bx_cli_session *s);

/* By its ID or the beginning of it. */
BX_NODISCARD bx_code bx_cli_session_find(bx_db *db, const char *id, bx_cli_session *ret,
                                         bx_error *err);
/* The last one of a workspace.  BX_ENOENT. */
BX_NODISCARD bx_code bx_cli_session_last(bx_db *db, const char *workspace, bx_cli_session *ret,
                                         bx_error *err);

/* When, as people write it: "2026-11-30 18:05:12", UTC. */
void bx_cli_when(int64_t ms, char out[32]);

#endif
