#include "vfs/root.h"

#include "vfs/backend.h"
#include "vfs/readdir.h"

/* A directory above mounts, as the text of its guest path without a final '/': "" is "/". */
typedef struct place {
    char at[BX_GUEST_BUF];
    size_t n;
} place;

static bool is_above(bx_str at, bx_str path)
{
    return path.n > at.n && memcmp(path.p, at.p, at.n) == 0 && path.p[at.n] == '/';
}

/* Granted directories only: neither "/" itself nor another name of one (the working directory). */
static bool is_target(const bx_preopen *p) { return p->bk != &bx_root_backend && !p->shown; }

static bx_str path_of(const bx_preopen *p) { return (bx_str){p->path, p->path_n}; }

static bx_str text_of(const place *w) { return (bx_str){w->at, w->n}; }

static bx_str place_of(const bx_file *dir) { return (bx_str){dir->above, dir->above_n}; }

/* The first granted directory below `at`, which keeps its text; NULL when there is none. */
static const bx_preopen *first_below(const bx_vfs *v, bx_str at)
{
    for (size_t i = 0; i < v->n_pre; i++) {
        if (is_target(&v->pre[i]) && is_above(at, path_of(&v->pre[i])))
            return &v->pre[i];
    }
    return NULL;
}

/* The granted directory `at` itself; n_pre when it is none. */
static size_t granted_at(const bx_vfs *v, bx_str at)
{
    size_t i = 0;
    while (i < v->n_pre && !(is_target(&v->pre[i]) && bx_str_eq(at, path_of(&v->pre[i]))))
        i++;
    return i;
}

/* One part of a path: "." and ".." by text alone, since nothing here is a link. */
static bx_errno step(place *w, bx_str part)
{
    if (bx_str_eq(part, BX_LIT(".")))
        return BX_E_SUCCESS;
    if (bx_str_eq(part, BX_LIT(".."))) {
        if (w->n == 0)
            return BX_E_PERM;
        while (w->at[--w->n] != '/')
            ;
        return BX_E_SUCCESS;
    }
    if (w->n + 1 + part.n > sizeof w->at)
        return BX_E_NAMETOOLONG;
    w->at[w->n++] = '/';
    memcpy(w->at + w->n, part.p, part.n);
    w->n += part.n;
    return BX_E_SUCCESS;
}

static bx_str next_part(bx_str *path)
{
    while (path->n && path->p[0] == '/')
        *path = bx_str_from(*path, 1);
    size_t n = 0;
    while (n < path->n && path->p[n] != '/')
        n++;
    bx_str part = {path->p, n};
    *path = bx_str_from(*path, n);
    return part;
}

/* Walk `path` from `dir` through directories above mounts.  *ret_pre is the granted directory met
 * last, with *ret_rest left to go from there; n_pre when none was met.  NOENT: leads nowhere. */
static bx_errno walk(const bx_file *dir, bx_str path, place *w, size_t *ret_pre, bx_str *ret_rest)
{
    const bx_vfs *v = dir->s->v;
    *ret_pre = v->n_pre;
    w->n = dir->above_n;
    memcpy(w->at, dir->above, w->n);
    for (bx_str part; (part = next_part(&path)).n > 0;) {
        bool met = *ret_pre < v->n_pre;
        if (met && bx_str_eq(part, BX_LIT("..")))
            return BX_E_SUCCESS; /* the granted directory says what is above it */
        bx_errno e = step(w, part);
        if (e != BX_E_SUCCESS)
            return met ? BX_E_SUCCESS : e;
        size_t i = granted_at(v, text_of(w));
        if (i < v->n_pre) {
            *ret_pre = i;
            *ret_rest = path;
        } else if (w->n > 0 && !first_below(v, text_of(w))) {
            return met ? BX_E_SUCCESS : BX_E_NOENT;
        }
    }
    return BX_E_SUCCESS;
}

bx_errno bx_root_follow(bx_file **dir, bx_str *path)
{
    bx_file *d = *dir;
    if (BX_LIKELY(d->bk != &bx_root_backend))
        return BX_E_SUCCESS;
    place w;
    size_t i;
    bx_str rest = BX_LIT("");
    if (path->n == 0 || path->p[0] == '/' || path->n > BX_MAX_PATH ||
        memchr(path->p, '\0', path->n))
        return BX_E_SUCCESS; /* refused by whoever reads the text */
    (void)walk(d, *path, &w, &i, &rest);
    if (i == d->s->v->n_pre)
        return BX_E_SUCCESS;
    while (rest.n && rest.p[0] == '/')
        rest = bx_str_from(rest, 1);
    *path = rest.n ? rest : BX_LIT(".");
    return bx_vfs_preopen(d->s, i, dir);
}

