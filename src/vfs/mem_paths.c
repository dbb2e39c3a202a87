/* The in-memory backend: operations on paths, with the answers the kernel gives on disk. */
#include "vfs/backend.h"
#include "vfs/carve.h"
#include "vfs/mem_ops.h"
#include "vfs/mem_walk.h"
#include "vfs/memfs.h"
#include "vfs/pathtext.h"

static bx_memfs *tree(const bx_file *f) { return f->s->mem; }

static bx_mem_entry *entry_of(const bx_file *f, const bx_mem_at *at)
{
    return bx_mem_find(tree(f), at->dir, at->name, at->name_n);
}

/* ---- open ------------------------------------------------------------------------------------ */
static bx_errno judge_type(const bx_mem_node *n, const bx_open_how *how)
{
    if (how->create && how->exclusive)
        return BX_E_EXIST;
    if (how->directory && n->type != BX_FT_DIR)
        return BX_E_NOTDIR;
    if (n->type == BX_FT_SYMLINK)
        return BX_E_LOOP;
    if (n->type == BX_FT_DIR && (how->write || how->truncate || how->create))
        return BX_E_ISDIR;
    return BX_E_SUCCESS;
}

/* A new node under a name nobody has. */
static bx_errno make(bx_file *f, const bx_mem_at *at, bx_filetype type, bx_mem_node **ret)
{
    if (at->dir->nlink == 0) /* the directory was removed while it was open */
        return BX_E_NOENT;
    bx_mem_node *n = NULL;
    bx_errno e = bx_mem_node_new(tree(f), type, &n);
    if (e != BX_E_SUCCESS)
        return e;
    e = bx_mem_attach(tree(f), at->dir, at->name, at->name_n, n);
    if (e != BX_E_SUCCESS)
        bx_mem_drop(tree(f), n);
    else
        *ret = n;
    return e;
}

static void hold(bx_file *f, bx_mem_node *n)
{
    n->refs++;
    f->node = n;
    f->type = n->type;
}

bx_errno bx_mem_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o)
{
    bx_mem_at at;
    bool follow = how->follow && !(how->create && how->exclusive);
    bx_errno e = bx_mem_object(dir, path, follow, &at);
    if (e == BX_E_SUCCESS)
        e = judge_type(at.obj, how);
    bx_mem_node *n = at.obj;
    if (e == BX_E_NOENT && how->create && path[strlen(path) - 1] == '/') {
        e = bx_mem_parent(dir, path,
                          &at); /* "new/" cannot be made, whatever a link there leads to */
        return e == BX_E_SUCCESS ? BX_E_ISDIR : e;
    }
    if (e == BX_E_NOENT && how->create && at.dir) {
        if (at.slash)
            return BX_E_ISDIR;
        if (!o->may_create)
            return BX_E_DQUOT;
        e = make(dir, &at, BX_FT_REG, &n);
        o->created = e == BX_E_SUCCESS;
    }
    if (e == BX_E_SUCCESS)
        hold(o->f, n);
    return e;
}

bx_errno bx_mem_preopen(bx_file *f)
{
    bx_vfs_session *s = f->s;
    if (!s->mem)
        s->mem = bx_memfs_new(s->v->tmp_size, s->joint ? &s->joint->tmp : NULL);
    if (!s->mem)
        return BX_E_NOMEM;
    bx_memfs *m = s->mem;
    bool scratch = strcmp(f->pre->path, BX_SCRATCH) == 0;
    if (scratch && !m->scratch) {
        bx_errno e = bx_mem_node_new(m, BX_FT_DIR, &m->scratch);
        if (e != BX_E_SUCCESS)
            return e;
        m->scratch->nlink = 2;
    }
    hold(f, scratch ? m->scratch : m->root);
    return BX_E_SUCCESS;
}

/* ---- one path ------------------------------------------------------------------------------- */
bx_errno bx_mem_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret)
{
    bx_mem_at at;
    bx_errno e = bx_mem_object(dir, path, follow, &at);
    if (e == BX_E_SUCCESS)
        bx_mem_stat(dir->s, at.obj, ret);
    return e;
}

