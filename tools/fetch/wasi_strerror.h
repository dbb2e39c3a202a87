/* fetch/wasi_strerror.h - force-included when src/base/error.c is compiled for a guest: there
 * strerror_r is POSIX's and returns a number, where that file expects GNU's. */
#ifndef WF_WASI_STRERROR_H
#define WF_WASI_STRERROR_H

#include <string.h>

static inline const char *wf_strerror_r(int error, char *buf, size_t n)
{
    (void)buf, (void)n;
    return strerror(error);
}
#define strerror_r wf_strerror_r

#endif
