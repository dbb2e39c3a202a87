#include "policy/net_test.h"

/* ---- fetch: ------------------------------------------------------------------------------- */

static void an_empty_policy_denies(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
    CHECK(p && bx_net_is_empty(p));
    bx_verdict v = judge(p, get("example.com", "/"));
    CHECK(!v.allow && v.rule[0] == '\0' && strstr(v.reason, "no capability allows this origin"));
    CHECK(strstr(v.reason, "fetch:GET https://example.com:443"));
    bx_net_check_connect(p, BX_LIT("tcp"), BX_LIT("example.com"), 1, &v);
    CHECK(!v.allow && strstr(v.reason, "connect:tcp://example.com:1"));
    CHECK(!bx_net_may_resolve_connect(p, BX_LIT("example.com")));
}

struct fetch_row {
    const char *rule;
    struct request r;
    bool allow;
};

static const struct fetch_row fetch_rows[] = {
    {"https://a.example", {"GET", "https", "a.example", 443, "/"}, true},
    {"https://a.example", {"DELETE", "https", "a.example", 443, "/x/y"}, true},
    {"https://a.example", {"GET", "http", "a.example", 80, "/"}, false},
    {"https://a.example", {"GET", "http", "a.example", 443, "/"}, false},
    {"https://a.example", {"GET", "https", "a.example", 8443, "/"}, false},
    {"https://a.example", {"GET", "https", "b.a.example", 443, "/"}, false},
    {"https://a.example", {"GET", "https", "a.example.evil", 443, "/"}, false},
    {"https://a.example", {"GET", "https", "xa.example", 443, "/"}, false},
    {"http://a.example", {"GET", "http", "a.example", 80, "/"}, true},
    {"http://a.example", {"GET", "https", "a.example", 443, "/"}, false},
    {"HTTPS://A.Example.", {"GET", "https", "a.example", 443, "/"}, true},
    {"https://a.example", {"GET", "https", "A.EXAMPLE.", 443, "/"}, true},
    {"https://a.example", {"GET", "https", "a.example..", 443, "/"}, false},
    /* methods */
    {"GET,HEAD https://a.example", {"GET", "https", "a.example", 443, "/"}, true},
    {"GET,HEAD https://a.example", {"HEAD", "https", "a.example", 443, "/"}, true},
    {"GET,HEAD https://a.example", {"POST", "https", "a.example", 443, "/"}, false},
    {"GET https://a.example", {"get", "https", "a.example", 443, "/"}, false},
    {"GET https://a.example", {"GE", "https", "a.example", 443, "/"}, false},
    {"GET https://a.example", {"GETX", "https", "a.example", 443, "/"}, false},
    {"https://a.example", {"get", "https", "a.example", 443, "/"}, true},
    {"https://a.example", {"GET ", "https", "a.example", 443, "/"}, false},
    {"https://a.example", {"", "https", "a.example", 443, "/"}, false},
    {"https://a.example", {"G\r\nX: y", "https", "a.example", 443, "/"}, false},
    {"M-SEARCH https://a.example", {"M-SEARCH", "https", "a.example", 443, "/"}, true},
    /* paths */
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v1/x/y"}, true},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v1/"}, true},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v1"}, true},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v2"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v11"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/V1/x"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v1/../v2"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "/v1/./x"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, "v1/x"}, false},
    {"https://a.example/v1/**", {"GET", "https", "a.example", 443, ""}, false},
    {"https://a.example/u/*/name", {"GET", "https", "a.example", 443, "/u/7/name"}, true},
    {"https://a.example/u/*/name", {"GET", "https", "a.example", 443, "/u/7/8/name"}, false},
    {"https://a.example/", {"GET", "https", "a.example", 443, "/"}, true},
    {"https://a.example/", {"GET", "https", "a.example", 443, "/x"}, false},
    {"https://a.example/%7eme/%2f", {"GET", "https", "a.example", 443, "/~me/%2F"}, true},
    {"https://a.example/a%20b", {"GET", "https", "a.example", 443, "/a%20b"}, true},
    {"https://a.example/a%20b", {"GET", "https", "a.example", 443, "/a b"}, true},
    {"https://a.example/a%2ab", {"GET", "https", "a.example", 443, "/a*b"}, true},
    {"https://a.example/a%2ab", {"GET", "https", "a.example", 443, "/axxb"}, false},
    {"https://a.example/users/@me", {"GET", "https", "a.example", 443, "/users/@me"}, true},
    /* hosts */
    {"https://*.a.example", {"GET", "https", "b.a.example", 443, "/"}, true},
    {"https://*.a.example", {"GET", "https", "c.b.A.example", 443, "/"}, true},
    {"https://*.a.example", {"GET", "https", "a.example", 443, "/"}, false},
    {"https://*.a.example", {"GET", "https", "xa.example", 443, "/"}, false},
    {"https://*.a.example", {"GET", "https", ".a.example", 443, "/"}, false},
    {"https://*.a.example", {"GET", "https", "b.a.example.evil", 443, "/"}, false},
    {"https://*", {"GET", "https", "anything.example", 443, "/"}, true},
    {"https://*", {"GET", "https", "93.184.216.34", 443, "/"}, true},
    {"https://*", {"GET", "https", "", 443, "/"}, false},
    {"https://93.184.216.34", {"GET", "https", "93.184.216.34", 443, "/"}, true},
    {"https://93.184.216.34", {"GET", "https", "93.184.216.35", 443, "/"}, false},
    {"https://[2606:2800::1]", {"GET", "https", "2606:2800::1", 443, "/"}, true},
    {"https://[2606:2800:0::1]:8443", {"GET", "https", "2606:2800::1", 8443, "/"}, true},
    {"https://[2606:2800::1]", {"GET", "https", "2606:2800::2", 443, "/"}, false},
    /* ports */
    {"https://a.example:8443", {"GET", "https", "a.example", 8443, "/"}, true},
    {"https://a.example:8443", {"GET", "https", "a.example", 443, "/"}, false},
    {"https://a.example:*", {"GET", "https", "a.example", 1, "/"}, true},
    {"https://a.example:*", {"GET", "https", "a.example", 65535, "/"}, true},
    {"https://a.example:*", {"GET", "https", "a.example", 0, "/"}, false},
    {"https://a.example:80..82", {"GET", "https", "a.example", 79, "/"}, false},
    {"https://a.example:80..82", {"GET", "https", "a.example", 80, "/"}, true},
    {"https://a.example:80..82", {"GET", "https", "a.example", 81, "/"}, true},
    {"https://a.example:80..82", {"GET", "https", "a.example", 82, "/"}, false},
    {"https://a.example:65535..65536/x", {"GET", "https", "a.example", 65535, "/x"}, true},
    /* other schemes never pass */
    {"https://*", {"GET", "ftp", "a.example", 443, "/"}, false},
    {"https://*", {"GET", "file", "", 443, "/etc/passwd"}, false},
    {"https://*", {"GET", "tcp", "a.example", 443, "/"}, false},
};

