/* egress/head.h - header sections: fields of requests checked, sections of responses parsed.
 * RFC 9110 section 5, RFC 9112 sections 4-6.  Pure; no locks. */
#ifndef BX_EGRESS_HEAD_H
#define BX_EGRESS_HEAD_H

#include "base/ascii.h"
#include "base/buf.h"
#include "codec/http_field.h"
#include "egress/egress.h"
#include "policy/field.h"

/* ---- requests -------------------------------------------------------------------------------- */
typedef struct bx_field_facts {
    uint64_t body_length; /* in: as bx_egress_desc; out: made definite by Content-Length */
    size_t bytes;         /* "name: value\r\n" of all that travel */
} bx_field_facts;

/* May these fields be sent with a request to `url`?  BX_HTTP_OK, or the error and a message. */
bx_http_error bx_fields_check(const bx_http_field *f, size_t n, const bx_url *url,
                              bx_field_facts *facts, bx_error *err);
bx_http_error bx_trailers_check(const bx_http_field *f, size_t n, bx_error *err);

/* ---- responses ------------------------------------------------------------------------------- */
typedef struct bx_head {
    bx_http_head pub; /* points into the two below */
    bx_http_field *fields;
    char *bytes;
} bx_head;

void bx_head_free(bx_head *h); /* NULL is fine */

typedef struct bx_head_builder { /* one section, line by line */
    bx_buf bytes;                /* names and values, one after the other */
    struct {
        uint32_t name, name_n, value, value_n;
    } at[BX_HTTP_MAX_FIELDS];
    size_t n;
    size_t total; /* bytes seen, line ends included */
    uint16_t status;
    uint8_t major, minor;
    bool trailer; /* a trailer section: no status line */
} bx_head_builder;

void bx_head_begin(bx_head_builder *b, bool trailer);
void bx_head_done(bx_head_builder *b); /* frees; begin again before the next use */
/* One line without its line end: status line first (unless trailer), then fields.  The error of
 * a malformed or oversized section: PROTOCOL_ERROR, RESPONSE_HEADER_SECTION_SIZE, … */
bx_http_error bx_head_line(bx_head_builder *b, bx_str line, bx_error *err);
/* The section is over: is its framing unambiguous (RFC 9112 section 6.3)?  Moves the fields to
 * *ret. */
bx_http_error bx_head_finish(bx_head_builder *b, bx_head **ret, bx_error *err);

#endif
