/* shell/builtins_flow.c - builtins that steer: break, return, exit, eval, source, exec, shift,
 * test, caller ... */
#include "shell/cond.h"
#include "shell/expand.h"
#include "shell/match.h"
#include "shell/run.h"

int sh_bi_colon(shell *sh, int argc, char **argv)
{
    (void)sh, (void)argc, (void)argv;
    return 0;
}

int sh_bi_true_(shell *sh, int argc, char **argv) { return sh_bi_colon(sh, argc, argv); }

int sh_bi_false_(shell *sh, int argc, char **argv)
{
    (void)sh, (void)argc, (void)argv;
    return 1;
}

/* As bash: the line, or the whole of -c, is given up. */
static int too_many(shell *sh)
{
    sh_builtin_error(sh, "too many arguments");
    if (sh->from_command && !sh->interactive)
        sh_exit(sh, 1);
    else
        sh_discard(sh, 1);
    return 1;
}

/* Skips "--"; complains of options. */
static int no_options(shell *sh, int argc, char **argv, bool numbers)
{
    if (argc > 1 && strcmp(argv[1], "--") == 0)
        return 2;
    if (argc > 1 && argv[1][0] == '-' && argv[1][1] &&
        !(numbers && argv[1][1] >= '0' && argv[1][1] <= '9')) {
        sh_builtin_error(sh, "%c%c: invalid option", argv[1][0], argv[1][1]);
        (void)sh_builtin_usage(sh);
        return -1;
    }
    return 1;
}

static int loop_jump(shell *sh, int argc, char **argv, sh_unwind how)
{
    if (sh->loop_depth == 0) {
        sh_builtin_error(sh, "only meaningful in a `for', `while', or `until' loop");
        return 0;
    }
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    int64_t n = 1;
    if (argc > i && !sh_number(argv[i], &n)) {
        sh_builtin_error(sh, "%s: numeric argument required", argv[i]);
        sh_exit(sh, 128);
        return 128;
    }
    if (argc > i + 1) {
        return too_many(sh);
    }
    if (n < 1) {
        sh_builtin_error(sh, "%s: loop count out of range", argv[i]);
        sh->unwind = SH_BREAK;
        sh->unwind_n = sh->loop_depth;
        return 1;
    }
    sh->unwind = how;
    sh->unwind_n = n > sh->loop_depth ? sh->loop_depth : (int)n;
    return 0;
}

int sh_bi_break_(shell *sh, int argc, char **argv) { return loop_jump(sh, argc, argv, SH_BREAK); }

int sh_bi_continue_(shell *sh, int argc, char **argv)
{
    return loop_jump(sh, argc, argv, SH_CONTINUE);
}

/* The status that an argument of return and exit names; -1 after a message. */
static int status_argument(shell *sh, int argc, char **argv, int i, int *ret)
{
    int64_t n = sh->status;
    if (argc > i && !sh_number(argv[i], &n)) {
        sh_builtin_error(sh, "%s: numeric argument required", argv[i]);
        *ret = 2;
        return 0;
    }
    if (argc > i + 1) {
        (void)too_many(sh);
        return -1;
    }
    *ret = (int)(n & 255);
    return 0;
}

int sh_bi_return_(shell *sh, int argc, char **argv)
{
    int status, i = no_options(sh, argc, argv, true);
    if (i < 0)
        return 2;
    if (!sh->frame) {
        sh_builtin_error(sh, "can only `return' from a function or sourced script");
        return 2;
    }
    if (status_argument(sh, argc, argv, i, &status) != 0)
        return 1;
    sh->before_return = sh->status;
    sh->status = status;
    sh->unwind = SH_RETURN;
    return status;
}

int sh_bi_exit_(shell *sh, int argc, char **argv)
{
    int status, i = no_options(sh, argc, argv, true);
    if (i < 0)
        return 2;
    if (sh->interactive && !sh->sub)
        sh_err_put(sh, "exit\n", 5);
    if (status_argument(sh, argc, argv, i, &status) != 0)
        return 1;
    if (i == argc && sh->in_exit_trap && sh->exit_trap_level == sh->subshell)
        status = sh->exit_trap_status;
    sh_exit(sh, status);
    return status;
}

int sh_bi_logout(shell *sh, int argc, char **argv)
{
    if (!sh->login) {
        sh_builtin_error(sh, "not login shell: use `exit'");
        return 1;
    }
    return sh_bi_exit_(sh, argc, argv);
}

