/* The guest's descriptors: 0..2 the standard streams, from 3 the preopens in the order of the
 * mounts, then whatever the guest opens, lowest free number first.  vfs refuses more open files
 * than the limit (MFILE, and it counts and records that), which bounds the table as well. */
#include "wasi/internal.h"

static bool grow(bx_wasi *w, uint32_t need)
{
    if (need <= w->cap_fds)
        return true;
    uint32_t cap = w->cap_fds;
    while (cap < need)
        cap *= 2;
    bool inside = w->fds == w->few;
    bx_fd *p = bx_realloc(inside ? NULL : w->fds, cap * sizeof *p);
    if (!p)
        return false;
    if (inside)
        memcpy(p, w->few, w->n_fds * sizeof *p);
    w->fds = p;
    w->cap_fds = cap;
    return true;
}

bx_code bx_fdtable_init(bx_wasi *w, bx_error *err)
{
    w->n_fds = 0;
    size_t preopens = w->cfg.files && w->cfg.mounts ? bx_vfs_preopen_count(w->cfg.mounts) : 0;
    uint32_t n = (uint32_t)(BX_STDIO_FDS + preopens);
    if (preopens > UINT16_MAX || !grow(w, n))
        return bx_fail(err, BX_ENOMEM, "descriptors of a call");
    uint64_t in =
        BX_R_FD_READ | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_FILESTAT_GET | BX_R_POLL_FD_READWRITE;
    uint64_t out =
        BX_R_FD_WRITE | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_FILESTAT_GET | BX_R_POLL_FD_READWRITE;
    w->fds[0] = (bx_fd){.kind = BX_FD_STDIN, .base = in};
    w->fds[1] = (bx_fd){.kind = BX_FD_STDOUT, .base = out};
    w->fds[2] = (bx_fd){.kind = BX_FD_STDERR, .base = out};
    for (size_t i = 0; i < preopens; i++)
        w->fds[BX_STDIO_FDS + i] = (bx_fd){.kind = BX_FD_PREOPEN,
                                           .preopen = (uint16_t)i,
                                           .base = BX_R_DIR,
                                           .inheriting = BX_R_DIR | BX_R_FILE};
    w->n_fds = w->free_hint = n;
    return BX_OK;
}

static uint32_t lowest_free(const bx_wasi *w)
{
    uint32_t i = w->free_hint;
    while (i < w->n_fds && w->fds[i].kind != BX_FD_FREE)
        i++;
    return i;
}

bx_errno bx_fdtable_room(bx_wasi *w)
{
    w->free_hint = lowest_free(w);
    if (w->free_hint < w->n_fds)
        return BX_E_SUCCESS;
    return grow(w, w->n_fds + 1) ? BX_E_SUCCESS : BX_E_NOMEM;
}

uint32_t bx_fdtable_add(bx_wasi *w, bx_file *f, uint64_t base, uint64_t inheriting)
{
    uint32_t i = w->free_hint;
    BX_ASSERT(i < w->cap_fds);
    if (i == w->n_fds)
        w->n_fds++;
    w->fds[i] = (bx_fd){.kind = BX_FD_FILE, .file = f, .base = base, .inheriting = inheriting};
    w->free_hint = i + 1;
    return i;
}

bx_errno bx_fdtable_close(bx_wasi *w, uint32_t fd)
{
    bx_fd *f = &w->fds[fd];
    bx_errno e = bx_file_close(f->file);
    *f = (bx_fd){.kind = BX_FD_FREE};
    if (fd < w->free_hint)
        w->free_hint = fd;
    return e;
}

void bx_fdtable_move(bx_wasi *w, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    (void)bx_file_close(w->fds[to].file); /* as dup2 does; a failure is in the record */
    w->fds[to] = w->fds[from];
    w->fds[from] = (bx_fd){.kind = BX_FD_FREE};
    if (from < w->free_hint)
        w->free_hint = from;
}

static bx_errno use(bx_wasi *w, bx_fd *f)
{
    if (f->kind != BX_FD_PREOPEN || f->file)
        return BX_E_SUCCESS;
    return bx_vfs_preopen(w->cfg.files, f->preopen, &f->file);
}

static bool is_dir(const bx_fd *f)
{
    return f->kind == BX_FD_PREOPEN ||
           (f->kind == BX_FD_FILE && bx_file_type(f->file) == BX_FT_DIR);
}

/* A missing right to read or write is what programs know as a descriptor opened otherwise. */
static bx_errno refuse(uint64_t missing)
{
    return missing & (BX_R_FD_READ | BX_R_FD_WRITE) ? BX_E_BADF : BX_E_NOTCAPABLE;
}

bx_errno bx_fd_dir(bx_wasi *w, uint64_t fd, uint64_t rights, bx_fd **ret)
{
    bx_fd *f = bx_fd_get(w, fd);
    if (!f)
        return BX_E_BADF;
    if (!is_dir(f))
        return BX_E_NOTDIR;
    if (rights & ~f->base)
        return refuse(rights & ~f->base);
    *ret = f;
    return use(w, f);
}

bx_errno bx_fd_any(bx_wasi *w, uint64_t fd, uint64_t rights, bx_errno stream, bx_fd **ret)
{
    bx_fd *f = bx_fd_get(w, fd);
    if (!f)
        return BX_E_BADF;
    if (bx_fd_is_stream(f))
        return stream;
    if (rights & ~f->base)
        return refuse(rights & ~f->base);
    *ret = f;
    return use(w, f);
}

bx_errno bx_fd_regular(bx_wasi *w, uint64_t fd, uint64_t rights, bx_errno stream, bx_fd **ret)
{
    bx_fd *f = bx_fd_get(w, fd);
    if (f && is_dir(f))
        return BX_E_ISDIR;
    return bx_fd_any(w, fd, rights, stream, ret);
}
