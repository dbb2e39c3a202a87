#include "base/buf.h"

#include "base/test.h"

static void appends_and_terminates(void)
{
    BX_AUTO_BUF b = bx_buf_init(100);
    CHECK(bx_buf_add_z(&b, "ab") == BX_OK && bx_buf_add_c(&b, 'c') == BX_OK &&
          bx_buf_addf(&b, "-%d", 12) == BX_OK);
    CHECK(b.n == 6 && strcmp(b.p, "abc-12") == 0);
    CHECK(bx_str_eq(bx_buf_str(&b), BX_LIT("abc-12")));
}

static void holds_exactly_its_maximum(void)
{
    BX_AUTO_BUF b = bx_buf_init(4);
    CHECK(bx_buf_add(&b, "abcd", 4) == BX_OK && b.n == 4);
    CHECK(bx_buf_add_c(&b, 'e') == BX_ELIMIT && b.n == 4 && strcmp(b.p, "abcd") == 0);
}

static void failure_is_sticky_until_cleared(void)
{
    BX_AUTO_BUF b = bx_buf_init(4);
    bx_error err;
    CHECK(bx_buf_add(&b, "abcde", 5) == BX_ELIMIT);
    CHECK(bx_buf_add(&b, "a", 1) == BX_ELIMIT);
    CHECK(bx_buf_check(&b, &err) == BX_ELIMIT && strcmp(err.msg, "more than 4 bytes") == 0);
    bx_buf_clear(&b);
    CHECK(bx_buf_add(&b, "a", 1) == BX_OK && bx_buf_check(&b, NULL) == BX_OK);
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO_BUF b = bx_buf_init(100000);
        for (int i = 0; i < 2000 && rc == BX_OK; i++)
            rc = bx_buf_add_z(&b, "0123456789");
    });
}

static void huge_sizes_do_not_overflow(void)
{
    BX_AUTO_BUF b = bx_buf_init(1000);
    char *at;
    CHECK(bx_buf_add_c(&b, 'x') == BX_OK);
    CHECK(bx_buf_reserve(&b, SIZE_MAX, &at) == BX_ELIMIT);
    bx_buf_clear(&b);
    CHECK(bx_buf_reserve(&b, 1000, &at) == BX_OK && b.cap >= 1001);
}

BXT_MAIN(RUN(appends_and_terminates); RUN(holds_exactly_its_maximum);
         RUN(failure_is_sticky_until_cleared); RUN(survives_failed_allocations);
         RUN(huge_sizes_do_not_overflow);)
