/* boxagnts.yaml: its keys, and what is wrong with it where. */
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "codec/near.h"
#include "policy/policy_internal.h"

typedef struct reader {
    const bx_policy_source *source;
    bx_policy_file *f;
    const bx_yaml_marks *marks;
    bx_str roots[BX_POLICY_MAX_MOUNTS]; /* guest paths of its mounts */
    size_t n_roots;
    bx_hook_event hook_event; /* of the hook that is being read */
    bx_str hook_matcher;
    char hook_type; /* the first letter of what it says it is; 0: nothing */
} reader;

typedef struct node { /* a value, and the number of its mark */
    const bx_json_val *v;
    size_t mark;
} node;

typedef bx_code reads(reader *r, node n, bx_error *err);

typedef struct key {
    const char *name;
    reads *read;
} key;

/* ---- places ---------------------------------------------------------------------------------- */

static bx_yaml_mark place(const reader *r, size_t mark)
{
    return mark < r->marks->n ? r->marks->at[mark] : (bx_yaml_mark){1, 1, 0};
}

static bx_code BX_PRINTF(4, 5)
wrong(const reader *r, node n, bx_error *err, const char *fmt, ...)
{
    char words[700];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    bx_yaml_mark m = place(r, n.mark);
    return bx_fail(err, BX_EINVAL, "%s:%u:%u: %s", r->f->name, m.line, m.column, words);
}

static bx_code wrapped(const reader *r, node n, bx_code rc, bx_error *err)
{
    bx_yaml_mark m = place(r, n.mark);
    return rc == BX_ENOMEM ? rc : bx_wrap(rc, err, "%s:%u:%u", r->f->name, m.line, m.column);
}

/* What is left out of a file that is not trusted. */
static void note(reader *r, node n, const char *what)
{
    (void)bx_buf_addf(&r->f->notes, "%s:%u: left out, for the file is not trusted: %s\n",
                      r->f->name, place(r, n.mark).line, what);
}

static size_t marks_of(const bx_json_val *v)
{
    bx_json_iter it = bx_json_iter_of(v);
    bool object = bx_json_type_of(v) == BX_JSON_OBJECT;
    size_t n = 1;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
        n += object + marks_of(e);
    return n;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bx_code unknown_key(const reader *r, node n, bx_str name, const key *keys, bx_error *err)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;
    BX_AUTO_BUF all = bx_buf_init(1024);
    for (size_t i = 0; keys[i].name; i++) {
        size_t d = bx_near(name, bx_str_of(keys[i].name));
        if (d < best) {
            best = d;
            nearest = keys[i].name;
        }
        (void)bx_buf_addf(&all, "%s%s", i ? ", " : "", keys[i].name);
    }
    if (nearest)
        return wrong(r, n, err, "no key '%.*s': did you mean '%s'?", BX_FMT(name), nearest);
    return wrong(r, n, err, "no key '%.*s'; there is %s", BX_FMT(name), all.p ? all.p : "none");
}

