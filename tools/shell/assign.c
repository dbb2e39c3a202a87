/* Assignments as commands have them, and what arithmetic needs of variables. */
#include "shell/declare_in.h"

/* ---- arithmetic ---- */

static sh_name *arith_name(sh_arith_var *var)
{
    if (!var->slot)
        var->slot = sh_name_of(var->name.p, var->name.n);
    return var->slot;
}

static bool is_assoc(sh_name *name)
{
    char *sub;
    sh_name *t = sh_name_target(name, &sub);
    free(sub);
    return t && t->var && (t->var->attrs & SH_A_ASSOC);
}

static int missing(shell *sh, const sh_arith_var *var)
{
    if (!sh->opt[SH_OPT_NOUNSET])
        return SH_ARITH_UNSET;
    sh_error(sh, "%.*s: unbound variable", BX_FMT(var->name));
    sh_discard(sh, 127);
    return SH_ARITH_FAILED;
}

static int arith_element(shell *sh, sh_name *name, sh_arith_text *index, bx_str *text)
{
    char *sub;
    sh_name *t = sh_name_target(name, &sub);
    free(sub);
    sh_var *v = t ? t->var : NULL;
    const char *s = NULL;
    if (v && v->attrs)
        sh_var_refresh(v);
    if (v && (v->attrs & SH_A_ASSOC)) {
        char *key = sh_expand_string(sh, index->word, NULL);
        if (!key)
            return SH_ARITH_FAILED;
        s = sh_assoc_get(v, key);
        free(key);
    } else {
        int64_t i = 0;
        if (!sh_arith_text_value(sh, index, &i))
            return SH_ARITH_FAILED;
        if (v && i < 0) {
            i = sh_index_of(v, i);
            if (i < 0)
                sh_error(sh, "%s: bad array subscript", v->name->text);
        }
        if (v && i >= 0)
            s = v->attrs & SH_A_ARRAY ? sh_indexed_get(v, i) : i == 0 ? sh_var_text(v, NULL) : NULL;
    }
    if (!s)
        return SH_ARITH_UNSET;
    *text = bx_str_of(s);
    return SH_ARITH_TEXT;
}

static int arith_get(void *ctx, sh_arith_var *var, int64_t *number, bx_str *text)
{
    (void)number;
    sh_name *name = arith_name(var);
    if (var->index) {
        int r = arith_element(ctx, name, var->index, text);
        return r == SH_ARITH_UNSET ? missing(ctx, var) : r;
    }
    text->p = sh_get_name(name, &text->n);
    return text->p ? SH_ARITH_TEXT : missing(ctx, var);
}

/* PATH is no number: a directory called so could have programs of anybody's, and whoever judges a
 * line does not work out what it computes. */
static bool arith_set(void *ctx, sh_arith_var *var, int64_t value)
{
    shell *sh = ctx;
    sh_name *name = arith_name(var);
    if (strcmp(name->text, "PATH") == 0) {
        sh_error(sh, "PATH: a number is no path");
        return false;
    }
    char room[24];
    const char *s = sh_int_text(value, room);
    if (!var->index)
        return sh_assign_name(name, s, (size_t)(room + 23 - s), SH_SET_NUMBER) == 0;
    char *sub = NULL;
    if (is_assoc(name)) {
        sub = sh_expand_string(sh, var->index->word, NULL);
    } else {
        int64_t i = 0;
        char index[24];
        if (sh_arith_text_value(sh, var->index, &i))
            sub = sh_strdup(sh_int_text(i, index));
    }
    bool ok = sub && sh_assign_sub(name, sub, s, SH_SET_NUMBER) == 0;
    free(sub);
    return ok;
}

static bool arith_expand(void *ctx, sh_word *word, bx_str *ret)
{
    ret->p = sh_expand_string(ctx, word, &ret->n);
    return ret->p != NULL;
}

static void arith_release(void *ctx, bx_str text)
{
    (void)ctx;
    free((void *)(uintptr_t)text.p);
}

