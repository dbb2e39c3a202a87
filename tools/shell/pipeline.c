/* shell/pipeline.c - pipelines: programs are started with pipes between them; of what the shell
 * itself has to run, short producers run first, one stage runs in this process while the others
 * run, and the rest in shells of their own (state.c). */
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#ifndef __wasm__
#include <sys/resource.h>
#endif

#include "shell/expand.h"
#include "shell/run.h"
#include "shell/unparse.h"

/* ---- what a command is ---- */

static bool has_command(const sh_word *w)
{
    for (uint32_t i = 0; i < w->n_parts; i++) {
        const sh_part *p = &w->parts[i];
        if (p->kind == SH_PART_COMMAND || p->kind == SH_PART_PROCESS)
            return true;
        if (p->kind == SH_PART_DQUOTE && has_command(p->dquote))
            return true;
        if (p->kind == SH_PART_PARAM && (p->param->op != SH_OP_NONE || p->param->index))
            return true;
    }
    return false;
}

bool sh_is_external(shell *sh, sh_cmd *c)
{
    if (c->kind != SH_CMD_SIMPLE || c->simple.n_words == 0)
        return false;
    sh_word *w = c->simple.words[0];
    if (w->flags & SH_WORD_LITERAL) {
        const char *name = w->n_parts ? w->parts[0].text.p : "";
        return !sh_func_find(sh, name) && !sh_builtin_find(sh, name);
    }
    if (has_command(w) || (w->flags & SH_WORD_BRACE) || sh->opt[SH_OPT_NOUNSET])
        return false;
    sh_strs words = {0};
    sh_vars_save();
    bool ok = sh_expand_fields(sh, w, &words) && words.n > 0 && !sh_func_find(sh, words.v[0]) &&
              !sh_builtin_find(sh, words.v[0]);
    sh_vars_restore();
    sh_strs_done(&words);
    return ok;
}

static const char *literal_name(const sh_cmd *c)
{
    if (c->kind != SH_CMD_SIMPLE || c->simple.n_words == 0)
        return NULL;
    const sh_word *w = c->simple.words[0];
    return (w->flags & SH_WORD_LITERAL) && w->n_parts ? w->parts[0].text.p : NULL;
}

