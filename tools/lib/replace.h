/* lib/replace.h - the content of a file replaced as a whole: under its name there is the old
 * content or the new, never half of either.  What is new is written beside the file under a name of
 * its own and given the file's name at the end; the sandbox then gives it the mode of the file
 * whose place it takes. One owner.  Numbers that functions return are of errno, 0: done. */
#ifndef BX_LIB_REPLACE_H
#define BX_LIB_REPLACE_H

#include <time.h>

#include "base/buf.h"
#include "lib/result.h"

typedef struct bx_target {
    char *path;       /* owned: the file itself, where symbolic links lead */
    int fd;           /* open for writing, not to be written to; -1: there is no such file */
    bool is_readable; /* from `fd` */
    bool is_link;     /* `path` is not the path that was asked for */
    uint64_t dev, ino, size;
    struct timespec changed;
} bx_target;

/* Look at the file at `path`, which may be missing.  A file that may not be written to is refused,
 * as is what is no regular file.  Whatever it returns, bx_target_done has to follow. */
BX_NODISCARD int bx_target_open(const char *path, bx_target *ret);
void bx_target_done(bx_target *t);

/* The result for a target that could not be opened, read or replaced, in words; as bx_result_end.
 */
int bx_target_fail(bx_result *r, const char *what, const char *path, int error);

/* Right before it is replaced: 0 where the name still means the file that was opened, and that has
 * not been written to since; EAGAIN where not.  What others do between this and the replacing is
 * lost. */
BX_NODISCARD int bx_target_check(const bx_target *t);

/* All of the file into `ret`: EFBIG where that has no room for it and one byte more.  Where the
 * file changes meanwhile, it is what a reader of that moment sees. */
BX_NODISCARD int bx_target_load(const bx_target *t, bx_buf *ret);

typedef struct bx_replace {
    char *temp; /* owned; NULL: nothing is begun */
    int fd;
} bx_replace;

/* Begin, any number of writes, end.  After an error nothing is left behind; so it is after
 * bx_replace_drop, which may follow anything. */
BX_NODISCARD int bx_replace_begin(bx_replace *r, const char *path);
BX_NODISCARD int bx_replace_write(bx_replace *r, const void *p, size_t n);
BX_NODISCARD int bx_replace_end(bx_replace *r, const char *path);
/* EEXIST where something has that name by now. */
BX_NODISCARD int bx_replace_end_new(bx_replace *r, const char *path);
void bx_replace_drop(bx_replace *r);

/* Make the directories above `path` that are missing.  *ret_made: bytes of `path` that name the
 * first one made, 0 for none; bx_parents_drop removes them again as far as they are empty. */
BX_NODISCARD int bx_parents_make(const char *path, size_t *ret_made);
void bx_parents_drop(const char *path, size_t made);

#endif
