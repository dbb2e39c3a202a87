/* llm/protocol.h - how one kind of API is spoken: a request's JSON, and the reading of answers.
 * One turn's thread.  Not for other folders. */
#ifndef BX_LLM_PROTOCOL_H
#define BX_LLM_PROTOCOL_H

#include "llm/internal.h"

/* The request as JSON.  What is wrong with the transcript (calls without results, results without
 * calls) is put right on the way: every protocol refuses it. */
typedef struct bx_wire_request {
    const bx_llm *m;
    const bx_llm_request *rq;
} bx_wire_request;

/* An answer being read. */
typedef struct bx_reading {
    bx_answer *answer;
    const bx_llm_request *rq; /* for the names of tools; may be NULL */
    bx_llm_trouble *trouble;
    bool failed; /* *trouble says why: the rest is not read */
} bx_reading;

struct bx_llm_protocol {
    const char *name;
    void (*build)(const bx_wire_request *w, bx_json_out *o);
    /* One event of a stream. */
    void (*event)(bx_reading *r, bx_str type, const bx_json_val *data);
    /* An answer that came whole. */
    void (*whole)(bx_reading *r, const bx_json_val *root);
    /* Append the URL of the request. */
    void (*url)(const bx_llm *m, bx_buf *out);
    const char *key_header; /* the key's field; "authorization" takes a Bearer token */
    const char *extra[2];   /* one more field: name, value; or NULL */
};

extern const bx_llm_protocol bx_openai_chat, bx_openai_responses, bx_anthropic, bx_gemini;
const bx_llm_protocol *bx_llm_protocol_find(bx_str name); /* NULL: none of that name */

/* errors.c: the error that `body` (an answer, or an event; may be NULL) speaks of.  `status` 0: it
 * came in a stream that had begun well. */
void bx_read_error(bx_llm_trouble *t, unsigned status, const bx_json_val *body);
/* A field of the answer's head that bears on whether and when to try again. */
void bx_read_retry_field(bx_llm_trouble *t, bx_str name, bx_str value);
/* The same as bx_read_error for an event; ends the reading. */
void bx_reading_error(bx_reading *r, const bx_json_val *body);

/* One stretch of a stream, whole events in any pieces; for bx_exchange and the tests. */
typedef struct bx_stream bx_stream;
BX_NODISCARD bx_code bx_stream_new(const bx_llm_protocol *p, const bx_reading *r, bx_stream **ret,
                                   bx_error *err);
void bx_stream_free(bx_stream *s);
BX_DEFINE_AUTO(bx_stream, bx_stream_free)
/* False: enough; the reading's trouble or the answer's `fail` says why. */
bool bx_stream_feed(bx_stream *s, bx_str piece);
/* The answer is over.  True: it is whole. */
bool bx_stream_end(bx_stream *s);

/* ---- for requests ---------------------------------------------------------------------------- */
/* Names and ids as every provider takes them: [a-zA-Z0-9_-], at most 64; the same for the same. */
enum { BX_WIRE_NAME = 65 };
void bx_wire_name(bx_str name, char out[BX_WIRE_NAME]);
/* The tool of the request whose name on the wire that is; else the name as it is. */
bx_str bx_wire_tool(const bx_llm_request *rq, bx_str wire);

/* The arguments as one JSON object; what is none becomes {"invalid_arguments": "…"}. */
void bx_wire_arguments(const bx_llm_block *call, bx_json_out *o);
/* The schema, or that of no arguments. */
void bx_wire_schema(const bx_llm_tool *tool, bx_json_out *o);
/* The text of a result: its text, or its parts' with a line between; "" when there is none. */
void bx_wire_result_text(const bx_llm_block *result, bx_buf *out);

/* Is message `i` of the transcript one with calls that the next message leaves unanswered?  Calls
 * them out one by one: from *k on; false: no more. */
bool bx_wire_next_unanswered(const bx_llm_transcript *t, size_t i, size_t *k, bx_str *id,
                             bx_str *name);
/* Does the result `b` in message `i` answer a call of the message before? */
bool bx_wire_answers(const bx_llm_transcript *t, size_t i, const bx_llm_block *b);
#define BX_WIRE_NO_RESULT "no result: the call was interrupted"

void bx_wire_put(bx_json_out *o, const char *key, bx_str value);
void bx_wire_holds(bx_json_out *o, const bx_buf *b); /* takes the failure of a text that goes in */
void bx_wire_put_buf(bx_json_out *o, const char *key, const bx_buf *value);
void bx_wire_putz(bx_json_out *o, const char *key, const char *value);
void bx_wire_put_uint(bx_json_out *o, const char *key, uint64_t value);
void bx_wire_put_bool(bx_json_out *o, const char *key, bool value);
void bx_wire_open(bx_json_out *o, const char *key); /* "key": { */
void bx_wire_list(bx_json_out *o, const char *key); /* "key": [ */
/* "key": "data:image/png;base64,…" */
void bx_wire_put_image_url(bx_json_out *o, const char *key, const bx_llm_block *image);

/* ---- for answers ----------------------------------------------------------------------------- */
bx_str bx_wire_str(const bx_json_val *v, const char *key);    /* "" where there is no text */
uint64_t bx_wire_uint(const bx_json_val *v, const char *key); /* 0 where there is none */
const bx_json_val *bx_wire_get(const bx_json_val *v, const char *key);
/* A call's arguments, however they come: text is a piece, an object is all of it. */
void bx_wire_take_arguments(bx_answer *a, size_t i, const bx_json_val *v);
/* Keep `v` as the block's opaque value. */
void bx_wire_keep(bx_answer *a, size_t i, const bx_json_val *v);

#endif
