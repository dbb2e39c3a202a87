/* Server-sent events: the same events however the bytes are cut, and never more than came. */
#include "codec/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 4096 };

static bool see(void *ctx, const bx_sse_event *ev)
{
    bx_buf *out = ctx;
    BX_ASSERT(ev->type.n <= BX_SSE_MAX_NAME && ev->id.n <= BX_SSE_MAX_NAME && ev->data.n <= MAX);
    (void)bx_buf_addf(out, "[%zu %zu %zu]", ev->type.n, ev->data.n, ev->id.n);
    (void)bx_buf_add_str(out, ev->type);
    (void)bx_buf_add_str(out, ev->data);
    (void)bx_buf_add_str(out, ev->id);
    return true;
}

static bx_code read_in(bx_str text, size_t each, bx_buf *out)
{
    bx_sse s = bx_sse_init(MAX);
    bx_code rc = BX_OK;
    for (size_t i = 0; rc == BX_OK && i < text.n; i += each)
        rc = bx_sse_feed(&s, (bx_str){text.p + i, each < text.n - i ? each : text.n - i}, see, out,
                         NULL);
    if (rc == BX_OK)
        rc = bx_sse_end(&s, see, out, NULL);
    bx_sse_done(&s);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BX_AUTO_BUF whole = bx_buf_init(64 << 20);
    BX_AUTO_BUF cut = bx_buf_init(64 << 20);
    if (size == 0)
        return 0;
    bx_str text = {(const char *)data + 1, size - 1};
    bx_code rc = read_in(text, size, &whole);
    BX_ASSERT(rc == read_in(text, data[0] % 16 + 1, &cut));
    BX_ASSERT(rc != BX_OK || bx_str_eq(bx_buf_str(&whole), bx_buf_str(&cut)));
    return 0;
}
