/* Where the objects of a PDF document are (7.5): tables, streams, what was added later, and a
 * search of the whole file where all that is broken. */
#include "file/pdf_parts.h"

enum { SECTIONS_MAX = 256, TAIL = 2048, NEXT_TO = 64, PACKED_MAX = 200000 };

bool bx_pdf_set_entry(bx_pdf *pdf, uint32_t number, bx_pdf_entry entry, bool replaces)
{
    if (number >= BX_PDF_OBJECTS_MAX)
        return true; /* believed by nobody */
    if (number >= pdf->n_entries) {
        size_t n = pdf->n_entries ? pdf->n_entries : 64;
        while (n <= number)
            n *= 2;
        bx_pdf_entry *more = bx_realloc(pdf->entries, n * sizeof *more);
        if (!more)
            return false;
        memset(more + pdf->n_entries, 0, (n - pdf->n_entries) * sizeof *more);
        pdf->entries = more;
        pdf->n_entries = n;
    }
    bx_pdf_entry *e = &pdf->entries[number];
    if (replaces || (e->is == BX_PDF_FREE && e->at == 0))
        *e = entry;
    return true;
}

/* ---- one object ------------------------------------------------------------------------- */

static bool next_number(bx_pdf_lex *l, int64_t *ret)
{
    int64_t n = 0;
    size_t digits = 0;
    l->pdf->work += 16;
    bx_pdf_skip_space(l);
    for (; l->at < l->n && l->p[l->at] >= '0' && l->p[l->at] <= '9' && digits < 15; digits++)
        n = n * 10 + (l->p[l->at++] - '0');
    *ret = n;
    return digits > 0;
}

static bool next_word(bx_pdf_lex *l, const char *word)
{
    size_t n = strlen(word);
    bx_pdf_skip_space(l);
    if (l->n - l->at < n || memcmp(l->p + l->at, word, n) != 0)
        return false;
    l->at += n;
    return true;
}

static bool begin_object(bx_pdf_lex *l, uint32_t *ret_number, uint32_t *ret_generation)
{
    int64_t number, generation;
    if (l->at >= l->n || bx_pdf_is_tired(l->pdf) || !next_number(l, &number) ||
        number >= BX_PDF_OBJECTS_MAX || !next_number(l, &generation) || !next_word(l, "obj"))
        return false;
    *ret_number = (uint32_t)number;
    *ret_generation = (uint32_t)generation;
    return true;
}

bool bx_pdf_number_at(bx_pdf *pdf, size_t at, uint32_t *ret_number, uint32_t *ret_generation)
{
    bx_pdf_lex l = {pdf, pdf->p, pdf->n, at};
    return begin_object(&l, ret_number, ret_generation);
}

bool bx_pdf_object_at(bx_pdf *pdf, size_t at, uint32_t *ret_number, bx_pdf_obj *ret)
{
    bx_pdf_lex l = {pdf, pdf->p, pdf->n, at};
    uint32_t generation;
    if (!begin_object(&l, ret_number, &generation) || !bx_pdf_next(&l, ret))
        return false;
    if (ret->kind == BX_PDF_DICT && next_word(&l, "stream")) {
        if (l.at < l.n && l.p[l.at] == '\r')
            l.at++;
        if (l.at < l.n && l.p[l.at] == '\n')
            l.at++;
        ret->kind = BX_PDF_STREAM;
        ret->data = (uint32_t)l.at;
        ret->begins = (uint32_t)at;
    }
    return true;
}

static bx_pdf_obj packed_object(bx_pdf *pdf, uint32_t number, bx_pdf_entry e)
{
    bx_pdf_obj o = {.kind = BX_PDF_NULL};
    const bx_pdf_packed *s = bx_pdf_unpack(pdf, e.at);
    size_t i = e.index;
    if (s && (i >= s->n || s->places[2 * i] != number))
        for (i = 0; i < s->n && s->places[2 * i] != number;)
            i++;
    if (!s || i >= s->n || s->places[2 * i + 1] >= s->bytes.n)
        return o;
    bx_pdf_lex l = {pdf, (const uint8_t *)s->bytes.p, s->bytes.n, s->places[2 * i + 1]};
    if (!bx_pdf_next(&l, &o) || o.kind == BX_PDF_WORD)
        o = (bx_pdf_obj){.kind = BX_PDF_NULL};
    return o;
}

