/* The objects of a PDF document as they are written (7.2, 7.3). */
#include "file/pdf_parts.h"

enum {
    CHUNK = 32 << 10,
    ALIGN = 8,
    NEAR = 64, /* bytes within which the rest of a reference stands */
};

/* ---- memory ----------------------------------------------------------------------------- */

struct bx_pdf_chunk {
    bx_pdf_chunk *before;
    size_t size;
    _Alignas(ALIGN) char bytes[];
};

void *bx_pdf_alloc(bx_pdf *pdf, size_t n)
{
    bx_pdf_arena *a = &pdf->arena;
    if (n > BX_PDF_ARENA_MAX)
        return NULL;
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->last || a->last->size - a->used < n) {
        size_t size = n > CHUNK ? n : CHUNK;
        if (a->total + size > BX_PDF_ARENA_MAX)
            return NULL;
        bx_pdf_chunk *c = bx_realloc(NULL, sizeof *c + size);
        if (!c)
            return NULL;
        c->before = a->last;
        c->size = size;
        a->last = c;
        a->used = 0;
        a->total += size;
    }
    a->used += n;
    return a->last->bytes + a->used - n;
}

bx_pdf_mark bx_pdf_here(const bx_pdf *pdf)
{
    return (bx_pdf_mark){pdf->arena.last, pdf->arena.used};
}

void bx_pdf_rewind(bx_pdf *pdf, bx_pdf_mark mark)
{
    bx_pdf_arena *a = &pdf->arena;
    while (a->last != mark.last) {
        bx_pdf_chunk *c = a->last;
        a->last = c->before;
        a->total -= c->size;
        free(c);
    }
    a->used = mark.used;
}

/* ---- characters ------------------------------------------------------------------------- */

bool bx_pdf_is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

bool bx_pdf_is_delimiter(uint8_t c) { return c != 0 && memchr("()<>[]{}/%", c, 10); }

static bool is_regular(uint8_t c) { return !bx_pdf_is_space(c) && !bx_pdf_is_delimiter(c); }

void bx_pdf_skip_space(bx_pdf_lex *l)
{
    size_t from = l->at;
    while (l->at < l->n) {
        if (l->p[l->at] == '%')
            while (l->at < l->n && l->p[l->at] != '\n' && l->p[l->at] != '\r')
                l->at++;
        else if (bx_pdf_is_space(l->p[l->at]))
            l->at++;
        else
            break;
    }
    l->pdf->work += l->at - from;
}

bool bx_pdf_is_tired(bx_pdf *pdf)
{
    bool tired = pdf->work > BX_PDF_WORK_MAX;
    pdf->is_damaged |= tired;
    return tired;
}

static int hex(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* ---- simple objects --------------------------------------------------------------------- */

static bx_pdf_obj text_obj(bx_pdf_kind kind, char *p, size_t n)
{
    if (!p)
        return (bx_pdf_obj){.kind = BX_PDF_NULL};
    p[n] = '\0';
    return (bx_pdf_obj){.kind = kind, .n = (uint32_t)n, .text = p};
}

/* Digits with a sign and a point; what else stands in the word is passed over.  False: no number.
 */
static bool number(const uint8_t *p, size_t n, double *ret)
{
    double value = 0, unit = 1;
    bool negative = false, point = false, digits = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] >= '0' && p[i] <= '9') {
            digits = true;
            unit = point ? unit / 10 : unit;
            value = point ? value + (p[i] - '0') * unit : value * 10 + (p[i] - '0');
        } else if (p[i] == '.' && !point) {
            point = true;
        } else if (p[i] == '-' && i == 0) {
            negative = true;
        } else if (!(p[i] == '+' && i == 0) && !(p[i] == '-' && (digits || negative))) {
            return false;
        }
    }
    *ret = negative ? -value : value;
    return digits || point;
}

static size_t word_end(const bx_pdf_lex *l, size_t at)
{
    while (at < l->n && is_regular(l->p[at]))
        at++;
    return at;
}

/* Is it "G R" that follows a number?  Then it is a reference. */
static bool is_reference(bx_pdf_lex *l)
{
    size_t at = l->at, digits = 0, end = l->n - at < NEAR ? l->n : at + NEAR;
    while (at < end && bx_pdf_is_space(l->p[at]))
        at++;
    for (; at < l->n && l->p[at] >= '0' && l->p[at] <= '9' && digits < 6; digits++)
        at++;
    size_t space = at;
    while (at < end && bx_pdf_is_space(l->p[at]))
        at++;
    if (digits == 0 || at == space || at >= l->n || l->p[at] != 'R' || word_end(l, at) != at + 1)
        return false;
    l->at = at + 1;
    return true;
}

