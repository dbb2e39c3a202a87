/* agent/agent.h - one run: a model decides, tools act, until the model has said what it had to or a
 * limit is reached.  Straight-line code on the thread that calls; tool calls that only read may run
 * on threads of their own beside it.  bx_agent_cancel is what other threads may do.
 *
 * Every event is kept before it is acted on (agent/journal.h), so a run whose process was killed
 * goes on from its journal: bx_agent_resume. */
#ifndef BX_AGENT_AGENT_H
#define BX_AGENT_AGENT_H

#include "agent/budget.h"
#include "agent/hooks.h"
#include "agent/journal.h"
#include "agent/tools.h"
#include "llm/llm.h"

enum {
    BX_AGENT_MAX_ID = 128,          /* bytes of a session's ID */
    BX_AGENT_MAX_RESULT = 64 << 10, /* bytes of a tool's text that a model is shown */
    BX_AGENT_MAX_PROMPT = 4 << 20,
    BX_AGENT_MAX_SYSTEM = 1 << 20,
    BX_AGENT_MAX_CHANGED = 1000, /* changed files that are told */
    BX_AGENT_MAX_OWN = 8,        /* tools of the agent itself */
    BX_AGENT_WINDOW = 200000,    /* tokens of a model's window, where it is not known */
    BX_AGENT_PARALLEL = 8,       /* tool calls of one run at once */
};

typedef struct bx_agent bx_agent;

typedef enum bx_agent_status {
    BX_AGENT_DONE,      /* the model has said what it had to */
    BX_AGENT_LENGTH,    /* its answer was cut off at its largest length */
    BX_AGENT_REFUSED,   /* refusal or content filter */
    BX_AGENT_BUDGET,    /* turns, tool calls, tokens or money */
    BX_AGENT_REPEATS,   /* it made the same call again and again */
    BX_AGENT_BLOCKED,   /* a hook refused the prompt, or ended the run */
    BX_AGENT_DEADLINE,  /* wall-clock time */
    BX_AGENT_CANCELLED, /* by its owner */
    BX_AGENT_FAILED,    /* the model could not be asked, or the journal not be written */
} bx_agent_status;

const char *bx_agent_status_name(bx_agent_status s); /* "done" and the like */

typedef struct bx_agent_own_call {
    bx_str id;               /* the model's own of this call; another one may have the same */
    uint64_t seq;            /* of its tool_call event */
    const bx_json_val *args; /* they fit the schema */
    bool again;              /* the process was killed while this very call ran */
    bx_buf *out;             /* the words for the model */
    bool *is_error;
} bx_agent_own_call;

/* A tool of the agent itself, which touches no sandbox. */
typedef struct bx_agent_own {
    const char *name, *description, *schema; /* schema: JSON; arguments are checked against it */
    bool read_only;
    bool resumes; /* it may be called again for a call that was in flight */
    /* An error ends the run; what the model is to know goes onto call->out. */
    bx_code (*call)(void *ctx, bx_agent *a, const bx_agent_own_call *call, bx_error *err);
    /* A call of a session that is taken up, which ended well: bring back its effect.  May be
     * NULL. */
    void (*replay)(void *ctx, const bx_json_val *args);
    void *ctx;
} bx_agent_own;

#define BX_WHOLE(spend_kind) (1U << (spend_kind))

typedef struct bx_agent_config { /* all borrowed for as long as the run lives */
    bx_str id;                   /* of the session; letters, digits, '.', '-', '_' */
    bx_str parent;               /* of the session above; empty: none */
    bx_str title;                /* for people; empty: the first line of the first prompt */
    bx_str name;                 /* of the agent, for script: models; may be empty */
    bx_str workspace;            /* on the host; kept with the session */
    bool managed;                /* it may have executors; kept with the session */
    bx_llm *model;
    bx_str system; /* kept with the session, so that a resumed run has the same */
    const bx_agent_tools *tools;
    bool (*allows)(void *ctx, const bx_manifest *m); /* may be NULL: every tool */
    void *allows_ctx;
    const bx_agent_own *own; /* n_own of them, at most BX_AGENT_MAX_OWN */
    size_t n_own;
    const bx_grant *grant; /* what its tools may use; sealed */
    bx_budget *budget;     /* its own */
    unsigned whole; /* BX_WHOLE of those of its limits that are the session's, not a prompt's:
                       what earlier prompts took counts when it is taken up */
    bx_ctl *ctl;    /* its end: deadline and cancel */
    const bx_journal *journal; /* NULL: nothing is kept */
    bx_agent_watch watch;
    const bx_agent_hooks *hooks; /* NULL: there are none */
    unsigned repeats;            /* the same call with the same result; 0: 5 */
    uint64_t max_output;         /* tokens of one answer; 0: the model's default */
    uint64_t compact_at; /* tokens of a request that make it compact; 0: three quarters of the
                            model's window */
    void *asker;         /* bx_gate_origin.asker */
    /* What a compaction must keep word for word, for the model: skills, open tasks.  May be NULL.
     */
    void (*remember)(void *ctx, bx_buf *out);
    void *remember_ctx;
    bx_str facts; /* JSON object: what else `begin` is to say; may be empty */
} bx_agent_config;

