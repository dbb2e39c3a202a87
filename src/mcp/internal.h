/* mcp/internal.h - what the parts of the server share: the server, sessions, requests that are
 * being served.
 *
 * Locks, in this order: a server's `lock` guards its lists, the state of its pool and of its
 * sessions; a request's `sink_lock` keeps what goes to one sink in order.  Nothing of a port and no
 * sink is called with the first one held. */
#ifndef BX_MCP_INTERNAL_H
#define BX_MCP_INTERNAL_H

#include <pthread.h>

#include "codec/sha256.h"
#include "mcp/message.h"

enum {
    MCP_MAX_RESULT = 256 << 20, /* bytes of one response */
    MCP_MAX_HINT = 8192,        /* bytes of a text of ours in a result */
    MCP_MAX_STATE = 4096,       /* bytes a port keeps in a client's hands */
    MCP_MAX_QUESTIONS = 16,     /* of one call */
    MCP_MAX_STREAMS = 256,      /* of subscriptions/listen, at once */
    MCP_MAX_WATCHED = 256,      /* resources that one client is told of */
    MCP_PAGE = 100,             /* entries of a page of a list */
    MCP_LIST_TTL_MS = 60000,    /* how long a list may be kept by who asked */
    MCP_READ_TTL_MS = 0,
    MCP_SPARE_HANDLES = 16,
};

typedef struct mcp_method mcp_method;

typedef enum mcp_place {            /* where a request is */
                         MCP_FRESH, /* on the thread that brought it */
                         MCP_QUEUED,
                         MCP_WAITING, /* for a slot, on the thread that brought it */
                         MCP_RUNNING,
                         MCP_ASIDE, /* waits for its client: holds no slot */
} mcp_place;

typedef struct mcp_question { /* one that a call asks its client */
    bx_buf key, method, params;
} mcp_question;

struct bx_mcp_call {
    bx_mcp_server *server;
    bx_mcp_session *session; /* held; NULL: none */
    bx_mcp_message *m;       /* owned */
    const mcp_method *method;
    bx_mcp_sink sink;
    pthread_mutex_t sink_lock;
    bool closed; /* `done` was called or will be: nothing is sent any more */
    bx_ctl ctl;
    /* With the server's lock. */
    mcp_place place;
    bool cancelled;           /* the client wants no answer */
    bool answered;            /* it has one, although it is still being served: it became a task */
    bool ending;              /* its answer is being sent: it becomes no task any more */
    bool listens;             /* it is a stream that stays */
    size_t pins;              /* threads that send on it meanwhile: it is not freed */
    bx_mcp_call *prev, *next; /* of all */
    bx_mcp_call *queue_next;  /* of those that wait for a slot, or have one and wait for a thread */
    pthread_cond_t *go;       /* of a thread that waits for a slot itself; else NULL */
    struct mcp_listener *listener; /* what it listens to; owned */
    struct mcp_task *task;         /* it became one */
    uint64_t begun_ns;             /* since when it runs; 0: not yet */
    /* Of the thread that serves it. */
    mcp_fault fault;
    size_t result_at;  /* where the result begins in the answer */
    bool stays;        /* it becomes a stream: no answer now */
    bool meta_written; /* the result has its _meta already */
    bool result_type_written;
    bx_buf token;                          /* progress token as JSON text; empty: none */
    double progress;                       /* said last */
    bool progressed;                       /* the three with sink_lock */
    bool told;                             /* by the port itself */
    mcp_question asked[MCP_MAX_QUESTIONS]; /* that it has to come back with */
    size_t n_asked;
    bx_json *answers[MCP_MAX_QUESTIONS]; /* of an older client; owned */
    size_t n_answers;
    bx_buf state, new_state;
    bx_buf keys; /* of what it was asked before: each with a line end */
    bx_buf client;
    bx_buf hint; /* behind the content of the result */
};

struct mcp_method {
    const char *name;
    bool modern, legacy; /* the eras that have it */
    bool slow;           /* runs tools or reads files */
    /* Write the members of the result.  Anything but BX_OK: an error, from `err` or c->fault. */
    bx_code (*serve)(bx_mcp_call *c, bx_json_out *out, bx_error *err);
};
const mcp_method *mcp_method_find(bx_str name);

typedef struct mcp_wait { /* a request to an older client that is waited for; with the lock */
    char id[24];
    bx_json *answer; /* the message; moves to who waits */
    bool over;
    struct mcp_wait *next;
} mcp_wait;

typedef struct mcp_watched {   /* URIs */
    char *at[MCP_MAX_WATCHED]; /* owned */
    size_t n;
} mcp_watched;

struct bx_mcp_session {
    bx_mcp_server *server;
    char id[33];
    const char *_Atomic version; /* what was agreed; NULL: not opened */
    _Atomic bool initialized;
    bx_json *_Atomic hello; /* the message `initialize`; owned; set once, before `version` */
    _Atomic unsigned log_level;
    /* With the server's lock. */
    size_t refs, busy;
    bool ended;
    uint64_t idle_since;
    mcp_wait *waits;
    uint64_t n_asked;
    mcp_watched watched;
    bx_mcp_session *next;
    /* The stream. */
    pthread_mutex_t stream_lock;
    bx_mcp_sink stream;
    bool has_stream;
};

typedef struct mcp_listener { /* of subscriptions/listen */
    unsigned changes;         /* bx_mcp_change */
    mcp_watched watched;
    mcp_watched tasks; /* their IDs */
} mcp_listener;

