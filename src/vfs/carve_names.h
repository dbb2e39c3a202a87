/* vfs/carve_names.h - the names a place was reached by.  A symbolic link gives one that its
 * canonical path does not show, and a rule with wildcards may mean it.  Kept as what each rule can
 * have used up of its pattern on the way, so that any number of names takes the room of one. */
#ifndef BX_VFS_CARVE_NAMES_H
#define BX_VFS_CARVE_NAMES_H

#include "vfs/carve.h"

/* A copy, of none: one without any name.  NULL: out of memory. */
bx_names *bx_names_copy(const bx_carve *c, const bx_names *of);
void bx_names_free(bx_names *n); /* NULL is fine */
BX_DEFINE_AUTO(bx_names, bx_names_free)
void bx_names_join(bx_names *n, const bx_names *more);
/* The guest paths of a canonical host path, too. */
void bx_names_add_host(const bx_carve *c, bx_names *n, bx_str host);
/* On to the part `name`; `host` is its canonical host path.  ACCES: a rule names it. */
bx_errno bx_names_step(const bx_carve *c, bx_names *n, bx_str name, bx_str host);
/* The same without going there.  `n` may be NULL. */
bx_errno bx_names_judge(const bx_carve *c, const bx_names *n, bx_str name, bx_str host);

#endif
