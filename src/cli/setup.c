#include "cli/setup.h"

#include <unistd.h>

#include "cli/command.h"

static void on_notice(void *ctx, const char *text)
{
    (void)ctx;
    bx_cli_complain("note: %s", text);
}

static bx_app_config common(void)
{
    static const char self[] = "/proc/self/exe";
    return (bx_app_config){
        .use_home = true,
        .compile_threads = 2, /* large components compile for seconds */
        .compiler = access(self, X_OK) == 0 ? self : NULL,
        .notice = on_notice,
    };
}

bx_code bx_cli_app(uint32_t slots, bx_app **ret, bx_error *err)
{
    bx_app_config cfg = common();
    cfg.slots = slots;
    return bx_app_new(&cfg, ret, err);
}

bx_code bx_cli_app_of_one(const bx_runtime_settings *settings, bx_app **ret, bx_error *err)
{
    bx_app_config cfg = common();
    cfg.cache_dir = settings->cache_dir;
    cfg.cache_max = settings->cache_max;
    cfg.unknown_imports_trap = settings->unknown_imports_trap;
    cfg.by_signal = true;
    return bx_app_new(&cfg, ret, err);
}

bx_code bx_cli_app_of_shell(uint32_t slots, bx_app **ret, bx_error *err)
{
    bx_app_config cfg = common();
    cfg.slots = slots;
    cfg.by_signal = true;
    return bx_app_new(&cfg, ret, err);
}
