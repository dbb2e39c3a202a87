/* The codecs: there and back, members behind each other, dictionaries, and what hostile input ends
 * in. */
#include "js/codec.h"

#include <stdlib.h>

#include "base/test.h"

enum { FINISH = 4, BROTLI_FINISH = 2, CHUNK = 16384, BIG = 200000 };

static js_codec *open_codec(js_codec_mode mode)
{
    js_codec_options o = {
        .mode = mode, .window_bits = 15, .level = 6, .mem_level = 8, .strategy = 0};
    for (int i = 0; i < CODEC_BROTLI_PARAMS; i++)
        o.brotli[i] = CODEC_UNSET;
    js_codec_error err;
    return js_codec_new(&o, &err);
}

static bool all(js_codec_mode mode, const void *p, size_t n, uint64_t max, uint8_t **ret,
                size_t *ret_n, js_codec_error *err)
{
    js_codec *c = open_codec(mode);
    js_codec_io io = {.in = p, .n_in = n};
    const bool ok = c && js_codec_all(c, &io, mode >= CODEC_BROTLI_DECODE ? BROTLI_FINISH : FINISH,
                                      CHUNK, max, ret, ret_n, err);
    js_codec_free(c);
    return ok;
}

static const struct {
    js_codec_mode pack, unpack;
} pairs[] = {{CODEC_DEFLATE, CODEC_INFLATE},         {CODEC_GZIP, CODEC_GUNZIP},
             {CODEC_DEFLATE_RAW, CODEC_INFLATE_RAW}, {CODEC_GZIP, CODEC_UNZIP},
             {CODEC_DEFLATE, CODEC_UNZIP},           {CODEC_BROTLI_ENCODE, CODEC_BROTLI_DECODE}};

static void there_and_back(void)
{
    static uint8_t text[BIG];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)((unsigned char)"the code of "[i % 12] + i / 5000 % 3);
    for (size_t k = 0; k < BX_COUNT(pairs); k++) {
        for (size_t n = 0; n <= sizeof text; n = n * 20 + 10) {
            uint8_t *packed, *back;
            size_t n_packed, n_back;
            js_codec_error err;
            CHECK(all(pairs[k].pack, text, n, BIG, &packed, &n_packed, &err));
            CHECK(all(pairs[k].unpack, packed, n_packed, n, &back, &n_back, &err));
            CHECK(n_back == n && memcmp(text, back, n) == 0);
            free(back);
            if (n > 0) { /* one byte more than allowed */
                CHECK(!all(pairs[k].unpack, packed, n_packed, n - 1, &back, &n_back, &err));
                CHECK(err.is_too_large);
            }
            free(packed);
        }
    }
}

static void what_is_cut_says_so(void)
{
    static const uint8_t text[1000] = "the quick brown fox";
    for (size_t k = 0; k < BX_COUNT(pairs); k++) {
        uint8_t *packed, *back;
        size_t n_packed, n_back;
        js_codec_error err;
        CHECK(all(pairs[k].pack, text, sizeof text, BIG, &packed, &n_packed, &err));
        for (size_t n = 0; n < n_packed; n++) {
            CHECK(!all(pairs[k].unpack, packed, n, BIG, &back, &n_back, &err));
            CHECK(strcmp(err.text, "unexpected end of file") == 0);
            CHECK(strcmp(err.code, "Z_BUF_ERROR") == 0 && err.number == -5);
        }
        free(packed);
    }
}

static void members_behind_each_other(void)
{
    uint8_t *one, *back, two[200] = {0};
    size_t n, n_back;
    js_codec_error err;
    CHECK(all(CODEC_GZIP, "abc", 3, BIG, &one, &n, &err) && n < 50);
    memcpy(two, one, n);
    memcpy(two + n, one, n);
    free(one);
    CHECK(all(CODEC_GUNZIP, two, 2 * n + 10, BIG, &back, &n_back, &err)); /* and zeros */
    CHECK(n_back == 6 && memcmp(back, "abcabc", 6) == 0);
    free(back);
    two[2 * n] = 'x';
    CHECK(!all(CODEC_GUNZIP, two, 2 * n + 10, BIG, &back, &n_back, &err));
    CHECK(strcmp(err.text, "incorrect header check") == 0 && strcmp(err.code, "Z_DATA_ERROR") == 0);
    CHECK(!all(CODEC_INFLATE, two, n, BIG, &back, &n_back, &err));
    CHECK(err.number == -3);
}

