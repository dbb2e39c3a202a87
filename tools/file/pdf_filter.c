/* The bytes of a stream (7.3.8), its filters undone (7.4). */
#include "file/pdf_parts.h"

enum { FILTERS_MAX = 8 };

/* ---- predictors (7.4.4.4) --------------------------------------------------------------- */

typedef struct rows {
    size_t pixel, row; /* bytes of one pixel, at least 1, and of one row */
} rows;

static uint8_t paeth(int a, int b, int c)
{
    int p = a + b - c, da = abs(p - a), db = abs(p - b), dc = abs(p - c);
    return (uint8_t)(da <= db && da <= dc ? a : db <= dc ? b : c);
}

/* Row `to` of `n` bytes from `from`, which a filter byte precedes; `above` NULL: the first one. */
static void png_row(uint8_t filter, const uint8_t *from, uint8_t *to, const uint8_t *above, rows r,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int left = i >= r.pixel ? to[i - r.pixel] : 0, up = above ? above[i] : 0;
        int corner = above && i >= r.pixel ? above[i - r.pixel] : 0;
        int guess = filter == 1   ? left
                    : filter == 2 ? up
                    : filter == 3 ? (left + up) / 2
                    : filter == 4 ? paeth(left, up, corner)
                                  : 0;
        to[i] = (uint8_t)(from[i] + guess);
    }
}

/* In place: what comes out of a row is one byte shorter than what goes in. */
static void undo_png(bx_buf *b, rows r)
{
    uint8_t *p = (uint8_t *)b->p, *above = NULL;
    size_t to = 0;
    for (size_t at = 0; at + 1 < b->n; at += r.row + 1) {
        size_t n = b->n - at - 1 < r.row ? b->n - at - 1 : r.row;
        uint8_t filter = p[at];
        png_row(filter, p + at + 1, p + to, above, r, n);
        above = p + to;
        to += n;
    }
    b->n = to;
}

static void undo_tiff(bx_buf *b, rows r)
{
    for (size_t at = 0; at < b->n; at += r.row)
        for (size_t i = r.pixel; i < r.row && at + i < b->n; i++)
            b->p[at + i] = (char)(b->p[at + i] + b->p[at + i - r.pixel]);
}

static void undo_predictor(bx_pdf *pdf, bx_pdf_obj parms, bx_buf *b)
{
    int64_t predictor = bx_pdf_int(bx_pdf_get(pdf, parms, "Predictor"), 1);
    int64_t colors = bx_pdf_int(bx_pdf_get(pdf, parms, "Colors"), 1);
    int64_t bits = bx_pdf_int(bx_pdf_get(pdf, parms, "BitsPerComponent"), 8);
    int64_t columns = bx_pdf_int(bx_pdf_get(pdf, parms, "Columns"), 1);
    bool fits =
        colors > 0 && colors <= 32 && bits > 0 && bits <= 16 && columns > 0 && columns < 1 << 20;
    if (predictor < 2 || b->n == 0)
        return;
    if (!fits) {
        pdf->is_damaged = true;
        return;
    }
    rows r = {.pixel = (size_t)(colors * bits + 7) / 8,
              .row = (size_t)(colors * bits * columns + 7) / 8};
    if (predictor >= 10)
        undo_png(b, r);
    else if (bits == 8)
        undo_tiff(b, r);
}

/* ---- one filter ------------------------------------------------------------------------- */

static bool apply(bx_pdf *pdf, bx_pdf_obj filter, bx_pdf_obj parms, bx_str from, bx_buf *to)
{
    const uint8_t *p = (const uint8_t *)from.p;
    if (bx_pdf_is(filter, "FlateDecode") || bx_pdf_is(filter, "Fl")) {
        if (!bx_pdf_flate(p, from.n, to))
            return false;
        undo_predictor(pdf, parms, to);
    } else if (bx_pdf_is(filter, "LZWDecode") || bx_pdf_is(filter, "LZW")) {
        bx_pdf_lzw(p, from.n, bx_pdf_int(bx_pdf_get(pdf, parms, "EarlyChange"), 1) != 0, to);
        undo_predictor(pdf, parms, to);
    } else if (bx_pdf_is(filter, "ASCII85Decode") || bx_pdf_is(filter, "A85")) {
        bx_pdf_ascii85(p, from.n, to);
    } else if (bx_pdf_is(filter, "ASCIIHexDecode") || bx_pdf_is(filter, "AHx")) {
        bx_pdf_asciihex(p, from.n, to);
    } else if (bx_pdf_is(filter, "RunLengthDecode") || bx_pdf_is(filter, "RL")) {
        bx_pdf_runlength(p, from.n, to);
    } else if (bx_pdf_is(filter, "Crypt")) { /* undone before all others */
        (void)bx_buf_add_str(to, from);
    } else {
        return false; /* of pictures */
    }
    pdf->decoded += to->n;
    pdf->work += from.n;
    pdf->is_damaged |= to->n == to->max || to->fail != BX_OK;
    return to->fail != BX_ENOMEM;
}

