/* The rules of a node, made of its keywords. */
#include "tool/schema_internal.h"

typedef struct maker {
    bx_schema *s;
    uint32_t node;
    const bx_json_val *const *kw;
    bx_error *err;
} maker;

static const unsigned strings = 1u << BX_JSON_STRING, arrays = 1u << BX_JSON_ARRAY,
                      objects = 1u << BX_JSON_OBJECT;

static bx_code no_memory(const maker *m) { return bx_fail(m->err, BX_ENOMEM, "schema"); }

static bx_code add_rule(const maker *m, const bx_rule *r)
{
    if (!BX_SCHEMA_ROOM(m->s, rules, 1)) {
        bx_regexp_free(r->regexp);
        return no_memory(m);
    }
    m->s->rules[m->s->n_rules++] = *r;
    return BX_OK;
}

static uint32_t child(const maker *m, bx_keyword k)
{
    return m->kw[k] ? bx_schema_find(m->s, m->kw[k]) : NO_NODE;
}

/* The nodes of a list or of an object's values, as links. */
static bx_code add_links(const maker *m, const bx_json_val *list, bx_rule *r)
{
    bx_json_iter it = bx_json_iter_of(list);
    r->from = m->s->n_links;
    r->n = (uint32_t)bx_json_size(list);
    if (!BX_SCHEMA_ROOM(m->s, links, r->n))
        return no_memory(m);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        m->s->links[m->s->n_links++] = bx_schema_find(m->s, e);
    return BX_OK;
}

/* ---- about the value itself ------------------------------------------------------------------ */

static void take_type(const maker *m)
{
    static const struct {
        const char *name;
        unsigned bits;
    } types[] = {
        {"null", 1u << BX_JSON_NULL},     {"boolean", 1u << BX_JSON_BOOL},
        {"string", 1u << BX_JSON_STRING}, {"array", 1u << BX_JSON_ARRAY},
        {"object", 1u << BX_JSON_OBJECT}, {"number", BX_TYPES_NUMBER},
    };
    const bx_json_val *type = m->kw[BX_KW_TYPE];
    bx_schema_node *n = &m->s->nodes[m->node];
    bx_json_iter it = bx_json_iter_of(type);
    bx_str name;
    bool integer = false;
    unsigned bits = 0;
    for (const bx_json_val *e = type; e; e = bx_json_next(&it, NULL)) {
        if (!bx_json_str(e, &name))
            continue; /* the list itself */
        integer |= bx_str_eq(name, BX_LIT("integer"));
        for (size_t i = 0; i < BX_COUNT(types); i++)
            bits |= bx_str_eq(name, bx_str_of(types[i].name)) ? types[i].bits : 0;
    }
    n->whole = integer && !(bits & BX_TYPES_NUMBER);
    n->types = (uint8_t)(!type ? BX_TYPES_ANY : bits | (integer ? BX_TYPES_NUMBER : 0));
}

static bx_code take_counts(const maker *m, bx_keyword low, bx_keyword high, bx_rule r)
{
    r.max = UINT64_MAX;
    r.json = m->s->nodes[m->node].json;
    if (!m->kw[low] && !m->kw[high])
        return BX_OK;
    (void)bx_schema_count(m->kw[low], &r.min);
    (void)bx_schema_count(m->kw[high], &r.max);
    return add_rule(m, &r);
}

static bx_code compile_pattern(const maker *m, const char *keyword, bx_str text, bx_regexp **ret)
{
    bx_error why = {.msg = ""};
    bx_code rc = bx_schema_spend(m->s, 16 + text.n, m->err);
    if (rc != BX_OK)
        return rc;
    rc = bx_regexp_compile(text, ret, &why);
    if (rc != BX_OK)
        return bx_schema_fail(m->s, m->node, keyword, rc, m->err, "%.300s", why.msg);
    rc = bx_schema_spend(m->s, 80 * bx_regexp_size(*ret), m->err); /* so all of them together */
    if (rc != BX_OK)
        bx_regexp_free(BX_TAKE(*ret));
    return rc;
}

static bx_code take_pattern(const maker *m)
{
    bx_rule r = {.kind = BX_RULE_PATTERN, .types = (uint8_t)strings, .json = m->kw[BX_KW_PATTERN]};
    bx_str text;
    if (!bx_json_str(r.json, &text))
        return BX_OK;
    bx_code rc = compile_pattern(m, "pattern", text, &r.regexp);
    return rc == BX_OK ? add_rule(m, &r) : rc;
}

