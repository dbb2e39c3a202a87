/* Resolving a path where there are carve-outs.  The kernel would follow symbolic links and
 * ".." through carved-out directories without telling; so they are followed here, one part at a
 * time, and every place on the way is judged.  The kernel still guards each step (RESOLVE_BENEATH).
 */
#include "vfs/carve_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/carve.h"
#include "vfs/carve_names.h"
#include "vfs/host_path.h"
#include "vfs/resolve.h"

enum {
    STEP = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    STEPS_MAX = 2 * BX_MAX_PATH, /* parts walked, links written out; more is called a loop */
};

/* A link that is being walked: where its target ends, and the names the link itself has. */
typedef struct link_frame {
    size_t end; /* bytes of `rest` that come after the target */
    bx_names *names;
} link_frame;

typedef struct walk {
    const bx_vfs_session *s;
    const bx_carve *c;
    int root; /* where the walk starts and what it never leaves */
    int fd;   /* the object reached; owned; -1: still `root` */
    struct stat st;
    char host[BX_PATH_BUF];     /* its canonical host path */
    size_t host_n, base_n;      /* base_n: the part that is `root` */
    char rest[2 * BX_PATH_BUF]; /* what is still to be walked */
    unsigned links, steps, n_frames;
    link_frame frames[BX_MAX_LINK_DEPTH];
    bx_names **names; /* of each directory from `root` to here: those that links gave it, or NULL */
    size_t depth, cap;
} walk;

/* ---- names ---------------------------------------------------------------------------------- */
/* Takes `names`. */
static bx_errno push_names(walk *w, bx_names *names)
{
    if (w->depth == w->cap) {
        size_t cap = w->cap ? w->cap * 2 : 16;
        bx_names **p = bx_realloc(w->names, cap * sizeof *p);
        if (!p) {
            bx_names_free(names);
            return BX_E_NOMEM;
        }
        w->names = p;
        w->cap = cap;
    }
    w->names[w->depth++] = names;
    return BX_E_SUCCESS;
}

static bx_names *pop_names(walk *w) { return w->names[--w->depth]; }

/* What `name` is called besides its canonical path `w->host`; *ret = NULL: nothing else. */
static bx_errno names_of(walk *w, bx_str name, bx_names **ret)
{
    const bx_names *here = w->names[w->depth - 1];
    *ret = here ? bx_names_copy(w->c, here) : NULL;
    if (!*ret)
        return here ? BX_E_NOMEM : BX_E_SUCCESS;
    bx_errno e = bx_names_step(w->c, *ret, name, (bx_str){w->host, w->host_n});
    if (e != BX_E_SUCCESS) {
        bx_names_free(*ret);
        *ret = NULL;
    }
    return e;
}

/* Takes `names`, those of the link at `w->host`. */
static bx_errno push_frame(walk *w, bx_names *names, const char *after)
{
    if (!names)
        names = bx_names_copy(w->c, NULL);
    if (!names)
        return BX_E_NOMEM;
    bx_names_add_host(w->c, names, (bx_str){w->host, w->host_n});
    w->frames[w->n_frames++] = (link_frame){strlen(after + strspn(after, "/")), names};
    return BX_E_SUCCESS;
}

/* `left` bytes are still to be walked: what links led to has their names from here on. */
static bx_errno end_frames(walk *w, size_t left)
{
    for (; w->n_frames > 0 && left <= w->frames[w->n_frames - 1].end; w->n_frames--) {
        bx_names *of_link = w->frames[w->n_frames - 1].names, **here = &w->names[w->depth - 1];
        if (!*here)
            *here = bx_names_copy(w->c, NULL);
        if (!*here)
            return BX_E_NOMEM;
        bx_names_join(*here, of_link);
        bx_names_free(of_link);
    }
    return BX_E_SUCCESS;
}

static void walk_done(walk *w)
{
    while (w->depth > 0)
        bx_names_free(pop_names(w));
    while (w->n_frames > 0)
        bx_names_free(w->frames[--w->n_frames].names);
    free(w->names);
}

/* ---- steps ---------------------------------------------------------------------------------- */

static void reach(walk *w, int fd)
{
    if (w->fd >= 0)
        (void)close(w->fd);
    w->fd = fd;
}

