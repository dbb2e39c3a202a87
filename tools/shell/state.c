/* shell/state.c - a subshell that must run beside this shell is another `bash`, which gets this
 * one's state and its commands as text over a descriptor. */
#include <errno.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/history.h"
#include "shell/run.h"
#include "shell/unparse.h"

enum { STATE_FD = 255 };

static void add_text(sh_buf *b, const char *p, size_t n)
{
    sh_buf_int(b, (int64_t)n);
    sh_buf_c(b, '\n');
    sh_buf_add(b, p, n);
}

static void add_number(sh_buf *b, int64_t v)
{
    sh_buf_int(b, v);
    sh_buf_c(b, '\n');
}

static void add_setup(shell *sh, sh_buf *b)
{
    sh_buf setup = {0};
    const char *name;
    for (size_t i = 0; (name = sh_function_name(sh, i)) != NULL; i++) {
        uint32_t flags;
        (void)sh_function_text(sh, name, &setup);
        sh_buf_c(&setup, '\n');
        if (sh_function_flags(sh, name, 0, 0, &flags) && (flags & SH_FUNCTION_EXPORTED)) {
            sh_buf_z(&setup, "export -f ");
            sh_buf_z(&setup, name);
            sh_buf_c(&setup, '\n');
        }
    }
    sh_vars_dump(&setup);
    sh_aliases_dump(sh, &setup);
    sh_specs_dump(sh, &setup);
    sh_history_dump(sh, &setup);
    sh_traps_dump(sh, &setup, true);
    add_text(b, setup.p, setup.n);
    sh_buf_done(&setup);
}

static void dump(shell *sh, sh_cmd *cmd, sh_buf *b)
{
    add_number(b, sh->pid);
    add_number(b, sh->parent);
    add_number(b, sh->subshell + 1);
    add_number(b, sh->last_background);
    add_number(b, sh->status);
    add_number(b, sh->line);
    add_number(b, sh->from_command);
    add_number(b, sh->condition);
    for (int i = 0; i < SH_OPT_COUNT; i++)
        sh_buf_c(b, sh->opt[i] ? '1' : '0');
    for (int i = 0; i < SH_SHOPT_COUNT; i++)
        sh_buf_c(b, sh->shopt[i] ? '1' : '0');
    add_text(b, sh->arg0, strlen(sh->arg0));
    add_text(b, sh->source ? sh->source : "", sh->source ? strlen(sh->source) : 0);
    int frames = 0;
    for (sh_frame *f = sh->frame; f; f = f->outer)
        frames++;
    add_number(b, frames);
    for (sh_frame *f = sh->frame; f; f = f->outer) {
        add_text(b, f->function, strlen(f->function));
        add_text(b, f->source ? f->source : "", f->source ? strlen(f->source) : 0);
        add_number(b, f->call_line);
        add_number(b, f->sourced);
    }
    add_number(b, (int64_t)sh->params.n);
    for (size_t i = 0; i < sh->params.n; i++)
        add_text(b, sh->params.v[i], strlen(sh->params.v[i]));
    add_number(b, (int64_t)sh->n_pipe_status);
    for (size_t i = 0; i < sh->n_pipe_status; i++)
        add_number(b, sh->pipe_status[i]);
    add_setup(sh, b);
    bx_buf text = bx_buf_init(1u << 30);
    sh_unparse_command(&text, cmd);
    add_text(b, text.p, text.n);
    bx_buf_done(&text);
}

int32_t sh_start_state(shell *sh, sh_cmd *cmd, sh_fdmap *map, unsigned flags, int *ret_status)
{
    sh_buf b = {0};
    dump(sh, cmd, &b);
    int fd = sh_text_fd(b.p, b.n);
    sh_buf_done(&b);
    *ret_status = 1;
    if (fd < 0) {
        sh_error(sh, "cannot make pipe for subshell: %s", sh_strerror(-fd));
        return -1;
    }
    while (map->top <= STATE_FD)
        map->own[map->top++] = -1;
    map->own[STATE_FD] = fd;
    char name[] = "bash", option[] = "--state-fd", number[] = "255";
    char *argv[] = {name, option, number};
    int32_t pid = -1;
    int error = sh_spawn(sh, sh_self(), NULL, argv, 3, map, flags, false, &pid);
    (void)close(fd);
    map->own[STATE_FD] = -1;
    if (error) {
        sh_error(sh, "fork: retry: %s", sh_strerror(error));
        *ret_status = 254;
        sh_exit(sh, 254);
        return -1;
    }
    *ret_status = 0;
    return pid;
}

/* ---- the other side ---- */

typedef struct reader {
    const char *p, *end;
    bool bad;
} reader;

