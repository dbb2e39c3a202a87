/* mcp/server.h - the Model Context Protocol, whatever carries it: messages in, messages out.  Both
 * eras at once, chosen message by message: 2026-07-28, where each request says all there is to know
 * (`_meta`), and 2025-11-25 to 2024-11-05, where a session is opened by `initialize`.
 *
 * A front (mcp/stdio.h, mcp/http.h) reads messages and writes what a sink is given.  Tools,
 * resources and prompts come through ports (mcp/ports.h).  Any thread may call everything here;
 * many messages are handled at once. */
#ifndef BX_MCP_SERVER_H
#define BX_MCP_SERVER_H

#include "mcp/ports.h"

typedef struct bx_mcp_server bx_mcp_server;
typedef struct bx_mcp_session bx_mcp_session;
typedef struct bx_mcp_message bx_mcp_message;

enum {
    BX_MCP_MAX_MESSAGE = 64 << 20, /* bytes of one message; a front reads no more of one */
    BX_MCP_MAX_CALLS = 64,         /* calls that run at once, at most */
    BX_MCP_MAX_WAITING = 1024,     /* calls that wait for one of those to end */
    BX_MCP_MAX_SESSIONS = 1024,
};

#define BX_MCP_MODERN "2026-07-28"
#define BX_MCP_LEGACY "2025-11-25" /* the newest of the older ones */

/* ---- the server ------------------------------------------------------------------------------ */

typedef struct bx_mcp_config {
    bx_str name, title, version;       /* serverInfo */
    bx_str instructions;               /* for the model; empty: none */
    const bx_mcp_tools *tools;         /* the ports; borrowed until the server is freed */
    const bx_mcp_resources *resources; /* NULL: none */
    const bx_mcp_prompts *prompts;     /* NULL: none */
    size_t max_calls;                  /* at once, at most BX_MCP_MAX_CALLS; 0: 16 */
} bx_mcp_config;

/* Texts are copied.  BX_ENOMEM, BX_EIO. */
BX_NODISCARD bx_code bx_mcp_server_new(const bx_mcp_config *cfg, bx_mcp_server **ret,
                                       bx_error *err);
/* From here on no call begins; those that run are cancelled where `cancel` says so, and waited for
 * until `until_ns` (CLOCK_MONOTONIC).  True: none is left. */
bool bx_mcp_server_stop(bx_mcp_server *s, bool cancel, uint64_t until_ns);
/* Cancels what runs and waits for it, ends streams, frees sessions.  NULL is fine. */
void bx_mcp_server_free(bx_mcp_server *s);
BX_DEFINE_AUTO(bx_mcp_server, bx_mcp_server_free)

/* Something changed; whoever asked to be told is told. */
typedef enum bx_mcp_change {
    BX_MCP_TOOLS_CHANGED = 1,
    BX_MCP_PROMPTS_CHANGED = 2,
    BX_MCP_RESOURCES_CHANGED = 4,
} bx_mcp_change;
void bx_mcp_server_changed(bx_mcp_server *s, unsigned changes);
void bx_mcp_server_updated(bx_mcp_server *s, bx_str uri); /* one resource */

/* ---- sinks ----------------------------------------------------------------------------------- */

/* Where what belongs to one message goes.  Functions are called on any thread, for one message one
 * at a time.  `json` is one JSON text without a line end in it. */
typedef struct bx_mcp_sink {
    /* A notification or a request of the server: before `done`, any number of them.  Whoever speaks
     * HTTP begins an event stream at the first one. */
    void (*send)(void *ctx, bx_str json);
    /* Exactly once for each bx_mcp_handle, and the last use of the sink.  `json`: the response;
     * empty: there is none (a notification, a response, a request that was cancelled).  `status`:
     * what HTTP says where no stream has begun: 200, 202, 400, 404, 503; 0: the request was
     * cancelled. */
    void (*done)(void *ctx, int status, bx_str json);
    void *ctx; /* also the name of the sink, for bx_mcp_gone */
} bx_mcp_sink;

/* ---- messages -------------------------------------------------------------------------------- */

