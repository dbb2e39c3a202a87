/* file/image.h - is a picture whole?  A block with one that nobody can decode ends a model's
 * conversation, so each is read to its end before it is shown: PNG (third edition) with its check
 * sums and all its pixels, JPEG (ITU-T T.81) by its segments and tables, GIF (89a) with all its
 * pixels, WebP (RFC 9649) by its chunks.  Pure; linear in time; hostile bytes in. */
#ifndef BX_FILE_IMAGE_H
#define BX_FILE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL: p[0..n) is a whole picture of that type, which is one of lib/filetype.h, whatever it was
 * said to be.  Else what is wrong with it, in words: "it ends within a chunk".  What follows the
 * picture's end is allowed. */
const char *bx_image_damage(const char *mime_type, const uint8_t *p, size_t n);

/* For image.c only: the pixels. */
typedef struct bx_png_head {
    uint32_t width, height;
    uint8_t depth, colour, interlace;
} bx_png_head;
typedef struct bx_png_pixels bx_png_pixels;

/* NULL: no memory. */
bx_png_pixels *bx_png_pixels_new(const bx_png_head *head);
void bx_png_pixels_free(bx_png_pixels *x);
/* The next piece of the stream; false: it is none, or has a filter nobody knows. */
bool bx_png_pixels_put(bx_png_pixels *x, const uint8_t *p, size_t n);
/* Are all rows there, and does the stream's check sum fit? */
bool bx_png_pixels_end(const bx_png_pixels *x);

/* Pixels of one GIF image that `data` holds, its sub-blocks from data[*at] on; *at moves past their
 * end.  SIZE_MAX: cut off, or no such data.  Counting ends at `enough`. */
size_t bx_gif_pixels(const uint8_t *data, size_t n, size_t *at, size_t enough);

#endif
