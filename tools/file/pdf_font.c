/* Fonts (9.5 to 9.7), as far as text needs them: how codes are read, what they mean, how wide they
 * are. */
#include "file/pdf_parts.h"

enum { NAME_MAX = 64, CIDS = 65536 };

typedef struct code { /* of a simple font */
    uint32_t text[3];
    uint8_t n;
    float width;
} code;

struct bx_pdf_font {
    uint32_t number; /* of its object; 0: it has none */
    bool is_composite;
    bool is_unicode;      /* codes of two bytes that are UTF-16 themselves */
    bx_pdf_cmap *meaning; /* ToUnicode, or NULL */
    bx_pdf_cmap *codes;   /* an embedded CMap that says how codes are read, or NULL: two bytes */
    float scale;          /* of widths, to thousandths: Type 3 fonts have their own */
    float standard;       /* the width of what is not in `widths` */
    int16_t *widths;      /* CIDS of them, negative where none is given; or NULL */
    code simple[256];
};

static void font_free(bx_pdf_font *f)
{
    if (!f)
        return;
    bx_pdf_cmap_free(f->meaning);
    bx_pdf_cmap_free(f->codes);
    free(f->widths);
    free(f);
}

void bx_pdf_fonts_free(bx_pdf *pdf)
{
    for (size_t i = 0; i < pdf->n_fonts; i++)
        font_free(pdf->fonts[i]);
    pdf->n_fonts = 0;
}

static float bounded(double v, float fallback)
{
    return v > -100000 && v < 100000 ? (float)v : fallback;
}

static bx_pdf_cmap *read_cmap(bx_pdf *pdf, bx_pdf_obj stream)
{
    BX_AUTO_BUF bytes = bx_buf_init(BX_PDF_STREAM_MAX);
    if (stream.kind != BX_PDF_STREAM || !bx_pdf_decode(pdf, stream, &bytes))
        return NULL;
    return bx_pdf_cmap_new(pdf, bytes.p, bytes.n);
}

/* ---- simple fonts ----------------------------------------------------------------------- */

static void set_code(bx_pdf_font *f, uint8_t c, const uint32_t *text, size_t n)
{
    n = n < BX_COUNT(f->simple[c].text) ? n : BX_COUNT(f->simple[c].text);
    memcpy(f->simple[c].text, text, n * sizeof *text);
    f->simple[c].n = (uint8_t)n;
}

static void set_encoding(bx_pdf_font *f, bx_pdf_encoding encoding)
{
    for (unsigned c = 0; c < 256; c++) {
        uint32_t cp = bx_pdf_encoded(encoding, (uint8_t)c);
        set_code(f, (uint8_t)c, &cp, cp > 0);
    }
}

static bx_pdf_encoding base_encoding(bx_pdf_obj name, bx_pdf_encoding fallback)
{
    return bx_pdf_is(name, "WinAnsiEncoding")    ? BX_PDF_WIN
           : bx_pdf_is(name, "MacRomanEncoding") ? BX_PDF_MAC
           : bx_pdf_is(name, "StandardEncoding") ? BX_PDF_STANDARD
                                                 : fallback;
}

static void read_differences(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj list)
{
    int64_t at = 0;
    for (size_t i = 0; list.kind == BX_PDF_ARRAY && i < list.n; i++) {
        bx_pdf_obj o = bx_pdf_item(pdf, list, i);
        uint32_t text[BX_PDF_UNITS_MAX];
        if (o.kind == BX_PDF_NUMBER)
            at = bx_pdf_int(o, 256);
        if (o.kind != BX_PDF_NAME || at < 0 || at > 255)
            continue;
        size_t n = bx_pdf_glyph(o.text, o.n, text);
        if (n > 0 || strcmp(o.text, ".notdef") == 0)
            set_code(f, (uint8_t)at, text, n);
        else if (f->simple[at].n == 0 && o.n == 1)
            set_code(f, (uint8_t)at, (uint32_t[1]){(uint8_t)o.text[0]}, 1);
        at++;
    }
}

static const char *find(const char *p, const char *end, const char *what)
{
    size_t n = strlen(what);
    for (; (size_t)(end - p) >= n; p++) {
        p = memchr(p, what[0], (size_t)(end - p) - n + 1);
        if (!p || memcmp(p, what, n) == 0)
            return p;
    }
    return NULL;
}

/* The encoding of a Type 1 font's own, "dup 58 /period put" for each code: what holds where the
 * document gives none, as of mathematical fonts. */
