/* shell/ere.h - POSIX extended regular expressions for [[ =~ ]], leftmost-longest.  One thread. */
#ifndef BX_SHELL_ERE_H
#define BX_SHELL_ERE_H

#include "base/defs.h"

typedef struct sh_ere sh_ere;

/* NULL: the expression is invalid (status 2, no message in bash). */
sh_ere *sh_ere_new(bx_str text, bool nocase);
void sh_ere_free(sh_ere *e);
/* As sh_ere_new, kept in a small cache: valid until the next call, not to be freed. */
const sh_ere *sh_ere_cached(bx_str text, bool nocase);
size_t sh_ere_groups(const sh_ere *e); /* parenthesized groups */
/* -1: error, 0: no match, 1: match; calls `group(ctx, i, text)` for each i in 0..groups, with an
 * empty text for a group that took no part. */
int sh_ere_match(const sh_ere *e, bx_str s, void (*group)(void *ctx, size_t i, bx_str text),
                 void *ctx);

#endif
