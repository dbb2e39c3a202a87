/* file/edit_text.h - the forms of an edit on a text in memory: exact replacement, and insertion.
 * Bytes that an edit does not name stay as they are.  Pure. */
#ifndef BX_FILE_EDIT_TEXT_H
#define BX_FILE_EDIT_TEXT_H

#include "base/buf.h"

enum {
    BX_EDIT_PLACES_MAX = 1 << 20, /* places one edit may change */
    BX_EDIT_LISTED_MAX = 20,      /* places told by their line */
};

typedef struct bx_edit {
    bx_str old, now;
    bool all;         /* every place, however many */
    int64_t expected; /* exactly so many places, all of them replaced; 0: not given */
} bx_edit;

typedef struct bx_edit_done {
    size_t places;                    /* that were replaced */
    size_t lines[BX_EDIT_LISTED_MAX]; /* where the first of them were, counted from 1 */
} bx_edit_done;

/* Replace.  An `old` without carriage returns matches whatever line endings the text has, LF and
 * CRLF; then line ending k of a `now` without carriage returns is written like line ending k of
 * what it replaces, further ones like the last, and where it replaces none like the one that ends
 * the line it stands in.  BX_EINVAL: refused, `why` says so in words for a model; BX_ELIMIT: the
 * text would be larger than the buffer may be; BX_ENOMEM.  After an error the text is what it was.
 */
BX_NODISCARD bx_code bx_edit_apply(bx_buf *text, const bx_edit *e, bx_edit_done *ret, bx_buf *why);

/* Insert whole lines behind line `line`; 0: at the beginning, behind a byte order mark. */
BX_NODISCARD bx_code bx_edit_insert(bx_buf *text, uint64_t line, bx_str added, bx_buf *why);

#endif
