/* Which files grep searches: operands, directories, globs. */
#include "programs/lines/grep.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MAX = 200 };

typedef struct walk {
    grep_matcher *m;
    bool any_selected, any_error, with_name;
    prog_reader r; /* its buffer is kept from file to file */
} walk;

static void fail(walk *w, int error, const char *name)
{
    w->any_error = true;
    if (!grep_o.silent)
        prog_warn(error, "%s", name);
}

/* GNU's exclude: the whole name, or what follows any of its slashes. */
static bool matches(const grep_globs *g, const char *name)
{
    for (size_t i = 0; i < g->n; i++)
        for (const char *at = name; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
            if (fnmatch(g->p[i], at, 0) == 0)
                return true;
    return false;
}

static bool is_wanted(const char *name)
{
    if (grep_o.include.n > 0 && !matches(&grep_o.include, name))
        return false;
    return !matches(&grep_o.exclude, name);
}

static void search_open(walk *w, int fd, const char *name)
{
    w->r.fd = fd;
    w->r.at = w->r.end = 0;
    w->r.eof = false;
    w->r.error = 0;
    w->any_selected |= grep_stream(w->m, &w->r, name, w->with_name);
    if (w->r.error)
        fail(w, w->r.error, name);
    if (grep_o.quiet && w->any_selected)
        prog_exit(0);
}

static void search_dir(walk *w, const char *path, bool is_named, unsigned depth);

static void search_path(walk *w, const char *path, bool is_operand, unsigned depth)
{
    struct stat st;
    bool follow = is_operand || grep_o.follow;
    if ((follow ? stat(path, &st) : lstat(path, &st)) != 0) {
        fail(w, errno, path);
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        if (grep_o.dirs == GREP_DIRS_RECURSE)
            search_dir(w, path, true, depth);
        else if (grep_o.dirs == GREP_DIRS_READ)
            fail(w, EISDIR, path);
        return;
    }
    if (!is_operand && !S_ISREG(st.st_mode))
        return;
    if (S_ISLNK(st.st_mode) || !is_wanted(path))
        return;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        fail(w, errno, path);
        return;
    }
    search_open(w, fd, path);
    (void)close(fd);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void search_dir(walk *w, const char *path, bool is_named, unsigned depth)
{
    DIR *dir = opendir(path);
    if (!dir || depth > DEPTH_MAX) {
        fail(w, dir ? ELOOP : errno, path);
        if (dir)
            (void)closedir(dir);
        return;
    }
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (const struct dirent *e; (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        names = prog_grow(names, &cap, n, sizeof *names);
        names[n++] = prog_strndup(e->d_name, strlen(e->d_name));
    }
    (void)closedir(dir);
    if (n > 0)
        qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; i < n; i++) {
        prog_buf b = {0};
        if (is_named) {
            prog_buf_put(&b, path, strlen(path));
            if (b.n > 0 && b.p[b.n - 1] != '/')
                prog_buf_putc(&b, '/');
        }
        prog_buf_put(&b, names[i], strlen(names[i]));
        const char *child = prog_buf_z(&b);
        struct stat st;
        bool is_dir = lstat(child, &st) == 0 && S_ISDIR(st.st_mode);
        if (!(is_dir && matches(&grep_o.exclude_dirs, names[i])))
            search_path(w, child, false, depth + 1);
        prog_buf_free(&b);
        free(names[i]);
    }
    free(names);
}

static bool excluded_operand(const char *name)
{
    struct stat st;
    if (stat(name, &st) != 0 || !S_ISDIR(st.st_mode) || grep_o.dirs != GREP_DIRS_RECURSE)
        return false;
    size_t n = strlen(name);
    while (n > 1 && name[n - 1] == '/')
        n--;
    char *bare = prog_strndup(name, n);
    bool is = matches(&grep_o.exclude_dirs, bare);
    free(bare);
    return is;
}

int grep_files(grep_matcher *m, char **names, size_t n)
{
    walk w = {.m = m};
    bool recurse = grep_o.dirs == GREP_DIRS_RECURSE;
    w.with_name = grep_o.names < 0 ? n > 1 || recurse : grep_o.names > 0;
    if (grep_o.names < 0 && recurse && n == 1) {
        struct stat st;
        w.with_name = stat(names[0], &st) == 0 && S_ISDIR(st.st_mode);
    }
    if (n == 0 && recurse)
        search_dir(&w, ".", false, 0);
    else if (n == 0)
        search_open(&w, 0, grep_o.label ? grep_o.label : "(standard input)");
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], "-") == 0)
            search_open(&w, 0, grep_o.label ? grep_o.label : "(standard input)");
        else if (!excluded_operand(names[i]))
            search_path(&w, names[i], true, 0);
    }
    free(w.r.p);
    return w.any_error && !(grep_o.quiet && w.any_selected) ? 2 : w.any_selected ? 0 : 1;
}
