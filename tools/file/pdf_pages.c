/* The pages of a PDF document (7.7.3), and the document as a whole. */
#include "file/pdf_parts.h"

enum { LEVELS_MAX = 48 };

typedef struct level {
    bx_pdf_obj kids; /* an array */
    size_t next;     /* of them */
    bx_pdf_obj resources, rotate;
    float box[4];
} level;

typedef struct walk {
    bx_pdf *pdf;
    uint8_t *seen; /* a bit for each object: a tree meets none twice */
    size_t n_seen; /* objects that have one */
    level levels[LEVELS_MAX];
    size_t n;
} walk;

static bool first_time(walk *w, bx_pdf_obj o)
{
    if (o.kind != BX_PDF_REF)
        return true;
    if (o.ref >= w->n_seen)
        return false;
    uint8_t bit = (uint8_t)(1u << o.ref % 8), *byte = &w->seen[o.ref / 8];
    bool first = !(*byte & bit);
    *byte |= bit;
    return first;
}

static bool add_page(bx_pdf *pdf, bx_pdf_page page)
{
    if (pdf->n_pages == BX_PDF_PAGES_MAX)
        return false;
    if ((pdf->n_pages & (pdf->n_pages - 1)) == 0) { /* full at each power of two */
        size_t cap = pdf->n_pages ? 2 * pdf->n_pages : 1;
        bx_pdf_page *more = bx_realloc(pdf->pages, cap * sizeof *more);
        if (!more)
            return false;
        pdf->pages = more;
    }
    pdf->pages[pdf->n_pages++] = page;
    return true;
}

static bx_pdf_obj or_inherited(bx_pdf_obj node, const char *key, bx_pdf_obj inherited)
{
    bx_pdf_obj own = bx_pdf_raw(node, key);
    return own.kind == BX_PDF_NULL ? inherited : own;
}

/* Its own box, whichever corners it names, or else the one above; US Letter where there is none. */
static void read_box(bx_pdf *pdf, bx_pdf_obj dict, const level *above, float ret[4])
{
    static const float letter[4] = {0, 0, 612, 792};
    bx_pdf_obj array = bx_pdf_get(pdf, dict, "MediaBox");
    double v[4];
    memcpy(ret, above ? above->box : letter, sizeof letter);
    for (size_t i = 0; i < 4; i++) {
        v[i] = bx_pdf_num(bx_pdf_item(pdf, array, i), 1e9);
        if (!(v[i] > -1e6 && v[i] < 1e6))
            return;
    }
    ret[0] = (float)(v[0] < v[2] ? v[0] : v[2]);
    ret[1] = (float)(v[1] < v[3] ? v[1] : v[3]);
    ret[2] = (float)(v[0] < v[2] ? v[2] : v[0]);
    ret[3] = (float)(v[1] < v[3] ? v[3] : v[1]);
}

/* A node of the tree: one more level, or a page. */
static bool visit(walk *w, bx_pdf_obj node, const level *above)
{
    bx_pdf *pdf = w->pdf;
    if (!first_time(w, node))
        return true;
    bx_pdf_mark mark = bx_pdf_here(pdf);
    bx_pdf_obj dict = bx_pdf_resolve(pdf, node);
    if (dict.kind != BX_PDF_DICT)
        return true;
    bx_pdf_obj kids = bx_pdf_get(pdf, dict, "Kids");
    bx_pdf_obj none = {.kind = BX_PDF_NULL};
    bx_pdf_obj resources = or_inherited(dict, "Resources", above ? above->resources : none);
    bx_pdf_obj rotate = or_inherited(dict, "Rotate", above ? above->rotate : none);
    if (rotate.kind != BX_PDF_NUMBER && rotate.kind != BX_PDF_REF)
        rotate = none; /* and so it needs no memory of its own */
    if (kids.kind == BX_PDF_ARRAY && !bx_pdf_is(bx_pdf_raw(dict, "Type"), "Page")) {
        if (w->n == LEVELS_MAX)
            return true;
        w->levels[w->n] = (level){.kids = kids, .resources = resources, .rotate = rotate};
        read_box(pdf, dict, above, w->levels[w->n++].box);
        return true;
    }
    bool own = bx_pdf_raw(dict, "Resources").kind != BX_PDF_NULL;
    bx_pdf_page page = {.page = node, .resources = own ? none : resources, .rotate = rotate};
    read_box(pdf, dict, above, page.box);
    if (node.kind == BX_PDF_REF)
        bx_pdf_rewind(pdf, mark); /* it is read again when it is shown */
    return add_page(pdf, page);
}

