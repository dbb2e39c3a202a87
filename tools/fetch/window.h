/* fetch/window.h - a stretch of a UTF-8 text, counted in characters. */
#ifndef WF_WINDOW_H
#define WF_WINDOW_H

#include "base/defs.h"

typedef struct wf_window {
    bx_str shown;
    uint64_t chars; /* of the whole text */
    uint64_t next;  /* offset of the first character after `shown`; 0: nothing follows */
} wf_window;

/* At most `max` characters from character `offset` on.  Where the text goes on, the stretch ends
 * behind a line break if one is in its last fifth. */
wf_window wf_window_of(bx_str text, uint64_t offset, uint64_t max);

#endif
