#include "base/test.h"
#include "policy/net.h"

static void addresses(void)
{
    static const struct {
        const char *text, *printed;
    } good[] = {
        {"0.0.0.0", NULL},
        {"93.184.216.34", NULL},
        {"255.255.255.255", NULL},
        {"::", NULL},
        {"::1", NULL},
        {"2001:db8::1", NULL},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"1:2:3:4:5:6:7:8", NULL},
        {"1:0:0:4:5:0:0:8", "1::4:5:0:0:8"},
        {"::ffff:1.2.3.4", NULL},
        {"::FFFF:102:304", "::ffff:1.2.3.4"},
        {"64:ff9b::127.0.0.1", "64:ff9b::7f00:1"},
        {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
        {"fe80::1", NULL},
    };
    for (size_t i = 0; i < BX_COUNT(good); i++) {
        bx_ip ip;
        char out[46];
        CHECK(bx_ip_parse(bx_str_of(good[i].text), &ip));
        CHECK(ip.family == (strchr(good[i].text, ':') ? 6 : 4));
        bx_ip_print(ip, out);
        CHECK(strcmp(out, good[i].printed ? good[i].printed : good[i].text) == 0);
    }
}

static void refused_addresses(void)
{
    static const char *const bad[] = {
        "",
        "1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.0.0.01",
        "00.0.0.0",
        "127.0.0.256",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        ".1.2.3.4",
        "1..2.3",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.-4",
        "1.2.3.4/8",
        "1.2.3.4:80",
        ":::",
        ":1",
        "1:",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        "::12345",
        "::g",
        "::1%eth0",
        "[::1]",
        "::1.2.3",
        "::1.2.3.04",
        "::1.2.3.256",
        "1.2.3.4::",
        "1:2:3:4:5:6:7:1.2.3.4",
        "\xEF\xBC\x91.2.3.4",
        "1.2.3.4\n",
        "0000:0000:0000:0000:0000:0000:0000:00000001",
        "0000:0000:0000:0000:0000:0000:255.255.255.2555",
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_ip ip = {.family = 9};
        if (bx_ip_parse(bx_str_of(bad[i]), &ip))
            printf("# %s\n", bad[i]);
        CHECK(!bx_ip_parse(bx_str_of(bad[i]), &ip) && ip.family == 9);
    }
    bx_ip ip;
    CHECK(!bx_ip_parse((bx_str){"1.2.3.4\0", 8}, &ip));
}

