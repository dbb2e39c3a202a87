/* regex/literal.h - strings that a match has to begin with, or to hold.  Pure. */
#ifndef BX_REGEX_LITERAL_H
#define BX_REGEX_LITERAL_H

#include "regex/ast.h"
#include "regex/find.h"

enum { BX_LITERALS_BYTES = BX_FINDER_MAX * BX_FINDER_BYTES_MAX };

typedef struct bx_literals {
    size_t n;
    struct {
        uint32_t n;
        bool whole; /* it is all that the pattern says so far */
    } at[BX_FINDER_MAX];
    bool is_ordered;               /* an earlier one is preferred */
    bool looks;                    /* something else has to hold besides */
    char bytes[BX_LITERALS_BYTES]; /* of literal i from i * BX_FINDER_BYTES_MAX on */
} bx_literals;

/* Every match begins with one of these.  False: nothing useful can be said, or no memory. */
bool bx_literals_first(const bx_ast *a, bx_literals *ret);

/* Are these all that can match, and nothing else has to be asked? */
bool bx_literals_are_whole(const bx_literals *l);

/* Every match holds this: one string. */
bool bx_literals_inner(const bx_ast *a, bx_literals *ret);

bx_finder *bx_literals_finder(const bx_literals *l);

#endif
