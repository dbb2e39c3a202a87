/* sandbox/cache_internal.h - shape of the cache, shared by its files. */
#ifndef BX_SANDBOX_CACHE_INTERNAL_H
#define BX_SANDBOX_CACHE_INTERNAL_H

#include "sandbox/cache.h"

enum {
    BX_CACHE_KEY_BYTES = 32,
    BX_CACHE_MAC_BYTES = 32,
    BX_CACHE_NAME_LEN = 64,
    BX_CACHE_TAIL_BYTES = 8 + BX_CACHE_MAC_BYTES, /* what follows the code of an entry */
};
#define BX_CACHE_SEEN ".seen" /* follows the name of what is remembered */

struct bx_cache {
    int dir;
    uint8_t key[BX_CACHE_KEY_BYTES];
    uint64_t max_bytes;
    void (*notice)(void *ctx, const char *text);
    void *notice_ctx;
};

/* HMAC of name and content: the name is in it so that one valid file cannot stand in for another.
 */
void bx_cache_mac(const bx_cache *c, const char *name, const void *p, size_t n,
                  uint8_t mac[BX_CACHE_MAC_BYTES]);

/* Note that `fd` is in use, once a day: pruned last then.  Changes its change time. */
void bx_cache_touch(int fd, const bx_file_id *id);

/* Throw out the least recently used files beyond the maximum, and old memories. */
void bx_cache_prune(const bx_cache *c);

#endif
