/* llm/answer.h - an answer in the making: what a protocol's parser found goes in, events go out to
 * the sink at once, and at the end there is one message.  One turn's thread.  Not for other
 * folders.
 *
 * Every function is quiet after a failure (`fail`): the parser goes on, whoever feeds it looks. */
#ifndef BX_LLM_ANSWER_H
#define BX_LLM_ANSWER_H

#include "llm/llm.h"

enum { BX_ANSWER_NONE = SIZE_MAX };

typedef struct bx_answer_block {
    bx_llm_kind kind;
    int64_t key;      /* the provider's number for it; -1: none */
    size_t call;      /* TOOL_CALL: its number in the turn */
    bool begun, over; /* TOOL_CALL: events sent */
    uint32_t high;    /* half of a character that was split between two pieces; 0: none */
    bx_buf text, id, name, opaque;
} bx_answer_block;

typedef struct bx_answer {
    bx_llm_sink sink;
    const char *protocol; /* for what is opaque */
    bx_answer_block *blocks;
    size_t n_blocks, cap_blocks, n_calls;
    size_t bytes; /* of all texts */
    bx_llm_usage usage;
    bool has_stop; /* `stop` was said; else bx_answer_finish infers it */
    bx_llm_stop stop;
    bool whole;                 /* the provider's own mark of the end was seen */
    bool sent;                  /* the sink got something of the answer */
    bool mended;                /* the stream holds halves of characters (wire.h) */
    uint64_t first_ns, last_ns; /* when the first and the last piece came; 0: none */
    char request_id[128];
    bx_code fail; /* BX_ECANCELLED: the sink said no; BX_ELIMIT; BX_ENOMEM */
} bx_answer;

void bx_answer_done(bx_answer *a);
/* For another attempt: everything but sink, protocol and `fail` is as at the beginning. */
void bx_answer_reset(bx_answer *a);

/* A block more; its number, or BX_ANSWER_NONE. */
size_t bx_answer_open(bx_answer *a, bx_llm_kind kind, int64_t key);
/* The last block of that key, or BX_ANSWER_NONE. */
size_t bx_answer_find(const bx_answer *a, int64_t key);
/* The last block, if it is of that kind, or a new one: for protocols that do not number them. */
size_t bx_answer_last(bx_answer *a, bx_llm_kind kind);

/* A piece of text, of thinking, or of a call's arguments.  BX_ANSWER_NONE is fine. */
void bx_answer_text(bx_answer *a, size_t i, bx_str piece);
/* What identifies a call; empty and repeated values change nothing.  The begin event goes out when
 * the name is there. */
void bx_answer_call(bx_answer *a, size_t i, bx_str id, bx_str name);
void bx_answer_opaque(bx_answer *a, size_t i, bx_str json); /* replaces */
/* The block is complete: for a call, its end goes out.  Also done by bx_answer_finish. */
void bx_answer_close(bx_answer *a, size_t i);

/* Take the failure of a text that was made for the answer; true: there is none. */
bool bx_answer_holds(bx_answer *a, const bx_buf *b);

void bx_answer_usage(bx_answer *a, const bx_llm_usage *u); /* replaces */
void bx_answer_stop(bx_answer *a, bx_llm_stop stop);

/* Close what is open and make the message: calls get ids and whole arguments.  The stop reason is
 * made to agree with what is there.  BX_ENOMEM, BX_ELIMIT. */
BX_NODISCARD bx_code bx_answer_finish(bx_answer *a, bx_llm_message *ret, bx_llm_stop *stop,
                                      bx_error *err);

#endif