static void dictionaries(void)
{
    const uint8_t words[] = "the words of the dictionary";
    js_codec_options o = {.mode = CODEC_DEFLATE,
                          .window_bits = 15,
                          .level = 9,
                          .mem_level = 8,
                          .dictionary = words,
                          .n_dictionary = sizeof words};
    js_codec_error err;
    uint8_t *packed, *back;
    size_t n, n_back;
    js_codec *c = js_codec_new(&o, &err);
    js_codec_io io = {.in = words, .n_in = sizeof words};
    CHECK(c && js_codec_all(c, &io, FINISH, CHUNK, BIG, &packed, &n, &err));
    js_codec_free(c);
    CHECK(!all(CODEC_INFLATE, packed, n, BIG, &back, &n_back, &err));
    CHECK(strcmp(err.text, "Missing dictionary") == 0 && strcmp(err.code, "Z_NEED_DICT") == 0);
    o.mode = CODEC_INFLATE;
    c = js_codec_new(&o, &err);
    io = (js_codec_io){.in = packed, .n_in = n};
    CHECK(c && js_codec_all(c, &io, FINISH, CHUNK, BIG, &back, &n_back, &err));
    CHECK(n_back == sizeof words && memcmp(back, words, n_back) == 0);
    js_codec_free(c);
    free(back);
    o.n_dictionary = 3;
    c = js_codec_new(&o, &err);
    io = (js_codec_io){.in = packed, .n_in = n};
    CHECK(c && !js_codec_all(c, &io, FINISH, CHUNK, BIG, &back, &n_back, &err));
    CHECK(strcmp(err.text, "Bad dictionary") == 0);
    js_codec_free(c);
    free(packed);
}

static void settings_that_do_not_fit(void)
{
    js_codec_options o = {.mode = CODEC_DEFLATE, .window_bits = 99, .level = 6, .mem_level = 8};
    js_codec_error err;
    CHECK(!js_codec_new(&o, &err) && err.text);
    o.window_bits = 15;
    o.level = 77;
    CHECK(!js_codec_new(&o, &err));
    o = (js_codec_options){.mode = CODEC_BROTLI_DECODE,
                           .brotli = {-1, -1, -1, -1, -1, -1, 1, -1, -1, -1}};
    CHECK(!js_codec_new(&o, &err));
    CHECK(strcmp(err.code, "ERR_ZLIB_INITIALIZATION_FAILED") == 0);
}

/* A stream that refers to the static dictionary, by another encoder. */
static void whole_brotli_streams(void)
{
    static const uint8_t packed[] = {0x1b, 0x22, 0x00, 0xf0, 0x25, 0x00, 0x72, 0x90, 0x42, 0x80,
                                     0xc9, 0x47, 0x2d, 0x3a, 0x80, 0x5a, 0x49, 0xf1, 0x01};
    static const char text[] = "hello the world because information";
    uint8_t out[sizeof text];
    CHECK(js_unbrotli(packed, sizeof packed, out, sizeof text - 1));
    CHECK(memcmp(out, text, sizeof text - 1) == 0);
    CHECK(!js_unbrotli(packed, sizeof packed, out, sizeof text - 2)); /* too little room */
    CHECK(!js_unbrotli(packed, sizeof packed, out, sizeof text));     /* too much */
    CHECK(!js_unbrotli(packed, sizeof packed - 1, out, sizeof text - 1));
    CHECK(!js_unbrotli(packed, 0, out, sizeof text - 1));
    CHECK(!js_unbrotli((const uint8_t *)"\xff\xff\xff", 3, out, 3));
}

/* 20 MB of zeros in 20 KB: it ends where the caller says. */
static void bombs_end_at_the_maximum(void)
{
    static const js_codec_mode packs[] = {CODEC_GZIP, CODEC_BROTLI_ENCODE};
    static const js_codec_mode unpacks[] = {CODEC_GUNZIP, CODEC_BROTLI_DECODE};
    const size_t n = 20u << 20;
    uint8_t *zeros = calloc(n, 1), *packed, *back;
    size_t n_packed, n_back;
    js_codec_error err;
    CHECK(zeros);
    for (size_t k = 0; k < BX_COUNT(packs); k++) {
        CHECK(all(packs[k], zeros, n, n, &packed, &n_packed, &err) && n_packed < 30000);
        CHECK(!all(unpacks[k], packed, n_packed, 1 << 20, &back, &n_back, &err));
        CHECK(err.is_too_large);
        CHECK(all(unpacks[k], packed, n_packed, n, &back, &n_back, &err)); /* the control */
        CHECK(n_back == n);
        free(back);
        free(packed);
    }
    free(zeros);
}

static void crc_of_pieces(void)
{
    CHECK(js_codec_crc32(0, (const uint8_t *)"hello", 5) == 907060870);
    CHECK(js_codec_crc32(js_codec_crc32(0, (const uint8_t *)"hel", 3), (const uint8_t *)"lo", 2) ==
          907060870);
    CHECK(js_codec_crc32(7, (const uint8_t *)"", 0) == 7);
}

BXT_MAIN(RUN(there_and_back); RUN(what_is_cut_says_so); RUN(members_behind_each_other);
         RUN(dictionaries); RUN(settings_that_do_not_fit); RUN(whole_brotli_streams);
         RUN(bombs_end_at_the_maximum); RUN(crc_of_pieces);)
