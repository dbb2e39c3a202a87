/* sandbox/outcome.h - how a call ended and what it used: a plain value with owned parts. */
#ifndef BX_SANDBOX_OUTCOME_H
#define BX_SANDBOX_OUTCOME_H

#include "sandbox/record.h"

typedef enum bx_outcome_kind {
#define BX_OUTCOME(name, text, exit_code) BX_OUT_##name,
#include "sandbox/outcomes.def"
#undef BX_OUTCOME
} bx_outcome_kind;

typedef struct bx_outcome {
    bx_outcome_kind kind;
    uint32_t exit_code; /* the guest's own, for BX_OUT_EXIT */
    char *out, *err;    /* captured output; owned; NULL when nothing was captured */
    size_t out_n, err_n;
    uint64_t wall_ns, guest_ns, host_ns;
    uint64_t fuel_used, memory_peak;
    uint32_t memory_refused, table_refused; /* growths the limit refused */
    bx_limits limits;                       /* what the call had */
    bx_limit_hits hits; /* how often each of them refused something; one that ended the call did */
    uint64_t stdin_bytes, stdout_bytes, stderr_bytes;
    bx_fs_counters files;
    uint64_t http_requests, http_in, http_out;
    uint64_t socket_in, socket_out; /* bytes of raw sockets */
    char *result;                   /* owned; what a typed function returned, as JSON; or NULL */
    char *error;      /* owned; words for people, the wasm backtrace after the first line; NULL for
                         exit */
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

/* One JSON object (docs/outcome.md) onto `out`.  `record` NULL: its lists are empty. */
BX_NODISCARD bx_code bx_outcome_json(const bx_outcome *o, const bx_record *record, bx_buf *out,
                                     bx_error *err);

#endif