static int arith_param(void *ctx, sh_param *p, int64_t *number, bx_str *text)
{
    shell *sh = ctx;
    if (p->op != SH_OP_NONE || p->subscript != SH_SUB_NONE || p->indirect)
        return SH_ARITH_UNSET;
    if (p->name_kind == SH_NAME_POSITIONAL && p->number > 0 && p->number <= sh->params.n) {
        *text = bx_str_of(sh->params.v[p->number - 1]);
        return SH_ARITH_TEXT;
    }
    if (p->name_kind == SH_NAME_SPECIAL && p->special == '#') {
        *number = (int64_t)sh->params.n;
        return SH_ARITH_NUMBER;
    }
    if (p->name_kind != SH_NAME_VARIABLE)
        return SH_ARITH_UNSET;
    if (!p->slot)
        p->slot = sh_name_of(p->name.p, p->name.n);
    text->p = sh_get_name(p->slot, &text->n);
    return text->p ? SH_ARITH_TEXT : SH_ARITH_UNSET;
}

static sh_arith_env env_ = {.get = arith_get,
                            .set = arith_set,
                            .expand = arith_expand,
                            .release = arith_release,
                            .param = arith_param};

const sh_arith_env *sh_arith_env_of(shell *sh)
{
    env_.ctx = sh;
    return &env_;
}

static bool failed(shell *sh, const char *who, sh_arith_error *err)
{
    if (err->text.p)
        sh_error(sh, "%s%s%s", who ? who : "", who ? ": " : "", err->text.p);
    free((void *)(uintptr_t)err->text.p);
    return false;
}

bool sh_arith_who(shell *sh, const char *who, sh_arith_text *t, int64_t *ret)
{
    sh_arith_error err = {0};
    return sh_arith_eval_text(t, sh_arith_env_of(sh), ret, &err) || failed(sh, who, &err);
}

bool sh_arith_text_value(shell *sh, sh_arith_text *t, int64_t *ret)
{
    return sh_arith_who(sh, NULL, t, ret);
}

bool sh_arith_string(shell *sh, const char *who, const char *text, int64_t *ret)
{
    const char *s = text;
    bool negative = *s == '-';
    s += negative;
    if (*s >= '1' && *s <= '9') {
        int64_t v = 0;
        int digits = 0;
        for (; *s >= '0' && *s <= '9' && digits < 18; s++, digits++)
            v = v * 10 + (*s - '0');
        if (!*s) {
            *ret = negative ? -v : v;
            return true;
        }
    } else if (text[0] == '0' && !text[1]) {
        *ret = 0;
        return true;
    }
    sh_arith_error err = {0};
    return sh_arith_eval(bx_str_of(text), sh_arith_env_of(sh), ret, &err) || failed(sh, who, &err);
}

/* ---- array literals ---- */

void sh_compound_free(sh_compound *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++) {
        free(c->keys[i]);
        free(c->values[i]);
    }
    free(c->keys);
    free(c->values);
    free(c->appends);
    free(c);
}

static void compound_add(sh_compound *c, size_t *cap, char *key, char *value, bool append)
{
    if (c->n == *cap) {
        *cap = *cap ? *cap * 2 : 8;
        c->keys = sh_realloc(c->keys, *cap * sizeof *c->keys);
        c->values = sh_realloc(c->values, *cap * sizeof *c->values);
        c->appends = sh_realloc(c->appends, *cap * sizeof *c->appends);
    }
    c->keys[c->n] = key;
    c->values[c->n] = value;
    c->appends[c->n++] = append;
}

sh_compound *sh_compound_expand(shell *sh, const sh_assign *a)
{
    sh_compound *c = sh_alloc(sizeof *c);
    size_t cap = 0;
    bool ok = true;
    c->append = a->append;
    for (uint32_t i = 0; ok && i < a->n_elements; i++) {
        const sh_element *e = &a->elements[i];
        if (e->index) {
            char *key = sh_expand_string(sh, e->index->word, NULL);
            char *value = key ? sh_expand_string(sh, e->value, NULL) : NULL;
            ok = value != NULL;
            if (ok)
                compound_add(c, &cap, key, value, e->append);
            else
                free(key);
        } else {
            sh_strs l = {0};
            ok = sh_expand_fields(sh, e->value, &l);
            for (size_t k = 0; ok && k < l.n; k++)
                compound_add(c, &cap, NULL, BX_TAKE(l.v[k]), false);
            sh_strs_done(&l);
        }
    }
    if (ok)
        return c;
    sh_compound_free(c);
    return NULL;
}

