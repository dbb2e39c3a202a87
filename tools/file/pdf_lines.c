/* The characters of a page as lines of text.
 *
 * Characters that follow each other on a line are a piece; pieces that continue each other, to the
 * right or below, are a block.  Blocks come in the order they are drawn in, which most often is
 * that of reading, but one that stands above or left of another comes before it. */
#include "file/pdf_parts.h"
#include "lib/utf8.h"

enum { BLOCKS_MAX = 1500 }; /* more are left in the order they are drawn in */

/* In units of the size of the characters. */
#define SAME_LINE 0.45F /* baselines of one line are no farther apart */
#define WORD_GAP  0.13F /* wider than that, a gap is a blank */
#define BACK      0.35F /* characters move back no farther within a line */
#define WIDE_GAP  1.5F  /* wider than that, a piece ends */
#define NEXT_LINE 2.2F  /* a line farther below belongs to another block */
#define PARAGRAPH 1.75F /* farther below, an empty line comes between */

typedef struct piece {
    size_t from, n; /* characters */
    float x, end, y, size;
    uint32_t turn;
    size_t block;
} piece;

typedef struct block {
    size_t from, n; /* pieces */
    float x, end, top, bottom;
    uint32_t turn;
    bool seen, done;
} block;

typedef struct layout {
    const bx_pdf_chars *chars;
    piece *pieces;
    size_t n_pieces;
    block *blocks;
    size_t n_blocks;
} layout;

static float larger(float a, float b) { return a > b ? a : b; }
static float smaller(float a, float b) { return a < b ? a : b; }
static float distance(float a, float b) { return a > b ? a - b : b - a; }

/* ---- pieces ----------------------------------------------------------------------------- */

static bool continues(const piece *p, const bx_pdf_char *c)
{
    float size = larger(p->size, c->size), gap = c->x - p->end;
    return p->turn == c->turn && distance(p->y, c->y) < SAME_LINE * size && gap > -BACK * size &&
           gap < WIDE_GAP * size;
}

static bool is_blank(const bx_pdf_chars *c, const piece *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (c->of[p->from + i].cp != ' ')
            return false;
    return true;
}

/* Shadows and bold letters are sometimes made by drawing a text twice. */
static bool is_same(const bx_pdf_chars *c, const piece *a, const piece *b)
{
    if (a->n != b->n || a->turn != b->turn || distance(a->x, b->x) > 0.2F * a->size ||
        distance(a->y, b->y) > 0.2F * a->size)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (c->of[a->from + i].cp != c->of[b->from + i].cp)
            return false;
    return true;
}

static void end_piece(layout *l)
{
    const piece *p = &l->pieces[l->n_pieces];
    if (p->n == 0 || is_blank(l->chars, p))
        return;
    if (l->n_pieces > 0 && is_same(l->chars, p - 1, p))
        return;
    l->n_pieces++;
}

static void find_pieces(layout *l)
{
    l->pieces[0].n = 0;
    for (size_t i = 0; i < l->chars->n; i++) {
        const bx_pdf_char *c = &l->chars->of[i];
        piece *p = &l->pieces[l->n_pieces];
        if (p->n > 0 && continues(p, c)) {
            p->n++;
            p->end = larger(p->end, c->end);
            p->size = larger(p->size, c->size);
            continue;
        }
        end_piece(l);
        l->pieces[l->n_pieces] = (piece){.from = i,
                                         .n = 1,
                                         .x = c->x,
                                         .end = c->end,
                                         .y = c->y,
                                         .size = c->size,
                                         .turn = c->turn};
    }
    end_piece(l);
}

/* ---- blocks ----------------------------------------------------------------------------- */

static bool is_right_of(const piece *a, const piece *b)
{
    float size = larger(a->size, b->size);
    return a->turn == b->turn && distance(a->y, b->y) < SAME_LINE * size &&
           b->x > a->end - BACK * size;
}

static bool joins(const block *k, const piece *before, const piece *p)
{
    float size = larger(before->size, p->size), down = before->y - p->y;
    if (is_right_of(before, p))
        return true;
    return p->turn == k->turn && down > 0 && down < NEXT_LINE * size && p->x < k->end &&
           p->end > k->x;
}

