/* shell/tool.c - one call of the JSON tool `bash`: the command runs in this very process, what it
 * prints is kept and bounded, and what a caller may want to carry on comes back. */
#include "shell/tool.h"

#include <ctype.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "lib/result.h"
#include "shell/expand.h"
#include "shell/json.h"
#include "shell/run.h"

extern char **environ;

enum {
    INPUT_MAX = 32 << 20,
    SHOWN_MAX = 200000, /* bytes of each stream in the result */
    TIMEOUT_MAX_MS = 3600000,
};

typedef struct call {
    const char *command, *cwd;
    bx_str input;
    int64_t timeout_ms;
    const sh_json_member *env, *functions; /* NULL: none */
} call;

/* One argument. What is wrong with it, or NULL. */
static const char *read_argument(const sh_json_member *m, call *c)
{
    bool text = m->kind == SH_JSON_STRING, pairs = m->kind == SH_JSON_OBJECT;
    if (strcmp(m->name, "command") == 0) {
        if (!text || strlen(m->text) != m->n || m->n == 0)
            return "expected a string, not empty, without U+0000";
        c->command = m->text;
    } else if (strcmp(m->name, "cwd") == 0) {
        if (!text || strlen(m->text) != m->n || m->n == 0)
            return "expected a path";
        c->cwd = m->text;
    } else if (strcmp(m->name, "stdin") == 0) {
        if (!text)
            return "expected a string";
        c->input = (bx_str){m->text, m->n};
    } else if (strcmp(m->name, "timeout_ms") == 0) {
        if (m->kind != SH_JSON_INTEGER || m->integer < 0 || m->integer > TIMEOUT_MAX_MS)
            return "expected an integer from 0 to 3600000";
        c->timeout_ms = m->integer;
    } else if (strcmp(m->name, "env") == 0) {
        for (size_t i = 0; pairs && i < m->n_pairs; i++)
            if (!sh_is_name(bx_str_of(m->pairs[i].name)) ||
                strlen(m->pairs[i].value) != m->pairs[i].n)
                return "expected names of variables with strings without U+0000";
        if (!pairs)
            return "expected an object of strings";
        c->env = m;
    } else if (strcmp(m->name, "functions") == 0) {
        if (!pairs)
            return "expected an object of strings";
        c->functions = m;
    } else {
        return "unknown argument; this tool takes command, cwd, env, functions, stdin, timeout_ms";
    }
    return NULL;
}

/* ---- before ---- */

/* A name becomes part of a text that is evaluated. */
static bool is_plain_name(const char *s)
{
    for (const char *c = s; *c; c++)
        if (!isalnum((unsigned char)*c) && !((unsigned char)*c >> 7) && !strchr("_-.:+@/,%", *c))
            return false;
    return *s;
}

static void define(shell *sh, const sh_json_pair *f)
{
    if (!is_plain_name(f->name)) {
        sh_error(sh, "functions: `%s': not a valid identifier", f->name);
        return;
    }
    sh_buf b = {0};
    size_t blanks = 0;
    while (blanks < f->n && strchr(" \t\n", f->value[blanks]))
        blanks++;
    bool whole = f->n - blanks >= 2 && memcmp(f->value + blanks, "()", 2) == 0;
    sh_buf_z(&b, f->name);
    sh_buf_z(&b, whole ? " " : " () {\n");
    sh_buf_add(&b, f->value, f->n);
    if (!whole)
        sh_buf_z(&b, "\n}");
    (void)sh_buf_str(&b);
    (void)sh_eval(sh, b.p, b.n, "functions");
    sh->unwind = SH_GO;
    sh->status = 0;
    sh_buf_done(&b);
}

/* Descriptor `to` becomes what reads, or writes, `ends`.  errno. */
static int place(shell *sh, int from, int to)
{
    int error = from == to ? 0 : sh_fd_to(sh, from, to);
    sh_fd_note(sh, to, error == 0);
    if (from != to)
        (void)close(from);
    return error;
}

