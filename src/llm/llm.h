/* llm/llm.h - language models behind one interface: a neutral transcript goes in, a stream of
 * neutral events and one message come out, whoever serves the model.
 *
 *   bx_llm             one model at one place, its credential included: opened once, then used by
 *                      any number of threads at once
 *   bx_llm_transcript  what was said so far; one owner, append-mostly
 *   bx_llm_request     one turn as it is asked for; borrows everything
 *   bx_llm_turn        how it went; owns the message
 *
 * bx_llm_take_turn blocks the calling thread until the turn is over; events come on that thread.
 * What the provider sent to be returned (signatures, encrypted reasoning) is kept verbatim in
 * bx_llm_block.opaque and given back to the protocol that wrote it only. */
#ifndef BX_LLM_LLM_H
#define BX_LLM_LLM_H

#include "codec/json.h"
#include "egress/egress.h"
#include "os/ctl.h"

enum {
    BX_LLM_MAX_TEXT = 32 << 20,    /* bytes of one text, of one call's arguments, of one image */
    BX_LLM_MAX_TURN = 64 << 20,    /* bytes a provider may send in one turn */
    BX_LLM_MAX_BLOCKS = 4096,      /* of one message */
    BX_LLM_MAX_MESSAGES = 100000,  /* of one transcript */
    BX_LLM_MAX_TOOLS = 1024,       /* of one request */
    BX_LLM_MAX_REQUEST = 128 << 20 /* bytes of one request */
};

/* ---- the transcript -------------------------------------------------------------------------- */
typedef enum bx_llm_role {
    BX_LLM_USER, /* a person, or results of tools: those of a message's calls stand in the message
                    right after it, all of them */
    BX_LLM_ASSISTANT /* the model */
} bx_llm_role;

typedef enum bx_llm_kind {
    BX_LLM_TEXT,        /* text */
    BX_LLM_THINKING,    /* text (may be empty), opaque */
    BX_LLM_TOOL_CALL,   /* id, name, text: the arguments, JSON as the model wrote it */
    BX_LLM_TOOL_RESULT, /* id and name of the call, text or parts, is_error */
    BX_LLM_IMAGE,       /* name: media type, text: base64 */
    BX_LLM_OPAQUE       /* an item that means something to the provider only: opaque */
} bx_llm_kind;

typedef struct bx_llm_block bx_llm_block;
struct bx_llm_block {
    bx_llm_kind kind;
    bool is_error; /* TOOL_RESULT */
    bool broken;   /* TOOL_CALL: text is not one JSON object (cut short, or no JSON): do not run it,
                      answer the model with an error */
    bx_str text;   /* UTF-8, like all of these */
    bx_str id, name;
    bx_str opaque;       /* JSON text to be returned as it is; empty: none */
    bx_str protocol;     /* which one wrote `opaque` */
    bx_llm_block *parts; /* TOOL_RESULT: TEXT and IMAGE blocks instead of `text` */
    size_t n_parts;
};

/* In a message every string and array is its own.  The strings are followed by a NUL. */
typedef struct bx_llm_message {
    bx_llm_role role;
    bx_llm_block *blocks;
    size_t n_blocks, cap_blocks;
} bx_llm_message;

void bx_llm_message_done(bx_llm_message *m); /* frees; empty and usable again */
/* Append a copy of `b`; ill-formed UTF-8 becomes U+FFFD.  BX_ELIMIT, BX_ENOMEM. */
BX_NODISCARD bx_code bx_llm_message_add(bx_llm_message *m, const bx_llm_block *b, bx_error *err);
BX_NODISCARD bx_code bx_llm_message_copy(const bx_llm_message *m, bx_llm_message *ret,
                                         bx_error *err);
/* All text blocks, one after the other. */
void bx_llm_message_text(const bx_llm_message *m, bx_buf *out);
size_t bx_llm_message_calls(const bx_llm_message *m); /* how many TOOL_CALL blocks */

typedef struct bx_llm_transcript {
    bx_llm_message *messages; /* owned; read freely, change with the functions below */
    size_t n, cap;
} bx_llm_transcript;

void bx_llm_transcript_done(bx_llm_transcript *t);
/* Append `m`, which moves in (and is empty afterwards), also when this fails: BX_ELIMIT, BX_ENOMEM.
 * An empty message is not appended. */
BX_NODISCARD bx_code bx_llm_transcript_push(bx_llm_transcript *t, bx_llm_message *m, bx_error *err);
/* The same for a message of one text block. */
BX_NODISCARD bx_code bx_llm_transcript_say(bx_llm_transcript *t, bx_llm_role role, bx_str text,
                                           bx_error *err);
/* Take the messages from..to-1 out: undo, compaction. */
void bx_llm_transcript_cut(bx_llm_transcript *t, size_t from, size_t to);
BX_NODISCARD bx_code bx_llm_transcript_copy(const bx_llm_transcript *t, bx_llm_transcript *ret,
                                            bx_error *err);

