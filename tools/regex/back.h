/* regex/back.h - an automaton walked one way after the other, in the order of preference: for
 * back-references, and for the groups of a short match.  One owner. */
#ifndef BX_REGEX_BACK_H
#define BX_REGEX_BACK_H

#include "regex/nfa.h"

enum { BX_BACK_SEEN_MAX = 1 << 20 /* bits: states times places, where each is tried once */ };

typedef struct bx_back bx_back;

/* NULL: no memory.  `words`: what \b takes for characters of words; both are borrowed. */
bx_back *bx_back_new(const bx_nfa *nfa, const bx_cpset *words, size_t groups, bool fold);
void bx_back_free(bx_back *b);

/* The match that is exactly `part`, the preferred one; ret[0..groups).  Without back-references.
 * BX_HIT_GAVE_UP: it is too long for that, or there is no memory. */
bx_hit bx_back_exact(bx_back *b, const uint8_t *p, size_t n, bx_span part, bx_span *ret);

/* A match that begins at `from`: the longest, or the one that is preferred.  *steps is counted
 * down. */
bx_hit bx_back_any(bx_back *b, const uint8_t *p, size_t n, size_t from, bool longest,
                   uint64_t *steps, bx_span *ret);

#endif
