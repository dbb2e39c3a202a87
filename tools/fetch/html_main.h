/* fetch/html_main.h - where a page's main content is: <main>, <article>, or the element that holds
 * most of the running text; and which parts of it are navigation. */
#ifndef WF_HTML_MAIN_H
#define WF_HTML_MAIN_H

#include "fetch/html_tree.h"

typedef struct wf_main {
    size_t start, end; /* bytes of the page to convert */
    bx_buf drops;      /* size_t offsets of start tags whose elements are left out, ascending */
    bx_str base_href;  /* the first <base href>, undecoded; n = 0: none */
    bx_str title;      /* content of the first <title>, undecoded */
    unsigned left_out; /* percent of the page's text outside, or of dropped elements */
    bool whole;        /* nothing stood out: start and end are the whole page */
} wf_main;

BX_NODISCARD bx_code wf_main_find(wf_tree *tree, bx_str html, wf_main *ret);
void wf_main_done(wf_main *m);

/* The element starting at `offset` is among the drops. */
bool wf_main_drops(const wf_main *m, size_t offset);

/* The element is page furniture by its name or role: nav, aside, footer, a header outside of an
 * article, what is hidden from readers. */
bool wf_main_is_furniture(wf_tree *tree, const wf_tok *tok);

#endif