static void read_own_encoding(bx_pdf *pdf, bx_pdf_font *f, const char *p, size_t n)
{
    const char *end = p + n, *at = find(p, end, "/Encoding");
    bx_pdf_obj o[3] = {{.kind = BX_PDF_NULL}};
    bx_pdf_mark mark = bx_pdf_here(pdf);
    if (!at)
        return;
    bx_pdf_lex l = {pdf, (const uint8_t *)p, n, (size_t)(at - p) + strlen("/Encoding")};
    for (size_t i = 0; i < 4096 && bx_pdf_next(&l, &o[2]); i++) {
        if (bx_pdf_is(o[2], "def") || bx_pdf_is(o[2], "StandardEncoding"))
            break;
        int64_t c = bx_pdf_int(o[0], -1);
        uint32_t text[BX_PDF_UNITS_MAX];
        if (o[2].kind == BX_PDF_WORD && strcmp(o[2].text, "put") == 0 && c >= 0 && c < 256 &&
            o[1].kind == BX_PDF_NAME)
            set_code(f, (uint8_t)c, text, bx_pdf_glyph(o[1].text, o[1].n, text));
        o[0] = o[1];
        o[1] = o[2];
    }
    bx_pdf_rewind(pdf, mark);
}

static void read_font_file(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj about)
{
    BX_AUTO_BUF bytes = bx_buf_init(BX_PDF_STREAM_MAX);
    bx_pdf_obj file = bx_pdf_get(pdf, about, "FontFile");
    if (file.kind == BX_PDF_STREAM && bx_pdf_decode(pdf, file, &bytes) && bytes.n > 0)
        read_own_encoding(pdf, f, bytes.p, bytes.n);
}

static bool has_word(bx_pdf_obj name, const char *word)
{
    return name.kind == BX_PDF_NAME && strstr(name.text, word) != NULL;
}

static void read_encoding(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj dict, bx_pdf_obj name)
{
    bx_pdf_obj encoding = bx_pdf_get(pdf, dict, "Encoding");
    bool is_true_type = bx_pdf_is(bx_pdf_get(pdf, dict, "Subtype"), "TrueType");
    bx_pdf_encoding base = has_word(name, "Symbol") ? BX_PDF_SYMBOL
                           : is_true_type           ? BX_PDF_WIN
                                                    : BX_PDF_STANDARD;
    bool is_dict = encoding.kind == BX_PDF_DICT;
    bx_pdf_obj named = is_dict ? bx_pdf_get(pdf, encoding, "BaseEncoding") : encoding;
    set_encoding(f, base_encoding(named, base));
    if (named.kind == BX_PDF_NULL)
        read_font_file(pdf, f, bx_pdf_get(pdf, dict, "FontDescriptor"));
    if (is_dict)
        read_differences(pdf, f, bx_pdf_get(pdf, encoding, "Differences"));
}

static void read_simple_widths(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj dict, bx_pdf_obj name)
{
    bx_pdf_obj widths = bx_pdf_get(pdf, dict, "Widths");
    bx_pdf_obj about = bx_pdf_get(pdf, dict, "FontDescriptor");
    int64_t first = bx_pdf_int(bx_pdf_get(pdf, dict, "FirstChar"), 0);
    double missing = bx_pdf_num(bx_pdf_get(pdf, about, "MissingWidth"), 0);
    bool given = widths.kind == BX_PDF_ARRAY;
    for (int64_t c = 0; c < 256; c++) {
        code *one = &f->simple[c];
        double width = 500;
        if (given && c >= first)
            width = bx_pdf_num(bx_pdf_item(pdf, widths, (size_t)(c - first)), missing);
        else if (given)
            width = missing;
        else if (name.kind == BX_PDF_NAME)
            width = bx_pdf_standard_width(name.text, name.n, one->n ? one->text[0] : 0);
        one->width = bounded(width, 0);
    }
}

/* ---- composite fonts -------------------------------------------------------------------- */

static void set_width(bx_pdf_font *f, int64_t cid, bx_pdf_obj width)
{
    double w = bx_pdf_num(width, -1);
    if (cid >= 0 && cid < CIDS)
        f->widths[cid] = (int16_t)(w >= 0 && w < INT16_MAX ? w + 0.5 : -1);
}

/* 9.7.4.3: "c [w1 w2 ...]" and "first last w". */
static void read_widths(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj list)
{
    if (list.kind != BX_PDF_ARRAY)
        return;
    f->widths = bx_realloc(NULL, CIDS * sizeof *f->widths);
    for (size_t i = 0; f->widths && i < CIDS; i++)
        f->widths[i] = -1;
    /* Each width is told once in a font that means it. */
    for (size_t i = 0, told = 0; f->widths && i + 1 < list.n && told < 2 * CIDS;) {
        int64_t first = bx_pdf_int(bx_pdf_item(pdf, list, i), -1);
        bx_pdf_obj second = bx_pdf_item(pdf, list, i + 1);
        if (second.kind == BX_PDF_ARRAY) {
            told += second.n;
            for (size_t k = 0; k < second.n && k < CIDS; k++)
                set_width(f, first + (int64_t)k, bx_pdf_item(pdf, second, k));
            i += 2;
            continue;
        }
        int64_t last = bx_pdf_int(second, -1);
        bx_pdf_obj width = bx_pdf_item(pdf, list, i + 2);
        for (int64_t cid = first; first >= 0 && cid <= last && cid < CIDS; cid++, told++)
            set_width(f, cid, width);
        i += 3;
    }
}

