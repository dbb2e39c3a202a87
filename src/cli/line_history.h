/* cli/line_history.h - lines typed before, kept in a file of one line each, the oldest first.
 * One thread. */
#ifndef BX_CLI_LINE_HISTORY_H
#define BX_CLI_LINE_HISTORY_H

#include "base/buf.h"

enum { BX_HISTORY_LINES = 2000, BX_HISTORY_BYTES = 1 << 20 };

typedef struct bx_line_history {
    bx_buf old;   /* what the file held: whole lines, each with its end */
    bx_buf added; /* since then, likewise */
} bx_line_history;

/* The last lines of `path`, or none where there is no such file.  BX_EIO, BX_ENOMEM: empty. */
BX_NODISCARD bx_code bx_line_history_load(bx_line_history *h, const char *path, bx_error *err);
/* `line` without its end.  False, and nothing kept: it is empty, begins with a blank, is the same
 * as the one before, or holds a line's end or NUL. */
bool bx_line_history_add(bx_line_history *h, bx_str line);
/* Put what was added behind what the file holds by now, which others may have added to, and keep
 * the last BX_HISTORY_LINES within BX_HISTORY_BYTES; mode 0600.  Nothing added: nothing is done. */
BX_NODISCARD bx_code bx_line_history_save(const bx_line_history *h, const char *path,
                                          bx_error *err);
void bx_line_history_done(bx_line_history *h);

/* The last `max_lines` whole lines of `text` within `max_bytes`. */
bx_str bx_last_lines(bx_str text, size_t max_lines, size_t max_bytes);
/* Takes one line off the beginning of *rest; false: there is none. */
bool bx_next_line(bx_str *rest, bx_str *ret);

#endif
