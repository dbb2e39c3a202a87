/* store:NAME - one directory, and the count of what is in it, shared by every process that
 * uses it.
 *
 * NAME.quota beside the directory is mapped by all users; `used` in it is changed only under
 * `mutex`, reserved before the disk is used and given back after it is freed, so a crash in between
 * leaves it too high, never too low.  flock on the file tells who is using it: shared by every
 * process with a session, exclusive for one that finds itself alone.  The last to leave marks the
 * count clean; whoever arrives alone and finds no such mark (a crash, another boot) counts anew. */
#include "vfs/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "os/dirs.h"
#include "os/fd.h"

#define QUOTA_MAGIC UINT64_C(0x31302d6174786f62) /* "boxta-01" */

enum { BOOT_ID_MAX = 40, ENTER_WAIT_MS = 10000, LOCK_WAIT_MS = 5000 };

/* `clean`: nobody uses the store and `used` is right; in use; in use and `used` may be too high. */
enum { CLEAN = 1, IN_USE = 0, INEXACT = 2 };

typedef struct quota_file {
    uint64_t magic;
    uint32_t mutex_size; /* other builds may have another mutex */
    uint32_t clean;      /* CLEAN, or how it is used */
    char boot_id[BOOT_ID_MAX];
    uint64_t used;
    pthread_mutex_t mutex;
} quota_file;

struct bx_store {
    int dirfd; /* the tree; O_PATH */
    int qfd;
    quota_file *q;
    uint64_t max;
    char *path; /* host path, for messages */
    pthread_mutex_t
        enter; /* guards `users`; held while the quota is counted, which others need anyway */
    unsigned users;
};

int bx_store_dirfd(const bx_store *st) { return st->dirfd; }

/* ---- the count ----------------------------------------------------------------------------- */
static struct timespec after_ms(unsigned ms)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

/* A holder that died left a count that is at most too high: good enough to go on with, but the next
 * who is alone counts anew. */
bx_errno bx_store_lock(bx_store *st)
{
    int r = pthread_mutex_trylock(&st->q->mutex);
    if (r == EBUSY) {
        struct timespec until = after_ms(LOCK_WAIT_MS);
        r = pthread_mutex_timedlock(&st->q->mutex, &until);
    }
    if (r == EOWNERDEAD) {
        st->q->clean = INEXACT;
        r = pthread_mutex_consistent(&st->q->mutex);
    }
    return r == 0 ? BX_E_SUCCESS : r == ETIMEDOUT ? BX_E_BUSY : BX_E_IO;
}

void bx_store_unlock(bx_store *st) { (void)pthread_mutex_unlock(&st->q->mutex); }

bool bx_store_reserve_locked(bx_store *st, uint64_t bytes)
{
    if (st->q->used > st->max || bytes > st->max - st->q->used)
        return false;
    st->q->used += bytes;
    return true;
}

uint64_t bx_store_left_locked(const bx_store *st)
{
    return st->q->used < st->max ? st->max - st->q->used : 0;
}

uint64_t bx_store_used_locked(const bx_store *st) { return st->q->used; }

void bx_store_inexact_locked(bx_store *st) { st->q->clean = INEXACT; }

void bx_store_give_locked(bx_store *st, uint64_t bytes)
{
    st->q->used -= bytes < st->q->used ? bytes : st->q->used;
}

/* ---- counting anew --------------------------------------------------------------------------- */
/* A guest can nest directories deeper than there are descriptors, so only one is open at a time:
 * down by name, up by "..", and a frame per level remembers what is still to be visited. */
typedef struct frame {
    struct frame *up;
    char *names; /* directories still to be visited, NUL-terminated, one after the other */
    size_t n, at;
    dev_t dev;
    ino_t ino;
} frame;

typedef struct count {
    uint64_t used;
    struct {
        dev_t dev;
        ino_t ino;
    } *linked; /* files with several names, counted once */
    size_t n, cap;
} count;

