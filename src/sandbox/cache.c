#include "sandbox/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/sha256.h"
#include "os/dirs.h"
#include "os/fd.h"

enum { KEY_BYTES = 32, MAC_BYTES = 32, NAME_LEN = 64, HEAD_BYTES = 8 + MAC_BYTES };
static const char magic[8] = {'B', 'X', 'C', 'O', 'D', 'E', '0', '1'};

/* An entry is: magic, HMAC-SHA-256(key, name || code), code. */
struct bx_cache {
    int dir;
    uint8_t key[KEY_BYTES];
    uint64_t max_bytes;
    void (*notice)(void *ctx, const char *text);
    void *notice_ctx;
};

void bx_cache_on_notice(bx_cache *c, void (*notice)(void *ctx, const char *text), void *ctx)
{
    c->notice = notice;
    c->notice_ctx = ctx;
}

void bx_cache_notice(const bx_cache *c, const char *fmt, ...)
{
    if (!c->notice)
        return;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    c->notice(c->notice_ctx, text);
}

/* Two processes may make the key at the same time: each writes its own file, link(2) lets one
 * win, and both read what won. */
static bx_code make_key(int dir, bx_error *err)
{
    uint8_t key[KEY_BYTES];
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return bx_fail_errno(err, errno, "random bytes for the cache key");
    char tmp[64];
    (void)snprintf(tmp, sizeof tmp, ".key.%ld.%02x%02x", (long)getpid(), key[0], key[1]);
    BX_AUTOCLOSE int fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return bx_fail_errno(err, errno, "make the cache key");
    bx_code rc = bx_fd_write_full(fd, key, sizeof key, err);
    if (rc == BX_OK && linkat(dir, tmp, dir, "cache.key", 0) != 0 && errno != EEXIST)
        rc = bx_fail_errno(err, errno, "make the cache key");
    (void)unlinkat(dir, tmp, 0);
    return rc;
}

static bx_code read_key(int dir, uint8_t key[KEY_BYTES], bx_error *err)
{
    BX_AUTOCLOSE int fd = openat(dir, "cache.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno == ENOENT ? BX_ENOENT : bx_fail_errno(err, errno, "open the cache key");
    /* A key that others may read or set would let them forge code that we then execute. */
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0)
        return bx_fail(err, BX_EUNSAFE,
                       "cache key: not a file that only its owner can read (mode 0600)");
    if (st.st_size != KEY_BYTES)
        return bx_fail(err, BX_EINVAL,
                       "cache key: %lld bytes instead of %d; remove it to make a new one",
                       (long long)st.st_size, KEY_BYTES);
    return bx_fd_read_full(fd, key, KEY_BYTES, err);
}

static bx_code load_key(const char *key_dir, uint8_t key[KEY_BYTES], bx_error *err)
{
    BX_AUTOCLOSE int dir = -1;
    bx_code rc = bx_dir_open_private(key_dir, &dir, err);
    if (rc != BX_OK)
        return rc;
    rc = read_key(dir, key, err);
    if (rc != BX_ENOENT)
        return rc;
    rc = make_key(dir, err);
    return rc == BX_OK ? read_key(dir, key, err) : rc;
}

bx_code bx_cache_open(const char *dir, const char *key_dir, uint64_t max_bytes, bx_cache **ret,
                      bx_error *err)
{
    BX_AUTO(bx_cache) bx_cache *c = bx_calloc(1, sizeof *c);
    if (!c)
        return bx_fail(err, BX_ENOMEM, "code cache");
    c->dir = -1;
    c->max_bytes = max_bytes;
    bx_code rc = bx_dir_open_private(dir, &c->dir, err);
    if (rc == BX_OK)
        rc = load_key(key_dir, c->key, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "code cache '%s'", dir);
    *ret = BX_TAKE(c);
    return BX_OK;
}

void bx_cache_free(bx_cache *c)
{
    if (!c)
        return;
    if (c->dir >= 0)
        (void)close(c->dir);
    free(c);
}

bx_cache_key bx_cache_key_of(const uint8_t *wasm, size_t n, int kind, const char *fingerprint)
{
    uint8_t of_wasm[32], all[32];
    bx_sha256(wasm, n, of_wasm);
    char head[512];
    int len = snprintf(head, sizeof head, "%d\n%s\n", kind, fingerprint);
    BX_ASSERT(len > 0 && (size_t)len < sizeof head - sizeof of_wasm);
    memcpy(head + len, of_wasm, sizeof of_wasm);
    bx_sha256(head, (size_t)len + sizeof of_wasm, all);
    bx_cache_key key;
    for (size_t i = 0; i < sizeof all; i++)
        (void)snprintf(key.name + 2 * i, 3, "%02x", all[i]);
    return key;
}

