/* ${…}: Bash manual 3.5.3. */
#include <errno.h>

#include "shell/expand_in.h"
#include "shell/parse.h"

/* What a parameter refers to. */
typedef struct ref {
    uint8_t kind; /* sh_name_kind */
    uint8_t sub;  /* sh_subscript_kind */
    char special;
    uint32_t number;
    sh_name *name;
    sh_arith_text *index; /* of SH_SUB_INDEX, or */
    char *sub_text;       /* the subscript as text; owned */
    sh_var *var;          /* once looked at: what the name leads to */
    bool looked, nowhere; /* nowhere: namerefs in a circle */
} ref;

typedef struct value {
    const char *s; /* NULL: not set */
    size_t n;
    char room[24];
} value;

/* Several values.  v is borrowed or, with `owned`, to be freed (the row, not the strings). */
typedef struct values {
    const char **v;
    size_t n;
    bool owned;
} values;

static bool discard(shell *sh)
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
static bool ref_of_text(const char *s, ref *r)
{
    *r = (ref){0};
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

static sh_name *param_name(sh_param *p)
{
    if (!p->slot)
        p->slot = sh_name_of(p->name.p, p->name.n);
    return p->slot;
}

/* The variable that a ref names, through namerefs (whose subscript becomes the ref's). */
static sh_var *ref_var(ref *r)
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
    } else {
        free(sub);
    }
    r->nowhere = !name;
    sh_var *v = name ? name->var : NULL;
    if (!v || !v->attrs || (v->attrs & SH_A_NAMEREF))
        return NULL;
    sh_var_refresh(v);
    return r->var = v;
}

/* The text of a subscript: of an associative array its key, else the expression. */
static char *sub_text(shell *sh, const ref *r)
{
    return r->sub_text ? sh_strdup(r->sub_text) : sh_expand_string(sh, r->index->word, NULL);
}

static bool element(shell *sh, const ref *r, sh_var *v, value *ret)
{
    if (v && (v->attrs & SH_A_ASSOC)) {
        char *key = sub_text(sh, r);
        if (!key)
            return discard(sh);
        ret->s = sh_assoc_get(v, key);
        free(key);
        ret->n = ret->s ? strlen(ret->s) : 0;
        return true;
    }
    int64_t i = 0;
    bool ok = r->sub_text ? sh_arith_string(sh, NULL, r->sub_text, &i)
                          : sh_arith_text_value(sh, r->index, &i);
    if (!ok)
        return discard(sh);
    if (!v)
        return true;
    if (i < 0) {
        i += sh_indexed_last(v) + 1;
        if (i < 0) {
            sh_error(sh, "%s: bad array subscript", v->name->text);
            return true;
        }
    }
    ret->s = v->attrs & SH_A_ARRAY ? sh_indexed_get(v, i) : i == 0 ? sh_var_text(v, NULL) : NULL;
    ret->n = ret->s ? strlen(ret->s) : 0;
    return true;
}

static void int_value(value *ret, int64_t x)
{
    ret->s = sh_int_text(x, ret->room);
    ret->n = strlen(ret->s);
}

static void special(shell *sh, char c, value *ret)
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

static bool get_value(shell *sh, ref *r, value *ret)
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
    sh_var *v = ref_var(r);
    if (r->sub == SH_SUB_INDEX)
        return element(sh, r, v, ret);
    if (v)
        ret->s = sh_var_text(v, &ret->n);
    else if (!r->nowhere)
        ret->s = sh_get_name(r->name, &ret->n);
    return true;
}

/* ---- lists ---- */

static bool ref_is_list(ref *r)
{
    if (r->kind == SH_NAME_SPECIAL)
        return r->special == '@' || r->special == '*';
    if (r->kind == SH_NAME_VARIABLE && r->sub == SH_SUB_NONE && r->name->var &&
        (r->name->var->attrs & SH_A_NAMEREF))
        ref_var(r);
    return r->kind == SH_NAME_VARIABLE && (r->sub == SH_SUB_AT || r->sub == SH_SUB_STAR);
}

static bool ref_is_star(const ref *r)
{
    return r->kind == SH_NAME_SPECIAL ? r->special == '*' : r->sub == SH_SUB_STAR;
}

