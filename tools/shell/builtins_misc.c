/* shell/builtins_misc.c - times, ulimit, umask, history, and completion as far as a script uses
 * it. */
#include <errno.h>
#include <time.h>
#ifndef __wasm__
#include <sys/resource.h>
#include <sys/stat.h>
#endif

#include "shell/expand.h"
#include "shell/run.h"

static void print_time(shell *sh, int64_t us, const char *end)
{
    sh_printf(sh, "%dm%d.%03ds%s", (int)(us / 60000000), (int)(us / 1000000 % 60),
              (int)(us / 1000 % 1000), end);
}

int sh_bi_times(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    int64_t user = 0, system = 0, children = (int64_t)sh->children_cpu_us, children_system = 0;
#ifndef __wasm__
    struct rusage own, other;
    (void)getrusage(RUSAGE_SELF, &own);
    (void)getrusage(RUSAGE_CHILDREN, &other);
    user = own.ru_utime.tv_sec * 1000000 + own.ru_utime.tv_usec;
    system = own.ru_stime.tv_sec * 1000000 + own.ru_stime.tv_usec;
    children = other.ru_utime.tv_sec * 1000000 + other.ru_utime.tv_usec;
    children_system = other.ru_stime.tv_sec * 1000000 + other.ru_stime.tv_usec;
#endif
    print_time(sh, user, " ");
    print_time(sh, system, "\n");
    print_time(sh, children, " ");
    print_time(sh, children_system, "\n");
    return 0;
}

/* ---- ulimit: nothing here is limited by the system, but by the call's budgets ---- */

static const struct resource {
    char letter;
    const char *text, *unit;
    const char *value;
} resources[] = {
    {'R', "real-time non-blocking time", "microseconds, -R", "unlimited"},
    {'c', "core file size", "blocks, -c", "0"},
    {'d', "data seg size", "kbytes, -d", "unlimited"},
    {'e', "scheduling priority", "-e", "0"},
    {'f', "file size", "blocks, -f", "unlimited"},
    {'i', "pending signals", "-i", "unlimited"},
    {'l', "max locked memory", "kbytes, -l", "unlimited"},
    {'m', "max memory size", "kbytes, -m", "unlimited"},
    {'n', "open files", "-n", "1024"},
    {'p', "pipe size", "512 bytes, -p", "8"},
    {'q', "POSIX message queues", "bytes, -q", "unlimited"},
    {'r', "real-time priority", "-r", "0"},
    {'s', "stack size", "kbytes, -s", "8192"},
    {'t', "cpu time", "seconds, -t", "unlimited"},
    {'u', "max user processes", "-u", "unlimited"},
    {'v', "virtual memory", "kbytes, -v", "unlimited"},
    {'x', "file locks", "-x", "unlimited"},
};

static const struct resource *resource_of(char letter)
{
    for (size_t i = 0; i < BX_COUNT(resources); i++)
        if (resources[i].letter == letter)
            return &resources[i];
    return NULL;
}

static void print_limit(shell *sh, const struct resource *r)
{
    char *unit = sh_format("(%s)", r->unit);
    sh_printf(sh, "%-28s%16s %s\n", r->text, unit, r->value);
    free(unit);
}

int sh_bi_ulimit(shell *sh, int argc, char **argv)
{
    const struct resource *chosen[32];
    size_t n = 0;
    bool all = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'a') {
                all = true;
            } else if (*c != 'S' && *c != 'H') {
                const struct resource *r = resource_of(*c);
                if (!r) {
                    sh_builtin_error(sh, "-%c: invalid option", *c);
                    return sh_builtin_usage(sh);
                }
                if (n < BX_COUNT(chosen))
                    chosen[n++] = r;
            }
        }
    if (all) {
        for (size_t k = 0; k < BX_COUNT(resources); k++)
            print_limit(sh, &resources[k]);
        return 0;
    }
    if (n == 0)
        chosen[n++] = resource_of('f');
    if (i < argc) { /* what it is already may be asked for */
        int64_t v;
        if (strcmp(argv[i], "unlimited") == 0 || strcmp(argv[i], "hard") == 0 ||
            strcmp(argv[i], "soft") == 0)
            return 0;
        if (!sh_number(argv[i], &v)) {
            sh_builtin_error(sh, "%s: invalid number", argv[i]);
            return 1;
        }
        if (chosen[0]->letter == 'c' && v == 0)
            return 0;
        sh_builtin_error(sh, "%s: cannot modify limit: %s", chosen[0]->text, sh_strerror(EPERM));
        return 1;
    }
    for (size_t k = 0; k < n; k++)
        if (n > 1)
            print_limit(sh, chosen[k]);
        else
            sh_printf(sh, "%s\n", chosen[k]->value);
    return 0;
}

