#include "fetch/charset_multi.h"

#include "fetch/charset_index.def"
#include "fetch/html_tok.h"

enum { BAD = 0xfffd };

/* One character at the front of a text: its code points (0: none), bytes used, and whether only the
 * end of the text stands in the way. */
typedef struct step {
    uint32_t cp, more;
    size_t used;
    bool open;
} step;

static step failed(const unsigned char *p, size_t n)
{
    /* A byte of ASCII behind a lead byte stands for itself (Encoding standard, "prepend"). */
    return (step){.cp = BAD, .used = n > 1 && p[1] >= 0x80 ? 2 : 1};
}

static bool within(unsigned char b, unsigned from, unsigned to) { return b >= from && b <= to; }

static step pair(const unsigned char *p, size_t n, uint32_t cp)
{
    return cp ? (step){.cp = cp, .used = 2} : failed(p, n);
}

static step shift_jis(const unsigned char *p, size_t n)
{
    if (p[0] == 0x80)
        return (step){.cp = 0x80, .used = 1};
    if (within(p[0], 0xa1, 0xdf))
        return (step){.cp = 0xff61u - 0xa1 + p[0], .used = 1};
    if (!within(p[0], 0x81, 0x9f) && !within(p[0], 0xe0, 0xfc))
        return (step){.cp = BAD, .used = 1};
    if (n < 2)
        return (step){.open = true};
    if (!within(p[1], 0x40, 0x7e) && !within(p[1], 0x80, 0xfc))
        return failed(p, n);
    size_t pointer =
        (size_t)(p[0] - (p[0] < 0xa0 ? 0x81 : 0xc1)) * 188 + p[1] - (p[1] < 0x7f ? 0x40u : 0x41u);
    if (pointer >= 8836 && pointer <= 10715)
        return (step){.cp = (uint32_t)(0xe000 - 8836 + pointer), .used = 2};
    return pair(p, n, pointer < BX_COUNT(jis0208_index) ? jis0208_index[pointer] : 0);
}

static step euc_jp(const unsigned char *p, size_t n)
{
    if (p[0] != 0x8e && p[0] != 0x8f && !within(p[0], 0xa1, 0xfe))
        return (step){.cp = BAD, .used = 1};
    if (n < 2)
        return (step){.open = true};
    if (p[0] == 0x8e && within(p[1], 0xa1, 0xdf))
        return (step){.cp = 0xff61u - 0xa1 + p[1], .used = 2};
    if (p[0] == 0x8f && within(p[1], 0xa1, 0xfe)) {
        if (n < 3)
            return (step){.open = true};
        size_t pointer = (size_t)(p[1] - 0xa1) * 94 + p[2] - 0xa1u;
        bool good =
            within(p[2], 0xa1, 0xfe) && pointer < BX_COUNT(jis0212_index) && jis0212_index[pointer];
        if (good)
            return (step){.cp = jis0212_index[pointer], .used = 3};
        return (step){.cp = BAD, .used = p[2] < 0x80 ? 2 : 3};
    }
    if (p[0] < 0xa1 || !within(p[1], 0xa1, 0xfe))
        return failed(p, n);
    return pair(p, n, jis0208_index[(size_t)(p[0] - 0xa1) * 94 + p[1] - 0xa1u]);
}

static step euc_kr(const unsigned char *p, size_t n)
{
    if (!within(p[0], 0x81, 0xfe))
        return (step){.cp = BAD, .used = 1};
    if (n < 2)
        return (step){.open = true};
    size_t pointer = (size_t)(p[0] - 0x81) * 190 + p[1] - 0x41u;
    bool good = within(p[1], 0x41, 0xfe) && pointer < BX_COUNT(euc_kr_index);
    return pair(p, n, good ? euc_kr_index[pointer] : 0);
}

static step big5(const unsigned char *p, size_t n)
{
    if (!within(p[0], 0x81, 0xfe))
        return (step){.cp = BAD, .used = 1};
    if (n < 2)
        return (step){.open = true};
    if (!within(p[1], 0x40, 0x7e) && !within(p[1], 0xa1, 0xfe))
        return failed(p, n);
    size_t pointer = (size_t)(p[0] - 0x81) * 157 + p[1] - (p[1] < 0x7f ? 0x40u : 0x62u);
    if (pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166)
        return (step){.cp = pointer < 1150 ? 0xca : 0xea,
                      .more = pointer == 1133 || pointer == 1164 ? 0x304 : 0x30c,
                      .used = 2};
    if (pointer >= BX_COUNT(big5_index))
        return failed(p, n);
    uint32_t cp = big5_index[pointer];
    return pair(p, n, cp | (uint32_t)(big5_plane2[pointer / 8] >> pointer % 8 & 1) << 17);
}

static uint32_t gb18030_four(size_t pointer)
{
    if (pointer >= 189000 && pointer <= 1237575)
        return (uint32_t)(0x10000 + pointer - 189000);
    if (pointer > 39419)
        return 0;
    size_t lo = 0, hi = BX_COUNT(gb18030_ranges);
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (gb18030_ranges[mid][0] <= pointer)
            lo = mid;
        else
            hi = mid;
    }
    return (uint32_t)(gb18030_ranges[lo][1] + pointer - gb18030_ranges[lo][0]);
}

