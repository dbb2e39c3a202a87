/* files/file.h - what a file is, by its contents, in the words of file(1) 5.44.  Pure, one thread.
 */
#ifndef BX_FILES_FILE_H
#define BX_FILES_FILE_H

#include "programs/common/prog.h"

enum {
    FILE_HEAD = 1 << 20,      /* bytes that are looked at */
    FILE_JSON_NEST_MAX = 500, /* arrays and objects within each other */
};

typedef struct file_kind {
    prog_buf text;    /* the description */
    const char *mime; /* without the encoding; NULL: application/octet-stream */
    const char *encoding;
} file_kind;

/* The kind of the bytes p[0..n), the first of a file; `whole`: all of it. */
void file_kind_of(const uint8_t *p, size_t n, bool whole, file_kind *ret);

/* file_binary.c: false when it is none of the formats. */
bool file_binary(const uint8_t *p, size_t n, file_kind *ret);

/* file_text.c: text and data. */
void file_text(const uint8_t *p, size_t n, file_kind *ret);
const char *file_encoding(const uint8_t *p, size_t n); /* for --mime-encoding */

void file_say(file_kind *k, const char *format, ...) BX_PRINTF(2, 3);

#endif