static values get_values(shell *sh, ref *r)
{
    values l = {0};
    if (r->kind == SH_NAME_SPECIAL) {
        l.v = (const char **)(void *)sh->params.v;
        l.n = sh->params.n;
        return l;
    }
    sh_var *v = ref_var(r);
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

static void values_done(values *l)
{
    if (l->owned)
        free(l->v);
}

static void join(sh_out *o, const char *const *v, size_t n, bool star, bool quoted)
{
    bool none = false;
    char sep = star || o->joins ? sh_ifs_first(&none) : ' ';
    if (none && !star) {
        sep = ' ';
        none = false;
    }
    for (size_t i = 0; i < n; i++) {
        if (i && !none)
            sh_out_text(o, &sep, 1, quoted);
        sh_out_text(o, v[i], strlen(v[i]), quoted);
    }
}

static void emit_list(sh_out *o, const char *const *v, size_t n, bool star, bool quoted)
{
    if (o->mode != SH_MODE_FIELDS) {
        join(o, v, n, star, quoted);
    } else if (quoted && star) {
        join(o, v, n, true, true);
        if (!n)
            sh_out_text(o, "", 0, true);
    } else if (quoted) {
        for (size_t i = 0; i < n; i++) {
            if (i)
                sh_out_end(o);
            sh_out_text(o, v[i], strlen(v[i]), true);
        }
        if (!n)
            o->at_empty = true;
    } else {
        bool none;
        char sep = sh_ifs_first(&none);
        for (size_t i = 0; i < n; i++) {
            if (i && none)
                sh_out_end(o);
            else if (i)
                sh_out_split(o, &sep, 1);
            sh_out_split(o, v[i], strlen(v[i]));
        }
    }
}

static void emit(sh_out *o, const char *s, size_t n, bool quoted)
{
    if (quoted)
        sh_out_text(o, s, n, true);
    else
        sh_out_split(o, s, n);
}

static void emit_int(sh_out *o, size_t x, bool quoted)
{
    char room[24];
    const char *s = sh_int_text((int64_t)x, room);
    emit(o, s, strlen(s), quoted);
}

/* ---- errors ---- */

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

static void ref_text(const sh_param *p, const ref *r, sh_buf *b)
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

static bool unbound(shell *sh, const sh_param *p, const ref *r)
{
    sh_buf b = sh_scratch();
    if (r->kind != SH_NAME_VARIABLE && !p->braced)
        sh_buf_c(&b, '$');
    ref_text(p, r, &b);
    sh_error(sh, "%s: unbound variable", sh_buf_str(&b));
    sh_scratch_back(&b);
    sh_discard(sh, 127);
    return false;
}

static bool bad_substitution(shell *sh, const sh_param *p)
{
    sh_error(sh, "%s: bad substitution", p->raw.p);
    sh_discard(sh, 1);
    return false;
}

static bool required(sh_out *o, const sh_param *p, const ref *r)
{
    sh_buf name = sh_scratch(), text = sh_scratch();
    ref_text(p, r, &name);
    bool ok = sh_expand_into(o->sh, p->arg, SH_MODE_STRING, &text);
    if (ok) {
        const char *said = p->colon ? "parameter null or not set" : "parameter not set";
        sh_error(o->sh, "%s: %s", sh_buf_str(&name), text.n ? text.p : said);
        sh_discard(o->sh, 127);
    }
    sh_scratch_back(&name);
    sh_scratch_back(&text);
    return false;
}

/* ---- ${x:=word} ---- */

static bool assign_default(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    shell *sh = o->sh;
    if (r->kind != SH_NAME_VARIABLE || r->sub == SH_SUB_AT || r->sub == SH_SUB_STAR) {
        sh_buf name = sh_scratch();
        if (r->kind != SH_NAME_VARIABLE)
            sh_buf_c(&name, '$');
        ref_text(p, r, &name);
        sh_error(sh, r->kind != SH_NAME_VARIABLE ? "%s: cannot assign in this way"
                                                 : "%s: bad array subscript",
                 sh_buf_str(&name));
        sh_scratch_back(&name);
        return discard(sh);
    }
    sh_buf b = sh_scratch();
    bool ok = sh_expand_into(sh, p->arg, SH_MODE_STRING, &b);
    if (ok && r->sub == SH_SUB_INDEX) {
        char *sub = sub_text(sh, r);
        ok = sub && sh_assign_sub(r->name, sub, b.p, 0) == 0;
        free(sub);
    } else if (ok) {
        ok = sh_assign_name(r->name, b.p, b.n, 0) == 0;
    }
    sh_scratch_back(&b);
    if (!ok)
        return discard(sh);
    value v;
    r->looked = false;
    if (!get_value(sh, r, &v))
        return false;
    if (v.s)
        emit(o, v.s, v.n, quoted);
    return true;
}

/* :- := :? :+ of something that is `set`, and empty if `null`.  *ret_value: emit the value. */
static bool choose(sh_out *o, const sh_param *p, ref *r, bool set, bool null, bool quoted,
                   bool *ret_value)
{
    bool has = set && !(p->colon && null);
    *ret_value = p->op != SH_OP_ALTERNATE && has;
    if (*ret_value)
        return true;
    if (p->op == SH_OP_ALTERNATE ? has : p->op == SH_OP_DEFAULT) {
        if (quoted)
            sh_out_text(o, "", 0, true);
        bool operand = o->operand;
        o->operand = !quoted;
        bool ok = sh_expand_parts(o, p->arg);
        o->operand = operand;
        return ok;
    }
    if (p->op == SH_OP_ALTERNATE) {
        if (quoted)
            sh_out_text(o, "", 0, true);
        return true;
    }
    return p->op == SH_OP_ERROR ? required(o, p, r) : assign_default(o, p, r, quoted);
}

/* ---- ${x:offset:length} ---- */

static bool bounds(shell *sh, const sh_param *p, int64_t *off, int64_t *len)
{
    *off = 0;
    *len = INT64_MAX;
    if (p->offset && !sh_arith_text_value(sh, p->offset, off))
        return discard(sh);
    if (p->length && !sh_arith_text_value(sh, p->length, len))
        return discard(sh);
    return true;
}

static bool negative_length(shell *sh, const sh_param *p)
{
    char *s = sh_expand_string(sh, p->length->word, NULL);
    sh_error(sh, "%s: substring expression < 0", s ? s : "");
    free(s);
    return discard(sh);
}

static bool substring(sh_out *o, const sh_param *p, const char *s, size_t n, bool quoted)
{
    int64_t off, len;
    char *copy = sh_strndup(s, n); /* the expressions may assign */
    bool ok = bounds(o->sh, p, &off, &len);
    int64_t count = (int64_t)sh_char_count(copy, n), end = count;
    if (off < 0)
        off += count;
    if (ok && off >= 0 && off <= count) {
        if (len < 0)
            end = count + len;
        else if (len < count - off)
            end = off + len;
        if (end < off) {
            ok = negative_length(o->sh, p);
        } else {
            bool ascii = (size_t)count == n;
            size_t a = ascii ? (size_t)off : sh_char_offset(copy, n, (size_t)off);
            size_t b = ascii ? (size_t)end
                             : a + sh_char_offset(copy + a, n - a, (size_t)(end - off));
            emit(o, copy + a, b - a, quoted);
        }
    } else if (ok) {
        emit(o, "", 0, quoted);
    }
    free(copy);
    return ok;
}

static bool slice(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    int64_t off, len;
    if (!bounds(o->sh, p, &off, &len))
        return false;
    values l = get_values(o->sh, r);
    const char **row = l.v, *whole = o->sh->arg0 ? o->sh->arg0 : "bash";
    size_t from = 0, n = l.n;
    sh_var *v = r->kind == SH_NAME_VARIABLE ? ref_var(r) : NULL;
    bool assoc = v && (v->attrs & SH_A_ASSOC), back = off < 0;
    const char **with0 = NULL;
    if (r->kind == SH_NAME_SPECIAL) {
        if (off < 0)
            off += (int64_t)n + 1;
        if (off == 0) {
            with0 = sh_realloc(NULL, (n + 1) * sizeof *with0);
            with0[0] = whole;
            if (n)
                memcpy(with0 + 1, row, n * sizeof *with0);
            row = with0;
            n++;
        } else {
            off--;
        }
        from = off < 0 || off > (int64_t)n ? n : (size_t)off;
    } else if (v) {
        if (off < 0)
            off += v->attrs & SH_A_ARRAY ? sh_indexed_last(v) + 1 : (int64_t)n;
        if (off < 0)
            from = n;
        else
            from = v->attrs & SH_A_ARRAY ? sh_indexed_from(v, off)
                   : off > (int64_t)n    ? n
                                         : (size_t)off;
        if (assoc && !back && from && from <= n)
            from--; /* they count from 1 */
    }
    bool ok = len >= 0 || from >= n || negative_length(o->sh, p);
    if (len < 0)
        len = 0;
    if (ok) {
        n = len < (int64_t)(n - from) ? (size_t)len : n - from;
        emit_list(o, n ? row + from : NULL, n, ref_is_star(r), quoted);
    }
    free(with0);
    values_done(&l);
    return ok;
}

/* ---- operators on values ---- */

static bool operands(shell *sh, const sh_param *p, sh_operands *x, sh_buf *pattern, sh_buf *with)
{
    *x = (sh_operands){.replacement = ""};
    if (p->op == SH_OP_TRANSFORM)
        return true;
    if (p->arg2) {
        if (!sh_expand_into(sh, p->arg2, SH_MODE_REPLACE, with))
            return false;
        x->replacement = with->p;
        x->n_replacement = with->n;
    }
    if (!p->arg)
        return true;
    if (!sh_expand_into(sh, p->arg, SH_MODE_PATTERN, pattern))
        return false;
    unsigned flags = sh_match_flags(sh);
    bool folds = p->op == SH_OP_REPLACE || p->op == SH_OP_REPLACE_START ||
                 p->op == SH_OP_REPLACE_END;
    if (folds && sh->shopt[SH_SHOPT_NOCASEMATCH])
        flags |= SH_MATCH_NOCASE;
    x->pattern = sh_pattern_of(pattern->p, pattern->n, flags);
    return true;
}

static bool apply_value(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    sh_buf pattern = sh_scratch(), with = sh_scratch(), res = sh_scratch();
    sh_operands x;
    value v;
    bool ok = operands(o->sh, p, &x, &pattern, &with) && get_value(o->sh, r, &v);
    if (ok) {
        if (r->kind == SH_NAME_VARIABLE) {
            x.name = r->name->text;
            x.var = ref_var(r);
        }
        bool letters = p->op == SH_OP_TRANSFORM && (p->letter == 'a' || p->letter == 'A');
        if (v.s || (letters && x.var))
            ok = sh_apply(o->sh, p, &x, v.s, v.n, &res);
        if (ok && (v.s || res.n))
            emit(o, sh_buf_str(&res), res.n, quoted);
        else if (ok && quoted)
            emit(o, "", 0, true);
    }
    sh_scratch_back(&pattern);
    sh_scratch_back(&with);
    sh_scratch_back(&res);
    return ok ? true : discard(o->sh);
}

/* ${a[@]@A} ${@@A} ${a[@]@K} ${a[@]@k} */
static void transform_whole(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    sh_var *v = r->kind == SH_NAME_VARIABLE ? ref_var(r) : NULL;
    sh_strs l = {0};
    sh_buf b = {0};
    if (p->letter == 'A') {
        if (r->kind == SH_NAME_SPECIAL && o->sh->params.n) {
            sh_strs_add(&l, sh_strdup("set"));
            sh_strs_add(&l, sh_strdup("--"));
            for (size_t i = 0; i < o->sh->params.n; i++) {
                sh_quote_reuse(&b, o->sh->params.v[i]);
                sh_strs_add(&l, sh_buf_take(&b));
            }
        } else if (v) {
            sh_declare_text(&b, v, false);
            char *text = sh_buf_take(&b), *second = strchr(text, ' ') + 1;
            char *third = strchr(second, ' ') + 1;
            sh_strs_add(&l, sh_strndup(text, (size_t)(second - text) - 1));
            sh_strs_add(&l, sh_strndup(second, (size_t)(third - second) - 1));
            sh_strs_add(&l, sh_strdup(third));
            free(text);
        }
    } else if (v) {
        sh_walk w = {0};
        while (sh_walk_next(v, &w)) {
            char room[24];
            const char *key = w.key ? w.key : sh_int_text(w.index, room);
            if (p->letter == 'k') {
                sh_strs_add(&l, sh_strdup(key));
                sh_strs_add(&l, sh_strdup(w.value));
                continue;
            }
            if (b.n)
                sh_buf_c(&b, ' ');
            if (w.key && sh_quote_needed(key))
                sh_quote_double(&b, key);
            else
                sh_buf_z(&b, key);
            sh_buf_c(&b, ' ');
            sh_quote_double(&b, w.value);
        }
        if (w.key && b.n)
            sh_buf_c(&b, ' ');
        if (b.n)
            sh_strs_add(&l, sh_buf_take(&b));
    }
    emit_list(o, (const char *const *)l.v, l.n, ref_is_star(r), quoted);
    sh_strs_done(&l);
    sh_buf_done(&b);
}

static bool apply_list(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    if (p->op == SH_OP_TRANSFORM &&
        (p->letter == 'A' ||
         ((p->letter == 'K' || p->letter == 'k') && r->kind == SH_NAME_VARIABLE))) {
        transform_whole(o, p, r, quoted);
        return true;
    }
    sh_buf pattern = sh_scratch(), with = sh_scratch(), res = sh_scratch();
    sh_operands x;
    bool ok = operands(o->sh, p, &x, &pattern, &with);
    if (ok) {
        values l = get_values(o->sh, r);
        if (r->kind == SH_NAME_VARIABLE) {
            x.name = r->name->text;
            x.var = ref_var(r);
        }
        sh_strs out = {0};
        for (size_t i = 0; ok && i < l.n; i++) {
            res.n = 0;
            ok = sh_apply(o->sh, p, &x, l.v[i], strlen(l.v[i]), &res);
            sh_strs_add(&out, sh_strndup(sh_buf_str(&res), res.n));
        }
        if (ok)
            emit_list(o, (const char *const *)out.v, out.n, ref_is_star(r), quoted);
        sh_strs_done(&out);
        values_done(&l);
    }
    sh_scratch_back(&pattern);
    sh_scratch_back(&with);
    sh_scratch_back(&res);
    return ok ? true : discard(o->sh);
}

/* ---- names and keys ---- */

static bool expand_names(sh_out *o, const sh_param *p, bool quoted)
{
    size_t n, k = 0;
    sh_var **all = sh_vars_sorted(&n);
    const char **v = sh_alloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i]->name->text, p->name.p, p->name.n) == 0 && sh_var_count(all[i]))
            v[k++] = all[i]->name->text;
    emit_list(o, v, k, p->letter == '*', quoted);
    free(v);
    free(all);
    return true;
}

