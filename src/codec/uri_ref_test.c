#include "codec/uri_ref.h"

#include <stdio.h>

#include "base/test.h"

static bool becomes(const char *base, const char *ref, const char *target)
{
    BX_AUTO_BUF out = bx_buf_init(10000);
    bx_uri_resolve(bx_str_of(base), bx_str_of(ref), &out);
    bool same = bx_str_eq(bx_buf_str(&out), bx_str_of(target));
    if (!same)
        printf("# %s + %s = %s\n", base, ref, out.p ? out.p : "");
    return same;
}

/* RFC 3986 section 5.4.1 and 5.4.2, fragments aside. */
static void as_the_standard_has_it(void)
{
    static const char base[] = "http://a/b/c/d;p?q";
    static const char *const pairs[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {";x", "http://a/b/c/;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
    };
    for (size_t i = 0; i < BX_COUNT(pairs); i++)
        CHECK(becomes(base, pairs[i][0], pairs[i][1]));
}

static void without_much_of_a_base(void)
{
    CHECK(becomes("", "", "") && becomes("", "a.json", "a.json") && becomes("", "#x", ""));
    CHECK(becomes("a/b.json", "c.json", "a/c.json") && becomes("http://h", "c", "http://h/c"));
    CHECK(becomes("urn:example:a", "#x", "urn:example:a"));
    CHECK(becomes("urn:example:a", "urn:example:b", "urn:example:b"));
}

static void fragments_and_escapes(void)
{
    bool has = false;
    CHECK(bx_str_eq(bx_uri_fragment(BX_LIT("a#b#c"), &has), BX_LIT("b#c")) && has);
    CHECK(bx_uri_fragment(BX_LIT("a"), &has).n == 0 && !has);
    CHECK(bx_uri_fragment(BX_LIT("a#"), &has).n == 0 && has);
    BX_AUTO_BUF out = bx_buf_init(100);
    bx_uri_unescape(BX_LIT("%25a%2Fb%zz%4"), &out);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("%a/b%zz%4")));
}

static void what_is_too_long(void)
{
    char text[BX_URI_REF_MAX + 2];
    BX_AUTO_BUF out = bx_buf_init(BX_URI_REF_MAX * 2);
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    bx_uri_resolve(BX_LIT("http://h/"), (bx_str){text, BX_URI_REF_MAX}, &out);
    CHECK(out.fail == BX_OK);
    bx_uri_resolve(BX_LIT("http://h/"), bx_str_of(text), &out);
    CHECK(out.fail == BX_ELIMIT);
}

BXT_MAIN(RUN(as_the_standard_has_it); RUN(without_much_of_a_base); RUN(fragments_and_escapes);
         RUN(what_is_too_long);)
