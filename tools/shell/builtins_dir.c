/* shell/builtins_dir.c - the working directory: cd, pwd, pushd, popd, dirs. */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/expand.h"
#include "shell/run.h"

static void set_cwd(shell *sh, char *owned)
{
    int level = sh->sub ? sh->subshell : 0;
    if (sh->cwd_level == level)
        free(sh->cwd);
    sh->cwd = owned;
    sh->cwd_level = level;
}

#ifdef __wasm__
/* `path`, absolute, without links; wasi-libc has no realpath, and its getcwd says what it was told.
 */
static char *without_links(const char *path)
{
    enum { MAX_LINKS = 40 };
    sh_buf done = {0}, rest = {0};
    char link[4096];
    int links = 0;
    sh_buf_add(&rest, path, strlen(path) + 1);
    while (rest.p[0]) {
        size_t skip = strspn(rest.p, "/"), n = strcspn(rest.p + skip, "/");
        size_t before = done.n;
        if (n == 2 && memcmp(rest.p + skip, "..", 2) == 0) {
            while (done.n > 0 && done.p[--done.n] != '/')
                ;
        } else if (n > 0 && !(n == 1 && rest.p[skip] == '.')) {
            sh_buf_add(&done, "/", 1);
            sh_buf_add(&done, rest.p + skip, n);
        }
        memmove(rest.p, rest.p + skip + n, rest.n - skip - n);
        rest.n -= skip + n;
        sh_buf_add(&done, "", 1);
        done.n--;
        ssize_t k = done.n > before ? readlink(done.p, link, sizeof link - 1) : -1;
        if (k <= 0)
            continue;
        if (++links > MAX_LINKS)
            break;
        sh_buf joined = {0};
        sh_buf_add(&joined, link, (size_t)k);
        sh_buf_add(&joined, rest.p, rest.n);
        free(rest.p);
        rest = joined;
        done.n = link[0] == '/' ? 0 : before;
    }
    free(rest.p);
    if (done.n == 0)
        sh_buf_add(&done, "/", 1);
    sh_buf_add(&done, "", 1);
    return done.p;
}
#endif

char *sh_cwd_physical(void)
{
    char *p = getcwd(NULL, 0);
#ifdef __wasm__
    char *real = p ? without_links(p) : NULL;
    free(p);
    return real;
#else
    return p;
#endif
}

static bool same_directory(const char *a, const char *b)
{
#ifdef __wasm__
    (void)b;
    struct stat st;
    return stat(a, &st) == 0 && S_ISDIR(st.st_mode);
#else
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
#endif
}

const char *sh_cwd(shell *sh)
{
    if (sh->cwd)
        return sh->cwd;
    const char *pwd = sh_get("PWD");
    if (pwd && pwd[0] == '/' && same_directory(pwd, ".")) {
        set_cwd(sh, sh_strdup(pwd));
    } else {
        char *p = sh_cwd_physical();
        set_cwd(sh, p ? p : sh_strdup("/"));
    }
    return sh->cwd;
}

/* "/a/./b/../c" to "/a/c", of an absolute path; to be freed. */
static char *tidy(const char *path)
{
    sh_buf b = {0};
    for (const char *p = path; *p;) {
        while (*p == '/')
            p++;
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.') {
            while (b.n > 0 && b.p[b.n - 1] != '/')
                b.n--;
            if (b.n > 0)
                b.n--;
        } else if (n > 0 && !(n == 1 && p[0] == '.')) {
            sh_buf_c(&b, '/');
            sh_buf_add(&b, p, n);
        }
        p += n;
    }
    if (b.n == 0)
        sh_buf_c(&b, '/');
    return sh_buf_take(&b);
}

static char *absolute(shell *sh, const char *path)
{
    if (path[0] == '/')
        return tidy(path);
    char *joined = sh_format("%s/%s", sh_cwd(sh), path), *t = tidy(joined);
    free(joined);
    return t;
}

#ifndef ENOTCAPABLE
#define ENOTCAPABLE EPERM /* WASI's "the grant does not reach"; no host has it */
#endif

static bool is_refusal(int error) { return error == EPERM || error == ENOTCAPABLE; }

