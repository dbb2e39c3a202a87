/* os/fstype.h - what kind of file system an object is on.  Any thread; no state. */
#ifndef BX_OS_FSTYPE_H
#define BX_OS_FSTYPE_H

#include "base/defs.h"

/* Is `fd` on one of the kernel's own file systems (proc, sysfs, control groups, debugging, security
 * and the like), whose files show or steer processes and the machine?  Also yes when that cannot be
 * told.  One system call. */
bool bx_fd_is_kernel_fs(int fd);

/* Is `fd` on a file system where this kernel alone sets the change time of a file, at every change?
 * No for FUSE, network and FAT file systems, whose servers or drivers make it up, and for unknown
 * ones.  One system call. */
bool bx_fd_keeps_change_times(int fd);

#endif
