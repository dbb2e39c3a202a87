/* Content streams (7.8, 9.4), as far as they show text. */
#include "file/pdf_parts.h"

enum {
    OPERANDS_MAX = 40,
    SAVED_MAX = 64,
    FORMS_DEEP = 10,
    FORMS_MAX = 2000, /* forms that one page shows */
    ACTUAL_MAX = 200, /* code points of a replacement text */
};

typedef struct matrix {
    double a, b, c, d, e, f;
} matrix;

typedef struct state { /* what q saves */
    matrix ctm;
    const bx_pdf_font *font;
    double size, spacing, word_spacing, stretch, leading, rise;
} state;

typedef struct show {
    bx_pdf *pdf;
    bx_pdf_chars *chars;
    float box[4]; /* nothing outside of it is seen */
    bx_pdf_obj resources;
    state now, saved[SAVED_MAX];
    size_t n_saved;
    matrix text, line; /* of the text object */
    bx_pdf_obj operands[OPERANDS_MAX];
    size_t n;
    unsigned deep; /* forms within forms */
    unsigned forms;
    unsigned marked;   /* marked-content sequences that are open */
    unsigned replaced; /* the one whose text is replaced, counted so; 0: none */
    uint32_t actual[ACTUAL_MAX];
    size_t n_actual;
    bx_pdf_char place; /* of what is replaced */
    bool has_place;
} show;

static const matrix identity = {1, 0, 0, 1, 0, 0};

static matrix times(matrix m, matrix n)
{
    return (matrix){m.a * n.a + m.b * n.c,       m.a * n.b + m.b * n.d,
                    m.c * n.a + m.d * n.c,       m.c * n.b + m.d * n.d,
                    m.e * n.a + m.f * n.c + n.e, m.e * n.b + m.f * n.d + n.f};
}

static double number(const show *s, size_t i)
{
    return i < s->n ? bx_pdf_num(s->operands[i], 0) : 0;
}

static matrix matrix_of(bx_pdf *pdf, bx_pdf_obj array)
{
    double v[6];
    if (array.kind != BX_PDF_ARRAY || array.n < 6)
        return identity;
    for (size_t i = 0; i < 6; i++)
        v[i] = bx_pdf_num(bx_pdf_item(pdf, array, i), 0);
    return (matrix){v[0], v[1], v[2], v[3], v[4], v[5]};
}

/* ---- characters ------------------------------------------------------------------------- */

void bx_pdf_chars_add(bx_pdf_chars *c, bx_pdf_char one)
{
    c->is_full |= c->n >= BX_PDF_CHARS_MAX;
    if (c->is_full)
        return;
    if (c->n == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 1024;
        bx_pdf_char *more = bx_realloc(c->of, cap * sizeof *more);
        if (!more) {
            c->is_full = true;
            return;
        }
        c->of = more;
        c->cap = cap;
    }
    c->of[c->n++] = one;
}

/* Anything farther away is on no page; so is what is no number. */
static bool is_place(double v) { return v > -1e6 && v < 1e6; }

/* Where a glyph of `width`, in text space, stands; false: nowhere one could see it. */
static bool place_of(const show *s, double width, bx_pdf_char *ret)
{
    matrix m = times(s->text, s->now.ctm);
    double x = m.e + s->now.rise * m.c, y = m.f + s->now.rise * m.d;
    double dx = width * m.a, dy = width * m.b;
    double up = s->now.size < 0 ? -s->now.size : s->now.size;
    double high = m.c < 0 ? -m.c : m.c, tall = m.d < 0 ? -m.d : m.d;
    double size = up * (high > tall ? high : tall);
    double across = m.a < 0 ? -m.a : m.a, along = m.b < 0 ? -m.b : m.b;
    if (!is_place(x) || !is_place(y) || !is_place(dx) || !is_place(dy) || !(size > 0.01) ||
        !is_place(size) || (x < s->box[0] && x + dx < s->box[0]) || x > s->box[2] ||
        y < s->box[1] || y > s->box[3])
        return false;
    double sign = s->now.size < 0 ? -1 : 1;
    uint8_t turn = across >= along ? (m.a * sign >= 0 ? 0 : 2) : m.b * sign >= 0 ? 1 : 3;
    double from = turn == 0 ? x : turn == 1 ? y : turn == 2 ? -x : -y;
    double wide = turn == 0 ? dx : turn == 1 ? dy : turn == 2 ? -dx : -dy;
    double base = turn == 0 ? y : turn == 1 ? -x : turn == 2 ? -y : x;
    *ret = (bx_pdf_char){.x = (float)from,
                         .y = (float)base,
                         .end = (float)(from + wide),
                         .size = (float)size,
                         .turn = turn};
    return true;
}