int sh_bi_shift(shell *sh, int argc, char **argv)
{
    int64_t n = 1;
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (argc > i && !sh_number(argv[i], &n)) {
        sh_builtin_error(sh, "%s: numeric argument required", argv[i]);
        return 1;
    }
    if (argc > i + 1) {
        return too_many(sh);
    }
    if (n < 0) {
        sh_builtin_error(sh, "%s: shift count out of range", argv[i]);
        return 1;
    }
    if ((uint64_t)n > sh->params.n) {
        if (sh->shopt[SH_SHOPT_SHIFT_VERBOSE])
            sh_builtin_error(sh, "%d: shift count out of range", (int)n);
        return 1;
    }
    if (n == 0)
        return 0;
    sh_params_own(sh);
    for (int64_t k = 0; k < n; k++)
        free(sh->params.v[k]);
    sh->params.n -= (size_t)n;
    memmove(sh->params.v, sh->params.v + n, (sh->params.n + 1) * sizeof(char *));
    return 0;
}

int sh_bi_eval(shell *sh, int argc, char **argv)
{
    int i = no_options(sh, argc, argv, false);
    if (i < 0)
        return 2;
    sh_buf b = {0};
    for (int k = i; k < argc; k++) {
        if (k > i)
            sh_buf_c(&b, ' ');
        sh_buf_z(&b, argv[k]);
    }
    const char *text = sh_buf_str(&b);
    int status = sh_eval(sh, text, b.n, "eval");
    sh_buf_done(&b);
    return status;
}

int sh_bi_source(shell *sh, int argc, char **argv)
{
    int i = no_options(sh, argc, argv, false);
    if (i < 0)
        return 2;
    if (argc <= i) {
        sh_builtin_error(sh, "filename argument required");
        return sh_builtin_usage(sh);
    }
    if (argc == i + 1)
        return sh_run_file(sh, argv[i], false);
    sh_params before = sh->params;
    int level = sh->params_level;
    sh->params = (sh_params){0};
    sh->params_level = sh->sub ? sh->subshell : 0;
    sh_params_set(sh, argc - i - 1, argv + i + 1);
    sh->params_set = false;
    int status = sh_run_file(sh, argv[i], false), own = sh->params_level;
    sh_params *gone = sh->params_set ? &before : &sh->params;
    if (!sh->params_set || level == own)
        sh_params_free(gone);
    if (!sh->params_set) {
        sh->params = before;
        sh->params_level = level;
    }
    return status;
}

int sh_bi_exec(shell *sh, int argc, char **argv)
{
    const char *name = NULL;
    bool clean = false, login = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'c') {
                clean = true;
            } else if (*c == 'l') {
                login = true;
            } else if (*c == 'a') {
                name = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!name) {
                    sh_builtin_error(sh, "-a: option requires an argument");
                    return sh_builtin_usage(sh);
                }
                break;
            } else {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (i >= argc)
        return 0;
    char *with_dash = login ? sh_format("-%s", name ? name : argv[i]) : NULL;
    const char *builtin = sh->builtin;
    sh->builtin = NULL;
    int status = sh_exec_program(sh, argc - i, argv + i, with_dash ? with_dash : name, clean);
    sh->builtin = builtin;
    free(with_dash);
    return status;
}

int sh_bi_caller(shell *sh, int argc, char **argv)
{
    int64_t n = 0;
    if (argc > 1 && !sh_number(argv[1], &n)) {
        sh_builtin_error(sh, "%s: invalid number", argv[1]);
        return sh_builtin_usage(sh);
    }
    sh_frame *f = sh->frame;
    for (int64_t k = 0; f && k < n; k++)
        f = f->outer;
    if (!f)
        return 1;
    const char *source = f->outer ? f->outer->source : sh->source;
    if (argc == 1) {
        sh_printf(sh, "%d %s\n", f->call_line, source ? source : "NULL");
        return 0;
    }
    const char *function = f->outer ? f->outer->function : sh->source ? "main" : NULL;
    if (!function)
        return 1;
    sh_printf(sh, "%d %s %s\n", f->call_line, function, source ? source : "NULL");
    return 0;
}

/* ---- conditions ---- */

static bool expand_plain(void *ctx, sh_word *word, char **ret, size_t *n)
{
    *ret = sh_expand_string(ctx, word, n);
    return *ret != NULL;
}

static bool expand_pattern(void *ctx, sh_word *word, bool regex, char **ret, size_t *n)
{
    *ret = sh_expand_pattern(ctx, word, regex, n);
    return *ret != NULL;
}

