/* vfs/internal.h - what the files of vfs/ share; nobody else includes it.
 *
 * Three layers: ops.c and file.c are the door (text of paths, rights, quotas, events); a
 * bx_backend does the work on one kind of tree (host directories, the store, memory);
 * resolve.c and carve.c decide which host object a path means and whether it may be touched.
 * Paths below the door are NUL-terminated and checked: not empty, not absolute, UTF-8. */
#ifndef BX_VFS_INTERNAL_H
#define BX_VFS_INTERNAL_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "vfs/vfs.h"

enum {
    BX_NAME_MAX = 255, /* bytes of one path part, as Linux has it */
    BX_PATH_BUF = BX_MAX_PATH + 1,
    BX_GUEST_BUF = 2 * BX_MAX_PATH + 2, /* a directory's guest path with a path below it */
    BX_MAX_DEVS = 64,                   /* devices told apart in one session */
};

typedef struct bx_carve bx_carve;
typedef struct bx_store bx_store;
typedef struct bx_memfs bx_memfs;
typedef struct bx_mem_node bx_mem_node;
typedef struct bx_dirlist bx_dirlist;
typedef struct bx_carve_scan bx_carve_scan;

typedef struct bx_preopen {
    const struct bx_backend *bk;
    char *path; /* owned; guest path */
    size_t path_n;
    unsigned rights;
    int fd; /* O_PATH directory; -1: in memory */
} bx_preopen;

typedef struct bx_mount_root {
    int fd;            /* O_PATH; -1 until a capability needs it */
    const char *guest; /* borrowed from the grant while bx_vfs_new runs */
} bx_mount_root;

struct bx_vfs {
    _Atomic unsigned refs;
    size_t n_pre, n_mounts;
    bx_preopen *pre;
    bx_mount_root *mounts;
    bx_carve *carve;   /* NULL: no carve-outs */
    bx_store *store;   /* NULL: none */
    uint64_t tmp_size; /* 0: no /tmp */
    bool nested;       /* two grants of different rights show the same directory */
};

struct bx_file {
    bx_vfs_session *s;
    const bx_preopen *pre;
    const struct bx_backend *bk;
    bx_file *next, **link; /* list of what bx_vfs_open gave out */
    int fd;                /* host; borrowed from the vfs in a preopen; -1 in memory */
    uint8_t type;          /* bx_filetype: BX_FT_DIR or BX_FT_REG */
    uint8_t rights; /* of a file: what was asked for and granted; of a directory: the grant's */
    bool preopen;   /* lives in the session; its fd is the vfs's */
    bool path_only; /* fd is O_PATH */
    bool counted;   /* holds a lock that says "in use" (store) */
    bx_file_flags flags;
    uint64_t pos;      /* memory: where the next read or write goes */
    bx_mem_node *node; /* memory; referenced */
    bx_dirlist *list;  /* readdir state or NULL */
    char *lent;        /* memory: the name lent by readdir */
    char *guest;       /* owned guest path, only kept when events are on; preopens: NULL */
    size_t guest_n;
};

struct bx_vfs_session {
    bx_vfs *v;
    const bx_limits *limits;
    bx_fs_event_fn on_event;
    void *ctx;
    bx_fs_counters n;
    bx_file *open;       /* what bx_vfs_open gave out and is not closed yet */
    bx_memfs *mem;       /* made on first use */
    bx_carve_scan *scan; /* files with several names that are carved out; made when needed */
    size_t list_bytes;   /* held by all readdir lists */
    bool store_open;
    unsigned n_devs;
    dev_t devs[BX_MAX_DEVS];
    bx_file pre[]; /* one per preopen */
};

/* ---- a kind of tree ------------------------------------------------------------------ */
typedef struct bx_opened {
    bx_file *f;      /* filled by the backend: fd or node, type, path_only */
    bool may_create; /* files_created leaves room for one more */
    bool created;
} bx_opened;

