#include "cli/setup.h"

#include <stdio.h>

#include "cli/command.h"
#include "os/dirs.h"

static void on_notice(void *ctx, const char *text)
{
    (void)ctx;
    bx_cli_complain("note: %s", text);
}

static void below(const char *home, const char *name, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s/%s", home, name);
    if (n < 0 || (size_t)n >= cap)
        out[0] = '\0';
}

bx_home bx_home_find(void)
{
    bx_home h = {{0}, {0}, {0}};
    char dir[4000];
    if (bx_home_dir(dir, sizeof dir, NULL) == BX_OK) {
        below(dir, "modules", h.modules, sizeof h.modules);
        below(dir, "keys", h.keys, sizeof h.keys);
        below(dir, "store", h.store, sizeof h.store);
    }
    return h;
}

bx_code bx_setup_runtime(const bx_home *home, const char *cache_dir, uint32_t slots,
                         bx_runtime **ret, bx_error *err)
{
    bx_runtime_config cfg = {
        .slots = slots,
        .cache_dir = cache_dir          ? cache_dir
                     : home->modules[0] ? home->modules
                                        : NULL,
        .key_dir = home->keys[0] ? home->keys : NULL,
        .compile_threads = 2, /* large components compile for seconds */
        .notice = on_notice,
    };
    bx_error why;
    bx_code rc = bx_runtime_new(&cfg, ret, &why);
    if (rc != BX_OK && !cache_dir && cfg.cache_dir) {
        bx_cli_complain("note: no code cache, every start compiles: %s", why.msg);
        cfg.cache_dir = NULL;
        rc = bx_runtime_new(&cfg, ret, &why);
    }
    return rc == BX_OK ? BX_OK : bx_fail(err, rc, "%s", why.msg);
}