static void find_blocks(layout *l)
{
    for (size_t i = 0; i < l->n_pieces; i++) {
        const piece *p = &l->pieces[i];
        block *k = l->n_blocks > 0 ? &l->blocks[l->n_blocks - 1] : NULL;
        float top = p->y + 0.7F * p->size, bottom = p->y - 0.2F * p->size;
        if (!k || !joins(k, p - 1, p)) {
            l->blocks[l->n_blocks++] = (block){.from = i,
                                               .n = 1,
                                               .x = p->x,
                                               .end = p->end,
                                               .top = top,
                                               .bottom = bottom,
                                               .turn = p->turn};
            continue;
        }
        k->n++;
        k->x = smaller(k->x, p->x);
        k->end = larger(k->end, p->end);
        k->top = larger(k->top, top);
        k->bottom = smaller(k->bottom, bottom);
    }
}

static bool comes_before(const block *a, const block *b)
{
    if (a->turn != b->turn)
        return false;
    float middle_a = (a->top + a->bottom) / 2, middle_b = (b->top + b->bottom) / 2;
    bool above = a->bottom > middle_b && b->top < middle_a;
    if (a->x < b->end && b->x < a->end)
        return above;
    bool beside = a->bottom < b->top && b->bottom < a->top && !above &&
                  !(b->bottom > middle_a && a->top < middle_b);
    return beside && a->end <= b->x;
}

/* ---- text ------------------------------------------------------------------------------- */

static void put(bx_buf *out, uint32_t cp)
{
    char bytes[4];
    (void)bx_buf_add(out, bytes, bx_utf8_encode(cp, bytes));
}

static void put_piece(const layout *l, const piece *p, bx_buf *out)
{
    const bx_pdf_char *c = l->chars->of + p->from, *before = NULL;
    bool blank = false;
    for (size_t i = 0; i < p->n; i++) {
        if (c[i].cp == ' ') {
            blank = before != NULL;
            continue;
        }
        bool gap = before && c[i].x - before->end > WORD_GAP * larger(before->size, c[i].size);
        if (blank || gap)
            (void)bx_buf_add_c(out, ' ');
        put(out, c[i].cp);
        before = &c[i];
        blank = false;
    }
}

/* What comes between two pieces. */
static const char *between(const piece *a, const piece *b, bool same_block)
{
    float size = larger(a->size, b->size), down = a->y - b->y;
    if (is_right_of(a, b))
        return b->x - a->end > WORD_GAP * size ? " " : "";
    bool near = a->turn == b->turn && down > 0 && down < PARAGRAPH * size;
    return near && (same_block || (a->x < b->end && b->x < a->end)) ? "\n" : "\n\n";
}

static void put_block(layout *l, block *k, const piece **last, bx_buf *out)
{
    for (size_t i = 0; i < k->n; i++) {
        const piece *p = &l->pieces[k->from + i];
        if (*last)
            (void)bx_buf_add_z(out, between(*last, p, i > 0));
        put_piece(l, p, out);
        *last = p;
    }
}

/* One that has to come before block `i` and is not put yet; n_blocks: none. */
static size_t first_before(layout *l, size_t i)
{
    for (size_t k = 0; k < l->n_blocks; k++)
        if (!l->blocks[k].seen && comes_before(&l->blocks[k], &l->blocks[i]))
            return k;
    return l->n_blocks;
}

/* Depth first, so that a circle ends where it began. */
static void put_with_those_before(layout *l, size_t i, size_t *stack, const piece **last,
                                  bx_buf *out)
{
    size_t n = 0;
    stack[n++] = i;
    l->blocks[i].seen = true;
    while (n > 0) {
        size_t k = first_before(l, stack[n - 1]);
        if (k < l->n_blocks) {
            l->blocks[k].seen = true;
            stack[n++] = k;
        } else {
            put_block(l, &l->blocks[stack[--n]], last, out);
        }
    }
}

static void put_all(layout *l, bx_buf *out)
{
    const piece *last = NULL;
    size_t *stack = l->n_blocks <= BLOCKS_MAX ? bx_calloc(l->n_blocks + 1, sizeof *stack) : NULL;
    for (size_t i = 0; i < l->n_blocks; i++) {
        if (!stack)
            put_block(l, &l->blocks[i], &last, out);
        else if (!l->blocks[i].seen)
            put_with_those_before(l, i, stack, &last, out);
    }
    free(stack);
    if (last)
        (void)bx_buf_add_c(out, '\n');
}

bool bx_pdf_lines(const bx_pdf_chars *c, bx_buf *ret)
{
    layout l = {.chars = c};
    l.pieces = bx_calloc(c->n + 1, sizeof *l.pieces);
    if (l.pieces)
        find_pieces(&l);
    l.blocks = bx_calloc(l.n_pieces + 1, sizeof *l.blocks);
    if (l.blocks)
        find_blocks(&l);
    bool good = l.pieces && l.blocks;
    put_all(&l, ret);
    free(l.pieces);
    free(l.blocks);
    return good;
}
