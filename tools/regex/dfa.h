/* regex/dfa.h - the states of an automaton as sets, in a table that is filled as they are met: one
 * look-up a byte.  One owner.
 *
 * It can tell where a match ends (or, backwards, begins), not its groups; and where the pattern has
 * word boundaries of Unicode, nothing about text that is not ASCII. */
#ifndef BX_REGEX_DFA_H
#define BX_REGEX_DFA_H

#include "regex/find.h"
#include "regex/nfa.h"

typedef struct bx_dfa bx_dfa;

typedef enum bx_dfa_end {
    BX_DFA_NONE,
    BX_DFA_MATCH,
    BX_DFA_QUIT,    /* at *ret stands what it cannot read */
    BX_DFA_GAVE_UP, /* too many states for the text, too many steps, or no memory */
} bx_dfa_end;

typedef struct bx_dfa_ask {
    const uint8_t *p;
    size_t n;                /* of the text, which is looked at around the part that is searched */
    size_t from, to;         /* the part; backwards it is read from `to` to `from` */
    bool anchored;           /* a match begins at `from` (backwards: ends at `to`), else anywhere */
    bool earliest;           /* stop where the first match is known to be */
    const bx_finder *finder; /* forwards, not anchored: a match begins at one of its candidates */
} bx_dfa_ask;

/* NULL: no memory.  `budget` is counted down, and belongs to the caller. */
bx_dfa *bx_dfa_new(const bx_nfa *nfa, bool backwards, uint64_t *budget);
void bx_dfa_free(bx_dfa *d);

/* To be called before the first search: forwards, too, the longest match is wanted, whatever the
 * pattern prefers; all searches are anchored then. */
void bx_dfa_want_longest(bx_dfa *d);

/* Forwards the end of the leftmost match (of the alternatives the pattern prefers); backwards the
 * beginning of the longest. */
bx_dfa_end bx_dfa_find(bx_dfa *d, const bx_dfa_ask *ask, size_t *ret);

#endif
