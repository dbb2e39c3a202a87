#include "python/python.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/args_list.h"
#include "lib/process.h"
#include "lib/result.h"

extern char **environ;

enum {
    INPUT_MAX = 32 << 20,
    CODE_MAX = 4 << 20, /* arguments and variables of a program are at most 8 MiB */
    ARGS_MAX = 256,
    VARS_MAX = 512,
    SHOWN_MAX = 200000, /* bytes of each stream in the result */
    CWD_MAX = 4096,
    TIMEOUT_MAX_MS = 3600000,
    SIGNAL_KILL = 9,
};

typedef struct call {
    const char *code, *file, *cwd; /* code or file is "" */
    bx_str args[ARGS_MAX];
    size_t n_args;
    bx_str input;
    int64_t timeout_ms;
} call;

typedef struct done {
    bx_ended ended;
    bool timed_out;
    bx_buf out, err;
} done;

/* ---- arguments ----------------------------------------------------------------------------- */

static void read_call(bx_args *a, call *c)
{
    c->code = bx_arg_str(a, "code", "");
    c->file = bx_arg_str(a, "file", "");
    c->n_args = bx_arg_texts(a, "args", c->args, ARGS_MAX);
    c->input = bx_arg_text(a, "stdin");
    c->cwd = bx_arg_str(a, "cwd", "/workspace");
    c->timeout_ms = bx_arg_int(a, "timeout_ms", 0, 0, TIMEOUT_MAX_MS);
    if (bx_arg_given(a, "code") == bx_arg_given(a, "file"))
        bx_arg_wrong(a, "code", "expected either code or file", NULL);
    if (strlen(c->code) > CODE_MAX)
        bx_arg_wrong(a, "code", "more than 4 MiB; write it to a file, and give file", NULL);
    if (bx_arg_given(a, "file") && (c->file[0] == '\0' || strlen(c->file) > CWD_MAX))
        bx_arg_wrong(a, "file", "expected a path", NULL);
    if (c->cwd[0] == '\0' || strlen(c->cwd) > CWD_MAX)
        bx_arg_wrong(a, "cwd", "expected a path", NULL);
}

/* "PWD=" and the path, made absolute. */
static void put_pwd(char out[CWD_MAX + 32], const char *cwd)
{
    char *end = stpcpy(out, "PWD=");
    if (cwd[0] != '/')
        end = stpcpy(end, "/workspace/");
    (void)stpcpy(end, cwd);
}

/* ---- the program --------------------------------------------------------------------------- */

/* A pipe with `text` in it, whose end comes after that; -1: errno. */
static int pipe_with(bx_str text)
{
    int ends[2], error = bx_process_pipe(BX_PIPE_GROWS, ends);
    if (error) {
        errno = error;
        return -1;
    }
    while (text.n > 0) {
        ssize_t n = write(ends[1], text.p, text.n);
        if (n <= 0)
            break;
        text = bx_str_from(text, (size_t)n);
    }
    (void)close(ends[1]);
    return ends[0];
}