/* Letters that are joined are shown one by one, blanks of any kind as a blank. */
static size_t plain(uint32_t cp, uint32_t ret[3])
{
    static const char *const joined[] = {"ff", "fi", "fl", "ffi", "ffl"};
    if (cp >= 0xfb00 && cp <= 0xfb04) {
        size_t n = strlen(joined[cp - 0xfb00]);
        for (size_t i = 0; i < n; i++)
            ret[i] = (uint8_t)joined[cp - 0xfb00][i];
        return n;
    }
    if ((cp >= 9 && cp <= 13) || cp == 0xa0 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f ||
        cp == 0x3000)
        cp = ' ';
    bool none = cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0xd800 && cp < 0xe000) ||
                cp >= 0x110000 || cp == 0xfeff || cp == 0x200b;
    ret[0] = cp == 0xad ? '-' : cp;
    return !none;
}

/* `text` takes the place of one glyph, shared evenly. */
static void add_text(show *s, bx_pdf_char place, const uint32_t *text, size_t n)
{
    uint32_t cps[3 * ACTUAL_MAX];
    size_t count = 0;
    for (size_t i = 0; i < n && i < ACTUAL_MAX; i++)
        count += plain(text[i], cps + count);
    float wide = place.end - place.x, from = place.x;
    for (size_t i = 0; i < count; i++) {
        place.x = from + wide * (float)i / (float)count;
        place.end = from + wide * (float)(i + 1) / (float)count;
        place.cp = cps[i] & 0xffffff;
        bx_pdf_chars_add(s->chars, place);
    }
}

static void add_glyph(show *s, const bx_pdf_glyph_info *g)
{
    bx_pdf_char place;
    double width = g->width / 1000 * s->now.size * s->now.stretch;
    if (!place_of(s, width, &place))
        return;
    if (s->replaced == 0) {
        s->chars->unknown += g->n == 0;
        add_text(s, place, g->text, g->n);
    } else if (!s->has_place) {
        s->place = place;
        s->has_place = true;
    } else if (place.turn == s->place.turn && place.end > s->place.end &&
               place.end - s->place.end < 100 * place.size) {
        s->place.end = place.end;
    }
}

static void show_string(show *s, bx_pdf_obj string)
{
    const uint8_t *p = (const uint8_t *)string.text;
    state *now = &s->now;
    if (string.kind != BX_PDF_STRING || !now->font)
        return;
    size_t work = bx_pdf_font_work(now->font);
    for (size_t at = 0; at < string.n && !s->chars->is_full && !bx_pdf_is_tired(s->pdf);) {
        s->pdf->work += work;
        bx_pdf_glyph_info g;
        bx_pdf_font_next(now->font, p + at, string.n - at, &g);
        add_glyph(s, &g);
        double move =
            g.width / 1000 * now->size + now->spacing + (g.is_space ? now->word_spacing : 0);
        s->text = times((matrix){1, 0, 0, 1, move * now->stretch, 0}, s->text);
        at += g.bytes;
    }
}

static void show_list(show *s, bx_pdf_obj list)
{
    for (size_t i = 0; list.kind == BX_PDF_ARRAY && i < list.n; i++) {
        bx_pdf_obj o = list.items[i];
        double move = -bx_pdf_num(o, 0) / 1000 * s->now.size * s->now.stretch;
        if (o.kind == BX_PDF_NUMBER)
            s->text = times((matrix){1, 0, 0, 1, move, 0}, s->text);
        else
            show_string(s, o);
    }
}

