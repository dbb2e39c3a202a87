#include "cli/setup.h"

#include <unistd.h>

#include "cli/command.h"

static void on_notice(void *ctx, const char *text)
{
    (void)ctx;
    bx_cli_complain("note: %s", text);
}

bx_code bx_cli_app(const bx_runtime_settings *settings, uint32_t slots, bx_app **ret, bx_error *err)
{
    static const char self[] = "/proc/self/exe";
    bx_app_config cfg = {
        .use_home = true,
        .cache_dir = settings ? settings->cache_dir : NULL,
        .cache_max = settings ? settings->cache_max : 0,
        .unknown_imports_trap = settings && settings->unknown_imports_trap,
        .slots = slots,
        .compile_threads = 2, /* large components compile for seconds */
        .compiler = access(self, X_OK) == 0 ? self : NULL,
        .notice = on_notice,
    };
    return bx_app_new(&cfg, ret, err);
}
