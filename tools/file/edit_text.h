/* file/edit_text.h - the forms of an edit on a text in memory: exact replacement, and insertion.
 * Bytes that an edit does not name stay as they are.  Pure. */
#ifndef BX_FILE_EDIT_TEXT_H
#define BX_FILE_EDIT_TEXT_H

#include "base/buf.h"

enum {
    BX_EDIT_PLACES_MAX = 1 << 23, /* places one edit may change */
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

/* A text that is edited, and what it was: only the stretch that edits have touched is kept twice.
 */
typedef struct bx_edited {
    bx_buf text;
    size_t from, to; /* text[from..to) is what became of … */
    bx_buf was;      /* … this; around it nothing differs */
    bool is_touched; /* false: nothing differs anywhere */
} bx_edited;

/* Replace.  An `old` without carriage returns matches whatever line endings the text has, LF and
 * CRLF; then line ending k of a `now` without carriage returns is written like line ending k of
 * what it replaces, further ones like the last, and where it replaces none like the one that ends
 * the line it stands in.  BX_EINVAL: refused, `why` says so in words for a model; BX_ELIMIT: the
 * text would be larger than the buffer may be; BX_ENOMEM.  After an error the text is what it was.
 */
BX_NODISCARD bx_code bx_edit_apply(bx_edited *t, const bx_edit *e, bx_edit_done *ret, bx_buf *why);

/* Insert whole lines behind line `line`; 0: at the beginning, behind a byte order mark. */
BX_NODISCARD bx_code bx_edit_insert(bx_edited *t, uint64_t line, bx_str added, bx_buf *why);

/* Anything in text[from..to) may be changed next; the end of what it becomes is told afterwards. */
BX_NODISCARD bx_code bx_edited_touch(bx_edited *t, size_t from, size_t to);
void bx_edited_touched(bx_edited *t, size_t size_before);

/* What differs with some lines around it, as it was and as it is; *ret_line: lines in front of it.
 */
BX_NODISCARD bx_code bx_edited_window(const bx_edited *t, bx_buf *ret_was, bx_str *ret_is,
                                      size_t *ret_line);
void bx_edited_done(bx_edited *t);

#endif
