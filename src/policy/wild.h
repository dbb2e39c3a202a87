/* policy/wild.h - patterns of a command line, and lines of which parts are not known.  Pure; any
 * thread.
 *
 * Both are bytes in which three stand for something else.  A pattern holds for a line always (every
 * value of the unknown parts), perhaps, or never. */
#ifndef BX_POLICY_WILD_H
#define BX_POLICY_WILD_H

#include "base/defs.h"

enum {
    BX_WILD_ANY = 1,   /* any bytes, also none: '*' of a pattern, what is not known of a line */
    BX_WILD_SPACE = 2, /* a space inside of a word; ' ' stands between words */
};

typedef enum bx_wild { BX_WILD_NO, BX_WILD_MAYBE, BX_WILD_YES } bx_wild;

/* Does `pattern` match, whatever the unknown parts of `text` are? */
bool bx_wild_must(bx_str pattern, bx_str text);

/* The same in three values, where a space inside of a word also counts as one between words.
 * *steps is what may be spent, and gets less; with none left the answer is MAYBE. */
bx_wild bx_wild_may(bx_str pattern, bx_str text, size_t *steps);

#endif
