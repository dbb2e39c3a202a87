/* base/defs.h - attributes, slices, ownership helpers.  Includes libc only. */
#ifndef BX_BASE_DEFS_H
#define BX_BASE_DEFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bx_str.h"

#define BX_NODISCARD    __attribute__((warn_unused_result))
#define BX_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define BX_UNUSED       __attribute__((unused))
#define BX_NORETURN     __attribute__((noreturn))
#define BX_COLD         __attribute__((cold, noinline))
#define BX_LIKELY(x)    __builtin_expect(!!(x), 1)
#define BX_COUNT(a)     (sizeof(a) / sizeof((a)[0]))

/* BX_DEFINE_AUTO(T, f) makes `BX_AUTO(T) T *x = ...;` call f(x) at scope end. */
#define BX_DEFINE_AUTO(T, f) \
    BX_UNUSED static inline void T##_autop(T **p) { f(*p); }
#define BX_AUTO(T) __attribute__((cleanup(T##_autop)))

/* Move the pointer out; the variable becomes NULL and is no longer cleaned up. */
#define BX_TAKE(p) \
    (__extension__({ \
        __typeof__(p) bx_t_ = (p); \
        (p) = NULL; \
        bx_t_; \
    }))

#define BX_LIT(s) ((bx_str){"" s, sizeof(s) - 1})
#define BX_FMT(s) (int)((s).n > 256 ? 256 : (s).n), (s).p /* for "%.*s" */

static inline bx_str bx_str_of(const char *z) { return (bx_str){z, z ? strlen(z) : 0}; }

static inline bool bx_str_eq(bx_str a, bx_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool bx_str_starts(bx_str s, bx_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* The bytes of `s` from `from` on; empty when `from` is past the end. */
static inline bx_str bx_str_from(bx_str s, size_t from)
{
    return from >= s.n ? (bx_str){s.p + s.n, 0} : (bx_str){s.p + from, s.n - from};
}

/* Allocation with a fault point: NULL when out of memory or when the test that
 * counts allocations says so.  Free with free(). */
void *bx_calloc(size_t n, size_t size);
void *bx_realloc(void *p, size_t size);       /* as realloc; `p` stays valid on NULL */
char *bx_strndup(const char *p, size_t n);    /* NUL-terminated copy */
extern _Thread_local long bx_test_fail_alloc; /* fault point: -1 = never */

static inline void bx_autofree_(void *pp) { free(*(void **)pp); }
#define BX_AUTOFREE __attribute__((cleanup(bx_autofree_)))

/* An invariant of our own code; stays on in release builds.  Never for input. */
#define BX_ASSERT(c) \
    do { \
        if (!(c)) \
            bx_assert_failed(__FILE__, __LINE__, #c); \
    } while (0)
BX_NORETURN void bx_assert_failed(const char *file, int line, const char *what);

#endif
