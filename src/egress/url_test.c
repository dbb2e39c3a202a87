#include "egress/url.h"

#include "base/test.h"

static bx_code parse(const char *text, bx_url **ret)
{
    return bx_url_parse(bx_str_of(text), ret, NULL);
}

static bool becomes(const char *text, const char *want)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    bool ok = parse(text, &u) == BX_OK && strcmp(u->text, want) == 0;
    if (!ok)
        printf("# %s -> %s\n", text, u ? u->text : "refused");
    return ok;
}

static bool refused(const char *text)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    bool ok = parse(text, &u) == BX_EINVAL;
    if (!ok)
        printf("# %s -> %s\n", text, u ? u->text : "?");
    return ok;
}

static void parses_the_parts(void)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    CHECK(parse("https://Api.Example.com:8443/v1/x?a=b&c#frag", &u) == BX_OK);
    CHECK(strcmp(u->text, "https://api.example.com:8443/v1/x?a=b&c") == 0);
    CHECK(bx_str_eq(u->parts.scheme, BX_LIT("https")));
    CHECK(bx_str_eq(u->parts.host, BX_LIT("api.example.com")));
    CHECK(u->parts.port == 8443 && !u->is_ip);
    CHECK(bx_str_eq(u->parts.path, BX_LIT("/v1/x")));
    CHECK(bx_str_eq(u->parts.query, BX_LIT("a=b&c")));
}

static void default_ports_and_paths(void)
{
    BX_AUTO(bx_url) bx_url *u = NULL, *v = NULL;
    CHECK(parse("HTTP://example.com", &u) == BX_OK);
    CHECK(strcmp(u->text, "http://example.com/") == 0 && u->parts.port == 80);
    CHECK(u->parts.query.n == 0);
    CHECK(parse("https://example.com:443?q", &v) == BX_OK);
    CHECK(strcmp(v->text, "https://example.com/?q") == 0 && v->parts.port == 443);
    CHECK(becomes("http://example.com:65535/", "http://example.com:65535/"));
    CHECK(becomes("http://example.com:0080/", "http://example.com/"));
    CHECK(refused("http://example.com:0/") && refused("http://example.com:65536/"));
    CHECK(refused("http://example.com:x/") && refused("http://example.com:-1/"));
}

static void numeric_hosts_become_addresses(void)
{
    CHECK(becomes("http://127.0.0.1/", "http://127.0.0.1/"));
    CHECK(becomes("http://2130706433/", "http://127.0.0.1/"));
    CHECK(becomes("http://0x7f.1/", "http://127.0.0.1/"));
    CHECK(becomes("http://0x7f000001/", "http://127.0.0.1/"));
    CHECK(becomes("http://127.1/", "http://127.0.0.1/"));
    CHECK(becomes("http://017700000001/", "http://127.0.0.1/"));
    CHECK(becomes("http://0177.0.0.01/", "http://127.0.0.1/"));
    CHECK(becomes("http://0/", "http://0.0.0.0/"));
    CHECK(becomes("http://127.0.0.1./", "http://127.0.0.1/"));
    CHECK(becomes("http://[::1]/", "http://[::1]/"));
    CHECK(becomes("http://[0:0:0:0:0:0:0:1]:81/", "http://[::1]:81/"));
    CHECK(becomes("http://[::FFFF:127.0.0.1]/", "http://[::ffff:127.0.0.1]/"));
    BX_AUTO(bx_url) bx_url *u = NULL;
    CHECK(parse("http://2130706433/", &u) == BX_OK);
    CHECK(u->is_ip && u->ip.family == 4 && u->ip.b[0] == 127 && u->ip.b[3] == 1);
}

/* Forms that some resolver takes for an address and the parser does not. */
static void odd_numbers_are_refused(void)
{
    CHECK(refused("http://0x7f.1./") && refused("http://127.1./") &&
          refused("http://2130706433./"));
    CHECK(refused("http://1.2.3.4.5/") && refused("http://256.256.256.256/"));
    CHECK(refused("http://example.123/") && refused("http://a.0x7f/"));
    CHECK(refused("http://127.0.0.1../") && refused("http://./") && refused("http://a..b/"));
    CHECK(becomes("http://4chan.org/", "http://4chan.org/")); /* control: digits as such are fine */
}

