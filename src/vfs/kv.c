/* Keys and values as files of the store, each changed under the store's lock with the backend's own
 * accounting: space is reserved before it is used and given back after it is freed.
 *
 * A guest may do anything to these files through /store, so what is found is judged like any other
 * thing of a guest: paths go through the same resolution and carve-outs, only regular files are
 * opened, and a file that is no value is an error, never a guess. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/backend.h"
#include "vfs/carve.h"
#include "vfs/events.h"
#include "vfs/host.h"
#include "vfs/kv_internal.h"
#include "vfs/resolve.h"

/* ---- one operation ---------------------------------------------------------------------- */
static bx_errno find_store(bx_vfs_session *s, bx_file **ret)
{
    for (size_t i = 0; i < s->v->n_pre; i++) {
        if (s->v->pre[i].bk == &bx_store_backend)
            return bx_vfs_preopen(s, i, ret);
    }
    return BX_E_NOTSUP;
}

bx_errno bx_kv_begin(bx_kv_op *o, bx_vfs_session *s, const bx_str *key)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    char name[BX_NAME_MAX + 1] = "";
    *o = (bx_kv_op){.s = s, .st = s->v->store};
    bx_errno e = find_store(s, &o->dir);
    if (e == BX_E_SUCCESS && key) {
        o->key = *key;
        e = bx_kv_name(*key, name);
    }
    if (e != BX_E_SUCCESS)
        return e;
    (void)snprintf(o->path, sizeof o->path, "%s%s%s", BX_KV_DIR, key ? "/" : "", name);
    return bx_store_lock(o->st);
}

void bx_kv_end(bx_kv_op *o) { bx_store_unlock(o->st); }

static const char *name_of(const bx_kv_op *o) { return o->path + sizeof BX_KV_DIR; }

/* The end of an operation on one key that did begin. */
static bx_errno finish(bx_kv_op *o, bx_fs_op op, unsigned rights, bx_errno e)
{
    bx_kv_end(o);
    return bx_event(o->s, op, (bx_event_at){o->dir, bx_str_of(o->path)}, NULL, rights, e);
}

/* ---- reading ---------------------------------------------------------------------------- */
/* BADMSG: the file ends before. */
static bx_errno read_all(int fd, void *buf, size_t n, uint64_t off)
{
    for (char *p = buf; n > 0;) {
        ssize_t k = pread(fd, p, n, (off_t)off);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return bx_errno_from_host(errno);
        if (k == 0)
            return BX_E_BADMSG;
        p += k;
        n -= (size_t)k;
        off += (uint64_t)k;
    }
    return BX_E_SUCCESS;
}

static bx_errno read_head(int fd, bx_kv_file *f)
{
    uint8_t head[BX_KV_HEAD];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return bx_errno_from_host(errno);
    bx_errno e = read_all(fd, head, sizeof head, 0);
    if (e == BX_E_SUCCESS && !bx_kv_read_head(head, (uint64_t)st.st_size, &f->key_n, &f->value_n))
        e = BX_E_BADMSG;
    if (e != BX_E_SUCCESS)
        return e;
    f->value_at = BX_KV_HEAD + (uint64_t)f->key_n;
    return read_all(fd, f->key, f->key_n, BX_KV_HEAD);
}

