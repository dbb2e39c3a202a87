#include "fetch/decode.h"

#include <brotli/decode.h>
#include <zlib/zlib.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd/zstd.h>

#include "fetch/ascii.h"

enum { MAX_CODINGS = 3, OUT = 16384, ZSTD_WINDOW_LOG = 23 };

typedef enum coding { GZIP, DEFLATE, BROTLI, ZSTD } coding;

static const char *const coding_names[] = {"gzip", "deflate", "br", "zstd"};

typedef struct stage {
    coding kind;
    bool open;    /* inside compressed data */
    bool started; /* a byte has arrived */
    bool over;    /* what follows is no part of it */
    bool ended;   /* by a wrong check sum, or by what is no further member */
    z_stream z;   /* GZIP, DEFLATE; initialised once `z_ready` */
    bool z_ready;
    BrotliDecoderState *br;
    ZSTD_DCtx *zstd;
    char out[OUT];
} stage;

struct wf_decoder {
    stage *stages[MAX_CODINGS]; /* the first is the outermost */
    size_t n;
    wf_sink sink;
    void *ctx;
    bool wrong_sum;
};

/* Decoders allocate through the house's fault point, too. */
static void *z_alloc(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return bx_calloc(n, size);
}

static void z_free(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

static void *any_alloc(void *opaque, size_t size)
{
    (void)opaque;
    return bx_realloc(NULL, size ? size : 1);
}

static void stage_free(stage *s)
{
    if (!s)
        return;
    if (s->z_ready)
        (void)inflateEnd(&s->z);
    BrotliDecoderDestroyInstance(s->br);
    (void)ZSTD_freeDCtx(s->zstd);
    free(s);
}

void wf_decoder_free(wf_decoder *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++)
        stage_free(d->stages[i]);
    free(d);
}

static bool find_coding(bx_str name, coding *ret)
{
    if (name.n > 2 && bx_str_eq_nocase((bx_str){name.p, 2}, BX_LIT("x-"))) /* RFC 9110 8.4.1.3 */
        name = bx_str_from(name, 2);
    for (size_t i = 0; i < BX_COUNT(coding_names); i++)
        if (bx_str_eq_nocase(name, bx_str_of(coding_names[i]))) {
            *ret = (coding)i;
            return true;
        }
    return false;
}

/* "identity", and what servers write by mistake of bytes that are not coded at all. */
static bool says_nothing(bx_str name)
{
    static const char *const names[] = {"",     "identity", "none",        "utf-8",
                                        "utf8", "binary",   "aws-chunked", "8bit"};
    for (size_t i = 0; i < BX_COUNT(names); i++)
        if (bx_str_eq_nocase(name, bx_str_of(names[i])))
            return true;
    return false;
}

static bool stage_ready(stage *s)
{
    switch (s->kind) {
    case BROTLI:
        s->br = BrotliDecoderCreateInstance(any_alloc, z_free, NULL);
        return s->br != NULL;
    case ZSTD:
        s->zstd = ZSTD_createDCtx_advanced((ZSTD_customMem){any_alloc, z_free, NULL});
        return s->zstd &&
               !ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG));
    case GZIP:
    case DEFLATE: /* once the first bytes tell which kind */
        s->z.zalloc = z_alloc;
        s->z.zfree = z_free;
        return true;
    }
    return false;
}

static bx_code add_stage(wf_decoder *d, bx_str name, bx_error *err)
{
    coding kind;
    if (says_nothing(name))
        return BX_OK;
    if (!find_coding(name, &kind))
        return bx_fail(err, BX_EUNSUPPORTED,
                       "the body is in the content encoding '%.*s', which is not known",
                       BX_FMT(name));
    if (d->n == MAX_CODINGS)
        return bx_fail(err, BX_EINVAL, "the body is encoded more than %d times", MAX_CODINGS);
    stage *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->kind = kind;
    /* The header lists codings in the order they were applied: the last is undone first. */
    memmove(&d->stages[1], &d->stages[0], d->n * sizeof d->stages[0]);
    d->stages[0] = s;
    d->n++;
    return stage_ready(s) ? BX_OK : bx_fail(err, BX_ENOMEM, "out of memory");
}

bx_code wf_decoder_new(bx_str list, wf_sink sink, void *ctx, wf_decoder **ret, bx_error *err)
{
    BX_AUTO(wf_decoder) wf_decoder *d = bx_calloc(1, sizeof *d);
    if (!d)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    d->sink = sink;
    d->ctx = ctx;
    while (list.n) {
        size_t n = 0;
        while (n < list.n && list.p[n] != ',')
            n++;
        bx_code rc = add_stage(d, wf_trim((bx_str){list.p, n}), err);
        if (rc != BX_OK)
            return rc;
        list = bx_str_from(list, n + 1);
    }
    *ret = BX_TAKE(d);
    return BX_OK;
}

static bx_code feed(wf_decoder *d, size_t i, bx_str in, bx_error *err);

static bx_code not_valid(const stage *s, const char *why, bx_error *err)
{
    return bx_fail(err, BX_EINVAL, "the body is said to be %s, but is not valid: %s",
                   coding_names[s->kind], why ? why : "wrong data");
}

/* Some servers call raw deflate data "deflate", others, rightly, zlib data: the first byte's low
 * half is 8 and its high bit clear in the one (RFC 1950) and not in what encoders make of the
 * other. */
static bx_code start_inflate(stage *s, bx_str in, bx_error *err)
{
    unsigned char first = (unsigned char)in.p[0];
    bool zlib = (first & 0x8f) == 0x08;
    int bits = s->kind == GZIP ? 15 + 16 : zlib ? 15 : -15;
    int rc = inflateInit2(&s->z, bits);
    if (rc != Z_OK)
        return bx_fail(err, BX_ENOMEM, "out of memory");
    s->z_ready = true;
    return BX_OK;
}

