/* vfs/kv.h - keys and values in the store of a session: what wasi:keyvalue shows of store:NAME.
 * Same thread rules as the session; two sessions, in one process or several, may use one store.
 *
 * Each value is a file in /store/.kv, so it counts against the store's quota (4 KiB and its size
 * rounded up to 4 KiB), against fs_write and files_created, obeys deny: rules, and makes file
 * events.  docs/keyvalue.md describes the files.
 *
 * Every function does its whole work under the store's lock: nobody sees half of it, and what
 * reads before it writes (increment, swap) is atomic between threads and processes.  A value is
 * replaced by renaming a finished file over the old one; after a crash it is the old or the new.
 *
 * Keys are UTF-8, no NUL byte, 0 to BX_KV_KEY_MAX bytes.
 * Errors of all: NOENT no such key; NAMETOOLONG, INVAL, ILSEQ the key; ACCES carved out; BUSY the
 * lock is not let go; BADMSG the file is not one of a value; NOTSUP the session has no store;
 * NOMEM, IO, NOSPC, ... of the host. */
#ifndef BX_VFS_KV_H
#define BX_VFS_KV_H

#include "base/buf.h"
#include "vfs/vfs.h"

enum {
    BX_KV_KEY_MAX = 1024, /* bytes */
    BX_KV_PAGE = 1000,    /* keys of one page of bx_kv_list */
};

/* The value is appended to `ret`, whose max bounds it: 2BIG. */
bx_errno bx_kv_get(bx_vfs_session *s, bx_str key, bx_buf *ret);
bx_errno bx_kv_exists(bx_vfs_session *s, bx_str key);

/* DQUOT: fs_write, files_created or the store's quota, which has to have room for the old and the
 * new value at once.  The old value stays then. */
bx_errno bx_kv_set(bx_vfs_session *s, bx_str key, bx_str value);
bx_errno bx_kv_remove(bx_vfs_session *s, bx_str key);

/* Values are whole numbers in decimal, as text; an absent one counts as 0.  DOM: the value is no
 * such text; RANGE: it or the sum does not fit; DQUOT.  It stays as it was then. */
bx_errno bx_kv_increment(bx_vfs_session *s, bx_str key, int64_t delta, int64_t *ret);

/* Set `value` if the value is still `old` (NULL: if there is none).  *ret_done: it was.  DQUOT. */
bx_errno bx_kv_swap(bx_vfs_session *s, bx_str key, const bx_str *old, bx_str value, bool *ret_done);

/* Up to BX_KV_PAGE keys behind `after` (NULL: from the first), sorted by their bytes; each is
 * borrowed for the call of `give`, which must not use the store.  *ret_more: there are further
 * ones.  Each key given counts against dir_entries: DQUOT. */
bx_errno bx_kv_list(bx_vfs_session *s, const bx_str *after, void (*give)(void *ctx, bx_str key),
                    void *ctx, bool *ret_more);

#endif