static bx_pdf_obj word(bx_pdf_lex *l)
{
    size_t from = l->at;
    double value;
    l->at = word_end(l, from);
    if (l->at == from) { /* a delimiter that begins nothing */
        l->at++;
        return (bx_pdf_obj){.kind = BX_PDF_NULL};
    }
    const char *p = (const char *)l->p + from;
    size_t n = l->at - from;
    if (number(l->p + from, n, &value)) {
        bool whole =
            value >= 0 && value < (double)BX_PDF_OBJECTS_MAX && value == (double)(uint32_t)value;
        if (whole && is_reference(l))
            return (bx_pdf_obj){.kind = BX_PDF_REF, .ref = (uint32_t)value};
        return (bx_pdf_obj){.kind = BX_PDF_NUMBER, .number = value};
    }
    if (n == 4 && memcmp(p, "true", 4) == 0)
        return (bx_pdf_obj){.kind = BX_PDF_BOOL, .truth = true};
    if (n == 5 && memcmp(p, "false", 5) == 0)
        return (bx_pdf_obj){.kind = BX_PDF_BOOL};
    if (n == 4 && memcmp(p, "null", 4) == 0)
        return (bx_pdf_obj){.kind = BX_PDF_NULL};
    char *copy = bx_pdf_alloc(l->pdf, n + 1);
    if (copy)
        memcpy(copy, p, n);
    return text_obj(BX_PDF_WORD, copy, n);
}

static bx_pdf_obj name(bx_pdf_lex *l)
{
    size_t from = ++l->at, n = 0;
    l->at = word_end(l, from);
    char *copy = bx_pdf_alloc(l->pdf, l->at - from + 1);
    for (size_t i = from; copy && i < l->at; i++) {
        int high = l->p[i] == '#' && i + 2 < l->at ? hex(l->p[i + 1]) : -1;
        int low = high >= 0 ? hex(l->p[i + 2]) : -1;
        copy[n++] = low >= 0 ? (char)(high << 4 | low) : (char)l->p[i];
        i += low >= 0 ? 2 : 0;
    }
    return text_obj(BX_PDF_NAME, copy, n);
}

static bx_pdf_obj hex_string(bx_pdf_lex *l)
{
    size_t from = ++l->at, n = 0;
    int high = -1;
    while (l->at < l->n && l->p[l->at] != '>')
        l->at++;
    char *copy = bx_pdf_alloc(l->pdf, (l->at - from) / 2 + 2);
    for (size_t i = from; copy && i < l->at; i++) {
        int digit = hex(l->p[i]);
        if (digit < 0)
            continue;
        if (high >= 0)
            copy[n++] = (char)(high << 4 | digit);
        high = high >= 0 ? -1 : digit;
    }
    if (copy && high >= 0)
        copy[n++] = (char)(high << 4);
    l->at += l->at < l->n;
    return text_obj(BX_PDF_STRING, copy, n);
}

/* Behind the parenthesis that closes what begins at `at`, or the end. */
static size_t string_end(const bx_pdf_lex *l, size_t at)
{
    for (size_t open = 1; at < l->n; at++) {
        if (l->p[at] == '\\')
            at++;
        else if (l->p[at] == '(')
            open++;
        else if (l->p[at] == ')' && --open == 0)
            return at;
    }
    return l->n;
}

/* One escape sequence, p[*at] behind the backslash; -1: it stands for nothing. */
static int escape(const uint8_t *p, size_t n, size_t *at)
{
    static const char names[] = "nrtbf", values[] = "\n\r\t\b\f";
    uint8_t c = p[(*at)++];
    const char *known = c ? strchr(names, c) : NULL;
    if (known)
        return values[known - names];
    if (c == '\r' && *at < n && p[*at] == '\n')
        (*at)++;
    if (c == '\r' || c == '\n')
        return -1;
    if (c < '0' || c > '7')
        return c;
    int value = c - '0';
    for (size_t i = 0; i < 2 && *at < n && p[*at] >= '0' && p[*at] <= '7'; i++)
        value = value * 8 + (p[(*at)++] - '0');
    return value & 0xff;
}

static bx_pdf_obj string(bx_pdf_lex *l)
{
    size_t at = ++l->at, end = string_end(l, at), n = 0;
    char *copy = bx_pdf_alloc(l->pdf, end - at + 1);
    while (copy && at < end) {
        uint8_t c = l->p[at++];
        int byte = c == '\\' && at < end ? escape(l->p, end, &at) : c;
        if (c == '\r') {
            byte = '\n';
            at += at < end && l->p[at] == '\n';
        }
        if (byte >= 0)
            copy[n++] = (char)byte;
    }
    l->at = end + (end < l->n);
    return text_obj(BX_PDF_STRING, copy, n);
}

/* ---- arrays and dictionaries ------------------------------------------------------------ */

static bool push(bx_pdf *pdf, bx_pdf_obj o)
{
    if (pdf->stack_n == pdf->stack_cap) {
        size_t cap = pdf->stack_cap ? 2 * pdf->stack_cap : 64;
        bx_pdf_obj *stack = cap * sizeof *stack <= BX_PDF_ARENA_MAX
                                ? bx_realloc(pdf->stack, cap * sizeof *stack)
                                : NULL;
        if (!stack)
            return false;
        pdf->stack = stack;
        pdf->stack_cap = cap;
    }
    pdf->stack[pdf->stack_n++] = o;
    return true;
}

