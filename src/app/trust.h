/* app/trust.h - the workspaces whose own tools and policy count: $BOXAGNTS_HOME/trust, a list the
 * operator keeps.  A workspace is a directory by its real path; one below it is another one.
 * Any thread. */
#ifndef BX_APP_TRUST_H
#define BX_APP_TRUST_H

#include "base/buf.h"

enum { BX_TRUST_MAX = 4096 }; /* workspaces */

/* False too where the list is damaged or others can write to it. */
bool bx_trust_has(const char *home, const char *workspace);
/* Put it on the list, or take it off; `home` is made where it is not there.  BX_ENOENT: no such
 * directory; BX_EINVAL: a damaged list; BX_EUNSAFE. */
BX_NODISCARD bx_code bx_trust_set(const char *home, const char *workspace, bool trusted,
                                  bx_error *err);
/* The paths, each with a NUL behind it. */
BX_NODISCARD bx_code bx_trust_list(const char *home, bx_buf *ret, bx_error *err);

#endif
