/* lib/base64.h - base 64 of RFC 4648 section 4, decoded strictly.  Pure. */
#ifndef BX_LIB_BASE64_H
#define BX_LIB_BASE64_H

#include "base/defs.h"

/* Decode text[0..n) in place; *ret_n: bytes.  SIZE_MAX: done; else where the first byte is that has
 * no place there: a foreign character, white space, padding that is missing or misplaced, bits left
 * over. */
size_t bx_base64_decode_here(char *text, size_t n, size_t *ret_n);

#endif
