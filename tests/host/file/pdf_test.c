/* The PDF reader by its parts: objects, filters, glyph names, and whole small documents, with
 * memory that fails.  tests/e2e/read_pdf_test.py has more. */
#include "file/pdf_parts.h"

#include "base/test.h"

static bx_pdf_lex lex(bx_pdf *pdf, const char *text)
{
    return (bx_pdf_lex){pdf, (const uint8_t *)text, strlen(text), 0};
}

static void done(bx_pdf *pdf)
{
    bx_pdf_rewind(pdf, (bx_pdf_mark){.last = NULL});
    free(pdf->stack);
}

static bool is_string(bx_pdf_obj o, const char *text)
{
    return o.kind == BX_PDF_STRING && o.n == strlen(text) && memcmp(o.text, text, o.n) == 0;
}

static void strings_and_names(void)
{
    bx_pdf pdf = {.n = 0};
    bx_pdf_obj o;
    bx_pdf_lex l = lex(&pdf, "(a(b)\\)\\\\\\101\\\n\r\nc) <4 1 4> /A#20B /# (open");
    CHECK(bx_pdf_next(&l, &o) && is_string(o, "a(b))\\A\nc"));
    CHECK(bx_pdf_next(&l, &o) && is_string(o, "A@"));
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_is(o, "A B"));
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_is(o, "#"));
    CHECK(bx_pdf_next(&l, &o) && is_string(o, "open"));
    CHECK(!bx_pdf_next(&l, &o));
    done(&pdf);
}

static void numbers_and_references(void)
{
    bx_pdf pdf = {.n = 0};
    bx_pdf_obj o;
    bx_pdf_lex l = lex(&pdf, "12 -.5 +3. 7 0 R 7 0 Rx 4.0 0 R % no\n true");
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_NUMBER && bx_pdf_int(o, 0) == 12);
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_num(o, 0) == -0.5);
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_num(o, 0) == 3);
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_REF && o.ref == 7);
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_NUMBER);
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_next(&l, &o) && bx_pdf_is(o, "Rx"));
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_REF && o.ref == 4);
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_BOOL && o.truth);
    done(&pdf);
}

static void arrays_and_dictionaries(void)
{
    bx_pdf pdf = {.n = 0};
    bx_pdf_obj o;
    bx_pdf_lex l = lex(&pdf, "<</A[1[2]]/B<</C(x)>>/D null 5>>[1 endobj");
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_DICT && o.n == 3);
    CHECK(bx_pdf_raw(o, "A").n == 2 && bx_pdf_raw(bx_pdf_raw(o, "B"), "C").n == 1);
    CHECK(bx_pdf_raw(o, "Z").kind == BX_PDF_NULL);
    CHECK(bx_pdf_next(&l, &o) && o.kind == BX_PDF_ARRAY && o.n == 1);
    CHECK(bx_pdf_next(&l, &o) && bx_pdf_is(o, "endobj"));
    done(&pdf);
}

static void depth_is_bounded(void)
{
    bx_pdf pdf = {.n = 0};
    bx_pdf_obj o;
    char text[4001];
    memset(text, '[', 4000);
    text[4000] = '\0';
    bx_pdf_lex l = lex(&pdf, text);
    size_t n = 0;
    while (bx_pdf_next(&l, &o))
        n++;
    CHECK(n > 0 && n <= 4000 && pdf.stack_n == 0);
    done(&pdf);
}

static bool decodes(void (*f)(const uint8_t *, size_t, bx_buf *), const char *in, const char *out)
{
    BX_AUTO_BUF b = bx_buf_init(100);
    f((const uint8_t *)in, strlen(in), &b);
    return bx_str_eq(bx_buf_str(&b), bx_str_of(out));
}

static void filters(void)
{
    CHECK(decodes(bx_pdf_ascii85, "87cURDZ~>", "Hello") &&
          decodes(bx_pdf_ascii85, "<~87cUR DZ", "Hello"));
    CHECK(decodes(bx_pdf_asciihex, "48 656C6c6F7>x", "Hellop"));
    CHECK(decodes(bx_pdf_runlength, "\x01\x48\x65\xff\x6c\x80x", "Hell"));
    BX_AUTO_BUF b = bx_buf_init(100);
    bx_pdf_lzw((const uint8_t *)"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", 9, true, &b); /* 7.4.4.2 */
    CHECK(bx_str_eq(bx_buf_str(&b), BX_LIT("-----A---B")));
}

