/* The compressed pixels of PNG and GIF: are they all there? */
#include <stdlib.h>
#include <string.h>
#include <zlib/zlib.h>

#include "base/defs.h"
#include "file/image.h"

/* ---- PNG ------------------------------------------------------------------------------- */

enum { ARENA = 56 << 10, OUT = 16 << 10 }; /* what inflate needs: its state and a window */

struct bx_png_pixels {
    z_stream z;
    bx_png_head head;
    unsigned pass;   /* of seven when interlaced; 7: all rows are there */
    uint32_t row;    /* of the pass */
    uint64_t in_row; /* bytes of it that are there */
    uint64_t row_size;
    bool bad, ended;
    size_t used;
    _Alignas(16) char arena[ARENA];
    uint8_t out[OUT];
};

static void *take(void *ctx, uInt items, uInt size)
{
    bx_png_pixels *x = ctx;
    size_t n = ((size_t)items * size + 15) / 16 * 16;
    if (n > sizeof x->arena - x->used)
        return NULL;
    x->used += n;
    return x->arena + x->used - n;
}

static void give(void *ctx, void *p) { (void)ctx, (void)p; }

typedef struct pass_size {
    uint32_t width, height;
} pass_size;

/* Section 8.1: Adam7. */
static pass_size size_of_pass(const bx_png_head *h, unsigned pass)
{
    static const uint8_t x0[] = {0, 4, 0, 2, 0, 1, 0}, dx[] = {8, 8, 4, 4, 2, 2, 1};
    static const uint8_t y0[] = {0, 0, 4, 0, 2, 0, 1}, dy[] = {8, 8, 8, 4, 4, 2, 2};
    if (!h->interlace)
        return (pass_size){h->width, h->height};
    return (pass_size){(h->width + dx[pass] - 1u - x0[pass]) / dx[pass],
                       (h->height + dy[pass] - 1u - y0[pass]) / dy[pass]};
}

/* To a pass that has rows; an interlaced picture of few pixels has passes without. */
static void settle_pass(bx_png_pixels *x)
{
    static const uint8_t samples[] = {1, 0, 3, 1, 2, 0, 4};
    for (; x->pass < 7; x->pass = x->head.interlace ? x->pass + 1 : 7) {
        pass_size s = size_of_pass(&x->head, x->pass);
        if (x->row < s.height && s.width) {
            uint64_t bits = (uint64_t)s.width * samples[x->head.colour] * x->head.depth;
            x->row_size = 1 + (bits + 7) / 8;
            return;
        }
        x->row = 0;
    }
}

bx_png_pixels *bx_png_pixels_new(const bx_png_head *head)
{
    bx_png_pixels *x = malloc(sizeof *x);
    if (!x)
        return NULL;
    memset(x, 0, offsetof(bx_png_pixels, arena));
    x->head = *head;
    x->z.zalloc = take;
    x->z.zfree = give;
    x->z.opaque = x;
    settle_pass(x);
    if (inflateInit(&x->z) != Z_OK) {
        free(x);
        return NULL;
    }
    return x;
}

void bx_png_pixels_free(bx_png_pixels *x) { free(x); }

static void take_rows(bx_png_pixels *x, const uint8_t *p, size_t n)
{
    while (n && x->pass < 7) {
        if (x->in_row == 0 && *p > 4)
            x->bad = true;
        uint64_t part = x->row_size - x->in_row < n ? x->row_size - x->in_row : n;
        x->in_row += part;
        p += part;
        n -= (size_t)part;
        if (x->in_row < x->row_size)
            return;
        x->in_row = 0;
        x->row++;
        settle_pass(x);
    }
}

bool bx_png_pixels_put(bx_png_pixels *x, const uint8_t *p, size_t n)
{
    x->z.next_in = (Bytef *)(uintptr_t)p; /* not written to */
    x->z.avail_in = (uInt)n;
    while (!x->ended && !x->bad && x->z.avail_in) {
        x->z.next_out = x->out;
        x->z.avail_out = sizeof x->out;
        int rc = inflate(&x->z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END)
            return false;
        take_rows(x, x->out, sizeof x->out - x->z.avail_out);
        x->ended = rc == Z_STREAM_END;
    }
    return !x->bad;
}

bool bx_png_pixels_end(const bx_png_pixels *x) { return x->ended && x->pass == 7; }

/* ---- GIF ------------------------------------------------------------------------------- */

enum { CODES = 4096, CODE_BITS = 12 };

typedef struct lzw { /* appendix F: only how long each code's text is */
    unsigned min_bits, bits, next;
    int before; /* the code before, or -1 after a clear */
    uint32_t waiting;
    unsigned n_waiting;
    size_t pixels;
    bool ended, bad;
    uint16_t length[CODES];
} lzw;

static void lzw_clear(lzw *z)
{
    z->bits = z->min_bits + 1;
    z->next = (1u << z->min_bits) + 2;
    z->before = -1;
}

static void lzw_code(lzw *z, unsigned code)
{
    unsigned clear = 1u << z->min_bits;
    if (code == clear) {
        lzw_clear(z);
        return;
    }
    z->ended = code == clear + 1;
    if (z->ended)
        return;
    bool adds = z->before >= 0 && z->next < CODES;
    if (code > z->next || (code == z->next && !adds)) {
        z->bad = true;
        return;
    }
    if (adds)
        z->length[z->next++] = (uint16_t)(z->length[z->before] + 1);
    if (z->next == 1u << z->bits && z->bits < CODE_BITS)
        z->bits++;
    z->pixels += z->length[code];
    z->before = (int)code;
}

static void lzw_bytes(lzw *z, const uint8_t *p, size_t n, size_t enough)
{
    for (size_t i = 0; i < n && !z->ended && !z->bad && z->pixels < enough; i++) {
        z->waiting |= (uint32_t)p[i] << z->n_waiting;
        z->n_waiting += 8;
        while (z->n_waiting >= z->bits && !z->ended && !z->bad) {
            unsigned code = z->waiting & ((1u << z->bits) - 1);
            z->waiting >>= z->bits;
            z->n_waiting -= z->bits;
            lzw_code(z, code);
        }
    }
}

size_t bx_gif_pixels(const uint8_t *data, size_t n, size_t *at, size_t enough)
{
    lzw z = {.min_bits = *at < n ? data[(*at)++] : 0};
    if (z.min_bits < 1 || z.min_bits > 11)
        return SIZE_MAX;
    lzw_clear(&z);
    for (size_t i = 0; i < CODES; i++)
        z.length[i] = 1;
    while (*at < n) {
        size_t block = data[(*at)++];
        if (block == 0)
            return z.bad ? SIZE_MAX : z.pixels;
        if (block > n - *at)
            break;
        lzw_bytes(&z, data + *at, block, enough);
        *at += block;
    }
    *at = n;
    return SIZE_MAX;
}
