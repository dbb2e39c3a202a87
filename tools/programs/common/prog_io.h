/* common/prog_io.h - reading and writing in large blocks, directly on descriptors.  One thread. */
#ifndef PROG_IO_H
#define PROG_IO_H

#include <sys/types.h>

#include "programs/common/prog.h"
#include "programs/common/prog_scan.h"

/* ---- writing -----------------------------------------------------------------------------------
 */

enum { PROG_BLOCK = 65536, PROG_READ_BLOCK = 131072 };

typedef struct prog_writer { /* {.fd = N}: empty; its buffer is made when first needed */
    uint8_t *p;
    size_t n, cap;
    int fd;
    int error;        /* the errno of the first write that failed; what comes later is dropped */
    const char *name; /* for the message of prog_close; NULL: standard output */
} prog_writer;

extern prog_writer prog_out; /* standard output; written out when the program ends */

/* Write out what is buffered.  0 or the first errno.  EPIPE ends the program quietly with 141. */
int prog_flush(prog_writer *w);
void prog_write_slow(prog_writer *w, const void *p, size_t n);

/* Flush and close.  0, or the errno. Nothing is printed. */
int prog_writer_close(prog_writer *w);

/* "NAME: write error: …" and the end, if standard output failed: to be asked in endless loops. */
void prog_check_out(void);

static inline void prog_write(prog_writer *w, const void *p, size_t n)
{
    if (n > w->cap - w->n) {
        prog_write_slow(w, p, n);
        return;
    }
    if (n)
        memcpy(w->p + w->n, p, n);
    w->n += n;
}

/* The same for what is mostly short: without a call where there is room behind both, and the bytes
 * before `readable` can be read. */
static inline void prog_write_near(prog_writer *w, const uint8_t *p, size_t n,
                                   const uint8_t *readable)
{
    if (BX_LIKELY(n <= 112 && w->cap - w->n >= 128 && (size_t)(readable - p) >= 128)) {
        prog_copy16(w->p + w->n, p, n);
        w->n += n;
        return;
    }
    prog_write(w, p, n);
}

static inline void prog_putc(prog_writer *w, int c)
{
    uint8_t byte = (uint8_t)c;
    if (w->n == w->cap)
        prog_write_slow(w, &byte, 1);
    else
        w->p[w->n++] = byte;
}

/* A place for at least n <= PROG_BLOCK bytes; add what was used to w->n. */
uint8_t *prog_room(prog_writer *w, size_t n);

void prog_puts(prog_writer *w, const char *z);
void prog_fill(prog_writer *w, int c, size_t n); /* n times c */
/* Decimal, right-aligned in at least `width` columns, filled with `fill` on the left. */
void prog_put_uint(prog_writer *w, uint64_t n, unsigned width, char fill);
void prog_put_int(prog_writer *w, int64_t n);
void prog_printf(prog_writer *w, const char *format, ...) BX_PRINTF(2, 3);

/* ---- reading ------------------------------------------------------------------------------------
 */

typedef struct prog_reader { /* {.fd = N} or prog_open */
    uint8_t *p;
    size_t at, end, cap; /* p[at..end) is not consumed yet */
    int fd;
    int error; /* the errno of a read that failed; then it is also at its end */
    bool eof;
    const char *name;
} prog_reader;

/* Open file `name` for reading, "-" is standard input.  0 or errno; nothing is told. */
BX_NODISCARD int prog_try_open(prog_reader *r, const char *name);

/* Open file `name` for reading, "-" is standard input.  When that fails: prog_warn_file, false. */
BX_NODISCARD bool prog_open(prog_reader *r, const char *name);

/* Close (not standard input) and free.  Tells a read error with prog_warn_file; false then. */
bool prog_close(prog_reader *r);

/* read() and write() that go on after EINTR and partial writes.  -1/errno; EISDIR where what is
 * read is a directory, whatever the system calls that. */
ssize_t prog_read(int fd, void *p, size_t n);
int prog_write_all(int fd, const void *p, size_t n); /* 0 or errno */

/* More bytes behind p[end); false at the end of the input or after an error. What is not consumed
 * stays, its place may change. */
BX_NODISCARD bool prog_more(prog_reader *r);

/* The next block, all of what is buffered or one read; consumed.  False at the end. */
BX_NODISCARD bool prog_block(prog_reader *r, bx_str *ret);

/* The next line without its delimiter, consumed; false at the end.  `ended`, which may be NULL: a
 * delimiter followed it.  Valid until the next call.  Any length; memory is the limit. */
bool prog_line_slow(prog_reader *r, char delimiter, bx_str *ret, bool *ended);

static inline bool prog_line(prog_reader *r, char delimiter, bx_str *ret, bool *ended)
{
    if (r->at < r->end) {
        const uint8_t *from = r->p + r->at;
        const uint8_t *hit = prog_find(from, r->p + r->end, (uint8_t)delimiter);
        if (hit != r->p + r->end) {
            *ret = (bx_str){(const char *)from, (size_t)(hit - from)};
            r->at += (size_t)(hit - from) + 1;
            if (ended)
                *ended = true;
            return true;
        }
    }
    return prog_line_slow(r, delimiter, ret, ended);
}

/* The next byte, consumed; -1 at the end. */
static inline int prog_getc(prog_reader *r)
{
    if (r->at == r->end && !prog_more(r))
        return -1;
    return r->p[r->at++];
}

/* All that is left, added to `b`. */
void prog_read_rest(prog_reader *r, prog_buf *b);

/* Give back to the file what was read ahead, so that another who shares the offset goes on behind
 * what was consumed.  Nothing for pipes. */
void prog_unread(prog_reader *r);

/* Run f over each operand opened, or over standard input when there is none; the files that cannot
 * be opened or read are told.  Returns the exit status 0 or 1. */
int prog_each_file(char **names, size_t n, void (*f)(prog_reader *r, void *arg), void *arg);

#endif