static bool expand_keys(sh_out *o, sh_param *p, bool quoted)
{
    ref r = {.kind = SH_NAME_VARIABLE, .name = param_name(p), .sub = p->subscript};
    sh_var *v = ref_var(&r);
    sh_strs l = {0};
    if (v) {
        sh_walk w = {0};
        char room[24];
        while (sh_walk_next(v, &w))
            sh_strs_add(&l, sh_strdup(w.key ? w.key : sh_int_text(w.index, room)));
    }
    o->joins = o->mode == SH_MODE_VALUE && quoted;
    emit_list(o, (const char *const *)l.v, l.n, p->subscript == SH_SUB_STAR, quoted);
    sh_strs_done(&l);
    free(r.sub_text);
    return true;
}

/* ---- all together ---- */

static bool chooses(const sh_param *p)
{
    return p->op == SH_OP_DEFAULT || p->op == SH_OP_ASSIGN || p->op == SH_OP_ERROR ||
           p->op == SH_OP_ALTERNATE;
}

/* bash joins what operators make of "${a[@]}" with IFS where no fields can come to be. */
static bool joins(const sh_out *o, const sh_param *p, bool quoted)
{
    if (o->mode != SH_MODE_VALUE || p->op == SH_OP_NONE || chooses(p))
        return false;
    return quoted || p->op == SH_OP_PREFIX || p->op == SH_OP_SUFFIX || p->op == SH_OP_TRANSFORM;
}

