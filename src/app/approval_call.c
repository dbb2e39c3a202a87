/* What a question is about: which calls are the same, and what is shown of them. */
#include "app/approvals.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/policy_gate.h"
#include "app/secrets.h"
#include "base/limits.h"
#include "codec/glob.h"
#include "policy/derive.h"

enum {
    MAX_TEXT = 128 << 20, /* bytes of arguments as text */
    MAX_STRING = 4096,    /* bytes of a string that is shown whole */
    HEAD = 1024,          /* bytes that are shown of a longer one */
    MAX_LINES = 24,       /* of a grant */
};

/* ---- the same value -------------------------------------------------------------------------- */

typedef struct member {
    bx_str key;
    const bx_json_val *v;
} member;

static int by_key(const void *a, const void *b)
{
    const bx_str x = ((const member *)a)->key, y = ((const member *)b)->key;
    int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return order ? order : (x.n > y.n) - (x.n < y.n);
}

static void canonical_object(const bx_json_val *v, bx_json_out *o)
{
    size_t n = bx_json_size(v), i = 0;
    BX_AUTOFREE member *list = bx_calloc(n + 1, sizeof *list);
    bx_json_iter it = bx_json_iter_of(v);
    if (!list) {
        bx_json_out_null(o);
        o->buf->fail = BX_ENOMEM;
        return;
    }
    while (i < n && (list[i].v = bx_json_next(&it, &list[i].key)))
        i++;
    qsort(list, i, sizeof *list, by_key);
    bx_json_out_begin_object(o);
    for (size_t k = 0; k < i; k++) {
        bx_json_out_key(o, list[k].key);
        bx_approvals_canonical(list[k].v, o);
    }
    bx_json_out_end_object(o);
}

void bx_approvals_canonical(const bx_json_val *v, bx_json_out *o)
{
    bx_json_iter it = bx_json_iter_of(v);
    switch (bx_json_type_of(v)) {
    case BX_JSON_OBJECT: /* no deeper than documents are */
        canonical_object(v, o);
        return;
    case BX_JSON_ARRAY:
        bx_json_out_begin_array(o);
        for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
            bx_approvals_canonical(e, o);
        bx_json_out_end_array(o);
        return;
    default:
        bx_json_out_value(o, v);
    }
}

/* ---- the same call --------------------------------------------------------------------------- */

/* Each with its length before it: no two lists of parts read the same. */
static void add_part(bx_buf *to, bx_str s)
{
    (void)bx_buf_addf(to, "%zu:", s.n);
    (void)bx_buf_add_str(to, s);
}

static void add_subject(const bx_gate_call *call, bx_str workspace, bx_buf *to)
{
    const bx_manifest *m = call->manifest;
    char line[BX_MAX_CAP_TEXT + 64];
    add_part(to, BX_LIT("boxagnts approval 1"));
    add_part(to, m->name);
    add_part(to, m->version);
    add_part(to, (bx_str){(const char *)call->digest, BX_SHA256_BYTES});
    add_part(to, workspace);
    for (size_t i = 0; i < m->n_needs; i++) { /* the same module may come to ask for more */
        if (bx_cap_print(&m->needs[i], line, sizeof line, NULL) == BX_OK)
            add_part(to, bx_str_of(line));
    }
}

bool bx_approvals_fingerprint(const bx_gate_call *call, bx_str workspace,
                              uint8_t subject[BX_SHA256_BYTES], uint8_t exact[BX_SHA256_BYTES])
{
    BX_AUTO_BUF of = bx_buf_init(MAX_TEXT), text = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    if (!call->digest || !call->values)
        return false;
    add_subject(call, workspace, &of);
    bx_sha256(bx_buf_str(&of).p, of.n, subject);
    bx_approvals_canonical(call->values, &o);
    add_part(&of, bx_buf_str(&text));
    bx_sha256(bx_buf_str(&of).p, of.n, exact);
    return !of.fail && bx_json_out_end(&o, NULL) == BX_OK;
}

/* ---- what is shown --------------------------------------------------------------------------- */

static void put_long(void *ctx, bx_str text, bx_json_out *o)
{
    bool *cut_one = ctx;
    BX_AUTO_BUF cut = bx_buf_init(HEAD + 64);
    size_t n = HEAD;
    *cut_one = true;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80) /* between characters */
        n--;
    (void)bx_buf_add(&cut, text.p, n);
    (void)bx_buf_addf(&cut, "… [%zu bytes in all]", text.n);
    bx_json_out_string(o, bx_buf_str(&cut));
}

/* Of a command every part counts: what is not shown could be the one that matters. */
bx_shown bx_approvals_arguments(const bx_gate_call *call, bx_buf *ret)
{
    bool cut = false;
    bool is_command = call->manifest && bx_str_eq(call->manifest->name, BX_LIT("bash"));
    bx_str known[BX_MAX_SECRETS];
    const bx_redactor secrets = {known, bx_secrets_of(call->run, known)};
    const bx_redact_rule rule = {.secrets = &secrets,
                                 .inline_max = MAX_STRING,
                                 .big = is_command ? NULL : put_long,
                                 .ctx = &cut,
                                 .shows_commands = true};
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    bx_redact_value(&rule, call->values, &o);
    if (!text.fail && text.n <= BX_APPROVAL_MAX_TEXT) {
        (void)bx_buf_add_str(ret, bx_buf_str(&text));
        return cut ? BX_SHOWN_PART : BX_SHOWN_ALL;
    }
    (void)bx_buf_addf(ret, "{\"…\":\"too much to be shown: %zu bytes\"}", call->arguments.n);
    return BX_SHOWN_NOTHING;
}