static bx_errno step_up(walk *w)
{
    if (w->host_n == w->base_n)
        return BX_E_PERM;
    while (w->host[w->host_n - 1] != '/')
        w->host_n--;
    w->host[--w->host_n] = '\0';
    const char *rel = w->host_n == w->base_n ? "." : w->host + w->base_n + 1;
    int fd = bx_openat2(w->root, rel, O_PATH | O_DIRECTORY, STEP);
    if (fd < 0)
        return bx_resolve_errno(errno);
    reach(w, fd);
    bx_names_free(pop_names(w));
    return fstat(fd, &w->st) == 0 ? BX_E_SUCCESS : bx_errno_from_host(errno);
}

/* `link` in the current directory stands for its target, which is walked from there. */
static bx_errno write_out_link(walk *w, int link, const char *after)
{
    char target[BX_PATH_BUF], rest[sizeof w->rest];
    ssize_t n = readlinkat(link, "", target, sizeof target - 1);
    if (n < 0)
        return bx_errno_from_host(errno);
    target[n] = '\0';
    if (target[0] == '/')
        return BX_E_PERM;
    int len = snprintf(rest, sizeof rest, "%s%s", target, after);
    if (len < 0 || (size_t)len >= sizeof rest)
        return BX_E_NAMETOOLONG;
    memcpy(w->rest, rest, (size_t)len + 1);
    return BX_E_SUCCESS;
}

/* Takes `names`, those of the link; `here`: the bytes of the path of the directory it is in. */
static bx_errno follow_link(walk *w, int link, bx_names *names, size_t here, const char *after)
{
    if (++w->links > BX_MAX_LINK_DEPTH) {
        bx_names_free(names);
        return BX_E_LOOP;
    }
    bx_errno e = push_frame(w, names, after);
    w->host_n = here;
    w->host[here] = '\0';
    return e == BX_E_SUCCESS ? write_out_link(w, link, after) : e;
}

/* `after` is what follows the name, its slashes included. */
static bx_errno step_into(walk *w, const char *name, size_t n, const char *after, bool follow_last)
{
    size_t here = w->host_n;
    if (n > BX_NAME_MAX || here + 1 + n + 1 > sizeof w->host)
        return BX_E_NAMETOOLONG;
    w->host[here] = '/';
    memcpy(w->host + here + 1, name, n);
    w->host_n = here + 1 + n;
    w->host[w->host_n] = '\0';
    BX_AUTO(bx_names) bx_names *names = NULL;
    bx_errno e = bx_carve_judge_host(w->c, (bx_str){w->host, w->host_n});
    if (e == BX_E_SUCCESS)
        e = names_of(w, (bx_str){name, n}, &names);
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int fd =
        bx_openat2(w->fd >= 0 ? w->fd : w->root, w->host + here + 1, O_PATH | O_NOFOLLOW, STEP);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_resolve_errno(errno);
    if (S_ISLNK(st.st_mode) && (follow_last || *after))
        return follow_link(w, fd, BX_TAKE(names), here, after);
    if (!S_ISDIR(st.st_mode) && *after)
        return BX_E_NOTDIR;
    w->st = st;
    reach(w, bx_fd_take(&fd));
    memmove(w->rest, after, strlen(after) + 1);
    return push_names(w, BX_TAKE(names));
}

static bx_errno walk_parts(walk *w, bool follow)
{
    for (;;) {
        const char *p = w->rest + strspn(w->rest, "/");
        size_t n = strcspn(p, "/");
        bx_errno e = end_frames(w, strlen(p));
        if (e != BX_E_SUCCESS || n == 0)
            return e;
        if (++w->steps > STEPS_MAX)
            return BX_E_LOOP;
        e = bx_session_check(w->s);
        if (e != BX_E_SUCCESS)
            return e;
        bool up = n == 2 && p[0] == '.' && p[1] == '.';
        if (up || (n == 1 && p[0] == '.')) {
            e = up ? step_up(w) : BX_E_SUCCESS;
            memmove(w->rest, p + n, strlen(p + n) + 1);
        } else {
            char name[BX_NAME_MAX + 1];
            memcpy(name, p, n <= BX_NAME_MAX ? n : 0);
            e = step_into(w, name, n, p + n, follow);
        }
        if (e != BX_E_SUCCESS)
            return e;
    }
}

