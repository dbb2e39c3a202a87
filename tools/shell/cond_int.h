/* shell/cond_int.h - the primaries that [[ ]] and test share. */
#ifndef BX_SHELL_COND_INT_H
#define BX_SHELL_COND_INT_H

#include "shell/cond.h"

bool sh_is_unary(bx_str op);     /* -f … */
bool sh_is_binary(bx_str op);    /* = == != < > -eq … -nt -ot -ef; not =~ */
bool sh_is_number_op(bx_str op); /* -eq -ne -lt -le -gt -ge */
bool sh_compare(bx_str op, int64_t a, int64_t b);
/* -v and -o included; -t wants a number: 2 and *bad set when it is none. */
int sh_unary(const sh_cond_env *env, char op, bx_str arg, bool *bad);
bool sh_file_binary(bx_str op, bx_str a, bx_str b); /* -nt -ot -ef */
int sh_text_order(bx_str a, bx_str b);              /* <0, 0, >0 by bytes */
/* A decimal number, blanks around it: test's integers. */
bool sh_decimal(bx_str s, int64_t *ret);

#endif
