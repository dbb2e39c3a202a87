/* sandbox/cache.h - compiled code on disk.
 * An entry's name is the SHA-256 over the module's bytes, their kind and the engine's fingerprint
 * (version, settings, CPU features); it ends with an HMAC-SHA-256 over name and code, with a key
 * only this user can read.  So an entry that was damaged, swapped with another, or written by
 * somebody else never loads: it is rebuilt.  Entries are written to a temporary name and renamed.
 *
 * What was checked once is remembered ("NAME.seen", under an HMAC too): which file held which
 * module, and which file holds its code.  As long as both files are the same and unchanged
 * (os/file_id.h), neither is read again.  Any thread may call; processes may share the directory.
 */
#ifndef BX_SANDBOX_CACHE_H
#define BX_SANDBOX_CACHE_H

#include "base/buf.h"
#include "os/file_id.h"

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

/* Where a line for the operator goes when an entry failed its check, entries were thrown out, or
 * the cache cannot be written.  Set before first use; may be NULL. */
void bx_cache_on_notice(bx_cache *c, void (*notice)(void *ctx, const char *text), void *ctx);
void bx_cache_notice(const bx_cache *c, const char *fmt, ...) BX_PRINTF(2, 3);

/* `of_wasm`: SHA-256 of the module's bytes. */
bx_cache_key bx_cache_key_of(const uint8_t of_wasm[32], int kind, const char *fingerprint);

/* A file whose first `n` bytes are code that was checked. */
typedef struct bx_cached {
    int fd; /* owned */
    size_t n;
    bx_file_id id;
    bool known; /* `id` can be remembered */
} bx_cached;

/* BX_OK with the code in *ret; BX_ENOENT: no entry; BX_EGUEST: an entry that fails its check
 * (already removed); BX_EIO, BX_ENOMEM: it may be good, but cannot be opened or read now (left
 * alone). */
BX_NODISCARD bx_code bx_cache_load(bx_cache *c, const bx_cache_key *key, bx_cached *ret,
                                   bx_error *err);

/* Store and prune the least recently used entries beyond the maximum, with a notice.  What was just
 * stored stays, however large. */
BX_NODISCARD bx_code bx_cache_store(bx_cache *c, const bx_cache_key *key, const uint8_t *code,
                                    size_t n, bx_error *err);

/* A module by its file. */
typedef struct bx_cache_seen {
    int kind;     /* as bx_cache_key_of was given it */
    bool wrapped; /* the file is a component around what `of_wasm` is of */
    uint8_t of_wasm[32];
    bx_cached code;
} bx_cache_seen;

/* Remember that the file `module` (settled) held `seen->of_wasm`, whose code for the engine with
 * this fingerprint is in `seen->code` (known).  What cannot be written is not remembered. */
void bx_cache_remember(bx_cache *c, const bx_file_id *module, const char *fingerprint,
                       const bx_cache_seen *seen);

/* What is remembered of `module`, if its code's file is unchanged too.  False: nothing that holds.
 */
BX_NODISCARD bool bx_cache_recall(bx_cache *c, const bx_file_id *module, const char *fingerprint,
                                  bx_cache_seen *ret);

#endif