static bx_code take_plain(const maker *m)
{
    static const struct {
        bx_keyword keyword;
        bx_rule rule;
    } plain[] = {
        {BX_KW_ENUM, {.kind = BX_RULE_ENUM, .types = BX_TYPES_ANY}},
        {BX_KW_CONST, {.kind = BX_RULE_CONST, .types = BX_TYPES_ANY}},
        {BX_KW_MINIMUM, {.kind = BX_RULE_MINIMUM, .types = BX_TYPES_NUMBER}},
        {BX_KW_EXCLUSIVE_MINIMUM, {.kind = BX_RULE_MINIMUM, .types = BX_TYPES_NUMBER, .min = 1}},
        {BX_KW_MAXIMUM, {.kind = BX_RULE_MAXIMUM, .types = BX_TYPES_NUMBER}},
        {BX_KW_EXCLUSIVE_MAXIMUM, {.kind = BX_RULE_MAXIMUM, .types = BX_TYPES_NUMBER, .min = 1}},
        {BX_KW_MULTIPLE_OF, {.kind = BX_RULE_MULTIPLE, .types = BX_TYPES_NUMBER}},
    };
    bx_code rc = BX_OK;
    for (size_t i = 0; i < BX_COUNT(plain) && rc == BX_OK; i++) {
        bx_rule r = plain[i].rule;
        if ((r.json = m->kw[plain[i].keyword]))
            rc = add_rule(m, &r);
    }
    return rc;
}

static bx_code take_value(const maker *m)
{
    const bx_rule length = {.kind = BX_RULE_LENGTH, .types = (uint8_t)strings},
                  items = {.kind = BX_RULE_SIZE, .types = (uint8_t)arrays},
                  members = {.kind = BX_RULE_SIZE, .types = (uint8_t)objects},
                  unique = {.kind = BX_RULE_UNIQUE, .types = (uint8_t)arrays};
    bool yes = false;
    take_type(m);
    bx_code rc = take_plain(m);
    if (rc == BX_OK)
        rc = take_counts(m, BX_KW_MIN_LENGTH, BX_KW_MAX_LENGTH, length);
    if (rc == BX_OK)
        rc = take_pattern(m);
    if (rc == BX_OK)
        rc = take_counts(m, BX_KW_MIN_ITEMS, BX_KW_MAX_ITEMS, items);
    if (rc == BX_OK)
        rc = take_counts(m, BX_KW_MIN_PROPERTIES, BX_KW_MAX_PROPERTIES, members);
    if (rc == BX_OK && bx_json_bool(m->kw[BX_KW_UNIQUE_ITEMS], &yes) && yes)
        rc = add_rule(m, &unique);
    return rc;
}

/* ---- schemas applied to it ------------------------------------------------------------------- */

static bx_code take_one(const maker *m, bx_keyword k, bx_rule_kind kind, unsigned types)
{
    bx_rule r = {
        .kind = (uint8_t)kind, .types = (uint8_t)types, .node = child(m, k), .json = m->kw[k]};
    return r.json ? add_rule(m, &r) : BX_OK;
}

static bx_code take_list(const maker *m, bx_keyword k, bx_rule_kind kind, unsigned types)
{
    bx_rule r = {.kind = (uint8_t)kind, .types = (uint8_t)types, .json = m->kw[k]};
    bx_code rc = r.json ? add_links(m, r.json, &r) : BX_OK;
    return r.json && rc == BX_OK ? add_rule(m, &r) : rc;
}

static bx_code take_if(const maker *m)
{
    bx_rule r = {.kind = BX_RULE_IF,
                 .types = BX_TYPES_ANY,
                 .node = child(m, BX_KW_IF),
                 .min = child(m, BX_KW_THEN),
                 .max = child(m, BX_KW_ELSE),
                 .json = m->kw[BX_KW_IF]};
    return r.json ? add_rule(m, &r) : BX_OK;
}

/* "dependencies" of draft 7 is both of what 2020-12 has: its links are of schemas alone. */
static bx_code take_dependencies(const maker *m)
{
    bx_code rc = take_list(m, BX_KW_DEPENDENT_SCHEMAS, BX_RULE_DEPENDENT_SCHEMAS, objects);
    if (rc == BX_OK)
        rc = take_list(m, BX_KW_DEPENDENCIES, BX_RULE_DEPENDENT_SCHEMAS, objects);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_DEPENDENT_REQUIRED, BX_RULE_DEPENDENT_REQUIRED, objects);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_DEPENDENCIES, BX_RULE_DEPENDENT_REQUIRED, objects);
    return rc;
}

