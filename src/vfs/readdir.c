/* Directory reading on the host.  The kernel is read once, front to back, per pass; what it
 * gave is kept, and a cookie is a place in that list.  So a cookie stays right whatever the
 * file system does with its own offsets when entries come and go. */
#include "vfs/readdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "codec/rawname.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "vfs/carve.h"
#include "vfs/carve_names.h"
#include "vfs/host.h"
#include "vfs/host_path.h"
#include "vfs/mounts.h"

enum {
    KERNEL_BUF = 32768,
    FIRST_COOKIE = 2, /* 0 is ".", 1 is ".." */
    KEEP_BEHIND = 64,
};

size_t bx_dirlist_max = 32 << 20;

typedef struct entry {
    uint64_t ino;
    uint32_t name_at;
    uint16_t name_n;
    uint8_t type; /* DT_* */
} entry;

struct bx_dirlist {
    int fd;           /* the directory, open for reading */
    bool end;         /* the kernel has no more */
    uint64_t base;    /* cookie of e[0] */
    uint64_t counted; /* cookies below this one were counted in this pass */
    entry *e;
    size_t n, cap;
    char *names;
    size_t names_n, names_cap;
    size_t charged; /* part of the session's list_bytes */
    char name[BX_NAME_MAX + 1];
    char shown[BX_RAWNAME_GROWTH * BX_NAME_MAX]; /* its text, lent to the caller */
    _Alignas(struct dirent64) char buf[KERNEL_BUF];
};

void bx_dirlist_free(bx_file *dir)
{
    bx_dirlist *l = dir->list;
    if (!l)
        return;
    dir->list = NULL;
    dir->s->list_bytes -= l->charged;
    if (l->fd >= 0)
        (void)close(l->fd);
    free(l->e);
    free(l->names);
    free(l);
}

bx_errno bx_count_dir_entries(bx_vfs_session *s, uint64_t n)
{
    uint64_t taken = bx_session_take(s, BX_USED_ENTRIES, n);
    if (taken == n)
        return BX_E_SUCCESS;
    bx_session_give(s, BX_USED_ENTRIES, taken);
    s->n.hit_dir_entries++;
    return BX_E_DQUOT;
}

/* Entries below cookie `to` are known to the guest or were skipped by it: each counts once in a
 * pass, so that jumping over them is no way to have them free. */
static bx_errno count_up_to(bx_file *dir, uint64_t to)
{
    bx_dirlist *l = dir->list;
    bx_errno e = to > l->counted ? bx_count_dir_entries(dir->s, to - l->counted) : BX_E_SUCCESS;
    if (e == BX_E_SUCCESS && to > l->counted)
        l->counted = to;
    return e;
}

static void set_charge(bx_vfs_session *s, bx_dirlist *l)
{
    size_t bytes = sizeof *l + l->n * sizeof l->e[0] + l->names_n;
    s->list_bytes = s->list_bytes - l->charged + bytes;
    l->charged = bytes;
}

