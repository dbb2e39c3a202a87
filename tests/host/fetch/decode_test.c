/* Content codings undone, bounded and refused. */
#include "base/test.h"
#include "fetch/decode.h"

static const unsigned char hello_gzip[] = {
    31, 139, 8,   0,   0,   0,   0,  0,   2, 3,   203, 72,  205, 201, 201, 215, 81, 200,
    64, 161, 202, 243, 139, 114, 82, 184, 0, 195, 112, 163, 194, 27,  0,   0,   0,
};

static const unsigned char hello_zlib[] = {
    120, 218, 203, 72,  205, 201, 201, 215, 81,  200, 64, 161,
    202, 243, 139, 114, 82,  184, 0,   133, 227, 9,   83,
};

static const unsigned char hello_raw[] = {
    203, 72, 205, 201, 201, 215, 81, 200, 64, 161, 202, 243, 139, 114, 82, 184, 0,
};

static const unsigned char hello_br[] = {
    27, 26,  0,   248, 141, 148, 110, 222, 68, 9,  82, 134, 214, 10,
    44, 108, 111, 114, 16,  69,  228, 169, 4,  80, 56, 87,  139, 1,
};

static const unsigned char hello_zstd[] = {
    40,  181, 47, 253, 32,  27,  157, 0,   0,  104, 104, 101, 108, 108,
    111, 44,  32, 119, 111, 114, 108, 100, 10, 1,   0,   146, 139, 17,
};

static const unsigned char hello_br_gzip[] = {
    31, 139, 8,   0,  0,   0,   0,   0,  2,   3,   147, 150, 98, 248, 209, 59,
    37, 239, 158, 11, 103, 80,  219, 53, 46,  157, 156, 252, 34, 1,   215, 39,
    43, 89,  2,   44, 194, 187, 25,  1,  187, 86,  80,  157, 28, 0,   0,   0,
};

static const unsigned char bomb_br[] = {
    203, 255, 255, 63,  248, 39,  0,   226, 177, 64,  32,  247, 254, 143, 255, 255, 127, 240,
    79,  0,   196, 97,  17,  128, 238, 253, 31,  255, 255, 255, 224, 159, 0,   136, 195, 2,
    0,   221, 251, 63,  254, 255, 255, 193, 63,  1,   16,  135, 5,   0,   186, 247, 127, 252,
    255, 255, 131, 127, 2,   32,  14,  11,  0,   116, 239, 255, 248, 255, 255, 7,   255, 4,
    64,  28,  22,  0,   232, 222, 255, 241, 255, 255, 15,  254, 9,   128, 56,  44,  0,   208,
    189, 255, 203, 255, 255, 63,  252, 19,  0,   113, 88,  0,   160, 123, 255, 7,
};

static const unsigned char bomb_zstd[] = {
    40, 181, 47, 253, 160, 0, 0, 128, 0, 76, 0, 0,  8, 0, 1, 0,  252, 255, 57, 16, 2, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   2, 0, 16,  0, 2,  0, 16, 0, 2, 0, 16, 0,   2,   0,  16, 0, 2, 0, 16,
    0,  2,   0,  16,  0,   3, 0, 16,  0,
};

