/* search/dir.h - directories read with as few calls as there can be, on WASI and on Linux.  In a
 * guest one open of a directory below another is one host call, and so is reading it; libc takes
 * two or three for each.  One owner. */
#ifndef BX_SEARCH_DIR_H
#define BX_SEARCH_DIR_H

#include "search/walk.h"

enum { BX_DIR_BUF = 64 << 10 };

/* Below descriptor `parent`, not following a link in place of `name`: the descriptor, which the
 * caller owns, or -1 with errno.  ENOTDIR or ELOOP: it is no directory (by now). */
int bx_dir_open(int parent, const char *name);

/* The same with a regular file, for reading: EISDIR, ELOOP, or EACCES for what is neither. */
int bx_dir_open_file(int parent, const char *name);

typedef struct bx_dir_reader {
    int fd; /* borrowed */
    uint64_t cookie;
    size_t at, n;
    bool at_end;
    int error; /* errno of a read that failed: there may be more entries */
    _Alignas(8) uint8_t buf[BX_DIR_BUF];
} bx_dir_reader;

void bx_dir_begin(bx_dir_reader *r, int fd);

/* The next entry but "." and "..": its name, borrowed until the next call, and type.  False: the
 * end, or an error. */
bool bx_dir_next(bx_dir_reader *r, bx_str *ret_name, bx_walk_type *ret_type);

#endif
