/* One rule more in a file that people write: its text is changed at one place, and read again. */
#include "policy/policy_internal.h"

typedef struct doc {
    bx_str text;
    const bx_json_val *root;
    const bx_yaml_marks *marks;
} doc;

typedef struct found_key { /* of a mapping; v NULL: it is not there */
    const bx_json_val *v;
    size_t key, value; /* marks */
    size_t first;      /* of the first key of the mapping */
} found_key;

static size_t marks_of(const bx_json_val *v)
{
    bx_json_iter it = bx_json_iter_of(v);
    bool object = bx_json_type_of(v) == BX_JSON_OBJECT;
    size_t n = 1;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        n += object + marks_of(e);
    return n;
}

static found_key find_key(const bx_json_val *mapping, size_t mark, const char *name)
{
    found_key f = {.first = mark + 1};
    bx_json_iter it = bx_json_iter_of(mapping);
    size_t at = mark + 1;
    bx_str key;
    for (const bx_json_val *v; (v = bx_json_next(&it, &key)); at += 1 + marks_of(v)) {
        if (bx_str_eq(key, bx_str_of(name))) {
            f.v = v;
            f.key = at;
            f.value = at + 1;
        }
    }
    return f;
}

/* Where a mark is in the text; columns count characters. */
static size_t offset_of(const doc *d, size_t mark)
{
    const bx_yaml_mark *m = &d->marks->at[mark];
    size_t i = 0;
    for (unsigned at = 1; at < m->line && i < d->text.n; i++)
        at += d->text.p[i] == '\n';
    for (unsigned column = 1; i < d->text.n; i++) {
        if (((uint8_t)d->text.p[i] & 0xC0) == 0x80)
            continue;
        if (column++ == m->column)
            break;
    }
    return i;
}

static size_t line_start(const doc *d, size_t i)
{
    while (i > 0 && d->text.p[i - 1] != '\n')
        i--;
    return i;
}

static size_t line_end(const doc *d, size_t i)
{
    while (i < d->text.n && d->text.p[i] != '\n')
        i++;
    return i + (i < d->text.n);
}

static char byte_at(const doc *d, size_t i) { return i < d->text.n ? d->text.p[i] : '\0'; }

static void put_quoted(bx_buf *to, bx_str rule)
{
    (void)bx_buf_add_c(to, '\'');
    for (size_t i = 0; i < rule.n; i++) {
        if (rule.p[i] == '\'')
            (void)bx_buf_add_c(to, '\'');
        (void)bx_buf_add_c(to, rule.p[i]);
    }
    (void)bx_buf_add_c(to, '\'');
}

static void put_spaces(bx_buf *to, size_t n)
{
    while (n--)
        (void)bx_buf_add_c(to, ' ');
}

static void put_item(bx_buf *to, size_t indent, bx_str rule)
{
    put_spaces(to, indent);
    (void)bx_buf_add_z(to, "- ");
    put_quoted(to, rule);
    (void)bx_buf_add_c(to, '\n');
}

static void put_list(bx_buf *to, size_t indent, const char *name, bx_str rule)
{
    put_spaces(to, indent);
    (void)bx_buf_addf(to, "%s:\n", name);
    put_item(to, indent + 2, rule);
}

/* What is inserted, and where. */
typedef struct edit {
    size_t at;
    bx_buf text;
} edit;

static bx_code no_place(bx_error *err)
{
    return bx_fail(err, BX_EINVAL,
                   "there is no place for a rule: write rules: as a mapping over several lines");
}

static bx_code into_list(const doc *d, const found_key *list, bx_str rule, edit *e, bx_error *err)
{
    size_t at = offset_of(d, list->value);
    char c = byte_at(d, at);
    if (bx_json_type_of(list->v) == BX_JSON_NULL) {
        size_t key = offset_of(d, list->key);
        e->at = line_end(d, key);
        if (e->at && byte_at(d, e->at - 1) != '\n')
            (void)bx_buf_add_c(&e->text, '\n');
        put_item(&e->text, key - line_start(d, key) + 2, rule);
    } else if (c == '-') {
        e->at = line_start(d, at);
        put_item(&e->text, at - e->at, rule);
    } else if (c == '[') {
        e->at = at + 1;
        put_quoted(&e->text, rule);
        (void)bx_buf_add_z(&e->text, bx_json_size(list->v) ? ", " : "");
    } else {
        return no_place(err);
    }
    return BX_OK;
}

