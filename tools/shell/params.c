/* What a parameter refers to, and its value: Bash manual 3.4. */
#include "shell/expand_in.h"
#include "shell/parse.h"

bool sh_failed_(shell *sh)
{
    if (sh->unwind == SH_GO)
        sh_discard(sh, 1);
    return false;
}

/* ---- subscripts ---- */

char *sh_subscript_text(shell *sh, const sh_name *name, bx_str text)
{
    (void)name;
    if (!memchr(text.p, '$', text.n) && !memchr(text.p, '`', text.n) &&
        !memchr(text.p, '"', text.n) && !memchr(text.p, '\'', text.n) &&
        !memchr(text.p, '\\', text.n))
        return sh_strndup(text.p, text.n);
    if (sh_could_run(text)) {
        sh_error(sh, "%.*s: a command in a subscript is not run", BX_FMT(text));
        return NULL;
    }
    /* Quotes matter for a key: read it as the index of an assignment. */
    sh_buf b = sh_scratch();
    sh_buf_z(&b, "([");
    sh_buf_add(&b, text.p, text.n);
    sh_buf_z(&b, "]=)");
    sh_unit *unit = NULL;
    sh_assign *a = NULL;
    sh_parse_error err = {0};
    static const sh_source none;
    char *s = NULL;
    if (sh_parse_array((bx_str){sh_buf_str(&b), b.n}, &none, &unit, &a, &err) &&
        a->n_elements == 1 && a->elements[0].index)
        s = sh_expand_string(sh, a->elements[0].index->word, NULL);
    sh_unit_unref(unit);
    sh_scratch_back(&b);
    return s;
}

/* "name", "name[sub]", "12", "@": what ${!x} holds.  False: it is none of these. */
bool sh_ref_of_text(const char *s, sh_ref *r)
{
    *r = (sh_ref){0};
    size_t n = strlen(s), k = 0;
    if (n == 1 && strchr("@*#?-$!", *s)) {
        r->kind = SH_NAME_SPECIAL;
        r->special = *s;
        return true;
    }
    if (n && n < 10 && strspn(s, "0123456789") == n) {
        r->kind = SH_NAME_POSITIONAL;
        for (size_t i = 0; i < n; i++)
            r->number = r->number * 10 + (uint32_t)(s[i] - '0');
        return true;
    }
    while (k < n && s[k] != '[')
        k++;
    if (!sh_is_name((bx_str){s, k}))
        return false;
    r->kind = SH_NAME_VARIABLE;
    r->name = sh_name_of(s, k);
    if (k == n)
        return true;
    if (n - k < 3 || s[n - 1] != ']')
        return false;
    if (n - k == 3 && (s[k + 1] == '@' || s[k + 1] == '*')) {
        r->sub = s[k + 1] == '@' ? SH_SUB_AT : SH_SUB_STAR;
        return true;
    }
    r->sub = SH_SUB_INDEX;
    r->sub_text = sh_subscript_text(sh_shell, r->name, (bx_str){s + k + 1, n - k - 2});
    return r->sub_text != NULL;
}

sh_name *sh_param_name(sh_param *p)
{
    if (!p->slot)
        p->slot = sh_name_of(p->name.p, p->name.n);
    return p->slot;
}

/* The variable that a sh_ref names, through namerefs (whose subscript becomes the ref's). */
sh_var *sh_ref_var(sh_ref *r)
{
    char *sub;
    if (r->looked)
        return r->var;
    r->looked = true;
    sh_name *name = sh_name_target(r->name, &sub);
    if (sub && r->sub == SH_SUB_NONE) {
        if (strcmp(sub, "@") == 0 || strcmp(sub, "*") == 0) {
            r->sub = *sub == '@' ? SH_SUB_AT : SH_SUB_STAR;
            free(sub);
        } else {
            r->sub = SH_SUB_INDEX;
            r->sub_text = sub;
        }
        r->name = name;
    } else if (sub) { /* an element of an element: there is none */
        free(sub);
        name = NULL;
    }
    r->nowhere = !name;
    sh_var *v = name ? name->var : NULL;
    if (!v || !v->attrs || (v->attrs & SH_A_NAMEREF))
        return NULL;
    sh_var_refresh(v);
    return r->var = v;
}

/* The text of a subscript: of an associative array its key, else the expression. */
char *sh_ref_sub(shell *sh, const sh_ref *r)
{
    return r->sub_text ? sh_strdup(r->sub_text) : sh_expand_string(sh, r->index->word, NULL);
}

static bool element(shell *sh, const sh_ref *r, sh_var *v, sh_value *ret)
{
    if (v && (v->attrs & SH_A_ASSOC)) {
        char *key = sh_ref_sub(sh, r);
        if (!key)
            return sh_failed_(sh);
        ret->s = sh_assoc_get(v, key);
        free(key);
        ret->n = ret->s ? strlen(ret->s) : 0;
        return true;
    }
    int64_t i = 0;
    bool ok = r->sub_text ? sh_arith_string(sh, NULL, r->sub_text, &i)
                          : sh_arith_text_value(sh, r->index, &i);
    if (!ok && sh->unwind == SH_GO)
        sh_discard_all(sh);
    if (!ok)
        return false;
    if (!v)
        return true;
    if (i < 0) {
        i = sh_index_of(v, i);
        if (i < 0) {
            sh_error(sh, "%s: bad array subscript", v->name->text);
            return true;
        }
    }
    ret->s = v->attrs & SH_A_ARRAY ? sh_indexed_get(v, i) : i == 0 ? sh_var_text(v, NULL) : NULL;
    ret->n = ret->s ? strlen(ret->s) : 0;
    return true;
}