static void walk_tree(walk *w, bx_pdf_obj root)
{
    bool going = visit(w, root, NULL);
    while (going && w->n > 0) {
        level *l = &w->levels[w->n - 1];
        if (l->next == l->kids.n) {
            w->n--;
            continue;
        }
        going = visit(w, l->kids.items[l->next++], l);
    }
    w->pdf->is_damaged |= !going;
}

/* No tree: whatever says that it is a page. */
static void collect(bx_pdf *pdf)
{
    bool going = true;
    for (uint32_t i = 0; going && i < pdf->n_entries; i++) {
        bx_pdf_mark mark = bx_pdf_here(pdf);
        bx_pdf_obj node = {.kind = BX_PDF_REF, .ref = i};
        bx_pdf_obj dict = bx_pdf_resolve(pdf, node);
        bool is_page = bx_pdf_is(bx_pdf_get(pdf, dict, "Type"), "Page");
        bx_pdf_page page = {.page = node};
        if (is_page)
            read_box(pdf, dict, NULL, page.box);
        bx_pdf_rewind(pdf, mark);
        if (is_page)
            going = add_page(pdf, page);
    }
}

static void read_tree(bx_pdf *pdf)
{
    walk *w = bx_calloc(1, sizeof *w);
    pdf->n_pages = 0;
    if (!w)
        return;
    w->pdf = pdf;
    bx_pdf_obj root = bx_pdf_raw(bx_pdf_get(pdf, pdf->trailer, "Root"), "Pages");
    w->n_seen = BX_PDF_OBJECTS_MAX;
    w->seen = bx_calloc(1, w->n_seen / 8);
    if (w->seen)
        walk_tree(w, root);
    free(w->seen);
    free(w);
}

void bx_pdf_read_pages(bx_pdf *pdf)
{
    read_tree(pdf);
    if (pdf->n_pages == 0 && !pdf->is_rebuilt) {
        bx_pdf_rebuild(pdf);
        read_tree(pdf);
    }
    if (pdf->n_pages == 0)
        collect(pdf);
}

/* ---- the document ----------------------------------------------------------------------- */

bx_pdf *bx_pdf_open(const uint8_t *p, size_t n, const char **ret_why)
{
    bx_pdf *pdf = bx_calloc(1, sizeof *pdf);
    *ret_why = "there is no memory to read it";
    if (!pdf)
        return NULL;
    pdf->p = p;
    pdf->n = n;
    bx_pdf_read_xref(pdf);
    const char *closed = bx_pdf_unlock(pdf);
    *ret_why = closed ? closed : "no pages are found in it";
    if (!closed)
        bx_pdf_read_pages(pdf);
    if (pdf->n_pages > 0)
        return pdf;
    bx_pdf_free(pdf);
    return NULL;
}

void bx_pdf_free(bx_pdf *pdf)
{
    if (!pdf)
        return;
    bx_pdf_fonts_free(pdf);
    for (size_t i = 0; i < BX_COUNT(pdf->packed); i++) {
        bx_buf_done(&pdf->packed[i].bytes);
        free(pdf->packed[i].places);
    }
    bx_pdf_rewind(pdf, (bx_pdf_mark){.last = NULL});
    free(pdf->stack);
    free(pdf->crypt);
    free(pdf->entries);
    free(pdf->pages);
    free(pdf);
}

int64_t bx_pdf_pages(const bx_pdf *pdf) { return (int64_t)pdf->n_pages; }

void bx_pdf_text(bx_pdf *pdf, int64_t number, bx_buf *ret, bx_pdf_facts *facts)
{
    bx_pdf_chars chars = {.n = 0};
    bx_pdf_mark mark = bx_pdf_here(pdf);
    pdf->is_damaged = false;
    bx_pdf_show(pdf, &pdf->pages[number - 1], &chars);
    bx_pdf_rewind(pdf, mark);
    bool good = bx_pdf_lines(&chars, ret);
    free(chars.of);
    *facts = (bx_pdf_facts){.unknown = chars.unknown,
                            .is_cut = chars.is_full || ret->fail != BX_OK,
                            .is_damaged = pdf->is_damaged || !good};
}