static bx_pdf_obj fetch(bx_pdf *pdf, uint32_t number)
{
    bx_pdf_obj o = {.kind = BX_PDF_NULL};
    uint32_t found;
    for (;;) {
        bx_pdf_entry e = {.is = BX_PDF_FREE};
        if (number < pdf->n_entries)
            e = pdf->entries[number];
        if (e.is == BX_PDF_PACKED)
            return packed_object(pdf, number, e);
        if (e.is == BX_PDF_FREE)
            return o;
        if (bx_pdf_object_at(pdf, e.at, &found, &o) && found == number)
            return o;
        if (pdf->is_rebuilt)
            return (bx_pdf_obj){.kind = BX_PDF_NULL};
        bx_pdf_rebuild(pdf); /* the table lies about one object, so about others too */
    }
}

bx_pdf_obj bx_pdf_resolve(bx_pdf *pdf, bx_pdf_obj o)
{
    for (unsigned i = 0; o.kind == BX_PDF_REF; i++) {
        if (i == BX_PDF_DEPTH_MAX || pdf->depth >= BX_PDF_DEPTH_MAX / 2) {
            pdf->is_damaged = true;
            return (bx_pdf_obj){.kind = BX_PDF_NULL};
        }
        pdf->depth++;
        o = fetch(pdf, o.ref);
        pdf->depth--;
    }
    return o;
}

/* ---- object streams --------------------------------------------------------------------- */

static void packed_done(bx_pdf_packed *s)
{
    bx_buf_done(&s->bytes);
    free(s->places);
    *s = (bx_pdf_packed){.number = 0};
}

/* Its first `n` pairs say which objects it has, and where behind `first`. */
static bool read_places(bx_pdf *pdf, bx_pdf_packed *s, int64_t n, int64_t first)
{
    bx_pdf_lex l = {pdf, (const uint8_t *)s->bytes.p, s->bytes.n, 0};
    if (n < 0 || first < 0 || n > PACKED_MAX || (uint64_t)first > s->bytes.n)
        return false;
    s->places = bx_calloc((size_t)n + 1, 2 * sizeof *s->places);
    for (int64_t number, offset; s->places && s->n < (size_t)n; s->n++) {
        if (!next_number(&l, &number) || !next_number(&l, &offset))
            break;
        s->places[2 * s->n] = number < BX_PDF_OBJECTS_MAX ? (uint32_t)number : UINT32_MAX;
        s->places[2 * s->n + 1] =
            (uint64_t)offset < s->bytes.n - (size_t)first ? (uint32_t)(first + offset) : UINT32_MAX;
    }
    return s->places != NULL;
}

const bx_pdf_packed *bx_pdf_unpack(bx_pdf *pdf, uint32_t number)
{
    for (size_t i = 0; i < BX_COUNT(pdf->packed); i++)
        if (pdf->packed[i].number == number && number > 0)
            return &pdf->packed[i];
    /* An object stream stands in no other one, so this comes back to itself never. */
    if (number >= pdf->n_entries || pdf->entries[number].is != BX_PDF_PLAIN)
        return NULL;
    bx_pdf_packed s = {.number = number, .bytes = bx_buf_init(BX_PDF_STREAM_MAX)};
    bx_pdf_obj o = bx_pdf_resolve(pdf, (bx_pdf_obj){.kind = BX_PDF_REF, .ref = number});
    if (o.kind != BX_PDF_STREAM || !bx_pdf_decode(pdf, o, &s.bytes) ||
        !read_places(pdf, &s, bx_pdf_int(bx_pdf_get(pdf, o, "N"), -1),
                     bx_pdf_int(bx_pdf_get(pdf, o, "First"), -1))) {
        packed_done(&s);
        pdf->is_damaged = true;
        return NULL;
    }
    bx_pdf_packed *to = &pdf->packed[pdf->next_packed++ % BX_COUNT(pdf->packed)];
    packed_done(to);
    *to = s;
    return to;
}