static bool expand_list(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    o->joins = joins(o, p, quoted);
    if (p->op == SH_OP_SUBSTRING)
        return slice(o, p, r, quoted);
    bool plain = p->op == SH_OP_NONE;
    if (!plain && !chooses(p) && p->op != SH_OP_LENGTH)
        return apply_list(o, p, r, quoted);
    values l = get_values(o->sh, r);
    bool ok = true;
    if (p->op == SH_OP_LENGTH) {
        if (!l.n && r->kind == SH_NAME_VARIABLE && !ref_var(r) && o->sh->opt[SH_OPT_NOUNSET]) {
            sh_error(o->sh, "%s: unbound variable", r->name->text);
            sh_discard(o->sh, 127);
            return false;
        }
        emit_int(o, l.n, quoted);
    } else {
        if (!plain)
            ok = choose(o, p, r, l.n > 0, l.n == 0 || (l.n == 1 && !*l.v[0]), quoted, &plain);
        if (ok && plain)
            emit_list(o, l.v, l.n, ref_is_star(r), quoted);
    }
    values_done(&l);
    return ok;
}

static bool expand_value(sh_out *o, const sh_param *p, ref *r, bool quoted)
{
    value v;
    if (!get_value(o->sh, r, &v))
        return false;
    if (chooses(p)) {
        bool plain;
        if (!choose(o, p, r, v.s != NULL, v.n == 0, quoted, &plain) || !plain)
            return o->sh->unwind == SH_GO;
    } else if (!v.s && o->sh->opt[SH_OPT_NOUNSET] &&
               !(p->op == SH_OP_LENGTH && r->sub == SH_SUB_INDEX)) {
        return unbound(o->sh, p, r);
    }
    switch (p->op) {
    case SH_OP_LENGTH:
        emit_int(o, v.s ? sh_char_count(v.s, v.n) : 0, quoted);
        return true;
    case SH_OP_SUBSTRING:
        if (v.s)
            return substring(o, p, v.s, v.n, quoted);
        emit(o, "", 0, quoted);
        return true;
    case SH_OP_NONE:
    case SH_OP_DEFAULT:
    case SH_OP_ASSIGN:
    case SH_OP_ERROR:
    case SH_OP_ALTERNATE:
        emit(o, v.s ? v.s : "", v.n, quoted);
        return true;
    default:
        return apply_value(o, p, r, quoted);
    }
}

