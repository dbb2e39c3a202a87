/* codec/rawname.h - file names as text.  Names of a file system are bytes, those of a guest are
 * UTF-8: a byte that belongs to no well-formed character is written as a character of its own,
 * U+10FF00 and the byte (U+10FF80 to U+10FFFF, private use), and so are the bytes of those
 * characters themselves.  So each name has one text, and each text stands for one name.  Pure. */
#ifndef BX_CODEC_RAWNAME_H
#define BX_CODEC_RAWNAME_H

#include "base/defs.h"

enum { BX_RAWNAME_GROWTH = 4 }; /* bytes of text for one of a name, at most */

/* The text of the name or path `raw` into out[0..cap); its length, or SIZE_MAX: it does not fit. */
size_t bx_rawname_show(bx_str raw, char *out, size_t cap);

/* The bytes that `text`, which is UTF-8, stands for, into out[0..text.n); their number, or
 * SIZE_MAX: it is not how bx_rawname_show writes them, so it would be a second text of that name.
 */
size_t bx_rawname_take(bx_str text, char *out);

/* Is there a character in `text`, which is UTF-8, that stands for a byte? */
bool bx_rawname_is_raw(bx_str text);

#endif
