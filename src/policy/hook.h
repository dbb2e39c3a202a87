/* policy/hook.h - hooks: what a policy file wants run at certain moments of an agent's run
 * (docs/hooks.md).  Plain values; any thread may read them. */
#ifndef BX_POLICY_HOOK_H
#define BX_POLICY_HOOK_H

#include "base/buf.h"

typedef enum bx_hook_event {
    BX_HOOK_SESSION_START, /* matched by: startup, resume */
    BX_HOOK_PROMPT,
    BX_HOOK_PRE_TOOL, /* by the tool's name, like the three below */
    BX_HOOK_POST_TOOL,
    BX_HOOK_POST_TOOL_FAILURE,
    BX_HOOK_PERMISSION,
    BX_HOOK_NOTIFICATION, /* by its kind: permission_prompt, permission_waits */
    BX_HOOK_STOP,
    BX_HOOK_SUBAGENT_START, /* by the executor's name, like the one below */
    BX_HOOK_SUBAGENT_STOP,
    BX_HOOK_PRE_COMPACT, /* by: auto, manual */
    BX_HOOK_SESSION_END,
    BX_HOOK_EVENTS
} bx_hook_event;

enum {
    BX_HOOKS_MAX = 64, /* of a file */
    BX_HOOK_MAX_ALLOW = 32,
    BX_HOOK_MAX_MATCHER = 1024,
    BX_HOOK_MAX_COMMAND = 64 << 10,
    BX_HOOK_MAX_SECONDS = 600,
    BX_HOOK_DEFAULT_SECONDS = 10,
};

typedef struct bx_hook { /* texts are owned by the file that has it */
    bx_hook_event event;
    char *matcher; /* NULL: every time */
    char *command; /* a line of the shell; NULL: `tool` */
    char *tool;    /* the name of a tool */
    char **allow;  /* n_allow capability lines: all it may use */
    size_t n_allow;
    uint64_t timeout_ns;
    const char *file; /* borrowed; where it stands */
    unsigned line;
} bx_hook;

const char *bx_hook_event_name(bx_hook_event e); /* "PreToolUse" */
bool bx_hook_event_parse(bx_str name, bx_hook_event *ret);
/* Is there something in such a moment that a matcher could match? */
bool bx_hook_event_has_subject(bx_hook_event e);

/* Names with `*` and `?`, with `|` between them.  False: it is something else, as a regular
 * expression. */
bool bx_hook_matcher_is_valid(bx_str matcher);
/* Bash, Edit and WebFetch are bash, edit and web_fetch. */
bool bx_hook_matches(const bx_hook *h, bx_hook_event e, bx_str subject);

void bx_hook_done(bx_hook *h); /* frees its texts */

#endif
