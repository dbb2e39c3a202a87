/* shell/main.c - the shell's beginning and end: its arguments, its descriptors, what it runs. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#ifdef __wasm__
#include <wasi/api.h>
#include <wasi/libc.h>
#else
#include <fcntl.h>
#endif
#include <sys/stat.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"
#include "shell/tool.h"

extern char **environ;

typedef struct invocation {
    const char *command; /* -c */
    bool is_script;      /* it is a script's text: --script-text */
    const char *rcfile;
    bool no_rc, no_profile, stdin_only, interactive, version, help;
    int state_fd;
    int i; /* the first argument that is no option */
    bool wants_command, no_usage;
} invocation;

/* ---- descriptors ---- */

#ifdef __wasm__
/* Directories that are open from the start have the numbers from 3 on, which scripts want for
 * themselves; the first one that is no directory. */
static int move_preopens(void)
{
    for (int fd = 3;; fd++) {
        __wasi_prestat_t stat;
        if (__wasi_fd_prestat_get(fd, &stat) != 0)
            return fd;
        size_t n = stat.u.dir.pr_name_len;
        char *name = sh_alloc(n + 1);
        int moved;
        if (__wasi_fd_prestat_dir_name(fd, (uint8_t *)name, n) == 0 &&
            bx_process_dup(fd, SH_FD_HIGH, &moved) == 0) {
            (void)__wasilibc_register_preopened_fd(moved, name);
            (void)close(fd);
        }
        free(name);
    }
}

static bool is_open(int fd)
{
    __wasi_fdstat_t stat;
    return __wasi_fd_fdstat_get(fd, &stat) == 0;
}

/* What was given under the number of a preopened directory (docs/programs.md). */
static void take_aside(int end)
{
    enum { ASIDE = 256 };
    for (int fd = 3; fd < end; fd++) {
        if (!is_open(fd) && is_open(fd + ASIDE) && bx_process_dup_to(fd + ASIDE, fd) == 0)
            (void)close(fd + ASIDE);
    }
}
#else
static int move_preopens(void) { return 3; }
static void take_aside(int end) { (void)end; }
#endif

static void find_descriptors(shell *sh)
{
    uint8_t open[SH_FD_MAX / 8];
    take_aside(move_preopens());
    if (bx_process_opened(open, sizeof open) != 0)
        memset(open, 7, 1); /* the standard streams */
    for (int fd = 0; fd < SH_FD_MAX; fd++)
        if (open[fd / 8] >> fd % 8 & 1)
            sh_fd_note(sh, fd, true);
}