static bool seen_before(count *c, const struct stat *st, bool *no_mem)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->linked[i].dev == st->st_dev && c->linked[i].ino == st->st_ino)
            return true;
    }
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 16;
        void *p = bx_realloc(c->linked, cap * sizeof c->linked[0]);
        if (!p) {
            *no_mem = true;
            return true;
        }
        c->linked = p;
        c->cap = cap;
    }
    c->linked[c->n].dev = st->st_dev;
    c->linked[c->n++].ino = st->st_ino;
    return false;
}

static bool frame_add(frame *f, const char *name)
{
    size_t n = strlen(name) + 1;
    char *p = bx_realloc(f->names, f->n + n);
    if (!p)
        return false;
    memcpy(p + f->n, name, n);
    f->names = p;
    f->n += n;
    return true;
}

static bool count_entry(count *c, int fd, const char *name, frame *f)
{
    struct stat st;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    c->used += BX_STORE_ENTRY;
    bool no_mem = false;
    if (S_ISREG(st.st_mode) && (st.st_nlink < 2 || !seen_before(c, &st, &no_mem)))
        c->used += bx_store_rounded((uint64_t)st.st_size);
    return !no_mem && (!S_ISDIR(st.st_mode) || frame_add(f, name));
}

/* Takes `fd`: what is in the directory is counted, the descriptor stays in *cur. */
static bool count_dir(count *c, int fd, frame *f)
{
    struct stat st;
    int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d) {
        if (copy >= 0)
            (void)close(copy);
        return false;
    }
    bool ok = fstat(fd, &st) == 0;
    f->dev = st.st_dev;
    f->ino = st.st_ino;
    const struct dirent *e;
    while (ok && (errno = 0, e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            ok = count_entry(c, fd, e->d_name, f);
    }
    ok = ok && errno == 0;
    (void)closedir(d);
    return ok;
}

static bool step(int *cur, const char *name)
{
    int fd = openat(*cur, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    (void)close(*cur);
    *cur = fd;
    return true;
}

/* ".." must be the directory we came from: someone who moves things while we count is told off. */
static bool back_to(int *cur, const frame *f)
{
    struct stat st;
    return step(cur, "..") && fstat(*cur, &st) == 0 && st.st_dev == f->dev && st.st_ino == f->ino;
}

static frame *frame_push(frame *up)
{
    frame *f = bx_calloc(1, sizeof *f);
    if (f)
        f->up = up;
    return f;
}

static frame *frame_pop(frame *f)
{
    frame *up = f->up;
    free(f->names);
    free(f);
    return up;
}

static bool count_tree(count *c, int root)
{
    int cur = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    frame *f = cur >= 0 ? frame_push(NULL) : NULL;
    bool ok = f && count_dir(c, cur, f);
    while (ok && f) {
        if (f->at < f->n) {
            const char *name = f->names + f->at;
            f->at += strlen(name) + 1;
            frame *down = step(&cur, name) ? frame_push(f) : NULL;
            ok = down && count_dir(c, cur, down);
            f = down ? down : f;
        } else {
            frame *up = frame_pop(f);
            ok = !up || back_to(&cur, up);
            f = up;
        }
    }
    while (f)
        f = frame_pop(f);
    if (cur >= 0)
        (void)close(cur);
    return ok;
}

static bx_code count_anew(bx_store *st, bx_error *err)
{
    count c = {0};
    bool ok = count_tree(&c, st->dirfd);
    free(c.linked);
    if (!ok)
        return bx_fail_errno(err, errno ? errno : EIO, "store %s cannot be counted", st->path);
    st->q->used = c.used;
    return BX_OK;
}

/* ---- entering and leaving ------------------------------------------------------------------- */
static void read_boot_id(char out[BOOT_ID_MAX])
{
    memset(out, 0, BOOT_ID_MAX);
    BX_AUTOCLOSE int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, out, BOOT_ID_MAX - 1) <= 0)
        out[0] = '\0'; /* never equal to a clean mark: counts each time */
}

static bx_code init_mutex(pthread_mutex_t *m, bx_error *err)
{
    pthread_mutexattr_t a;
    memset(m, 0, sizeof *m);
    int r = pthread_mutexattr_init(&a);
    if (r == 0)
        r = pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    if (r == 0)
        r = pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    if (r == 0)
        r = pthread_mutex_init(m, &a);
    (void)pthread_mutexattr_destroy(&a);
    return r == 0 ? BX_OK : bx_fail_errno(err, r, "store: no lock between processes");
}

