/* mcp/ports.h - what an MCP server serves: tools, resources, prompts, as structs of function
 * pointers that the composition root plugs in; and what they may ask of the client meanwhile.
 * Ports are called on any thread, for many calls at once. */
#ifndef BX_MCP_PORTS_H
#define BX_MCP_PORTS_H

#include "tool/invoke.h"

/* One request of a client while it is being served. */
typedef struct bx_mcp_call bx_mcp_call;

/* ---- what a port may ask of the client ---------------------------------------------------------
 */

typedef enum bx_mcp_answer {
    BX_MCP_ANSWERED, /* `ret` is the client's result */
    BX_MCP_LATER,    /* asked: the client comes back with the same request and the answer.  Whatever
                        the port returns now, the client gets the question instead */
    BX_MCP_CANNOT,   /* the client did not say that it can be asked such a thing */
    BX_MCP_FAILED    /* it answered with an error, what it answered is none, or the call ended */
} bx_mcp_answer;

/* Ask the client `method` ("elicitation/create", "sampling/createMessage", "roots/list").  `key`:
 * the question's name, one of its own in this call.  `params` is one JSON object.  An older client
 * is asked and waited for here; no sandbox may be held meanwhile.  `ret` lives as long as the
 * call. */
bx_mcp_answer bx_mcp_ask(bx_mcp_call *c, bx_str key, bx_str method, bx_str params,
                         const bx_json_val **ret);
/* One of `n` answers (an elicitation form); for approvals: what the client sends without having
 * been asked for this very request is no answer.  BX_MCP_ANSWERED: *ret is the number of the
 * choice, or `n` where the person declined, or closed it. */
bx_mcp_answer bx_mcp_choose(bx_mcp_call *c, bx_str message, const char *const *choices, size_t n,
                            size_t *ret);
bool bx_mcp_can(const bx_mcp_call *c, bx_str capability); /* "elicitation", "sampling", "roots" */
bool bx_mcp_is_modern(const bx_mcp_call *c);

typedef struct bx_mcp_question {
    bx_str key, method, params;
} bx_mcp_question;
/* Several at once.  True: all are answered, ret[i] is the answer to q[i].  False: not yet all, and
 * as above, or not to be had. */
bool bx_mcp_ask_all(bx_mcp_call *c, const bx_mcp_question *q, size_t n, const bx_json_val **ret);

/* Answer a client that knows the extension io.modelcontextprotocol/tasks now, with a task: what the
 * port returns later is its result.  What takes more than a few seconds becomes one by itself.
 * True: it is one.  Whoever asks from then on waits for the answer. */
bool bx_mcp_become_task(bx_mcp_call *c);
/* The client does not know it, without which there is no answer: -32021. */
bx_code bx_mcp_needs_tasks(bx_mcp_call *c, bx_error *err);

/* What a port wants to find again when the client comes back with answers; at most 4 KiB.  It
 * travels through the client, who cannot change it.  Empty: nothing. */
bx_str bx_mcp_state(const bx_mcp_call *c);
BX_NODISCARD bx_code bx_mcp_keep_state(bx_mcp_call *c, bx_str state, bx_error *err);

/* Told only where the client asked for it; `progress` has to grow.  `total` <= 0: not known. */
void bx_mcp_progress(bx_mcp_call *c, double progress, double total, bx_str message);
/* `level`: "debug" … "emergency"; `data` is one JSON text. */
void bx_mcp_log(bx_mcp_call *c, bx_str level, bx_str logger, bx_str data);

/* A text of ours, copied, that follows the content of the result; at most one for each call. */
void bx_mcp_hint(bx_mcp_call *c, bx_str text);

bx_ctl *bx_mcp_ctl(bx_mcp_call *c);   /* ends when the client cancels */
bx_str bx_mcp_client(bx_mcp_call *c); /* "mcp codex-mcp-client 0.169.0" */
/* The client lacks `capability`, without which there is no answer: -32021. */
bx_code bx_mcp_needs(bx_mcp_call *c, bx_str capability, bx_error *err);

/* ---- tools -------------------------------------------------------------------------------------
 */

typedef struct bx_mcp_tools {
    void *ctx;
    /* Between these, manifests that were handed out stay.  NULL: they always do. */
    void (*hold)(void *ctx);
    void (*release)(void *ctx);
    size_t (*count)(void *ctx);
    const bx_manifest *(*manifest)(void *ctx, size_t i); /* in the order of their names */
    /* One call, through the funnel: `arguments` is one JSON object as text.  For approvals
     * origin->asker is `call` (bx_mcp_ask).  BX_OK: `ret` has a result, whatever kind.  BX_ENOENT:
     * there is no such tool (any more).  Another error: words for the client. */
    bx_code (*call)(void *ctx, bx_mcp_call *call, bx_str name, bx_str arguments, bx_ctl *ctl,
                    const bx_gate_origin *origin, bx_tool_end *ret, bx_error *err);
} bx_mcp_tools;

/* ---- resources and prompts ---------------------------------------------------------------------
 */

typedef struct bx_mcp_completing { /* what a client wants to be completed */
    bx_str of;                     /* a template, or the name of a prompt */
    bx_str name;                   /* of its variable or argument */
    bx_str value;                  /* what there is so far */
} bx_mcp_completing;

/* Each writes into an object that is open: the members that MCP names. */
typedef struct bx_mcp_resources {
    void *ctx;
    /* `resources` and, where there are more, `nextCursor`.  BX_EINVAL: not a cursor. */
    bx_code (*list)(void *ctx, bx_mcp_call *call, bx_str cursor, bx_json_out *out, bx_error *err);
    bx_code (*templates)(void *ctx, bx_mcp_call *call, bx_json_out *out, bx_error *err);
    /* `contents`.  BX_ENOENT: no such resource, whatever the reason. */
    bx_code (*read)(void *ctx, bx_mcp_call *call, bx_str uri, bx_json_out *out, bx_error *err);
    /* Values of a variable of a template, as strings into an open array; NULL: none. */
    bx_code (*complete)(void *ctx, bx_mcp_call *call, const bx_mcp_completing *of, bx_json_out *out,
                        bx_error *err);
    /* Somebody wants to be told of changes of `uri`, or no longer does (then `call` is NULL): as
     * often the one as the other.  NULL: there are none. */
    bx_code (*watch)(void *ctx, bx_mcp_call *call, bx_str uri, bool on, bx_error *err);
} bx_mcp_resources;

typedef struct bx_mcp_prompts {
    void *ctx;
    bx_code (*list)(void *ctx, bx_str cursor, bx_json_out *out, bx_error *err); /* `prompts` */
    /* `description`, `messages`.  `arguments` may be NULL.  BX_ENOENT: no such prompt; BX_EINVAL:
     * an argument is missing. */
    bx_code (*get)(void *ctx, bx_mcp_call *call, bx_str name, const bx_json_val *arguments,
                   bx_json_out *out, bx_error *err);
    bx_code (*complete)(void *ctx, bx_mcp_call *call, const bx_mcp_completing *of, bx_json_out *out,
                        bx_error *err); /* as above */
} bx_mcp_prompts;

#endif