static void int_value(sh_value *ret, int64_t x)
{
    ret->s = sh_int_text(x, ret->room);
    ret->n = strlen(ret->s);
}

static void special(shell *sh, char c, sh_value *ret)
{
    switch (c) {
    case '?':
        int_value(ret, sh->status);
        return;
    case '#':
        int_value(ret, (int64_t)sh->params.n);
        return;
    case '$':
        int_value(ret, sh->pid);
        return;
    case '!':
        if (sh->last_background)
            int_value(ret, sh->last_background);
        return;
    default:
        sh_dash(sh, ret->room, sizeof ret->room);
        ret->s = ret->room;
        ret->n = strlen(ret->s);
    }
}

bool sh_ref_value(shell *sh, sh_ref *r, sh_value *ret)
{
    ret->s = NULL;
    ret->n = 0;
    if (r->kind == SH_NAME_SPECIAL) {
        special(sh, r->special, ret);
        return true;
    }
    if (r->kind == SH_NAME_POSITIONAL) {
        if (r->number == 0)
            ret->s = sh->arg0 ? sh->arg0 : "bash";
        else if (r->number <= sh->params.n)
            ret->s = sh->params.v[r->number - 1];
        ret->n = ret->s ? strlen(ret->s) : 0;
        return true;
    }
    if (r->sub == SH_SUB_NONE && !(r->name->var && (r->name->var->attrs & SH_A_NAMEREF))) {
        ret->s = sh_get_name(r->name, &ret->n);
        return true;
    }
    sh_var *v = sh_ref_var(r);
    if (r->sub == SH_SUB_INDEX)
        return element(sh, r, v, ret);
    if (v)
        ret->s = sh_var_text(v, &ret->n);
    else if (!r->nowhere)
        ret->s = sh_get_name(r->name, &ret->n);
    return true;
}

/* ---- lists ---- */

bool sh_ref_is_list(sh_ref *r)
{
    if (r->kind == SH_NAME_SPECIAL)
        return r->special == '@' || r->special == '*';
    if (r->kind == SH_NAME_VARIABLE && r->sub == SH_SUB_NONE && r->name->var &&
        (r->name->var->attrs & SH_A_NAMEREF))
        sh_ref_var(r);
    return r->kind == SH_NAME_VARIABLE && (r->sub == SH_SUB_AT || r->sub == SH_SUB_STAR);
}

bool sh_ref_is_star(const sh_ref *r)
{
    return r->kind == SH_NAME_SPECIAL ? r->special == '*' : r->sub == SH_SUB_STAR;
}

sh_values sh_ref_values(shell *sh, sh_ref *r)
{
    sh_values l = {0};
    if (r->kind == SH_NAME_SPECIAL) {
        l.v = (const char **)(void *)sh->params.v;
        l.n = sh->params.n;
        return l;
    }
    sh_var *v = sh_ref_var(r);
    size_t n = v ? sh_var_count(v) : 0;
    if (!n)
        return l;
    l.v = sh_realloc(NULL, n * sizeof *l.v);
    l.owned = true;
    sh_walk w = {0};
    while (l.n < n && sh_walk_next(v, &w))
        l.v[l.n++] = w.value;
    return l;
}

void sh_values_done(sh_values *l)
{
    if (l->owned)
        free(l->v);
}

/* Roughly the source of a subscript, for messages. */
static void index_text(const sh_word *w, sh_buf *b)
{
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const sh_part *part = &w->parts[i];
        if (part->kind == SH_PART_TEXT) {
            sh_buf_add(b, part->text.p, part->text.n);
        } else if (part->kind == SH_PART_PARAM) {
            sh_buf_c(b, '$');
            sh_buf_add(b, part->param->name.p, part->param->name.n);
        }
    }
}

void sh_ref_source(const sh_param *p, const sh_ref *r, sh_buf *b)
{
    if (p->indirect && r->kind == SH_NAME_VARIABLE) {
        sh_buf_add(b, r->name->text, r->name->n);
    } else {
        sh_buf_add(b, p->name.p, p->name.n);
        if (p->subscript == SH_SUB_INDEX) {
            sh_buf_c(b, '[');
            index_text(p->index->word, b);
            sh_buf_c(b, ']');
        } else if (p->subscript != SH_SUB_NONE) {
            sh_buf_z(b, p->subscript == SH_SUB_AT ? "[@]" : "[*]");
        }
    }
}

bx_str sh_subscript_source(bx_str raw)
{
    const char *open = memchr(raw.p, '[', raw.n), *s = open;
    int depth = 0;
    for (; s && s < raw.p + raw.n; s++) {
        if (*s == '\\' && s + 1 < raw.p + raw.n)
            s++;
        else if (*s == '[')
            depth++;
        else if (*s == ']' && --depth == 0)
            return (bx_str){open + 1, (size_t)(s - open) - 1};
    }
    return (bx_str){"", 0};
}
