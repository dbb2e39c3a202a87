/* sandbox/program.h - what the guests of a call may start: programs by name.  Plain values, made
 * once by whoever puts the process together and borrowed by everything below. */
#ifndef BX_SANDBOX_PROGRAM_H
#define BX_SANDBOX_PROGRAM_H

#include "policy/grant.h"
#include "sandbox/module.h"

/* A directory that a program brings with it. */
typedef struct bx_data_dir {
    bx_str guest;     /* where the program sees it; a guest path */
    const char *host; /* where it is */
} bx_data_dir;

typedef struct bx_program {
    bx_str name;         /* as a guest calls it */
    bx_module *module;   /* bx_module_ready before it is used */
    bx_str bytes;        /* of the module, as /bin shows them; may be empty */
    const bx_cap *needs; /* the most it can use; borrowed */
    size_t n_needs;
    bool has_needs;          /* false: nothing narrows what its caller has */
    bool knows_cwd;          /* enters PWD by itself; others are given the directory as "." */
    const bx_data_dir *data; /* read-only, for this program alone (sandbox/data.h); borrowed */
    size_t n_data;
    const bx_str *args; /* what comes between its name and what its caller gives it; borrowed */
    size_t n_args;
    uint64_t stack;    /* bytes it wants where the call's limit is the default or more: what is more
                          than that is charged to the call's memory; 0: the call's */
    const bx_str *env; /* "K=V", where its caller gives it no K; borrowed */
    size_t n_env;
    bool is_vouched; /* part of ours, or signed by a trusted key: for whoever makes grants */
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