static int read_all(int fd, bx_buf *b)
{
    char *to;
    ssize_t n = 0;
    do {
        if (bx_buf_reserve(b, 65536, &to) != BX_OK)
            return ENOMEM;
        n = read(fd, to, 65536);
        b->n += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    (void)close(fd);
    return 0;
}

static int wait_for(int32_t pid, const call *c, done *d)
{
    uint64_t ns = c->timeout_ms ? (uint64_t)c->timeout_ms * 1000000 : BX_WAIT_FOREVER;
    int error = bx_process_wait(pid, ns, &d->ended);
    if (error != ETIMEDOUT)
        return error;
    d->timed_out = true;
    error = bx_process_kill(pid, SIGNAL_KILL);
    return error ? error : bx_process_wait(pid, BX_WAIT_FOREVER, &d->ended);
}

static size_t list_env(bx_str env[VARS_MAX], const char *pwd)
{
    size_t n = 0;
    env[n++] = bx_str_of(pwd);
    for (char **e = environ; *e && n < VARS_MAX; e++)
        if (strncmp(*e, "PWD=", 4) != 0)
            env[n++] = bx_str_of(*e);
    return n;
}

static int start(const call *c, const int fds[3], int32_t *ret_pid)
{
    static bx_str args[ARGS_MAX + 3], env[VARS_MAX];
    char pwd[CWD_MAX + 32];
    size_t n = 0;
    args[n++] = BX_LIT("python3");
    if (c->file[0] == '\0')
        args[n++] = BX_LIT("-c");
    args[n++] = bx_str_of(c->file[0] ? c->file : c->code);
    for (size_t i = 0; i < c->n_args; i++)
        args[n++] = c->args[i];
    put_pwd(pwd, c->cwd);
    const bx_fd_map map[] = {{0, fds[0]}, {1, fds[1]}, {2, fds[2]}};
    const bx_start s = {.size = sizeof s,
                        .name = args[0],
                        .args = args,
                        .n_args = n,
                        .env = env,
                        .n_env = list_env(env, pwd),
                        .fds = map,
                        .n_fds = 3};
    return bx_process_start(&s, ret_pid);
}

static int run_program(const call *c, done *d)
{
    int out[2], err[2], fds[3];
    int32_t pid = 0;
    fds[0] = pipe_with(c->input);
    if (fds[0] < 0)
        return errno;
    int error = bx_process_pipe(BX_PIPE_GROWS, out);
    if (error == 0)
        error = bx_process_pipe(BX_PIPE_GROWS, err);
    if (error)
        return error;
    fds[1] = out[1];
    fds[2] = err[1];
    error = start(c, fds, &pid);
    for (size_t i = 0; i < BX_COUNT(fds); i++)
        (void)close(fds[i]);
    if (error == 0)
        error = wait_for(pid, c, d);
    if (error == 0)
        error = read_all(out[0], &d->out);
    return error ? error : read_all(err[0], &d->err);
}

/* ---- the result ---------------------------------------------------------------------------- */

typedef struct shown {
    bx_str head, tail;
    size_t left_out;
} shown;

/* The first and the last part of what is too long. */
static shown bound(const bx_buf *b)
{
    shown s = {.head = bx_buf_str(b), .tail = {"", 0}};
    if (b->n <= SHOWN_MAX)
        return s;
    s.head.n = SHOWN_MAX / 2;
    while (s.head.n > 0 && ((unsigned char)b->p[s.head.n] & 0xC0) == 0x80)
        s.head.n--;
    size_t from = b->n - SHOWN_MAX / 2;
    while (from < b->n && ((unsigned char)b->p[from] & 0xC0) == 0x80)
        from++;
    s.tail = (bx_str){b->p + from, b->n - from};
    s.left_out = from - s.head.n;
    return s;
}

static void put_text(bx_result *r, const shown *s)
{
    bx_text_put(r, s->head.p, s->head.n);
    if (s->left_out == 0)
        return;
    bx_text_puts(r, "\n[");
    bx_text_int(r, (int64_t)s->left_out);
    bx_text_puts(r, " bytes left out]\n");
    bx_text_put(r, s->tail.p, s->tail.n);
}

static void put_member(bx_out *o, const char *name, const shown *s)
{
    char digits[24];
    bx_out_key(o, name);
    bx_out_str_begin(o);
    bx_out_str_put(o, s->head.p, s->head.n);
    if (s->left_out) {
        const char *number = bx_digits((int64_t)s->left_out, digits);
        bx_out_str_put(o, "\n[", 2);
        bx_out_str_put(o, number, strlen(number));
        bx_out_str_put(o, " bytes left out]\n", 17);
    }
    bx_out_str_put(o, s->tail.p, s->tail.n);
    bx_out_str_end(o);
}

static const char *why(const done *d)
{
    if (d->timed_out)
        return " (timeout_ms)";
    switch (d->ended.kind) {
    case BX_ENDED_MEMORY:
        return " (the memory limit of the call)";
    case BX_ENDED_LIMIT:
        return " (a limit of the call)";
    case BX_ENDED_TRAP:
        return " (the interpreter ended, most likely by deep recursion)";
    case BX_ENDED_FAILED:
        return " (the interpreter could not be started)";
    default:
        return "";
    }
}

static int report(bx_result *r, const done *d)
{
    shown out = bound(&d->out), err = bound(&d->err);
    int32_t code = d->timed_out ? 124 : d->ended.code;
    bool open_line = d->out.n > 0 && d->out.p[d->out.n - 1] != '\n';
    bx_text_begin(r);
    put_text(r, &out);
    if (d->err.n > 0) {
        bx_text_puts(r, open_line ? "\n[stderr]\n" : "[stderr]\n");
        put_text(r, &err);
        open_line = d->err.p[d->err.n - 1] != '\n';
    }
    if (code != 0) {
        bx_text_puts(r, open_line ? "\nexit status " : "exit status ");
        bx_text_int(r, code);
        bx_text_puts(r, why(d));
    }
    bx_text_end(r);
    bx_out *o = bx_structured_begin(r);
    bx_out_open(o, '{');
    bx_out_key(o, "exit_code");
    bx_out_int(o, code);
    put_member(o, "stdout", &out);
    put_member(o, "stderr", &err);
    bx_out_key(o, "stdout_truncated");
    bx_out_bool(o, out.left_out > 0);
    bx_out_key(o, "stderr_truncated");
    bx_out_bool(o, err.left_out > 0);
    bx_out_key(o, "timed_out");
    bx_out_bool(o, d->timed_out);
    bx_out_close(o, '}');
    return bx_result_end(r, code != 0);
}

static int refuse(bx_result *r, const call *c, int error)
{
    switch (error) {
    case EACCES:
        return bx_result_fail(r, "python3 may not be started here: the grant has no tool:python3",
                              NULL);
    case ENOTDIR:
        return bx_result_fail(r, "cwd: ", c->cwd, ": no such directory", NULL);
    case ENOENT:
        return bx_result_fail(r, "python3 cannot be started: there is no directory ", c->cwd,
                              ", or python is not installed (boxagnts tool add python)", NULL);
    case EAGAIN:
        return bx_result_fail(r,
                              "python3 cannot be started: a limit of the call (processes, "
                              "starts or depth)",
                              NULL);
    default:
        return bx_result_fail(r, "python3 cannot be started: ", strerror(error), NULL);
    }
}

int bx_python_run(int in, int out)
{
    static call c;
    bx_args a;
    bx_result r;
    bx_error err;
    done d = {.out = bx_buf_init(SIZE_MAX >> 1), .err = bx_buf_init(SIZE_MAX >> 1)};
    bx_result_init(&r, out);
    if (bx_args_read(&a, in, INPUT_MAX, &err) != BX_OK)
        return bx_result_fail(&r, err.msg, NULL);
    read_call(&a, &c);
    if (bx_args_end(&a, &err) != BX_OK)
        return bx_result_fail(&r, err.msg, NULL);
    int error = run_program(&c, &d);
    int status = error ? refuse(&r, &c, error) : report(&r, &d);
    bx_buf_done(&d.out);
    bx_buf_done(&d.err);
    bx_args_done(&a);
    return status;
}