/* ---- umask: kept for whoever asks; there are no permission bits below ---- */

static void add_class(sh_buf *b, char who, int bits)
{
    sh_buf_c(b, who);
    sh_buf_c(b, '=');
    if (bits & 4)
        sh_buf_c(b, 'r');
    if (bits & 2)
        sh_buf_c(b, 'w');
    if (bits & 1)
        sh_buf_c(b, 'x');
}

/* "u=rwx,g-w" applied to the permissions that `mask` leaves; -1: no such thing. */
static int symbolic_mask(const char *s, int mask, char *ret_bad)
{
    int allowed = ~mask & 0777;
    while (*s) {
        int who = 0, bits = 0;
        for (; *s && strchr("ugoa", *s); s++)
            who |= *s == 'u' ? 0700 : *s == 'g' ? 070 : *s == 'o' ? 07 : 0777;
        if (who == 0)
            who = 0777;
        char op = *s;
        if (op != '=' && op != '+' && op != '-') {
            *ret_bad = op;
            return -1;
        }
        for (s++; *s && *s != ','; s++) {
            if (!strchr("rwx", *s)) {
                *ret_bad = *s;
                return -1;
            }
            bits |= *s == 'r' ? 0444 : *s == 'w' ? 0222 : 0111;
        }
        bits &= who;
        allowed = op == '+'   ? allowed | bits
                  : op == '-' ? allowed & ~bits
                              : (allowed & ~who) | bits;
        if (*s == ',')
            s++;
    }
    return ~allowed & 0777;
}

static void set_mask(shell *sh, int mask)
{
    sh->umask = mask;
#ifndef __wasm__
    (void)umask((mode_t)mask);
#endif
}

