/* files/find.h - find's expression and what its parts share.  One thread, one search at a time. */
#ifndef BX_FILES_FIND_H
#define BX_FILES_FIND_H

#include "programs/common/prog_io.h"
#include "walk.h"

#include <regex.h>
#include <time.h>

enum {
    FIND_NEST_MAX = 500,    /* parentheses and ! within each other */
    FIND_ARGS_MAX = 131072, /* bytes of the arguments of one -exec ... {} + */
};

typedef struct find find;
typedef struct find_node find_node;

typedef enum find_kind { FIND_AND, FIND_OR, FIND_LIST, FIND_NOT, FIND_TEST } find_kind;

typedef struct find_exec { /* -exec and its kin */
    char **argv;           /* with {} in it */
    size_t n;
    bool plus, in_dir, ask;
    prog_buf batch; /* names for {}, NUL behind each */
    size_t n_batch;
    size_t fixed; /* bytes of the arguments that are always there */
    char *dir;    /* of the batch, with in_dir */
} find_exec;

struct find_node {
    find_kind kind;
    find_node **kids;
    size_t n, cap;
    bool (*test)(find *f, find_node *t, walk_entry *e);
    const char *name; /* as it was written */
    bool is_action, needs_stat;
    /* what tests compare with */
    const char *text;
    int64_t number, unit;
    char compare; /* '+', '-', '=' */
    char which;   /* time: a c m B; perm: '-', '/', '=' */
    int letter;   /* which kind of test of a family */
    struct timespec time;
    uint64_t dev, ino;
    regex_t *regex;
    prog_writer *out;
    find_exec *exec;
};

struct find {
    walk *walk;
    unsigned flags;
    int64_t min_depth, max_depth; /* max -1: none */
    bool depth_first, warn, delete_used, stop, prune_used, daystart, depth_given;
    int status;
    struct timespec now, from; /* from: what -mtime counts back from */
    const char *root;
    find_node *all; /* the expression */
    find_exec **execs;
    size_t n_execs, execs_cap;
    prog_writer **files;
    const char **file_names;
    size_t n_files, files_cap, names_cap;
    const char *regextype;
    const char *files_from;
};

/* find_parse.c: the expression argv[0..n).  Ends the program on errors. */
find_node *find_parse(find *f, char **argv, size_t n);
bool find_eval(find *f, find_node *t, walk_entry *e);

/* find_tests.c: what `name` is, with its arguments from argv; how many were taken. */
size_t find_primary(find *f, find_node *t, char **argv, size_t n);
bool find_print(find *f, find_node *t, walk_entry *e);
const char *find_argument(char **argv, size_t n);

/* find_print.c */
prog_writer *find_file(find *f, const char *name);
void find_check_format(find *f, const char *format);
bool find_printf(find *f, find_node *t, walk_entry *e);
bool find_ls(find *f, find_node *t, walk_entry *e);

/* find_exec.c */
size_t find_exec_parse(find *f, find_node *t, char **argv, size_t n);
void find_exec_flush(find *f, find_exec *x);

/* find_regex.c: an extended regular expression that means what `text` means in the given dialect;
 * false: no such dialect. */
bool find_regex_translate(const char *text, const char *dialect, prog_buf *ret);
extern const char find_regex_types[];

#endif