static const unsigned char bomb_gzip_gzip[] = {
    31,  139, 8,   0,   0,   0,   0,   0,   2,   3,   237, 220, 175, 78,  66,  113, 20,  192,
    241, 139, 92,  55,  38,  27,  98,  32,  25,  228, 17,  136, 20,  6,   26,  204, 6,   205,
    142, 7,   32,  146, 101, 115, 38,  11,  47,  65,  102, 99,  115, 179, 210, 120, 3,   180,
    217, 253, 19,  156, 51,  57,  47,  220, 251, 24,  191, 243, 249, 164, 147, 79,  60,  59,
    251, 158, 61,  54,  178, 210, 65,  253, 99,  93,  171, 237, 135, 217, 252, 127, 249, 213,
    56,  202, 0,   0,   0,   128, 196, 205, 94,  239, 235, 229, 49,  32,  235, 22,  219, 203,
    171, 27,  0,   0,   0,   32,  117, 227, 227, 86,  94,  29,  5,   254, 110, 79,  207, 173,
    3,   0,   0,   0,   146, 247, 48,  232, 183, 171, 15,  129, 239, 187, 73,  110, 29,  0,
    0,   0,   144, 188, 206, 239, 219, 168, 186, 5,   108, 138, 167, 147, 107, 251, 0,   0,
    0,   128, 228, 189, 8,   6,   0,   0,   0,   64,  40,  130, 1,   0,   0,   0,   16,  139,
    96,  0,   0,   0,   0,   196, 34,  24,  0,   0,   0,   0,   193, 8,   6,   0,   0,   0,
    64,  44,  130, 1,   0,   0,   0,   16,  139, 96,  0,   0,   0,   0,   196, 34,  24,  0,
    0,   0,   0,   193, 8,   6,   0,   0,   0,   64,  44,  130, 1,   0,   0,   0,   16,  203,
    98,  208, 239, 150, 143, 1,   237, 159, 98,  58,  188, 56,  204, 0,   0,   0,   136, 228,
    185, 249, 217, 123, 95,  237, 135, 124, 7,   60,  76,  236, 250, 226, 254, 0,   0,
};

#define BYTES(a) ((bx_str){(const char *)(a), sizeof(a)})
#define HELLO    BX_LIT("hello, hello, hello, world\n")

static bx_code to_buf(void *ctx, bx_str bytes, bx_error *err)
{
    (void)bx_buf_add_str(ctx, bytes);
    return bx_buf_check(ctx, err);
}

/* All of `in` in pieces of `step` bytes. */
static bx_code decode(const char *coding, bx_str in, size_t step, bx_buf *out, bx_error *err)
{
    BX_AUTO(wf_decoder) wf_decoder *d = NULL;
    bx_code rc = wf_decoder_new(bx_str_of(coding), to_buf, out, &d, err);
    for (size_t at = 0; rc == BX_OK && at < in.n; at += step)
        rc = wf_decoder_feed(d, (bx_str){in.p + at, in.n - at < step ? in.n - at : step}, err);
    return rc == BX_OK ? wf_decoder_end(d, err) : rc;
}

static bool gives_hello(const char *coding, bx_str in)
{
    for (size_t step = 1; step <= in.n; step++) {
        BX_AUTO_BUF out = bx_buf_init(1000);
        if (decode(coding, in, step, &out, NULL) != BX_OK || !bx_str_eq(bx_buf_str(&out), HELLO))
            return false;
    }
    return true;
}

static void each_coding(void)
{
    CHECK(gives_hello("", HELLO));
    CHECK(gives_hello("identity", HELLO));
    CHECK(gives_hello("gzip", BYTES(hello_gzip)));
    CHECK(gives_hello("X-GZIP", BYTES(hello_gzip)));
    CHECK(gives_hello("deflate", BYTES(hello_zlib)));
    CHECK(gives_hello("deflate", BYTES(hello_raw)));
    CHECK(gives_hello("br", BYTES(hello_br)));
    CHECK(gives_hello("zstd", BYTES(hello_zstd)));
    CHECK(gives_hello(" br , identity,, gzip ", BYTES(hello_br_gzip)));
}

/* Nothing behind the data counts, also where a piece of it begins as a member would. */
static void what_follows_is_passed_over(void)
{
    static const char behind[] = "xx\x1f\x8b\x1f\x1f";
    BX_AUTO_BUF in = bx_buf_init(1000);
    (void)bx_buf_add(&in, hello_gzip, sizeof hello_gzip);
    (void)bx_buf_add(&in, behind, sizeof behind - 1);
    CHECK(gives_hello("gzip", bx_buf_str(&in)));
}

static void members_and_frames_in_a_row(void)
{
    BX_AUTO_BUF in = bx_buf_init(1000), out = bx_buf_init(1000);
    for (int i = 0; i < 2; i++)
        (void)bx_buf_add(&in, hello_gzip, sizeof hello_gzip);
    (void)bx_buf_add(&in, "\0\0\0", 3); /* padding some servers add */
    CHECK(decode("gzip", bx_buf_str(&in), 7, &out, NULL) == BX_OK);
    CHECK(out.n == 2 * HELLO.n);
    bx_buf_clear(&in);
    bx_buf_clear(&out);
    for (int i = 0; i < 2; i++)
        (void)bx_buf_add(&in, hello_zstd, sizeof hello_zstd);
    CHECK(decode("zstd", bx_buf_str(&in), 5, &out, NULL) == BX_OK);
    CHECK(out.n == 2 * HELLO.n);
}

