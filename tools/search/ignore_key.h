/* search/ignore_key.h - by which literal an ignore rule can be found.  Pure. */
#ifndef BX_SEARCH_IGNORE_KEY_H
#define BX_SEARCH_IGNORE_KEY_H

#include "search/pattern.h"

enum { BX_GRAM = 4 }; /* bytes of BX_KEY_GRAM */

typedef enum bx_key_kind {
    BX_KEY_PATH,   /* the whole path */
    BX_KEY_HEAD,   /* a directory above, as the path begins; "src" for "src/a.c" */
    BX_KEY_NAME,   /* the name */
    BX_KEY_SUFFIX, /* the end of the name */
    BX_KEY_PREFIX, /* the beginning of the name */
    BX_KEY_GRAM,   /* BX_GRAM bytes or more somewhere in the path */
    BX_KEY_NONE,   /* nothing is known: try it on each path */
    BX_KEY_KINDS,
} bx_key_kind;

typedef struct bx_key {
    bx_key_kind kind;
    bool is_whole; /* a path with that key matches: there is nothing else to look at */
    size_t n;
    char p[BX_PATTERN_MAX];
} bx_key;

/* The key of a pattern in BX_DIALECT_GIT of at most BX_PATTERN_MAX bytes; `name_only`: it is
 * compared with names instead of paths.  False: it matches nothing. */
BX_NODISCARD bool bx_key_of(bx_str pattern, bool name_only, bx_key *ret);

#endif