static bx_code mapping(reader *r, node n, const key *keys, bx_error *err)
{
    if (bx_json_type_of(n.v) == BX_JSON_NULL)
        return BX_OK;
    if (bx_json_type_of(n.v) != BX_JSON_OBJECT)
        return wrong(r, n, err, "a mapping is expected, not %s",
                     bx_json_type_name(bx_json_type_of(n.v)));
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    bx_str name;
    for (const bx_json_val *v; (v = bx_json_next(&it, &name)); mark += 1 + marks_of(v)) {
        size_t i = 0;
        while (keys[i].name && !bx_str_eq(name, bx_str_of(keys[i].name)))
            i++;
        if (!keys[i].name)
            return unknown_key(r, (node){v, mark}, name, keys, err);
        bx_code rc = keys[i].read(r, (node){v, mark + 1}, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* Each element of a list; null is an empty one. */
static bx_code sequence(reader *r, node n, size_t max, reads *read, bx_error *err)
{
    if (bx_json_type_of(n.v) == BX_JSON_NULL)
        return BX_OK;
    if (bx_json_type_of(n.v) != BX_JSON_ARRAY)
        return wrong(r, n, err, "a list is expected, not %s",
                     bx_json_type_name(bx_json_type_of(n.v)));
    if (bx_json_size(n.v) > max)
        return wrong(r, n, err, "more than %zu of them", max);
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL)); mark += marks_of(v)) {
        bx_code rc = read(r, (node){v, mark}, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code text_in(const reader *r, node n, bx_str *ret, bx_error *err)
{
    if (!bx_json_str(n.v, ret) || memchr(ret->p, '\0', ret->n))
        return wrong(r, n, err, "text is expected, not %s",
                     bx_json_type_name(bx_json_type_of(n.v)));
    return BX_OK;
}

static bx_code flag_in(const reader *r, node n, bool *ret, bx_error *err)
{
    return bx_json_bool(n.v, ret) ? BX_OK : wrong(r, n, err, "true or false is expected");
}

static bx_code add_line(const reader *r, node n, lines *to, bx_str text, bx_error *err)
{
    line *more = bx_realloc(to->at, (to->n + 1) * sizeof *more);
    if (more)
        to->at = more;
    char *copy = more ? bx_strndup(text.p, text.n) : NULL;
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "policy");
    bx_yaml_mark m = place(r, n.mark);
    to->at[to->n++] = (line){copy, m.line, m.column};
    return BX_OK;
}

/* ---- single values --------------------------------------------------------------------------- */

static bx_code read_version(reader *r, node n, bx_error *err)
{
    int64_t v;
    return bx_json_int64(n.v, &v) && v == 1 ? BX_OK : wrong(r, n, err, "the version is 1");
}

static bx_code read_mode(reader *r, node n, bx_error *err)
{
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    if (!bx_policy_mode_parse(s, &r->f->mode))
        return wrong(r, n, err, "no mode '%.*s'; there is default, accept-edits, plan, dont-ask",
                     BX_FMT(s));
    r->f->has_mode = true;
    r->f->mode_line = place(r, n.mark).line;
    if (!r->source->trusted && r->f->mode < BX_MODE_PLAN) {
        r->f->has_mode = false;
        note(r, n, "mode");
    }
    return BX_OK;
}

static bx_code read_power_safe(reader *r, node n, bx_error *err)
{
    bx_code rc = flag_in(r, n, &r->f->power_safe, err);
    if (rc == BX_OK && !r->source->trusted && r->f->power_safe) {
        r->f->power_safe = false; /* every call of the user's would wait for the disk */
        note(r, n, "power_safe");
    }
    return rc;
}

static bx_code read_signatures(reader *r, node n, bx_error *err)
{
    return flag_in(r, n, &r->f->wants_signatures, err);
}

/* ---- mounts ---------------------------------------------------------------------------------- */

/* The host's part as an absolute path. */
static bx_code mount_text(const reader *r, node n, bx_str s, bx_buf *ret, bx_error *err)
{
    bx_str base = r->source->dir;
    bool home = bx_str_starts(s, BX_LIT("~/")) || bx_str_starts(s, BX_LIT("~::"));
    if (s.n && s.p[0] == '/') {
        (void)bx_buf_add_str(ret, s);
        return bx_buf_check(ret, err);
    }
    if (home) {
        base = r->source->home;
        s = bx_str_from(s, 1 + (s.p[1] == '/'));
    }
    if (base.n == 0)
        return wrong(r, n, err, "the directory of the host is written from / on");
    (void)bx_buf_add_str(ret, base);
    if (s.n && s.p[0] != ':')
        (void)bx_buf_add_c(ret, '/');
    (void)bx_buf_add_str(ret, s);
    return bx_buf_check(ret, err);
}

static bx_code read_mount(reader *r, node n, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(2 * BX_MAX_PATH);
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc == BX_OK)
        rc = mount_text(r, n, s, &text, err);
    if (rc == BX_OK)
        rc = bx_grant_new(&g, err);
    if (rc != BX_OK)
        return rc;
    rc = wrapped(r, n, bx_grant_map_dir(g, bx_buf_str(&text), err), err);
    if (rc != BX_OK)
        return rc;
    bx_str guest = bx_str_of(bx_grant_mounts(g).at[0].guest);
    if (bx_path_is_below(guest, BX_LIT(BX_POLICY_WORKSPACE)) ||
        bx_path_is_below(BX_LIT(BX_POLICY_WORKSPACE), guest))
        return wrong(r, n, err, "a mount lies beside " BX_POLICY_WORKSPACE ", not in it");
    if (!r->source->trusted) {
        note(r, n, "a mount");
        return BX_OK;
    }
    rc = add_line(r, n, &r->f->mounts, bx_buf_str(&text), err);
    if (rc == BX_OK) { /* borrowed from the line */
        bx_str kept = bx_str_of(r->f->mounts.at[r->f->mounts.n - 1].text);
        const char *colons = memmem(kept.p, kept.n, "::/", 3);
        r->roots[r->n_roots++] = (bx_str){colons ? colons + 2 : kept.p, guest.n};
    }
    return rc;
}

static bx_code read_mounts(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_MOUNTS, read_mount, err);
}

