/* Pages: whatever comes in, UTF-8 in the bound comes out, without control characters.  The first
 * byte chooses the options. */
#include "fetch/charset.h"
#include "fetch/html_md.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_OUT = 1 << 20 };

static void check_text(bx_str s)
{
    BX_ASSERT(wf_is_utf8(s, false));
    for (size_t i = 0; i < s.n; i++)
        BX_ASSERT((unsigned char)s.p[i] >= 0x20 || s.p[i] == '\n' || s.p[i] == '\t');
    BX_ASSERT(s.n == 0 || s.p[s.n - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    BX_AUTO_BUF scratch = bx_buf_init(8 << 20), out = bx_buf_init(MAX_OUT);
    wf_html_page said;
    wf_html_page_init(&said, 200);
    bx_str page = {"", 0};
    bx_code rc = wf_charset_to_utf8(CS_UTF_8, (bx_str){(const char *)data + 1, size - 1}, false,
                                    &scratch, &page);
    BX_ASSERT(rc == BX_OK);
    wf_html_opts opts = {
        .base_url = BX_LIT("https://example.org/a/b"),
        .plain = data[0] & 1,
        .main_content = (data[0] & 2) != 0,
    };
    rc = wf_html_to_md(page, &opts, &out, &said, NULL);
    wf_html_page_done(&said);
    BX_ASSERT(rc == BX_OK || (rc == BX_ELIMIT && out.n <= MAX_OUT));
    if (rc == BX_OK)
        check_text(bx_buf_str(&out));
    return 0;
}
