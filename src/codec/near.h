/* codec/near.h - which of some names was most likely meant by a word that is none of them.
 * Pure; any thread. */
#ifndef BX_CODEC_NEAR_H
#define BX_CODEC_NEAR_H

#include "base/defs.h"

enum {
    BX_NEAR_MAX = 48,          /* bytes of a name that is compared; a longer one is near to none */
    BX_NEAR_PART = BX_NEAR_MAX /* how far a name is that begins or ends with the other */
};

/* How far `name` is from `wanted`: how many characters are to be put in, taken out, replaced or
 * swapped with the next (the optimal string alignment distance), where that is at most a third of
 * the shorter one; BX_NEAR_PART where one of them, of at least 3 characters, begins or ends the
 * other; else SIZE_MAX, too far to be meant.  Case counts as little as what is neither letter nor
 * digit: filePath and file_path are the same. */
size_t bx_near(bx_str wanted, bx_str name);

#endif
