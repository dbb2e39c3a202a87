/* vfs/errno.h - error numbers as guests see them: wasi_snapshot_preview1 `errno` (the
 * witx document's order).  wasi:filesystem's error-code is derived from these. */
#ifndef BX_VFS_ERRNO_H
#define BX_VFS_ERRNO_H

#include "base/defs.h"

typedef enum bx_errno {
#define BX_ERRNO(name, value, host) BX_E_##name = value,
#include "vfs/errno.def"
#undef BX_ERRNO
} bx_errno;

/* errno of the host -> errno of the guest; unknown ones become BX_E_IO. */
bx_errno bx_errno_from_host(int host_errno);
const char *bx_errno_name(bx_errno e); /* "noent"; never NULL */

#endif
