/* codec/shown.h - foreign text as a terminal or a log may have it: names in a module, texts of a
 * guest, messages that quote them.  The table is bx_unshown.def, which the engine reads too.
 * Pure; any thread.
 *
 * What the table names is written out: "\n", "\r", "\t", else "\u{1b}"; a byte that is no UTF-8
 * (RFC 3629) as "\xff".  Everything else stands for itself, a backslash too: the result is for
 * eyes, not for parsing. */
#ifndef BX_CODEC_SHOWN_H
#define BX_CODEC_SHOWN_H

#include "base/buf.h"

enum {
    BX_SHOWN_NAME = 120,  /* bytes shown of a name, as in the engine's messages */
    BX_SHOWN_TYPE = 1000, /* bytes shown of a type or signature */
    BX_SHOWN_ROOM = 12,   /* bytes of the longest form */
};

bool bx_shown_plain(uint32_t c); /* the code point stands for itself */

/* The form of the character (or the stray byte) that `s`, not empty, begins with: *form points into
 * `s` or to `room`.  Returns how many bytes of `s` it stands for. */
size_t bx_shown_char(bx_str s, char room[BX_SHOWN_ROOM], bx_str *form);

/* Append `s` on one line, at most `max` bytes of it and "…" where it was cut. */
void bx_shown_add(bx_buf *out, bx_str s, size_t max);

#endif
