/* agent/files.h - the files of a workspace that are read for a run before any tool is: notes,
 * skills, definitions.  What a workspace holds is not believed: nothing outside it is read, through
 * no link, and no more than is said.  Any thread. */
#ifndef BX_AGENT_FILES_H
#define BX_AGENT_FILES_H

#include "base/buf.h"
#include "tool/belief.h"

/* Append the regular file `path` beneath the open directory `dir`, at most `max` bytes of it; *cut:
 * there was more.  `links`: symbolic links that stay beneath `dir` are followed.  `real`, of
 * BX_BELIEF_MAX_PATH bytes or NULL: where it is, as the kernel calls it; empty: not known.
 * BX_ENOENT: there is no such file, it is not a regular one, or leads out. */
BX_NODISCARD bx_code bx_agent_read(int dir, const char *path, bool links, size_t max, bx_buf *ret,
                                   bool *cut, char *real, bx_error *err);

/* The same of a text that steers the model: at most BX_BELIEF_MAX_BYTES, and how far it is believed
 * (NULL: entirely).  Links are followed to what is believed only.  What may not be shown is
 * BX_ENOENT.  One that is longer is cut and not believed. */
BX_NODISCARD bx_code bx_agent_read_believed(int dir, const char *path, const bx_believer *by,
                                            bx_buf *ret, bx_belief *belief, bx_error *err);

/* The names in a directory beneath `dir`, sorted, at most `max`; each NUL-terminated, one after the
 * other.  One that is not there has none. */
BX_NODISCARD bx_code bx_agent_names(int dir, const char *path, bool links, size_t max, bx_buf *ret,
                                    size_t *n, bx_error *err);

#endif
