/* lines/grep.h - what the parts of grep share.  One thread. */
#ifndef LINES_GREP_H
#define LINES_GREP_H

#include "programs/common/prog_io.h"
#include "regex/posix.h"

typedef enum grep_list { GREP_LINES, GREP_COUNT, GREP_WITH, GREP_WITHOUT } grep_list;
typedef enum grep_binary { GREP_BINARY, GREP_TEXT, GREP_SKIP } grep_binary;
typedef enum grep_dirs { GREP_DIRS_READ, GREP_DIRS_RECURSE, GREP_DIRS_SKIP } grep_dirs;

typedef struct grep_globs { /* of --include or --exclude, as they were given */
    const char **p;
    size_t n, cap;
} grep_globs;

typedef struct grep_options {
    enum { GREP_BASIC, GREP_EXTENDED, GREP_FIXED, GREP_PERL } syntax;
    bool fold, invert, word, whole, only, quiet, silent, numbers, offsets, tab, null_names;
    bool null_lines, color, has_context, is_rg, line_buffered, follow, skip_devices;
    int names; /* -1: where there are several files */
    grep_list list;
    grep_binary binary;
    grep_dirs dirs;
    size_t before, after;          /* lines of context; SIZE_MAX: not given */
    uint64_t max;                  /* selected lines of a file */
    const char *replace;           /* rg: what a match is printed as; NULL: itself */
    const char *label, *separator; /* separator NULL: none */
    grep_globs include, exclude, exclude_dirs;
} grep_options;

typedef struct grep_matcher {
    bx_posix *posix;
    bx_regex *perl; /* the one that is not NULL */
    size_t group;   /* perl: the group that is the match */
    bool nothing;   /* no pattern at all: nothing matches */
} grep_matcher;

extern grep_options grep_o;

/* Compile; without success the program ends with status 2. */
void grep_compile(bx_str pattern, bool is_empty, grep_matcher *ret);

/* The next match in p[0..n), a line, from `from` on.  What gives up ends the program. */
bool grep_find(grep_matcher *m, const uint8_t *p, size_t n, size_t from, bx_span *ret);
/* The first line from `from` on that has a match, which `from` begins; *ret without its end. */
bool grep_find_line(grep_matcher *m, const uint8_t *p, size_t n, size_t from, bx_span *ret);

/* Search what `r` reads, and print.  `name`: as it is to be told.  True: a line was selected. */
bool grep_stream(grep_matcher *m, prog_reader *r, const char *name, bool with_name);

/* Search the operands, or what they are without any; the exit status. */
int grep_files(grep_matcher *m, char **names, size_t n);

#endif
