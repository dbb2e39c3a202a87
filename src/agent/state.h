/* agent/state.h - a run while it lives; nobody's business outside agent/. */
#ifndef BX_AGENT_STATE_H
#define BX_AGENT_STATE_H

#include <pthread.h>

#include "agent/agent.h"

enum { BX_SEEN_MAX = 64, BX_AGENT_MAX_TITLE = 80 /* bytes of one made of a prompt */ };

/* A tool as the model is shown it: one of the two. */
typedef struct bx_agent_entry {
    const bx_manifest *manifest;
    const bx_agent_own *own;
    bx_json *schema; /* owned; of `own` */
    bx_schema *fits; /* owned; it compiled */
} bx_agent_entry;

typedef struct bx_seen {   /* calls of late, for those that are made again and again */
    uint64_t call, result; /* hashes */
    unsigned times;        /* with this result in a row */
    uint64_t used;
} bx_seen;

typedef struct bx_agent_slot {   /* one call of a message, in its order */
    const bx_llm_block *call;    /* borrowed from the transcript */
    const bx_agent_entry *entry; /* NULL: there is no such tool */
    bx_llm_message result;       /* owned; one TOOL_RESULT block */
    uint64_t hash;
    uint64_t seq;     /* of its tool_call event; 0: none was kept, by this process or one before */
    bx_str arguments; /* JSON: the model's, or what a hook made of them, and then borrowed from its
                         verdict */
    bool again;       /* by one before, which did not see its end */
    bool done;
    bx_code rc; /* of the journal, or of one that ends the run */
    bx_error err;
} bx_agent_slot;

struct bx_agent {
    bx_agent_config cfg;
    bx_buf system; /* owned */
    char title[BX_AGENT_MAX_TITLE + 1];
    bx_llm_transcript said;
    bx_agent_entry *entries; /* owned; n_tools of them, beside `tools` */
    bx_llm_tool *tools;
    size_t n_tools;
    bx_buf schemas; /* owned texts of `tools` */

    pthread_mutex_t lock; /* journal, `seen`, `changed` */
    uint64_t seq;
    bx_seen seen[BX_SEEN_MAX];
    uint64_t clock;   /* of `seen` */
    unsigned refused; /* calls that were refused as repeats */
    char **changed;   /* owned */
    size_t n_changed;

    size_t context; /* tokens of the transcript, as far as the provider has said */
    size_t news;    /* bytes that came since */
    bx_llm_usage usage;
    bool unpriced;
    uint64_t cost;
    uint32_t turns, calls;
    uint64_t begin_ns;
    bx_agent_time spent_before; /* as it was taken up */
    size_t compacted;           /* messages there were after the last compaction */

    bx_agent_slot *slots; /* of the last message of the model; n_slots, owned */
    size_t n_slots;
    bool begun, ended; /* the session has its `begin`; its last event is `end` */
    bool greeted;      /* its start was told to hooks, or there was none to tell */
    unsigned stops;    /* times in a row that a hook put off its end */
    bx_agent_status status;
    bx_buf last; /* the model's last words */
    char why[1024];
};

/* ---- journal (say.c) ------------------------------------------------------------------------- */
/* Write `m` as a member "message". */
void bx_agent_put_message(bx_json_out *o, const bx_llm_message *m);
void bx_agent_put_usage(bx_json_out *o, const bx_llm_usage *u);
BX_NODISCARD bx_code bx_agent_say_user(bx_agent *a, const bx_llm_message *m, bx_error *err);

/* The counters begin anew where the last prompt has come to its end. */
void bx_agent_begin_prompt(bx_agent *a);

/* ---- tools (entries.c) ----------------------------------------------------------------------- */
BX_NODISCARD bx_code bx_agent_list_tools(bx_agent *a, bx_error *err);
const bx_agent_entry *bx_agent_find_tool(const bx_agent *a, bx_str name); /* NULL: none */
bool bx_agent_entry_reads(const bx_agent_entry *e); /* it only reads: may run beside others */

/* ---- one turn (turn.c) ----------------------------------------------------------------------- */
/* Reserve, ask, settle, keep, and append to the transcript.  *ret is done by the caller. */
BX_NODISCARD bx_code bx_agent_turn(bx_agent *a, bx_llm_turn *ret, bx_error *err);
/* A turn whose answer is no part of the transcript: its text goes onto `text`. */
BX_NODISCARD bx_code bx_agent_side_turn(bx_agent *a, const bx_llm_transcript *t,
                                        uint64_t max_output, bx_buf *text, bx_error *err);
