/* app/approvals.h - what answers where a policy asks (tool/gate.h): what a person answered before,
 * then a person who is there, then the queue in the database (db/approvals.h).  Made by one thread;
 * its port may be called on any.
 *
 * Nothing that a model sends, or a tool answers, is an answer: those come from the terminal, from
 * the client of an MCP server to a question that was put to it for this very call, or from whoever
 * can run `boxagnts approvals`. */
#ifndef BX_APP_APPROVALS_H
#define BX_APP_APPROVALS_H

#include "db/approvals.h"
#include "policy/policy.h"
#include "tool/gate.h"

typedef enum bx_choice {
    BX_CHOICE_NOBODY, /* there is nobody to be asked */
    BX_CHOICE_LATER,  /* asked; the caller comes back with the answer */
    BX_CHOICE_NO,
    BX_CHOICE_ONCE,
    BX_CHOICE_RUN,
    BX_CHOICE_ALWAYS,
} bx_choice;

typedef struct bx_question { /* borrowed */
    const bx_gate_call *call;
    int64_t id;       /* its number in the queue; 0: it has none */
    bx_str arguments; /* JSON text, without secrets, large values cut */
    bool is_command;  /* of bash: all of them are to be shown */
    bx_str why;
    bx_str rules; /* what BX_CHOICE_ALWAYS would write; empty: that cannot be chosen.  Whoever does
                     not show all of `arguments` does not offer it */
    bool may_run; /* BX_CHOICE_RUN can be chosen */
    bx_str alike; /* what that would hold for, a line each; empty: this very call */
} bx_question;

/* A person who is there. */
typedef struct bx_asker {
    bool (*can)(void *ctx, const bx_gate_call *call); /* can this caller's person be asked? */
    /* The question this call was about when it was made before; 0: it was not.  May be NULL. */
    int64_t (*resumed)(void *ctx, const bx_gate_call *call);
    /* Who answered, as "terminal", onto `by`. */
    bx_code (*ask)(void *ctx, const bx_question *q, bx_choice *ret, bx_buf *by, bx_error *err);
    void *ctx;
} bx_asker;

typedef struct bx_approvals_config { /* borrowed, as long as the approvals live */
    bx_db *db;                       /* NULL: nothing is kept, and nobody can answer later */
    const bx_policy *policy;
    const char *workspace;
    bool lasting;          /* the user's policy file decides: "always" can be written to it */
    uint64_t wait_ms;      /* how long a call waits for an answer from the queue */
    const bx_asker *asker; /* NULL: nobody is there */
    int64_t since_us; /* since when the run is: older answers to it are another one's; 0: now */
} bx_approvals_config;

typedef struct bx_approvals bx_approvals;

BX_NODISCARD bx_code bx_approvals_new(const bx_approvals_config *cfg, bx_approvals **ret,
                                      bx_error *err);
/* No call may run.  NULL is fine. */
void bx_approvals_free(bx_approvals *a);
const bx_gate_approver *bx_approvals_port(const bx_approvals *a); /* borrowed */

int64_t bx_approvals_now(void); /* microseconds of the wall clock */
/* How long an answer holds where nobody says otherwise. */
int64_t bx_approvals_holds_us(bx_approval_scope s);

/* Write the rules, a line each, to the user's policy. */
BX_NODISCARD bx_code bx_approvals_remember(bx_str rules, bx_error *err);

/* ---- what a question is about ---------------------------------------------------------------- */

/* A value as text, the members of objects in the order of their names: the same for the same
 * value. */
void bx_approvals_canonical(const bx_json_val *v, bx_json_out *o);

/* Over tool, version, module, needs and workspace; and over those and the arguments.  False: the
 * module is not known, so that nothing can be said of a later call. */
bool bx_approvals_fingerprint(const bx_gate_call *call, bx_str workspace,
                              uint8_t subject[BX_SHA256_BYTES], uint8_t exact[BX_SHA256_BYTES]);

/* The arguments for a person's eyes, and for the database: of bash the whole command, of others
 * long texts cut.  BX_SHOWN_PART: something is left out; BX_SHOWN_NOTHING: it is too much. */
typedef enum bx_shown { BX_SHOWN_ALL, BX_SHOWN_PART, BX_SHOWN_NOTHING } bx_shown;
bx_shown bx_approvals_arguments(const bx_gate_call *call, bx_buf *ret);

/* What the tool may use if it is allowed, in words: "rw:/workspace, tool:*; not .env". */
void bx_approvals_grant(const bx_gate_call *call, const bx_policy *policy,
                        const bx_gate_decision *d, bx_buf *ret);

/* Constraints: {"ARGUMENT": "VALUE"}, where a value may have `*`.  Each argument named must be
 * there and fit.  A value that begins with '/' is a path, as the tool sees it: compared without
 * "." and "..", `*` does not go beyond a part (codec/glob.h), and no link may be on the way. */
BX_NODISCARD bx_code bx_approvals_check_constraints(bx_str json, bx_error *err);
bool bx_approvals_fits(const bx_gate_call *call, bx_str json);

#endif