/* ---- network --------------------------------------------------------------------------------- */

typedef struct guard {
    bx_net_adder *add;
    lines *to;
    const char *widens; /* what it is called where it would widen something; else NULL */
} guard;

static bx_code read_guard(reader *r, node n, const guard *g, bx_error *err)
{
    BX_AUTO(bx_net_policy) bx_net_policy *p = NULL;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc == BX_OK)
        rc = bx_net_policy_new(&p, err);
    if (rc != BX_OK)
        return rc;
    rc = wrapped(r, n, g->add(p, s, err), err);
    if (rc == BX_OK && g->widens && !r->source->trusted) {
        note(r, n, g->widens);
        return BX_OK;
    }
    return rc == BX_OK ? add_line(r, n, g->to, s, err) : rc;
}

static bx_code read_block_network(reader *r, node n, bx_error *err)
{
    return read_guard(r, n, &(guard){bx_net_add_block_network, &r->f->block_networks, NULL}, err);
}

static bx_code read_allow_network(reader *r, node n, bx_error *err)
{
    return read_guard(
        r, n, &(guard){bx_net_add_allow_network, &r->f->allow_networks, "allow_networks"}, err);
}

static bx_code read_block_url(reader *r, node n, bx_error *err)
{
    return read_guard(r, n, &(guard){bx_net_add_block_url, &r->f->block_urls, NULL}, err);
}

static bx_code read_block_networks(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_LINES, read_block_network, err);
}

static bx_code read_allow_networks(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_LINES, read_allow_network, err);
}

static bx_code read_block_urls(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_LINES, read_block_url, err);
}

static bx_code read_network(reader *r, node n, bx_error *err)
{
    static const key keys[] = {
        {"block_networks", read_block_networks},
        {"allow_networks", read_allow_networks},
        {"block_urls", read_block_urls},
        {NULL, NULL},
    };
    return mapping(r, n, keys, err);
}

static bx_code read_credential(reader *r, node n, bx_error *err)
{
    bx_credential c;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    rc = wrapped(r, n, bx_credential_parse(s, &c, err), err);
    if (rc != BX_OK)
        return rc;
    bx_credential_done(&c);
    if (!r->source->trusted) {
        note(r, n, "a credential");
        return BX_OK;
    }
    return add_line(r, n, &r->f->inject, s, err);
}

static bx_code read_inject(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_MAX_INJECTS, read_credential, err);
}

/* ---- tools ----------------------------------------------------------------------------------- */

static section *last_section(reader *r) { return &r->f->sections[r->f->n_sections - 1]; }

static bx_code read_cap(reader *r, node n, bx_error *err)
{
    bx_cap c;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    rc = wrapped(r, n, bx_cap_parse(s, &c, err), err);
    if (rc != BX_OK)
        return rc;
    bool deny = c.kind == BX_CAP_DENY;
    bx_cap_done(&c);
    if (deny)
        return wrong(r, n, err, "'%.*s' belongs below deny", BX_FMT(s));
    return add_line(r, n, &last_section(r)->allow, s, err);
}

