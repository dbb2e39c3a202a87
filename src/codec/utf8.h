/* codec/utf8.h - UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above
 * U+10FFFF.  Pure; any thread. */
#ifndef BX_CODEC_UTF8_H
#define BX_CODEC_UTF8_H

#include "base/defs.h"

/* The whole of `s` is well-formed (the empty string is). */
bool bx_utf8_valid(bx_str s);

/* Bytes of the well-formed character `s` begins with, 1 to 4; 0 when it begins with none. */
size_t bx_utf8_char(bx_str s);

/* The code point of that character: the first `n` bytes of `s`, as bx_utf8_char said. */
uint32_t bx_utf8_decode(bx_str s, size_t n);

#endif
