/* fetch/html_md.h - a page of HTML as Markdown or plain text.  Pure; linear in time, memory linear
 * in input and output, nesting bounded.  Broken HTML is read as a browser would, never refused. */
#ifndef WF_HTML_MD_H
#define WF_HTML_MD_H

#include "base/buf.h"

typedef struct wf_html_opts {
    bx_str base_url;   /* links are resolved against it, or against the page's <base href> */
    bool plain;        /* plain text instead of Markdown */
    bool main_content; /* only what the page is about: no navigation, headers, footers, forms */
} wf_html_opts;

/* `html` is UTF-8.  Appends to `out`, whose maximum bounds everything; the page's title, white
 * space collapsed, goes to `title` (bounded by its own maximum; may be NULL).
 * BX_ELIMIT: the output reached its maximum and ends early, at a block's end; BX_ENOMEM. */
BX_NODISCARD bx_code wf_html_to_md(bx_str html, const wf_html_opts *opts, bx_buf *out,
                                   bx_buf *title, bx_error *err);

#endif
