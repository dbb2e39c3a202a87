#include "base/limits.h"
#include "tool/invoke_kind.h"

enum { MAX_STDERR = 16 << 10 }; /* bytes shown of standard error; the rest is cut off in front */

/* ---- arguments ------------------------------------------------------------------------------- */

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The first "{NAME}" in `text`, whole with its braces. */
static bool find_placeholder(bx_str text, bx_str *ret)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t n = 1;
        if (text.p[i] != '{')
            continue;
        while (i + n < text.n && is_name(text.p[i + n]))
            n++;
        if (n > 1 && i + n < text.n && text.p[i + n] == '}') {
            *ret = (bx_str){text.p + i, n + 1};
            return true;
        }
    }
    return false;
}

bool bx_argv_takes(bx_str text)
{
    bx_str found;
    return find_placeholder(text, &found);
}

bool bx_argv_names(const bx_json_val *args, bx_str name)
{
    bx_json_iter it = bx_json_iter_of(args);
    bx_str text, found;
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        if (!bx_json_str(e, &text))
            continue;
        while (find_placeholder(text, &found)) {
            if (bx_str_eq((bx_str){found.p + 1, found.n - 2}, name))
                return true;
            text = bx_str_from(text, (size_t)(found.p + found.n - text.p));
        }
    }
    return false;
}

static bx_code add_value(bx_buf *to, const bx_json_val *v, bx_error *err)
{
    bx_str s;
    if (bx_json_str(v, &s)) {
        if (s.n && memchr(s.p, '\0', s.n))
            return bx_fail(err, BX_EINVAL, "an argument of a program cannot have a NUL in it");
        return bx_buf_add_str(to, s);
    }
    bx_json_out o = bx_json_out_on(to);
    bx_json_out_value(&o, v);
    return bx_json_out_end(&o, err);
}

static bx_code end_argument(bx_handed *h, bx_error *err)
{
    if (++h->n_args > BX_MAX_ARGS)
        return bx_fail(err, BX_ELIMIT, "more than %d arguments", BX_MAX_ARGS);
    (void)bx_buf_add_c(&h->block, '\0');
    return bx_buf_check(&h->block, err);
}

/* Each element of a list, or the value itself, as an argument of its own. */
static bx_code add_each(bx_handed *h, const bx_json_val *v, bx_error *err)
{
    bx_code rc = BX_OK;
    if (bx_json_type_of(v) != BX_JSON_ARRAY) {
        rc = add_value(&h->block, v, err);
        return rc == BX_OK ? end_argument(h, err) : rc;
    }
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));) {
        rc = add_value(&h->block, e, err);
        if (rc == BX_OK)
            rc = end_argument(h, err);
    }
    return rc;
}

static bool is_given(const bx_json_val *v) { return v && bx_json_type_of(v) != BX_JSON_NULL; }

/* Are all the arguments there that are named in it? */
static bool is_whole(bx_str text, const bx_json_val *values)
{
    bx_str found;
    while (find_placeholder(text, &found)) {
        if (!is_given(bx_json_get(values, (bx_str){found.p + 1, found.n - 2})))
            return false;
        text = bx_str_from(text, (size_t)(found.p + found.n - text.p));
    }
    return true;
}

static bx_code add_item(bx_handed *h, bx_str text, const bx_json_val *values, bx_error *err)
{
    bx_str found;
    bx_code rc = BX_OK;
    if (!is_whole(text, values))
        return BX_OK;
    if (find_placeholder(text, &found) && found.n == text.n)
        return add_each(h, bx_json_get(values, (bx_str){found.p + 1, found.n - 2}), err);
    while (rc == BX_OK && find_placeholder(text, &found)) {
        (void)bx_buf_add(&h->block, text.p, (size_t)(found.p - text.p));
        rc = add_value(&h->block, bx_json_get(values, (bx_str){found.p + 1, found.n - 2}), err);
        text = bx_str_from(text, (size_t)(found.p + found.n - text.p));
    }
    (void)bx_buf_add_str(&h->block, text);
    return rc == BX_OK ? end_argument(h, err) : rc;
}

static bx_code add_all(bx_handed *h, const bx_manifest *m, const char *name,
                       const bx_json_val *values, bx_error *err)
{
    bx_str text;
    (void)bx_buf_add_z(&h->block, name);
    bx_code rc = end_argument(h, err);
    bx_json_iter it = bx_json_iter_of(m->args);
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, NULL));) {
        if (bx_json_str(e, &text))
            rc = add_item(h, text, values, err);
    }
    const bx_json_val *args = bx_json_get(values, BX_LIT("args"));
    return rc == BX_OK && is_given(args) ? add_each(h, args, err) : rc;
}