void bx_agent_count(bx_agent *a, const bx_llm_usage *u, bool has_cost, uint64_t cost);
size_t bx_agent_message_bytes(const bx_llm_message *m);

/* ---- calls (calls.c, result.c) --------------------------------------------------------------- */
/* A slot for each call of the transcript's last message. */
BX_NODISCARD bx_code bx_agent_slots(bx_agent *a, bx_error *err);
void bx_agent_slots_done(bx_agent *a);
/* The results of all slots, as one message of the transcript; then there are no slots. */
BX_NODISCARD bx_code bx_agent_push_results(bx_agent *a, bx_error *err);
/* Run those that are not done, keep their results, and append them to the transcript. */
BX_NODISCARD bx_code bx_agent_calls(bx_agent *a, bx_error *err);
/* What became of the call: words of ours, or the end of a tool. */
BX_NODISCARD bx_code bx_agent_result_words(bx_agent_slot *s, bool is_error, bx_str text,
                                           bx_error *err);
BX_NODISCARD bx_code bx_agent_result_of(bx_agent_slot *s, const bx_tool_end *end, bx_error *err);
/* Words more at its end. */
BX_NODISCARD bx_code bx_agent_result_add(bx_agent_slot *s, bx_str words, bx_error *err);

/* ---- moments for hooks (moments.c); each does nothing where no hook wants it ------------------
 */
bool bx_agent_wants(const bx_agent *a, bx_hook_event e, bx_str subject);
/* Run them and keep what they said; session and agent of `about` are `a`'s where they are empty. */
BX_NODISCARD bx_code bx_agent_moment(bx_agent *a, const bx_hook_moment *about, bx_hook_verdict *ret,
                                     bx_error *err);
/* Those that block leave the status BX_AGENT_BLOCKED; `context` gets what the model is told. */
BX_NODISCARD bx_code bx_agent_at_start(bx_agent *a, bool resumed, bx_buf *context, bx_error *err);
BX_NODISCARD bx_code bx_agent_at_prompt(bx_agent *a, bx_str prompt, bx_buf *context, bx_error *err);
/* `ret_why` is not empty: it is to go on, and is told so. */
BX_NODISCARD bx_code bx_agent_at_stop(bx_agent *a, bx_buf *ret_why, bx_error *err);
/* `v` is empty; s->arguments may be its afterwards. */
BX_NODISCARD bx_code bx_agent_before_call(bx_agent *a, bx_agent_slot *s, bx_hook_verdict *v,
                                          bx_error *err);
/* `before`: what was said for the model then. */
BX_NODISCARD bx_code bx_agent_after_call(bx_agent *a, bx_agent_slot *s, const bx_buf *before,
                                         bx_error *err);
BX_NODISCARD bx_code bx_agent_before_compact(bx_agent *a, bool manual, bool *blocked, bx_buf *focus,
                                             bx_error *err);

/* ---- repeats and changed files (seen.c) ------------------------------------------------------ */
uint64_t bx_agent_hash(bx_str name, bx_str text);
unsigned bx_agent_seen(bx_agent *a, uint64_t call); /* times in a row with the same result */
void bx_agent_see(bx_agent *a, uint64_t call, uint64_t result);
void bx_agent_changed(bx_agent *a, const bx_record *touched);
void bx_agent_changed_path(bx_agent *a, bx_str path);
void bx_agent_put_changed(bx_agent *a, bx_json_out *o);

/* ---- compaction (compact.c) ------------------------------------------------------------------ */
/* Replace what is old by a summary. *did: false where there is nothing to replace. */
BX_NODISCARD bx_code bx_agent_compact(bx_agent *a, bx_str focus, bool *did, bx_error *err);
bool bx_agent_may_compact(const bx_agent *a); /* there is something to replace */
/* Its effect, also that of a `compaction` event: the first `cut` messages become `text`. */
BX_NODISCARD bx_code bx_agent_compacted(bx_agent *a, size_t cut, bx_str text, bx_error *err);
/* Of an `undo` event: the first `kept` messages stay. */
BX_NODISCARD bx_code bx_agent_undone(bx_agent *a, size_t kept, bx_error *err);

#endif
