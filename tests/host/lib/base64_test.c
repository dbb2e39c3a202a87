/* Base 64, strictly: RFC 4648 section 10, and everything that is not canonical. */
#include "lib/base64.h"

#include "base/test.h"

/* What `text` decodes to, or where it is wrong. */
static bool gives(const char *text, const char *want)
{
    char buf[64];
    size_t n = 0, len = strlen(text);
    memcpy(buf, text, len + 1);
    return bx_base64_decode_here(buf, len, &n) == SIZE_MAX && n == strlen(want) &&
           memcmp(buf, want, n) == 0;
}

static bool wrong_at(const char *text, size_t at)
{
    char buf[64];
    size_t n = 0, len = strlen(text);
    memcpy(buf, text, len + 1);
    return bx_base64_decode_here(buf, len, &n) == at;
}

static void the_standard(void)
{
    CHECK(gives("", "") && gives("Zg==", "f") && gives("Zm8=", "fo") && gives("Zm9v", "foo"));
    CHECK(gives("Zm9vYg==", "foob") && gives("Zm9vYmE=", "fooba") && gives("Zm9vYmFy", "foobar"));
    CHECK(gives("+/+/", "\xfb\xff\xbf"));
}

static void what_is_not_canonical(void)
{
    CHECK(wrong_at("Zg=", 3) && wrong_at("Zg", 2) && wrong_at("Z", 1) && wrong_at("Z===", 1));
    CHECK(wrong_at("====", 0) && wrong_at("Zh==", 1) && wrong_at("Zm9=", 2)); /* bits left over */
    CHECK(wrong_at("Zm 9v", 2) && wrong_at("Zm9v\n", 4) && wrong_at("-_-_", 0));
    CHECK(wrong_at("Zg==Zg==", 2) && wrong_at("\xc3\xa4zz", 0));
}

BXT_MAIN(RUN(the_standard); RUN(what_is_not_canonical);)
