#include "file/image.h"

#include <string.h>
#include <zlib/zlib.h>

#include "lib/filetype.h"

static const char cut[] = "it ends too early";
static const char no_pixels[] = "it holds no picture";
static const char no_size[] = "its width or height is 0";
static const char bad_data[] = "its picture data is damaged";
static const char no_memory[] = "there is no memory to look at it";

typedef struct bytes {
    const uint8_t *p;
    size_t n;
} bytes;

static bytes from(bytes b, size_t at) { return (bytes){b.p + at, b.n - at}; }

static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t be32(const uint8_t *p) { return be16(p) << 16 | be16(p + 2); }
static uint32_t le16(const uint8_t *p) { return (uint32_t)p[1] << 8 | p[0]; }
static uint32_t le24(const uint8_t *p) { return le16(p) | (uint32_t)p[2] << 16; }
static uint32_t le32(const uint8_t *p) { return le16(p) | le16(p + 2) << 16; }

/* ---- PNG ------------------------------------------------------------------------------- */

/* Section 11.2.1: which depths each colour type has. */
static bool png_depth_fits(uint8_t colour, uint8_t depth)
{
    static const uint32_t depths[] = {1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
                                      0,
                                      1 << 8 | 1 << 16,
                                      1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
                                      1 << 8 | 1 << 16,
                                      0,
                                      1 << 8 | 1 << 16};
    return colour < sizeof depths / sizeof depths[0] && depth <= 16 &&
           (depths[colour] >> depth & 1);
}

static const char *png_head(bytes c, bx_png_head *h)
{
    if (c.n != 13)
        return "its header is damaged";
    *h = (bx_png_head){be32(c.p), be32(c.p + 4), c.p[8], c.p[9], c.p[12]};
    if (h->width == 0 || h->height == 0)
        return no_size;
    bool known = c.p[10] == 0 && c.p[11] == 0 && h->interlace <= 1;
    if (!known || h->width > INT32_MAX || h->height > INT32_MAX ||
        !png_depth_fits(h->colour, h->depth))
        return "its header is damaged";
    return NULL;
}

typedef struct png {
    bx_png_head head;
    bx_png_pixels *pixels;
    bool has_palette, ended;
} png;

static const char *png_chunk(png *g, const uint8_t *type, bytes c)
{
    if (!g->pixels) {
        if (memcmp(type, "IHDR", 4) != 0)
            return "its header is missing";
        const char *damage = png_head(c, &g->head);
        if (damage)
            return damage;
        g->pixels = bx_png_pixels_new(&g->head);
        return g->pixels ? NULL : no_memory;
    }
    if (memcmp(type, "PLTE", 4) == 0) {
        g->has_palette = c.n > 0 && c.n % 3 == 0 && c.n <= 768;
        return g->has_palette ? NULL : "its palette is damaged";
    }
    if (memcmp(type, "IDAT", 4) == 0) {
        if (g->head.colour == 3 && !g->has_palette)
            return "its palette is missing";
        return bx_png_pixels_put(g->pixels, c.p, c.n) ? NULL : bad_data;
    }
    g->ended = memcmp(type, "IEND", 4) == 0;
    return NULL;
}

static const char *png_chunks(png *g, bytes b)
{
    for (size_t at = 8; !g->ended;) {
        bytes left = from(b, at);
        if (left.n < 12 || be32(left.p) > left.n - 12)
            return cut;
        size_t n = be32(left.p);
        if (crc32(0, left.p + 4, (uInt)n + 4) != be32(left.p + 8 + n))
            return "a check sum does not fit";
        const char *damage = png_chunk(g, left.p + 4, (bytes){left.p + 8, n});
        if (damage)
            return damage;
        at += n + 12;
    }
    return bx_png_pixels_end(g->pixels) ? NULL : "rows of its picture are missing";
}

static const char *png_damage(bytes b)
{
    png g = {.ended = false};
    const char *damage = png_chunks(&g, b);
    bx_png_pixels_free(g.pixels);
    return damage;
}

