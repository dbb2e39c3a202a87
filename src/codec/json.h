/* codec/json.h - JSON (RFC 8259): strict reading with limits, and a streaming writer.
 * Pure.  A document never changes after parsing: any thread may read it; a writer has one owner. */
#ifndef BX_CODEC_JSON_H
#define BX_CODEC_JSON_H

#include "base/buf.h"
#include "codec/utf8.h"

enum { BX_JSON_MAX_DEPTH = 64 };

/* ---- reading ----------------------------------------------------------------------------- */
typedef struct bx_json bx_json;         /* a document */
typedef struct bx_json_val bx_json_val; /* a value in it; lives as long as its document */

/* Parse `text`, which is copied.  Containers nest at most `max_depth` deep (<= BX_JSON_MAX_DEPTH).
 * BX_EINVAL: no JSON text, not UTF-8, the same key twice in one object (RFC 8259 section 4 leaves
 * open which of them counts, so two readers may disagree), a number no double can hold.  BX_ELIMIT:
 * too deep.  BX_ENOMEM.  Messages begin with "line L, column C"; both count from 1, columns in
 * characters. The caller bounds the size of `text`; a document takes up to 20 times as much memory.
 */
BX_NODISCARD bx_code bx_json_parse(bx_str text, unsigned max_depth, bx_json **ret, bx_error *err);
void bx_json_free(bx_json *j); /* NULL is fine */
BX_DEFINE_AUTO(bx_json, bx_json_free)

typedef enum bx_json_type {
    BX_JSON_NONE, /* of NULL: nothing there */
    BX_JSON_NULL,
    BX_JSON_BOOL,
    BX_JSON_INT,    /* written as an integer that fits int64_t or uint64_t */
    BX_JSON_DOUBLE, /* any other number */
    BX_JSON_STRING,
    BX_JSON_ARRAY,
    BX_JSON_OBJECT,
} bx_json_type;

const bx_json_val *bx_json_root(const bx_json *j);

/* All of these take NULL as "nothing there", so look-ups can be chained. */
bx_json_type bx_json_type_of(const bx_json_val *v);
const char *bx_json_type_name(bx_json_type t); /* "string"; "nothing" for BX_JSON_NONE */

/* The member of that name, or NULL: not there, or not an object.  Linear in its size. */
const bx_json_val *bx_json_get(const bx_json_val *object, bx_str key);
size_t bx_json_size(const bx_json_val *v); /* elements or members; 0 for anything else */

/* for (bx_json_iter it = bx_json_iter_of(v); (e = bx_json_next(&it, &key));)  In order; `key`
 * is empty for arrays and may be NULL.  Ends at once for anything that is no container. */
typedef struct bx_json_iter {
    const bx_json_val *at;
    size_t left;
    bool object;
} bx_json_iter;
bx_json_iter bx_json_iter_of(const bx_json_val *v);
const bx_json_val *bx_json_next(bx_json_iter *it, bx_str *key);

/* The name of a member of an object (which `member` has to be), as a string value. */
const bx_json_val *bx_json_name_of(const bx_json_val *member);

/* The text of that member; empty where there is none, or it is no string. */
bx_str bx_json_text(const bx_json_val *object, const char *key);

/* False, and *ret untouched, when the value is not of that type or does not fit exactly. */
bool bx_json_str(const bx_json_val *v, bx_str *ret); /* borrowed; NUL-terminated, may hold NUL */
bool bx_json_bool(const bx_json_val *v, bool *ret);
bool bx_json_int64(const bx_json_val *v, int64_t *ret);
bool bx_json_uint64(const bx_json_val *v, uint64_t *ret);
bool bx_json_double(const bx_json_val *v, double *ret); /* any number; large integers are rounded */

/* ---- writing ------------------------------------------------------------------------------ */
/* Writes compact JSON text to the end of a buffer.  The buffer keeps failures, so only the end is
 * checked. The order of calls is the caller's own doing: a key outside of an object, a second value
 * at the top or a container that is not open is an assertion. */
typedef struct bx_json_out {
    bx_buf *buf;
    size_t depth;
    uint64_t object[2]; /* bit d: the container at depth d is an object */
    bool first, has_key, done;
} bx_json_out;

enum { BX_JSON_OUT_DEPTH = 128 }; /* beyond it the buffer fails with BX_ELIMIT */

bx_json_out bx_json_out_on(bx_buf *buf); /* borrowed while writing */

void bx_json_out_begin_object(bx_json_out *o);
void bx_json_out_end_object(bx_json_out *o);
void bx_json_out_begin_array(bx_json_out *o);
void bx_json_out_end_array(bx_json_out *o);
void bx_json_out_key(bx_json_out *o, bx_str key);

/* Well-formed UTF-8 gets out, whatever goes in: each byte that is not part of a character
 * becomes U+FFFD.  Whoever must not lose bytes asks bx_utf8_valid first. */
void bx_json_out_string(bx_json_out *o, bx_str s);
void bx_json_out_int(bx_json_out *o, int64_t v);
void bx_json_out_uint(bx_json_out *o, uint64_t v);
void bx_json_out_double(bx_json_out *o,
                        double v); /* shortest that reads back; null for NaN and infinities */
void bx_json_out_bool(bx_json_out *o, bool v);
void bx_json_out_null(bx_json_out *o);
void bx_json_out_raw(bx_json_out *o, bx_str json); /* one JSON text the caller knows to be valid */
void bx_json_out_value(bx_json_out *o, const bx_json_val *v); /* a parsed value; null for NULL */

/* One whole value was written and nothing failed: BX_OK; else BX_ELIMIT, BX_ENOMEM. */
BX_NODISCARD bx_code bx_json_out_end(bx_json_out *o, bx_error *err);

#endif
