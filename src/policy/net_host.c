/* Host names of rules and requests. */
#include "policy/net_rule.h"

enum { MAX_LABEL = 63 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

/* Decimal digits only, or "0x" and hexadecimal digits: what address parsers take for a number. */
static bool is_number(bx_str label)
{
    size_t i = 0;
    while (i < label.n && is_digit(label.p[i]))
        i++;
    if (i == label.n)
        return true;
    if (label.n < 2 || label.p[0] != '0' || lower(label.p[1]) != 'x')
        return false;
    for (i = 2; i < label.n && is_hex(label.p[i]);)
        i++;
    return i == label.n;
}

static bool is_label(bx_str l)
{
    if (l.n == 0 || l.n > MAX_LABEL || l.p[0] == '-' || l.p[l.n - 1] == '-')
        return false;
    for (size_t i = 0; i < l.n; i++)
        if (!is_alpha(l.p[i]) && !is_digit(l.p[i]) && l.p[i] != '-' && l.p[i] != '_')
            return false;
    return true;
}

/* A DNS name (RFC 1123 section 2.1, and '_'), copied in lower case without its trailing dot. */
static bool copy_name(bx_str s, char out[BX_MAX_HOST + 1], size_t *len)
{
    if (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (s.n == 0 || s.n > BX_MAX_HOST)
        return false;
    for (size_t i = 0; i <= s.n;) {
        const char *dot = i < s.n ? memchr(s.p + i, '.', s.n - i) : NULL;
        size_t end = dot ? (size_t)(dot - s.p) : s.n;
        bx_str label = {s.p + i, end - i};
        if (!is_label(label) || (end == s.n && is_number(label)))
            return false;
        i = end + 1;
    }
    for (size_t i = 0; i < s.n; i++)
        out[i] = lower(s.p[i]);
    out[s.n] = '\0';
    *len = s.n;
    return true;
}

bool bx_net_target_of(bx_str host, bx_net_target *ret)
{
    ret->is_ip = bx_ip_parse(host, &ret->ip);
    ret->name = (bx_str){ret->store, 0};
    return ret->is_ip || copy_name(host, ret->store, &ret->name.n);
}

bool bx_net_host_matches(const bx_net_host *h, const bx_net_target *t)
{
    bx_str name = bx_str_of(h->name);
    switch (h->kind) {
    case BX_HOST_ANY:
        return true;
    case BX_HOST_NET:
        return t->is_ip && bx_cidr_contains(&h->net, t->ip);
    case BX_HOST_NAME:
        return !t->is_ip && bx_str_eq(name, t->name);
    case BX_HOST_SUFFIX: /* ".a.b" and at least one byte before it */
        return !t->is_ip && t->name.n > name.n &&
               bx_str_eq(bx_str_from(t->name, t->name.n - name.n), name);
    }
    return false;
}

bx_code bx_net_host_parse(bx_str s, bx_net_host *h, bx_error *err)
{
    size_t len;
    if (bx_str_eq(s, BX_LIT("*"))) {
        h->kind = BX_HOST_ANY;
        return BX_OK;
    }
    if (bx_str_starts(s, BX_LIT("*."))) {
        h->kind = BX_HOST_SUFFIX;
        h->name[0] = '.';
        char name[BX_MAX_HOST + 1];
        if (!copy_name(bx_str_from(s, 2), name, &len) || len >= BX_MAX_HOST)
            return bx_fail(err, BX_EINVAL, "'%.*s': after '*.' comes a domain name", BX_FMT(s));
        memcpy(h->name + 1, name, len + 1);
        return BX_OK;
    }
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80)
            return bx_fail(err, BX_EINVAL, "host '%.*s' is not ASCII: write its xn-- form",
                           BX_FMT(s));
    h->kind = BX_HOST_NAME;
    if (!copy_name(s, h->name, &len))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not a host: write a domain name, *.name, *, an IPv4 address "
                       "of four decimal numbers, or an IPv6 address in brackets",
                       BX_FMT(s));
    return BX_OK;
}
