/* Addresses, networks, and the ranges that are not the public Internet. */
#include <arpa/inet.h>
#include <stdio.h>

#include "policy/net.h"

bool bx_ip_parse(bx_str text, bx_ip *ret)
{
    char z[INET6_ADDRSTRLEN];
    if (text.n == 0 || text.n >= sizeof z || memchr(text.p, '\0', text.n))
        return false;
    memcpy(z, text.p, text.n);
    z[text.n] = '\0';
    bx_ip ip = {.family = strchr(z, ':') ? 6 : 4};
    /* inet_pton takes exactly the forms wanted: no leading zeros, no octal or hexadecimal
     * quads, no short forms, no zone. */
    if (inet_pton(ip.family == 6 ? AF_INET6 : AF_INET, z, ip.b) != 1)
        return false;
    *ret = ip;
    return true;
}

void bx_ip_print(bx_ip ip, char out[46])
{
    if (!inet_ntop(ip.family == 6 ? AF_INET6 : AF_INET, ip.b, out, INET6_ADDRSTRLEN))
        out[0] = '\0'; /* cannot happen: the space is enough for both */
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

bool bx_cidr_contains(const bx_cidr *c, bx_ip ip)
{
    return c->net.family == ip.family && same_prefix(c->net.b, ip.b, c->bits);
}

/* 1 to 3 digits without leading zero, at most `max`. */
static bool parse_bits(bx_str s, unsigned max, uint8_t *ret)
{
    unsigned v = 0;
    if (s.n == 0 || s.n > 3 || (s.n > 1 && s.p[0] == '0'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (unsigned)(s.p[i] - '0');
    }
    *ret = (uint8_t)v;
    return v <= max;
}

/* The bits behind the prefix become zero, so that equal networks are equal values. */
static void mask(bx_cidr *c)
{
    for (unsigned i = 0; i < sizeof c->net.b; i++) {
        unsigned keep = c->bits > i * 8 ? c->bits - i * 8 : 0;
        if (keep < 8)
            c->net.b[i] &= (uint8_t)(0xFF00u >> keep);
    }
}

bx_code bx_cidr_parse(bx_str text, bx_cidr *ret, bx_error *err)
{
    const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
    bx_str addr = {text.p, slash ? (size_t)(slash - text.p) : text.n};
    bx_cidr c = {.bits = 0};
    if (!bx_ip_parse(addr, &c.net))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not a network: write 10.0.0.0/8, fd00::/8 or an address",
                       BX_FMT(text));
    uint8_t width = c.net.family == 6 ? 128 : 32;
    c.bits = width;
    if (slash && !parse_bits(bx_str_from(text, addr.n + 1), width, &c.bits))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not a network: after '/' comes a number from 0 to %u",
                       BX_FMT(text), (unsigned)width);
    mask(&c);
    *ret = c;
    return BX_OK;
}

/* ---- special ranges -------------------------------------------------------------------------- */

struct special {
    uint8_t family, bits, b[16];
    const char *name;
};

/* The IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and successors) without
 * the blocks they mark as globally reachable, multicast, and the addresses at which clouds serve
 * machine credentials.  The first that holds an address names it, so narrow ones come first. */
static const struct special specials[] = {
    {4, 32, {169, 254, 169, 254}, "metadata"},
    {4, 32, {100, 100, 100, 200}, "metadata"},
    {4, 32, {192, 0, 0, 192}, "metadata"},
    {4, 32, {0, 0, 0, 0}, "unspecified"},
    {4, 8, {0}, "this network"},
    {4, 8, {10}, "private"},
    {4, 10, {100, 64}, "shared (CGNAT)"},
    {4, 8, {127}, "loopback"},
    {4, 16, {169, 254}, "link-local"},
    {4, 12, {172, 16}, "private"},
    {4, 24, {192, 0, 0}, "IETF protocol assignments"},
    {4, 24, {192, 0, 2}, "documentation"},
    {4, 24, {192, 88, 99}, "6to4 relay anycast"},
    {4, 16, {192, 168}, "private"},
    {4, 15, {198, 18}, "benchmarking"},
    {4, 24, {198, 51, 100}, "documentation"},
    {4, 24, {203, 0, 113}, "documentation"},
    {4, 4, {224}, "multicast"},
    {4, 32, {255, 255, 255, 255}, "broadcast"},
    {4, 4, {240}, "reserved"},

    {6, 128, {0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, [15] = 0x54}, "metadata"},
    {6, 128, {0}, "unspecified"},
    {6, 128, {[15] = 1}, "loopback"},
    {6, 96, {[10] = 0xff, [11] = 0xff}, "IPv4-mapped"},
    {6, 96, {0}, "IPv4-compatible"},
    {6, 96, {[8] = 0xff, [9] = 0xff}, "IPv4-translated"},
    {6, 96, {0x00, 0x64, 0xff, 0x9b}, "NAT64"},
    {6, 48, {0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, "NAT64 (local use)"},
    {6, 64, {0x01}, "discard-only"},
    {6, 32, {0x20, 0x01}, "Teredo"},
    {6, 23, {0x20, 0x01}, "IETF protocol assignments"},
    {6, 32, {0x20, 0x01, 0x0d, 0xb8}, "documentation"},
    {6, 16, {0x20, 0x02}, "6to4"},
    {6, 20, {0x3f, 0xff}, "documentation"},
    {6, 7, {0xfc}, "private (unique local)"},
    {6, 10, {0xfe, 0x80}, "link-local"},
    {6, 10, {0xfe, 0xc0}, "site-local"},
    {6, 8, {0xff}, "multicast"},
};

const char *bx_ip_special(bx_ip ip)
{
    if (ip.family != 4 && ip.family != 6)
        return "not an address";
    for (size_t i = 0; i < BX_COUNT(specials); i++)
        if (specials[i].family == ip.family && same_prefix(specials[i].b, ip.b, specials[i].bits))
            return specials[i].name;
    /* Global unicast is 2000::/3 (RFC 4291 section 2.4, IANA IPv6 address space); the rest is
     * unassigned, and whatever it becomes one day should be let in knowingly. */
    if (ip.family == 6 && ip.b[0] >> 5 != 1)
        return "reserved";
    return NULL;
}
