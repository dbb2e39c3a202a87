/* vfs/object.h - the objects of vfs/: a sealed set of mounts, a session, an open file.
 *
 * Below the door (ops.c, file.c), which takes the text of paths and looks after rights, quotas and
 * events, a bx_backend does the work on one kind of tree: host directories, the store, memory.
 * Only files of vfs/ include this. */
#ifndef BX_VFS_OBJECT_H
#define BX_VFS_OBJECT_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/magic.h"
#include "vfs/vfs.h"

enum {
    BX_NAME_MAX = 255, /* bytes of one path part, as Linux has it */
    BX_PATH_BUF = BX_MAX_PATH + 1,
    BX_GUEST_BUF = 2 * BX_MAX_PATH + 2, /* a directory's guest path with a path below it */
    BX_MAX_DEVS = 64,                   /* devices told apart in one session */
    BX_MAX_SHOWN = 8,                   /* devices remembered as harmless; others are asked again */
    BX_MAX_MADE = 16, /* files made by a session that are remembered (vfs/place.h) */
};

typedef struct bx_carve bx_carve;
typedef struct bx_store bx_store;
typedef struct bx_memfs bx_memfs;
typedef struct bx_mem_node bx_mem_node;
typedef struct bx_dirlist bx_dirlist;
typedef struct bx_carve_scan bx_carve_scan;
typedef struct bx_names bx_names;

typedef struct bx_preopen {
    const struct bx_backend *bk;
    char *path; /* owned; guest path */
    size_t path_n;
    unsigned rights;
    int fd;            /* O_PATH directory; -1: in memory, or above the mounts */
    dev_t dev;         /* of fd; its file system may be shown */
    const char *shown; /* the name guests get it by where that is not its path: "."; or NULL */
} bx_preopen;

typedef struct bx_mount_root {
    int fd;            /* O_PATH; -1 until a capability needs it */
    const char *guest; /* borrowed from the grant while bx_vfs_new runs */
} bx_mount_root;

enum { BX_VFS_MAGIC = 0x62787666, BX_SESSION_MAGIC = 0x62787365, BX_FILE_MAGIC = 0x62786669 };

struct bx_vfs {
    uint32_t magic;
    _Atomic unsigned refs;
    size_t n_pre, n_mounts;
    bx_preopen *pre;
    bx_mount_root *mounts;
    bx_carve *carve;                 /* NULL: no carve-outs */
    bx_store *store;                 /* NULL: none */
    uint64_t tmp_size;               /* 0: no /tmp */
    const bx_vfs_programs *programs; /* borrowed; of /bin; NULL: none */
    bool nested;                     /* two grants of different rights show the same directory */
};

struct bx_file {
    uint32_t magic; /* of a preopen: 0 until it is asked for */
    bx_vfs_session *s;
    const bx_preopen *pre;
    const struct bx_backend *bk;
    bx_file *next, **link; /* list of what bx_vfs_open gave out */
    unsigned more;         /* owners besides the first one */
    int fd;                /* host; borrowed from the vfs in a preopen; -1 in memory */
    uint8_t type;          /* bx_filetype: BX_FT_DIR or BX_FT_REG */
    uint8_t rights; /* of a file: what was asked for and granted; of a directory: the grant's */
    bool preopen;   /* lives in the session; its fd is the vfs's */
    bool path_only; /* fd is O_PATH */
    bool gone;      /* has no name any more, whatever the file system says (store) */
    bool counted;   /* holds a lock that says "in use" (store) */
    bx_file_flags flags;
    uint64_t pos;      /* memory: where the next read or write goes */
    bx_mem_node *node; /* memory; referenced */
    bx_names *names;   /* host directory: those that links gave it, where rules are; or NULL */
    bx_dirlist *list;  /* readdir state or NULL */
    char *lent;        /* memory: the name lent by readdir */
    const bx_vfs_program *program; /* in /bin */
    const char *above; /* above the mounts: its guest path, "" for "/"; borrowed from a preopen */
    size_t above_n;
    char *guest; /* owned guest path, only kept when events are on; preopens: NULL */
    size_t guest_n;
};

typedef struct bx_made {
    dev_t dev;
    ino_t ino;
} bx_made;

struct bx_vfs_session {
    uint32_t magic;
    bx_vfs *v;
    const bx_limits *limits;
    bx_fs_event_fn on_event;
    void *ctx;
    const bx_ctl *ctl;    /* NULL: none */
    bool shared;          /* by threads, which `lock` keeps apart */
    pthread_mutex_t lock; /* recursive; made when it is shared */
    bx_fs_counters n;
    bx_file *open;       /* what bx_vfs_open gave out and is not closed yet */
    bx_memfs *mem;       /* made on first use */
    bx_vfs_joint *joint; /* what it counts in as well; or NULL */
    bx_carve_scan *scan; /* files with several names that are carved out; made when needed */
    size_t list_bytes;   /* held by all readdir lists */
    bool store_open;
    unsigned n_shown;
    dev_t shown[BX_MAX_SHOWN]; /* devices besides those of preopens that may be shown */
    unsigned n_devs;
    dev_t devs[BX_MAX_DEVS];
    size_t n_made; /* all of them; made[i % BX_MAX_MADE] is the i-th */
    bx_made made[BX_MAX_MADE];
    bx_file pre[]; /* one per preopen */
};

/* What is counted against a limit as it is used up. */
typedef enum bx_used { BX_USED_WRITTEN, BX_USED_CREATED, BX_USED_ENTRIES } bx_used;
/* Of `want`, as much as the limits leave: of the session and of all it counts with.  It is counted
 * now; what is not used after all is given back. */
uint64_t bx_session_take(bx_vfs_session *s, bx_used what, uint64_t want);
void bx_session_give(bx_vfs_session *s, bx_used what, uint64_t n);

/* A small number that stands for the device in this session. */
uint64_t bx_session_dev(bx_vfs_session *s, dev_t dev);
/* Every function others call begins so. */
#define BX_SESSION_LOCK(s) \
    __attribute__((cleanup(bx_session_unlock), unused)) bx_vfs_session *locked_ = bx_session_lock(s)
static inline bx_vfs_session *bx_session_lock(bx_vfs_session *s)
{
    if (s->shared)
        (void)pthread_mutex_lock(&s->lock);
    return s;
}
static inline void bx_session_unlock(bx_vfs_session **s)
{
    if ((*s)->shared)
        (void)pthread_mutex_unlock(&(*s)->lock);
}

/* INTR when the call must stop, else SUCCESS; no system call. */
bx_errno bx_session_check(const bx_vfs_session *s);
#define BX_SCRATCH  "/workspace"  /* in memory, where the grant asks for it */
#define BX_DEV_MEM  ((dev_t) - 1) /* stands for the in-memory tree in bx_session_dev */
#define BX_DEV_ROOT ((dev_t) - 2) /* for the directories above the mounts */
#define BX_DEV_BIN  ((dev_t) - 3) /* for /bin */

#endif
