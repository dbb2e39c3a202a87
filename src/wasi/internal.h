/* wasi/internal.h - shapes shared by the files of wasi/, nobody else's business. */
#ifndef BX_WASI_INTERNAL_H
#define BX_WASI_INTERNAL_H

#include "base/limits.h"
#include "os/random.h"
#include "wasi/gate.h"
#include "wasi/guest_mem.h"
#include "wasi/pipe.h"
#include "wasi/wasi.h"

/* ---- descriptors (fdtable.c) ---------------------------------------------------------- */
typedef enum bx_fd_kind {
    BX_FD_FREE = 0,
    BX_FD_STDIN,
    BX_FD_STDOUT,
    BX_FD_STDERR,
    BX_FD_PIPE, /* an end of one: base says which */
    BX_FD_DEVICE,
    BX_FD_PREOPEN,
    BX_FD_FILE,
} bx_fd_kind;

struct bx_fd {
    uint8_t kind;
    bool nonblock;    /* streams only: files keep their own */
    bool owned;       /* BX_FD_PREOPEN: `file` is ours, not the session's */
    uint16_t preopen; /* which one; BX_FD_PREOPEN only */
    bx_file *file;    /* of the session; NULL for a stream, and for a preopen not used yet */
    union {
        bx_wasi *home;  /* standard streams: the process whose they are */
        bx_pipe *pipe;  /* one end of it is owned */
        uint8_t device; /* bx_device */
    };
    uint64_t base, inheriting;
};

enum { BX_INLINE_FDS = 16, BX_STDIO_FDS = 3 };

/* preview1 `rights`, witx order. */
enum {
    BX_R_FD_DATASYNC = 1 << 0,
    BX_R_FD_READ = 1 << 1,
    BX_R_FD_SEEK = 1 << 2,
    BX_R_FD_FDSTAT_SET_FLAGS = 1 << 3,
    BX_R_FD_SYNC = 1 << 4,
    BX_R_FD_TELL = 1 << 5,
    BX_R_FD_WRITE = 1 << 6,
    BX_R_FD_ADVISE = 1 << 7,
    BX_R_FD_ALLOCATE = 1 << 8,
    BX_R_PATH_CREATE_DIRECTORY = 1 << 9,
    BX_R_PATH_CREATE_FILE = 1 << 10,
    BX_R_PATH_LINK_SOURCE = 1 << 11,
    BX_R_PATH_LINK_TARGET = 1 << 12,
    BX_R_PATH_OPEN = 1 << 13,
    BX_R_FD_READDIR = 1 << 14,
    BX_R_PATH_READLINK = 1 << 15,
    BX_R_PATH_RENAME_SOURCE = 1 << 16,
    BX_R_PATH_RENAME_TARGET = 1 << 17,
    BX_R_PATH_FILESTAT_GET = 1 << 18,
    BX_R_PATH_FILESTAT_SET_SIZE = 1 << 19,
    BX_R_PATH_FILESTAT_SET_TIMES = 1 << 20,
    BX_R_FD_FILESTAT_GET = 1 << 21,
    BX_R_FD_FILESTAT_SET_SIZE = 1 << 22,
    BX_R_FD_FILESTAT_SET_TIMES = 1 << 23,
    BX_R_PATH_SYMLINK = 1 << 24,
    BX_R_PATH_REMOVE_DIRECTORY = 1 << 25,
    BX_R_PATH_UNLINK_FILE = 1 << 26,
    BX_R_POLL_FD_READWRITE = 1 << 27,

    /* What means something for a regular file, and for a directory. */
    BX_R_FILE = BX_R_FD_DATASYNC | BX_R_FD_READ | BX_R_FD_SEEK | BX_R_FD_FDSTAT_SET_FLAGS |
                BX_R_FD_SYNC | BX_R_FD_TELL | BX_R_FD_WRITE | BX_R_FD_ADVISE | BX_R_FD_ALLOCATE |
                BX_R_FD_FILESTAT_GET | BX_R_FD_FILESTAT_SET_SIZE | BX_R_FD_FILESTAT_SET_TIMES |
                BX_R_POLL_FD_READWRITE,
    BX_R_DIR = BX_R_FD_DATASYNC | BX_R_FD_FDSTAT_SET_FLAGS | BX_R_FD_SYNC | BX_R_FD_ADVISE |
               BX_R_PATH_CREATE_DIRECTORY | BX_R_PATH_CREATE_FILE | BX_R_PATH_LINK_SOURCE |
               BX_R_PATH_LINK_TARGET | BX_R_PATH_OPEN | BX_R_FD_READDIR | BX_R_PATH_READLINK |
               BX_R_PATH_RENAME_SOURCE | BX_R_PATH_RENAME_TARGET | BX_R_PATH_FILESTAT_GET |
               BX_R_PATH_FILESTAT_SET_SIZE | BX_R_PATH_FILESTAT_SET_TIMES | BX_R_FD_FILESTAT_GET |
               BX_R_FD_FILESTAT_SET_TIMES | BX_R_PATH_SYMLINK | BX_R_PATH_REMOVE_DIRECTORY |
               BX_R_PATH_UNLINK_FILE | BX_R_POLL_FD_READWRITE,
};

