/* regex/pike.h - the states of an automaton walked as a list of threads, each with what it has
 * captured: slower than regex/dfa.h, but able to tell everything.  One owner. */
#ifndef BX_REGEX_PIKE_H
#define BX_REGEX_PIKE_H

#include "regex/find.h"
#include "regex/nfa.h"

enum { BX_PIKE_SLOTS_MAX = 4 << 20 /* of all threads together */ };

typedef struct bx_pike bx_pike;

/* NULL: no memory, or too many slots for it.  `words`: what \b takes for characters of words.
 * `budget` is counted down, and belongs to the caller. */
bx_pike *bx_pike_new(const bx_nfa *nfa, const bx_cpset *words, size_t groups, uint64_t *budget);
void bx_pike_free(bx_pike *k);

/* The leftmost match of p[0..to) that begins at `from` or behind it, in a text of `n` bytes;
 * ret[0..groups).  `finder` NULL, or a match begins at one of its candidates. */
bx_hit bx_pike_find(bx_pike *k, const uint8_t *p, size_t n, bx_span part, const bx_finder *finder,
                    bx_span *ret);

/* The matches that begin at part.from and end at part.to or before: ret->to is the end of the
 * longest.  Groups are not told. */
bx_hit bx_pike_longest(bx_pike *k, const uint8_t *p, size_t n, bx_span part, bx_span *ret);

/* The match that is exactly `part`, and of those the one that is preferred; ret[0..groups). */
bx_hit bx_pike_exact(bx_pike *k, const uint8_t *p, size_t n, bx_span part, bx_span *ret);

#endif
