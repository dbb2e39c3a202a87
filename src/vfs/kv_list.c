/* Listing keys: one pass over the directory per page, of which the first keys behind the cursor are
 * kept.  So a page holds no more memory than its keys, however large the store is. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/carve.h"
#include "vfs/events.h"
#include "vfs/kv_internal.h"
#include "vfs/readdir.h"
#include "vfs/resolve.h"

typedef struct kept {
    char *p; /* owned */
    size_t n;
} kept;

typedef struct page {
    const bx_str *after;
    size_t n;
    bool more;
    kept key[2 * BX_KV_PAGE]; /* sorted and cut to one page when full */
} page;

static int compare(bx_str a, bx_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int r = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return r ? r : (a.n > b.n) - (a.n < b.n);
}

static int compare_kept(const void *a, const void *b)
{
    const kept *x = a, *y = b;
    return compare((bx_str){x->p, x->n}, (bx_str){y->p, y->n});
}

static void cut(page *p)
{
    qsort(p->key, p->n, sizeof p->key[0], compare_kept);
    while (p->n > BX_KV_PAGE) {
        free(p->key[--p->n].p);
        p->more = true;
    }
}

static void page_free(page *p)
{
    while (p && p->n > 0)
        free(p->key[--p->n].p);
    free(p);
}
BX_DEFINE_AUTO(page, page_free)

static bx_errno add(page *p, bx_str key)
{
    if (p->after && compare(key, *p->after) <= 0)
        return BX_E_SUCCESS;
    if (p->n == BX_COUNT(p->key))
        cut(p);
    char *copy = bx_strndup(key.p, key.n);
    if (!copy)
        return BX_E_NOMEM;
    p->key[p->n++] = (kept){copy, key.n};
    return BX_E_SUCCESS;
}

/* A long key stands in its file; one that is no value is left out. */
static bx_errno add_hashed(page *p, int path_fd, const char *name)
{
    char again[BX_NAME_MAX + 1];
    bx_kv_file f;
    if (bx_kv_open_file(path_fd, &f) != BX_E_SUCCESS)
        return BX_E_SUCCESS;
    (void)close(f.fd);
    bx_str key = {f.key, f.key_n};
    bool is_it = bx_kv_name(key, again) == BX_E_SUCCESS && strcmp(again, name) == 0;
    return is_it ? add(p, key) : BX_E_SUCCESS;
}

static bx_errno add_entry(const bx_kv_op *o, page *p, int dir, const char *name)
{
    char key[BX_KV_KEY_MAX];
    size_t n = 0;
    bool plain = bx_kv_key_of_name(name, key, &n);
    if (!plain && name[0] != 'h')
        return BX_E_SUCCESS;
    if (o->s->v->carve && bx_carve_judge(o->s->v->carve, dir, name, strlen(name)) != BX_E_SUCCESS)
        return BX_E_SUCCESS;
    BX_AUTOCLOSE int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return BX_E_SUCCESS;
    return plain ? add(p, (bx_str){key, n}) : add_hashed(p, fd, name);
}

static bx_errno read_dir(const bx_kv_op *o, page *p, DIR *d)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(d);
        if (!entry)
            return bx_errno_from_host(errno);
        bx_errno e = add_entry(o, p, dirfd(d), entry->d_name);
        if (e != BX_E_SUCCESS)
            return e;
    }
}

static bx_errno list_locked(const bx_kv_op *o, page *p)
{
    BX_AUTOCLOSE int path_fd = -1;
    struct stat st;
    char proc[40];
    bx_errno e = bx_host_object(o->dir, BX_KV_DIR, true, O_DIRECTORY, &path_fd, &st);
    if (e != BX_E_SUCCESS)
        return e == BX_E_NOENT ? BX_E_SUCCESS : e;
    bx_proc_fd(path_fd, proc);
    BX_AUTOCLOSE int fd = open(proc, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d)
        return bx_errno_from_host(errno);
    (void)bx_fd_take(&fd); /* closedir closes it */
    e = read_dir(o, p, d);
    (void)closedir(d);
    return e;
}

static bx_errno hand_out(bx_vfs_session *s, const page *p, void (*give)(void *ctx, bx_str key),
                         void *ctx)
{
    for (size_t i = 0; i < p->n; i++) {
        bx_errno e = bx_count_dir_entries(s, 1);
        if (e != BX_E_SUCCESS)
            return e;
        give(ctx, (bx_str){p->key[i].p, p->key[i].n});
    }
    return BX_E_SUCCESS;
}

bx_errno bx_kv_list(bx_vfs_session *s, const bx_str *after, void (*give)(void *ctx, bx_str key),
                    void *ctx, bool *ret_more)
{
    bx_kv_op o;
    BX_AUTO(page) page *p = bx_calloc(1, sizeof *p);
    if (!p)
        return BX_E_NOMEM;
    p->after = after;
    bx_errno e = bx_kv_begin(&o, s, NULL);
    if (e != BX_E_SUCCESS)
        return e;
    e = list_locked(&o, p);
    bx_kv_end(&o);
    cut(p);
    if (e == BX_E_SUCCESS)
        e = hand_out(s, p, give, ctx);
    *ret_more = p->more;
    return bx_event_refused(s, BX_FS_READDIR, (bx_event_at){o.dir, bx_str_of(o.path)}, BX_FS_READ,
                            e);
}
