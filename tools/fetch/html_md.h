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

/* What a page says beside its text.  wf_html_page_init bounds the buffers. */
typedef struct wf_html_page {
    bx_buf title;      /* white space collapsed */
    bx_buf refresh;    /* absolute URL it sends its readers on to by <meta http-equiv=refresh> */
    unsigned left_out; /* with main_content: percent of the page's text that is not in it */
} wf_html_page;

void wf_html_page_init(wf_html_page *page, size_t max_title);
void wf_html_page_done(wf_html_page *page);

/* `html` is UTF-8.  Appends to `out`, whose maximum bounds everything; `page` may be NULL.
 * BX_ELIMIT: the output reached its maximum and ends early, at a block's end; BX_ENOMEM. */
BX_NODISCARD bx_code wf_html_to_md(bx_str html, const wf_html_opts *opts, bx_buf *out,
                                   wf_html_page *page, bx_error *err);

/* The URL in the value of a Refresh field or <meta>, as written; n = 0: none. */
bx_str wf_refresh_target(bx_str value);

#endif
