/* tool/belief.h - how far a text of a workspace is believed that is shown to a model.  Plain
 * values.
 *
 * A guest that may write to a workspace may write what the next run is told.  So such a text is an
 * instruction only as long as it is what it was when a person trusted the workspace. */
#ifndef BX_TOOL_BELIEF_H
#define BX_TOOL_BELIEF_H

#include "base/defs.h"

typedef enum bx_belief {
    BX_BELIEF_NONE, /* rules deny reading it: it is not shown */
    BX_BELIEF_DATA, /* it may be read, and gives no orders */
    BX_BELIEF_FULL,
} bx_belief;

typedef struct bx_believer {
    /* `real`: where the file is, without links, absolute; `text`: all of it.  Any thread. */
    bx_belief (*judge)(void *ctx, const char *real, bx_str text);
    void *ctx;
} bx_believer;

enum { BX_BELIEF_MAX_BYTES = 256 << 10, BX_BELIEF_MAX_PATH = 4096 }; /* of what can be believed */

#endif
