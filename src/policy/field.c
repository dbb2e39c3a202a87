#include "policy/field.h"

#include "base/ascii.h"

bool bx_field_is_connection(bx_str name)
{
    static const char *const NAMES[] = {
        "connection", "keep-alive", "transfer-encoding", "te",
        "upgrade",    "expect",     "http2-settings",    "trailer",
    };
    for (size_t i = 0; i < BX_COUNT(NAMES); i++)
        if (bx_str_eq_nocase(name, bx_str_of(NAMES[i])))
            return true;
    bx_str prefix = {name.p, name.n < 6 ? name.n : 6};
    return bx_str_eq_nocase(prefix, BX_LIT("proxy-"));
}

bool bx_field_is_implied(bx_str name)
{
    return bx_str_eq_nocase(name, BX_LIT("host")) ||
           bx_str_eq_nocase(name, BX_LIT("content-length"));
}