/* A carve-out, with or without its "deny:". */
static bx_code read_carve(reader *r, node n, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(BX_MAX_CAP_TEXT + 8);
    bx_cap c;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_z(&text, bx_str_starts(s, BX_LIT("deny:")) ? "" : "deny:");
    (void)bx_buf_add_str(&text, s);
    rc = bx_buf_check(&text, err);
    if (rc == BX_OK)
        rc = bx_cap_parse(bx_buf_str(&text), &c, err);
    if (rc != BX_OK)
        return wrapped(r, n, rc, err);
    bx_cap_done(&c);
    return add_line(r, n, &last_section(r)->deny, bx_buf_str(&text), err);
}

static bx_code read_allow(reader *r, node n, bx_error *err)
{
    bx_code rc = sequence(r, n, BX_POLICY_MAX_LINES, read_cap, err);
    last_section(r)->has_allow = rc == BX_OK;
    return rc;
}

static bx_code read_deny(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_LINES, read_carve, err);
}

static bx_code read_limit(reader *r, node n, bx_str name, bx_error *err)
{
    section *s = last_section(r);
    BX_AUTO_BUF text = bx_buf_init(64);
    bx_str value;
    uint64_t count;
    if (bx_json_uint64(n.v, &count)) {
        (void)bx_buf_addf(&text, "%llu", (unsigned long long)count);
        value = bx_buf_str(&text);
    } else {
        bx_code rc = text_in(r, n, &value, err);
        if (rc != BX_OK)
            return rc;
    }
    bx_code rc = wrapped(r, n, bx_limits_set_named(&s->limits, name, value, err), err);
    bx_limit_row row;
    for (size_t i = 0; rc == BX_OK && bx_limits_row(i, &row); i++)
        s->set[i] = s->set[i] || bx_str_eq(name, bx_str_of(row.name));
    return rc;
}

static bx_code read_limits(reader *r, node n, bx_error *err)
{
    if (bx_json_type_of(n.v) != BX_JSON_OBJECT)
        return wrong(r, n, err, "limits are a mapping, as in { wall: 30s, memory: 256MiB }");
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    bx_str name;
    for (const bx_json_val *v; (v = bx_json_next(&it, &name)); mark += 1 + marks_of(v)) {
        bx_code rc = read_limit(r, (node){v, mark + 1}, name, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

static bx_code read_signature(reader *r, node n, bx_error *err)
{
    return flag_in(r, n, &last_section(r)->wants_signature, err);
}

static bx_code read_section(reader *r, node n, bx_str name, bx_error *err)
{
    static const key keys[] = {
        {"allow", read_allow},
        {"deny", read_deny},
        {"limits", read_limits},
        {"require_signature", read_signature},
        {NULL, NULL},
    };
    bx_policy_file *f = r->f;
    section *more = bx_realloc(f->sections, (f->n_sections + 1) * sizeof *more);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "policy");
    f->sections = more;
    f->sections[f->n_sections] =
        (section){.limits = bx_limits_default(), .line = place(r, n.mark - 1).line};
    f->sections[f->n_sections].tool = bx_strndup(name.p, name.n);
    if (!f->sections[f->n_sections++].tool)
        return bx_fail(err, BX_ENOMEM, "policy");
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '(' || name.p[i] == ' ')
            return wrong(r, (node){n.v, n.mark - 1}, err,
                         "'%.*s' is no name of a tool; rules stand below rules", BX_FMT(name));
    }
    return mapping(r, n, keys, err);
}