/* Change to `path`: errno or 0, and PWD, OLDPWD. */
static int change(shell *sh, const char *path, bool real)
{
    struct stat st;
    (void)sh_cwd(sh);
    /* Out of a granted directory no ".." leads, but there is a "/" above it by name. */
    if (strstr(path, "..") && stat(path, &st) != 0 && !is_refusal(errno))
        return errno;
    char *target = real ? sh_strdup(path) : absolute(sh, path);
    if (chdir(target) != 0) {
        int error = errno;
        if (!real && path[0] != '/' && chdir(path) == 0)
            error = 0;
        if (error) {
            free(target);
            return error;
        }
    }
    if (real) {
        char *p = sh_cwd_physical();
        free(target);
        target = p ? p : absolute(sh, path);
    }
    const char *pwd = sh_get("PWD");
    char *old = sh_strdup(pwd ? pwd : sh->cwd);
    set_cwd(sh, target);
    (void)sh_assign_name(sh_name_of("OLDPWD", 6), old, strlen(old), 0);
    (void)sh_assign_name(sh_name_of("PWD", 3), target, strlen(target), 0);
    free(old);
    return 0;
}

int sh_chdir(shell *sh, const char *path) { return change(sh, path, false); }

static int cd_to(shell *sh, const char *dir, bool real, bool show)
{
    const char *list = sh_get("CDPATH");
    bool plain = dir[0] == '/' || strcmp(dir, ".") == 0 || strcmp(dir, "..") == 0 ||
                 strncmp(dir, "./", 2) == 0 || strncmp(dir, "../", 3) == 0;
    for (const char *p = list; p && *p && !plain && *dir;) {
        size_t n = strcspn(p, ":");
        char *path =
            n ? sh_format("%.*s%s%s", (int)n, p, p[n - 1] == '/' ? "" : "/", dir) : sh_strdup(dir);
        int error = change(sh, path, real);
        free(path);
        if (error == 0) {
            if (n || show)
                sh_printf(sh, "%s\n", sh->cwd);
            return 0;
        }
        p += n + (p[n] == ':');
    }
    int error = change(sh, dir, real);
    if (error && sh->shopt[SH_SHOPT_CDABLE_VARS]) {
        const char *value = sh_get(dir);
        if (value && change(sh, value, real) == 0) {
            sh_printf(sh, "%s\n", sh->cwd);
            return 0;
        }
    }
    if (error) {
        sh_builtin_error(sh, "%s: %s", dir, sh_strerror(error));
        return 1;
    }
    if (show)
        sh_printf(sh, "%s\n", sh->cwd);
    return 0;
}

int sh_bi_cd(shell *sh, int argc, char **argv)
{
    bool real = sh->opt[SH_OPT_PHYSICAL], show = false;
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'P')
                real = true;
            else if (*c == 'L')
                real = false;
            else if (*c != 'e' && *c != '@') {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    }
    if (argc > i + 1) {
        sh_builtin_error(sh, "too many arguments");
        return 1;
    }
    const char *dir = argc > i ? argv[i] : sh_get("HOME");
    if (!dir) {
        sh_builtin_error(sh, "HOME not set");
        return 1;
    }
    if (argc > i && strcmp(dir, "-") == 0) {
        dir = sh_get("OLDPWD");
        show = true;
        if (!dir) {
            sh_builtin_error(sh, "OLDPWD not set");
            return 1;
        }
    }
    if (!*dir)
        return 0;
    char *copy = sh_strdup(dir);
    int status = cd_to(sh, copy, real, show);
    free(copy);
    return status;
}

int sh_bi_pwd(shell *sh, int argc, char **argv)
{
    bool real = sh->opt[SH_OPT_PHYSICAL];
    for (int i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'P')
                real = true;
            else if (*c == 'L')
                real = false;
            else if (*c != '-') {
                sh_builtin_error(sh, "-%c: invalid option", *c);
                return sh_builtin_usage(sh);
            }
        }
    char *p = real ? sh_cwd_physical() : NULL;
    sh_puts(sh, p ? p : sh_cwd(sh));
    sh_puts(sh, "\n");
    free(p);
    return 0;
}

