#include "shell/options.h"

#include <string.h>

int sh_opts_next(sh_opts *o)
{
    const char *letters = o->letters + (*o->letters == '+');
    if (!o->at || !*o->at) {
        o->i += o->at || !o->i;
        char *s = o->i < o->argc ? o->argv[o->i] : NULL;
        o->at = NULL;
        if (!s || !s[0] || !s[1] || (*s != '-' && !(*s == '+' && *o->letters == '+')))
            return 0;
        if (strcmp(s, "--") == 0) {
            o->i++;
            return 0;
        }
        o->plus = *s == '+';
        o->at = s + 1;
    }
    char c = *o->at++;
    const char *p = c != ':' ? strchr(letters, c) : NULL;
    if (!p) {
        sh_builtin_error(o->sh, "%c%c: invalid option", o->plus ? '+' : '-', c);
        sh_builtin_usage(o->sh);
        return -1;
    }
    if (p[1] != ':')
        return c;
    if (*o->at) {
        o->value = o->argv[o->i] + (o->at - o->argv[o->i]);
        o->at += strlen(o->at);
    } else if (o->i + 1 < o->argc) {
        o->value = o->argv[++o->i];
        o->at = "";
    } else {
        sh_builtin_error(o->sh, "-%c: option requires an argument", c);
        sh_builtin_usage(o->sh);
        return -1;
    }
    return c;
}