/* ---- JPEG ------------------------------------------------------------------------------ */

typedef struct jpeg {
    unsigned frame; /* the marker of its frame; 0: none yet */
    uint8_t n_components, id[4], table[4];
    unsigned quantizers, huffman; /* bit per table that was defined; AC ones 4 bits up */
    bool arithmetic, lossless;
    size_t scans;
} jpeg;

/* SOF0 to SOF15, but DHT, JPG and DAC between them. */
static bool is_frame(unsigned m)
{
    return m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc;
}

static const char *jpeg_frame(jpeg *j, unsigned marker, bytes s)
{
    if (j->frame)
        return "it has two frames";
    if (s.n < 6 || s.p[5] == 0 || s.p[5] > 4 || s.n != 6 + 3u * s.p[5])
        return "its frame header is damaged";
    if (be16(s.p + 3) == 0)
        return no_size;
    j->frame = marker;
    j->arithmetic = marker > 0xc8;
    j->lossless = marker == 0xc3 || marker == 0xc7 || marker == 0xcb || marker == 0xcf;
    j->n_components = s.p[5];
    for (size_t i = 0; i < j->n_components; i++) {
        const uint8_t *c = s.p + 6 + 3 * i;
        unsigned h = c[1] >> 4, v = c[1] & 15;
        if (h == 0 || h > 4 || v == 0 || v > 4 || c[2] > 3)
            return "its frame header is damaged";
        j->id[i] = c[0];
        j->table[i] = c[2];
    }
    /* A height of 0 is told behind the first scan (DNL): nobody reads such files. */
    return be16(s.p + 1) == 0 ? no_size : NULL;
}

static const char *jpeg_quantizers(jpeg *j, bytes s)
{
    while (s.n) {
        unsigned wide = s.p[0] >> 4, to = s.p[0] & 15;
        size_t n = 1 + (wide ? 128u : 64u);
        if (wide > 1 || to > 3 || s.n < n)
            return "a quantization table is damaged";
        j->quantizers |= 1u << to;
        s = from(s, n);
    }
    return NULL;
}

/* Annex C: no code may be longer than the lengths before leave room for. */
static const char *jpeg_huffman(jpeg *j, bytes s)
{
    while (s.n) {
        unsigned class = s.p[0] >> 4, to = s.p[0] & 15;
        size_t symbols = 0;
        int room = 1;
        if (class > 1 || to > 3 || s.n < 17)
            return "a Huffman table is damaged";
        for (size_t i = 1; i <= 16; i++) {
            symbols += s.p[i];
            room = room * 2 - s.p[i];
            if (room < 0)
                return "a Huffman table is damaged";
        }
        if (symbols > 256 || s.n < 17 + symbols)
            return "a Huffman table is damaged";
        j->huffman |= 1u << (to + 4 * class);
        s = from(s, 17 + symbols);
    }
    return NULL;
}

static bool component_is_ready(const jpeg *j, const uint8_t *c, const uint8_t *range)
{
    size_t i = 0;
    while (i < j->n_components && j->id[i] != c[0])
        i++;
    if (i == j->n_components || (c[1] >> 4) > 3 || (c[1] & 15) > 3)
        return false;
    if (!j->lossless && !(j->quantizers >> j->table[i] & 1))
        return false;
    if (j->arithmetic)
        return true;
    bool refines = range[2] >> 4; /* reads no code of a DC table */
    bool dc = range[0] == 0 && !refines, ac = range[1] > 0 && !j->lossless;
    return (!dc || (j->huffman >> (c[1] >> 4) & 1)) &&
           (!ac || (j->huffman >> (4 + (c[1] & 15)) & 1));
}

static const char *jpeg_scan(jpeg *j, bytes s)
{
    if (!j->frame)
        return "its frame header is missing";
    if (s.n < 6 || s.p[0] == 0 || s.p[0] > j->n_components || s.n != 4 + 2u * s.p[0])
        return "a scan header is damaged";
    for (size_t i = 0; i < s.p[0]; i++)
        if (!component_is_ready(j, s.p + 1 + 2 * i, s.p + s.n - 3))
            return "a table that its picture needs is missing";
    return NULL;
}