static void host_names(void)
{
    CHECK(becomes("http://LOCALHOST./x", "http://localhost/x"));
    CHECK(becomes("http://a_b.example/", "http://a_b.example/"));
    CHECK(becomes("http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/"));
    CHECK(refused("http://-ex ample.com/") && refused("http://a!b/") && refused("http://a,b/"));
    CHECK(refused("http://[fe80::1%25eth0]/") && refused("http://[::1/") && refused("http://::1/"));
    CHECK(refused("http://[example.com]/") && refused("http://[127.0.0.1]/"));
    char label[128] = "http://";
    memset(label + 7, 'a', 63);
    char want[130];
    (void)snprintf(want, sizeof want, "%s/", label);
    CHECK(becomes(label, want));
    memset(label + 7, 'a', 64);
    CHECK(refused(label));
}

static void ambiguous_urls_are_refused(void)
{
    CHECK(refused("http://example.com\\@evil.com/") && refused("http:\\\\example.com/"));
    CHECK(refused("http://example.com/a\\b"));
    CHECK(refused("http://user@example.com/") && refused("http://user:pw@example.com/"));
    CHECK(refused("http://a@b@example.com/") && refused("http://@example.com/"));
    CHECK(refused("http://ex%61mple.com/") && refused("http://127.0.0.%31/"));
    CHECK(refused("http://exa\tmple.com/") && refused("http://exam\nple.com/"));
    CHECK(refused("http://example.com/\r\nHost: x") && refused(" http://example.com/"));
    CHECK(refused("http://example.com/a b") && refused("http://example.com/\x7f"));
    CHECK(refused("http://\xef\xbd\x85xample.com/")); /* full-width e */
    CHECK(refused("http://\xe2\x91\xa0.0.0.1/"));     /* circled 1 */
    CHECK(refused("http://example\xe3\x80\x82"
                  "com/")); /* ideographic full stop */
    CHECK(refused("http://example.com/\xc3\xa9"));
    BX_AUTO(bx_url) bx_url *u = NULL;
    CHECK(bx_url_parse((bx_str){"http://a.b/\0x", 13}, &u, NULL) == BX_EINVAL);
    CHECK(becomes("http://example.com#@evil.com/", "http://example.com/"));
    CHECK(becomes("http://example.com?@evil.com/", "http://example.com/?@evil.com/"));
    CHECK(becomes("http://example.com/a@b?c@d", "http://example.com/a@b?c@d")); /* control */
}

static void only_http(void)
{
    CHECK(refused("ftp://example.com/") && refused("file:///etc/passwd") && refused("gopher://a/"));
    CHECK(refused("example.com") && refused("//example.com/") && refused("/path") && refused(""));
    CHECK(refused("http:/example.com/") && refused("http:///example.com/") &&
          refused("http:example.com"));
    CHECK(refused("http://") && refused("http://:80/") && refused("http://?x") &&
          refused("http://#"));
    CHECK(refused("https+unix://a/") && refused("javascript:alert(1)") &&
          refused("data:text/html,x"));
}

static void paths_are_normalised(void)
{
    CHECK(becomes("http://h/a/./b/../c", "http://h/a/c"));
    CHECK(becomes("http://h/a/%2e%2E/b", "http://h/b"));
    CHECK(becomes("http://h/../../x", "http://h/x"));
    CHECK(becomes("http://h/a/..", "http://h/"));
    CHECK(becomes("http://h/a/b/.", "http://h/a/b/"));
    CHECK(becomes("http://h/.%2e/.", "http://h/"));
    CHECK(becomes("http://h/%41%7e%2f%3f", "http://h/A~%2F%3F"));
    CHECK(becomes("http://h//a//b", "http://h//a//b"));
    CHECK(becomes("http://h/...", "http://h/..."));
    CHECK(becomes("http://h/?a/../b", "http://h/?a/../b"));
    CHECK(becomes("http://h?100%", "http://h/?100%"));
    CHECK(becomes("http://h/100%", "http://h/100%") && becomes("http://h/%4", "http://h/%4"));
    CHECK(becomes("http://h/50%off/%zz", "http://h/50%off/%zz"));
    CHECK(becomes("http://h/a%/./%0/b", "http://h/a%/%0/b")); /* and again the same */
    CHECK(becomes("http://h/a%/%0/b", "http://h/a%/%0/b"));
    /* What some server would take for an escape, once it has decoded what is one. */
    CHECK(refused("http://h/%%32e") && refused("http://h/%2%65") && refused("http://h/%%"));
    CHECK(refused("http://h/%u002e") && refused("http://h/%U002E"));
    CHECK(refused("http://h/%00") && refused("http://h/%0d%0aX") && refused("http://h/%7f"));
}

