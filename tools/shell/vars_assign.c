/* Assigning to variables and unsetting them. */
#include "shell/case.h"
#include "shell/expand.h"
#include "shell/history.h"
#include "shell/parse.h"
#include "shell/vars_in.h"

static int refuse_readonly(const sh_var *v)
{
    sh_error(sh_shell, "%s: readonly variable", v->name->text);
    return 1;
}

/* What attributes make of a value: `ret` may be given new memory, to be freed.  False: failed. */
static bool convert(const sh_var *v, const char *old, const char **value, size_t *n, bool *append,
                    char **ret_owned)
{
    *ret_owned = NULL;
    if (v->attrs & SH_A_INTEGER) {
        int64_t x = 0, base = 0;
        const char *who = sh_shell->builtin;
        if (!sh_arith_string(sh_shell, who, *value, &x) ||
            (*append && old && *old && !sh_arith_string(sh_shell, who, old, &base))) {
            if (sh_shell->unwind == SH_GO)
                sh_discard_all(sh_shell);
            return false;
        }
        char room[24];
        *ret_owned = sh_strdup(sh_int_text((int64_t)((uint64_t)x + (uint64_t)base), room));
        *append = false;
    } else if (v->attrs & (SH_A_LOWER | SH_A_UPPER | SH_A_CAPITAL)) {
        sh_buf b = {0};
        if (*append && old)
            sh_buf_z(&b, old);
        *append = false;
        sh_buf_add(&b, *value, *n);
        sh_buf c = {0};
        sh_case_text(&c, sh_buf_str(&b), b.n,
                     v->attrs & SH_A_LOWER   ? SH_CASE_LOWER
                     : v->attrs & SH_A_UPPER ? SH_CASE_UPPER
                                             : SH_CASE_CAPITAL);
        sh_buf_done(&b);
        *ret_owned = sh_buf_take(&c);
    } else {
        return true;
    }
    *value = *ret_owned;
    *n = strlen(*ret_owned);
    return true;
}

static void after_assign(sh_var *v)
{
    if (sh_shell->opt[SH_OPT_ALLEXPORT] && !(v->attrs & SH_A_EXPORT)) {
        v->attrs |= SH_A_EXPORT;
        sh_names_.env_changed = true;
    }
    const char *name = v->name->text;
    if (name[0] == 'P' && strcmp(name, "PATH") == 0)
        sh_path_changed(sh_shell);
    else if (name[0] == 'L' && (name[1] == 'C' || name[1] == 'A'))
        sh_locale_changed_(v->attrs & SH_A_TEMP ? NULL : name);
    else if (name[0] == 'O' && strcmp(name, "OPTIND") == 0)
        sh_state.getopts_at = 0;
    else if (name[0] == 'H' && strcmp(name, "HISTSIZE") == 0)
        sh_history_resized(sh_shell, false);
    else if (name[0] == 'H' && strcmp(name, "HISTFILESIZE") == 0)
        sh_history_resized(sh_shell, true);
}

static int assign_var(sh_var *v, const char *value, size_t n, unsigned flags)
{
    if (v->dynamic) {
        if (v->dynamic->set && v->dynamic->set(v, value))
            return 0;
        sh_var_refresh(v);
    }
    if (flags & SH_SET_FORCE) {
        sh_var_put(v, value, n, flags & SH_SET_APPEND);
        return 0;
    }
    if (v->attrs & SH_A_READONLY)
        return refuse_readonly(v);
    if (v->attrs & SH_A_IGNORE)
        return 0;
    char *owned = NULL;
    bool append = flags & SH_SET_APPEND;
    if ((v->attrs & (SH_A_INTEGER | SH_A_LOWER | SH_A_UPPER | SH_A_CAPITAL)) &&
        !(flags & SH_SET_NUMBER)) {
        if (!convert(v, append ? sh_var_text(v, NULL) : NULL, &value, &n, &append, &owned))
            return 1;
    }
    sh_var_put(v, value, n, append);
    free(owned);
    after_assign(v);
    return 0;
}

/* A nameref without a value gets `value` as what it refers to. */
static int assign_ref(sh_var *v, const char *value, size_t n, unsigned flags)
{
    if (v->attrs & SH_A_READONLY)
        return refuse_readonly(v);
    if (!sh_is_assignable(value)) {
        sh_error(sh_shell, "`%s': not a valid identifier", value);
        return 1;
    }
    sh_var_put(v, value, n, flags & SH_SET_APPEND);
    return 0;
}

