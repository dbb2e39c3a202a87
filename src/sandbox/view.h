/* sandbox/view.h - what a process of a call may use where that is less than the call's grant: its
 * program's needs, and those of whoever started it.  Made once for each pair of them, and kept as
 * long as the call. */
#ifndef BX_SANDBOX_VIEW_H
#define BX_SANDBOX_VIEW_H

#include "sandbox/data.h"
#include "sandbox/live.h"

typedef struct bx_view bx_view;

/* `above` NULL: all that the grant gives.  *ret NULL: the program has just that, too.  The view
 * belongs to the list `all`. */
BX_NODISCARD bx_code bx_view_of(const bx_sealed *s, const bx_view *above, const bx_program *program,
                                bx_view **all, const bx_view **ret, bx_error *err);
void bx_views_free(bx_view *all);

bool bx_view_narrows_files(const bx_view *v); /* `v` may be NULL */

/* What is granted under it; `v` may be NULL. */
const bx_grant *bx_view_grant(const bx_view *v, const bx_sealed *s);

/* The directories a process begins with: those of the view (NULL: all), those of its program
 * (`data`; NULL: none), and `cwd` as "." unless it is empty.  *ret NULL: simply all there are.
 * Owned by the caller, the open files in it by whoever the list is given to.  NOENT, NOTDIR, …: the
 * working directory is none. */
BX_NODISCARD bx_errno bx_view_preopens(const bx_view *v, const bx_sealed *s, bx_vfs_session *files,
                                       const bx_data *data, bx_str cwd, bx_wasi_preopen **ret,
                                       size_t *ret_n);

/* Is it a directory that a process under `v` can be in, and so start others in? */
BX_NODISCARD bx_errno bx_view_check_cwd(const bx_view *v, const bx_sealed *s, bx_vfs_session *files,
                                        bx_str cwd);

#endif
