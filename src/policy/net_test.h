/* policy/net_test.h - what the tests of network rules share. */
#ifndef BX_POLICY_NET_TEST_H
#define BX_POLICY_NET_TEST_H

#include "base/limits.h"
#include "base/test.h"
#include "policy/net.h"

typedef bx_code (*add_fn)(bx_net_policy *p, bx_str text, bx_error *err);

static inline bx_net_policy *new_policy(void)
{
    bx_net_policy *p = NULL;
    return bx_net_policy_new(&p, NULL) == BX_OK ? p : NULL;
}

static inline bx_net_policy *policy_of(add_fn add, const char *text)
{
    bx_net_policy *p = new_policy();
    if (p && add(p, bx_str_of(text), NULL) == BX_OK)
        return p;
    bx_net_policy_free(p);
    return NULL;
}

/* "GET https host 443 /path" */
struct request {
    const char *method, *scheme, *host;
    uint16_t port;
    const char *path;
};

static inline bx_verdict judge(const bx_net_policy *p, struct request r)
{
    bx_url_parts u = {bx_str_of(r.scheme), bx_str_of(r.host), r.port, bx_str_of(r.path),
                      BX_LIT("")};
    bx_verdict v;
    memset(&v, 0xA5, sizeof v);
    bx_net_check_request(p, bx_str_of(r.method), &u, &v);
    return v;
}

static inline bool allows(const bx_net_policy *p, struct request r) { return judge(p, r).allow; }

static inline struct request get(const char *host, const char *path)
{
    return (struct request){"GET", "https", host, 443, path};
}

static inline bx_verdict addr(const bx_net_policy *p, const char *text)
{
    bx_ip ip = {.family = 0};
    bx_verdict v;
    memset(&v, 0xA5, sizeof v);
    (void)bx_ip_parse(bx_str_of(text), &ip);
    bx_net_check_addr(p, ip, 443, &v);
    return v;
}

#endif
