#include "codec/host.h"

#include "base/test.h"

static bool becomes(const char *s, const char *want)
{
    char out[BX_MAX_HOST + 1];
    size_t n = 0;
    return bx_host_name(bx_str_of(s), out, &n) && strcmp(out, want) == 0 && n == strlen(want);
}

static bool refused(const char *s)
{
    char out[BX_MAX_HOST + 1];
    size_t n;
    return !bx_host_name(bx_str_of(s), out, &n);
}

static void names(void)
{
    CHECK(becomes("Example.COM", "example.com"));
    CHECK(becomes("example.com.", "example.com"));
    CHECK(becomes("localhost", "localhost"));
    CHECK(becomes("3com.example", "3com.example")); /* RFC 1123: a digit may come first */
    CHECK(becomes("r3---sn.example", "r3---sn.example"));
    CHECK(becomes("_srv._tcp.example", "_srv._tcp.example"));
    CHECK(becomes("xn--bcher-kva.example", "xn--bcher-kva.example"));
}

static void no_names(void)
{
    CHECK(refused("") && refused(".") && refused("..") && refused("a..b") && refused(".a"));
    CHECK(refused("a.b..") && refused("a b") && refused("a/b") && refused("a:80"));
    CHECK(refused("a%62") && refused("[::1]") && refused("*.a") && refused("a,b"));
    CHECK(refused("b\xc3\xbc\xc3\xbc.example"));
    CHECK(bx_host_name((bx_str){"a\0b", 3}, (char[BX_MAX_HOST + 1]){0}, &(size_t){0}) == false);
}

/* RFC 952: "the last character must not be a minus sign"; RFC 1123 section 2.1 lets a label begin
 * with a letter or a digit, nothing else. */
static void hyphens_at_the_ends_of_labels(void)
{
    CHECK(refused("-a.example") && refused("a-.example") && refused("a.example-"));
    CHECK(refused("a.-example") && refused("-") && becomes("a-b.example", "a-b.example"));
}

/* What an address parser could take for a number is no name, whatever its form. */
static void numbers_at_the_end(void)
{
    CHECK(refused("1") && refused("a.1") && refused("127.0.0.1") && refused("127.0.0.1."));
    CHECK(refused("a.0x7f") && refused("a.0X7F") && refused("0x") && refused("a.0x"));
    CHECK(refused("a.00"));
    CHECK(becomes("1.a", "1.a") && becomes("a.0xg", "a.0xg") && becomes("a.1e", "a.1e"));
}

static void lengths(void)
{
    char s[BX_MAX_HOST + 4];
    memset(s, 'a', sizeof s);
    for (size_t i = 63; i < sizeof s; i += 64)
        s[i] = '.';
    s[BX_MAX_HOST] = '\0'; /* 63.63.63.61 */
    CHECK(becomes(s, s));
    s[BX_MAX_HOST] = '.'; /* the dot at the end does not count */
    s[BX_MAX_HOST + 1] = '\0';
    CHECK(!refused(s));
    s[BX_MAX_HOST] = 'a';
    CHECK(refused(s));
    memset(s, 'a', 64);
    s[64] = '\0';
    CHECK(refused(s));
    CHECK(!refused(s + 1));
}

BXT_MAIN(RUN(names); RUN(no_names); RUN(hyphens_at_the_ends_of_labels); RUN(numbers_at_the_end);
         RUN(lengths);)
