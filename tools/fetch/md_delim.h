/* fetch/md_delim.h - places the delimiters of emphasis in a paragraph so that a strict reader of
 * CommonMark pairs them as meant, and leaves out those it would not.  Pure; linear in the number of
 * delimiters. */
#ifndef WF_MD_DELIM_H
#define WF_MD_DELIM_H

#include "base/buf.h"

typedef struct wf_delim {
    uint32_t at;   /* offset in the paragraph; never less than the one's before */
    uint32_t pair; /* index of the other end */
    char ch;       /* '*' or '~' */
    unsigned char n;
    bool closes, dead;
} wf_delim;

/* Mark as dead what CommonMark 6.2 would read differently in `text`.  Each delimiter has its pair,
 * pairs nest. */
void wf_delims_settle(bx_str text, wf_delim *d, size_t n);

/* `text` with the living ones in their places. */
void wf_delims_write(bx_str text, const wf_delim *d, size_t n, bx_buf *ret);

#endif
