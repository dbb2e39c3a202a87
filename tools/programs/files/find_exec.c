/* files/find_exec.c - find's actions that start programs or ask. */
#include "find.h"
#include "run.h"

#include <string.h>
#include <unistd.h>

/* `text` with each {} replaced by `name`. */
static char *fill_in(const char *text, const char *name)
{
    prog_buf b = {0};
    size_t n = strlen(name);
    for (const char *s = text; *s;) {
        if (s[0] == '{' && s[1] == '}') {
            prog_buf_put(&b, name, n);
            s += 2;
        } else {
            prog_buf_putc(&b, *s++);
        }
    }
    return prog_buf_z(&b);
}

/* The directory that `path` lies in, absolute; *ret_name is its name there. */
static char *split(const walk_entry *e, char **ret_name)
{
    size_t n = strlen(e->path);
    while (n > 1 && e->path[n - 1] == '/')
        n--;
    size_t cut = n;
    while (cut > 0 && e->path[cut - 1] != '/')
        cut--;
    prog_buf dir = {0}, name = {0};
    if (e->path[0] != '/') {
        char *cwd = run_cwd();
        prog_buf_put(&dir, cwd, strlen(cwd));
        prog_buf_putc(&dir, '/');
        free(cwd);
    }
    prog_buf_put(&dir, e->path, cut);
    while (dir.n > 1 && dir.p[dir.n - 1] == '/')
        dir.n--;
    if (!(n == 1 && e->path[0] == '/'))
        prog_buf_put(&name, "./", 2);
    prog_buf_put(&name, e->path + (cut == n ? 0 : cut), strlen(e->path) - (cut == n ? 0 : cut));
    *ret_name = prog_buf_z(&name);
    return prog_buf_z(&dir);
}

static bool run(const char *const *argv, size_t n, const char *dir)
{
    bx_ended ended;
    int error = run_wait(argv, n, dir, &ended);
    if (error) {
        prog_warn(error, "'%s'", argv[0]);
        return false;
    }
    if (ended.kind == BX_ENDED_SIGNAL)
        prog_warn(0, "'%s' terminated by signal %u", argv[0], (unsigned)ended.signal);
    return ended.code == 0;
}

static bool asked(const find_exec *x, const char *path)
{
    prog_writer err = {.fd = 2};
    (void)prog_flush(&prog_out);
    prog_printf(&err, "< %s ... %s > ? ", x->argv[0], path);
    (void)prog_flush(&err);
    free(err.p);
    char c = 0, first = 0;
    bool begun = false;
    while (read(0, &c, 1) == 1 && c != '\n') {
        if (!begun && c != ' ' && c != '\t') {
            first = c;
            begun = true;
        }
    }
    return first == 'y' || first == 'Y';
}

static bool each(find *f, find_node *t, walk_entry *e)
{
    find_exec *x = t->exec;
    (void)f;
    if (x->ask && !asked(x, e->path))
        return false;
    char *name = NULL, *dir = x->in_dir ? split(e, &name) : NULL;
    char **argv = prog_zalloc(x->n + 1, sizeof *argv);
    for (size_t i = 0; i < x->n; i++)
        argv[i] = fill_in(x->argv[i], name ? name : e->path);
    for (size_t i = 0; i < f->n_files; i++)
        (void)prog_flush(f->files[i]);
    bool ok = run((const char *const *)argv, x->n, dir);
    for (size_t i = 0; i < x->n; i++)
        free(argv[i]);
    free(argv);
    free(name);
    free(dir);
    return ok;
}

void find_exec_flush(find *f, find_exec *x)
{
    if (x->n_batch == 0)
        return;
    const char **argv = prog_alloc((x->n + x->n_batch) * sizeof *argv);
    size_t n = x->n - 1;
    memcpy(argv, x->argv, n * sizeof *argv);
    for (const char *s = x->batch.p, *end = s + x->batch.n; s < end; s += strlen(s) + 1)
        argv[n++] = s;
    if (!run(argv, n, x->dir))
        f->status = 1;
    free(argv);
    free(x->dir);
    x->dir = NULL;
    x->batch.n = x->n_batch = 0;
}

static bool gather(find *f, find_node *t, walk_entry *e)
{
    find_exec *x = t->exec;
    char *name = NULL, *dir = x->in_dir ? split(e, &name) : NULL;
    const char *shown = name ? name : e->path;
    size_t n = strlen(shown) + 1;
    bool other = dir && x->dir && strcmp(dir, x->dir) != 0;
    size_t weight = x->fixed + x->batch.n + n + (x->n_batch + 1) * sizeof(char *);
    if (other || (x->n_batch && weight > FIND_ARGS_MAX))
        find_exec_flush(f, x);
    prog_buf_put(&x->batch, shown, n);
    x->n_batch++;
    if (!x->dir)
        x->dir = BX_TAKE(dir);
    free(dir);
    free(name);
    return true;
}

size_t find_exec_parse(find *f, find_node *t, char **argv, size_t n)
{
    find_exec *x = prog_zalloc(1, sizeof *x);
    const char *what = t->name;
    x->in_dir = strcmp(what, "-execdir") == 0 || strcmp(what, "-okdir") == 0;
    x->ask = strncmp(what, "-ok", 3) == 0;
    size_t end = 0;
    for (;; end++) {
        if (end >= n)
            prog_die(0, "missing argument to `%s'", what);
        if (strcmp(argv[end], ";") == 0)
            break;
        if (!x->ask && end > 0 && strcmp(argv[end], "+") == 0 && strcmp(argv[end - 1], "{}") == 0) {
            x->plus = true;
            break;
        }
    }
    if (end == 0)
        prog_die(0, "missing argument to `%s'", what);
    x->argv = argv;
    x->n = end;
    for (size_t i = 0; i < end; i++) {
        x->fixed += strlen(argv[i]) + 1 + sizeof(char *);
        if (x->plus && i + 1 < end && strstr(argv[i], "{}"))
            prog_die(0, "Only one instance of {} is supported with %s ... +", what);
    }
    f->execs = prog_grow(f->execs, &f->execs_cap, f->n_execs, sizeof(find_exec *));
    f->execs[f->n_execs++] = x;
    t->exec = x;
    t->test = x->plus ? gather : each;
    t->is_action = true;
    return end + 1;
}