/* A descriptor of its own, so that the handle's O_PATH one stays what paths start at. */
static bx_errno list_open(bx_file *dir)
{
    char proc[40];
    bx_proc_fd(dir->fd, proc);
    BX_AUTOCLOSE int fd = open(proc, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return bx_errno_from_host(errno);
    if (!bx_fd_is_spare(fd))
        return BX_E_NFILE;
    bx_dirlist *l = bx_calloc(1, sizeof *l);
    if (!l)
        return BX_E_NOMEM;
    l->fd = bx_fd_take(&fd);
    l->base = FIRST_COOKIE;
    dir->list = l;
    set_charge(dir->s, l);
    return BX_E_SUCCESS;
}

static bx_errno list_rewind(bx_file *dir)
{
    bx_dirlist *l = dir->list;
    if (!l)
        return list_open(dir);
    if (lseek(l->fd, 0, SEEK_SET) < 0)
        return bx_errno_from_host(errno);
    l->end = false;
    l->base = FIRST_COOKIE;
    l->counted = 0;
    l->n = l->names_n = 0;
    set_charge(dir->s, l);
    return BX_E_SUCCESS;
}

/* Over the bound, what was handed out goes, but for a few entries a full buffer may make a guest
 * ask for again.  Only one that goes back far in a huge directory notices: INVAL. */
static void list_forget(bx_file *dir, uint64_t cookie)
{
    bx_dirlist *l = dir->list;
    uint64_t passed = cookie - l->base < l->n ? cookie - l->base : l->n;
    if (dir->s->list_bytes <= bx_dirlist_max || passed <= KEEP_BEHIND)
        return;
    size_t k = (size_t)passed - KEEP_BEHIND;
    uint32_t cut = l->e[k].name_at;
    memmove(l->e, l->e + k, (l->n - k) * sizeof l->e[0]);
    memmove(l->names, l->names + cut, l->names_n - cut);
    l->n -= k;
    l->names_n -= cut;
    l->base += k;
    for (size_t i = 0; i < l->n; i++)
        l->e[i].name_at -= cut;
    set_charge(dir->s, l);
}

static bool list_reserve(bx_dirlist *l, size_t name_n)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        entry *e = bx_realloc(l->e, cap * sizeof *e);
        if (!e)
            return false;
        l->e = e;
        l->cap = cap;
    }
    if (l->names_n + name_n > l->names_cap) {
        size_t cap = (l->names_cap ? l->names_cap * 2 : 1024) + name_n;
        char *p = bx_realloc(l->names, cap);
        if (!p)
            return false;
        l->names = p;
        l->names_cap = cap;
    }
    return true;
}

static bx_errno list_add(bx_file *dir, const struct dirent64 *d)
{
    bx_dirlist *l = dir->list;
    size_t n = strlen(d->d_name);
    bool dots = d->d_name[0] == '.' && (n == 1 || (n == 2 && d->d_name[1] == '.'));
    if (dots || n > BX_NAME_MAX)
        return BX_E_SUCCESS;
    if (!list_reserve(l, n))
        return BX_E_NOMEM;
    l->e[l->n++] = (entry){d->d_ino, (uint32_t)l->names_n, (uint16_t)n, d->d_type};
    memcpy(l->names + l->names_n, d->d_name, n);
    l->names_n += n;
    set_charge(dir->s, l);
    return BX_E_SUCCESS;
}

/* Carved-out names are not listed; nor is anything whose place cannot be told. */
static bool is_shown(const bx_file *at, char dir[BX_PATH_BUF], size_t dir_n, const char *name)
{
    const bx_carve *c = at->s->v->carve;
    size_t n = strlen(name);
    if (dir_n + 1 + n + 1 > BX_PATH_BUF)
        return false;
    dir[dir_n] = '/';
    memcpy(dir + dir_n + 1, name, n);
    bx_str host = {dir, dir_n + 1 + n};
    return bx_carve_judge_host(c, host) == BX_E_SUCCESS &&
           bx_names_judge(c, at->names, (bx_str){name, n}, host) == BX_E_SUCCESS;
}

/* One buffer full from the kernel. */
static bx_errno list_fill(bx_file *dir)
{
    bx_dirlist *l = dir->list;
    const bx_carve *c = dir->s->v->carve;
    char host[BX_PATH_BUF];
    size_t host_n = 0;
    bx_errno where = c ? bx_fd_host_path(dir->fd, host, &host_n) : BX_E_SUCCESS;
    bx_errno may = bx_rights_needed(dir->s->v, dir->fd, BX_FS_READ); /* it may have moved */
    if (may != BX_E_SUCCESS)
        return may;
    long n;
    do {
        n = syscall(SYS_getdents64, l->fd, l->buf, sizeof l->buf);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno == ENOENT) /* the directory itself was removed */
        n = 0;
    if (n < 0)
        return bx_errno_from_host(errno);
    l->end = n == 0;
    for (long at = 0; at < n;) {
        const struct dirent64 *d = (const struct dirent64 *)(const void *)(l->buf + at);
        at += d->d_reclen;
        bx_errno e = c ? bx_session_check(dir->s) : BX_E_SUCCESS;
        if (e == BX_E_SUCCESS && c &&
            (where != BX_E_SUCCESS || !is_shown(dir, host, host_n, d->d_name)))
            continue;
        if (e == BX_E_SUCCESS)
            e = list_add(dir, d);
        if (e != BX_E_SUCCESS)
            return e;
    }
    return BX_E_SUCCESS;
}

