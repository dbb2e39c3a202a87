/* cli/acp_peer.h - the other side of `boxagnts acp`: JSON-RPC 2.0 in lines on standard input and
 * output, requests both ways.  One thread reads; any may write and ask. */
#ifndef BX_CLI_ACP_PEER_H
#define BX_CLI_ACP_PEER_H

#include "codec/json.h"
#include "os/ctl.h"

enum {
    BX_ACP_MAX_LINE = 16 << 20,
    BX_ACP_PARSE = -32700,
    BX_ACP_REQUEST = -32600,
    BX_ACP_METHOD = -32601,
    BX_ACP_PARAMS = -32602,
    BX_ACP_INTERNAL = -32603,
    BX_ACP_NOT_FOUND = -32002,
    BX_ACP_CANCELLED = -32800,
};

typedef struct bx_acp_peer bx_acp_peer;

BX_NODISCARD bx_code bx_acp_peer_new(int in_fd, int out_fd, bx_acp_peer **ret, bx_error *err);
void bx_acp_peer_free(bx_acp_peer *p); /* nobody uses it any more.  NULL is fine */

/* The next message, an object; *ret NULL: the end.  A line that is none, or is longer than
 * BX_ACP_MAX_LINE, is answered with an error without an ID and passed over; so is one whose ID is
 * neither text nor a whole number (JSON-RPC 2.0 section 4).  A last line without its end is no
 * message. */
BX_NODISCARD bx_code bx_acp_read(bx_acp_peer *p, bx_json **ret, bx_error *err);

/* A message is being written: `out` is within the object that is its params or result.  The text is
 * sent whole by bx_acp_send. */
typedef struct bx_acp_message {
    bx_buf text;
    bx_json_out out;
} bx_acp_message;
void bx_acp_notify(bx_acp_message *m, const char *method);
void bx_acp_result(bx_acp_message *m, const bx_json_val *id);
/* Frees it.  False: it does not fit, or nobody reads it. */
bool bx_acp_send(bx_acp_peer *p, bx_acp_message *m);
void bx_acp_error(bx_acp_peer *p, const bx_json_val *id, int code, const char *words);

/* Ask the other side: `m` was begun by this and is sent by bx_acp_ask, which waits for the answer.
 * *ret: the result, or NULL where it is an error; owned.  BX_ECANCELLED: `ctl` ended, or the other
 * side did. */
void bx_acp_request(bx_acp_peer *p, bx_acp_message *m, const char *method, uint64_t *ret_id);
BX_NODISCARD bx_code bx_acp_ask(bx_acp_peer *p, bx_acp_message *m, uint64_t id, const bx_ctl *ctl,
                                bx_json **ret, bx_error *err);
/* A message that answers one of ours: true, and taken. */
bool bx_acp_take_answer(bx_acp_peer *p, bx_json **doc);
/* Nobody answers any more. */
void bx_acp_hang_up(bx_acp_peer *p);

#endif
