/* codec/base64.h - base 64 of RFC 4648: section 4 (with padding) and section 5 (URL and file
 * names). Pure; any thread. */
#ifndef BX_CODEC_BASE64_H
#define BX_CODEC_BASE64_H

#include "base/buf.h"

/* Append the encoding of `s`, with padding.  The buffer keeps failures. */
void bx_base64_encode(bx_str s, bx_buf *out);

/* Append the encoding in the alphabet of section 5, without padding. */
void bx_base64url_encode(bx_str s, bx_buf *out);

/* Append what `text` encodes, in the alphabet of section 4 with padding.  BX_EINVAL names the byte
 * where it is not canonical: a foreign character, white space, missing or misplaced padding, bits
 * left over. BX_ELIMIT, BX_ENOMEM of the buffer.  After an error `out` holds what it held before.
 */
BX_NODISCARD bx_code bx_base64_decode(bx_str text, bx_buf *out, bx_error *err);

/* Bytes that `n` bytes become, with padding. */
static inline size_t bx_base64_len(size_t n) { return n / 3 * 4 + (n % 3 ? 4 : 0); }

#endif