static bx_code into_rules(const doc *d, const found_key *rules, const char *name, bx_str rule,
                          edit *e, bx_error *err)
{
    if (bx_json_size(rules->v) == 0) {
        size_t key = offset_of(d, rules->key);
        if (bx_json_type_of(rules->v) != BX_JSON_NULL)
            return no_place(err);
        e->at = line_end(d, key);
        if (e->at && byte_at(d, e->at - 1) != '\n')
            (void)bx_buf_add_c(&e->text, '\n');
        put_list(&e->text, key - line_start(d, key) + 2, name, rule);
        return BX_OK;
    }
    found_key list = find_key(rules->v, rules->value, name);
    if (list.v)
        return into_list(d, &list, rule, e, err);
    size_t at = offset_of(d, rules->value), first = offset_of(d, list.first);
    if (byte_at(d, at) == '{') {
        e->at = at + 1;
        (void)bx_buf_addf(&e->text, "%s: [", name);
        put_quoted(&e->text, rule);
        (void)bx_buf_add_z(&e->text, "], ");
    } else {
        e->at = line_start(d, first);
        put_list(&e->text, first - e->at, name, rule);
    }
    return BX_OK;
}

static bx_code plan(const doc *d, const char *name, bx_str rule, edit *e, bx_error *err)
{
    found_key rules = {.v = NULL};
    if (bx_json_type_of(d->root) == BX_JSON_OBJECT)
        rules = find_key(d->root, 0, "rules");
    if (rules.v)
        return into_rules(d, &rules, name, rule, e, err);
    if (d->marks->n && byte_at(d, offset_of(d, 0)) == '{')
        return no_place(err);
    e->at = d->text.n;
    if (e->at && byte_at(d, e->at - 1) != '\n')
        (void)bx_buf_add_c(&e->text, '\n');
    (void)bx_buf_add_z(&e->text, "rules:\n");
    put_list(&e->text, 2, name, rule);
    return BX_OK;
}

/* *ret: how many rules the text has; *there: one of them is this one. */
static bx_code count(bx_str text, bx_answer answer, bx_str rule, size_t *ret, bool *there,
                     bx_error *err)
{
    const bx_policy_source source = {
        .name = BX_LIT("boxagnts.yaml"), .dir = BX_LIT("/"), .home = BX_LIT("/"), .trusted = true};
    BX_AUTO(bx_policy_file) bx_policy_file *f = NULL;
    bx_code rc = bx_policy_parse(text, &source, &f, err);
    if (rc != BX_OK)
        return rc;
    *there = false;
    for (size_t i = 0; i < f->n_rules; i++)
        *there = *there ||
                 (f->rules[i].answer == answer && bx_str_eq(rule, bx_str_of(f->rules[i].text)));
    *ret = f->n_rules;
    return BX_OK;
}

static bx_code change(bx_str text, bx_answer answer, bx_str rule, bx_buf *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *json = NULL;
    bx_yaml_marks marks = {.at = NULL};
    edit e = {.text = bx_buf_init(8 * BX_RULE_MAX_TEXT)};
    bx_code rc = bx_yaml_parse_marked(text, &json, &marks, err);
    if (rc != BX_OK)
        return rc;
    const doc d = {text, bx_json_root(json), &marks};
    rc = plan(&d, bx_answer_name(answer), rule, &e, err);
    if (rc == BX_OK)
        rc = bx_buf_check(&e.text, err);
    if (rc == BX_OK) {
        (void)bx_buf_add(ret, text.p, e.at);
        (void)bx_buf_add_str(ret, bx_buf_str(&e.text));
        (void)bx_buf_add(ret, text.p + e.at, text.n - e.at);
        rc = bx_buf_check(ret, err);
    }
    bx_buf_done(&e.text);
    bx_yaml_marks_done(&marks);
    return rc;
}

bx_code bx_policy_add_rule(bx_str text, bx_answer answer, bx_str rule, bx_buf *ret, bx_error *err)
{
    size_t before = 0, after = 0;
    bool there = false;
    bx_rule parsed = {.answer = answer};
    const bx_rule_place nowhere = {.n_roots = 0};
    bx_error why;
    bx_code rc = bx_rule_parse(rule, &nowhere, &parsed, err);
    if (rc != BX_OK)
        return rc;
    bx_rule_done(&parsed);
    bx_buf_clear(ret);
    rc = count(text, answer, rule, &before, &there, err);
    if (rc == BX_OK && there)
        return bx_buf_add_str(ret, text) == BX_OK ? BX_OK : bx_buf_check(ret, err);
    if (rc == BX_OK)
        rc = change(text, answer, rule, ret, err);
    if (rc != BX_OK)
        return rc;
    /* What was written is believed only when it is read. */
    rc = count(bx_buf_str(ret), answer, rule, &after, &there, &why);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", why.msg);
    return rc == BX_OK && there && after == before + 1 ? BX_OK : no_place(err);
}
