#include "policy/field.h"

bool bx_is_token(bx_str s)
{
    static const char OTHERS[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alnum && (c == '\0' || !strchr(OTHERS, c)))
            return false;
    }
    return s.n > 0;
}

bool bx_is_field_value(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool bx_str_eq_nocase(bx_str a, bx_str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

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