/* ---- the shell itself ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

shell *sh_shell_start(const char *name)
{
    static shell the_shell;
    shell *sh = &the_shell;
    sh_shell = sh;
    sh->err_fd = 2;
    sh->arg0 = sh_strdup(name);
    sh->prefix = "bash";
    bx_process_self(&sh->pid, &sh->parent);
    sh->own_pid = sh->pid;
    sh->umask = 022;
#ifndef __wasm__
    mode_t mask = umask(0);
    (void)umask(mask);
    sh->umask = (int)mask;
#endif
    sh->opt[SH_OPT_BRACEEXPAND] = true;
    sh->opt[SH_OPT_HASHALL] = true;
    sh->opt[SH_OPT_INTERACTIVE_COMMENTS] = true;
#define SHOPT_INIT(id, text, on) sh->shopt[SH_SHOPT_##id] = on;
    SH_SHOPTS(SHOPT_INIT)
#undef SHOPT_INIT
    find_descriptors(sh);
    sh_traps_init(sh);
    sh_vars_init(sh, environ, sh_func_import);
    if (!sh_get("PATH"))
        (void)sh_set("PATH", "/bin");
    const char *cwd = sh_cwd(sh), *pwd = sh_get("PWD");
    if (!pwd || strcmp(pwd, cwd) != 0)
        (void)sh_assign_name(sh_name_of("PWD", 3), cwd, strlen(cwd), SH_SET_FORCE);
    sh_var_attrs(sh_var_make(sh_name_of("PWD", 3)), SH_A_EXPORT, 0);
    sh_var_attrs(sh_var_make(sh_name_of("OLDPWD", 6)), SH_A_EXPORT, 0);
    return sh;
}

static int usage(shell *sh, bool help)
{
    static const char text[] =
        "Usage: bash [OPTION]... [FILE [ARG]...]\n"
        "       bash [OPTION]... -c COMMAND [NAME [ARG]...]\n"
        "Run shell commands from FILE, COMMAND or standard input, as GNU bash 5.2 does.\n"
        "\n"
        "  -c                     run COMMAND; NAME is $0\n"
        "  -i                     interactive\n"
        "  -l, --login            a login shell\n"
        "  -s                     read commands from standard input\n"
        "  -o OPTION, +o OPTION   set or unset an option of `set -o'\n"
        "  -O OPTION, +O OPTION   set or unset an option of `shopt'\n"
        "  -abefhkmnptuvxBCEHPT   as the builtin `set'\n"
        "      --posix            POSIX mode\n"
        "      --norc             do not read ~/.bashrc\n"
        "      --noprofile        do not read the profiles\n"
        "      --rcfile FILE      read FILE instead of ~/.bashrc\n"
        "      --help             show this help\n"
        "      --version          show the version\n"
        "\n"
        "Examples:\n"
        "  $ bash -c 'echo \"$1 and $2\"' name one two\n"
        "  one and two\n"
        "  $ bash -c 'for i in {1..3}; do printf \"%s \" $((i * i)); done; echo'\n"
        "  1 4 9\n";
    if (help)
        sh_puts(sh, text);
    else
        sh_err_put(sh, text, strlen(text));
    (void)sh_flush(sh);
    return help ? 0 : 2;
}

/* An option of several letters; false after a message. */
static bool long_option(shell *sh, invocation *v, int argc, char **argv)
{
    const char *o = argv[v->i] + 1;
    o += *o == '-';
    bool argument = strcmp(o, "rcfile") == 0 || strcmp(o, "init-file") == 0 ||
                    strcmp(o, "state-fd") == 0 || strcmp(o, "script-text") == 0;
    if (argument && v->i + 1 >= argc) {
        sh_error_plain(sh, "%s: option requires an argument", argv[v->i]);
        return false;
    }
    if (strcmp(o, "norc") == 0)
        v->no_rc = true;
    else if (strcmp(o, "noprofile") == 0)
        v->no_profile = true;
    else if (strcmp(o, "posix") == 0)
        (void)sh_option_set(sh, "posix", true);
    else if (strcmp(o, "login") == 0)
        sh->login = true;
    else if (strcmp(o, "version") == 0)
        v->version = true;
    else if (strcmp(o, "help") == 0)
        v->help = true;
    else if (strcmp(o, "verbose") == 0)
        sh->opt[SH_OPT_VERBOSE] = true;
    else if (strcmp(o, "restricted") == 0)
        sh->shopt[SH_SHOPT_RESTRICTED_SHELL] = true;
    else if (strcmp(o, "rcfile") == 0 || strcmp(o, "init-file") == 0)
        v->rcfile = argv[++v->i];
    else if (strcmp(o, "script-text") == 0) {
        v->command = argv[++v->i];
        v->is_script = true;
    } else if (strcmp(o, "state-fd") == 0) {
        int64_t fd;
        v->state_fd = sh_number(argv[++v->i], &fd) && fd > 2 && fd < SH_FD_MAX ? (int)fd : -1;
    } else if (strcmp(o, "noediting") != 0 && strcmp(o, "debugger") != 0 &&
               strcmp(o, "noediting") != 0 && strcmp(o, "protected") != 0) {
        sh_error_plain(sh, "%s: invalid option", argv[v->i]);
        return false;
    }
    return true;
}

static bool is_long(const char *a)
{
    static const char *const names[] = {
        "norc",   "noprofile", "posix",     "login",      "version",  "help",    "verbose",
        "rcfile", "init-file", "noediting", "restricted", "debugger", "state-fd"};
    if (a[0] == '-' && a[1] == '-' && a[2])
        return true;
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (a[0] == '-' && strcmp(a + 1, names[i]) == 0)
            return true;
    return false;
}

