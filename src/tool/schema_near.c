/* What was likely meant: names that are near, values that were wrapped. */
#include "codec/near.h"
#include "tool/schema_internal.h"

enum {
    MAX_TRIED = 200,    /* names */
    MAX_WRAPPED = 4096, /* bytes of a string that may hold the value */
};

bx_str bx_schema_nearest(const bx_json_val *of, bx_str name)
{
    bx_json_iter it = bx_json_iter_of(of);
    bx_str best = BX_LIT(""), key = BX_LIT("");
    size_t nearest = SIZE_MAX;
    const bx_json_val *e;
    for (size_t i = 0; i < MAX_TRIED && (e = bx_json_next(&it, &key)); i++) {
        if (bx_json_type_of(of) == BX_JSON_ARRAY && !bx_json_str(e, &key))
            continue;
        size_t d = bx_near(name, key);
        if (d < nearest) {
            nearest = d;
            best = key;
        }
    }
    return best;
}

/* A string that holds, as JSON, a value of a type that is expected: "[1]" for [1]. */
static bool is_wrapped(const bx_schema *s, const bx_json_val *part, bx_str text)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    uint32_t node = bx_schema_find(s, part);
    unsigned types = node == NO_NODE ? BX_TYPES_ANY : s->nodes[node].types;
    if (types & bx_type_bit(BX_JSON_STRING) || text.n > MAX_WRAPPED ||
        bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return false;
    return types & bx_type_bit(bx_json_type_of(bx_json_root(doc)));
}

void bx_schema_add_remedy(const bx_schema *s, const bx_json_val *part, const bx_json_val *v,
                          bx_buf *out)
{
    bx_str text;
    if (!bx_json_str(v, &text))
        return;
    if (is_wrapped(s, part, text)) {
        (void)bx_buf_add_z(out, "; give the value itself, not a string that holds it");
        return;
    }
    const bx_json_val *values = bx_json_get(part, BX_LIT("enum"));
    bx_str near = bx_schema_nearest(values, text);
    if (near.n == 0)
        return;
    (void)bx_buf_add_z(out, "; did you mean \"");
    bx_schema_add_name(out, near);
    (void)bx_buf_add_z(out, "\"?");
}
