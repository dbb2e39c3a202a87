/* base/test.h - small TAP harness; a failed CHECK ends that test only. */
#ifndef BX_BASE_TEST_H
#define BX_BASE_TEST_H

#include <stdio.h>

#include "base/error.h"

extern int bxt_failed;
extern const char *bxt_skipped;

#define CHECK(c) \
    do { \
        if (!(c)) { \
            printf("# %s:%d: CHECK(%s)\n", __FILE__, __LINE__, #c); \
            bxt_failed = 1; \
            return; \
        } \
    } while (0)

/* End this test: something it needs is not on this machine. */
#define SKIP(why) \
    do { \
        bxt_skipped = (why); \
        return; \
    } while (0)

#define RUN(f) \
    do { \
        bxt_failed = 0; \
        bxt_skipped = NULL; \
        f(); \
        bxt_n++; \
        bxt_bad += bxt_failed; \
        printf("%s %d - %s%s%s\n", bxt_failed ? "not ok" : "ok", bxt_n, #f, \
               bxt_skipped ? " # SKIP " : "", bxt_skipped ? bxt_skipped : ""); \
        (void)fflush(stdout); \
    } while (0)

#define BXT_MAIN(...) \
    int bxt_failed; \
    const char *bxt_skipped; \
    int main(void) \
    { \
        int bxt_n = 0, bxt_bad = 0; \
        __VA_ARGS__ \
        printf("1..%d\n", bxt_n); \
        return bxt_bad != 0; \
    }

/* Run `body` again and again with the 1st, 2nd, ... allocation failing until it
 * succeeds; each failing round must report BX_ENOMEM and (under ASan) leak nothing. */
#define EACH_ALLOC_FAILS(rc, body) \
    do { \
        for (long k_ = 0; k_ < 1000; k_++) { \
            bx_test_fail_alloc = k_; \
            bx_code rc = BX_OK; \
            body bool done_ = bx_test_fail_alloc != 0 || rc == BX_OK; \
            bx_test_fail_alloc = -1; \
            if (done_) { \
                CHECK(rc == BX_OK); \
                break; \
            } \
            CHECK(rc == BX_ENOMEM); \
        } \
    } while (0)

#endif
