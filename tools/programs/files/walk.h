/* files/walk.h - going through trees of files, without recursion: for find, du, rm, cp, chmod.  The
 * names of one directory at a time are in memory, for each level; nothing stays open.  One thread.
 *
 * Paths are those given at the root with the names behind them. */
#ifndef BX_FILES_WALK_H
#define BX_FILES_WALK_H

#include "mode.h"
#include "programs/common/prog.h"

enum {
    WALK_FOLLOW_ROOT = 1, /* a link given as the root is what it leads to (-H) */
    WALK_FOLLOW = 2,      /* every link (-L) */
    WALK_ONE_DEVICE = 4,  /* what is on another device is told of but not entered */
    WALK_SORT = 8,        /* names in the order of their bytes, not as they come */
    WALK_LINKS_MAX = 40,  /* links followed within each other, where files have no numbers */
};

typedef enum walk_kind {
    WALK_FILE,       /* anything that is not entered */
    WALK_DIR,        /* a directory, before what is in it */
    WALK_DIR_END,    /* the same again, after it */
    WALK_UNREADABLE, /* the directory just told of could not be read: `error` */
    WALK_MISSING,    /* it is gone, or could not be looked at: `error` */
    WALK_LOOP,       /* a directory that is entered already, through a link */
} walk_kind;

typedef struct walk_entry {
    walk_kind kind;
    const char *path; /* valid until the next call */
    size_t path_n;
    const char *name; /* the last component within `path` */
    unsigned depth;   /* 0: the root */
    int error;
    size_t loop_n;  /* WALK_LOOP: path[0..loop_n) is the same directory */
    size_t entries; /* WALK_DIR_END: names in it */
    bool has_stat;
    uint8_t d_type; /* as readdir's; DT_UNKNOWN where it is not known */
    struct stat st; /* with has_stat; of the link itself unless it is followed */
} walk_entry;

typedef struct walk walk;

walk *walk_new(const char *root, unsigned flags);
void walk_free(walk *w);
bool walk_next(walk *w, walk_entry *e); /* false: no more */

/* Do not enter the directory just told of (WALK_DIR); no WALK_DIR_END comes for it. */
void walk_skip(walk *w);

/* Make e->st valid; false with errno. */
bool walk_stat(walk *w, walk_entry *e);

/* Names of a directory but for "." and "..", NUL after each; d_types beside them.  0 or errno. */
typedef struct walk_names {
    prog_buf text;
    size_t *at; /* where each begins */
    uint8_t *types;
    size_t n, cap, types_cap;
} walk_names;
int walk_read(const char *path, walk_names *ret);
void walk_names_sort(walk_names *names);
void walk_names_free(walk_names *names);

#endif
