/* shell/builtins_set.c - set and shopt: the options of the shell. */
#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"

static const struct option {
    char letter;
    const char *name;
} options[SH_OPT_COUNT] = {
#define ROW(letter, id, name) {letter, name},
    SH_OPTIONS(ROW)
#undef ROW
};

static const char *const shopts[SH_SHOPT_COUNT] = {
#define ROW(id, name, on) name,
    SH_SHOPTS(ROW)
#undef ROW
};

int sh_option_find(const char *name)
{
    for (int i = 0; i < SH_OPT_COUNT; i++)
        if (strcmp(options[i].name, name) == 0)
            return i;
    return -1;
}

int sh_shopt_find(const char *name)
{
    for (int i = 0; i < SH_SHOPT_COUNT; i++)
        if (strcmp(shopts[i], name) == 0)
            return i;
    return -1;
}

static int by_letter(char c)
{
    for (int i = 0; i < SH_OPT_COUNT; i++)
        if (c && options[i].letter == c)
            return i;
    return -1;
}

static void set_one(shell *sh, int i, bool on)
{
    sh->opt[i] = on;
    if (on && i == SH_OPT_HISTORY)
        sh_history_on(sh);
    if (on && i == SH_OPT_VI)
        sh->opt[SH_OPT_EMACS] = false;
    if (on && i == SH_OPT_EMACS)
        sh->opt[SH_OPT_VI] = false;
    if (i == SH_OPT_INTERACTIVE_COMMENTS)
        sh->shopt[SH_SHOPT_INTERACTIVE_COMMENTS] = on;
    if (i == SH_OPT_POSIX)
        sh->shopt[SH_SHOPT_INHERIT_ERREXIT] = on || sh->shopt[SH_SHOPT_INHERIT_ERREXIT],
        sh->shopt[SH_SHOPT_EXPAND_ALIASES] = on || sh->interactive;
}

bool sh_option_set(shell *sh, const char *name, bool on)
{
    int i = sh_option_find(name);
    if (i >= 0)
        set_one(sh, i, on);
    return i >= 0;
}

bool sh_shopt_set(shell *sh, const char *name, bool on)
{
    int i = sh_shopt_find(name);
    if (i >= 0)
        sh->shopt[i] = on;
    return i >= 0;
}

void sh_dash(const shell *sh, char *ret, size_t max)
{
    static const char order[] = "abefhkmnptuvxBCEHPT";
    size_t n = 0;
    for (const char *c = order; *c && n + 4 < max; c++) {
        int i = by_letter(*c);
        if (i >= 0 && sh->opt[i])
            ret[n++] = *c;
        if (*c == 'h' && sh->interactive)
            ret[n++] = 'i';
    }
    if (sh->from_command)
        ret[n++] = 'c';
    if (sh->from_stdin)
        ret[n++] = 's';
    ret[n] = '\0';
}

static const char *joined(shell *sh, const char *(*name)(int), const bool *on, int count)
{
    sh_buf b = {0};
    for (int i = 0; i < count; i++)
        if (on[i]) {
            if (b.n)
                sh_buf_c(&b, ':');
            sh_buf_z(&b, name(i));
        }
    free(sh->state_text);
    return sh->state_text = sh_buf_take(&b);
}

static const char *option_name(int i) { return options[i].name; }
static const char *shopt_name(int i) { return shopts[i]; }

const char *sh_shellopts(shell *sh) { return joined(sh, option_name, sh->opt, SH_OPT_COUNT); }
const char *sh_bashopts(shell *sh) { return joined(sh, shopt_name, sh->shopt, SH_SHOPT_COUNT); }

bool sh_shellopts_import(shell *sh, const char *list)
{
    bool ok = true;
    while (*list) {
        size_t n = strcspn(list, ":");
        char *name = sh_strndup(list, n);
        ok = sh_option_set(sh, name, true) && ok;
        free(name);
        list += n + (list[n] == ':');
    }
    return ok;
}

static void print_option(shell *sh, int i, bool plus)
{
    if (plus)
        sh_printf(sh, "set %co %s\n", sh->opt[i] ? '-' : '+', options[i].name);
    else
        sh_printf(sh, "%-15s\t%s\n", options[i].name, sh->opt[i] ? "on" : "off");
}

static int invalid(shell *sh, bool invocation, char sign, const char *text, bool name)
{
    if (invocation && name)
        sh_error_plain(sh, "%s: invalid option name", text);
    else if (invocation)
        sh_error_plain(sh, "%c%s: invalid option", sign, text);
    else if (name)
        sh_builtin_error(sh, "%s: invalid option name", text);
    else
        sh_builtin_error(sh, "%c%s: invalid option", sign, text);
    if (name || invocation)
        return 2;
    return sh_builtin_usage(sh);
}

