/* policy/options.h - the run options by name: one table behind the flags of `exec`, the fields
 * of config files and the C API.  They all turn into capabilities, mounts and limits of a grant, or
 * into settings of the runtime.  Pure; any thread. */
#ifndef BX_POLICY_OPTIONS_H
#define BX_POLICY_OPTIONS_H

#include "policy/grant.h"

typedef enum bx_option {
#define BX_OPTION(field, flag, arg, scope, how, with, help) BX_OPT_##field,
#include "policy/options.def"
#undef BX_OPTION
    BX_OPTION_COUNT,
} bx_option;

typedef enum bx_option_scope { BX_SCOPE_GRANT, BX_SCOPE_RUNTIME } bx_option_scope;

typedef struct bx_option_row {
    const char *field, *flag, *arg, *help;
    bx_option_scope scope;
} bx_option_row;

extern const bx_option_row bx_options[BX_OPTION_COUNT];

/* What concerns every call of a process. */
typedef struct bx_runtime_settings {
    const char *cache_dir; /* borrowed; NULL: none named */
    uint64_t cache_max;    /* bytes; 0: none named */
    bool unknown_imports_trap;
} bx_runtime_settings;

/* By field ("work_dir") or flag name ("work-dir"); false when unknown. */
bool bx_option_find(bx_str name, bx_option *ret);

/* The name of the one limit it sets, whose default belongs behind its help; or NULL. */
const char *bx_option_limit(bx_option o);

/* Apply one value to a grant that is being built (BX_ESTATE once it is sealed).  An option of the
 * runtime is refused with BX_EINVAL. */
BX_NODISCARD bx_code bx_option_apply(bx_grant *g, bx_option o, bx_str value, bx_error *err);

/* A path in `allow` or `deny` that lies where `g`, which has all of its mounts, has nothing: it
 * would grant or deny nothing, and most likely is one of the host.  BX_EINVAL says so; other
 * options pass.
 */
BX_NODISCARD bx_code bx_option_check_path(const bx_grant *g, bx_option o, bx_str value,
                                          bx_error *err);

/* As bx_option_apply, for the settings of the runtime; the last value counts.  `value` is borrowed
 * for as long as the settings are used.  An option of a grant is refused with BX_EINVAL. */
BX_NODISCARD bx_code bx_option_apply_runtime(bx_runtime_settings *s, bx_option o, const char *value,
                                             bx_error *err);

#endif
