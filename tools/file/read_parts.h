/* file/read_parts.h - what the parts of the `read` tool share.  Each bx_read_… that returns int
 * prints the whole result and returns what main returns. */
#ifndef BX_FILE_READ_PARTS_H
#define BX_FILE_READ_PARTS_H

#include "base/buf.h"
#include "file/read.h"
#include "lib/filetype.h"

/* ---- read.c ----------------------------------------------------------------------------- */

/* The structured part: its path, size and hash, for which the file is read to its end.  Then any
 * fields, then the end. */
bx_out *bx_read_fields_begin(bx_reader *r);
int bx_read_fields_end(bx_reader *r, bool is_error);
void bx_read_field_int(bx_out *o, const char *name, int64_t n); /* less than 0: null */
void bx_read_field_str(bx_out *o, const char *name, const char *s);
void bx_read_field_bool(bx_out *o, const char *name, bool b);

/* "[", `before`, `n`, `after`, "]" and a line feed; `before` alone where `after` is NULL. */
void bx_read_note(bx_reader *r, const char *before, int64_t n, const char *after);

int bx_read_fail_file(bx_reader *r, int error);

/* All bytes of the file, up to `max` of them, into `ret`, followed by 8 zeros that are not counted.
 * BX_ELIMIT: it is longer; BX_EIO: errno is in r->source.error; BX_ENOMEM. */
BX_NODISCARD bx_code bx_read_whole(bx_reader *r, size_t max, bx_buf *ret);

/* ---- the kinds of files ----------------------------------------------------------------- */

int bx_read_text(bx_reader *r, const char *note); /* `note`: said at the end; or NULL */
int bx_read_image(bx_reader *r, const bx_file_format *type);
/* `type` NULL: nobody knows; `why`, "; damaged: ", and `more` are put behind it, or NULL. */
int bx_read_describe(bx_reader *r, const bx_file_format *type, const char *why, const char *more);
int bx_read_directory(bx_reader *r, int fd);

/* `json` is what bx_read_whole read, and is written into.  False: nothing was printed, and *ret_why
 * says why in words. */
bool bx_read_notebook(bx_reader *r, bx_buf *json, int *ret, const char **ret_why);

int bx_read_pdf(bx_reader *r, const uint8_t *p, size_t n);

/* ---- read_flow.c: text that has no numbered lines ---------------------------------------- */

/* It is counted against max_bytes and the output limit of the call.  The lines in square brackets
 * are the tool's: one of the file that begins with "[" and a small letter gets a space before it,
 * so none can be taken for one of them. */

/* p[0..n) as lines of their own, control characters made visible.  At most `max` bytes of it: the
 * rest is replaced by a line that says so.  False: there is no room for all of it; nothing more
 * will fit. */
bool bx_flow_put(bx_reader *r, const char *p, size_t n, size_t max);

/* A line "[…]" of the parts up to a NULL.  False as above. */
bool bx_flow_mark(bx_reader *r, const char *part, ...) __attribute__((sentinel));

#endif
