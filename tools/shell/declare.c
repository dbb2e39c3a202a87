/* declare, typeset, local, export, readonly: Bash manual 4.2, 4.1. */
#include "shell/declare_in.h"

#include "shell/options.h"
#include "shell/parse.h"
#include "shell/vars_in.h"

typedef enum kind { DECLARE, LOCAL, EXPORT, READONLY } kind;

typedef struct declarer {
    shell *sh;
    kind kind;
    uint32_t on, off; /* SH_A_... */
    bool functions, names_only, global, print, inherit;
} declarer;

static bool read_options(declarer *d, sh_opts *o)
{
    static const struct {
        char letter;
        uint32_t bit;
    } bits[] = {{'a', SH_A_ARRAY},  {'A', SH_A_ASSOC},   {'i', SH_A_INTEGER},  {'l', SH_A_LOWER},
                {'u', SH_A_UPPER},  {'c', SH_A_CAPITAL}, {'r', SH_A_READONLY}, {'t', SH_A_TRACE},
                {'x', SH_A_EXPORT}, {'n', SH_A_NAMEREF}};
    int c;
    while ((c = sh_opts_next(o)) > 0) {
        if (c == 'n' && d->kind == EXPORT) {
            d->off |= SH_A_EXPORT;
            d->on &= ~(uint32_t)SH_A_EXPORT;
            continue;
        }
        d->functions |= c == 'f' || c == 'F';
        d->names_only |= c == 'F';
        d->global |= c == 'g';
        d->print |= c == 'p';
        d->inherit |= c == 'I';
        for (size_t i = 0; i < BX_COUNT(bits); i++)
            if (c == bits[i].letter)
                *(o->plus ? &d->off : &d->on) |= bits[i].bit;
    }
    return c == 0;
}

/* ---- functions ---- */

static void print_function(declarer *d, const char *name)
{
    sh_buf b = {0};
    uint32_t flags = 0;
    sh_function_flags(d->sh, name, 0, 0, &flags);
    if (d->names_only) {
        sh_buf_z(&b, "declare -f");
    } else {
        sh_function_text(d->sh, name, &b);
        sh_buf_c(&b, '\n');
        if (flags)
            sh_buf_z(&b, "declare -f");
    }
    if (flags & SH_FUNCTION_READONLY)
        sh_buf_c(&b, 'r');
    if (flags & SH_FUNCTION_TRACE)
        sh_buf_c(&b, 't');
    if (flags & SH_FUNCTION_EXPORTED)
        sh_buf_c(&b, 'x');
    if (d->names_only || flags) {
        sh_buf_c(&b, ' ');
        sh_buf_z(&b, name);
        sh_buf_c(&b, '\n');
    }
    sh_put(d->sh, b.p ? b.p : "", b.n);
    sh_buf_done(&b);
}

static uint32_t function_bits(uint32_t attrs)
{
    return (attrs & SH_A_EXPORT ? SH_FUNCTION_EXPORTED : 0u) |
           (attrs & SH_A_READONLY ? SH_FUNCTION_READONLY : 0u) |
           (attrs & SH_A_TRACE ? SH_FUNCTION_TRACE : 0u);
}

static int all_functions(declarer *d)
{
    uint32_t want = function_bits(d->on);
    for (size_t i = 0; sh_function_name(d->sh, i); i++) {
        uint32_t flags = 0;
        const char *name = sh_function_name(d->sh, i);
        sh_function_flags(d->sh, name, 0, 0, &flags);
        if ((flags & want) == want)
            print_function(d, name);
    }
    return 0;
}

static int one_function(declarer *d, const char *name)
{
    uint32_t set = function_bits(d->on), clear = function_bits(d->off), flags;
    if (!sh_function_flags(d->sh, name, 0, 0, &flags)) {
        if (d->kind == EXPORT || d->kind == READONLY)
            sh_builtin_error(d->sh, "%s: not a function", name);
        return 1;
    }
    if (set || clear) {
        if (!sh_function_flags(d->sh, name, set, clear, &flags))
            return 1;
    } else if (d->names_only) {
        int line = 0;
        const char *file = NULL;
        if (d->sh->shopt[SH_SHOPT_EXTDEBUG] && sh_function_source(d->sh, name, &line, &file))
            sh_printf(d->sh, "%s %d %s\n", name, line, file ? file : "main");
        else
            sh_printf(d->sh, "%s\n", name);
    } else {
        print_function(d, name);
    }
    return 0;
}