/* ---- the stack ---- */

typedef struct sh_dirs {
    sh_strs list; /* below the working directory, the top first */
} sh_dirs;

sh_dirs *sh_dirs_share(shell *sh)
{
    sh_dirs *outer = sh->dirs;
    if (outer) {
        sh->dirs = sh_alloc(sizeof *sh->dirs);
        for (size_t i = 0; i < outer->list.n; i++)
            sh_strs_add(&sh->dirs->list, sh_strdup(outer->list.v[i]));
    }
    return outer;
}

static void free_dirs(sh_dirs *d)
{
    if (d)
        sh_strs_done(&d->list);
    free(d);
}

void sh_dirs_restore(shell *sh, sh_dirs *outer)
{
    free_dirs(sh->dirs);
    sh->dirs = outer;
}

static sh_strs *stack(shell *sh)
{
    if (!sh->dirs)
        sh->dirs = sh_alloc(sizeof *sh->dirs);
    return &sh->dirs->list;
}

static void insert_at(sh_strs *l, size_t at, char *owned)
{
    sh_strs_add(l, owned);
    memmove(l->v + at + 1, l->v + at, (l->n - 1 - at) * sizeof *l->v);
    l->v[at] = owned;
}

static char *remove_at(sh_strs *l, size_t at)
{
    char *s = l->v[at];
    memmove(l->v + at, l->v + at + 1, (l->n - at) * sizeof *l->v);
    l->n--;
    return s;
}

static const char *entry(shell *sh, size_t i) { return i == 0 ? sh_cwd(sh) : stack(sh)->v[i - 1]; }

static void show_entry(shell *sh, const char *dir, bool whole)
{
    const char *home = sh_get("HOME");
    size_t n = home ? strlen(home) : 0;
    if (!whole && n > 1 && strncmp(dir, home, n) == 0 && (dir[n] == '/' || !dir[n]))
        sh_printf(sh, "~%s", dir + n);
    else
        sh_puts(sh, dir);
}

static int show_stack(shell *sh)
{
    for (size_t i = 0; i <= stack(sh)->n; i++) {
        if (i)
            sh_puts(sh, " ");
        show_entry(sh, entry(sh, i), false);
    }
    sh_puts(sh, "\n");
    return 0;
}

/* +N or -N: the entry's number, -1 none, -2: no number. */
static long index_of(shell *sh, const char *text)
{
    int64_t n;
    if ((text[0] != '+' && text[0] != '-') || text[1] < '0' || text[1] > '9' ||
        !sh_number(text + 1, &n))
        return -2;
    int64_t count = (int64_t)stack(sh)->n + 1;
    if (n >= count)
        return -1;
    return (long)(text[0] == '+' ? n : count - 1 - n);
}

int sh_bi_dirs(shell *sh, int argc, char **argv)
{
    bool whole = false, lines = false, numbers = false;
    long only = -2;
    for (int i = 1; i < argc; i++) {
        long at = index_of(sh, argv[i]);
        if (at == -1) {
            sh_builtin_error(sh,
                             stack(sh)->n ? "%s: directory stack index out of range"
                                          : "%s: directory stack empty",
                             argv[i] + 1);
            return 1;
        }
        if (at >= 0) {
            only = at;
            continue;
        }
        if (argv[i][0] != '-') {
            sh_builtin_error(sh, "%s: invalid option", argv[i]);
            return sh_builtin_usage(sh);
        }
        for (const char *c = argv[i] + 1; *c; c++) {
            if (*c == 'c') {
                sh_strs_done(stack(sh));
                return 0;
            }
            whole |= *c == 'l';
            lines |= *c == 'p' || *c == 'v';
            numbers |= *c == 'v';
            if (!strchr("clpv-", *c)) {
                sh_builtin_error(sh, "%s: invalid number", argv[i]);
                return sh_builtin_usage(sh);
            }
        }
    }
    for (size_t i = 0; i <= stack(sh)->n; i++) {
        if (only >= 0 && (size_t)only != i)
            continue;
        if (numbers)
            sh_printf(sh, "%2zu  ", i);
        show_entry(sh, entry(sh, i), whole);
        sh_puts(sh, lines || only >= 0 || i == stack(sh)->n ? "\n" : " ");
    }
    return 0;
}