struct bx_mcp_server {
    bx_mcp_config cfg; /* texts owned in `texts` */
    bx_buf name, title, version, instructions;
    bx_buf info;                  /* serverInfo as JSON text */
    uint8_t key[BX_SHA256_BYTES]; /* of request states; of this process */
    struct mcp_artifacts *artifacts;
    pthread_mutex_t lock;
    pthread_cond_t work; /* there is something ready, or the end */
    pthread_cond_t over; /* a request ended, an answer came */
    pthread_cond_t tick; /* the end, for the pulse */
    bool pulses;         /* its thread is there */
    struct mcp_task *tasks;
    bool stopping;
    bx_mcp_call *calls;              /* all that are being served */
    bx_mcp_call *queue, **queue_end; /* those without a slot, in the order they get one */
    bx_mcp_call *ready, **ready_end; /* those with one, for threads of the server's */
    size_t n_calls, n_queued, n_running, n_aside, n_threads, n_idle;
    bx_mcp_session *sessions;
    size_t n_sessions, n_streams;
    int handles[MCP_SPARE_HANDLES]; /* of calls that are over, for those that come */
    size_t n_handles;
};

/* ---- requests (call.c) -------------------------------------------------------------------------
 */

/* Send a notification on the request's own sink, unless it is closed. */
void mcp_send(bx_mcp_call *c, bx_str json);
/* The answer, and the end of the sink. */
void mcp_close(bx_mcp_call *c, int status, bx_str json);
/* Give up the slot while the client is waited for, and get one again.  False: too many do. */
bool mcp_step_aside_locked(bx_mcp_call *c);
void mcp_step_back_locked(bx_mcp_call *c);
bool mcp_call_cancel_locked(bx_mcp_call *c);
/* Slots may have become free. */
void mcp_dispatch_locked(bx_mcp_server *s);
void mcp_call_free(bx_mcp_call *c);

/* ---- calls that take long (pulse.c) -----------------------------------------------------------
 */

void mcp_want_pulse_locked(bx_mcp_server *s);
void mcp_heartbeat(bx_mcp_call *c, double seconds);

/* ---- results (result.c) ------------------------------------------------------------------------
 */

/* .p NULL: not a string, and why. */
bx_str mcp_param(const bx_mcp_call *c, const char *key, bx_error *err);
void mcp_put(bx_json_out *o, const char *key, bx_str text);
void mcp_put_cache(bx_mcp_call *c, bx_json_out *o, int64_t ttl_ms);
/* The request is answered with this error. */
bx_code mcp_refuse(bx_mcp_call *c, int code, int status, bx_error *err);

/* A cursor is the number of the first entry of a page. */
bx_code mcp_cursor(const bx_mcp_call *c, size_t *ret, bx_error *err);
void mcp_put_cursor(bx_json_out *o, size_t next);

/* ---- headers (tools.c) -------------------------------------------------------------------------
 */

/* Mcp-Param-NAME says what the arguments say, where the tool's schema wants it to (`x-mcp-header`);
 * else the message gets a fault. */
void mcp_check_params(bx_mcp_server *s, bx_mcp_message *m);

/* ---- handlers ----------------------------------------------------------------------------------
 */

#define MCP_METHOD(id, name, modern, legacy, slow) \
    bx_code mcp_serve_##id(bx_mcp_call *c, bx_json_out *out, bx_error *err);
#include "mcp/methods.def"
#undef MCP_METHOD

/* ---- asking (ask.c) ----------------------------------------------------------------------------
 */

/* What the request brought: its requestState is checked.  Not ours: -32602. */
bx_code mcp_ask_begin(bx_mcp_call *c, bx_error *err);
/* The members of an InputRequiredResult. */
bx_code mcp_ask_write(bx_mcp_call *c, bx_json_out *out, bx_error *err);
void mcp_ask_done(bx_mcp_call *c);

/* ---- sessions (session.c) ----------------------------------------------------------------------
 */

/* Capabilities, and name and version, of the client of this request; NULL: it said none. */
const bx_json_val *mcp_capabilities(const bx_mcp_call *c);
const bx_json_val *mcp_client_info(const bx_mcp_call *c);
/* The version that holds for it. */
const char *mcp_version_of(const bx_mcp_call *c);
void mcp_session_answer(bx_mcp_session *s, bx_mcp_message *m);
void mcp_session_seen(bx_mcp_session *s);
void mcp_session_release_locked(bx_mcp_session *s);
void mcp_session_ref_locked(bx_mcp_session *s);
void mcp_session_send(bx_mcp_session *s, bx_str json);
void mcp_sessions_end(bx_mcp_server *s);

/* ---- log levels (ask.c): 1 debug … 8 emergency; 0: none of them */
unsigned mcp_log_level(bx_str name);

/* ---- batches (batch.c) -------------------------------------------------------------------------
 */

void mcp_batch(bx_mcp_server *s, bx_mcp_session *session, bx_mcp_message *m,
               const bx_mcp_sink *sink);

/* ---- listeners (listen.c) ----------------------------------------------------------------------
 */

/* One that is not there yet; false: too many, or out of memory. */
bool mcp_watch(mcp_watched *w, bx_str uri);
bool mcp_unwatch(mcp_watched *w, bx_str uri); /* false: it was not */
void mcp_watched_done(const bx_mcp_server *s, mcp_watched *w);
void mcp_listener_free(const bx_mcp_server *s, mcp_listener *l);
/* Whoever listens to the task hears `detail`, the JSON text of what it is now. */
bool mcp_task_is_heard_locked(const bx_mcp_server *s, bx_str id);
void mcp_tell_task(bx_mcp_server *s, bx_str id, bx_str detail);
/* The same for one that begins to listen. */
void mcp_tell_task_to(bx_mcp_call *c, bx_str detail);
/* All streams end, each with what its carrier wants to see. */
void mcp_end_streams(bx_mcp_server *s);

#endif
