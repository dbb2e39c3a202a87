/* /bin: the programs a guest may start, as files it can list, look at and read.  Nothing of it is
 * on the host's disk, and nothing can be changed. */
#include "vfs/backend.h"
#include "vfs/readdir.h"

static const bx_vfs_programs *programs_of(const bx_file *dir) { return dir->s->v->programs; }

/* The one part that is left of `path` without "." and a '/' at the end; PERM: it leads out. */
static bx_errno name_of(const char *path, bx_str *ret)
{
    bx_str name = BX_LIT("");
    while (*path) {
        size_t n = strcspn(path, "/");
        bx_str part = {path, n};
        path += n;
        while (*path == '/')
            path++;
        if (n == 0 || bx_str_eq(part, BX_LIT(".")))
            continue;
        if (bx_str_eq(part, BX_LIT("..")))
            return BX_E_PERM;
        if (name.n > 0)
            return BX_E_NOTDIR;
        name = part;
    }
    *ret = name;
    return BX_E_SUCCESS;
}

static int compare(bx_str a, bx_str b)
{
    int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* *ret NULL: the directory itself. */
static bx_errno find(const bx_file *dir, const char *path, const bx_vfs_program **ret)
{
    const bx_vfs_programs *all = programs_of(dir);
    bx_str name;
    bx_errno e = name_of(path, &name);
    *ret = NULL;
    if (e != BX_E_SUCCESS || name.n == 0)
        return e;
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = compare(all->at[mid].name, name);
        if (c == 0) {
            *ret = &all->at[mid];
            return BX_E_SUCCESS;
        }
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return BX_E_NOENT;
}

static bx_errno tell(bx_file *dir, const bx_vfs_program *p, bx_stat *ret)
{
    *ret = (bx_stat){.dev = bx_session_dev(dir->s, BX_DEV_BIN),
                     .ino = p ? (uint64_t)(p - programs_of(dir)->at) + 2 : 1,
                     .nlink = 1,
                     .size = p ? p->bytes.n : 0,
                     .type = p ? BX_FT_REG : BX_FT_DIR};
    return BX_E_SUCCESS;
}

static bx_errno bin_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o)
{
    const bx_vfs_program *p;
    bx_errno e = find(dir, path, &p);
    if (e == BX_E_SUCCESS && how->directory && p)
        e = BX_E_NOTDIR;
    if (e != BX_E_SUCCESS)
        return e;
    o->f->type = p ? BX_FT_REG : BX_FT_DIR;
    o->f->program = p;
    return BX_E_SUCCESS;
}

static bx_errno bin_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret)
{
    (void)follow;
    const bx_vfs_program *p;
    bx_errno e = find(dir, path, &p);
    return e == BX_E_SUCCESS ? tell(dir, p, ret) : e;
}

static bx_errno bin_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap,
                                size_t *ret_n)
{
    (void)buf, (void)cap, (void)ret_n;
    const bx_vfs_program *p;
    bx_errno e = find(dir, path, &p);
    return e == BX_E_SUCCESS ? BX_E_INVAL : e; /* no link */
}

static bx_errno bin_read(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    uint64_t at = off == BX_AT_POS ? f->pos : off;
    *ret_n = 0;
    for (size_t i = 0; i < n && at < f->program->bytes.n; i++) {
        size_t left = f->program->bytes.n - (size_t)at;
        size_t k = iov[i].iov_len < left ? iov[i].iov_len : left;
        memcpy(iov[i].iov_base, f->program->bytes.p + at, k);
        at += k;
        *ret_n += k;
    }
    if (off == BX_AT_POS)
        f->pos = at;
    return BX_E_SUCCESS;
}

static bx_errno bin_seek(bx_file *f, int64_t off, int whence, uint64_t *ret)
{
    int64_t from = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (int64_t)f->pos
                                        : (int64_t)f->program->bytes.n;
    int64_t to;
    if (__builtin_add_overflow(from, off, &to) || to < 0)
        return BX_E_INVAL;
    *ret = f->pos = (uint64_t)to;
    return BX_E_SUCCESS;
}

static bx_errno bin_stat(bx_file *f, bx_stat *ret) { return tell(f, f->program, ret); }

static bx_errno bin_close(bx_file *f)
{
    (void)f;
    return BX_E_SUCCESS;
}

static bx_errno bin_sync(bx_file *f, bool data_only)
{
    (void)f, (void)data_only;
    return BX_E_SUCCESS;
}

static bx_errno bin_advise(bx_file *f, uint64_t off, uint64_t len, int advice)
{
    (void)f, (void)off, (void)len, (void)advice;
    return BX_E_SUCCESS;
}

/* Cookies: 0 ".", 1 "..", then 2 + the program's number. */
static bx_errno bin_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    const bx_vfs_programs *all = programs_of(dir);
    *ret_more = cookie < all->n + 2;
    if (!*ret_more)
        return BX_E_SUCCESS;
    *ret = (bx_dirent){.next = cookie + 1,
                       .ino = cookie < 2 ? 1 : cookie,
                       .type = cookie < 2 ? BX_FT_DIR : BX_FT_REG,
                       .name = cookie == 0   ? BX_LIT(".")
                               : cookie == 1 ? BX_LIT("..")
                                             : all->at[cookie - 2].name};
    return bx_count_dir_entries(dir->s, 1);
}

static bool bin_is_same(const bx_file *a, const bx_file *b) { return a->program == b->program; }

/* What would change something needs the right to write, which nothing here has. */
const bx_backend bx_bin_backend = {
    .open = bin_open,
    .stat_at = bin_stat_at,
    .readlink_at = bin_readlink_at,
    .close = bin_close,
    .read = bin_read,
    .seek = bin_seek,
    .stat = bin_stat,
    .sync = bin_sync,
    .advise = bin_advise,
    .readdir = bin_readdir,
    .is_same = bin_is_same,
};
