/* os/file_id.h - what tells, without reading a file, that it still holds what it held.
 * Any thread; no state. */
#ifndef BX_OS_FILE_ID_H
#define BX_OS_FILE_ID_H

#include "base/defs.h"

/* Equal values of a settled file: the same file, unchanged.  The change time cannot be set
 * (inode(7): st_ctime is the kernel's own). */
typedef struct bx_file_id {
    uint64_t dev, ino, size;
    uint64_t mtime_ns, ctime_ns; /* since 1970 */
} bx_file_id;

/* Of the open file `fd`.  False, and *ret is untouched: not a regular file, or on a file system
 * that does not keep change times itself (FUSE, network, removable formats), where equal values say
 * nothing.  Two system calls. */
BX_NODISCARD bool bx_file_id_of(int fd, bx_file_id *ret);

/* Whether the last change is so long past that a further one must get another change time: time
 * stamps advance in steps of some milliseconds, so two changes within one step look alike. */
bool bx_file_id_is_settled(const bx_file_id *id);

bool bx_file_id_equal(const bx_file_id *a, const bx_file_id *b);

#endif
