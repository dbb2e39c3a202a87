#include "programs/archive/coder.h"

#include <lzma.h>

enum { MEMORY_MAX = 512 << 20 /* of a decoder */ };

static arc_result step(void *state, arc_flow *f, bool finish)
{
    lzma_stream *z = state;
    z->next_in = f->in;
    z->avail_in = f->n_in;
    z->next_out = f->out;
    z->avail_out = f->n_out;
    lzma_ret result = lzma_code(z, finish ? LZMA_FINISH : LZMA_RUN);
    f->in = z->next_in;
    f->n_in = z->avail_in;
    f->out = z->next_out;
    f->n_out = z->avail_out;
    switch (result) {
    case LZMA_OK:
    case LZMA_BUF_ERROR:
        return ARC_OK;
    case LZMA_STREAM_END:
        return ARC_END;
    case LZMA_MEM_ERROR:
        prog_no_memory();
    case LZMA_MEMLIMIT_ERROR:
        return ARC_TOO_LARGE;
    case LZMA_FORMAT_ERROR:
        return ARC_NOT_IT;
    case LZMA_OPTIONS_ERROR:
    case LZMA_UNSUPPORTED_CHECK:
        return ARC_UNKNOWN;
    default:
        return ARC_CORRUPT;
    }
}

static void end(void *state)
{
    lzma_end(state);
    free(state);
}

static lzma_stream *fresh(void)
{
    lzma_stream *z = prog_alloc(sizeof(*z));
    *z = (lzma_stream)LZMA_STREAM_INIT;
    return z;
}

arc_coder arc_xz_decoder(bool lzma)
{
    lzma_stream *z = fresh();
    lzma_ret result =
        lzma ? lzma_alone_decoder(z, MEMORY_MAX) : lzma_stream_decoder(z, MEMORY_MAX, 0);
    if (result != LZMA_OK)
        prog_no_memory();
    return (arc_coder){step, end, z};
}

arc_coder arc_xz_encoder(const arc_settings *s, bool lzma)
{
    lzma_stream *z = fresh();
    uint32_t preset = (uint32_t)(s->level < 0 ? 6 : s->level);
    if (s->extreme)
        preset |= LZMA_PRESET_EXTREME;
    lzma_options_lzma options;
    if (lzma && lzma_lzma_preset(&options, preset))
        prog_die(0, "Unsupported options");
    lzma_ret result =
        lzma ? lzma_alone_encoder(z, &options) : lzma_easy_encoder(z, preset, LZMA_CHECK_CRC64);
    if (result != LZMA_OK)
        prog_no_memory();
    return (arc_coder){step, end, z};
}
