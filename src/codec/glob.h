/* codec/glob.h - patterns for '/'-separated paths.
 *
 *   *       any characters of one part, also none          ?      one character
 *   [a-z]   one ASCII character of the set                 [!x]   one character not in the set
 *   **      as a whole part: any number of parts, also none
 *
 * Everything else is itself; a backslash too ([*] is a literal star).  Bytes are compared, so
 * case counts; "character" is a UTF-8 character, or a single byte where a path is not UTF-8.
 * A pattern begins with '/' or with a star-star part.  A glob never changes after compile:
 * any thread may match.  Matching allocates nothing and takes at most time proportional to
 * pattern length times path length. */
#ifndef BX_CODEC_GLOB_H
#define BX_CODEC_GLOB_H

#include "base/error.h"

typedef struct bx_glob bx_glob;

enum { BX_GLOB_MAX_PARTS = 255 };

/* A pattern of guest paths.  One trailing slash is dropped; empty, "." and ".." parts, NUL and
 * bytes that are not UTF-8 are refused, as are `**` beside other characters and sets that do not
 * end.  BX_EINVAL quotes the pattern; BX_ELIMIT beyond BX_GLOB_MAX_PARTS or BX_MAX_PATH bytes;
 * BX_ENOMEM.  The caller owns *ret. */
BX_NODISCARD bx_code bx_glob_compile(bx_str pattern, bx_glob **ret, bx_error *err);

/* A pattern of URL paths: the same, but empty parts mean themselves ("/v1/" is not "/v1"). */
BX_NODISCARD bx_code bx_glob_compile_url(bx_str pattern, bx_glob **ret, bx_error *err);

/* The pattern as it is compared with the forms of codec/fold.h: it matches the form of each path
 * of ASCII characters that `of` matches, whatever the case, and of others as far as '?' and sets
 * allow (they count characters of the form).  BX_ELIMIT; BX_ENOMEM.  The caller owns *ret. */
BX_NODISCARD bx_code bx_glob_compile_folded(const bx_glob *of, bx_glob **ret, bx_error *err);

void bx_glob_free(bx_glob *g); /* NULL is fine */
BX_DEFINE_AUTO(bx_glob, bx_glob_free)

/* The pattern as it was given, less its trailing slash; borrowed, NUL-terminated. */
bx_str bx_glob_text(const bx_glob *g);

/* `path` begins with '/'; one that does not never matches.  "/" has no parts. */
bool bx_glob_match(const bx_glob *g, bx_str path);

/* `path` or a directory above it matches: a denied directory denies what is in it. */
bool bx_glob_match_at_or_below(const bx_glob *g, bx_str path);

/* Could something strictly below `dir` match?  May say yes where nothing can, never no where
 * something can. */
bool bx_glob_may_match_below(const bx_glob *g, bx_str dir);

/* `path` lies below `root`.  Would a tree that is put at `path` be matched otherwise there than it
 * is at other places below `root`?  It is not when nothing of the pattern that `path` has used up
 * goes beyond what star-star parts use up everywhere below `root`. */
bool bx_glob_is_special_at(const bx_glob *g, bx_str root, bx_str path);

/* Matching as it goes along a path: what of the pattern the parts so far can have used up.  All
 * zero: nothing.  Several ways to one place are joined. */
typedef struct bx_glob_states {
    uint64_t bits[(BX_GLOB_MAX_PARTS + 1 + 63) / 64];
} bx_glob_states;
bx_glob_states bx_glob_begin(const bx_glob *g, bx_str path);
/* One more part; true: all that is at or below here matches. */
bool bx_glob_step(const bx_glob *g, bx_glob_states *s, bx_str name);
void bx_glob_join(bx_glob_states *s, const bx_glob_states *more);

/* Exactly a star-star part and one part that is not: what it matches does not depend on the
 * names of the directories above. */
bool bx_glob_is_floating_name(const bx_glob *g);

#endif
