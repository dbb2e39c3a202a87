/* fetch/md_table.h - one table collected cell by cell, written as a GFM table: irregular rows are
 * filled up, spans become empty cells.  Bounded by the maximum of its buffers. */
#ifndef WF_MD_TABLE_H
#define WF_MD_TABLE_H

#include "fetch/md.h"

enum { WF_MAX_COLUMNS = 64 }; /* further cells of a row join its last */

typedef struct wf_table {
    bx_buf text; /* all cells, one behind the other */
    bx_buf ends; /* uint32_t each: where a cell ends in `text` */
    bx_buf rows; /* uint32_t each: number of cells before the row's end */
    size_t row_cells;
    size_t columns;                     /* widest row */
    unsigned char span[WF_MAX_COLUMNS]; /* rows a cell above still reaches into */
    bool row_open, row_head;            /* every cell of the row is a heading */
    bool head;                          /* the first row is one of headings */
} wf_table;

void wf_table_init(wf_table *t, size_t max);
void wf_table_done(wf_table *t);

void wf_table_row(wf_table *t); /* begins a row, ending the one before */
/* The cell whose text was appended to t->text since the last one. */
void wf_table_cell(wf_table *t, bool heading, size_t colspan, size_t rowspan);

/* Write it and forget it. */
void wf_table_write(wf_table *t, wf_md *md);

#endif
