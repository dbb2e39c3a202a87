/* codec/utf8_mend.h - text that has to be UTF-8 from bytes that may not be.  Pure; any thread. */
#ifndef BX_CODEC_UTF8_MEND_H
#define BX_CODEC_UTF8_MEND_H

#include "base/buf.h"

/* Append `s`; each byte that is not part of a well-formed character (RFC 3629) becomes U+FFFD.  The
 * buffer keeps failures. */
void bx_utf8_mend(bx_str s, bx_buf *out);

#endif
