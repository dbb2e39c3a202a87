#include "app/secrets.h"

#include <stdlib.h>

static void add(bx_str *list, size_t *n, const char *value)
{
    bx_str s = bx_str_of(value);
    if (s.n >= BX_REDACT_MIN_KNOWN && *n < BX_MAX_SECRETS)
        list[(*n)++] = s;
}

size_t bx_secrets_of(const bx_grant *g, bx_str ret[BX_MAX_SECRETS])
{
    size_t n = 0;
    if (!g)
        return 0;
    bx_credential_list c = bx_grant_credentials(g);
    for (size_t i = 0; i < c.n; i++)
        add(ret, &n, getenv(c.at[i].env));
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == BX_CAP_ENV && bx_redact_is_secret_name(bx_str_of(caps.at[i].path)))
            add(ret, &n, caps.at[i].value ? caps.at[i].value : getenv(caps.at[i].path));
    }
    return n;
}
