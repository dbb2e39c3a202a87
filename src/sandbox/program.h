/* sandbox/program.h - what the guests of a call may start: programs by name.  Plain values, made
 * once by whoever puts the process together and borrowed by everything below. */
#ifndef BX_SANDBOX_PROGRAM_H
#define BX_SANDBOX_PROGRAM_H

#include "policy/grant.h"
#include "sandbox/module.h"

typedef struct bx_program {
    bx_str name; /* as a guest calls it */
    bx_module *module;
    bx_str bytes;        /* of the module, as /bin shows them; may be empty */
    const bx_cap *needs; /* the most it can use; borrowed */
    size_t n_needs;
    bool has_needs; /* false: nothing narrows what its caller has */
    bool knows_cwd; /* enters PWD by itself; others are given the directory as "." */
} bx_program;

typedef struct bx_program_set {
    const bx_program *at; /* in the order of their names, no name twice */
    size_t n;
} bx_program_set;

/* 1 to 40 letters, digits and '_.+-[', the first neither '-' nor '.'. */
bool bx_program_name_is_good(bx_str name);

/* NULL: there is none. */
const bx_program *bx_program_find(const bx_program_set *set, bx_str name);

/* May one who holds `caps` start it? */
bool bx_program_is_granted(bx_cap_list caps, bx_str name);

#endif
