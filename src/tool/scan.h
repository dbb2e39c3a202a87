/* tool/scan.h - one look at one directory of tools.  One owner. */
#ifndef BX_TOOL_SCAN_H
#define BX_TOOL_SCAN_H

#include "tool/entry.h"
#include "tool/pins.h"

typedef struct bx_catalogue { /* what was found; never changes once it is shown */
    atomic_uint refs;
    bx_tool_entry **at; /* owned list of references */
    size_t n, room;
    bx_tool_problem *problems; /* owned, with their texts */
    bx_looks *of_problems;     /* beside them: of the files they are about */
    size_t n_problems, problem_room;
    uint64_t generation;
} bx_catalogue;

BX_NODISCARD bx_code bx_catalogue_new(bx_catalogue **ret, bx_error *err);
void bx_catalogue_unref(bx_catalogue *c); /* NULL is fine */
BX_DEFINE_AUTO(bx_catalogue, bx_catalogue_unref)
/* Takes the reference, also on failure. */
BX_NODISCARD bx_code bx_catalogue_add(bx_catalogue *c, bx_tool_entry *e, bx_error *err);

/* What is refused in `from` is in `to` as well. */
BX_NODISCARD bx_code bx_catalogue_add_problems(bx_catalogue *to, const bx_catalogue *from,
                                               bx_error *err);

typedef struct bx_scan {
    bx_tool_source source;
    const char *dir;   /* the tools are in it; need not be there */
    const char *where; /* as in bx_pin_of */
    const bx_trusted_keys *keys;
    bool only_signed;
    bool strict, accept; /* as in bx_pin_of; or everything is accepted */
    bx_pins *pins;
    const bx_catalogue *before; /* what of it did not change is taken over; NULL: nothing */
    bool all_again;             /* nothing is, though it did not change */
    bool problems_again;        /* but for what was refused */
    bx_catalogue *into;
    bool changed; /* set: something was looked at anew */
} bx_scan;

/* Everything that can be wrong with a tool is a problem in `into`.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_scan_dir(bx_scan *s, bx_error *err);

/* "DIR: words" about a tool or, with an empty name, about the directory. */
BX_NODISCARD bx_code bx_scan_refuse(bx_scan *s, bx_str name, const bx_looks *looks,
                                    const char *words, bx_error *err);

#endif