static bool is_set(void *ctx, bx_str name)
{
    char *text = sh_strndup(name.p, name.n);
    bool yes = sh_is_set(ctx, text);
    free(text);
    return yes;
}

static bool is_nameref(void *ctx, bx_str name)
{
    (void)ctx;
    char *text = sh_strndup(name.p, name.n);
    sh_var *v = sh_var_find(text);
    free(text);
    return v && (v->attrs & SH_A_NAMEREF);
}

static bool option_on(void *ctx, bx_str name)
{
    shell *sh = ctx;
    char *text = sh_strndup(name.p, name.n);
    int i = sh_option_find(text);
    free(text);
    return i >= 0 && sh->opt[i];
}

static void rematch(void *ctx, size_t i, size_t n, bx_str text)
{
    (void)ctx;
    static sh_var *v;
    if (i == 0 || n == 0)
        v = sh_array_for_writing(NULL, "BASH_REMATCH", false);
    if (v && n > 0)
        sh_indexed_put(v, (int64_t)i, text.p, text.n, false);
}

static void cond_error(void *ctx, bx_str text)
{
    shell *sh = ctx;
    const char *builtin = sh->builtin;
    sh->builtin = NULL;
    sh_error(sh, "%.*s", (int)text.n, text.p);
    sh->builtin = builtin;
}

static void cond_trace(void *ctx, bx_str text)
{
    sh_buf b = {0};
    sh_buf_z(&b, "[[ ");
    sh_buf_add(&b, text.p, text.n);
    sh_buf_z(&b, " ]]");
    sh_trace(ctx, sh_buf_str(&b), b.n);
    sh_buf_done(&b);
}

static sh_cond_env cond_env(shell *sh)
{
    return (sh_cond_env){
        .ctx = sh,
        .arith = sh_arith_env_of(sh),
        .expand = expand_plain,
        .expand_pattern = expand_pattern,
        .is_set = is_set,
        .is_nameref = is_nameref,
        .option = option_on,
        .rematch = rematch,
        .error = cond_error,
        .trace = sh->opt[SH_OPT_XTRACE] ? cond_trace : NULL,
        .match_flags = sh->shopt[SH_SHOPT_NOCASEMATCH] ? SH_MATCH_NOCASE : 0u,
    };
}

int sh_run_cond(shell *sh, sh_cond *cond)
{
    sh_cond_env env = cond_env(sh);
    int status = sh_cond_eval(cond, &env);
    if (sh->unwind == SH_GO)
        sh->status = status;
    return sh->status;
}

int sh_bi_test(shell *sh, int argc, char **argv)
{
    bx_str few[16];
    bx_str *args = argc <= (int)BX_COUNT(few) ? few : sh_alloc((size_t)argc * sizeof *args);
    for (int i = 0; i < argc; i++)
        args[i] = bx_str_of(argv[i]);
    sh_cond_env env = cond_env(sh);
    env.trace = NULL;
    int status = sh_test(args, (size_t)argc, &env);
    if (args != few)
        free(args);
    return status;
}

/* Element `sub` of an array, for -v. */
static bool element_is_set(shell *sh, sh_var *v, const char *sub)
{
    if (v->attrs & SH_A_ASSOC)
        return sh_assoc_get(v, sub) != NULL;
    if (strcmp(sub, "@") == 0 || strcmp(sub, "*") == 0)
        return sh_var_count(v) > 0;
    int64_t i;
    if (!sh_arith_string(sh, NULL, sub, &i))
        return false;
    if (!(v->attrs & SH_A_ARRAY))
        return i == 0 && (v->attrs & SH_A_SET);
    i = sh_index_of(v, i);
    return i >= 0 && sh_indexed_get(v, i) != NULL;
}

bool sh_is_set(shell *sh, const char *name)
{
    int64_t n;
    if (name[0] >= '0' && name[0] <= '9')
        return sh_number(name, &n) && (n == 0 || (n > 0 && (uint64_t)n <= sh->params.n));
    const char *bracket = strchr(name, '[');
    size_t length = strlen(name);
    if (!bracket || name[length - 1] != ']')
        return sh_get(name) != NULL;
    char *base = sh_strndup(name, (size_t)(bracket - name));
    char *sub =
        sh_subscript_text(sh, NULL, (bx_str){bracket + 1, length - (size_t)(bracket - name) - 2});
    sh_var *v = sh_var_find(base);
    v = v ? sh_var_follow(v) : NULL;
    bool yes = v && sub && element_is_set(sh, v, sub);
    free(base);
    free(sub);
    return yes;
}
