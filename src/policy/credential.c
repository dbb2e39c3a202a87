#include "policy/credential.h"

#include "base/limits.h"
#include "codec/http_field.h"
#include "policy/field.h"
#include "policy/net_rule.h"

/* An origin is a fetch: rule that means one host and one port: the same grammar, so that a
 * credential cannot name what no request reaches. */
static bx_code check_origin(bx_str origin, bx_error *err)
{
    bx_net_rule r;
    bx_code rc = bx_net_rule_fetch(origin, &r, err);
    if (rc == BX_ENOMEM)
        return rc;
    bool one_port = rc == BX_OK && (r.port_end == 0 || r.port_end == r.port_from + 1);
    bool one_host = rc == BX_OK && (r.host.kind == BX_HOST_NAME || r.host.kind == BX_HOST_NET);
    bool bare = rc == BX_OK && !r.methods && !r.path;
    if (rc == BX_OK)
        bx_net_rule_done(&r);
    if (one_port && one_host && bare)
        return BX_OK;
    return bx_fail(err, BX_EINVAL,
                   "'%.*s' is not an origin: scheme://host[:port], http or https, one host, one "
                   "port, nothing behind it",
                   memchr(origin.p, '@', origin.n) ? 3 : (int)origin.n,
                   memchr(origin.p, '@', origin.n) ? "..." : origin.p);
}

bx_code bx_credential_check(bx_str origin, bx_str header, bx_error *err)
{
    bx_code rc = origin.n ? check_origin(origin, err)
                          : bx_fail(err, BX_EINVAL, "a credential without an origin");
    if (rc != BX_OK)
        return rc;
    if (!bx_is_token(header))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not the name of a header field", BX_FMT(header));
    if (bx_field_is_implied(header) || bx_field_is_connection(header))
        return bx_fail(err, BX_EINVAL,
                       "the field '%.*s' frames the request or belongs to the connection: it "
                       "cannot be injected",
                       BX_FMT(header));
    return BX_OK;
}

bx_code bx_credential_check_value(bx_str header, bx_str value, bx_error *err)
{
    if (value.n > 0 && value.n <= BX_MAX_CREDENTIAL && bx_is_field_value(value))
        return BX_OK;
    return bx_fail(err, BX_EINVAL,
                   "the value for the field '%.*s' is empty, longer than %d bytes or has a control "
                   "character",
                   BX_FMT(header), BX_MAX_CREDENTIAL);
}

void bx_credential_done(bx_credential *c)
{
    free(c->origin);
    free(c->header);
    free(c->env);
    *c = (bx_credential){NULL, NULL, NULL};
}

static bx_code split(bx_str text, bx_str *origin, bx_str *header, bx_str *env, bx_error *err)
{
    const char *space = text.n ? memchr(text.p, ' ', text.n) : NULL;
    bx_str field = space ? bx_str_from(text, (size_t)(space - text.p) + 1) : (bx_str){text.p, 0};
    const char *eq = field.n ? memchr(field.p, '=', field.n) : NULL;
    bx_str value = eq ? bx_str_from(field, (size_t)(eq - field.p) + 1) : (bx_str){text.p, 0};
    if (!space || !eq || !bx_str_starts(value, BX_LIT("env:")) || value.n == 4)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s': expected 'ORIGIN HEADER=env:NAME', as in 'https://api.github.com "
                       "Authorization=env:GITHUB_TOKEN'",
                       BX_FMT(text));
    *origin = (bx_str){text.p, (size_t)(space - text.p)};
    *header = (bx_str){field.p, (size_t)(eq - field.p)};
    *env = bx_str_from(value, 4);
    if (memchr(env->p, '=', env->n) || memchr(env->p, '\0', env->n))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not the name of a variable", BX_FMT(*env));
    return BX_OK;
}

bx_code bx_credential_parse(bx_str text, bx_credential *ret, bx_error *err)
{
    bx_str origin = {0}, header = {0}, env = {0};
    if (text.n > BX_MAX_CAP_TEXT)
        return bx_fail(err, BX_EINVAL, "a credential of %zu bytes: at most %d fit", text.n,
                       BX_MAX_CAP_TEXT);
    bx_code rc = split(text, &origin, &header, &env, err);
    if (rc == BX_OK)
        rc = bx_credential_check(origin, header, err);
    if (rc != BX_OK)
        return rc;
    bx_credential c = {bx_strndup(origin.p, origin.n), bx_strndup(header.p, header.n),
                       bx_strndup(env.p, env.n)};
    if (!c.origin || !c.header || !c.env) {
        bx_credential_done(&c);
        return bx_fail(err, BX_ENOMEM, "credential");
    }
    *ret = c;
    return BX_OK;
}
