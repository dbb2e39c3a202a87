/* regex_memory: a pattern of 30 characters that takes a gigabyte to compile. */
#include <regex.h>

#include "probe.h"

static int compile(const char *pattern)
{
    regex_t re;
    int r = regcomp(&re, pattern, REG_EXTENDED);
    if (r == 0)
        regfree(&re);
    return r;
}

static int attack(void)
{
    int r = compile("((a{1,100}){1,100}){1,10}");
    if (r == 0)
        return escaped("the pattern had all the memory it wanted");
    return r == REG_ESPACE ? contained(ENOMEM) : not_tried("the pattern is not understood", 0);
}

static int control(void)
{
    return compile("((a{1,2}){1,2}){1,2}") == 0 ? control_ok() : control_failed(EINVAL);
}
