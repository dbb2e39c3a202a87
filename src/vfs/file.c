/* The door for open files: rights, quotas, events; then the backend. */
#include <unistd.h>

#include "vfs/backend.h"
#include "vfs/events.h"

bx_filetype bx_file_type(const bx_file *f)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return (bx_filetype)f->type;
}

unsigned bx_file_rights(const bx_file *f)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return f->rights;
}

unsigned bx_file_grant_rights(const bx_file *f)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return f->pre->rights;
}

bx_file_flags bx_file_get_flags(const bx_file *f)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return f->flags;
}

bool bx_file_is_same(const bx_file *a, const bx_file *b)
{
    BX_CHECK_MAGIC(a, BX_FILE_MAGIC);
    BX_CHECK_MAGIC(b, BX_FILE_MAGIC);
    return a == b || (a->bk->is_same == b->bk->is_same && a->bk->is_same(a, b));
}

int bx_file_poll_fd(const bx_file *f)
{
    (void)f; /* only regular files and directories open, and those are always ready */
    return -1;
}

static bx_errno check(const bx_file *f, unsigned need)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    if (f->type == BX_FT_DIR)
        return BX_E_ISDIR;
    return (f->rights & need) == need ? BX_E_SUCCESS : BX_E_BADF;
}

/* ---- reading ---------------------------------------------------------------------------- */
static bx_errno read_at(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    bx_errno e = check(f, BX_FS_READ);
    if (e == BX_E_SUCCESS && n > BX_MAX_IOVECS)
        e = BX_E_INVAL;
    if (e == BX_E_SUCCESS)
        e = f->bk->read(f, iov, n, off, ret_n);
    if (e == BX_E_SUCCESS)
        f->s->n.bytes_read += *ret_n;
    return e;
}

bx_errno bx_file_readv(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n)
{
    return read_at(f, iov, n, BX_AT_POS, ret_n);
}

bx_errno bx_file_preadv(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return off > INT64_MAX ? (f->type == BX_FT_DIR ? BX_E_ISDIR : BX_E_INVAL)
                           : read_at(f, iov, n, off, ret_n);
}

/* ---- writing ---------------------------------------------------------------------------- */
/* All of `n` or nothing. */
static bool take_to_write(bx_vfs_session *s, uint64_t n)
{
    uint64_t taken = bx_session_take(s, BX_USED_WRITTEN, n);
    if (taken < n)
        bx_session_give(s, BX_USED_WRITTEN, taken);
    return taken == n;
}

static bx_errno over_fs_write(bx_vfs_session *s)
{
    s->n.hit_fs_write++;
    return BX_E_DQUOT;
}

size_t bx_iov_cut(const struct iovec *iov, size_t n, uint64_t max, struct iovec *out)
{
    size_t k = 0;
    for (; k < n && max > 0; k++) {
        out[k] = iov[k];
        if (out[k].iov_len > max)
            out[k].iov_len = (size_t)max;
        max -= out[k].iov_len;
    }
    return k;
}

static bx_errno write_some(bx_file *f, const struct iovec *iov, size_t n, uint64_t off,
                           size_t *ret_n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) /* at most BX_MAX_IOVECS ranges of one memory: no overflow */
        total += iov[i].iov_len;
    uint64_t taken = bx_session_take(f->s, BX_USED_WRITTEN, total);
    bx_errno e;
    if (taken == total) {
        e = bx_count_full(f, f->bk->write(f, iov, n, off, ret_n));
        if (e == BX_E_SUCCESS && *ret_n < total)
            bx_count_no_room(f);
    } else if (taken == 0) {
        e = over_fs_write(f->s);
    } else {
        struct iovec part[BX_MAX_IOVECS];
        f->s->n.hit_fs_write++;
        e = bx_count_full(f, f->bk->write(f, part, bx_iov_cut(iov, n, taken, part), off, ret_n));
    }
    bx_session_give(f->s, BX_USED_WRITTEN, e == BX_E_SUCCESS ? taken - *ret_n : taken);
    return e;
}

static bx_errno write_at(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    bx_errno e = check(f, BX_FS_WRITE);
    if (e == BX_E_SUCCESS && n > BX_MAX_IOVECS)
        e = BX_E_INVAL;
    if (e == BX_E_SUCCESS)
        e = write_some(f, iov, n, off, ret_n);
    return e;
}

bx_errno bx_file_writev(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return write_at(f, iov, n, f->flags.append ? BX_AT_END : BX_AT_POS, ret_n);
}

bx_errno bx_file_append(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n)
{
    return write_at(f, iov, n, BX_AT_END, ret_n);
}

bx_errno bx_file_pwritev(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    return off > INT64_MAX ? (f->type == BX_FT_DIR ? BX_E_ISDIR : BX_E_INVAL)
                           : write_at(f, iov, n, off, ret_n);
}