static int fill_assoc(shell *sh, sh_var *v, const sh_compound *c)
{
    bool pairs = c->n && !c->keys[0];
    int status = 0;
    for (size_t i = 0; i < c->n; i++) {
        const char *key = c->keys[i], *value = c->values[i];
        unsigned flags = c->appends[i] ? SH_SET_APPEND : 0;
        if (pairs) {
            key = c->values[i];
            value = i + 1 < c->n ? c->values[i + 1] : "";
            flags = 0;
            i++;
        } else if (!key) {
            sh_error(sh, "%s: %s: must use subscript when assigning associative array",
                     v->name->text, value);
            continue;
        }
        if (!*key) {
            sh_error(sh, "%s: bad array subscript", pairs ? v->name->text : "[]=x");
            status = 1;
            continue;
        }
        if (sh_assign_key(v, key, value, flags))
            return 1;
    }
    return status;
}

static int fill_indexed(shell *sh, sh_var *v, const sh_compound *c)
{
    int64_t i = (int64_t)((uint64_t)sh_indexed_last(v) + 1);
    int status = 0;
    for (size_t k = 0; k < c->n; k++, i++) {
        if (c->keys[k]) {
            int64_t at = 0;
            if (!sh_arith_string(sh, NULL, c->keys[k], &at))
                return 1;
            if (at < 0)
                at = sh_index_of(v, at);
            if (at < 0) {
                sh_error(sh, "[%s]=%s: bad array subscript", c->keys[k], c->values[k]);
                status = 1;
                i--;
                continue;
            }
            i = at;
        }
        if (sh_assign_index(v, i, c->values[k], c->appends[k] ? SH_SET_APPEND : 0))
            return 1;
    }
    return status;
}

int sh_compound_assign(shell *sh, sh_var *v, const sh_compound *c)
{
    if (v->attrs & SH_A_READONLY) {
        sh_error(sh, "%s: readonly variable", v->name->text);
        return 1;
    }
    if (v->attrs & SH_A_IGNORE)
        return 0;
    if (!c->append)
        sh_var_clear(v);
    if (!(v->attrs & SH_A_ASSOC))
        sh_var_attrs(v, SH_A_ARRAY, 0);
    sh_var_attrs(v, SH_A_SET, 0);
    return v->attrs & SH_A_ASSOC ? fill_assoc(sh, v, c) : fill_indexed(sh, v, c);
}

/* ---- commands ---- */

static sh_name *assign_target(sh_assign *a)
{
    if (!a->slot)
        a->slot = sh_name_of(a->name.p, a->name.n);
    return a->slot;
}

static int assign_array(shell *sh, sh_assign *a, sh_buf *trace)
{
    char *sub;
    sh_name *name = sh_name_target(assign_target(a), &sub);
    if (sub) {
        free(sub);
        sh_error(sh, "`%s': not a valid identifier", sh_name_known(a->name.p, a->name.n)->var->s);
        return 1;
    }
    if (name && name->var && (name->var->attrs & SH_A_NAMEREF)) {
        sh_error(sh, "warning: %s: removing nameref attribute", name->text);
        sh_var_attrs(name->var, 0, SH_A_NAMEREF);
    }
    if (a->index) {
        sh_error(sh, "%s[%.*s]: cannot assign list to array member", a->name.p,
                 BX_FMT(sh_subscript_source(a->raw)));
        return 1;
    }
    sh_compound *c = sh_compound_expand(sh, a);
    if (!c)
        return 1;
    if (trace)
        sh_buf_add(trace, a->raw.p, a->raw.n);
    int status = name ? sh_compound_assign(sh, sh_var_make(name), c) : 1;
    sh_compound_free(c);
    return status;
}

