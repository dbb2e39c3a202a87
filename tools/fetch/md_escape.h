/* fetch/md_escape.h - text as Markdown that means the same text.  Escapes only where a character
 * would otherwise change the meaning, so that ordinary prose stays as it was. */
#ifndef WF_MD_ESCAPE_H
#define WF_MD_ESCAPE_H

#include "base/buf.h"

typedef struct wf_md_context {
    bool line_start; /* nothing stands on this line yet */
    bool first_line; /* of its paragraph */
    bool code;       /* inside a code span: nothing is escaped but '|' in a cell */
    bool link;       /* inside a link's text */
    bool cell;       /* inside a table cell */
    char before;     /* the byte in front, ' ' at the start of a line */
} wf_md_context;

/* The word text[from, to) onto `b`; what follows it in `text` is looked at, too. */
void wf_md_add_escaped(bx_buf *b, bx_str text, size_t from, size_t to, const wf_md_context *c);

/* The word without control characters. */
void wf_md_add_plain(bx_buf *b, bx_str word);

/* A link's target, in <> where it needs it. */
void wf_md_add_url(bx_buf *b, bx_str url);

/* A link whose text, escapes aside, is its target. */
bool wf_md_is_autolink(bx_str text, bx_str url);

/* U+00A0 stands at `at`. */
static inline bool wf_md_is_nbsp(bx_str s, size_t at)
{
    return s.p[at] == '\xc2' && at + 1 < s.n && s.p[at + 1] == '\xa0';
}

#endif
