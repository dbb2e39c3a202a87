/* agent/files.h - the files of a workspace that are read for a run before any tool is: notes,
 * skills, definitions.  What a workspace holds is not believed: nothing outside it is read, through
 * no link, and no more than is said.  Any thread. */
#ifndef BX_AGENT_FILES_H
#define BX_AGENT_FILES_H

#include "base/buf.h"

/* Append the regular file `path` beneath the open directory `dir`, at most `max` bytes of it; *cut:
 * there was more.  `links`: symbolic links that stay beneath `dir` are followed.  BX_ENOENT: there
 * is no such file, it is not a regular one, or leads out. */
BX_NODISCARD bx_code bx_agent_read(int dir, const char *path, bool links, size_t max, bx_buf *ret,
                                   bool *cut, bx_error *err);

/* The names in a directory beneath `dir`, sorted, at most `max`; each NUL-terminated, one after the
 * other.  One that is not there has none. */
BX_NODISCARD bx_code bx_agent_names(int dir, const char *path, bool links, size_t max, bx_buf *ret,
                                    size_t *n, bx_error *err);

#endif
