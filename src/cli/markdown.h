/* cli/markdown.h - a model's Markdown as it comes, for a terminal: headings and **strong** bold,
 * code in a colour, the rest as it is.  Nothing in it acts on the terminal: other control
 * characters are shown, not sent.  Pure; one owner. */
#ifndef BX_CLI_MARKDOWN_H
#define BX_CLI_MARKDOWN_H

#include "base/buf.h"

typedef struct bx_markdown { /* zero, but for `plain`, at the beginning of a text */
    bool plain;              /* no styles: the terminal has none */
    bool strong, code, fence, heading;
    bool mid_line; /* something of the line was seen */
    char held[16]; /* what may be the beginning of a mark, or of a character */
    size_t n_held;
} bx_markdown;

/* A piece of the text; what it looks like goes onto `out`. */
void bx_markdown_add(bx_markdown *m, bx_str piece, bx_buf *out);
/* The text has ended: what was held, and no style left on. */
void bx_markdown_end(bx_markdown *m, bx_buf *out);

#endif