typedef struct bx_backend {
    bx_errno (*open)(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
    bx_errno (*stat_at)(bx_file *dir, const char *path, bool follow, bx_stat *ret);
    bx_errno (*set_times_at)(bx_file *dir, const char *path, bool follow, bx_set_time a,
                             bx_set_time m);
    bx_errno (*mkdir_at)(bx_file *dir, const char *path);
    bx_errno (*rmdir_at)(bx_file *dir, const char *path);
    bx_errno (*unlink_at)(bx_file *dir, const char *path);
    bx_errno (*symlink_at)(const char *target, bx_file *dir, const char *path);
    bx_errno (*readlink_at)(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
    bx_errno (*link_at)(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
    bx_errno (*rename_at)(bx_file *od, const char *op, bx_file *nd, const char *np);
    void (*close)(bx_file *f);
    /* off == UINT64_MAX: at the handle's own position, which moves. */
    bx_errno (*read)(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
    bx_errno (*write)(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
    bx_errno (*seek)(bx_file *f, int64_t off, int whence, uint64_t *ret);
    bx_errno (*stat)(bx_file *f, bx_stat *ret);
    bx_errno (*set_size)(bx_file *f, uint64_t size);
    /* *ret_used = bytes newly taken from the disk or added to the size, whichever is more. */
    bx_errno (*allocate)(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used);
    bx_errno (*sync)(bx_file *f, bool data_only);
    bx_errno (*advise)(bx_file *f, uint64_t off, uint64_t len, int advice);
    bx_errno (*set_times)(bx_file *f, bx_set_time a, bx_set_time m);
    bx_errno (*set_append)(bx_file *f, bool append);
    bx_errno (*readdir)(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);
    bool (*is_same)(const bx_file *a, const bx_file *b);
} bx_backend;

extern const bx_backend bx_host_backend, bx_mem_backend, bx_store_backend;

/* ---- file.c ------------------------------------------------------------------------------ */
/* The first `max` bytes of `iov` into `out`, which has room for n; returns the number of its
 * elements. */
size_t bx_iov_cut(const struct iovec *iov, size_t n, uint64_t max, struct iovec *out);

/* ---- session.c -------------------------------------------------------------------------- */
/* A small number that stands for the device in this session. */
uint64_t bx_session_dev(bx_vfs_session *s, dev_t dev);
#define BX_DEV_MEM ((dev_t) - 1) /* stands for the in-memory tree in bx_session_dev */

/* ---- pathtext.c: text of guest paths ------------------------------------------------------ */
/* `s` as a checked NUL-terminated copy in `out`: NOENT empty, NAMETOOLONG, INVAL NUL byte, ILSEQ,
 * PERM absolute. */
bx_errno bx_path_take(bx_str s, char out[BX_PATH_BUF]);
/* Join `rel` to the absolute guest path `base`, dropping "", "." and ".." by text alone.  What
 * does not fit is cut off.  Returns the length; `out` is NUL-terminated. */
size_t bx_path_join(bx_str base, bx_str rel, char *out, size_t cap);

typedef enum bx_last { BX_LAST_NAME, BX_LAST_DOT, BX_LAST_DOTDOT } bx_last;
typedef struct bx_split {
    size_t parent_n; /* bytes of the path that name the parent; 0 = the start directory */
    size_t name_at, name_n;
    bx_last last;
    bool slash; /* the path ends in '/' */
} bx_split;
bx_split bx_path_split(const char *path);

/* ---- events.c ------------------------------------------------------------------------------ */
typedef struct bx_event_at { /* a path as asked: directory handle and text */
    const bx_file *dir;
    bx_str path;
} bx_event_at;
/* Tell the session's listener, if there is one; `b` may be NULL. Returns `result`. */
bx_errno bx_event(bx_vfs_session *s, bx_fs_op op, bx_event_at a, const bx_event_at *b,
                  unsigned rights, bx_errno result);
/* As bx_event, but only when `result` is a refusal (PERM, ACCES, DQUOT, MFILE, NOTCAPABLE, XDEV).
 */
bx_errno bx_event_refused(bx_vfs_session *s, bx_fs_op op, bx_event_at a, unsigned rights,
                          bx_errno result);
bx_str bx_file_guest(const bx_file *f); /* "/" when it is not kept */

/* ---- resolve.c: which host object a path means ---------------------------------------------- */
/* openat2; EINTR and EAGAIN are tried again.  -1 and errno. */
int bx_openat2(int dirfd, const char *path, uint64_t flags, uint64_t resolve);
bx_errno bx_resolve_errno(int host_errno); /* as bx_errno_from_host; leaving the grant is PERM */

/* The object itself as an O_PATH descriptor the caller owns, judged against carve-outs. `flags`:
 * O_DIRECTORY or 0.  A last symbolic link is returned as such unless `follow` or a trailing '/'. */
bx_errno bx_host_object(bx_file *dir, const char *path, bool follow, int flags, int *ret_fd,
                        struct stat *ret_st);

typedef struct bx_at {
    int fd;       /* the parent directory */
    int own;      /* the same when it must be closed, else -1 */
    bx_last last; /* not a name: `name` is empty and `fd` the directory itself */
    bool slash;
    char name[BX_NAME_MAX + 2]; /* with the trailing '/' it had, so that the kernel judges it */
    size_t name_n;              /* without it */
} bx_at;
bx_errno bx_host_parent(bx_file *dir, const char *path, bx_at *ret);
void bx_at_done(bx_at *at);
#define BX_AUTO_AT __attribute__((cleanup(bx_at_done))) bx_at

/* "/proc/self/fd/N" */
void bx_proc_fd(int fd, char out[40]);

/* ---- mounts.c ---------------------------------------------------------------------------------
 */
/* Rights every grant together gives on the host directory `fd`; only asked when v->nested. */
bx_errno bx_rights_at(const bx_vfs *v, int fd, unsigned *ret);
/* BUSY when `name` in `dirfd` is a granted directory or above one; only asked when v->nested. */
bx_errno bx_holds_grant(const bx_vfs *v, int dirfd, const char *name, size_t name_n);

/* ---- carve.c: what is carved out of a grant ----------------------------------------------------
 */
/* One place where a guest path and a host path are known to be the same directory.  Mounts, and
 * what symbolic links in grants and rules lead to. */
typedef struct bx_view {
    char *guest, *host; /* owned; the root directory is "" in both */
    size_t guest_n, host_n;
    int fd; /* O_PATH; borrowed from the vfs unless `own` */
    bool own;
    bool root; /* a mount or the store: a scan begins here */
} bx_view;

struct bx_carve {
    size_t n_globs, n_views, cap_views;
    struct bx_glob **globs;
    bx_view *views;
};

/* *ret = NULL when the grant has no deny:. `v` has its mounts and preopens. */
BX_NODISCARD bx_code bx_carve_new(const bx_grant *g, const bx_vfs *v, bx_carve **ret,
                                  bx_error *err);
void bx_carve_free(bx_carve *c);
/* May this guest path not be touched?  By text alone: right for the in-memory tree. */
bool bx_carve_denies_guest(const bx_carve *c, bx_str guest);
bool bx_carve_guest_dir_may_move(const bx_carve *c, bx_str guest);
/* Is the object behind `fd`, or `name` in it (NULL: itself), carved out, by where it really is now?
 * ACCES; PERM when it lies outside every mount; NOENT when it was deleted. */
bx_errno bx_carve_judge(const bx_carve *c, int fd, const char *name, size_t name_n);
/* The same for a canonical host path, "" = the root directory. */
bx_errno bx_carve_judge_host(const bx_carve *c, bx_str host);
/* Would moving the directory `name` in `dirfd` take carved-out names to where no rule sees them?
 * ACCES. */
bx_errno bx_carve_dir_may_move(const bx_carve *c, int dirfd, const char *name, size_t name_n);
/* Canonical host path of `fd`, without a trailing '/', so "" for the root.  NOENT deleted, PERM not
 * reachable from here, ACCES too long to be judged. */
bx_errno bx_fd_host_path(int fd, char out[BX_PATH_BUF], size_t *ret_n);
/* `path` is `dir` or below it; both in the form of bx_fd_host_path. */
bool bx_host_is_below(bx_str path, bx_str dir);

/* carve_case.c: may one name be written in another case? */
bool bx_dir_ignores_case(int path_fd);

/* carve_walk.c: resolve part by part, judging each, so that not even the existence of a
 * carved-out name shows. */
bx_errno bx_carve_walk(bx_file *dir, const char *path, bool follow, int *ret_fd,
                       struct stat *ret_st);
bool bx_dir_is_removed(int dirfd);

/* carve_scan.c: has this regular file another name that is carved out?  ACCES. */
bx_errno bx_carve_hardlink(bx_vfs_session *s, const struct stat *st);
void bx_carve_scan_free(bx_carve_scan *scan);
extern size_t bx_carve_scan_max; /* entries looked at; only tests change it */

/* ---- host_open.c, host_paths.c: the host backend below its table
 * ----------------------------------- */
bx_errno bx_host_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
bx_errno bx_host_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret);
bx_errno bx_host_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                              bx_set_time m);
bx_errno bx_host_mkdir_at(bx_file *dir, const char *path);
bx_errno bx_host_rmdir_at(bx_file *dir, const char *path);
bx_errno bx_host_unlink_at(bx_file *dir, const char *path);
bx_errno bx_host_symlink_at(const char *target, bx_file *dir, const char *path);
bx_errno bx_host_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
bx_errno bx_host_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
bx_errno bx_host_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np);

/* ---- host.c
 * -------------------------------------------------------------------------------------- */
void bx_host_stat(bx_vfs_session *s, const struct stat *st, bx_stat *ret);
bx_errno bx_host_set_fd_times(int fd, bx_set_time a, bx_set_time m);
bx_errno bx_host_read(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
bx_errno bx_host_seek(bx_file *f, int64_t off, int whence, uint64_t *ret);
bx_errno bx_host_fstat(bx_file *f, bx_stat *ret);
bx_errno bx_host_sync(bx_file *f, bool data_only);
bx_errno bx_host_advise(bx_file *f, uint64_t off, uint64_t len, int advice);
bx_errno bx_host_set_times(bx_file *f, bx_set_time a, bx_set_time m);
bx_errno bx_host_set_append(bx_file *f, bool append);
bool bx_host_is_same(const bx_file *a, const bx_file *b);
bx_errno bx_host_set_size(bx_file *f, uint64_t size);
bx_errno bx_host_allocate(bx_file *f, uint64_t off, uint64_t len, uint64_t *ret_used);
void bx_host_close(bx_file *f);
bx_errno bx_host_write(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
bx_filetype bx_filetype_of(mode_t mode);

/* ---- readdir.c
 * ------------------------------------------------------------------------------------- */
bx_errno bx_host_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);
void bx_dirlist_free(bx_file *dir);
/* Bytes all lists of a session may hold; beyond it the oldest entries go.  Only tests change it. */
extern size_t bx_dirlist_max;
/* Count one entry of a pass; DQUOT over the limit. */
bx_errno bx_count_dir_entry(bx_vfs_session *s);

/* ---- memfs.c: the tree in memory; mem_ops.c: the backend on it
 * --------------------------------------- */
typedef struct bx_mem_entry {
    struct bx_mem_entry *hash_next;
    bx_mem_node *dir, *node;
    uint64_t seq; /* grows along the directory: what a cookie is made of */
    uint32_t hash;
    uint16_t name_n;
    char name[]; /* NUL-terminated */
} bx_mem_entry;

struct bx_mem_node {
    bx_mem_node *next, **link; /* all nodes of the tree */
    uint8_t type;              /* BX_FT_REG, BX_FT_DIR, BX_FT_SYMLINK */
    uint32_t refs;             /* open handles */
    uint32_t nlink; /* names; of a directory 2 and one per directory in it; 0 = removed */
    uint64_t ino, size;
    uint64_t atim, mtim, ctim;
    uint8_t **chunk; /* of a file; a NULL one is a hole */
    size_t n_chunks;
    char *target;       /* of a symbolic link */
    bx_mem_entry *self; /* of a directory: its own entry; NULL in the root */
    bx_mem_entry **ent; /* of a directory: what is in it, by seq */
    size_t n_ent, cap_ent;
    uint64_t next_seq;
};

enum { BX_MEM_CHUNK = 4096 };

struct bx_memfs {
    uint64_t used, max; /* bytes of host memory, overhead included */
    uint64_t next_ino;
    bx_mem_node *root, *nodes;
    bx_mem_entry **bucket;
    size_t n_buckets, n_entries;
};

BX_NODISCARD bx_memfs *bx_memfs_new(uint64_t max);
void bx_memfs_free(bx_memfs *m); /* after every handle was closed; NULL is fine */
uint64_t bx_mem_now(void);
bx_mem_entry *bx_mem_find(const bx_memfs *m, const bx_mem_node *dir, const char *name, size_t n);
/* A new node with no name yet; NOSPC, NOMEM.  bx_mem_drop frees one that has neither name nor
 * handle. */
bx_errno bx_mem_node_new(bx_memfs *m, bx_filetype type, bx_mem_node **ret);
void bx_mem_drop(bx_memfs *m, bx_mem_node *n);
/* Give `node` the name in `dir`, which has it not.  Take away an entry's name. */
bx_errno bx_mem_attach(bx_memfs *m, bx_mem_node *dir, const char *name, size_t n,
                       bx_mem_node *node);
void bx_mem_detach(bx_memfs *m, bx_mem_entry *e);
bool bx_mem_charge(bx_memfs *m, uint64_t bytes);
void bx_mem_give(bx_memfs *m, uint64_t bytes);
bx_errno bx_mem_resize(bx_memfs *m, bx_mem_node *n, uint64_t size);
/* Memory for [off, off + len) of a file that is at least that long; *ret_new = bytes added. */
bx_errno bx_mem_fill(bx_memfs *m, bx_mem_node *n, uint64_t off, uint64_t len, uint64_t *ret_new);
bx_errno bx_mem_preopen(bx_file *f);

/* mem_walk.c */
typedef struct bx_mem_at {
    bx_mem_node *dir; /* where the last part is looked up */
    bx_mem_node *obj; /* what it is, or NULL; not looked up by bx_mem_parent */
    bx_last last;
    bool slash;
    char name[BX_NAME_MAX + 1];
    size_t name_n;
} bx_mem_at;
/* The object; NOENT with ret->dir and ret->name of where it would be made (ret->dir NULL: nowhere).
 */
bx_errno bx_mem_object(bx_file *dir, const char *path, bool follow, bx_mem_at *ret);
bx_errno bx_mem_parent(bx_file *dir, const char *path, bx_mem_at *ret);
size_t bx_mem_guest_path(const bx_file *f, const bx_mem_node *dir, const char *name,
                         char out[BX_GUEST_BUF]);

/* mem_paths.c, mem_file.c */
bx_errno bx_mem_open(bx_file *dir, const char *path, const bx_open_how *how, bx_opened *o);
bx_errno bx_mem_stat_at(bx_file *dir, const char *path, bool follow, bx_stat *ret);
bx_errno bx_mem_set_times_at(bx_file *dir, const char *path, bool follow, bx_set_time a,
                             bx_set_time m);
bx_errno bx_mem_mkdir_at(bx_file *dir, const char *path);
bx_errno bx_mem_rmdir_at(bx_file *dir, const char *path);
bx_errno bx_mem_unlink_at(bx_file *dir, const char *path);
bx_errno bx_mem_symlink_at(const char *target, bx_file *dir, const char *path);
bx_errno bx_mem_readlink_at(bx_file *dir, const char *path, char *buf, size_t cap, size_t *ret_n);
bx_errno bx_mem_link_at(bx_file *od, const char *op, bool follow, bx_file *nd, const char *np);
bx_errno bx_mem_rename_at(bx_file *od, const char *op, bx_file *nd, const char *np);
void bx_mem_stat(bx_vfs_session *s, const bx_mem_node *n, bx_stat *ret);
void bx_mem_set_times(bx_mem_node *n, bx_set_time a, bx_set_time m);

/* ---- store.c
 * ----------------------------------------------------------------------------------------- */
BX_NODISCARD bx_code bx_store_new(const char *store_dir, const bx_cap *cap, bx_store **ret,
                                  bx_error *err);
void bx_store_free(bx_store *st);
int bx_store_dirfd(const bx_store *st); /* O_PATH; borrowed */
/* Begin and end of one user of the quota. */
BX_NODISCARD bx_code bx_store_enter(bx_store *st, bx_error *err);
void bx_store_leave(bx_store *st);

#endif
