/* files/ls.h - ls: its options, and what it knows of each file.  One thread. */
#ifndef BX_FILES_LS_H
#define BX_FILES_LS_H

#include "mode.h"
#include "programs/common/prog_io.h"

#include <time.h>

typedef enum ls_format { LS_ONE, LS_LONG, LS_DOWN, LS_ACROSS, LS_COMMAS } ls_format;
typedef enum ls_sort {
    LS_NAME,
    LS_TIME,
    LS_SIZE,
    LS_EXTENSION,
    LS_VERSION,
    LS_WIDTH,
    LS_NONE
} ls_sort;
typedef enum ls_quoting {
    LS_LITERAL,
    LS_SHELL,
    LS_SHELL_ALWAYS,
    LS_ESCAPE,
    LS_C,
} ls_quoting;
typedef enum ls_indicator { LS_NO_MARK, LS_SLASH, LS_FILE_TYPE, LS_CLASSIFY } ls_indicator;

typedef struct ls_file {
    char *name;
    char *shown; /* quoted */
    size_t width;
    struct stat st;
    bool has_stat, is_dir, broken, quoted;
    char *target; /* of a link, in long format */
    mode_t target_mode;
} ls_file;

typedef struct ls_options {
    ls_format format;
    ls_sort sort;
    ls_quoting quoting;
    ls_indicator mark;
    bool all, almost, dirs_themselves, recursive, reverse, dirs_first, inode, blocks, numeric,
        no_owner, no_group, context, hide_controls, ignore_backups, color, zero;
    int follow;      /* 0, 'H', 'L', 'D': given directories (default) */
    char which_time; /* m a c */
    uint64_t block;  /* size of blocks and sizes; 0: as they are */
    bool human, si, block_for_size;
    char block_suffix; /* shown behind sizes, or 0 */
    const char *time_recent, *time_old;
    size_t line_width, tab;
    const char **ignored, **hidden; /* patterns */
    size_t n_ignored, ignored_cap, n_hidden, hidden_cap;
    time_t now;
} ls_options;

/* ls_show.c: the files of one directory or of the command line, in their order. */
void ls_show(const ls_options *o, ls_file *files, size_t n, bool total);
char *ls_quote(const ls_options *o, const char *name, bool *quoted);
void ls_put_color(const ls_options *o, const ls_file *f, bool target);
void ls_colors_init(void);

/* Version order (GNU "Version sort ordering"). */
int ls_version_cmp(const char *a, const char *b);

#endif
