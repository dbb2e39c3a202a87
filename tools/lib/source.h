/* lib/source.h - a text file as a stream of UTF-8 bytes, in fixed memory whatever its size.
 * UTF-16 with a byte order mark is decoded, a unit that is no character to the byte 0xff, which is
 * no UTF-8 either; a byte order mark is never part of the text. */
#ifndef BX_LIB_SOURCE_H
#define BX_LIB_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bx_encoding { BX_UTF8, BX_UTF8_BOM, BX_UTF16LE, BX_UTF16BE } bx_encoding;

enum { BX_SOURCE_RAW = 64 << 10, BX_SOURCE_UNITS = 4096 };

typedef struct bx_source {
    int fd;
    bx_encoding encoding;
    const uint8_t *p; /* the bytes at hand are p[at..n); the reader moves `at` */
    size_t at, n;
    bool at_end;          /* of the file; bytes may still be at hand */
    int error;            /* errno of a read that failed; the stream ends there */
    size_t raw_at, raw_n; /* UTF-16 only: what is not decoded yet */
    uint32_t high;        /* UTF-16 only: a high surrogate waiting for its other half, or 0 */
    /* Gets the file's own bytes as they are read; set after bx_source_open, or NULL. */
    void (*seen)(void *ctx, const uint8_t *p, size_t n);
    void *seen_ctx;
    uint8_t raw[BX_SOURCE_RAW];
    uint8_t decoded[3 * BX_SOURCE_UNITS + 8];
} bx_source;

/* Read the first BX_SOURCE_RAW bytes (fewer at the end of the file): p[0..n) are the file's own
 * bytes, to look at.  `fd` is borrowed. */
void bx_source_open(bx_source *s, int fd);

/* From here on p[at..n) is UTF-8 text. */
void bx_source_as_text(bx_source *s);

/* Bytes are at hand, read now if need be; false at the end and after an error. */
bool bx_source_more(bx_source *s);

/* Read further without looking: what was at hand is dropped, and nothing is from here on.  False:
 * there was nothing left to read. */
bool bx_source_skip(bx_source *s);

/* Move past `lines` line feeds.  Returns how many there were; fewer: the end came first.
 * *ret_rest is then true when bytes followed the last of them. */
uint64_t bx_source_skip_lines(bx_source *s, uint64_t lines, bool *ret_rest);

#endif