static bool is_ours(const quota_file *q)
{
    return q->magic == QUOTA_MAGIC && q->mutex_size == sizeof(pthread_mutex_t);
}

/* Alone, with the exclusive lock: everything in the file may be written. */
static bx_code begin_alone(bx_store *st, bx_error *err)
{
    quota_file *q = st->q;
    char boot[BOOT_ID_MAX];
    read_boot_id(boot);
    bool trusted =
        is_ours(q) && q->clean == CLEAN && boot[0] && memcmp(q->boot_id, boot, sizeof boot) == 0;
    q->clean = IN_USE;
    bx_code rc = trusted ? BX_OK : count_anew(st, err);
    if (rc == BX_OK)
        rc = init_mutex(&q->mutex, err);
    if (rc != BX_OK)
        return rc;
    memcpy(q->boot_id, boot, sizeof boot);
    q->mutex_size = sizeof(pthread_mutex_t);
    q->magic = QUOTA_MAGIC;
    return BX_OK;
}

static void nap(void)
{
    struct timespec t = {.tv_nsec = 1000000};
    (void)nanosleep(&t, NULL);
}

/* Shared with users who have begun (not CLEAN); one who is still beginning, or has just left, is
 * waited for. *ret: joined. */
static bx_code try_begin(bx_store *st, bool *ret, bx_error *err)
{
    if (flock(st->qfd, LOCK_EX | LOCK_NB) == 0) {
        bx_code rc = begin_alone(st, err);
        if (rc == BX_OK && flock(st->qfd, LOCK_SH) != 0)
            rc = bx_fail_errno(err, errno, "store %s: lock", st->path);
        if (rc != BX_OK)
            (void)flock(st->qfd, LOCK_UN);
        *ret = rc == BX_OK;
        return rc;
    }
    if (flock(st->qfd, LOCK_SH | LOCK_NB) != 0)
        return BX_OK;
    if (st->q->magic && !is_ours(st->q)) {
        (void)flock(st->qfd, LOCK_UN);
        return bx_fail(err, BX_EUNSUPPORTED, "store %s is in use by another build of boxagnts",
                       st->path);
    }
    *ret = st->q->magic && st->q->clean != CLEAN;
    if (!*ret)
        (void)flock(st->qfd, LOCK_UN);
    return BX_OK;
}

static bx_code begin(bx_store *st, bx_error *err)
{
    bool joined = false;
    for (int ms = 0; ms < ENTER_WAIT_MS; ms++) {
        bx_code rc = try_begin(st, &joined, err);
        if (rc != BX_OK || joined)
            return rc;
        nap();
    }
    return bx_fail(err, BX_ETIMEOUT, "store %s is being counted by another process: try again",
                   st->path);
}

static void end(bx_store *st)
{
    if (flock(st->qfd, LOCK_EX | LOCK_NB) == 0 && st->q->clean == IN_USE)
        st->q->clean = CLEAN;
    (void)flock(st->qfd, LOCK_UN);
}

bx_code bx_store_enter(bx_store *st, bx_error *err)
{
    (void)pthread_mutex_lock(&st->enter);
    bx_code rc = st->users == 0 ? begin(st, err) : BX_OK;
    if (rc == BX_OK)
        st->users++;
    (void)pthread_mutex_unlock(&st->enter);
    return rc;
}

void bx_store_leave(bx_store *st)
{
    (void)pthread_mutex_lock(&st->enter);
    if (--st->users == 0)
        end(st);
    (void)pthread_mutex_unlock(&st->enter);
}

