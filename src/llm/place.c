#include "llm/place.h"

#include "policy/credential.h"

static const bx_llm_protocol *const PROTOCOLS[] = {&bx_openai_chat, &bx_openai_responses,
                                                   &bx_anthropic, &bx_gemini};

const bx_llm_protocol *bx_llm_protocol_find(bx_str name)
{
    for (size_t i = 0; i < BX_COUNT(PROTOCOLS); i++)
        if (bx_str_eq(name, bx_str_of(PROTOCOLS[i]->name)))
            return PROTOCOLS[i];
    return NULL;
}

static void origin_of(const bx_url *u, bx_buf *out)
{
    bx_str host = u->parts.host;
    bool v6 = u->is_ip && u->ip.family == 6;
    (void)bx_buf_add_str(out, u->parts.scheme);
    (void)bx_buf_add_z(out, v6 ? "://[" : "://");
    (void)bx_buf_add_str(out, host);
    (void)bx_buf_addf(out, "%s:%u", v6 ? "]" : "", u->parts.port);
}

/* Networks a host that the operator names may be in.  Link-local ones, where clouds keep their
 * metadata, are not among them. */
static const char *const PRIVATE[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                      "100.64.0.0/10", "fc00::/7"};
static const char *const HERE[] = {"127.0.0.1", "::1"};

static bx_code open_all(const char *const *networks, size_t n, bx_net_policy *net, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; rc == BX_OK && i < n; i++)
        rc = bx_net_add_allow_network(net, bx_str_of(networks[i]), err);
    return rc;
}

/* Private networks are blocked by default, for guests above all.  The operator names a server of
 * models, by its address, as this machine or by a name of their network: that is opened beside the
 * one origin that may be asked, for this client alone. */
static bx_code open_address(const bx_url *u, bool named, bx_place *p, bx_error *err)
{
    char ip[46];
    if (bx_str_eq(u->parts.host, BX_LIT("localhost"))) {
        p->loopback = true;
        return open_all(HERE, BX_COUNT(HERE), p->net, err);
    }
    if (!u->is_ip)
        return named ? open_all(PRIVATE, BX_COUNT(PRIVATE), p->net, err) : BX_OK;
    const char *special = bx_ip_special(u->ip);
    if (!special)
        return BX_OK;
    p->loopback = strcmp(special, "loopback") == 0;
    bx_ip_print(u->ip, ip);
    return bx_net_add_allow_network(p->net, bx_str_of(ip), err);
}

static bx_code make_policy(const bx_url *u, bool named, bx_str origin, bx_place *p, bx_error *err)
{
    BX_AUTO_BUF rule = bx_buf_init(2048);
    bx_code rc = bx_net_policy_new(&p->net, err);
    (void)bx_buf_add_z(&rule, "GET,POST ");
    (void)bx_buf_add_str(&rule, origin);
    if (rc == BX_OK)
        rc = bx_buf_check(&rule, err);
    if (rc == BX_OK)
        rc = bx_net_add_fetch(p->net, bx_buf_str(&rule), err);
    return rc == BX_OK ? open_address(u, named, p, err) : rc;
}

static bx_code make_scope(bx_egress *eg, bx_str origin, const char *key, bx_place *p, bx_error *err)
{
    BX_AUTO_BUF value = bx_buf_init(BX_MAX_CREDENTIAL);
    bool bearer = strcmp(p->protocol->key_header, "authorization") == 0;
    bx_limits limits = bx_limits_default();
    limits.http_requests = limits.http_in = limits.http_out = INT64_MAX;
    (void)bx_buf_addf(&value, "%s%s", bearer ? "Bearer " : "", key ? key : "");
    bx_code rc = bx_buf_check(&value, err);
    const bx_inject inject = {origin, bx_str_of(p->protocol->key_header), bx_buf_str(&value)};
    if (rc == BX_OK && key)
        rc = bx_credential_check_value(inject.header, inject.value, err);
    const bx_egress_scope_cfg cfg = {
        .net = p->net,
        .limits = &limits,
        .inject = &inject,
        .n_inject = key ? 1 : 0,
    };
    if (rc == BX_OK)
        rc = bx_egress_scope_new(eg, &cfg, &p->scope, err);
    if (value.p)
        explicit_bzero(value.p, value.cap);
    return rc;
}

static bx_code open_at(bx_egress *eg, const bx_url *u, const bx_place_cfg *cfg, bx_place *p,
                       bx_error *err)
{
    BX_AUTO_BUF origin = bx_buf_init(2048);
    if (u->parts.query.n)
        return bx_fail(err, BX_EINVAL, "a base URL has no query");
    origin_of(u, &origin);
    bx_code rc = bx_buf_check(&origin, err);
    if (rc == BX_OK)
        rc = make_policy(u, cfg->named, bx_buf_str(&origin), p, err);
    return rc == BX_OK ? make_scope(eg, bx_buf_str(&origin), cfg->key, p, err) : rc;
}

/* Read from a file, a key often has the end of its line with it. */
static bx_code check_key(const bx_place_cfg *cfg, bx_error *err)
{
    for (const char *c = cfg->key; c && *c; c++)
        if ((uint8_t)*c <= ' ' || *c == 0x7f)
            return bx_fail(err, BX_EINVAL,
                           "the key in %s has white space in it, or a control "
                           "character: set it without",
                           cfg->key_name);
    return BX_OK;
}

bx_code bx_place_open(bx_egress *eg, const bx_place_cfg *cfg, bx_place *ret, bx_error *err)
{
    BX_AUTO(bx_url) bx_url *u = NULL;
    bx_place p = {.protocol = cfg->protocol};
    bx_code rc = bx_url_parse(cfg->url, &u, err);
    if (rc != BX_OK && cfg->url_name)
        return bx_wrap(rc, err, "%s", cfg->url_name);
    if (rc == BX_OK)
        rc = check_key(cfg, err);
    if (rc != BX_OK)
        return rc;
    size_t n = strlen(u->text);
    while (n && u->text[n - 1] == '/')
        n--;
    p.url = bx_strndup(u->text, n);
    rc = p.url ? open_at(eg, u, cfg, &p, err) : bx_fail(err, BX_ENOMEM, "model");
    if (rc != BX_OK)
        bx_place_done(&p);
    else
        *ret = p;
    return rc;
}

void bx_place_done(bx_place *p)
{
    bx_egress_scope_free(p->scope);
    bx_net_policy_free(p->net);
    free(p->url);
    *p = (bx_place){.url = NULL};
}
