/* app/toolbox.h - the tools a run may call: in one workspace, under one policy, with one record.
 * `tool call`, the MCP server and agents call tools through one of these.  Made by one thread; its
 * calls may come from any, many at once. */
#ifndef BX_APP_TOOLBOX_H
#define BX_APP_TOOLBOX_H

#include "app/app.h"
#include "policy/options.h"

typedef struct bx_toolbox bx_toolbox;

typedef struct bx_toolbox_option { /* as a flag of a command: --allow CAP, --deny GLOB, … */
    bx_option option;
    const char *value; /* borrowed */
} bx_toolbox_option;

typedef struct bx_toolbox_config {    /* all of it is borrowed, as long as the toolbox lives */
    const char *workspace;            /* the directory tools see as /workspace */
    const bx_toolbox_option *options; /* what the operator lets every tool use, as far as it needs
                                         it; the workspace unless other files are named */
    size_t n_options;
    /* Add to `g`, which is being built, what a policy lets the tool use beside that; NULL: there is
     * none. */
    bx_code (*offer)(void *ctx, const bx_manifest *m, bx_grant *g, bx_error *err);
    void *offer_ctx;
    /* Is a program of that name started only if it is part of ours or signed by a trusted key?
     * With offer_ctx; NULL: none. */
    bool (*wants_signature)(void *ctx, bx_str program);
    bx_gate gate;
    char *const *kept; /* n_kept files that no tool may have, as the kernel spells them */
    size_t n_kept;
} bx_toolbox_config;

typedef struct bx_toolbox_call {
    bx_str arguments; /* one JSON text */
    bx_ctl *ctl;      /* NULL: nobody cancels it */
    bx_record *record;
    int err_fd; /* as in bx_tool_call */
    bx_gate_origin origin;
} bx_toolbox_call;

BX_NODISCARD bx_code bx_toolbox_new(bx_app *app, const bx_toolbox_config *cfg, bx_toolbox **ret,
                                    bx_error *err);
/* No call may run.  NULL is fine. */
void bx_toolbox_free(bx_toolbox *t);
BX_DEFINE_AUTO(bx_toolbox, bx_toolbox_free)

/* The name of the i-th tool, in the order of names; NULL past the last. */
const char *bx_toolbox_name(const bx_toolbox *t, size_t i);
/* BX_ENOENT in words, with the names there are.  *ret: borrowed from `t`. */
BX_NODISCARD bx_code bx_toolbox_find(bx_toolbox *t, bx_str name, const bx_manifest **ret,
                                     bx_error *err);
/* What the tool may use at most when it is called; borrowed from `t`. */
BX_NODISCARD bx_code bx_toolbox_grant(bx_toolbox *t, const bx_manifest *m, const bx_grant **ret,
                                      bx_error *err);

/* As bx_tool_invoke; BX_ENOENT as bx_toolbox_find. */
BX_NODISCARD bx_code bx_toolbox_run(bx_toolbox *t, bx_str name, const bx_toolbox_call *call,
                                    bx_tool_end *ret, bx_error *err);
/* The same for a tool that is in no registry. */
BX_NODISCARD bx_code bx_toolbox_run_this(bx_toolbox *t, const bx_tool *tool,
                                         const bx_toolbox_call *call, bx_tool_end *ret,
                                         bx_error *err);

#endif