static bool cheap_simple(shell *sh, const sh_cmd *c)
{
    static const char *const names[] = {
        "echo", "printf", ":",     "true",     "false",   "[",     "test",   "let",
        "pwd",  "set",    "shift", "declare",  "typeset", "local", "export", "unset",
        "type", "alias",  "break", "continue", "return",  "exit",  "dirs",   "hash"};
    if (c->simple.n_words == 0)
        return true;
    const char *name = literal_name(c);
    if (!name || sh_func_find(sh, name) || !sh_builtin_find(sh, name))
        return false;
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool words_are_cheap(sh_word *const *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (has_command(words[i]))
            return false;
    return true;
}

static bool cheap(shell *sh, const sh_cmd *c, int depth)
{
    if (!c)
        return true;
    if (depth > 8)
        return false;
    for (const sh_redir *r = c->redirs; r; r = r->next)
        if (r->kind == SH_REDIR_READ || r->kind == SH_REDIR_READ_WRITE || has_command(r->word))
            return false;
    switch ((sh_cmd_kind)c->kind) {
    case SH_CMD_SIMPLE:
        for (uint32_t i = 0; i < c->simple.n_assigns; i++)
            if (c->simple.assigns[i]->array || has_command(c->simple.assigns[i]->value))
                return false;
        return cheap_simple(sh, c) && words_are_cheap(c->simple.words, c->simple.n_words);
    case SH_CMD_GROUP:
    case SH_CMD_SUBSHELL:
        return cheap(sh, c->group, depth + 1);
    case SH_CMD_LIST:
        for (uint32_t i = 0; i < c->list.n; i++)
            if (c->list.background[i] || !cheap(sh, c->list.cmds[i], depth + 1))
                return false;
        return true;
    case SH_CMD_AND_OR:
        for (uint32_t i = 0; i < c->and_or.n; i++)
            if (!cheap(sh, c->and_or.cmds[i], depth + 1))
                return false;
        return true;
    case SH_CMD_FOR:
        return !c->for_.positional && words_are_cheap(c->for_.words, c->for_.n_words) &&
               cheap(sh, c->for_.body, depth + 1);
    case SH_CMD_IF:
        for (uint32_t i = 0; i < c->if_.n; i++)
            if (!cheap(sh, c->if_.conds[i], depth + 1) || !cheap(sh, c->if_.bodies[i], depth + 1))
                return false;
        return cheap(sh, c->if_.otherwise, depth + 1);
    case SH_CMD_ARITH:
        return true;
    default:
        return false;
    }
}

bool sh_is_cheap(shell *sh, const sh_cmd *c) { return cheap(sh, c, 0); }

/* ---- one stage ---- */

typedef struct stage_fds {
    int in, out; /* -1: the shell's own */
    bool both;   /* |& */
    unsigned flags;
} stage_fds;

static void stage_map(shell *sh, sh_fdmap *map, const stage_fds *f)
{
    sh_fdmap_init(sh, map);
    while (map->top < 3)
        map->own[map->top++] = -1;
    if (f->in >= 0)
        map->own[0] = f->in;
    if (f->out >= 0)
        map->own[1] = f->out;
    if (f->both)
        map->own[2] = map->own[1];
}

/* Begin a simple command that is a program, with its expansions as in a subshell. */
static int32_t start_simple(shell *sh, sh_cmd *c, const stage_fds *f, int *ret_status)
{
    sh_simple *s = &c->simple;
    sh_strs args = {0};
    int32_t pid = -1;
    *ret_status = 0;
    sh->line = c->line;
    if (!sh_debug_trap(sh, c))
        return -1;
    sh_vars_save();
    bool ok = sh_expand_words(sh, s->words, s->n_words, &args) && args.n > 0;
    if (s->n_assigns)
        sh_scope_enter(true);
    sh_buf trace = {0};
    for (uint32_t i = 0; ok && i < s->n_assigns; i++)
        (void)sh_assign_run_temp(sh, s->assigns[i], sh->opt[SH_OPT_XTRACE] ? &trace : NULL);
    if (ok && sh->opt[SH_OPT_XTRACE])
        sh_trace_words(sh, &args, &trace);
    sh_buf_done(&trace);
    if (ok) {
        sh_fdmap *map = sh_alloc(sizeof *map);
        stage_map(sh, map, f);
        *ret_status = sh_redirect_map(sh, c->redirs, map);
        if (*ret_status == 0 && sh->unwind == SH_GO)
            pid = sh_start(sh, (int)args.n, args.v, map, f->flags, false, ret_status);
        sh_fdmap_done(map);
        free(map);
    } else {
        *ret_status = sh->unwind == SH_GO ? 0 : sh_discarded(sh);
    }
    if (s->n_assigns)
        sh_scope_leave();
    sh_vars_restore();
    if (sh->unwind == SH_DISCARD || (sh->unwind == SH_EXIT && *ret_status != 254))
        sh->unwind = SH_GO;
    sh_strs_done(&args);
    return pid;
}

static int32_t start_state(shell *sh, sh_cmd *c, const stage_fds *f, int *ret_status)
{
    sh_fdmap *map = sh_alloc(sizeof *map);
    stage_map(sh, map, f);
    int32_t pid = sh_start_state(sh, c, map, f->flags, ret_status);
    free(map);
    return pid;
}

/* A stage in this process. */
static int run_here(shell *sh, sh_cmd *c, const stage_fds *f, bool lastpipe)
{
    sh_undo *undo = NULL;
    sh_subshell s;
    int error = 0;
    bool piped = sh->stdin_piped;
    sh->stdin_piped = piped || f->in >= 0;
    if (c->kind == SH_CMD_SIMPLE && sh_trap_text(sh, SH_TRAP_DEBUG) && !lastpipe) {
        sh->line = c->line;
        (void)sh_debug_trap(sh, c);
    }
    if (!lastpipe)
        sh_subshell_enter(sh, &s);
    if (f->in >= 0)
        error = sh_fd_push(sh, f->in, 0, &undo);
    if (error == 0 && f->out >= 0)
        error = sh_fd_push(sh, f->out, 1, &undo);
    if (error == 0 && f->both)
        error = sh_fd_push(sh, 1, 2, &undo);
    if (f->in >= 0)
        (void)close(f->in);
    if (f->out >= 0)
        (void)close(f->out);
    if (error) {
        sh_error(sh, "cannot redirect: %s", sh_strerror(error));
        sh->status = 1;
    } else if (c->kind == SH_CMD_SUBSHELL && !c->redirs && !lastpipe) {
        (void)sh_run(sh, c->group);
    } else {
        (void)sh_run(sh, c);
    }
    if (!lastpipe)
        sh_trap_exit(sh);
    (void)sh_flush(sh);
    int status = sh->status;
    if (undo && sh->broken_pipe)
        status = 141;
    sh_redirect_undo(sh, &undo);
    sh->stdin_piped = piped;
    if (!lastpipe) {
        sh->unwind = SH_EXIT;
        sh->status = status;
        status = sh_subshell_leave(sh, &s);
    }
    return status;
}

/* ---- the pipeline ---- */

typedef struct pipeline {
    int32_t *pids; /* -1: none, it has its status */
    int *statuses;
    int here; /* the stage in this process; -1: none */
    stage_fds here_fds;
    sh_hold hold_in, hold_out;
} pipeline;

static int make_pipe(shell *sh, uint32_t flags, int ends[2])
{
    int error = bx_process_pipe(flags, ends);
    if (error)
        sh_error(sh, "pipe error: %s", sh_strerror(error));
    return error;
}

/* Which stage runs in this process: the last that the shell itself has to run. */
static int choose_here(shell *sh, const sh_pipeline *p, bool background, uint8_t *kinds)
{
    enum { PROGRAM, CHEAP, OTHER };
    int here = -1;
    for (uint32_t i = 0; i < p->n; i++) {
        kinds[i] = sh_is_external(sh, p->cmds[i]) ? PROGRAM
                   : sh_is_cheap(sh, p->cmds[i])  ? CHEAP
                                                  : OTHER;
        if (!background && (kinds[i] == OTHER || (kinds[i] == CHEAP && i + 1 == p->n)))
            here = (int)i;
    }
    return here;
}

static bool start_stage(shell *sh, const sh_pipeline *p, uint32_t i, uint8_t kind, pipeline *r,
                        stage_fds *f)
{
    sh_cmd *c = p->cmds[i];
    if ((int)i == r->here) {
        r->here_fds = *f;
        sh_hold_push(sh, &r->hold_in, &r->here_fds.in);
        sh_hold_push(sh, &r->hold_out, &r->here_fds.out);
        return true;
    }
    if (kind == 1) {
        r->statuses[i] = run_here(sh, c, f, false);
        return true;
    }
    r->pids[i] = kind == 0 ? start_simple(sh, c, f, &r->statuses[i])
                           : start_state(sh, c, f, &r->statuses[i]);
    if (f->in >= 0)
        (void)close(f->in);
    if (f->out >= 0)
        (void)close(f->out);
    return sh->unwind == SH_GO;
}

static bool start_stages(shell *sh, const sh_pipeline *p, pipeline *r, const uint8_t *kinds,
                         unsigned flags, int first_in)
{
    int in = first_in;
    sh_hold hold;
    sh_hold_push(sh, &hold, &in);
    bool ok = true;
    for (uint32_t i = 0; i < p->n && ok; i++) {
        int ends[2] = {-1, -1};
        bool more = i + 1 < p->n, pipes = true;
        if (more)
            pipes =
                make_pipe(sh, kinds[i] == 1 && (int)i != r->here ? BX_PIPE_GROWS : 0, ends) == 0;
        stage_fds f = {in, ends[1], p->both && p->both[i], flags};
        in = ends[0];
        ok = pipes && start_stage(sh, p, i, kinds[i], r, &f);
    }
    sh_hold_pop(sh, &hold);
    if (in >= 0)
        (void)close(in);
    return ok;
}

static int finish(shell *sh, const sh_pipeline *p, pipeline *r)
{
    int last_bad = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        if (r->pids[i] >= 0)
            r->statuses[i] = sh_wait_child(sh, r->pids[i]);
        if (r->statuses[i])
            last_bad = r->statuses[i];
    }
    free(sh->pipe_status);
    sh->pipe_status = r->statuses;
    sh->n_pipe_status = p->n;
    int last = r->statuses[p->n - 1];
    return sh->opt[SH_OPT_PIPEFAIL] ? last_bad : last;
}