/* ${!x…}: *r becomes what x names. */
static bool follow_indirect(sh_out *o, const sh_param *p, ref *r, bool *ret_done, bool quoted)
{
    *ret_done = false;
    sh_var *own = r->kind == SH_NAME_VARIABLE && r->sub == SH_SUB_NONE ? r->name->var : NULL;
    if (own && (own->attrs & SH_A_NAMEREF)) {
        *ret_done = true;
        emit(o, own->s ? own->s : "", own->n, quoted);
        return true;
    }
    value v;
    if (!get_value(o->sh, r, &v))
        return false;
    if (!v.s) {
        if (chooses(p) && p->op != SH_OP_ERROR)
            return true; /* x itself is not set */
        sh_error(o->sh, "%s: invalid indirect expansion", p->name.p);
        return discard(o->sh);
    }
    ref to;
    char *text = sh_strdup(v.s);
    bool ok = ref_of_text(text, &to);
    if (!ok) {
        sh_error(o->sh, "%s: invalid variable name", text);
        discard(o->sh);
    } else {
        free(r->sub_text);
        *r = to;
    }
    free(text);
    return ok;
}

bool sh_expand_param(sh_out *o, sh_param *p, bool quoted)
{
    if (BX_LIKELY(p->op == SH_OP_NONE && p->name_kind == SH_NAME_VARIABLE &&
                  p->subscript == SH_SUB_NONE && !p->indirect)) {
        sh_name *name = param_name(p);
        size_t n = 0;
        if (!name->var || !(name->var->attrs & SH_A_NAMEREF)) {
            const char *s = sh_get_name(name, &n);
            if (s || !o->sh->opt[SH_OPT_NOUNSET]) {
                emit(o, s ? s : "", n, quoted);
                return true;
            }
        }
    }
    if (p->op == SH_OP_BAD)
        return bad_substitution(o->sh, p);
    if (p->op == SH_OP_NAMES)
        return expand_names(o, p, quoted);
    if (p->op == SH_OP_KEYS)
        return expand_keys(o, p, quoted);
    ref r = {.kind = p->name_kind,
             .sub = p->subscript,
             .special = p->special,
             .number = p->number,
             .index = p->index};
    if (r.kind == SH_NAME_VARIABLE)
        r.name = param_name(p);
    bool done = false, ok = true;
    if (p->indirect)
        ok = follow_indirect(o, p, &r, &done, quoted);
    if (ok && !done)
        ok = ref_is_list(&r) ? expand_list(o, p, &r, quoted) : expand_value(o, p, &r, quoted);
    free(r.sub_text);
    return ok;
}
