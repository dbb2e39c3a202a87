/* shell/subshell.c - ( … ) and $( … ) within this process: what they change is put back.  What
 * $( … ) prints stays in memory as long as only builtins print; a pipe is made when a program or a
 * redirection needs a descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"

enum { SUBSHELL_PID = 1 << 22 }; /* process numbers that no process has */

void sh_subshell_enter(shell *sh, sh_subshell *s)
{
    static int32_t made;
    memset(s, 0, sizeof *s);
    s->outer = sh->sub;
    memcpy(s->opt, sh->opt, sizeof s->opt);
    memcpy(s->shopt, sh->shopt, sizeof s->shopt);
    s->params = sh->params;
    s->params_level = sh->params_level;
    s->functions = sh->functions;
    s->functions_shared = sh_functions_shared(sh);
    sh_functions_share(sh);
    s->aliases = sh_aliases_share(sh);
    s->specs = sh_specs_share(sh);
    s->history = sh_history_share(sh);
    s->traps = sh->traps;
    s->jobs = sh->jobs;
    sh->jobs = NULL;
    (void)sh_cwd(sh);
    s->cwd = sh->cwd;
    s->cwd_level = sh->cwd_level;
    s->dirs = sh_dirs_share(sh);
    s->own_pid = sh->own_pid;
    s->last_background = sh->last_background;
    s->loop_depth = sh->loop_depth;
    s->condition = sh->condition;
    s->line = sh->line;
    s->umask = sh->umask;
    s->signals_wanted = sh->signals_wanted;
    s->underscore = sh_underscore_copy();
    sh->sub = s;
    sh->subshell++;
    sh->own_pid = SUBSHELL_PID + ++made % 1000000;
    sh->loop_depth = 0;
    sh_traps_subshell(sh);
    sh_vars_save();
}

int sh_subshell_leave(shell *sh, sh_subshell *s)
{
    if (!sh->broken_pipe)
        sh_trap_exit(sh);
    int status = sh->status;
    sh->unwind = SH_GO;
    sh->broken_pipe = false;
    sh_redirect_undo(sh, &s->undo);
    sh_vars_restore();
    memcpy(sh->opt, s->opt, sizeof s->opt);
    memcpy(sh->shopt, s->shopt, sizeof s->shopt);
    if (sh->params_level == sh->subshell)
        sh_params_free(&sh->params);
    sh->params = s->params;
    sh->params_level = s->params_level;
    sh_functions_restore(sh, s->functions, s->functions_shared);
    sh_aliases_restore(sh, s->aliases);
    sh_specs_restore(sh, s->specs);
    sh_history_restore(sh, s->history);
    sh_traps_free(sh->traps);
    sh->traps = s->traps;
    sh_jobs_free(sh->jobs);
    sh->jobs = s->jobs;
    if (sh->cwd_level == sh->subshell) {
        free(sh->cwd);
        sh->cwd = s->cwd;
        if (sh->cwd)
            (void)!chdir(sh->cwd);
    }
    sh->cwd_level = s->cwd_level;
    sh_dirs_restore(sh, s->dirs);
    sh->own_pid = s->own_pid;
    sh->last_background = s->last_background;
    sh->loop_depth = s->loop_depth;
    sh->condition = s->condition;
    sh->line = s->line;
    sh->umask = s->umask;
    sh_set_underscore(s->underscore);
    free(s->underscore);
    sh->signals_wanted = s->signals_wanted;
    sh->subshell--;
    sh->sub = s->outer;
    sh->status = status;
    sh_signals_after_subshell(sh);
    return sh->status;
}

/* ---- $( … ) ---- */

void sh_capture_begin(shell *sh, sh_capture *c)
{
    *c = (sh_capture){.outer = sh->capture, .outer_out = sh->out, .saved_1 = -1, .read_fd = -1};
    sh->out = (sh_buf){0};
    sh->capture = c;
}

int sh_capture_real(shell *sh)
{
    sh_capture *c = sh->capture;
    if (!c || c->real)
        return 0;
    int ends[2];
    int error = bx_process_pipe(BX_PIPE_GROWS, ends);
    c->was_open_1 = sh_fd_open(sh, 1);
    if (error == 0 && c->was_open_1)
        error = bx_process_dup(1, SH_FD_HIGH, &c->saved_1);
    if (error == 0)
        error = bx_process_dup(ends[0], SH_FD_HIGH, &c->read_fd);
    if (error) {
        sh_error(sh, "cannot make pipe for command substitution: %s", sh_strerror(error));
        return error;
    }
    (void)close(ends[0]);
    c->real = true;
    if (ends[1] != 1) {
        (void)sh_fd_to(sh, ends[1], 1);
        (void)close(ends[1]);
    }
    sh_fd_note(sh, 1, true);
    return sh_flush(sh);
}

