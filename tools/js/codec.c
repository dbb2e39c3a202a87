#define ZLIB_CONST
#include "js/codec.h"

#include <brotli/decode.h>
#include <brotli/encode.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib/zlib.h>

struct js_codec {
    js_codec_mode mode; /* CODEC_UNZIP until it is known what it is */
    js_codec_options options;
    uint8_t *dictionary; /* a copy */
    z_stream z;
    bool is_open;  /* z is */
    uint8_t n_ids; /* of CODEC_UNZIP: bytes of gzip's mark seen */
    BrotliDecoderState *decoder;
    BrotliEncoderState *encoder;
    bool has_no_memory; /* the encoder once got none */
};

/* ---- brotli's tables: built when they are first needed -----------------------------------------
 */

/* Of its headers that are not installed.  brotli is built with BROTLI_STATIC_INIT=2, where the user
 * calls these before the first stream. */
void BrotliEncoderLazyStaticInitInner(void);
void BrotliDecoderLazyStaticInitInner(void);
void BrotliSetDictionaryData(const uint8_t *data);

static void ready_decoder(void)
{
    static bool is_ready;
    if (!is_ready)
        BrotliDecoderLazyStaticInitInner();
    is_ready = true;
}

static BrotliDecoderState *new_decoder(void)
{
    ready_decoder();
    return BrotliDecoderCreateInstance(NULL, NULL, NULL);
}

/* Without memory for its ring buffer the encoder of 1.2.1 drops the input and says that all went
 * well; so that it was refused any is kept. */
static void *encoder_alloc(void *opaque, size_t n)
{
    js_codec *c = opaque;
    void *p = malloc(n);
    c->has_no_memory = c->has_no_memory || !p;
    return p;
}

static void encoder_free(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

/* The dictionary has been loaded. */
static BrotliEncoderState *new_encoder(js_codec *c)
{
    static bool is_ready;
    if (!is_ready)
        BrotliEncoderLazyStaticInitInner();
    BrotliEncoderState *s = BrotliEncoderCreateInstance(encoder_alloc, encoder_free, c);
    is_ready = is_ready || s != NULL; /* NULL: no memory for the tables, perhaps */
    return s;
}

static void *zlib_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return calloc(n, size);
}

static void zlib_free(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

/* scripts/brotli_dictionary.py */
static const uint8_t packed_dictionary[] = {
#include "js/brotli_dictionary.def"
};
enum { DICTIONARY_BYTES = 122784 }; /* RFC 7932, appendix A */

bool js_inflate(const uint8_t *p, size_t n, uint8_t *out, size_t n_out)
{
    z_stream z = {.zalloc = zlib_alloc,
                  .zfree = zlib_free,
                  .next_in = p,
                  .avail_in = (uInt)n,
                  .next_out = out,
                  .avail_out = (uInt)n_out};
    if (n > UINT_MAX || n_out > UINT_MAX || inflateInit2(&z, -15) != Z_OK)
        return false;
    const bool ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 0;
    (void)inflateEnd(&z);
    return ok;
}

static bool load_dictionary(void)
{
    static uint8_t *data;
    if (data)
        return true;
    uint8_t *p = malloc(DICTIONARY_BYTES);
    if (!p || !js_inflate(packed_dictionary, sizeof packed_dictionary, p, DICTIONARY_BYTES)) {
        free(p);
        return false;
    }
    data = p; /* for good: brotli keeps it */
    BrotliSetDictionaryData(data);
    return true;
}

bool js_brotli_ready(void)
{
    ready_decoder();
    return load_dictionary();
}

bool js_unbrotli(const uint8_t *p, size_t n, uint8_t *out, size_t n_out)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        BrotliDecoderState *s = new_decoder();
        if (!s)
            return false;
        const uint8_t *in = p;
        uint8_t *to = out;
        size_t left = n, room = n_out;
        const bool ok = BrotliDecoderDecompressStream(s, &left, &in, &room, &to, NULL) ==
                            BROTLI_DECODER_RESULT_SUCCESS &&
                        room == 0;
        const BrotliDecoderErrorCode why = BrotliDecoderGetErrorCode(s);
        BrotliDecoderDestroyInstance(s);
        if (ok)
            return true;
        if (why != BROTLI_DECODER_ERROR_DICTIONARY_NOT_SET || !load_dictionary())
            return false;
    }
    return false;
}

/* ---- errors
 * ------------------------------------------------------------------------------------------------
 */