static int run_stages(shell *sh, const sh_pipeline *p)
{
    pipeline r = {.here = -1};
    sh->line = p->cmds[0]->line;
    if (p->n > SH_PIPELINE_MAX) {
        sh_error(sh, "pipeline of %u commands: too long", p->n);
        return sh->status = 1;
    }
    size_t mark = sh_procsub_mark(sh);
    uint8_t *kinds = sh_alloc(p->n);
    r.pids = sh_alloc(p->n * sizeof *r.pids);
    r.statuses = sh_alloc(p->n * sizeof *r.statuses);
    for (uint32_t i = 0; i < p->n; i++)
        r.pids[i] = -1;
    r.here = choose_here(sh, p, false, kinds);
    (void)sh_flush(sh);
    bool ok = start_stages(sh, p, &r, kinds, 0, -1);
    if (r.here >= 0 && (ok || r.here_fds.in > 0 || r.here_fds.out > 0)) {
        sh_hold_pop(sh, &r.hold_out);
        sh_hold_pop(sh, &r.hold_in);
        bool lastpipe =
            sh->shopt[SH_SHOPT_LASTPIPE] && !sh->opt[SH_OPT_MONITOR] && r.here + 1 == (int)p->n;
        if (ok)
            r.statuses[r.here] = run_here(sh, p->cmds[r.here], &r.here_fds, lastpipe);
    }
    int status = finish(sh, p, &r);
    sh_procsub_close(sh, mark, true);
    free(kinds);
    free(r.pids);
    if (sh->unwind == SH_GO || sh->unwind == SH_BREAK || sh->unwind == SH_CONTINUE)
        sh->status = status;
    return sh->status;
}

