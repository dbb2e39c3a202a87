/* files/copy.h - copying, moving and backing up files: the work of cp, mv, ln and install.  One
 * thread. */
#ifndef BX_FILES_COPY_H
#define BX_FILES_COPY_H

#include "mode.h"
#include "programs/common/prog_io.h"

typedef enum copy_backup {
    BACKUP_NONE,
    BACKUP_SIMPLE,
    BACKUP_NUMBERED,
    BACKUP_EXISTING
} copy_backup;

typedef struct copy_options {
    bool recursive, force, ask, no_clobber, update, verbose;
    bool follow, follow_args;     /* -L, -H; neither: links are copied as links with `recursive` */
    bool keep_links;              /* -P without -r */
    bool hard_links, soft_links;  /* -l, -s: make links, copy nothing */
    bool no_mode;                 /* new files get the usual mode */
    bool times, mode, same_links; /* what is preserved; same_links: hard links among the files */
    bool one_device, remove_first, attributes_only;
    copy_backup backup;
    const char *suffix;
    bool move; /* messages of mv */
} copy_options;

/* Copy `from` (with what is in it) to `to`, a name that may be taken.  `shown`: the operand, for
 * messages.  False when anything failed, which was told. */
bool copy_tree(const copy_options *c, const char *from, const char *to);

/* mv's. */
bool copy_move(const copy_options *c, const char *from, const char *to);

/* The contents of one regular file.  0 or errno; *ret_writing: it was the writing that failed. */
int copy_contents(int from, int to, bool *ret_writing);

/* Move `path` out of the way as `c` says; *ret its new name (free it) or NULL.  False: told. */
bool copy_make_backup(const copy_options *c, const char *path, char **ret);

/* What --backup[=CONTROL] means; ends the program when it means nothing. */
copy_backup copy_backup_control(const char *control);

/* Where operands go: the last of argv[0..n), or `target`, a directory.  *ret_n operands are left
 * before it; *ret_dir tells whether names are put into *ret.  Ends the program on errors. */
void copy_target(char **argv, int n, const char *target, bool no_dir, bool follow, int *ret_n,
                 const char **ret, bool *ret_dir);

bool copy_is_dir(const char *path, bool follow);

/* Do both paths lie under one name in one directory? */
bool copy_is_same_name(const char *a, const char *b);

/* Are both one file, as far as files have numbers? */
bool copy_same_file(const struct stat *a, const struct stat *b);

#endif
