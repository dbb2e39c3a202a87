#include "codec/base64.h"

#include "base/test.h"

/* RFC 4648 section 10. */
static const struct {
    const char *plain, *coded, *url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xbf", "+/+/", "-_-_"},
};

static void the_standards_vectors(void)
{
    for (size_t i = 0; i < BX_COUNT(vectors); i++) {
        BX_AUTO_BUF b = bx_buf_init(64);
        bx_base64_encode(bx_str_of(vectors[i].plain), &b);
        CHECK(bx_str_eq(bx_buf_str(&b), bx_str_of(vectors[i].coded)));
        CHECK(b.n == bx_base64_len(strlen(vectors[i].plain)));
        bx_buf_clear(&b);
        bx_base64url_encode(bx_str_of(vectors[i].plain), &b);
        CHECK(bx_str_eq(bx_buf_str(&b), bx_str_of(vectors[i].url)));
        bx_buf_clear(&b);
        CHECK(bx_base64_decode(bx_str_of(vectors[i].coded), &b, NULL) == BX_OK);
        CHECK(bx_str_eq(bx_buf_str(&b), bx_str_of(vectors[i].plain)));
    }
}

static void all_bytes_at_all_lengths(void)
{
    char in[256];
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)(i * 7);
    for (size_t n = 0; n <= sizeof in; n++) {
        BX_AUTO_BUF coded = bx_buf_init(512);
        BX_AUTO_BUF plain = bx_buf_init(512);
        (void)bx_buf_add_c(&plain, 'x'); /* appended to, not replaced */
        bx_base64_encode((bx_str){in, n}, &coded);
        CHECK(bx_base64_decode(bx_buf_str(&coded), &plain, NULL) == BX_OK);
        CHECK(plain.n == n + 1 && plain.p[0] == 'x' && plain.p[n + 1] == '\0' &&
              memcmp(plain.p + 1, in, n) == 0);
    }
}

static void refused_texts(void)
{
    static const struct {
        const char *text;
        const char *says;
    } bad[] = {
        {"Z", "byte 2 of 1"},      {"Zg", "byte 3 of 2"},   {"Zg=", "byte 4 of 3"},
        {"Zm9", "byte 4 of 3"},    {"=", "byte 2 of 1"},    {"==", "byte 3 of 2"},
        {"====", "byte 1 of 4"},   {"Z===", "byte 2 of 4"}, {"Zg==Zg==", "byte 3 of 8"},
        {"Zh==", "byte 2 of 4"},   {"Zm9=", "byte 3 of 4"}, {"Zm 9", "byte 3 of 4"},
        {"Zm9v\n", "byte 5 of 5"}, {"-_-_", "byte 1 of 4"}, {"Zm\xC3\xA9", "byte 3 of 4"},
        {"=m9v", "byte 1 of 4"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO_BUF b = bx_buf_init(64);
        bx_error err = {.msg = ""};
        CHECK(bx_base64_decode(bx_str_of(bad[i].text), &b, &err) == BX_EINVAL && b.n == 0);
        if (!strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, err.msg);
        CHECK(strstr(err.msg, bad[i].says));
    }
}

static void limits_and_allocations(void)
{
    BX_AUTO_BUF exact = bx_buf_init(8);
    BX_AUTO_BUF small = bx_buf_init(7);
    BX_AUTO_BUF out = bx_buf_init(5);
    bx_base64_encode(BX_LIT("foobar"), &exact);
    bx_base64_encode(BX_LIT("foobar"), &small);
    CHECK(exact.fail == BX_OK && exact.n == 8 && small.fail == BX_ELIMIT && small.n == 0);
    CHECK(bx_base64_decode(BX_LIT("Zm9vYmE="), &out, NULL) == BX_OK && out.n == 5);
    CHECK(bx_base64_decode(BX_LIT("Zg=="), &out, NULL) == BX_ELIMIT && out.n == 5);
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF b = bx_buf_init(64);
        rc = bx_base64_decode(BX_LIT("Zm9v"), &b, NULL);
    });
}

BXT_MAIN(RUN(the_standards_vectors); RUN(all_bytes_at_all_lengths); RUN(refused_texts);
         RUN(limits_and_allocations);)
