/* CMaps (9.7.5, 9.10.3): how long codes are, and what they mean in Unicode. */
#include "file/pdf_parts.h"

enum { SPACES_MAX = 100, RANGES_MAX = 100000, UNITS_MAX = 400000 };

typedef struct space {
    size_t bytes;
    uint32_t low, high;
} space;

typedef struct range { /* code low + i means the code points at `text`, i added to the last one */
    uint32_t low, high, text, n;
} range;

struct bx_pdf_cmap {
    space spaces[SPACES_MAX];
    size_t n_spaces;
    range *ranges; /* sorted by `low` */
    size_t n, cap;
    uint32_t *units;
    size_t n_units, cap_units;
};

static uint32_t code_of(bx_pdf_obj o)
{
    uint32_t code = 0;
    for (size_t i = 0; i < o.n && i < 4; i++)
        code = code << 8 | (uint8_t)o.text[i];
    return code;
}

/* `p` with room for one more than `n`, or NULL: there is none, and `p` is as it was. */
static void *with_room(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    size_t more = *cap ? 2 * *cap : 64;
    void *to = bx_realloc(p, more * size);
    if (to)
        *cap = more;
    return to;
}

/* UTF-16BE into m->units; where and how many.  False: no room. */
static bool add_text(bx_pdf_cmap *m, bx_pdf_obj o, range *ret)
{
    ret->text = (uint32_t)m->n_units;
    ret->n = 0;
    for (size_t i = 0; i < o.n && ret->n < BX_PDF_UNITS_MAX;) {
        const uint8_t *p = (const uint8_t *)o.text + i;
        uint32_t cp = o.n - i > 1 ? (uint32_t)p[0] << 8 | p[1] : p[0];
        i += 2;
        if (cp >= 0xd800 && cp < 0xdc00 && o.n > i + 1 && (p[2] & 0xfc) == 0xdc) {
            cp = 0x10000 + ((cp - 0xd800) << 10) + (((uint32_t)p[2] << 8 | p[3]) - 0xdc00);
            i += 2;
        }
        uint32_t *units = m->n_units < UNITS_MAX
                              ? with_room(m->units, m->n_units, &m->cap_units, sizeof *units)
                              : NULL;
        if (!units)
            return false;
        m->units = units;
        m->units[m->n_units++] = cp;
        ret->n++;
    }
    return true;
}

static void add_range(bx_pdf_cmap *m, uint32_t low, uint32_t high, bx_pdf_obj text)
{
    range r = {.low = low, .high = high};
    if (text.kind != BX_PDF_STRING || high < low || m->n == RANGES_MAX)
        return;
    range *ranges = add_text(m, text, &r) ? with_room(m->ranges, m->n, &m->cap, sizeof r) : NULL;
    if (!ranges)
        return;
    m->ranges = ranges;
    m->ranges[m->n++] = r;
}

static void add_list(bx_pdf_cmap *m, uint32_t low, bx_pdf_obj list)
{
    for (uint32_t i = 0; i < list.n; i++)
        add_range(m, low + i, low + i, list.items[i]);
}

static void add_space(bx_pdf_cmap *m, bx_pdf_obj low, bx_pdf_obj high)
{
    if (m->n_spaces < SPACES_MAX && low.n > 0 && low.n <= 4)
        m->spaces[m->n_spaces++] = (space){low.n, code_of(low), code_of(high)};
}

/* One entry of the section whose beginning was met: `section` says how many objects it has. */
static void add_entry(bx_pdf_cmap *m, char section, const bx_pdf_obj o[3])
{
    if (o[0].kind != BX_PDF_STRING)
        return;
    if (section == 'c')
        add_range(m, code_of(o[0]), code_of(o[0]), o[1]);
    else if (o[1].kind != BX_PDF_STRING)
        return;
    else if (section == 's')
        add_space(m, o[0], o[1]);
    else if (o[2].kind == BX_PDF_ARRAY)
        add_list(m, code_of(o[0]), o[2]);
    else
        add_range(m, code_of(o[0]), code_of(o[1]), o[2]);
}

static char section_of(bx_pdf_obj o)
{
    return bx_pdf_is(o, "beginbfchar")           ? 'c'
           : bx_pdf_is(o, "beginbfrange")        ? 'r'
           : bx_pdf_is(o, "begincodespacerange") ? 's'
                                                 : '\0';
}

static void read_all(bx_pdf_cmap *m, bx_pdf_lex *l)
{
    bx_pdf_obj o[3];
    char section = '\0';
    size_t n = 0;
    bx_pdf_mark mark = bx_pdf_here(l->pdf);
    while (bx_pdf_next(l, &o[n])) {
        if (o[n].kind == BX_PDF_WORD) {
            section = section_of(o[n]);
            n = 0;
        } else if (section && ++n == (section == 'r' ? 3 : 2)) {
            add_entry(m, section, o);
            n = 0;
        }
        if (n == 0)
            bx_pdf_rewind(l->pdf, mark);
    }
    bx_pdf_rewind(l->pdf, mark);
}

static int by_low(const void *a, const void *b)
{
    const range *x = a, *y = b;
    return (x->low > y->low) - (x->low < y->low);
}

bx_pdf_cmap *bx_pdf_cmap_new(bx_pdf *pdf, const char *p, size_t n)
{
    bx_pdf_cmap *m = bx_calloc(1, sizeof *m);
    bx_pdf_lex l = {pdf, (const uint8_t *)p, n, 0};
    if (!m)
        return NULL;
    read_all(m, &l);
    if (m->n > 0)
        qsort(m->ranges, m->n, sizeof *m->ranges, by_low);
    return m;
}

void bx_pdf_cmap_free(bx_pdf_cmap *m)
{
    if (!m)
        return;
    free(m->ranges);
    free(m->units);
    free(m);
}

size_t bx_pdf_cmap_code(const bx_pdf_cmap *m, const uint8_t *p, size_t n, uint32_t *ret)
{
    uint32_t code = 0;
    for (size_t bytes = 1; bytes <= 4 && bytes <= n; bytes++) {
        code = code << 8 | p[bytes - 1];
        for (size_t i = 0; i < m->n_spaces; i++) {
            space s = m->spaces[i];
            if (s.bytes == bytes && code >= s.low && code <= s.high) {
                *ret = code;
                return bytes;
            }
        }
    }
    return 0;
}

size_t bx_pdf_cmap_spaces(const bx_pdf_cmap *m) { return m->n_spaces; }

size_t bx_pdf_cmap_find(const bx_pdf_cmap *m, uint32_t code, uint32_t ret[BX_PDF_UNITS_MAX])
{
    size_t low = 0, high = m->n;
    while (low < high) { /* the first range that begins beyond it */
        size_t mid = low + (high - low) / 2;
        if (m->ranges[mid].low <= code)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 || m->ranges[low - 1].high < code)
        return 0;
    const range *r = &m->ranges[low - 1];
    if (r->n > 0)
        memcpy(ret, m->units + r->text, r->n * sizeof *ret);
    if (r->n > 0)
        ret[r->n - 1] += code - r->low;
    return r->n;
}
