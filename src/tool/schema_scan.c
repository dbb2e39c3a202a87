/* The walk over a schema: which values are schemas, what they are called, their rules. */
#include "codec/uri_ref.h"
#include "tool/schema_internal.h"

/* A node's keywords by number. */
typedef const bx_json_val *keywords[BX_KW_COUNT];

/* ---- what there is --------------------------------------------------------------------------- */

static bx_code unknown_keyword(const bx_schema *s, uint32_t node, bx_str key, bx_error *err)
{
    BX_AUTO_BUF name = bx_buf_init(4096);
    bx_schema_draft draft = (bx_schema_draft)s->nodes[node].draft;
    bool elsewhere =
        bx_keyword_of(key, !draft ? BX_SCHEMA_DRAFT_7 : BX_SCHEMA_2020_12) != BX_KW_COUNT;
    (void)bx_buf_add_str(&name, key);
    if (memchr(key.p, 0, key.n))
        bx_buf_clear(&name);
    return bx_schema_fail(s, node, name.p ? name.p : "", BX_EINVAL, err,
                          elsewhere
                              ? "no keyword of this draft of JSON Schema (\"$schema\" says which)"
                              : "no keyword of JSON Schema");
}

static bx_code take_keywords(bx_schema *s, uint32_t node, keywords kw, bx_error *err)
{
    bx_schema_draft draft = (bx_schema_draft)s->nodes[node].draft;
    bx_json_iter it = bx_json_iter_of(s->nodes[node].json);
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        bx_keyword k = bx_keyword_of(key, draft);
        bool note = s->options.note && bx_str_eq(key, bx_str_of(s->options.note));
        if (k == BX_KW_COUNT && s->options.strict && !note)
            return unknown_keyword(s, node, key, err);
        if (k == BX_KW_COUNT)
            continue;
        kw[k] = e;
    }
    if (draft == BX_SCHEMA_DRAFT_7 && kw[BX_KW_REF]) { /* what stands beside it does not count */
        for (int k = 0; k < BX_KW_COUNT; k++) {
            if (k != BX_KW_REF && k != BX_KW_DEFINITIONS)
                kw[k] = NULL;
        }
    }
    for (int k = 0; k < BX_KW_COUNT; k++) {
        const char *wanted = kw[k] ? bx_keyword_misfit((bx_keyword)k, draft, kw[k]) : NULL;
        if (wanted)
            return bx_schema_fail(s, node, bx_keyword_name((bx_keyword)k), BX_EINVAL, err,
                                  "expected %s", wanted);
    }
    return bx_schema_spend(s, 4 + bx_json_size(s->nodes[node].json), err);
}

/* ---- what it is called ----------------------------------------------------------------------- */

static bx_code add_anchor(bx_schema *s, uint32_t node, bx_str name, bool dynamic, bx_error *err)
{
    uint32_t resource = s->nodes[node].resource;
    for (uint32_t i = 0; i < s->n_anchors; i++) {
        const bx_schema_anchor *a = &s->anchors[i];
        if (a->resource == resource && bx_str_eq(a->name, name) && a->node != node)
            return bx_schema_fail(s, node, NULL, BX_EINVAL, err,
                                  "the anchor '%.*s' is there already", BX_FMT(name));
    }
    if (s->n_anchors >= BX_SCHEMA_MAX_NAMES)
        return bx_fail(err, BX_ELIMIT, "schema: more than %d anchors", BX_SCHEMA_MAX_NAMES);
    if (!BX_SCHEMA_ROOM(s, anchors, 1))
        return bx_fail(err, BX_ENOMEM, "schema");
    s->anchors[s->n_anchors++] = (bx_schema_anchor){name, resource, node, dynamic};
    return bx_schema_spend(s, s->n_anchors, err);
}

static bx_code add_resource(bx_schema *s, uint32_t node, bx_str id, bx_error *err)
{
    BX_AUTO_BUF uri = bx_buf_init(BX_URI_REF_MAX);
    bx_uri_resolve(bx_str_of(s->resources[s->nodes[node].resource].uri), id, &uri);
    bx_code rc = bx_wrap(bx_buf_check(&uri, err), err, "schema");
    if (rc != BX_OK)
        return rc;
    bx_str found = bx_buf_str(&uri);
    if (memchr(found.p, 0, found.n))
        return bx_schema_fail(s, node, "$id", BX_EINVAL, err, "expected a URI");
    char *own = bx_strndup(found.p, found.n);
    if (!own)
        return bx_fail(err, BX_ENOMEM, "schema");
    if (node == 0) { /* the document itself */
        free(s->resources[0].uri);
        s->resources[0].uri = own;
        return BX_OK;
    }
    bool twice = false;
    for (uint32_t i = 0; i < s->n_resources; i++)
        twice |= strcmp(s->resources[i].uri, own) == 0;
    if (twice || s->n_resources >= BX_SCHEMA_MAX_NAMES || !BX_SCHEMA_ROOM(s, resources, 1)) {
        free(own);
        if (twice)
            return bx_schema_fail(s, node, "$id", BX_EINVAL, err,
                                  "'%.*s' is the name of another schema in it", BX_FMT(id));
        return s->n_resources < BX_SCHEMA_MAX_NAMES
                   ? bx_fail(err, BX_ENOMEM, "schema")
                   : bx_fail(err, BX_ELIMIT, "schema: more than %d identifiers",
                             BX_SCHEMA_MAX_NAMES);
    }
    s->nodes[node].resource = s->n_resources;
    s->resources[s->n_resources++] = (bx_schema_resource){.uri = own, .node = node};
    return bx_schema_spend(s, s->n_resources, err);
}