/* Letters: those of invocation here, the others by `set`. */
static bool letters(shell *sh, invocation *v, int argc, char **argv)
{
    const char *word = argv[v->i];
    bool on = word[0] == '-';
    for (const char *c = word + 1; *c; c++) {
        if (*c == 'c') {
            v->wants_command = true;
        } else if (*c == 's') {
            v->stdin_only = true;
        } else if (*c == 'i') {
            v->interactive = on;
        } else if (*c == 'l') {
            sh->login = on;
        } else if (*c == 'r') {
            sh->shopt[SH_SHOPT_RESTRICTED_SHELL] = on;
        } else if (*c == 'D') {
            continue;
        } else if (*c == 'O') {
            if (v->i + 1 >= argc) {
                char name[] = "shopt", print[] = "-p";
                char *args[] = {name, print, NULL};
                (void)sh_bi_shopt(sh, on ? 1 : 2, args);
                continue;
            }
            if (!sh_shopt_set(sh, argv[++v->i], on)) {
                sh_error_plain(sh, "%s: invalid shell option name", argv[v->i]);
                return false;
            }
        } else {
            char one[3] = {word[0], *c, '\0'};
            char *args[] = {one, v->i + 1 < argc ? argv[v->i + 1] : NULL};
            int n = sh_set_options(sh, *c == 'o' && args[1] ? 2 : 1, args, true);
            if (n < 0)
                return false;
            v->i += n;
        }
    }
    return true;
}

static bool read_options(shell *sh, invocation *v, int argc, char **argv)
{
    v->i = 1;
    v->state_fd = -1;
    for (; v->i < argc; v->i++) {
        const char *a = argv[v->i];
        if (strcmp(a, "--") == 0 || strcmp(a, "-") == 0) {
            v->i++;
            break;
        }
        if ((a[0] != '-' && a[0] != '+') || !a[1])
            break;
        if (is_long(a) ? !long_option(sh, v, argc, argv) : !letters(sh, v, argc, argv))
            return false;
    }
    if (v->wants_command) {
        if (v->i >= argc) {
            sh_error_plain(sh, "-c: option requires an argument");
            v->no_usage = true;
            return false;
        }
        v->command = argv[v->i++];
    }
    return true;
}

static void read_startup(shell *sh, const invocation *v)
{
    const char *file = NULL;
    if (v->interactive) {
        if (!v->no_rc && !sh->as_sh)
            file = v->rcfile;
        char *rc = NULL;
        const char *home = sh_get("HOME");
        if (!file && !v->no_rc && !sh->as_sh && home) {
            rc = sh_format("%s/.bashrc", home);
            file = access(rc, R_OK) == 0 ? rc : NULL;
        }
        if (file)
            (void)sh_run_file(sh, file, false);
        free(rc);
    } else if (!sh->opt[SH_OPT_POSIX] && v->state_fd < 0) {
        file = sh_get("BASH_ENV");
        if (file && *file && access(file, R_OK) == 0) {
            char *copy = sh_strdup(file);
            (void)sh_run_file(sh, copy, false);
            free(copy);
        }
    }
    if (sh->unwind == SH_RETURN || sh->unwind == SH_DISCARD)
        sh->unwind = SH_GO;
}

static void positional(shell *sh, int argc, char **argv, int i)
{
    if (i < argc)
        sh_params_set(sh, argc - i, argv + i);
}

