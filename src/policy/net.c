#include "policy/net.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "codec/url_path.h"
#include "policy/net_rule.h"

enum { MAX_NETWORKS = 256 };

struct network {
    bx_cidr net;
    char text[64]; /* as the operator wrote it */
};

struct rule_ref {
    const bx_net_rule *rule;
    bx_net_rule *own; /* the same where it is owned, NULL where it is lent */
};

struct rule_list {
    struct rule_ref *at;
    size_t n;
};

struct bx_net_policy {
    struct rule_list rules; /* of fetch:, connect: and outbound hosts, in the order they came */
    struct rule_list blocks;
    struct network *closed, *open; /* block_networks, allow_networks */
    size_t n_closed, n_open;
    bool private_closed; /* "private" was written: no hole counts */
};

bx_code bx_net_policy_new(bx_net_policy **ret, bx_error *err)
{
    bx_net_policy *p = bx_calloc(1, sizeof *p);
    if (!p)
        return bx_fail(err, BX_ENOMEM, "new network policy");
    *ret = p;
    return BX_OK;
}

static void free_rules(struct rule_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->at[i].own)
            bx_net_rule_done(l->at[i].own);
        free(l->at[i].own);
    }
    free(l->at);
}

void bx_net_policy_free(bx_net_policy *p)
{
    if (!p)
        return;
    free_rules(&p->rules);
    free_rules(&p->blocks);
    free(p->closed);
    free(p->open);
    free(p);
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* Room for one more element; the list grows by one at a time, it is short and built once. */
static bx_code grow(void **list, size_t n, size_t size, size_t max, const char *what, bx_error *err)
{
    if (n == max)
        return bx_fail(err, BX_ELIMIT, "more than %zu %s", max, what);
    void *more = bx_realloc(*list, (n + 1) * size);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "%s", what);
    *list = more;
    return BX_OK;
}

static bx_code add_ref(struct rule_list *l, struct rule_ref ref, bx_error *err)
{
    void *mem = l->at;
    bx_code rc = grow(&mem, l->n, sizeof *l->at, BX_MAX_EGRESS_RULES, "network rules", err);
    l->at = mem;
    if (rc == BX_OK)
        l->at[l->n++] = ref;
    return rc;
}

bx_code bx_net_add_rule(bx_net_policy *p, const bx_net_rule *r, bx_error *err)
{
    return add_ref(&p->rules, (struct rule_ref){r, NULL}, err);
}

typedef bx_code (*parse_fn)(bx_str text, bx_net_rule *ret, bx_error *err);

static bx_code add_rule(struct rule_list *l, parse_fn parse, bx_str text, bx_error *err)
{
    bx_net_rule *r = bx_calloc(1, sizeof *r);
    if (!r)
        return bx_fail(err, BX_ENOMEM, "network rules");
    bx_code rc = parse(text, r, err);
    if (rc == BX_OK)
        rc = add_ref(l, (struct rule_ref){r, r}, err);
    if (rc != BX_OK) {
        bx_net_rule_done(r);
        free(r);
    }
    return rc;
}

bx_code bx_net_add_fetch(bx_net_policy *p, bx_str text, bx_error *err)
{
    return add_rule(&p->rules, bx_net_rule_fetch, text, err);
}

bx_code bx_net_add_outbound_host(bx_net_policy *p, bx_str text, bx_error *err)
{
    return add_rule(&p->rules, bx_net_rule_outbound, text, err);
}

bx_code bx_net_add_connect(bx_net_policy *p, bx_str text, bx_error *err)
{
    return add_rule(&p->rules, bx_net_rule_connect, text, err);
}

bx_code bx_net_add_block_url(bx_net_policy *p, bx_str text, bx_error *err)
{
    return add_rule(&p->blocks, bx_net_rule_block, text, err);
}

static bx_code add_network(struct network **list, size_t *n, bx_str text, bx_error *err)
{
    struct network w = {.text = ""};
    bx_code rc = bx_cidr_parse(text, &w.net, err);
    if (rc != BX_OK)
        return rc;
    (void)snprintf(w.text, sizeof w.text, "%.*s", BX_FMT(text));
    void *mem = *list;
    rc = grow(&mem, *n, sizeof **list, MAX_NETWORKS, "networks", err);
    *list = mem;
    if (rc == BX_OK)
        (*list)[(*n)++] = w;
    return rc;
}

bx_code bx_net_add_block_network(bx_net_policy *p, bx_str text, bx_error *err)
{
    if (bx_str_eq(text, BX_LIT("private"))) {
        p->private_closed = true;
        return BX_OK;
    }
    return bx_wrap(add_network(&p->closed, &p->n_closed, text, err), err, "block_networks");
}

bx_code bx_net_add_allow_network(bx_net_policy *p, bx_str text, bx_error *err)
{
    return bx_wrap(add_network(&p->open, &p->n_open, text, err), err, "allow_networks");
}