void sh_capture_end(shell *sh, sh_capture *c, sh_buf *text)
{
    if (c->real) {
        (void)sh_flush(sh);
        if (c->was_open_1) {
            (void)sh_fd_to(sh, c->saved_1, 1);
            (void)close(c->saved_1);
        } else {
            (void)close(1);
            sh_fd_note(sh, 1, false);
        }
        for (;;) {
            sh_buf_grow(text, 65536);
            ssize_t n = read(c->read_fd, text->p + text->n, text->cap - text->n - 1);
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                break;
            text->n += (size_t)n;
        }
        (void)close(c->read_fd);
        sh_buf_done(&sh->out);
    } else {
        *text = sh->out;
    }
    sh->out = c->outer_out;
    sh->capture = c->outer;
}

/* Without NULs and trailing line feeds. */
static void add_text(shell *sh, const char *p, size_t n, sh_buf *ret)
{
    const char *nul = n ? memchr(p, '\0', n) : NULL;
    size_t from = ret->n;
    if (!nul) {
        while (n > 0 && p[n - 1] == '\n')
            n--;
        sh_buf_add(ret, p, n);
        return;
    }
    sh_error(sh, "warning: command substitution: ignored null byte in input");
    for (size_t i = 0; i < n; i++)
        if (p[i])
            sh_buf_c(ret, p[i]);
    while (ret->n > from && ret->p[ret->n - 1] == '\n')
        ret->n--;
}

__attribute__((noinline)) static void substitute_file(shell *sh, sh_word *word, sh_buf *ret)
{
    char *path = sh_expand_redirect(sh, word);
    int status = 1;
    if (path) {
        int fd = sh_open(sh, path, O_RDONLY);
        int error = fd < 0 ? -fd : 0;
        size_t n = 0;
        char *text = fd >= 0 ? sh_read_all(sh, fd, &n, &error) : NULL;
        if (fd >= 0)
            (void)close(fd);
        if (error)
            sh_error(sh, "%s: %s", path, sh_strerror(error));
        else
            status = 0;
        if (text)
            add_text(sh, text, n, ret);
        free(text);
    }
    free(path);
    sh->status = status;
}

__attribute__((noinline)) static void substitute_run(shell *sh, sh_cmd *body, sh_unit *unit,
                                                     sh_buf *ret)
{
    sh_subshell s;
    sh_capture c;
    sh_capture_begin(sh, &c);
    sh_subshell_enter(sh, &s);
    if (!sh->shopt[SH_SHOPT_INHERIT_ERREXIT] && !sh->opt[SH_OPT_POSIX])
        sh->opt[SH_OPT_ERREXIT] = false;
    int trace_depth = sh->trace_depth;
    sh->trace_depth++;
    sh_unit *before = sh->unit;
    if (unit)
        sh->unit = unit;
    (void)sh_run(sh, body);
    (void)sh_subshell_leave(sh, &s);
    sh->unit = before;
    sh->trace_depth = trace_depth;
    sh_buf text = {0};
    sh_capture_end(sh, &c, &text);
    add_text(sh, text.p, text.n, ret);
    sh_buf_done(&text);
}

bool sh_only_input(const sh_cmd *c)
{
    return c->kind == SH_CMD_SIMPLE && c->simple.n_words == 0 && c->simple.n_assigns == 0 &&
           c->redirs && !c->redirs->next && c->redirs->kind == SH_REDIR_READ && c->redirs->fd == 0;
}

void sh_substitute(shell *sh, sh_command_subst *c, sh_buf *ret)
{
    sh_cmd *body = c->body;
    sh_unit *unit = NULL;
    if (c->backtick) {
        sh_parse_error e;
        if (!c->lazy)
            c->line = sh->line; /* as bash counts: from the line of the command it stands in */
        if (sh_parse_backtick(c, sh_plain_source(sh), &unit, &e) == SH_PARSE_ERROR) {
            sh_print_parse_error(sh, &e, "command substitution");
            sh->status = 1;
            sh->substituted = true;
            sh->last_substitution = 1;
            return;
        }
        body = unit ? unit->cmd : NULL;
    }
    const sh_cmd *command = sh->command;
    if (!sh_deeper(sh))
        return;
    if (c->backtick && body && sh_only_input(body))
        substitute_file(sh, body->redirs->word, ret);
    else if (c->file && !c->backtick)
        substitute_file(sh, c->file, ret);
    else if (body)
        substitute_run(sh, body, unit, ret);
    else
        sh->status = 0;
    sh->depth--;
    sh_command_set(sh, command);
    sh->substituted = true;
    sh->last_substitution = sh->status;
}
