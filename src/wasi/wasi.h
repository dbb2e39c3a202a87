/* wasi/wasi.h - wasi_snapshot_preview1 for core modules: 46 host functions in C over vfs.
 * Source: WASI snapshot preview1 (wasi_snapshot_preview1.witx) and what wasi-libc expects.
 * One bx_wasi is one call; it belongs to the thread that runs the call.
 *
 * Rights.  Each descriptor has the rights of preview1, and a guest may give some up for good.
 * They are the guest's own means: a preopen begins with all of them, whatever its grant says,
 * because what a grant refuses is refused, and recorded, by vfs when it is tried.  Rights asked
 * for beyond those of the directory are left out, as programs expect; only the rights to read
 * and to write, which decide how a file is opened, are refused then (NOTCAPABLE).
 *
 * Clocks.  The monotonic clock begins near 0 at its first reading, so a guest does not learn
 * the host's uptime; processor time counts from its first reading too.  `frozen`: realtime
 * stays 2020-01-01T00:00:00Z and all others 1 ms.  `step`: every reading, of any clock, is 1 ms
 * after the one before.  In both, sleeping takes no time; `step` advances by what was slept.
 * No clock ever reads 0: some runtimes take that for a broken one.
 *
 * A process that hands out BX_SINK_FD descriptors must ignore SIGPIPE. */
#ifndef BX_WASI_WASI_H
#define BX_WASI_WASI_H

#include "bx_types.h"
#include "os/ctl.h"
#include "policy/grant.h"
#include "vfs/vfs.h"

/* The host functions; the context of their table is the bx_wasi of the call. */
extern const bx_host_table bx_wasi_preview1;

/* What a host function returns when the guest must end. */
enum {
    BX_WASI_GO_ON = 0,
    BX_WASI_EXIT = 1, /* proc_exit: code in bx_wasi_exit_code */
    BX_WASI_DEADLINE = 2,
    BX_WASI_CANCELLED = 3,
    BX_WASI_OUTPUT = 4,  /* more output than the limit */
    BX_WASI_SIGPIPE = 5, /* it wrote where nobody reads, and does not catch the signal */
    BX_WASI_KILLED = 6,  /* it sent itself a signal that ends it */
};

typedef struct bx_wasi bx_wasi;

/* Somebody between a guest and the person at a terminal (cli/editor.h).  Any thread, several at
 * once. */
typedef struct bx_terminal {
    /* For `w`, whose guest reads standard input: > 0 bytes that came, 0 the end, -1
     * bx_wasi_wait_ready said so.  `by_first`: it is the call's first process. */
    int64_t (*read)(void *ctx, bx_wasi *w, bool by_first, void *buf, size_t cap);
    size_t (*buffered)(void *ctx);                     /* bytes that a read would get at once */
    void (*wrote)(void *ctx, const void *p, size_t n); /* to stdout or stderr, where a terminal */
    void *ctx;
} bx_terminal;

/* Where stdin comes from: exactly one. */
typedef struct bx_stdin {
    enum { BX_STDIN_EMPTY, BX_STDIN_BYTES, BX_STDIN_FD } kind;
    bx_str bytes;                /* borrowed for the call */
    int fd;                      /* borrowed; reads wait with the call's ctl */
    const bx_terminal *terminal; /* borrowed; it reads `fd`, a terminal; NULL: nobody does */
} bx_stdin;

/* Where stdout/stderr go. */
typedef struct bx_sink {
    enum { BX_SINK_DISCARD, BX_SINK_CAPTURE, BX_SINK_FD } kind;
    int fd; /* borrowed; for BX_SINK_FD */
} bx_sink;

typedef struct bx_gate bx_gate;

/* A directory a guest begins with.  `rights`: BX_FS_READ | BX_FS_WRITE; what is missing is missing
 * for all that is reached through it. */
typedef struct bx_wasi_preopen {
    bx_str name;   /* borrowed for the call */
    size_t index;  /* of the mounts' preopens */
    bx_file *file; /* instead: an open directory, owned by the bx_wasi from then on; or NULL */
    unsigned rights;
} bx_wasi_preopen;

typedef struct bx_wasi_config {
    /* Argument and variable blocks as the guest gets them: NUL-terminated strings, one after
     * the other.  Borrowed for the call. */
    const char *args;
    size_t n_args, args_bytes;
    const char *env; /* "K=V\0K=V\0" */
    size_t n_env, env_bytes;
    bx_stdin in;
    bx_sink out, err;
    bx_clock_mode clock;
    bx_random_mode random;
    uint64_t seed;
    const bx_ctl *ctl;               /* borrowed */
    const bx_limits *limits;         /* borrowed */
    bx_vfs_session *files;           /* borrowed; NULL = no files */
    const bx_vfs *mounts;            /* borrowed; what `files` was made from: names the preopens */
    const bx_wasi_preopen *preopens; /* n_preopens of them, instead of all there are; NULL: all */
    size_t n_preopens;
    bool devices;  /* /dev/null and the like can be opened, and /dev/fd/N */
    bool inherits; /* no descriptors but the preopens: bx_wasi_inherit gives the others */
    bx_gate *gate; /* borrowed; what it shares with other processes; or NULL */
} bx_wasi_config;

