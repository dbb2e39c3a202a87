/* lib/filetype.h - what a file is, by its first bytes. */
#ifndef BX_LIB_FILETYPE_H
#define BX_LIB_FILETYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bx_file_format {
    const char *name;       /* "ELF executable or library" */
    const char *image_mime; /* of a picture models can look at; else NULL */
} bx_file_format;

/* The format whose mark these first bytes of a file carry, or NULL. */
const bx_file_format *bx_file_format_of(const uint8_t *p, size_t n);

/* Are these first bytes of a file those of text?  Not with a NUL among them, nor with many control
 * characters (one in ten) that no text file has. */
bool bx_looks_like_text(const uint8_t *p, size_t n);

#endif
