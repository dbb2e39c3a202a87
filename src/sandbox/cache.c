#include "sandbox/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/sha256.h"
#include "os/clock.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "sandbox/cache_internal.h"

enum {
    KEY_BYTES = BX_CACHE_KEY_BYTES,
    MAC_BYTES = BX_CACHE_MAC_BYTES,
    TAIL_BYTES = BX_CACHE_TAIL_BYTES,
};
static const char magic[8] = {'B', 'X', 'C', 'O', 'D', 'E', '0', '2'};

/* An entry is: code, magic, HMAC-SHA-256(key, name || code).  The code comes first so that it can
 * be mapped as it is.  The number of this format is in the name too, so that an older or newer
 * program with the same directory does not take ours for damaged. */

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

bx_cache_key bx_cache_key_of(const uint8_t of_wasm[32], int kind, const char *fingerprint)
{
    char head[512];
    uint8_t all[32];
    int len = snprintf(head, sizeof head, "entry 2\n%d\n%s\n", kind, fingerprint);
    BX_ASSERT(len > 0 && (size_t)len < sizeof head - 32);
    memcpy(head + len, of_wasm, 32);
    bx_sha256(head, (size_t)len + 32, all);
    bx_cache_key key;
    bx_sha256_hex(all, key.name);
    return key;
}

void bx_cache_mac(const bx_cache *c, const char *name, const void *p, size_t n,
                  uint8_t mac[MAC_BYTES])
{
    bx_str parts[2] = {bx_str_of(name), {p, n}};
    bx_hmac_sha256v(c->key, KEY_BYTES, parts, 2, mac);
}

void bx_cache_touch(int fd, const bx_file_id *id)
{
    const uint64_t day = UINT64_C(86400000000000);
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME);
    if (now > id->mtime_ns && now - id->mtime_ns > day)
        (void)futimens(fd, NULL);
}

static bx_code reject(bx_cache *c, const bx_cache_key *key, const char *why, bx_error *err)
{
    (void)unlinkat(c->dir, key->name, 0);
    bx_cache_notice(c, "code cache entry %.12s… %s; it was removed and is compiled again",
                    key->name, why);
    return bx_fail(err, BX_EGUEST, "code cache entry %.12s… %s", key->name, why);
}

/* It may be good: too few descriptors or too little memory say nothing about an entry. */
static bx_code leave(bx_cache *c, const bx_cache_key *key, int sys, const char *what, bx_error *err)
{
    bx_cache_notice(c, "code cache entry %.12s… cannot be %s (%s); it is compiled without it",
                    key->name, what, strerror(sys));
    return bx_fail_errno(err, sys, "code cache entry %.12s… cannot be %s", key->name, what);
}

/* Whether the file's tail vouches for the rest; `all` is the whole file. */
static bool is_genuine(const bx_cache *c, const bx_cache_key *key, const uint8_t *all, size_t n)
{
    uint8_t mac[MAC_BYTES];
    const uint8_t *tail = all + n;
    bx_cache_mac(c, key->name, all, n, mac);
    return memcmp(tail, magic, sizeof magic) == 0 &&
           bx_equal_ct(mac, tail + sizeof magic, MAC_BYTES);
}

static bx_code check(bx_cache *c, const bx_cache_key *key, int fd, bx_cached *ret, bx_error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return leave(c, key, errno, "opened", err);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return reject(c, key, "is not a file of ours", err);
    if (st.st_size < TAIL_BYTES || st.st_size > BX_MAX_MODULE_BYTES * INT64_C(4))
        return reject(c, key, "has an impossible size", err);
    bx_file_id after;
    ret->known = bx_file_id_of(fd, &ret->id) && bx_file_id_is_settled(&ret->id);
    ret->n = (size_t)st.st_size - TAIL_BYTES;
    void *all = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (all == MAP_FAILED)
        return leave(c, key, errno, "read", err);
    bool genuine = is_genuine(c, key, all, ret->n);
    (void)munmap(all, (size_t)st.st_size);
    if (!genuine)
        return reject(c, key, "fails its check", err);
    if (ret->known)
        ret->known = bx_file_id_of(fd, &after) && bx_file_id_equal(&ret->id, &after);
    return BX_OK;
}

bx_code bx_cache_load(bx_cache *c, const bx_cache_key *key, bx_cached *ret, bx_error *err)
{
    BX_AUTOCLOSE int fd = openat(c->dir, key->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return bx_fail(err, BX_ENOENT, "not in the code cache");
    if (fd < 0 && errno == ELOOP)
        return reject(c, key, "is not a file of ours", err);
    if (fd < 0)
        return leave(c, key, errno, "opened", err);
    bx_cached found = {.fd = -1};
    bx_code rc = check(c, key, fd, &found, err);
    if (rc != BX_OK)
        return rc;
    bx_cache_touch(fd, &found.id);
    found.fd = bx_fd_take(&fd);
    *ret = found;
    return BX_OK;
}

bx_code bx_cache_store(bx_cache *c, const bx_cache_key *key, const uint8_t *code, size_t n,
                       bx_error *err)
{
    uint8_t tail[TAIL_BYTES];
    memcpy(tail, magic, sizeof magic);
    bx_cache_mac(c, key->name, code, n, tail + sizeof magic);
    bx_str parts[2] = {{(const char *)code, n}, {(const char *)tail, sizeof tail}};
    bx_code rc = bx_file_write_atomic(c->dir, key->name, 0600, parts, 2, err);
    if (rc == BX_OK)
        bx_cache_prune(c);
    return rc;
}
