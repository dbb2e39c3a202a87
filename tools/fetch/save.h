/* fetch/save.h - a body written to a file as it arrives: under its own name only once complete, as
 * lib/replace.h does it.  One owner. */
#ifndef WF_SAVE_H
#define WF_SAVE_H

#include "base/buf.h"

typedef struct wf_save wf_save;

/* Begin a file beside PATH; a `path` that is not absolute is below /workspace.  Errors say what the
 * call may do: BX_EIO with errno, BX_EDENIED where the grant does not reach, BX_ENOMEM. */
BX_NODISCARD bx_code wf_save_open(bx_str path, wf_save **ret, bx_error *err);
BX_NODISCARD bx_code wf_save_write(wf_save *s, bx_str bytes, bx_error *err);

/* Give the file its name; what had it keeps its mode.  Not called: wf_save_free removes it. */
BX_NODISCARD bx_code wf_save_commit(wf_save *s, bx_error *err);
void wf_save_free(wf_save *s);
BX_DEFINE_AUTO(wf_save, wf_save_free)

const char *wf_save_path(const wf_save *s); /* absolute */

#endif
