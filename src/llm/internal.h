/* llm/internal.h - what the files of llm/ share.  Not for other folders. */
#ifndef BX_LLM_INTERNAL_H
#define BX_LLM_INTERNAL_H

#include "llm/answer.h"
#include "llm/prices.h"

typedef struct bx_script bx_script;
typedef struct bx_llm_protocol bx_llm_protocol;

struct bx_llm { /* fixed once it is open */
    char *name, *model;
    bool has_price;
    bx_price price;
    uint64_t window;   /* tokens; 0: not known */
    bx_script *script; /* or: */
    const bx_llm_protocol *protocol;
    struct bx_place *place; /* owned: */
    const char *url;        /* its base URL */
    const char *key_name;   /* the variable that has its key, or should; borrowed, may be NULL */
    bx_egress_scope *scope;
};

/* Why an attempt failed. */
typedef struct bx_llm_trouble {
    bx_llm_failure failure;
    bool again;        /* the same request may succeed later */
    bool has_after;    /* the provider says when */
    uint64_t after_ns; /* that */
    char text[900];    /* in words, with the provider's */
} bx_llm_trouble;

/* One attempt at a turn. */
typedef struct bx_attempt {
    bx_llm *m;
    const bx_llm_request *rq;
    const bx_ctl *ctl; /* never NULL */
    bx_answer *answer;
    bx_buf *body;      /* the request, built by the first attempt, kept for the others */
    unsigned number;   /* from 0 */
    bx_llm_usage lost; /* what the attempts before took, as far as they said */
    bool uncounted;    /* one of them took more than it said */
    bx_llm_trouble *trouble;
} bx_attempt;

/* True: the answer is whole.  Else *trouble says why not. */
bool bx_exchange(bx_attempt *at);
bool bx_script_play(bx_attempt *at);

/* Fill *t; false, to be returned. */
bool bx_trouble(bx_llm_trouble *t, bx_llm_failure f, const char *fmt, ...) BX_PRINTF(3, 4);
/* The same for a model that kept silent for too long; `begun`: after its first token. */
bool bx_trouble_timeout(bx_llm_trouble *t, bool begun);
uint64_t bx_first_token_ns(const bx_llm_request *rq); /* how long is waited */
uint64_t bx_stall_ns(const bx_llm_request *rq);
/* The same for an attempt that ended because its ctl did, or its sink. */
bool bx_trouble_stopped(bx_attempt *at);

/* script.c: read and check a script.  BX_EINVAL says where and what; BX_ENOENT, BX_EIO, BX_ELIMIT.
 */
BX_NODISCARD bx_code bx_script_load(const char *path, bx_script **ret, bx_error *err);
BX_NODISCARD bx_code bx_script_parse(bx_str text, bx_script **ret, bx_error *err);
void bx_script_free(bx_script *s);
BX_DEFINE_AUTO(bx_script, bx_script_free)
bool bx_script_is_stop(bx_str name);    /* of a turn: "end" */
bool bx_script_is_failure(bx_str name); /* of an error: "rate" */
bool bx_script_price(const bx_script *s, bx_price *ret);
uint64_t bx_script_window(const bx_script *s); /* tokens; 0: it names none */
/* What is played to this request: a turn of the script, and the conversation it is of; NULL: none.
 */
const bx_json_val *bx_script_select(const bx_script *s, const bx_llm_request *rq,
                                    const bx_json_val **conversation);
/* A number of milliseconds of the turn, else of its conversation, else of the script; 0. */
uint64_t bx_script_ms(const bx_script *s, const bx_json_val *conversation, const bx_json_val *turn,
                      const char *key);
uint64_t bx_script_turn(const bx_llm_request *rq); /* which one is asked for, from 1 */

#endif
