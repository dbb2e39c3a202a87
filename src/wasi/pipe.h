/* wasi/pipe.h - pipes between the processes of a call.  A pipe belongs to its ends: the last one
 * closed frees it.  All functions but those that say otherwise are called without the gate's lock.
 */
#ifndef BX_WASI_PIPE_H
#define BX_WASI_PIPE_H

#include "wasi/gate.h"
#include "wasi/wasi.h"

typedef struct bx_pipe bx_pipe;
typedef struct bx_fd bx_fd;

enum { BX_PIPE_BYTES = 64 << 10, BX_PIPE_DISCARDS = 4096 };

/* A pipe with one end of each kind.  `grows`: takes what is written until memory is over. */
BX_NODISCARD bx_errno bx_pipe_new(bx_gate *g, bool grows, bx_pipe **ret);
void bx_pipe_add_end(bx_pipe *p, bool writes);
void bx_pipe_close_end(bx_pipe *p, bool writes);

/* As read(2) and write(2) of a pipe; they wait no longer than the call of `w` lasts.  PIPE: nobody
 * reads any more; then the guest is stopped as by SIGPIPE unless it catches that. */
bx_errno bx_pipe_readv(bx_wasi *w, bx_pipe *p, bool nonblock, const struct iovec *iov, size_t n,
                       size_t *ret_n);
bx_errno bx_pipe_writev(bx_wasi *w, bx_pipe *p, bool nonblock, const struct iovec *iov, size_t n,
                        size_t *ret_n);

/* For poll: bytes that can be moved without waiting; *ret_hangup: the other side is gone.  Either
 * makes it ready. */
uint64_t bx_pipe_ready(bx_pipe *p, bool writes, bool *ret_hangup);

/* With the lock held: has it bytes, or no writer any more; and is `n` bytes more than it takes? */
bool bx_pipe_has_input_locked(const bx_pipe *p);

/* As bx_pipe_ready, with the lock held; where there is nothing, its next change wakes who waits. */
uint64_t bx_pipe_watch_locked(bx_pipe *p, bool writes, bool *ret_hangup);

/* Wait for a change of anything behind the gate; the lock is held, and given up meanwhile.  Not
 * longer than `until_ns`.  SUCCESS says nothing of what changed; INTR: a signal that is caught. */
bx_errno bx_gate_wait_locked(bx_wasi *w, uint64_t until_ns);

#endif