bx_errno bx_kv_open_file(int path_fd, bx_kv_file *ret)
{
    struct stat st;
    char proc[40];
    if (fstat(path_fd, &st) != 0)
        return bx_errno_from_host(errno);
    if (!S_ISREG(st.st_mode))
        return BX_E_BADMSG;
    bx_proc_fd(path_fd, proc);
    BX_AUTOCLOSE int fd = open(proc, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return bx_errno_from_host(errno);
    bx_errno e = read_head(fd, ret);
    if (e == BX_E_SUCCESS)
        ret->fd = bx_fd_take(&fd);
    return e;
}

/* The file of the operation's key. */
static bx_errno open_value(const bx_kv_op *o, bx_kv_file *ret)
{
    BX_AUTOCLOSE int fd = -1;
    struct stat st;
    ret->fd = -1;
    bx_errno e = bx_host_object(o->dir, o->path, false, 0, &fd, &st);
    if (e == BX_E_SUCCESS)
        e = bx_kv_open_file(fd, ret);
    if (e == BX_E_SUCCESS && !bx_str_eq(o->key, (bx_str){ret->key, ret->key_n})) {
        (void)close(ret->fd);
        ret->fd = -1;
        e = BX_E_BADMSG;
    }
    return e;
}

static bx_errno get_locked(bx_kv_op *o, bx_buf *ret)
{
    bx_kv_file f;
    bx_errno e = open_value(o, &f);
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int fd = f.fd;
    char *p = NULL;
    if (f.value_n > ret->max - ret->n)
        return BX_E_2BIG;
    if (f.value_n == 0)
        return BX_E_SUCCESS;
    if (bx_buf_reserve(ret, (size_t)f.value_n, &p) != BX_OK)
        return BX_E_NOMEM;
    e = read_all(fd, p, (size_t)f.value_n, f.value_at);
    if (e != BX_E_SUCCESS)
        return e;
    ret->n += (size_t)f.value_n;
    o->s->n.bytes_read += f.value_n;
    return BX_E_SUCCESS;
}

bx_errno bx_kv_get(bx_vfs_session *s, bx_str key, bx_buf *ret)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    return e == BX_E_SUCCESS ? finish(&o, BX_FS_OPEN, BX_FS_READ, get_locked(&o, ret)) : e;
}

bx_errno bx_kv_exists(bx_vfs_session *s, bx_str key)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    if (e != BX_E_SUCCESS)
        return e;
    bx_kv_file f;
    e = open_value(&o, &f);
    if (e == BX_E_SUCCESS)
        (void)close(f.fd);
    bx_kv_end(&o);
    return bx_event_refused(s, BX_FS_STAT, (bx_event_at){o.dir, bx_str_of(o.path)}, 0, e);
}

