/* policy/policy.h - what an operator lets tools do: the files boxagnts.yaml (docs/policy.md), put
 * together, and what they say of one call.  Pure; what was parsed or merged never changes, any
 * thread may ask it. */
#ifndef BX_POLICY_POLICY_H
#define BX_POLICY_POLICY_H

#include "base/buf.h"
#include "codec/json.h"
#include "policy/grant.h"
#include "policy/hook.h"
#include "policy/rule.h"

enum {
    BX_POLICY_MAX_RULES = 10000,   /* of a file */
    BX_POLICY_MAX_CARVES = 100,    /* paths that deny and ask rules and sections name, in all */
    BX_POLICY_MAX_PROGRAMS = 64,   /* programs that deny and ask rules name as a whole, in all */
    BX_POLICY_MAX_BLOCKS = 200,    /* hosts that deny and ask rules name, and block_urls, in all */
    BX_POLICY_MAX_TOOLS = 256,     /* sections of `tools` in a file */
    BX_POLICY_MAX_LINES = 128,     /* capability lines of a section */
    BX_POLICY_MAX_MOUNTS = 32,     /* of a file */
    BX_POLICY_MAX_EXAMPLES = 1000, /* of a file */
    BX_POLICY_MAX_FILES = 4,
};

/* As in tool/manifest.h, in the same order. */
typedef enum bx_permission {
    BX_PERMISSION_NONE,
    BX_PERMISSION_READ,
    BX_PERMISSION_WRITE,
    BX_PERMISSION_EXECUTE,
    BX_PERMISSION_DANGEROUS,
} bx_permission;

typedef enum bx_policy_mode {
    BX_MODE_DEFAULT,
    BX_MODE_ACCEPT_EDITS, /* files of the workspace may be changed unasked */
    BX_MODE_PLAN,         /* only tools that read are there */
    BX_MODE_DONT_ASK,     /* what would be asked is denied */
} bx_policy_mode;

const char *bx_policy_mode_name(bx_policy_mode m); /* "accept-edits" */
bool bx_policy_mode_parse(bx_str text, bx_policy_mode *ret);

/* ---- files ----------------------------------------------------------------------------------- */

typedef struct bx_policy_file bx_policy_file;

typedef struct bx_policy_source { /* borrowed for the call */
    bx_str name;                  /* as messages are to have it */
    bx_str dir;       /* absolute: what its mounts are relative to; empty: they may not be */
    bx_str home;      /* absolute: "~"; empty: there is none */
    bx_str workspace; /* absolute, as the kernel spells it; empty: not known */
    bool trusted;     /* false: what would widen anything is left out, with a note */
} bx_policy_source;

/* BX_EINVAL, BX_ELIMIT: messages begin with "NAME:LINE:COLUMN: " as far as there is a place;
 * BX_ENOMEM.  The caller owns *ret. */
BX_NODISCARD bx_code bx_policy_parse(bx_str text, const bx_policy_source *source,
                                     bx_policy_file **ret, bx_error *err);
void bx_policy_file_free(bx_policy_file *f);
BX_DEFINE_AUTO(bx_policy_file, bx_policy_file_free)
bx_str bx_policy_file_notes(const bx_policy_file *f); /* lines for the operator */

/* ---- the whole ------------------------------------------------------------------------------- */

typedef struct bx_policy bx_policy;

/* `files` in their order, the user's before the project's; all of them are taken, also on failure.
 * n may be 0.  `mode`: what the operator says of this run, or NULL.
 *
 * Rules are joined: of all that match, deny counts before ask before allow, whichever file they are
 * of.  Carve-outs, blocks and limits are joined, the narrowest counts.  The mode is the last one
 * named by a file that is trusted; one that is not can only make it plan or dont-ask, and only
 * where the mode is default or accept-edits. */
BX_NODISCARD bx_code bx_policy_merge(bx_policy_file **files, size_t n, const bx_policy_mode *mode,
                                     bx_policy **ret, bx_error *err);
void bx_policy_free(bx_policy *p);
BX_DEFINE_AUTO(bx_policy, bx_policy_free)

bx_policy_mode bx_policy_mode_of(const bx_policy *p);
/* Must the package of this tool be signed? */
bool bx_policy_wants_signature(const bx_policy *p, bx_str tool);

/* Does it want the record to be safe against the end of the machine? */
bool bx_policy_is_power_safe(const bx_policy *p);

/* ---- decisions ------------------------------------------------------------------------------- */

/* A look at the files a call names, by their guest paths: rules compare names, links lead to
 * others.
 */