static void fetch_table(void)
{
    for (size_t i = 0; i < BX_COUNT(fetch_rows); i++) {
        const struct fetch_row *f = &fetch_rows[i];
        BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_fetch, f->rule);
        bx_verdict v = {.allow = !f->allow};
        if (p)
            v = judge(p, f->r);
        if (!p || v.allow != f->allow)
            printf("# %s: %s %s://%s:%u%s: %s\n", f->rule, f->r.method, f->r.scheme, f->r.host,
                   f->r.port, f->r.path, v.reason);
        CHECK(p && v.allow == f->allow);
        CHECK(v.allow == (v.reason[0] == '\0'));
        CHECK(!v.allow || (bx_str_starts(bx_str_of(v.rule), BX_LIT("fetch:")) &&
                           strcmp(v.rule + 6, f->rule) == 0));
    }
}

/* Spellings of hosts that some parser takes for an address or another name, against the widest
 * rule there is; the control is the plain name. */
static void hosts_written_to_deceive(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_fetch, "http://*:*");
    static const char *const bad[] = {
        "2130706433",
        "0x7f000001",
        "0X7F000001",
        "017700000001",
        "127.1",
        "127.0.1",
        "0x7f.1",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "127.0.0.0x1",
        "127.0.0.1.",
        "1.2.3.256",
        "1.2.3",
        "256.256.256.256",
        "a.1",
        "a.0x",
        "a.0xff",
        "0x",
        "user@a.example",
        "a.example:80",
        "a.example\\@b.example",
        "a.example\t",
        "a.example\n",
        "a\nb.example",
        " a.example",
        "a%2eexample",
        "%61.example",
        "a.example%00",
        "\xEF\xBD\x81.example",
        "a\xE3\x80\x82.example",
        "\xC3\xA9.example",
        "a..example",
        ".a.example",
        "..",
        ".",
        "-a.example",
        "a-.example",
        "[::1]",
        "::1%25lo",
        "fe80::1%eth0",
        "::ffff:127.1",
        "a.example/",
        "a.example#",
        "a.example?",
        "*",
        "*.example",
        "a,b.example",
        "a.exam*ple",
    };
    CHECK(p && allows(p, (struct request){"GET", "http", "a.example", 80, "/"}));
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_verdict v = judge(p, (struct request){"GET", "http", bad[i], 80, "/"});
        if (v.allow)
            printf("# %s\n", bad[i]);
        CHECK(!v.allow && strstr(v.reason, "not a host name"));
    }
    bx_url_parts u = {BX_LIT("http"), {"a.example\0.b", 12}, 80, BX_LIT("/"), BX_LIT("")};
    bx_verdict v;
    bx_net_check_request(p, BX_LIT("GET"), &u, &v);
    CHECK(!v.allow);
}

