/* Schemas that are applied to the same value. */
#include "tool/schema_judge.h"

bool judge_all(judge *j, const bx_rule *r, const spot *at)
{
    bool fits = true;
    for (uint32_t i = 0; i < r->n && (fits || j->out); i++)
        fits = judge_node(j, j->s->links[r->from + i], at) && fits;
    return fits;
}

/* As judge_quietly, and at->seen is added to if it fits. */
static bool try_node(judge *j, uint32_t node, const spot *at)
{
    AUTO_SEEN own = {.n = 0};
    if (!at->seen)
        return judge_quietly(j, node, at, NULL);
    if (!seen_begin(j, at->v, &own) || !judge_quietly(j, node, at, &own))
        return false;
    seen_add(at->seen, &own);
    return true;
}

bool judge_not(judge *j, const bx_rule *r, const spot *at)
{
    if (!judge_quietly(j, r->node, at, NULL))
        return true;
    if (tell_begin(j, at->place)) {
        (void)bx_buf_add_z(j->out, "must not be ");
        bx_schema_words(j->s, r->json, j->out);
        (void)bx_buf_add_z(j->out, ", got ");
        bx_schema_add_given(j->out, at->v);
        (void)bx_buf_add_c(j->out, '\n');
    }
    return false;
}

bool judge_if(judge *j, const bx_rule *r, const spot *at)
{
    uint64_t next = try_node(j, r->node, at) ? r->min : r->max;
    return next == NO_NODE || judge_node(j, (uint32_t)next, at);
}

bool judge_dependent(judge *j, const bx_rule *r, const spot *at)
{
    bool fits = true;
    uint32_t i = 0;
    bx_str key;
    bx_json_iter it = bx_json_iter_of(r->json);
    for (; (fits || j->out) && bx_json_next(&it, &key); i++) {
        uint32_t node = j->s->links[r->from + i];
        if (!judge_spend(j, 1 + bx_json_size(at->v) / 4))
            return false;
        if (node != NO_NODE && bx_json_get(at->v, key))
            fits = judge_node(j, node, at) && fits;
    }
    return fits;
}

static bool has_companions(judge *j, bx_str key, const bx_json_val *names, const spot *at)
{
    bx_json_iter it = bx_json_iter_of(names);
    bx_str name;
    bool all = true;
    for (const bx_json_val *e; (all || j->out) && (e = bx_json_next(&it, NULL));) {
        if (!judge_spend(j, 1 + bx_json_size(at->v) / 4))
            return false;
        if (!bx_json_str(e, &name) || bx_json_get(at->v, name))
            continue;
        const bx_schema_place there = {.above = at->place, .key = name};
        all = false;
        if (tell_begin(j, &there)) {
            (void)bx_buf_add_z(j->out, "is missing: it has to be there because ");
            bx_schema_add_name(j->out, key);
            (void)bx_buf_add_z(j->out, " is\n");
        }
    }
    return all;
}

bool judge_companions(judge *j, const bx_rule *r, const spot *at)
{
    bool fits = true;
    bx_str key;
    bx_json_iter it = bx_json_iter_of(r->json);
    for (const bx_json_val *e; (fits || j->out) && (e = bx_json_next(&it, &key));) {
        if (!judge_spend(j, 1 + bx_json_size(at->v) / 4))
            return false;
        if (bx_json_type_of(e) == BX_JSON_ARRAY && bx_json_get(at->v, key))
            fits = has_companions(j, key, e, at) && fits;
    }
    return fits;
}

/* ---- choices --------------------------------------------------------------------------------- */

/* The node itself, or where it does nothing but refer, what it refers to. */
static const bx_schema_node *meant(const bx_schema *s, uint32_t node)
{
    const bx_schema_node *n = &s->nodes[node];
    for (int i = 0; i < 8 && n->n_rules == 1 && s->rules[n->rules].kind == BX_RULE_REF; i++)
        n = &s->nodes[s->rules[n->rules].node];
    return n;
}

