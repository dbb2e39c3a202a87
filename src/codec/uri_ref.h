/* codec/uri_ref.h - URI references (RFC 3986): what one stands for where a base is known.  Pure;
 * any thread.  Nothing is fetched, looked up or decoded. */
#ifndef BX_CODEC_URI_REF_H
#define BX_CODEC_URI_REF_H

#include "base/buf.h"

enum { BX_URI_REF_MAX = 4096 }; /* bytes of a reference, and of what it resolves to */

/* Append the target of `ref` with respect to `base` (section 5.2), without its fragment.  `base`
 * may be empty or relative itself: then so may be the target.  Its own fragment does not count. */
void bx_uri_resolve(bx_str base, bx_str ref, bx_buf *out);

/* What stands behind the first '#', or an empty text; *ret_has, if asked for: there is one. */
bx_str bx_uri_fragment(bx_str ref, bool *ret_has);

/* Append `s` with each %XX as the byte it stands for (section 2.1); a '%' that begins none stays.
 */
void bx_uri_unescape(bx_str s, bx_buf *out);

#endif