static bx_code take_draft(bx_schema *s, uint32_t node, const bx_json_val *v, bx_error *err)
{
    bx_schema_draft draft;
    bx_str uri;
    if (!bx_json_str(v, &uri))
        return BX_OK; /* its shape is checked with the others */
    if (!bx_schema_draft_of(uri, &draft))
        return bx_schema_fail(s, node, "$schema", BX_EUNSUPPORTED, err,
                              "'%.*s' is no draft that is known here: "
                              "https://json-schema.org/draft/2020-12/schema and "
                              "http://json-schema.org/draft-07/schema# are",
                              BX_FMT(uri));
    s->nodes[node].draft = (uint8_t)draft;
    return BX_OK;
}

/* The draft comes first: it decides which keywords there are.  It counts where a document begins.
 */
static bx_code take_names(bx_schema *s, uint32_t node, const keywords kw, bx_error *err)
{
    bool has_fragment = false, seven = s->nodes[node].draft == BX_SCHEMA_DRAFT_7;
    bx_code rc = BX_OK;
    bx_str id, name, fragment;
    if (!s->nodes[node].named)
        return BX_OK;
    if (bx_json_str(kw[BX_KW_ID], &id)) {
        fragment = bx_uri_fragment(id, &has_fragment);
        if (fragment.n > 0 && !seven)
            return bx_schema_fail(s, node, "$id", BX_EINVAL, err,
                                  "expected a URI without a fragment; $anchor names a place");
        if (id.p[0] != '#' && id.n > 0)
            rc = add_resource(s, node, id, err);
        if (rc == BX_OK && fragment.n > 0 && fragment.p[0] != '/')
            rc = add_anchor(s, node, fragment, false, err);
    }
    if (rc == BX_OK && bx_json_str(kw[BX_KW_ANCHOR], &name))
        rc = add_anchor(s, node, name, false, err);
    if (rc == BX_OK && bx_json_str(kw[BX_KW_DYNAMIC_ANCHOR], &name))
        rc = add_anchor(s, node, name, true, err);
    return rc;
}

/* ---- what is in it --------------------------------------------------------------------------- */

static bool is_schema(const bx_json_val *v)
{
    bx_json_type t = bx_json_type_of(v);
    return t == BX_JSON_BOOL || t == BX_JSON_OBJECT;
}

static bool is_map(bx_keyword k)
{
    switch (k) {
    case BX_KW_DEFS:
    case BX_KW_DEFINITIONS:
    case BX_KW_DEPENDENT_SCHEMAS:
    case BX_KW_DEPENDENCIES:
    case BX_KW_PROPERTIES:
    case BX_KW_PATTERN_PROPERTIES:
        return true;
    default:
        return false;
    }
}

static bx_code take_children(bx_schema *s, uint32_t node, bx_keyword k, const bx_json_val *v,
                             bx_error *err)
{
    const bx_schema_node *of = &s->nodes[node];
    bx_schema_node like = {.named = of->named,
                           .draft = of->draft,
                           .resource = of->resource,
                           .types = BX_TYPES_ANY,
                           .above = node,
                           .via = bx_str_of(bx_keyword_name(k))};
    uint32_t child;
    if (!is_map(k) && is_schema(v))
        return bx_schema_node_for(s, v, &like, &child, err);
    bx_json_iter it = bx_json_iter_of(v);
    bx_code rc = bx_schema_spend(s, bx_json_size(v), err);
    like.via_kind = is_map(k) ? 1 : 2;
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, &like.key)); like.index++) {
        if (is_schema(e))
            rc = bx_schema_node_for(s, e, &like, &child, err);
    }
    return rc;
}

static bx_code scan_node(bx_schema *s, uint32_t node, bx_error *err)
{
    bool word;
    keywords kw = {NULL};
    if (bx_json_bool(s->nodes[node].json, &word)) {
        s->nodes[node].kind = word ? BX_NODE_TRUE : BX_NODE_FALSE;
        return BX_OK;
    }
    if (bx_json_type_of(s->nodes[node].json) != BX_JSON_OBJECT)
        return bx_schema_fail(s, node, NULL, BX_EINVAL, err,
                              "expected a schema: an object, true or false");
    bx_code rc = BX_OK;
    const bx_json_val *draft = bx_json_get(s->nodes[node].json, BX_LIT("$schema"));
    bool begins = node == 0 || bx_json_get(s->nodes[node].json, BX_LIT("$id"));
    if (draft && begins && s->nodes[node].named)
        rc = take_draft(s, node, draft, err);
    if (rc == BX_OK)
        rc = take_keywords(s, node, kw, err);
    if (rc == BX_OK)
        rc = take_names(s, node, kw, err);
    for (int k = 0; k < BX_KW_COUNT && rc == BX_OK; k++) {
        if (kw[k] && bx_keyword_holds_schemas((bx_keyword)k))
            rc = take_children(s, node, (bx_keyword)k, kw[k], err);
    }
    return rc == BX_OK ? bx_schema_make_rules(s, node, (const bx_json_val *const *)kw, err) : rc;
}

bx_code bx_schema_scan(bx_schema *s, uint32_t from, bx_error *err)
{
    for (uint32_t i = from; i < s->n_nodes; i++) { /* the list grows meanwhile */
        bx_code rc = scan_node(s, i, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}
