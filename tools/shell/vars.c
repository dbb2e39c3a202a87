#include "shell/vars.h"

#include <stdio.h>

#include "shell/case.h"
#include "shell/expand.h"
#include "shell/parse.h"
#include "shell/vars_in.h"

shell *sh_shell;
sh_names sh_names_;
sh_vars_state sh_state;

/* ---- names ---- */

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h ^ (h >> 15);
}

static void names_grow(sh_names *t)
{
    size_t n = t->n_buckets ? t->n_buckets * 4 : 256;
    free(t->bucket);
    t->bucket = sh_alloc(n * sizeof *t->bucket);
    t->n_buckets = n;
    for (size_t i = 0; i < t->n; i++) {
        sh_name **at = &t->bucket[t->all[i]->hash & (n - 1)];
        t->all[i]->next = *at;
        *at = t->all[i];
    }
}

static sh_name *lookup(const char *text, size_t n, uint32_t hash)
{
    if (!sh_names_.n_buckets)
        return NULL;
    sh_name *x = sh_names_.bucket[hash & (sh_names_.n_buckets - 1)];
    while (x && !(x->hash == hash && x->n == n && memcmp(x->text, text, n) == 0))
        x = x->next;
    return x;
}

sh_name *sh_name_known(const char *text, size_t n) { return lookup(text, n, hash_of(text, n)); }

sh_name *sh_name_of(const char *text, size_t n)
{
    sh_names *t = &sh_names_;
    uint32_t hash = hash_of(text, n);
    sh_name *x = lookup(text, n, hash);
    if (x)
        return x;
    if (t->n >= t->n_buckets)
        names_grow(t);
    x = sh_realloc(NULL, sizeof *x + n + 1);
    *x = (sh_name){.hash = hash, .n = (uint32_t)n};
    memcpy(x->text, text, n);
    x->text[n] = 0;
    x->next = t->bucket[hash & (t->n_buckets - 1)];
    t->bucket[hash & (t->n_buckets - 1)] = x;
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 128;
        t->all = sh_realloc(t->all, t->cap * sizeof(sh_name *));
    }
    t->all[t->n++] = x;
    return x;
}

/* ---- reading ---- */

void sh_var_refresh(sh_var *v)
{
    if (v->dynamic && v->dynamic->get)
        v->dynamic->get(v);
}

static sh_var *visible(const sh_name *name)
{
    sh_var *v = name ? name->var : NULL;
    if (!v || !v->attrs)
        return NULL;
    if (v->dynamic)
        sh_var_refresh(v);
    return v;
}

sh_var *sh_var_find(const char *name) { return visible(sh_name_known(name, strlen(name))); }

/* Split "NAME[subscript]"; false: it is not of that form. */
bool sh_split_target_(const char *text, size_t *ret_name, bx_str *ret_sub)
{
    size_t n = strlen(text), k = 0;
    while (k < n && text[k] != '[')
        k++;
    if (!sh_is_name((bx_str){text, k}))
        return false;
    *ret_name = k;
    *ret_sub = (bx_str){NULL, 0};
    if (k == n)
        return true;
    if (text[n - 1] != ']' || n - k < 3)
        return false;
    *ret_sub = (bx_str){text + k + 1, n - k - 2};
    return true;
}

bool sh_is_assignable(const char *target)
{
    size_t k;
    bx_str sub;
    return sh_split_target_(target, &k, &sub);
}

enum { MAX_REFS = 8 };

sh_target_ sh_resolve_(sh_name *name)
{
    sh_target_ t = {.name = name};
    for (int i = 0; t.name->var && (t.name->var->attrs & SH_A_NAMEREF); i++) {
        const sh_var *v = t.name->var;
        if (!(v->attrs & SH_A_SET) || !v->s)
            return t;
        if (i == MAX_REFS) {
            sh_error(sh_shell, "warning: %s: circular name reference", name->text);
            t.stop = true;
            return t;
        }
        size_t k;
        bx_str sub;
        if (!sh_split_target_(v->s, &k, &sub)) {
            t.stop = true;
            return t;
        }
        sh_name *next = sh_name_of(v->s, k);
        if (next == t.name) { /* `local -n x=x`: the one outside */
            if (v->outer && !(v->outer->attrs & SH_A_NAMEREF))
                return t;
            sh_error(sh_shell, "warning: %s: circular name reference", name->text);
            t.stop = true;
            return t;
        }
        t.name = next;
        if (sub.p) {
            t.sub = sh_subscript_text(sh_shell, t.name, sub);
            t.stop = !t.sub;
            return t;
        }
    }
    return t;
}