static const char *zlib_code(int number)
{
    static const char *const names[] = {"Z_NEED_DICT", "Z_STREAM_END",   "Z_OK",
                                        "Z_ERRNO",     "Z_STREAM_ERROR", "Z_DATA_ERROR",
                                        "Z_MEM_ERROR", "Z_BUF_ERROR",    "Z_VERSION_ERROR"};
    return number <= 2 && number >= -6 ? names[2 - number] : "Z_ERRNO";
}

static bool fail(js_codec_error *err, const char *text, const char *code, int number)
{
    *err = (js_codec_error){.text = text, .code = code, .number = number};
    return false;
}

static bool fail_zlib(js_codec_error *err, const js_codec *c, const char *text, int number)
{
    return fail(err, c->z.msg ? c->z.msg : text, zlib_code(number), number);
}

/* ---- zlib
 * ----------------------------------------------------------------------------------------------------
 */

static bool is_brotli(const js_codec *c) { return c->mode >= CODEC_BROTLI_DECODE; }

static bool is_deflating(const js_codec *c)
{
    return c->mode == CODEC_DEFLATE || c->mode == CODEC_GZIP || c->mode == CODEC_DEFLATE_RAW;
}

/* The dictionary of what needs it before the first byte. */
static bool set_dictionary(js_codec *c, js_codec_error *err)
{
    int rc = Z_OK;
    if (!c->dictionary)
        return true;
    const unsigned n = (unsigned)c->options.n_dictionary;
    if (c->mode == CODEC_DEFLATE || c->mode == CODEC_DEFLATE_RAW)
        rc = deflateSetDictionary(&c->z, c->dictionary, n);
    else if (c->mode == CODEC_INFLATE_RAW)
        rc = inflateSetDictionary(&c->z, c->dictionary, n);
    return rc == Z_OK || fail_zlib(err, c, "Failed to set dictionary", rc);
}

static bool open_zlib(js_codec *c, js_codec_error *err)
{
    const js_codec_options *o = &c->options;
    int bits = o->window_bits, rc;
    if (c->mode == CODEC_GZIP || c->mode == CODEC_GUNZIP)
        bits += 16;
    else if (c->mode == CODEC_UNZIP)
        bits += 32;
    else if (c->mode == CODEC_DEFLATE_RAW || c->mode == CODEC_INFLATE_RAW)
        bits = -bits;
    if (is_deflating(c))
        rc = deflateInit2(&c->z, o->level, Z_DEFLATED, bits, o->mem_level, o->strategy);
    else
        rc = inflateInit2(&c->z, bits);
    if (rc != Z_OK)
        return fail_zlib(err, c, "Init error", rc);
    c->is_open = true;
    return set_dictionary(c, err);
}

static bool reset_zlib(js_codec *c, js_codec_error *err)
{
    c->z.msg = NULL;
    int rc = is_deflating(c) ? deflateReset(&c->z) : inflateReset(&c->z);
    if (rc != Z_OK)
        return fail_zlib(err, c, "Failed to reset stream", rc);
    return set_dictionary(c, err);
}

bool js_codec_params(js_codec *c, int level, int strategy, js_codec_error *err)
{
    uint8_t none;
    if (!is_deflating(c))
        return true;
    c->z.next_out = &none;
    c->z.avail_in = c->z.avail_out = 0;
    int rc = deflateParams(&c->z, level, strategy);
    return rc == Z_OK || rc == Z_BUF_ERROR || fail_zlib(err, c, "Failed to set parameters", rc);
}

/* gzip's mark tells what CODEC_UNZIP reads; that it is a member of many can only be so after it. */
static void look_for_gzip(js_codec *c)
{
    static const uint8_t ids[] = {0x1f, 0x8b};
    for (unsigned i = 0; c->mode == CODEC_UNZIP && i < c->z.avail_in; i++) {
        if (c->z.next_in[i] != ids[c->n_ids])
            c->mode = CODEC_INFLATE;
        else if (++c->n_ids == 2)
            c->mode = CODEC_GUNZIP;
    }
}

