/* regex_time: a pattern with a back-reference that takes exponential time: what "just a grep" can
 * do. */
#include <regex.h>

#include "probe.h"

static int match(const char *text)
{
    regex_t re;
    if (regcomp(&re, "\\(a*\\)*\\1b", 0) != 0)
        return -1;
    int r = regexec(&re, text, 0, NULL, 0);
    regfree(&re);
    return r;
}

static int attack(void)
{
    (void)match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    return escaped("the pattern ended before the deadline");
}

static int control(void) { return match("aab") == 0 ? control_ok() : control_failed(EINVAL); }
