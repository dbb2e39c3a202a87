/* The codecs of the JavaScript guest: hostile input of every format, in one piece and in many, with
 * hostile settings; and whatever is packed comes out again.  Byte 0: what to do; 1: windowBits and
 * level; 2: memLevel and strategy; 3: the size of pieces; the rest is the input. */
#include "js/codec.h"

#include <stdlib.h>

#include "base/defs.h"

enum { OUT_MAX = 4 << 20, HEAD = 4, FINISH_ZLIB = 4, FINISH_BROTLI = 2 };

static int finish_of(js_codec_mode mode)
{
    return mode >= CODEC_BROTLI_DECODE ? FINISH_BROTLI : FINISH_ZLIB;
}

static js_codec *open_codec(js_codec_mode mode, const uint8_t *head, const uint8_t *dictionary,
                            size_t n)
{
    js_codec_options o = {.mode = mode, .dictionary = dictionary, .n_dictionary = n};
    js_codec_error err;
    for (int i = 0; i < CODEC_BROTLI_PARAMS; i++)
        o.brotli[i] = CODEC_UNSET;
    o.window_bits = head[1] & 15;
    o.level = (head[1] >> 4) % 10;
    o.mem_level = (head[2] & 15) % 10;
    o.strategy = (head[2] >> 4) % 5;
    if (mode == CODEC_BROTLI_ENCODE) {
        o.brotli[1] = (head[1] >> 4) % 12;
        o.brotli[2] = 10 + (head[1] & 15) % 8;
    }
    return js_codec_new(&o, &err);
}

/* A piece at a time, with flushes that the input names. */
static void in_pieces(js_codec *c, js_codec_mode mode, const uint8_t *p, size_t n, size_t piece)
{
    uint8_t room[1000];
    size_t total = 0;
    js_codec_error err;
    for (size_t at = 0; at < n && total < OUT_MAX;) {
        const size_t k = n - at < piece ? n - at : piece;
        const int flush = mode >= CODEC_BROTLI_DECODE ? p[at] & 1 : p[at] % 4;
        js_codec_io io = {p + at, k, room, 1 + p[at] * 3};
        const size_t had = io.n_out;
        if (!js_codec_run(c, &io, flush, &err)) {
            BX_ASSERT(err.text && err.code);
            return;
        }
        total += had - io.n_out;
        if (io.n_in == k && io.n_out == had)
            return; /* at its end */
        at += k - io.n_in;
        if (p[at - (at == n)] == 0xa5 && !js_codec_reset(c, &err))
            return;
        if (p[at - (at == n)] == 0x5a && !js_codec_params(c, k % 10, k % 5, &err))
            return;
    }
}

static void there_and_back(const uint8_t *head, const uint8_t *p, size_t n)
{
    static const js_codec_mode from[] = {CODEC_DEFLATE, CODEC_GZIP, CODEC_DEFLATE_RAW,
                                         CODEC_BROTLI_ENCODE};
    static const js_codec_mode to[] = {CODEC_INFLATE, CODEC_UNZIP, CODEC_INFLATE_RAW,
                                       CODEC_BROTLI_DECODE};
    const uint8_t wide[HEAD] = {0, 15, 8, 0};
    const unsigned i = head[0] >> 4 & 3;
    uint8_t *packed, *back;
    size_t n_packed, n_back;
    js_codec_error err;
    js_codec *c = open_codec(from[i], head, NULL, 0), *d = open_codec(to[i], wide, NULL, 0);
    js_codec_io io = {.in = p, .n_in = n};
    if (c && d &&
        js_codec_all(c, &io, finish_of(from[i]), 64 + head[3], OUT_MAX, &packed, &n_packed, &err)) {
        io = (js_codec_io){.in = packed, .n_in = n_packed};
        BX_ASSERT(js_codec_all(d, &io, finish_of(to[i]), 64 + head[3], n, &back, &n_back, &err));
        BX_ASSERT(n_back == n && (n == 0 || memcmp(back, p, n) == 0));
        if (i == 3)
            BX_ASSERT(js_unbrotli(packed, n_packed, back, n));
        free(back);
        free(packed);
    }
    js_codec_free(c);
    js_codec_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < HEAD)
        return 0;
    const uint8_t *p = data + HEAD;
    n -= HEAD;
    if (data[0] & 0x80) {
        there_and_back(data, p, n);
        return 0;
    }
    const js_codec_mode mode = (js_codec_mode)(1 + (data[0] & 15) % 9);
    const size_t n_dictionary = data[0] & 0x10 && n > 20 ? 20 : 0;
    js_codec *c = open_codec(mode, data, p, n_dictionary);
    if (c && data[0] & 0x20) {
        in_pieces(c, mode, p, n, 1 + data[3]);
    } else if (c) {
        js_codec_io io = {.in = p, .n_in = n};
        js_codec_error err;
        uint8_t *out;
        size_t n_out;
        if (js_codec_all(c, &io, finish_of(mode), 64 + data[3] * 16, OUT_MAX, &out, &n_out, &err))
            free(out);
        else
            BX_ASSERT(err.is_too_large || (err.text && err.code));
    }
    js_codec_free(c);
    return 0;
}
