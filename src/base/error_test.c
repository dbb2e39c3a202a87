#include "base/error.h"

#include <errno.h>

#include "base/test.h"

static void carries_code_and_words(void)
{
    bx_error e;
    CHECK(bx_fail(&e, BX_EINVAL, "bad '%s'", "x") == BX_EINVAL);
    CHECK(e.code == BX_EINVAL && e.sys == 0 && strcmp(e.msg, "bad 'x'") == 0);
    CHECK(bx_fail(NULL, BX_ELIMIT, "no one listens") == BX_ELIMIT);
}

static void keeps_errno(void)
{
    bx_error e;
    CHECK(bx_fail_errno(&e, ENOENT, "open '%s'", "f") == BX_EIO && e.sys == ENOENT);
    CHECK(strcmp(e.msg, "open 'f': No such file or directory") == 0);
}

static void wraps_from_the_outside(void)
{
    bx_error e;
    (void)bx_fail(&e, BX_EDENIED, "inner");
    CHECK(bx_wrap(BX_EDENIED, &e, "outer %d", 1) == BX_EDENIED &&
          strcmp(e.msg, "outer 1: inner") == 0);
    CHECK(bx_wrap(BX_OK, &e, "never") == BX_OK && strcmp(e.msg, "outer 1: inner") == 0);
}

static void truncation_shows(void)
{
    bx_error e;
    char long_text[3000];
    memset(long_text, 'a', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    (void)bx_fail(&e, BX_EINVAL, "%s", long_text);
    CHECK(strlen(e.msg) == sizeof e.msg - 1 && strcmp(e.msg + sizeof e.msg - 4, "...") == 0);
}

static void names_of_codes(void)
{
    CHECK(strcmp(bx_code_name(BX_OK), "BX_OK") == 0 &&
          strcmp(bx_code_name(BX_EINTERNAL), "BX_EINTERNAL") == 0);
    CHECK(strcmp(bx_code_name((bx_code)999), "BX_?") == 0);
}

BXT_MAIN(RUN(carries_code_and_words); RUN(keeps_errno); RUN(wraps_from_the_outside);
         RUN(truncation_shows); RUN(names_of_codes);)
