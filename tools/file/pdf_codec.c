/* The filters of PDF streams that text can have (7.4). */
#include <zlib/zlib.h>

#include "file/pdf_parts.h"

enum { STEP = 32 << 10 };

/* ---- Flate ------------------------------------------------------------------------------ */

static void *take(void *ctx, uInt items, uInt size)
{
    (void)ctx;
    return bx_calloc(items, size);
}

static void give(void *ctx, void *p)
{
    (void)ctx;
    free(p);
}

static void inflate_all(z_stream *z, bx_buf *ret)
{
    for (int rc = Z_OK; rc == Z_OK;) {
        char *room;
        size_t left = ret->max - ret->n, n = left < STEP ? left : STEP;
        if (n == 0 || bx_buf_reserve(ret, n, &room) != BX_OK)
            return;
        z->next_out = (Bytef *)room;
        z->avail_out = (uInt)n;
        rc = inflate(z, Z_NO_FLUSH);
        ret->n += n - z->avail_out;
        if (z->avail_in == 0 && z->avail_out == (uInt)n)
            return;
    }
}

static bool inflate_as(const uint8_t *p, size_t n, int window, bx_buf *ret)
{
    z_stream z = {.zalloc = take, .zfree = give};
    z.next_in = (Bytef *)(uintptr_t)p; /* not written to */
    z.avail_in = (uInt)n;
    if (inflateInit2(&z, window) != Z_OK)
        return false;
    inflate_all(&z, ret);
    (void)inflateEnd(&z);
    return true;
}

bool bx_pdf_flate(const uint8_t *p, size_t n, bx_buf *ret)
{
    size_t before = ret->n;
    if (!inflate_as(p, n, MAX_WBITS, ret))
        return false;
    if (ret->n > before || n <= 2) /* else its header may be wrong, which others read over */
        return true;
    return inflate_as(p + 2, n - 2, -MAX_WBITS, ret);
}

/* ---- LZW -------------------------------------------------------------------------------- */

enum { CODES = 4096, CLEAR = 256, END = 257 };

typedef struct lzw {
    uint16_t before[CODES]; /* the text of a code is that of another one and a byte */
    uint16_t length[CODES];
    uint8_t last[CODES], first[CODES];
    unsigned next, bits, previous; /* previous: CODES after a clear */
} lzw;

static void lzw_clear(lzw *z)
{
    z->next = 258;
    z->bits = 9;
    z->previous = CODES;
}

static bool lzw_put(const lzw *z, unsigned code, bx_buf *ret)
{
    char *room;
    size_t n = z->length[code];
    if (n > ret->max - ret->n || bx_buf_reserve(ret, n, &room) != BX_OK)
        return false;
    for (size_t i = n; i-- > 0; code = z->before[code])
        room[i] = (char)z->last[code];
    ret->n += n;
    return true;
}

static void lzw_add(lzw *z, unsigned before, uint8_t byte)
{
    if (z->next == CODES)
        return;
    z->before[z->next] = (uint16_t)before;
    z->length[z->next] = (uint16_t)(z->length[before] + 1);
    z->first[z->next] = z->first[before];
    z->last[z->next++] = byte;
}

static bool lzw_code(lzw *z, unsigned code, bool early, bx_buf *ret)
{
    if (code == CLEAR) {
        lzw_clear(z);
        return true;
    }
    if (code == END || code > z->next || (code == z->next && z->previous == CODES))
        return false;
    if (z->previous != CODES)
        lzw_add(z, z->previous, code < z->next ? z->first[code] : z->first[z->previous]);
    if (code >= z->next || !lzw_put(z, code, ret))
        return false;
    z->previous = code;
    while (z->bits < 12 && z->next + early >= 1u << z->bits)
        z->bits++;
    return true;
}

void bx_pdf_lzw(const uint8_t *p, size_t n, bool early, bx_buf *ret)
{
    uint32_t waiting = 0;
    unsigned n_waiting = 0;
    lzw *z = bx_calloc(1, sizeof *z);
    if (!z)
        return;
    for (unsigned i = 0; i < 256; i++) {
        z->length[i] = 1;
        z->first[i] = z->last[i] = (uint8_t)i;
    }
    lzw_clear(z);
    for (size_t i = 0; i < n; i++) {
        waiting = waiting << 8 | p[i];
        n_waiting += 8;
        if (n_waiting < z->bits)
            continue;
        n_waiting -= z->bits;
        if (!lzw_code(z, waiting >> n_waiting & ((1u << z->bits) - 1), early, ret))
            break;
    }
    free(z);
}

/* ---- the others ------------------------------------------------------------------------- */

void bx_pdf_ascii85(const uint8_t *p, size_t n, bx_buf *ret)
{
    uint32_t group = 0;
    unsigned digits = 0;
    for (size_t i = n >= 2 && p[0] == '<' && p[1] == '~' ? 2 : 0; i < n && p[i] != '~'; i++) {
        if (p[i] == 'z' && digits == 0) {
            (void)bx_buf_add(ret, "\0\0\0\0", 4);
        } else if (p[i] >= '!' && p[i] <= 'u') {
            group = group * 85 + (p[i] - '!');
            if (++digits < 5)
                continue;
            (void)bx_buf_add(ret,
                             (char[4]){(char)(group >> 24), (char)(group >> 16), (char)(group >> 8),
                                       (char)group},
                             4);
            group = digits = 0;
        }
    }
    if (digits < 2)
        return;
    for (unsigned i = digits; i < 5; i++)
        group = group * 85 + 84;
    (void)bx_buf_add(ret,
                     (char[4]){(char)(group >> 24), (char)(group >> 16), (char)(group >> 8), 0},
                     digits - 1);
}

void bx_pdf_asciihex(const uint8_t *p, size_t n, bx_buf *ret)
{
    int high = -1;
    for (size_t i = 0; i < n && p[i] != '>'; i++) {
        uint8_t c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            continue;
        if (high >= 0)
            (void)bx_buf_add_c(ret, (char)(high << 4 | digit));
        high = high >= 0 ? -1 : digit;
    }
    if (high >= 0)
        (void)bx_buf_add_c(ret, (char)(high << 4));
}

void bx_pdf_runlength(const uint8_t *p, size_t n, bx_buf *ret)
{
    for (size_t at = 0; at < n && p[at] != 128 && ret->fail == BX_OK;) {
        size_t run = p[at] < 128 ? p[at] + 1u : 257u - p[at];
        if (p[at++] == run - 1) {
            run = run < n - at ? run : n - at;
            (void)bx_buf_add(ret, p + at, run);
            at += run;
        } else if (at < n) {
            for (size_t i = 0; i < run; i++)
                (void)bx_buf_add_c(ret, (char)p[at]);
            at++;
        }
    }
}