static bx_code read_tools(reader *r, node n, bx_error *err)
{
    if (bx_json_type_of(n.v) == BX_JSON_NULL)
        return BX_OK;
    if (bx_json_type_of(n.v) != BX_JSON_OBJECT)
        return wrong(r, n, err, "tools is a mapping, as in { bash: { limits: { wall: 30s } } }");
    if (bx_json_size(n.v) > BX_POLICY_MAX_TOOLS)
        return wrong(r, n, err, "more than %d tools", BX_POLICY_MAX_TOOLS);
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    bx_str name;
    for (const bx_json_val *v; (v = bx_json_next(&it, &name)); mark += 1 + marks_of(v)) {
        bx_code rc = read_section(r, (node){v, mark + 1}, name, err);
        if (rc != BX_OK)
            return rc;
        section *s = last_section(r);
        if (!r->source->trusted && s->has_allow) {
            note(r, (node){v, mark}, "what a tool may use; its deny and its limits hold");
            s->has_allow = false;
        }
    }
    return BX_OK;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static bx_code read_rule(reader *r, node n, bx_answer answer, bx_error *err)
{
    bx_policy_file *f = r->f;
    const bx_rule_place where = {r->source->home, r->source->workspace, r->roots, r->n_roots};
    bx_yaml_mark m = place(r, n.mark);
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_rule rule = {.answer = answer, .file = f->name, .line = m.line, .column = m.column};
    rc = wrapped(r, n, bx_rule_parse(s, &where, &rule, err), err);
    if (rc != BX_OK)
        return rc;
    if (answer == BX_ANSWER_ALLOW && !r->source->trusted) {
        bx_rule_done(&rule);
        note(r, n, "a rule that allows");
        return BX_OK;
    }
    if (f->n_rules == BX_POLICY_MAX_RULES) {
        bx_rule_done(&rule);
        return wrong(r, n, err, "more than %d rules", BX_POLICY_MAX_RULES);
    }
    if ((f->n_rules & (f->n_rules - 1)) == 0) { /* full at each power of two */
        bx_rule *more = bx_realloc(f->rules, (f->n_rules ? 2 * f->n_rules : 1) * sizeof *more);
        if (!more) {
            bx_rule_done(&rule);
            return bx_fail(err, BX_ENOMEM, "policy");
        }
        f->rules = more;
    }
    f->rules[f->n_rules++] = rule;
    return BX_OK;
}

static bx_code read_deny_rule(reader *r, node n, bx_error *err)
{
    return read_rule(r, n, BX_ANSWER_DENY, err);
}
static bx_code read_ask_rule(reader *r, node n, bx_error *err)
{
    return read_rule(r, n, BX_ANSWER_ASK, err);
}
static bx_code read_allow_rule(reader *r, node n, bx_error *err)
{
    return read_rule(r, n, BX_ANSWER_ALLOW, err);
}
static bx_code read_deny_rules(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_RULES, read_deny_rule, err);
}
static bx_code read_ask_rules(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_RULES, read_ask_rule, err);
}
static bx_code read_allow_rules(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_RULES, read_allow_rule, err);
}

static bx_code read_rules(reader *r, node n, bx_error *err)
{
    static const key keys[] = {
        {"deny", read_deny_rules},
        {"ask", read_ask_rules},
        {"allow", read_allow_rules},
        {NULL, NULL},
    };
    return mapping(r, n, keys, err);
}

/* ---- examples -------------------------------------------------------------------------------- */

static bx_policy_example *last_example(reader *r) { return &r->f->examples[r->f->n_examples - 1]; }

static bx_code example_tool(reader *r, node n, bx_error *err)
{
    return text_in(r, n, &last_example(r)->tool, err);
}

static bx_code example_says(reader *r, node n, bx_error *err)
{
    return text_in(r, n, &last_example(r)->says, err);
}

static bx_code example_arguments(reader *r, node n, bx_error *err)
{
    last_example(r)->arguments = n.v;
    return bx_json_type_of(n.v) == BX_JSON_OBJECT ? BX_OK
                                                  : wrong(r, n, err, "arguments are a mapping");
}

static bx_code example_expect(reader *r, node n, bx_error *err)
{
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    for (int a = BX_ANSWER_ALLOW; rc == BX_OK && a <= BX_ANSWER_DENY; a++) {
        if (bx_str_eq(s, bx_str_of(bx_answer_name((bx_answer)a)))) {
            last_example(r)->expect = (bx_answer)a;
            return BX_OK;
        }
    }
    return rc == BX_OK ? wrong(r, n, err, "expect is allow, ask or deny") : rc;
}