sh_name *sh_name_target(sh_name *name, char **ret_sub)
{
    *ret_sub = NULL;
    if (BX_LIKELY(!name->var || !(name->var->attrs & SH_A_NAMEREF)))
        return name;
    sh_target_ t = sh_resolve_(name);
    *ret_sub = t.sub;
    return t.stop ? NULL : t.name;
}

sh_var *sh_var_follow(sh_var *v)
{
    if (!v || !(v->attrs & SH_A_NAMEREF))
        return v;
    sh_target_ t = sh_resolve_(v->name);
    bool element = t.sub != NULL;
    free(t.sub);
    if (element)
        return v;
    return t.stop ? NULL : visible(t.name);
}

const char *sh_var_text(sh_var *v, size_t *ret_n)
{
    const char *s = NULL;
    size_t n = 0;
    if (v->attrs & SH_A_ARRAY) {
        s = v->ix ? sh_indexed_get(v, 0) : NULL;
        n = s ? strlen(s) : 0;
    } else if (v->attrs & SH_A_ASSOC) {
        s = v->as ? sh_assoc_get(v, "0") : NULL;
        n = s ? strlen(s) : 0;
    } else if (v->attrs & SH_A_SET) {
        s = v->s;
        n = v->n;
    }
    if (ret_n)
        *ret_n = n;
    return s;
}

static const char *element_text(sh_var *v, const char *sub)
{
    if (v->attrs & SH_A_ASSOC)
        return sh_assoc_get(v, sub);
    int64_t index = 0;
    if (!sh_arith_string(sh_shell, NULL, sub, &index))
        return NULL;
    if (!(v->attrs & SH_A_ARRAY))
        return index == 0 || index == -1 ? sh_var_text(v, NULL) : NULL;
    if (index < 0)
        index = sh_index_of(v, index);
    return index < 0 ? NULL : sh_indexed_get(v, index);
}

const char *sh_get_name(sh_name *name, size_t *ret_n)
{
    sh_var *v = visible(name);
    if (!v)
        return NULL;
    if (BX_LIKELY(!(v->attrs & SH_A_NAMEREF)))
        return sh_var_text(v, ret_n);
    sh_target_ t = sh_resolve_(name);
    const char *s = NULL;
    if (!t.stop && (v = visible(t.name)) && !(v->attrs & SH_A_NAMEREF))
        s = t.sub ? element_text(v, t.sub) : sh_var_text(v, NULL);
    else if (!t.stop && v && t.name == name && v->outer)
        s = sh_var_text(v->outer, NULL);
    free(t.sub);
    if (ret_n)
        *ret_n = s ? strlen(s) : 0;
    return s;
}

const char *sh_get(const char *name)
{
    sh_name *x = sh_name_known(name, strlen(name));
    return x ? sh_get_name(x, NULL) : NULL;
}

int64_t sh_get_int(const char *name, int64_t otherwise)
{
    const char *s = sh_get(name);
    if (!s || !*s)
        return otherwise;
    char *end;
    long long v = strtoll(s, &end, 10);
    return *end ? otherwise : v;
}

/* ---- bindings ---- */

void sh_value_free_(sh_var *v)
{
    if (v->attrs & SH_A_ARRAY)
        sh_indexed_free_(v->ix);
    else if (v->attrs & SH_A_ASSOC)
        sh_assoc_free_(v->as);
    else
        free(v->s);
    v->s = NULL;
    v->n = v->cap = 0;
}

static sh_var *binding_new(sh_name *name, uint32_t scope)
{
    sh_var *v = sh_alloc(sizeof *v);
    v->name = name;
    v->scope = scope;
    v->stamp = sh_names_.current;
    return v;
}