/* ---- marked content with a text of its own (14.9.4) ------------------------------------- */

/* A text string (7.9.2.2): UTF-16BE, UTF-8, or else nearly Latin-1. */
static void set_actual(show *s, bx_pdf_obj text)
{
    const uint8_t *p = (const uint8_t *)text.text;
    bool wide = text.n >= 2 && p[0] == 0xfe && p[1] == 0xff;
    s->n_actual = 0;
    for (size_t i = wide ? 2 : 0; i + wide < text.n && s->n_actual < ACTUAL_MAX;
         i += wide ? 2 : 1) {
        uint32_t cp = wide ? (uint32_t)p[i] << 8 | p[i + 1] : p[i];
        size_t n = s->n_actual;
        if (wide && (cp & 0xfc00) == 0xdc00 && n > 0 && (s->actual[n - 1] & 0xfffffc00) == 0xd800)
            s->actual[n - 1] = 0x10000 + ((s->actual[n - 1] - 0xd800) << 10) + (cp - 0xdc00);
        else
            s->actual[s->n_actual++] = cp;
    }
    s->replaced = s->marked;
    s->has_place = false;
}

static void begin_marked(show *s, bool has_properties)
{
    s->marked++;
    if (!has_properties || s->n < 2 || s->replaced > 0)
        return;
    bx_pdf_obj properties = s->operands[s->n - 1];
    if (properties.kind == BX_PDF_NAME)
        properties =
            bx_pdf_get(s->pdf, bx_pdf_get(s->pdf, s->resources, "Properties"), properties.text);
    bx_pdf_obj text = bx_pdf_get(s->pdf, properties, "ActualText");
    if (text.kind == BX_PDF_STRING)
        set_actual(s, text);
}

static void end_marked(show *s)
{
    if (s->replaced > 0 && s->replaced == s->marked) {
        s->replaced = 0;
        if (s->has_place)
            add_text(s, s->place, s->actual, s->n_actual);
    }
    s->marked -= s->marked > 0;
}

/* ---- operators -------------------------------------------------------------------------- */

static void move_line(show *s, double x, double y)
{
    s->line = times((matrix){1, 0, 0, 1, x, y}, s->line);
    s->text = s->line;
}

static void set_font(show *s)
{
    if (s->n < 2 || s->operands[0].kind != BX_PDF_NAME)
        return;
    bx_pdf_obj fonts = bx_pdf_get(s->pdf, s->resources, "Font");
    bx_pdf_obj font = bx_pdf_raw(fonts, s->operands[0].text);
    s->pdf->work += fonts.n;
    s->now.size = number(s, 1);
    s->now.font = bx_pdf_font_of(s->pdf, font);
    s->pdf->is_damaged |= !s->now.font;
}

static void run(show *s, const uint8_t *p, size_t n);

static void show_form(show *s, bx_pdf_obj form)
{
    BX_AUTO_BUF bytes = bx_buf_init(BX_PDF_STREAM_MAX);
    if (s->deep == FORMS_DEEP || s->forms++ >= FORMS_MAX || !bx_pdf_decode(s->pdf, form, &bytes))
        return;
    state before = s->now;
    bx_pdf_obj resources = s->resources, own = bx_pdf_get(s->pdf, form, "Resources");
    matrix text = s->text, line = s->line;
    size_t saved = s->n_saved;
    unsigned marked = s->marked;
    s->now.ctm = times(matrix_of(s->pdf, bx_pdf_get(s->pdf, form, "Matrix")), s->now.ctm);
    if (own.kind == BX_PDF_DICT)
        s->resources = own;
    s->deep++;
    run(s, (const uint8_t *)bytes.p, bytes.n);
    s->deep--;
    s->now = before;
    s->resources = resources;
    s->text = text;
    s->line = line;
    s->n_saved = saved;
    while (s->marked > marked)
        end_marked(s);
    s->marked = marked;
}