/* Make no system call.  A bx_wasi can be reused: bx_wasi_reset instead of free + new; it keeps
 * the memory of captured output.  Files the guest left open belong to its session, which closes
 * them: neither reset nor free touches the session of the call before.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_wasi_new(bx_wasi **ret, bx_error *err);
BX_NODISCARD bx_code bx_wasi_reset(bx_wasi *w, const bx_wasi_config *cfg, bx_error *err);
void bx_wasi_free(bx_wasi *w); /* NULL is fine */
BX_DEFINE_AUTO(bx_wasi, bx_wasi_free)

/* ---- processes of one call (sandbox/process.h) ------------------------------------------ */
/* Numbers of descriptors end below BX_WASI_FDS.  What a process is given under the number of one of
 * its preopens, it gets BX_WASI_ASIDE higher. */
enum { BX_WASI_FDS = 4096, BX_WASI_ASIDE = 256 };

typedef struct bx_fd_pair {
    int32_t child, own;
} bx_fd_pair;
/* Duplicates of `n` descriptors of `parent`, whose guest does not run meanwhile, for `child`, which
 * inherits and has not begun.  BADF, MFILE, NOMEM; then the child is to be freed. */
BX_NODISCARD bx_errno bx_wasi_inherit(bx_wasi *child, bx_wasi *parent, const bx_fd_pair *map,
                                      size_t n);
/* Close everything but the preopens. */
void bx_wasi_close_all(bx_wasi *w);
void bx_wasi_set_gate(bx_wasi *w, bx_gate *g); /* its call has more than one process from now on */

BX_NODISCARD bx_errno bx_wasi_pipe(bx_wasi *w, bool grows, uint32_t ret[2]);
/* The lowest free number from `at_least` on; or `to` itself, closed before where it is open. */
BX_NODISCARD bx_errno bx_wasi_dup(bx_wasi *w, uint32_t fd, uint32_t at_least, uint32_t *ret);
BX_NODISCARD bx_errno bx_wasi_dup_to(bx_wasi *w, uint32_t fd, uint32_t to);
bool bx_wasi_is_open(bx_wasi *w, uint32_t fd);
/* Whether it reads from a pipe that has nothing and whose writers are there. */
typedef struct bx_pipe bx_pipe;
bx_pipe *bx_wasi_reads_from(bx_wasi *w); /* descriptor 0, where it is a pipe; else NULL */
bool bx_wasi_writes_to(const bx_wasi *w, const bx_pipe *p);

/* One descriptor, for a wait behind the gate for more than poll_oneoff knows of (sandbox/ready.c).
 */
typedef struct bx_wasi_watch {
    uint32_t fd; /* asked */
    bool writes;
    bool ready, hangup, bad; /* answered; bad: no such descriptor, or not one for that */
    int host_fd;             /* >= 0: poll(2) tells */
    bx_pipe *pipe;           /* not NULL: bx_wasi_watch_pipe_locked tells */
} bx_wasi_watch;
void bx_wasi_watch_begin(bx_wasi *w, bx_wasi_watch *x);
/* With the gate's lock held: look again, and be woken when there is a change. */
void bx_wasi_watch_pipe_locked(bx_wasi_watch *x);
/* As poll(2), no longer than the call lasts; INTR: a caught signal came, and nothing is ready. */
BX_NODISCARD bx_errno bx_wasi_poll(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns,
                                   int *ready);

/* What the host function that is running ends the guest with. */
void bx_wasi_stop_with(bx_wasi *w, int32_t stop);
int32_t bx_wasi_stopped_with(const bx_wasi *w);

/* Signals: bits 1 << number.  What has come and is caught ends waits with INTR. */
#define BX_SIGPIPE_BIT (UINT64_C(1) << 13)
void bx_wasi_catch(bx_wasi *w, uint64_t caught, uint64_t *ret_pending); /* its own thread */
uint64_t bx_wasi_caught(const bx_wasi *w);   /* any thread, with the gate's lock */
void bx_wasi_send(bx_wasi *w, unsigned sig); /* likewise */

/* For a bx_terminal that reads for `w`: until one of `fds` is ready or `until_ns` has passed;
 * false: the guest has to end, or a signal that it catches has come. */
BX_NODISCARD bool bx_wasi_wait_ready(bx_wasi *w, struct pollfd *fds, size_t n, uint64_t until_ns);

/* What the guest gave to proc_exit; 0 before that. */
int32_t bx_wasi_exit_code(const bx_wasi *w);

typedef struct bx_wasi_counters {
    uint64_t stdin_bytes, stdout_bytes, stderr_bytes;
    uint64_t host_ns; /* time spent waiting in host functions (poll_oneoff, blocking reads) */
    uint32_t calls;   /* host calls */
} bx_wasi_counters;
const bx_wasi_counters *bx_wasi_get_counters(const bx_wasi *w);

/* Captured bytes, borrowed until reset; which: 1 stdout, 2 stderr. */
bx_str bx_wasi_output(const bx_wasi *w, int which);

#endif