/* Make a binding of `name` in scope `scope`, which is at least as inner as what is visible. */
sh_var *sh_bind_(sh_name *name, uint32_t scope)
{
    sh_var *v = binding_new(name, scope);
    v->outer = name->var;
    name->var = v;
    if (scope) {
        sh_scope *s = &sh_names_.scopes[scope];
        v->next_in_scope = s->first;
        s->first = v;
    }
    sh_log_push_(v);
    return v;
}

sh_var *sh_var_make(sh_name *name) { return name->var ? name->var : sh_bind_(name, 0); }

sh_var *sh_var_global(sh_name *name, bool create)
{
    sh_var *v = name->var;
    if (!v)
        return create ? sh_bind_(name, 0) : NULL;
    while (v->outer)
        v = v->outer;
    if (v->scope == 0)
        return v;
    if (!create)
        return NULL;
    sh_var *g = binding_new(name, 0);
    v->outer = g;
    sh_log_push_(g);
    return g;
}

uint32_t sh_scope_depth(void) { return sh_names_.n_scopes ? (uint32_t)sh_names_.n_scopes - 1 : 0; }

uint32_t sh_function_scope_(void)
{
    uint32_t d = sh_scope_depth();
    while (d > 0 && sh_names_.scopes[d].temporary)
        d--;
    return d;
}

bool sh_in_function(void) { return sh_function_scope_() > 0; }

static void copy_value(sh_var *to, const sh_var *from)
{
    uint32_t kinds = SH_A_ARRAY | SH_A_ASSOC;
    to->attrs = from->attrs & ~(uint32_t)(SH_A_TEMP | SH_A_READONLY);
    if (from->attrs & SH_A_ARRAY)
        to->ix = sh_indexed_copy_(from->ix);
    else if (from->attrs & SH_A_ASSOC)
        to->as = sh_assoc_copy_(from->as);
    else if (from->s) {
        to->s = sh_strndup(from->s, from->n);
        to->n = from->n;
        to->cap = from->n + 1;
    }
    (void)kinds;
}

/* The function's own `A=1 f` becomes its local variable. */
static void adopt(sh_var *v, uint32_t scope)
{
    sh_var **at = &sh_names_.scopes[v->scope].first;
    while (*at && *at != v)
        at = &(*at)->next_in_scope;
    if (*at)
        *at = v->next_in_scope;
    v->scope = scope;
    v->attrs &= ~(uint32_t)SH_A_TEMP;
    v->next_in_scope = sh_names_.scopes[scope].first;
    sh_names_.scopes[scope].first = v;
}

sh_var *sh_var_local(sh_name *name)
{
    uint32_t d = sh_function_scope_();
    sh_var *old = name->var;
    if (d == 0)
        return sh_var_make(name);
    if (old && old->scope >= d) {
        if ((old->attrs & SH_A_TEMP) && old->scope > d)
            sh_var_attrs(old, 0, SH_A_TEMP); /* v=x eval 'local v' */
        return old;
    }
    if (old && (old->attrs & SH_A_TEMP) && old->scope == d - 1 &&
        !sh_names_.scopes[d - 1].of_builtin && !sh_log_keeps_(old)) {
        adopt(old, d);
        return old;
    }
    sh_var *v = sh_bind_(name, d);
    if (old && (old->attrs & SH_A_TEMP))
        copy_value(v, old);
    else if (old && old->attrs && sh_shell->shopt[SH_SHOPT_LOCALVAR_INHERIT])
        copy_value(v, old);
    if (old && (old->attrs & SH_A_EXPORT)) {
        v->attrs |= SH_A_EXPORT;
        sh_names_.env_changed = true;
    }
    return v;
}

void sh_var_clear(sh_var *v)
{
    sh_var_touch(v);
    sh_value_free_(v);
    v->attrs &= ~(uint32_t)SH_A_SET;
}

