/* file/pdf.h - the text of a PDF document (ISO 32000-1), page by page.  Hostile bytes in: what a
 * document claims is never believed about sizes, every count, depth and loop is bounded, and what
 * is broken is read as far as it makes sense.  One owner. */
#ifndef BX_FILE_PDF_H
#define BX_FILE_PDF_H

#include "base/buf.h"

typedef struct bx_pdf bx_pdf;

typedef struct bx_pdf_facts { /* about the text of one page */
    int64_t unknown;          /* characters whose meaning the document does not tell */
    bool is_cut;              /* a bound of this reader ended it */
    bool is_damaged;          /* something that belongs to it could not be read */
} bx_pdf_facts;

/* p[0..n) is borrowed until bx_pdf_free.  NULL: *ret_why says in words why there is nothing to
 * read: "it is encrypted, and opens with a password only".  One that an empty password opens is
 * read as any other. */
bx_pdf *bx_pdf_open(const uint8_t *p, size_t n, const char **ret_why);
void bx_pdf_free(bx_pdf *pdf);

int64_t bx_pdf_pages(const bx_pdf *pdf);

/* The text of page `number`, 1 to bx_pdf_pages, behind what `ret` holds: UTF-8, each line ended by
 * a line feed, paragraphs set apart by an empty line; nothing when there is none. */
void bx_pdf_text(bx_pdf *pdf, int64_t number, bx_buf *ret, bx_pdf_facts *facts);

#endif