static bx_errno walk_begin(walk *w, bx_file *dir, const char *path)
{
    *w = (walk){.s = dir->s, .c = dir->s->v->carve, .root = dir->fd, .fd = -1};
    bx_errno e = bx_fd_host_path(w->root, w->host, &w->host_n);
    if (e == BX_E_SUCCESS)
        e = bx_carve_judge_host(w->c, (bx_str){w->host, w->host_n});
    w->base_n = w->host_n;
    (void)snprintf(w->rest, sizeof w->rest, "%s", path);
    return e;
}

/* Where the walk ended, by where that is now: names may have moved. */
static bx_errno walk_end(walk *w, int *ret_fd, struct stat *ret_st)
{
    BX_AUTOCLOSE int fd = w->fd;
    w->fd = -1;
    if (fd < 0) { /* "." */
        fd = bx_openat2(w->root, ".", O_PATH | O_DIRECTORY, STEP);
        if (fd < 0 || fstat(fd, &w->st) != 0)
            return bx_resolve_errno(errno);
    }
    bx_errno e = bx_carve_judge(w->c, fd, NULL, 0);
    if (e != BX_E_SUCCESS)
        return e;
    *ret_st = w->st;
    *ret_fd = bx_fd_take(&fd);
    return BX_E_SUCCESS;
}

static bx_errno walk_slowly(bx_file *dir, const char *path, bool follow, int *ret_fd,
                            struct stat *ret_st, bx_names **ret_names)
{
    walk w;
    bx_errno e = walk_begin(&w, dir, path);
    bx_names *first = dir->names ? bx_names_copy(w.c, dir->names) : NULL;
    if (e == BX_E_SUCCESS && dir->names && !first)
        e = BX_E_NOMEM;
    if (e == BX_E_SUCCESS)
        e = push_names(&w, first);
    else
        bx_names_free(first);
    if (e == BX_E_SUCCESS)
        e = walk_parts(&w, follow);
    if (e == BX_E_SUCCESS)
        e = walk_end(&w, ret_fd, ret_st);
    if (e == BX_E_SUCCESS && ret_names)
        *ret_names = pop_names(&w);
    reach(&w, -1);
    walk_done(&w);
    return e;
}

static bool has_dotdot(const char *path)
{
    for (const char *p = path; (p = strstr(p, "..")) != NULL; p += 2) {
        if ((p == path || p[-1] == '/') && (p[2] == '/' || p[2] == '\0'))
            return true;
    }
    return false;
}

/* A path without ".." that meets no symbolic link is canonical below its start: one look at
 * where it ended judges every part of it. */
static bool walk_straight(const bx_carve *c, int root, const char *path, bool follow, int *ret_fd,
                          struct stat *ret_st, bx_errno *ret_e)
{
    BX_AUTOCLOSE int fd = bx_openat2(root, path, O_PATH | O_NOFOLLOW, STEP);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || (follow && S_ISLNK(st.st_mode)))
        return false;
    *ret_e = bx_carve_judge(c, fd, NULL, 0);
    if (*ret_e == BX_E_SUCCESS) {
        *ret_st = st;
        *ret_fd = bx_fd_take(&fd);
    }
    return true;
}

/* A removed directory has no place that could be judged, and nothing in it. */
bool bx_dir_is_removed(int dirfd)
{
    struct stat st;
    return fstat(dirfd, &st) == 0 && st.st_nlink == 0;
}

static bx_errno walk_nowhere(int root, const char *path, int *ret_fd, struct stat *ret_st)
{
    BX_AUTOCLOSE int fd = bx_openat2(root, path, O_PATH | O_NOFOLLOW, STEP);
    if (fd < 0 || fstat(fd, ret_st) != 0)
        return bx_resolve_errno(errno);
    *ret_fd = bx_fd_take(&fd);
    return BX_E_SUCCESS;
}

bx_errno bx_carve_walk(bx_file *dir, const char *path, bool follow, int *ret_fd,
                       struct stat *ret_st, bx_names **ret_names)
{
    const bx_carve *c = dir->s->v->carve;
    bx_errno e;
    if (dir->names || has_dotdot(path) ||
        !walk_straight(c, dir->fd, path, follow, ret_fd, ret_st, &e))
        e = walk_slowly(dir, path, follow, ret_fd, ret_st, ret_names);
    return e == BX_E_NOENT && bx_dir_is_removed(dir->fd)
               ? walk_nowhere(dir->fd, path, ret_fd, ret_st)
               : e;
}