static bx_code read_example(reader *r, node n, bx_error *err)
{
    static const key keys[] = {
        {"tool", example_tool},     {"says", example_says}, {"arguments", example_arguments},
        {"expect", example_expect}, {NULL, NULL},
    };
    bx_policy_file *f = r->f;
    bx_policy_example *more = bx_realloc(f->examples, (f->n_examples + 1) * sizeof *more);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "policy");
    bx_yaml_mark m = place(r, n.mark);
    f->examples = more;
    f->examples[f->n_examples++] =
        (bx_policy_example){.file = f->name, .line = m.line, .column = m.column};
    bx_code rc = mapping(r, n, keys, err);
    if (rc == BX_OK && (last_example(r)->tool.n == 0 || !bx_json_get(n.v, BX_LIT("expect"))))
        return wrong(r, n, err, "an example has tool, arguments and expect");
    return rc;
}

static bx_code read_examples(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_POLICY_MAX_EXAMPLES, read_example, err);
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static bx_hook *last_hook(reader *r) { return &r->f->hooks[r->f->n_hooks - 1]; }

static bx_code own_text(const reader *r, node n, size_t max, char **ret, bx_error *err)
{
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc == BX_OK && (s.n == 0 || s.n > max))
        return wrong(r, n, err, "text of 1 to %zu bytes is expected", max);
    if (rc == BX_OK && !(*ret = bx_strndup(s.p, s.n)))
        return bx_fail(err, BX_ENOMEM, "policy");
    return rc;
}

static bx_code hook_type(reader *r, node n, bx_error *err)
{
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc == BX_OK && !bx_str_eq(s, BX_LIT("command")) && !bx_str_eq(s, BX_LIT("tool")))
        return wrong(r, n, err, "a hook is of type command or tool; docs/hooks.md");
    r->hook_type = rc == BX_OK ? s.p[0] : 0;
    return rc;
}

static bx_code hook_command(reader *r, node n, bx_error *err)
{
    return own_text(r, n, BX_HOOK_MAX_COMMAND, &last_hook(r)->command, err);
}

static bx_code hook_tool(reader *r, node n, bx_error *err)
{
    return own_text(r, n, 64, &last_hook(r)->tool, err);
}

static bx_code hook_cap(reader *r, node n, bx_error *err)
{
    bx_hook *h = last_hook(r);
    bx_cap c;
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc == BX_OK)
        rc = wrapped(r, n, bx_cap_parse(s, &c, err), err);
    if (rc != BX_OK)
        return rc;
    bx_cap_done(&c);
    rc = own_text(r, n, BX_MAX_CAP_TEXT, &h->allow[h->n_allow], err);
    h->n_allow += rc == BX_OK;
    return rc;
}

static bx_code hook_allow(reader *r, node n, bx_error *err)
{
    last_hook(r)->allow = bx_calloc(BX_HOOK_MAX_ALLOW, sizeof(char *));
    if (!last_hook(r)->allow)
        return bx_fail(err, BX_ENOMEM, "policy");
    return sequence(r, n, BX_HOOK_MAX_ALLOW, hook_cap, err);
}

/* A number is seconds, as others' files have it. */
static bx_code hook_timeout(reader *r, node n, bx_error *err)
{
    uint64_t *ns = &last_hook(r)->timeout_ns, seconds = 0;
    const uint64_t most = BX_HOOK_MAX_SECONDS * UINT64_C(1000000000);
    bx_str s;
    bx_code rc = BX_OK;
    if (bx_json_uint64(n.v, &seconds)) {
        *ns = seconds <= BX_HOOK_MAX_SECONDS ? seconds * UINT64_C(1000000000) : UINT64_MAX;
    } else {
        rc = text_in(r, n, &s, err);
        if (rc == BX_OK)
            rc = wrapped(r, n, bx_time_parse(s, ns, err), err);
    }
    if (rc == BX_OK && (*ns == 0 || *ns > most))
        return wrong(r, n, err, "a hook may take up to %d s", BX_HOOK_MAX_SECONDS);
    return rc;
}

