#include "llm/wire.h"

#include "base/ascii.h"
#include "codec/utf8_mend.h"

enum { HIGH = 0x10D800, LOW = 0x10DC00, END = 0x10E000, ESCAPE = 6 /* "\ud83d" */ };

/* The code unit of the escape `s` begins with; 0 when it begins with none. */
static uint32_t unit_at(bx_str s)
{
    uint32_t u = 0;
    if (s.n < ESCAPE || s.p[0] != '\\' || s.p[1] != 'u')
        return 0;
    for (size_t i = 2; i < ESCAPE; i++) {
        int d = bx_hex_value(s.p[i]);
        if (d < 0)
            return 0;
        u = u << 4 | (uint32_t)d;
    }
    return u;
}

static void put_char(uint32_t c, bx_buf *out)
{
    const char b[4] = {
        (char)(0xF0 | c >> 18),
        (char)(0x80 | (c >> 12 & 0x3F)),
        (char)(0x80 | (c >> 6 & 0x3F)),
        (char)(0x80 | (c & 0x3F)),
    };
    (void)bx_buf_add(out, b, sizeof b);
}

/* Write halves as private characters; false: there are none. */
static bool mend_halves(bx_str s, bx_buf *out)
{
    bool any = false;
    for (size_t i = 0; i < s.n;) {
        uint32_t u = unit_at(bx_str_from(s, i));
        bool high = u >= 0xD800 && u < 0xDC00, low = u >= 0xDC00 && u < 0xE000;
        uint32_t next = high ? unit_at(bx_str_from(s, i + ESCAPE)) : 0;
        size_t n = 1;
        if (high && next >= 0xDC00 && next < 0xE000)
            n = (size_t)2 * ESCAPE;
        else if (high || low)
            n = ESCAPE;
        else if (s.p[i] == '\\' && i + 1 < s.n)
            n = 2;
        if (n == ESCAPE) {
            put_char(0x100000 | u, out);
            any = true;
        } else {
            (void)bx_buf_add(out, s.p + i, n);
        }
        i += n;
    }
    return any;
}

bx_code bx_wire_parse(bx_str text, bx_json **ret, bool *mended, bx_error *err)
{
    BX_AUTO_BUF valid = bx_buf_init(text.n * 3 + 1);
    BX_AUTO_BUF whole = bx_buf_init(text.n * 3 + 1);
    if (!bx_utf8_valid(text)) {
        bx_utf8_mend(text, &valid);
        if (valid.fail != BX_OK)
            return bx_buf_check(&valid, err);
        text = bx_buf_str(&valid);
    }
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, ret, err);
    if (rc != BX_EINVAL || !memmem(text.p, text.n, "\\u", 2) || !mend_halves(text, &whole))
        return rc;
    if (whole.fail != BX_OK)
        return bx_buf_check(&whole, err);
    rc = bx_json_parse(bx_buf_str(&whole), BX_JSON_MAX_DEPTH, ret, err);
    if (rc == BX_OK)
        *mended = true;
    return rc;
}

void bx_wire_join(uint32_t *high, bx_str piece, bx_buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < piece.n;) {
        bx_str rest = bx_str_from(piece, i);
        size_t n = bx_utf8_char(rest);
        uint32_t c = n == 4 ? bx_utf8_decode(rest, n) : 0;
        bool is_high = c >= HIGH && c < LOW, is_low = c >= LOW && c < END;
        if (!*high && !is_high && !is_low) {
            i += n ? n : 1;
            continue;
        }
        (void)bx_buf_add(out, piece.p + from, i - from);
        if (*high && is_low)
            put_char(0x10000 + ((*high - HIGH) << 10) + (c - LOW), out);
        else if (*high || is_low)
            (void)bx_buf_add_z(out, "\xEF\xBF\xBD");
        bool used = is_high || is_low;
        *high = is_high ? c : 0;
        i += used ? n : 0;
        from = i;
    }
    (void)bx_buf_add(out, piece.p + from, piece.n - from);
}