int sh_assign_name(sh_name *name, const char *value, size_t n, unsigned flags)
{
    sh_var *v = name->var;
    if (flags & SH_SET_GLOBAL)
        v = sh_var_global(name, true);
    if (BX_LIKELY(v && !(v->attrs & SH_A_NAMEREF)))
        return assign_var(v, value, n, flags);
    if (v && !(flags & SH_SET_NOREF)) {
        sh_target_ t = sh_resolve_(name);
        if (t.stop)
            return 1;
        if (t.sub) {
            int status = sh_assign_sub(t.name, t.sub, value, flags);
            free(t.sub);
            return status;
        }
        if (t.name == name && (v->attrs & SH_A_SET) && v->outer)
            return assign_var(v->outer, value, n, flags);
        if (t.name->var && (t.name->var->attrs & SH_A_NAMEREF))
            return assign_ref(t.name->var, value, n, flags);
        return assign_var(sh_var_make(t.name), value, n, flags);
    }
    return assign_var(sh_var_make(name), value, n, flags);
}

int sh_set(const char *name, const char *value)
{
    return sh_assign_name(sh_name_of(name, strlen(name)), value, strlen(value), 0);
}

int sh_set_int(const char *name, int64_t value)
{
    char room[24];
    return sh_set(name, sh_int_text(value, room));
}

static int assign_indexed(sh_var *v, const char *sub, const char *value, unsigned flags)
{
    int64_t index = 0;
    if (!sh_arith_string(sh_shell, NULL, sub, &index))
        return 1;
    if (index < 0) {
        index = sh_index_of(v, index);
        if (index < 0) {
            sh_error(sh_shell, "%s[%s]: bad array subscript", v->name->text, sub);
            return 1;
        }
    }
    return sh_assign_index(v, index, value, flags);
}

int sh_assign_index(sh_var *v, int64_t index, const char *value, unsigned flags)
{
    bool append = flags & SH_SET_APPEND;
    size_t n = strlen(value);
    char *owned = NULL;
    if (v->attrs & SH_A_READONLY)
        return refuse_readonly(v);
    if (!(v->attrs & SH_A_ARRAY))
        sh_var_attrs(v, SH_A_ARRAY, 0);
    if (v->attrs & SH_A_IGNORE)
        return 0;
    if (!convert(v, append ? sh_indexed_get(v, index) : NULL, &value, &n, &append, &owned))
        return 1;
    sh_indexed_put(v, index, value, n, append);
    free(owned);
    after_assign(v);
    return 0;
}

int sh_assign_key(sh_var *v, const char *key, const char *value, unsigned flags)
{
    bool append = flags & SH_SET_APPEND;
    size_t n = strlen(value);
    char *owned = NULL;
    if (v->attrs & SH_A_READONLY)
        return refuse_readonly(v);
    if (v->attrs & SH_A_IGNORE)
        return 0;
    if (!convert(v, append ? sh_assoc_get(v, key) : NULL, &value, &n, &append, &owned))
        return 1;
    sh_assoc_put(v, key, value, n, append);
    free(owned);
    after_assign(v);
    return 0;
}

int sh_assign_sub(sh_name *name, const char *sub, const char *value, unsigned flags)
{
    sh_var *v = flags & SH_SET_GLOBAL ? sh_var_global(name, true) : name->var;
    if (v && (v->attrs & SH_A_NAMEREF)) {
        sh_target_ t = sh_resolve_(name);
        bool element = t.sub != NULL;
        free(t.sub);
        if (t.stop || element) {
            if (element)
                sh_error(sh_shell, "`%s': not a valid identifier", v->s);
            return 1;
        }
        name = t.name;
        v = name->var;
    }
    if (!v)
        v = sh_var_make(name);
    if (v->attrs & SH_A_ASSOC)
        return sh_assign_key(v, sub, value, flags);
    if (v->attrs & SH_A_READONLY)
        return refuse_readonly(v);
    return assign_indexed(v, sub, value, flags);
}

int sh_assign_text(const char *who, const char *text, const char *value)
{
    size_t k;
    bx_str sub;
    if (!sh_split_target_(text, &k, &sub)) {
        sh_error(sh_shell, "%s%s`%s': not a valid identifier", who ? who : "", who ? ": " : "",
                 text);
        return 1;
    }
    sh_name *name = sh_name_of(text, k);
    if (!sub.p)
        return sh_assign_name(name, value, strlen(value), 0);
    char *s = sh_subscript_text(sh_shell, name, sub);
    if (!s)
        return 1;
    int status = sh_assign_sub(name, s, value, 0);
    free(s);
    return status;
}

