#include "os/watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"

enum {
    EVENTS = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
    BUFFER = 64 << 10,
};

typedef struct watched { /* one path */
    char *path;          /* owned */
    uint64_t tag;
    bx_watch_how how;
    bool news;
} watched;

/* A directory the kernel tells of, by one of its names.  It has one number, however often and by
 * whatever path it is named. */
typedef struct place {
    int wd;
    char *path; /* owned */
    bool links; /* there may be some on the way */
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

static bool has_place(const bx_watch *w, int wd)
{
    for (size_t i = 0; i < w->n_places; i++) {
        if (w->places[i].wd == wd)
            return true;
    }
    return false;
}

static void drop_place(bx_watch *w, size_t i)
{
    free(w->places[i].path);
    w->places[i] = w->places[--w->n_places];
}

static void forget(bx_watch *w, int wd)
{
    for (size_t i = 0; i < w->n_places;) {
        if (w->places[i].wd == wd)
            drop_place(w, i);
        else
            i++;
    }
}

static int ask_kernel(const bx_watch *w, const char *dir, bool links)
{
    enum { FLAGS = O_PATH | O_DIRECTORY | O_CLOEXEC };
    char name[BX_PROC_FD_MAX];
    if (links)
        return inotify_add_watch(w->fd, dir, EVENTS);
    BX_AUTOCLOSE int fd =
        bx_openat2(AT_FDCWD, dir, FLAGS, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (fd < 0)
        return -1;
    bx_proc_fd(fd, name);
    return inotify_add_watch(w->fd, name, EVENTS);
}

/* True: the kernel tells of this directory. */
static bool tell_of(bx_watch *w, const char *dir, bool links)
{
    int wd = ask_kernel(w, dir, links);
    if (wd < 0)
        return false;
    for (size_t i = 0; i < w->n_places; i++) {
        const place *p = &w->places[i];
        if (p->wd == wd && p->links == links && strcmp(p->path, dir) == 0)
            return true;
    }
    char *path = bx_strndup(dir, strlen(dir));
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
        w->places[w->n_places++] = (place){wd, path, links};
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
        n += tell_of(w, path, false);
    }
    if (d)
        (void)closedir(d);
}

/* The directory itself, and the nearest one above it that is there: what is made, moved or removed
 * on the way shows there. */
static void arm(bx_watch *w, const watched *x)
{
    char path[PATH_MAX];
    const bool links = !(x->how & BX_WATCH_NO_LINKS);
    (void)snprintf(path, sizeof path, "%s", x->path);
    if (tell_of(w, path, links) && (x->how & BX_WATCH_BELOW))
        tell_of_below(w, path);
    while (to_parent(path) && !tell_of(w, path, links))
        ;
}

/* ---- paths ----------------------------------------------------------------------------------- */

bx_code bx_watch_add(bx_watch *w, const char *path, bx_watch_how how, uint64_t tag, bx_error *err)
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
        w->at[w->n] = (watched){.path = BX_TAKE(copy), .tag = tag, .how = how};
        arm(w, &w->at[w->n++]);
    }
    (void)pthread_mutex_unlock(&w->lock);
    return room ? BX_OK
                : bx_fail(err, BX_ELIMIT, "at most %d paths are watched", BX_WATCH_MAX_PATHS);
}

/* What of `path` lies below `dir`; NULL: it does not. */
static const char *below(const char *path, const char *dir)
{
    size_t n = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : NULL;
}

static bool is_needed(const bx_watch *w, const char *dir)
{
    for (size_t i = 0; i < w->n; i++) {
        const watched *x = &w->at[i];
        if (strcmp(dir, x->path) == 0 || below(x->path, dir) ||
            ((x->how & BX_WATCH_BELOW) && below(dir, x->path)))
            return true;
    }
    return false;
}

/* Directories of which nobody wants to be told any more: the kernel has only so many for a user. */
static void give_back(bx_watch *w)
{
    for (size_t i = 0; i < w->n_places;) {
        if (is_needed(w, w->places[i].path)) {
            i++;
            continue;
        }
        int wd = w->places[i].wd;
        drop_place(w, i);
        if (!has_place(w, wd))
            (void)inotify_rm_watch(w->fd, wd);
    }
}

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
    give_back(w);
    (void)pthread_mutex_unlock(&w->lock);
}

/* ---- events ---------------------------------------------------------------------------------- */

/* Whether something called `name` in `p` (NULL: that itself) is about `x`. */
static bool is_about(const watched *x, const place *p, const char *name)
{
    const char *dir = p->path;
    if (p->links && (x->how & BX_WATCH_NO_LINKS))
        return false;
    if (strcmp(dir, x->path) == 0)
        return true;
    const char *way = below(x->path, dir), *inside = below(dir, x->path);
    if (way && !name)
        return true;
    if (way) {
        size_t n = strcspn(way, "/");
        return strlen(name) == n && memcmp(way, name, n) == 0;
    }
    return (x->how & BX_WATCH_BELOW) && inside && !strchr(inside, '/');
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
        int wd = w->places[i].wd;
        drop_place(w, i);
        if (!has_place(w, wd))
            (void)inotify_rm_watch(w->fd, wd);
        i = 0; /* others have moved */
    }
}

/* By every name of the directory. */
static void take_event(bx_watch *w, const struct inotify_event *e)
{
    const char *name = e->len ? e->name : NULL;
    bool all = e->mask & IN_Q_OVERFLOW; /* something was not told: everything may be new */
    for (size_t k = 0; k < w->n_places; k++) {
        for (size_t i = 0; w->places[k].wd == e->wd && i < w->n; i++)
            w->at[i].news = w->at[i].news || is_about(&w->at[i], &w->places[k], name);
    }
    for (size_t i = 0; all && i < w->n; i++)
        w->at[i].news = true;
    for (size_t k = 0; k < w->n_places && (e->mask & IN_MOVE_SELF);) {
        if (w->places[k].wd != e->wd) {
            k++;
            continue;
        }
        leave(w, w->places[k].path);
        k = 0;
    }
    if (e->mask & IN_IGNORED)
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