static step gb18030(const unsigned char *p, size_t n)
{
    if (p[0] == 0x80)
        return (step){.cp = 0x20ac, .used = 1};
    if (p[0] == 0xff)
        return (step){.cp = BAD, .used = 1};
    if (n < 2)
        return (step){.open = true};
    if (within(p[1], 0x30, 0x39)) {
        bool third = n > 2 && within(p[2], 0x81, 0xfe);
        if (n < 3 || (third && n < 4))
            return (step){.open = true, .used = 1};
        uint32_t cp = 0;
        if (third && within(p[3], 0x30, 0x39))
            cp = gb18030_four((((size_t)(p[0] - 0x81) * 10 + (p[1] - 0x30u)) * 126 + p[2] - 0x81u) *
                                  10 +
                              p[3] - 0x30u);
        bool whole = third && within(p[3], 0x30, 0x39);
        return (step){.cp = cp ? cp : BAD, .used = whole ? 4 : 1};
    }
    size_t pointer = (size_t)(p[0] - 0x81) * 190 + p[1] - (p[1] < 0x7f ? 0x40u : 0x41u);
    bool good =
        (within(p[1], 0x40, 0x7e) || within(p[1], 0x80, 0xfe)) && pointer < BX_COUNT(gb18030_index);
    return pair(p, n, good ? gb18030_index[pointer] : 0);
}

static void decode(bx_str s, bool cut, step (*next)(const unsigned char *, size_t), bx_buf *out)
{
    size_t at = 0;
    while (at < s.n && out->fail == BX_OK) {
        size_t from = at;
        while (at < s.n && (unsigned char)s.p[at] < 0x80)
            at++;
        (void)bx_buf_add(out, s.p + from, at - from);
        if (at == s.n)
            break;
        step st = next((const unsigned char *)s.p + at, s.n - at);
        if (st.open) {
            if (!cut)
                wf_add_utf8(out, BAD);
            at += cut || s.n - at < 2 || (unsigned char)s.p[at + 1] >= 0x80 ? s.n - at : 1;
            continue;
        }
        wf_add_utf8(out, st.cp);
        if (st.more)
            wf_add_utf8(out, st.more);
        at += st.used;
    }
}

/* ---- ISO-2022-JP ----------------------------------------------------------------------- */

typedef enum jp_set { JP_ASCII, JP_ROMAN, JP_KATAKANA, JP_DOUBLE } jp_set;

/* The set an escape sequence at the front of `s` chooses; false: it is none. */
static bool jp_escape(bx_str s, jp_set *ret)
{
    static const struct {
        const char *bytes;
        jp_set set;
    } rows[] = {{"\x1b(B", JP_ASCII},
                {"\x1b(J", JP_ROMAN},
                {"\x1b(I", JP_KATAKANA},
                {"\x1b$@", JP_DOUBLE},
                {"\x1b$B", JP_DOUBLE}};
    for (size_t i = 0; i < BX_COUNT(rows); i++)
        if (bx_str_starts(s, bx_str_of(rows[i].bytes))) {
            *ret = rows[i].set;
            return true;
        }
    return false;
}

static uint32_t jp_single(jp_set set, unsigned char b)
{
    if (set == JP_KATAKANA)
        return within(b, 0x21, 0x5f) ? 0xff61u - 0x21 + b : BAD;
    if (b >= 0x80 || b == 0x0e || b == 0x0f || b == 0x1b)
        return BAD;
    if (set == JP_ROMAN && (b == 0x5c || b == 0x7e))
        return b == 0x5c ? 0xa5 : 0x203e;
    return b;
}

static void iso_2022_jp(bx_str s, bool cut, bx_buf *out)
{
    jp_set set = JP_ASCII;
    bool wrote = true; /* since the last escape: two in a row say something is missing */
    for (size_t at = 0; at < s.n && out->fail == BX_OK;) {
        unsigned char b = (unsigned char)s.p[at];
        if (b == 0x1b && jp_escape(bx_str_from(s, at), &set)) {
            if (!wrote)
                wf_add_utf8(out, BAD);
            wrote = false;
            at += 3;
            continue;
        }
        wrote = true;
        if (set != JP_DOUBLE || !within(b, 0x21, 0x7e)) {
            wf_add_utf8(out, set == JP_DOUBLE ? BAD : jp_single(set, b));
            at++;
            continue;
        }
        if (at + 1 == s.n) {
            if (!cut)
                wf_add_utf8(out, BAD);
            return;
        }
        unsigned char t = (unsigned char)s.p[at + 1];
        uint32_t cp =
            within(t, 0x21, 0x7e) ? jis0208_index[(size_t)(b - 0x21) * 94 + t - 0x21u] : 0;
        wf_add_utf8(out, cp ? cp : BAD);
        at += t == 0x1b ? 1 : 2;
    }
}

bool wf_charset_multi(wf_charset cs, bx_str s, bool cut, bx_buf *out)
{
    switch (cs) {
    case CS_GBK:
    case CS_GB18030:
        decode(s, cut, gb18030, out);
        return true;
    case CS_BIG5:
        decode(s, cut, big5, out);
        return true;
    case CS_EUC_JP:
        decode(s, cut, euc_jp, out);
        return true;
    case CS_SHIFT_JIS:
        decode(s, cut, shift_jis, out);
        return true;
    case CS_EUC_KR:
        decode(s, cut, euc_kr, out);
        return true;
    case CS_ISO_2022_JP:
        iso_2022_jp(s, cut, out);
        return true;
    default:
        return false;
    }
}
