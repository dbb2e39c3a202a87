#include "programs/diff/diff.h"

#include <dirent.h>
#include <fnmatch.h>

enum { DEPTH_MAX = 256 /* directories within each other */ };

static int by_name(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    int order = diff_opt.fold_names ? strcasecmp(x, y) : 0;
    return order != 0 ? order : strcmp(x, y);
}

static bool is_excluded(const char *name)
{
    for (size_t i = 0; i < diff_opt.exclude.n; i++)
        if (fnmatch(diff_opt.exclude.p[i], name, 0) == 0)
            return true;
    return false;
}

/* The names in a directory in order; false where it cannot be read, which is told. */
static bool list(const diff_file *f, diff_names *ret)
{
    *ret = (diff_names){0};
    if (f->absent)
        return true;
    DIR *dir = opendir(f->name);
    if (!dir) {
        prog_warn_file(errno, f->name);
        return false;
    }
    for (const struct dirent *e; (errno = 0, e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || is_excluded(e->d_name))
            continue;
        ret->p = prog_grow(ret->p, &ret->cap, ret->n, sizeof(*ret->p));
        ret->p[ret->n++] = prog_strndup(e->d_name, strlen(e->d_name));
    }
    int error = errno;
    closedir(dir);
    if (error != 0)
        prog_warn_file(error, f->name);
    if (ret->n > 1)
        qsort(ret->p, ret->n, sizeof(*ret->p), by_name);
    return error == 0;
}

static void forget(diff_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free((void *)(uintptr_t)names->p[i]);
    free(names->p);
}

/* Only one directory has it: -N compares it with nothing. */
static int only_in(const diff_file *f, int side, const diff_file *other, const char *name)
{
    if (diff_opt.new_file || (diff_opt.new_first && side == 1)) {
        char *here = diff_join(f->name, name), *there = diff_join(other->name, name);
        int status = side == 0 ? diff_names_compare(here, there, true)
                               : diff_names_compare(there, here, true);
        free(here);
        free(there);
        return status;
    }
    prog_printf(&prog_out, "Only in %s: %s\n", f->name, name);
    return DIFF_DIFFERS;
}

static int merge(const diff_file *f[2], const diff_names names[2], bool top)
{
    size_t i = 0, k = 0;
    int worst = DIFF_SAME;
    if (top && diff_opt.start) {
        while (i < names[0].n && by_name(&names[0].p[i], &diff_opt.start) < 0)
            i++;
        while (k < names[1].n && by_name(&names[1].p[k], &diff_opt.start) < 0)
            k++;
    }
    while (i < names[0].n || k < names[1].n) {
        int order = i == names[0].n ? 1 : k == names[1].n ? -1 : 0;
        if (order == 0)
            order = diff_opt.fold_names ? strcasecmp(names[0].p[i], names[1].p[k])
                                        : strcmp(names[0].p[i], names[1].p[k]);
        int status;
        if (order < 0) {
            status = only_in(f[0], 0, f[1], names[0].p[i++]);
        } else if (order > 0) {
            status = only_in(f[1], 1, f[0], names[1].p[k++]);
        } else {
            char *a = diff_join(f[0]->name, names[0].p[i++]);
            char *b = diff_join(f[1]->name, names[1].p[k++]);
            status = diff_names_compare(a, b, true);
            free(a);
            free(b);
        }
        worst = status > worst ? status : worst;
        prog_check_out();
    }
    return worst;
}

int diff_directories(const diff_file *a, const diff_file *b)
{
    static int depth;
    if (depth == DEPTH_MAX) {
        prog_warn(0, "%s: too many directories within each other", a->name);
        return DIFF_TROUBLE;
    }
    diff_names names[2];
    bool ok = list(a, &names[0]);
    ok = list(b, &names[1]) && ok;
    depth++;
    int status = ok ? merge((const diff_file *[2]){a, b}, names, depth == 1) : DIFF_TROUBLE;
    depth--;
    forget(&names[0]);
    forget(&names[1]);
    return status;
}