/* preview1 flag words. */
enum { BX_LOOKUP_FOLLOW = 1 };
enum { BX_O_CREAT = 1, BX_O_DIRECTORY = 2, BX_O_EXCL = 4, BX_O_TRUNC = 8, BX_O_ALL = 15 };
enum {
    BX_FDF_APPEND = 1,
    BX_FDF_DSYNC = 2,
    BX_FDF_NONBLOCK = 4,
    BX_FDF_RSYNC = 8,
    BX_FDF_SYNC = 16,
    BX_FDF_ALL = 31,
};

/* ---- one call ------------------------------------------------------------------------- */
/* How a borrowed host descriptor can be used without blocking; found out at its first use. */
typedef enum bx_host_mode {
    BX_HOST_UNKNOWN = 0,
    BX_HOST_FILE,   /* regular file: never blocks for long, nothing to poll */
    BX_HOST_NOWAIT, /* RWF_NOWAIT works */
    BX_HOST_POLL,   /* poll first, then move no more than poll promised */
} bx_host_mode;

typedef struct bx_capture {
    uint8_t *p; /* owned */
    size_t n, cap;
} bx_capture;

struct bx_wasi {
    bx_wasi_config cfg;
    int32_t stop; /* what the current host function ends the guest with */
    int32_t exit_code;
    bx_wasi_counters counters;

    bx_fd *fds;         /* few, or owned */
    uint32_t n_fds;     /* slots in use or used before; those from here on are not initialised */
    uint32_t cap_fds;   /* slots there is memory for */
    uint32_t free_hint; /* no free slot below this one */
    bx_fd few[BX_INLINE_FDS];

    uint64_t caught; /* signals; of the thread that runs the guest, and read with the gate's lock */
    _Atomic uint64_t pending;

    bx_capture captured[2];       /* stdout, stderr */
    size_t in_pos;                /* bytes of cfg.in.bytes read */
    _Atomic uint8_t is_tty[3];    /* 0: not asked yet; 1 no; 2 yes */
    _Atomic uint8_t host_mode[3]; /* bx_host_mode of stdin, stdout, stderr */
    bool rng_ready, mono_ready, cpu_ready;
    bx_rng rng;
    uint64_t mono_base_ns; /* host's monotonic clock at the guest's zero */
    uint64_t cpu_base_ns;
    uint64_t step_ns; /* what the guest's clock shows in frozen and step mode */
};

/* The body of each host function: checks, acts, and answers with the guest's errno.  To end the
 * guest it sets w->stop.  `a` holds the arguments, zero-extended. */
#define BX_P1(name, sig) bx_errno bx_p1_##name(bx_wasi *w, bx_guest_mem m, const uint64_t *a);
#include "wasi/preview1.def"
#undef BX_P1

static inline bx_errno bx_wasi_stop(bx_wasi *w, bx_stop s)
{
    if (s != BX_STOP_NONE)
        w->stop = s == BX_STOP_DEADLINE ? BX_WASI_DEADLINE : BX_WASI_CANCELLED;
    return s == BX_STOP_NONE ? BX_E_SUCCESS : BX_E_CANCELED;
}

/* Has the deadline passed, or the owner cancelled?  For loops whose length a guest chooses. */
static inline bx_errno bx_wasi_check(bx_wasi *w)
{
    return bx_wasi_stop(w, bx_ctl_check(w->cfg.ctl));
}

/* As bx_ctl_wait; the time counts as the host's. */
bx_errno bx_wasi_wait(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns, int *ready);

/* ---- fdtable.c ------------------------------------------------------------------------ */
bx_code bx_fdtable_init(bx_wasi *w, bx_error *err);
/* Room for one more, found before a file is opened or made: NOMEM. */
bx_errno bx_fdtable_room(bx_wasi *w);
/* The number of an open file from now on; bx_fdtable_room succeeded just before. */
uint32_t bx_fdtable_add(bx_wasi *w, bx_file *f, uint64_t base, uint64_t inheriting);
uint32_t bx_fdtable_put(bx_wasi *w, const bx_fd *f); /* the same with any kind */
/* Of a directory that is about to be listed. */
bx_errno bx_fdtable_listable(bx_wasi *w, bx_fd *f);
bx_str bx_fdtable_preopen_name(const bx_wasi *w, const bx_fd *f);
bx_errno bx_fdtable_close(bx_wasi *w, uint32_t fd);           /* an open one */
void bx_fdtable_move(bx_wasi *w, uint32_t from, uint32_t to); /* both open */