static bx_code copy_networks(struct network **list, size_t *n, const struct network *from,
                             size_t n_from, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < n_from && rc == BX_OK; i++)
        rc = add_network(list, n, bx_str_of(from[i].text), err);
    return rc;
}

bx_code bx_net_copy_guards(bx_net_policy *p, const bx_net_policy *from, bx_error *err)
{
    bx_code rc = copy_networks(&p->closed, &p->n_closed, from->closed, from->n_closed, err);
    if (rc == BX_OK)
        rc = copy_networks(&p->open, &p->n_open, from->open, from->n_open, err);
    for (size_t i = 0; i < from->blocks.n && rc == BX_OK; i++) {
        bx_str text = bx_str_of(from->blocks.at[i].rule->text);
        rc = bx_net_add_block_url(p, bx_str_from(text, strlen(BX_NET_BLOCK)), err);
    }
    p->private_closed = p->private_closed || from->private_closed;
    return rc;
}

bool bx_net_is_empty(const bx_net_policy *p) { return p->rules.n == 0; }

/* ---- verdicts ------------------------------------------------------------------------------- */

/* Parts of the reason are a guest's bytes: what a terminal could obey does not get through. */
static void refuse(bx_verdict *v, const char *rule, const char *fmt, ...) BX_PRINTF(3, 4);
static void refuse(bx_verdict *v, const char *rule, const char *fmt, ...)
{
    v->allow = false;
    (void)snprintf(v->rule, sizeof v->rule, "%s", rule);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(v->reason, sizeof v->reason, fmt, ap);
    va_end(ap);
    for (char *c = v->reason; *c; c++)
        if (*c < ' ' || *c == 0x7f)
            *c = '?';
}

static void allow(bx_verdict *v, const char *rule)
{
    v->allow = true;
    (void)snprintf(v->rule, sizeof v->rule, "%s", rule);
    v->reason[0] = '\0';
}

/* ---- addresses ------------------------------------------------------------------------------ */

static const struct network *holding(const struct network *list, size_t n, bx_ip ip)
{
    for (size_t i = 0; i < n; i++)
        if (bx_cidr_contains(&list[i].net, ip))
            return &list[i];
    return NULL;
}

static bool in_v6(bx_ip ip, const char *prefix)
{
    bx_cidr c;
    return bx_cidr_parse(bx_str_of(prefix), &c, NULL) == BX_OK && bx_cidr_contains(&c, ip);
}

/* The IPv4 address that an IPv6 address leads to: RFC 4291 section 2.5.5, RFC 6052 section 2.2,
 * RFC 3056 section 2, RFC 4380 section 4 (where its bits are inverted). */
static bool embedded_v4(bx_ip ip, bx_ip *ret)
{
    size_t at;
    uint8_t invert = 0;
    if (ip.family != 6)
        return false;
    bool compatible = in_v6(ip, "::/96") && !in_v6(ip, "::/127"); /* not :: and ::1 */
    if (compatible || in_v6(ip, "64:ff9b::/96") || in_v6(ip, "64:ff9b:1::/48") ||
        in_v6(ip, "::ffff:0:0:0/96"))
        at = 12;
    else if (in_v6(ip, "2002::/16"))
        at = 2;
    else if (in_v6(ip, "2001::/32"))
        at = 12, invert = 0xff;
    else
        return false;
    *ret = (bx_ip){.family = 4};
    for (size_t i = 0; i < 4; i++)
        ret->b[i] = ip.b[at + i] ^ invert;
    return true;
}

/* One address as such, whatever it embeds.  Explicit block, then hole, then the private ranges. */
static void check_one(const bx_net_policy *p, bx_ip ip, bx_verdict *v)
{
    char text[46];
    bx_ip_print(ip, text);
    const struct network *closed = holding(p->closed, p->n_closed, ip);
    const struct network *open = holding(p->open, p->n_open, ip);
    const char *special = bx_ip_special(ip);
    char rule[96];
    if (closed) {
        (void)snprintf(rule, sizeof rule, "block_networks: %s", closed->text);
        refuse(v, rule, "address %s is in the blocked network %s", text, closed->text);
    } else if (special && (!open || p->private_closed)) {
        refuse(v, "block_networks: private",
               "address %s is %s: blocked unless the operator allows its network", text, special);
    } else if (special) {
        (void)snprintf(rule, sizeof rule, "allow_networks: %s", open->text);
        allow(v, rule);
    } else {
        allow(v, "");
    }
}

/* An IPv4-mapped address is the IPv4 host itself to the kernel, under a name that IPv4 rules do
 * not see; nobody needs it, so no hole opens it.  The other embedding forms are opened only by
 * an IPv6 hole, and then the IPv4 address behind them is judged as well. */
