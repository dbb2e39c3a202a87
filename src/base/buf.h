/* base/buf.h - a growing byte buffer with a maximum given at birth.
 * One owner, no locks.  Once an append fails the buffer stays failed, so a chain
 * of appends needs one check at its end. */
#ifndef BX_BASE_BUF_H
#define BX_BASE_BUF_H

#include "base/error.h"

typedef struct bx_buf {
    char *p;      /* NULL until the first byte; NUL-terminated after any append */
    size_t n;     /* bytes in use */
    size_t cap;   /* bytes allocated */
    size_t max;   /* bytes never exceeded */
    bx_code fail; /* BX_OK, BX_ELIMIT or BX_ENOMEM: sticky */
} bx_buf;

static inline bx_buf bx_buf_init(size_t max) { return (bx_buf){.max = max, .fail = BX_OK}; }
void bx_buf_done(bx_buf *b);  /* frees; the buffer is empty and usable again */
void bx_buf_clear(bx_buf *b); /* keeps the memory; clears the failure */

bx_code bx_buf_add(bx_buf *b, const void *p, size_t n);
bx_code bx_buf_addf(bx_buf *b, const char *fmt, ...) BX_PRINTF(2, 3);
static inline bx_code bx_buf_add_str(bx_buf *b, bx_str s) { return bx_buf_add(b, s.p, s.n); }
static inline bx_code bx_buf_add_z(bx_buf *b, const char *z) { return bx_buf_add(b, z, strlen(z)); }
static inline bx_code bx_buf_add_c(bx_buf *b, char c) { return bx_buf_add(b, &c, 1); }

/* Room for `n` more bytes at the end; *ret points there.  Commit with `b->n += used`. */
BX_NODISCARD bx_code bx_buf_reserve(bx_buf *b, size_t n, char **ret);

static inline bx_str bx_buf_str(const bx_buf *b) { return (bx_str){b->p ? b->p : "", b->n}; }

/* The sticky failure as an error with a message; BX_OK when nothing failed. */
BX_NODISCARD bx_code bx_buf_check(const bx_buf *b, bx_error *err);

BX_UNUSED static inline void bx_buf_autop(bx_buf *b) { bx_buf_done(b); }
#define BX_AUTO_BUF __attribute__((cleanup(bx_buf_autop))) bx_buf

#endif
