/* agent/context.h - what a run is told before its prompt: the rules of the house, the notes of the
 * user and of the workspace (AGENTS.md), skills, named executors; and its list of tasks.  Made by
 * one thread; one run uses it. */
#ifndef BX_AGENT_CONTEXT_H
#define BX_AGENT_CONTEXT_H

#include "agent/agent.h"
#include "agent/definition.h"
#include "tool/belief.h"

typedef struct bx_context bx_context;

typedef struct bx_context_config { /* borrowed for the call */
    const char *workspace;         /* a directory */
    /* The user trusts what is in it: its notes are instructions, its skills and executors are
     * there.  Else its notes are data that is marked as such, and the rest is left out. */
    bool trusted;
    const bx_believer *believer; /* how far each file is; borrowed as long as the context; NULL:
                                    all of a workspace that is trusted */
    const char *home;            /* $BOXAGNTS_HOME; NULL: none */
} bx_context_config;

enum { BX_CONTEXT_MAX_NOTES = 32 << 10 }; /* bytes of all notes of a workspace */

BX_NODISCARD bx_code bx_context_load(const bx_context_config *cfg, bx_context **ret, bx_error *err);
void bx_context_free(bx_context *c); /* NULL is fine */
BX_DEFINE_AUTO(bx_context, bx_context_free)

/* All borrowed from `c`. */
bx_str bx_context_system(const bx_context *c);
/* Files that were read, a line each, for people: "AGENTS.md (812 bytes, not trusted)". */
bx_str bx_context_loaded(const bx_context *c);
/* Files of a workspace that is trusted which are not believed, a path each line. */
bx_str bx_context_doubted(const bx_context *c);
/* `tasks`, and `skill` where there are any; at most two. */
size_t bx_context_tools(const bx_context *c, bx_agent_own ret[2]);
const bx_agent_definition *bx_context_definitions(const bx_context *c, size_t *n);
/* For bx_agent_config.remember; `ctx` is the context. */
void bx_context_remember(void *ctx, bx_buf *out);

#endif
