/* codec/regexp.h - regular expressions of ECMA-262 (with the flag u), for text whose pattern may
 * come from anybody.  Pure; a compiled one never changes, any thread may match by it.
 *
 * Time is linear in the text, whatever the pattern: all ways to match are followed at once, one
 * character after the other, and a look-around is worked out for every place beforehand, in a pass
 * of its own.  That answers only whether there is a match, and cannot tell what a back-reference
 * refers to: a pattern with one is refused. */
#ifndef BX_CODEC_REGEXP_H
#define BX_CODEC_REGEXP_H

#include "base/error.h"

enum {
    BX_REGEXP_MAX_BYTES = 4096,   /* of a pattern */
    BX_REGEXP_MAX_STATES = 20000, /* of what it becomes; x{1000} is a thousand times x */
    BX_REGEXP_MAX_DEPTH = 100,    /* of groups in each other */
    BX_REGEXP_MAX_LOOKS = 16,     /* look-arounds */
};

typedef struct bx_regexp bx_regexp;

/* BX_EINVAL: no such pattern, with the place.  BX_EUNSUPPORTED: a back-reference, a property that
 * is not known.  BX_ELIMIT, BX_ENOMEM. */
BX_NODISCARD bx_code bx_regexp_compile(bx_str pattern, bx_regexp **ret, bx_error *err);
/* States and ranges of characters: what it takes of memory, in units of about ten bytes. */
size_t bx_regexp_size(const bx_regexp *r);
void bx_regexp_free(bx_regexp *r); /* NULL is fine */
BX_DEFINE_AUTO(bx_regexp, bx_regexp_free)

/* `text`, which is UTF-8, has a match somewhere.  *steps is counted down by the work done; at 0, or
 * where there is no memory, it gives up with false, and *steps is 0 then. */
bool bx_regexp_matches(const bx_regexp *r, bx_str text, uint64_t *steps);

#endif
