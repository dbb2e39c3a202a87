/* ${…}: Bash manual 3.5.3. */
#include "shell/expand_in.h"

static void join(sh_out *o, const char *const *v, size_t n, bool star, bool quoted)
{
    bx_str sep = star || o->joins ? sh_ifs_first() : (bx_str){" ", 1};
    if (!sep.n && !star)
        sep = (bx_str){" ", 1};
    for (size_t i = 0; i < n; i++) {
        if (i && sep.n)
            sh_out_text(o, sep.p, sep.n, quoted);
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
        bx_str sep = sh_ifs_first();
        for (size_t i = 0; i < n; i++) {
            if (i && !sep.n)
                sh_out_end(o);
            else if (i)
                sh_out_split(o, sep.p, sep.n);
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

static bool unbound(shell *sh, const sh_param *p, const sh_ref *r)
{
    sh_buf b = sh_scratch();
    if (r->kind != SH_NAME_VARIABLE && !p->braced)
        sh_buf_c(&b, '$');
    sh_ref_source(p, r, &b);
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

static bool required(sh_out *o, const sh_param *p, const sh_ref *r)
{
    sh_buf name = sh_scratch(), text = sh_scratch();
    sh_ref_source(p, r, &name);
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

static bool assign_default(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    shell *sh = o->sh;
    if (r->kind != SH_NAME_VARIABLE || r->sub == SH_SUB_AT || r->sub == SH_SUB_STAR) {
        sh_buf name = sh_scratch();
        if (r->kind != SH_NAME_VARIABLE)
            sh_buf_c(&name, '$');
        sh_ref_source(p, r, &name);
        sh_error(sh,
                 r->kind != SH_NAME_VARIABLE ? "%s: cannot assign in this way"
                                             : "%s: bad array subscript",
                 sh_buf_str(&name));
        sh_scratch_back(&name);
        return sh_failed_(sh);
    }
    sh_buf b = sh_scratch();
    bool ok = sh_expand_into(sh, p->arg, SH_MODE_STRING, &b);
    if (ok && r->sub == SH_SUB_INDEX) {
        char *sub = sh_ref_sub(sh, r);
        ok = sub && sh_assign_sub(r->name, sub, b.p, 0) == 0;
        free(sub);
    } else if (ok) {
        ok = sh_assign_name(r->name, b.p, b.n, 0) == 0;
    }
    sh_scratch_back(&b);
    if (!ok)
        return sh_failed_(sh);
    sh_value v;
    r->looked = false;
    if (!sh_ref_value(sh, r, &v))
        return false;
    if (v.s)
        emit(o, v.s, v.n, quoted);
    return true;
}

/* :- := :? :+ of something that is `set`, and empty if `null`.  *ret_value: emit the value. */
static bool choose(sh_out *o, const sh_param *p, sh_ref *r, bool set, bool null, bool quoted,
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
        if (quoted && sh_ref_is_list(r) && !sh_ref_is_star(r))
            o->at_empty = true;
        else if (quoted)
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
        return sh_failed_(sh);
    if (p->length && !sh_arith_text_value(sh, p->length, len))
        return sh_failed_(sh);
    return true;
}

static bool negative_length(shell *sh, const sh_param *p)
{
    char *s = sh_expand_string(sh, p->length->word, NULL);
    sh_error(sh, "%s: substring expression < 0", s ? s : "");
    free(s);
    return sh_failed_(sh);
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
            size_t b =
                ascii ? (size_t)end : a + sh_char_offset(copy + a, n - a, (size_t)(end - off));
            emit(o, copy + a, b - a, quoted);
        }
    } else if (ok) {
        emit(o, "", 0, quoted);
    }
    free(copy);
    return ok;
}

/* Of an indexed array: only the elements that are wanted are looked at. */
static bool slice_indexed(sh_out *o, const sh_param *p, sh_ref *r, int64_t off, int64_t len,
                          bool quoted)
{
    sh_var *v = sh_ref_var(r);
    size_t count = sh_var_count(v), from = count;
    off = sh_index_of(v, off);
    if (off >= 0)
        from = sh_indexed_from(v, off);
    if (len < 0 && from < count)
        return negative_length(o->sh, p);
    size_t n = len < (int64_t)(count - from) ? (size_t)(len < 0 ? 0 : len) : count - from;
    const char **row = sh_realloc(NULL, (n + 1) * sizeof *row);
    for (size_t i = 0; i < n; i++)
        (void)sh_indexed_at(v, from + i, NULL, &row[i]);
    emit_list(o, row, n, sh_ref_is_star(r), quoted);
    free(row);
    return true;
}

/* The positional parameters with $0 in front. */
static const char **with_name(const shell *sh, const sh_values *l)
{
    const char **row = sh_realloc(NULL, (l->n + 1) * sizeof *row);
    row[0] = sh->arg0 ? sh->arg0 : "bash";
    if (l->n)
        memcpy(row + 1, l->v, l->n * sizeof *row);
    return row;
}

static bool slice(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    int64_t off, len;
    if (!bounds(o->sh, p, &off, &len))
        return false;
    sh_var *v = r->kind == SH_NAME_VARIABLE ? sh_ref_var(r) : NULL;
    if (v && (v->attrs & SH_A_ARRAY))
        return slice_indexed(o, p, r, off, len, quoted);
    sh_values l = sh_ref_values(o->sh, r);
    const char **row = l.v, **own = NULL;
    size_t n = l.n;
    if (r->kind == SH_NAME_SPECIAL) {
        if (off < 0)
            off += (int64_t)n + 1;
        if (off == 0) {
            row = own = with_name(o->sh, &l);
            n++;
        } else {
            off--;
        }
    } else if (off < 0) {
        off += (int64_t)n;
    } else if (v && (v->attrs & SH_A_ASSOC) && off && off <= (int64_t)n) {
        off--; /* they count from 1 */
    }
    size_t from = off < 0 || off > (int64_t)n ? n : (size_t)off;
    bool ok = len >= 0 || from >= n || negative_length(o->sh, p);
    if (len < 0)
        len = 0;
    if (ok) {
        n = len < (int64_t)(n - from) ? (size_t)len : n - from;
        emit_list(o, n ? row + from : NULL, n, sh_ref_is_star(r), quoted);
    }
    free(own);
    sh_values_done(&l);
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
    bool folds =
        p->op == SH_OP_REPLACE || p->op == SH_OP_REPLACE_START || p->op == SH_OP_REPLACE_END;
    if (folds && sh->shopt[SH_SHOPT_NOCASEMATCH])
        flags |= SH_MATCH_NOCASE;
    x->pattern = sh_pattern_of(pattern->p, pattern->n, flags);
    return true;
}

static bool apply_value(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    sh_buf pattern = sh_scratch(), with = sh_scratch(), res = sh_scratch();
    sh_operands x;
    sh_value v;
    bool ok = operands(o->sh, p, &x, &pattern, &with) && sh_ref_value(o->sh, r, &v);
    if (ok) {
        if (r->kind == SH_NAME_VARIABLE) {
            x.var = sh_ref_var(r);
            x.name = x.var ? x.var->name->text : r->name->text;
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
    return ok ? true : sh_failed_(o->sh);
}

/* ${a[@]@A} ${@@A} ${a[@]@K} ${a[@]@k} */
static void transform_whole(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    sh_var *v = r->kind == SH_NAME_VARIABLE ? sh_ref_var(r) : NULL;
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
    emit_list(o, (const char *const *)l.v, l.n, sh_ref_is_star(r), quoted);
    sh_strs_done(&l);
    sh_buf_done(&b);
}

static bool apply_list(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    if (p->op == SH_OP_TRANSFORM && (p->letter == 'A' || ((p->letter == 'K' || p->letter == 'k') &&
                                                          r->kind == SH_NAME_VARIABLE))) {
        transform_whole(o, p, r, quoted);
        return true;
    }
    sh_buf pattern = sh_scratch(), with = sh_scratch(), res = sh_scratch();
    sh_operands x;
    bool ok = operands(o->sh, p, &x, &pattern, &with);
    if (ok) {
        sh_values l = sh_ref_values(o->sh, r);
        if (r->kind == SH_NAME_VARIABLE) {
            x.var = sh_ref_var(r);
            x.name = x.var ? x.var->name->text : r->name->text;
        }
        sh_strs out = {0};
        for (size_t i = 0; ok && i < l.n; i++) {
            res.n = 0;
            ok = sh_apply(o->sh, p, &x, l.v[i], strlen(l.v[i]), &res);
            sh_strs_add(&out, sh_strndup(sh_buf_str(&res), res.n));
        }
        if (ok)
            emit_list(o, (const char *const *)out.v, out.n, sh_ref_is_star(r), quoted);
        sh_strs_done(&out);
        sh_values_done(&l);
    }
    sh_scratch_back(&pattern);
    sh_scratch_back(&with);
    sh_scratch_back(&res);
    return ok ? true : sh_failed_(o->sh);
}

/* ---- names and keys ---- */

static bool expand_names(sh_out *o, const sh_param *p, bool quoted)
{
    size_t n, k = 0;
    sh_var **all = sh_vars_sorted(&n);
    const char **v = sh_alloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        if (strncmp(all[i]->name->text, p->name.p, p->name.n) == 0 && (all[i]->attrs & SH_A_SET))
            v[k++] = all[i]->name->text;
    if (p->letter == '*' && !quoted && !sh_ifs_first().n)
        join(o, v, k, true, false);
    else
        emit_list(o, v, k, p->letter == '*', quoted);
    free(v);
    free(all);
    return true;
}

static bool expand_keys(sh_out *o, sh_param *p, bool quoted)
{
    sh_ref r = {.kind = SH_NAME_VARIABLE, .name = sh_param_name(p), .sub = p->subscript};
    sh_var *v = sh_ref_var(&r);
    sh_strs l = {0};
    if (v) {
        sh_walk w = {0};
        char room[24];
        while (sh_walk_next(v, &w))
            sh_strs_add(&l, sh_strdup(w.key ? w.key : sh_int_text(w.index, room)));
    }
    o->joins = o->mode == SH_MODE_VALUE && quoted;
    bool star = p->subscript == SH_SUB_STAR;
    if (star && !quoted &&
        !sh_ifs_first().n) /* bash puts blanks between them, and does not split there */
        join(o, (const char *const *)l.v, l.n, false, false);
    else
        emit_list(o, (const char *const *)l.v, l.n, star, quoted);
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

/* Is ${x[@]} null, as :- sees it?  Within quotes bash finds what an indirection leads to never
 * null while it has elements. */
static bool is_null(const sh_values *l, bool star, bool quoted, bool indirect)
{
    for (size_t i = 0; i < l->n; i++)
        if (*l->v[i])
            return false;
    if (quoted && indirect && l->n)
        return false;
    return l->n <= 1 || (star && quoted && !sh_ifs_first().n);
}

static bool expand_list(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    o->joins = joins(o, p, quoted);
    if (p->op == SH_OP_SUBSTRING)
        return slice(o, p, r, quoted);
    bool plain = p->op == SH_OP_NONE;
    if (!plain && !chooses(p) && p->op != SH_OP_LENGTH)
        return apply_list(o, p, r, quoted);
    sh_values l = sh_ref_values(o->sh, r);
    bool ok = true;
    if (p->op == SH_OP_LENGTH) {
        if (!l.n && r->kind == SH_NAME_VARIABLE && !sh_ref_var(r) && o->sh->opt[SH_OPT_NOUNSET]) {
            sh_error(o->sh, "%s: unbound variable", r->name->text);
            sh_discard(o->sh, 127);
            return false;
        }
        emit_int(o, l.n, quoted);
    } else {
        if (!plain)
            ok = choose(o, p, r, l.n > 0, is_null(&l, sh_ref_is_star(r), quoted, p->indirect),
                        quoted, &plain);
        if (ok && plain)
            emit_list(o, l.v, l.n, sh_ref_is_star(r), quoted);
    }
    sh_values_done(&l);
    return ok;
}

static bool expand_value(sh_out *o, const sh_param *p, sh_ref *r, bool quoted)
{
    sh_value v;
    if (!sh_ref_value(o->sh, r, &v))
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

/* The text that x of ${!x…} has; NULL: x does not exist, or failed. */
static char *indirect_text(shell *sh, sh_ref *r)
{
    sh_buf b = {0};
    if (sh_ref_is_list(r)) {
        sh_values l = sh_ref_values(sh, r);
        for (size_t i = 0; i < l.n; i++) {
            if (i)
                sh_buf_c(&b, ' ');
            sh_buf_z(&b, l.v[i]);
        }
        bool any = l.n > 0;
        sh_values_done(&l);
        return any ? sh_buf_take(&b) : NULL;
    }
    sh_value v;
    if (!sh_ref_value(sh, r, &v))
        return NULL;
    if (v.s)
        return sh_strndup(v.s, v.n);
    bool array = r->kind == SH_NAME_VARIABLE && r->sub == SH_SUB_NONE && r->name->var &&
                 (r->name->var->attrs & (SH_A_ARRAY | SH_A_ASSOC));
    return array ? sh_strdup("") : NULL;
}

/* ${!x…}: *r becomes what x names. */
static bool follow_indirect(sh_out *o, const sh_param *p, sh_ref *r, bool *ret_done, bool quoted)
{
    *ret_done = false;
    sh_var *own = r->kind == SH_NAME_VARIABLE && r->sub == SH_SUB_NONE ? r->name->var : NULL;
    if (own && (own->attrs & SH_A_NAMEREF)) {
        *ret_done = true;
        emit(o, own->s ? own->s : "", own->n, quoted);
        return true;
    }
    char *text = indirect_text(o->sh, r);
    if (!text && o->sh->unwind != SH_GO)
        return false;
    if (!text) {
        sh_error(o->sh, "%s: invalid indirect expansion", p->name.p);
        return sh_failed_(o->sh);
    }
    if (!*text && own) { /* an array without the element that would be looked at */
        *ret_done = true;
        emit(o, "", 0, quoted);
        free(text);
        return true;
    }
    sh_ref to;
    bool ok = sh_ref_of_text(text, &to);
    if (!ok) {
        sh_error(o->sh, "%s: invalid variable name", text);
        sh_failed_(o->sh);
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
        sh_name *name = sh_param_name(p);
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
    sh_ref r = {.kind = p->name_kind,
                .sub = p->subscript,
                .special = p->special,
                .number = p->number,
                .index = p->index};
    if (r.kind == SH_NAME_VARIABLE)
        r.name = sh_param_name(p);
    bool done = false, ok = true;
    if (p->indirect)
        ok = follow_indirect(o, p, &r, &done, quoted);
    if (ok && !done)
        ok = sh_ref_is_list(&r) ? expand_list(o, p, &r, quoted) : expand_value(o, p, &r, quoted);
    free(r.sub_text);
    return ok;
}
