/* vfs/errno.h - error numbers as guests see them (bx_errno, bx_types.h) and those of the host. */
#ifndef BX_VFS_ERRNO_H
#define BX_VFS_ERRNO_H

#include "base/defs.h"
#include "bx_types.h"

/* errno of the host -> errno of the guest; unknown ones become BX_E_IO. */
bx_errno bx_errno_from_host(int host_errno);
const char *bx_errno_name(bx_errno e); /* "noent"; never NULL */

#endif
