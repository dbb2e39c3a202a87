/* A PDF document by its pages. */
#include "file/pdf.h"
#include "file/read_parts.h"

enum { TEXT_MAX = 4 << 20, PAGE_ROOM = 30 };

typedef struct document {
    bx_reader *r;
    bx_pdf *pdf;
    int64_t total, first, last; /* pages shown; 0: none */
    int64_t go_on;              /* with that page; 0: all is shown */
    int64_t without_text;
    bool is_cut, is_ended;
} document;

static bool put_page(document *d, int64_t n)
{
    char number[24], unknown[24];
    bx_pdf_facts facts = {.unknown = 0};
    BX_AUTO_BUF text = bx_buf_init(TEXT_MAX);
    bx_pdf_text(d->pdf, n, &text, &facts);
    d->is_cut |= facts.is_cut || facts.is_damaged;
    d->without_text += text.n == 0;
    bool whole = bx_flow_mark(d->r, "page ", bx_digits(n, number), NULL);
    if (whole && text.n > 0)
        whole = bx_flow_put(d->r, text.p, text.n, TEXT_MAX);
    if (whole && text.n == 0)
        whole = bx_flow_mark(d->r, "no text on this page: ",
                             facts.unknown ? "its fonts do not tell what their characters mean"
                                           : "it is empty, or a picture such as a scan",
                             NULL);
    else if (whole && facts.unknown > 0)
        whole = bx_flow_mark(d->r, "left out: ", bx_digits(facts.unknown, unknown),
                             " characters whose meaning the document does not tell", NULL);
    if (whole && (facts.is_cut || facts.is_damaged))
        whole = bx_flow_mark(d->r,
                             facts.is_cut ? "too much text: the page was cut"
                                          : "parts of this page are damaged or could not be read",
                             NULL);
    return whole;
}

static void put_pages(document *d)
{
    const bx_picks *picks = &d->r->ask.picks;
    int64_t at = 1;
    for (int64_t n; (n = bx_picks_next(picks, at, d->total)) > 0; at = n + 1) {
        d->r->rest += PAGE_ROOM;
        bool whole = put_page(d, n);
        d->first = d->first ? d->first : n;
        d->last = n;
        if (!whole) {
            /* Half a page is shown again with the next ones, unless it was the first. */
            d->is_ended = d->is_cut = true;
            d->go_on = n == d->first ? bx_picks_next(picks, n + 1, d->total) : n;
            return;
        }
    }
}

static void put_notes(document *d)
{
    bx_result *out = &d->r->result;
    const bx_picks *p = &d->r->ask.picks;
    if (d->is_ended) {
        bx_text_puts(out, d->r->view.is_output_full ? "[output limit of the call reached"
                                                    : "[max_bytes reached");
        bx_text_puts(out, " within page ");
        bx_text_int(out, d->last);
        if (d->go_on > 0) {
            bx_text_puts(out, "; go on with pages=\"");
            bx_text_int(out, d->go_on);
            bx_text_puts(out, "-\"");
        }
        bx_text_puts(out, "]\n");
    }
    if (p->n > 0 && p->of[p->n - 1].last > d->total && p->of[p->n - 1].last < BX_PICK_LAST)
        bx_read_note(d->r, "the document ends with page ", d->total, "");
}

static int end(document *d)
{
    bx_out *o = bx_read_fields_begin(d->r);
    bx_read_field_str(o, "type", "pdf");
    bx_read_field_int(o, "total_pages", d->total);
    bx_out_key(o, "pages");
    bx_out_open(o, '[');
    for (int64_t n, at = 1; (n = bx_picks_next(&d->r->ask.picks, at, d->last)) > 0; at = n + 1)
        bx_out_int(o, n);
    bx_out_close(o, ']');
    bx_read_field_int(o, "pages_without_text", d->without_text);
    bx_read_field_bool(o, "more", d->go_on > 0);
    bx_read_field_bool(o, "truncated", d->is_cut || d->r->view.cut_lines > 0);
    return bx_read_fields_end(d->r, false);
}

static int show(document *d)
{
    char total[24];
    bx_reader *r = d->r;
    const bx_picks *picks = &r->ask.picks;
    if (picks->n > 0 && picks->of[0].first > d->total)
        return bx_result_fail(&r->result, "argument \"pages\": past the end: ", r->ask.path,
                              " has ", bx_digits(d->total, total),
                              d->total == 1 ? " page" : " pages", NULL);
    r->view = (bx_read_view){.total = -1};
    bx_text_begin(&r->result);
    (void)bx_flow_mark(r, "document of ", bx_digits(d->total, total),
                       d->total == 1 ? " page" : " pages", NULL);
    put_pages(d);
    put_notes(d);
    bx_text_end(&r->result);
    return end(d);
}

int bx_read_pdf(bx_reader *r, const uint8_t *p, size_t n)
{
    const char *why;
    document d = {.r = r, .pdf = bx_pdf_open(p, n, &why)};
    if (!d.pdf)
        return bx_read_describe(r, bx_file_format_of(p, n), "; no text can be read: ", why);
    d.total = bx_pdf_pages(d.pdf);
    int rc = show(&d);
    bx_pdf_free(d.pdf);
    return rc;
}