static int prepare(shell *sh, const call *c, int *ret_err_fd)
{
    int ends[2];
    int input = sh_text_fd(c->input.p, c->input.n);
    if (input < 0)
        return -input;
    int error = place(sh, input, 0);
    if (error == 0)
        error = bx_process_pipe(BX_PIPE_GROWS, ends);
    if (error == 0)
        error = bx_process_dup(ends[0], SH_FD_HIGH, ret_err_fd);
    if (error)
        return error;
    (void)close(ends[0]);
    error = place(sh, ends[1], 2);
    for (size_t i = 0; c->env && i < c->env->n_pairs && error == 0; i++) {
        const sh_json_pair *p = &c->env->pairs[i];
        sh_name *name = sh_name_of(p->name, strlen(p->name));
        (void)sh_assign_name(name, p->value, p->n, 0);
        sh_var_attrs(sh_var_make(name), SH_A_EXPORT, 0);
    }
    for (size_t i = 0; c->functions && i < c->functions->n_pairs && error == 0; i++)
        define(sh, &c->functions->pairs[i]);
    return error;
}

/* ---- after ---- */

static void read_rest(int fd, sh_buf *b)
{
    for (;;) {
        sh_buf_grow(b, 65536);
        ssize_t n = read(fd, b->p + b->n, b->cap - b->n - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        b->n += (size_t)n;
    }
    (void)close(fd);
}

/* What reads from this process must see an end. */
static void close_rest(shell *sh)
{
    for (int fd = 0; fd < SH_FD_MAX; fd++)
        if (fd != 1 && sh_fd_open(sh, fd)) {
            (void)close(fd);
            sh_fd_note(sh, fd, false);
        }
}

typedef struct shown {
    const char *head, *tail;
    size_t head_n, tail_n, left_out;
    char note[96];
    size_t note_n;
} shown;

/* The first and the last part of what is too long. */
static shown bound(const sh_buf *b)
{
    shown s = {.head = b->p ? b->p : "", .head_n = b->n, .tail = ""};
    if (b->n <= SHOWN_MAX)
        return s;
    s.head_n = SHOWN_MAX / 2;
    s.tail_n = SHOWN_MAX / 2;
    while (s.head_n > 0 && ((unsigned char)b->p[s.head_n] & 0xC0) == 0x80)
        s.head_n--;
    while (s.tail_n > 0 && ((unsigned char)b->p[b->n - s.tail_n] & 0xC0) == 0x80)
        s.tail_n--;
    s.tail = b->p + b->n - s.tail_n;
    s.left_out = b->n - s.head_n - s.tail_n;
    static const char before[] = "\n[", after[] = " bytes left out]\n";
    char room[24];
    const char *digits = sh_int_text((int64_t)s.left_out, room);
    size_t n = strlen(digits);
    memcpy(s.note, before, sizeof before - 1);
    memcpy(s.note + sizeof before - 1, digits, n);
    memcpy(s.note + sizeof before - 1 + n, after, sizeof after - 1);
    s.note_n = sizeof before - 1 + n + sizeof after - 1;
    return s;
}

static void put_text(bx_result *r, const shown *s)
{
    bx_text_put(r, s->head, s->head_n);
    bx_text_put(r, s->note, s->note_n);
    bx_text_put(r, s->tail, s->tail_n);
}

static void put_member(bx_out *o, const char *name, const shown *s)
{
    bx_out_key(o, name);
    bx_out_str_begin(o);
    bx_out_str_put(o, s->head, s->head_n);
    bx_out_str_put(o, s->note, s->note_n);
    bx_out_str_put(o, s->tail, s->tail_n);
    bx_out_str_end(o);
}

/* Is "NAME=value" what this process began with? */
static bool is_given(const char *entry)
{
    for (char **e = environ; *e; e++)
        if (strcmp(*e, entry) == 0)
            return true;
    return false;
}

static void put_environment(bx_out *o)
{
    static const char *const own[] = {"PWD=", "OLDPWD=", "SHLVL=", "_=", "BOXAGNTS_TOOL="};
    size_t n;
    char **env = sh_environ(&n);
    bx_out_key(o, "env");
    bx_out_open(o, '{');
    for (size_t i = 0; i < n; i++) {
        bool skip = is_given(env[i]);
        for (size_t k = 0; k < BX_COUNT(own); k++)
            skip = skip || strncmp(env[i], own[k], strlen(own[k])) == 0;
        const char *equals = strchr(env[i], '=');
        if (skip || !equals)
            continue;
        char *name = sh_strndup(env[i], (size_t)(equals - env[i]));
        bx_out_key(o, name);
        bx_out_str(o, bx_str_of(equals + 1));
        free(name);
    }
    bx_out_close(o, '}');
}

static void put_functions(shell *sh, bx_out *o)
{
    const char *name;
    bx_out_key(o, "functions");
    bx_out_open(o, '{');
    for (size_t i = 0; (name = sh_function_name(sh, i)) != NULL; i++) {
        sh_buf b = {0};
        (void)sh_function_text(sh, name, &b);
        const char *text = sh_buf_str(&b), *body = strstr(text, "()");
        bx_out_key(o, name);
        bx_out_str(o, bx_str_of(body ? body : text));
        sh_buf_done(&b);
    }
    bx_out_close(o, '}');
}

static int report(shell *sh, const sh_buf *out, const sh_buf *err)
{
    bx_result r;
    shown a = bound(out), b = bound(err);
    int status = sh->status & 255;
    bx_result_init(&r, STDOUT_FILENO);
    bx_text_begin(&r);
    put_text(&r, &a);
    bool open_line = out->n > 0 && out->p[out->n - 1] != '\n';
    if (err->n > 0) {
        bx_text_puts(&r, open_line ? "\n[stderr]\n" : "[stderr]\n");
        put_text(&r, &b);
        open_line = err->p[err->n - 1] != '\n';
    }
    if (status != 0) {
        bx_text_puts(&r, open_line ? "\nexit status " : "exit status ");
        bx_text_int(&r, status);
        if (sh->timed_out)
            bx_text_puts(&r, " (timeout_ms)");
    }
    bx_text_end(&r);
    bx_out *o = bx_structured_begin(&r);
    bx_out_open(o, '{');
    bx_out_key(o, "exit_code");
    bx_out_int(o, status);
    put_member(o, "stdout", &a);
    put_member(o, "stderr", &b);
    bx_out_key(o, "stdout_truncated");
    bx_out_bool(o, a.left_out > 0);
    bx_out_key(o, "stderr_truncated");
    bx_out_bool(o, b.left_out > 0);
    bx_out_key(o, "timed_out");
    bx_out_bool(o, sh->timed_out);
    bx_out_key(o, "cwd");
    bx_out_str(o, bx_str_of(sh_cwd(sh)));
    put_environment(o);
    put_functions(sh, o);
    bx_out_close(o, '}');
    return bx_result_end(&r, status != 0);
}

static int fail(const char *what, const char *why)
{
    bx_result r;
    bx_result_init(&r, STDOUT_FILENO);
    return bx_result_fail(&r, what, ": ", why, NULL);
}

static int run(const call *c)
{
    char *cwd = c->cwd[0] == '/' ? sh_strdup(c->cwd) : sh_format("/workspace/%s", c->cwd);
    if (chdir(cwd) != 0 || setenv("PWD", cwd, 1) != 0)
        return fail(cwd, sh_strerror(errno));
    free(cwd);
    (void)unsetenv("BOXAGNTS_TOOL");
    shell *sh = sh_shell_start("bash");
    sh_capture capture;
    sh_buf out = {0}, err = {0};
    int err_fd = -1;
    sh->from_command = true;
    if (c->timeout_ms > 0)
        sh_deadline_set(sh, (uint64_t)c->timeout_ms * 1000000);
    int error = prepare(sh, c, &err_fd);
    if (error)
        return fail("bash", sh_strerror(error));
    sh_capture_begin(sh, &capture);
    (void)sh_run_lines(sh, c->command, strlen(c->command));
    (void)sh_shell_finish(sh);
    close_rest(sh);
    sh_jobs_end(sh);
    sh_capture_end(sh, &capture, &out);
    read_rest(err_fd, &err);
    return report(sh, &out, &err);
}

/* All of standard input; NULL: too long, or it cannot be read. */
static bool read_input(sh_buf *b)
{
    for (;;) {
        sh_buf_grow(b, 65536);
        ssize_t n = read(0, b->p + b->n, b->cap - b->n - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        b->n += (size_t)n;
        if (b->n > INPUT_MAX)
            return false;
    }
}

int sh_tool_main(void)
{
    call c = {.cwd = "/workspace", .input = {"", 0}};
    sh_buf text = {0};
    sh_json json;
    if (!read_input(&text))
        return fail("bash", "the arguments cannot be read, or are longer than 32 MiB");
    const char *wrong = sh_json_parse((bx_str){text.p, text.n}, &json);
    if (wrong)
        return fail("bash", wrong);
    for (size_t i = 0; i < json.n; i++)
        if ((wrong = read_argument(&json.members[i], &c)) != NULL)
            return fail(json.members[i].name, wrong);
    if (!c.command)
        return fail("command", "missing");
    return run(&c);
}
