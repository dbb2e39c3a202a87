/* Network rules.  Input, line by line: kind (f, o, c, u, b, a), rule, method, scheme, host, port,
 * path. */
#include "policy/net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bx_str line_of(bx_str *s)
{
    const char *end = s->n ? memchr(s->p, '\n', s->n) : NULL;
    bx_str line = {s->p, end ? (size_t)(end - s->p) : s->n};
    *s = bx_str_from(*s, line.n + (end != NULL));
    return line;
}

static void check_verdict(const bx_verdict *v)
{
    BX_ASSERT(memchr(v->rule, '\0', sizeof v->rule) && memchr(v->reason, '\0', sizeof v->reason));
    BX_ASSERT(v->allow == (v->reason[0] == '\0'));
    for (const char *c = v->reason; *c; c++)
        BX_ASSERT((uint8_t)*c >= ' ' && *c != 0x7f);
}

/* Addresses: text and value agree, and without a hole no special one passes. */
static void check_address(const bx_net_policy *p, bx_str host, uint16_t port, bool has_hole)
{
    bx_ip ip, again;
    bx_verdict v;
    char out[46];
    if (!bx_ip_parse(host, &ip))
        return;
    bx_ip_print(ip, out);
    BX_ASSERT(bx_ip_parse(bx_str_of(out), &again) && memcmp(&ip, &again, sizeof ip) == 0);
    bx_net_check_addr(p, ip, port, &v);
    check_verdict(&v);
    BX_ASSERT(!v.allow || has_hole || !bx_ip_special(ip));
    BX_ASSERT(!v.allow || port != 0);
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    BX_ASSERT(!v.allow || ip.family == 4 || memcmp(ip.b, mapped, sizeof mapped) != 0);
}

/* What passes is a request that every parser reads the same way. */
static void check_request(const bx_net_policy *p, bx_str method, const bx_url_parts *u)
{
    bx_verdict v;
    bx_net_check_request(p, method, u, &v);
    check_verdict(&v);
    if (!v.allow)
        return;
    BX_ASSERT(bx_str_eq(u->scheme, BX_LIT("http")) || bx_str_eq(u->scheme, BX_LIT("https")));
    BX_ASSERT(u->port != 0 && u->path.n && u->path.p[0] == '/' && u->host.n && v.rule[0] &&
              method.n);
    for (size_t i = 0; i < u->host.n; i++)
        BX_ASSERT((uint8_t)u->host.p[i] > ' ' && (uint8_t)u->host.p[i] < 0x7f &&
                  !strchr("/\\?#@%[]", u->host.p[i]));
    bx_ip ip;
    bx_str name = u->host;
    if (bx_ip_parse(name, &ip))
        return;
    if (name.p[name.n - 1] == '.')
        name.n--;
    size_t label = name.n; /* the last one is no number */
    while (label && name.p[label - 1] != '.')
        label--;
    BX_ASSERT(label < name.n);
    BX_ASSERT(strspn(name.p + label, "0123456789") < name.n - label);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bx_code (*const add[])(bx_net_policy *, bx_str, bx_error *) = {
        bx_net_add_fetch,     bx_net_add_outbound_host, bx_net_add_connect,
        bx_net_add_block_url, bx_net_add_block_network, bx_net_add_allow_network,
    };
    bx_str s = {(const char *)data, size > 4096 ? 4096 : size}, kind = line_of(&s),
           rule = line_of(&s);
    BX_AUTO(bx_net_policy) bx_net_policy *p = NULL;
    if (kind.n == 0 || bx_net_policy_new(&p, NULL) != BX_OK)
        return 0;
    static const char kinds[] = "focuba";
    size_t k = 0;
    while (k < 5 && kinds[k] != kind.p[0])
        k++;
    bx_error err = {.msg = ""};
    bx_code rc = add[k](p, rule, &err);
    BX_ASSERT(rc == BX_OK || err.msg[0]);
    if (k >= 3) /* blocks and holes need something to act on */
        BX_ASSERT(bx_net_add_outbound_host(p, BX_LIT("*://*:*"), NULL) == BX_OK);
    bx_str method = line_of(&s), scheme = line_of(&s), host = line_of(&s), port_text = line_of(&s);
    uint16_t port = 0;
    for (size_t i = 0; i < port_text.n; i++)
        port = (uint16_t)(port * 10 + (port_text.p[i] - '0'));
    bx_url_parts u = {scheme, host, port, s, BX_LIT("")};
    check_request(p, method, &u);
    check_address(p, host, port, k == 5 && rc == BX_OK);
    bx_verdict v;
    bx_net_check_connect(p, scheme, host, port, &v);
    check_verdict(&v);
    BX_ASSERT(!v.allow || bx_net_may_resolve_connect(p, host));
    return 0;
}
