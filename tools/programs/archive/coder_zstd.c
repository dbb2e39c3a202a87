#define ZSTD_STATIC_LINKING_ONLY
#include "programs/archive/coder.h"

#include <zstd/zstd.h>
#include <zstd/zstd_errors.h>

enum { WINDOW_LOG_MAX = 27 /* as the program zstd: 128 MiB */ };

static arc_result decode(void *state, arc_flow *f, bool finish)
{
    (void)finish;
    ZSTD_inBuffer in = {f->in, f->n_in, 0};
    ZSTD_outBuffer out = {f->out, f->n_out, 0};
    size_t result = ZSTD_decompressStream(state, &out, &in);
    f->in += in.pos;
    f->n_in -= in.pos;
    f->out += out.pos;
    f->n_out -= out.pos;
    if (!ZSTD_isError(result))
        return result == 0 ? ARC_END : ARC_OK;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation:
        prog_no_memory();
    case ZSTD_error_prefix_unknown:
        return ARC_NOT_IT;
    case ZSTD_error_checksum_wrong:
        return ARC_BAD_CHECK;
    case ZSTD_error_frameParameter_windowTooLarge:
        return ARC_TOO_LARGE;
    case ZSTD_error_version_unsupported:
    case ZSTD_error_dictionary_wrong:
    case ZSTD_error_frameParameter_unsupported:
        return ARC_UNKNOWN;
    default:
        return ARC_CORRUPT;
    }
}

static void decoder_end(void *state) { ZSTD_freeDCtx(state); }

arc_coder arc_zstd_decoder(void)
{
    ZSTD_DCtx *z = ZSTD_createDCtx();
    if (!z)
        prog_no_memory();
    ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return (arc_coder){decode, decoder_end, z};
}

static arc_result encode(void *state, arc_flow *f, bool finish)
{
    ZSTD_inBuffer in = {f->in, f->n_in, 0};
    ZSTD_outBuffer out = {f->out, f->n_out, 0};
    size_t result = ZSTD_compressStream2(state, &out, &in, finish ? ZSTD_e_end : ZSTD_e_continue);
    f->in += in.pos;
    f->n_in -= in.pos;
    f->out += out.pos;
    f->n_out -= out.pos;
    if (ZSTD_isError(result)) {
        if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation)
            prog_no_memory();
        return ARC_CORRUPT;
    }
    return finish && result == 0 ? ARC_END : ARC_OK;
}

static void encoder_end(void *state) { ZSTD_freeCCtx(state); }

arc_coder arc_zstd_encoder(const arc_settings *s)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();
    if (!z)
        prog_no_memory();
    ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, s->level < 0 ? 3 : s->level);
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    if (s->size != UINT64_MAX)
        ZSTD_CCtx_setPledgedSrcSize(z, s->size);
    return (arc_coder){encode, encoder_end, z};
}
