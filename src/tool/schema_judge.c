/* The judge: nodes, the rules about the value itself, and references. */
#include "tool/schema_judge.h"

enum { NODE_STEPS = 4 }; /* that a node costs; a step is what a state of a pattern costs */

/* ---- steps, and what was seen ---------------------------------------------------------------- */

bool judge_spend(judge *j, uint64_t n)
{
    bool enough = j->steps > n;
    j->steps = enough ? j->steps - n : 0;
    return enough;
}

bool seen_begin(judge *j, const bx_json_val *v, seen *ret)
{
    size_t n = bx_json_size(v);
    *ret = (seen){.n = n};
    if (n <= 64)
        return true;
    if (!judge_spend(j, n / 64))
        return false;
    ret->more = bx_calloc((n - 1) / 64, sizeof *ret->more);
    if (!ret->more)
        j->steps = 0;
    return ret->more != NULL;
}

void seen_mark(seen *s, size_t i)
{
    if (i < 64)
        s->few |= 1ull << i;
    else if (s->more)
        s->more[i / 64 - 1] |= 1ull << i % 64;
}

bool seen_has(const seen *s, size_t i)
{
    return i < 64 ? s->few >> i & 1 : s->more && s->more[i / 64 - 1] >> i % 64 & 1;
}

void seen_add(seen *to, const seen *from)
{
    if (!to)
        return;
    to->few |= from->few;
    for (size_t i = 0; to->more && from->more && i < (to->n - 1) / 64; i++)
        to->more[i] |= from->more[i];
}

void seen_done(seen *s)
{
    free(s->more);
    s->more = NULL;
}

/* ---- telling --------------------------------------------------------------------------------- */

bool tell_begin(judge *j, const bx_schema_place *at)
{
    if (!j->out || j->problems++ >= BX_SCHEMA_MAX_PROBLEMS)
        return false;
    bx_schema_add_place(j->out, at);
    (void)bx_buf_add_z(j->out, ": ");
    return true;
}

void tell_unexpected(judge *j, const bx_json_val *schema, const spot *at)
{
    if (!tell_begin(j, at->place))
        return;
    (void)bx_buf_add_z(j->out, "expected ");
    bx_schema_words(j->s, schema, j->out);
    (void)bx_buf_add_z(j->out, ", got ");
    bx_schema_add_given(j->out, at->v);
    bx_schema_add_remedy(j->s, schema, at->v, j->out);
    (void)bx_buf_add_c(j->out, '\n');
}

/* ---- the value itself ------------------------------------------------------------------------ */

static bool is_among(judge *j, const bx_json_val *v, const bx_json_val *list)
{
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (bx_value_equal(v, e, &j->steps))
            return true;
    }
    return false;
}