/* zlib's words for a check value or length that does not fit the data before it. */
static bool is_wrong_sum(const char *msg)
{
    return msg &&
           (strcmp(msg, "incorrect data check") == 0 || strcmp(msg, "incorrect length check") == 0);
}

static bx_code feed_inflate(wf_decoder *d, size_t i, bx_str in, bx_error *err)
{
    stage *s = d->stages[i];
    if (s->ended)
        return BX_OK;
    if (!s->z_ready) {
        bx_code rc = start_inflate(s, in, err);
        if (rc != BX_OK)
            return rc;
    }
    s->z.next_in = (z_const Bytef *)(uintptr_t)in.p;
    s->z.avail_in = (uInt)in.n;
    for (;;) {
        if (!s->open && s->z.avail_in) {
            /* After a gzip member another one may follow (RFC 1952 section 2.2); else it is over.
             */
            if (s->over && !(s->kind == GZIP && *s->z.next_in == 0x1f)) {
                s->ended = true; /* wherever the pieces of what follows begin */
                return BX_OK;
            }
            s->open = true;
            s->over = false;
        }
        s->z.next_out = (Bytef *)s->out;
        s->z.avail_out = OUT;
        int rc = inflate(&s->z, Z_NO_FLUSH);
        if (rc == Z_MEM_ERROR)
            return bx_fail(err, BX_ENOMEM, "out of memory");
        bx_code down = feed(d, i + 1, (bx_str){s->out, OUT - s->z.avail_out}, err);
        if (down != BX_OK)
            return down;
        if (rc == Z_DATA_ERROR && is_wrong_sum(s->z.msg)) { /* all of the data is there */
            d->wrong_sum = true;
            s->open = false;
            s->ended = true;
            return BX_OK;
        }
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return not_valid(s, s->z.msg, err);
        if (rc == Z_STREAM_END) {
            s->open = false;
            s->over = true;
            if (inflateReset(&s->z) != Z_OK)
                return not_valid(s, NULL, err);
        }
        if (s->z.avail_in == 0 && s->z.avail_out > 0)
            return BX_OK;
        if (rc == Z_BUF_ERROR)
            return BX_OK;
    }
}

static bx_code feed_brotli(wf_decoder *d, size_t i, bx_str in, bx_error *err)
{
    stage *s = d->stages[i];
    const uint8_t *next = (const uint8_t *)in.p;
    size_t left = in.n;
    s->open = !s->over;
    while (!s->over) {
        uint8_t *to = (uint8_t *)s->out;
        size_t room = OUT;
        BrotliDecoderResult rc =
            BrotliDecoderDecompressStream(s->br, &left, &next, &room, &to, NULL);
        if (rc == BROTLI_DECODER_RESULT_ERROR) {
            BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(s->br);
            if (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
                return bx_fail(err, BX_ENOMEM, "out of memory");
            return not_valid(s, BrotliDecoderErrorString(code), err);
        }
        bx_code down = feed(d, i + 1, (bx_str){s->out, OUT - room}, err);
        if (down != BX_OK)
            return down;
        s->over = rc == BROTLI_DECODER_RESULT_SUCCESS;
        s->open = !s->over;
        if (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT)
            break;
    }
    return BX_OK;
}

static bx_code feed_zstd(wf_decoder *d, size_t i, bx_str in, bx_error *err)
{
    stage *s = d->stages[i];
    ZSTD_inBuffer from = {in.p, in.n, 0};
    for (;;) {
        ZSTD_outBuffer to = {s->out, OUT, 0};
        size_t before = from.pos, rc = ZSTD_decompressStream(s->zstd, &to, &from);
        if (ZSTD_isError(rc)) {
            if (ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation)
                return bx_fail(err, BX_ENOMEM, "out of memory");
            return not_valid(s, ZSTD_getErrorName(rc), err);
        }
        if (from.pos > before || to.pos > 0) /* else `rc` only asks for another frame */
            s->open = rc != 0;
        bx_code down = feed(d, i + 1, (bx_str){s->out, to.pos}, err);
        if (down != BX_OK)
            return down;
        if (from.pos == from.size && to.pos < to.size)
            return BX_OK;
        if (from.pos == before && to.pos == 0)
            return BX_OK;
    }
}

static bx_code feed(wf_decoder *d, size_t i, bx_str in, bx_error *err)
{
    if (in.n == 0)
        return BX_OK;
    if (i == d->n)
        return d->sink(d->ctx, in, err);
    d->stages[i]->started = true;
    switch (d->stages[i]->kind) {
    case BROTLI:
        return feed_brotli(d, i, in, err);
    case ZSTD:
        return feed_zstd(d, i, in, err);
    case GZIP:
    case DEFLATE:
        break;
    }
    return feed_inflate(d, i, in, err);
}

bx_code wf_decoder_feed(wf_decoder *d, bx_str in, bx_error *err)
{
    while (in.n) { /* zlib counts in 32 bits */
        bx_str part = {in.p, in.n < (1u << 30) ? in.n : (1u << 30)};
        bx_code rc = feed(d, 0, part, err);
        if (rc != BX_OK)
            return rc;
        in = bx_str_from(in, part.n);
    }
    return BX_OK;
}

bx_code wf_decoder_end(wf_decoder *d, bx_error *err)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->stages[i]->started && d->stages[i]->open)
            return bx_fail(err, BX_EINVAL, "the body ends inside its %s data",
                           coding_names[d->stages[i]->kind]);
    return BX_OK;
}

bool wf_decoder_wrong_sum(const wf_decoder *d) { return d->wrong_sum; }