/* Lines that take away (`denied`), or the others.  A variable's value may be a secret. */
static void list_caps(const bx_grant *g, bool denied, bx_buf *ret)
{
    bx_cap_list caps = bx_grant_caps(g);
    size_t n = 0;
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *c = &caps.at[i];
        char line[BX_MAX_CAP_TEXT + 64];
        if ((c->kind == BX_CAP_DENY || c->kind == BX_CAP_NOT_TOOL) != denied)
            continue;
        if (c->kind == BX_CAP_ENV)
            (void)snprintf(line, sizeof line, "env:%s", c->path);
        else if (bx_cap_print(c, line, sizeof line, NULL) != BX_OK)
            continue;
        if (n++ < MAX_LINES)
            (void)bx_buf_addf(ret, "%s%s", n > 1 ? ", " : "", line);
    }
    if (n > MAX_LINES)
        (void)bx_buf_addf(ret, " and %zu more", n - MAX_LINES);
    if (n == 0)
        (void)bx_buf_add_z(ret, "nothing");
}

void bx_approvals_grant(const bx_gate_call *call, const bx_policy *policy,
                        const bx_gate_decision *d, bx_buf *ret)
{
    BX_AUTO(bx_grant) bx_grant *own = NULL;
    BX_AUTO(bx_grant) bx_grant *g = NULL;
    BX_AUTO_BUF notes = bx_buf_init(64 << 10);
    const bx_grant *from = d->grant ? d->grant : call->run;
    const bx_manifest *m = call->manifest;
    bx_policy_call c = bx_policy_call_of(m, call->values);
    if (!from)
        return;
    if (!d->grant && policy &&
        bx_policy_grant(policy, &c, NULL, call->run, &own, &notes, NULL) == BX_OK)
        from = own;
    if (bx_grant_derive(from, (bx_cap_list){m->needs, m->n_needs}, &g, &notes, NULL) != BX_OK)
        return;
    list_caps(g, false, ret);
    BX_AUTO_BUF not = bx_buf_init(16 << 10);
    list_caps(from, true, &not);
    if (!bx_str_eq(bx_buf_str(&not), BX_LIT("nothing"))) {
        (void)bx_buf_add_z(ret, "; ");
        (void)bx_buf_add_str(ret, bx_buf_str(&not));
    }
}

/* ---- constraints ----------------------------------------------------------------------------- */

bx_code bx_approvals_check_constraints(bx_str json, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(json, 2, &doc, err);
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    bx_str key, value;
    if (rc == BX_OK && bx_json_type_of(bx_json_root(doc)) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "constraints are no object");
    for (const bx_json_val *v; rc == BX_OK && (v = bx_json_next(&it, &key));) {
        BX_AUTO(bx_glob) bx_glob *g = NULL;
        if (!bx_json_str(v, &value))
            return bx_fail(err, BX_EINVAL, "constraint %.*s is no text", BX_FMT(key));
        if (value.n && value.p[0] == '/')
            rc = bx_glob_compile(value, &g, err);
    }
    return rc;
}

static bool fits_path(const bx_gate_call *call, bx_str pattern, bx_str value)
{
    BX_AUTO(bx_glob) bx_glob *g = NULL;
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    const bx_policy_look look = bx_policy_look_at(call->run);
    return bx_policy_path(BX_LIT(BX_POLICY_WORKSPACE), value, &path) && !path.fail &&
           bx_glob_compile(pattern, &g, NULL) == BX_OK && bx_glob_match(g, bx_buf_str(&path)) &&
           look.is_plain(look.ctx, bx_buf_str(&path));
}

/* `*`: any bytes.  Goes back at most to the last star: linear in practice, bounded always. */
static bool fits_text(bx_str pattern, bx_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.n && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

static bool fits_one(const bx_gate_call *call, bx_str key, bx_str pattern)
{
    const bx_json_val *v = bx_json_get(call->values, key);
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    bx_str value;
    if (!v)
        return false;
    if (bx_json_str(v, &value))
        return pattern.n && pattern.p[0] == '/' ? fits_path(call, pattern, value)
                                                : fits_text(pattern, value);
    bx_approvals_canonical(v, &o);
    return bx_json_out_end(&o, NULL) == BX_OK && bx_str_eq(pattern, bx_buf_str(&text));
}

bool bx_approvals_fits(const bx_gate_call *call, bx_str json)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_str key, pattern;
    if (bx_json_parse(json, 2, &doc, NULL) != BX_OK)
        return false;
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *v; (v = bx_json_next(&it, &key));) {
        if (!bx_json_str(v, &pattern) || !fits_one(call, key, pattern))
            return false;
    }
    return bx_json_size(bx_json_root(doc)) > 0;
}