/* Lengths of strings are in characters (JSON Schema Validation section 6.3). */
static uint64_t characters(judge *j, const bx_json_val *v)
{
    bx_str s = BX_LIT("");
    uint64_t n = 0;
    (void)bx_json_str(v, &s);
    (void)judge_spend(j, s.n / 64);
    for (size_t i = 0; i < s.n; i++)
        n += ((uint8_t)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool within(const bx_rule *r, uint64_t n) { return n >= r->min && n <= r->max; }

static bool matches(judge *j, const bx_rule *r, const bx_json_val *v)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(v, &s);
    return bx_regexp_matches(r->regexp, s, &j->steps);
}

static bool value_fits(judge *j, const bx_rule *r, const bx_json_val *v)
{
    switch ((bx_rule_kind)r->kind) {
    case BX_RULE_ENUM:
        return is_among(j, v, r->json);
    case BX_RULE_CONST:
        return bx_value_equal(v, r->json, &j->steps);
    case BX_RULE_MINIMUM:
        return bx_number_compare(v, r->json) >= (int)r->min;
    case BX_RULE_MAXIMUM:
        return bx_number_compare(v, r->json) <= -(int)r->min;
    case BX_RULE_MULTIPLE:
        return bx_number_is_multiple(v, r->json);
    case BX_RULE_LENGTH:
        return within(r, characters(j, v));
    case BX_RULE_PATTERN:
        return matches(j, r, v);
    default:
        return within(r, bx_json_size(v));
    }
}

static bool judge_unique(judge *j, const spot *at)
{
    size_t a = 0, b = 0;
    if (bx_items_differ(at->v, &j->steps, &a, &b))
        return true;
    if (tell_begin(j, at->place))
        (void)bx_buf_addf(j->out, "items %zu and %zu are equal, but no two may be\n", a, b);
    return false;
}

static bool type_fits(const bx_schema_node *n, const bx_json_val *v, unsigned bit)
{
    return (n->types & bit) &&
           (!n->whole || bit != bx_type_bit(BX_JSON_DOUBLE) || bx_number_is_whole(v));
}

/* ---- references ------------------------------------------------------------------------------ */

/* The outermost resource that was entered and has the anchor (Core section 8.2.3.2). */
static uint32_t dynamic_target(judge *j, const bx_rule *r, const scope *from)
{
    uint32_t found = r->node;
    for (const scope *at = from; at; at = at->above) {
        (void)judge_spend(j, r->n);
        for (uint32_t i = 0; i < r->n; i++) {
            if (j->s->links[r->from + 2 * i] == at->resource)
                found = j->s->links[r->from + 2 * i + 1];
        }
    }
    return found;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static bool apply(judge *j, const bx_schema_node *n, const bx_rule *r, const spot *at)
{
    switch ((bx_rule_kind)r->kind) {
    case BX_RULE_UNIQUE:
        return judge_unique(j, at);
    case BX_RULE_REF:
        return judge_node(j, r->node, at);
    case BX_RULE_DYNAMIC_REF:
        return judge_node(j, dynamic_target(j, r, at->scope), at);
    case BX_RULE_ALL_OF:
        return judge_all(j, r, at);
    case BX_RULE_ANY_OF:
    case BX_RULE_ONE_OF:
        return judge_choice(j, r, at);
    case BX_RULE_NOT:
        return judge_not(j, r, at);
    case BX_RULE_IF:
        return judge_if(j, r, at);
    case BX_RULE_DEPENDENT_SCHEMAS:
        return judge_dependent(j, r, at);
    case BX_RULE_DEPENDENT_REQUIRED:
        return judge_companions(j, r, at);
    case BX_RULE_OBJECT:
        return judge_object(j, r, at);
    case BX_RULE_NAMES:
        return judge_names(j, r, at);
    case BX_RULE_ARRAY:
        return judge_array(j, r, at);
    case BX_RULE_CONTAINS:
        return judge_contains(j, r, at);
    case BX_RULE_REST_ITEMS:
    case BX_RULE_REST_PROPERTIES:
        return judge_rest(j, r, at);
    default:
        if (value_fits(j, r, at->v))
            return true;
        tell_unexpected(j, n->json, at);
        return false;
    }
}

static bool judge_rules(judge *j, const bx_schema_node *n, const spot *at)
{
    const unsigned bit = bx_type_bit(bx_json_type_of(at->v));
    const bx_rule *r = j->s->rules + n->rules;
    bool fits = true;
    if (!type_fits(n, at->v, bit)) {
        tell_unexpected(j, n->json, at);
        return false;
    }
    for (uint32_t i = 0; i < n->n_rules; i++) {
        if (!(r[i].types & bit) || apply(j, n, &r[i], at))
            continue;
        fits = false;
        if (!j->out || r[i].kind <= BX_RULE_UNIQUE) /* what is in it does not matter then */
            return false;
    }
    return fits;
}

/* What "unevaluated..." asks is what this node's own keywords have judged, and those that they
 * apply; who applied this node hears of it afterwards. */
static bool judge_with_rest(judge *j, const bx_schema_node *n, const spot *at)
{
    AUTO_SEEN own = {.n = 0};
    spot here = *at;
    here.seen = &own;
    if (!seen_begin(j, at->v, &own) || !judge_rules(j, n, &here))
        return false;
    seen_add(at->seen, &own);
    return true;
}

static bool judge_one(judge *j, const bx_schema_node *n, const spot *at)
{
    switch ((bx_node_kind)n->kind) {
    case BX_NODE_TRUE:
        return true;
    case BX_NODE_FALSE:
        tell_unexpected(j, n->json, at);
        return false;
    case BX_NODE_META:
        if (bx_schema_is_one(at->v, (bx_schema_draft)n->draft, &j->steps))
            return true;
        if (tell_begin(j, at->place))
            (void)bx_buf_add_z(j->out, "expected a JSON Schema\n");
        return false;
    default:
        return n->has_rest ? judge_with_rest(j, n, at) : judge_rules(j, n, at);
    }
}

bool judge_node(judge *j, uint32_t node, const spot *at)
{
    const bx_schema_node *n = &j->s->nodes[node];
    bool fits;
    if (!judge_spend(j, NODE_STEPS))
        return false;
    if (j->depth >= BX_SCHEMA_MAX_NESTED) {
        j->steps = 0;
        return false;
    }
    j->depth++;
    if (at->scope->resource == n->resource) {
        fits = judge_one(j, n, at);
    } else {
        const scope inner = {.resource = n->resource, .above = at->scope};
        const spot here = {at->v, at->place, &inner, at->seen};
        fits = judge_one(j, n, &here);
    }
    j->depth--;
    return fits;
}

bool judge_quietly(judge *j, uint32_t node, const spot *at, seen *keep)
{
    bx_buf *out = j->out;
    const spot here = {at->v, at->place, at->scope, keep};
    j->out = NULL;
    bool fits = judge_node(j, node, &here);
    j->out = out;
    return fits;
}

size_t bx_schema_judge(const bx_schema *s, const bx_json_val *value, bx_buf *out)
{
    judge j = {.s = s, .steps = BX_SCHEMA_MAX_STEPS};
    const scope outer = {.resource = s->nodes[0].resource};
    const spot at = {.v = value, .scope = &outer};
    if (judge_node(&j, 0, &at) && j.steps > 0)
        return 0;
    if (!out)
        return 1;
    bool too_much = j.steps == 0;
    j = (judge){.s = s, .out = out, .steps = BX_SCHEMA_MAX_STEPS};
    if (!too_much)
        (void)judge_node(&j, 0, &at);
    if (too_much || j.problems == 0)
        (void)bx_buf_addf(out, "(whole): %s\n",
                          too_much ? "it takes too much work to judge it by this schema"
                                   : "it does not fit, and why takes too much work to tell");
    else if (j.problems > BX_SCHEMA_MAX_PROBLEMS)
        (void)bx_buf_addf(out, "and %zu more\n", j.problems - BX_SCHEMA_MAX_PROBLEMS);
    return j.problems ? j.problems : 1;
}
