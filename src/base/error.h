/* base/error.h - the one error type.  Lives on the caller's stack; no heap. */
#ifndef BX_BASE_ERROR_H
#define BX_BASE_ERROR_H

#include "base/defs.h"

typedef enum bx_code {
#define BX_CODE(name, text) name,
#include "base/codes.def"
#undef BX_CODE
} bx_code;

typedef struct bx_error {
    bx_code code;
    int sys;        /* errno when code is BX_EIO, else 0 */
    char msg[1024]; /* "outer: inner"; truncation ends in "..." */
} bx_error;

/* Fill *err (if not NULL) and return `code`, so callers can `return bx_fail(...)`. */
bx_code bx_fail(bx_error *err, bx_code code, const char *fmt, ...) BX_PRINTF(3, 4);

/* As bx_fail(BX_EIO), keeping errno `sys` and appending its text. */
bx_code bx_fail_errno(bx_error *err, int sys, const char *fmt, ...) BX_PRINTF(3, 4);

/* Put context in front of an error that is on its way up; returns its code. */
bx_code bx_wrap(bx_code code, bx_error *err, const char *fmt, ...) BX_PRINTF(3, 4);

/* "BX_EINVAL" and the like; never NULL. */
const char *bx_code_name(bx_code code);

#endif
