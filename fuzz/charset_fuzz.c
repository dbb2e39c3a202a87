/* Encodings: each decodes any bytes to UTF-8; deciding between them and looking at the body's kind
 * reads nothing it should not.  The first byte chooses the encoding, the second where the label
 * ends. */
#include "fetch/charset.h"
#include "fetch/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    bx_str rest = {(const char *)data + 2, size - 2};
    bx_str label = {rest.p, data[1] < rest.n ? data[1] : rest.n}, body = bx_str_from(rest, label.n);
    wf_charset cs = (wf_charset)(data[0] % (CS_X_MAC_CYRILLIC + 1));
    BX_AUTO_BUF scratch = bx_buf_init(8 << 20);
    bx_str text = {"", 0};
    bool cut = data[0] & 128;
    bx_code rc = wf_charset_to_utf8(cs, body, cut, &scratch, &text);
    BX_ASSERT(rc == BX_OK || rc == BX_EUNSUPPORTED);
    BX_ASSERT(wf_is_utf8(text, false));
    cs = wf_charset_sniff(body, wf_media_charset(label), true);
    BX_ASSERT(cs != CS_NONE && wf_charset_name(cs)[0]);
    wf_sniffed kind = wf_sniff(label, body, cs == CS_UTF_16LE || cs == CS_UTF_16BE);
    BX_ASSERT((kind.kind == WF_KIND_EMPTY) == (body.n == 0));
    BX_ASSERT(!kind.format || kind.kind == WF_KIND_BINARY);
    return 0;
}
