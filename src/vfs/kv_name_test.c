#include "base/test.h"
#include "vfs/kv_internal.h"

static char name[BX_NAME_MAX + 1];

static bx_errno name_is(bx_str key, const char *want)
{
    bx_errno e = bx_kv_name(key, name);
    return e == BX_E_SUCCESS && strcmp(name, want) != 0 ? BX_E_IO : e;
}

static bool key_is(const char *file, bx_str want)
{
    char key[BX_KV_KEY_MAX];
    size_t n = 99;
    return bx_kv_key_of_name(file, key, &n) && bx_str_eq((bx_str){key, n}, want);
}

static void short_keys(void)
{
    CHECK(name_is(BX_LIT("az09._-"), "kaz09._-") == BX_E_SUCCESS);
    CHECK(name_is(BX_LIT(""), "k") == BX_E_SUCCESS && key_is("k", BX_LIT("")));
    CHECK(name_is(BX_LIT("../A b%"), "k..%2f%41%20b%25") == BX_E_SUCCESS);
    CHECK(key_is("k..%2f%41%20b%25", BX_LIT("../A b%")));
    CHECK(name_is(BX_LIT("\xc3\xa9"), "k%c3%a9") == BX_E_SUCCESS &&
          key_is("k%c3%a9", BX_LIT("\xc3\xa9")));
    CHECK(key_is("kaz09._-", BX_LIT("az09._-")));
}

static void long_keys(void)
{
    char key[BX_KV_KEY_MAX + 1], other[BX_NAME_MAX + 1];
    memset(key, 'a', sizeof key);
    CHECK(bx_kv_name((bx_str){key, 240}, name) == BX_E_SUCCESS && name[0] == 'k' &&
          strlen(name) == 241);
    CHECK(key_is(name, (bx_str){key, 240}));
    CHECK(bx_kv_name((bx_str){key, 241}, name) == BX_E_SUCCESS && name[0] == 'h' &&
          strlen(name) == 65);
    CHECK(bx_kv_name((bx_str){key, BX_KV_KEY_MAX}, other) == BX_E_SUCCESS &&
          strcmp(name, other) != 0);
    CHECK(bx_kv_name((bx_str){key, BX_KV_KEY_MAX + 1}, name) == BX_E_NAMETOOLONG);
    memset(key, 'A', sizeof key);
    CHECK(bx_kv_name((bx_str){key, 80}, name) == BX_E_SUCCESS && name[0] == 'k' &&
          strlen(name) == 241);
    CHECK(bx_kv_name((bx_str){key, 81}, name) == BX_E_SUCCESS && name[0] == 'h');
}

static void refused_keys(void)
{
    CHECK(bx_kv_name((bx_str){"a\0b", 3}, name) == BX_E_INVAL);
    CHECK(bx_kv_name(BX_LIT("\xff"), name) == BX_E_ILSEQ);
    CHECK(bx_kv_name(BX_LIT("\xed\xa0\x80"), name) == BX_E_ILSEQ);
}

/* Each key has one name; whatever else stands in the directory is none. */
static void refused_names(void)
{
    char key[BX_KV_KEY_MAX], too_long[BX_KV_KEY_MAX + 8];
    static const char *const bad[] = {"",    "a",  "h12",  "temp", "kA",   "k%61", "k%2F",
                                      "k%2", "k%", "k%gg", "k%00", "k%ff", "k a"};
    size_t n = 0;
    for (size_t i = 0; i < BX_COUNT(bad); i++)
        CHECK(!bx_kv_key_of_name(bad[i], key, &n));
    memset(too_long, 'k', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    CHECK(!bx_kv_key_of_name(too_long, key, &n));
    too_long[242] = '\0';
    CHECK(!bx_kv_key_of_name(too_long, key, &n));
    too_long[241] = '\0';
    CHECK(bx_kv_key_of_name(too_long, key, &n) && n == 240);
}

static void heads(void)
{
    uint8_t h[BX_KV_HEAD];
    size_t k = 0;
    uint64_t v = 0;
    bx_kv_head(3, 0x123456789, h);
    CHECK(memcmp(h, "bxk1\3\0\0\0\x89\x67\x45\x23\1\0\0\0", sizeof h) == 0);
    CHECK(bx_kv_read_head(h, 16 + 3 + 0x123456789, &k, &v) && k == 3 && v == 0x123456789);
    CHECK(!bx_kv_read_head(h, 16 + 3 + 0x123456788, &k, &v) && !bx_kv_read_head(h, 0, &k, &v));
    CHECK(!bx_kv_read_head(h, 18, &k, &v));
    bx_kv_head(BX_KV_KEY_MAX, 0, h);
    CHECK(bx_kv_read_head(h, 16 + BX_KV_KEY_MAX, &k, &v) && k == BX_KV_KEY_MAX && v == 0);
    bx_kv_head(BX_KV_KEY_MAX + 1, 0, h);
    CHECK(!bx_kv_read_head(h, 16 + BX_KV_KEY_MAX + 1, &k, &v));
    bx_kv_head(0, UINT64_MAX - 15, h); /* 16 + it is 0 */
    CHECK(!bx_kv_read_head(h, 0, &k, &v) && !bx_kv_read_head(h, 16, &k, &v));
    bx_kv_head(0, 0, h);
    h[3] = '2';
    CHECK(!bx_kv_read_head(h, 16, &k, &v));
}

BXT_MAIN(RUN(short_keys); RUN(long_keys); RUN(refused_keys); RUN(refused_names); RUN(heads);)