static bx_code read_hook(reader *r, node n, bx_error *err)
{
    static const key keys[] = {
        {"type", hook_type},   {"command", hook_command}, {"tool", hook_tool},
        {"allow", hook_allow}, {"timeout", hook_timeout}, {NULL, NULL},
    };
    bx_policy_file *f = r->f;
    if (f->n_hooks == BX_HOOKS_MAX)
        return wrong(r, n, err, "more than %d hooks", BX_HOOKS_MAX);
    bx_hook *more = bx_realloc(f->hooks, (f->n_hooks + 1) * sizeof *more);
    if (!more)
        return bx_fail(err, BX_ENOMEM, "policy");
    f->hooks = more;
    bx_hook *h = &f->hooks[f->n_hooks++];
    *h = (bx_hook){.event = r->hook_event,
                   .timeout_ns = BX_HOOK_DEFAULT_SECONDS * UINT64_C(1000000000),
                   .file = f->name,
                   .line = place(r, n.mark).line};
    if (r->hook_matcher.n && !(h->matcher = bx_strndup(r->hook_matcher.p, r->hook_matcher.n)))
        return bx_fail(err, BX_ENOMEM, "policy");
    r->hook_type = 0;
    bx_code rc = mapping(r, n, keys, err);
    h = last_hook(r);
    if (rc == BX_OK && !h->command == !h->tool)
        return wrong(r, n, err, "a hook has a command or a tool, and allow: what it may use");
    if (rc == BX_OK && r->hook_type && r->hook_type != (h->command ? 'c' : 't'))
        return wrong(r, n, err, "the type is another one than what is to run");
    if (rc == BX_OK && !r->source->trusted) { /* it would run what a stranger wrote */
        bx_hook_done(h);
        f->n_hooks--;
        note(r, n, "a hook");
    }
    return rc;
}

static bx_code hook_matcher(reader *r, node n, bx_error *err)
{
    bx_str s;
    bx_code rc = text_in(r, n, &s, err);
    if (rc != BX_OK)
        return rc;
    if (s.n && !bx_hook_event_has_subject(r->hook_event))
        return wrong(r, n, err, "%s has nothing a matcher could match",
                     bx_hook_event_name(r->hook_event));
    if (s.n > BX_HOOK_MAX_MATCHER || !bx_hook_matcher_is_valid(s))
        return wrong(r, n, err,
                     "a matcher is names with '*' and '?', and '|' between them, as write|edit");
    return BX_OK;
}

static bx_code hook_list(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_HOOKS_MAX, read_hook, err);
}

static bx_code read_hook_group(reader *r, node n, bx_error *err)
{
    static const key keys[] = {
        {"matcher", hook_matcher},
        {"hooks", hook_list},
        {NULL, NULL},
    };
    r->hook_matcher = BX_LIT(""); /* wherever it stands, it counts for all of the group */
    (void)bx_json_str(bx_json_get(n.v, BX_LIT("matcher")), &r->hook_matcher);
    bx_code rc = mapping(r, n, keys, err);
    if (rc == BX_OK && !bx_json_get(n.v, BX_LIT("hooks")))
        return wrong(r, n, err, "matcher (which tools) and hooks (what is to run) are expected");
    return rc;
}

static bx_code read_hook_groups(reader *r, node n, bx_error *err)
{
    return sequence(r, n, BX_HOOKS_MAX, read_hook_group, err);
}

static bx_code read_hooks(reader *r, node n, bx_error *err)
{
    key names[BX_HOOK_EVENTS + 1] = {{NULL, NULL}};
    if (bx_json_type_of(n.v) == BX_JSON_NULL)
        return BX_OK;
    if (bx_json_type_of(n.v) != BX_JSON_OBJECT)
        return wrong(r, n, err, "hooks is a mapping, as in { PreToolUse: [ … ] }");
    for (size_t i = 0; i < BX_HOOK_EVENTS; i++)
        names[i] = (key){bx_hook_event_name((bx_hook_event)i), NULL};
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    bx_str name;
    for (const bx_json_val *v; (v = bx_json_next(&it, &name)); mark += 1 + marks_of(v)) {
        if (!bx_hook_event_parse(name, &r->hook_event))
            return unknown_key(r, (node){v, mark}, name, names, err);
        bx_code rc = read_hook_groups(r, (node){v, mark + 1}, err);
        if (rc != BX_OK)
            return rc;
    }
    return BX_OK;
}

