#include "codec/http_field.h"

#include "base/ascii.h"

bool bx_is_token(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!bx_is_alnum(c) && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return s.n > 0;
}

bool bx_is_field_value(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = (uint8_t)s.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}