typedef struct bx_mcp_facts { /* what the carrier knows of a message; zero for stdio */
    bool http;                /* the headers below count, by the rules of Streamable HTTP */
    bool may_wait; /* the calling thread may be used until the message is answered, however long
                      that takes; else what takes long goes to a thread of the server's */
    bx_str protocol_version, method, name; /* MCP-Protocol-Version, Mcp-Method, Mcp-Name; .p NULL:
                                              not there */
    /* Mcp-Param-NAME: the value, or .p NULL; asked before bx_mcp_handle returns.  NULL: there are
     * none. */
    bx_str (*param)(const void *ctx, bx_str name);
    const void *param_ctx;
    bx_str principal; /* who asks, as far as the carrier knows; empty: the one there is */
} bx_mcp_facts;

typedef enum bx_mcp_kind {
    BX_MCP_BROKEN, /* no message: bx_mcp_handle answers what is wrong with it */
    BX_MCP_REQUEST,
    BX_MCP_NOTIFICATION,
    BX_MCP_RESPONSE,
    BX_MCP_BATCH /* 2025-03-26 only */
} bx_mcp_kind;

/* Parse `text`, which is copied.  A text that is no message is one of kind BX_MCP_BROKEN.
 * BX_ENOMEM. */
BX_NODISCARD bx_code bx_mcp_message_new(bx_str text, const bx_mcp_facts *facts,
                                        bx_mcp_message **ret, bx_error *err);
/* One that stands for a message that could not be read: answered with a parse error, `why`. */
BX_NODISCARD bx_code bx_mcp_message_refused(const char *why, bx_mcp_message **ret, bx_error *err);
void bx_mcp_message_free(bx_mcp_message *m); /* NULL is fine */
BX_DEFINE_AUTO(bx_mcp_message, bx_mcp_message_free)

bx_mcp_kind bx_mcp_message_kind(const bx_mcp_message *m);
/* Belongs to 2026-07-28: header or `_meta` say so.  It needs no session, and gets none over HTTP.
 */
bool bx_mcp_message_is_modern(const bx_mcp_message *m);
/* An `initialize` of the older era: over HTTP, whoever gets it makes the session for it. */
bool bx_mcp_message_opens(const bx_mcp_message *m);

/* Handle one message.  `m` is taken.  `session`: of the connection (stdio), or what
 * `Mcp-Session-Id` names; NULL for a modern message over HTTP.  `sink` is copied.  Returns when it
 * is answered or, without may_wait, also sooner. */
void bx_mcp_handle(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
                   const bx_mcp_sink *sink);

/* Whoever listens at this sink is gone: what was begun for it is cancelled; `done` still comes.
 * For older sessions over HTTP a disconnect is no cancel: do not call it for those. */
void bx_mcp_gone(bx_mcp_server *s, const void *sink_ctx);

/* ---- sessions of the older era --------------------------------------------------------------- */

/* One for each process on stdio, for each `initialize` on HTTP.  `stream` is where messages go that
 * answer no request, list changes above all; NULL: nowhere yet.  Its `done` is called once, when
 * the session ends or another stream takes its place.  BX_ELIMIT: too many. */
BX_NODISCARD bx_code bx_mcp_session_new(bx_mcp_server *s, const bx_mcp_sink *stream,
                                        bx_mcp_session **ret, bx_error *err);
/* The GET of HTTP, or its end (NULL). */
void bx_mcp_session_stream(bx_mcp_session *session, const bx_mcp_sink *stream);
const char *bx_mcp_session_id(const bx_mcp_session *session); /* 32 characters, unguessable */
/* The session of that ID, held until bx_mcp_session_unref; NULL: there is none. */
bx_mcp_session *bx_mcp_session_find(bx_mcp_server *s, bx_str id);
void bx_mcp_session_unref(bx_mcp_session *session); /* for find and new each one; NULL is fine */
/* It ends: its requests are cancelled, its stream too.  Found no longer. */
void bx_mcp_session_end(bx_mcp_session *session);
/* Since when (CLOCK_MONOTONIC, ns) no message of it has come; 0: one is being handled. */
uint64_t bx_mcp_session_idle_since(const bx_mcp_session *session);

#endif
