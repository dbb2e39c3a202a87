/* db/approvals.h - questions whether a call may run, and what a person answered, in state.db.  Any
 * thread, any number of processes.
 *
 * A question is `pending` until it is answered, or its time is over.  Allowed once, it is `used` by
 * the first call that fits, whichever process makes it, and never again.  Allowed for a run, or
 * always, it stays.  What fits: docs/approvals.md.  Times are of the wall clock, in microseconds.
 */
#ifndef BX_DB_APPROVALS_H
#define BX_DB_APPROVALS_H

#include "codec/sha256.h"
#include "db/db.h"

enum {
    BX_APPROVAL_MAX_PENDING = 256, /* questions that wait at once */
    BX_APPROVAL_MAX_TEXT = 64 << 10,
    BX_APPROVAL_MAX_BY = 128,
};

typedef enum bx_approval_state {
    BX_APPROVAL_PENDING,
    BX_APPROVAL_ALLOWED,
    BX_APPROVAL_DENIED,
    BX_APPROVAL_USED,
    BX_APPROVAL_EXPIRED,
} bx_approval_state;
const char *bx_approval_state_name(bx_approval_state s); /* "pending" */

typedef enum bx_approval_scope {
    BX_SCOPE_NONE,
    BX_SCOPE_ONCE,
    BX_SCOPE_RUN,
    BX_SCOPE_ALWAYS,
} bx_approval_scope;
const char *bx_approval_scope_name(bx_approval_scope s); /* "once"; "" of none */
bool bx_approval_scope_parse(bx_str text, bx_approval_scope *ret);

typedef struct bx_approval { /* a row; texts are borrowed for the callback */
    int64_t id, time_us, expires_us, answered_us, used_us; /* 0: not yet */
    bx_str client, run, tool, arguments, why, workspace;
    bx_str rules; /* what "always" would write, a line each; empty: nothing can */
    bx_str alike; /* what calls have in common that one answer for a run holds for, or "" */
    bx_str subject, exact;  /* 32 bytes: tool and place; those and the arguments */
    bx_str constraints, by; /* JSON text of an object, or empty; who answered */
    bx_approval_state state;
    bx_approval_scope scope;
} bx_approval;

/* ---- asking ---------------------------------------------------------------------------------- */

typedef struct bx_approval_ask { /* borrowed */
    bx_str client, run, tool, arguments, why, workspace, rules, alike;
    uint8_t subject[BX_SHA256_BYTES], exact[BX_SHA256_BYTES];
    int64_t now_us, expires_us;
    int64_t since_us; /* "always" that was answered before is in the policy file, which decides */
    int64_t resume;   /* the question this call asked before; 0: none */
    bool own;         /* a question of its own, though the same one may wait already */
    bool keep;        /* false: where nothing is answered, no question is left */
    /* Do the arguments fit the constraints of an approval? */
    bool (*fits)(void *ctx, bx_str constraints);
    void *ctx;
} bx_approval_ask;

typedef struct bx_approval_found {
    bx_approval_state state; /* ALLOWED, DENIED; PENDING: nothing answers it */
    int64_t id;              /* 0: none */
    bx_approval_scope scope;
    char by[BX_APPROVAL_MAX_BY];
} bx_approval_found;

/* Is there an answer that fits this call?  One that holds once is used up by this.  Else the
 * question waits (or waits already).  BX_ELIMIT: too many do. */
BX_NODISCARD bx_code bx_approvals_settle(bx_db *db, const bx_approval_ask *ask,
                                         bx_approval_found *ret, bx_error *err);

/* ---- answering ------------------------------------------------------------------------------- */

typedef struct bx_approval_answer { /* borrowed */
    bool allow;
    bool use; /* once, and by the call that asks: it is used already */
    bx_approval_scope scope;
    bx_str constraints, by;
    int64_t now_us, expires_us;
} bx_approval_answer;

/* One that is pending; by hand (`use` false) also one that was answered, as long as that holds.
 * BX_ENOENT: there is no such question; BX_EINVAL: it is used, or over. */
BX_NODISCARD bx_code bx_approvals_answer(bx_db *db, int64_t id, const bx_approval_answer *a,
                                         bx_error *err);
/* Whoever asked is gone: nobody has to answer it, where that can be kept; 0: none. */
void bx_approvals_withdraw(bx_db *db, int64_t id);

/* ---- reading --------------------------------------------------------------------------------- */

typedef bool bx_approval_each(void *ctx, const bx_approval *a); /* false: no more */

/* Newest first.  `all`: also what is used, denied or over.  At `now_us`: what is over by then is
 * BX_APPROVAL_EXPIRED. */
BX_NODISCARD bx_code bx_approvals_list(bx_db *db, bool all, int64_t now_us, bx_approval_each *each,
                                       void *ctx, bx_error *err);
/* BX_ENOENT. */
BX_NODISCARD bx_code bx_approvals_get(bx_db *db, int64_t id, int64_t now_us, bx_approval_each *each,
                                      void *ctx, bx_error *err);

#endif
