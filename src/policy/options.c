#include "policy/options.h"

#include "base/buf.h"
#include "base/limits.h"

/* What an option does with a value; only the function of its scope is set. */
typedef struct action {
    bx_code (*apply)(bx_grant *g, const struct action *a, bx_str value, bx_error *err);
    bx_code (*apply_runtime)(bx_runtime_settings *s, const char *value, bx_error *err);
    const char *with;  /* a prefix, or the name of a limit */
    bx_net_adder *add; /* for the network */
} action;

static bx_code apply_line(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    BX_AUTO_BUF line = bx_buf_init(BX_MAX_VAR_TEXT + 64);
    (void)bx_buf_add_z(&line, a->with);
    (void)bx_buf_add_str(&line, value);
    bx_code rc = bx_buf_check(&line, err);
    return rc == BX_OK ? bx_grant_allow(g, bx_buf_str(&line), err) : rc;
}

static bx_code apply_limit(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    return bx_grant_limit_named(g, bx_str_of(a->with), value, err);
}

static bx_code apply_limits(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_limit(g, value, err);
}

static bx_code apply_work_dir(bx_grant *g, const action *a, bx_str dir, bx_error *err)
{
    (void)a;
    bx_code rc = bx_grant_mount(g, dir, BX_LIT("/"), err);
    return rc == BX_OK ? bx_grant_allow(g, BX_LIT("rw:/"), err) : rc;
}

static bx_code apply_map_dir(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_map_dir(g, value, err);
}

static bx_code apply_mount(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_mount_text(g, value, err);
}

static bx_code apply_inject(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_inject(g, value, err);
}

static bx_code apply_cwd(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_set_cwd(g, value, err);
}

static bx_code apply_ca(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    (void)a;
    return bx_grant_ca(g, value, err);
}

static bx_code apply_network(bx_grant *g, const action *a, bx_str value, bx_error *err)
{
    return bx_grant_network(g, a->add, value, err);
}

static bx_code set_cache_dir(bx_runtime_settings *s, const char *value, bx_error *err)
{
    (void)err;
    s->cache_dir = value;
    return BX_OK;
}

static bx_code set_cache_max(bx_runtime_settings *s, const char *value, bx_error *err)
{
    uint64_t bytes = 0;
    bx_code rc = bx_size_parse(bx_str_of(value), &bytes, err);
    if (rc == BX_OK && bytes == 0)
        rc =
            bx_fail(err, BX_EINVAL, "0: an entry that was just made is always kept; use 1 or more");
    if (rc == BX_OK)
        s->cache_max = bytes;
    return rc;
}

/* How each word of the table's column `how` is done. */
#define ACTION_LINE(prefix)    {.apply = apply_line, .with = prefix}
#define ACTION_LIMIT(name)     {.apply = apply_limit, .with = name}
#define ACTION_LIMITS(none)    {.apply = apply_limits}
#define ACTION_WORK_DIR(none)  {.apply = apply_work_dir}
#define ACTION_MAP_DIR(none)   {.apply = apply_map_dir}
#define ACTION_MOUNT(none)     {.apply = apply_mount}
#define ACTION_INJECT(none)    {.apply = apply_inject}
#define ACTION_CWD(none)       {.apply = apply_cwd}
#define ACTION_CA(none)        {.apply = apply_ca}
#define ACTION_NETWORK(kind)   {.apply = apply_network, .add = bx_net_add_##kind}
#define ACTION_CACHE_DIR(none) {.apply_runtime = set_cache_dir}
#define ACTION_CACHE_MAX(none) {.apply_runtime = set_cache_max}

static const action actions[BX_OPTION_COUNT] = {
#define BX_OPTION(field, flag, arg, scope, how, with, help) ACTION_##how(with),
#include "policy/options.def"
#undef BX_OPTION
};

const bx_option_row bx_options[BX_OPTION_COUNT] = {
#define BX_OPTION(field, flag, arg, scope, how, with, help) \
    {#field, flag, arg, help, BX_SCOPE_##scope},
#include "policy/options.def"
#undef BX_OPTION
};

const char *bx_option_limit(bx_option o)
{
    BX_ASSERT((size_t)o < BX_OPTION_COUNT);
    return actions[o].apply == apply_limit ? actions[o].with : NULL;
}

bool bx_option_find(bx_str name, bx_option *ret)
{
    for (size_t i = 0; i < BX_OPTION_COUNT; i++) {
        if (bx_str_eq(name, bx_str_of(bx_options[i].field)) ||
            bx_str_eq(name, bx_str_of(bx_options[i].flag))) {
            *ret = (bx_option)i;
            return true;
        }
    }
    return false;
}

bx_code bx_option_apply(bx_grant *g, bx_option o, bx_str value, bx_error *err)
{
    BX_ASSERT((size_t)o < BX_OPTION_COUNT);
    if (!actions[o].apply)
        return bx_fail(err, BX_EINVAL, "%s is a setting of the runtime, not of a grant",
                       bx_options[o].field);
    return actions[o].apply(g, &actions[o], value, err);
}

/* The directory that all a pattern can match lies in or below: up to its first wildcard. */
static bx_str fixed_part(bx_str pattern)
{
    size_t n = 0, slash = 0;
    while (n < pattern.n && !strchr("*?[", pattern.p[n])) {
        slash = pattern.p[n] == '/' ? n : slash;
        n++;
    }
    bx_str head = {pattern.p, n == pattern.n ? n : slash};
    return head.n > 1 && head.p[head.n - 1] == '/' ? (bx_str){head.p, head.n - 1} : head;
}

/* Directories that a call may have without a mount. */
static bool is_own(bx_str path)
{
    static const char *const own[] = {"/tmp", "/store", "/workspace"};
    for (size_t i = 0; i < BX_COUNT(own); i++)
        if (bx_path_is_below(path, bx_str_of(own[i])))
            return true;
    return false;
}

bx_code bx_option_check_path(const bx_grant *g, bx_option o, bx_str value, bx_error *err)
{
    const bx_mount_list mounts = bx_grant_mounts(g);
    const char *const files[] = {"read:", "write:", "rw:"};
    bx_str path = BX_LIT("");
    for (size_t i = 0; o == BX_OPT_allow && i < BX_COUNT(files); i++)
        if (bx_str_starts(value, bx_str_of(files[i])))
            path = bx_str_from(value, strlen(files[i]));
    if (o == BX_OPT_deny)
        path = fixed_part(value);
    if (path.n < 2 || path.p[0] != '/' || mounts.n == 0 || is_own(path))
        return BX_OK;
    for (size_t i = 0; i < mounts.n; i++) {
        bx_str at = bx_str_of(mounts.at[i].guest);
        if (bx_path_is_below(path, at) || bx_path_is_below(at, path))
            return BX_OK;
    }
    return bx_fail(err, BX_EINVAL,
                   "'%.*s': nothing lies there, so that it would %s nothing; paths are those that "
                   "tools see, as %s",
                   BX_FMT(value), o == BX_OPT_deny ? "deny" : "grant", mounts.at[0].guest);
}

bx_code bx_option_apply_runtime(bx_runtime_settings *s, bx_option o, const char *value,
                                bx_error *err)
{
    BX_ASSERT((size_t)o < BX_OPTION_COUNT);
    if (!actions[o].apply_runtime)
        return bx_fail(err, BX_EINVAL, "%s belongs to the grant of a call, not to the runtime",
                       bx_options[o].field);
    return actions[o].apply_runtime(s, value, err);
}
