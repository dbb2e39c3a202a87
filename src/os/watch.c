#include "os/watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EVENTS = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    BUFFER = 64 << 10,
};

typedef struct watched { /* one path */
    char *path;          /* owned */
    uint64_t tag;
    bool below, news;
} watched;

typedef struct place { /* a directory the kernel tells of */
    int wd;
    char *path; /* owned */
} place;

struct bx_watch {
    int fd;
    pthread_mutex_t lock; /* guards what follows */
    watched *at;
    size_t n;
    place *places;
    size_t n_places, room;
};

bx_code bx_watch_new(bx_watch **ret, bx_error *err)
{
    bx_watch *w = bx_calloc(1, sizeof *w);
    if (!w)
        return bx_fail(err, BX_ENOMEM, "a watch on files");
    w->at = bx_calloc(BX_WATCH_MAX_PATHS, sizeof *w->at);
    w->fd = w->at ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;
    if (w->fd < 0) {
        bx_code rc = w->at ? bx_fail_errno(err, errno, "a watch on files")
                           : bx_fail(err, BX_ENOMEM, "a watch on files");
        free(w->at);
        free(w);
        return rc;
    }
    (void)pthread_mutex_init(&w->lock, NULL);
    *ret = w;
    return BX_OK;
}

void bx_watch_free(bx_watch *w)
{
    if (!w)
        return;
    (void)close(w->fd);
    for (size_t i = 0; i < w->n; i++)
        free(w->at[i].path);
    for (size_t i = 0; i < w->n_places; i++)
        free(w->places[i].path);
    free(w->at);
    free(w->places);
    (void)pthread_mutex_destroy(&w->lock);
    free(w);
}

/* ---- what the kernel tells of ---------------------------------------------------------------- */

static place *place_of(const bx_watch *w, int wd)
{
    for (size_t i = 0; i < w->n_places; i++) {
        if (w->places[i].wd == wd)
            return &w->places[i];
    }
    return NULL;
}

static void forget(bx_watch *w, int wd)
{
    place *p = place_of(w, wd);
    if (!p)
        return;
    free(p->path);
    *p = w->places[--w->n_places];
}

/* True: the kernel tells of this directory.  It has one number for each directory, however often
 * and by whatever path it is named; the last name counts. */
static bool tell_of(bx_watch *w, const char *dir)
{
    int wd = inotify_add_watch(w->fd, dir, EVENTS);
    if (wd < 0)
        return false;
    place *p = place_of(w, wd);
    if (p && strcmp(p->path, dir) == 0)
        return true;
    char *path = bx_strndup(dir, strlen(dir));
    if (path && p) {
        free(p->path);
        p->path = path;
        return true;
    }
    if (path && w->n_places == w->room) {
        size_t room = w->room ? 2 * w->room : 32;
        place *more = bx_realloc(w->places, room * sizeof *more);
        if (!more) {
            free(path);
            return false;
        }
        w->places = more;
        w->room = room;
    }
    if (path)
        w->places[w->n_places++] = (place){wd, path};
    return path != NULL;
}

/* Cut the last part off; false: there is only the root. */
static bool to_parent(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || !path[1])
        return false;
    slash[slash == path] = '\0';
    return true;
}

static void tell_of_below(bx_watch *w, const char *dir)
{
    DIR *d = opendir(dir);
    size_t n = 0;
    for (const struct dirent *e; d && n < BX_WATCH_MAX_BELOW && (e = readdir(d));) {
        char path[PATH_MAX];
        struct stat st;
        int len = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || len < 0 ||
            (size_t)len >= sizeof path || lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
            continue;
        n += tell_of(w, path);
    }
    if (d)
        (void)closedir(d);
}

/* The directory itself, and the nearest one above it that is there: what is made, moved or removed
 * on the way shows there. */
static void arm(bx_watch *w, const watched *x)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s", x->path);
    if (tell_of(w, path) && x->below)
        tell_of_below(w, path);
    while (to_parent(path) && !tell_of(w, path))
        ;
}

/* ---- paths ----------------------------------------------------------------------------------- */

