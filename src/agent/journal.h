/* agent/journal.h - what happens in a run, as events: each is one JSON object, kept before it is
 * acted on, and shown to whoever watches.  Two ports; both are called on the thread of the run or
 * of one of its tool calls, for one run one at a time, for several runs at once.
 *
 * The events of a session, in order (docs/agent.md): begin, user, request, assistant, no_answer,
 * tool_call, tool_result, executor, executor_end, hook, compaction, undo, resume, end.  Every one
 * has "session", "seq" (from 1, without a gap), "time" (milliseconds since 1970) and "type". */
#ifndef BX_AGENT_JOURNAL_H
#define BX_AGENT_JOURNAL_H

#include "base/buf.h"

typedef struct bx_agent_event {
    bx_str session; /* ID */
    uint64_t seq;
    const char *type;
    bx_str line; /* the whole event, one JSON object, without an end of line */
} bx_agent_event;

typedef bx_code bx_agent_on_line(void *ctx, bx_str line, bx_error *err);

typedef struct bx_journal_session {
    bx_str id, parent, title, model, workspace;
    bool managed;
} bx_journal_session;

/* Where events are kept. */
typedef struct bx_journal {
    /* A new session with its first event, both or neither. */
    bx_code (*begin)(void *ctx, const bx_journal_session *s, const bx_agent_event *first,
                     bx_error *err);
    /* BX_OK: all `n` events (of one session) are safe against the end of this process.  BX_ESTATE:
     * the session already has such an event: another process writes to it. */
    bx_code (*append)(void *ctx, const bx_agent_event *events, size_t n, bx_error *err);
    /* The events of `session` in order.  BX_ENOENT: there is no such session. */
    bx_code (*each)(void *ctx, bx_str session, bx_agent_on_line *on, void *on_ctx, bx_error *err);
    /* The sessions that a person wants ended, of whatever run; `on` calls nothing of the journal.
     * May be NULL, like the one below. */
    bx_code (*cancels)(void *ctx, void (*on)(void *ctx, bx_str session), void *on_ctx,
                       bx_error *err);
    bx_code (*cancel_seen)(void *ctx, bx_str session, bx_error *err);
    void *ctx;
} bx_journal;

typedef enum bx_agent_delta { BX_DELTA_TEXT, BX_DELTA_THINKING, BX_DELTA_RESTART } bx_agent_delta;

/* Whoever watches while it happens.  NULL members: nobody. */
typedef struct bx_agent_watch {
    void (*event)(void *ctx, const bx_agent_event *event); /* after it is kept */
    /* A piece of the model's answer as it comes; RESTART: forget the pieces of this turn. */
    void (*delta)(void *ctx, bx_str session, bx_agent_delta kind, bx_str text);
    /* The model is asked once more after `wait_ns`; `why`: what came of the request before. */
    void (*again)(void *ctx, bx_str session, bx_str why, uint64_t wait_ns);
    void *ctx;
} bx_agent_watch;

#endif
