/* regex/nfa.h - what a pattern is compiled to: states over bytes.  One owner; never changes once it
 * is made. */
#ifndef BX_REGEX_NFA_H
#define BX_REGEX_NFA_H

#include "regex/ast.h"

typedef enum bx_op {
    BX_OP_RANGE,  /* a byte from lo to hi, then a */
    BX_OP_SPARSE, /* a byte of one of the `b` transitions from `a` on, which ascend */
    BX_OP_SPLIT,  /* a, or else b */
    BX_OP_LOOK,   /* when bx_look `lo` holds here, a */
    BX_OP_SAVE,   /* the position into slot b, then a */
    BX_OP_MATCH,
    BX_OP_AROUND, /* from state b on a match is found (lo as BX_NODE_AROUND has it), then a */
    BX_OP_AGAIN,  /* what slots 2 * b and 2 * b + 1 hold, then a: of regex/back.h only */
    BX_OP_FAIL,
} bx_op;

typedef struct bx_state {
    uint8_t op, lo, hi;
    uint32_t a, b;
} bx_state;

typedef struct bx_step {
    uint8_t lo, hi;
    uint32_t to;
} bx_step;

typedef struct bx_nfa {
    bx_state *states;
    bx_step *steps;
    uint32_t n_states, cap_states, n_steps, cap_steps;
    uint32_t start;  /* of a match that begins here */
    uint32_t search; /* of one that begins here or further on */
    uint32_t looks;  /* bit per bx_look that is used */
    bx_code fail;    /* BX_ELIMIT or BX_ENOMEM: sticky while it is made */
} bx_nfa;

/* `backwards`: for the text read from its end; without captures.  *ret is empty after an error. */
BX_NODISCARD bx_code bx_nfa_new(const bx_ast *a, bool backwards, bx_nfa *ret);
void bx_nfa_done(bx_nfa *n);

/* --- for its own parts -------------------------------------------------------------------------
 */

uint32_t bx_nfa_add(bx_nfa *n, bx_state s); /* its number; 0 after a failure */
uint32_t bx_nfa_add_steps(bx_nfa *n, const bx_step *steps, size_t count); /* as one state */

typedef struct bx_nfa_copy { /* states of a set that are there already */
    uint32_t from, to, steps_from, steps_to, entry, next;
} bx_nfa_copy;

/* The states that take one member of the set, as UTF-8 unless is_bytes, then `next`. */
uint32_t bx_nfa_add_set(bx_nfa *n, const bx_range *r, size_t count, bool is_bytes, bool backwards,
                        uint32_t next);
uint32_t bx_nfa_add_copy(bx_nfa *n, const bx_nfa_copy *c, uint32_t next);

#endif