bx_errno bx_mem_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                             bx_set_time m)
{
    bx_mem_at at;
    bx_errno e = bx_mem_object(dir, path, follow, &at);
    if (e == BX_E_SUCCESS)
        bx_mem_set_times(at.obj, a, m);
    return e;
}

bx_errno bx_mem_mkdir_at(bx_file *dir, const char *path)
{
    bx_mem_at at;
    bx_mem_node *n;
    bx_errno e = bx_mem_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME || entry_of(dir, &at))
        return BX_E_EXIST;
    return make(dir, &at, BX_FT_DIR, &n);
}

static bx_errno rmdir_of_link(bx_file *dir, const char *path)
{
    bx_mem_at at;
    bx_errno e = bx_mem_object(dir, path, true, &at);
    return e == BX_E_PERM || e == BX_E_ACCES ? e : BX_E_NOTDIR;
}

bx_errno bx_mem_rmdir_at(bx_file *dir, const char *path)
{
    bx_mem_at at;
    bx_errno e = bx_mem_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME)
        return at.last == BX_LAST_DOT ? BX_E_INVAL : BX_E_NOTEMPTY;
    bx_mem_entry *ent = entry_of(dir, &at);
    if (!ent)
        return BX_E_NOENT;
    if (ent->node->type != BX_FT_DIR)
        return at.slash ? rmdir_of_link(dir, path) : BX_E_NOTDIR;
    if (ent->node->n_ent > 0)
        return BX_E_NOTEMPTY;
    bx_mem_detach(tree(dir), ent);
    return BX_E_SUCCESS;
}

bx_errno bx_mem_unlink_at(bx_file *dir, const char *path)
{
    bx_mem_at at;
    bx_errno e = bx_mem_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME)
        return BX_E_ISDIR;
    bx_mem_entry *ent = entry_of(dir, &at);
    if (!ent)
        return BX_E_NOENT;
    if (ent->node->type == BX_FT_DIR)
        return BX_E_ISDIR;
    if (at.slash)
        return BX_E_NOTDIR;
    bx_mem_detach(tree(dir), ent);
    return BX_E_SUCCESS;
}

/* May a directory or a symbolic link, whatever is behind it, be put where `at` says? */
static bx_errno may_appear(bx_file *f, const bx_mem_at *at)
{
    const bx_carve *c = f->s->v->carve;
    char guest[BX_GUEST_BUF];
    if (!c)
        return BX_E_SUCCESS;
    size_t n = bx_mem_guest_path(f, at->dir, at->name, guest);
    bx_str root = {f->pre->path, f->pre->path_n};
    return n > 0 && bx_carve_guest_may_appear(c, root, (bx_str){guest, n}) ? BX_E_SUCCESS
                                                                           : BX_E_ACCES;
}

bx_errno bx_mem_symlink_at(const char *target, bx_file *dir, const char *path)
{
    bx_mem_at at;
    bx_errno e = bx_mem_parent(dir, path, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.last != BX_LAST_NAME || entry_of(dir, &at))
        return BX_E_EXIST;
    if (at.slash)
        return BX_E_NOENT;
    e = may_appear(dir, &at);
    if (e != BX_E_SUCCESS)
        return e;
    size_t n = strlen(target);
    bx_memfs *m = tree(dir);
    if (!bx_mem_charge(m, n))
        return BX_E_NOSPC;
    char *copy = bx_strndup(target, n);
    bx_mem_node *link = NULL;
    e = copy ? make(dir, &at, BX_FT_SYMLINK, &link) : BX_E_NOMEM;
    if (e != BX_E_SUCCESS) {
        bx_mem_give(m, n);
        free(copy);
        return e;
    }
    link->target = copy;
    link->size = n;
    return BX_E_SUCCESS;
}

