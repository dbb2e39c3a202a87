/* wasi/streams.h - standard streams, clocks and randomness of a call for the component path: the
 * same state, limits and counters that the host functions of the core path use. */
#ifndef BX_WASI_STREAMS_H
#define BX_WASI_STREAMS_H

#include "wasi/wasi.h"

/* What there is of standard input now, without waiting: 0 with *n bytes (0: the end), 1 nothing
 * yet, 2 failed with the bx_errno *n. */
int bx_wasi_stdin_now(bx_wasi *w, void *buf, size_t cap, size_t *n);

/* The descriptor that becomes readable when bx_wasi_stdin_now may have more; -1: it never has to
 * wait. */
int bx_wasi_stdin_fd(bx_wasi *w);

/* All of `p` to standard output (1) or error (2); waits for a slow reader no longer than the call
 * may last.  0; the negative bx_errno of what failed; otherwise the BX_WASI_… number that ends the
 * guest. */
int32_t bx_wasi_write(bx_wasi *w, int which, const void *p, size_t n);

/* Nanoseconds: 0 wall clock since 1970, 1 monotonic. */
uint64_t bx_wasi_now(bx_wasi *w, int clock);

/* Is time made up (clock:frozen, clock:step)?  Then a sleep of `ns` takes none, and step's clock
 * has moved on. */
bool bx_wasi_time_is_made_up(const bx_wasi *w);
void bx_wasi_slept(bx_wasi *w, uint64_t ns);

/* Random bytes as the grant says: the kernel's or repeatable.  Aborts when the kernel has none. */
void bx_wasi_random(bx_wasi *w, void *p, size_t n);

#endif