/* ---- the backend ------------------------------------------------------------------------------
 */
/* What would change something needs the right to write, which these directories never have; so
 * those functions are not there. */

/* The directory above mounts that `path` names. */
static bx_errno find(const bx_file *dir, const char *path, place *w)
{
    size_t i;
    bx_str rest;
    bx_errno e = walk(dir, bx_str_of(path), w, &i, &rest);
    return e == BX_E_SUCCESS && i < dir->s->v->n_pre ? BX_E_NOENT : e;
}

static bx_errno root_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o)
{
    (void)how;
    place w;
    bx_errno e = find(dir, path, &w);
    const bx_preopen *p = e == BX_E_SUCCESS ? first_below(dir->s->v, text_of(&w)) : NULL;
    if (!p)
        return e == BX_E_SUCCESS ? BX_E_NOENT : e;
    o->f->type = BX_FT_DIR;
    o->f->above = p->path; /* as long as the session lives */
    o->f->above_n = w.n;
    return BX_E_SUCCESS;
}

static uint64_t number_of(const bx_vfs *v, bx_str at)
{
    const bx_preopen *p = first_below(v, at);
    return p ? (uint64_t)(p - v->pre + 1) * BX_GUEST_BUF + at.n : 1;
}

static bx_errno tell(bx_file *dir, bx_str at, bx_stat *ret)
{
    *ret = (bx_stat){.dev = bx_session_dev(dir->s, BX_DEV_ROOT),
                     .ino = number_of(dir->s->v, at),
                     .nlink = 1,
                     .type = BX_FT_DIR};
    return BX_E_SUCCESS;
}

static bx_errno root_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret)
{
    (void)follow;
    place w;
    bx_errno e = find(dir, path, &w);
    return e == BX_E_SUCCESS ? tell(dir, text_of(&w), ret) : e;
}

static bx_errno root_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap,
                                 size_t *ret_n)
{
    (void)buf, (void)cap, (void)ret_n;
    place w;
    bx_errno e = find(dir, path, &w);
    return e == BX_E_SUCCESS ? BX_E_INVAL : e; /* no link */
}

static bx_errno root_stat(bx_file *f, bx_stat *ret) { return tell(f, place_of(f), ret); }

static bx_errno root_close(bx_file *f)
{
    (void)f;
    return BX_E_SUCCESS;
}

static bx_errno root_sync(bx_file *f, bool data_only)
{
    (void)f, (void)data_only;
    return BX_E_SUCCESS;
}

/* The name in `at` that leads to granted directory `i`; empty: it does not, or an earlier one has
 * the same. */
static bx_str name_in(const bx_vfs *v, bx_str at, size_t i)
{
    bx_str none = BX_LIT("");
    if (!is_target(&v->pre[i]) || !is_above(at, path_of(&v->pre[i])))
        return none;
    bx_str rest = bx_str_from(path_of(&v->pre[i]), at.n);
    bx_str name = next_part(&rest);
    for (size_t k = 0; k < i; k++) {
        bx_str other = path_of(&v->pre[k]);
        if (is_target(&v->pre[k]) && is_above(at, other)) {
            other = bx_str_from(other, at.n);
            if (bx_str_eq(next_part(&other), name))
                return none;
        }
    }
    return name;
}

/* Cookies: 0 ".", 1 "..", then 2 + the granted directory's number. */
static bx_errno root_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    const bx_vfs *v = dir->s->v;
    bx_str at = place_of(dir), name = cookie == 0 ? BX_LIT(".") : BX_LIT("..");
    while (cookie >= 2 && cookie - 2 < v->n_pre && (name = name_in(v, at, cookie - 2)).n == 0)
        cookie++;
    *ret_more = cookie < 2 || cookie - 2 < v->n_pre;
    if (!*ret_more)
        return BX_E_SUCCESS;
    *ret = (bx_dirent){.next = cookie + 1,
                       .ino = cookie < 2 ? number_of(v, at) : cookie - 1,
                       .type = BX_FT_DIR,
                       .name = name};
    return bx_count_dir_entries(dir->s, 1);
}

static bool root_is_same(const bx_file *a, const bx_file *b)
{
    return bx_str_eq(place_of(a), place_of(b));
}

const bx_backend bx_root_backend = {
    .open = root_open,
    .stat_at = root_stat_at,
    .readlink_at = root_readlink_at,
    .close = root_close,
    .stat = root_stat,
    .sync = root_sync,
    .readdir = root_readdir,
    .is_same = root_is_same,
};
