/* vfs/vfs.h - the files a guest can reach: mounts made of directory handles, rights,
 * carve-outs, quotas, events.  Serves the core path (src/wasi) and the component path alike.
 *
 * A bx_vfs is built from a sealed grant, opens every mount once (O_PATH), and is then
 * immutable: any number of sessions on any threads share it.  A bx_vfs_session is one call;
 * it and its files belong to the thread that runs the call.
 *
 * Containment.  Each path is resolved by the kernel beneath the directory it starts at
 * (openat2, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS), so "..", absolute links and races cannot
 * leave the grant.  Only regular files and directories open.  A kernel without openat2 is
 * refused at bx_vfs_new with BX_EUNSUPPORTED, never served by a weaker path.
 *
 * Errors towards the guest are bx_errno values.  A path that would leave the grant or hits a
 * carve-out is BX_E_PERM / BX_E_ACCES; see docs/files.md for the table. */
#ifndef BX_VFS_VFS_H
#define BX_VFS_VFS_H

#include <sys/uio.h>

#include "os/ctl.h"
#include "policy/grant.h"
#include "vfs/errno.h"

typedef struct bx_vfs bx_vfs;
typedef struct bx_vfs_session bx_vfs_session;

/* A program as an entry of /bin: a name and its bytes, which stay where they are. */
typedef struct bx_vfs_program {
    bx_str name; /* one part of a path */
    bx_str bytes;
} bx_vfs_program;
typedef struct bx_vfs_programs {
    const bx_vfs_program *at; /* in the order of their names */
    size_t n;
} bx_vfs_programs;

/* ---- sealed mounts ----------------------------------------------------------------- */
/* Open every mount a file capability of `g` (sealed) needs; with deny: rules every mount there
 * is.  `store_dir` is the host directory below which store:NAME lives (created 0700 when
 * missing); may be NULL when the grant has no store:.  Starts with one reference.
 * BX_ENOENT; BX_EINVAL (not a directory); BX_EIO (no permission); BX_EUNSAFE (the store's place
 * is not private); BX_EUNSUPPORTED (no openat2, no /proc). */
BX_NODISCARD bx_code bx_vfs_new(const bx_grant *g, const char *store_dir, bx_vfs **ret,
                                bx_error *err);
/* The same with the programs a guest may start as files of a read-only /bin (one more preopen,
 * before the directory above the mounts); borrowed as long as it lives.  NULL, or none: no /bin. */
BX_NODISCARD bx_code bx_vfs_new_with(const bx_grant *g, const char *store_dir,
                                     const bx_vfs_programs *programs, bx_vfs **ret, bx_error *err);
bx_vfs *bx_vfs_ref(bx_vfs *v);
void bx_vfs_unref(bx_vfs *v); /* NULL is fine */
BX_DEFINE_AUTO(bx_vfs, bx_vfs_unref)

/* Preopens in order: one per file capability (grant order; the same path twice is merged),
 * then /tmp, /store, /bin, the directory above all, the working directory as ".". */
size_t bx_vfs_preopen_count(const bx_vfs *v);
bx_str bx_vfs_preopen_path(const bx_vfs *v, size_t i);

/* ---- one call ---------------------------------------------------------------------- */
typedef enum bx_fs_op {
    BX_FS_OPEN,
    BX_FS_CREATE,
    BX_FS_MKDIR,
    BX_FS_UNLINK,
    BX_FS_RMDIR,
    BX_FS_RENAME,
    BX_FS_LINK,
    BX_FS_SYMLINK,
    BX_FS_TRUNCATE,
    BX_FS_SET_TIMES,
    BX_FS_READDIR,
    BX_FS_STAT,
    BX_FS_READLINK,
    BX_FS_CLOSE,
} bx_fs_op;
const char *bx_fs_op_name(bx_fs_op op); /* "open" */

typedef struct bx_fs_event {
    bx_fs_op op;
    bx_str path;     /* guest path, absolute */
    bx_str path2;    /* new path of rename/link, target of symlink; else empty */
    unsigned rights; /* BX_FS_READ | BX_FS_WRITE asked for */
    bx_errno result;
} bx_fs_event;

/* Called for every open/create/delete/rename/link/symlink/truncate/set-times, for refused stat,
 * readlink and readdir, and for a close that failed, after the operation, refused ones included.
 * Borrowed for the call. */
