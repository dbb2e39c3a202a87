/* fetch/md_marks.h - the inline half of md.h: marks open in the paragraph at hand, and where its
 * emphasis really goes.  For md.c only. */
#ifndef WF_MD_MARKS_H
#define WF_MD_MARKS_H

#include "fetch/md.h"

/* End all marks from index `from` on in the paragraph; they open again with the next text. */
void wf_md_shut_from(wf_md *md, size_t from);

/* Code spans do not hold line breaks: end one that is open. */
void wf_md_shut_code(wf_md *md);

/* Open what waits to be opened. */
void wf_md_open_marks(wf_md *md);

/* A mark of that kind is open. */
bool wf_md_in_mark(const wf_md *md, wf_mark_kind kind);

/* A delimiter of emphasis stands where the next text goes. */
bool wf_md_delim_here(const wf_md *md);

bool wf_md_put(wf_md *md, const char *s, size_t n);

/* The paragraph with its emphasis, borrowed from `md`; forgets that emphasis.  Delimiters that a
 * reader of CommonMark (section 6.2) would not pair as meant are left out. */
bx_str wf_md_marked(wf_md *md);

#endif
