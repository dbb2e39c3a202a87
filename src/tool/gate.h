/* tool/gate.h - what stands between a call whose arguments are valid and its sandbox: the decision,
 * the one who may be asked, and the record.  Three ports, which app/ plugs in; each may be called
 * on any thread, for many calls at once.
 *
 * In order, for every call (tool/invoke.h): decide; ask, where the decision says so; begin; the
 * sandbox; end.  A call that is refused is recorded like one that ran.  Where begin fails, there is
 * no call. */
#ifndef BX_TOOL_GATE_H
#define BX_TOOL_GATE_H

#include "os/ctl.h"
#include "policy/grant.h"
#include "sandbox/record.h"
#include "tool/manifest.h"

struct bx_tool_end;

/* What hooks say of a call (docs/hooks.md); they never allow one. */
typedef enum bx_gate_word {
    BX_WORD_UNASKED, /* they have not been asked yet */
    BX_WORD_PASS,
    BX_WORD_ASK,  /* a person is to be asked, also where the rules allow it */
    BX_WORD_DENY, /* whatever the rules say */
} bx_gate_word;

/* Who calls, and as part of what.  All borrowed; zero: nobody in particular. */
typedef struct bx_gate_origin {
    bx_str client;  /* "cli", "mcp codex 0.169.0", "agent": shown to whoever is asked, recorded */
    bx_str run;     /* ID of the run or session the call is part of; empty: none */
    bx_str key;     /* idempotency key, of the caller's choice; empty: none */
    int64_t parent; /* record of the call that makes this one; 0: none */
    void *asker;    /* for the approver: where this caller's questions go; may be NULL */
    bx_gate_word hooks; /* of the caller's; for whoever decides */
    bx_str hooks_why;   /* with ASK and DENY: which hook, and its words */
} bx_gate_origin;

typedef struct bx_gate_call { /* one call as the ports see it; all borrowed for the duration */
    const bx_manifest *manifest;
    const uint8_t *digest;     /* SHA-256 of the module, 32 bytes; NULL: not known */
    bool is_vouched;           /* part of the program, or signed by a trusted key */
    bx_str arguments;          /* JSON text; valid but in `refused` */
    const bx_json_val *values; /* the same, parsed */
    const bx_grant *run;       /* what the caller may use */
    bx_gate_origin origin;
    bool granted; /* what the tool gets of `run` is known already: decisions need no grant */
    bx_ctl *ctl;  /* the call's; a wait of a port ends with it.  May be NULL */
} bx_gate_call;

typedef enum bx_gate_answer { BX_GATE_ALLOW, BX_GATE_ASK, BX_GATE_DENY } bx_gate_answer;

typedef struct bx_gate_decision {
    bx_gate_answer answer;
    bx_buf why;      /* what decided, for people: "boxagnts.yaml:12: deny bash(git push *)" */
    bx_grant *grant; /* owned; what the tool may use of `run`, never wider; NULL: all of it.
                        Unless `once`, it depends on tool and `run` alone, never on the arguments:
                        a call that calls the tool again may get the same one */
    bool once;       /* `grant` is this call's alone: it is used whatever is kept, and not kept */
} bx_gate_decision;

typedef enum bx_gate_reply {
    BX_REPLY_ALLOW,
    BX_REPLY_DENY,
    BX_REPLY_LATER /* nobody answered yet; the caller may come back with the same call */
} bx_gate_reply;

/* Rules.  `ret` is empty and has room for its words. */
typedef struct bx_gate_policy {
    bx_code (*decide)(void *ctx, const bx_gate_call *call, bx_gate_decision *ret, bx_error *err);
    void *ctx;
} bx_gate_policy;

/* A person, or what stands for one.  `why`: words to add, as "denied at the terminal"; for
 * BX_REPLY_LATER, the number of the question.  No sandbox is held while this waits. */
typedef struct bx_gate_approver {
    bx_code (*ask)(void *ctx, const bx_gate_call *call, const bx_gate_decision *decision,
                   bx_gate_reply *ret, bx_buf *why, bx_error *err);
    void *ctx;
} bx_gate_approver;

typedef enum bx_gate_fate {
    BX_FATE_RUNS,    /* the sandbox is entered next */
    BX_FATE_INVALID, /* the arguments did not fit: there was no decision */
    BX_FATE_DENIED,  /* by rule or by answer */
    BX_FATE_WAITS    /* for an answer (BX_REPLY_LATER) */
} bx_gate_fate;

/* The record.  `d` NULL: there was no decision; `granted` NULL: nothing was.  BX_OK of begin: what
 * was handed in is safe against the end of this process. */
typedef struct bx_gate_recorder {
    bx_code (*begin)(void *ctx, const bx_gate_call *call, bx_gate_fate fate,
                     const bx_gate_decision *d, const bx_grant *granted, int64_t *ret_id,
                     bx_error *err);
    /* `end` is whole, its text included; `touched` may be NULL.  Called once for each begin. */
    bx_code (*end)(void *ctx, int64_t id, const struct bx_tool_end *end, const bx_record *touched,
                   bx_error *err);
    void *ctx;
} bx_gate_recorder;

typedef struct bx_gate { /* NULL members: everything is allowed, nobody is asked (what says "ask" is
                            denied), nothing is recorded */
    const bx_gate_policy *policy;
    const bx_gate_approver *approver;
    const bx_gate_recorder *recorder;
} bx_gate;

void bx_gate_decision_init(bx_gate_decision *d);
void bx_gate_decision_done(bx_gate_decision *d);

/* Decide, and ask where that says so.  *ret: BX_FATE_RUNS, BX_FATE_DENIED or BX_FATE_WAITS; of the
 * last two `why` of the decision has the words.  An error: there could be no decision. */
BX_NODISCARD bx_code bx_gate_pass(const bx_gate *g, const bx_gate_call *call, bx_gate_decision *d,
                                  bx_gate_fate *ret, bx_error *err);

#endif