/* As JSON, lossless both ways: {"role":"assistant","content":[{"type":"text","text":"…"},
 * {"type":"tool_call","id","name","arguments":"…"},{"type":"thinking","text","opaque":"…",
 * "protocol"},{"type":"tool_result","id","name","text"|"parts","is_error"},
 * {"type":"image","media_type","data"}]}; a transcript is an array of those. */
void bx_llm_message_write(const bx_llm_message *m, bx_json_out *o);
BX_NODISCARD bx_code bx_llm_message_read(const bx_json_val *v, bx_llm_message *ret, bx_error *err);
void bx_llm_transcript_write(const bx_llm_transcript *t, bx_json_out *o);
BX_NODISCARD bx_code bx_llm_transcript_read(const bx_json_val *v, bx_llm_transcript *ret,
                                            bx_error *err);

/* ---- what a turn costs ----------------------------------------------------------------------- */
typedef struct bx_llm_usage {
    bool known;           /* false: the provider said nothing; the numbers are 0 then */
    uint64_t input;       /* tokens read that were in no cache */
    uint64_t cache_read;  /* from the prompt cache */
    uint64_t cache_write; /* written to it */
    uint64_t output;      /* written by the model, thinking included */
    uint64_t thinking;    /* part of output */
} bx_llm_usage;

static inline uint64_t bx_llm_usage_total(const bx_llm_usage *u)
{
    return u->input + u->cache_read + u->cache_write + u->output;
}

/* Money is counted in picodollars (1e-12 USD): a token costs some hundred thousand of them. */
#define BX_PICODOLLARS UINT64_C(1000000000000)

/* ---- one turn -------------------------------------------------------------------------------- */
typedef struct bx_llm_tool {
    bx_str name; /* any: what a provider does not take is mapped on the way out and back */
    bx_str description;
    bx_str schema; /* JSON Schema, an object; empty: no arguments */
} bx_llm_tool;

typedef enum bx_llm_choice {
    BX_LLM_AUTO, /* the model decides */
    BX_LLM_NONE, /* no tool */
    BX_LLM_ANY,  /* some tool */
    BX_LLM_ONE   /* choice_name */
} bx_llm_choice;

typedef struct bx_llm_request { /* zero is a good default for all but `transcript` */
    bx_str system;
    const bx_llm_transcript *transcript;
    const bx_llm_tool *tools; /* keep their order from turn to turn: it is part of the cached
                                 prefix */
    size_t n_tools;
    bx_llm_choice choice;
    bx_str choice_name;
    bool one_tool_at_a_time;
    uint64_t max_tokens;  /* of the answer; 0: the provider's default (8192 where one is needed) */
    bool has_temperature; /* many models refuse one: leave it out */
    double temperature;
    bx_str effort;    /* "low", "medium", "high"; empty: the model's default */
    bx_str cache_key; /* the same for all turns of a session: helps providers find their cache */
    bool no_cache;    /* no prompt-caching marks */
    bx_str agent;     /* who asks: for script: models */
    uint64_t turn;    /* which of this agent's turns, from 1: likewise; 0: one more than the
                         transcript has assistant messages */

    const bx_ctl *ctl;       /* ends the turn at once; may be NULL */
    uint64_t first_token_ns; /* longest wait for the first token; 0: 5 min */
    uint64_t stall_ns;       /* longest silence after that; 0: 2 min */
    unsigned max_retries;    /* 0: 4; BX_LLM_NO_RETRY: none */
    bool may_restart; /* the sink understands BX_LLM_EV_RESTART: a stream that broke off is begun
                         anew, which counts as a retry */
} bx_llm_request;

#define BX_LLM_NO_RETRY UINT32_MAX

typedef enum bx_llm_event_kind {
    BX_LLM_EV_TEXT,       /* text: a piece */
    BX_LLM_EV_THINKING,   /* text: a piece */
    BX_LLM_EV_TOOL_BEGIN, /* index, id, name */
    BX_LLM_EV_TOOL_DELTA, /* index; text: a piece of the arguments */
    BX_LLM_EV_TOOL_END,   /* index, id, name; text: the arguments, whole */
    BX_LLM_EV_USAGE,      /* usage: of this turn so far; replaces the one before */
    BX_LLM_EV_RETRY,      /* text: why; wait_ns, attempt; usage: of the attempt that failed: nothing
                             was sent to the sink yet */
    BX_LLM_EV_RESTART,    /* the same; forget what came of this turn, which may be billed */
} bx_llm_event_kind;

typedef struct bx_llm_event { /* borrowed for the call */
    bx_llm_event_kind kind;
    size_t index; /* of the tool call within the turn, from 0 */
    bx_str text, id, name;
    bx_llm_usage usage;
    uint64_t wait_ns;
    unsigned attempt;
} bx_llm_event;

typedef struct bx_llm_sink {
    bool (*on)(void *ctx, const bx_llm_event *ev); /* false: break the turn off, BX_ECANCELLED */
    void *ctx;
} bx_llm_sink;

