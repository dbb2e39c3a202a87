#include "tool/builtin.h"

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