static bx_code take_applied(const maker *m)
{
    bx_code rc = take_one(m, BX_KW_REF, BX_RULE_REF, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_DYNAMIC_REF, BX_RULE_DYNAMIC_REF, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_list(m, BX_KW_ALL_OF, BX_RULE_ALL_OF, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_list(m, BX_KW_ANY_OF, BX_RULE_ANY_OF, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_list(m, BX_KW_ONE_OF, BX_RULE_ONE_OF, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_NOT, BX_RULE_NOT, BX_TYPES_ANY);
    if (rc == BX_OK)
        rc = take_if(m);
    return rc == BX_OK ? take_dependencies(m) : rc;
}

/* ---- its parts ------------------------------------------------------------------------------- */

enum { MAX_PLAIN_NAMES = 8 /* that are looked at one by one */ };

static uint32_t hash_of(bx_str name)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (uint8_t)name.p[i]) * 16777619u;
    return h ^ h >> 15;
}

uint32_t bx_schema_member(const bx_schema *s, const bx_schema_object *o, bx_str name,
                          uint64_t *steps)
{
    if (!o->mask) {
        for (uint32_t i = o->names; i < o->names + o->n_names; i++) {
            if (bx_str_eq(s->names[i].name, name))
                return i;
        }
        return NO_NODE;
    }
    uint32_t at = hash_of(name) & o->mask;
    for (; s->slots[o->slots + at] != NO_NODE; at = (at + 1) & o->mask) {
        if (bx_str_eq(s->names[s->slots[o->slots + at]].name, name))
            return s->slots[o->slots + at];
        *steps -= *steps > 0;
    }
    return NO_NODE;
}

/* The room was made. */
static bx_schema_name *add_name(bx_schema *s, bx_schema_object *o, bx_str name)
{
    uint64_t before = s->work;
    uint32_t i = bx_schema_member(s, o, name, &s->work), at = hash_of(name) & o->mask;
    if (i != NO_NODE)
        return &s->names[i];
    i = s->n_names++;
    o->n_names++;
    s->names[i] = (bx_schema_name){.name = name, .node = NO_NODE};
    while (o->mask && s->slots[o->slots + at] != NO_NODE)
        at = (at + 1) & o->mask;
    if (o->mask)
        s->slots[o->slots + at] = i;
    s->work = before > o->n_names ? s->work : 0;
    return &s->names[i];
}

static bool make_table(bx_schema *s, bx_schema_object *o, size_t most)
{
    uint32_t size = 16;
    if (most <= MAX_PLAIN_NAMES)
        return true;
    while (size < 2 * most)
        size *= 2;
    if (!BX_SCHEMA_ROOM(s, slots, size))
        return false;
    o->slots = s->n_slots;
    o->mask = size - 1;
    memset(s->slots + s->n_slots, 0xff, size * sizeof *s->slots);
    s->n_slots += size;
    return true;
}

static bx_code take_names(const maker *m, bx_schema_object *o)
{
    const bx_json_val *properties = m->kw[BX_KW_PROPERTIES], *required = m->kw[BX_KW_REQUIRED];
    size_t most = bx_json_size(properties) + bx_json_size(required);
    bx_json_iter it = bx_json_iter_of(properties);
    bx_str name;
    o->names = m->s->n_names;
    bx_code rc = bx_schema_spend(m->s, most, m->err);
    if (rc != BX_OK)
        return rc;
    if (!make_table(m->s, o, most) || !BX_SCHEMA_ROOM(m->s, names, most))
        return no_memory(m);
    for (const bx_json_val *e; (e = bx_json_next(&it, &name));)
        add_name(m->s, o, name)->node = bx_schema_find(m->s, e);
    it = bx_json_iter_of(required);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_schema_name *n = bx_json_str(e, &name) ? add_name(m->s, o, name) : NULL;
        o->n_required += n && !n->required;
        if (n)
            n->required = true;
    }
    return bx_schema_spend(m->s, 1, m->err);
}