static bool means(const char *name, const char *expected)
{
    uint32_t cps[BX_PDF_UNITS_MAX];
    char found[100] = "";
    size_t n = bx_pdf_glyph(name, strlen(name), cps), at = 0;
    for (size_t i = 0; i < n; i++)
        at +=
            (size_t)snprintf(found + at, sizeof found - at, "%s%X", i ? " " : "", (unsigned)cps[i]);
    return strcmp(found, expected) == 0;
}

static void glyph_names(void)
{
    CHECK(means("A", "41") && means("zeta", "3B6") && means("AE", "C6") && means("Euro", "20AC"));
    CHECK(means("uni20AC", "20AC") && means("uni20AC0308", "20AC 308") && means("u1F600", "1F600"));
    CHECK(means("f_f_i", "66 66 69") && means("Aacute.alt2", "C1") && means("ffi", "FB03"));
    CHECK(means("", "") && means(".notdef", "") && means("nosuchglyph", "") &&
          means("uniD800", ""));
    CHECK(means("uni12", "") && means("u110000", "") && means("zz", ""));
    CHECK(bx_pdf_encoded(BX_PDF_WIN, 0x80) == 0x20ac && bx_pdf_encoded(BX_PDF_MAC, 0xca) == 0xa0);
    CHECK(bx_pdf_encoded(BX_PDF_STANDARD, 0x27) == 0x2019 &&
          bx_pdf_encoded(BX_PDF_SYMBOL, 'a') == 0x3b1);
    CHECK(bx_pdf_encoded(BX_PDF_STANDARD, 0x80) == 0 && bx_pdf_encoded(BX_PDF_WIN, 0) == 0);
}

static const char DOCUMENT[] =
    "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
    "2 0 obj <</Type/Pages/Kids[4 0 R 4 0 R]/Count 1/Resources<</Font<</F 3 0 R/G 6 0 R>>>>>> "
    "endobj\n"
    "3 0 obj <</Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[65/alpha]>>>> endobj\n"
    "4 0 obj <</Type/Page/Contents 5 0 R/Parent 2 0 R>> endobj\n"
    "5 0 obj <</Length 70>> stream\nBT /F 12 Tf 9 99 Td (AB c) Tj 0 -14 Td /G 12 Tf <0001> Tj ET   "
    "    "
    "      endstream endobj\n"
    "6 0 obj <</Subtype/Type0/DescendantFonts[<</W[1[500]]>>]/ToUnicode 7 0 R>> endobj\n"
    "7 0 obj <</Length 0>> stream\n1 beginbfchar <0001> <0078> endbfchar endstream endobj\n"
    "trailer <</Root 1 0 R>>\n";

static bx_code read_document(bool *ret_right)
{
    const char *why;
    bx_pdf_facts facts;
    BX_AUTO_BUF text = bx_buf_init(1000);
    bx_pdf *pdf = bx_pdf_open((const uint8_t *)DOCUMENT, sizeof DOCUMENT - 1, &why);
    if (!pdf)
        return BX_ENOMEM;
    *ret_right = bx_pdf_pages(pdf) == 1;
    if (*ret_right)
        bx_pdf_text(pdf, 1, &text, &facts);
    bx_pdf_free(pdf);
    *ret_right = *ret_right && bx_str_eq(bx_buf_str(&text), BX_LIT("\xce\xb1"
                                                                   "B c\nx\n"));
    return *ret_right ? BX_OK : BX_ENOMEM;
}

static void a_document_that_was_put_together_by_hand(void)
{
    bool right = false;
    CHECK(read_document(&right) == BX_OK && right);
}

/* Without memory there is less text, or none, and nothing is lost. */
static void with_memory_that_fails(void)
{
    bool right = false;
    long n = 0;
    for (; n < 1000; n++) {
        bx_test_fail_alloc = n;
        (void)read_document(&right);
        bool failed = bx_test_fail_alloc == 0;
        bx_test_fail_alloc = -1;
        if (!failed)
            break;
    }
    CHECK(n > 10 && n < 1000);
    CHECK(right);
}

BXT_MAIN(RUN(strings_and_names); RUN(numbers_and_references); RUN(arrays_and_dictionaries);
         RUN(depth_is_bounded); RUN(filters); RUN(glyph_names);
         RUN(a_document_that_was_put_together_by_hand); RUN(with_memory_that_fails);)