void sh_var_attrs(sh_var *v, uint32_t on, uint32_t off)
{
    sh_var_touch(v);
    if ((on | off) & SH_A_EXPORT)
        sh_names_.env_changed = true;
    uint32_t kinds = SH_A_ARRAY | SH_A_ASSOC;
    if ((on & kinds) && !(v->attrs & kinds)) {
        char *old = v->s;
        size_t n = v->n;
        v->s = NULL;
        v->n = v->cap = 0;
        v->attrs |= on & kinds;
        if (old && (on & SH_A_ARRAY))
            sh_indexed_store_(v, 0, old, n, false);
        else if (old)
            sh_assoc_put(v, "0", old, n, false);
        free(old);
    }
    v->attrs = (v->attrs | on) & ~off;
}

void sh_var_put(sh_var *v, const char *s, size_t n, bool append)
{
    sh_var_touch(v);
    if (v->attrs & SH_A_ARRAY) {
        sh_indexed_store_(v, 0, s, n, append);
        return;
    }
    if (v->attrs & SH_A_ASSOC) {
        sh_assoc_put(v, "0", s, n, append);
        return;
    }
    size_t at = append ? v->n : 0;
    size_t need = at + n + 1;
    if (need > v->cap || (v->cap > 65536 && need < v->cap / 8)) {
        size_t cap = append && need < v->cap + v->cap / 2 ? v->cap + v->cap / 2 : need;
        cap = cap < 24 ? 24 : cap;
        v->s = sh_realloc(v->s, cap);
        v->cap = cap;
    }
    memmove(v->s + at, s, n);
    v->s[at + n] = 0;
    v->n = at + n;
    v->attrs |= SH_A_SET;
}

/* ---- scopes ---- */

void sh_scope_enter(bool temporary)
{
    sh_names *t = &sh_names_;
    if (t->n_scopes == t->cap_scopes) {
        t->cap_scopes = t->cap_scopes ? t->cap_scopes * 2 : 16;
        t->scopes = sh_realloc(t->scopes, t->cap_scopes * sizeof *t->scopes);
    }
    t->scopes[t->n_scopes++] = (sh_scope){.temporary = temporary};
}

void sh_scope_of_builtin(void)
{
    sh_scope *s = &sh_names_.scopes[sh_names_.n_scopes - 1];
    s->of_builtin = s->temporary;
}

void sh_scope_drop_(void)
{
    sh_names *t = &sh_names_;
    sh_scope *s = &t->scopes[t->n_scopes - 1];
    while (s->first) {
        sh_var *v = s->first;
        s->first = v->next_in_scope;
        if (v->attrs & SH_A_EXPORT)
            t->env_changed = true;
        sh_var **at = &v->name->var;
        while (*at != v)
            at = &(*at)->outer;
        *at = v->outer;
        sh_name_changed_(v->name->text);
        if (v->name->text[0] == '-') /* `local -` */
            for (size_t i = 0; i < SH_OPT_COUNT && i < v->n; i++)
                sh_shell->opt[i] = v->s[i] == '1';
        sh_value_free_(v);
        free(v);
    }
    t->n_scopes--;
}

void sh_scope_leave(void)
{
    if (sh_names_.n_scopes > 1 && sh_names_.n_scopes > sh_names_.save_depth)
        sh_scope_drop_();
}

void sh_scope_keep(void)
{
    sh_strs kept = {0}; /* names and values */
    size_t depth = sh_scope_depth();
    for (sh_var *v = depth ? sh_names_.scopes[depth].first : NULL; v; v = v->next_in_scope) {
        const char *s = sh_var_text(v, NULL);
        if (s) {
            sh_strs_add(&kept, sh_strdup(v->name->text));
            sh_strs_add(&kept, sh_strdup(s));
        }
    }
    sh_scope_leave();
    for (size_t i = kept.n; i >= 2; i -= 2) {
        sh_name *name = sh_name_of(kept.v[i - 2], strlen(kept.v[i - 2]));
        if (sh_assign_name(name, kept.v[i - 1], strlen(kept.v[i - 1]), 0) == 0 && name->var)
            sh_var_attrs(name->var, SH_A_EXPORT, 0);
    }
    sh_strs_done(&kept);
}
