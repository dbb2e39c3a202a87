/* getopts and let. */
#include "shell/expand_in.h"
#include "shell/parse.h"

typedef struct getter {
    shell *sh;
    const char *letters, *name;
    char *const *args;
    int n, index; /* index: OPTIND */
    bool silent;
} getter;

static void complain(const getter *g, const char *what, char letter)
{
    const char *errors = sh_get("OPTERR");
    if (g->silent || (errors && strcmp(errors, "0") == 0))
        return;
    sh_buf b = {0};
    sh_buf_z(&b, g->sh->arg0 ? g->sh->arg0 : "bash");
    sh_buf_z(&b, what);
    sh_buf_c(&b, letter);
    sh_buf_c(&b, '\n');
    sh_err_put(g->sh, b.p, b.n);
    sh_buf_done(&b);
}

static int finish(const getter *g, char letter, const char *value, int at)
{
    char text[2] = {letter, 0};
    int status = 0;
    if (value)
        sh_set("OPTARG", value);
    else
        sh_unset("OPTARG");
    sh_set_int("OPTIND", g->index);
    sh_state.getopts_at = at;
    sh_state.getopts_index = g->index;
    if (!sh_is_name(bx_str_of(g->name))) {
        sh_builtin_error(g->sh, "`%s': not a valid identifier", g->name);
        status = 1;
    } else if (sh_set(g->name, text)) {
        status = 1;
    }
    return status;
}

static int step(getter *g)
{
    int at = sh_state.getopts_at;
    const char *arg = g->index <= g->n ? g->args[g->index - 1] : NULL;
    if (!arg || at < 0 || (size_t)at >= strlen(arg))
        at = 0;
    if (at == 0) {
        if (!arg || arg[0] != '-' || !arg[1] || strcmp(arg, "--") == 0) {
            if (arg && strcmp(arg, "--") == 0)
                g->index++;
            finish(g, '?', NULL, 0);
            return 1;
        }
        at = 1;
    }
    char c = arg[at++];
    const char *p = c != ':' ? strchr(g->letters, c) : NULL;
    bool last = !arg[at];
    char one[2] = {c, 0};
    if (!p) {
        g->index += last;
        complain(g, ": illegal option -- ", c);
        return finish(g, '?', g->silent ? one : NULL, last ? 0 : at);
    }
    if (p[1] != ':') {
        g->index += last;
        return finish(g, c, NULL, last ? 0 : at);
    }
    if (!last) {
        g->index++;
        return finish(g, c, arg + at, 0);
    }
    if (g->index < g->n) {
        const char *value = g->args[g->index];
        g->index += 2;
        return finish(g, c, value, 0);
    }
    g->index++;
    complain(g, ": option requires an argument -- ", c);
    return finish(g, g->silent ? ':' : '?', g->silent ? one : NULL, 0);
}

int sh_builtin_getopts(shell *sh, int argc, char **argv)
{
    int i = 1;
    if (i < argc && argv[i][0] == '-' && argv[i][1]) {
        if (strcmp(argv[i], "--") != 0) {
            sh_builtin_error(sh, "-%c: invalid option", argv[i][1]);
            return sh_builtin_usage(sh);
        }
        i++;
    }
    if (argc - i < 2)
        return sh_builtin_usage(sh);
    getter g = {.sh = sh, .letters = argv[i], .name = argv[i + 1]};
    if (argc - i > 2) {
        g.args = argv + i + 2;
        g.n = argc - i - 2;
    } else {
        g.args = sh->params.v;
        g.n = (int)sh->params.n;
    }
    int64_t index = sh_get_int("OPTIND", 1);
    g.index = index < 1 || index > 1000000 ? 1 : (int)index;
    if (g.index > g.n + 1)
        g.index = g.n + 1;
    g.silent = g.letters[0] == ':';
    if (g.index != sh_state.getopts_index)
        sh_state.getopts_at = 0;
    return step(&g);
}

int sh_builtin_let(shell *sh, int argc, char **argv)
{
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    int64_t v = 0;
    if (i >= argc) {
        sh_builtin_error(sh, "expression expected");
        return 1;
    }
    for (; i < argc; i++)
        if (!sh_arith_string(sh, "let", argv[i], &v))
            return 1;
    return v == 0;
}
