/* What fetch/idna.c takes from fetch/charset.c, without the character sets behind that. */
#include "fetch/charset.h"
#include "programs/common/prog_text.h"

bool wf_is_utf8(bx_str s, bool cut)
{
    for (uint32_t cp; s.n > 0;) {
        size_t n = prog_utf8(s.p, s.n, &cp);
        if (cp == PROG_BAD_CHAR)
            return cut && s.n < 4;
        s.p += n;
        s.n -= n;
    }
    return true;
}
