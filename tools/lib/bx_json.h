/* bx_json.h - JSON printed onto standard output as it is made: nothing is held but one small
 * buffer, so a result may be larger than memory.  One process prints one JSON text.
 * Commas and colons come by themselves; the caller keeps open and close in step.
 * Strings may hold any bytes: what is not UTF-8 becomes U+FFFD.  A process whose standard output
 * cannot be written ends at once with exit code 74. */
#ifndef BX_JSON_H
#define BX_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BX_JSON_MAX_DEPTH = 32 };

void bx_json_open(char bracket);  /* '{' or '[' */
void bx_json_close(char bracket); /* '}' or ']' */
void bx_json_key(const char *name);
void bx_json_int(int64_t n);
void bx_json_bool(bool b);
void bx_json_null(void);

/* One string: begin, any number of puts, end.  A character may be split between two puts. */
void bx_json_str_begin(void);
void bx_json_str_put(const void *p, size_t n);
void bx_json_str_end(void);
void bx_json_str(const char *s);

/* The same with base64 (RFC 4648 section 4, padded) of the bytes put. */
void bx_json_base64_begin(void);
void bx_json_base64_put(const void *p, size_t n);
void bx_json_base64_end(void);

/* `n` in decimal, NUL-terminated; returns where it begins in `buf`. */
const char *bx_digits(int64_t n, char buf[24]);

/* A line feed behind the text, then everything to standard output. */
void bx_json_end(void);

#endif
