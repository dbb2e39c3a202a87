#include "vfs/internal.h"
bx_code bx_store_new(const char *store_dir, const bx_cap *cap, bx_store **ret, bx_error *err)
{ (void)store_dir; (void)cap; (void)ret; return bx_fail(err, BX_EUNSUPPORTED, "store: not yet"); }
void bx_store_free(bx_store *st) { (void)st; }
int bx_store_dirfd(const bx_store *st) { (void)st; return -1; }
bx_code bx_store_enter(bx_store *st, bx_error *err) { (void)st; (void)err; return BX_OK; }
void bx_store_leave(bx_store *st) { (void)st; }
const bx_backend bx_store_backend = {0};
