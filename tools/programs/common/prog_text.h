/* common/prog_text.h - characters: UTF-8 and columns.  Pure. */
#ifndef PROG_TEXT_H
#define PROG_TEXT_H

#include "base/defs.h"

#define PROG_BAD_CHAR UINT32_MAX

/* The character p[0..n), n > 0, begins with: its length in bytes, *ret its code point.  What is no
 * character of UTF-8 (also surrogates, overlong forms, an incomplete end) is PROG_BAD_CHAR of one
 * byte. */
size_t prog_utf8(const void *p, size_t n, uint32_t *ret);

/* Bytes of a code point; how many, 1 to 4. */
size_t prog_utf8_put(uint32_t cp, char out[4]);

/* How many characters; bytes that are none do not count (wc -m). */
size_t prog_utf8_count(const void *p, size_t n);

/* Columns of a terminal: 0 combining, 2 wide, else 1; -1 a control or no character (wcwidth). */
int prog_width(uint32_t cp);

/* Columns of a text; controls and bad bytes count 0 (mbswidth as ls uses it, where they are
 * replaced first). */
size_t prog_text_width(bx_str s);

static inline bool prog_is_blank(int c) { return c == ' ' || c == '\t'; }
static inline bool prog_is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool prog_is_digit(int c) { return c >= '0' && c <= '9'; }

static inline bool prog_is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static inline bool prog_is_lower(int c) { return c >= 'a' && c <= 'z'; }
static inline bool prog_is_alpha(int c) { return prog_is_upper(c) || prog_is_lower(c); }
static inline bool prog_is_print(int c) { return c >= 0x20 && c <= 0x7e; }
static inline int prog_upper(int c) { return prog_is_lower(c) ? c - 32 : c; }
static inline int prog_lower(int c) { return prog_is_upper(c) ? c + 32 : c; }

#endif