/* ---- time ---- */

typedef struct times {
    int64_t real_us, user_us, sys_us;
} times_of;

static times_of times_now(shell *sh)
{
    struct timespec now;
    times_of t;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    t.real_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
#ifdef __wasm__
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    t.user_us = (int64_t)sh->children_cpu_us;
    t.sys_us = 0;
#else
    (void)sh;
    struct rusage own, children;
    (void)getrusage(RUSAGE_SELF, &own);
    (void)getrusage(RUSAGE_CHILDREN, &children);
    t.user_us = (own.ru_utime.tv_sec + children.ru_utime.tv_sec) * 1000000 + own.ru_utime.tv_usec +
                children.ru_utime.tv_usec;
    t.sys_us = (own.ru_stime.tv_sec + children.ru_stime.tv_sec) * 1000000 + own.ru_stime.tv_usec +
               children.ru_stime.tv_usec;
#endif
    return t;
}

static void add_time(sh_buf *b, int64_t us, int digits, bool minutes)
{
    int64_t seconds = us / 1000000, rest = us % 1000000;
    if (minutes) {
        sh_buf_int(b, seconds / 60);
        sh_buf_c(b, 'm');
        seconds %= 60;
    }
    sh_buf_int(b, seconds);
    if (digits > 0) {
        sh_buf_c(b, '.');
        int64_t unit = 100000;
        for (int i = 0; i < digits; i++, unit /= 10)
            sh_buf_c(b, (char)('0' + rest / unit % 10));
    }
    if (minutes)
        sh_buf_c(b, 's');
}

