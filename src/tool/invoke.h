/* tool/invoke.h - the one way to run a tool.  In order: the arguments are validated against its
 * schema, the gate decides, asks and records (tool/gate.h), its grant is computed, the sandbox runs
 * it, its result is checked against the contract (docs/tools.md), and the end is recorded. Nothing
 * runs unvalidated, undecided, unrecorded or with more than was computed.  Any thread. */
#ifndef BX_TOOL_INVOKE_H
#define BX_TOOL_INVOKE_H

#include "sandbox/call.h"
#include "tool/gate.h"
#include "tool/manifest.h"

struct bx_tool;

/* What is under all calls of a process.  app/ puts one together (bx_app_ground). */
typedef struct bx_tool_ground {
    const char *store_dir; /* as for bx_sealed_new */
    /* Carve out of a grant what no guest may have; before it is sealed. */
    bx_code (*protect)(const void *ctx, bx_grant *g, bx_error *err);
    /* The programs there are, for a tool that may start some; NULL: none. */
    bx_code (*programs)(const void *ctx, const bx_program_set **ret, bx_error *err);
    /* The tool of that name, for guests that call tools; BX_ENOENT.  NULL: they find none. */
    bx_code (*find)(const void *ctx, bx_str name, struct bx_tool *ret, bx_error *err);
    const char *(*name)(const void *ctx, size_t i); /* of the i-th of them; NULL past the last */
    const void *ctx;
    bx_gate gate; /* empty: for whoever names the rights himself (exec, sh) */
} bx_tool_ground;

typedef struct bx_tool { /* both borrowed from whoever found it */
    const bx_manifest *manifest;
    bx_module *module;
    const uint8_t *digest; /* SHA-256 of the module, 32 bytes; NULL: not known */
    bool is_vouched;       /* part of the program, or signed by a trusted key */
} bx_tool;

typedef struct bx_tool_call {
    bx_str arguments;    /* one JSON text */
    const bx_grant *run; /* what the one who calls may use; the tool gets what this has in common
                            with its needs.  The limits are those of the call (bx_tool_limits) */
    const bx_limits *limits; /* as in bx_call */
    struct bx_kept *kept;    /* for calls of guests, whose `run` lives as long; or NULL */
    bool quiet;              /* nobody reads the notes */
    bx_ctl *ctl;             /* as in bx_call */
    bx_shared *shared;       /* likewise */
    bx_record *record;       /* likewise; what was refused is told only with one */
    int err_fd;              /* where the tool's standard error goes, as in bx_call */
    bx_gate_origin origin;   /* who calls */
} bx_tool_call;

typedef struct bx_tool_end {
    bool entered; /* the sandbox was entered: `outcome` says how that ended */
    bx_gate_fate fate;
    bool is_error;
    bx_outcome outcome; /* without its output, which is the result */
    bx_json *result;    /* owned; one CallToolResult, always */
    bx_buf text;        /* it as JSON text, in one line with its end */
    bx_buf
        notes; /* lines for the operator: what was refused, and which capability would allow it */
} bx_tool_end;

/* The limits that the manifest names become those of a grant that is being built. */
BX_NODISCARD bx_code bx_tool_limits(const bx_manifest *m, bx_grant *g, bx_error *err);

/* BX_OK: `ret` has a result, if need be one of ours that is an error: arguments that do not fit the
 * schema, an end without a result, a broken contract.  Else there could be no call, and `ret` is
 * empty. */
BX_NODISCARD bx_code bx_tool_invoke(const bx_tool_ground *on, const bx_tool *tool,
                                    const bx_tool_call *call, bx_tool_end *ret, bx_error *err);
typedef struct bx_tool_caller { /* whose guests call tools; all borrowed */
    const bx_tool_ground *on;
    bx_gate_origin origin; /* of those calls; its `parent` is the call that makes them */
} bx_tool_caller;

/* For bx_call.tools: tool calls of guests end here as well.  Borrows `caller`. */
bx_call_tools bx_tool_nested(const bx_tool_caller *caller);

void bx_tool_end_done(bx_tool_end *e); /* also of an empty one */

/* The captured output of a `json` tool is a result or becomes one: whatever else it is, half a
 * result above all, is replaced by an MCP result that says why there is none (`isError`).  How the
 * call ended stays; a tool that ended with 0 and without a result ends as BX_OUT_FAILED.  *ret, if
 * asked for, is the result parsed. */
BX_NODISCARD bx_code bx_tool_settle(bx_outcome *o, bx_json **ret, bx_error *err);

#endif
