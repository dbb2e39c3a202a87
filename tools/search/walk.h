/* search/walk.h - a tree below a directory, entry by entry.  One owner; one thread.
 *
 *     bx_walk *w;
 *     bx_walk_options how = {.root = "/workspace/src", .ignore = true, .types = BX_WALK_FILES};
 *     if (bx_walk_open(&how, &w, &err) != BX_OK)
 *         ...
 *     bx_walk_entry e;
 *     while (bx_walk_next(w, &e)) {
 *         int fd = bx_walk_open_file(w, &e);
 *         ...
 *     }
 *     const bx_walk_notes *notes = bx_walk_told(w);
 *
 * root is taken without "." and "..", as if no link lay above a "..".
 *
 * What is visited: everything below `root`, less
 *   - hidden names (with a leading dot), unless `hidden`, a rule takes them back, or a pattern of
 *     `globs` asks for them (bx_globs_ask_for_hidden);
 *   - with `ignore`: what ignore files exclude.  In each directory `.ignore` comes before
 *     `.gitignore`, both before `.git/info/exclude`, and of each kind the nearest file that says
 *     anything decides (as ripgrep has it: `.ignore` of any directory comes before any
 *     `.gitignore`).  Files in directories above `root`, up to `top`, count.  A .gitignore counts
 *     whether or not a `.git` can be seen, because a workspace is often a part of a repository;
 *     but where one is seen, the .gitignore files above that directory end to count.  `root`
 *     itself was asked for and is never excluded.
 *     `.git` is excluded whatever rules say;
 *   - what `globs` exclude.
 * Symbolic links are yielded as links and never followed, except `root` itself; so no loop is
 * entered.  Directories are opened by name below the descriptor of their parent.
 *
 * Order: sorted by the bytes of the whole path (so "a-b", "a.c", "a/x"), or as the directories have
 * it.  Memory: the entries of the directories between root and the present one that are still to be
 * visited, at most BX_WALK_MEMORY_MAX bytes; what does not fit is not visited, and told. */
#ifndef BX_SEARCH_WALK_H
#define BX_SEARCH_WALK_H

#include "search/ignore.h"

enum {
    BX_WALK_PATH_MAX = 4096,        /* bytes of an absolute path, the NUL included */
    BX_WALK_DEPTH_MAX = 1024,       /* directories below root */
    BX_WALK_MEMORY_MAX = 128 << 20, /* bytes of entries that wait */
    BX_WALK_OPEN_MAX = 32,          /* directories open at once */
};

typedef enum bx_walk_type {                     /* bits: a set of them is what to yield */
                            BX_WALK_FILES = 1,  /* regular files */
                            BX_WALK_DIRS = 2,   /* directories, before what is in them */
                            BX_WALK_LINKS = 4,  /* symbolic links, whatever they lead to */
                            BX_WALK_OTHERS = 8, /* FIFOs, sockets, devices */
                            BX_WALK_ALL = 15,
} bx_walk_type;

typedef struct bx_walk_entry { /* lives until the next call of bx_walk_next */
    bx_str path;               /* absolute, its true bytes, NUL-terminated */
    bx_str rel;                /* the end of `path` that is relative to root; a file as root: its
                                  name */
    bx_str name;               /* the end of `path` that is the name */
    bx_walk_type type;
} bx_walk_entry;

typedef struct bx_walk_options {
    const char *root; /* absolute; a directory, or what is no directory: then it alone is yielded */
    const char *top;  /* ignore files of root and the directories above it count up to here; NULL:
                         "/workspace" where root lies in it, else root */
    unsigned types;   /* bx_walk_type bits to yield; directories are visited in any case */
    bool hidden, ignore;
    bool unsorted;       /* the order of the directories */
    bx_globs *globs;     /* judged with paths relative to root; NULL: all.  Borrowed */
    bool globs_override; /* what an including pattern matches is yielded even where a rule
                            excludes it or its name is hidden (ripgrep's -g); else both hold */
    /* Is it wanted?  Asked of what would be yielded, before it has to wait, in no order: only
     * `rel`, `name` and `type` of the entry are there.  NULL: all. */
    bool (*want)(void *ctx, const bx_walk_entry *e);
    void *ctx;
} bx_walk_options;

typedef struct bx_walk_notes {            /* what was not visited, and why */
    uint64_t visited;                     /* entries looked at */
    uint64_t ignored_files, ignored_dirs; /* by ignore rules; files: only those that `globs` and
                                             `want` would have let through */
    uint64_t hidden_files, hidden_dirs;   /* the same, by their names */
    uint64_t unreadable;       /* directories that could not be opened or read to their end */
    int unreadable_error;      /* errno of the first of them */
    char unreadable_path[256]; /* the first of them, cut */
    uint64_t too_deep;         /* directories beyond BX_WALK_DEPTH_MAX or BX_WALK_PATH_MAX */
    uint64_t no_room;          /* entries beyond BX_WALK_MEMORY_MAX */
    uint64_t rules_cut;        /* ignore files of which a part was left out, or that were
                                  unreadable */
    bool no_memory;            /* an ignore file was left out, or an order not made */
    bool entries_limit;        /* the call's limit of directory entries ended the walk */
    bool is_loss;              /* one of those above means that something may be missing */
} bx_walk_notes;

typedef struct bx_walk bx_walk;

/* BX_EIO with errno in err->sys: root cannot be opened; BX_ENOMEM.  The caller owns *ret. */
BX_NODISCARD bx_code bx_walk_open(const bx_walk_options *how, bx_walk **ret, bx_error *err);
void bx_walk_close(bx_walk *w); /* NULL is fine */
BX_DEFINE_AUTO(bx_walk, bx_walk_close)

/* The path of root as the entries' paths begin with it; for what is no directory, of the one it is
 * in.  Borrowed, not NUL-terminated. */
bx_str bx_walk_root(const bx_walk *w);

/* False at the end. */
bool bx_walk_next(bx_walk *w, bx_walk_entry *ret);

/* Open the entry just yielded for reading, without following a link in its place; the caller owns
 * the descriptor.  Only files open: -1 with errno otherwise (ELOOP: a link by now). */
int bx_walk_open_file(bx_walk *w, const bx_walk_entry *e);

/* Time of the last change of the contents of the entry just yielded, in ns since 1970 (of a link
 * itself), and its size.  False: it has gone. */
bool bx_walk_stat(bx_walk *w, const bx_walk_entry *e, int64_t *ret_mtime_ns, uint64_t *ret_size);

/* So far; complete at the end of the walk.  Lives as long as `w`. */
const bx_walk_notes *bx_walk_told(const bx_walk *w);

#endif