/* ---- the file -------------------------------------------------------------------------------- */

static const key top_keys[] = {
    {"version", read_version},
    {"mode", read_mode},
    {"require_signatures", read_signatures},
    {"power_safe", read_power_safe},
    {"mounts", read_mounts},
    {"network", read_network},
    {"inject", read_inject},
    {"tools", read_tools},
    {"rules", read_rules},
    {"hooks", read_hooks},
    {"examples", read_examples},
    {NULL, NULL},
};

/* Mounts first: rules may name what they make visible. */
static bx_code read_top(reader *r, node n, bx_error *err)
{
    const bx_json_val *mounts = bx_json_get(n.v, BX_LIT("mounts"));
    bx_json_iter it = bx_json_iter_of(n.v);
    size_t mark = n.mark + 1;
    bx_str name;
    for (const bx_json_val *v; mounts && (v = bx_json_next(&it, &name)); mark += 1 + marks_of(v)) {
        if (v != mounts)
            continue;
        bx_code rc = read_mounts(r, (node){v, mark + 1}, err);
        if (rc != BX_OK)
            return rc;
        break;
    }
    return BX_OK;
}

static bx_code skip(reader *r, node n, bx_error *err)
{
    (void)r;
    (void)n;
    (void)err;
    return BX_OK;
}

/* "line L, column C: what" of the YAML layer as "NAME:L:C: what". */
static bx_code of_yaml(const bx_policy_source *s, bx_code rc, const bx_error *why, bx_error *err)
{
    const char *m = why->msg;
    size_t at[2] = {0, 0};
    static const char *const words[] = {"line ", ", column "};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(words[i]);
        if (strncmp(m, words[i], n) != 0)
            return bx_fail(err, rc, "%.*s: %s", BX_FMT(s->name), why->msg);
        for (m += n; *m >= '0' && *m <= '9'; m++)
            at[i] = at[i] * 10 + (size_t)(*m - '0');
    }
    return bx_fail(err, rc, "%.*s:%zu:%zu%s", BX_FMT(s->name), at[0], at[1], m);
}

static bx_code read_file(bx_policy_file *f, const bx_policy_source *source,
                         const bx_yaml_marks *marks, bx_error *err)
{
    key keys[BX_COUNT(top_keys)];
    reader r = {.source = source, .f = f, .marks = marks};
    const node top = {bx_json_root(f->doc), 0};
    bx_code rc = read_top(&r, top, err);
    memcpy(keys, top_keys, sizeof keys);
    for (size_t i = 0; keys[i].name; i++) {
        if (keys[i].read == read_mounts)
            keys[i].read = skip;
    }
    return rc == BX_OK ? mapping(&r, top, keys, err) : rc;
}

bx_code bx_policy_parse(bx_str text, const bx_policy_source *source, bx_policy_file **ret,
                        bx_error *err)
{
    BX_AUTO(bx_policy_file) bx_policy_file *f = bx_calloc(1, sizeof *f);
    bx_yaml_marks marks = {.at = NULL};
    bx_error why = {.msg = ""};
    if (!f)
        return bx_fail(err, BX_ENOMEM, "policy");
    f->notes = bx_buf_init(64 << 10);
    f->trusted = source->trusted;
    f->name = bx_strndup(source->name.p, source->name.n);
    if (!f->name)
        return bx_fail(err, BX_ENOMEM, "policy");
    bx_code rc = bx_yaml_parse_marked(text, &f->doc, &marks, &why);
    if (rc != BX_OK)
        return of_yaml(source, rc, &why, err);
    rc = read_file(f, source, &marks, err);
    bx_yaml_marks_done(&marks);
    if (rc == BX_OK)
        *ret = BX_TAKE(f);
    return rc;
}