bx_errno bx_mem_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n)
{
    bx_mem_at at;
    bx_errno e = bx_mem_object(dir, path, false, &at);
    if (e != BX_E_SUCCESS)
        return e;
    if (at.obj->type != BX_FT_SYMLINK)
        return BX_E_INVAL;
    return bx_path_show((bx_str){at.obj->target, (size_t)at.obj->size}, buf, cap, ret_n);
}

/* ---- two paths ------------------------------------------------------------------------------ */
bx_errno bx_mem_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np)
{
    bx_mem_at from, to;
    bx_errno e = bx_mem_object(od, op, follow, &from);
    if (e == BX_E_SUCCESS)
        e = bx_mem_parent(nd, np, &to);
    if (e != BX_E_SUCCESS)
        return e;
    if (from.obj->type == BX_FT_DIR)
        return BX_E_PERM;
    if (to.last != BX_LAST_NAME || entry_of(nd, &to))
        return BX_E_EXIST;
    if (to.slash || to.dir->nlink == 0)
        return BX_E_NOENT;
    e = from.obj->type == BX_FT_SYMLINK ? may_appear(nd, &to) : BX_E_SUCCESS;
    return e == BX_E_SUCCESS ? bx_mem_attach(tree(nd), to.dir, to.name, to.name_n, from.obj) : e;
}

/* Is `n` the directory `dir` or above it? */
static bool is_above(const bx_mem_node *n, const bx_mem_node *dir)
{
    while (dir != n && dir->self)
        dir = dir->self->dir;
    return dir == n;
}

static bx_errno may_replace(const bx_mem_node *src, const bx_mem_node *dst)
{
    if (src->type == BX_FT_DIR)
        return dst->type != BX_FT_DIR ? BX_E_NOTDIR : dst->n_ent > 0 ? BX_E_NOTEMPTY : BX_E_SUCCESS;
    return dst->type == BX_FT_DIR ? BX_E_ISDIR : BX_E_SUCCESS;
}

static bx_errno may_rename(bx_file *od, const bx_mem_at *from, const bx_mem_at *to,
                           const bx_mem_entry *src, const bx_mem_entry *dst)
{
    const bx_carve *c = od->s->v->carve;
    char guest[BX_GUEST_BUF];
    bool is_dir = src->node->type == BX_FT_DIR;
    if (!is_dir && (from->slash || to->slash))
        return BX_E_NOTDIR;
    if (is_dir && is_above(src->node, to->dir))
        return BX_E_INVAL;
    if (dst && is_above(dst->node, from->dir))
        return BX_E_NOTEMPTY;
    if (!is_dir)
        return src->node->type == BX_FT_SYMLINK ? may_appear(od, to) : BX_E_SUCCESS;
    size_t n = c ? bx_mem_guest_path(od, from->dir, from->name, guest) : 0;
    if (c && (n == 0 || !bx_carve_guest_dir_may_move(c, (bx_str){guest, n})))
        return BX_E_ACCES;
    return may_appear(od, to);
}

bx_errno bx_mem_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np)
{
    bx_mem_at from, to;
    bx_errno e = bx_mem_parent(od, op, &from);
    if (e == BX_E_SUCCESS)
        e = bx_mem_parent(nd, np, &to);
    if (e != BX_E_SUCCESS)
        return e;
    if (from.last != BX_LAST_NAME || to.last != BX_LAST_NAME)
        return BX_E_BUSY;
    bx_mem_entry *src = entry_of(od, &from), *dst = entry_of(nd, &to);
    if (!src || to.dir->nlink == 0)
        return BX_E_NOENT;
    e = may_rename(od, &from, &to, src, dst);
    if (e != BX_E_SUCCESS || (dst && dst->node == src->node))
        return e;
    if (dst)
        e = may_replace(src->node, dst->node);
    if (e == BX_E_SUCCESS) /* the new name first, so that a failure leaves the old one */
        e = bx_mem_attach(tree(nd), to.dir, to.name, to.name_n, src->node);
    if (e != BX_E_SUCCESS)
        return e;
    bx_mem_detach(tree(od), src);
    if (dst)
        bx_mem_detach(tree(nd), dst);
    return BX_E_SUCCESS;
}