static void host_names_at_their_limit(void)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(bx_net_add_fetch, "https://*");
    char host[260], label[70];
    CHECK(p);
    for (size_t i = 0; i < sizeof host; i++)
        host[i] = i % 2 ? '.' : 'a';
    host[253] = '\0';
    CHECK(allows(p, get(host, "/")));
    memcpy(host + 253, ".b", 3);
    CHECK(!allows(p, get(host, "/")));
    memset(label, 'a', sizeof label);
    memcpy(label + 63, ".x", 3);
    CHECK(allows(p, get(label, "/")));
    memcpy(label + 63, "a.x", 4);
    CHECK(!allows(p, get(label, "/")));
}

static void refused_fetch_rules(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"example.com", "write [METHODS ]http[s]"},
        {"https:example.com", "write [METHODS ]http[s]"},
        {"https:/example.com", "write [METHODS ]http[s]"},
        {"://example.com", "scheme ''"},
        {"ftp://example.com", "scheme 'ftp'"},
        {"*://example.com", "scheme '*'"},
        {"tcp://example.com:1", "scheme 'tcp'"},
        {"https://", "'' is not a host"},
        {"https:///x", "'' is not a host"},
        {"https://:443", "'' is not a host"},
        {"https://a.example:", "'' is not a port"},
        {"https://a.example:0", "'0' is not a port"},
        {"https://a.example:65536", "'65536' is not a port"},
        {"https://a.example:080", "'080' is not a port"},
        {"https://a.example:http", "'http' is not a port"},
        {"https://a.example:-1", "'-1' is not a port"},
        {"https://a.example:1..", "'1..' is not a port"},
        {"https://a.example:1.2", "'1.2' is not a port"},
        {"https://a.example:1...2", "'1...2' is not a port"},
        {"https://a.example:..2", "'..2' is not a port"},
        {"https://a.example:5..5", "do not ascend"},
        {"https://a.example:6..5", "do not ascend"},
        {"https://a.example:1..65537", "is not a port"},
        {"https://a.example:*..5", "is not a port"},
        {"https://u@a.example", "user name"},
        {"https://u:p@a.example", "user name"},
        {"https://a.example@evil.example/", "user name"},
        {"https://a.example\\x", "backslash"},
        {"https://a.example/a b", "is not a method"},
        {"https://a.example/a\tb", "control character"},
        {"https://a.example\n", "control character"},
        {"https://a.example/x?y=1", "'?'"},
        {"https://a.example#x", "'#'"},
        {"https://a.example/%zz", "two hexadecimal digits"},
        {"https://a.example/%2", "two hexadecimal digits"},
        {"https://a.example/../x", "'.' and '..'"},
        {"https://a.example/%2e%2E/x", "'.' and '..'"},
        {"https://a.example/x**", "stands alone"},
        {"https://a.example/\xC3\xA9", "not ASCII"},
        {"https://a.example/%FF", "UTF-8"},
        {"https://a.example/%00", "UTF-8"},
        {"https://m\xC3\xBCnchen.example", "xn--"},
        {"https://a..example", "is not a host"},
        {"https://-a.example", "is not a host"},
        {"https://a.*.example", "is not a host"},
        {"https://*a.example", "is not a host"},
        {"https://**.example", "is not a host"},
        {"https://*.", "after '*.'"},
        {"https://*.1.2.3.4", "after '*.'"},
        {"https://*.*.example", "after '*.'"},
        {"https://127.1", "is not a host"},
        {"https://0x7f.0.0.1", "is not a host"},
        {"https://2130706433", "is not a host"},
        {"https://::1", "'' is not a host"},
        {"https://2606::1:443", "'2606' is not a host"},
        {"https://[::1", "'[' without ']'"},
        {"https://[1.2.3.4]", "is not an IPv6"},
        {"https://[a.example]", "is not an IPv6"},
        {"https://[]", "is not an IPv6"},
        {"https://[fe80::1%25eth0]", "is not a network"},
        {"https://[::1]x", "neither a port nor a path"},
        {"https://10.0.0.0/8", "reads as a network"},
        {"https://[fd00::]/8", "network"},
        {"https://[fd00::/8]", "network"},
        {"get https://a.example", "'get' is not a method"},
        {"GET, https://a.example", "'' is not a method"},
        {",GET https://a.example", "'' is not a method"},
        {" https://a.example", "'' is not a method"},
        {"GET  https://a.example", "space"},
        {"G{T https://a.example", "'G{T' is not a method"},
        {"GET https://a.example ", "space"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
        bx_error err = {.msg = ""};
        CHECK(p);
        bx_code rc = bx_net_add_fetch(p, bx_str_of(bad[i].text), &err);
        if (rc != BX_EINVAL || !strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, rc ? err.msg : "accepted");
        CHECK(rc == BX_EINVAL && strstr(err.msg, bad[i].says));
        CHECK(bx_net_is_empty(p));
    }
}

