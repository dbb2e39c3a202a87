/* codec/sse.h - server-sent events, read as they come: the event stream format of the WHATWG HTML
 * standard, section 9.2.  Pure; one owner.
 *
 * Bytes may be cut anywhere.  Lines end in CR, LF or CRLF; a byte order mark at the start and
 * comments are skipped, as are `retry` and unknown fields.  What differs from the standard: the
 * bytes of `data` are handed on as they are (they may be no UTF-8), and an event at the end of the
 * stream that no empty line ends is delivered, because servers leave that line out. */
#ifndef BX_CODEC_SSE_H
#define BX_CODEC_SSE_H

#include "base/buf.h"

enum { BX_SSE_MAX_NAME = 1024 }; /* bytes of an event's type, and of an id */

typedef struct bx_sse_event { /* borrowed for the call */
    bx_str type;              /* empty: "message" */
    bx_str data;              /* lines joined by LF */
    bx_str id;                /* the last one the stream named */
} bx_sse_event;

/* False: no more of them. */
typedef bool (*bx_sse_fn)(void *ctx, const bx_sse_event *ev);

typedef struct bx_sse {
    bx_buf line; /* begun, not ended */
    bx_buf data, type, id;
    bool has_data; /* `data` was said since the last event */
    bool after_cr; /* the next LF belongs to the CR before it */
    uint8_t mark;  /* bytes of the byte order mark seen; 3: past the start */
} bx_sse;

/* `max`: bytes of one line, and of one event's data. */
bx_sse bx_sse_init(size_t max);
void bx_sse_done(bx_sse *s);

/* BX_ELIMIT: longer than `max`, or BX_SSE_MAX_NAME; BX_ENOMEM; BX_ECANCELLED: `on` said false.
 * After an error the stream is not to be fed any more. */
BX_NODISCARD bx_code bx_sse_feed(bx_sse *s, bx_str bytes, bx_sse_fn on, void *ctx, bx_error *err);
/* No more bytes. */
BX_NODISCARD bx_code bx_sse_end(bx_sse *s, bx_sse_fn on, void *ctx, bx_error *err);

#endif
