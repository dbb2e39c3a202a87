/* js/codec.h - one stream of zlib (deflate, zlib, gzip) or brotli, either way, as Node's module
 * zlib sees it. One thread.
 *
 * Errors are values with Node's texts.  What is read may be hostile: no input makes more than an
 * error or the output it stands for, whose size is the caller's to bound. */
#ifndef BX_JS_CODEC_H
#define BX_JS_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum js_codec_mode { /* Node's numbers */
                             CODEC_DEFLATE = 1,
                             CODEC_INFLATE,
                             CODEC_GZIP,
                             CODEC_GUNZIP,
                             CODEC_DEFLATE_RAW,
                             CODEC_INFLATE_RAW,
                             CODEC_UNZIP,
                             CODEC_BROTLI_DECODE,
                             CODEC_BROTLI_ENCODE,
} js_codec_mode;

enum { CODEC_BROTLI_PARAMS = 10, CODEC_UNSET = -1 };

typedef struct js_codec_options {
    js_codec_mode mode;
    int window_bits, level, mem_level, strategy; /* of zlib */
    const uint8_t *dictionary;                   /* of zlib; copied */
    size_t n_dictionary;
    int64_t brotli[CODEC_BROTLI_PARAMS]; /* of brotli; CODEC_UNSET */
} js_codec_options;

typedef struct js_codec_error {
    const char *text, *code; /* static, or the codec's */
    int number;              /* zlib's, or brotli's */
    bool is_too_large;       /* of js_codec_all: there is more output than allowed; no texts */
} js_codec_error;

typedef struct js_codec js_codec;

/* NULL with *err when the options do not fit together, when there is no memory or when the
 * dictionary cannot be set. */
js_codec *js_codec_new(const js_codec_options *o, js_codec_error *err);
void js_codec_free(js_codec *c);

/* Read from `in` and write to `out` until one of them is at its end; both are moved on. */
typedef struct js_codec_io {
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
} js_codec_io;
bool js_codec_run(js_codec *c, js_codec_io *io, int flush, js_codec_error *err);

/* All of `in` at once, as runs with `chunk` bytes of room each; *ret is malloc's.  At most `max`
 * bytes. */
bool js_codec_all(js_codec *c, js_codec_io *io, int flush, size_t chunk, uint64_t max,
                  uint8_t **ret, size_t *ret_n, js_codec_error *err);

/* Deflate alone: other settings from here on.  All input so far has been flushed. */
bool js_codec_params(js_codec *c, int level, int strategy, js_codec_error *err);
/* As new; a failed one is only good to be freed. */
bool js_codec_reset(js_codec *c, js_codec_error *err);

uint32_t js_codec_crc32(uint32_t value, const uint8_t *p, size_t n);

/* Exactly n_out bytes from a whole raw deflate stream (RFC 1951). */
bool js_inflate(const uint8_t *p, size_t n, uint8_t *out, size_t n_out);
/* Brotli's tables and dictionary are there, for who uses the library itself.  False: no memory. */
bool js_brotli_ready(void);

/* Exactly n_out bytes from a whole brotli stream.  What of the static dictionary it refers to is
 * unpacked only then. */
bool js_unbrotli(const uint8_t *p, size_t n, uint8_t *out, size_t n_out);

#endif