int sh_bi_umask(shell *sh, int argc, char **argv)
{
    bool symbolic = false, reuse = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            symbolic |= *c == 'S';
            reuse |= *c == 'p';
            if (!strchr("Sp-", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    if (i < argc) {
        const char *s = argv[i];
        int mask = 0;
        if (*s >= '0' && *s <= '9') {
            for (; *s >= '0' && *s <= '7' && mask <= 0777; s++)
                mask = mask * 8 + (*s - '0');
            if (*s || mask > 0777) {
                sh_builtin_error(sh, "%s: octal number out of range", argv[i]);
                return 1;
            }
        } else {
            char bad = 0;
            mask = symbolic_mask(s, sh->umask, &bad);
            if (mask < 0) {
                sh_builtin_error(sh, "`%c': invalid symbolic mode operator", bad);
                return 1;
            }
        }
        set_mask(sh, mask);
        if (!symbolic)
            return 0;
    }
    if (reuse)
        sh_puts(sh, symbolic ? "umask -S " : "umask ");
    if (symbolic) {
        sh_buf b = {0};
        int allowed = ~sh->umask & 0777;
        add_class(&b, 'u', allowed >> 6 & 7);
        sh_buf_c(&b, ',');
        add_class(&b, 'g', allowed >> 3 & 7);
        sh_buf_c(&b, ',');
        add_class(&b, 'o', allowed & 7);
        sh_put(sh, b.p, b.n);
        sh_puts(sh, "\n");
        sh_buf_done(&b);
    } else {
        sh_printf(sh, "%04o\n", (unsigned)sh->umask);
    }
    return 0;
}

/* ---- history and keys: a script has none ---- */

int sh_bi_history(shell *sh, int argc, char **argv)
{
    (void)sh, (void)argc, (void)argv;
    return 0;
}

int sh_bi_fc(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    if (!sh->opt[SH_OPT_HISTORY])
        return 1;
    sh_builtin_error(sh, "no command found");
    return 1;
}

int sh_bi_bind(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    sh_builtin_error(sh, "warning: line editing not enabled");
    return 0;
}

/* ---- completion ---- */

int sh_bi_complete(shell *sh, int argc, char **argv)
{
    (void)sh, (void)argc, (void)argv;
    return 0;
}

int sh_bi_compopt(shell *sh, int argc, char **argv)
{
    (void)argc, (void)argv;
    sh_builtin_error(sh, "not currently executing completion function");
    return 1;
}

typedef struct compgen {
    shell *sh;
    const char *word, *prefix, *suffix, *filter;
    size_t word_n;
    sh_strs found;
} compgen;

static void offer(compgen *g, const char *name)
{
    if (strncmp(name, g->word, g->word_n) == 0)
        sh_strs_add(&g->found, sh_strdup(name));
}

static void offer_files(compgen *g, bool only_directories)
{
    sh_buf b = {0};
    for (const char *c = g->word; *c; c++) {
        if (strchr("*?[]\\", *c))
            sh_buf_c(&b, '\\');
        sh_buf_c(&b, *c);
    }
    sh_buf_z(&b, only_directories ? "*/" : "*");
    sh_strs names = {0};
    (void)sh_glob(g->sh, sh_buf_str(&b), &names);
    for (size_t i = 0; i < names.n; i++) {
        size_t n = strlen(names.v[i]);
        if (only_directories && n > 1 && names.v[i][n - 1] == '/')
            names.v[i][n - 1] = '\0';
        offer(g, names.v[i]);
    }
    sh_strs_done(&names);
    sh_buf_done(&b);
}

static void offer_variables(compgen *g, uint32_t attrs)
{
    size_t n;
    sh_var **list = sh_vars_sorted(&n);
    for (size_t i = 0; i < n; i++)
        if ((list[i]->attrs & SH_A_SET) && (attrs == 0 || (list[i]->attrs & attrs)))
            offer(g, list[i]->name->text);
    free((void *)list);
}

static void offer_programs(compgen *g)
{
    const char *path = sh_get("PATH");
    for (const char *p = path ? path : ""; *p;) {
        size_t n = strcspn(p, ":");
        sh_buf b = {0};
        sh_buf_add(&b, p, n);
        sh_buf_c(&b, '/');
        sh_buf_z(&b, g->word);
        sh_buf_c(&b, '*');
        sh_strs names = {0};
        (void)sh_glob(g->sh, sh_buf_str(&b), &names);
        for (size_t i = 0; i < names.n; i++)
            if (sh_is_executable(names.v[i]))
                offer(g, names.v[i] + n + 1);
        sh_strs_done(&names);
        sh_buf_done(&b);
        p += n + (p[n] == ':');
    }
}

static bool offer_action(compgen *g, const char *action)
{
    static const char *const keywords[] = {"if",   "then", "else",     "elif",  "fi",    "case",
                                           "esac", "for",  "select",   "while", "until", "do",
                                           "done", "in",   "function", "time",  "{",     "}",
                                           "!",    "[[",   "]]",       "coproc"};
    bool command = strcmp(action, "command") == 0;
    if (strcmp(action, "file") == 0)
        offer_files(g, false);
    else if (strcmp(action, "directory") == 0)
        offer_files(g, true);
    else if (strcmp(action, "variable") == 0)
        offer_variables(g, 0);
    else if (strcmp(action, "export") == 0)
        offer_variables(g, SH_A_EXPORT);
    else if (strcmp(action, "arrayvar") == 0)
        offer_variables(g, SH_A_ARRAY | SH_A_ASSOC);
    else if (strcmp(action, "setopt") == 0 || strcmp(action, "shopt") == 0)
        for (int i = 0; i < (action[1] == 'e' ? (int)SH_OPT_COUNT : (int)SH_SHOPT_COUNT); i++)
            offer(g, sh_option_name(i, action[1] == 'e'));
    else if (strcmp(action, "signal") == 0)
        for (int i = 1; i <= 64; i++) {
            char *name = sh_signal_name(i) ? sh_format("SIG%s", sh_signal_name(i)) : NULL;
            if (name)
                offer(g, name);
            free(name);
        }
    else if (!command && strcmp(action, "function") != 0 && strcmp(action, "builtin") != 0 &&
             strcmp(action, "keyword") != 0 && strcmp(action, "alias") != 0 &&
             strcmp(action, "enabled") != 0)
        return strcmp(action, "user") == 0 || strcmp(action, "group") == 0 ||
               strcmp(action, "job") == 0 || strcmp(action, "hostname") == 0 ||
               strcmp(action, "service") == 0 || strcmp(action, "disabled") == 0 ||
               strcmp(action, "running") == 0 || strcmp(action, "stopped") == 0 ||
               strcmp(action, "binding") == 0 || strcmp(action, "helptopic") == 0;
    const char *name;
    if (command || strcmp(action, "keyword") == 0)
        for (size_t i = 0; i < BX_COUNT(keywords); i++)
            offer(g, keywords[i]);
    if (command || strcmp(action, "function") == 0)
        for (size_t i = 0; (name = sh_function_name(g->sh, i)) != NULL; i++)
            offer(g, name);
    if (command || strcmp(action, "builtin") == 0 || strcmp(action, "enabled") == 0)
        for (size_t i = 0; sh_builtin_nth(i); i++)
            offer(g, sh_builtin_nth(i)->name);
    if (command)
        offer_programs(g);
    return true;
}

static void offer_words(compgen *g, const char *list)
{
    sh_unit *unit = NULL;
    sh_parse_error e;
    sh_word *w = sh_parse_dquoted(bx_str_of(list), sh_plain_source(g->sh), g->sh->line, &unit, &e);
    char *text = w ? sh_expand_string(g->sh, w, NULL) : sh_strdup(list);
    sh_unit_unref(unit);
    const char *ifs = sh_get("IFS");
    ifs = ifs ? ifs : " \t\n";
    for (char *p = text; p && *p;) {
        p += strspn(p, ifs);
        size_t n = *ifs ? strcspn(p, ifs) : strlen(p);
        char *one = sh_strndup(p, n);
        if (n)
            offer(g, one);
        free(one);
        p += n;
    }
    free(text);
}

static void offer_function(compgen *g, const char *name)
{
    sh_func *f = sh_func_find(g->sh, name);
    if (!f) {
        sh_builtin_error(g->sh, "warning: -F option may not work as you expect");
        return;
    }
    char *argv[] = {f->name, (char *)(uintptr_t)"compgen", (char *)(uintptr_t)g->word,
                    (char *)(uintptr_t)"", NULL};
    (void)sh_func_call(g->sh, f, 4, argv);
    sh_var *v = sh_var_find("COMPREPLY");
    sh_walk w = {0};
    while (v && sh_walk_next(v, &w))
        sh_strs_add(&g->found, sh_strdup(w.value));
}

static const char *action_of(char c)
{
    switch (c) {
    case 'a':
        return "alias";
    case 'b':
        return "builtin";
    case 'c':
        return "command";
    case 'd':
        return "directory";
    case 'e':
        return "export";
    case 'f':
        return "file";
    case 'g':
        return "group";
    case 'j':
        return "job";
    case 'k':
        return "keyword";
    case 's':
        return "service";
    case 'u':
        return "user";
    case 'v':
        return "variable";
    default:
        return NULL;
    }
}

/* One option with its argument. False: a usage error has been told. */
static bool compgen_option(compgen *g, char c, const char *argument)
{
    if (c == 'W')
        offer_words(g, argument);
    else if (c == 'A' && !offer_action(g, argument)) {
        sh_builtin_error(g->sh, "%s: invalid action name", argument);
        return false;
    } else if (c == 'F')
        offer_function(g, argument);
    else if (c == 'P')
        g->prefix = argument;
    else if (c == 'S')
        g->suffix = argument;
    else if (c == 'X')
        g->filter = argument;
    return true;
}

int sh_bi_compgen(shell *sh, int argc, char **argv)
{
    compgen g = {.sh = sh, .word = "", .prefix = "", .suffix = ""};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) { /* the word comes last */
        if (strchr("oAGWFCXPS", argv[i][strlen(argv[i]) - 1]) && strcmp(argv[i], "--") != 0)
            i++;
    }
    if (i < argc && i > 0)
        g.word = argv[i];
    g.word_n = strlen(g.word);
    bool ok = true;
    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] && ok; i++) {
        if (strcmp(argv[i], "--") == 0)
            break;
        for (const char *c = argv[i] + 1; *c && ok; c++) {
            if (strchr("oAGWFCXPS", *c)) {
                const char *argument = c[1] ? c + 1 : i + 1 < argc ? argv[++i] : NULL;
                if (!argument) {
                    sh_builtin_error(sh, "-%c: option requires an argument", *c);
                    return sh_builtin_usage(sh);
                }
                ok = compgen_option(&g, *c, argument);
                break;
            }
            const char *action = action_of(*c);
            if (!action) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
            ok = offer_action(&g, action);
        }
    }
    for (size_t k = 0; k < g.found.n; k++)
        sh_printf(sh, "%s%s%s\n", g.prefix, g.found.v[k], g.suffix);
    int status = ok && g.found.n > 0 ? 0 : 1;
    sh_strs_done(&g.found);
    return status;
}
