/* app/shelf.h - the tools of an app that are no part of the program, as they are handed out: by
 * name, each kept as long as the app, since who finds one borrows it.  Any thread. */
#ifndef BX_APP_SHELF_H
#define BX_APP_SHELF_H

#include "tool/programs.h"
#include "tool/registry.h"

typedef struct bx_shelf bx_shelf;

/* `home` NULL: none of the user's.  `rt` is borrowed. */
BX_NODISCARD bx_code bx_shelf_new(bx_runtime *rt, const char *home, bx_shelf **ret, bx_error *err);
void bx_shelf_free(bx_shelf *s); /* no call may run; NULL is fine */

/* Whose project's tools are looked at as well, if it is trusted (app/policy_files.h); before any
 * question.
 */
BX_NODISCARD bx_code bx_shelf_use_project(bx_shelf *s, const char *workspace, bx_error *err);

/* As bx_registry_find; also built-in tools.  `ret` is borrowed from `s`. */
BX_NODISCARD bx_code bx_shelf_find(bx_shelf *s, bx_str name, bx_tool *ret,
                                   const bx_tool_facts **ret_facts, bx_error *err);
/* The name of the i-th tool, built-in ones too, in their order; NULL past the last.  The list is
 * looked at anew for each 0. */
const char *bx_shelf_name(bx_shelf *s, size_t i);
void bx_shelf_look_now(bx_shelf *s); /* the next question looks, whatever the time */

/* Those that are programs, as commands of the shell. */
BX_NODISCARD bx_code bx_shelf_add_programs(bx_shelf *s, bx_programs *p, bx_error *err);

#endif
