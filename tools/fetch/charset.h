/* fetch/charset.h - which character encoding a body is in, and its text as UTF-8 (WHATWG Encoding
 * standard; prescan of the HTML standard, section 13.2.3.2).  Pure. */
#ifndef WF_CHARSET_H
#define WF_CHARSET_H

#include "base/buf.h"

typedef enum wf_charset {
    CS_NONE, /* no label, or one the standard does not know */
    CS_UTF_8,
    CS_UTF_16LE,
    CS_UTF_16BE,
    CS_GBK,
    CS_GB18030,
    CS_BIG5,
    CS_EUC_JP,
    CS_ISO_2022_JP,
    CS_SHIFT_JIS,
    CS_EUC_KR,
    CS_REPLACEMENT, /* encodings the standard refuses to decode */
    CS_X_USER_DEFINED,
#define CHARSET_SINGLE(id, name, ...) id,
#include "fetch/charset_tables.def"
#undef CHARSET_SINGLE
} wf_charset;

/* The encoding a label names, white space around it and case ignored. */
wf_charset wf_charset_find(bx_str label);

/* The standard's name in lower case; "" for CS_NONE. */
const char *wf_charset_name(wf_charset cs);

/* Decide: byte order mark, then `header_label` (of Content-Type), then, with `markup`, a <meta> or
 * XML declaration among the first 64 KiB; failing those UTF-8 if the body is that, else
 * windows-1252. */
wf_charset wf_charset_sniff(bx_str body, bx_str header_label, bool markup);

/* The text of `body`.  *ret borrows `body` when that is UTF-8 already (without its byte order
 * mark), else `scratch`, which is cleared first.  Bytes that are no character become U+FFFD. `cut`:
 * the body's end is missing, so an incomplete character there is dropped. BX_EUNSUPPORTED: an
 * encoding this build cannot decode; *ret is then the ASCII of it, the rest replaced.  BX_ELIMIT,
 * BX_ENOMEM: of `scratch`. */
BX_NODISCARD bx_code wf_charset_to_utf8(wf_charset cs, bx_str body, bool cut, bx_buf *scratch,
                                        bx_str *ret);

/* The whole of `s` is UTF-8; with `cut` an incomplete character may end it. */
bool wf_is_utf8(bx_str s, bool cut);

#endif