typedef void (*bx_fs_event_fn)(void *ctx, const bx_fs_event *ev);

typedef struct bx_fs_counters {
    uint64_t bytes_read, bytes_written, files_created, dir_entries;
    uint32_t open_files, open_files_peak;
    /* How often a limit refused something. */
    uint32_t hit_fs_write, hit_files_created, hit_open_files, hit_dir_entries;
    uint32_t hit_tmp, hit_store; /* the same of the sizes that tmp: and store: have */
    uint32_t failed_closes;      /* files whose close told that something is not kept */
} bx_fs_counters;

/* `limits` and `v` must outlive the session.  `on_event` may be NULL.  Makes no system call
 * when the grant has no store:; with one, BX_ETIMEOUT when its quota cannot be joined. */
BX_NODISCARD bx_code bx_vfs_session_new(bx_vfs *v, const bx_limits *limits, bx_fs_event_fn on_event,
                                        void *ctx, bx_vfs_session **ret, bx_error *err);
/* Close what is still open: nobody uses a file of it any more. */
void bx_vfs_session_close(bx_vfs_session *s);
/* Closes what is still open; NULL is fine. */
void bx_vfs_session_free(bx_vfs_session *s);
/* The call's control, borrowed: path walks and listings that take long look at it and end with INTR
 * when the call must stop.  NULL: none. */
void bx_vfs_session_set_ctl(bx_vfs_session *s, const bx_ctl *ctl);
/* What sessions that belong together use: a call's, and those of the tools it calls.  Zero at
 * first: the first session says how much there may be. */
typedef struct bx_vfs_quota {
    _Atomic uint64_t used, max;
} bx_vfs_quota;
typedef struct bx_vfs_joint {
    bx_vfs_quota tmp;                       /* bytes in memory now */
    bx_vfs_quota written, created, entries; /* fs_write, files_created, dir_entries */
} bx_vfs_joint;
/* Count in `all` (borrowed) as well.  Before anything is opened. */
void bx_vfs_session_join(bx_vfs_session *s, bx_vfs_joint *all);
/* From now on threads of several processes use the session and its files at the same time.  What
 * `on_event` is called with is then called for with the session's lock held, on the thread of who
 * did it. */
BX_NODISCARD bx_code bx_vfs_session_share(bx_vfs_session *s, bx_error *err);
/* Count what another session used for this one's call; where both count in one bx_vfs_joint, it is
 * there already. */
void bx_vfs_session_charge(bx_vfs_session *s, uint64_t bytes_written, uint64_t files_created,
                           uint64_t dir_entries);
const bx_fs_counters *bx_vfs_counters(const bx_vfs_session *s);
/* The same as they are now, while other threads use the session. */
void bx_vfs_counters_now(bx_vfs_session *s, bx_fs_counters *ret);

/* The directory handle of preopen `i`; owned by the session, opened lazily, never closed by
 * bx_file_close (which then only forgets the caller's use of it). */
bx_errno bx_vfs_preopen(bx_vfs_session *s, size_t i, bx_file **ret);

/* ---- opening and paths -------------------------------------------------------------- */
/* Paths are guest bytes relative to `dir`: a leading '/', NUL, invalid UTF-8, or more than
 * BX_MAX_PATH bytes are refused (PERM, INVAL, ILSEQ, NAMETOOLONG). */
/* PERM: the path leaves the grant, or the grant lacks a right asked for (create and truncate
 * need write).  ACCES: carved out, or neither a regular file nor a directory.  LOOP: the last part
 * is a link and `follow` is not set.  ISDIR: a directory with write, create or truncate.  INVAL:
 * `directory` with create or truncate.  `exclusive` without `create` means nothing. */
bx_errno bx_vfs_open(bx_file *dir, bx_str path, const bx_open_how *how, bx_file **ret);

bx_errno bx_vfs_stat_at(bx_file *dir, bx_str path, bool follow, bx_stat *ret);
bx_errno bx_vfs_set_times_at(bx_file *dir, bx_str path, bool follow, bx_set_time a, bx_set_time m);
bx_errno bx_vfs_mkdir_at(bx_file *dir, bx_str path);
bx_errno bx_vfs_rmdir_at(bx_file *dir, bx_str path);
bx_errno bx_vfs_unlink_at(bx_file *dir, bx_str path);
bx_errno bx_vfs_symlink_at(bx_str target, bx_file *dir,
                           bx_str path); /* an absolute target is refused: PERM */
