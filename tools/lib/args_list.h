/* lib/args_list.h - an argument that is a list of objects: each is asked for its members with the
 * functions of lib/args.h.  One owner.
 *
 *     size_t n = bx_arg_list(&a, "ranges", 100);
 *     for (size_t i = 0; i < n; i++) {
 *         bx_args item;
 *         bx_arg_item(&a, "ranges", i, &item);
 *         int64_t offset = bx_arg_int(&item, "offset", 1, 1, INT64_MAX);
 *         bx_arg_item_end(&a, "ranges", i, &item);
 *     }
 *
 * What is wrong with an item is a mistake of the argument, told by bx_args_end of the whole. */
#ifndef BX_LIB_ARGS_LIST_H
#define BX_LIB_ARGS_LIST_H

#include "lib/args.h"

/* A list of strings without U+0000, in its order, at most `max` of them; returns how many.
 * NUL-terminated, and live as long as `a`. */
size_t bx_arg_texts(bx_args *a, const char *name, bx_str *ret, size_t max);

/* How many items it has, 1 to `max`; 0 when it is not there or wrong. */
size_t bx_arg_list(bx_args *a, const char *name, size_t max);

/* Item `i` of what bx_arg_list has counted; borrows from `a`. */
void bx_arg_item(bx_args *a, const char *name, size_t i, bx_args *ret);

/* No further member is asked for; frees what `item` has. */
void bx_arg_item_end(bx_args *a, const char *name, size_t i, bx_args *item);

#endif