/* ---- printing ---- */

static void print_var(declarer *d, sh_var *v)
{
    sh_buf b = sh_scratch();
    sh_declare_text(&b, v, false);
    sh_buf_c(&b, '\n');
    sh_put(d->sh, b.p, b.n);
    sh_scratch_back(&b);
}

static int print_all(declarer *d)
{
    size_t n;
    sh_var **all = sh_vars_sorted(&n);
    uint32_t depth = sh_scope_depth();
    while (depth && sh_names_.scopes[depth].temporary)
        depth--;
    for (size_t i = 0; i < n; i++) {
        if ((all[i]->attrs & d->on) != d->on)
            continue;
        if (d->kind == LOCAL && (all[i]->scope < depth || all[i]->name->text[0] == '-'))
            continue;
        if (all[i]->dynamic && sh_var_quiet(all[i]))
            continue;
        print_var(d, all[i]);
    }
    free(all);
    return 0;
}

static int print_one(declarer *d, const char *name)
{
    if (d->functions) {
        uint32_t flags;
        if (sh_function_flags(d->sh, name, 0, 0, &flags)) {
            print_function(d, name);
            return 0;
        }
    } else {
        sh_var *v = sh_var_find(name);
        if (d->kind == LOCAL && (!v || v->scope < sh_function_scope_()))
            return 0;
        if (v) {
            print_var(d, v);
            return 0;
        }
    }
    sh_builtin_error(d->sh, "%s: not found", name);
    return 1;
}

/* ---- declaring ---- */

typedef struct request {
    const char *arg;
    sh_name *name;
    char *sub;         /* NULL: none; owned */
    const char *value; /* NULL: none */
    bool append;
    const sh_compound *compound;
} request;

/* The ] that belongs to the [ at s, if = += or nothing comes behind it; NULL: none. */
static const char *subscript_end(const char *s)
{
    int depth = 0;
    for (; *s; s++) {
        depth += (*s == '[') - (*s == ']');
        if (*s == ']' && (depth <= 0 || !s[1]) &&
            (!s[1] || s[1] == '=' || (s[1] == '+' && s[2] == '=')))
            return s;
    }
    return NULL;
}

static bool parse_request(declarer *d, const char *arg, request *r)
{
    size_t n = 0;
    *r = (request){.arg = arg};
    while (arg[n] && arg[n] != '=' && arg[n] != '[' && !(arg[n] == '+' && arg[n + 1] == '='))
        n++;
    const char *s = arg + n, *end = s;
    if (*s == '[') {
        end = subscript_end(s);
    }
    if (!sh_is_name((bx_str){arg, n}) || !end ||
        (*s == '[' && (d->kind == EXPORT || d->kind == READONLY))) {
        sh_builtin_error(d->sh, "`%s': not a valid identifier", arg);
        return false;
    }
    r->name = sh_name_of(arg, n);
    if (*s == '[') {
        r->sub = sh_strndup(s + 1, (size_t)(end - s) - 1);
        s = end + 1;
    }
    r->append = *s == '+';
    s += r->append;
    r->value = *s == '=' ? s + 1 : NULL;
    return true;
}

static bool refused(declarer *d, const request *r, const sh_var *v)
{
    const char *name = r->name->text;
    bool assigns = r->value || r->compound;
    if ((v->attrs & SH_A_READONLY) && (assigns || (d->off & SH_A_READONLY))) {
        if (d->kind == EXPORT || d->kind == READONLY)
            sh_error(d->sh, "%s: readonly variable", name);
        else
            sh_builtin_error(d->sh, "%s: readonly variable", name);
    } else if ((d->on & SH_A_ARRAY) && (v->attrs & SH_A_ASSOC)) {
        sh_builtin_error(d->sh, "%s: cannot convert associative to indexed array", name);
    } else if ((d->on & SH_A_ASSOC) && (v->attrs & SH_A_ARRAY)) {
        sh_builtin_error(d->sh, "%s: cannot convert indexed to associative array", name);
    } else if ((d->off & (SH_A_ARRAY | SH_A_ASSOC)) & v->attrs) {
        sh_builtin_error(d->sh, "%s: cannot destroy array variables in this way", name);
    } else {
        return false;
    }
    return true;
}

