/* Content codings: any bytes are decoded within the sink's bound, or refused; cutting the input
 * into other pieces changes nothing.  The first byte chooses the codings and the size of the
 * pieces. */
#include "fetch/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_OUT = 1 << 18 };

static bx_code keep(void *ctx, bx_str bytes, bx_error *err)
{
    (void)bx_buf_add_str(ctx, bytes);
    return bx_buf_check(ctx, err);
}

static bx_code decode(const char *coding, bx_str in, size_t step, bx_buf *out)
{
    BX_AUTO(wf_decoder) wf_decoder *d = NULL;
    bx_code rc = wf_decoder_new(bx_str_of(coding), keep, out, &d, NULL);
    while (rc == BX_OK && in.n) {
        size_t n = in.n < step ? in.n : step;
        rc = wf_decoder_feed(d, (bx_str){in.p, n}, NULL);
        in = bx_str_from(in, n);
    }
    return rc == BX_OK ? wf_decoder_end(d, NULL) : rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codings[] = {"gzip",     "deflate",       "br",     "zstd",
                                          "br, gzip", "deflate, zstd", "zstd,br"};
    if (size == 0)
        return 0;
    const char *coding = codings[(data[0] & 15) % BX_COUNT(codings)];
    bx_str in = {(const char *)data + 1, size - 1};
    BX_AUTO_BUF whole = bx_buf_init(MAX_OUT), parts = bx_buf_init(MAX_OUT);
    bx_code rc = decode(coding, in, size, &whole);
    BX_ASSERT(rc == BX_OK || rc == BX_EINVAL || rc == BX_ELIMIT);
    bx_code again = decode(coding, in, 1 + (data[0] >> 4) * 7u, &parts);
    if (rc == BX_OK)
        BX_ASSERT(again == BX_OK && bx_str_eq(bx_buf_str(&whole), bx_buf_str(&parts)));
    else
        BX_ASSERT(again != BX_OK);
    return 0;
}
