/* search/pattern.h - glob patterns for '/'-separated relative paths, compiled once.  One owner; a
 * match uses memory of the pattern itself, so one thread at a time.
 *
 * Cost: a pattern of m bytes becomes O(m) states, and matching a path of n bytes takes O(m n) steps
 * whatever both say: states are walked as a set, there is no backtracking.  Matching allocates
 * nothing and never fails.
 *
 * Paths are bytes without a leading '/', a trailing one, or empty parts: "src/main.c". */
#ifndef BX_SEARCH_PATTERN_H
#define BX_SEARCH_PATTERN_H

#include "base/error.h"

enum {
    BX_PATTERN_MAX = 4096, /* bytes of one pattern */
    BX_GLOBS_MAX = 256,    /* patterns of one list */
};

/* What both dialects have in common:
 *
 *   *        any bytes of one part, also none         ?       one character of a part
 *   [a-z]    one character of the set                 [!x]    one not in the set; [^x] too
 *   [[:alpha:]]   the twelve POSIX classes, of ASCII  \x      the character x, also within a set
 *   **       as a whole part: any number of parts, also none; at the end, everything below
 *
 * A `]` first in a set is in it.  `*`, `?` and sets never match '/'.  Case counts. */
typedef enum bx_dialect {
    /* What people and models write.  A character is a UTF-8 character, or a single byte where a
     * path is no UTF-8.  {a,b} is either (nested, also empty, also with '/' in it).  A `*` beside a
     * `*` that is not a whole part is the same `*` once more.  A set or brace without an end, a
     * class without meaning, a range that runs backwards and a lone backslash at the end are errors
     * that say so. */
    BX_DIALECT_TOOL,
    /* git's wildmatch with WM_PATHNAME, as ignore files have it: bytes; braces are themselves; what
     * is malformed is no error but matches nothing. */
    BX_DIALECT_GIT,
} bx_dialect;

typedef struct bx_pattern bx_pattern;

/* The pattern has to match a whole path.  BX_EINVAL: malformed, the message says what and where;
 * BX_ELIMIT: longer than BX_PATTERN_MAX; BX_ENOMEM. */
BX_NODISCARD bx_code bx_pattern_compile(bx_str text, bx_dialect dialect, bx_pattern **ret,
                                        bx_error *err);
void bx_pattern_free(bx_pattern *p); /* NULL is fine */
BX_DEFINE_AUTO(bx_pattern, bx_pattern_free)

bool bx_pattern_match(bx_pattern *p, bx_str path);

/* Could it match something strictly below directory `dir` (empty: the root)?  May say yes where
 * nothing can, never no where something can. */
bool bx_pattern_may_match_below(bx_pattern *p, bx_str dir);

/* The same two questions where wildcards do not match a dot that a part begins with, as in a shell:
 * yes means that the pattern itself says each such dot, so that what is hidden was asked for. */
bool bx_pattern_match_hidden(bx_pattern *p, bx_str path);
bool bx_pattern_may_match_hidden_below(bx_pattern *p, bx_str dir);

/* A list of patterns as ripgrep's -g takes them, each in BX_DIALECT_TOOL and like a line of a
 * .gitignore with the opposite meaning: a pattern without '/' (but at its end) matches at any
 * depth, one with a '/' from the root; a '/' at the end takes directories only; a leading `!`
 * excludes, `\!` is a literal one.  The last pattern that matches decides. */
typedef struct bx_globs bx_globs;

typedef enum bx_glob_verdict {
    BX_GLOB_NONE,     /* no pattern says anything about it */
    BX_GLOB_INCLUDED, /* one that includes matches */
    BX_GLOB_EXCLUDED, /* one that excludes matches; or, for what is no directory, the list has
                         including ones and none of them matches */
} bx_glob_verdict;

BX_NODISCARD bx_code bx_globs_new(bx_globs **ret, bx_error *err);
void bx_globs_free(bx_globs *g); /* NULL is fine */
BX_DEFINE_AUTO(bx_globs, bx_globs_free)

/* As bx_pattern_compile; BX_EINVAL also for an empty one, BX_ELIMIT also beyond BX_GLOBS_MAX. */
BX_NODISCARD bx_code bx_globs_add(bx_globs *g, bx_str pattern, bx_error *err);

/* `path` is relative to the root of the search.  A list without patterns says NONE. */
bx_glob_verdict bx_globs_judge(bx_globs *g, bx_str path, bool is_dir);

/* Is it itself to be found: included, or nothing excludes it and the list includes nothing. */
bool bx_globs_take(bx_globs *g, bx_str path, bool is_dir);

/* Is directory `dir` to be entered: it is not excluded, and something below it may be included. */
bool bx_globs_may_enter(bx_globs *g, bx_str dir);

/* `path` has a part that begins with a dot, and an including pattern says each of those dots and
 * matches it, or for a directory may match something below it. */
bool bx_globs_ask_for_hidden(bx_globs *g, bx_str path, bool is_dir);

#endif
