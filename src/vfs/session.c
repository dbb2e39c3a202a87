#include "vfs/backend.h"
#include "vfs/carve_scan.h"
#include "vfs/mem_ops.h"
#include "vfs/memfs.h"
#include "vfs/readdir.h"
#include "vfs/store.h"

static void init_preopen(bx_vfs_session *s, size_t i)
{
    const bx_preopen *p = &s->v->pre[i];
    s->pre[i] = (bx_file){
        .magic = BX_FILE_MAGIC,
        .s = s,
        .pre = p,
        .bk = p->bk,
        .fd = p->fd,
        .type = BX_FT_DIR,
        .rights = (uint8_t)p->rights,
        .preopen = true,
        .path_only = true,
        .above = p->path,
        .above_n = p->path_n > 1 ? p->path_n : 0,
    };
}

bx_code bx_vfs_session_new(bx_vfs *v, const bx_limits *limits, bx_fs_event_fn on_event, void *ctx,
                           bx_vfs_session **ret, bx_error *err)
{
    BX_CHECK_MAGIC(v, BX_VFS_MAGIC);
    bx_vfs_session *s = bx_calloc(1, sizeof *s + v->n_pre * sizeof s->pre[0]);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->magic = BX_SESSION_MAGIC;
    s->v = v;
    s->limits = limits;
    s->on_event = on_event;
    s->ctx = ctx;
    if (v->store) {
        bx_code rc = bx_store_enter(v->store, err);
        if (rc != BX_OK) {
            free(s);
            return rc;
        }
        s->store_open = true;
    }
    *ret = s;
    return BX_OK;
}

void bx_vfs_session_close(bx_vfs_session *s)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    while (s->open) {
        s->open->more = 0;            /* nobody uses it any more */
        (void)bx_file_close(s->open); /* what fails is counted, and an event */
    }
}

void bx_vfs_session_free(bx_vfs_session *s)
{
    if (!s)
        return;
    bx_vfs_session_close(s);
    for (size_t i = 0; i < s->v->n_pre; i++) {
        if (s->pre[i].s) { /* was asked for */
            bx_dirlist_free(&s->pre[i]);
            (void)s->pre[i].bk->close(&s->pre[i]); /* nothing is written through it */
        }
    }
    bx_memfs_free(s->mem);
    bx_carve_scan_free(s->scan);
    if (s->store_open)
        bx_store_leave(s->v->store);
    if (s->shared)
        (void)pthread_mutex_destroy(&s->lock);
    BX_CLEAR_MAGIC(s);
    free(s);
}

void bx_vfs_session_set_ctl(bx_vfs_session *s, const bx_ctl *ctl)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    s->ctl = ctl;
}

static void say_max(bx_vfs_quota *q, uint64_t max)
{
    if (q->max == 0)
        q->max = max;
}

void bx_vfs_session_join(bx_vfs_session *s, bx_vfs_joint *all)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    say_max(&all->tmp, s->v->tmp_size);
    say_max(&all->written, s->limits->fs_write);
    say_max(&all->created, s->limits->files_created);
    say_max(&all->entries, s->limits->dir_entries);
    s->joint = all;
}

typedef struct counter {
    uint64_t *used, max;
    bx_vfs_quota *all; /* NULL: none */
} counter;

static counter counter_of(bx_vfs_session *s, bx_used what)
{
    bx_vfs_joint *j = s->joint;
    if (what == BX_USED_WRITTEN)
        return (counter){&s->n.bytes_written, s->limits->fs_write, j ? &j->written : NULL};
    if (what == BX_USED_CREATED)
        return (counter){&s->n.files_created, s->limits->files_created, j ? &j->created : NULL};
    return (counter){&s->n.dir_entries, s->limits->dir_entries, j ? &j->entries : NULL};
}

static uint64_t at_most(uint64_t want, uint64_t used, uint64_t max)
{
    uint64_t left = used < max ? max - used : 0;
    return want < left ? want : left;
}

uint64_t bx_session_take(bx_vfs_session *s, bx_used what, uint64_t want)
{
    counter c = counter_of(s, what);
    uint64_t n = at_most(want, *c.used, c.max);
    if (c.all) {
        uint64_t used = atomic_load(&c.all->used), most = n;
        do {
            n = at_most(most, used, c.all->max);
        } while (!atomic_compare_exchange_weak(&c.all->used, &used, used + n));
    }
    *c.used += n;
    return n;
}

void bx_session_give(bx_vfs_session *s, bx_used what, uint64_t n)
{
    counter c = counter_of(s, what);
    *c.used -= n;
    if (c.all)
        atomic_fetch_sub(&c.all->used, n);
}

bx_errno bx_session_check(const bx_vfs_session *s)
{
    return s->ctl && bx_ctl_check(s->ctl) != BX_STOP_NONE ? BX_E_INTR : BX_E_SUCCESS;
}

const bx_fs_counters *bx_vfs_counters(const bx_vfs_session *s)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    return &s->n;
}

void bx_vfs_counters_now(bx_vfs_session *s, bx_fs_counters *ret)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    BX_SESSION_LOCK(s);
    *ret = s->n;
}

bx_code bx_vfs_session_share(bx_vfs_session *s, bx_error *err)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    if (s->shared)
        return BX_OK;
    pthread_mutexattr_t a;
    (void)pthread_mutexattr_init(&a);
    (void)pthread_mutexattr_settype(&a, PTHREAD_MUTEX_RECURSIVE);
    int rc = pthread_mutex_init(&s->lock, &a);
    (void)pthread_mutexattr_destroy(&a);
    if (rc != 0)
        return bx_fail_errno(err, rc, "files for several processes");
    s->shared = true;
    return BX_OK;
}

void bx_vfs_session_charge(bx_vfs_session *s, uint64_t bytes_written, uint64_t files_created,
                           uint64_t dir_entries)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    BX_SESSION_LOCK(s);
    s->n.bytes_written += bytes_written;
    s->n.files_created += files_created;
    s->n.dir_entries += dir_entries;
}

bx_errno bx_vfs_preopen(bx_vfs_session *s, size_t i, bx_file **ret)
{
    BX_CHECK_MAGIC(s, BX_SESSION_MAGIC);
    BX_SESSION_LOCK(s);
    if (i >= s->v->n_pre)
        return BX_E_BADF;
    if (!s->pre[i].s) {
        init_preopen(s, i);
        bx_errno e = s->pre[i].bk == &bx_mem_backend ? bx_mem_preopen(&s->pre[i]) : BX_E_SUCCESS;
        if (e != BX_E_SUCCESS) {
            s->pre[i].s = NULL;
            s->pre[i].magic = 0;
            return e;
        }
    }
    *ret = &s->pre[i];
    return BX_E_SUCCESS;
}

/* Numbers in the order devices are met.  Past the table all share one number: what a guest
 * loses is telling files of the 65th device from those of the 66th. */
uint64_t bx_session_dev(bx_vfs_session *s, dev_t dev)
{
    unsigned i = 0;
    while (i < s->n_devs && s->devs[i] != dev)
        i++;
    if (i == s->n_devs && i < BX_MAX_DEVS)
        s->devs[s->n_devs++] = dev;
    return i + 1;
}
