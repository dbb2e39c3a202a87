/* A shell that can only expand words, assign and call the builtins that work on them: what the
 * words half needs of the interpreter, as small as can be.  Included by one file of a program. */
#ifndef BX_TESTS_SHELL_WORDS_HOST_H
#define BX_TESTS_SHELL_WORDS_HOST_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/parse.h"
#include "shell/run.h"

static shell host_shell;
static sh_buf host_out, host_err;

static void host_format(sh_buf *b, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
static void host_format(sh_buf *b, const char *fmt, va_list args)
{
    char text[4096];
    int n = vsnprintf(text, sizeof text, fmt, args);
    sh_buf_add(b, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

void sh_put(shell *sh, const char *p, size_t n)
{
    (void)sh;
    sh_buf_add(&host_out, p, n);
}

void sh_puts(shell *sh, const char *s) { sh_put(sh, s, strlen(s)); }

void sh_printf(shell *sh, const char *fmt, ...)
{
    va_list args;
    (void)sh;
    va_start(args, fmt);
    host_format(&host_out, fmt, args);
    va_end(args);
}

void sh_error(shell *sh, const char *fmt, ...)
{
    va_list args;
    (void)sh;
    va_start(args, fmt);
    host_format(&host_err, fmt, args);
    va_end(args);
    sh_buf_c(&host_err, '\n');
}

void sh_builtin_error(shell *sh, const char *fmt, ...)
{
    va_list args;
    if (sh->builtin) {
        sh_buf_z(&host_err, sh->builtin);
        sh_buf_z(&host_err, ": ");
    }
    va_start(args, fmt);
    host_format(&host_err, fmt, args);
    va_end(args);
    sh_buf_c(&host_err, '\n');
}

int sh_builtin_usage(shell *sh)
{
    (void)sh;
    return 2;
}

void sh_err_put(shell *sh, const char *p, size_t n)
{
    (void)sh;
    sh_buf_add(&host_err, p, n);
}

const char *sh_strerror(int error) { return strerror(error); }

void sh_discard(shell *sh, int status)
{
    sh->status = status;
    sh->unwind = SH_DISCARD;
}

void sh_discard_all(shell *sh) { sh_discard(sh, 1); }

/* Every command substitution gives its own source. */
void sh_substitute(shell *sh, struct sh_command_subst *c, sh_buf *ret)
{
    (void)sh;
    sh_buf_add(ret, c->source.p, c->source.n);
}

char *sh_process_substitute(shell *sh, struct sh_command_subst *c)
{
    (void)sh;
    (void)c;
    return sh_strdup("/dev/fd/63");
}

void sh_dash(const shell *sh, char *ret, size_t max)
{
    (void)sh;
    (void)max;
    memcpy(ret, "hB", 3);
}

const char *sh_special_array(shell *sh, const char *name, size_t i, size_t *ret_n)
{
    (void)sh;
    *ret_n = strcmp(name, "PIPESTATUS") == 0;
    return *ret_n && i == 0 ? "0" : NULL;
}

const char *sh_shellopts(shell *sh) { return sh ? "braceexpand:hashall" : NULL; }
const char *sh_bashopts(shell *sh) { return sh ? "cmdhist" : NULL; }
bool sh_shellopts_import(shell *sh, const char *list) { return sh && list; }
const char *sh_current_command(shell *sh) { return sh ? "command" : NULL; }
int64_t sh_history_number(const shell *sh)
{
    (void)sh;
    return 1;
}

void sh_history_resized(shell *sh, bool file) { (void)sh, (void)file; }

size_t sh_jobs_count(shell *sh)
{
    (void)sh;
    return 0;
}

void sh_error_plain(shell *sh, const char *fmt, ...)
{
    va_list args;
    (void)sh;
    va_start(args, fmt);
    host_format(&host_err, fmt, args);
    va_end(args);
    sh_buf_c(&host_err, '\n');
}

void sh_path_changed(shell *sh) { (void)sh; }

bool sh_function_text(shell *sh, const char *name, sh_buf *ret) { return sh && !name && ret; }
const char *sh_function_name(shell *sh, size_t i) { return sh && i ? NULL : NULL; }
bool sh_function_unset(shell *sh, const char *name) { return sh && !name; }
bool sh_function_flags(shell *sh, const char *name, uint32_t set, uint32_t clear, uint32_t *ret)
{
    (void)set;
    (void)clear;
    *ret = 0;
    return sh && !name;
}
bool sh_function_source(shell *sh, const char *name, int *ret_line, const char **ret_file)
{
    *ret_line = 0;
    *ret_file = name;
    return !sh;
}
int sh_eval(shell *sh, const char *text, size_t n, const char *what)
{
    (void)text;
    (void)n;
    return sh && !what;
}

long sh_read(shell *sh, int fd, void *p, size_t n)
{
    (void)sh;
    long k = read(fd, p, n);
    return k < 0 ? -errno : k;
}

int sh_wait_readable(shell *sh, int fd, uint64_t timeout_ns)
{
    (void)sh;
    (void)timeout_ns;
    return fd < 0 ? -EBADF : 1;
}

bool sh_unread(shell *sh, int fd, size_t n)
{
    (void)sh;
    return lseek(fd, -(off_t)n, SEEK_CUR) >= 0;
}

/* ---- running simple commands ---- */

static sh_builtin_fn *host_builtin(const char *name)
{
    static const struct {
        const char *name;
        sh_builtin_fn *run;
    } all[] = {{"echo", sh_builtin_echo},       {"printf", sh_builtin_printf},
               {"declare", sh_builtin_declare}, {"local", sh_builtin_declare},
               {"export", sh_builtin_declare},  {"readonly", sh_builtin_declare},
               {"unset", sh_builtin_unset},     {"getopts", sh_builtin_getopts},
               {"let", sh_builtin_let}};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        if (strcmp(all[i].name, name) == 0)
            return all[i].run;
    return NULL;
}

static void host_set(sh_strs *args)
{
    for (size_t i = 0; i < host_shell.params.n; i++)
        free(host_shell.params.v[i]);
    free(host_shell.params.v);
    size_t skip = args->n > 1 && strcmp(args->v[1], "--") == 0 ? 2 : 1, n = args->n - skip;
    host_shell.params.v = sh_alloc((n + 1) * sizeof(char *));
    for (size_t i = 0; i < n; i++)
        host_shell.params.v[i] = sh_strdup(args->v[i + skip]);
    host_shell.params.n = n;
}

static void host_call(sh_strs *args, sh_compound **compounds)
{
    sh_builtin_fn *f = args->n ? host_builtin(args->v[0]) : NULL;
    if (f) {
        host_shell.builtin = args->v[0];
        host_shell.compound = (const sh_compound *const *)compounds;
        host_shell.status = f(&host_shell, (int)args->n, args->v);
        host_shell.builtin = NULL;
        host_shell.compound = NULL;
    } else if (args->n && strcmp(args->v[0], "set") == 0) {
        host_set(args);
    }
}

static void host_simple(const sh_simple *s)
{
    for (uint32_t i = 0; i < s->n_assigns; i++)
        if (sh_assign_run(&host_shell, s->assigns[i], NULL))
            return;
    sh_strs args = {0};
    sh_compound *compounds[64] = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < s->n_words && i < 64; i++) {
        char *text;
        if (s->words[i]->assign && args.n < 64) {
            ok = sh_expand_declaration(&host_shell, s->words[i], &text, &compounds[args.n]);
            if (ok)
                sh_strs_add(&args, text);
        } else {
            ok = sh_expand_fields(&host_shell, s->words[i], &args);
        }
    }
    if (ok && args.n <= 64)
        host_call(&args, compounds);
    for (size_t i = 0; i < 64; i++)
        sh_compound_free(compounds[i]);
    sh_strs_done(&args);
}

static void host_command(const sh_cmd *c)
{
    if (!c || host_shell.unwind != SH_GO)
        return;
    if (c->kind == SH_CMD_SIMPLE) {
        host_simple(&c->simple);
    } else if (c->kind == SH_CMD_LIST) {
        for (uint32_t i = 0; i < c->list.n; i++)
            host_command(c->list.cmds[i]);
    } else if (c->kind == SH_CMD_GROUP) { /* as a function's body */
        sh_scope_enter(false);
        host_command(c->group);
        sh_scope_leave();
    } else if (c->kind == SH_CMD_SUBSHELL) {
        sh_vars_save();
        host_command(c->group);
        sh_vars_restore();
    }
}

/* Run a script of simple commands, { } (with variables of its own) and ( ). */
static void host_run(const char *text, size_t n)
{
    static const sh_source none;
    sh_parser *p = sh_parser_new(&none, (bx_str){text, n}, 1);
    sh_unit *u;
    sh_parse_error err;
    while (sh_parser_next(p, &u, &err) == SH_PARSED) {
        host_shell.unwind = SH_GO;
        host_command(u->cmd);
        sh_unit_unref(u);
    }
    sh_parser_free(p);
}

static void host_begin(void)
{
    static char home[] = "HOME=/home", path[] = "PATH=/bin";
    static char *const environment[] = {home, path, NULL};
    host_shell = (shell){.pid = 100, .own_pid = 100, .parent = 1};
    host_shell.opt[SH_OPT_BRACEEXPAND] = true;
#define HOST_SHOPT(id, name, on) host_shell.shopt[SH_SHOPT_##id] = on;
    SH_SHOPTS(HOST_SHOPT)
#undef HOST_SHOPT
    sh_vars_init(&host_shell, environment, NULL);
}

static void host_end(void)
{
    sh_expand_done();
    sh_vars_done();
    sh_buf_done(&host_out);
    sh_buf_done(&host_err);
    sh_strs none = {.n = 1};
    host_set(&none);
    free(host_shell.params.v);
    host_shell.params = (sh_params){0};
}

#endif
