/* Bytes in and out of descriptors: read, write, their positioned forms, seek, allocate, sync. */
#include "wasi/internal.h"

#include <stdio.h>

typedef struct iovecs {
    size_t n;
    struct iovec v[BX_MAX_IOVECS];
} iovecs;

/* A buffer named twice in one read would have its content decided by the order of iovecs, which
 * no standard promises; like the reference engines we refuse it. */
static bool overlap(const iovecs *l)
{
    for (size_t i = 1; i < l->n; i++)
        for (size_t j = 0; j < i; j++) {
            const uint8_t *a = l->v[i].iov_base, *b = l->v[j].iov_base;
            if (a < b + l->v[j].iov_len && b < a + l->v[i].iov_len)
                return true;
        }
    return false;
}

/* The guest's list of (address, length) as host iovecs, every one of them checked before any is
 * used.  Of a longer list the first BX_MAX_IOVECS are taken: a short count is legal.  Empty ones
 * are dropped. */
static bx_errno get_iovecs(bx_guest_mem m, uint64_t list, uint64_t count, iovecs *ret)
{
    uint8_t *p, *buf;
    if (!bx_guest_slice(m, (uint32_t)list, (uint64_t)(uint32_t)count * 8, &p))
        return BX_E_FAULT;
    size_t n = (uint32_t)count < BX_MAX_IOVECS ? (uint32_t)count : BX_MAX_IOVECS;
    uint64_t sum = 0;
    ret->n = 0;
    for (size_t i = 0; i < n; i++, p += 8) {
        uint32_t len = bx_get32(p + 4);
        if (!bx_guest_slice(m, bx_get32(p), len, &buf))
            return BX_E_FAULT;
        sum += len;
        if (len)
            ret->v[ret->n++] = (struct iovec){buf, len};
    }
    return sum > UINT32_MAX ? BX_E_INVAL : BX_E_SUCCESS;
}

typedef bx_errno (*mover)(bx_wasi *w, bx_guest_mem m, const uint64_t *a, const iovecs *l,
                          size_t *n);

/* a[1], a[2] = the iovecs; `out` = where the count goes, checked before anything moves. */
static bx_errno move_iovecs(bx_wasi *w, bx_guest_mem m, const uint64_t *a, uint64_t out, bool read,
                            mover fn)
{
    iovecs l;
    uint8_t *ret;
    size_t n = 0;
    if (!bx_fd_get(w, a[0]))
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)out, 4, &ret))
        return BX_E_FAULT;
    bx_errno e = get_iovecs(m, a[1], a[2], &l);
    if (e == BX_E_SUCCESS && read && overlap(&l))
        e = BX_E_FAULT;
    if (e == BX_E_SUCCESS)
        e = fn(w, m, a, &l, &n);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)n);
    return e;
}

static bx_errno do_read(bx_wasi *w, bx_guest_mem m, const uint64_t *a, const iovecs *l, size_t *n)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    if (bx_fd_is_stream(f))
        return f->base & BX_R_FD_READ ? bx_stream_readv(w, f, l->v, l->n, n) : BX_E_BADF;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_READ, BX_E_BADF, &f);
    return e == BX_E_SUCCESS ? bx_file_readv(f->file, l->v, l->n, n) : e;
}

static bx_errno do_write(bx_wasi *w, bx_guest_mem m, const uint64_t *a, const iovecs *l, size_t *n)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    if (bx_fd_is_stream(f))
        return f->base & BX_R_FD_WRITE ? bx_stream_writev(w, f, l->v, l->n, n) : BX_E_BADF;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_WRITE, BX_E_BADF, &f);
    return e == BX_E_SUCCESS ? bx_file_writev(f->file, l->v, l->n, n) : e;
}

static bx_errno do_pread(bx_wasi *w, bx_guest_mem m, const uint64_t *a, const iovecs *l, size_t *n)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    bx_errno stream = f->base & BX_R_FD_READ ? BX_E_SPIPE : BX_E_BADF;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_READ | BX_R_FD_SEEK, stream, &f);
    return e == BX_E_SUCCESS ? bx_file_preadv(f->file, l->v, l->n, a[3], n) : e;
}

