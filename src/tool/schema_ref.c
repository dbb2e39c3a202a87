/* Where references lead. */
#include "codec/uri_ref.h"
#include "tool/schema_internal.h"

typedef struct target {
    uint32_t node;
    const bx_schema_anchor *anchor; /* by which it was found, or NULL */
} target;

/* ---- by pointer ------------------------------------------------------------------------------ */

/* The next token of a pointer (RFC 6901), its escapes undone. */
static bool next_token(bx_str *rest, bx_buf *token)
{
    bx_buf_clear(token);
    if (rest->n == 0)
        return false;
    size_t i = 1; /* behind the slash */
    for (; i < rest->n && rest->p[i] != '/'; i++) {
        bool escape = rest->p[i] == '~' && i + 1 < rest->n &&
                      (rest->p[i + 1] == '0' || rest->p[i + 1] == '1');
        (void)bx_buf_add_c(token, !escape ? rest->p[i] : rest->p[i + 1] == '0' ? '~' : '/');
        i += escape;
    }
    *rest = bx_str_from(*rest, i);
    return true;
}

static const bx_json_val *part_of(const bx_json_val *v, bx_str token)
{
    if (bx_json_type_of(v) == BX_JSON_OBJECT)
        return bx_json_get(v, token);
    size_t at = 0;
    if (token.n == 0 || token.n > 9 || (token.n > 1 && token.p[0] == '0'))
        return NULL;
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] < '0' || token.p[i] > '9')
            return NULL;
        at = at * 10 + (size_t)(token.p[i] - '0');
    }
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); at--) {
        if (at == 0)
            return e;
    }
    return NULL;
}

/* `pointer` is of the document, with its escapes.  A place that no keyword leads to becomes a node
 * as well; identifiers in it do not count. */
static bx_code by_pointer(bx_schema *s, uint32_t resource, bx_str pointer, target *ret,
                          bx_error *err)
{
    BX_AUTO_BUF token = bx_buf_init(BX_URI_REF_MAX), plain = bx_buf_init(BX_URI_REF_MAX);
    uint32_t node = s->resources[resource].node;
    const bx_json_val *v = s->nodes[node].json;
    bx_uri_unescape(pointer, &plain);
    bx_str rest = bx_buf_str(&plain);
    bx_code rc = bx_wrap(bx_buf_check(&plain, err), err, "schema");
    while (v && rc == BX_OK && next_token(&rest, &token)) {
        rc = bx_schema_spend(s, 1 + bx_json_size(v), err);
        v = part_of(v, bx_buf_str(&token));
        uint32_t here = v ? bx_schema_find(s, v) : NO_NODE;
        node = here != NO_NODE ? here : node;
    }
    bx_json_type t = bx_json_type_of(v);
    ret->node = NO_NODE;
    if (rc != BX_OK || (t != BX_JSON_OBJECT && t != BX_JSON_BOOL))
        return rc;
    bx_schema_node like = {.draft = s->nodes[node].draft,
                           .resource = s->nodes[node].resource,
                           .types = BX_TYPES_ANY,
                           .above = s->resources[resource].node,
                           .via = pointer,
                           .via_kind = 3};
    return bx_schema_node_for(s, v, &like, &ret->node, err);
}

/* ---- by name --------------------------------------------------------------------------------- */

static const bx_schema_anchor *find_anchor(const bx_schema *s, uint32_t resource, bx_str name)
{
    for (uint32_t i = 0; i < s->n_anchors; i++) {
        if (s->anchors[i].resource == resource && bx_str_eq(s->anchors[i].name, name))
            return &s->anchors[i];
    }
    return NULL;
}

static uint32_t find_resource(const bx_schema *s, bx_str uri)
{
    for (uint32_t i = 0; i < s->n_resources; i++) {
        if (bx_str_eq(bx_str_of(s->resources[i].uri), uri))
            return i;
    }
    return NO_NODE;
}

/* The meta-schemas: a node that stands for all of one.  Its `json` is the reference itself. */
static bx_code by_draft(bx_schema *s, uint32_t from, const bx_json_val *ref, bx_schema_draft draft,
                        target *ret, bx_error *err)
{
    bx_schema_node like = s->nodes[from];
    like.kind = BX_NODE_META;
    like.draft = (uint8_t)draft;
    like.types = BX_TYPES_ANY;
    like.n_rules = 0;
    return bx_schema_node_for(s, ref, &like, &ret->node, err);
}

