/* vfs/kv_internal.h - what src/vfs/kv*.c share: how keys are written as file names, what stands in
 * such a file, and one operation on the store. */
#ifndef BX_VFS_KV_INTERNAL_H
#define BX_VFS_KV_INTERNAL_H

#include "vfs/kv.h"
#include "vfs/store.h"

/* ---- kv_name.c: pure --------------------------------------------------------------------- */
#define BX_KV_DIR  ".kv"
#define BX_KV_TEMP "temp" /* no key has this name: they begin with 'k' or 'h' */

/* "k" and the key, with every byte but a-z, 0-9, '.', '_' and '-' as %xx (lower case, so that names
 * do not differ in case only); where that is longer than a name, "h" and the key's SHA-256.
 * NAMETOOLONG, INVAL (a NUL byte), ILSEQ. */
bx_errno bx_kv_name(bx_str key, char out[BX_NAME_MAX + 1]);

/* The key of a "k" name; false when bx_kv_name would not have made it. */
bool bx_kv_key_of_name(const char *name, char out[BX_KV_KEY_MAX], size_t *ret_n);

/* A value's file: this, the key, the value.  All numbers little-endian. */
enum { BX_KV_HEAD = 16 };
void bx_kv_head(size_t key_n, uint64_t value_n, uint8_t out[BX_KV_HEAD]);
/* Does it belong to a file of `size` bytes?  *key_n is at most BX_KV_KEY_MAX then. */
bool bx_kv_read_head(const uint8_t head[BX_KV_HEAD], uint64_t size, size_t *key_n,
                     uint64_t *value_n);

/* ---- kv.c: one operation, which holds the store's lock -------------------------------------- */
typedef struct bx_kv_op {
    bx_vfs_session *s;
    bx_store *st;
    bx_file *dir; /* /store */
    bx_str key;
    char path[sizeof BX_KV_DIR "/" + BX_NAME_MAX]; /* of the value, below /store */
} bx_kv_op;

/* bx_kv_begin takes the lock when it succeeds, bx_kv_end gives it back; `key` NULL: none in
 * particular, then `path` is the directory.  NOTSUP, BUSY, and what bx_kv_name says. */
bx_errno bx_kv_begin(bx_kv_op *o, bx_vfs_session *s, const bx_str *key);
void bx_kv_end(bx_kv_op *o);

typedef struct bx_kv_file {
    int fd; /* open for reading; owned: close it */
    uint64_t value_at, value_n;
    size_t key_n;
    char key[BX_KV_KEY_MAX];
} bx_kv_file;

/* Open what `path_fd` (O_PATH) shows, if it is the file of a value.  BADMSG. */
bx_errno bx_kv_open_file(int path_fd, bx_kv_file *ret);

#endif
