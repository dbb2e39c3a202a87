/* policy/options.h - the run options by name: one table behind the flags of `exec`, the fields
 * of config files and the C API.  They all turn into capabilities, mounts and limits. */
#ifndef BX_POLICY_OPTIONS_H
#define BX_POLICY_OPTIONS_H

#include "policy/grant.h"

typedef enum bx_option {
#define BX_OPTION(field, flag, arg, help) BX_OPT_##field,
#include "policy/options.def"
#undef BX_OPTION
    BX_OPTION_COUNT,
} bx_option;

typedef struct bx_option_row {
    const char *field, *flag, *arg, *help;
} bx_option_row;

extern const bx_option_row bx_options[BX_OPTION_COUNT];

/* By field ("work_dir") or flag name ("work-dir"); false when unknown. */
bool bx_option_find(bx_str name, bx_option *ret);

/* Apply one value to a grant that is being built (BX_EDENIED once it is sealed).  wasm_cache_dir concerns the runtime, not
 * the grant: it is refused here with BX_EINVAL. */
BX_NODISCARD bx_code bx_option_apply(bx_grant *g, bx_option o, bx_str value, bx_error *err);

#endif