static bx_code find_in(bx_schema *s, uint32_t resource, bx_str fragment, target *ret, bx_error *err)
{
    BX_AUTO_BUF plain = bx_buf_init(BX_URI_REF_MAX);
    bx_uri_unescape(fragment, &plain);
    bx_code rc = bx_wrap(bx_buf_check(&plain, err), err, "schema");
    if (rc != BX_OK)
        return rc;
    if (fragment.n == 0) {
        ret->node = s->resources[resource].node;
        return BX_OK;
    }
    if (plain.p[0] == '/')
        return by_pointer(s, resource, fragment, ret, err);
    ret->anchor = find_anchor(s, resource, bx_buf_str(&plain));
    ret->node = ret->anchor ? ret->anchor->node : NO_NODE;
    return bx_schema_spend(s, s->n_anchors, err);
}

static bx_code follow(bx_schema *s, uint32_t node, const bx_rule *rule, target *ret, bx_error *err)
{
    BX_AUTO_BUF uri = bx_buf_init(BX_URI_REF_MAX);
    const char *keyword = rule->kind == BX_RULE_REF ? "$ref" : "$dynamicRef";
    bx_schema_draft draft;
    bx_str ref = BX_LIT("");
    (void)bx_json_str(rule->json, &ref);
    bx_str fragment = bx_uri_fragment(ref, NULL);
    bx_uri_resolve(bx_str_of(s->resources[s->nodes[node].resource].uri), ref, &uri);
    bx_code rc = bx_wrap(bx_buf_check(&uri, err), err, "schema");
    if (rc == BX_OK)
        rc = bx_schema_spend(s, s->n_resources, err);
    if (rc != BX_OK)
        return rc;
    uint32_t resource = find_resource(s, bx_buf_str(&uri));
    if (ref.n == 0 || ref.p[0] == '#') /* of where it stands, whatever that is called */
        resource = s->nodes[node].resource;
    *ret = (target){.node = NO_NODE};
    if (resource != NO_NODE)
        rc = find_in(s, resource, fragment, ret, err);
    else if (fragment.n == 0 && bx_schema_draft_of(bx_buf_str(&uri), &draft))
        rc = by_draft(s, node, rule->json, draft, ret, err);
    else
        return bx_schema_fail(s, node, keyword, BX_EUNSUPPORTED, err,
                              "'%.*s' is not in this document, and nothing is fetched: put it into "
                              "\"$defs\" with its \"$id\"",
                              BX_FMT(ref));
    return rc == BX_OK && ret->node == NO_NODE
               ? bx_schema_fail(s, node, keyword, BX_EINVAL, err,
                                "there is no schema at '%.*s' in this document", BX_FMT(ref))
               : rc;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* A dynamic reference may lead to each anchor of that name that is dynamic (Core section 8.2.3.2);
 * where the one that it names itself is not, it is a reference like any other. */
static bx_code link_dynamic(bx_schema *s, bx_rule *r, const bx_schema_anchor *a, bx_error *err)
{
    r->kind = BX_RULE_REF;
    if (!a || !a->dynamic)
        return BX_OK;
    r->kind = BX_RULE_DYNAMIC_REF;
    r->from = s->n_links;
    for (uint32_t i = 0; i < s->n_anchors; i++) {
        if (!s->anchors[i].dynamic || !bx_str_eq(s->anchors[i].name, a->name))
            continue;
        if (!BX_SCHEMA_ROOM(s, links, 2))
            return bx_fail(err, BX_ENOMEM, "schema");
        s->links[s->n_links++] = s->anchors[i].resource;
        s->links[s->n_links++] = s->anchors[i].node;
        r->n++;
    }
    return bx_schema_spend(s, s->n_anchors, err);
}

static bx_code resolve_node(bx_schema *s, uint32_t node, bx_error *err)
{
    const bx_schema_node n = s->nodes[node];
    for (uint32_t i = n.rules; n.kind == BX_NODE_RULES && i < n.rules + n.n_rules; i++) {
        target t;
        uint8_t kind = s->rules[i].kind;
        if (kind != BX_RULE_REF && kind != BX_RULE_DYNAMIC_REF)
            continue;
        uint32_t known = s->n_nodes;
        bx_code rc = follow(s, node, &s->rules[i], &t, err);
        if (rc == BX_OK && s->n_nodes > known && s->nodes[known].kind != BX_NODE_META)
            rc = bx_schema_scan(s, known, err);
        if (rc != BX_OK)
            return rc;
        s->rules[i].node = t.node;
        if (kind == BX_RULE_DYNAMIC_REF)
            rc = link_dynamic(s, &s->rules[i], t.anchor, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* ---- no way round ---------------------------------------------------------------------------- */

/* Depth first over what is applied to the same value.  A node that is met again while it is still
 * on the way would be applied to that value for ever. */
enum { NEW, ON_WAY, DONE };

/* The i-th node that `r` applies to the same value; NO_NODE: there are no more of them. */
static uint32_t edge(const bx_schema *s, const bx_rule *r, uint32_t i)
{
    switch (r->kind) {
    case BX_RULE_REF:
    case BX_RULE_DYNAMIC_REF: /* where else it leads shows only while judging */
    case BX_RULE_NOT:
        return i == 0 ? r->node : NO_NODE;
    case BX_RULE_IF: {
        const uint64_t of[] = {r->node, r->min, r->max};
        while (i < 3 && of[i] == NO_NODE)
            i++;
        return i < 3 ? (uint32_t)of[i] : NO_NODE;
    }
    case BX_RULE_ALL_OF:
    case BX_RULE_ANY_OF:
    case BX_RULE_ONE_OF:
    case BX_RULE_DEPENDENT_SCHEMAS:
        while (i < r->n && s->links[r->from + i] == NO_NODE)
            i++;
        return i < r->n ? s->links[r->from + i] : NO_NODE;
    default:
        return NO_NODE;
    }
}

typedef struct step { /* a node on the way, and which of its edges is next */
    uint32_t node, rule, edge;
} step;

static uint32_t next_edge(const bx_schema *s, step *at)
{
    const bx_schema_node *n = &s->nodes[at->node];
    while (at->rule < n->n_rules) {
        uint32_t to = edge(s, &s->rules[n->rules + at->rule], at->edge++);
        if (to != NO_NODE)
            return to;
        at->rule++;
        at->edge = 0;
    }
    return NO_NODE;
}

static bx_code walk_from(const bx_schema *s, uint32_t node, uint8_t *state, step *way,
                         bx_error *err)
{
    uint32_t depth = 1;
    way[0] = (step){.node = node};
    state[node] = ON_WAY;
    while (depth > 0) {
        uint32_t to = next_edge(s, &way[depth - 1]);
        if (to == NO_NODE) {
            state[way[--depth].node] = DONE;
        } else if (state[to] == ON_WAY) {
            return bx_schema_fail(s, way[depth - 1].node, NULL, BX_EINVAL, err,
                                  "it is applied to the same value again and again, without end");
        } else if (state[to] == NEW) {
            state[to] = ON_WAY;
            way[depth++] = (step){.node = to};
        }
    }
    return BX_OK;
}

static bx_code check_ways(const bx_schema *s, bx_error *err)
{
    BX_AUTOFREE uint8_t *state = bx_calloc(s->n_nodes, 1);
    BX_AUTOFREE step *way = bx_calloc(s->n_nodes, sizeof *way);
    bx_code rc = BX_OK;
    if (!state || !way)
        return bx_fail(err, BX_ENOMEM, "schema");
    for (uint32_t i = 0; i < s->n_nodes && rc == BX_OK; i++) {
        if (state[i] == NEW)
            rc = walk_from(s, i, state, way, err);
    }
    return rc;
}

bx_code bx_schema_resolve(bx_schema *s, bx_error *err)
{
    for (uint32_t i = 0; i < s->n_nodes; i++) { /* the list may grow meanwhile */
        bx_code rc = resolve_node(s, i, err);
        if (rc != BX_OK)
            return rc;
    }
    return check_ways(s, err);
}