typedef struct bx_agent_end {
    bx_agent_status status;
    bx_buf text;    /* the model's last words */
    char why[1024]; /* words where it is not DONE */
    uint32_t turns, calls;
    bx_llm_usage usage;
    bool has_cost; /* false: the price of some of it is not known */
    uint64_t cost; /* picodollars */
    uint64_t wall_ns;
    bx_buf changed; /* JSON array of guest paths that its tools wrote to */
} bx_agent_end;
void bx_agent_end_done(bx_agent_end *e);

BX_NODISCARD bx_code bx_agent_new(const bx_agent_config *cfg, bx_agent **ret, bx_error *err);
void bx_agent_free(bx_agent *a); /* NULL is fine */
BX_DEFINE_AUTO(bx_agent, bx_agent_free)

/* Of a new session: `prompt` is what the user says. BX_OK: `ret` says how it ended, whatever that
 * is.  An error: it did not begin. */
BX_NODISCARD bx_code bx_agent_run(bx_agent *a, bx_str prompt, bx_agent_end *ret, bx_error *err);

/* Take up the session from its journal: `cfg`'s ID, its own system text.  Then bx_agent_run with a
 * prompt goes on with it, and with an empty one finishes what was broken off: calls that were in
 * flight are told to the model as unknown and not run again.  BX_ENOENT: there is no such
 * session; BX_EINVAL: its journal makes no sense. */
BX_NODISCARD bx_code bx_agent_resume(bx_agent *a, bx_error *err);

/* The session is left by this process: hooks are told. */
void bx_agent_leave(bx_agent *a);

/* Whether the session, as it was taken up, had come to its end, and how; for those who resume. */
bool bx_agent_has_ended(const bx_agent *a, bx_agent_end *ret);

/* Time that was worked on a session that was taken up: in all, and on the prompt that goes on. */
typedef struct bx_agent_time {
    uint64_t wall_ns, prompt_ns;
} bx_agent_time;
bx_agent_time bx_agent_time_before(const bx_agent *a);

/* Whether somebody has asked it anything yet: one that was taken up may have been killed before. */
bool bx_agent_is_asked(const bx_agent *a);

const bx_agent_config *bx_agent_cfg(const bx_agent *a);

/* Tokens of the next request: as counted by the provider, and at most so many for what came since.
 * While no prompt runs. */
size_t bx_agent_context(const bx_agent *a);

/* Of a session that nobody has asked anything yet: its title, which is borrowed. */
void bx_agent_set_title(bx_agent *a, bx_str title);

/* ---- between prompts ------------------------------------------------------------------------- */

/* Replace what is old of the conversation by a summary, which the model writes; `focus` (may be
 * empty): what above all it is to keep.  *did: false where there is too little of it. */
BX_NODISCARD bx_code bx_agent_shorten(bx_agent *a, bx_str focus, bool *did, bx_error *err);
/* Take back the last prompt and all that was said since; what tools did stays done.  *did: false
 * where there is none, or it is part of a summary. */
BX_NODISCARD bx_code bx_agent_undo(bx_agent *a, bool *did, bx_error *err);
/* The name of its i-th tool; empty past the last. */
bx_str bx_agent_tool_name(const bx_agent *a, size_t i);

/* ---- for tools of the agent itself ----------------------------------------------------------- */

/* An event of its own: bx_agent_say_begin opens it, what is written to *ret are its members;
 * bx_agent_say_end keeps and shows it.  Between the two the run's journal is locked. */
typedef struct bx_agent_saying {
    const char *type;
    bx_buf text;
    bx_json_out out;
} bx_agent_saying;
void bx_agent_say_begin(bx_agent *a, bx_agent_saying *s, const char *type);
BX_NODISCARD bx_code bx_agent_say_end(bx_agent *a, bx_agent_saying *s, bx_error *err);

/* What an executor changed and used counts as its manager's. */
void bx_agent_add_below(bx_agent *a, const bx_agent_end *below);

#endif
