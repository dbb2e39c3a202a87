/* shell/float.h - floating point numbers of printf as bash has them: 64 bits of mantissa (x86's
 * long double), converted to and from decimal exactly.  No state. */
#ifndef BX_SHELL_FLOAT_H
#define BX_SHELL_FLOAT_H

#include "shell/mem.h"

typedef enum sh_float_kind { SH_FLOAT_NUMBER, SH_FLOAT_INF, SH_FLOAT_NAN } sh_float_kind;

typedef struct sh_float {
    uint8_t kind; /* sh_float_kind */
    bool negative;
    uint64_t mantissa; /* its highest bit is set unless the number is 0 */
    int exponent;      /* value: mantissa * 2^exponent */
} sh_float;

/* As strtold reads the beginning of `s`; returns the bytes used, 0: no number (*ret is 0). */
size_t sh_float_parse(const char *s, sh_float *ret);
/* As printf writes it with conversion e E f F g G a A, without sign and padding; precision -1:
 * none given. */
void sh_float_format(sh_buf *out, const sh_float *f, char conversion, int precision,
                     bool alternate);

#endif
