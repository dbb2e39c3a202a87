/* regex/look.h - what holds at a position of a text: anchors and word boundaries.  Pure. */
#ifndef BX_REGEX_LOOK_H
#define BX_REGEX_LOOK_H

#include "regex/ast.h"

/* Does the bx_look hold between p[at - 1] and p[at]?  `words`: the characters of words, needed
 * where it is one of Unicode's. */
bool bx_look_holds(const bx_cpset *words, uint32_t look, const uint8_t *p, size_t n, size_t at);

#endif
