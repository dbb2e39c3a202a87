/* sandbox/cache.h - compiled code on disk.
 * An entry's name is the SHA-256 over the module's bytes, their kind and the engine's fingerprint
 * (version, settings, CPU features); its content carries an HMAC-SHA-256 over name and code, with
 * a key only this user can read.  So an entry that was damaged, swapped with another, or written
 * by somebody else never loads: it is rebuilt.  Entries are written to a temporary name and
 * renamed. Any thread may call; processes may share the directory. */
#ifndef BX_SANDBOX_CACHE_H
#define BX_SANDBOX_CACHE_H

#include "base/buf.h"

typedef struct bx_cache bx_cache;
typedef struct bx_cache_key {
    char name[65];
} bx_cache_key; /* lower-case hex */

#define BX_CACHE_MAX (UINT64_C(1) << 30) /* bytes kept unless told otherwise */

/* Open `dir` (created 0700 with its parents when missing).  BX_EUNSAFE when it is not ours or
 * others can write to it.  `key_dir` holds `cache.key` (made when missing, 0600). */
BX_NODISCARD bx_code bx_cache_open(const char *dir, const char *key_dir, uint64_t max_bytes,
                                   bx_cache **ret, bx_error *err);
void bx_cache_free(bx_cache *c);
BX_DEFINE_AUTO(bx_cache, bx_cache_free)

/* Where a line for the operator goes when an entry failed its check or the cache cannot be
 * written.  Set before first use; may be NULL. */
void bx_cache_on_notice(bx_cache *c, void (*notice)(void *ctx, const char *text), void *ctx);
void bx_cache_notice(const bx_cache *c, const char *fmt, ...) BX_PRINTF(2, 3);

bx_cache_key bx_cache_key_of(const uint8_t *wasm, size_t n, int kind, const char *fingerprint);

/* BX_OK with the code in *ret (owned buffer); BX_ENOENT: no entry; BX_EGUEST: an entry that
 * fails its check (already removed). */
BX_NODISCARD bx_code bx_cache_load(bx_cache *c, const bx_cache_key *key, bx_buf *ret,
                                   bx_error *err);

/* Store and prune the least recently used entries beyond the maximum. */
BX_NODISCARD bx_code bx_cache_store(bx_cache *c, const bx_cache_key *key, const uint8_t *code,
                                    size_t n, bx_error *err);

#endif