static int assign_element(shell *sh, sh_assign *a, const char *value, unsigned flags)
{
    if (a->index->word->n_parts == 0) {
        sh_error(sh, "%s[]: bad array subscript", a->name.p);
        return 1;
    }
    sh_name *name = assign_target(a);
    if (is_assoc(name)) {
        char *key = sh_expand_string(sh, a->index->word, NULL);
        if (!key)
            return 1;
        int status = 1;
        if (*key)
            status = sh_assign_sub(name, key, value, flags);
        else
            sh_error(sh, "%s[%.*s]: bad array subscript", a->name.p,
                     BX_FMT(sh_subscript_source(a->raw)));
        free(key);
        return status;
    }
    int64_t i = 0;
    if (!sh_arith_text_value(sh, a->index, &i)) {
        if (sh->unwind == SH_GO)
            sh_discard_all(sh);
        return 1;
    }
    char *sub;
    sh_name *t = sh_name_target(name, &sub);
    if (!t || sub) {
        char room[24];
        int status = sh_assign_sub(name, sh_int_text(i, room), value, flags);
        free(sub);
        return status;
    }
    sh_var *v = sh_var_make(t);
    if (i < 0) {
        i = sh_index_of(v, i);
        if (i < 0) {
            sh_error(sh, "%s[%.*s]: bad array subscript", a->name.p,
                     BX_FMT(sh_subscript_source(a->raw)));
            return 1;
        }
    }
    return sh_assign_index(v, i, value, flags);
}

static void trace_assign(sh_buf *trace, const sh_assign *a, const char *value)
{
    sh_buf_add(trace, a->name.p, a->name.n);
    if (a->index) {
        sh_buf_c(trace, '[');
        bx_str index = sh_subscript_source(a->raw);
        sh_buf_add(trace, index.p, index.n);
        sh_buf_c(trace, ']');
    }
    sh_buf_z(trace, a->append ? "+=" : "=");
    if (*value)
        sh_quote_trace(trace, value);
}

/* The status of an assignment that failed: of the expansion when that was it. */
static int outcome(const shell *sh, int status)
{
    return status && sh->unwind != SH_GO && sh->status ? sh->status : status;
}

int sh_assign_run(shell *sh, sh_assign *a, sh_buf *trace)
{
    if (a->array)
        return outcome(sh, assign_array(sh, a, trace));
    sh_buf b = sh_scratch();
    int status = 1;
    if (sh_expand_into(sh, a->value, SH_MODE_VALUE, &b)) {
        unsigned flags = a->append ? SH_SET_APPEND : 0;
        if (trace)
            trace_assign(trace, a, b.p);
        status = a->index ? assign_element(sh, a, b.p, flags)
                          : sh_assign_name(assign_target(a), b.p, b.n, flags);
    }
    sh_scratch_back(&b);
    return outcome(sh, status);
}

int sh_assign_run_temp(shell *sh, sh_assign *a, sh_buf *trace)
{
    if (a->index) {
        sh_error(sh, "`%s[%.*s]': not a valid identifier", a->name.p,
                 BX_FMT(sh_subscript_source(a->raw)));
        return 0;
    }
    if (a->array) { /* bash gives the program the text */
        bx_str text = bx_str_from(a->raw, a->name.n + (a->append ? 2 : 1));
        return sh_assign_temp(assign_target(a), text.p, text.n, 0);
    }
    sh_buf b = sh_scratch();
    int status = 1;
    if (sh_expand_into(sh, a->value, SH_MODE_VALUE, &b)) {
        if (trace)
            trace_assign(trace, a, b.p);
        status = sh_assign_temp(assign_target(a), b.p, b.n, a->append ? SH_SET_APPEND : 0);
    }
    sh_scratch_back(&b);
    return outcome(sh, status);
}

bool sh_expand_declaration(shell *sh, sh_word *word, char **ret_text, sh_compound **ret_compound)
{
    const sh_assign *a = word->assign;
    sh_buf b = {0};
    bool ok = true;
    *ret_compound = NULL;
    sh_buf_add(&b, a->name.p, a->name.n);
    if (a->index) {
        char *sub = sh_expand_string(sh, a->index->word, NULL);
        ok = sub != NULL;
        sh_buf_c(&b, '[');
        sh_buf_z(&b, sub ? sub : "");
        sh_buf_c(&b, ']');
        free(sub);
    }
    if (ok && a->value && !a->array)
        sh_buf_z(&b, a->append ? "+=" : "=");
    if (ok && a->array) {
        *ret_compound = sh_compound_expand(sh, a);
        ok = *ret_compound != NULL;
    } else if (ok && a->value) {
        char *value = sh_expand_string(sh, a->value, NULL);
        ok = value != NULL;
        if (value)
            sh_buf_z(&b, value);
        free(value);
    }
    if (ok)
        *ret_text = sh_buf_take(&b);
    sh_buf_done(&b);
    return ok;
}
