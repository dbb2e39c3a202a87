/* URLs of JavaScript: parsing against a base, what is no URL, hosts, setters. */
#include <string.h>

#include "base/test.h"
#include "js/url_parse.h"

/* Parse `text` against `base` (or NULL): is it written as `want` (NULL: no URL)? */
static bool parses(const char *text, const char *base, const char *want)
{
    js_url b = {.port = -1}, u = {.port = -1};
    js_text out = {0};
    js_url_places w;
    bool has_base = base && js_url_parse(base, strlen(base), NULL, &b);
    bool ok = js_url_parse(text, strlen(text), has_base ? &b : NULL, &u), same = !ok && !want;
    if (ok) {
        js_url_write(&u, &out, &w);
        same = want && out.n == strlen(want) && memcmp(out.p, want, out.n) == 0;
        js_url_done(&u);
    }
    if (has_base)
        js_url_done(&b);
    js_text_done(&out);
    return same;
}

static bool sets(const char *text, enum js_url_part part, const char *value, const char *want)
{
    js_url u = {.port = -1};
    js_text out = {0};
    js_url_places w;
    if (!js_url_parse(text, strlen(text), NULL, &u))
        return false;
    (void)js_url_set(&u, part, value, strlen(value));
    js_url_write(&u, &out, &w);
    bool same = out.n == strlen(want) && memcmp(out.p, want, out.n) == 0;
    js_url_done(&u);
    js_text_done(&out);
    return same;
}

static void parsing(void)
{
    CHECK(parses(" HTTP://U:p@EXAMPLE.com:80/a/./b/../c d?x y#z ", NULL,
                 "http://U:p@example.com/a/c%20d?x%20y#z"));
    CHECK(parses("../x", "http://a/b/c/d", "http://a/b/x"));
    CHECK(parses("//h", "https://a/b", "https://h/"));
    CHECK(parses("C|/x/..", "file:///y", "file:///C:/"));
    CHECK(parses("mailto:a@b", NULL, "mailto:a@b"));
    CHECK(parses("x", NULL, NULL) && parses("http://", NULL, NULL));
    CHECK(parses("http://a:65536/", NULL, NULL) && parses("http://a b/", NULL, NULL));
}

static void hosts(void)
{
    CHECK(parses("http://0x7f.1/", NULL, "http://127.0.0.1/"));
    CHECK(parses("http://%31%32%37.1/", NULL,
                 "http://127.0.0.1/")); /* an address however it is spelt */
    CHECK(parses("http://256.1.1.1/", NULL, NULL) && parses("http://1.2.3.4.5/", NULL, NULL));
    CHECK(parses("http://[0:0::1.2.3.4]/", NULL, "http://[::102:304]/"));
    CHECK(parses("http://[::1", NULL, NULL) && parses("http://[1::2::3]/", NULL, NULL));
    CHECK(parses("http://B\xC3\xBC"
                 "cher.de/",
                 NULL, "http://xn--bcher-kva.de/"));
    CHECK(parses("http://a\xE3\x80\x82"
                 "b/",
                 NULL, "http://a.b/"));
    CHECK(parses("http://xn--a/", NULL, NULL) && parses("http://xn----/", NULL, NULL));
    CHECK(parses("http://a%2fb/", NULL, NULL));        /* no slash comes into a host */
    CHECK(parses("http://\xE2\x80\xA5/", NULL, NULL)); /* nor dots out of one character */
}

static void a_long_name(void)
{
    static char text[JS_URL_HOST_MAX + 64] = "http://";
    memset(text + 7, 'a', JS_URL_HOST_MAX);
    memcpy(text + 7 + JS_URL_HOST_MAX, "\xC3\xBC/", 4);
    CHECK(parses(text, NULL, NULL)); /* Punycode of it would take long */
}

static void setters(void)
{
    CHECK(sets("http://a:81/x?y#z", JS_URL_PORT, "80", "http://a/x?y#z"));
    CHECK(sets("http://a/", JS_URL_PROTOCOL, "foo", "http://a/"));
    CHECK(sets("http://a/", JS_URL_HOST, "b:8", "http://b:8/"));
    CHECK(sets("http://a/", JS_URL_HOSTNAME, "b:8", "http://a/"));
    CHECK(sets("http://a/", JS_URL_PATHNAME, "x?#", "http://a/x%3F%23"));
    CHECK(sets("http://a/?q", JS_URL_SEARCH, "", "http://a/"));
    CHECK(sets("data:x  #y", JS_URL_HASH, "", "data:x"));
    CHECK(sets("file:///x", JS_URL_USERNAME, "u", "file:///x"));
}

BXT_MAIN(RUN(parsing); RUN(hosts); RUN(a_long_name); RUN(setters);)
