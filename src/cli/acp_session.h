/* cli/acp_session.h - the sessions of `boxagnts acp`: made, asked, ended.  One thread reads and
 * calls all of this; each prompt runs on a thread of its own. */
#ifndef BX_CLI_ACP_SESSION_H
#define BX_CLI_ACP_SESSION_H

#include <pthread.h>

#include "cli/acp_show.h"

enum { BX_ACP_MAX_SESSIONS = 16, BX_ACP_MAX_TITLE = 80 };

typedef struct bx_acp bx_acp;

typedef struct bx_acp_session {
    bx_acp *of;
    bx_run run;
    bool open;     /* `run` is there */
    bool busy;     /* a prompt is under way, on `thread` */
    bool joinable; /* `thread` is to be joined */
    pthread_t thread;
    bx_gate_approver approver;
    bx_acp_files *files; /* owned; NULL: it may read none */
    bx_acp_show show;
    bx_buf prompt, note; /* note: for the person, before the next answer */
    size_t command;      /* that the prompt is, counted from 1; 0: none */
    bx_json *request;    /* owned; the one that waits for its end */
    char title[BX_ACP_MAX_TITLE + 1];
    uint64_t cost; /* of all prompts of this process; picodollars */
    bool unpriced;
} bx_acp_session;

struct bx_acp {
    bx_run_options o;
    bx_policy_mode mode; /* of new sessions */
    bx_acp_peer *peer;
    bool takes_notices;
    pthread_mutex_t lock; /* `busy` of all, and their handles while they are made anew */
    bx_acp_session sessions[BX_ACP_MAX_SESSIONS];
};

typedef enum bx_acp_begin { BX_ACP_NEW, BX_ACP_LOAD, BX_ACP_RESUME } bx_acp_begin;

/* Each answers the request `id`. */
void bx_acp_on_session(bx_acp *x, const bx_json_val *id, const bx_json_val *params,
                       bx_acp_begin how);
void bx_acp_on_mode(bx_acp *x, const bx_json_val *id, const bx_json_val *params);
void bx_acp_on_close(bx_acp *x, const bx_json_val *id, const bx_json_val *params);
/* Takes *doc where the answer comes later. */
void bx_acp_on_prompt(bx_acp *x, bx_json **doc, const bx_json_val *id, const bx_json_val *params);

void bx_acp_on_cancel(bx_acp *x, const bx_json_val *params);
/* A prompt ends as if it had been cancelled; other requests are answered before this is read. */
void bx_acp_on_cancel_request(bx_acp *x, const bx_json_val *request);

void bx_acp_end_all(bx_acp *x); /* the process ends next */

/* acp_prompt.c: what runs on the thread of a prompt. */
void *bx_acp_run_prompt(void *session);
/* The blocks of a prompt as one text; which command it is, in s->command. */
BX_NODISCARD bx_code bx_acp_read_prompt(bx_acp_session *s, const bx_json_val *blocks,
                                        bx_error *err);
void bx_acp_show_all_commands(const bx_acp_session *s);
/* bx_gate_approver.ask; `ctx`: the session. */
bx_code bx_acp_ask_person(void *ctx, const bx_gate_call *call, const bx_gate_decision *d,
                          bx_gate_reply *ret, bx_buf *why, bx_error *err);

#endif