typedef enum bx_llm_stop {
    BX_LLM_STOP_END,    /* the model has said what it had to */
    BX_LLM_STOP_TOOLS,  /* it waits for results: there is at least one TOOL_CALL */
    BX_LLM_STOP_LENGTH, /* max_tokens; the last call may be `broken` */
    BX_LLM_STOP_WINDOW, /* the context window is full */
    BX_LLM_STOP_FILTER, /* refusal or content filter */
    BX_LLM_STOP_PAUSE,  /* the provider wants the same transcript again, with this message */
} bx_llm_stop;

typedef enum bx_llm_failure { /* beside the error's code: what a caller can do about it */
                              BX_LLM_FAIL_NONE,
                              BX_LLM_FAIL_AUTH,    /* key missing, wrong, or without the right */
                              BX_LLM_FAIL_QUOTA,   /* credit or spending limit: final */
                              BX_LLM_FAIL_RATE,    /* too many requests, still after the retries */
                              BX_LLM_FAIL_SERVER,  /* overloaded or broken, still after the retries
                                                    */
                              BX_LLM_FAIL_NETWORK, /* no connection, broken off, refused by the
                                                      egress rules */
                              BX_LLM_FAIL_TIMEOUT, /* no first token in time, or a stall */
                              BX_LLM_FAIL_CONTEXT, /* the transcript is too long for the model:
                                                      compact it */
                              BX_LLM_FAIL_MODEL,   /* no such model */
                              BX_LLM_FAIL_REQUEST, /* refused as malformed */
                              BX_LLM_FAIL_ANSWER,  /* the answer makes no sense */
                              BX_LLM_FAIL_STOPPED, /* cancelled, by ctl or sink, or ctl's deadline
                                                    */
} bx_llm_failure;

typedef struct bx_llm_turn {
    bx_llm_message message; /* owned; on failure what had come, which is not to be sent on */
    bx_llm_stop stop;
    bx_llm_usage usage; /* of all attempts, as far as the provider said */
    bool counted;       /* usage is all that it took, attempts that broke off included */
    bool has_cost;      /* so it is, and the price is known */
    uint64_t cost;      /* picodollars */
    unsigned attempts;  /* requests made */
    bx_llm_failure failure;
    uint64_t first_token_ns, total_ns; /* from the call's begin; 0: none came */
    char request_id[128];              /* the provider's, for its support; may be empty */
} bx_llm_turn;

void bx_llm_turn_done(bx_llm_turn *t);

/* ---- a model --------------------------------------------------------------------------------- */
typedef struct bx_llm bx_llm;

/* `name`:
 *   PROVIDER/MODEL        "anthropic/claude-sonnet-5", "ollama/qwen3:8b" (llm/providers.def);
 *                         key and, where wanted, base URL come from the environment
 *   PROTOCOL@URL#MODEL    any server: "openai-chat@http://127.0.0.1:8080/v1#qwen3"
 *   script:FILE           a written conversation (docs/models.md)
 * Nothing is sent.  `eg` is borrowed until bx_llm_free; NULL will do for script:.  BX_EINVAL: no
 * such provider, or not that form; BX_ENOENT: its key is not in the environment, or no such file.
 */
BX_NODISCARD bx_code bx_llm_open(bx_egress *eg, bx_str name, bx_llm **ret, bx_error *err);
/* No turn may run.  NULL is fine. */
void bx_llm_free(bx_llm *m);
BX_DEFINE_AUTO(bx_llm, bx_llm_free)

const char *bx_llm_name(const bx_llm *m); /* "PROVIDER/MODEL", as shown and recorded; no secret */

/* Tokens of its context window, what it reads and writes in one request; 0: not known. */
uint64_t bx_llm_window(const bx_llm *m);
/* What `u` costs with this model; false: the price is not known (which is not zero). */
bool bx_llm_cost(const bx_llm *m, const bx_llm_usage *u, uint64_t *ret_picodollars);
/* At most what a turn can cost: `input` tokens read at the dearest input price, `output` written.
 * False: not known. */
bool bx_llm_cost_bound(const bx_llm *m, uint64_t input, uint64_t output, uint64_t *ret_picodollars);

/* One turn.  *ret is filled in either case and is the caller's (bx_llm_turn_done); on failure
 * ret->failure says what kind, `err` says it in words, with the provider's own, and names no
 * secret.  BX_ECANCELLED, BX_ETIMEOUT (ctl's deadline, or a timeout of the request), BX_EDENIED
 * (AUTH, QUOTA), BX_ELIMIT (CONTEXT, or more than BX_LLM_MAX_TURN), BX_EINVAL (REQUEST, MODEL),
 * BX_EIO (the rest), BX_ENOMEM.  `sink.on` may be NULL. */
BX_NODISCARD bx_code bx_llm_take_turn(bx_llm *m, const bx_llm_request *rq, bx_llm_sink sink,
                                      bx_llm_turn *ret, bx_error *err);

#endif