/* A member that tells the alternatives apart: one of few values in each of them. */
static bool tells_apart(judge *j, const bx_schema_node *n, const bx_json_val *v)
{
    const bx_json_val *properties = bx_json_get(n->json, BX_LIT("properties"));
    bx_json_iter it = bx_json_iter_of(properties);
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        const bx_json_val *member = bx_json_get(v, key), *list = bx_json_get(e, BX_LIT("enum")),
                          *only = bx_json_get(e, BX_LIT("const"));
        bool among = !list;
        if (!judge_spend(j, 1 + bx_json_size(v)))
            return false;
        if (!member)
            continue;
        bx_json_iter values = bx_json_iter_of(list);
        for (const bx_json_val *one; !among && (one = bx_json_next(&values, NULL));)
            among = bx_value_equal(member, one, &j->steps);
        if (!among || (only && !bx_value_equal(member, only, &j->steps)))
            return true;
    }
    return false;
}

static bool is_likely(judge *j, uint32_t node, const bx_json_val *v)
{
    const bx_schema_node *n = meant(j->s, node);
    bx_json_type t = bx_json_type_of(v);
    return n->kind == BX_NODE_RULES && (n->types & bx_type_bit(t)) &&
           (t != BX_JSON_OBJECT || !tells_apart(j, n, v));
}

/* The alternative that `v`, a container, is likely to be meant for; NO_NODE: it is not clear. */
static uint32_t likely(judge *j, const bx_rule *r, const spot *at)
{
    uint32_t found = NO_NODE;
    bx_json_type t = bx_json_type_of(at->v);
    if (t != BX_JSON_OBJECT && t != BX_JSON_ARRAY)
        return NO_NODE;
    for (uint32_t i = 0; i < r->n; i++) {
        uint32_t node = j->s->links[r->from + i];
        if (!is_likely(j, node, at->v))
            continue;
        if (found != NO_NODE)
            return NO_NODE;
        found = node;
    }
    return found;
}

/* Of several that it may be meant for, the one with the fewest problems. */
static uint32_t nearest(judge *j, const bx_rule *r, const spot *at)
{
    uint32_t best = NO_NODE;
    size_t fewest = SIZE_MAX;
    bx_json_type t = bx_json_type_of(at->v);
    for (uint32_t i = 0; i < r->n && t == BX_JSON_OBJECT && j->problems == 0; i++) {
        uint32_t node = j->s->links[r->from + i];
        BX_AUTO_BUF scratch = bx_buf_init(1 << 20);
        judge sub = {.s = j->s, .out = &scratch, .steps = j->steps / 16, .depth = j->depth};
        if (!is_likely(j, node, at->v))
            continue;
        const spot here = {at->v, at->place, at->scope, NULL};
        uint64_t before = sub.steps;
        sub.problems = 1; /* so that none below looks for the nearest again */
        bool fits = judge_node(&sub, node, &here);
        (void)judge_spend(j, before - sub.steps);
        if (!fits && sub.steps > 0 && sub.problems + sub.extra < fewest) {
            fewest = sub.problems + sub.extra;
            best = node;
        }
    }
    return best;
}

static void tell_none(judge *j, const bx_rule *r, const spot *at)
{
    uint32_t node = likely(j, r, at);
    if (node != NO_NODE) {
        (void)judge_node(j, node, &(spot){at->v, at->place, at->scope, NULL});
        return;
    }
    node = nearest(j, r, at);
    if (!tell_begin(j, at->place))
        return;
    (void)bx_buf_add_z(j->out, "expected ");
    bx_schema_add_choice(j->s, r->json, j->out);
    (void)bx_buf_add_z(j->out, ", got ");
    bx_schema_add_given(j->out, at->v);
    (void)bx_buf_add_z(j->out, node == NO_NODE ? "\n" : "; the nearest of them:\n");
    if (node != NO_NODE)
        (void)judge_node(j, node, &(spot){at->v, at->place, at->scope, NULL});
}

static void tell_several(judge *j, const spot *at, uint32_t first, uint32_t second)
{
    if (tell_begin(j, at->place))
        (void)bx_buf_addf(j->out,
                          "fits alternatives %u and %u of oneOf (counted from 0), but has to fit "
                          "exactly one\n",
                          first, second);
}

bool judge_choice(judge *j, const bx_rule *r, const spot *at)
{
    uint32_t fitting = 0, first = 0;
    bool one = r->kind == BX_RULE_ONE_OF;
    for (uint32_t i = 0; i < r->n; i++) {
        if (!try_node(j, j->s->links[r->from + i], at))
            continue;
        if (one && fitting > 0) {
            tell_several(j, at, first, i);
            return false;
        }
        first = fitting ? first : i;
        fitting++;
        if (!one && !at->seen) /* the others have nothing to add */
            return true;
    }
    if (fitting == 0)
        tell_none(j, r, at);
    return fitting > 0;
}