static bx_errno do_pwrite(bx_wasi *w, bx_guest_mem m, const uint64_t *a, const iovecs *l, size_t *n)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    bx_errno stream = f->base & BX_R_FD_WRITE ? BX_E_SPIPE : BX_E_BADF;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_WRITE | BX_R_FD_SEEK, stream, &f);
    return e == BX_E_SUCCESS ? bx_file_pwritev(f->file, l->v, l->n, a[3], n) : e;
}

bx_errno bx_p1_fd_read(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return move_iovecs(w, m, a, a[3], true, do_read);
}

bx_errno bx_p1_fd_write(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return move_iovecs(w, m, a, a[3], false, do_write);
}

bx_errno bx_p1_fd_pread(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return move_iovecs(w, m, a, a[4], true, do_pread);
}

bx_errno bx_p1_fd_pwrite(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return move_iovecs(w, m, a, a[4], false, do_pwrite);
}

/* ---- position ------------------------------------------------------------------------- */

static bx_errno seek_to(bx_wasi *w, bx_guest_mem m, uint64_t fd, int64_t off, int whence,
                        uint64_t out)
{
    uint8_t *ret;
    uint64_t pos;
    bx_fd *f;
    if (!bx_fd_get(w, fd))
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)out, 8, &ret))
        return BX_E_FAULT;
    /* Asking where one is needs the lesser right, and moving includes it. */
    bool tell = whence == SEEK_CUR && off == 0;
    bx_errno e = bx_fd_regular(w, fd, 0, BX_E_SPIPE, &f);
    if (e != BX_E_SUCCESS)
        return e;
    if (!(f->base & BX_R_FD_SEEK) && !(tell && (f->base & BX_R_FD_TELL)))
        return BX_E_NOTCAPABLE;
    e = bx_file_seek(f->file, off, whence, &pos);
    if (e == BX_E_SUCCESS)
        bx_put64(ret, pos);
    return e;
}

bx_errno bx_p1_fd_seek(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    if (!bx_fd_get(w, a[0]))
        return BX_E_BADF;
    if ((uint32_t)a[2] >= BX_COUNT(whences))
        return BX_E_INVAL;
    return seek_to(w, m, a[0], (int64_t)a[1], whences[(uint32_t)a[2]], a[3]);
}

bx_errno bx_p1_fd_tell(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    return seek_to(w, m, a[0], 0, SEEK_CUR, a[1]);
}

/* ---- the storage behind a file -------------------------------------------------------- */

bx_errno bx_p1_fd_advise(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f;
    bx_errno e = bx_fd_any(w, a[0], BX_R_FD_ADVISE, BX_E_SPIPE, &f);
    if (e != BX_E_SUCCESS)
        return e;
    if ((uint32_t)a[3] > 5)
        return BX_E_INVAL;
    return bx_file_advise(f->file, a[1], a[2], (int)(uint32_t)a[3]);
}

bx_errno bx_p1_fd_allocate(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    if (f && !bx_stream_has_room(w, f, a[2])) /* what a tool asks before it prints a long result */
        return BX_E_NOSPC;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_ALLOCATE, BX_E_SPIPE, &f);
    return e == BX_E_SUCCESS ? bx_file_allocate(f->file, a[1], a[2]) : e;
}

bx_errno bx_p1_fd_filestat_set_size(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f;
    bx_errno e = bx_fd_regular(w, a[0], BX_R_FD_FILESTAT_SET_SIZE, BX_E_INVAL, &f);
    return e == BX_E_SUCCESS ? bx_file_set_size(f->file, a[1]) : e;
}

bx_errno bx_p1_fd_sync(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f;
    bx_errno e = bx_fd_any(w, a[0], BX_R_FD_SYNC, BX_E_INVAL, &f);
    return e == BX_E_SUCCESS ? bx_file_sync(f->file, false) : e;
}

bx_errno bx_p1_fd_datasync(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f;
    bx_errno e = bx_fd_any(w, a[0], BX_R_FD_DATASYNC, BX_E_INVAL, &f);
    return e == BX_E_SUCCESS ? bx_file_sync(f->file, true) : e;
}