static void parsing_again_changes_nothing(void)
{
    static const char *const URLS[] = {"http://0x7f.1/%2e%2e/a%2fb?x#y", "https://A.b.:444//c/../d",
                                       "http://[::FFFF:1.2.3.4]:80/%7Ex"};
    for (size_t i = 0; i < BX_COUNT(URLS); i++) {
        BX_AUTO(bx_url) bx_url *u = NULL;
        CHECK(parse(URLS[i], &u) == BX_OK);
        CHECK(becomes(u->text, u->text));
    }
}

static void length_limit(void)
{
    BX_AUTOFREE char *z = bx_calloc(1, BX_MAX_URL + 2);
    CHECK(z);
    memset(z, 'a', BX_MAX_URL + 1);
    memcpy(z, "http://h/", 9);
    BX_AUTO(bx_url) bx_url *u = NULL, *v = NULL;
    CHECK(bx_url_parse((bx_str){z, BX_MAX_URL}, &u, NULL) == BX_OK &&
          u->parts.path.n == BX_MAX_URL - 8);
    CHECK(bx_url_parse((bx_str){z, BX_MAX_URL + 1}, &v, NULL) == BX_ELIMIT);
}

static bool joins(const char *base, const char *ref, const char *want)
{
    BX_AUTO(bx_url) bx_url *b = NULL, *u = NULL;
    bx_error err;
    if (bx_url_parse(bx_str_of(base), &b, &err) != BX_OK)
        return false;
    bx_code rc = bx_url_join(b, bx_str_of(ref), &u, &err);
    bool ok = want ? rc == BX_OK && strcmp(u->text, want) == 0 : rc == BX_EINVAL;
    if (!ok)
        printf("# %s + %s -> %s\n", base, ref, u ? u->text : err.msg);
    return ok;
}

static void references(void)
{
    const char *b = "http://h.example/a/b?q";
    CHECK(joins(b, "c", "http://h.example/a/c"));
    CHECK(joins(b, "/c?d", "http://h.example/c?d"));
    CHECK(joins(b, "../../c", "http://h.example/c"));
    CHECK(joins(b, "?x", "http://h.example/a/b?x"));
    CHECK(joins(b, "#f", "http://h.example/a/b?q"));
    CHECK(joins(b, "", "http://h.example/a/b?q"));
    CHECK(joins(b, "//Other.example/x", "http://other.example/x"));
    CHECK(joins(b, "https://o.example", "https://o.example/"));
    CHECK(joins(b, "/a b\xc3\xa9", "http://h.example/a%20b%C3%A9"));
    CHECK(joins(b, "//2130706433/", "http://127.0.0.1/"));
    CHECK(joins(b, "//u:p@evil.example/", NULL) && joins(b, "http:/evil.example/", NULL));
    CHECK(joins(b, "/\\evil.example", NULL) && joins(b, "/a\r\nb", NULL));
    CHECK(joins(b, "file:///etc/passwd", NULL) && joins(b, "javascript:x", NULL));
    CHECK(joins(b, "//\xef\xbd\x85vil.example/", NULL));
}

static void origins(void)
{
    BX_AUTO(bx_url) bx_url *a = NULL, *b = NULL, *c = NULL, *d = NULL;
    CHECK(parse("https://h/x", &a) == BX_OK && parse("https://H.:443/y", &b) == BX_OK);
    CHECK(parse("http://h/x", &c) == BX_OK && parse("https://h:444/", &d) == BX_OK);
    CHECK(bx_url_same_origin(a, b) && !bx_url_same_origin(a, c) && !bx_url_same_origin(a, d));
}

static bool judged(const char *rule, const char *block, const char *url)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = NULL;
    BX_AUTO(bx_url) bx_url *u = NULL;
    bx_verdict v = {.allow = false};
    if (bx_net_policy_new(&p, NULL) != BX_OK ||
        bx_net_add_fetch(p, bx_str_of(rule), NULL) != BX_OK ||
        (block && bx_net_add_block_url(p, bx_str_of(block), NULL) != BX_OK) ||
        bx_url_parse(bx_str_of(url), &u, NULL) != BX_OK) {
        printf("# bad test: %s %s\n", rule, url);
        return false;
    }
    bx_net_check_request(p, BX_LIT("GET"), &u->parts, &v);
    return v.allow;
}