static bx_code take_name_patterns(const maker *m, bx_schema_object *o)
{
    bx_json_iter it = bx_json_iter_of(m->kw[BX_KW_PATTERN_PROPERTIES]);
    bx_str text;
    o->patterns = m->s->n_patterns;
    for (const bx_json_val *e; (e = bx_json_next(&it, &text)); o->n_patterns++) {
        if (!BX_SCHEMA_ROOM(m->s, patterns, 1))
            return no_memory(m);
        bx_schema_pattern p = {.node = bx_schema_find(m->s, e)};
        bx_code rc = compile_pattern(m, "patternProperties", text, &p.regexp);
        if (rc != BX_OK)
            return rc;
        m->s->patterns[m->s->n_patterns++] = p;
    }
    return BX_OK;
}

static bx_code take_object(const maker *m)
{
    bx_schema_object o = {.rest = child(m, BX_KW_ADDITIONAL_PROPERTIES)};
    bx_rule r = {.kind = BX_RULE_OBJECT, .types = (uint8_t)objects, .from = m->s->n_objects};
    if (!m->kw[BX_KW_PROPERTIES] && !m->kw[BX_KW_PATTERN_PROPERTIES] &&
        !m->kw[BX_KW_ADDITIONAL_PROPERTIES] && !m->kw[BX_KW_REQUIRED])
        return BX_OK;
    bx_code rc = take_names(m, &o);
    if (rc == BX_OK)
        rc = take_name_patterns(m, &o);
    if (rc != BX_OK)
        return rc;
    if (!BX_SCHEMA_ROOM(m->s, objects, 1))
        return no_memory(m);
    m->s->objects[m->s->n_objects++] = o;
    r.json = m->s->nodes[m->node].json;
    return add_rule(m, &r);
}

/* The first items by their places, the others by `node`. */
static bx_code take_array(const maker *m)
{
    const bx_json_val *items = m->kw[BX_KW_ITEMS];
    bool list = bx_json_type_of(items) == BX_JSON_ARRAY; /* as in draft 7 */
    const bx_json_val *first = list ? items : m->kw[BX_KW_PREFIX_ITEMS];
    bx_rule r = {.kind = BX_RULE_ARRAY, .types = (uint8_t)arrays};
    r.node = child(m, list ? BX_KW_ADDITIONAL_ITEMS : BX_KW_ITEMS);
    r.json = m->s->nodes[m->node].json;
    if (!first && r.node == NO_NODE)
        return BX_OK;
    bx_code rc = add_links(m, first, &r);
    return rc == BX_OK ? add_rule(m, &r) : rc;
}

static bx_code take_contains(const maker *m)
{
    bx_rule r = {.kind = BX_RULE_CONTAINS,
                 .types = (uint8_t)arrays,
                 .node = child(m, BX_KW_CONTAINS),
                 .min = 1,
                 .max = UINT64_MAX,
                 .json = m->kw[BX_KW_CONTAINS]};
    if (!r.json)
        return BX_OK;
    (void)bx_schema_count(m->kw[BX_KW_MIN_CONTAINS], &r.min);
    (void)bx_schema_count(m->kw[BX_KW_MAX_CONTAINS], &r.max);
    return add_rule(m, &r);
}

static bx_code take_parts(const maker *m)
{
    bx_code rc = take_object(m);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_PROPERTY_NAMES, BX_RULE_NAMES, objects);
    if (rc == BX_OK)
        rc = take_array(m);
    if (rc == BX_OK)
        rc = take_contains(m);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_UNEVALUATED_ITEMS, BX_RULE_REST_ITEMS, arrays);
    if (rc == BX_OK)
        rc = take_one(m, BX_KW_UNEVALUATED_PROPERTIES, BX_RULE_REST_PROPERTIES, objects);
    return rc;
}

bx_code bx_schema_make_rules(bx_schema *s, uint32_t node, const bx_json_val *const kw[BX_KW_COUNT],
                             bx_error *err)
{
    const maker m = {s, node, kw, err};
    s->nodes[node].rules = s->n_rules;
    bx_code rc = take_value(&m);
    if (rc == BX_OK)
        rc = take_applied(&m);
    if (rc == BX_OK)
        rc = take_parts(&m);
    s->nodes[node].n_rules = s->n_rules - s->nodes[node].rules;
    s->nodes[node].has_rest = kw[BX_KW_UNEVALUATED_ITEMS] || kw[BX_KW_UNEVALUATED_PROPERTIES];
    return rc;
}