static int64_t get_number(reader *r)
{
    int64_t v = 0;
    bool minus = r->p < r->end && *r->p == '-';
    r->p += minus;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        v = v * 10 + (*r->p++ - '0');
    if (r->p < r->end && *r->p == '\n')
        r->p++;
    else
        r->bad = true;
    return minus ? -v : v;
}

static bx_str get_text(reader *r)
{
    int64_t n = get_number(r);
    if (r->bad || n < 0 || n > r->end - r->p) {
        r->bad = true;
        return (bx_str){"", 0};
    }
    bx_str s = {r->p, (size_t)n};
    r->p += n;
    return s;
}

static char *get_string(reader *r)
{
    bx_str s = get_text(r);
    return sh_strndup(s.p, s.n);
}

typedef struct state {
    bool opt[SH_OPT_COUNT], shopt[SH_SHOPT_COUNT];
    bx_str setup, command;
    int64_t status, line, last_background;
    int64_t n_pipes;
    int *pipes;
} state;

static void get_frames(shell *sh, reader *r)
{
    int64_t n = get_number(r);
    if (n < 0 || n > 10000) {
        r->bad = true;
        return;
    }
    sh_frame **at = &sh->frame;
    for (int64_t i = 0; i < n && !r->bad; i++) {
        sh_frame *f = sh_alloc(sizeof *f);
        f->function = get_string(r);
        f->source = get_string(r);
        f->call_line = (int)get_number(r);
        f->sourced = get_number(r) != 0;
        *at = f;
        at = &f->outer;
        if (!f->sourced)
            sh->function_depth++;
    }
}

static void get_state(shell *sh, reader *r, state *s)
{
    sh->pid = (int32_t)get_number(r);
    sh->parent = (int32_t)get_number(r);
    sh->subshell = (int)get_number(r);
    s->last_background = get_number(r);
    s->status = get_number(r);
    s->line = get_number(r);
    sh->from_command = get_number(r) != 0;
    sh->condition = get_number(r) != 0;
    for (int i = 0; i < SH_OPT_COUNT && r->p < r->end; i++)
        s->opt[i] = *r->p++ == '1';
    for (int i = 0; i < SH_SHOPT_COUNT && r->p < r->end; i++)
        s->shopt[i] = *r->p++ == '1';
    free(sh->arg0);
    sh->arg0 = get_string(r);
    char *source = get_string(r);
    sh->source = *source ? source : NULL;
    get_frames(sh, r);
    int64_t n = get_number(r);
    if (n < 0 || n > r->end - r->p)
        r->bad = true;
    sh_strs params = {0};
    for (int64_t i = 0; i < n && !r->bad; i++)
        sh_strs_add(&params, get_string(r));
    if (!r->bad)
        sh_params_set(sh, (int)params.n, params.v);
    sh_strs_done(&params);
    s->n_pipes = get_number(r);
    if (s->n_pipes < 0 || s->n_pipes > r->end - r->p)
        r->bad = true;
    s->pipes = r->bad ? NULL : sh_alloc(((size_t)s->n_pipes + 1) * sizeof *s->pipes);
    for (int64_t i = 0; i < s->n_pipes && !r->bad; i++)
        s->pipes[i] = (int)get_number(r);
    s->setup = get_text(r);
    s->command = get_text(r);
}

int sh_run_state(shell *sh, int fd)
{
    size_t n;
    int error = 0;
    char *text = sh_read_all(sh, fd, &n, &error);
    (void)close(fd);
    sh_fd_note(sh, fd, false);
    reader r = {text, text + n, error != 0};
    state s = {0};
    if (!r.bad)
        get_state(sh, &r, &s);
    if (r.bad) {
        sh_error(sh, "--state-fd: no state there");
        free(text);
        return 1;
    }
    sh->in_state_child = true;
    sh->shopt[SH_SHOPT_EXTGLOB] = true;
    (void)sh_run_text(sh, s.setup.p, s.setup.n, 1);
    memcpy(sh->opt, s.opt, sizeof sh->opt);
    memcpy(sh->shopt, s.shopt, sizeof sh->shopt);
    sh->status = (int)s.status;
    sh->last_background = (int32_t)s.last_background;
    free(sh->pipe_status);
    sh->pipe_status = s.pipes;
    sh->n_pipe_status = (size_t)s.n_pipes;
    sh->unwind = SH_GO;
    if (sh->function_depth > 0)
        sh_scope_enter(false);
    (void)sh_run_text(sh, s.command.p, s.command.n, (int)s.line);
    sh->unwind = SH_GO;
    free(text);
    return sh->status;
}
