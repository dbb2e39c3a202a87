/* agent/managed.h - Managed mode: a manager hands tasks to executors, which run beside each other,
 * each with a context, rights, a budget, a deadline and sandboxes of its own.  A manager has the
 * tool `delegate`; what becomes of an executor is a result of it, never the end of its siblings.
 * A tree is made by one thread; everything below runs on threads of its own. */
#ifndef BX_AGENT_MANAGED_H
#define BX_AGENT_MANAGED_H

#include "agent/agent.h"
#include "agent/definition.h"

typedef struct bx_managed bx_managed;

typedef struct bx_managed_config { /* all borrowed for as long as it lives */
    const bx_grant *delegable;     /* what executors may be given; sealed */
    bx_llm *model;
    /* Another one by name, for definitions that name one; kept by whoever opens it.  May be NULL.
     */
    bx_code (*open_model)(void *ctx, bx_str name, bx_llm **ret, bx_error *err);
    void *open_ctx;
    const bx_agent_definition *definitions;
    size_t n_definitions;
    const bx_agent_tools *tools;
    bool (*allows)(void *ctx, const bx_manifest *m);
    void *allows_ctx;
    const bx_journal *journal; /* may be NULL */
    bx_agent_watch watch;
    const bx_agent_hooks *hooks; /* of all of them; NULL: there are none */
    bx_str workspace;
    bx_str system; /* of every executor, before what is its own */
    void *asker;
    unsigned depth;    /* of executors below the manager; 0: 2 */
    unsigned children; /* in all; 0: 200 */
    unsigned at_once;  /* in all; 0: 16 */
    uint64_t compact_at;
} bx_managed_config;

BX_NODISCARD bx_code bx_managed_new(const bx_managed_config *cfg, bx_managed **ret, bx_error *err);
void bx_managed_free(bx_managed *m); /* no run may use it.  NULL is fine */
BX_DEFINE_AUTO(bx_managed, bx_managed_free)

/* The tool `delegate` of the manager itself; borrowed. */
const bx_agent_own *bx_managed_tool(const bx_managed *m);

#endif
