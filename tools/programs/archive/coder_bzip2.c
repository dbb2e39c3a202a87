#include "programs/archive/coder.h"

#include <bzip2/bzlib.h>

/* libbzip2 is built without stdio and asks for this instead: an error of its own. */
void bz_internal_error(int code);

void bz_internal_error(int code) { prog_die(0, "internal error %d of libbzip2", code); }

static unsigned less(size_t n) { return n > 1u << 30 ? 1u << 30 : (unsigned)n; }

static void give(bz_stream *z, const arc_flow *f)
{
    z->next_in = (char *)(uintptr_t)f->in;
    z->avail_in = less(f->n_in);
    z->next_out = (char *)f->out;
    z->avail_out = less(f->n_out);
}

static void took(const bz_stream *z, arc_flow *f)
{
    size_t in = (size_t)((const uint8_t *)z->next_in - f->in);
    size_t out = (size_t)((uint8_t *)z->next_out - f->out);
    f->in += in;
    f->n_in -= in;
    f->out += out;
    f->n_out -= out;
}

static arc_result decode(void *state, arc_flow *f, bool finish)
{
    bz_stream *z = state;
    (void)finish;
    give(z, f);
    int result = BZ2_bzDecompress(z);
    took(z, f);
    switch (result) {
    case BZ_OK:
        return ARC_OK;
    case BZ_STREAM_END:
        return ARC_END;
    case BZ_MEM_ERROR:
        prog_no_memory();
    case BZ_DATA_ERROR_MAGIC:
        return ARC_NOT_IT;
    default:
        return ARC_BAD_CHECK;
    }
}

static void decoder_end(void *state)
{
    (void)BZ2_bzDecompressEnd(state);
    free(state);
}

arc_coder arc_bzip2_decoder(void)
{
    bz_stream *z = prog_zalloc(1, sizeof(*z));
    if (BZ2_bzDecompressInit(z, 0, 0) != BZ_OK)
        prog_no_memory();
    return (arc_coder){decode, decoder_end, z};
}

static arc_result encode(void *state, arc_flow *f, bool finish)
{
    bz_stream *z = state;
    if (!finish && f->n_in == 0)
        return ARC_OK;
    give(z, f);
    int result = BZ2_bzCompress(z, finish ? BZ_FINISH : BZ_RUN);
    took(z, f);
    return result == BZ_STREAM_END ? ARC_END : result >= 0 ? ARC_OK : ARC_CORRUPT;
}

static void encoder_end(void *state)
{
    (void)BZ2_bzCompressEnd(state);
    free(state);
}

arc_coder arc_bzip2_encoder(const arc_settings *s)
{
    bz_stream *z = prog_zalloc(1, sizeof(*z));
    if (BZ2_bzCompressInit(z, s->level < 1 ? 9 : s->level, 0, 0) != BZ_OK)
        prog_no_memory();
    return (arc_coder){encode, encoder_end, z};
}
