/* The guest's descriptors: 0..2 the standard streams, from 3 the preopens in the order of the
 * mounts, then whatever the guest opens, lowest free number first.  vfs refuses more open files
 * than the limit (MFILE, and it counts and records that), which bounds the table as well; so does
 * BX_WASI_FDS. */
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

/* ---- the beginning ------------------------------------------------------------------------- */

static size_t preopen_count(const bx_wasi *w)
{
    if (!w->cfg.files || !w->cfg.mounts)
        return 0;
    return w->cfg.preopens ? w->cfg.n_preopens : bx_vfs_preopen_count(w->cfg.mounts);
}

static void put_streams(bx_wasi *w)
{
    uint64_t in =
        BX_R_FD_READ | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_FILESTAT_GET | BX_R_POLL_FD_READWRITE;
    uint64_t out =
        BX_R_FD_WRITE | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_FILESTAT_GET | BX_R_POLL_FD_READWRITE;
    w->fds[0] = (bx_fd){.kind = BX_FD_STDIN, .home = w, .base = in};
    w->fds[1] = (bx_fd){.kind = BX_FD_STDOUT, .home = w, .base = out};
    w->fds[2] = (bx_fd){.kind = BX_FD_STDERR, .home = w, .base = out};
}

/* What a guest needs to change anything; a directory without the right to write has none of it. */
enum {
    CHANGES = BX_R_FD_WRITE | BX_R_FD_ALLOCATE | BX_R_PATH_CREATE_DIRECTORY |
              BX_R_PATH_CREATE_FILE | BX_R_PATH_LINK_SOURCE | BX_R_PATH_LINK_TARGET |
              BX_R_PATH_RENAME_SOURCE | BX_R_PATH_RENAME_TARGET | BX_R_PATH_FILESTAT_SET_SIZE |
              BX_R_PATH_FILESTAT_SET_TIMES | BX_R_FD_FILESTAT_SET_SIZE |
              BX_R_FD_FILESTAT_SET_TIMES | BX_R_PATH_SYMLINK | BX_R_PATH_REMOVE_DIRECTORY |
              BX_R_PATH_UNLINK_FILE,
    READS = BX_R_FD_READ | BX_R_FD_READDIR | BX_R_PATH_READLINK,
};

static uint64_t kept_of(unsigned rights)
{
    if (rights == 0)
        return 0;
    uint64_t lost = (rights & BX_FS_WRITE ? 0 : (uint64_t)CHANGES) |
                    (rights & BX_FS_READ ? 0 : (uint64_t)READS);
    return ~lost;
}

static void put_preopen(bx_wasi *w, size_t i)
{
    bx_fd f = {.kind = BX_FD_PREOPEN,
               .preopen = (uint16_t)i,
               .base = BX_R_DIR,
               .inheriting = BX_R_DIR | BX_R_FILE};
    if (w->cfg.preopens) {
        const bx_wasi_preopen *p = &w->cfg.preopens[i];
        f.file = p->file;
        f.owned = p->file != NULL;
        f.base &= kept_of(p->rights);
        f.inheriting &= kept_of(p->rights);
    }
    w->fds[BX_STDIO_FDS + i] = f;
}

bx_code bx_fdtable_init(bx_wasi *w, bx_error *err)
{
    w->n_fds = 0;
    size_t preopens = preopen_count(w);
    uint32_t n = (uint32_t)(BX_STDIO_FDS + preopens);
    if (preopens > UINT16_MAX || !grow(w, n))
        return bx_fail(err, BX_ENOMEM, "descriptors of a call");
    if (w->cfg.inherits)
        memset(w->fds, 0, BX_STDIO_FDS * sizeof w->fds[0]);
    else
        put_streams(w);
    for (size_t i = 0; i < preopens; i++)
        put_preopen(w, i);
    w->n_fds = n;
    w->free_hint = w->cfg.inherits ? 0 : n;
    return BX_OK;
}

