/* What a descriptor is: its type, flags, rights, times, name, number; and closing it. */
#include "wasi/internal.h"

bx_errno bx_p1_fd_close(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    if (!bx_fd_get(w, a[0]))
        return BX_E_BADF;
    return bx_fdtable_close(w, (uint32_t)a[0]);
}

/* The target must be open too: preview1 has no dup2 onto a free number. */
bx_errno bx_p1_fd_renumber(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    if (!bx_fd_get(w, a[0]) || !bx_fd_get(w, a[1]))
        return BX_E_BADF;
    bx_fdtable_move(w, (uint32_t)a[0], (uint32_t)a[1]);
    return BX_E_SUCCESS;
}

/* ---- fdstat --------------------------------------------------------------------------- */

static uint16_t flags_of(const bx_fd *f)
{
    if (!f->file)
        return f->nonblock ? BX_FDF_NONBLOCK : 0;
    bx_file_flags g = bx_file_get_flags(f->file);
    return (uint16_t)((g.append ? BX_FDF_APPEND : 0) | (g.dsync ? BX_FDF_DSYNC : 0) |
                      (g.nonblock ? BX_FDF_NONBLOCK : 0) | (g.rsync ? BX_FDF_RSYNC : 0) |
                      (g.sync ? BX_FDF_SYNC : 0));
}

/* A stream that is no terminal is "unknown": told a character device, libc would flush after
 * each line. */
static uint8_t type_of(const bx_wasi *w, const bx_fd *f)
{
    if (f->kind == BX_FD_PREOPEN)
        return BX_FT_DIR;
    if (f->kind == BX_FD_FILE)
        return (uint8_t)bx_file_type(f->file);
    if (f->kind == BX_FD_DEVICE)
        return BX_FT_CHAR;
    return bx_stream_is_tty(w, f) ? BX_FT_CHAR : BX_FT_UNKNOWN;
}

bx_errno bx_p1_fd_fdstat_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *p;
    const bx_fd *f = bx_fd_get(w, a[0]);
    if (!f)
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)a[1], 24, &p))
        return BX_E_FAULT;
    memset(p, 0, 24);
    p[0] = type_of(w, f);
    bx_put16(p + 2, flags_of(f));
    bx_put64(p + 8, f->base);
    bx_put64(p + 16, f->inheriting);
    return BX_E_SUCCESS;
}

bx_errno bx_p1_fd_fdstat_set_flags(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    enum { FIXED = BX_FDF_DSYNC | BX_FDF_RSYNC | BX_FDF_SYNC };
    uint32_t flags = (uint32_t)a[1];
    bx_fd *f = bx_fd_get(w, a[0]);
    if (!f)
        return BX_E_BADF;
    if (!(f->base & BX_R_FD_FDSTAT_SET_FLAGS))
        return BX_E_NOTCAPABLE;
    if (flags & ~(uint32_t)BX_FDF_ALL)
        return BX_E_INVAL;
    if (bx_fd_is_stream(f)) {
        if (flags & FIXED)
            return BX_E_INVAL;
        f->nonblock = flags & BX_FDF_NONBLOCK; /* append changes nothing for a stream */
        return BX_E_SUCCESS;
    }
    bx_errno e = bx_fd_any(w, a[0], 0, BX_E_BADF, &f);
    if (e != BX_E_SUCCESS)
        return e;
    if ((flags ^ flags_of(f)) & FIXED) /* how a file is synchronised is decided when it is opened */
        return BX_E_INVAL;
    bx_file_set_flags(f->file, flags & BX_FDF_APPEND, flags & BX_FDF_NONBLOCK);
    return BX_E_SUCCESS;
}

/* Rights only ever shrink. */
bx_errno bx_p1_fd_fdstat_set_rights(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f = bx_fd_get(w, a[0]);
    if (!f)
        return BX_E_BADF;
    if ((a[1] & ~f->base) || (a[2] & ~f->inheriting))
        return BX_E_NOTCAPABLE;
    f->base = a[1];
    f->inheriting = a[2];
    return BX_E_SUCCESS;
}

/* ---- filestat ------------------------------------------------------------------------- */

void bx_put_filestat(uint8_t *p, const bx_stat *st)
{
    memset(p, 0, BX_FILESTAT_BYTES);
    bx_put64(p, st->dev);
    bx_put64(p + 8, st->ino);
    p[16] = (uint8_t)st->type;
    bx_put64(p + 24, st->nlink);
    bx_put64(p + 32, st->size);
    bx_put64(p + 40, st->atim_ns);
    bx_put64(p + 48, st->mtim_ns);
    bx_put64(p + 56, st->ctim_ns);
}

