/* regex/posix.h - regular expressions as POSIX has them (XBD 9), basic and extended, with the
 * additions of GNU: \+ \? \| in basic ones, \w \W \s \S \b \B \< \> \` \', back-references in both.
 * One owner, one thread at a time: a search writes to the expression.
 *
 * Of the matches that begin leftmost the longest is taken.  Groups are those of the way through the
 * pattern that prefers earlier alternatives and longer repetitions, among the ways to that match
 * (which is what glibc tells).  Characters are those of UTF-8; a byte that is none is matched by
 * itself only.
 *
 * Cost: that of regex/regex.h, linear in the text.  Only back-references are tried one way after
 * the other, with a limit of steps a search: BX_HIT_GAVE_UP. */
#ifndef BX_REGEX_POSIX_H
#define BX_REGEX_POSIX_H

#include "regex/regex.h"

enum {
    BX_POSIX_REPEAT_MAX = 32767,   /* RE_DUP_MAX */
    BX_POSIX_STEPS_MAX = 20 << 20, /* of one search with back-references */
};

typedef struct bx_posix_options {
    bool extended;
    bool lenient; /* as grep has it: what cannot be an operator is literal or ignored */
    bool awk;     /* as awk has it: lenient, its escapes, also within brackets, no \1 */
    bool fixed;   /* the pattern is text */
    bool perl;    /* the syntax of regex/regex.h, leftmost-first, with look-around, \1 and \K */
    bool alternatives; /* each line of the pattern is one of its own, any of which may match */
    bool fold;         /* case does not matter */
    bool lines;        /* as of bx_regex_options: for bx_posix_find_line */
    bool multiline;    /* ^ and $ are of lines */
    bool word;         /* no word character may stand before or behind a match */
    bool whole;        /* a match is a line, or with neither lines nor multiline the text */
    bool captures;     /* bx_posix_captures will be called for more than the match */
    void (*warn)(void *ctx, const char *what); /* "* at start of expression"; NULL: nobody
                                                   listens */
    void *ctx;
} bx_posix_options;

typedef struct bx_posix bx_posix;

/* BX_EINVAL, BX_ELIMIT or BX_ENOMEM; the message is glibc's: "Unmatched ( or \(". */
BX_NODISCARD bx_code bx_posix_new(bx_str pattern, const bx_posix_options *o, bx_posix **ret,
                                  bx_error *err);
void bx_posix_free(bx_posix *x); /* NULL is fine */
BX_DEFINE_AUTO(bx_posix, bx_posix_free)

size_t bx_posix_groups(const bx_posix *x); /* group 0, the match, is one */

/* The leftmost, longest match of p[0..n) that begins at `from` or behind it, and its groups:
 * ret[0..count), of which those beyond the pattern's are not there.  With count 1 it is cheaper. */
bx_hit bx_posix_find(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *ret,
                     size_t count);

/* Is there one?  Sooner known than where. */
bx_hit bx_posix_test(bx_posix *x, const uint8_t *p, size_t n, size_t from);

/* With `lines`: the first line with a match at or behind `from`, which begins a line. */
bx_hit bx_posix_find_line(bx_posix *x, const uint8_t *p, size_t n, size_t from, bx_span *ret);

#endif
