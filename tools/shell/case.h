/* shell/case.h - upper and lower case of UTF-8 text, and counting its characters.  One thread. */
#ifndef BX_SHELL_CASE_H
#define BX_SHELL_CASE_H

#include "shell/mem.h"

/* LC_ALL=C: a byte is a character, here and in patterns (match.h). */
extern bool sh_bytes;

enum { SH_CASE_LOWER, SH_CASE_UPPER, SH_CASE_CAPITAL, SH_CASE_TOGGLE };

/* `s` with all its characters changed, added to `out`.  CAPITAL: the first upper, others lower. */
void sh_case_text(sh_buf *out, const char *s, size_t n, int how);
/* The character at s[0] of `len` bytes, changed. */
void sh_case_char(sh_buf *out, const char *s, size_t len, int how);

/* Bytes of the character that begins at s, n > 0; an invalid byte is a character. */
size_t sh_char_len(const char *s, size_t n);
/* Is the character at s[0] of `len` bytes one of those of `set`? */
bool sh_char_in(const char *set, const char *s, size_t len);
size_t sh_char_count(const char *s, size_t n);
/* The offset of character number `k`, n when there are fewer. */
size_t sh_char_offset(const char *s, size_t n, size_t k);
/* The code point at s; an invalid byte gives its value + 0xDC00. */
uint32_t sh_char_code(const char *s, size_t n, size_t *ret_len);
void sh_char_put(sh_buf *out, uint32_t code); /* UTF-8, up to six bytes as bash does */

#endif