/* What was pushed since `from`, taken off the stack. */
static bx_pdf_obj pop_items(bx_pdf *pdf, size_t from, bool is_dict)
{
    size_t n = pdf->stack_n - from;
    n -= is_dict ? n % 2 : 0;
    bx_pdf_obj *items = bx_pdf_alloc(pdf, n * sizeof *items + 1);
    if (items && n > 0)
        memcpy(items, pdf->stack + from, n * sizeof *items);
    pdf->stack_n = from;
    if (!items)
        return (bx_pdf_obj){.kind = BX_PDF_NULL};
    return (bx_pdf_obj){.kind = is_dict ? BX_PDF_DICT : BX_PDF_ARRAY,
                        .n = (uint32_t)(is_dict ? n / 2 : n),
                        .items = items};
}

static bool read_value(bx_pdf_lex *l, unsigned depth, bx_pdf_obj *ret);

/* Up to "]" or ">>".  A word within ends it too: it is the end of an object that lacks its own. */
static bx_pdf_obj collection(bx_pdf_lex *l, unsigned depth, bool is_dict)
{
    size_t from = l->pdf->stack_n;
    bx_pdf_obj o;
    l->at += is_dict ? 2 : 1;
    for (;;) {
        bx_pdf_skip_space(l);
        if (l->at >= l->n)
            break;
        if (l->p[l->at] == (is_dict ? '>' : ']')) {
            l->at += is_dict && l->at + 1 < l->n && l->p[l->at + 1] == '>' ? 2 : 1;
            break;
        }
        size_t before = l->at;
        if (!read_value(l, depth + 1, &o))
            break;
        if (o.kind == BX_PDF_WORD && o.n >= 6 && memcmp(o.text, "end", 3) == 0) {
            l->at = before;
            break;
        }
        bool is_key = is_dict && (l->pdf->stack_n - from) % 2 == 0;
        if ((!is_key || o.kind == BX_PDF_NAME) && !push(l->pdf, o))
            break;
    }
    return pop_items(l->pdf, from, is_dict);
}

static bool read_value(bx_pdf_lex *l, unsigned depth, bx_pdf_obj *ret)
{
    bx_pdf_skip_space(l);
    if (l->at >= l->n || depth > BX_PDF_DEPTH_MAX)
        return false;
    l->pdf->work += 16; /* what a value costs beside its bytes */
    uint8_t c = l->p[l->at];
    bool is_double = l->at + 1 < l->n && l->p[l->at + 1] == c;
    if (c == '/')
        *ret = name(l);
    else if (c == '(')
        *ret = string(l);
    else if (c == '<' && !is_double)
        *ret = hex_string(l);
    else if (c == '<' || c == '[')
        *ret = collection(l, depth, c == '<');
    else
        *ret = word(l);
    return true;
}

bool bx_pdf_next(bx_pdf_lex *lex, bx_pdf_obj *ret)
{
    size_t from = lex->at;
    if (bx_pdf_is_tired(lex->pdf))
        return false;
    bool any = read_value(lex, 0, ret);
    lex->pdf->work += 4 * (lex->at - from);
    return any;
}

/* ---- values ----------------------------------------------------------------------------- */

bool bx_pdf_is(bx_pdf_obj o, const char *text)
{
    return (o.kind == BX_PDF_NAME || o.kind == BX_PDF_WORD) && strcmp(o.text, text) == 0;
}

double bx_pdf_num(bx_pdf_obj o, double fallback)
{
    return o.kind == BX_PDF_NUMBER ? o.number : fallback;
}

int64_t bx_pdf_int(bx_pdf_obj o, int64_t fallback)
{
    bool fits = o.kind == BX_PDF_NUMBER && o.number > -9e15 && o.number < 9e15;
    return fits ? (int64_t)o.number : fallback;
}

bx_pdf_obj bx_pdf_raw(bx_pdf_obj dict, const char *key)
{
    bool has_keys = dict.kind == BX_PDF_DICT || dict.kind == BX_PDF_STREAM;
    for (size_t i = 0; has_keys && i < dict.n; i++)
        if (strcmp(dict.items[2 * i].text, key) == 0)
            return dict.items[2 * i + 1];
    return (bx_pdf_obj){.kind = BX_PDF_NULL};
}

bx_pdf_obj bx_pdf_get(bx_pdf *pdf, bx_pdf_obj dict, const char *key)
{
    pdf->work += dict.n;
    return bx_pdf_resolve(pdf, bx_pdf_raw(dict, key));
}

bx_pdf_obj bx_pdf_item(bx_pdf *pdf, bx_pdf_obj array, size_t i)
{
    if (array.kind != BX_PDF_ARRAY || i >= array.n)
        return (bx_pdf_obj){.kind = BX_PDF_NULL};
    return bx_pdf_resolve(pdf, array.items[i]);
}