static void a_refusal_names_what_is_missing(void)
{
    BX_AUTO(bx_net_policy)
    bx_net_policy *p = policy_of(bx_net_add_fetch, "GET https://a.example/v1/**");
    CHECK(p);
    bx_verdict v = judge(p, get("b.example", "/v1/x"));
    CHECK(strstr(v.reason, "this origin") &&
          strstr(v.reason, "fetch:GET https://b.example:443 would"));
    v = judge(p, (struct request){"POST", "https", "a.example", 443, "/v1/x"});
    CHECK(strstr(v.reason, "this method") &&
          strstr(v.reason, "fetch:POST https://a.example:443 would"));
    v = judge(p, get("a.example", "/v2/\x1b[31m"));
    CHECK(strstr(v.reason, "this path") &&
          strstr(v.reason, "fetch:GET https://a.example:443/v2/?[31m would"));
}

/* ---- allowed outbound hosts ------------------------------------------------------------------ */

static void outbound_host_table(void)
{
    static const struct {
        const char *entry;
        struct request r;
        bool allow;
    } rows[] = {
        {"https://a.example", {"PUT", "https", "a.example", 443, "/any"}, true},
        {"https://a.example/", {"GET", "https", "a.example", 443, "/any"}, true},
        {"https://a.example:8443/", {"GET", "https", "a.example", 8443, "/"}, true},
        {"https://a.example", {"GET", "http", "a.example", 80, "/"}, false},
        {"http://*:8000..8010", {"GET", "http", "x.example", 8009, "/"}, true},
        {"http://*:8000..8010", {"GET", "http", "x.example", 8010, "/"}, false},
        {"http://*.a.example:*", {"GET", "http", "x.a.example", 8010, "/"}, true},
        {"*://a.example:443", {"GET", "https", "a.example", 443, "/"}, true},
        {"*://a.example:443", {"GET", "http", "a.example", 443, "/"}, true},
        {"*://*:*", {"GET", "http", "any.example", 1, "/"}, true},
        {"*://a.example:443", {"GET", "https", "a.example", 80, "/"}, false},
        {"http://10.0.0.0/8:80", {"GET", "http", "10.1.2.3", 80, "/"}, true},
        {"http://10.0.0.0/8", {"GET", "http", "10.1.2.3", 80, "/"}, true},
        {"http://10.0.0.0/8/", {"GET", "http", "10.1.2.3", 80, "/"}, true},
        {"http://10.0.0.0/8:80", {"GET", "http", "11.1.2.3", 80, "/"}, false},
        {"http://10.0.0.0/8:*/", {"GET", "http", "10.0.0.1", 9, "/"}, true},
        {"http://0.0.0.0/0:*", {"GET", "http", "name.example", 80, "/"}, false},
        {"http://1.2.3.4:80", {"GET", "http", "1.2.3.4", 80, "/"}, true},
        {"http://1.2.3.4:80", {"GET", "http", "1.2.3.4.example", 80, "/"}, false},
        {"http://[fd00::]/8:80", {"GET", "http", "fd12::1", 80, "/"}, true},
        {"http://[fd00::/8]:80", {"GET", "http", "fd12::1", 80, "/"}, true},
        {"http://[fd00::/8]", {"GET", "http", "fe12::1", 80, "/"}, false},
        {"http://[::1]", {"GET", "http", "::1", 80, "/"}, true},
        {"tcp://a.example:80", {"GET", "http", "a.example", 80, "/"}, false},
        {"udp://*:*", {"GET", "https", "a.example", 443, "/"}, false},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_net_policy)
        bx_net_policy *p = policy_of(bx_net_add_outbound_host, rows[i].entry);
        if (!p || allows(p, rows[i].r) != rows[i].allow)
            printf("# %s: %s://%s:%u\n", rows[i].entry, rows[i].r.scheme, rows[i].r.host,
                   rows[i].r.port);
        CHECK(p && allows(p, rows[i].r) == rows[i].allow);
    }
}

