/* files/path.c - paths. */
#include "path.h"
#include "programs/common/prog_io.h"
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *path_link(const char *path)
{
    for (size_t cap = 128;; cap *= 2) {
        char *p = prog_alloc(cap);
        ssize_t n = readlink(path, p, cap);
        if (n >= 0 && (size_t)n < cap) {
            p[n] = '\0';
            return p;
        }
        free(p);
        if (n < 0)
            return NULL;
    }
}

char *path_base(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/')
        from--;
    if (from == n && n > 0)
        from = n - 1;
    return prog_strndup(path + from, n - from);
}

char *path_dir(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return prog_strndup(".", 1);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return prog_strndup(path, n);
}

char *path_join(const char *dir, const char *name)
{
    prog_buf b = {0};
    size_t n = strlen(dir);
    prog_buf_put(&b, dir, n);
    if (n == 0 || dir[n - 1] != '/')
        prog_buf_putc(&b, '/');
    while (*name == '/')
        name++;
    prog_buf_put(&b, name, strlen(name));
    return prog_buf_z(&b);
}

void path_strip(char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
}

/* ---- without links -------------------------------------------------------------------------- */

static void up(prog_buf *b)
{
    while (b->n > 1 && b->p[b->n - 1] != '/')
        b->n--;
    if (b->n > 1)
        b->n--;
}

static void put_name(prog_buf *b, const char *name, size_t n)
{
    if (b->n > 1)
        prog_buf_putc(b, '/');
    prog_buf_put(b, name, n);
}

static void begin(prog_buf *b, const char *path)
{
    if (path[0] == '/') {
        prog_buf_put(b, "/", 1);
        return;
    }
    char *cwd = run_cwd();
    prog_buf_put(b, cwd, strlen(cwd));
    free(cwd);
}

typedef struct resolver {
    prog_buf out;
    char *rest; /* what is still to be read */
    size_t at;
    unsigned links;
    path_need need;
    bool keep_links;
} resolver;

/* The link at the end of r->out, its text put before the rest. */
static void follow(resolver *r, char *text)
{
    prog_buf b = {0};
    prog_buf_put(&b, text, strlen(text));
    prog_buf_putc(&b, '/');
    const char *rest = r->rest + r->at;
    bool more = rest[strspn(rest, "/")] != '\0';
    if (more || *rest)
        prog_buf_put(&b, rest, strlen(rest));
    else
        b.n--;
    free(r->rest);
    r->rest = prog_buf_z(&b);
    r->at = 0;
    up(&r->out);
    if (text[0] == '/') {
        r->out.n = 0;
        prog_buf_put(&r->out, "/", 1);
    }
    free(text);
}

/* One name behind r->out: false with errno. */
static bool step(resolver *r, const char *name, size_t n)
{
    put_name(&r->out, name, n);
    const char *path = prog_buf_z(&r->out), *rest = r->rest + r->at;
    bool last = rest[strspn(rest, "/")] == '\0', slash = *rest == '/';
    char *text = r->keep_links ? NULL : path_link(path);
    if (text) {
        if (++r->links > PATH_LINKS_MAX) {
            free(text);
            errno = ELOOP;
            return r->need == PATH_NONE;
        }
        follow(r, text);
        return true;
    }
    struct stat st;
    if (r->need == PATH_NONE)
        return true;
    if (stat(path, &st) != 0) {
        if (r->keep_links && lstat(path, &st) == 0 && last && r->need == PATH_PARENTS)
            return true;
        return errno == ENOENT && last && r->need == PATH_PARENTS;
    }
    if ((!last || (slash && r->need != PATH_NONE)) && !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return false;
    }
    return true;
}

char *path_real(const char *path, path_need need, bool keep_links)
{
    resolver r = {.rest = prog_strndup(path, strlen(path)), .need = need, .keep_links = keep_links};
    bool ok = *path != '\0';
    if (!ok)
        errno = ENOENT;
    begin(&r.out, path);
    while (ok) {
        r.at += strspn(r.rest + r.at, "/");
        size_t n = strcspn(r.rest + r.at, "/");
        if (n == 0)
            break;
        char *name = prog_strndup(r.rest + r.at, n);
        r.at += n;
        if (strcmp(name, "..") == 0)
            up(&r.out);
        else if (strcmp(name, ".") != 0)
            ok = step(&r, name, n);
        free(name);
    }
    int error = errno;
    free(r.rest);
    if (!ok) {
        prog_buf_free(&r.out);
        errno = error;
        return NULL;
    }
    return prog_buf_z(&r.out);
}

char *path_logical(const char *path) { return path_real(path, PATH_NONE, true); }

char *path_relative(const char *to, const char *from)
{
    size_t same = 0, i = 0;
    for (;; i++) {
        bool to_ends = to[i] == '\0' || to[i] == '/', from_ends = from[i] == '\0' || from[i] == '/';
        if (to_ends && from_ends)
            same = i;
        if (to[i] == '\0' || from[i] == '\0' || to[i] != from[i])
            break;
    }
    if (strcmp(from, "/") == 0)
        same = 0;
    prog_buf b = {0};
    for (const char *s = from + same; *s;) {
        s += strspn(s, "/");
        size_t n = strcspn(s, "/");
        if (n)
            prog_buf_put(&b, "../", 3);
        s += n;
    }
    const char *rest = to + same;
    rest += strspn(rest, "/");
    prog_buf_put(&b, rest, strlen(rest));
    if (!*rest && b.n > 0)
        b.n--;
    if (b.n == 0)
        prog_buf_putc(&b, '.');
    return prog_buf_z(&b);
}

/* ---- asking --------------------------------------------------------------------------------- */

bool path_ask(const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)prog_flush(&prog_out);
    prog_writer err = {.fd = 2};
    prog_printf(&err, "%s: %s", prog_name, text);
    (void)prog_flush(&err);
    free(err.p);
    char c, first = 0;
    bool begun = false;
    while (prog_read(0, &c, 1) == 1 && c != '\n') {
        if (!begun)
            first = c;
        begun = true;
    }
    return first == 'y' || first == 'Y';
}

/* Of "/a/b" and "/a/c": both begin with "/a/". */
static bool same_top(const char *a, const char *b)
{
    size_t n = strcspn(a + 1, "/") + 1;
    return strncmp(a, b, n) == 0 && (b[n] == '/' || b[n] == '\0');
}

int path_symlink(const char *target, const char *link)
{
    if (symlink(target, link) == 0)
        return 0;
    int error = errno;
    if (error != EPERM || target[0] != '/')
        return -1;
    char *dir = path_dir(link), *real = path_real(dir, PATH_ALL, false);
    char *to = path_real(target, PATH_NONE, true);
    int rc = -1;
    if (real && to && same_top(to, real)) {
        char *text = path_relative(to, real);
        rc = symlink(text, link);
        error = errno;
        free(text);
    }
    free(dir);
    free(real);
    free(to);
    errno = error;
    return rc;
}