void bx_net_check_addr(const bx_net_policy *p, bx_ip ip, uint16_t port, bx_verdict *ret)
{
    char text[46];
    bx_ip v4;
    *ret = (bx_verdict){.allow = false};
    if (ip.family != 4 && ip.family != 6) {
        refuse(ret, "", "not an IP address");
        return;
    }
    bx_ip_print(ip, text);
    if (port == 0) {
        refuse(ret, "", "address %s: there is no port 0", text);
        return;
    }
    if (in_v6(ip, "::ffff:0:0/96")) {
        refuse(ret, "block_networks: private",
               "address %s is IPv4-mapped: such addresses are never connected to", text);
        return;
    }
    check_one(p, ip, ret);
    if (!ret->allow || !embedded_v4(ip, &v4))
        return;
    bx_verdict inner;
    check_one(p, v4, &inner);
    if (inner.allow)
        return;
    char why[sizeof inner.reason];
    memcpy(why, inner.reason, sizeof why);
    refuse(ret, inner.rule, "%.46s leads to %.180s", text, why);
}

/* ---- requests ------------------------------------------------------------------------------- */

static unsigned scheme_of(bx_str s)
{
    return bx_str_eq(s, BX_LIT("http"))    ? BX_NET_HTTP
           : bx_str_eq(s, BX_LIT("https")) ? BX_NET_HTTPS
           : bx_str_eq(s, BX_LIT("tcp"))   ? BX_NET_TCP
           : bx_str_eq(s, BX_LIT("udp"))   ? BX_NET_UDP
                                           : 0;
}

static bool origin_matches(const bx_net_rule *r, unsigned scheme, const bx_net_target *t,
                           uint16_t port)
{
    return (r->schemes & scheme) && bx_net_host_matches(&r->host, t) &&
           bx_net_port_matches(r, scheme, port);
}

/* NULL, or why this is no request to judge by its text. */
static const char *malformed(bx_str method, const bx_url_parts *u, bx_net_target *t)
{
    unsigned scheme = scheme_of(u->scheme);
    if (scheme != BX_NET_HTTP && scheme != BX_NET_HTTPS)
        return "only http and https";
    if (!bx_net_is_method(method))
        return "not a method";
    if (!bx_net_target_of(u->host, t))
        return "not a host name, or an address written in an unusual way";
    if (u->port == 0)
        return "there is no port 0";
    if (u->path.n == 0 || u->path.p[0] != '/' || bx_path_has_dots(u->path))
        return "the path is not normalised";
    return NULL;
}

/* What came closest, so that the reason names the part to change: origin, then method, path. */
static void refuse_request(const bx_net_policy *p, bx_str method, const bx_url_parts *u,
                           const bx_net_target *t, bx_verdict *v)
{
    unsigned scheme = scheme_of(u->scheme);
    bool origin = false, verb = false;
    for (size_t i = 0; i < p->rules.n; i++) {
        bool o = origin_matches(p->rules.at[i].rule, scheme, t, u->port);
        origin |= o;
        verb |= o && bx_net_has_method(p->rules.at[i].rule, method);
    }
    const char *what = !origin ? "no capability allows this origin"
                       : !verb ? "no capability allows this method here"
                               : "no capability allows this path";
    bool v6 = t->is_ip && t->ip.family == 6;
    refuse(v, "", "%s: %.*s %.*s://%s%.*s%s:%u; fetch:%.*s %.*s://%s%.*s%s:%u%.*s would", what,
           (int)method.n, method.p, (int)u->scheme.n, u->scheme.p, v6 ? "[" : "", (int)u->host.n,
           u->host.p, v6 ? "]" : "", u->port, (int)method.n, method.p, (int)u->scheme.n,
           u->scheme.p, v6 ? "[" : "", (int)u->host.n, u->host.p, v6 ? "]" : "", u->port,
           origin && verb ? (int)u->path.n : 0, u->path.p);
}

/* A request, and how the path it is judged by came about. */
struct asked {
    bx_str method;
    const bx_url_parts *url; /* as it is sent */
    bx_net_target host;
    unsigned scheme;
};

/* NULL, or the block that a path begins with. */
static const bx_net_rule *blocking(const bx_net_policy *p, const struct asked *a, bx_str path)
{
    for (size_t i = 0; i < p->blocks.n; i++) {
        const bx_net_rule *b = p->blocks.at[i].rule;
        if (origin_matches(b, a->scheme, &a->host, a->url->port) && bx_net_prefix_matches(b, path))
            return b;
    }
    return NULL;
}