static void refused_outbound_hosts(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"*", "scheme://host[:port]"},
        {"a.example", "scheme://host[:port]"},
        {"self", "scheme://host[:port]"},
        {"a.example:443", "scheme://host[:port]"},
        {"https://a.example/v1", "path '/v1'"},
        {"https://a.example//", "path '//'"},
        {"https://a.example/*", "path '/*'"},
        {"https://{{ host }}", "space"},
        {"https://{{host}}", "is not a host"},
        {"http://self", NULL},
        {"redis://a.example:6379", "scheme 'redis'"},
        {"*://a.example", "no port"},
        {"tcp://a.example", "no port"},
        {"udp://a.example/", "no port"},
        {"https://u:p@a.example", "user name"},
        {"https://a.example:90..80", "do not ascend"},
        {"https://a.example:80..80", "do not ascend"},
        {"http://10.0.0.0/33", "'10.0.0.0/33' is not a network"},
        {"http://10.0.0.0/8/x", "path '/8/x'"},
        {"http://10.0.0.0/:80", "path '/:80'"},
        {"http://example.com/24", "path '/24'"},
        {"http://[fd00::/129]", "is not a network"},
        {"http://[fd00::/8]/8", "is not a network"},
        {"GET https://a.example", "space"},
        {"https://a.example?x", "'?'"},
        {"https://a.example, https://b.example", "space"},
        {"https://a.example,b.example", "is not a host"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
        bx_error err = {.msg = ""};
        CHECK(p);
        bx_code rc = bx_net_add_outbound_host(p, bx_str_of(bad[i].text), &err);
        if (!bad[i].says) { /* the word means nothing special here: it is a name */
            CHECK(rc == BX_OK);
            continue;
        }
        if (rc != BX_EINVAL || !strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, rc ? err.msg : "accepted");
        CHECK(rc == BX_EINVAL && strstr(err.msg, bad[i].says));
        CHECK(bx_net_is_empty(p) && strstr(err.msg, "allowed_outbound_hosts:"));
    }
}

static void one_bad_entry_changes_nothing(void)
{
    BX_AUTO(bx_net_policy)
    bx_net_policy *p = policy_of(bx_net_add_outbound_host, "https://a.example");
    bx_error err;
    CHECK(p && bx_net_add_outbound_host(p, BX_LIT("https://b.example/x"), &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "'https://b.example/x'"));
    CHECK(allows(p, get("a.example", "/")) && !allows(p, get("b.example", "/")));
}

/* ---- connect --------------------------------------------------------------------------------- */

