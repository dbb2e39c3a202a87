/* bx_types.h - plain types that both C and the engine use, defined here and nowhere else.  No
 * functions.
 *
 * engine/src/abi/ repeats them, and those of bx_engine.h, for Rust; each build of the engine has
 * the C compiler compare the two field by field (engine/build/).  The numbers of errors come from
 * the two tables beside this header. */
#ifndef BX_TYPES_H
#define BX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bx_str.h"

/* ---- calls ------------------------------------------------------------------------------------
 */
/* What can end a call from outside; os/ctl.h has its functions. */
typedef struct bx_ctl {
    _Atomic uint32_t cancelled; /* non-zero: stop */
    uint32_t pad;
    uint64_t deadline_ns;        /* CLOCK_MONOTONIC; UINT64_MAX = none */
    const struct bx_ctl *parent; /* borrowed: the call this one was started by, or NULL; outlives
                                    this one.  Its cancel is ours too */
    int cancel_fd;               /* eventfd that becomes readable on cancel; -1 = none: waits then
                                    notice a cancel within BX_CTL_SLICE_MS */
} bx_ctl;

/* A host function of core modules.  `ctx` is the context of its table in this call; `mem`/`mem_len`
 * is the guest's exported memory as it is at this moment (NULL/0 without one); `args` holds the
 * parameters, zero-extended (f32/f64 as bits), and takes the result in args[0].  Returns 0 to go
 * on; any other value ends the guest at once and is reported as bx_eng_end.host_code. */
typedef int32_t (*bx_host_fn)(void *ctx, uint8_t *mem, size_t mem_len, uint64_t *args);

typedef struct bx_host_def {
    const char *name;
    const char *sig; /* parameters, ':', results: i = i32, I = i64, f = f32, F = f64 */
    bx_host_fn fn;
} bx_host_def;

/* The host functions of one module namespace.  What they share in a call is their table's context,
 * so that tables know nothing of each other. */
typedef struct bx_host_table {
    const char *module; /* "wasi_snapshot_preview1" */
    const bx_host_def *defs;
    size_t n;
} bx_host_table;

enum { BX_HOST_TABLES = 4 }; /* most tables a module is linked against */

/* ---- files (src/vfs) --------------------------------------------------------------------------
 */
typedef struct bx_file bx_file; /* an open file or directory of one call */

/* Error numbers as guests see them: `errno` of wasi_snapshot_preview1.  wasi:filesystem's
 * error-code is derived from these. */
typedef enum bx_errno {
#define BX_ERRNO(name, value, host) BX_E_##name = value,
#include "bx_errno.def"
#undef BX_ERRNO
} bx_errno;

enum { BX_FS_READ = 1u << 0, BX_FS_WRITE = 1u << 1 }; /* rights of a grant or a handle */

typedef struct bx_open_how {
    bool read, write; /* access wanted; neither: a handle for stat and paths only */
    bool create, exclusive, truncate, directory;
    bool follow; /* follow a symbolic link in the last part */
    bool append, nonblock, dsync, rsync, sync;
} bx_open_how;

typedef enum bx_filetype { /* preview1 numbering */
                           BX_FT_UNKNOWN = 0,
                           BX_FT_BLOCK = 1,
                           BX_FT_CHAR = 2,
                           BX_FT_DIR = 3,
                           BX_FT_REG = 4,
                           BX_FT_DGRAM = 5,
                           BX_FT_STREAM = 6,
                           BX_FT_SYMLINK = 7,
} bx_filetype;

typedef struct bx_stat {
    uint64_t dev, ino; /* stable within a session; they do not reveal the host's device */
    uint64_t nlink, size;
    uint64_t atim_ns, mtim_ns, ctim_ns; /* since 1970, UTC */
    bx_filetype type;
} bx_stat;

typedef enum bx_time_kind { BX_TIME_KEEP, BX_TIME_NOW, BX_TIME_SET } bx_time_kind;

typedef struct bx_set_time { /* one of the two times of set_times */
    bx_time_kind kind;
    uint64_t ns;
} bx_set_time;

typedef struct bx_file_flags {
    bool append, nonblock, dsync, rsync, sync;
} bx_file_flags;

typedef struct bx_dirent {
    uint64_t next; /* cookie of the entry after this one */
    uint64_t ino;
    bx_filetype type;
    bx_str name; /* borrowed until the next call on this handle */
} bx_dirent;

/* ---- HTTP (src/egress) ------------------------------------------------------------------------
 */
typedef struct bx_egress_request bx_egress_request;

/* error-code of wasi:http/types, in its order, from 1; 0 = no error. */
typedef enum bx_http_error {
    BX_HTTP_OK = 0,
#define BX_HTTP_ERROR(field, name, text) BX_HTTP_##field,
#include "bx_http_errors.def"
#undef BX_HTTP_ERROR
} bx_http_error;

typedef struct bx_http_field {
    bx_str name, value;
    bool secret; /* a credential: bx_egress_fetch drops it when a redirect leaves the origin */
} bx_http_field;

typedef struct bx_http_head {
    uint16_t status;
    const bx_http_field *fields; /* names as sent by the server; order kept */
    size_t n_fields;
} bx_http_head;

#define BX_BODY_NONE    UINT64_MAX       /* no request body */
#define BX_BODY_CHUNKED (UINT64_MAX - 1) /* a body of unknown length */

typedef struct bx_egress_desc {
    bx_str method;               /* a token; CONNECT, TRACE and TRACK are refused */
    bx_str url;                  /* absolute */
    const bx_http_field *fields; /* Host and Content-Length only if they agree with the rest */
    size_t n_fields;
    uint64_t body_length;           /* BX_BODY_NONE, BX_BODY_CHUNKED or bytes */
    uint64_t connect_timeout_ns;    /* name lookup, TCP and TLS together; 0 = default */
    uint64_t first_byte_timeout_ns; /* from connected to the response's head; 0 = none */
    uint64_t
        between_bytes_timeout_ns; /* silence in the body, while there is room for it; 0 = none */
} bx_egress_desc;

typedef enum bx_poll {
    BX_POLL_PENDING, /* not yet: the waker will be called */
    BX_POLL_READY,   /* *ret is set */
    BX_POLL_END,     /* there is no more */
    BX_POLL_ERROR,   /* the request's error tells */
} bx_poll;

#endif
