#include "programs/archive/coder.h"

#include <zlib/zlib.h>

arc_gzip_header arc_last_header;

enum { HEAD_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };

typedef enum part {
    FIXED,
    EXTRA_SIZE,
    EXTRA_DATA,
    FILE_NAME,
    REMARK,
    HEAD_CHECK,
    BODY,
    TRAILER
} part;

typedef struct gzip {
    z_stream z;
    bool raw;
    part part;
    uint8_t bytes[18]; /* of a header or trailer, as far as they came */
    size_t n, skip, name;
    uint32_t crc, size;
    uint8_t flags;
    prog_buf head; /* encoder: header, later trailer, not yet written */
    size_t written;
    bool complete;
} gzip;

static void *take(void *opaque, unsigned n, unsigned size)
{
    (void)opaque;
    return calloc(n, size);
}

static void give(void *opaque, void *p)
{
    (void)opaque;
    free(p);
}

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool gather(gzip *g, arc_flow *f, size_t want)
{
    while (g->n < want && f->n_in > 0) {
        g->bytes[g->n++] = *f->in++;
        f->n_in--;
    }
    return g->n == want;
}

/* Up to a NUL; the file's name is kept. */
static bool text(gzip *g, arc_flow *f, bool keep)
{
    while (f->n_in > 0) {
        uint8_t c = *f->in++;
        f->n_in--;
        if (keep && g->name + 1 < sizeof(arc_last_header.name))
            arc_last_header.name[g->name++] = (char)c;
        if (c == 0)
            return true;
    }
    return false;
}

/* Go on in the header; ARC_END: it is complete. */
static arc_result header(gzip *g, arc_flow *f)
{
    switch (g->part) {
    case FIXED:
        if (!gather(g, f, 10))
            return ARC_OK;
        if (g->bytes[0] != 0x1f || g->bytes[1] != 0x8b)
            return ARC_NOT_IT;
        if (g->bytes[2] != 8 || g->bytes[3] & RESERVED)
            return ARC_UNKNOWN;
        g->flags = g->bytes[3];
        arc_last_header = (arc_gzip_header){.time = word(g->bytes + 4)};
        g->n = 0;
        g->part = EXTRA_SIZE;
        [[fallthrough]];
    case EXTRA_SIZE:
        if (g->flags & EXTRA) {
            if (!gather(g, f, 2))
                return ARC_OK;
            g->skip = (size_t)(g->bytes[0] | g->bytes[1] << 8);
            g->n = 0;
        }
        g->part = EXTRA_DATA;
        [[fallthrough]];
    case EXTRA_DATA: {
        size_t n = g->skip < f->n_in ? g->skip : f->n_in;
        f->in += n;
        f->n_in -= n;
        g->skip -= n;
        if (g->skip > 0)
            return ARC_OK;
        g->part = FILE_NAME;
    }
        [[fallthrough]];
    case FILE_NAME:
        if (g->flags & NAME && !text(g, f, true))
            return ARC_OK;
        g->part = REMARK;
        [[fallthrough]];
    case REMARK:
        if (g->flags & COMMENT && !text(g, f, false))
            return ARC_OK;
        g->part = HEAD_CHECK;
        [[fallthrough]];
    default:
        if (g->flags & HEAD_CRC && !gather(g, f, 2))
            return ARC_OK;
        g->n = 0;
        g->part = BODY;
        return ARC_END;
    }
}

static uInt less(size_t n) { return n > 1u << 30 ? 1u << 30 : (uInt)n; }

static arc_result trailer(gzip *g, arc_flow *f)
{
    if (!gather(g, f, 8))
        return ARC_OK;
    if (word(g->bytes) != g->crc)
        return ARC_BAD_CHECK;
    return word(g->bytes + 4) != g->size ? ARC_BAD_SIZE : ARC_END;
}

