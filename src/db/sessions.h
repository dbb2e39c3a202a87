/* db/sessions.h - the sessions of agents in the database: who they are, and their events, which are
 * only ever added.  Any thread. */
#ifndef BX_DB_SESSIONS_H
#define BX_DB_SESSIONS_H

#include "db/db.h"

typedef struct bx_session { /* texts are borrowed: of who adds one, or until the callback returns */
    bx_str id, parent;      /* parent: empty for those a person began */
    bx_str workspace, model, title;
    bx_str status;                  /* of its last end; "running": it has none, or goes on */
    bool managed;                   /* it may have executors */
    int64_t created_ms, updated_ms; /* since 1970 */
    uint64_t events;
} bx_session;

typedef struct bx_session_event {
    uint64_t seq; /* from 1, without a gap */
    int64_t time_ms;
    const char *type;
    bx_str line; /* JSON */
} bx_session_event;

/* With its first event, in one transaction; `first` NULL: without.  BX_ESTATE: there is one of that
 * ID. */
BX_NODISCARD bx_code bx_session_add(bx_db *db, const bx_session *s, const bx_session_event *first,
                                    bx_error *err);

/* All `n` events in one transaction.  BX_ENOENT: no such session; BX_ESTATE: it has such an event
 * already, or not yet the one before. */
BX_NODISCARD bx_code bx_session_append(bx_db *db, bx_str id, const bx_session_event *events,
                                       size_t n, bx_error *err);

typedef bx_code bx_session_on_event(void *ctx, const bx_session_event *ev, bx_error *err);
/* In order, from `from` on; an error of `on` ends it.  BX_ENOENT: no such session. */
BX_NODISCARD bx_code bx_session_events(bx_db *db, bx_str id, uint64_t from, bx_session_on_event *on,
                                       void *ctx, bx_error *err);

/* Whoever runs the session is to end it: kept until that was seen. */
BX_NODISCARD bx_code bx_session_cancel(bx_db *db, bx_str id, int64_t time_ms, bx_error *err);
typedef void bx_session_on_cancel(void *ctx, bx_str id);
/* Those that are to end; `on` must not use the database. */
BX_NODISCARD bx_code bx_session_cancels(bx_db *db, bx_session_on_cancel *on, void *ctx,
                                        bx_error *err);
/* It was seen, or there is nothing to end any more. */
BX_NODISCARD bx_code bx_session_cancel_seen(bx_db *db, bx_str id, bx_error *err);

typedef bx_code bx_session_on(void *ctx, const bx_session *s, bx_error *err);
/* Of `parent` (empty: those that have none), the newest first, at most `max`; `workspace` empty:
 * of all. */
BX_NODISCARD bx_code bx_session_list(bx_db *db, bx_str parent, bx_str workspace, size_t max,
                                     bx_session_on *on, void *ctx, bx_error *err);
/* The one of that ID, or of the only one that begins so.  BX_ENOENT; BX_EINVAL: several. */
BX_NODISCARD bx_code bx_session_find(bx_db *db, bx_str id, bx_session_on *on, void *ctx,
                                     bx_error *err);

#endif