/* HMAC over the name and the code: the name is in it so that one valid entry cannot stand in
 * for another. */
static void mac_of(const bx_cache *c, const bx_cache_key *key, const void *code, size_t n,
                   uint8_t mac[MAC_BYTES])
{
    bx_str parts[2] = {{key->name, NAME_LEN}, {code, n}};
    bx_hmac_sha256v(c->key, KEY_BYTES, parts, 2, mac);
}

static bx_code reject(bx_cache *c, const bx_cache_key *key, const char *why, bx_error *err)
{
    (void)unlinkat(c->dir, key->name, 0);
    bx_cache_notice(c, "code cache entry %.12s… %s; it was removed and is compiled again",
                    key->name, why);
    return bx_fail(err, BX_EGUEST, "code cache entry %.12s… %s", key->name, why);
}

bx_code bx_cache_load(bx_cache *c, const bx_cache_key *key, bx_buf *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = openat(c->dir, key->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return errno == ENOENT ? bx_fail(err, BX_ENOENT, "not in the code cache")
                               : reject(c, key, "cannot be opened", err);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return reject(c, key, "is not a file of ours", err);
    if (st.st_size < HEAD_BYTES || st.st_size > BX_MAX_MODULE_BYTES * INT64_C(4))
        return reject(c, key, "has an impossible size", err);

    char head[HEAD_BYTES], *code;
    size_t n = (size_t)st.st_size - HEAD_BYTES;
    *ret = bx_buf_init(n);
    bx_code rc = bx_buf_reserve(ret, n, &code);
    if (rc != BX_OK)
        return bx_fail(err, rc, "code cache entry of %zu bytes", n);
    if (bx_fd_read_full(fd, head, sizeof head, NULL) != BX_OK ||
        bx_fd_read_full(fd, code, n, NULL) != BX_OK) {
        bx_buf_done(ret);
        return reject(c, key, "cannot be read", err);
    }
    uint8_t mac[MAC_BYTES];
    mac_of(c, key, code, n, mac);
    if (memcmp(head, magic, sizeof magic) != 0 || !bx_equal_ct(mac, head + 8, MAC_BYTES)) {
        bx_buf_done(ret);
        return reject(c, key, "fails its check", err);
    }
    ret->n = n;
    (void)futimens(fd, NULL); /* recently used: pruned last */
    return BX_OK;
}

struct entry {
    char name[NAME_LEN + 1];
    struct timespec used;
    uint64_t size;
};

static int by_age(const void *a, const void *b)
{
    const struct timespec *x = &((const struct entry *)a)->used,
                          *y = &((const struct entry *)b)->used;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

static size_t list_entries(DIR *d, struct entry *e, size_t max, uint64_t *total)
{
    size_t n = 0;
    *total = 0;
    for (const struct dirent *de; n < max && (de = readdir(d));) {
        struct stat st;
        if (strlen(de->d_name) != NAME_LEN ||
            fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        memcpy(e[n].name, de->d_name, NAME_LEN + 1);
        e[n].used = st.st_mtim;
        e[n].size = (uint64_t)st.st_size;
        *total += e[n++].size;
    }
    return n;
}

static void prune(const bx_cache *c)
{
    enum { MOST = 4096 };
    int fd = openat(c->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    BX_AUTOFREE struct entry *e = bx_calloc(MOST, sizeof *e);
    uint64_t total = 0;
    size_t n = e ? list_entries(d, e, MOST, &total) : 0;
    if (e && total > c->max_bytes) {
        qsort(e, n, sizeof *e, by_age);
        for (size_t i = 0; i + 1 < n && total > c->max_bytes; i++) {
            if (unlinkat(c->dir, e[i].name, 0) == 0)
                total -= e[i].size;
        }
    }
    (void)closedir(d);
}

bx_code bx_cache_store(bx_cache *c, const bx_cache_key *key, const uint8_t *code, size_t n,
                       bx_error *err)
{
    uint8_t head[HEAD_BYTES];
    memcpy(head, magic, sizeof magic);
    mac_of(c, key, code, n, head + 8);
    bx_str parts[2] = {{(const char *)head, sizeof head}, {(const char *)code, n}};
    bx_code rc = bx_file_write_atomic(c->dir, key->name, 0600, parts, 2, err);
    if (rc == BX_OK)
        prune(c);
    return rc;
}