static bx_filetype type_of(int fd, const char *name, uint8_t dt)
{
    struct stat st;
    switch (dt) {
    case DT_REG:
        return BX_FT_REG;
    case DT_DIR:
        return BX_FT_DIR;
    case DT_LNK:
        return BX_FT_SYMLINK;
    case DT_BLK:
        return BX_FT_BLOCK;
    case DT_CHR:
        return BX_FT_CHAR;
    case DT_SOCK:
        return BX_FT_STREAM;
    case DT_FIFO:
        return BX_FT_UNKNOWN;
    default:
        return fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? bx_filetype_of(st.st_mode)
                                                                : BX_FT_UNKNOWN;
    }
}

/* ".." has the number of ".": what lies above may be outside the grant. */
static bx_errno dot_entry(bx_file *dir, uint64_t cookie, bx_dirent *ret)
{
    struct stat st;
    if (fstat(dir->fd, &st) != 0)
        return bx_errno_from_host(errno);
    *ret = (bx_dirent){.next = cookie + 1,
                       .ino = st.st_ino,
                       .type = BX_FT_DIR,
                       .name = cookie == 0 ? BX_LIT(".") : BX_LIT("..")};
    return BX_E_SUCCESS;
}

/* True when the entry at `cookie` is still there; then it is lent to the caller. */
static bool entry_at(bx_dirlist *l, uint64_t cookie, bx_dirent *ret)
{
    const entry *e = &l->e[cookie - l->base];
    memcpy(l->name, l->names + e->name_at, e->name_n);
    l->name[e->name_n] = '\0';
    struct stat st;
    bool again = cookie < l->counted; /* handed out before: it may have gone since */
    if (again && fstatat(l->fd, l->name, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return false;
    *ret = (bx_dirent){.next = cookie + 1,
                       .ino = e->ino,
                       .type = type_of(l->fd, l->name, e->type),
                       .name = {l->shown, bx_rawname_show((bx_str){l->name, e->name_n}, l->shown,
                                                          sizeof l->shown)}};
    return true;
}

static bx_errno list_get(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    bx_dirlist *l = dir->list;
    for (;; cookie++) {
        while (cookie >= l->base && cookie - l->base >= l->n && !l->end) {
            bx_errno e = count_up_to(dir, l->base + l->n); /* what is skipped was read for it */
            list_forget(dir, cookie);
            if (e == BX_E_SUCCESS)
                e = list_fill(dir);
            if (e != BX_E_SUCCESS)
                return e;
        }
        if (cookie < l->base)
            return BX_E_INVAL;
        if (cookie - l->base >= l->n) {
            *ret_more = false;
            return BX_E_SUCCESS;
        }
        if (entry_at(l, cookie, ret)) {
            *ret_more = true;
            return BX_E_SUCCESS;
        }
    }
}

static bx_errno begin_pass(bx_file *dir)
{
    const bx_carve *c = dir->s->v->carve;
    bx_errno e = c ? bx_carve_judge(c, dir->fd, NULL, 0) : BX_E_SUCCESS;
    if (e == BX_E_NOENT) /* removed, so it has no entries */
        e = BX_E_SUCCESS;
    if (e == BX_E_SUCCESS)
        e = bx_rights_needed(dir->s->v, dir->fd, BX_FS_READ);
    return e == BX_E_SUCCESS ? list_rewind(dir) : e;
}

bx_errno bx_host_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more)
{
    bx_dirent d = {0};
    bool more = true;
    bx_errno e = cookie == 0 || !dir->list ? begin_pass(dir) : BX_E_SUCCESS;
    if (e == BX_E_SUCCESS)
        e = cookie < FIRST_COOKIE ? dot_entry(dir, cookie, &d) : list_get(dir, cookie, &d, &more);
    if (e != BX_E_SUCCESS)
        return e;
    e = more ? count_up_to(dir, d.next) : BX_E_SUCCESS;
    if (e != BX_E_SUCCESS)
        return e;
    *ret = d;
    *ret_more = more;
    return BX_E_SUCCESS;
}
