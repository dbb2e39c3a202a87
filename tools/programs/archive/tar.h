/* archive/tar.h - what the parts of tar share: options, members, reading and writing headers.  Read
 * are v7, ustar, GNU (long names, sparse files) and pax archives (POSIX.1-2017, pax); written what
 * --format says.  One thread. */
#ifndef BX_ARCHIVE_TAR_H
#define BX_ARCHIVE_TAR_H

#include "programs/archive/coder.h"

#include <sys/stat.h>
#include <time.h>

enum { TAR_BLOCK = 512, TAR_RECORD = 10240, TAR_NAME_MAX = 1 << 20, TAR_HEADER_MAX = 16 << 20 };

typedef enum tar_format { TAR_GNU, TAR_USTAR, TAR_PAX, TAR_V7 } tar_format;

typedef struct tar_names {
    char **p;
    size_t n, cap;
} tar_names;

typedef struct tar_options {
    char what; /* c x t r u d */
    const char *file, *dir;
    arc_kind kind;
    bool kind_given, by_suffix;
    int verbose;
    bool to_stdout, keep, keep_newer, overwrite, absolute, deref, no_recursion, wildcards, no_mtime;
    bool remove, totals, numeric, keep_mode, one_top, sparse, null, skip_old, full_time,
        ignore_failed;
    bool ignore_zeros, block_number;
    const char *one_top_dir;
    size_t strip;
    tar_format format;
    const char *owner, *group; /* names; NULL: as they are */
    long uid, gid;             /* -1: as they are */
    bool has_mtime;
    struct timespec mtime;
    tar_names exclude, transform;
    long level;
} tar_options;

extern tar_options tar_opt;
extern int tar_status;

typedef struct tar_span { /* of a sparse file: data at an offset */
    uint64_t at, n;
} tar_span;

typedef struct tar_member {
    char type; /* of the header: '0' file, '1' hard link, '2' symbolic, '5' directory, ... */
    char *name, *link;
    uint32_t mode;
    uint64_t uid, gid, size; /* size: of the data in the archive */
    struct timespec mtime;
    char uname[33], gname[33];
    uint32_t major, minor;
    bool sparse;
    uint64_t real_size; /* of a sparse file */
    tar_span *map;
    size_t n_map, cap_map;
} tar_member;

void tar_member_free(tar_member *m);

typedef struct tar_in {
    prog_reader r;
    arc_in in;
    uint64_t offset; /* bytes of the archive read so far */
    uint64_t left;   /* of the data of the current member, padding not counted */
    size_t pad;
    bool any;     /* a header was read */
    bool dead;    /* nothing more can be read, which was told */
    uint64_t end; /* where the blocks of zeros begin */
} tar_in;

/* Open the archive, "-" is standard input; ends the program when it cannot be opened. */
void tar_open(tar_in *in, const char *name);

/* The next member; false at the end, or where nothing more can be read, which is told and makes the
 * status 2. */
bool tar_next(tar_in *in, tar_member *ret);

/* Data of the current member. */
size_t tar_data(tar_in *in, void *p, size_t n);
void tar_skip(tar_in *in);

typedef struct tar_out {
    prog_writer w;
    arc_out out;
    uint64_t bytes;
} tar_out;

/* The header, and what is in front of it when the name is long; false, told: it cannot be. */
bool tar_put_header(tar_out *out, const tar_member *m);
void tar_put(tar_out *out, const void *p, size_t n);
void tar_pad(tar_out *out);    /* to a whole block */
void tar_finish(tar_out *out); /* the end of the archive */

/* ---- names -------------------------------------------------------------------------------------
 */

/* As --strip-components and --transform say, and without what leads out of the directory, which is
 * told once ("member names", "hard link targets"); to be freed.  NULL: nothing is left of it. */
char *tar_name(const char *name, const char *what);
char *tar_safe_name(const char *name, const char *what);

bool tar_is_excluded(const char *name);
void tar_add(tar_names *names, const char *name);
void tar_transform_add(const char *expression);
char *tar_transform(char *name, char kind); /* takes and returns; kind: r file, s symlink, h hard */

/* A name as tar shows it: controls and backslashes escaped. */
void tar_put_name(prog_writer *w, const char *name);

/* A line of -t or -v; `name` is what to call it. */
void tar_show(prog_writer *w, const tar_member *m, const char *name, bool long_form);

/* "NAME: Cannot VERB: why"; the status becomes 2. */
void tar_fail(int error, const char *verb, const char *name);

/* ---- commands
 * ------------------------------------------------------------------------------------
 */

void tar_create(tar_names *operands);
void tar_append(tar_names *operands);
void tar_extract(tar_names *operands); /* x, t, d */

/* The data of a member, with the holes of a sparse one: for -x and -O.  False: the file could not
 * be written. */
bool tar_copy(tar_in *in, const tar_member *m, int fd);

#endif
