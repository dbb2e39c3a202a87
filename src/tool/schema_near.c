/* What was likely meant: names that are near, values that were wrapped. */
#include "base/ascii.h"
#include "tool/schema_internal.h"

enum {
    MAX_NEAR = 48,      /* characters of a name that is compared */
    MAX_TRIED = 200,    /* names */
    MAX_WRAPPED = 4096, /* bytes of a string that may hold the value */
};

typedef struct plain {
    char p[MAX_NEAR];
    size_t n;
} plain;

/* Letters and digits alone, in lower case: filePath and file_path are the same then. */
static bool plain_of(bx_str name, plain *ret)
{
    ret->n = 0;
    if (name.n > MAX_NEAR)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        if (bx_is_alnum(name.p[i]) || (uint8_t)name.p[i] > 0x7f)
            ret->p[ret->n++] = bx_lower(name.p[i]);
    }
    return ret->n > 0;
}

/* Characters to put in, take out, replace or swap (the optimal string alignment distance). */
static size_t distance(const plain *a, const plain *b)
{
    uint8_t rows[3][MAX_NEAR + 1];
    uint8_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t k = 0; k <= b->n; k++)
        last[k] = (uint8_t)k;
    for (size_t i = 1; i <= a->n; i++) {
        now[0] = (uint8_t)i;
        for (size_t k = 1; k <= b->n; k++) {
            size_t d = last[k - 1] + (size_t)(a->p[i - 1] != b->p[k - 1]);
            d = d < last[k] + 1u ? d : last[k] + 1u;
            d = d < now[k - 1] + 1u ? d : now[k - 1] + 1u;
            if (i > 1 && k > 1 && a->p[i - 1] == b->p[k - 2] && a->p[i - 2] == b->p[k - 1] &&
                before[k - 2] + 1u < d)
                d = before[k - 2] + 1u;
            now[k] = (uint8_t)d;
        }
        uint8_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b->n];
}

static bool ends_or_begins(const plain *longer, const plain *shorter)
{
    return shorter->n >= 3 && longer->n > shorter->n &&
           (memcmp(longer->p, shorter->p, shorter->n) == 0 ||
            memcmp(longer->p + longer->n - shorter->n, shorter->p, shorter->n) == 0);
}

static size_t how_far(const plain *a, const plain *b)
{
    size_t shorter = a->n < b->n ? a->n : b->n, d = distance(a, b);
    if (d <= (shorter + 1) / 3)
        return d;
    return ends_or_begins(a, b) || ends_or_begins(b, a) ? MAX_NEAR : SIZE_MAX;
}

bx_str bx_schema_nearest(const bx_json_val *of, bx_str name)
{
    bx_json_iter it = bx_json_iter_of(of);
    bx_str best = BX_LIT(""), key = BX_LIT("");
    size_t nearest = SIZE_MAX;
    plain wanted, one;
    if (!plain_of(name, &wanted))
        return best;
    const bx_json_val *e;
    for (size_t i = 0; i < MAX_TRIED && (e = bx_json_next(&it, &key)); i++) {
        if (bx_json_type_of(of) == BX_JSON_ARRAY && !bx_json_str(e, &key))
            continue;
        size_t d = plain_of(key, &one) ? how_far(&wanted, &one) : SIZE_MAX;
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