static void read_composite(bx_pdf *pdf, bx_pdf_font *f, bx_pdf_obj dict)
{
    bx_pdf_obj encoding = bx_pdf_get(pdf, dict, "Encoding");
    bx_pdf_obj below = bx_pdf_item(pdf, bx_pdf_get(pdf, dict, "DescendantFonts"), 0);
    f->is_composite = true;
    f->is_unicode = has_word(encoding, "-UCS2-") || has_word(encoding, "-UTF16-");
    f->codes = read_cmap(pdf, encoding);
    f->standard = bounded(bx_pdf_num(bx_pdf_get(pdf, below, "DW"), 1000), 1000);
    read_widths(pdf, f, bx_pdf_get(pdf, below, "W"));
}

/* ---- one font --------------------------------------------------------------------------- */

static bx_pdf_font *font_new(bx_pdf *pdf, bx_pdf_obj ref)
{
    bx_pdf_font *f = bx_calloc(1, sizeof *f);
    bx_pdf_mark mark = bx_pdf_here(pdf);
    if (!f)
        return NULL;
    bx_pdf_obj dict = bx_pdf_resolve(pdf, ref), type = bx_pdf_get(pdf, dict, "Subtype");
    bx_pdf_obj name = bx_pdf_get(pdf, dict, "BaseFont");
    f->number = ref.kind == BX_PDF_REF ? ref.ref : 0;
    f->scale = 1;
    if (bx_pdf_is(type, "Type0"))
        read_composite(pdf, f, dict);
    else
        read_encoding(pdf, f, dict, name);
    if (!f->is_composite)
        read_simple_widths(pdf, f, dict, name);
    if (bx_pdf_is(type, "Type3")) {
        bx_pdf_obj matrix = bx_pdf_get(pdf, dict, "FontMatrix");
        f->scale = bounded(1000 * bx_pdf_num(bx_pdf_item(pdf, matrix, 0), 0.001), 1);
    }
    f->meaning = read_cmap(pdf, bx_pdf_get(pdf, dict, "ToUnicode"));
    bx_pdf_rewind(pdf, mark);
    return f;
}

/* Those without a number of their own are looked up never, and so are made again each time. */
const bx_pdf_font *bx_pdf_font_of(bx_pdf *pdf, bx_pdf_obj ref)
{
    for (size_t i = 0; ref.kind == BX_PDF_REF && i < pdf->n_fonts; i++)
        if (pdf->fonts[i]->number == ref.ref && ref.ref > 0)
            return pdf->fonts[i];
    bx_pdf_font *f = pdf->n_fonts < BX_PDF_FONTS_MAX ? font_new(pdf, ref) : NULL;
    if (!f)
        return NULL;
    pdf->fonts[pdf->n_fonts++] = f;
    return f;
}

static size_t read_code(const bx_pdf_font *f, const uint8_t *p, size_t n, uint32_t *ret)
{
    size_t bytes = f->codes ? bx_pdf_cmap_code(f->codes, p, n, ret) : 0;
    if (bytes > 0)
        return bytes;
    *ret = n > 1 ? (uint32_t)p[0] << 8 | p[1] : p[0];
    return n > 1 ? 2 : 1;
}

size_t bx_pdf_font_work(const bx_pdf_font *f)
{
    return 16 + (f->codes ? 4 * bx_pdf_cmap_spaces(f->codes) : 0);
}

void bx_pdf_font_next(const bx_pdf_font *f, const uint8_t *p, size_t n, bx_pdf_glyph_info *ret)
{
    uint32_t c = p[0];
    ret->bytes = f->is_composite ? read_code(f, p, n, &c) : 1;
    ret->is_space = ret->bytes == 1 && c == ' ';
    ret->width = f->is_composite ? f->standard : f->simple[c & 0xff].width;
    if (f->is_composite && f->widths && c < CIDS && f->widths[c] >= 0)
        ret->width = f->widths[c];
    ret->width *= f->scale;
    ret->n = f->meaning ? bx_pdf_cmap_find(f->meaning, c, ret->text) : 0;
    if (ret->n > 0)
        return;
    if (f->is_composite) {
        ret->text[0] = c;
        ret->n = f->is_unicode;
        return;
    }
    ret->n = f->simple[c & 0xff].n;
    memcpy(ret->text, f->simple[c & 0xff].text, ret->n * sizeof *ret->text);
}
