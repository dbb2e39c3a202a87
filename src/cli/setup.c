#include "cli/setup.h"

#include "cli/command.h"

static void on_notice(void *ctx, const char *text)
{
    (void)ctx;
    bx_cli_complain("note: %s", text);
}

bx_code bx_cli_app(const char *cache_dir, uint32_t slots, bx_app **ret, bx_error *err)
{
    bx_app_config cfg = {
        .use_home = true,
        .cache_dir = cache_dir,
        .slots = slots,
        .compile_threads = 2, /* large components compile for seconds */
        .notice = on_notice,
    };
    return bx_app_new(&cfg, ret, err);
}
