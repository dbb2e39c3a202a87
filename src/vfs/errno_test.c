#include "vfs/errno.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "base/test.h"

static void names_follow_the_table(void)
{
    static const struct {
        const char *upper;
        int value;
    } rows[] = {
#define BX_ERRNO(name, value, host) {#name, value},
#include "bx_errno.def"
#undef BX_ERRNO
    };
    CHECK(BX_COUNT(rows) == 77);
    for (size_t i = 0; i < BX_COUNT(rows); i++) {
        char lower[32] = "";
        for (size_t k = 0; rows[i].upper[k]; k++)
            lower[k] = (char)tolower((unsigned char)rows[i].upper[k]);
        CHECK(rows[i].value == (int)i);
        CHECK(strcmp(bx_errno_name((bx_errno)i), lower) == 0);
    }
    CHECK(strcmp(bx_errno_name((bx_errno)77), "unknown") == 0);
}

static void host_numbers(void)
{
    CHECK(bx_errno_from_host(0) == BX_E_SUCCESS);
    CHECK(bx_errno_from_host(ENOENT) == BX_E_NOENT);
    CHECK(bx_errno_from_host(EWOULDBLOCK) == BX_E_AGAIN);
    CHECK(bx_errno_from_host(EOPNOTSUPP) == BX_E_NOTSUP);
    CHECK(bx_errno_from_host(EXDEV) == BX_E_XDEV);
    CHECK(bx_errno_from_host(EDQUOT) == BX_E_DQUOT);
    CHECK(bx_errno_from_host(99999) == BX_E_IO);
    CHECK(bx_errno_from_host(-1) == BX_E_IO);
}

/* The numbers the witx document gives, spot by spot. */
static void numbers_of_the_standard(void)
{
    CHECK(BX_E_ACCES == 2 && BX_E_BADF == 8 && BX_E_EXIST == 20 && BX_E_INVAL == 28);
    CHECK(BX_E_ISDIR == 31 && BX_E_LOOP == 32 && BX_E_NOENT == 44 && BX_E_NOTDIR == 54);
    CHECK(BX_E_PERM == 63 && BX_E_XDEV == 75 && BX_E_NOTCAPABLE == 76);
}

BXT_MAIN(RUN(names_follow_the_table); RUN(host_numbers); RUN(numbers_of_the_standard);)
