#include "vfs/testkit.h"

static void smoke(void)
{
    kit k;
    kit_init(&k);
    kit_file(&k, "w/a", "hello");
    CHECK(kit_open(&k, "=w:/w", "rw:/w", "tmp:1MiB", "deny:**/.env", NULL) == BX_OK);
    bx_file *w = kit_pre(&k, 0), *t = kit_pre(&k, 1);
    CHECK(strcmp(kit_read(w, "a"), "hello") == 0);
    CHECK(kit_put(w, "b", "new") == BX_E_SUCCESS);
    CHECK(kit_has(&k, "w/b", "new"));
    CHECK(kit_put(t, "b", "new") == BX_E_SUCCESS);
    CHECK(strcmp(kit_read(t, "b"), "new") == 0);
    CHECK(kit_opens(w, "../out/canary", "r") == BX_E_PERM);
    CHECK(kit_opens(t, "../out/canary", "r") == BX_E_PERM);
    CHECK(kit_put(w, ".env", "x") == BX_E_ACCES);
    CHECK(kit_put(t, ".env", "x") == BX_E_ACCES);
    char list[256];
    CHECK(kit_list(w, list, sizeof list) == BX_E_SUCCESS);
    CHECK(strlen(list) == 4);
    kit_done(&k);
}

BXT_MAIN(RUN(smoke);)
