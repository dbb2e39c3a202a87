/* Schemas that are applied to the parts of a value. */
#include "tool/schema_judge.h"

/* ---- members --------------------------------------------------------------------------------- */

/* All that is missing in one line, with what each has to be. */
static bool tell_missing(judge *j, const bx_schema_object *o, const spot *at)
{
    const bx_schema_name *names = j->s->names + o->names, *only = NULL;
    size_t missing = 0;
    for (uint32_t i = 0; i < o->n_names; i++) {
        if (!names[i].required || !judge_spend(j, 1 + bx_json_size(at->v) / 4) ||
            bx_json_get(at->v, names[i].name))
            continue;
        only = &names[i];
        missing++;
    }
    const bx_schema_place there = {.above = at->place, .key = only ? only->name : BX_LIT("")};
    if (missing == 0 || !tell_begin(j, missing == 1 ? &there : at->place))
        return missing == 0;
    (void)bx_buf_add_z(j->out, missing == 1 ? "is missing: expected " : "these are missing: ");
    bx_schema_add_required(j->s, o, at->v, missing == 1 ? only : NULL, j->out);
    j->extra += missing - 1;
    (void)bx_buf_add_c(j->out, '\n');
    return false;
}

/* The names there are, and the patterns that others may match. */
static void add_known(const bx_json_val *properties, const bx_json_val *patterns, bx_buf *out)
{
    if (bx_json_size(properties) > 0 || bx_json_size(patterns) == 0)
        bx_schema_add_names(out, properties);
    if (bx_json_size(properties) > 0 && bx_json_size(patterns) > 0)
        (void)bx_buf_add_z(out, ", and ");
    if (bx_json_size(patterns) > 0) {
        (void)bx_buf_add_z(out, "what matches ");
        bx_schema_add_names(out, patterns);
    }
}

static bool tell_unknown(judge *j, const bx_rule *r, bx_str key, const spot *at)
{
    const bx_json_val *properties = bx_json_get(r->json, BX_LIT("properties")),
                      *patterns = bx_json_get(r->json, BX_LIT("patternProperties"));
    if (!tell_begin(j, at->place))
        return false;
    bx_str near = bx_schema_nearest(properties, key);
    bool others = near.n == 0 || bx_json_size(properties) + bx_json_size(patterns) > 1;
    (void)bx_buf_add_z(j->out, "is not known");
    if (near.n > 0) {
        (void)bx_buf_add_z(j->out, "; did you mean ");
        bx_schema_add_name(j->out, near);
        (void)bx_buf_add_c(j->out, '?');
    }
    if (others) {
        (void)bx_buf_add_z(j->out, near.n ? " There is " : "; there is ");
        add_known(properties, patterns, j->out);
    }
    (void)bx_buf_add_c(j->out, '\n');
    return false;
}

/* *ret_known: a keyword speaks of that member. */
static bool judge_member(judge *j, const bx_rule *r, bx_str key, const spot *at, bool *ret_known)
{
    const bx_schema *s = j->s;
    const bx_schema_object *o = &s->objects[r->from];
    uint32_t name = bx_schema_member(s, o, key, &j->steps);
    bool fits = true;
    if (name != NO_NODE && s->names[name].node != NO_NODE) {
        *ret_known = true;
        fits = judge_node(j, s->names[name].node, at);
    }
    for (uint32_t i = o->patterns; i < o->patterns + o->n_patterns && (fits || j->out); i++) {
        if (!bx_regexp_matches(s->patterns[i].regexp, key, &j->steps))
            continue;
        *ret_known = true;
        fits = judge_node(j, s->patterns[i].node, at) && fits;
    }
    if (*ret_known || o->rest == NO_NODE)
        return fits;
    *ret_known = true;
    if (s->nodes[o->rest].kind == BX_NODE_FALSE)
        return tell_unknown(j, r, key, at);
    return judge_node(j, o->rest, at) && fits;
}

