/* How variables are printed; unset. */
#include "shell/declare_in.h"

#include "shell/options.h"
#include "shell/parse.h"
#include "shell/vars_in.h"

static void put_key(sh_buf *out, const char *key)
{
    if (sh_quote_needed(key) || (key[0] == '@' && !key[1]) || !*key) {
        sh_quote_double(out, key);
        return;
    }
    sh_buf b = {0};
    sh_quote_double(&b, key);
    if (b.p[0] == '$') /* it has characters that only $'…' can show */
        sh_buf_add(out, b.p, b.n);
    else
        sh_buf_z(out, key);
    sh_buf_done(&b);
}

static void put_elements(sh_buf *out, const sh_var *v)
{
    sh_walk w = {0};
    bool first = true;
    sh_buf_c(out, '(');
    while (sh_walk_next(v, &w)) {
        if (!first && !w.key)
            sh_buf_c(out, ' ');
        first = false;
        sh_buf_c(out, '[');
        if (w.key)
            put_key(out, w.key);
        else
            sh_buf_int(out, w.index);
        sh_buf_z(out, "]=");
        sh_quote_double(out, w.value);
        if (w.key)
            sh_buf_c(out, ' ');
    }
    sh_buf_c(out, ')');
}

void sh_declare_text(sh_buf *out, sh_var *v, bool bare)
{
    if (!bare) {
        char letters[16];
        sh_attribute_letters(v->attrs, letters);
        sh_buf_z(out, "declare -");
        sh_buf_z(out, *letters ? letters : "-");
        sh_buf_c(out, ' ');
    }
    sh_buf_add(out, v->name->text, v->name->n);
    bool array = v->attrs & (SH_A_ARRAY | SH_A_ASSOC);
    if (!(v->attrs & SH_A_SET) && !(array && bare))
        return;
    sh_buf_c(out, '=');
    if (array) {
        put_elements(out, v);
    } else if (!bare) {
        sh_quote_double(out, v->s);
    } else if (*v->s) {
        sh_buf b = {0};
        sh_quote_reuse(&b, v->s);
        if (b.p[0] == '$' || sh_quote_needed(v->s))
            sh_buf_add(out, b.p, b.n);
        else
            sh_buf_add(out, v->s, v->n);
        sh_buf_done(&b);
    }
}

bool sh_var_quiet(const sh_var *v)
{
    bool made = v->dynamic && !(v->attrs & (SH_A_ARRAY | SH_A_READONLY)) && v->name->n > 1;
    return made || (!v->dynamic && !(v->attrs & SH_A_SET));
}

void sh_print_variables(shell *sh)
{
    size_t n;
    sh_var **all = sh_vars_sorted(&n);
    sh_buf b = {0};
    for (size_t i = 0; i < n; i++) {
        if (sh_var_quiet(all[i]) || !(all[i]->attrs & SH_A_SET) ||
            !sh_is_name(bx_str_of(all[i]->name->text)))
            continue;
        sh_declare_text(&b, all[i], true);
        sh_buf_c(&b, '\n');
    }
    free(all);
    for (size_t i = 0; !sh->opt[SH_OPT_POSIX] && sh_function_name(sh, i); i++) {
        sh_function_text(sh, sh_function_name(sh, i), &b);
        sh_buf_c(&b, '\n');
    }
    sh_put(sh, b.p ? b.p : "", b.n);
    sh_buf_done(&b);
}

void sh_local_options(shell *sh)
{
    sh_var *v = sh_var_local(sh_name_of("-", 1));
    char state[SH_OPT_COUNT];
    if (v->attrs & SH_A_SET)
        return;
    for (size_t i = 0; i < SH_OPT_COUNT; i++)
        state[i] = sh->opt[i] ? '1' : '0';
    sh_var_put(v, state, sizeof state, false);
}

/* ---- unset ---- */

static bool is_variable(const char *name)
{
    const sh_name *x = sh_name_known(name, strlen(name));
    return x && x->var && x->var->attrs;
}

static int unset_element(shell *sh, const char *arg)
{
    const char *open = strchr(arg, '[');
    sh_name *name = sh_name_of(arg, (size_t)(open - arg));
    size_t n = strlen(open);
    const sh_var *v = name->var;
    char *sub = v && (v->attrs & SH_A_ASSOC) && n == 3 && (open[1] == '@' || open[1] == '*')
                    ? sh_strndup(open + 1, 1)
                    : sh_subscript_text(sh, name, (bx_str){open + 1, n - 2});
    int status = sub ? sh_unset_sub(name, sub) : 1;
    free(sub);
    return status;
}

static int unset_function(shell *sh, const char *name)
{
    uint32_t flags = 0;
    if (!sh_function_flags(sh, name, 0, 0, &flags))
        return 0;
    if (flags & SH_FUNCTION_READONLY) {
        sh_builtin_error(sh, "%s: cannot unset: readonly function", name);
        return 1;
    }
    (void)sh_function_unset(sh, name);
    return 0;
}

static int unset_one(shell *sh, const char *arg, bool functions, bool variables, bool refs)
{
    if (functions) {
        return unset_function(sh, arg);
    }
    if (!sh_is_assignable(arg)) {
        if (!variables && !refs)
            return unset_function(sh, arg);
        sh_builtin_error(sh, "`%s': not a valid identifier", arg);
        return 1;
    }
    if (refs)
        return sh_unset_ref(sh_name_of(arg, strlen(arg)));
    if (strchr(arg, '['))
        return unset_element(sh, arg);
    if (!variables && !is_variable(arg)) {
        return unset_function(sh, arg);
    }
    return sh_unset(arg);
}

int sh_builtin_unset(shell *sh, int argc, char **argv)
{
    sh_opts o = {.sh = sh, .argc = argc, .argv = argv, .letters = "fvn"};
    bool functions = false, variables = false, refs = false;
    int c, status = 0;
    while ((c = sh_opts_next(&o)) > 0) {
        functions |= c == 'f';
        variables |= c == 'v';
        refs |= c == 'n';
    }
    if (c < 0)
        return 2;
    if (functions && variables) {
        sh_builtin_error(sh, "cannot simultaneously unset a function and a variable");
        return 1;
    }
    for (int i = o.i; i < argc; i++)
        status |= unset_one(sh, argv[i], functions, variables, refs);
    return status;
}
