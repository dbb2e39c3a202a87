/* lib/utf8.h - UTF-8 a byte at a time (WHATWG Encoding, "UTF-8 decoder"): hostile bytes in, code
 * points out, one replacement for each maximal run that cannot be a character. */
#ifndef BX_LIB_UTF8_H
#define BX_LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for bytes that are no character; itself no code point, so that a U+FFFD of the
 * input stays distinct.  bx_utf8_encode prints it as U+FFFD. */
#define BX_UTF8_BAD UINT32_C(0x110000)

typedef struct bx_utf8 { /* all zero: at the beginning of a character */
    uint32_t cp;
    uint8_t need, lo, hi;
} bx_utf8;

/* Take one byte; *ret gets the 0, 1 or 2 code points that are complete now. */
unsigned bx_utf8_push(bx_utf8 *d, uint8_t byte, uint32_t ret[2]);

/* The input ends here: 1 with *ret = BX_UTF8_BAD when inside a character, else 0. */
unsigned bx_utf8_end(bx_utf8 *d, uint32_t *ret);

/* Bytes of `cp` into `out`, 1 to 4. */
size_t bx_utf8_encode(uint32_t cp, char out[4]);

#endif