static void run(shell *sh, invocation *v, int argc, char **argv)
{
    if (v->state_fd >= 0) {
        (void)sh_run_state(sh, v->state_fd);
    } else if (v->command) {
        sh->from_command = !v->is_script;
        sh->command_string = sh_strdup(v->command);
        if (!v->is_script)
            (void)sh_set("BASH_EXECUTION_STRING", v->command);
        if (v->i < argc) {
            free(sh->arg0);
            sh->arg0 = sh_strdup(argv[v->i++]);
            if (v->is_script)
                sh->source = sh_strdup(sh->arg0);
        }
        positional(sh, argc, argv, v->i);
        read_startup(sh, v);
        if (sh->unwind == SH_GO)
            (void)sh_run_lines(sh, sh->command_string, strlen(sh->command_string));
    } else if (v->i < argc && !v->stdin_only) {
        const char *file = argv[v->i];
        positional(sh, argc, argv, v->i + 1);
        read_startup(sh, v);
        char *name = sh->arg0;
        if (sh->unwind == SH_GO) {
            struct stat st;
            bool there = stat(file, &st) == 0 && !S_ISDIR(st.st_mode);
            if (there) {
                sh->arg0 = sh_strdup(file);
                free(name);
            }
            (void)sh_run_file(sh, file, true);
        }
    } else {
        sh->from_stdin = true;
        positional(sh, argc, argv, v->i);
        read_startup(sh, v);
        if (v->interactive)
            sh_history_on(sh);
        if (sh->unwind == SH_GO)
            (void)sh_run_stdin(sh, v->interactive);
    }
}

/* The end: the EXIT trap, what is still to be written. */
int sh_shell_finish(shell *sh)
{
    if (sh->unwind != SH_EXIT)
        sh->unwind = SH_GO;
    if (sh->signals_wanted && sh->unwind == SH_GO)
        sh_poll_signals(sh);
    sh_trap_exit(sh);
    sh_history_end(sh);
    if (sh_flush(sh) != 0 && sh->out_error && sh->status == 0)
        sh->status = 1;
    sh_end_substitutions(sh);
    return sh->status & 255;
}

/* At a terminal `boxagnts sh` keeps the lines itself. */
static void set_history_file(shell *sh)
{
    const char *home = sh_get("HOME");
    if (isatty(0) || sh_get("HISTFILE") || !home)
        return;
    char *file = sh_format("%s/.%s_history", home, sh->as_sh ? "sh" : "bash");
    (void)sh_set("HISTFILE", file);
    free(file);
}

static int shell_main(int argc, char **argv)
{
    invocation v = {0};
    const char *name = argc > 0 ? argv[0] : "bash";
    shell *sh = sh_shell_start(name);
    if (*name == '-')
        sh->login = true, name++;
    sh->as_sh = strcmp(base_name(name), "sh") == 0;
    if (!read_options(sh, &v, argc, argv)) {
        if (!v.no_usage)
            (void)usage(sh, false);
        return 2;
    }
    if (v.help)
        return usage(sh, true);
    if (v.version) {
        sh_puts(sh, "GNU bash, version 5.2.15(1)-release (wasm32-wasi)\n"
                    "bash (BoxAgnts) 1: the language of GNU bash, written anew\n");
        (void)sh_flush(sh);
        return 0;
    }
    if (sh->as_sh)
        (void)sh_option_set(sh, "posix", true);
    if (!v.command && v.i >= argc && v.state_fd < 0 && isatty(0) && isatty(2))
        v.interactive = true;
    sh->interactive = v.interactive;
    if (v.interactive) {
        sh->shopt[SH_SHOPT_EXPAND_ALIASES] = true;
        sh->opt[SH_OPT_HISTEXPAND] = true;
        sh->opt[SH_OPT_EMACS] = true;
        sh_trap_forget(sh, 2); /* from now on signals are caught */
        if (!sh_get("PS1"))
            (void)sh_set("PS1", "\\s-\\v\\$ ");
        if (!sh_get("PS2"))
            (void)sh_set("PS2", "> ");
        set_history_file(sh);
    }
    sh->shopt[SH_SHOPT_LOGIN_SHELL] = sh->login;
    run(sh, &v, argc, argv);
    return sh_shell_finish(sh);
}

int main(int argc, char **argv)
{
    bx_process_enter_cwd();
    const char *tool = getenv("BOXAGNTS_TOOL");
    if (argc == 1 && tool && strcmp(tool, "1") == 0)
        return sh_tool_main();
    return shell_main(argc, argv);
}
