/* URL references resolved: the examples of RFC 3986 section 5.4, then what browsers forgive. */
#include "base/test.h"
#include "fetch/url.h"

static bool resolves(const char *base, const char *ref, const char *want)
{
    BX_AUTO_BUF out = bx_buf_init(WF_MAX_URL);
    if (wf_url_resolve(bx_str_of(base), bx_str_of(ref), &out) == BX_OK &&
        bx_str_eq(bx_buf_str(&out), bx_str_of(want)))
        return true;
    printf("# %s + %s: want %s, have %.*s\n", base, ref, want, (int)out.n, out.p ? out.p : "");
    return false;
}

static void rfc3986_examples(void)
{
    static const char *const cases[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"}, /* with the empty path as "/", as http has it */
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
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
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++)
        CHECK(resolves("http://a/b/c/d;p?q", cases[i][0], cases[i][1]));
}

static void forgiven(void)
{
    CHECK(resolves("http://a/b", "  \n x y \t", "http://a/x%20y"));
    CHECK(resolves("http://a/b", "x\ty\n", "http://a/xy"));
    CHECK(resolves("http://a/b", "\\x\\y", "http://a/x/y"));
    CHECK(resolves("http://a/b", "\\\\h\\y?\\", "http://h/y?%5C"));
    CHECK(resolves("http://a", "x", "http://a/x"));
    CHECK(resolves("HTTP://a", "HTTPS://B", "https://B/"));
    CHECK(resolves("http://a/", "\xc3\xa4?\"<>", "http://a/%C3%A4?%22%3C%3E"));
    CHECK(resolves("http://a/", "%zz%41", "http://a/%zz%41")); /* left as it is */
    CHECK(resolves("http://a/", "mailto:x@y", "mailto:x@y"));
    CHECK(resolves("", "x/../y", "x/../y"));
    CHECK(resolves("mailto:x", "y", "mailto:/y"));
}

static void limits(void)
{
    BX_AUTO_BUF ref = bx_buf_init(1 << 20), out = bx_buf_init(WF_MAX_URL);
    (void)bx_buf_add_z(&ref, "/");
    while (ref.n < WF_MAX_URL - strlen("http://a"))
        (void)bx_buf_add_c(&ref, 'x');
    CHECK(wf_url_resolve(BX_LIT("http://a/"), bx_buf_str(&ref), &out) == BX_OK);
    CHECK(out.n == WF_MAX_URL);
    (void)bx_buf_add_c(&ref, 'x');
    CHECK(wf_url_resolve(BX_LIT("http://a/"), bx_buf_str(&ref), &out) == BX_ELIMIT);
    CHECK(wf_url_resolve(BX_LIT("http://a/"), BX_LIT("y"), &out) == BX_OK); /* usable again */
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("http://a/y")));
}

static void origins(void)
{
    CHECK(wf_url_same_origin(BX_LIT("http://A/x"), BX_LIT("HTTP://a:80/y")));
    CHECK(wf_url_same_origin(BX_LIT("https://a"), BX_LIT("https://u@a:443/")));
    CHECK(!wf_url_same_origin(BX_LIT("http://a/"), BX_LIT("https://a/")));
    CHECK(!wf_url_same_origin(BX_LIT("http://a/"), BX_LIT("http://a:81/")));
    CHECK(!wf_url_same_origin(BX_LIT("https://a/"), BX_LIT("https://a:80/")));
    CHECK(!wf_url_same_origin(BX_LIT("http://a@b/"), BX_LIT("http://a/")));
    CHECK(wf_url_has_scheme(BX_LIT("HTTPS://x"), "https"));
    CHECK(!wf_url_has_scheme(BX_LIT("httpsx"), "https"));
}

static void splits(void)
{
    wf_url u = wf_url_split(BX_LIT("s://a:1/p?q?r#f#g"));
    CHECK(bx_str_eq(u.scheme, BX_LIT("s")) && bx_str_eq(u.authority, BX_LIT("a:1")));
    CHECK(bx_str_eq(u.path, BX_LIT("/p")) && bx_str_eq(u.query, BX_LIT("q?r")));
    CHECK(bx_str_eq(u.fragment, BX_LIT("f#g")));
    u = wf_url_split(BX_LIT("1x:y"));
    CHECK(u.scheme.n == 0 && bx_str_eq(u.path, BX_LIT("1x:y")));
    u = wf_url_split((bx_str){"a\0b", 3});
    CHECK(u.path.n == 3 && !u.has_query);
}

BXT_MAIN(RUN(rfc3986_examples); RUN(forgiven); RUN(limits); RUN(origins); RUN(splits);)