static arc_result decode(void *state, arc_flow *f, bool finish)
{
    gzip *g = state;
    (void)finish;
    if (g->part < BODY) {
        arc_result result = header(g, f);
        if (result != ARC_END)
            return result;
    }
    if (g->part == TRAILER)
        return trailer(g, f);
    g->z.next_in = (Bytef *)(uintptr_t)f->in;
    g->z.avail_in = less(f->n_in);
    g->z.next_out = f->out;
    g->z.avail_out = less(f->n_out);
    uInt in = g->z.avail_in, out = g->z.avail_out;
    int result = inflate(&g->z, Z_NO_FLUSH);
    size_t made = out - g->z.avail_out;
    if (!g->raw && made > 0)
        g->crc = (uint32_t)crc32(g->crc, f->out, (uInt)made);
    g->size += (uint32_t)made;
    f->in += in - g->z.avail_in;
    f->n_in -= in - g->z.avail_in;
    f->out += made;
    f->n_out -= made;
    if (result == Z_MEM_ERROR)
        prog_no_memory();
    if (result == Z_OK || result == Z_BUF_ERROR)
        return ARC_OK;
    if (result != Z_STREAM_END)
        return ARC_CORRUPT;
    if (g->raw)
        return ARC_END;
    g->part = TRAILER;
    return trailer(g, f);
}

static void decoder_end(void *state)
{
    gzip *g = state;
    (void)inflateEnd(&g->z);
    free(g);
}

arc_coder arc_gzip_decoder(bool raw)
{
    gzip *g = prog_zalloc(1, sizeof(*g));
    g->raw = raw;
    g->part = raw ? BODY : FIXED;
    g->z.zalloc = take;
    g->z.zfree = give;
    if (inflateInit2(&g->z, -15) != Z_OK)
        prog_no_memory();
    return (arc_coder){decode, decoder_end, g};
}

static void put_word(prog_buf *b, uint32_t v)
{
    for (int i = 0; i < 4; i++, v >>= 8)
        prog_buf_putc(b, (char)v);
}

/* Bytes of the header or trailer into the room; true: all of them. */
static bool put_head(gzip *g, arc_flow *f)
{
    size_t n = g->head.n - g->written;
    n = n < f->n_out ? n : f->n_out;
    if (n > 0)
        memcpy(f->out, g->head.p + g->written, n);
    f->out += n;
    f->n_out -= n;
    g->written += n;
    return g->written == g->head.n;
}

static arc_result encode(void *state, arc_flow *f, bool finish)
{
    gzip *g = state;
    if (!put_head(g, f))
        return ARC_OK;
    if (g->complete)
        return ARC_END;
    g->z.next_in = (Bytef *)(uintptr_t)f->in;
    g->z.avail_in = less(f->n_in);
    g->z.next_out = f->out;
    g->z.avail_out = less(f->n_out);
    uInt in = g->z.avail_in, out = g->z.avail_out;
    int result = deflate(&g->z, finish ? Z_FINISH : Z_NO_FLUSH);
    size_t used = in - g->z.avail_in, made = out - g->z.avail_out;
    if (!g->raw && used > 0)
        g->crc = (uint32_t)crc32(g->crc, f->in, (uInt)used);
    g->size += (uint32_t)used;
    f->in += used;
    f->n_in -= used;
    f->out += made;
    f->n_out -= made;
    if (result != Z_STREAM_END)
        return result == Z_OK || result == Z_BUF_ERROR ? ARC_OK : ARC_CORRUPT;
    if (!g->raw) {
        put_word(&g->head, g->crc);
        put_word(&g->head, g->size);
    }
    g->complete = true;
    return put_head(g, f) ? ARC_END : ARC_OK;
}

static void encoder_end(void *state)
{
    gzip *g = state;
    (void)deflateEnd(&g->z);
    prog_buf_free(&g->head);
    free(g);
}

arc_coder arc_gzip_encoder(const arc_settings *s, bool raw)
{
    gzip *g = prog_zalloc(1, sizeof(*g));
    g->raw = raw;
    g->z.zalloc = take;
    g->z.zfree = give;
    int level = s->level < 0 ? 6 : s->level;
    if (deflateInit2(&g->z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        prog_no_memory();
    if (!raw) {
        prog_buf_put(&g->head, "\x1f\x8b\x08", 3);
        prog_buf_putc(&g->head, s->name ? NAME : 0);
        put_word(&g->head, s->time);
        prog_buf_putc(&g->head, level == 9 ? 2 : level == 1 ? 4 : 0);
        prog_buf_putc(&g->head, 3); /* Unix */
        if (s->name)
            prog_buf_put(&g->head, s->name, strlen(s->name) + 1);
    }
    return (arc_coder){encode, encoder_end, g};
}
