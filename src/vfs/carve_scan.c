/* Other names of carved-out files.  A hard link has no path that tells, so a file with several
 * names is compared with the carved-out files of its mounts, found by looking through them
 * once per session.  What cannot be looked through whole is assumed to hold any file. */
#include "vfs/carve_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/glob.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "os/fstype.h"
#include "vfs/carve_fold.h"
#include "vfs/host_path.h"

enum { SCAN_MAX_DEPTH = 128 };

size_t bx_carve_scan_max = 100000;

typedef struct file_id {
    dev_t dev;
    ino_t ino;
} file_id;

struct bx_carve_scan {
    const bx_vfs_session *session;
    const bx_carve *c;
    bool stopped; /* the call ended: the scan is worth nothing */
    bool unsure;  /* too many entries, or a directory that cannot be read */
    size_t entries, n, cap;
    file_id *ids; /* sorted when the scan is done */
};

void bx_carve_scan_free(bx_carve_scan *scan)
{
    if (!scan)
        return;
    free(scan->ids);
    free(scan);
}

static void add_id(bx_carve_scan *s, const struct stat *st)
{
    if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
        return;
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        file_id *ids = bx_realloc(s->ids, cap * sizeof *ids);
        if (!ids) {
            s->unsure = true;
            return;
        }
        s->ids = ids;
        s->cap = cap;
    }
    s->ids[s->n++] = (file_id){st->st_dev, st->st_ino};
}

typedef struct place {
    char path[BX_PATH_BUF]; /* canonical host path of the directory being read */
    size_t n;
    bool denied; /* it, and so all in it, is carved out */
    int depth;
} place;

static void scan_dir(bx_carve_scan *s, int dirfd, const char *name, place *at);

static void scan_entry(bx_carve_scan *s, int dirfd, const struct dirent *d, place *at)
{
    size_t here = at->n, n = strlen(d->d_name);
    bool denied = at->denied;
    if (here + 1 + n + 1 > sizeof at->path) {
        s->unsure = true;
        return;
    }
    at->path[here] = '/';
    memcpy(at->path + here + 1, d->d_name, n + 1);
    at->n = here + 1 + n;
    at->denied = denied || bx_carve_judge_host(s->c, (bx_str){at->path, at->n}) != BX_E_SUCCESS;
    struct stat st = {.st_mode = S_IFDIR};
    if (d->d_type != DT_DIR && (d->d_type == DT_UNKNOWN || at->denied) &&
        fstatat(dirfd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        st.st_mode = 0; /* gone */
    if (d->d_type == DT_DIR || (d->d_type == DT_UNKNOWN && S_ISDIR(st.st_mode)))
        scan_dir(s, dirfd, d->d_name, at);
    else if (at->denied)
        add_id(s, &st);
    at->n = here;
    at->path[here] = '\0';
    at->denied = denied;
}

static void scan_dir(bx_carve_scan *s, int dirfd, const char *name, place *at)
{
    int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        s->unsure |= errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
        return;
    }
    DIR *d = at->depth < SCAN_MAX_DEPTH ? fdopendir(fd) : NULL;
    if (!d) {
        s->unsure = true;
        (void)close(fd);
        return;
    }
    at->depth++;
    const struct dirent *e;
    while (!s->unsure && (errno = 0, e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        s->stopped = bx_session_check(s->session) != BX_E_SUCCESS;
        if (++s->entries > bx_carve_scan_max || s->stopped)
            s->unsure = true;
        else
            scan_entry(s, fd, e, at);
    }
    s->unsure |= errno != 0;
    at->depth--;
    (void)closedir(d);
}

/* From `rel` beneath the view's root ("" = the root): a file or a tree. */
static void scan_from(bx_carve_scan *s, const bx_view *v, const char *rel)
{
    BX_AUTOCLOSE int fd = bx_openat2(v->fd, *rel ? rel : ".", O_PATH | O_NOFOLLOW,
                                     RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        s->unsure |= errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
        return;
    }
    place at = {.depth = 0};
    if (bx_fd_host_path(fd, at.path, &at.n) != BX_E_SUCCESS) {
        s->unsure = true;
        return;
    }
    at.denied = bx_carve_judge_host(s->c, (bx_str){at.path, at.n}) != BX_E_SUCCESS;
    if (S_ISDIR(st.st_mode))
        scan_dir(s, fd, ".", &at);
    else if (at.denied)
        add_id(s, &st);
}

/* The parts of a rule before its first pattern part: nothing outside them can match. */
static bx_str literal_prefix(bx_str text)
{
    size_t end = text.n;
    for (size_t i = 0; i < text.n; i++) {
        if (!strchr("*?[", text.p[i]))
            continue;
        for (end = i; end > 0 && text.p[end - 1] != '/'; end--)
            ;
        end = end > 0 ? end - 1 : 0;
        break;
    }
    return (bx_str){text.p, end};
}

/* Where below this view the rule can match: -1 nowhere, else *rel. */
static int start_of(const bx_view *v, const bx_glob *g, char rel[BX_PATH_BUF])
{
    bx_str from = literal_prefix(bx_glob_text(g)), root = {v->guest, v->guest_n};
    rel[0] = '\0';
    if (bx_host_is_below(root, from))
        return 0;
    if (!bx_host_is_below(from, root) || from.n >= BX_PATH_BUF)
        return -1;
    bx_str rest = bx_str_from(from, root.n + 1);
    memcpy(rel, rest.p, rest.n);
    rel[rest.n] = '\0';
    return 0;
}

static void scan_view(bx_carve_scan *s, const bx_view *v)
{
    char rel[BX_PATH_BUF];
    for (size_t i = 0; i < s->c->n_rules; i++) { /* one that needs the whole tree covers all */
        if (start_of(v, s->c->rules[i].exact, rel) == 0 && rel[0] == '\0') {
            scan_from(s, v, "");
            return;
        }
    }
    for (size_t i = 0; i < s->c->n_rules && !s->unsure; i++) {
        if (start_of(v, s->c->rules[i].exact, rel) == 0)
            scan_from(s, v, rel);
    }
}

static int by_id(const void *x, const void *y)
{
    const file_id *a = x, *b = y;
    if (a->dev != b->dev)
        return a->dev < b->dev ? -1 : 1;
    return a->ino < b->ino ? -1 : a->ino > b->ino;
}

static bx_carve_scan *scan_all(const bx_vfs_session *session)
{
    const bx_carve *c = session->v->carve;
    bx_carve_scan *s = bx_calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->session = session;
    s->c = c;
    for (size_t i = 0; i < c->n_views && !s->unsure; i++)
        scan_view(s, &c->views[i]);
    if (s->n > 1)
        qsort(s->ids, s->n, sizeof s->ids[0], by_id);
    return s;
}

bx_errno bx_carve_hardlink(bx_vfs_session *s, int fd, const struct stat *st)
{
    if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
        return BX_E_SUCCESS;
    if (bx_carve_distrusts_all ||
        !bx_fd_inodes_tell(fd)) /* its other names could not be known for its own */
        return BX_E_ACCES;
    if (!s->scan)
        s->scan = scan_all(s);
    if (!s->scan)
        return BX_E_NOMEM;
    if (s->scan->stopped) {
        bx_carve_scan_free(s->scan);
        s->scan = NULL;
        return BX_E_INTR;
    }
    file_id id = {st->st_dev, st->st_ino};
    bool found = s->scan->n && bsearch(&id, s->scan->ids, s->scan->n, sizeof id, by_id);
    return s->scan->unsure || found ? BX_E_ACCES : BX_E_SUCCESS;
}
