/* search/types.h - file types by name, as ripgrep calls them: "py", "rust", "make". */
#ifndef BX_SEARCH_TYPES_H
#define BX_SEARCH_TYPES_H

#include "base/defs.h"

enum { BX_TYPES_WORDS = 4 }; /* room for 256 types */

typedef struct bx_types { /* a set of types */
    uint64_t bits[BX_TYPES_WORDS];
} bx_types;

/* Add the type of that name.  False: there is none. */
bool bx_types_add(bx_types *t, bx_str name);

/* Is a file of that name of one of the types? */
bool bx_types_match(const bx_types *t, bx_str name);

/* The names, one after the other; NULL behind the last. */
const char *bx_types_name(size_t i);

#endif
