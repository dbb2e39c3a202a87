/* fetch/charset_multi.h - the multi-byte decoders of the WHATWG Encoding standard (sections 10 to
 * 13 and 14.5), with its index tables.  Pure. */
#ifndef WF_CHARSET_MULTI_H
#define WF_CHARSET_MULTI_H

#include "fetch/charset.h"

/* Append the text of `s`; what is no character becomes U+FFFD.  `cut`: an incomplete character at
 * the end is dropped.  False: `cs` is none of these encodings. */
bool wf_charset_multi(wf_charset cs, bx_str s, bool cut, bx_buf *out);

#endif