/* ---- writing ---------------------------------------------------------------------------- */
/* The object a name in the directory shows; -1 when there is none. */
static int look(const bx_at *at, const char *name)
{
    return openat(at->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

static bx_errno remove_name(const bx_kv_op *o, const bx_at *at, const char *name)
{
    BX_AUTOCLOSE int fd = look(at, name);
    if (fd < 0)
        return bx_errno_from_host(errno);
    BX_AUTO_LEAVING l;
    bx_store_leaving_locked(fd, &l);
    if (unlinkat(at->fd, name, 0) != 0)
        return bx_errno_from_host(errno);
    bx_store_gone_locked(o->s, &l);
    return BX_E_SUCCESS;
}

static bx_errno make_dir(bx_kv_op *o)
{
    bx_vfs_session *s = o->s;
    if (bx_session_take(s, BX_USED_CREATED, 1) == 0) {
        s->n.hit_files_created++;
        return BX_E_DQUOT;
    }
    bx_errno e = BX_E_DQUOT;
    if (!bx_store_reserve_locked(o->st, BX_STORE_ENTRY)) {
        s->n.hit_store++;
    } else {
        e = bx_host_mkdir_at(o->dir, BX_KV_DIR);
        if (e != BX_E_SUCCESS)
            bx_store_give_locked(o->st, BX_STORE_ENTRY);
    }
    if (e != BX_E_SUCCESS)
        bx_session_give(s, BX_USED_CREATED, 1);
    return e;
}

/* The directory of the values, with both names that will be used judged.  `make`: create it. */
static bx_errno open_dir(bx_kv_op *o, bool make, bx_at *at)
{
    bx_errno e = bx_host_parent(o->dir, BX_KV_DIR "/" BX_KV_TEMP, at);
    if (e == BX_E_NOENT && make) {
        e = make_dir(o);
        if (e == BX_E_SUCCESS)
            e = bx_host_parent(o->dir, BX_KV_DIR "/" BX_KV_TEMP, at);
    }
    const bx_carve *c = o->s->v->carve;
    if (e == BX_E_SUCCESS && c)
        e = bx_carve_judge(c, at->fd, name_of(o), strlen(name_of(o)));
    return e;
}

static bx_errno write_all(int fd, const struct iovec *iov, size_t n)
{
    uint64_t done = 0, total = 0;
    for (size_t i = 0; i < n; i++)
        total += iov[i].iov_len;
    while (done < total) {
        struct iovec rest[3];
        size_t k = 0;
        uint64_t skip = done;
        for (size_t i = 0; i < n; i++) {
            size_t cut = skip < iov[i].iov_len ? (size_t)skip : iov[i].iov_len;
            skip -= cut;
            if (cut < iov[i].iov_len)
                rest[k++] = (struct iovec){(char *)iov[i].iov_base + cut, iov[i].iov_len - cut};
        }
        ssize_t w = writev(fd, rest, (int)k);
        if (w < 0 && errno != EINTR)
            return bx_errno_from_host(errno);
        done += w > 0 ? (uint64_t)w : 0;
    }
    return BX_E_SUCCESS;
}

/* A finished file under the temporary name. */
static bx_errno write_temp(const bx_kv_op *o, const bx_at *at, bx_str value)
{
    uint8_t head[BX_KV_HEAD];
    bx_kv_head(o->key.n, value.n, head);
    const struct iovec iov[3] = {{head, sizeof head},
                                 {(void *)(uintptr_t)o->key.p, o->key.n},
                                 {(void *)(uintptr_t)value.p, value.n}};
    BX_AUTOCLOSE int fd =
        openat(at->fd, BX_KV_TEMP, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return bx_errno_from_host(errno);
    bx_errno e = write_all(fd, iov, BX_COUNT(iov));
    if (close(bx_fd_take(&fd)) != 0 && errno != EINTR && e == BX_E_SUCCESS)
        e = bx_errno_from_host(errno); /* some file systems find out only now */
    return e;
}

static bx_errno replace(const bx_kv_op *o, const bx_at *at, int old, bx_str value, uint64_t size)
{
    uint64_t taken = BX_STORE_ENTRY + bx_store_rounded(size);
    if (!bx_store_reserve_locked(o->st, taken)) {
        o->s->n.hit_store++;
        return BX_E_DQUOT;
    }
    BX_AUTO_LEAVING l;
    bx_store_leaving_locked(old, &l);
    bx_errno e = write_temp(o, at, value);
    if (e == BX_E_SUCCESS && renameat(at->fd, BX_KV_TEMP, at->fd, name_of(o)) != 0)
        e = bx_errno_from_host(errno);
    if (e == BX_E_SUCCESS && old >= 0)
        bx_store_gone_locked(o->s, &l);
    if (e != BX_E_SUCCESS && (unlinkat(at->fd, BX_KV_TEMP, 0) == 0 || errno == ENOENT))
        bx_store_give_locked(o->st, taken);
    return e;
}

static void give_limits(bx_vfs_session *s, bool is_new, uint64_t size)
{
    bx_session_give(s, BX_USED_WRITTEN, size);
    bx_session_give(s, BX_USED_CREATED, is_new);
}

static bx_errno take_limits(bx_vfs_session *s, bool is_new, uint64_t size)
{
    uint64_t written = bx_session_take(s, BX_USED_WRITTEN, size);
    if (written < size) {
        bx_session_give(s, BX_USED_WRITTEN, written);
        s->n.hit_fs_write++;
        return BX_E_DQUOT;
    }
    if (bx_session_take(s, BX_USED_CREATED, is_new) < is_new) {
        bx_session_give(s, BX_USED_WRITTEN, size);
        s->n.hit_files_created++;
        return BX_E_DQUOT;
    }
    return BX_E_SUCCESS;
}

static bx_errno set_locked(bx_kv_op *o, bx_str value)
{
    BX_AUTO_AT at = {.own = -1};
    uint64_t size = BX_KV_HEAD + (uint64_t)o->key.n + value.n;
    bx_errno e = open_dir(o, true, &at);
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int old = look(&at, name_of(o));
    if (old < 0 && errno != ENOENT)
        return bx_errno_from_host(errno);
    e = take_limits(o->s, old < 0, size);
    if (e != BX_E_SUCCESS)
        return e;
    e = remove_name(o, &at, BX_KV_TEMP); /* what a crash left behind */
    if (e == BX_E_SUCCESS || e == BX_E_NOENT)
        e = replace(o, &at, old, value, size);
    if (e != BX_E_SUCCESS)
        give_limits(o->s, old < 0, size);
    return e;
}

bx_errno bx_kv_set(bx_vfs_session *s, bx_str key, bx_str value)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    return e == BX_E_SUCCESS ? finish(&o, BX_FS_CREATE, BX_FS_WRITE, set_locked(&o, value)) : e;
}

static bx_errno remove_locked(bx_kv_op *o)
{
    BX_AUTO_AT at = {.own = -1};
    bx_errno e = open_dir(o, false, &at);
    return e == BX_E_SUCCESS ? remove_name(o, &at, name_of(o)) : e;
}

bx_errno bx_kv_remove(bx_vfs_session *s, bx_str key)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    return e == BX_E_SUCCESS ? finish(&o, BX_FS_UNLINK, BX_FS_WRITE, remove_locked(&o)) : e;
}

/* ---- reading, then writing -------------------------------------------------------------- */
/* "-12"; DOM, RANGE. */
static bx_errno parse(bx_str text, int64_t *ret)
{
    bool minus = text.n > 0 && text.p[0] == '-';
    int64_t v = 0;
    if (text.n == minus)
        return BX_E_DOM;
    for (size_t i = minus; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return BX_E_DOM;
        int digit = text.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, minus ? -digit : digit, &v))
            return BX_E_RANGE;
    }
    *ret = v;
    return BX_E_SUCCESS;
}

