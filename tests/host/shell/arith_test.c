/* Arithmetic over a table of one variable, x. */
#include "base/test.h"
#include "shell/arith.h"

static int64_t x;

static int get(void *ctx, sh_arith_var *var, int64_t *number, bx_str *text)
{
    (void)ctx;
    (void)text;
    if (bx_str_eq(var->name, BX_LIT("loop"))) {
        *text = var->name;
        return SH_ARITH_TEXT;
    }
    *number = x;
    return bx_str_eq(var->name, BX_LIT("x")) ? SH_ARITH_NUMBER : SH_ARITH_UNSET;
}

static bool set(void *ctx, sh_arith_var *var, int64_t value)
{
    (void)ctx;
    x = value;
    return bx_str_eq(var->name, BX_LIT("x"));
}

static const sh_arith_env env = {.get = get, .set = set};

static bool is(const char *text, int64_t wanted)
{
    int64_t v = 0;
    sh_arith_error err = {{0}};
    bool good = sh_arith_eval(bx_str_of(text), &env, &v, &err);
    free((void *)(uintptr_t)err.text.p);
    return good && v == wanted;
}

static bool fails(const char *text, const char *wanted)
{
    int64_t v = 0;
    sh_arith_error err = {{0}};
    bool good = sh_arith_eval(bx_str_of(text), &env, &v, &err);
    bool same = !good && err.text.p && bx_str_eq(err.text, bx_str_of(wanted));
    free((void *)(uintptr_t)err.text.p);
    return same;
}

static void test_values(void)
{
    x = 5;
    CHECK(is("", 0) && is("1 + 2 * 3", 7) && is("2**3**2", 512) && is("-2**2", 4));
    CHECK(is("0x1f + 010 + 2#101 + 64#_", 31 + 8 + 5 + 63));
    CHECK(is("x++ + x", 11) && x == 6 && is("x += 4, x", 10) && is("--x", 9));
    CHECK(is("0 && 1/0", 0) && is("1 || 1/0", 1) && is("1 ? 2 : 1/0", 2));
    CHECK(is("9223372036854775807 + 1", INT64_MIN));
    CHECK(is("-9223372036854775808 / -1", INT64_MIN) && is("1 << 65", 2));
}

static void test_errors(void)
{
    CHECK(fails("1/0", "1/0: division by 0 (error token is \"0\")"));
    CHECK(fails("1 +", "1 +: syntax error: operand expected (error token is \"+\")"));
    CHECK(fails("a b", "a b: syntax error in expression (error token is \"b\")"));
    CHECK(fails("08", "08: value too great for base (error token is \"08\")"));
    CHECK(fails("1=2", "1=2: attempted assignment to non-variable (error token is \"=2\")"));
    CHECK(fails("loop", "loop: expression recursion level exceeded (error token is \"loop\")"));
}

BXT_MAIN(RUN(test_values); RUN(test_errors);)
