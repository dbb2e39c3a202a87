/* files/walk.c - going through trees of files. */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

typedef struct level {
    walk_names names;
    size_t next;
    size_t path_n; /* of the directory */
    size_t name_at;
    struct stat st;
} level;

struct walk {
    unsigned flags;
    prog_buf path; /* with a NUL behind it */
    level *levels;
    size_t n, cap;
    bool started, enter, failed;
    walk_entry last;
    unsigned links; /* followed among the levels */
    dev_t device;
};

void walk_names_free(walk_names *names)
{
    prog_buf_free(&names->text);
    free(names->at);
    free(names->types);
    *names = (walk_names){0};
}

int walk_read(const char *path, walk_names *ret)
{
    DIR *d = opendir(path);
    if (!d)
        return errno;
    *ret = (walk_names){0};
    int error = 0;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(d);
        if (!e) {
            error = errno;
            break;
        }
        const char *n = e->d_name;
        if (n[0] == '.' && (n[1] == '\0' || (n[1] == '.' && n[2] == '\0')))
            continue;
        ret->at = prog_grow(ret->at, &ret->cap, ret->n, sizeof *ret->at);
        ret->types = prog_grow(ret->types, &ret->types_cap, ret->n, 1);
        ret->at[ret->n] = ret->text.n;
        ret->types[ret->n++] = e->d_type;
        prog_buf_put(&ret->text, n, strlen(n) + 1);
    }
    (void)closedir(d);
    if (error)
        walk_names_free(ret);
    return error;
}

typedef struct sorting {
    const char *name;
    size_t at;
    uint8_t type;
} sorting;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const sorting *)a)->name, ((const sorting *)b)->name);
}

void walk_names_sort(walk_names *names)
{
    if (names->n < 2)
        return;
    sorting *s = prog_alloc(names->n * sizeof *s);
    for (size_t i = 0; i < names->n; i++)
        s[i] = (sorting){names->text.p + names->at[i], names->at[i], names->types[i]};
    qsort(s, names->n, sizeof *s, by_name);
    for (size_t i = 0; i < names->n; i++) {
        names->at[i] = s[i].at;
        names->types[i] = s[i].type;
    }
    free(s);
}

walk *walk_new(const char *root, unsigned flags)
{
    walk *w = prog_zalloc(1, sizeof *w);
    w->flags = flags;
    prog_buf_put(&w->path, root, strlen(root));
    (void)prog_buf_z(&w->path);
    return w;
}

void walk_free(walk *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n; i++)
        walk_names_free(&w->levels[i].names);
    free(w->levels);
    prog_buf_free(&w->path);
    free(w);
}

static bool follows(const walk *w, unsigned depth)
{
    return (w->flags & WALK_FOLLOW) || (depth == 0 && (w->flags & WALK_FOLLOW_ROOT));
}

bool walk_stat(walk *w, walk_entry *e)
{
    if (e->has_stat)
        return true;
    bool follow = follows(w, e->depth);
    if (mode_stat(AT_FDCWD, e->path, follow, &e->st) != 0 &&
        (!follow || errno != ENOENT || mode_stat(AT_FDCWD, e->path, false, &e->st) != 0))
        return false;
    e->has_stat = true;
    return true;
}

/* Is the directory among those that are entered?  Then *ret is the length of that one's path. */
static bool is_entered(const walk *w, const struct stat *st, size_t *ret)
{
    *ret = w->n ? w->levels[0].path_n : 0;
    if (st->st_ino == 0)
        return w->links > WALK_LINKS_MAX;
    for (size_t i = 0; i < w->n; i++)
        if (w->levels[i].st.st_ino == st->st_ino && w->levels[i].st.st_dev == st->st_dev) {
            *ret = w->levels[i].path_n;
            return true;
        }
    return false;
}

/* What is at w->path, of the kind the directory says it is. */
static void look(walk *w, walk_entry *e, uint8_t type)
{
    e->d_type = type;
    e->has_stat = false;
    e->error = 0;
    e->path = w->path.p;
    e->path_n = w->path.n;
    e->kind = WALK_FILE;
    bool link = type == DT_LNK && follows(w, e->depth);
    if (type != DT_UNKNOWN && type != DT_DIR && !link)
        return;
    if (!walk_stat(w, e)) {
        e->kind = WALK_MISSING;
        e->error = errno;
        return;
    }
    e->d_type = S_ISDIR(e->st.st_mode) ? DT_DIR : S_ISLNK(e->st.st_mode) ? DT_LNK : DT_UNKNOWN;
    if (!S_ISDIR(e->st.st_mode))
        return;
    e->kind = WALK_DIR;
    if (e->depth == 0)
        w->device = e->st.st_dev;
    w->links += link;
    if ((w->flags & WALK_FOLLOW) && is_entered(w, &e->st, &e->loop_n))
        e->kind = WALK_LOOP;
    else
        w->enter = !(w->flags & WALK_ONE_DEVICE) || e->st.st_dev == w->device;
    if (link && e->kind == WALK_LOOP)
        w->links--;
}

static bool enter(walk *w, walk_entry *e)
{
    w->enter = false;
    w->levels = prog_grow(w->levels, &w->cap, w->n, sizeof *w->levels);
    level *l = &w->levels[w->n];
    *l = (level){.path_n = w->path.n, .st = w->last.st};
    l->name_at = (size_t)(w->last.name - w->last.path);
    int error = walk_read(w->path.p, &l->names);
    if (error) {
        *e = w->last;
        e->kind = WALK_UNREADABLE;
        e->error = error;
        w->failed = true;
        return false;
    }
    if (w->flags & WALK_SORT)
        walk_names_sort(&l->names);
    w->n++;
    return true;
}

static const char *last_name(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (n == 1 && path[0] == '/')
        return path;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return path + n;
}

static void end_of(walk *w, walk_entry *e)
{
    level *l = &w->levels[--w->n];
    w->path.n = l->path_n;
    (void)prog_buf_z(&w->path);
    *e = (walk_entry){.kind = WALK_DIR_END,
                      .entries = l->names.n,
                      .path = w->path.p,
                      .path_n = w->path.n,
                      .name = w->path.p + l->name_at,
                      .depth = (unsigned)w->n,
                      .has_stat = true,
                      .d_type = DT_DIR,
                      .st = l->st};
    walk_names_free(&l->names);
}

bool walk_next(walk *w, walk_entry *e)
{
    *e = (walk_entry){0};
    if (!w->started) {
        w->started = true;
        look(w, e, DT_UNKNOWN);
        e->name = last_name(w->path.p);
        w->last = *e;
        return true;
    }
    if (w->failed) { /* the end of a directory that could not be read */
        w->failed = false;
        *e = w->last;
        e->kind = WALK_DIR_END;
        return true;
    }
    if (w->enter && !enter(w, e))
        return true;
    if (w->n == 0)
        return false;
    level *l = &w->levels[w->n - 1];
    if (l->next == l->names.n) {
        end_of(w, e);
        return true;
    }
    const char *name = l->names.text.p + l->names.at[l->next];
    uint8_t type = l->names.types[l->next++];
    w->path.n = l->path_n;
    if (w->path.n > 0 && w->path.p[w->path.n - 1] != '/')
        prog_buf_putc(&w->path, '/');
    size_t at = w->path.n;
    prog_buf_put(&w->path, name, strlen(name));
    (void)prog_buf_z(&w->path);
    e->depth = (unsigned)w->n;
    look(w, e, type);
    e->name = w->path.p + at;
    w->last = *e;
    return true;
}

void walk_skip(walk *w) { w->enter = false; }
