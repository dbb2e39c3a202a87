/* fetch/cabi.h - memory for what the host returns through the component model: a fixed pool used
 * like a stack, so that a fetch of ordinary size never grows its memory for it. */
#ifndef WF_CABI_H
#define WF_CABI_H

#include <stddef.h>

/* What is allocated from here on is released together by wf_cabi_release.  Results of imports must
 * be copied out before that, and never freed one by one (the bindings' *_free functions). */
size_t wf_cabi_mark(void);
void wf_cabi_release(size_t mark);

#endif
