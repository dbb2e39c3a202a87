#include <math.h>
#include <stdio.h>

#include "codec/json.h"
#include "codec/shown.h"

/* As bx_buf_add_c, without a call where there is room: most of what is written are single bytes. */
static inline void put(bx_buf *b, char c)
{
    if (b->fail != BX_OK || b->n >= b->max || b->n + 2 > b->cap) {
        (void)bx_buf_add_c(b, c);
        return;
    }
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

bx_json_out bx_json_out_on(bx_buf *buf) { return (bx_json_out){.buf = buf, .first = true}; }

static bool in_object(const bx_json_out *o)
{
    size_t d = o->depth;
    return d > 0 && d < BX_JSON_OUT_DEPTH && (o->object[d / 64] >> (d % 64) & 1);
}

/* Beyond the depth that is kept track of nothing is written any more and nothing is checked. */
static bool is_lost(const bx_json_out *o) { return o->depth >= BX_JSON_OUT_DEPTH; }

/* The comma in front of a value or key. */
static void separate(bx_json_out *o)
{
    if (!o->first)
        put(o->buf, ',');
    o->first = false;
}

static void begin_value(bx_json_out *o)
{
    if (is_lost(o))
        return;
    BX_ASSERT(!o->done);
    BX_ASSERT(in_object(o) == o->has_key);
    if (!o->has_key)
        separate(o);
    o->has_key = false;
    o->done = o->depth == 0;
}

static void open_container(bx_json_out *o, bool object)
{
    begin_value(o);
    o->done = false;
    size_t d = ++o->depth;
    if (is_lost(o)) {
        if (o->buf->fail == BX_OK)
            o->buf->fail = BX_ELIMIT;
        return;
    }
    uint64_t bit = UINT64_C(1) << (d % 64);
    o->object[d / 64] = object ? o->object[d / 64] | bit : o->object[d / 64] & ~bit;
    o->first = true;
    put(o->buf, object ? '{' : '[');
}

static void close_container(bx_json_out *o, bool object)
{
    BX_ASSERT(o->depth > 0);
    if (!is_lost(o)) {
        BX_ASSERT(in_object(o) == object && !o->has_key);
        put(o->buf, object ? '}' : ']');
    }
    o->depth--;
    o->first = false;
    o->done = o->depth == 0;
}

void bx_json_out_begin_object(bx_json_out *o) { open_container(o, true); }
void bx_json_out_end_object(bx_json_out *o) { close_container(o, true); }
void bx_json_out_begin_array(bx_json_out *o) { open_container(o, false); }
void bx_json_out_end_array(bx_json_out *o) { close_container(o, false); }

/* Bytes at the start of `s` that stand for themselves in a JSON string: ASCII but for the control
 * characters, the quote and the backslash. */
static size_t plain_len(bx_str s)
{
    static const bool plain[256] = {
        [0x20 ... 0x21] = true, [0x23 ... 0x5b] = true, [0x5d ... 0x7e] = true};
    size_t i = 0;
    while (i < s.n && plain[(uint8_t)s.p[i]])
        i++;
    return i;
}

/* RFC 8259 section 7. */
static void add_escaped(bx_buf *b, char c)
{
    static const char short_forms[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                          {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (size_t i = 0; i < BX_COUNT(short_forms); i++) {
        if (short_forms[i][0] == c) {
            put(b, '\\');
            put(b, short_forms[i][1]);
            return;
        }
    }
    (void)bx_buf_addf(b, "\\u%04x", (unsigned)(uint8_t)c);
}

/* A character of several bytes; one that could act on a terminal is escaped (RFC 8259 section 7).
 */
static void add_wide(bx_buf *b, bx_str s)
{
    uint32_t c = bx_utf8_decode(s, s.n);
    if (bx_shown_plain(c))
        (void)bx_buf_add_str(b, s);
    else if (c < 0x10000)
        (void)bx_buf_addf(b, "\\u%04x", (unsigned)c);
    else
        (void)bx_buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                          (unsigned)(0xDC00 + (c & 0x3FF)));
}

/* What stands for itself as a whole, as most keys and strings do. */
static void add_plain(bx_buf *b, bx_str s)
{
    char *at;
    if (bx_buf_reserve(b, s.n + 2, &at) != BX_OK)
        return;
    at[0] = '"';
    if (s.n)
        memcpy(at + 1, s.p, s.n);
    at[s.n + 1] = '"';
    b->n += s.n + 2;
    b->p[b->n] = '\0';
}

static void add_quoted(bx_buf *b, bx_str s)
{
    if (plain_len(s) == s.n) {
        add_plain(b, s);
        return;
    }
    put(b, '"');
    while (s.n && b->fail == BX_OK) {
        size_t n = plain_len(s);
        if (n) {
            (void)bx_buf_add(b, s.p, n);
        } else if ((uint8_t)s.p[0] < 0x80) {
            add_escaped(b, s.p[0]);
            n = 1;
        } else if ((n = bx_utf8_char(s))) {
            add_wide(b, (bx_str){s.p, n});
        } else {
            (void)bx_buf_add_z(b, "\xEF\xBF\xBD"); /* U+FFFD */
            n = 1;
        }
        s = bx_str_from(s, n);
    }
    put(b, '"');
}

void bx_json_out_key(bx_json_out *o, bx_str key)
{
    if (is_lost(o))
        return;
    BX_ASSERT(in_object(o) && !o->has_key);
    separate(o);
    add_quoted(o->buf, key);
    put(o->buf, ':');
    o->has_key = true;
}

void bx_json_out_raw(bx_json_out *o, bx_str json)
{
    begin_value(o);
    (void)bx_buf_add_str(o->buf, json);
}

void bx_json_out_string(bx_json_out *o, bx_str s)
{
    begin_value(o);
    add_quoted(o->buf, s);
}

static void add_number(bx_json_out *o, bool negative, uint64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + v % 10);
    while (v /= 10);
    if (negative)
        digits[--at] = '-';
    begin_value(o);
    (void)bx_buf_add(o->buf, digits + at, sizeof digits - at);
}

void bx_json_out_int(bx_json_out *o, int64_t v)
{
    add_number(o, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void bx_json_out_uint(bx_json_out *o, uint64_t v) { add_number(o, false, v); }

void bx_json_out_double(bx_json_out *o, double v)
{
    char text[40];
    if (!isfinite(v)) {
        bx_json_out_null(o);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, v);
        double back = strtod(text, NULL);
        if (memcmp(&back, &v, sizeof v) == 0)
            break;
    }
    begin_value(o);
    (void)bx_buf_add_z(o->buf, text);
    if (!strpbrk(text, ".e"))
        (void)bx_buf_add_z(o->buf, ".0"); /* reads back as a double, "-0" too */
}

void bx_json_out_bool(bx_json_out *o, bool v)
{
    bx_json_out_raw(o, v ? BX_LIT("true") : BX_LIT("false"));
}
void bx_json_out_null(bx_json_out *o) { bx_json_out_raw(o, BX_LIT("null")); }

static void out_number(bx_json_out *o, const bx_json_val *v)
{
    int64_t i;
    uint64_t u;
    double d = 0;
    if (bx_json_int64(v, &i))
        bx_json_out_int(o, i);
    else if (bx_json_uint64(v, &u))
        bx_json_out_uint(o, u);
    else if (bx_json_double(v, &d))
        bx_json_out_double(o, d);
}

/* Recursion as deep as the document, which parsing bounded by BX_JSON_MAX_DEPTH. */
static void out_members(bx_json_out *o, const bx_json_val *v, bool object)
{
    bx_str key;
    open_container(o, object);
    bx_json_iter it = bx_json_iter_of(v);
    for (const bx_json_val *e; (e = bx_json_next(&it, &key));) {
        if (object)
            bx_json_out_key(o, key);
        bx_json_out_value(o, e);
    }
    close_container(o, object);
}

void bx_json_out_value(bx_json_out *o, const bx_json_val *v)
{
    bx_str s = BX_LIT("");
    bool b = false;
    switch (bx_json_type_of(v)) {
    case BX_JSON_NONE:
    case BX_JSON_NULL:
        bx_json_out_null(o);
        return;
    case BX_JSON_BOOL:
        (void)bx_json_bool(v, &b);
        bx_json_out_bool(o, b);
        return;
    case BX_JSON_INT:
    case BX_JSON_DOUBLE:
        out_number(o, v);
        return;
    case BX_JSON_STRING:
        (void)bx_json_str(v, &s);
        bx_json_out_string(o, s);
        return;
    case BX_JSON_ARRAY:
    case BX_JSON_OBJECT:
        out_members(o, v, bx_json_type_of(v) == BX_JSON_OBJECT);
        return;
    }
}

bx_code bx_json_out_end(bx_json_out *o, bx_error *err)
{
    BX_ASSERT(o->depth == 0 && o->done);
    return bx_buf_check(o->buf, err);
}