/* One word of option letters; *i may move on to the argument of 'o'.  -1: fine. */
static int set_letters(shell *sh, int argc, char **argv, int *i, bool invocation)
{
    char sign = argv[*i][0];
    bool on = sign == '-';
    for (const char *c = argv[*i] + 1; *c; c++) {
        char text[2] = {*c, '\0'};
        if (*c == 'o') {
            if (*i + 1 >= argc) {
                for (int k = 0; k < SH_OPT_COUNT; k++)
                    print_option(sh, k, !on);
                continue;
            }
            const char *name = argv[++*i];
            if (!sh_option_set(sh, name, on))
                return invalid(sh, invocation, sign, name, true);
            continue;
        }
        int k = by_letter(*c);
        if (k < 0)
            return invalid(sh, invocation, sign, text, false);
        set_one(sh, k, on);
    }
    return -1;
}

int sh_set_options(shell *sh, int argc, char **argv, bool invocation)
{
    int i = 0;
    return set_letters(sh, argc, argv, &i, invocation) < 0 ? i : -1;
}

int sh_bi_set(shell *sh, int argc, char **argv)
{
    if (argc == 1) {
        sh_print_variables(sh);
        return 0;
    }
    int i = 1;
    bool force = false;
    for (; i < argc; i++) { /* all letters are looked at before any is set */
        const char *a = argv[i];
        if (strcmp(a, "+") == 0)
            continue;
        if ((a[0] != '-' && a[0] != '+') || !a[1] || strcmp(a, "--") == 0)
            break;
        for (const char *c = a + 1; *c; c++)
            if (*c != 'o' && by_letter(*c) < 0) {
                char text[2] = {*c, '\0'};
                return invalid(sh, false, a[0], text, false);
            }
        if (strchr(a, 'o'))
            i++;
    }
    for (i = 1; i < argc; i++) {
        const char *a = argv[i];
        if (strcmp(a, "--") == 0) {
            force = true;
            i++;
            break;
        }
        if (strcmp(a, "-") == 0) {
            sh->opt[SH_OPT_XTRACE] = sh->opt[SH_OPT_VERBOSE] = false;
            i++;
            if (i == argc)
                return 0;
            break;
        }
        if (strcmp(a, "+") == 0)
            continue;
        if ((a[0] != '-' && a[0] != '+') || !a[1])
            break;
        int status = set_letters(sh, argc, argv, &i, false);
        if (status >= 0)
            return status;
    }
    if (i < argc || force)
        sh_params_set(sh, argc - i, argv + i);
    return 0;
}

/* ---- shopt ---- */

typedef struct shopt_how {
    bool set, unset, quiet, print, set_o;
} shopt_how;

static void print_shopt(shell *sh, const shopt_how *h, int i)
{
    bool on = h->set_o ? sh->opt[i] : sh->shopt[i];
    const char *name = h->set_o ? options[i].name : shopts[i];
    if (h->quiet)
        return;
    if (h->print && h->set_o)
        sh_printf(sh, "set %co %s\n", on ? '-' : '+', name);
    else if (h->print)
        sh_printf(sh, "shopt -%c %s\n", on ? 's' : 'u', name);
    else
        sh_printf(sh, "%-15s\t%s\n", name, on ? "on" : "off");
}

static int shopt_names(shell *sh, const shopt_how *h, int argc, char **argv)
{
    int status = 0;
    for (int k = 0; k < argc; k++) {
        int i = h->set_o ? sh_option_find(argv[k]) : sh_shopt_find(argv[k]);
        if (i < 0) {
            sh_builtin_error(sh,
                             h->set_o ? "%s: invalid option name" : "%s: invalid shell option name",
                             argv[k]);
            status = 1;
            continue;
        }
        if (h->set || h->unset) {
            if (h->set_o)
                set_one(sh, i, h->set);
            else
                sh->shopt[i] = h->set;
        } else {
            if (!(h->set_o ? sh->opt[i] : sh->shopt[i]))
                status = 1;
            print_shopt(sh, h, i);
        }
    }
    return status;
}

int sh_bi_shopt(shell *sh, int argc, char **argv)
{
    shopt_how h = {0};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            h.set |= *c == 's';
            h.unset |= *c == 'u';
            h.quiet |= *c == 'q';
            h.print |= *c == 'p';
            h.set_o |= *c == 'o';
            if (!strchr("suqpo", *c)) {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (h.set && h.unset) {
        sh_builtin_error(sh, "cannot set and unset shell options simultaneously");
        return 1;
    }
    if (i < argc)
        return shopt_names(sh, &h, argc - i, argv + i);
    int n = h.set_o ? (int)SH_OPT_COUNT : (int)SH_SHOPT_COUNT;
    for (int k = 0; k < n; k++) {
        bool on = h.set_o ? sh->opt[k] : sh->shopt[k];
        if ((h.set && !on) || (h.unset && on))
            continue;
        print_shopt(sh, &h, k);
    }
    return 0;
}

const char *sh_option_name(int i, bool set_o) { return set_o ? options[i].name : shopts[i]; }