static void connect_table(void)
{
    static const struct {
        add_fn add;
        const char *rule, *proto, *host;
        uint16_t port;
        bool allow, resolve;
    } rows[] = {
        {bx_net_add_connect, "tcp://db.example:5432", "tcp", "db.example", 5432, true, true},
        {bx_net_add_connect, "tcp://db.example:5432", "tcp", "DB.example.", 5432, true, true},
        {bx_net_add_connect, "tcp://db.example:5432", "udp", "db.example", 5432, false, true},
        {bx_net_add_connect, "tcp://db.example:5432", "tcp", "db.example", 5433, false, true},
        {bx_net_add_connect, "tcp://db.example:5432", "tcp", "x.db.example", 5432, false, false},
        {bx_net_add_connect, "tcp://db.example:5432", "tcp", "93.184.216.34", 5432, false, false},
        {bx_net_add_connect, "udp://*.example:1..100", "udp", "a.example", 99, true, true},
        {bx_net_add_connect, "udp://*.example:1..100", "udp", "a.example", 100, false, true},
        {bx_net_add_connect, "tcp://10.0.0.0/8:*", "tcp", "10.1.1.1", 22, true, true},
        {bx_net_add_connect, "tcp://10.0.0.0/8:*", "tcp", "name.example", 22, false, false},
        {bx_net_add_connect, "tcp://*:*", "tcp", "name.example", 0, false, true},
        {bx_net_add_connect, "tcp://*:*", "http", "name.example", 80, false, true},
        {bx_net_add_connect, "tcp://*:*", "tcp", "0x7f.1", 80, false, false},
        {bx_net_add_outbound_host, "tcp://db.example:5432", "tcp", "db.example", 5432, true, true},
        {bx_net_add_outbound_host, "*://db.example:5432", "udp", "db.example", 5432, true, true},
        {bx_net_add_outbound_host, "https://db.example", "tcp", "db.example", 443, false, false},
        {bx_net_add_fetch, "https://db.example", "tcp", "db.example", 443, false, false},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(rows[i].add, rows[i].rule);
        bx_verdict v;
        CHECK(p);
        bx_net_check_connect(p, bx_str_of(rows[i].proto), bx_str_of(rows[i].host), rows[i].port,
                             &v);
        if (v.allow != rows[i].allow)
            printf("# %s: %s %s %u\n", rows[i].rule, rows[i].proto, rows[i].host, rows[i].port);
        CHECK(v.allow == rows[i].allow && v.allow == (v.reason[0] == '\0'));
        CHECK(bx_net_may_resolve_connect(p, bx_str_of(rows[i].host)) == rows[i].resolve);
    }
}

static void sockets_need_a_rule_of_their_kind(void)
{
    static const struct {
        bx_code (*add)(bx_net_policy *, bx_str, bx_error *);
        const char *rule;
        bool tcp, udp;
    } rows[] = {
        {bx_net_add_connect, "tcp://db.example:5432", true, false},
        {bx_net_add_connect, "udp://db.example:53", false, true},
        {bx_net_add_outbound_host, "*://db.example:5432", true, true},
        {bx_net_add_outbound_host, "https://db.example", false, false},
        {bx_net_add_fetch, "https://db.example", false, false},
        {bx_net_add_block_url, "tcp.example", false, false},
    };
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = policy_of(rows[i].add, rows[i].rule);
        CHECK(p);
        CHECK(bx_net_may_socket(p, BX_LIT("tcp")) == rows[i].tcp);
        CHECK(bx_net_may_socket(p, BX_LIT("udp")) == rows[i].udp);
        CHECK(!bx_net_may_socket(p, BX_LIT("http")));
    }
}

static void refused_connect_rules(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"db.example:5432", "tcp://host:port"},
        {"tcp://db.example", "no port"},
        {"tcp://db.example:", "not a port"},
        {"http://db.example:80", "scheme 'http'"},
        {"*://db.example:80", "scheme '*'"},
        {"tcp://db.example:1/", "path '/'"},
        {"tcp://u@db.example:1", "user name"},
        {"tcp://10.0.0.0/40:1", "not a network"},
        {"tcp://:5432", "not a host"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_net_policy) bx_net_policy *p = new_policy();
        bx_error err = {.msg = ""};
        CHECK(p && bx_net_add_connect(p, bx_str_of(bad[i].text), &err) == BX_EINVAL);
        CHECK(strstr(err.msg, bad[i].says) && bx_net_is_empty(p));
    }
}

BXT_MAIN(RUN(an_empty_policy_denies); RUN(fetch_table); RUN(hosts_written_to_deceive);
         RUN(host_names_at_their_limit); RUN(refused_fetch_rules);
         RUN(a_refusal_names_what_is_missing); RUN(outbound_host_table);
         RUN(refused_outbound_hosts); RUN(one_bad_entry_changes_nothing); RUN(connect_table);
         RUN(refused_connect_rules); RUN(sockets_need_a_rule_of_their_kind);)
