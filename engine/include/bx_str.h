/* bx_str.h - the slice that C and the engine share; everyone has it through base/defs.h. */
#ifndef BX_STR_H
#define BX_STR_H

#include <stddef.h>

/* Borrowed bytes; not NUL-terminated. */
typedef struct bx_str {
    const char *p;
    size_t n;
} bx_str;

#endif
