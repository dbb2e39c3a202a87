#include "tool/builtin.h"

#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/dirs.h"

static bx_str between(const char *begin, const char *end)
{
    return (bx_str){begin, (size_t)(end - begin)};
}

const bx_builtin *bx_builtin_find(bx_str name)
{
    for (size_t i = 0; i < bx_builtins_count; i++) {
        if (bx_str_eq(name, bx_str_of(bx_builtins[i].name)))
            return &bx_builtins[i];
    }
    return NULL;
}

const char *bx_builtin_name(size_t i) { return i < bx_builtins_count ? bx_builtins[i].name : NULL; }

bx_carried bx_builtin_module(const bx_builtin *b)
{
    return (bx_carried){.name = b->name,
                        .wasm = between(b->wasm, b->wasm_end),
                        .code = between(b->code, b->code_end),
                        .of_wasm = b->of_wasm};
}

bx_str bx_builtin_manifest_text(const bx_builtin *b)
{
    return between(b->manifest, b->manifest_end);
}

bx_code bx_builtin_manifest(const bx_builtin *b, bx_manifest **ret, bx_error *err)
{
    return bx_wrap(bx_manifest_from_json(bx_builtin_manifest_text(b), ret, err), err,
                   "the manifest of %s", b->name);
}

static bool is_added(bx_str package)
{
    char home[BX_MAX_PATH], path[BX_MAX_PATH + 64];
    if (bx_home_dir(home, sizeof home, NULL) != BX_OK)
        return false;
    int n = snprintf(path, sizeof path, "%s/programs/%.*s.wasm", home, BX_FMT(package));
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

bx_code bx_builtin_check(const bx_builtin *b, bx_error *err)
{
    static const char key[] = "\"requires\"";
    bx_str text = bx_builtin_manifest_text(b), name;
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    if (!memmem(text.p, text.n, key, sizeof key - 1))
        return BX_OK;
    bx_code rc = bx_builtin_manifest(b, &m, err);
    if (rc != BX_OK)
        return rc;
    bx_json_iter it = bx_json_iter_of(m->requires);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (bx_json_str(e, &name) && !is_added(name))
            return bx_fail(err, BX_ENOENT, "%s is not there: boxagnts tool add %.*s", b->name,
                           BX_FMT(name));
    }
    return BX_OK;
}