typedef struct bx_policy_look {
    bool (*is_plain)(void *ctx, bx_str path); /* no link is on the way to it, or to what of it is
                                                 there */
    bool (*is_dir)(void *ctx, bx_str path);
    void *ctx;
} bx_policy_look;

typedef struct bx_policy_call { /* borrowed */
    bx_str tool;
    bx_permission permission;
    bool network;                 /* it needs fetch: or connect:, or says openWorldHint */
    const bx_json_val *arguments; /* an object; NULL: none */
    const bx_policy_look *look;   /* NULL: nobody can look */
    const bx_policy_mode *mode;   /* the operator's at this moment; NULL: the policy's own */
} bx_policy_call;

typedef enum bx_policy_by {
    BX_BY_RULE,
    BX_BY_DOUBT, /* a rule may hold: what the call would do is not known for certain */
    BX_BY_MODE,
    BX_BY_DEFAULT,
} bx_policy_by;

typedef struct bx_policy_decision {
    bx_answer answer;
    bx_policy_by by;
    const bx_rule *rule; /* borrowed from the policy; NULL: none */
    const char *doubt;   /* static; why it is not certain, or NULL */
    bool not_asked;      /* denied instead of asked, by mode dont-ask */
} bx_policy_decision;

/* BX_ENOMEM only: whatever is not understood is not allowed. */
BX_NODISCARD bx_code bx_policy_decide(const bx_policy *p, const bx_policy_call *call,
                                      bx_policy_decision *ret, bx_error *err);

/* Is the tool shown at all?  Not where every call of it would be denied by its name or by the mode.
 * *ret_why, if asked for: the decision that says so. */
bool bx_policy_shows(const bx_policy *p, const bx_policy_call *call, bx_policy_decision *ret_why);

/* What decided, in one line: "boxagnts.yaml:12: deny bash(git push *)"; where nothing allows the
 * call, also what would. */
void bx_policy_why(const bx_policy *p, const bx_policy_call *call, const bx_policy_decision *d,
                   bx_buf *ret);

/* Rules, one a line, that would allow this call and as little else as a rule can say; nothing where
 * no rule can. */
BX_NODISCARD bx_code bx_policy_suggest(const bx_policy_call *call, bx_buf *ret, bx_error *err);

/* ---- grants ---------------------------------------------------------------------------------- */

/* Before the rights of one call are computed: what the files add to what a run may use.  `g` is
 * being built, with the workspace mounted: mounts, credentials and holes in the network's blocks of
 * files that are trusted, the capability lines `tools` has for this tool, its limits, and what its
 * rules could let it reach. */
BX_NODISCARD bx_code bx_policy_offer(const bx_policy *p, bx_str tool, bx_grant *g, bx_error *err);

/* What of `run` the call may use by `decision`: never more than `run`.  NULL `decision`: what
 * holds for every call of the tool.  Notes for the operator go onto `notes`. */
BX_NODISCARD bx_code bx_policy_grant(const bx_policy *p, const bx_policy_call *call,
                                     const bx_policy_decision *decision, const bx_grant *run,
                                     bx_grant **ret, bx_buf *notes, bx_error *err);

/* Does that depend on more than the tool: on what this call names, or was asked about? */
bool bx_policy_grant_is_of_call(const bx_policy *p, const bx_policy_call *call,
                                const bx_policy_decision *decision);

/* ---- what the files say ---------------------------------------------------------------------- */

size_t bx_policy_rule_count(const bx_policy *p);
const bx_rule *bx_policy_rule_at(const bx_policy *p, size_t i); /* in the order of the files */

typedef struct bx_policy_example {
    bx_str tool, says;
    const bx_json_val *arguments;
    bx_answer expect;
    const char *file;
    unsigned line, column;
} bx_policy_example;
size_t bx_policy_example_count(const bx_policy *p);
bx_policy_example bx_policy_example_at(const bx_policy *p, size_t i);

/* In the order of the files, the user's first; NULL past the last.  Files that are not trusted have
 * none. */
const bx_hook *bx_policy_hook_at(const bx_policy *p, size_t i);

/* The whole as YAML, each thing with a comment that says where it comes from. */
void bx_policy_print(const bx_policy *p, bx_buf *ret);

/* ---- changing a file ------------------------------------------------------------------------- */

/* `text` with one rule more under rules.ANSWER; all else stays as it is, comments too.  A rule that
 * is there already changes nothing.  What comes out was parsed and has the rule.  BX_EINVAL: the
 * text is no policy, or is written in a way that leaves no place (a flow mapping). */
BX_NODISCARD bx_code bx_policy_add_rule(bx_str text, bx_answer answer, bx_str rule, bx_buf *ret,
                                        bx_error *err);

#endif