static void networks(void)
{
    static const struct {
        const char *net, *in, *out;
    } cases[] = {
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        {"10.1.2.3/8", "10.9.9.9", "9.255.255.255"},
        {"192.168.4.0/22", "192.168.7.255", "192.168.8.0"},
        {"1.2.3.4", "1.2.3.4", "1.2.3.5"},
        {"1.2.3.4/32", "1.2.3.4", "1.2.3.3"},
        {"0.0.0.0/0", "255.1.2.3", "::1"},
        {"::/0", "ffff::", "1.2.3.4"},
        {"fc00::/7", "fdff::1", "fe00::"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        {"::1", "::1", "::2"},
        {"::ffff:0:0/96", "::ffff:1.2.3.4", "1.2.3.4"},
        {"127.0.0.0/8", "127.0.0.1", "::ffff:127.0.0.1"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_cidr c;
        bx_ip in, out;
        CHECK(bx_cidr_parse(bx_str_of(cases[i].net), &c, NULL) == BX_OK);
        CHECK(bx_ip_parse(bx_str_of(cases[i].in), &in) &&
              bx_ip_parse(bx_str_of(cases[i].out), &out));
        CHECK(bx_cidr_contains(&c, in) && !bx_cidr_contains(&c, out));
    }
    bx_cidr a, b;
    CHECK(bx_cidr_parse(BX_LIT("10.1.2.3/15"), &a, NULL) == BX_OK &&
          bx_cidr_parse(BX_LIT("10.0.0.0/15"), &b, NULL) == BX_OK);
    CHECK(memcmp(&a, &b, sizeof a) == 0);
}

static void refused_networks(void)
{
    static const char *const bad[] = {
        "",
        "/8",
        "10/8",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0.0/ 8",
        "10.0.0.0/255.0.0.0",
        "::/129",
        "::/1000",
        "fe80::%1/64",
        "example.com/8",
        "010.0.0.0/8",
        "10.0.0.0/8 ",
        "private",
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        bx_cidr c;
        bx_error err = {.msg = ""};
        CHECK(bx_cidr_parse(bx_str_of(bad[i]), &c, &err) == BX_EINVAL && strstr(err.msg, bad[i]));
    }
}

/* Each range's first and last address, and the public neighbours. */
static const struct {
    const char *ip, *name;
} specials[] = {
    {"0.0.0.0", "unspecified"},
    {"0.0.0.1", "this network"},
    {"0.255.255.255", "this network"},
    {"1.0.0.0", NULL},
    {"9.255.255.255", NULL},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", NULL},
    {"100.63.255.255", NULL},
    {"100.64.0.0", "shared (CGNAT)"},
    {"100.127.255.255", "shared (CGNAT)"},
    {"100.128.0.0", NULL},
    {"100.100.100.200", "metadata"},
    {"126.255.255.255", NULL},
    {"127.0.0.0", "loopback"},
    {"127.0.0.1", "loopback"},
    {"127.255.255.255", "loopback"},
    {"128.0.0.0", NULL},
    {"169.253.255.255", NULL},
    {"169.254.0.0", "link-local"},
    {"169.254.169.254", "metadata"},
    {"169.254.169.253", "link-local"},
    {"169.254.255.255", "link-local"},
    {"169.255.0.0", NULL},
    {"172.15.255.255", NULL},
    {"172.16.0.0", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", NULL},
    {"191.255.255.255", NULL},
    {"192.0.0.0", "IETF protocol assignments"},
    {"192.0.0.192", "metadata"},
    {"192.0.0.255", "IETF protocol assignments"},
    {"192.0.1.0", NULL},
    {"192.0.2.0", "documentation"},
    {"192.0.2.255", "documentation"},
    {"192.0.3.0", NULL},
    {"192.88.98.255", NULL},
    {"192.88.99.0", "6to4 relay anycast"},
    {"192.88.99.255", "6to4 relay anycast"},
    {"192.88.100.0", NULL},
    {"192.167.255.255", NULL},
    {"192.168.0.0", "private"},
    {"192.168.255.255", "private"},
    {"192.169.0.0", NULL},
    {"198.17.255.255", NULL},
    {"198.18.0.0", "benchmarking"},
    {"198.19.255.255", "benchmarking"},
    {"198.20.0.0", NULL},
    {"198.51.99.255", NULL},
    {"198.51.100.0", "documentation"},
    {"198.51.100.255", "documentation"},
    {"198.51.101.0", NULL},
    {"203.0.112.255", NULL},
    {"203.0.113.0", "documentation"},
    {"203.0.113.255", "documentation"},
    {"203.0.114.0", NULL},
    {"223.255.255.255", NULL},
    {"224.0.0.0", "multicast"},
    {"239.255.255.255", "multicast"},
    {"240.0.0.0", "reserved"},
    {"255.255.255.254", "reserved"},
    {"255.255.255.255", "broadcast"},
    {"8.8.8.8", NULL},
    {"93.184.216.34", NULL},

    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::2", "IPv4-compatible"},
    {"::127.0.0.1", "IPv4-compatible"},
    {"::ffff:ffff", "IPv4-compatible"},
    {"::ffff:0.0.0.0", "IPv4-mapped"},
    {"::ffff:127.0.0.1", "IPv4-mapped"},
    {"::ffff:8.8.8.8", "IPv4-mapped"},
    {"::ffff:0:7f00:1", "IPv4-translated"},
    {"64:ff9b::", "NAT64"},
    {"64:ff9b::7f00:1", "NAT64"},
    {"64:ff9b::ffff:ffff", "NAT64"},
    {"64:ff9b:1::1", "NAT64 (local use)"},
    {"64:ff9b:1:ffff::", "NAT64 (local use)"},
    {"64:ff9b:2::", "reserved"},
    {"100::1", "discard-only"},
    {"100:0:0:1::", "reserved"},
    {"2001::1", "Teredo"},
    {"2001:0:ffff:ffff::", "Teredo"},
    {"2001:1::1", "IETF protocol assignments"},
    {"2001:2::", "IETF protocol assignments"},
    {"2001:1ff:ffff::", "IETF protocol assignments"},
    {"2001:200::", NULL},
    {"2001:db7:ffff::", NULL},
    {"2001:db8::", "documentation"},
    {"2001:db8:ffff::1", "documentation"},
    {"2001:db9::", NULL},
    {"2001:4860:4860::8888", NULL},
    {"2002::", "6to4"},
    {"2002:7f00:1::", "6to4"},
    {"2002:ffff::1", "6to4"},
    {"2003::", NULL},
    {"2606:2800:220:1::", NULL},
    {"3ffe::", NULL},
    {"3fff::1", "documentation"},
    {"3fff:fff::", "documentation"},
    {"3fff:1000::", NULL},
    {"4000::", "reserved"},
    {"5f00::1", "reserved"},
    {"fbff::", "reserved"},
    {"fc00::", "private (unique local)"},
    {"fdff:ffff::1", "private (unique local)"},
    {"fd00:ec2::254", "metadata"},
    {"fd00:ec2::253", "private (unique local)"},
    {"fe00::", "reserved"},
    {"fe80::1", "link-local"},
    {"febf:ffff::1", "link-local"},
    {"fec0::1", "site-local"},
    {"feff::1", "site-local"},
    {"ff02::1", "multicast"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
};

static void special_ranges(void)
{
    for (size_t i = 0; i < BX_COUNT(specials); i++) {
        bx_ip ip;
        CHECK(bx_ip_parse(bx_str_of(specials[i].ip), &ip));
        const char *name = bx_ip_special(ip);
        if (!name != !specials[i].name || (name && strcmp(name, specials[i].name) != 0))
            printf("# %s is %s\n", specials[i].ip, name ? name : "public");
        CHECK(!name == !specials[i].name && (!name || strcmp(name, specials[i].name) == 0));
    }
    CHECK(strcmp(bx_ip_special((bx_ip){.family = 0}), "not an address") == 0);
}

BXT_MAIN(RUN(addresses); RUN(refused_addresses); RUN(networks); RUN(refused_networks);
         RUN(special_ranges);)