bool judge_object(judge *j, const bx_rule *r, const spot *at)
{
    const bx_schema_object *o = &j->s->objects[r->from];
    bx_json_iter it = bx_json_iter_of(at->v);
    uint32_t required = 0, name;
    bool fits = !j->out || o->n_required == 0 || tell_missing(j, o, at);
    size_t i = 0;
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key)); i++) {
        const bx_schema_place there = {.above = at->place, .key = key};
        bool known = false;
        if (!judge_spend(j, 1))
            return false;
        if (o->n_required > 0) {
            name = bx_schema_member(j->s, o, key, &j->steps);
            required += name != NO_NODE && j->s->names[name].required;
        }
        fits = judge_member(j, r, key, &(spot){e, &there, at->scope, NULL}, &known) && fits;
        if (!fits && !j->out)
            return false;
        if (known && at->seen)
            seen_mark(at->seen, i);
    }
    return fits && required == o->n_required;
}

bool judge_names(judge *j, const bx_rule *r, const spot *at)
{
    bx_json_iter it = bx_json_iter_of(at->v);
    bool fits = true;
    bx_str key;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key)) && (fits || j->out);) {
        const bx_schema_place there = {.above = at->place, .key = key};
        const bx_json_val *name = bx_json_name_of(e);
        if (judge_quietly(j, r->node, &(spot){name, &there, at->scope, NULL}, NULL))
            continue;
        fits = false;
        if (!tell_begin(j, &there))
            continue;
        (void)bx_buf_add_z(j->out, "is no name for a member; expected ");
        bx_schema_words(j->s, r->json, j->out);
        (void)bx_buf_add_c(j->out, '\n');
    }
    return fits;
}

/* ---- items ----------------------------------------------------------------------------------- */

bool judge_array(judge *j, const bx_rule *r, const spot *at)
{
    bx_json_iter it = bx_json_iter_of(at->v);
    bx_schema_place there = {.above = at->place, .is_index = true};
    bool fits = true;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); there.index++) {
        uint32_t node = there.index < r->n ? j->s->links[r->from + there.index] : r->node;
        if (node == NO_NODE)
            break;
        fits = judge_node(j, node, &(spot){e, &there, at->scope, NULL}) && fits;
        if (!fits && !j->out)
            return false;
        if (at->seen)
            seen_mark(at->seen, there.index);
    }
    return fits;
}

static bool tell_contained(judge *j, const bx_rule *r, uint64_t n, const spot *at)
{
    bool few = n < r->min;
    uint64_t bound = few ? r->min : r->max;
    if (!tell_begin(j, at->place))
        return false;
    (void)bx_buf_addf(j->out, "expected at %s %llu item%s that %s ", few ? "least" : "most",
                      (unsigned long long)bound, bound == 1 ? "" : "s", bound == 1 ? "is" : "are");
    bx_schema_words(j->s, r->json, j->out);
    (void)bx_buf_addf(j->out, ", got %llu of %zu\n", (unsigned long long)n, bx_json_size(at->v));
    return false;
}

bool judge_contains(judge *j, const bx_rule *r, const spot *at)
{
    bx_json_iter it = bx_json_iter_of(at->v);
    bx_schema_place there = {.above = at->place, .is_index = true};
    uint64_t n = 0;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL)); there.index++) {
        if (!judge_quietly(j, r->node, &(spot){e, &there, at->scope, NULL}, NULL))
            continue;
        n++;
        if (at->seen)
            seen_mark(at->seen, there.index);
        else if (n >= r->min && r->max == UINT64_MAX)
            return true;
    }
    return (n >= r->min && n <= r->max) || tell_contained(j, r, n, at);
}

/* ---- what nothing else has judged -------------------------------------------------------------
 */

bool judge_rest(judge *j, const bx_rule *r, const spot *at)
{
    bx_json_iter it = bx_json_iter_of(at->v);
    bool fits = true, never = j->s->nodes[r->node].kind == BX_NODE_FALSE;
    bx_str key;
    size_t i = 0;
    for (const bx_json_val *e; (e = bx_json_next(&it, &key)) && (fits || j->out); i++) {
        const bx_schema_place there = {
            .above = at->place, .key = key, .index = i, .is_index = r->kind == BX_RULE_REST_ITEMS};
        const spot here = {e, &there, at->scope, NULL};
        if (!judge_spend(j, 1))
            return false;
        if (seen_has(at->seen, i))
            continue;
        seen_mark(at->seen, i);
        if (!never) {
            fits = judge_node(j, r->node, &here) && fits;
            continue;
        }
        fits = false;
        if (tell_begin(j, &there))
            (void)bx_buf_add_z(j->out, "is not allowed here: nothing in the schema speaks of it\n");
    }
    return fits;
}