/* ---- sections --------------------------------------------------------------------------- */

static bool table_entries(bx_pdf *pdf, bx_pdf_lex *l, int64_t first, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t at, generation;
        if (bx_pdf_is_tired(pdf) || !next_number(l, &at) || !next_number(l, &generation))
            return false;
        bx_pdf_skip_space(l);
        uint8_t kind = l->at < l->n ? l->p[l->at] : 0;
        if (kind != 'n' && kind != 'f')
            return false;
        l->at++;
        /* One that is free hides what older sections say of it: its place is not 0 then. */
        bx_pdf_entry e = {.is = kind == 'n' ? BX_PDF_PLAIN : BX_PDF_FREE,
                          .at = kind == 'n' ? (uint32_t)(at < (int64_t)pdf->n ? at : 0) : 1};
        if (first + i < BX_PDF_OBJECTS_MAX &&
            !bx_pdf_set_entry(pdf, (uint32_t)(first + i), e, false))
            return false;
    }
    return true;
}

/* A table (7.5.4); *ret gets its trailer. */
static bool read_table(bx_pdf *pdf, bx_pdf_lex *l, bx_pdf_obj *ret)
{
    int64_t first, count;
    while (!next_word(l, "trailer"))
        if (!next_number(l, &first) || !next_number(l, &count) ||
            !table_entries(pdf, l, first, count))
            return false;
    return bx_pdf_next(l, ret) && ret->kind == BX_PDF_DICT;
}

