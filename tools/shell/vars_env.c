/* The environment: from the one that started the shell, to the programs that it starts, and as
 * source text to another shell. */
#include <locale.h>

#include "shell/declare_in.h"
#include "shell/parse.h"
#include "shell/vars_in.h"

static char **environ_;
static size_t n_environ;

static void environ_free(void)
{
    for (size_t i = 0; i < n_environ; i++)
        free(environ_[i]);
    free(environ_);
    environ_ = NULL;
    n_environ = 0;
}

static void import(shell *sh, const char *entry,
                   void (*function)(shell *sh, const char *name, const char *text))
{
    const char *eq = strchr(entry, '=');
    if (!eq)
        return;
    size_t n = (size_t)(eq - entry);
    static const char mark[] = "BASH_FUNC_";
    if (n > 12 && memcmp(entry, mark, 10) == 0 && memcmp(eq - 2, "%%", 2) == 0) {
        char *name = sh_strndup(entry + 10, n - 12);
        if (function)
            function(sh, name, eq + 1);
        free(name);
        return;
    }
    if (!sh_is_name((bx_str){entry, n})) {
        sh_strs_add(&sh_names_.odd, sh_strdup(entry));
        return;
    }
    if (n == 9 && memcmp(entry, "SHELLOPTS", 9) == 0) {
        sh_shellopts_import(sh, eq + 1);
        return;
    }
    sh_var *v = sh_var_make(sh_name_of(entry, n));
    sh_var_put(v, eq + 1, strlen(eq + 1), false);
    v->attrs |= SH_A_EXPORT;
}

void sh_vars_init(shell *sh, char *const *environment,
                  void (*function)(shell *sh, const char *name, const char *text))
{
#ifndef __wasi__
    setlocale(LC_CTYPE, "C.UTF-8");
#endif
    sh_shell = sh;
    sh_scope_enter(false);
    sh_names_.env_changed = true;
    for (size_t i = 0; environment && environment[i]; i++)
        import(sh, environment[i], function);
    sh_vars_special_(sh);
    sh_locale_changed_("");
}

void sh_vars_done(void)
{
    sh_names *t = &sh_names_;
    sh_log_done_();
    while (t->n_scopes > 1)
        sh_scope_drop_();
    for (size_t i = 0; i < t->n; i++) {
        while (t->all[i]->var) {
            sh_var *v = t->all[i]->var;
            t->all[i]->var = v->outer;
            sh_value_free_(v);
            free(v);
        }
        free(t->all[i]);
    }
    free(t->all);
    free(t->bucket);
    free(t->scopes);
    sh_strs_done(&t->odd);
    *t = (sh_names){0};
    sh_state = (sh_vars_state){0};
    environ_free();
}

static char *entry_of(const sh_var *v, const char *s, size_t n)
{
    char *e = sh_realloc(NULL, v->name->n + n + 2);
    memcpy(e, v->name->text, v->name->n);
    e[v->name->n] = '=';
    memcpy(e + v->name->n + 1, s, n);
    e[v->name->n + 1 + n] = 0;
    return e;
}

char **sh_environ(size_t *ret_n)
{
    const sh_names *t = &sh_names_;
    sh_var *last = t->n ? sh_name_of("_", 1)->var : NULL;
    if (!t->env_changed && environ_ && !(last && last->attrs & SH_A_EXPORT)) {
        if (ret_n)
            *ret_n = n_environ;
        return environ_;
    }
    environ_free();
    sh_strs l = {0};
    for (size_t i = 0; i < t->n; i++) {
        sh_var *v = t->all[i]->var;
        if (!v || !(v->attrs & SH_A_EXPORT) || (v->attrs & (SH_A_ARRAY | SH_A_ASSOC)))
            continue;
        sh_var_refresh(v);
        if (v->attrs & SH_A_SET)
            sh_strs_add(&l, entry_of(v, v->s, v->n));
    }
    for (size_t i = 0; i < t->odd.n; i++)
        sh_strs_add(&l, sh_strdup(t->odd.v[i]));
    if (!l.v)
        l.v = sh_alloc(sizeof *l.v);
    environ_ = l.v;
    n_environ = l.n;
    sh_names_.env_changed = false;
    if (ret_n)
        *ret_n = n_environ;
    return environ_;
}

static int by_name(const void *a, const void *b)
{
    const sh_var *const *x = a, *const *y = b;
    return strcmp((*x)->name->text, (*y)->name->text);
}

sh_var **sh_vars_sorted(size_t *ret_n)
{
    const sh_names *t = &sh_names_;
    sh_var **v = sh_alloc((t->n + 1) * sizeof *v);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        sh_var *x = t->all[i]->var;
        if (x && x->attrs) {
            if (!sh_var_quiet(x))
                sh_var_refresh(x);
            v[n++] = x;
        }
    }
    qsort(v, n, sizeof(sh_var *), by_name);
    *ret_n = n;
    return v;
}

void sh_vars_dump(sh_buf *out)
{
    size_t n;
    sh_var **all = sh_vars_sorted(&n);
    for (int refs = 0; refs < 2; refs++) /* namerefs last: nothing is assigned through them */
        for (size_t i = 0; i < n; i++) {
            bool ref = all[i]->attrs & SH_A_NAMEREF;
            if (all[i]->dynamic || (all[i]->attrs & SH_A_IGNORE) || ref != (refs == 1))
                continue;
            if ((all[i]->attrs & SH_A_READONLY) && all[i]->scope == 0 &&
                (strcmp(all[i]->name->text, "BASH_VERSINFO") == 0 ||
                 strcmp(all[i]->name->text, "PPID") == 0 ||
                 strcmp(all[i]->name->text, "UID") == 0 || strcmp(all[i]->name->text, "EUID") == 0))
                continue;
            sh_declare_text(out, all[i], false);
            sh_buf_c(out, '\n');
        }
    free(all);
    if (sh_state.seeded) {
        sh_buf_z(out, "RANDOM=");
        sh_buf_int(out, sh_state.random);
        sh_buf_c(out, '\n');
    }
}