/* ---- the stream ------------------------------------------------------------------------- */

static const uint8_t *find(const uint8_t *p, size_t n, const char *what)
{
    size_t k = strlen(what);
    for (const uint8_t *end = p + n; (size_t)(end - p) >= k; p++) {
        p = memchr(p, what[0], (size_t)(end - p) - k + 1);
        if (!p)
            return NULL;
        if (memcmp(p, what, k) == 0)
            return p;
    }
    return NULL;
}

/* Its length is believed where "endstream" follows. */
static bx_str stored(bx_pdf *pdf, bx_pdf_obj stream)
{
    const uint8_t *p = pdf->p + stream.data;
    size_t left = pdf->n - stream.data;
    int64_t length = bx_pdf_int(bx_pdf_get(pdf, stream, "Length"), -1);
    if (length >= 0 && (uint64_t)length <= left) {
        bx_pdf_lex l = {pdf, pdf->p, pdf->n, stream.data + (size_t)length};
        bx_pdf_skip_space(&l);
        if (l.n - l.at >= 9 && memcmp(l.p + l.at, "endstream", 9) == 0)
            return (bx_str){(const char *)p, (size_t)length};
    }
    pdf->work += left < BX_PDF_STREAM_MAX ? left : BX_PDF_STREAM_MAX;
    const uint8_t *end = find(p, left < BX_PDF_STREAM_MAX ? left : BX_PDF_STREAM_MAX, "endstream");
    size_t n = end ? (size_t)(end - p) : left;
    return (bx_str){(const char *)p, n};
}

static bool decode(bx_pdf *pdf, bx_pdf_obj stream, bx_buf *ret)
{
    bx_pdf_obj filter = bx_pdf_get(pdf, stream, "Filter"),
               parms = bx_pdf_get(pdf, stream, "DecodeParms");
    bool is_list = filter.kind == BX_PDF_ARRAY;
    size_t n = is_list ? filter.n : filter.kind == BX_PDF_NAME;
    bx_str from = stored(pdf, stream);
    BX_AUTO_BUF held = bx_buf_init(from.n + 1);
    if (pdf->crypt && !bx_pdf_decrypt(pdf, stream, from, &held))
        return false;
    if (pdf->crypt)
        from = bx_buf_str(&held);
    if (n == 0)
        return bx_buf_add(ret, from.p, from.n < ret->max - ret->n ? from.n : ret->max - ret->n) ==
               BX_OK;
    for (size_t i = 0; i < n && n <= FILTERS_MAX; i++) {
        bx_buf to = bx_buf_init(ret->max);
        bx_pdf_obj one = is_list ? bx_pdf_item(pdf, filter, i) : filter;
        bx_pdf_obj with = parms.kind == BX_PDF_ARRAY ? bx_pdf_item(pdf, parms, i) : parms;
        bool good = apply(pdf, one, with, from, &to);
        bx_buf_done(&held);
        held = to;
        if (!good)
            return false;
        from = bx_buf_str(&held);
    }
    if (n > FILTERS_MAX)
        return false;
    *ret = held;
    held = bx_buf_init(0);
    return true;
}

bool bx_pdf_decode(bx_pdf *pdf, bx_pdf_obj stream, bx_buf *ret)
{
    bool too_much = pdf->decoded > BX_PDF_DECODED_MAX || bx_pdf_is_tired(pdf);
    bool good = stream.kind == BX_PDF_STREAM && stream.data <= pdf->n && !too_much &&
                pdf->depth < BX_PDF_DEPTH_MAX / 2;
    pdf->depth++;
    good = good && decode(pdf, stream, ret);
    pdf->depth--;
    pdf->is_damaged |= !good;
    return good;
}