static int run_inflate(js_codec *c, int flush, js_codec_error *err)
{
    look_for_gzip(c);
    int rc = inflate(&c->z, flush);
    if (rc == Z_NEED_DICT && c->mode != CODEC_INFLATE_RAW && c->dictionary) {
        rc = inflateSetDictionary(&c->z, c->dictionary, (unsigned)c->options.n_dictionary);
        if (rc == Z_OK)
            rc = inflate(&c->z, flush);
        else if (rc == Z_DATA_ERROR)
            rc = Z_NEED_DICT; /* the wrong one */
    }
    /* a zero behind a member is padding, all else is the next member */
    while (c->z.avail_in > 0 && c->mode == CODEC_GUNZIP && rc == Z_STREAM_END &&
           c->z.next_in[0] != 0) {
        if (!reset_zlib(c, err))
            break;
        rc = inflate(&c->z, flush);
    }
    return rc;
}

static bool run_zlib(js_codec *c, js_codec_io *io, int flush, js_codec_error *err)
{
    const unsigned n_in = io->n_in < UINT_MAX ? (unsigned)io->n_in : UINT_MAX;
    const unsigned n_out = io->n_out < UINT_MAX ? (unsigned)io->n_out : UINT_MAX;
    c->z.next_in = io->in;
    c->z.avail_in = n_in;
    c->z.next_out = io->out;
    c->z.avail_out = n_out;
    int rc = is_deflating(c) ? deflate(&c->z, flush) : run_inflate(c, flush, err);
    io->in += n_in - c->z.avail_in;
    io->n_in -= n_in - c->z.avail_in;
    io->out += n_out - c->z.avail_out;
    io->n_out -= n_out - c->z.avail_out;
    switch (rc) {
    case Z_STREAM_END:
        return true;
    case Z_OK:
    case Z_BUF_ERROR:
        if (io->n_out != 0 && flush == Z_FINISH)
            return fail_zlib(err, c, "unexpected end of file", Z_BUF_ERROR);
        return true;
    case Z_NEED_DICT:
        return fail_zlib(err, c, c->dictionary ? "Bad dictionary" : "Missing dictionary", rc);
    default:
        return fail_zlib(err, c, "Zlib error", rc);
    }
}

/* ---- brotli
 * --------------------------------------------------------------------------------------------------
 */

static bool open_brotli(js_codec *c, js_codec_error *err)
{
    bool ok = load_dictionary();
    if (ok && c->mode == CODEC_BROTLI_DECODE)
        ok = (c->decoder = new_decoder()) != NULL;
    else if (ok)
        ok = (c->encoder = new_encoder(c)) != NULL;
    for (int i = 0; i < CODEC_BROTLI_PARAMS && ok; i++) {
        int64_t v = c->options.brotli[i];
        if (v == CODEC_UNSET)
            continue;
        if (c->encoder && i == BROTLI_PARAM_QUALITY && v < 2)
            v = 2; /* brotli_encode.c */
        if (c->decoder)
            ok = BrotliDecoderSetParameter(c->decoder, (BrotliDecoderParameter)i, (uint32_t)v);
        else
            ok = BrotliEncoderSetParameter(c->encoder, (BrotliEncoderParameter)i, (uint32_t)v);
    }
    return ok || fail(err, "Initialization failed", "ERR_ZLIB_INITIALIZATION_FAILED", -1);
}

static bool run_encoder(js_codec *c, js_codec_io *io, int flush, js_codec_error *err)
{
    const bool ok = BrotliEncoderCompressStream(c->encoder, (BrotliEncoderOperation)flush,
                                                &io->n_in, &io->in, &io->n_out, &io->out, NULL);
    return (ok && !c->has_no_memory) ||
           fail(err, "Compression failed", "ERR_BROTLI_COMPRESSION_FAILED", -1);
}

/* Node shows the library's words for an error with ERR_ before them. */
static const char *brotli_code(BrotliDecoderErrorCode number)
{
    switch (number) {
#define BROTLI_CODE(prefix, name, value) \
    case BROTLI_DECODER##prefix##name: \
        return "ERR_" #prefix #name;
#define BROTLI_NONE
        BROTLI_DECODER_ERROR_CODES_LIST(BROTLI_CODE, BROTLI_NONE)
#undef BROTLI_CODE
#undef BROTLI_NONE
    default:
        return "ERR__ERROR";
    }
}

static bool run_decoder(js_codec *c, js_codec_io *io, int flush, js_codec_error *err)
{
    switch (
        BrotliDecoderDecompressStream(c->decoder, &io->n_in, &io->in, &io->n_out, &io->out, NULL)) {
    case BROTLI_DECODER_RESULT_ERROR: {
        const BrotliDecoderErrorCode number = BrotliDecoderGetErrorCode(c->decoder);
        return fail(err, "Decompression failed", brotli_code(number), number);
    }
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        if (flush == BROTLI_OPERATION_FINISH)
            return fail(err, "unexpected end of file", "Z_BUF_ERROR", Z_BUF_ERROR);
        return true;
    default:
        return true;
    }
}

