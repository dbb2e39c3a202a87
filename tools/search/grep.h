/* search/grep.h - the `grep` tool: lines of files that match a regular expression; docs/tools.md
 * has the contract.  All state is in bx_grep_call, so one process can make many calls. */
#ifndef BX_SEARCH_GREP_H
#define BX_SEARCH_GREP_H

#include "lib/result.h"
#include "regex/regex.h"
#include "search/walk.h"

enum {
    BX_GREP_BUF = 256 << 10,         /* bytes of a file that are looked at together */
    BX_GREP_LINE_MAX = 16 << 20,     /* bytes of a line; a longer one is searched in pieces */
    BX_GREP_WHOLE_MAX = 32 << 20,    /* bytes of a file that has to be held whole */
    BX_GREP_SHOWN_CHARS = 500,       /* of a line that are shown */
    BX_GREP_SHOWN_BYTES = 512 << 10, /* of all lines that are shown */
    BX_GREP_RANGES = 20, /* matches of one line that are told apart; empty ones are not */
};

typedef enum bx_grep_mode { BX_GREP_CONTENT, BX_GREP_FILES, BX_GREP_COUNT } bx_grep_mode;

typedef struct bx_grep_line { /* one line to show; its texts lie in `texts` */
    uint32_t file;
    bool is_match, is_cut, is_binary;
    int64_t number, last; /* last: with multiline, the number of the match's last line */
    uint64_t column;      /* where the first match begins: bytes from 1 on */
    size_t text, text_n, with, with_n, ranges, ranges_n;
    uint64_t cost; /* bytes of output, at most */
} bx_grep_line;

typedef struct bx_grep_file { /* one with matches; its path lies in `texts` */
    size_t path, path_n;
    int64_t count;
} bx_grep_file;

typedef struct bx_grep_notes { /* what has to be said besides */
    uint64_t binary, unreadable, too_large, invalid, long_lines, cut_binary, utf16;
    int error;         /* of the first unreadable one */
    char first[256];   /* its path, cut */
    char gave_up[256]; /* the file in which the search was given up */
} bx_grep_notes;

typedef struct bx_grep_call {
    struct { /* what is asked for */
        const char *pattern, *path, *glob, *type, *replace;
        bx_grep_mode mode;
        bx_regex_options regex;
        int64_t before, after, limit, offset;
        bool hidden, ignore, multiline;
    } ask;
    bx_result result;
    bx_regex *regex;
    bx_buf raw, decoded; /* the bytes of a file, and what they are decoded to */
    bx_buf texts;
    bx_buf lines, files, ranges; /* of bx_grep_line, bx_grep_file, bx_span */
    size_t n_lines, n_files, n_ranges;
    int64_t passed;            /* results that `offset` leaves out, so far */
    int64_t shown, files_seen; /* results; files that were searched */
    bool more, is_over, is_output_full;
    bx_grep_notes notes;
} bx_grep_call;

/* One call: arguments from descriptor `in`, the result to `out`.  Returns what main returns. */
int bx_grep_run(bx_grep_call *c, int in, int out);

/* --- for its own parts -------------------------------------------------------------------------
 */

/* Search the file at `fd`, whose path is `path`.  `is_named`: the call names it, so it is searched
 * even if it is binary. */
void bx_grep_file_at(bx_grep_call *c, int fd, bx_str path, bool is_named);

/* A file that cannot be read: remembered, the search goes on. */
void bx_grep_unreadable(bx_grep_call *c, bx_str path, int error);

/* Keep a line, or a block of lines, that is shown.  `at` is its place in p[0..n). */
void bx_grep_keep(bx_grep_call *c, bx_str path, const uint8_t *p, bx_span at, int64_t number,
                  bool is_match, int64_t last);

/* Keep the file, once; false: no memory. */
bool bx_grep_keep_file(bx_grep_call *c, bx_str path);

static inline bx_grep_line *bx_grep_lines(const bx_grep_call *c)
{
    return (bx_grep_line *)(void *)c->lines.p;
}
static inline bx_grep_file *bx_grep_files(const bx_grep_call *c)
{
    return (bx_grep_file *)(void *)c->files.p;
}
static inline bx_span *bx_grep_ranges(const bx_grep_call *c)
{
    return (bx_span *)(void *)c->ranges.p;
}

/* Print the result; as bx_result_end. */
int bx_grep_show(bx_grep_call *c, const bx_walk_notes *walked);

#endif