static void show_object(show *s)
{
    if (s->n < 1 || s->operands[0].kind != BX_PDF_NAME)
        return;
    bx_pdf_obj objects = bx_pdf_get(s->pdf, s->resources, "XObject");
    bx_pdf_obj o = bx_pdf_get(s->pdf, objects, s->operands[0].text);
    if (o.kind == BX_PDF_STREAM && bx_pdf_is(bx_pdf_get(s->pdf, o, "Subtype"), "Form"))
        show_form(s, o);
}

static void save(show *s)
{
    if (s->n_saved < SAVED_MAX)
        s->saved[s->n_saved] = s->now;
    s->n_saved++;
}

static void restore(show *s)
{
    if (s->n_saved == 0)
        return;
    if (--s->n_saved < SAVED_MAX)
        s->now = s->saved[s->n_saved];
}

static matrix operand_matrix(const show *s)
{
    return (matrix){number(s, 0), number(s, 1), number(s, 2),
                    number(s, 3), number(s, 4), number(s, 5)};
}

static bx_pdf_obj last(const show *s)
{
    return s->n > 0 ? s->operands[s->n - 1] : (bx_pdf_obj){.kind = BX_PDF_NULL};
}

/* Operators whose name begins with T. */
static void text_operator(show *s, char c)
{
    switch (c) {
    case 'f':
        set_font(s);
        break;
    case 'j':
        show_string(s, last(s));
        break;
    case 'J':
        show_list(s, last(s));
        break;
    case 'D':
        s->now.leading = -number(s, 1);
        move_line(s, number(s, 0), number(s, 1));
        break;
    case 'd':
        move_line(s, number(s, 0), number(s, 1));
        break;
    case 'm':
        s->text = s->line = operand_matrix(s);
        break;
    case '*':
        move_line(s, 0, -s->now.leading);
        break;
    case 'c':
        s->now.spacing = number(s, 0);
        break;
    case 'w':
        s->now.word_spacing = number(s, 0);
        break;
    case 'z':
        s->now.stretch = number(s, 0) / 100;
        break;
    case 'L':
        s->now.leading = number(s, 0);
        break;
    case 's':
        s->now.rise = number(s, 0);
        break;
    default:
        break;
    }
}

static void quote_operator(show *s, bool has_spacing)
{
    if (has_spacing) {
        s->now.word_spacing = number(s, 0);
        s->now.spacing = number(s, 1);
    }
    move_line(s, 0, -s->now.leading);
    show_string(s, last(s));
}

static void operate(show *s, bx_pdf_obj word)
{
    const char *w = word.text;
    if (word.n == 2 && w[0] == 'T')
        text_operator(s, w[1]);
    else if (word.n == 1 && w[0] == 'q')
        save(s);
    else if (word.n == 1 && w[0] == 'Q')
        restore(s);
    else if (word.n == 1 && (w[0] == '\'' || w[0] == '"'))
        quote_operator(s, w[0] == '"');
    else if (strcmp(w, "BT") == 0)
        s->text = s->line = identity;
    else if (strcmp(w, "cm") == 0)
        s->now.ctm = times(operand_matrix(s), s->now.ctm);
    else if (strcmp(w, "Do") == 0)
        show_object(s);
    else if (strcmp(w, "BDC") == 0 || strcmp(w, "BMC") == 0)
        begin_marked(s, w[1] == 'D');
    else if (strcmp(w, "EMC") == 0)
        end_marked(s);
}

/* Past the data of an inline picture: up to an EI that stands alone. */
static void skip_picture(bx_pdf_lex *l)
{
    for (size_t i = l->at; i + 2 < l->n; i++) {
        bool ends = l->p[i + 1] == 'E' && l->p[i + 2] == 'I' && bx_pdf_is_space(l->p[i]) &&
                    (i + 3 == l->n || bx_pdf_is_space(l->p[i + 3]));
        if (ends) {
            l->at = i + 3;
            return;
        }
    }
    l->at = l->n;
}

