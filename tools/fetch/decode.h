/* fetch/decode.h - undoes Content-Encoding (RFC 9110 section 8.4): gzip, deflate, br, zstd, and up
 * to three of them in a row.  Streaming: memory is the decoders' windows (at most 16 MiB for br, 8
 * MiB for zstd, RFC 9659) and fixed buffers, however large the result. */
#ifndef WF_DECODE_H
#define WF_DECODE_H

#include "base/buf.h"

typedef struct wf_decoder wf_decoder;

/* Takes decoded bytes; anything but BX_OK stops the decoder, which passes it on. */
typedef bx_code (*wf_sink)(void *ctx, bx_str bytes, bx_error *err);

/* `content_encoding` is the header's value; n = 0, "identity" or a name that
 * says nothing ("none", "utf-8", "aws-chunked"): bytes pass as they are.
 * BX_EUNSUPPORTED names the coding this build does not know; BX_EINVAL: too many; BX_ENOMEM. */
BX_NODISCARD bx_code wf_decoder_new(bx_str content_encoding, wf_sink sink, void *ctx,
                                    wf_decoder **ret, bx_error *err);
void wf_decoder_free(wf_decoder *d);
BX_DEFINE_AUTO(wf_decoder, wf_decoder_free)

/* Decode `in` to the sink.  BX_EINVAL: not data of that coding, with the decoder's reason;
 * BX_ENOMEM; whatever the sink returns. */
BX_NODISCARD bx_code wf_decoder_feed(wf_decoder *d, bx_str in, bx_error *err);

/* The input is complete.  BX_EINVAL: it ends inside compressed data. */
BX_NODISCARD bx_code wf_decoder_end(wf_decoder *d, bx_error *err);

/* A check sum did not fit the data before it, which was passed on. */
bool wf_decoder_wrong_sum(const wf_decoder *d);

#endif