bx_str bx_fdtable_preopen_name(const bx_wasi *w, const bx_fd *f)
{
    return w->cfg.preopens ? w->cfg.preopens[f->preopen].name
                           : bx_vfs_preopen_path(w->cfg.mounts, f->preopen);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static uint32_t lowest_free_from(const bx_wasi *w, uint32_t i)
{
    while (i < w->n_fds && w->fds[i].kind != BX_FD_FREE)
        i++;
    return i;
}

bx_errno bx_fdtable_room(bx_wasi *w)
{
    w->free_hint = lowest_free_from(w, w->free_hint);
    if (w->free_hint < w->n_fds)
        return BX_E_SUCCESS;
    return grow(w, w->n_fds + 1) ? BX_E_SUCCESS : BX_E_NOMEM;
}

uint32_t bx_fdtable_put(bx_wasi *w, const bx_fd *f)
{
    uint32_t i = w->free_hint;
    BX_ASSERT(i < w->cap_fds);
    if (i == w->n_fds)
        w->n_fds++;
    w->fds[i] = *f;
    w->free_hint = i + 1;
    return i;
}

uint32_t bx_fdtable_add(bx_wasi *w, bx_file *f, uint64_t base, uint64_t inheriting)
{
    return bx_fdtable_put(
        w, &(bx_fd){.kind = BX_FD_FILE, .file = f, .base = base, .inheriting = inheriting});
}

/* Give back what an entry holds. */
static bx_errno let_go(const bx_fd *f)
{
    if (f->kind == BX_FD_PIPE)
        bx_pipe_close_end(f->pipe, f->base & BX_R_FD_WRITE);
    if (f->kind == BX_FD_PREOPEN && !f->owned)
        return BX_E_SUCCESS; /* the session's, and perhaps in use by others */
    return f->file ? bx_file_close(f->file) : BX_E_SUCCESS;
}

bx_errno bx_fdtable_close(bx_wasi *w, uint32_t fd)
{
    bx_fd was = w->fds[fd];
    w->fds[fd] = (bx_fd){.kind = BX_FD_FREE};
    if (fd < w->free_hint)
        w->free_hint = fd;
    return let_go(&was);
}

void bx_fdtable_move(bx_wasi *w, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    (void)let_go(&w->fds[to]); /* as dup2 does; a failure is in the record */
    w->fds[to] = w->fds[from];
    w->fds[from] = (bx_fd){.kind = BX_FD_FREE};
    if (from < w->free_hint)
        w->free_hint = from;
}

/* ---- duplicates ------------------------------------------------------------------------------ */

static bx_errno use(bx_wasi *w, bx_fd *f)
{
    if (f->kind != BX_FD_PREOPEN || f->file)
        return BX_E_SUCCESS;
    size_t i = w->cfg.preopens ? w->cfg.preopens[f->preopen].index : f->preopen;
    return bx_vfs_preopen(w->cfg.files, i, &f->file);
}

/* A handle to list by: the session's own is everybody's, and a listing has a place in it. */
bx_errno bx_fdtable_listable(bx_wasi *w, bx_fd *f)
{
    const bx_open_how how = {.read = true, .directory = true};
    bx_file *own = NULL;
    if (f->kind != BX_FD_PREOPEN || f->owned || !w->cfg.gate)
        return BX_E_SUCCESS;
    bx_errno e = bx_vfs_open(f->file, BX_LIT("."), &how, &own);
    if (e == BX_E_SUCCESS) {
        f->file = own;
        f->owned = true;
    }
    return e;
}

/* One more owner of what `f` holds. */
static bx_errno share(bx_wasi *w, bx_fd *f)
{
    bx_errno e = use(w, f);
    if (e != BX_E_SUCCESS)
        return e;
    if (f->kind == BX_FD_PIPE)
        bx_pipe_add_end(f->pipe, f->base & BX_R_FD_WRITE);
    else if (f->file)
        bx_file_ref(f->file);
    return BX_E_SUCCESS;
}

/* A free number is made of `to`; the table reaches that far. */
static bx_errno reach(bx_wasi *w, uint32_t to)
{
    if (to >= BX_WASI_FDS)
        return BX_E_MFILE;
    if (!grow(w, to + 1))
        return BX_E_NOMEM;
    while (w->n_fds <= to)
        w->fds[w->n_fds++] = (bx_fd){.kind = BX_FD_FREE};
    return BX_E_SUCCESS;
}

bx_errno bx_wasi_dup(bx_wasi *w, uint32_t fd, uint32_t at_least, uint32_t *ret)
{
    if (!bx_fd_get(w, fd))
        return BX_E_BADF;
    uint32_t to = at_least < BX_WASI_FDS ? lowest_free_from(w, at_least) : at_least;
    bx_errno e = reach(w, to);
    if (e == BX_E_SUCCESS)
        e = share(w, &w->fds[fd]);
    if (e != BX_E_SUCCESS)
        return e;
    w->fds[to] = w->fds[fd];
    *ret = to;
    return BX_E_SUCCESS;
}

bx_errno bx_wasi_dup_to(bx_wasi *w, uint32_t fd, uint32_t to)
{
    if (!bx_fd_get(w, fd))
        return BX_E_BADF;
    bx_errno e = reach(w, to);
    if (e == BX_E_SUCCESS && fd != to)
        e = share(w, &w->fds[fd]);
    if (e != BX_E_SUCCESS || fd == to)
        return e;
    (void)let_go(&w->fds[to]);
    w->fds[to] = w->fds[fd];
    return BX_E_SUCCESS;
}

bool bx_wasi_is_open(bx_wasi *w, uint32_t fd) { return bx_fd_get(w, fd) != NULL; }

bx_errno bx_wasi_pipe(bx_wasi *w, bool grows, uint32_t ret[2])
{
    bx_pipe *p = NULL;
    enum { POLL = BX_R_POLL_FD_READWRITE | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_FILESTAT_GET };
    uint32_t in = lowest_free_from(w, 0), out = lowest_free_from(w, in + 1);
    bx_errno e = reach(w, out);
    if (e == BX_E_SUCCESS)
        e = bx_pipe_new(w->cfg.gate, grows, &p);
    if (e != BX_E_SUCCESS)
        return e;
    w->fds[in] = (bx_fd){.kind = BX_FD_PIPE, .pipe = p, .base = BX_R_FD_READ | POLL};
    w->fds[out] = (bx_fd){.kind = BX_FD_PIPE, .pipe = p, .base = BX_R_FD_WRITE | POLL};
    ret[0] = in;
    ret[1] = out;
    return BX_E_SUCCESS;
}

/* ---- other processes ------------------------------------------------------------------------- */

bx_errno bx_wasi_inherit(bx_wasi *child, bx_wasi *parent, const bx_fd_pair *map, size_t n)
{
    uint32_t preopens = (uint32_t)preopen_count(child);
    for (size_t i = 0; i < n; i++) {
        uint32_t to = (uint32_t)map[i].child;
        bx_fd *f = map[i].own >= 0 ? bx_fd_get(parent, (uint32_t)map[i].own) : NULL;
        if (!f || map[i].child < 0)
            return BX_E_BADF;
        if (to >= BX_STDIO_FDS && to < BX_STDIO_FDS + preopens)
            to += BX_WASI_ASIDE;
        bx_errno e = reach(child, to);
        if (e == BX_E_SUCCESS)
            e = use(parent, f);
        if (e == BX_E_SUCCESS)
            e = bx_fdtable_listable(parent, f);
        if (e == BX_E_SUCCESS && child->fds[to].kind != BX_FD_FREE)
            e = BX_E_INVAL;
        if (e == BX_E_SUCCESS)
            e = share(parent, f);
        if (e != BX_E_SUCCESS)
            return e;
        child->fds[to] = *f;
        if (f->kind == BX_FD_PREOPEN) /* a directory like any other there */
            child->fds[to].kind = BX_FD_FILE;
    }
    return BX_E_SUCCESS;
}

void bx_wasi_close_all(bx_wasi *w)
{
    for (uint32_t i = 0; i < w->n_fds; i++) {
        if (w->fds[i].kind != BX_FD_FREE)
            (void)bx_fdtable_close(w, i);
    }
}

bx_pipe *bx_wasi_reads_from(bx_wasi *w)
{
    const bx_fd *f = bx_fd_get(w, 0);
    return f && f->kind == BX_FD_PIPE && (f->base & BX_R_FD_READ) ? f->pipe : NULL;
}

bool bx_wasi_writes_to(const bx_wasi *w, const bx_pipe *p)
{
    for (uint32_t i = 0; i < w->n_fds; i++) {
        const bx_fd *f = &w->fds[i];
        if (f->kind == BX_FD_PIPE && f->pipe == p && (f->base & BX_R_FD_WRITE))
            return true;
    }
    return false;
}

/* ---- rights ---------------------------------------------------------------------------------- */

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
