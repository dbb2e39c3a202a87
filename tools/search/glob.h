/* search/glob.h - the `glob` tool: paths that match a pattern; docs/tools.md has the contract.  All
 * state is in bx_glob_call, so one process can make many calls. */
#ifndef BX_SEARCH_GLOB_H
#define BX_SEARCH_GLOB_H

#include "lib/result.h"
#include "search/found.h"
#include "search/walk.h"

typedef struct bx_glob_call {
    struct { /* what is asked for */
        const char *pattern, *path;
        unsigned types; /* bx_walk_type bits */
        bool is_any, hidden, ignore, by_time;
        int64_t limit, offset;
    } ask;
    char root[BX_WALK_PATH_MAX]; /* where the walk begins, and the pattern for it: */
    const char *relative;
    bx_found found;
    size_t shown;        /* of those found */
    int64_t next;        /* offset of what follows, or -1 */
    bool is_output_full; /* the output limit of the call ended the list */
    bx_walk_notes notes;
    bx_result result;
} bx_glob_call;

/* One call: arguments from descriptor `in`, the result to `out`.  Returns what main returns. */
int bx_glob_run(bx_glob_call *c, int in, int out);

#endif
