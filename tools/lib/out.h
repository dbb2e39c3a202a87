/* lib/out.h - JSON printed onto a descriptor as it is made: nothing is held but one small buffer,
 * so a text may be larger than memory.  One owner. Commas and colons come by themselves; the caller
 * keeps open and close in step. Strings may hold any bytes: what is not UTF-8 becomes U+FFFD.  A
 * write that fails is remembered and ends the printing; bx_out_end tells. */
#ifndef BX_LIB_OUT_H
#define BX_LIB_OUT_H

#include "base/defs.h"
#include "lib/utf8.h"

enum { BX_OUT_MAX_DEPTH = 32, BX_OUT_BUF = 8192 };

typedef struct bx_out {
    int fd;
    int error;      /* errno of the write that failed, or 0 */
    size_t n;       /* bytes that wait in `buf` */
    uint64_t total; /* bytes printed, those that wait included */
    uint64_t room;  /* `total` may become that much */
    enum { BX_ROOM_UNKNOWN, BX_ROOM_GROWS, BX_ROOM_FIXED } room_is;
    unsigned depth;
    uint32_t has_member; /* bit per depth: a member precedes, so a comma comes first */
    bool after_key;
    bx_utf8 utf8;           /* of the string that is open */
    uint8_t base64_rest[2]; /* bytes that wait for their third */
    size_t base64_rest_n;
    char buf[BX_OUT_BUF];
} bx_out;

void bx_out_init(bx_out *o, int fd); /* `fd` is borrowed */

void bx_out_open(bx_out *o, char bracket);  /* '{' or '[' */
void bx_out_close(bx_out *o, char bracket); /* '}' or ']' */
void bx_out_key(bx_out *o, const char *name);
void bx_out_int(bx_out *o, int64_t n);
void bx_out_bool(bx_out *o, bool b);
void bx_out_null(bx_out *o);

/* One string: begin, any number of puts, end.  A character may be split between two puts. */
void bx_out_str_begin(bx_out *o);
void bx_out_str_put(bx_out *o, const void *p, size_t n);
void bx_out_str_end(bx_out *o);
void bx_out_str(bx_out *o, bx_str s);

/* The same with base64 (RFC 4648 section 4, padded) of the bytes put. */
void bx_out_base64_begin(bx_out *o);
void bx_out_base64_put(bx_out *o, const void *p, size_t n);
void bx_out_base64_end(bx_out *o);

/* Bytes of JSON that p[0..n), valid UTF-8, becomes within a string. */
size_t bx_out_size(const char *p, size_t n);

/* How many more bytes the call's output limit has room for: exactly, or at least `wanted`.  Where
 * nobody says, there is room.  Our sandbox answers fd_allocate on an output stream with ENOSPC when
 * so many bytes have none; any other answer, of any runtime, means nothing. */
uint64_t bx_out_room(bx_out *o, uint64_t wanted);

/* `n` in decimal, NUL-terminated; returns where it begins in `buf`. */
const char *bx_digits(int64_t n, char buf[24]);

/* A line feed behind the text, then everything to the descriptor; 0, or errno of the write that
 * failed. */
int bx_out_end(bx_out *o);

#endif