/* Any open descriptor; NULL when there is none.  Valid until the table changes. */
static inline bx_fd *bx_fd_get(bx_wasi *w, uint64_t fd)
{
    uint32_t i = (uint32_t)fd;
    return i < w->n_fds && w->fds[i].kind != BX_FD_FREE ? &w->fds[i] : NULL;
}

/* Everything that has no place in a file system of the call. */
static inline bool bx_fd_is_stream(const bx_fd *f)
{
    return f->kind >= BX_FD_STDIN && f->kind <= BX_FD_DEVICE;
}

/* A directory: BADF, NOTDIR, NOTCAPABLE without all of `rights`.  Opens a preopen on first use. */
bx_errno bx_fd_dir(bx_wasi *w, uint64_t fd, uint64_t rights, bx_fd **ret);
/* A file or directory of vfs: BADF; `stream` for a standard stream; NOTCAPABLE. */
bx_errno bx_fd_any(bx_wasi *w, uint64_t fd, uint64_t rights, bx_errno stream, bx_fd **ret);
/* A regular file: as bx_fd_any, and ISDIR. */
bx_errno bx_fd_regular(bx_wasi *w, uint64_t fd, uint64_t rights, bx_errno stream, bx_fd **ret);

/* ---- stdio.c -------------------------------------------------------------------------- */
/* Of any kind of stream.  BADF: not one to read from, or to write to. */
bx_errno bx_stream_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                         size_t *ret_n);
bx_errno bx_stream_writev(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                          size_t *ret_n);
bool bx_stream_is_tty(const bx_wasi *w, const bx_fd *f);
/* False: `f` is an output stream, and the output limit has no room for `n` more bytes. */
bool bx_stream_has_room(const bx_wasi *w, const bx_fd *f, uint64_t n);
/* For poll_oneoff: the host descriptor to wait on, or -1 when always ready; bytes that can be
 * moved now, and whether the other end is gone. */
int bx_stream_poll_fd(bx_wasi *w, const bx_fd *f);
uint64_t bx_stream_ready_bytes(const bx_wasi *w, const bx_fd *f);
bool bx_stream_at_end(const bx_wasi *w, const bx_fd *f);

/* ---- pipe.c --------------------------------------------------------------------------- */
/* What writing where nobody reads comes to: PIPE, and the end of who does not catch the signal. */
bx_errno bx_wasi_broken_pipe(bx_wasi *w);

/* ---- device.c ------------------------------------------------------------------------- */
typedef enum bx_device {
    BX_DEVICE_NULL,
    BX_DEVICE_ZERO,
    BX_DEVICE_FULL,
    BX_DEVICE_RANDOM
} bx_device;

/* A path below /dev that means no file: opened by number, or looked at.  False: it is an ordinary
 * path, and *ret_error is not set. */
bool bx_device_open(bx_wasi *w, const bx_fd *dir, bx_str path, uint64_t base, uint32_t *ret_fd,
                    bx_errno *ret_error);
bool bx_device_stat(bx_wasi *w, const bx_fd *dir, bx_str path, bx_stat *ret, bx_errno *ret_error);
bx_errno bx_device_readv(bx_wasi *w, const bx_fd *f, const struct iovec *iov, size_t n,
                         size_t *ret_n);
bx_errno bx_device_writev(const bx_fd *f, const struct iovec *iov, size_t n, size_t *ret_n);

/* ---- clock.c -------------------------------------------------------------------------- */
/* The guest's realtime without advancing it. */
uint64_t bx_guest_realtime(const bx_wasi *w);
uint64_t bx_guest_monotonic(bx_wasi *w);
void bx_guest_advance(bx_wasi *w, uint64_t ns); /* in step mode; saturates */
void bx_guest_step(bx_wasi *w); /* a clock is read: in step mode that takes a millisecond */
bx_errno bx_guest_random(bx_wasi *w, void *p, size_t n);
/* A time of filestat_set_times: INVAL when both flags are set. */
bx_errno bx_guest_set_time(const bx_wasi *w, unsigned flags, uint64_t ns, bx_set_time *ret);

/* ---- fdstat.c ------------------------------------------------------------------------- */
enum { BX_FILESTAT_BYTES = 64 };
void bx_put_filestat(uint8_t *p, const bx_stat *st);

#endif
