/* vfs/store.h - the quota of one store:NAME, shared by all processes that use it.
 * Any thread.  Functions ending in _locked: the caller holds bx_store_lock. */
#ifndef BX_VFS_STORE_H
#define BX_VFS_STORE_H

#include "vfs/object.h"

enum { BX_STORE_ENTRY = 4096, BX_STORE_BLOCK = 4096 };

BX_NODISCARD bx_code bx_store_new(const char *store_dir, const bx_cap *cap, bx_store **ret,
                                  bx_error *err);
void bx_store_free(bx_store *st);
int bx_store_dirfd(const bx_store *st); /* O_PATH; borrowed */
/* Begin and end of one user of the quota. */
BX_NODISCARD bx_code bx_store_enter(bx_store *st, bx_error *err);
void bx_store_leave(bx_store *st);

/* What a file of this size counts, besides its entry. */
static inline uint64_t bx_store_rounded(uint64_t size)
{
    return (size + BX_STORE_BLOCK - 1) / BX_STORE_BLOCK * BX_STORE_BLOCK;
}

/* Wait for the other users, in this and other processes; BUSY when one does not let go. */
bx_errno bx_store_lock(bx_store *st);
void bx_store_unlock(bx_store *st);
bool bx_store_reserve_locked(bx_store *st,
                             uint64_t bytes); /* false: over the quota, nothing taken */
void bx_store_give_locked(bx_store *st, uint64_t bytes);
/* A file that is about to lose a name.  What it is must be asked before: afterwards some file
 * systems (FUSE) no longer open it, and others show it under a hidden name. */
typedef struct bx_leaving {
    struct stat st;
    int fd;     /* owned; -1: could not be opened */
    bool file;  /* a regular file, and this is its last name */
    bool alone; /* nobody has it open */
} bx_leaving;

/* `fd` (O_PATH; -1: unknown) is what will lose a name. */
void bx_store_leaving_locked(int fd, bx_leaving *ret);
/* It did.  Without any name left and with nobody holding it, its contents are gone too. */
void bx_store_gone_locked(bx_vfs_session *s, const bx_leaving *l);
void bx_leaving_done(bx_leaving *l);
#define BX_AUTO_LEAVING __attribute__((cleanup(bx_leaving_done))) bx_leaving
void bx_store_inexact_locked(bx_store *st); /* the count may be too high: the next alone counts */
uint64_t bx_store_left_locked(const bx_store *st);
uint64_t bx_store_used_locked(const bx_store *st);

#endif