static bool bad_reference(declarer *d, const request *r, bool local)
{
    if (!r->value)
        return false;
    if (!sh_is_assignable(r->value)) {
        sh_builtin_error(d->sh, "`%s': invalid variable name for name reference", r->value);
        return true;
    }
    if (strcmp(r->value, r->name->text) == 0) {
        if (local) {
            sh_error(d->sh, "warning: %s: circular name reference", r->value);
            return false;
        }
        sh_builtin_error(d->sh, "%s: nameref variable self references not allowed", r->value);
        return true;
    }
    return false;
}

static sh_compound *parse_literal(declarer *d, const request *r)
{
    static const sh_source none;
    sh_unit *unit = NULL;
    sh_assign *a = NULL;
    sh_parse_error err = {0};
    sh_compound *c = NULL;
    if (sh_parse_array(bx_str_of(r->value), &none, &unit, &a, &err))
        c = sh_compound_expand(d->sh, a);
    if (c)
        c->append = r->append;
    sh_unit_unref(unit);
    return c;
}

static int assign_element(declarer *d, const request *r, sh_var *v)
{
    unsigned flags = r->append ? SH_SET_APPEND : 0;
    if (v->attrs & SH_A_ASSOC)
        return sh_assign_key(v, r->sub, r->value, flags);
    int64_t i = 0;
    if (!sh_arith_string(d->sh, NULL, r->sub, &i))
        return 1;
    if (i < 0)
        i = sh_index_of(v, i);
    if (i < 0) {
        sh_error(d->sh, "%s[%s]: bad array subscript", r->name->text, r->sub);
        return 1;
    }
    return sh_assign_index(v, i, r->value, flags);
}

static int assign(declarer *d, const request *r, sh_var *v)
{
    unsigned flags = r->append ? SH_SET_APPEND : 0;
    if (r->compound)
        return sh_compound_assign(d->sh, v, r->compound);
    if (!r->value)
        return 0;
    size_t n = strlen(r->value);
    if ((v->attrs & (SH_A_ARRAY | SH_A_ASSOC)) && !r->sub && r->value[0] == '(' &&
        r->value[n - 1] == ')') {
        sh_compound *c = parse_literal(d, r);
        int status = c ? sh_compound_assign(d->sh, v, c) : 1;
        sh_compound_free(c);
        return status;
    }
    if (r->sub)
        return assign_element(d, r, v);
    if (v->attrs & SH_A_NAMEREF) {
        sh_var_put(v, r->value, n, r->append);
        return 0;
    }
    if (v == v->name->var)
        return sh_assign_name(v->name, r->value, n, flags);
    return sh_assign_name(v->name, r->value, n, flags | SH_SET_GLOBAL);
}

static sh_var *binding(declarer *d, const request *r, bool local)
{
    sh_var *old = r->name->var;
    if (!local)
        return d->global ? sh_var_global(r->name, true) : sh_var_make(r->name);
    if (old && (old->attrs & SH_A_READONLY) && old->scope == 0) {
        sh_builtin_error(d->sh, "%s: readonly variable", r->name->text);
        return NULL;
    }
    bool inherit = d->sh->shopt[SH_SHOPT_LOCALVAR_INHERIT];
    if (d->inherit)
        d->sh->shopt[SH_SHOPT_LOCALVAR_INHERIT] = true;
    sh_var *v = sh_var_local(r->name);
    d->sh->shopt[SH_SHOPT_LOCALVAR_INHERIT] = inherit;
    return v;
}