/* Past the entropy-coded bytes: a marker that is neither a stuffed 0 nor a restart ends them. */
static size_t jpeg_coded(bytes b, size_t at)
{
    while (at + 1 < b.n) {
        const uint8_t *ff = memchr(b.p + at, 0xff, b.n - at - 1);
        if (!ff)
            break;
        at = (size_t)(ff - b.p);
        if (ff[1] != 0 && ff[1] != 0xff && !(ff[1] >= 0xd0 && ff[1] <= 0xd7))
            return at;
        at += ff[1] == 0xff ? 1 : 2;
    }
    return b.n;
}

static const char *jpeg_segment(jpeg *j, unsigned marker, bytes s)
{
    if (is_frame(marker))
        return jpeg_frame(j, marker, s);
    switch (marker) {
    case 0xdb:
        return jpeg_quantizers(j, s);
    case 0xc4:
        return jpeg_huffman(j, s);
    case 0xda:
        return jpeg_scan(j, s);
    default:
        return NULL;
    }
}

static const char *jpeg_damage(bytes b)
{
    jpeg j = {0};
    for (size_t at = 2;;) {
        while (at < b.n && b.p[at] == 0xff && at + 1 < b.n && b.p[at + 1] == 0xff)
            at++; /* fill bytes */
        if (b.n - at < 2)
            return cut;
        if (b.p[at] != 0xff || b.p[at + 1] == 0)
            return "a segment is damaged";
        unsigned marker = b.p[at + 1];
        if (marker == 0xd9)
            return j.scans ? NULL : no_pixels;
        at += 2;
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
            continue;
        if (b.n - at < 2 || be16(b.p + at) > b.n - at)
            return cut;
        if (be16(b.p + at) < 2)
            return "a segment is damaged";
        size_t n = be16(b.p + at);
        const char *damage = jpeg_segment(&j, marker, (bytes){b.p + at + 2, n - 2});
        if (damage)
            return damage;
        at += n;
        if (marker != 0xda)
            continue;
        size_t end = jpeg_coded(b, at);
        j.scans += end > at;
        at = end;
    }
}

/* ---- GIF ------------------------------------------------------------------------------- */

