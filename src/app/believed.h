/* app/believed.h - the texts of a workspace that steer an agent, as they were when the workspace
 * was trusted: AGENTS.md and CLAUDE.md, skills with their files, named executors.  One thread at a
 * time; what is open never changes.
 *
 * $BOXAGNTS_HOME/believed has a line for each: SHA-256 and path.  What differs is data. */
#ifndef BX_APP_BELIEVED_H
#define BX_APP_BELIEVED_H

#include "policy/grant.h"
#include "policy/policy.h"
#include "tool/belief.h"

enum { BX_BELIEVED_MAX_FILES = 2048 }; /* of one workspace */

/* Believe what of such files `workspace` (a real path) and, in a git repository, the directories
 * above it hold now, or nothing of it any more.  Their paths, a line each, onto `told`. */
BX_NODISCARD bx_code bx_believed_set(const char *workspace, bool believed, bx_buf *told,
                                     bx_error *err);

typedef struct bx_believed bx_believed;

typedef struct bx_believed_config { /* borrowed as long as it lives */
    const char *workspace;          /* a real path */
    bool trusted;                   /* else nothing is believed */
    const bx_policy *policy; /* what its rules do not allow to be read is not shown; or NULL */
    const bx_grant *grant;   /* nor what it carves out; or NULL */
} bx_believed_config;

BX_NODISCARD bx_code bx_believed_open(const bx_believed_config *cfg, bx_believed **ret,
                                      bx_error *err);
void bx_believed_free(bx_believed *b);                     /* NULL is fine */
const bx_believer *bx_believed_port(const bx_believed *b); /* borrowed from `b` */

#endif