static int declare_request(declarer *d, request *r)
{
    bool local = d->kind == LOCAL || (d->kind == DECLARE && sh_in_function() && !d->global);
    const sh_var *old = r->name->var;
    if (old && (old->attrs & SH_A_NAMEREF) && !((d->on | d->off) & SH_A_NAMEREF) &&
        (!local || old->scope >= sh_scope_depth())) {
        char *sub;
        sh_name *to = sh_name_target(r->name, &sub);
        if (!to || sub) {
            free(sub);
            return to ? sh_assign_name(r->name, r->value ? r->value : "",
                                       r->value ? strlen(r->value) : 0, 0)
                      : 1;
        }
        r->name = to;
    }
    if ((d->on & SH_A_NAMEREF) && bad_reference(d, r, local))
        return 1;
    sh_var *v = binding(d, r, local);
    if (!v || refused(d, r, v))
        return 1;
    if ((d->on & SH_A_NAMEREF) && !r->value && (v->attrs & SH_A_SET) && v->s &&
        !(v->attrs & (SH_A_ARRAY | SH_A_ASSOC)) && !sh_is_assignable(v->s)) {
        sh_builtin_error(d->sh, "`%s': invalid variable name for name reference", v->s);
        return 1;
    }
    if (d->kind == READONLY && !r->value && !r->compound)
        d->on &= ~(uint32_t)(SH_A_ARRAY | SH_A_ASSOC);
    uint32_t late = SH_A_READONLY | SH_A_EXPORT, on = d->on & ~late, off = d->off & ~late;
    uint32_t cases = SH_A_LOWER | SH_A_UPPER | SH_A_CAPITAL;
    if ((r->compound || r->sub) && !((v->attrs | on) & SH_A_ASSOC))
        on |= SH_A_ARRAY;
    if (on & cases)
        off |= cases & ~on;
    if ((on & cases & (SH_A_LOWER | SH_A_UPPER)) == (SH_A_LOWER | SH_A_UPPER))
        on &= ~cases;
    sh_var_attrs(v, on | SH_A_DECLARED, off);
    int status = assign(d, r, v);
    if (!status || !r->value)
        sh_var_attrs(v, d->on & late, d->off & late);
    return status;
}

static int declare_arg(declarer *d, const char *arg, const sh_compound *compound)
{
    request r;
    if (d->kind == LOCAL && strcmp(arg, "-") == 0) {
        sh_local_options(d->sh);
        return 0;
    }
    if (!parse_request(d, arg, &r))
        return 1;
    r.compound = compound;
    int status = declare_request(d, &r);
    free(r.sub);
    return status;
}

int sh_builtin_declare(shell *sh, int argc, char **argv)
{
    declarer d = {.sh = sh};
    const char *letters = "+aAfFgiIlnrtuxpc";
    if (strcmp(argv[0], "local") == 0) {
        d.kind = LOCAL;
    } else if (strcmp(argv[0], "export") == 0) {
        d = (declarer){.sh = sh, .kind = EXPORT, .on = SH_A_EXPORT};
        letters = "aAfnp";
    } else if (strcmp(argv[0], "readonly") == 0) {
        d = (declarer){.sh = sh, .kind = READONLY, .on = SH_A_READONLY};
        letters = "aAfp";
    }
    bool outside = d.kind == LOCAL && !sh_in_function();
    if (outside) { /* but arrays are assigned: bash does that before it runs `local` */
        sh_builtin_error(sh, "can only be used in a function");
        if (!sh->compound)
            return 1;
        d.kind = DECLARE;
    }
    sh_opts o = {.sh = sh, .argc = argc, .argv = argv, .letters = letters};
    if (!read_options(&d, &o))
        return 2;
    if (o.i >= argc) {
        if (outside)
            return 1;
        if (d.functions)
            return all_functions(&d);
        if (d.kind == DECLARE && argc == 1) {
            sh_print_variables(sh);
            return 0;
        }
        return print_all(&d);
    }
    if (outside)
        d.on &= ~(uint32_t)(SH_A_EXPORT | SH_A_READONLY);
    int status = outside;
    bool lists = d.print && (d.kind == DECLARE || d.kind == LOCAL);
    for (int i = o.i; i < argc; i++) {
        if (outside && !sh->compound[i])
            continue;
        if (lists)
            status |= print_one(&d, argv[i]);
        else if (d.functions)
            status |= one_function(&d, argv[i]);
        else
            status |= declare_arg(&d, argv[i], sh->compound ? sh->compound[i] : NULL);
    }
    return status;
}