static void print_times(shell *sh, const times_of *t, bool posix)
{
    const char *format = posix ? "real %2R\nuser %2U\nsys %2S" : sh_get("TIMEFORMAT");
    if (!format)
        format = "\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS";
    if (!*format)
        return;
    sh_buf b = {0};
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            sh_buf_c(&b, *p);
            continue;
        }
        p++;
        int digits = 3;
        bool minutes = false;
        if (*p >= '0' && *p <= '9')
            digits = *p++ - '0';
        if (digits > 3)
            digits = 3;
        if (*p == 'l')
            minutes = true, p++;
        if (*p == 'R')
            add_time(&b, t->real_us, digits, minutes);
        else if (*p == 'U')
            add_time(&b, t->user_us, digits, minutes);
        else if (*p == 'S')
            add_time(&b, t->sys_us, digits, minutes);
        else if (*p == 'P')
            add_time(&b, t->real_us > 0 ? (t->user_us + t->sys_us) * 100000000 / t->real_us : 0, 2,
                     false);
        else if (*p == '%')
            sh_buf_c(&b, '%');
        else
            break;
        if (!*p)
            break;
    }
    sh_buf_c(&b, '\n');
    sh_err_put(sh, b.p, b.n);
    sh_buf_done(&b);
}

static int run_timed(shell *sh, sh_pipeline *p)
{
    times_of a = times_now(sh);
    sh_pipeline plain = *p;
    plain.timed = false;
    int status = p->n ? sh_run_pipeline(sh, &plain) : (sh->status = 0);
    times_of b = times_now(sh);
    times_of d = {b.real_us - a.real_us, b.user_us - a.user_us, b.sys_us - a.sys_us};
    print_times(sh, &d, p->timed_posix || sh->opt[SH_OPT_POSIX]);
    return status;
}

int sh_run_pipeline(shell *sh, sh_pipeline *p)
{
    if (p->timed)
        return run_timed(sh, p);
    sh->condition += p->negate;
    int status = p->n == 0   ? (sh->status = 0)
                 : p->n == 1 ? sh_run(sh, p->cmds[0])
                             : run_stages(sh, p);
    sh->condition -= p->negate;
    if (p->negate && sh->unwind == SH_GO)
        return sh->status = status == 0;
    if (p->n > 1 && !p->negate) {
        sh->line = p->cmds[p->n - 1]->line;
        sh_after_failure(sh);
    }
    return sh->status;
}

/* ---- & ---- */

static char *command_text(const sh_cmd *c)
{
    bx_buf b = bx_buf_init(1u << 30);
    sh_unparse_command(&b, c);
    char *text = sh_strndup(b.p ? b.p : "", b.n);
    bx_buf_done(&b);
    return text;
}

static int null_input(shell *sh)
{
    if (sh->stdin_piped)
        return -1;
    int fd = sh->opt[SH_OPT_MONITOR] ? -1 : sh_open(sh, "/dev/null", O_RDONLY);
    if (fd < 0 && !sh->opt[SH_OPT_MONITOR])
        fd = sh_text_fd("", 0);
    return fd;
}

static bool all_programs(shell *sh, const sh_pipeline *p)
{
    if (p->negate || p->timed || p->n < 2 || p->n > 64)
        return false;
    for (uint32_t i = 0; i < p->n; i++)
        if (!sh_is_external(sh, p->cmds[i]))
            return false;
    return true;
}

static void background_cheap(shell *sh, sh_cmd *c)
{
    sh_subshell s;
    (void)sh_flush(sh);
    sh_subshell_enter(sh, &s);
    int32_t pid = sh->own_pid;
    sh->condition += c->kind == SH_CMD_SIMPLE; /* no ERR trap for it, as in bash */
    (void)sh_run(sh, c->kind == SH_CMD_SUBSHELL && !c->redirs ? c->group : c);
    sh->condition = s.condition;
    int status = sh_subshell_leave(sh, &s);
    sh_job_add(sh, &pid, 1, command_text(c), status, true);
}

