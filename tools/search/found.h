/* search/found.h - paths that were found, kept until they are printed: in the order they came, or
 * the newest of them.  One owner. */
#ifndef BX_SEARCH_FOUND_H
#define BX_SEARCH_FOUND_H

#include "base/error.h"

enum { BX_FOUND_BYTES_MAX = 48 << 20 }; /* of paths and what is kept beside them */

typedef struct bx_found_path {
    int64_t mtime_ns;
    const char *p;
    uint32_t n;
    uint32_t type; /* bx_walk_type */
} bx_found_path;

typedef struct bx_found {
    bx_found_path *f;
    size_t n, cap;
    size_t newest;    /* keep that many of the newest; 0: all, as they come */
    uint64_t dropped; /* older ones that were not kept */
    size_t bytes;     /* in use */
    struct bx_found_chunk *chunks;
} bx_found;

void bx_found_init(bx_found *f, size_t newest);
void bx_found_done(bx_found *f);

/* Keep a copy.  False: there is no room for it. */
bool bx_found_add(bx_found *f, bx_str path, uint32_t type, int64_t mtime_ns);

/* With `newest`: the newest first, of the same time in the order of their bytes. */
void bx_found_sort(bx_found *f);

#endif