/* NULL, or the first rule that allows the request with this path. */
static const bx_net_rule *allowing(const bx_net_policy *p, const struct asked *a, bx_str path)
{
    bool as_sent = path.p == a->url->path.p;
    for (size_t i = 0; i < p->rules.n; i++) {
        const bx_net_rule *r = p->rules.at[i].rule;
        if (origin_matches(r, a->scheme, &a->host, a->url->port) &&
            bx_net_has_method(r, a->method) && bx_net_path_matches(r, path, as_sent))
            return r;
    }
    return NULL;
}

/* Judge one more reading.  One with dots is on the way to others: blocks see it, for they err on
 * the wide side, and rules see what becomes of it. */
static bool reading_passes(const bx_net_policy *p, const struct asked *a, bx_str path,
                           bx_verdict *v)
{
    int shown = path.n < 128 ? (int)path.n : 128;
    const bx_net_rule *b = blocking(p, a, path);
    if (b) {
        refuse(v, b->text, "the operator blocks this URL: a server may read its path as '%.*s'",
               shown, path.p);
        return false;
    }
    if (bx_path_has_dots(path) || allowing(p, a, path))
        return true;
    refuse(v, "",
           "no capability allows this path in every reading: a server may take it for '%.*s'",
           shown, path.p);
    return false;
}

/* Does it matter for this origin which path is asked for?  Else a verdict on one is one on all. */
static bool paths_differ(const bx_net_policy *p, const struct asked *a, const bx_net_rule *rule)
{
    bool differ = rule->path != NULL;
    for (size_t i = 0; i < p->blocks.n; i++)
        differ |= origin_matches(p->blocks.at[i].rule, a->scheme, &a->host, a->url->port);
    return differ;
}

static void check_readings(const bx_net_policy *p, const struct asked *a, bx_verdict *v)
{
    bx_readings r;
    bx_error err;
    if (bx_path_readings(a->url->path, &r, &err) != BX_OK) /* unsure means no */
        refuse(v, "", "%s", err.msg);
    for (size_t i = 1; i < r.n && v->allow; i++)
        (void)reading_passes(p, a, bx_reading(&r, i), v);
    bx_readings_done(&r);
}

void bx_net_check_request(const bx_net_policy *p, bx_str method, const bx_url_parts *u,
                          bx_verdict *ret)
{
    struct asked a = {.method = method, .url = u, .scheme = scheme_of(u->scheme)};
    *ret = (bx_verdict){.allow = false};
    const char *wrong = malformed(method, u, &a.host);
    if (wrong) {
        refuse(ret, "", "the request is malformed: %s", wrong);
        return;
    }
    const bx_net_rule *block = blocking(p, &a, u->path), *rule = allowing(p, &a, u->path);
    if (block) {
        refuse(ret, block->text, "the operator blocks this URL");
    } else if (!rule) {
        refuse_request(p, method, u, &a.host, ret);
    } else {
        allow(ret, rule->text);
        if (!bx_path_is_plain(u->path) && paths_differ(p, &a, rule))
            check_readings(p, &a, ret);
    }
}

/* ---- sockets -------------------------------------------------------------------------------- */

void bx_net_check_connect(const bx_net_policy *p, bx_str proto, bx_str host, uint16_t port,
                          bx_verdict *ret)
{
    bx_net_target t;
    unsigned scheme = scheme_of(proto);
    *ret = (bx_verdict){.allow = false};
    if ((scheme != BX_NET_TCP && scheme != BX_NET_UDP) || port == 0 ||
        !bx_net_target_of(host, &t)) {
        refuse(ret, "", "not tcp or udp to a host and a port");
        return;
    }
    for (size_t i = 0; i < p->rules.n; i++) {
        if (origin_matches(p->rules.at[i].rule, scheme, &t, port)) {
            allow(ret, p->rules.at[i].rule->text);
            return;
        }
    }
    bool v6 = t.is_ip && t.ip.family == 6;
    refuse(ret, "", "no capability allows this socket; connect:%.*s://%s%.*s%s:%u would",
           (int)proto.n, proto.p, v6 ? "[" : "", (int)host.n, host.p, v6 ? "]" : "", port);
}

bool bx_net_may_socket(const bx_net_policy *p, bx_str proto)
{
    unsigned scheme = bx_str_eq(proto, BX_LIT("tcp"))   ? BX_NET_TCP
                      : bx_str_eq(proto, BX_LIT("udp")) ? BX_NET_UDP
                                                        : 0;
    for (size_t i = 0; i < p->rules.n; i++)
        if (p->rules.at[i].rule->schemes & scheme)
            return true;
    return false;
}

bool bx_net_may_resolve_connect(const bx_net_policy *p, bx_str host)
{
    bx_net_target t;
    if (!bx_net_target_of(host, &t))
        return false;
    for (size_t i = 0; i < p->rules.n; i++)
        if ((p->rules.at[i].rule->schemes & (BX_NET_TCP | BX_NET_UDP)) &&
            bx_net_host_matches(&p->rules.at[i].rule->host, &t))
            return true;
    return false;
}