int sh_run_background(shell *sh, sh_cmd *c)
{
    int status = 0;
    int32_t few[64];
    if (sh_is_cheap(sh, c)) {
        background_cheap(sh, c);
        return sh->status = 0;
    }
    size_t mark = sh_procsub_mark(sh), n = 1;
    stage_fds f = {null_input(sh), -1, false, BX_START_BACKGROUND};
    (void)sh_flush(sh);
    if (c->kind == SH_CMD_PIPELINE && !c->redirs && all_programs(sh, &c->pipeline)) {
        pipeline r = {.pids = few, .here = -1};
        int statuses[64];
        uint8_t kinds[64] = {0};
        r.statuses = statuses;
        memset(few, -1, sizeof few);
        (void)start_stages(sh, &c->pipeline, &r, kinds, BX_START_BACKGROUND, f.in);
        n = c->pipeline.n;
        status = statuses[n - 1];
    } else {
        few[0] = sh_is_external(sh, c) ? start_simple(sh, c, &f, &status)
                                       : start_state(sh, c, &f, &status);
        if (f.in >= 0)
            (void)close(f.in);
    }
    if (few[n - 1] < 0) {
        static int32_t made;
        few[n - 1] = (1 << 23) + ++made;
        sh_job_add(sh, few, n, command_text(c), status, true);
    } else {
        sh_job_add(sh, few, n, command_text(c), -1, true);
    }
    sh_procsub_close(sh, mark, false);
    return sh->unwind == SH_GO ? (sh->status = 0) : sh->status;
}

/* ---- coproc ---- */

static int high_user_fd(shell *sh, int fd)
{
    for (int to = 63; to >= 10; to--)
        if (!sh_fd_open(sh, to) && to != fd) {
            if (sh_fd_to(sh, fd, to) != 0)
                return -1;
            (void)close(fd);
            return to;
        }
    return -1;
}

int sh_run_coproc(shell *sh, sh_cmd *cmd)
{
    sh_coproc *c = &cmd->coproc;
    int to[2], from[2], status = 0;
    if (make_pipe(sh, 0, to) != 0)
        return sh->status = 1;
    if (make_pipe(sh, 0, from) != 0) {
        (void)close(to[0]);
        (void)close(to[1]);
        return sh->status = 1;
    }
    stage_fds f = {to[0], from[1], false, BX_START_BACKGROUND};
    int32_t pid = sh_is_external(sh, c->body) ? start_simple(sh, c->body, &f, &status)
                                              : start_state(sh, c->body, &f, &status);
    (void)close(to[0]);
    (void)close(from[1]);
    int read_fd = high_user_fd(sh, from[0]), write_fd = high_user_fd(sh, to[1]);
    if (pid < 0 || read_fd < 0 || write_fd < 0)
        return sh->status = status ? status : 1;
    sh->private_fds[0] |= UINT64_C(1) << read_fd | UINT64_C(1) << write_fd;
    char *name = sh_strndup(c->name.p, c->name.n), room[24];
    sh_var *v = sh_array_for_writing("coproc", name, false);
    if (v) {
        char *digits = sh_int_text(read_fd, room);
        sh_indexed_put(v, 0, digits, strlen(digits), false);
        digits = sh_int_text(write_fd, room);
        sh_indexed_put(v, 1, digits, strlen(digits), false);
    }
    char *pid_name = sh_format("%s_PID", name);
    (void)sh_set_int(pid_name, pid);
    free(pid_name);
    free(name);
    sh_job_add(sh, &pid, 1, command_text(cmd), -1, true);
    return sh->status = 0;
}

/* ---- <( ) and >( ) ---- */

typedef struct sh_procsubs {
    size_t n, cap;
    struct procsub {
        int fd;
        int32_t pid;
        bool writes;
    } *list;
} sh_procsubs;

size_t sh_procsub_mark(shell *sh) { return sh->procsubs ? sh->procsubs->n : 0; }