static size_t gif_colours(uint8_t flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

static const char *gif_image(bytes b, size_t *at)
{
    if (b.n - *at < 10)
        return cut;
    const uint8_t *d = b.p + *at; /* left, top, width, height, flags */
    uint32_t width = le16(d + 4), height = le16(d + 6);
    if (width == 0 || height == 0)
        return no_size;
    *at += 9;
    size_t colours = gif_colours(d[8]), wanted = (size_t)width * height;
    if (b.n - *at <= colours)
        return cut;
    *at += colours;
    size_t pixels = bx_gif_pixels(b.p, b.n, at, wanted);
    if (pixels == SIZE_MAX)
        return *at >= b.n ? cut : bad_data;
    return pixels < wanted ? "rows of its picture are missing" : NULL;
}

static bool gif_skip_blocks(bytes b, size_t *at)
{
    while (*at < b.n) {
        size_t n = b.p[(*at)++];
        if (n == 0)
            return true;
        if (n > b.n - *at)
            break;
        *at += n;
    }
    *at = b.n;
    return false;
}

static const char *gif_damage(bytes b)
{
    size_t images = 0;
    if (b.n < 13)
        return cut;
    if (le16(b.p + 6) == 0 || le16(b.p + 8) == 0)
        return no_size;
    size_t at = 13 + gif_colours(b.p[10]);
    while (at < b.n) {
        uint8_t kind = b.p[at++];
        const char *damage = NULL;
        if (kind == 0x3b)
            return images ? NULL : no_pixels;
        if (kind == 0x2c) {
            damage = gif_image(b, &at);
            images++;
        } else if (kind == 0x21) {
            at++; /* its label */
            if (at > b.n || !gif_skip_blocks(b, &at))
                return cut;
        } else if (kind != 0) { /* some writers put an empty block too many */
            return "a block is damaged";
        }
        if (damage)
            return damage;
    }
    return cut;
}

/* ---- WebP ------------------------------------------------------------------------------ */

/* RFC 6386 section 9.1: a key frame with its size and room for its first partition. */
static const char *webp_lossy(bytes c)
{
    if (c.n < 10)
        return cut;
    if ((c.p[0] & 1) || memcmp(c.p + 3, "\x9d\x01\x2a", 3) != 0)
        return bad_data;
    if ((le16(c.p + 6) & 0x3fff) == 0 || (le16(c.p + 8) & 0x3fff) == 0)
        return no_size;
    return (le24(c.p) >> 5) > c.n - 10 ? cut : NULL;
}

/* RFC 9649 section 3.4. */
static const char *webp_lossless(bytes c)
{
    if (c.n < 6)
        return cut;
    return c.p[0] == 0x2f && (c.p[4] >> 5) == 0 ? NULL : bad_data;
}

typedef struct webp {
    size_t images;
    bool has_canvas, in_frame;
    uint32_t width, height; /* of the canvas, less 1 */
} webp;

/* A still picture is as large as its canvas. */
static const char *webp_image(webp *w, bytes c, bool lossy)
{
    const char *damage = lossy ? webp_lossy(c) : webp_lossless(c);
    if (damage)
        return damage;
    w->images++;
    uint32_t bits = lossy ? 0 : le32(c.p + 1);
    uint32_t width = lossy ? (le16(c.p + 6) & 0x3fff) - 1 : bits & 0x3fff;
    uint32_t height = lossy ? (le16(c.p + 8) & 0x3fff) - 1 : bits >> 14 & 0x3fff;
    bool fits = !w->has_canvas || w->in_frame || (width == w->width && height == w->height);
    return fits ? NULL : "its header is damaged";
}

static const char *webp_chunks(webp *w, bytes b)
{
    while (b.n >= 8) {
        size_t n = le32(b.p + 4);
        if (n > b.n - 8)
            return cut;
        bytes c = {b.p + 8, n};
        const char *damage = NULL;
        bool lossy = memcmp(b.p, "VP8 ", 4) == 0;
        if (lossy || memcmp(b.p, "VP8L", 4) == 0) {
            damage = webp_image(w, c, lossy);
        } else if (memcmp(b.p, "VP8X", 4) == 0) {
            if (n < 10)
                return "its header is damaged";
            w->has_canvas = true;
            w->width = le24(c.p + 4);
            w->height = le24(c.p + 7);
        } else if (memcmp(b.p, "ANMF", 4) == 0 && !w->in_frame) {
            w->in_frame = true;
            damage = n < 16 ? cut : webp_chunks(w, from(c, 16)); /* once deeper, no more */
            w->in_frame = false;
        }
        if (damage)
            return damage;
        size_t step = 8 + n + (n & 1);
        b = from(b, step < b.n ? step : b.n);
    }
    return NULL;
}

static const char *webp_damage(bytes b)
{
    webp w = {0};
    if (b.n < 20 || le32(b.p + 4) > b.n - 8)
        return cut;
    if (le32(b.p + 4) < 12)
        return no_pixels;
    const char *damage = webp_chunks(&w, (bytes){b.p + 12, le32(b.p + 4) - 4});
    return damage ? damage : w.images ? NULL : no_pixels;
}

const char *bx_image_damage(const char *mime_type, const uint8_t *p, size_t n)
{
    bytes b = {p, n};
    const bx_file_format *is = bx_file_format_of(p, n);
    if (!is || !is->image_mime || strcmp(is->image_mime, mime_type) != 0)
        return "it does not begin as one";
    if (strcmp(mime_type, "image/png") == 0)
        return png_damage(b);
    if (strcmp(mime_type, "image/jpeg") == 0)
        return jpeg_damage(b);
    return strcmp(mime_type, "image/gif") == 0 ? gif_damage(b) : webp_damage(b);
}
