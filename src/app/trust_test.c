#include "app/trust.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static void kept(void)
{
    char home[] = "/tmp/bx-trust-XXXXXX", list[64];
    bx_error err;
    CHECK(mkdtemp(home) != NULL);
    (void)snprintf(list, sizeof list, "%s/trust", home);
    CHECK(!bx_trust_has(home, "/tmp"));
    CHECK(bx_trust_set(home, "/tmp", true, &err) == BX_OK && bx_trust_has(home, "/tmp/."));
    CHECK(bx_trust_set(home, "/usr", true, &err) == BX_OK && bx_trust_has(home, "/usr"));
    CHECK(!bx_trust_has(home, "/usr/bin") && !bx_trust_has(home, "/"));
    CHECK(bx_trust_set(home, "/tmp", false, &err) == BX_OK && !bx_trust_has(home, "/tmp"));
    CHECK(bx_trust_has(home, "/usr"));
    CHECK(bx_trust_set(home, "/none/such", true, &err) == BX_ENOENT);
    CHECK(chmod(list, 0666) == 0 && !bx_trust_has(home, "/usr")); /* others could have written it */
    CHECK(chmod(list, 0600) == 0 && bx_trust_has(home, "/usr"));
    CHECK(truncate(list, 3) == 0 && !bx_trust_has(home, "/usr"));
    CHECK(bx_trust_set(home, "/tmp", true, &err) == BX_EINVAL);
    CHECK(unlink(list) == 0 && rmdir(home) == 0);
}

BXT_MAIN(RUN(kept);)