static void run(show *s, const uint8_t *p, size_t n)
{
    bx_pdf_lex l = {s->pdf, p, n, 0};
    bx_pdf_mark mark = bx_pdf_here(s->pdf);
    bx_pdf_obj o;
    s->n = 0;
    while (!s->chars->is_full && bx_pdf_next(&l, &o)) {
        if (o.kind != BX_PDF_WORD) {
            if (s->n < OPERANDS_MAX)
                s->operands[s->n++] = o;
            continue;
        }
        if (o.n == 2 && memcmp(o.text, "ID", 2) == 0)
            skip_picture(&l);
        else
            operate(s, o);
        s->n = 0;
        bx_pdf_rewind(s->pdf, mark);
    }
    s->n = 0;
    bx_pdf_rewind(s->pdf, mark);
}

/* ---- the page --------------------------------------------------------------------------- */

/* What is spread over several streams is one: an operator may even be in two of them. */
static void contents(bx_pdf *pdf, bx_pdf_obj page, bx_buf *ret)
{
    bx_pdf_obj o = bx_pdf_get(pdf, page, "Contents");
    size_t n = o.kind == BX_PDF_ARRAY ? o.n : 1;
    for (size_t i = 0; i < n; i++) {
        BX_AUTO_BUF part = bx_buf_init(BX_PDF_STREAM_MAX);
        bx_pdf_obj one = o.kind == BX_PDF_ARRAY ? bx_pdf_item(pdf, o, i) : o;
        if (one.kind != BX_PDF_STREAM || !bx_pdf_decode(pdf, one, &part))
            continue;
        (void)bx_buf_add(ret, part.p, part.n);
        (void)bx_buf_add_c(ret, '\n');
    }
    pdf->is_damaged |= ret->fail != BX_OK;
}

static matrix turned(int64_t rotate)
{
    switch ((rotate % 360 + 360) % 360) {
    case 90:
        return (matrix){0, -1, 1, 0, 0, 0};
    case 180:
        return (matrix){-1, 0, 0, -1, 0, 0};
    case 270:
        return (matrix){0, 1, -1, 0, 0, 0};
    default:
        return identity;
    }
}

static void turn_box(const float box[4], matrix m, float ret[4])
{
    double x0 = box[0] * m.a + box[1] * m.c, y0 = box[0] * m.b + box[1] * m.d;
    double x1 = box[2] * m.a + box[3] * m.c, y1 = box[2] * m.b + box[3] * m.d;
    ret[0] = (float)(x0 < x1 ? x0 : x1);
    ret[1] = (float)(y0 < y1 ? y0 : y1);
    ret[2] = (float)(x0 < x1 ? x1 : x0);
    ret[3] = (float)(y0 < y1 ? y1 : y0);
}

void bx_pdf_show(bx_pdf *pdf, const bx_pdf_page *page, bx_pdf_chars *ret)
{
    if (pdf->n_fonts > BX_PDF_FONTS_MAX / 2)
        bx_pdf_fonts_free(pdf);
    show *s = bx_calloc(1, sizeof *s);
    if (!s) {
        pdf->is_damaged = true;
        return;
    }
    bx_pdf_obj dict = bx_pdf_resolve(pdf, page->page), own = bx_pdf_get(pdf, dict, "Resources");
    s->pdf = pdf;
    s->chars = ret;
    s->resources = own.kind == BX_PDF_DICT ? own : bx_pdf_resolve(pdf, page->resources);
    s->now = (state){.stretch = 1, .ctm = turned(bx_pdf_int(bx_pdf_resolve(pdf, page->rotate), 0))};
    s->text = s->line = identity;
    turn_box(page->box, s->now.ctm, s->box);
    BX_AUTO_BUF bytes = bx_buf_init(2 * (size_t)BX_PDF_STREAM_MAX);
    contents(pdf, dict, &bytes);
    run(s, (const uint8_t *)bytes.p, bytes.n);
    free(s);
}
