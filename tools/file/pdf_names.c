/* What the names of glyphs and the codes of the standard encodings mean, and how wide the standard
 * fonts are. */
#include "file/pdf_parts.h"

typedef struct glyph {
    const char *name;
    uint16_t cp;
} glyph;

static const glyph glyphs[] = {
#define NAME(text, code) {text, code},
#include "file/pdf_glyphs.def"
#undef NAME
};

static const uint16_t win[128] = {
#define WIN
#include "file/pdf_encodings.def"
#undef WIN
};
static const uint16_t mac[128] = {
#define MAC
#include "file/pdf_encodings.def"
#undef MAC
};
static const uint16_t standard[128] = {
#define STANDARD
#include "file/pdf_encodings.def"
#undef STANDARD
};
static const uint16_t symbol[224] = {
#define SYMBOL
#include "file/pdf_encodings.def"
#undef SYMBOL
};

uint32_t bx_pdf_encoded(bx_pdf_encoding encoding, uint8_t code)
{
    if (code < 0x20)
        return 0;
    if (encoding == BX_PDF_SYMBOL)
        return symbol[code - 0x20];
    if (encoding == BX_PDF_STANDARD && (code == '\'' || code == '`'))
        return code == '\'' ? 0x2019 : 0x2018;
    if (code < 0x7f)
        return code;
    if (code == 0x7f)
        return encoding == BX_PDF_WIN ? 0x2022 : 0;
    const uint16_t *table = encoding == BX_PDF_WIN ? win : encoding == BX_PDF_MAC ? mac : standard;
    return table[code - 0x80];
}

/* ---- names ------------------------------------------------------------------------------ */

static uint32_t listed(const char *name, size_t n)
{
    size_t low = 0, high = BX_COUNT(glyphs);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strncmp(glyphs[mid].name, name, n);
        if (order == 0 && glyphs[mid].name[n] == '\0')
            return glyphs[mid].cp;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

/* p[0..n) as hexadecimal digits, in capitals only where `is_strict`. */
static bool hex(const char *p, size_t n, uint32_t *ret)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f')))
            return false;
        v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    *ret = v;
    return v > 0 && v < 0x110000 && !(v >= 0xd800 && v < 0xe000);
}

/* One part of a name: in the list, "uni" and four digits each, or "u" and four to six. */
static size_t part(const char *p, size_t n, uint32_t *ret, size_t max)
{
    size_t count = 0;
    if (max == 0)
        return 0;
    if ((*ret = listed(p, n)) > 0)
        return 1;
    if (n >= 7 && (n - 3) % 4 == 0 && memcmp(p, "uni", 3) == 0) {
        for (size_t i = 3; i < n && count < max; i += 4)
            if (!hex(p + i, 4, ret + count++))
                return 0;
        return count;
    }
    return n >= 5 && n <= 7 && p[0] == 'u' && hex(p + 1, n - 1, ret);
}

size_t bx_pdf_glyph(const char *name, size_t n, uint32_t ret[BX_PDF_UNITS_MAX])
{
    const char *dot = n > 0 ? memchr(name, '.', n) : NULL;
    size_t count = 0;
    if (dot)
        n = (size_t)(dot - name);
    for (size_t at = 0; at < n;) {
        const char *end = memchr(name + at, '_', n - at);
        size_t k = end ? (size_t)(end - name) - at : n - at;
        count += part(name + at, k, ret + count, BX_PDF_UNITS_MAX - count);
        at += k + 1;
    }
    return count;
}

/* ---- widths ----------------------------------------------------------------------------- */

static const int16_t helvetica[95] = {
#define HELVETICA
#include "file/pdf_encodings.def"
#undef HELVETICA
};
static const int16_t helvetica_bold[95] = {
#define HELVETICA_BOLD
#include "file/pdf_encodings.def"
#undef HELVETICA_BOLD
};
static const int16_t times[95] = {
#define TIMES
#include "file/pdf_encodings.def"
#undef TIMES
};
static const int16_t times_bold[95] = {
#define TIMES_BOLD
#include "file/pdf_encodings.def"
#undef TIMES_BOLD
};

static bool holds(const char *p, size_t n, const char *word)
{
    size_t k = strlen(word);
    for (size_t i = 0; i + k <= n; i++)
        if (memcmp(p + i, word, k) == 0)
            return true;
    return false;
}

int bx_pdf_standard_width(const char *font, size_t n, uint32_t cp)
{
    bool bold = holds(font, n, "Bold");
    if (holds(font, n, "Courier") || holds(font, n, "Mono"))
        return 600;
    bool serif = holds(font, n, "Times") || holds(font, n, "Roman") || holds(font, n, "Serif");
    const int16_t *table = serif ? (bold ? times_bold : times) : bold ? helvetica_bold : helvetica;
    return cp >= 0x20 && cp < 0x7f ? table[cp - 0x20] : serif ? 480 : 540;
}