static uint64_t big_endian(const uint8_t *p, int64_t n)
{
    uint64_t v = 0;
    for (int64_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static bool stream_entry(bx_pdf *pdf, int64_t number, const uint8_t *p, const int64_t w[3])
{
    uint64_t type = w[0] ? big_endian(p, w[0]) : 1;
    uint64_t a = big_endian(p + w[0], w[1]), b = big_endian(p + w[0] + w[1], w[2]);
    bx_pdf_entry e = {.is = BX_PDF_FREE, .at = 1};
    if (type == 1 && a < pdf->n)
        e = (bx_pdf_entry){.is = BX_PDF_PLAIN, .at = (uint32_t)a};
    else if (type == 2 && a < BX_PDF_OBJECTS_MAX && b < BX_PDF_OBJECTS_MAX)
        e = (bx_pdf_entry){.is = BX_PDF_PACKED, .at = (uint32_t)a, .index = (uint32_t)b};
    return bx_pdf_set_entry(pdf, (uint32_t)number, e, false);
}

static bool stream_entries(bx_pdf *pdf, bx_pdf_obj dict, const uint8_t *p, size_t n)
{
    int64_t w[3];
    bx_pdf_obj widths = bx_pdf_raw(dict, "W"), index = bx_pdf_raw(dict, "Index");
    for (size_t i = 0; i < 3; i++) {
        w[i] = bx_pdf_int(bx_pdf_item(pdf, widths, i), -1);
        if (w[i] < 0 || w[i] > 8)
            return false;
    }
    size_t size = (size_t)(w[0] + w[1] + w[2]), at = 0;
    size_t sections = index.kind == BX_PDF_ARRAY ? index.n / 2 : 1;
    for (size_t i = 0; i < sections && size > 0; i++) {
        bool given = index.kind == BX_PDF_ARRAY;
        int64_t first = given ? bx_pdf_int(index.items[2 * i], -1) : 0;
        int64_t count = given ? bx_pdf_int(index.items[2 * i + 1], -1)
                              : bx_pdf_int(bx_pdf_raw(dict, "Size"), -1);
        for (int64_t k = 0; k < count && first >= 0 && n - at >= size; k++, at += size)
            if (first + k < BX_PDF_OBJECTS_MAX && !stream_entry(pdf, first + k, p + at, w))
                return false;
    }
    return size > 0;
}

/* A cross-reference stream (7.5.8); its dictionary is the trailer. */
static bool read_stream(bx_pdf *pdf, size_t at, bx_pdf_obj *ret)
{
    uint32_t number;
    BX_AUTO_BUF bytes = bx_buf_init(BX_PDF_STREAM_MAX);
    if (!bx_pdf_object_at(pdf, at, &number, ret) || ret->kind != BX_PDF_STREAM ||
        !bx_pdf_is(bx_pdf_raw(*ret, "Type"), "XRef") || !bx_pdf_decode(pdf, *ret, &bytes))
        return false;
    return stream_entries(pdf, *ret, (const uint8_t *)bytes.p, bytes.n);
}

static bool read_section(bx_pdf *pdf, size_t at, bx_pdf_obj *ret)
{
    bx_pdf_lex l = {pdf, pdf->p, pdf->n, at};
    if (at >= pdf->n)
        return false;
    return next_word(&l, "xref") ? read_table(pdf, &l, ret) : read_stream(pdf, at, ret);
}

/* From the newest section to the oldest: what is said first of an object holds. */
static bool read_sections(bx_pdf *pdf, int64_t at)
{
    int64_t seen[SECTIONS_MAX];
    for (size_t n = 0; n < SECTIONS_MAX && at > 0; n++) {
        bx_pdf_obj trailer, *first = &pdf->trailer;
        for (size_t i = 0; i < n; i++)
            if (seen[i] == at)
                return true; /* a loop: all that there is was read */
        seen[n] = at;
        if (!read_section(pdf, (size_t)at, &trailer))
            return n > 0;
        if (first->kind == BX_PDF_NULL)
            *first = trailer;
        int64_t hybrid = bx_pdf_int(bx_pdf_raw(trailer, "XRefStm"), 0);
        bx_pdf_obj ignored;
        if (hybrid > 0 && hybrid < (int64_t)pdf->n)
            (void)read_stream(pdf, (size_t)hybrid, &ignored);
        at = bx_pdf_int(bx_pdf_raw(trailer, "Prev"), 0);
        at = at < (int64_t)pdf->n ? at : 0;
    }
    return true;
}

/* Where the last "startxref" near the end says the newest section is; 0: nowhere. */
static int64_t start(bx_pdf *pdf)
{
    size_t from = pdf->n > TAIL ? pdf->n - TAIL : 0;
    for (size_t at = pdf->n; at-- > from;) {
        bx_pdf_lex l = {pdf, pdf->p, pdf->n, at};
        int64_t found;
        if (pdf->p[at] == 's' && next_word(&l, "startxref"))
            return next_number(&l, &found) && found < (int64_t)pdf->n ? found : 0;
    }
    return 0;
}

void bx_pdf_read_xref(bx_pdf *pdf)
{
    if (!read_sections(pdf, start(pdf)) || bx_pdf_raw(pdf->trailer, "Root").kind == BX_PDF_NULL)
        bx_pdf_rebuild(pdf);
}

/* ---- rebuilding ------------------------------------------------------------------------- */

/* Where the object begins whose "obj" stands at p[at]: "12 0 obj". */
static bool object_begins(const uint8_t *p, size_t at, size_t *ret)
{
    size_t i = at;
    for (int part = 0; part < 2; part++) {
        size_t end = i;
        while (i > 0 && end - i < NEXT_TO && bx_pdf_is_space(p[i - 1]))
            i--;
        if (i == end)
            return false;
        for (end = i; i > 0 && end - i < 12 && p[i - 1] >= '0' && p[i - 1] <= '9';)
            i--;
        if (i == end)
            return false;
    }
    *ret = i;
    return true;
}

static void note_trailer(bx_pdf *pdf, bx_pdf_obj dict)
{
    if (bx_pdf_raw(dict, "Root").kind == BX_PDF_REF)
        pdf->trailer = dict; /* the last one holds */
}

static bool found_object(bx_pdf *pdf, size_t at)
{
    bx_pdf_obj o;
    uint32_t number;
    bx_pdf_mark mark = bx_pdf_here(pdf);
    if (bx_pdf_object_at(pdf, at, &number, &o)) {
        bx_pdf_entry e = {.is = BX_PDF_PLAIN, .at = (uint32_t)at};
        bool is_xref = bx_pdf_is(bx_pdf_raw(o, "Type"), "XRef");
        if (!bx_pdf_set_entry(pdf, number, e, true))
            return false;
        if (is_xref)
            note_trailer(pdf, o);
        if (is_xref)
            return true; /* the trailer stays in memory */
        if (bx_pdf_is(bx_pdf_raw(o, "Type"), "Catalog") && pdf->trailer.kind == BX_PDF_NULL) {
            bx_pdf_obj *pair = bx_pdf_alloc(pdf, 2 * sizeof *pair);
            if (!pair)
                return false;
            pair[0] = (bx_pdf_obj){.kind = BX_PDF_NAME, .n = 4, .text = "Root"};
            pair[1] = (bx_pdf_obj){.kind = BX_PDF_REF, .ref = number};
            pdf->trailer = (bx_pdf_obj){.kind = BX_PDF_DICT, .n = 1, .items = pair};
            return true;
        }
    }
    bx_pdf_rewind(pdf, mark);
    return true;
}

static void scan(bx_pdf *pdf)
{
    for (size_t at = 0; at < pdf->n; at++) {
        size_t begin;
        if (pdf->p[at] == 'o' && pdf->n - at > 3 && memcmp(pdf->p + at, "obj", 3) == 0 &&
            object_begins(pdf->p, at, &begin)) {
            if (!found_object(pdf, begin))
                return;
        } else if (pdf->p[at] == 't' && pdf->n - at > 7 && memcmp(pdf->p + at, "trailer", 7) == 0) {
            bx_pdf_lex l = {pdf, pdf->p, pdf->n, at + 7};
            bx_pdf_obj dict;
            if (bx_pdf_next(&l, &dict))
                note_trailer(pdf, dict);
        }
    }
}

/* What object streams hold, where no plain object of that number was found. */
static void unpack_all(bx_pdf *pdf)
{
    size_t n = pdf->n_entries;
    for (uint32_t number = 1; number < n; number++) {
        if (pdf->entries[number].is != BX_PDF_PLAIN)
            continue;
        bx_pdf_mark mark = bx_pdf_here(pdf);
        bx_pdf_obj o = bx_pdf_resolve(pdf, (bx_pdf_obj){.kind = BX_PDF_REF, .ref = number});
        bool is_one = o.kind == BX_PDF_STREAM && bx_pdf_is(bx_pdf_raw(o, "Type"), "ObjStm");
        const bx_pdf_packed *s = is_one ? bx_pdf_unpack(pdf, number) : NULL;
        for (size_t i = 0; s && i < s->n; i++)
            if (s->places[2 * i] != UINT32_MAX)
                (void)bx_pdf_set_entry(
                    pdf, s->places[2 * i],
                    (bx_pdf_entry){.is = BX_PDF_PACKED, .at = number, .index = (uint32_t)i}, false);
        bx_pdf_rewind(pdf, mark);
    }
}

void bx_pdf_rebuild(bx_pdf *pdf)
{
    bx_pdf_obj before = pdf->trailer;
    pdf->is_rebuilt = true;
    if (pdf->n_entries > 0)
        memset(pdf->entries, 0, pdf->n_entries * sizeof *pdf->entries);
    pdf->trailer = (bx_pdf_obj){.kind = BX_PDF_NULL};
    scan(pdf);
    if (pdf->trailer.kind == BX_PDF_NULL)
        pdf->trailer = before;
    (void)bx_pdf_unlock(pdf); /* who opened the document asks again, and is told why not */
    unpack_all(pdf);
}