bx_code bx_watch_add(bx_watch *w, const char *path, bool below, uint64_t tag, bx_error *err)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    if (path[0] != '/' || n >= PATH_MAX)
        return bx_fail(err, BX_EINVAL, "'%.100s' cannot be watched", path);
    BX_AUTOFREE char *copy = bx_strndup(path, n);
    if (!copy)
        return bx_fail(err, BX_ENOMEM, "a watch on files");
    (void)pthread_mutex_lock(&w->lock);
    bool room = w->n < BX_WATCH_MAX_PATHS;
    if (room) {
        w->at[w->n] = (watched){.path = BX_TAKE(copy), .tag = tag, .below = below};
        arm(w, &w->at[w->n++]);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return room ? BX_OK
                : bx_fail(err, BX_ELIMIT, "at most %d paths are watched", BX_WATCH_MAX_PATHS);
}

/* A directory of which nobody wants to be told any more stays with the kernel until it is gone: it
 * costs a number, and what it tells fits nothing. */
void bx_watch_remove(bx_watch *w, uint64_t tag)
{
    (void)pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n;) {
        if (w->at[i].tag != tag) {
            i++;
            continue;
        }
        free(w->at[i].path);
        w->at[i] = w->at[--w->n];
    }
    (void)pthread_mutex_unlock(&w->lock);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* What of `path` lies below `dir`; NULL: it does not. */
static const char *below(const char *path, const char *dir)
{
    size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : NULL;
}

/* Whether something called `name` in `dir` (NULL: `dir` itself) is about `x`. */
static bool is_about(const watched *x, const char *dir, const char *name)
{
    if (strcmp(dir, x->path) == 0)
        return true;
    const char *way = below(x->path, dir), *inside = below(dir, x->path);
    if (way && !name)
        return true;
    if (way) {
        size_t n = strcspn(way, "/");
        return strlen(name) == n && memcmp(way, name, n) == 0;
    }
    return x->below && inside && !strchr(inside, '/');
}

/* What is called `dir`, and all below it, is another place now. */
static void leave(bx_watch *w, const char *dir)
{
    BX_AUTOFREE char *gone = bx_strndup(dir, strlen(dir));
    for (size_t i = 0; gone && i < w->n_places;) {
        const char *path = w->places[i].path;
        if (strcmp(path, gone) != 0 && !below(path, gone)) {
            i++;
            continue;
        }
        (void)inotify_rm_watch(w->fd, w->places[i].wd);
        forget(w, w->places[i].wd);
    }
}

static void take_event(bx_watch *w, const struct inotify_event *e)
{
    const place *p = place_of(w, e->wd);
    const char *name = e->len ? e->name : NULL;
    bool all = e->mask & IN_Q_OVERFLOW; /* something was not told: everything may be new */
    for (size_t i = 0; i < w->n; i++) {
        watched *x = &w->at[i];
        if (!all && (!p || !is_about(x, p->path, name)))
            continue;
        x->news = true;
    }
    if (p && (e->mask & IN_MOVE_SELF))
        leave(w, p->path);
    else if (e->mask & IN_IGNORED)
        forget(w, e->wd);
}

static void read_events(bx_watch *w)
{
    _Alignas(struct inotify_event) char buffer[BUFFER];
    ssize_t n = read(w->fd, buffer, sizeof buffer);
    (void)pthread_mutex_lock(&w->lock);
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *e = (const struct inotify_event *)(const void *)(buffer + at);
        take_event(w, e);
        at += (ssize_t)(sizeof *e + e->len);
    }
    for (size_t i = 0; i < w->n; i++) { /* there may be directories that were not there before */
        if (w->at[i].news)
            arm(w, &w->at[i]);
    }
    (void)pthread_mutex_unlock(&w->lock);
}

static bool take_news(bx_watch *w, uint64_t *ret_tag)
{
    bool found = false;
    (void)pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->n; i++) {
        watched *x = &w->at[i];
        if (!x->news || (found && x->tag != *ret_tag))
            continue;
        x->news = false;
        *ret_tag = x->tag;
        found = true;
    }
    (void)pthread_mutex_unlock(&w->lock);
    return found;
}

bool bx_watch_next(bx_watch *w, const bx_ctl *ctl, uint64_t until_ns, uint64_t *ret_tag)
{
    while (!take_news(w, ret_tag)) {
        struct pollfd fd = {.fd = w->fd, .events = POLLIN};
        int ready = 0;
        if (bx_ctl_wait(ctl, &fd, 1, until_ns, &ready) != BX_STOP_NONE || !ready)
            return false;
        read_events(w);
    }
    return true;
}
