/* fetch/html_class.h - what the class attribute of an element says about its part in a page, by the
 * names that documentation generators use.  Pure. */
#ifndef WF_HTML_CLASS_H
#define WF_HTML_CLASS_H

#include "fetch/html_tok.h"

enum {
    WF_CLASS_NUMBERS = 1,    /* line numbers beside code (Pygments, gtk-doc, Doxygen, GitHub) */
    WF_CLASS_LISTING = 2,    /* code in an element that is no <pre> (Doxygen) */
    WF_CLASS_LINE = 4,       /* one line of it */
    WF_CLASS_DOUBLE = 8,     /* repeats for the eye what is beside it (KaTeX, Doxygen's tips) */
    WF_CLASS_PERMALINK = 16, /* a link that points at the place it stands in */
    WF_CLASS_GRID = 32,      /* a table made of <div> (javadoc) */
    WF_CLASS_ROW = 64,       /* the first cell of a row of it */
    WF_CLASS_CELL = 128,     /* any cell of it */
    WF_CLASS_HEAD = 256,     /* a cell of its head */
    WF_CLASS_LAST = 512,     /* the last cell of a row of it */
};

/* The flags above of a start tag's classes. */
unsigned wf_class_flags(const wf_tok *tok);

#endif
