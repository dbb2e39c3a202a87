/* What a path means in the in-memory tree: the rules of openat2's RESOLVE_BENEATH, by hand. */
#include "vfs/mem_walk.h"

#include <stdio.h>

#include "vfs/carve.h"
#include "vfs/memfs.h"
#include "vfs/pathtext.h"

typedef struct walk {
    bx_file *start;
    bx_mem_node *at;
    char rest[2 * BX_PATH_BUF];
    unsigned links;
} walk;

/* "/tmp/a/b" of directory b, then "/" and `name`.  Carve-outs are judged on it. */
size_t bx_mem_guest_path(const bx_file *f, const bx_mem_node *dir, const char *name,
                         char out[BX_GUEST_BUF])
{
    size_t at = BX_GUEST_BUF - 1;
    out[at] = '\0';
    const char *part = name;
    for (const bx_mem_node *d = dir;; part = d->self->name, d = d->self->dir) {
        size_t n = strlen(part);
        if (n > 0) {
            if (n + 1 > at)
                return 0;
            at -= n;
            memcpy(out + at, part, n);
            out[--at] = '/';
        }
        if (!d->self)
            break;
    }
    if (f->pre->path_n > at)
        return 0;
    at -= f->pre->path_n;
    memcpy(out + at, f->pre->path, f->pre->path_n);
    size_t n = BX_GUEST_BUF - 1 - at;
    memmove(out, out + at, n + 1);
    return n;
}

static bx_errno judge(const walk *w, const char *name)
{
    const bx_carve *c = w->start->s->v->carve;
    if (!c || w->at->nlink == 0) /* a removed directory has no place to be judged by */
        return BX_E_SUCCESS;
    char guest[BX_GUEST_BUF];
    size_t n = bx_mem_guest_path(w->start, w->at, name, guest);
    return n == 0 || bx_carve_denies_guest(c, (bx_str){guest, n}) ? BX_E_ACCES : BX_E_SUCCESS;
}

static bx_errno write_out_link(walk *w, const bx_mem_node *link, const char *after)
{
    char rest[sizeof w->rest];
    if (++w->links > BX_MAX_LINK_DEPTH)
        return BX_E_LOOP;
    if (link->target[0] == '/')
        return BX_E_PERM;
    int n = snprintf(rest, sizeof rest, "%s%s", link->target, after);
    if (n < 0 || (size_t)n >= sizeof rest)
        return BX_E_NAMETOOLONG;
    memcpy(w->rest, rest, (size_t)n + 1);
    return BX_E_SUCCESS;
}

static bool only_slashes(const char *p) { return p[strspn(p, "/")] == '\0'; }

static void set_name(bx_mem_at *at, const walk *w, const char *p, size_t n, const char *after)
{
    at->dir = w->at;
    at->last = BX_LAST_NAME;
    at->slash = *after == '/';
    at->name_n = n;
    memcpy(at->name, p, n);
    at->name[n] = '\0';
}

/* One part that is a name.  *done: it was the last and `ret` says what it is. */
static bx_errno step(walk *w, const char *p, size_t n, bool follow, bx_mem_at *ret, bool *done)
{
    const char *after = p + n;
    bool last = only_slashes(after);
    if (w->at->type != BX_FT_DIR)
        return BX_E_NOTDIR;
    if (n > BX_NAME_MAX)
        return BX_E_NAMETOOLONG;
    set_name(ret, w, p, n, after);
    if (!last)
        ret->dir = NULL;
    bx_errno e = judge(w, ret->name);
    if (e != BX_E_SUCCESS)
        return e;
    bx_mem_entry *ent = bx_mem_find(w->start->s->mem, w->at, ret->name, n);
    ret->obj = ent ? ent->node : NULL;
    if (!ent)
        return BX_E_NOENT;
    if (ent->node->type == BX_FT_SYMLINK && (!last || follow || *after))
        return write_out_link(w, ent->node, after);
    if (ent->node->type != BX_FT_DIR && *after)
        return BX_E_NOTDIR;
    w->at = ent->node;
    *done = last;
    memmove(w->rest, after, strlen(after) + 1);
    return BX_E_SUCCESS;
}

static bx_errno walk_parts(walk *w, bool follow, bx_mem_at *ret)
{
    for (bool done = false; !done;) {
        const char *p = w->rest + strspn(w->rest, "/");
        size_t n = strcspn(p, "/");
        if (n == 0) {
            ret->obj = w->at;
            return BX_E_SUCCESS;
        }
        bx_errno e = bx_session_check(w->start->s);
        if (e != BX_E_SUCCESS)
            return e;
        bool up = n == 2 && p[0] == '.' && p[1] == '.';
        if (up || (n == 1 && p[0] == '.')) {
            if (up && (w->at == w->start->node || !w->at->self))
                return BX_E_PERM;
            if (up)
                w->at = w->at->self->dir;
            ret->last = up ? BX_LAST_DOTDOT : BX_LAST_DOT;
            ret->slash = p[n] == '/';
            ret->dir = NULL;
            memmove(w->rest, p + n, strlen(p + n) + 1);
        } else {
            e = step(w, p, n, follow, ret, &done);
        }
        if (e != BX_E_SUCCESS)
            return e;
    }
    return BX_E_SUCCESS;
}

static bx_errno walk_begin(walk *w, bx_file *dir, const char *path)
{
    w->start = dir;
    w->at = dir->node;
    w->links = 0;
    (void)snprintf(w->rest, sizeof w->rest, "%s", path);
    return judge(w, "");
}

bx_errno bx_mem_object(bx_file *dir, const char *path, bool follow, bx_mem_at *ret)
{
    walk w;
    *ret = (bx_mem_at){0};
    bx_errno e = walk_begin(&w, dir, path);
    return e == BX_E_SUCCESS ? walk_parts(&w, follow, ret) : e;
}

bx_errno bx_mem_parent(bx_file *dir, const char *path, bx_mem_at *ret)
{
    walk w;
    bx_split sp = bx_path_split(path);
    *ret = (bx_mem_at){0};
    char parent[BX_PATH_BUF];
    size_t n = sp.last == BX_LAST_NAME ? sp.parent_n : strlen(path);
    memcpy(parent, path, n);
    parent[n] = '\0';
    if (sp.last == BX_LAST_NAME && sp.name_n > BX_NAME_MAX)
        return BX_E_NAMETOOLONG;
    bx_errno e = walk_begin(&w, dir, parent);
    bx_mem_at up = {0};
    if (e == BX_E_SUCCESS)
        e = walk_parts(&w, true, &up);
    if (e != BX_E_SUCCESS)
        return e;
    if (w.at->type != BX_FT_DIR)
        return BX_E_NOTDIR;
    *ret = (bx_mem_at){.dir = w.at, .obj = w.at, .last = sp.last, .slash = sp.slash};
    if (sp.last != BX_LAST_NAME)
        return BX_E_SUCCESS;
    ret->obj = NULL;
    ret->name_n = sp.name_n;
    memcpy(ret->name, path + sp.name_at, sp.name_n);
    return judge(&w, ret->name);
}