bx_errno bx_p1_fd_filestat_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *p;
    bx_stat st = {0};
    bx_fd *f = bx_fd_get(w, a[0]);
    if (!f)
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)a[1], BX_FILESTAT_BYTES, &p))
        return BX_E_FAULT;
    if (!(f->base & BX_R_FD_FILESTAT_GET))
        return BX_E_NOTCAPABLE;
    bx_errno e = BX_E_SUCCESS;
    if (bx_fd_is_stream(f)) /* nothing about the host's end of it is the guest's business */
        st.type = (bx_filetype)type_of(w, f);
    else if ((e = bx_fd_any(w, a[0], 0, BX_E_BADF, &f)) == BX_E_SUCCESS)
        e = bx_file_stat(f->file, &st);
    if (e == BX_E_SUCCESS)
        bx_put_filestat(p, &st);
    return e;
}

bx_errno bx_p1_fd_filestat_set_times(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    (void)m;
    bx_fd *f;
    bx_set_time at, mt;
    bx_errno e = bx_fd_any(w, a[0], BX_R_FD_FILESTAT_SET_TIMES, BX_E_INVAL, &f);
    if (e != BX_E_SUCCESS)
        return e;
    uint32_t flags = (uint32_t)a[3];
    if (flags > 15)
        return BX_E_INVAL;
    e = bx_guest_set_time(w, flags & 3, a[1], &at);
    if (e == BX_E_SUCCESS)
        e = bx_guest_set_time(w, flags >> 2, a[2], &mt);
    return e == BX_E_SUCCESS ? bx_file_set_times(f->file, at, mt) : e;
}

/* ---- prestat -------------------------------------------------------------------------------- */

static bool preopen_name(bx_wasi *w, uint64_t fd, bx_str *ret)
{
    const bx_fd *f = bx_fd_get(w, fd);
    if (!f || f->kind != BX_FD_PREOPEN)
        return false;
    *ret = bx_fdtable_preopen_name(w, f);
    return true;
}

bx_errno bx_p1_fd_prestat_get(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *p;
    bx_str name;
    if (!preopen_name(w, a[0], &name))
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)a[1], 8, &p))
        return BX_E_FAULT;
    bx_put32(p, 0); /* preopentype::dir, the only one there is */
    bx_put32(p + 4, (uint32_t)name.n);
    return BX_E_SUCCESS;
}

bx_errno bx_p1_fd_prestat_dir_name(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *p;
    bx_str name;
    if (!preopen_name(w, a[0], &name))
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)a[1], (uint32_t)a[2], &p))
        return BX_E_FAULT;
    if ((uint32_t)a[2] < name.n)
        return BX_E_NAMETOOLONG;
    memcpy(p, name.p, name.n);
    return BX_E_SUCCESS;
}

/* ---- readdir -------------------------------------------------------------------------------- */

static size_t put_part(uint8_t *to, size_t room, const void *from, size_t n)
{
    size_t k = n < room ? n : room;
    memcpy(to, from, k);
    return k;
}

/* Entries one after the other; the last one is cut off where the buffer ends, and a full buffer
 * tells the guest that there is more.  An error is reported even after whole entries, because
 * a buffer that is not full would mean the end. */
static bx_errno fill(bx_wasi *w, bx_file *dir, uint64_t cookie, uint8_t *buf, size_t room,
                     size_t *ret_used)
{
    size_t used = 0;
    for (unsigned i = 0; used < room; i++) {
        bx_dirent d;
        bool more = false;
        bx_errno e = i % 64 == 63 ? bx_wasi_check(w) : BX_E_SUCCESS;
        if (e == BX_E_SUCCESS)
            e = bx_file_readdir(dir, cookie, &d, &more);
        if (e != BX_E_SUCCESS)
            return e;
        if (!more)
            break;
        uint8_t head[24] = {0};
        bx_put64(head, d.next);
        bx_put64(head + 8, d.ino);
        bx_put32(head + 16, (uint32_t)d.name.n);
        head[20] = (uint8_t)d.type;
        used += put_part(buf + used, room - used, head, sizeof head);
        used += put_part(buf + used, room - used, d.name.p, d.name.n);
        cookie = d.next;
    }
    *ret_used = used;
    return BX_E_SUCCESS;
}

bx_errno bx_p1_fd_readdir(bx_wasi *w, bx_guest_mem m, const uint64_t *a)
{
    uint8_t *buf, *ret;
    bx_fd *f;
    size_t used;
    if (!bx_fd_get(w, a[0]))
        return BX_E_BADF;
    if (!bx_guest_slice(m, (uint32_t)a[1], (uint32_t)a[2], &buf) ||
        !bx_guest_slice(m, (uint32_t)a[4], 4, &ret))
        return BX_E_FAULT;
    bx_errno e = bx_fd_dir(w, a[0], BX_R_FD_READDIR, &f);
    if (e == BX_E_SUCCESS)
        e = bx_fdtable_listable(w, f);
    if (e == BX_E_SUCCESS)
        e = fill(w, f->file, a[3], buf, (uint32_t)a[2], &used);
    if (e == BX_E_SUCCESS)
        bx_put32(ret, (uint32_t)used);
    return e;
}
