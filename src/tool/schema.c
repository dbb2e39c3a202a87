/* A schema from the outside: compiled, freed; the lists and the map of its nodes. */
#include "tool/schema.h"

#include <stdarg.h>
#include <stdio.h>

#include "tool/schema_internal.h"

enum { MAX_LIST = 1 << 20 /* of rules, links, names and the like */ };

bool bx_schema_grow(void **p, uint32_t *cap, uint64_t n, size_t size)
{
    if (n > MAX_LIST)
        return false;
    uint64_t want = n < 8 ? 8 : n + n / 2;
    void *grown = bx_realloc(*p, want * size);
    if (!grown)
        return false;
    *p = grown;
    *cap = (uint32_t)want;
    return true;
}

/* ---- failures -------------------------------------------------------------------------------- */

static void add_where(const bx_schema *s, uint32_t node, bx_buf *out)
{
    const bx_schema_node *n = &s->nodes[node];
    char index[16];
    if (n->above != NO_NODE)
        add_where(s, n->above, out); /* as deep as the document is */
    if (n->via_kind == 3)
        (void)bx_buf_add_str(out, n->via);
    else if (n->via.n > 0)
        bx_schema_add_token(out, n->via);
    if (n->via_kind == 1)
        bx_schema_add_token(out, n->key);
    if (n->via_kind == 2)
        bx_schema_add_token(out,
                            (bx_str){index, (size_t)snprintf(index, sizeof index, "%u", n->index)});
}

bx_code bx_schema_fail(const bx_schema *s, uint32_t node, const char *keyword, bx_code code,
                       bx_error *err, const char *fmt, ...)
{
    BX_AUTO_BUF where = bx_buf_init(1 << 20), shown = bx_buf_init(4096);
    char what[700];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    add_where(s, node, &where);
    if (keyword)
        bx_schema_add_token(&where, bx_str_of(keyword));
    if (where.n == 0)
        (void)bx_buf_add_z(&shown, "(whole)");
    else
        bx_schema_add_name(&shown, bx_buf_str(&where));
    (void)bx_buf_add_z(&shown, ": ");
    bx_schema_add_name(&shown, bx_str_of(what)); /* it may quote the schema, which is anybody's */
    return bx_fail(err, code, "schema %s", shown.p ? shown.p : "");
}

bx_code bx_schema_spend(bx_schema *s, uint64_t steps, bx_error *err)
{
    if (steps > s->work)
        return bx_fail(err, BX_ELIMIT, "schema: too much work to compile");
    s->work -= steps;
    return BX_OK;
}

/* ---- values and their nodes ------------------------------------------------------------------ */

static uint32_t slot_of(const bx_schema *s, const bx_json_val *v)
{
    uint64_t h = (uint64_t)(uintptr_t)v * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(h >> 32) & s->map_mask;
    while (s->map[at] != NO_NODE && s->nodes[s->map[at]].json != v)
        at = (at + 1) & s->map_mask;
    return at;
}

uint32_t bx_schema_find(const bx_schema *s, const bx_json_val *v)
{
    return s->map ? s->map[slot_of(s, v)] : NO_NODE;
}

/* At most half of the map is in use. */
static bool widen_map(bx_schema *s)
{
    if (s->map && s->n_nodes < (s->map_mask + 1) / 2)
        return true;
    uint32_t size = s->map ? (s->map_mask + 1) * 2 : 32;
    uint32_t *map = bx_realloc(NULL, size * sizeof *map);
    if (!map)
        return false;
    free(s->map);
    s->map = map;
    s->map_mask = size - 1;
    memset(map, 0xff, size * sizeof *map);
    for (uint32_t i = 0; i < s->n_nodes; i++)
        map[slot_of(s, s->nodes[i].json)] = i;
    return true;
}

bx_code bx_schema_node_for(bx_schema *s, const bx_json_val *v, const bx_schema_node *like,
                           uint32_t *ret, bx_error *err)
{
    const bx_schema_node node = *like; /* may be one of the list that grows */
    if ((*ret = bx_schema_find(s, v)) != NO_NODE)
        return BX_OK;
    if (s->n_nodes >= BX_SCHEMA_MAX_NODES)
        return bx_fail(err, BX_ELIMIT, "schema: more than %d schemas in it", BX_SCHEMA_MAX_NODES);
    if (!widen_map(s) || !BX_SCHEMA_ROOM(s, nodes, 1))
        return bx_fail(err, BX_ENOMEM, "schema");
    *ret = s->n_nodes++;
    s->nodes[*ret] = node;
    s->nodes[*ret].json = v;
    s->map[slot_of(s, v)] = *ret;
    return BX_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bx_code begin(bx_schema *s, const bx_json_val *schema, bx_error *err)
{
    uint32_t root;
    const bx_schema_node like = {
        .named = true, .draft = (uint8_t)s->options.draft, .above = NO_NODE, .types = BX_TYPES_ANY};
    if (!BX_SCHEMA_ROOM(s, resources, 1))
        return bx_fail(err, BX_ENOMEM, "schema");
    char *uri = bx_strndup("", 0);
    if (!uri)
        return bx_fail(err, BX_ENOMEM, "schema");
    s->resources[s->n_resources++] = (bx_schema_resource){.uri = uri, .node = 0};
    bx_code rc = bx_schema_node_for(s, schema, &like, &root, err);
    if (rc == BX_OK)
        rc = bx_schema_scan(s, 0, err);
    return rc == BX_OK ? bx_schema_resolve(s, err) : rc;
}

bx_code bx_schema_compile(const bx_json_val *schema, const bx_schema_options *o, bx_schema **ret,
                          bx_error *err)
{
    BX_AUTO(bx_schema) bx_schema *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "schema");
    s->work = BX_SCHEMA_MAX_WORK;
    if (o)
        s->options = *o;
    bx_code rc = begin(s, schema, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(s);
    return rc;
}

void bx_schema_free(bx_schema *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->n_rules; i++)
        bx_regexp_free(s->rules[i].regexp);
    for (uint32_t i = 0; i < s->n_patterns; i++)
        bx_regexp_free(s->patterns[i].regexp);
    for (uint32_t i = 0; i < s->n_resources; i++)
        free(s->resources[i].uri);
    free(s->nodes);
    free(s->rules);
    free(s->links);
    free(s->names);
    free(s->slots);
    free(s->patterns);
    free(s->objects);
    free(s->resources);
    free(s->anchors);
    free(s->map);
    free(s);
}
