/* The arithmetic of bc at its edges: scales, truncation, limbs, long numbers. */
#include "programs/system/bc_num.h"
#include "programs/common/prog.h"

#include "base/test.h"

static void put(void *to, char c) { prog_buf_putc(to, c); }

static bool is(bc_num *a, unsigned base, const char *want)
{
    prog_buf b = {0};
    bc_print(a, base, put, &b);
    bool same = strcmp(prog_buf_z(&b), want) == 0;
    if (!same)
        fprintf(stderr, "%s, not %s\n", b.p, want);
    prog_buf_free(&b);
    bc_unref(a);
    return same;
}

static bc_num *num(const char *text) { return bc_of_text(bx_str_of(text), 10); }

#define WITH(a, b, call) \
    (__extension__({ \
        BX_AUTO(bc_num) bc_num *x = num(a), *y = num(b); \
        call; \
    }))

static void texts(void)
{
    CHECK(is(num("0"), 10, "0") && is(num("000.10"), 10, ".10") &&
          is(num("999999999"), 10, "999999999"));
    CHECK(is(num("1000000000"), 10, "1000000000") &&
          is(bc_of_int(INT64_MIN), 10, "-9223372036854775808"));
    CHECK(is(bc_of_text(BX_LIT("FF"), 16), 10, "255") &&
          is(bc_of_text(BX_LIT("FF"), 10), 10, "99"));
    CHECK(is(bc_of_text(BX_LIT("F"), 2), 10, "15") &&
          is(bc_of_text(BX_LIT("101.101"), 2), 10, "5.625"));
    CHECK(is(num("255"), 16, "FF") && is(num("399"), 20, " 19 19") &&
          is(num("4095.5"), 16, "FFF.8"));
}

static void operations(void)
{
    CHECK(WITH("1.5", "2.25", is(bc_add(x, y), 10, "3.75")));
    CHECK(WITH("1", "1000000000000", is(bc_sub(x, y), 10, "-999999999999")));
    CHECK(WITH("1.23", "4.56", is(bc_mul(x, y, 0), 10, "5.60")));
    CHECK(WITH("10", "3", is(bc_div(x, y, 5), 10, "3.33333")));
    CHECK(WITH("5.5", "2", is(bc_mod(x, y, 0), 10, "1.5")));
    CHECK(WITH("2", "0", is(bc_pow(x, 100, 0), 10, "1267650600228229401496703205376")));
    CHECK(WITH("2", "0", is(bc_pow(x, -3, 5), 10, ".12500")));
    CHECK(WITH("2", "0", is(bc_sqrt(x, 10), 10, "1.4142135623")));
    CHECK(WITH("1.10", "1.1", bc_cmp(x, y) == 0 && bc_cmp(y, x) == 0));
    CHECK(WITH("99999999999999999999", "0", bc_to_int(x) == INT64_MAX));
}

/* (10^n - 1)^2 is 99…9800…01, by every way of multiplying; and it divides again. */
static void long_ones(void)
{
    for (size_t n = 1; n < 4000; n = n * 3 + 1) {
        char *nines = malloc(n + 1);
        CHECK(nines != NULL);
        memset(nines, '9', n);
        nines[n] = '\0';
        BX_AUTO(bc_num)
        bc_num *a = num(nines), *square = bc_mul(a, a, 0), *back = bc_div(square, a, 0),
               *root = bc_sqrt(square, 0);
        CHECK(bc_cmp(back, a) == 0 && bc_cmp(root, a) == 0 && bc_digits(square) == 2 * n);
        free(nines);
    }
}

BXT_MAIN(RUN(texts); RUN(operations); RUN(long_ones);)