/* ---- opening -------------------------------------------------------------------------------- */
static bx_code open_tree(bx_store *st, int parent, const char *name, bx_error *err)
{
    if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
        return bx_fail_errno(err, errno, "store %s", st->path);
    st->dirfd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (st->dirfd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return bx_fail(err, BX_EUNSAFE, "store %s is not a directory: move away what is there",
                       st->path);
    if (st->dirfd < 0)
        return bx_fail_errno(err, errno, "store %s", st->path);
    return bx_dir_check_private(st->dirfd, st->path, err);
}

/* Zeros where nothing is yet.  Whoever holds the lock has done so before. */
static int write_out(int fd)
{
    static const char zeros[sizeof(quota_file)];
    struct stat s;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return 0;
    int r = fstat(fd, &s);
    size_t have = r == 0 && s.st_size < (off_t)sizeof zeros ? (size_t)s.st_size : sizeof zeros;
    size_t n = sizeof zeros - have;
    if (n > 0 && pwrite(fd, zeros, n, (off_t)have) != (ssize_t)n)
        r = -1;
    if (r == 0)
        r = fsync(fd);
    int why = errno;
    (void)flock(fd, LOCK_UN);
    errno = why;
    return r;
}

/* A page of a hole that is written through the map on a full disk would end this process (SIGBUS).
 * So the room is taken before; on file systems that copy what is written, in place. */
static bx_code allocate_quota(bx_store *st, off_t size, bx_error *err)
{
    int flags = 0;
    if (size == 0 && ioctl(st->qfd, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_NOCOW_FL;
        (void)ioctl(st->qfd, FS_IOC_SETFLAGS, &flags); /* btrfs; others do not know it */
    }
    int r;
    do {
        r = fallocate(st->qfd, 0, 0, sizeof(quota_file));
    } while (r != 0 && errno == EINTR);
    if (r != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
        r = write_out(st->qfd);
    return r == 0 ? BX_OK : bx_fail_errno(err, errno, "quota of store %s", st->path);
}

static bx_code open_quota(bx_store *st, int parent, const char *name, bx_error *err)
{
    char file[BX_NAME_MAX + 1];
    struct stat s;
    (void)snprintf(file, sizeof file, "%s.quota", name);
    st->qfd = openat(parent, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (st->qfd < 0 || fstat(st->qfd, &s) != 0)
        return bx_fail_errno(err, errno, "quota of store %s", st->path);
    if (!S_ISREG(s.st_mode) || s.st_uid != geteuid() || (s.st_mode & 022) || s.st_nlink != 1)
        return bx_fail(err, BX_EUNSAFE,
                       "%s.quota is not a file only its owner can write: remove it", st->path);
    bx_code rc = allocate_quota(st, s.st_size, err);
    if (rc != BX_OK)
        return rc;
    void *p = mmap(NULL, sizeof(quota_file), PROT_READ | PROT_WRITE, MAP_SHARED, st->qfd, 0);
    if (p == MAP_FAILED)
        return bx_fail_errno(err, errno,
                             "%s.quota cannot be mapped (some file systems share no memory): set "
                             "BOXAGNTS_HOME to a directory of another one",
                             st->path);
    st->q = p;
    return BX_OK;
}

bx_code bx_store_new(const char *store_dir, const bx_cap *cap, bx_store **ret, bx_error *err)
{
    BX_AUTOCLOSE int parent = -1;
    bx_code rc = bx_dir_open_private(store_dir, &parent, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "store:%s", cap->path);
    bx_store *st = bx_calloc(1, sizeof *st);
    if (!st)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    st->dirfd = st->qfd = -1;
    st->max = cap->size;
    (void)pthread_mutex_init(&st->enter, NULL);
    size_t n = strlen(store_dir) + 1 + strlen(cap->path) + 1;
    st->path = bx_calloc(1, n);
    if (st->path)
        (void)snprintf(st->path, n, "%s/%s", store_dir, cap->path);
    else
        rc = bx_fail(err, BX_ENOMEM, "out of memory");
    if (rc == BX_OK)
        rc = open_tree(st, parent, cap->path, err);
    if (rc == BX_OK)
        rc = open_quota(st, parent, cap->path, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(st);
    bx_store_free(st);
    return rc;
}

void bx_store_free(bx_store *st)
{
    if (!st)
        return;
    if (st->q)
        (void)munmap(st->q, sizeof *st->q);
    if (st->qfd >= 0)
        (void)close(st->qfd);
    if (st->dirfd >= 0)
        (void)close(st->dirfd);
    (void)pthread_mutex_destroy(&st->enter);
    free(st->path);
    free(st);
}
