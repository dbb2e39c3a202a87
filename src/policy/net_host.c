/* Host names of rules and requests. */
#include "policy/net_rule.h"

bool bx_net_target_of(bx_str host, bx_net_target *ret)
{
    ret->is_ip = bx_ip_parse(host, &ret->ip);
    ret->name = (bx_str){ret->store, 0};
    return ret->is_ip || bx_host_name(host, ret->store, &ret->name.n);
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
        if (!bx_host_name(bx_str_from(s, 2), name, &len) || len >= BX_MAX_HOST)
            return bx_fail(err, BX_EINVAL, "'%.*s': after '*.' comes a domain name", BX_FMT(s));
        memcpy(h->name + 1, name, len + 1);
        return BX_OK;
    }
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80)
            return bx_fail(err, BX_EINVAL, "host '%.*s' is not ASCII: write its xn-- form",
                           BX_FMT(s));
    h->kind = BX_HOST_NAME;
    if (!bx_host_name(s, h->name, &len))
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is not a host: write a domain name, *.name, *, an IPv4 address "
                       "of four decimal numbers, or an IPv6 address in brackets",
                       BX_FMT(s));
    return BX_OK;
}
