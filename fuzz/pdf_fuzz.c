/* PDF documents that lie: whatever comes in, some text or none, and that within bounds. */
#include "base/defs.h"
#include "file/pdf.h"

enum { PAGES = 4, TEXT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *why = NULL;
    bx_pdf *pdf = bx_pdf_open(data, size, &why);
    BX_ASSERT(pdf || (why && *why));
    for (int64_t n = 1; pdf && n <= bx_pdf_pages(pdf) && n <= PAGES; n++) {
        BX_AUTO_BUF text = bx_buf_init(TEXT_MAX);
        bx_pdf_facts facts;
        bx_pdf_text(pdf, n, &text, &facts);
        BX_ASSERT(text.n == 0 || text.p[text.n - 1] == '\n' || facts.is_cut);
    }
    bx_pdf_free(pdf);
    return 0;
}
