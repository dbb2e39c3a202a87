/* lib/jobs.h - work that goes on beside the caller: tool calls and HTTP exchanges, and one wait for
 * them, for programs and for descriptors.  Part of the import module `boxagnts`
 * (docs/programs.md), beside lib/process.h and lib/nested.h.
 *
 * A guest that uses this is compiled with -DBX_HOST_CALLS=1 (FLAGS of bx_guest); without it, and
 * natively, every function answers ENOSYS.
 *
 * Numbers that functions return are of errno, 0: done.  A job is a number above 0, unique within
 * the process and never given twice; all jobs of a process end with it. */
#ifndef BX_LIB_JOBS_H
#define BX_LIB_JOBS_H

#include <errno.h>

#include "base/defs.h"

enum { BX_JOBS_MAX = 256 }; /* not yet dropped, in one process */

typedef enum bx_job_kind { BX_JOB_CALL = 0, BX_JOB_HTTP = 1 } bx_job_kind;

typedef enum bx_job_progress {
    BX_JOB_RUNS = 0,
    BX_JOB_HEAD = 1,   /* HTTP: the head is there, the body comes or waits to be read */
    BX_JOB_ENDED = 2,  /* there is a result; HTTP: no more than `body_bytes` will come */
    BX_JOB_FAILED = 3, /* there is none, or it broke off, and the head and the bytes before were
                          got: job_head has words */
} bx_job_progress;

typedef enum bx_job_why { /* what kind of failure */
                          BX_JOB_NO_WHY = 0,
                          BX_JOB_REFUSED = 1, /* by a rule, a blocked address or a limit: words name
                                                 what is missing */
                          BX_JOB_TIMEOUT = 2,
                          BX_JOB_NETWORK = 3, /* or, of a call, anything else */
} bx_job_why;

typedef struct bx_job_info {
    uint32_t kind;       /* bx_job_kind */
    uint32_t progress;   /* bx_job_progress */
    uint32_t status;     /* call: bx_call_status; failed HTTP: the bx_http_error */
    uint32_t why;        /* bx_job_why */
    uint32_t head_bytes; /* what bx_job_head has */
    uint32_t body_bytes; /* what bx_job_read has at once */
} bx_job_info;

typedef struct bx_http_spec {
    uint32_t size;  /* sizeof (bx_http_spec) */
    uint32_t flags; /* 0 */
    bx_str method, url;
    bx_str headers; /* "name: value\n" each; at most 64 KiB */
    bx_str body;
    uint64_t timeout_ns; /* of the whole exchange; 0: none but the call's */
    uint32_t has_body;   /* 0: none is sent; 1: `body`, however short */
    uint32_t reserved;   /* 0 */
} bx_http_spec;

typedef enum bx_ready_kind {
    BX_READY_CHILD = 0, /* process `id`, a child, has ended; UINT32_MAX: any has */
    BX_READY_JOB = 1,   /* a call has ended; HTTP: a head that was not told yet (job_state,
                           job_head), bytes of the body, its end, a failure */
    BX_READY_READ = 2,  /* descriptor `id` can be read without waiting */
    BX_READY_WRITE = 3,
} bx_ready_kind;

enum {
    BX_READY_HANGUP = 1, /* nobody is at the other end of the pipe */
    BX_READY_BAD = 2,    /* there is no such child, job or descriptor; counts as ready */
    BX_READY_MAX = 1024, /* of them in one wait */
};

typedef struct bx_ready_sub {
    uint32_t kind, id;
    uint32_t ready; /* out: 0 or 1 */
    uint32_t flags; /* out: BX_READY_... */
} bx_ready_sub;

#if defined BX_HOST_CALLS && BX_HOST_CALLS
#define BX_JOBS_IMPORT(name) \
    __attribute__((import_module("boxagnts"), import_name(name))) BX_NODISCARD int
_Static_assert(sizeof(bx_http_spec) == 56 && sizeof(bx_job_info) == 24 &&
                   sizeof(bx_ready_sub) == 16,
               "what the host reads");

/* A call of tool `name` with the JSON object `input`, both copied, on a thread of its own; few
 * run at once, the others wait in order.  That it is refused, or that there is no such tool, is
 * its end.  EAGAIN: BX_JOBS_MAX are not dropped; ENOMEM. */
BX_JOBS_IMPORT("call_start")
bx_call_start(const char *name, size_t name_len, const char *input, size_t input_len,
              uint32_t *ret_job);

/* One HTTP exchange; no redirect is followed, no content coding undone.  What the grant or a limit
 * refuses is the job's end.  A body of more than 64 KiB goes out while the caller is in one of the
 * functions below.  EINVAL: `spec` or its headers are malformed; E2BIG: the headers; EAGAIN,
 * ENOMEM as above. */
BX_JOBS_IMPORT("http_start") bx_http_start(const bx_http_spec *spec, uint32_t *ret_job);

/* EBADF: there is no such job (any more); so do the next ones. */
BX_JOBS_IMPORT("job_state") bx_job_state(uint32_t job, bx_job_info *ret);

/* HTTP: "STATUS\nNAME: VALUE\n..."; of a job that failed the words of why.  *ret_size: how much
 * there is; at most `capacity` bytes of it are copied.  EAGAIN: nothing yet. */
BX_JOBS_IMPORT("job_head")
bx_job_head(uint32_t job, char *to, size_t capacity, size_t *ret_size);

/* The next bytes of the body, or of the call's answer: *ret_n 0 is the end.  EAGAIN: none yet;
 * EIO: it broke off. */
BX_JOBS_IMPORT("job_read") bx_job_read(uint32_t job, void *to, size_t n, size_t *ret_n);

/* Cancels what is under way. */
BX_JOBS_IMPORT("job_drop") bx_job_drop(uint32_t job);

/* Wait until at least one of them is ready, or `timeout_ns` is over (UINT64_MAX: never; then
 * *ret_n is 0).  Children that have not begun run beside the caller from now on.  With `n` 0 it
 * sleeps.  EINTR: a caught signal came; EINVAL: more than BX_READY_MAX, or of an unknown kind. */
BX_JOBS_IMPORT("ready")
bx_ready(bx_ready_sub *subs, size_t n, uint64_t timeout_ns, size_t *ret_n);
#undef BX_JOBS_IMPORT
#else
BX_NODISCARD static inline int bx_call_start(const char *name, size_t name_len, const char *input,
                                             size_t input_len, uint32_t *ret_job)
{
    (void)name, (void)name_len, (void)input, (void)input_len, (void)ret_job;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_http_start(const bx_http_spec *spec, uint32_t *ret_job)
{
    (void)spec, (void)ret_job;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_job_state(uint32_t job, bx_job_info *ret)
{
    (void)job, (void)ret;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_job_head(uint32_t job, char *to, size_t capacity,
                                           size_t *ret_size)
{
    (void)job, (void)to, (void)capacity, (void)ret_size;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_job_read(uint32_t job, void *to, size_t n, size_t *ret_n)
{
    (void)job, (void)to, (void)n, (void)ret_n;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_job_drop(uint32_t job)
{
    (void)job;
    return ENOSYS;
}

BX_NODISCARD static inline int bx_ready(bx_ready_sub *subs, size_t n, uint64_t timeout_ns,
                                        size_t *ret_n)
{
    (void)subs, (void)n, (void)timeout_ns, (void)ret_n;
    return ENOSYS;
}
#endif

#endif
