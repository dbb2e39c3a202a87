/* os/dirs.h - where this user's state lives, and directories nobody else can write to.
 * Any thread; reads the environment, so nobody may change it meanwhile. */
#ifndef BX_OS_DIRS_H
#define BX_OS_DIRS_H

#include "base/error.h"

/* $BOXAGNTS_HOME, else $XDG_DATA_HOME/boxagnts, else $HOME/.local/share/boxagnts, as text; nothing
 * is created.  A relative $BOXAGNTS_HOME is BX_EINVAL; a relative $XDG_DATA_HOME is ignored, as the
 * XDG base directory specification wants.  BX_ENOENT when none of them is set; BX_ELIMIT when
 * the path does not fit. */
BX_NODISCARD bx_code bx_home_dir(char *out, size_t cap, bx_error *err);

/* Make the directory `path` and its missing parents with mode 0700; one that exists is left
 * as it is.  BX_EIO, BX_EINVAL (empty or too long). */
BX_NODISCARD bx_code bx_dir_make(const char *path, bx_error *err);

/* The open directory `fd` belongs to us, and neither its group nor others can write to it;
 * else BX_EUNSAFE, in words that name `path` and say what to change.  An access list counts: its
 * mask shows as the group's bits. */
BX_NODISCARD bx_code bx_dir_check_private(int fd, const char *path, bx_error *err);

/* bx_dir_make, open, and bx_dir_check_private on what was opened; nor can everybody write to a
 * directory above it, unless it is sticky (BX_EUNSAFE).  *ret_fd: the caller closes it;
 * close-on-exec, may be listed and used as dirfd. */
BX_NODISCARD bx_code bx_dir_open_private(const char *path, int *ret_fd, bx_error *err);

#endif