static bx_errno increment_locked(bx_kv_op *o, int64_t delta, int64_t *ret)
{
    BX_AUTO_BUF now = bx_buf_init(64);
    int64_t v = 0;
    bx_errno e = get_locked(o, &now);
    if (e == BX_E_SUCCESS)
        e = parse(bx_buf_str(&now), &v);
    else if (e == BX_E_NOENT)
        e = BX_E_SUCCESS;
    else if (e == BX_E_2BIG)
        e = BX_E_DOM;
    if (e == BX_E_SUCCESS && __builtin_add_overflow(v, delta, &v))
        e = BX_E_RANGE;
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)v);
    if (e == BX_E_SUCCESS)
        e = set_locked(o, (bx_str){text, (size_t)n});
    if (e == BX_E_SUCCESS)
        *ret = v;
    return e;
}

bx_errno bx_kv_increment(bx_vfs_session *s, bx_str key, int64_t delta, int64_t *ret)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    if (e != BX_E_SUCCESS)
        return e;
    e = increment_locked(&o, delta, ret);
    return finish(&o, BX_FS_CREATE, BX_FS_READ | BX_FS_WRITE, e);
}

static bx_errno same_bytes(int fd, uint64_t off, bx_str want, bool *ret)
{
    char buf[16384];
    for (size_t at = 0; at < want.n;) {
        size_t n = want.n - at < sizeof buf ? want.n - at : sizeof buf;
        bx_errno e = read_all(fd, buf, n, off + at);
        if (e != BX_E_SUCCESS)
            return e;
        if (memcmp(buf, want.p + at, n) != 0)
            return BX_E_SUCCESS;
        at += n;
    }
    *ret = true;
    return BX_E_SUCCESS;
}

/* `old` NULL: no value. */
static bx_errno is_still(bx_kv_op *o, const bx_str *old, bool *ret)
{
    bx_kv_file f;
    *ret = false;
    bx_errno e = open_value(o, &f);
    if (e == BX_E_NOENT) {
        *ret = !old;
        return BX_E_SUCCESS;
    }
    if (e != BX_E_SUCCESS)
        return e;
    BX_AUTOCLOSE int fd = f.fd;
    return old && old->n == f.value_n ? same_bytes(fd, f.value_at, *old, ret) : BX_E_SUCCESS;
}

bx_errno bx_kv_swap(bx_vfs_session *s, bx_str key, const bx_str *old, bx_str value, bool *ret_done)
{
    bx_kv_op o;
    bx_errno e = bx_kv_begin(&o, s, &key);
    if (e != BX_E_SUCCESS)
        return e;
    bool same = false;
    e = is_still(&o, old, &same);
    if (e == BX_E_SUCCESS && !same) {
        *ret_done = false;
        return finish(&o, BX_FS_OPEN, BX_FS_READ, e);
    }
    if (e == BX_E_SUCCESS)
        e = set_locked(&o, value);
    *ret_done = e == BX_E_SUCCESS;
    return finish(&o, BX_FS_CREATE, BX_FS_READ | BX_FS_WRITE, e);
}
