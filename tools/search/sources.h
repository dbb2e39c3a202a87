/* search/sources.h - the ignore files that count at one place of a tree: a stack that grows with
 * each directory entered.  One owner.  search/walk.h says which file comes before which. */
#ifndef BX_SEARCH_SOURCES_H
#define BX_SEARCH_SOURCES_H

#include "base/buf.h"
#include "search/ignore.h"

typedef enum bx_source_kind {                    /* the first comes first */
                              BX_SOURCE_IGNORE,  /* .ignore */
                              BX_SOURCE_GIT,     /* .gitignore */
                              BX_SOURCE_EXCLUDE, /* .git/info/exclude */
                              BX_SOURCE_KINDS,
} bx_source_kind;

typedef struct bx_ignore_source {
    bx_rules *rules;
    bx_source_kind kind;
    size_t base; /* bytes of a path before what is relative to the directory of the file */
} bx_ignore_source;

typedef struct bx_sources {
    bx_ignore_source *s;
    size_t n, cap;
    size_t git_from; /* those before it count only if they are .ignore: a .git lies between */
    uint64_t cut;    /* files of which something was left out, or that could not be read */
    bx_buf text;     /* of the file being read */
} bx_sources;

/* What a directory has, known from its listing or to be tried. */
typedef enum bx_source_bits {
    BX_HAS_IGNORE = 1,
    BX_HAS_GITIGNORE = 2,
    BX_HAS_GIT = 4, /* .git, a directory or a file */
} bx_source_bits;

typedef struct bx_sources_mark {
    size_t n, git_from;
} bx_sources_mark;

void bx_sources_init(bx_sources *s);
void bx_sources_done(bx_sources *s);

/* The files of the directory open as `dir`, whose entries' names begin after `base` bytes of their
 * paths.  What is not there after all is no error.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_sources_enter(bx_sources *s, int dir, size_t base, unsigned has,
                                      bx_error *err);

bx_sources_mark bx_sources_at(const bx_sources *s);
void bx_sources_leave(bx_sources *s, bx_sources_mark to);

/* What they say about an absolute path below the directories entered. */
bx_ignored bx_sources_judge(bx_sources *s, bx_str path, bool is_dir);

#endif
