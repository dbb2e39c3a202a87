/* fetch/html_conv.h - the state of one conversion, shared by its parts: html_md.c (the walk and
 * blocks), html_inline.c (links, images, formulas), html_pre.c (code).  For these files only. */
#ifndef WF_HTML_CONV_H
#define WF_HTML_CONV_H

#include "fetch/html_attr.h"
#include "fetch/html_class.h"
#include "fetch/html_main.h"
#include "fetch/html_md.h"
#include "fetch/md_table.h"

/* Notes of an element: what its end has to undo. */
enum { DID, EXTRA, COLSPAN, ROWSPAN, ITEMS = COLSPAN, SECOND = ROWSPAN };
enum { /* DID */
       DID_NOTHING,
       DID_BLOCK,
       DID_PUSH,
       DID_HEADING,
       DID_PRE,
       DID_TABLE,
       DID_GRID,
       DID_CELL,
       DID_QUOTE_MARK,
       DID_SPACE,
       DID_LIST,
       DID_LIST_PUSH,
       DID_SUMMARY,
       DID_PRE_LINE,
       DID_PRE_LINK,
       DID_TERMS,
       DID_MARK, /* and the kinds of mark above it */
};

/* The code block at hand. */
typedef struct wf_pre {
    bx_buf text;
    bool in;           /* inside one */
    bool lines;        /* made of elements for its lines: white space between those means nothing */
    bool code;         /* marked up by a highlighter: its links are no list of files */
    bool listing;      /* begins with a link: it may be one of files */
    bool after_number; /* a line number was left out: the no-break space behind it goes, too */
    size_t in_line;    /* elements of a line open */
    char language[WF_MAX_LANGUAGE + 1];
    char outer_language[WF_MAX_LANGUAGE + 1]; /* of an element around it */
    bx_buf links;            /* "URL NUL" each, then the text's offsets as two size_t */
    size_t n_links, n_first; /* of them, those that begin a line */
} wf_pre;

typedef struct wf_conv {
    const wf_html_opts *opts;
    const wf_main *main; /* NULL: the whole page */
    wf_html_page *page;  /* may be NULL */
    wf_md md;
    wf_table table;
    bool in_table; /* cells go to `table` */
    bool in_grid;  /* made of <div> */
    bool row_over; /* of it: the next cell begins another row */
    bool heading, base_seen;
    wf_pre pre;
    bx_buf base, decoded, attr, url;
    bx_buf source; /* the image of a <picture>'s <source>, undecoded */
} wf_conv;

/* The attribute as an absolute URL in c->url; false: none, an empty one, or one that leads nowhere
 * (javascript:, data:, vbscript:, however spelled). */
bool wf_conv_url(wf_conv *c, const wf_tok *tok, const char *name);
/* The same of a text. */
bool wf_conv_resolve(wf_conv *c, bx_str ref);

void wf_conv_link(wf_conv *c, wf_tree *t, const wf_tok *tok, wf_elem *e, unsigned classes);
void wf_conv_image(wf_conv *c, const wf_tok *tok);
void wf_conv_source(wf_conv *c, const wf_tok *tok);
void wf_conv_formula(wf_conv *c, const wf_tree *t, const wf_tok *tok); /* <math>, TeX in <script> */
void wf_conv_frame(wf_conv *c, const wf_tok *tok);
void wf_conv_refresh(wf_conv *c, const wf_tok *tok); /* <meta http-equiv=refresh> */

void wf_pre_begin(wf_conv *c, const wf_tok *tok, bool lines);
void wf_pre_open(wf_conv *c, const wf_tok *tok, wf_elem *e, unsigned classes);
void wf_pre_newline(wf_conv *c);
void wf_pre_line_end(wf_conv *c);
void wf_pre_text(wf_conv *c, bx_str s);
void wf_pre_link_end(wf_conv *c, const wf_elem *e);
void wf_pre_end(wf_conv *c);

#endif