int sh_assign_temp(sh_name *name, const char *value, size_t n, unsigned flags)
{
    uint32_t d = sh_scope_depth();
    sh_var *v = name->var;
    if (v && (v->attrs & SH_A_READONLY))
        return refuse_readonly(v);
    if (!v || v->scope != d) {
        sh_var *old = v;
        v = sh_bind_(name, d);
        v->attrs = SH_A_EXPORT | SH_A_TEMP;
        if (old) {
            v->attrs |= old->attrs & (SH_A_INTEGER | SH_A_LOWER | SH_A_UPPER | SH_A_CAPITAL);
            v->dynamic = old->dynamic;
            size_t old_n;
            const char *s = flags & SH_SET_APPEND ? sh_var_text(old, &old_n) : NULL;
            if (s)
                sh_var_put(v, s, old_n, false);
        }
    }
    sh_names_.env_changed = true;
    return assign_var(v, value, n, flags);
}

sh_var *sh_array_for_writing(const char *who, const char *text, bool keep)
{
    if (!sh_is_name(bx_str_of(text))) {
        sh_error(sh_shell, "%s: `%s': not a valid identifier", who, text);
        return NULL;
    }
    sh_target_ t = sh_resolve_(sh_name_of(text, strlen(text)));
    if (t.sub) {
        free(t.sub);
        t.stop = true;
    }
    if (t.stop)
        return NULL;
    sh_var *v = sh_var_make(t.name);
    if (v->attrs & SH_A_READONLY) {
        refuse_readonly(v);
        return NULL;
    }
    if (v->attrs & SH_A_ASSOC) {
        sh_error(sh_shell,
                 strcmp(who, "read") == 0 ? "%s: %s: cannot convert associative to indexed array"
                                          : "%s: %s: not an indexed array",
                 who, text);
        return NULL;
    }
    if (!keep)
        sh_var_clear(v);
    sh_var_attrs(v, SH_A_ARRAY | SH_A_DECLARED, 0);
    if (!keep) {
        sh_indexed_empty_(v);
        v->attrs |= SH_A_SET;
    }
    return v;
}

/* ---- unset ---- */

static int unset_binding(sh_var *v)
{
    if (v->attrs & SH_A_READONLY) {
        sh_error(sh_shell, "unset: %s: cannot unset: readonly variable", v->name->text);
        return 1;
    }
    if (v->attrs & SH_A_EXPORT)
        sh_names_.env_changed = true;
    sh_name *name = v->name;
    uint32_t here = sh_function_scope_();
    if (v->scope && (v->scope < here || (v->scope > here && (v->attrs & SH_A_TEMP)))) {
        /* of a caller: what it hid comes back */
        sh_var **at = &sh_names_.scopes[v->scope].first;
        while (*at && *at != v)
            at = &(*at)->next_in_scope;
        if (*at)
            *at = v->next_in_scope;
        name->var = v->outer;
        if (sh_log_keeps_(v)) {
            sh_log_pop_(v);
        } else {
            sh_value_free_(v);
            free(v);
        }
        sh_name_changed_(name->text);
        return 0;
    }
    sh_var_touch(v);
    sh_value_free_(v);
    v->attrs = 0;
    v->dynamic = NULL;
    sh_name_changed_(name->text);
    return 0;
}

int sh_unset(const char *text)
{
    sh_name *name = sh_name_known(text, strlen(text));
    if (!name || !name->var)
        return 0;
    sh_target_ t = sh_resolve_(name);
    if (t.sub) {
        int status = sh_unset_sub(t.name, t.sub);
        free(t.sub);
        return status;
    }
    return t.stop || !t.name->var ? 0 : unset_binding(t.name->var);
}

int sh_unset_ref(sh_name *name)
{
    sh_var *v = name->var;
    return v && (v->attrs & SH_A_NAMEREF) ? unset_binding(v) : 0;
}

int sh_unset_sub(sh_name *name, const char *sub)
{
    sh_target_ t = sh_resolve_(name);
    free(t.sub);
    sh_var *v = t.stop ? NULL : t.name->var;
    if (!v || !v->attrs)
        return 0;
    if (v->attrs & SH_A_READONLY) {
        sh_error(sh_shell, "unset: %s: cannot unset: readonly variable", v->name->text);
        return 1;
    }
    if (v->attrs & SH_A_ASSOC) {
        sh_assoc_remove(v, sub);
        return 0;
    }
    int64_t index = 0;
    bool all = strcmp(sub, "@") == 0 || strcmp(sub, "*") == 0;
    if (!all && !sh_arith_string(sh_shell, NULL, sub, &index))
        return 1;
    if (!(v->attrs & SH_A_ARRAY)) {
        if (all || index == 0)
            return unset_binding(v);
        sh_error(sh_shell, "unset: %s: not an array variable", v->name->text);
        return 1;
    }
    if (all)
        return unset_binding(v);
    if (index < 0) {
        index = sh_index_of(v, index);
        if (index < 0) {
            sh_error(sh_shell, "unset: [%s]: bad array subscript", sub);
            return 1;
        }
    }
    sh_indexed_remove(v, index);
    return 0;
}