/* Up to `cap` bytes; *ret_n = bytes written to buf. */
bx_errno bx_vfs_readlink_at(bx_file *dir, bx_str path, char *buf, size_t cap, size_t *ret_n);
bx_errno bx_vfs_link_at(bx_file *old_dir, bx_str old_path, bool follow, bx_file *new_dir,
                        bx_str new_path);
bx_errno bx_vfs_rename_at(bx_file *old_dir, bx_str old_path, bx_file *new_dir, bx_str new_path);

/* ---- open files ---------------------------------------------------------------------- */
/* NULL is fine.  Closed in any case; an error (IO, NOSPC, DQUOT) says that what was written before
 * is not kept, which some file systems find out only now, and is an event. */
bx_errno bx_file_close(bx_file *f);
/* One more owner of an open file, with its position: the last one to close it closes it. */
void bx_file_ref(bx_file *f);
bx_filetype bx_file_type(const bx_file *f);
unsigned bx_file_rights(const bx_file *f); /* BX_FS_READ | BX_FS_WRITE this handle may use */
/* For a directory: the rights of the grant it lies in, that files opened beneath it can get. */
unsigned bx_file_grant_rights(const bx_file *f);

/* One system call, straight between the file and `iov` (the caller's checked ranges; n <=
 * BX_MAX_IOVECS).  *ret_n = bytes moved; 0 from a read at the end.  Writes count against fs_write:
 * what does not fit is cut, and BX_E_DQUOT once nothing fits.  A read of a directory is ISDIR,
 * without the right BADF. */
bx_errno bx_file_readv(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n);
bx_errno bx_file_writev(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n);
bx_errno bx_file_preadv(bx_file *f, const struct iovec *iov, size_t n, uint64_t off, size_t *ret_n);
bx_errno bx_file_pwritev(bx_file *f, const struct iovec *iov, size_t n, uint64_t off,
                         size_t *ret_n);
/* Write at the end, wherever that is at this moment, so that two writers cannot overwrite each
 * other's lines.  What bx_file_writev does on a handle with the append flag. */
bx_errno bx_file_append(bx_file *f, const struct iovec *iov, size_t n, size_t *ret_n);
bx_errno bx_file_seek(bx_file *f, int64_t off, int whence /* SEEK_SET, SEEK_CUR, SEEK_END */,
                      uint64_t *ret);
bx_errno bx_file_stat(bx_file *f, bx_stat *ret);
bx_errno bx_file_set_size(bx_file *f, uint64_t size); /* growth counts against fs_write */
bx_errno bx_file_allocate(bx_file *f, uint64_t off, uint64_t len);
bx_errno bx_file_advise(bx_file *f, uint64_t off, uint64_t len,
                        int advice /* preview1 numbering 0..5 */);
bx_errno bx_file_sync(bx_file *f, bool data_only);
/* Needs the write right of the grant; how the handle was opened does not matter. */
bx_errno bx_file_set_times(bx_file *f, bx_set_time a, bx_set_time m);
/* Only append and nonblock may change after opening. */
void bx_file_set_flags(bx_file *f, bool append, bool nonblock);
bx_file_flags bx_file_get_flags(const bx_file *f);

/* ---- directories ----------------------------------------------------------------------- */
/* The entry at `cookie` (0 = the first, else a `next` seen before in this pass on this handle).
 * *ret_more = false past the last.  "." and ".." come first, with the same ino.  Cookie 0 begins a
 * new pass.  Cookies stay right while entries are created and removed: an entry neither appears
 * twice nor is one that stayed missed.  Carved-out entries are left out, names
 * that are not UTF-8 are told as codec/rawname.h has them; each entry counts once against
 * dir_entries per pass.  PERM without the read right; INVAL for a cookie so far back in a huge
 * directory that it is no longer known. */
bx_errno bx_file_readdir(bx_file *dir, uint64_t cookie, bx_dirent *ret, bool *ret_more);

/* Same file or directory? (same session) */
bool bx_file_is_same(const bx_file *a, const bx_file *b);
/* The host descriptor to poll for readiness, or -1 when it is always ready. */
int bx_file_poll_fd(const bx_file *f);

#endif