static int rotate(shell *sh, size_t by, bool move)
{
    sh_strs *l = stack(sh);
    size_t n = l->n + 1;
    sh_strs next = {0};
    for (size_t i = 0; i < n; i++)
        sh_strs_add(&next, sh_strdup(entry(sh, (i + by) % n)));
    int error = move ? change(sh, next.v[0], false) : 0;
    if (error) {
        sh_builtin_error(sh, "%s: %s", next.v[0], sh_strerror(error));
        sh_strs_done(&next);
        return 1;
    }
    sh_strs_done(l);
    for (size_t i = 1; i < n; i++)
        sh_strs_add(l, sh_strdup(next.v[i]));
    sh_strs_done(&next);
    return show_stack(sh);
}

int sh_bi_pushd(shell *sh, int argc, char **argv)
{
    bool move = true;
    int i = 1;
    for (; i < argc && (strcmp(argv[i], "-n") == 0 || strcmp(argv[i], "--") == 0); i++)
        move = move && argv[i][1] != 'n';
    if (i >= argc) {
        if (stack(sh)->n == 0) {
            sh_builtin_error(sh, "no other directory");
            return 1;
        }
        return rotate(sh, 1, move);
    }
    long at = index_of(sh, argv[i]);
    if (at == -1) {
        if (stack(sh)->n == 0)
            sh_builtin_error(sh, "directory stack empty");
        else
            sh_builtin_error(sh, "%s: directory stack index out of range", argv[i]);
        return 1;
    }
    if (at >= 0)
        return rotate(sh, (size_t)at, move);
    if (argv[i][0] == '-' && argv[i][1]) {
        sh_builtin_error(sh, "%s: invalid number", argv[i]);
        return sh_builtin_usage(sh);
    }
    if (argc > i + 1) {
        sh_builtin_error(sh, "too many arguments");
        return 1;
    }
    if (!move) {
        insert_at(stack(sh), 0, absolute(sh, argv[i]));
        return show_stack(sh);
    }
    char *before = sh_strdup(sh_cwd(sh));
    const char *dir = strcmp(argv[i], "-") == 0 && sh_get("OLDPWD") ? sh_get("OLDPWD") : argv[i];
    int error = change(sh, dir, false);
    if (error) {
        sh_builtin_error(sh, "%s: %s", argv[i], sh_strerror(error));
        free(before);
        return 1;
    }
    insert_at(stack(sh), 0, before);
    return show_stack(sh);
}

int sh_bi_popd(shell *sh, int argc, char **argv)
{
    bool move = true;
    int i = 1;
    for (; i < argc && (strcmp(argv[i], "-n") == 0 || strcmp(argv[i], "--") == 0); i++)
        move = move && argv[i][1] != 'n';
    long at = 0;
    if (i < argc) {
        at = index_of(sh, argv[i]);
        if (at == -2) {
            sh_builtin_error(sh, argv[i][0] == '-' ? "%s: invalid number" : "%s: invalid argument",
                             argv[i]);
            return sh_builtin_usage(sh);
        }
    }
    if (stack(sh)->n == 0) {
        sh_builtin_error(sh, "directory stack empty");
        return 1;
    }
    if (at == -1) {
        sh_builtin_error(sh, "%s: directory stack index out of range", argv[i]);
        return 1;
    }
    if (at > 0 || !move) {
        free(remove_at(stack(sh), at > 0 ? (size_t)at - 1 : 0));
        return show_stack(sh);
    }
    int error = change(sh, stack(sh)->v[0], false);
    if (error) {
        sh_builtin_error(sh, "%s: %s", stack(sh)->v[0], sh_strerror(error));
        return 1;
    }
    free(remove_at(stack(sh), 0));
    return show_stack(sh);
}

const char *sh_special_more(shell *sh, const char *name, size_t i, size_t *ret_n)
{
    if (strcmp(name, "DIRSTACK") == 0) {
        *ret_n = stack(sh)->n + 1;
        return i < *ret_n ? entry(sh, i) : NULL;
    }
    *ret_n = 0;
    return NULL;
}