/* ---- size ------------------------------------------------------------------------------- */
static bx_errno grow_checked(bx_file *f, uint64_t size)
{
    bx_stat st;
    bx_errno e = f->bk->stat(f, &st);
    if (e != BX_E_SUCCESS)
        return e;
    uint64_t more = size > st.size ? size - st.size : 0;
    if (!take_to_write(f->s, more))
        return over_fs_write(f->s);
    e = bx_count_full(f, f->bk->set_size(f, size));
    if (e != BX_E_SUCCESS)
        bx_session_give(f->s, BX_USED_WRITTEN, more);
    return e;
}

bx_errno bx_file_set_size(bx_file *f, uint64_t size)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    bx_errno e = check(f, BX_FS_WRITE);
    if (e == BX_E_SUCCESS && size > INT64_MAX)
        e = BX_E_INVAL;
    if (e == BX_E_SUCCESS)
        e = grow_checked(f, size);
    return bx_event(f->s, BX_FS_TRUNCATE, (bx_event_at){f, BX_LIT("")}, NULL, BX_FS_WRITE, e);
}

/* What an allocation may take at most: it can make the file longer, leave a hole before its range,
 * or fill holes without making the file longer. */
static bx_errno allocate_need(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret)
{
    bx_stat st;
    bx_errno e = f->bk->stat(f, &st);
    if (e != BX_E_SUCCESS)
        return e;
    uint64_t more = off + len > st.size ? off + len - st.size : 0;
    *ret = more > len ? more : len;
    return BX_E_SUCCESS;
}

bx_errno bx_file_allocate(bx_file *f, uint64_t off, uint64_t len)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    bx_errno e = check(f, BX_FS_WRITE);
    if (e != BX_E_SUCCESS)
        return e;
    if (len == 0 || off > INT64_MAX || len > INT64_MAX)
        return BX_E_INVAL;
    if (off + len > INT64_MAX)
        return BX_E_FBIG;
    uint64_t need = 0, used = 0;
    e = allocate_need(f, off, len, &need);
    if (e != BX_E_SUCCESS)
        return e;
    if (!take_to_write(f->s, need))
        return over_fs_write(f->s);
    e = bx_count_full(f, f->bk->allocate(f, off, len, &used));
    if (used < need)
        bx_session_give(f->s, BX_USED_WRITTEN, need - used);
    else /* blocks round up: never past the limit */
        (void)bx_session_take(f->s, BX_USED_WRITTEN, used - need);
    return e;
}

/* ---- the rest ----------------------------------------------------------------------------- */
bx_errno bx_file_seek(bx_file *f, int64_t off, int whence, uint64_t *ret)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    if (f->type == BX_FT_DIR)
        return BX_E_ISDIR;
    if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
        return BX_E_INVAL;
    return f->rights ? f->bk->seek(f, off, whence, ret)
                     : BX_E_BADF; /* neither read nor written: no position */
}

bx_errno bx_file_stat(bx_file *f, bx_stat *ret)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    return f->bk->stat(f, ret);
}

bx_errno bx_file_advise(bx_file *f, uint64_t off, uint64_t len, int advice)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    if (f->type == BX_FT_DIR)
        return BX_E_BADF;
    if (advice < 0 || advice > 5 || off > INT64_MAX || len > INT64_MAX)
        return BX_E_INVAL;
    return f->bk->advise(f, off, len, advice);
}

bx_errno bx_file_sync(bx_file *f, bool data_only)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    return f->bk->sync(f, data_only);
}

bx_errno bx_file_set_times(bx_file *f, bx_set_time a, bx_set_time m)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    bx_errno e = f->pre->rights & BX_FS_WRITE ? f->bk->set_times(f, a, m) : BX_E_PERM;
    return bx_event(f->s, BX_FS_SET_TIMES, (bx_event_at){f, BX_LIT("")}, NULL, BX_FS_WRITE, e);
}

void bx_file_set_flags(bx_file *f, bool append, bool nonblock)
{
    BX_CHECK_MAGIC(f, BX_FILE_MAGIC);
    BX_SESSION_LOCK(f->s);
    f->flags.append = append;
    f->flags.nonblock = nonblock;
}

bx_errno bx_file_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    BX_CHECK_MAGIC(dir, BX_FILE_MAGIC);
    BX_SESSION_LOCK(dir->s);
    bx_errno e = BX_E_SUCCESS;
    if (dir->type != BX_FT_DIR)
        e = BX_E_NOTDIR;
    else if (!(dir->pre->rights & BX_FS_READ))
        e = BX_E_PERM;
    else
        e = dir->bk->readdir(dir, cookie, ret, ret_more);
    return bx_event_refused(dir->s, BX_FS_READDIR, (bx_event_at){dir, BX_LIT("")}, BX_FS_READ, e);
}