bx_code bx_hand_argv(const bx_manifest *m, const char *name, const bx_json_val *values,
                     bx_handed *ret, bx_error *err)
{
    *ret = (bx_handed){.block = bx_buf_init(BX_MAX_ARG_BYTES), .input = {"", 0}};
    bx_code rc = add_all(ret, m, name, values, err);
    if (rc != BX_OK)
        return rc;
    ret->args = bx_calloc(ret->n_args + 1, sizeof *ret->args);
    if (!ret->args)
        return bx_fail(err, BX_ENOMEM, "arguments");
    const char *at = ret->block.p;
    for (size_t i = 0; i < ret->n_args; i++, at += strlen(at) + 1)
        ret->args[i] = at;
    (void)bx_json_str(bx_json_get(values, BX_LIT("stdin")), &ret->input);
    return BX_OK;
}

void bx_handed_done(bx_handed *h)
{
    free(h->args);
    bx_buf_done(&h->block);
    *h = (bx_handed){.args = NULL};
}

/* ---- surroundings ---------------------------------------------------------------------------- */

#define WORKSPACE "/workspace"

static bool has_workspace(const bx_grant *g)
{
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *c = &caps.at[i];
        if ((c->kind == BX_CAP_READ || c->kind == BX_CAP_WRITE || c->kind == BX_CAP_RW) &&
            bx_path_is_below(BX_LIT(WORKSPACE), bx_str_of(c->path)))
            return true;
    }
    return false;
}

static bool has_variable(const bx_grant *g, bx_str name)
{
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == BX_CAP_ENV && bx_str_eq(bx_str_of(caps.at[i].path), name))
            return true;
    }
    return false;
}

bx_code bx_argv_surroundings(const bx_manifest *m, bx_grant *g, bx_error *err)
{
    bx_code rc = has_workspace(g) ? bx_grant_set_cwd(g, BX_LIT(WORKSPACE), err) : BX_OK;
    bx_json_iter it = bx_json_iter_of(m->env);
    bx_str name, value;
    for (const bx_json_val *e; rc == BX_OK && (e = bx_json_next(&it, &name));) {
        BX_AUTO_BUF line = bx_buf_init(BX_MAX_VAR_TEXT);
        if (!bx_json_str(e, &value) || has_variable(g, name))
            continue;
        (void)bx_buf_add_z(&line, "env:");
        (void)bx_buf_add_str(&line, name);
        (void)bx_buf_add_c(&line, '=');
        (void)bx_buf_add_str(&line, value);
        rc = bx_buf_check(&line, err);
        if (rc == BX_OK)
            rc = bx_grant_allow(g, bx_buf_str(&line), err);
    }
    return rc;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void add_text(bx_json_out *o, bx_str text)
{
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("type"));
    bx_json_out_string(o, BX_LIT("text"));
    bx_json_out_key(o, BX_LIT("text"));
    bx_json_out_string(o, text);
    bx_json_out_end_object(o);
}

/* The end of it, where errors stand, from the beginning of a line or a character on. */
static bx_str last_of(bx_str s)
{
    if (s.n <= MAX_STDERR)
        return s;
    bx_str end = bx_str_from(s, s.n - MAX_STDERR);
    const char *line = memchr(end.p, '\n', end.n);
    if (line && (size_t)(line - end.p) + 1 < end.n)
        return bx_str_from(end, (size_t)(line - end.p) + 1);
    while (end.n && ((uint8_t)end.p[0] & 0xc0) == 0x80)
        end = bx_str_from(end, 1);
    return end;
}

bx_code bx_answer_argv(const bx_outcome *o, bx_buf *out, bx_error *err)
{
    bx_str text = {o->out ? o->out : "", o->out_n}, said = {o->err ? o->err : "", o->err_n};
    bool failed = o->exit_code != 0;
    bx_json_out w = bx_json_out_on(out);
    said = last_of(said);
    bx_json_out_begin_object(&w);
    bx_json_out_key(&w, BX_LIT("content"));
    bx_json_out_begin_array(&w);
    add_text(&w, text);
    if (failed && said.n) /* why it failed is there, as a rule */
        add_text(&w, said);
    bx_json_out_end_array(&w);
    bx_json_out_key(&w, BX_LIT("structuredContent"));
    bx_json_out_begin_object(&w);
    bx_json_out_key(&w, BX_LIT("exit_code"));
    bx_json_out_uint(&w, o->exit_code);
    bx_json_out_key(&w, BX_LIT("stdout"));
    bx_json_out_string(&w, text);
    bx_json_out_key(&w, BX_LIT("stderr"));
    bx_json_out_string(&w, said);
    bx_json_out_end_object(&w);
    bx_json_out_key(&w, BX_LIT("isError"));
    bx_json_out_bool(&w, failed);
    bx_json_out_end_object(&w);
    return bx_json_out_end(&w, err);
}
