/* diff/diff.h - what the parts of the program diff share: its options, the two files, the forms of
 * output.  One thread. */
#ifndef BX_DIFF_DIFF_H
#define BX_DIFF_DIFF_H

#include "programs/diff/lines.h"

#include <regex.h>
#include <sys/stat.h>

typedef enum diff_style {
    DIFF_NORMAL,
    DIFF_UNIFIED,
    DIFF_CONTEXT,
    DIFF_ED,
    DIFF_FORWARD_ED,
    DIFF_RCS,
    DIFF_SIDE,
    DIFF_FORMAT, /* -D, --line-format and its kin */
} diff_style;

typedef struct diff_pattern { /* -I and -F: several are alternatives */
    regex_t *p;
    size_t n, cap;
} diff_pattern;

typedef struct diff_names {
    const char **p;
    size_t n, cap;
} diff_names;

/* Formats of GNU diff (-D, --GTYPE-group-format, --LTYPE-line-format). */
typedef enum diff_kind { DIFF_OLD, DIFF_NEW, DIFF_UNCHANGED, DIFF_CHANGED } diff_kind;

typedef struct diff_options {
    diff_style style;
    bool style_given;
    diff_how how;
    size_t context;
    bool brief, identical, text, strip_cr, initial_tab, expand_tabs, blank_lines;
    bool new_file, new_first, recursive, fold_names, no_dereference, suppress_empty;
    bool left_column, suppress_common;
    size_t width;
    const char *label[2];
    diff_pattern ignore, function;
    diff_names exclude;
    const char *start;
    const char *line_format[3], *group_format[4];
    const char *command; /* "diff -r -u", for files within directories */
} diff_options;

extern diff_options diff_opt;

typedef struct diff_file {
    const char *name; /* as it is told */
    int fd;           /* -1: there is none */
    bool absent;      /* counts as empty (-N) */
    struct stat st;
    diff_text text;
} diff_file;

enum { DIFF_SAME = 0, DIFF_DIFFERS = 1, DIFF_TROUBLE = 2 };

/* Compare two files or two directories by name; returns DIFF_SAME, _DIFFERS or _TROUBLE.  `inside`:
 * of directories that are compared. */
int diff_names_compare(const char *a, const char *b, bool inside);
int diff_directories(const diff_file *a, const diff_file *b);

/* DIR/NAME; to be freed. */
char *diff_join(const char *dir, const char *name);

/* Whether the pattern matches within a line; false with an empty pattern. */
bool diff_pattern_matches(const diff_pattern *pattern, bx_str line);
void diff_pattern_add(diff_pattern *pattern, const char *re);

/* ---- output: of the changes of `s`, which are some ------------------------------------------- */

void diff_print_plain(const diff_file f[2], const diff_script *s);   /* normal, ed, rcs */
void diff_print_context(const diff_file f[2], const diff_script *s); /* context, unified */
void diff_print_side(const diff_file f[2], const diff_script *s);
void diff_print_format(const diff_file f[2], const diff_script *s);

/* A line behind a prefix, as -t and -T ask for, and what is said of a missing line feed. */
void diff_print_line(const char *prefix, const diff_file *f, size_t i);

/* Of changes [from..to): those that belong to one hunk with `context` lines around; returns its
 * end. */
size_t diff_hunk_end(const diff_script *s, size_t from, size_t context);

/* Mark the changes that -B and -I ignore. */
void diff_mark_ignored(const diff_file f[2], diff_script *s);

#endif