/* ---- all
 * -----------------------------------------------------------------------------------------------------
 */

static bool copy_dictionary(js_codec *c)
{
    const js_codec_options *o = &c->options;
    if (!o->dictionary || o->n_dictionary == 0 || o->n_dictionary > UINT_MAX)
        return o->n_dictionary <= UINT_MAX;
    c->dictionary = malloc(o->n_dictionary);
    if (!c->dictionary)
        return false;
    memcpy(c->dictionary, o->dictionary, o->n_dictionary);
    c->options.dictionary = c->dictionary;
    return true;
}

static void close_brotli(js_codec *c)
{
    if (c->decoder)
        BrotliDecoderDestroyInstance(c->decoder);
    if (c->encoder)
        BrotliEncoderDestroyInstance(c->encoder);
    c->decoder = NULL;
    c->encoder = NULL;
}

bool js_codec_reset(js_codec *c, js_codec_error *err)
{
    if (!is_brotli(c))
        return reset_zlib(c, err);
    close_brotli(c);
    return open_brotli(c, err);
}

js_codec *js_codec_new(const js_codec_options *o, js_codec_error *err)
{
    js_codec *c = calloc(1, sizeof *c);
    if (!c) {
        (void)fail(err, "out of memory", "Z_MEM_ERROR", Z_MEM_ERROR);
        return NULL;
    }
    c->mode = o->mode;
    c->options = *o;
    c->z.zalloc = zlib_alloc;
    c->z.zfree = zlib_free;
    bool ok = copy_dictionary(c) || fail(err, "out of memory", "Z_MEM_ERROR", Z_MEM_ERROR);
    if (ok)
        ok = is_brotli(c) ? open_brotli(c, err) : open_zlib(c, err);
    if (ok)
        return c;
    js_codec_free(c);
    return NULL;
}

void js_codec_free(js_codec *c)
{
    if (!c)
        return;
    if (c->is_open)
        (void)(is_deflating(c) ? deflateEnd(&c->z) : inflateEnd(&c->z));
    close_brotli(c);
    free(c->dictionary);
    free(c);
}

bool js_codec_run(js_codec *c, js_codec_io *io, int flush, js_codec_error *err)
{
    static uint8_t none;
    if (!io->in) /* zlib takes no NULL, not even for no bytes */
        io->in = &none;
    if (!io->out)
        io->out = &none;
    if (!is_brotli(c))
        return run_zlib(c, io, flush, err);
    if (c->decoder)
        return run_decoder(c, io, flush, err);
    return c->encoder ? run_encoder(c, io, flush, err)
                      : fail(err, "out of memory", "Z_MEM_ERROR", Z_MEM_ERROR);
}

bool js_codec_all(js_codec *c, js_codec_io *io, int flush, size_t chunk, uint64_t max,
                  uint8_t **ret, size_t *ret_n, js_codec_error *err)
{
    uint8_t *all = NULL;
    size_t n = 0, cap = 0;
    for (bool is_more = true; is_more;) {
        if (cap - n < chunk) {
            cap = n + chunk > SIZE_MAX / 2 ? 0 : n + (n > chunk ? n : chunk);
            uint8_t *grown = cap ? realloc(all, cap) : NULL;
            if (!grown) {
                free(all);
                return fail(err, "out of memory", "Z_MEM_ERROR", Z_MEM_ERROR);
            }
            all = grown;
        }
        io->out = all + n;
        io->n_out = chunk;
        if (!js_codec_run(c, io, flush, err)) {
            free(all);
            return false;
        }
        n += chunk - io->n_out;
        is_more = io->n_out == 0;
        if (n > max) {
            free(all);
            *err = (js_codec_error){.is_too_large = true};
            return false;
        }
    }
    uint8_t *fit = realloc(all, n ? n : 1);
    *ret = fit ? fit : all;
    *ret_n = n;
    return true;
}

uint32_t js_codec_crc32(uint32_t value, const uint8_t *p, size_t n)
{
    while (n > 0) {
        const unsigned part = n < UINT_MAX ? (unsigned)n : UINT_MAX;
        value = (uint32_t)crc32(value, p, part);
        p += part;
        n -= part;
    }
    return value;
}