static void every_reading_of_a_path_is_judged(void)
{
    const char *v1 = "https://h.example/v1/**";
    CHECK(judged(v1, NULL, "https://h.example/v1/a%2Fb")); /* control: stays inside when decoded */
    CHECK(judged(v1, NULL, "https://h.example/v1/a%20b"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/../admin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/%2e%2e/admin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/..%2fadmin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/..%5cadmin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/%252e%252e%252fadmin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1%2f..%2fadmin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/..;/admin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/%2e%2e%3bx=y/admin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/%c0%ae%c0%ae/admin"));
    CHECK(!judged(v1, NULL, "https://h.example/v1/%252525252525252e./admin"));
}

static void blocks_see_every_reading(void)
{
    const char *all = "https://h.example", *no = "https://h.example/admin";
    CHECK(judged(all, no, "https://h.example/public")); /* control */
    CHECK(!judged(all, no, "https://h.example/admin"));
    CHECK(!judged(all, no, "https://h.example/admin/x"));
    CHECK(!judged(all, no, "https://h.example//admin"));
    CHECK(!judged(all, no, "https://h.example/%61dmin"));
    CHECK(!judged(all, no, "https://h.example/x/..%2fadmin"));
    CHECK(!judged(all, no, "https://h.example/%2fadmin"));
    CHECK(!judged(all, no, "https://h.example/administer")); /* a prefix is a prefix */
    CHECK(!judged(all, no, "https://h.example/x/..;/admin"));
}

static bool redacts(const char *url, const char *want)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    BX_AUTOFREE char *z = NULL;
    return parse(url, &u) == BX_OK && bx_url_redact(u, &z, NULL) == BX_OK && strcmp(z, want) == 0;
}

static void query_values_are_left_out(void)
{
    CHECK(redacts("http://h/p?token=s3cret&q=a=b", "http://h/p?token=&q="));
    CHECK(redacts("http://h/p?s3cret", "http://h/p?"));
    CHECK(redacts("http://h/p?a=1&s3cret&b=2", "http://h/p?a=&&b="));
    CHECK(redacts("http://h/p", "http://h/p"));
}

static void lone_hosts(void)
{
    bx_host h;
    CHECK(bx_host_normalise(BX_LIT("Db.Internal."), &h, NULL) == BX_OK);
    CHECK(strcmp(h.text, "db.internal") == 0 && !h.is_ip);
    CHECK(bx_host_normalise(BX_LIT("[::1]"), &h, NULL) == BX_OK && h.is_ip &&
          strcmp(h.text, "::1") == 0);
    CHECK(bx_host_normalise(BX_LIT("10.0.0.1"), &h, NULL) == BX_OK && h.is_ip);
    CHECK(bx_host_normalise(BX_LIT("127.1"), &h, NULL) == BX_EINVAL);
    CHECK(bx_host_normalise(BX_LIT(""), &h, NULL) == BX_EINVAL);
    CHECK(bx_host_normalise(BX_LIT("a-.b"), &h, NULL) == BX_EINVAL); /* as in rules */
    CHECK(bx_host_normalise(BX_LIT("a.0x"), &h, NULL) == BX_EINVAL);
    CHECK(bx_host_normalise((bx_str){"a\0b", 3}, &h, NULL) == BX_EINVAL);
    char longest[256];
    memset(longest, 'a', sizeof longest);
    for (size_t i = 50; i < sizeof longest; i += 50)
        longest[i] = '.';
    CHECK(bx_host_normalise((bx_str){longest, 253}, &h, NULL) == BX_OK);
    CHECK(bx_host_normalise((bx_str){longest, 254}, &h, NULL) == BX_EINVAL);
    CHECK(bx_host_normalise((bx_str){longest, 256}, &h, NULL) == BX_EINVAL);
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_url) bx_url *u = NULL;
        BX_AUTO(bx_url) bx_url *v = NULL;
        BX_AUTOFREE char *z = NULL;
        rc = bx_url_parse(BX_LIT("http://h/a?b=c"), &u, NULL);
        if (rc == BX_OK)
            rc = bx_url_join(u, BX_LIT("x"), &v, NULL);
        if (rc == BX_OK)
            rc = bx_url_redact(v, &z, NULL);
    });
}

BXT_MAIN(RUN(parses_the_parts); RUN(default_ports_and_paths); RUN(numeric_hosts_become_addresses);
         RUN(odd_numbers_are_refused); RUN(host_names); RUN(ambiguous_urls_are_refused);
         RUN(only_http); RUN(paths_are_normalised); RUN(parsing_again_changes_nothing);
         RUN(length_limit); RUN(references); RUN(origins); RUN(every_reading_of_a_path_is_judged);
         RUN(blocks_see_every_reading); RUN(query_values_are_left_out); RUN(lone_hosts);
         RUN(survives_failed_allocations);)