static void refused(void)
{
    bx_error err;
    BX_AUTO_BUF out = bx_buf_init(1000);
    CHECK(decode("lzma", HELLO, 1, &out, &err) == BX_EUNSUPPORTED);
    CHECK(strstr(err.msg, "'lzma'") != NULL);
    CHECK(decode("gzip,gzip,gzip,gzip", HELLO, 1, &out, &err) == BX_EINVAL);
    CHECK(decode("gzip", HELLO, 100, &out, &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "gzip") != NULL && strstr(err.msg, "incorrect header check") != NULL);
    CHECK(decode("br", HELLO, 100, &out, &err) == BX_EINVAL);
    CHECK(decode("zstd", HELLO, 100, &out, &err) == BX_EINVAL);
    CHECK(decode("deflate", BX_LIT("\x07\xff\xff"), 100, &out, &err) == BX_EINVAL);
    CHECK(out.n == 0);
    CHECK(decode("gzip", (bx_str){"", 0}, 1, &out, &err) == BX_OK); /* an answer to HEAD */
}

static void cut_short(void)
{
    static const struct {
        const char *coding;
        bx_str in;
    } cases[] = {{"gzip", {(const char *)hello_gzip, sizeof hello_gzip}},
                 {"deflate", {(const char *)hello_zlib, sizeof hello_zlib}},
                 {"br", {(const char *)hello_br, sizeof hello_br}},
                 {"zstd", {(const char *)hello_zstd, sizeof hello_zstd}}};
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        for (size_t n = 1; n < cases[i].in.n; n++) {
            BX_AUTO_BUF out = bx_buf_init(1000);
            bx_error err;
            CHECK(decode(cases[i].coding, (bx_str){cases[i].in.p, n}, 9, &out, &err) == BX_EINVAL);
            CHECK(strstr(err.msg, "ends inside") != NULL);
        }
}

/* 64 MiB or 8 MiB behind a few hundred bytes: the sink's bound is what ends them. */
static void bombs_stop_at_the_bound(void)
{
    static const struct {
        const char *coding;
        bx_str in;
    } cases[] = {{"br", {(const char *)bomb_br, sizeof bomb_br}},
                 {"zstd", {(const char *)bomb_zstd, sizeof bomb_zstd}},
                 {"gzip, gzip", {(const char *)bomb_gzip_gzip, sizeof bomb_gzip_gzip}}};
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO_BUF out = bx_buf_init(1 << 20);
        CHECK(decode(cases[i].coding, cases[i].in, 64, &out, NULL) == BX_ELIMIT);
        CHECK(out.n <= 1 << 20 && out.n > (1 << 20) - (1 << 18));
        /* the control: under a bound that is large enough all of it comes */
        BX_AUTO_BUF all = bx_buf_init(64 << 20);
        CHECK(decode(cases[i].coding, cases[i].in, 64, &all, NULL) == BX_OK);
        CHECK(all.n == (i == 1 ? 8 << 20 : 64 << 20));
    }
}

static bx_code decode_once(const char *coding, bx_str in)
{
    BX_AUTO_BUF out = bx_buf_init(1000);
    return decode(coding, in, 100, &out, NULL);
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, { rc = decode_once("gzip", BYTES(hello_gzip)); });
    EACH_ALLOC_FAILS(rc, { rc = decode_once("deflate", BYTES(hello_raw)); });
    EACH_ALLOC_FAILS(rc, { rc = decode_once("br", BYTES(hello_br)); });
    EACH_ALLOC_FAILS(rc, { rc = decode_once("zstd", BYTES(hello_zstd)); });
}

BXT_MAIN(RUN(each_coding); RUN(what_follows_is_passed_over); RUN(members_and_frames_in_a_row);
         RUN(refused); RUN(cut_short); RUN(bombs_stop_at_the_bound);
         RUN(every_allocation_may_fail);)
