/* os/watch.h - told when files change, by their paths (inotify(7)).  One thread waits; any thread
 * may add and remove.
 *
 * What is told is that something may have changed: whoever hears it looks.  On file systems whose
 * changes are made elsewhere (over a network) nothing is told. */
#ifndef BX_OS_WATCH_H
#define BX_OS_WATCH_H

#include "os/ctl.h"

enum {
    BX_WATCH_MAX_PATHS = 1024,
    BX_WATCH_MAX_BELOW = 256, /* directories in one that is watched with what is below */
};

typedef enum bx_watch_how {
    BX_WATCH_PATH = 0,
    BX_WATCH_BELOW = 1,    /* and what is in the directories below */
    BX_WATCH_NO_LINKS = 2, /* nothing is told of what a symbolic link on the way leads to */
} bx_watch_how;

typedef struct bx_watch bx_watch;

/* BX_EIO: the kernel gives out no more of them (fs.inotify.max_user_instances). */
BX_NODISCARD bx_code bx_watch_new(bx_watch **ret, bx_error *err);
void bx_watch_free(bx_watch *w); /* nobody waits.  NULL is fine */
BX_DEFINE_AUTO(bx_watch, bx_watch_free)

/* From here on `tag` is told when `path`, an absolute one, is made, removed, replaced or written
 * to, whether there is anything now or not; of a directory, also when what is directly in it is,
 * and with BX_WATCH_BELOW, what is directly in those of its directories that are no links.
 * BX_ELIMIT, BX_EINVAL. */
BX_NODISCARD bx_code bx_watch_add(bx_watch *w, const char *path, bx_watch_how how, uint64_t tag,
                                  bx_error *err);
void bx_watch_remove(bx_watch *w, uint64_t tag); /* all paths with this tag */

/* The next tag that has something to be told, each once for any number of changes; false: `ctl`
 * ended it, or `until_ns` (CLOCK_MONOTONIC; UINT64_MAX: never) passed. */
bool bx_watch_next(bx_watch *w, const bx_ctl *ctl, uint64_t until_ns, uint64_t *ret_tag);

#endif
