/* search/walk_items.h - the entries of a walk that wait, directory above directory, in one growing
 * store.  One owner. */
#ifndef BX_SEARCH_WALK_ITEMS_H
#define BX_SEARCH_WALK_ITEMS_H

#include "base/defs.h"

typedef struct bx_walk_item {
    uint64_t key;     /* the first bytes of the name, so that most comparisons need no more */
    uint32_t name_at; /* in `names`, NUL-terminated there */
    uint16_t name_n;
    uint8_t type;  /* bx_walk_type */
    bool is_enter; /* the directory's contents; else the entry itself */
} bx_walk_item;

typedef struct bx_walk_items {
    bx_walk_item *i;
    size_t n, cap;
    char *names;
    size_t names_n, names_cap;
    bx_walk_item *spare; /* for sorting */
    size_t spare_n;
    size_t max; /* bytes all of that may take */
} bx_walk_items;

void bx_items_done(bx_walk_items *w);

/* Add an entry.  False: there is no room for it. */
bool bx_items_add(bx_walk_items *w, bx_str name, uint8_t type);

/* Sort the items from `first` on by the bytes their paths have: the contents of a directory by its
 * name and a slash.  False: no memory; they stay as they are. */
bool bx_items_sort(bx_walk_items *w, size_t first);

#endif
