/* sandbox/outcome.h - how a call ended and what it used: a plain value with owned parts. */
#ifndef BX_SANDBOX_OUTCOME_H
#define BX_SANDBOX_OUTCOME_H

#include "base/buf.h"
#include "vfs/vfs.h"

typedef enum bx_outcome_kind {
#define BX_OUTCOME(name, text, exit_code) BX_OUT_##name,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
} bx_outcome_kind;

typedef struct bx_outcome_event { /* texts are offsets into bx_outcome.texts, NUL-terminated */
    bx_fs_op op;
    bx_errno result;
    unsigned rights;
    uint32_t path, path2;
} bx_outcome_event;

typedef struct bx_outcome_request {      /* one HTTP request, as the guard saw it */
    uint32_t method, url, address, rule; /* offsets into texts */
    uint32_t error;                      /* offset; 0 = none */
    int status;                          /* 0 when no answer came */
    bool allowed;
    uint64_t bytes_in, bytes_out, time_us;
} bx_outcome_request;

typedef struct bx_outcome {
    bx_outcome_kind kind;
    uint32_t exit_code; /* the guest's own, for BX_OUT_EXIT */
    char *out, *err;    /* captured output; owned; NULL when nothing was captured */
    size_t out_n, err_n;
    uint64_t wall_ns, guest_ns, host_ns;
    uint64_t fuel_used, memory_peak;
    uint32_t memory_refused, table_refused; /* growths the limit refused */
    uint64_t stdin_bytes, stdout_bytes, stderr_bytes;
    bx_fs_counters files;
    uint64_t http_requests, http_in, http_out;
    bx_outcome_event *events;
    size_t n_events, cap_events, events_omitted;
    bx_outcome_request *requests;
    size_t n_requests, cap_requests, requests_omitted;
    bx_buf texts;
    char *result; /* owned; what a typed function returned, as JSON; or NULL */
    char *
        error; /* owned; words for people, the wasm backtrace after the first line; NULL for exit */
    const char *trap; /* stable name of the trap or NULL */
} bx_outcome;

/* An empty outcome; bx_outcome_done frees what it owns and leaves it empty. */
void bx_outcome_init(bx_outcome *o);
void bx_outcome_done(bx_outcome *o);

const char *bx_outcome_kind_name(bx_outcome_kind k); /* "exit", "deadline", … */

/* The exit code of a process that stands for this call: the guest's own, or 124 deadline, 126
 * denied, 130 cancelled, 132 trap, stack, fuel or output, 137 memory, 125 anything of ours.
 * A guest's code beyond 255 becomes its low byte, or 1 when that is 0. */
int bx_outcome_exit_code(const bx_outcome *o);

/* Recorders, bounded by BX_MAX_EVENTS; out of memory counts as omitted. */
void bx_outcome_add_event(bx_outcome *o, const bx_fs_event *ev);

void bx_outcome_add_request(bx_outcome *o, const bx_outcome_request *r, bx_str method, bx_str url,
                            bx_str address, bx_str rule, bx_str error);

/* One JSON object (docs/outcome.md) onto `out`. */
BX_NODISCARD bx_code bx_outcome_json(const bx_outcome *o, bx_buf *out, bx_error *err);

#endif