void sh_procsub_close(shell *sh, size_t mark, bool wait)
{
    if (!sh->procsubs || sh->procsubs->n <= mark)
        return;
    (void)sh_flush(sh);
    for (size_t i = mark; i < sh->procsubs->n; i++) {
        struct procsub *p = &sh->procsubs->list[i];
        (void)close(p->fd);
        sh_fd_note(sh, p->fd, false);
    }
    for (size_t i = mark; i < sh->procsubs->n; i++) {
        struct procsub *p = &sh->procsubs->list[i];
        if (p->pid >= 0)
            sh_job_note(sh, p->pid);
        if (wait && p->writes && p->pid >= 0)
            sh_job_finish(sh, p->pid);
        else if (p->writes && p->pid >= 0 && sh->exec_writers < (int)BX_COUNT(sh->exec_writer))
            sh->exec_writer[sh->exec_writers++] = p->pid;
    }
    sh->procsubs->n = mark;
}

void sh_end_substitutions(shell *sh)
{
    if (!sh->exec_writers)
        return;
    for (int fd = 0; fd < SH_FD_MAX; fd++)
        if (sh_fd_open(sh, fd) && fd != 0)
            (void)close(fd);
    for (int32_t i = 0; i < sh->exec_writers; i++)
        sh_job_finish(sh, sh->exec_writer[i]);
}

static void procsub_add(shell *sh, int fd, int32_t pid, bool writes)
{
    if (!sh->procsubs)
        sh->procsubs = sh_alloc(sizeof *sh->procsubs);
    sh_procsubs *p = sh->procsubs;
    if (p->n == p->cap) {
        p->cap = p->cap * 2 + 4;
        p->list = sh_realloc(p->list, p->cap * sizeof *p->list);
    }
    p->list[p->n++] = (struct procsub){fd, pid, writes};
}

/* <(< file) */
static char *substitute_input(shell *sh, sh_word *word)
{
    char *path = sh_expand_redirect(sh, word);
    int own = path ? sh_open(sh, path, O_RDONLY) : -ENOENT;
    if (own < 0 && path) {
        sh_error(sh, "%s: %s", path, sh_strerror(-own));
        own = sh_text_fd("", 0);
    }
    free(path);
    int fd = own >= 0 ? high_user_fd(sh, own) : -1;
    if (fd < 0)
        return NULL;
    procsub_add(sh, fd, -1, false);
    return sh_format("/dev/fd/%d", fd);
}

char *sh_process_substitute(shell *sh, struct sh_command_subst *c)
{
    int ends[2], status = 0, saved_status = sh->status;
    sh_cmd *body = c->body;
    if (!c->output && body && sh_only_input(body))
        return substitute_input(sh, body->redirs->word);
    bool quick = !c->output && (!body || sh_is_cheap(sh, body));
    int32_t pid = -1;
    uint64_t before = sh->private_fds[0];
    if (make_pipe(sh, quick ? BX_PIPE_GROWS : 0, ends) != 0)
        return NULL;
    int own = c->output ? ends[1] : ends[0], theirs = c->output ? ends[0] : ends[1];
    int substituted = sh->last_substitution;
    bool any = sh->substituted;
    for (size_t i = 0; sh->procsubs && i < sh->procsubs->n; i++)
        sh->private_fds[0] |= UINT64_C(1) << sh->procsubs->list[i].fd;
    stage_fds f = {c->output ? theirs : -1, c->output ? -1 : theirs, false,
                   c->output ? BX_START_BACKGROUND : 0};
    const sh_cmd *command = sh->command;
    int line = sh->line;
    sh_hold hold;
    sh_hold_push(sh, &hold, &own);
    if (quick && body) {
        (void)run_here(sh, body, &f, false);
    } else {
        if (body)
            pid = sh_is_external(sh, body) ? start_simple(sh, body, &f, &status)
                                           : start_state(sh, body, &f, &status);
        (void)close(theirs);
    }
    sh_hold_pop(sh, &hold);
    sh->private_fds[0] = before;
    sh_command_set(sh, command);
    sh->line = line;
    sh->status = saved_status;
    sh->last_substitution = substituted;
    sh->substituted = any;
    if (pid >= 0)
        sh->last_background = pid;
    int fd = high_user_fd(sh, own);
    if (fd < 0)
        return NULL;
    procsub_add(sh, fd, pid, c->output);
    return sh_format("/dev/fd/%d", fd);
}
