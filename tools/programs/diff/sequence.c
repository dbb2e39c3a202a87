#include "programs/diff/lines.h"

enum { SNAKE = 20 /* equal lines in a row that count as a good sign (-H) */ };

typedef struct part { /* of the two sequences: x of the first, y of the second */
    ptrdiff_t x, x_end, y, y_end;
    bool minimal;
} part;

typedef struct search {
    const uint32_t *xs, *ys;
    const size_t *x_line, *y_line; /* where they stand among all lines */
    uint8_t *x_changed, *y_changed;
    ptrdiff_t *forth, *back; /* by diagonal: the furthest x reached from either end */
    ptrdiff_t too_expensive;
    bool fast;
} search;

typedef struct middle {
    ptrdiff_t x, y;
    bool first_minimal, second_minimal;
} middle;

/* The work was bounded: split where one of the two searches got furthest. */
static middle give_up(const search *s, const part *p, const ptrdiff_t f[2], const ptrdiff_t b[2])
{
    ptrdiff_t best_f = -1, f_x = 0, best_b = PTRDIFF_MAX, b_x = 0;
    for (ptrdiff_t d = f[1]; d >= f[0]; d -= 2) {
        ptrdiff_t x = s->forth[d] < p->x_end ? s->forth[d] : p->x_end, y = x - d;
        if (y > p->y_end) {
            x = p->y_end + d;
            y = p->y_end;
        }
        if (best_f < x + y) {
            best_f = x + y;
            f_x = x;
        }
    }
    for (ptrdiff_t d = b[1]; d >= b[0]; d -= 2) {
        ptrdiff_t x = s->back[d] > p->x ? s->back[d] : p->x, y = x - d;
        if (y < p->y) {
            x = p->y + d;
            y = p->y;
        }
        if (x + y < best_b) {
            best_b = x + y;
            b_x = x;
        }
    }
    if (p->x_end + p->y_end - best_b < best_f - (p->x + p->y))
        return (middle){f_x, best_f - f_x, true, false};
    return (middle){b_x, best_b - b_x, false, true};
}

/* -H: a diagonal that has come far and ends in a long run of equal lines. */
static bool good_enough(const search *s, const part *p, ptrdiff_t cost, const ptrdiff_t f[2],
                        const ptrdiff_t b[2], middle *ret)
{
    ptrdiff_t best = 0, from = p->x - p->y, to = p->x_end - p->y_end;
    for (ptrdiff_t d = f[1]; d >= f[0]; d -= 2) {
        ptrdiff_t x = s->forth[d], y = x - d, off = d < from ? from - d : d - from;
        ptrdiff_t v = (x - p->x) * 2 - (d - from);
        if (v <= 12 * (cost + off) || v <= best || x < p->x + SNAKE || x >= p->x_end ||
            y < p->y + SNAKE || y >= p->y_end)
            continue;
        int k = 1;
        while (s->xs[x - k] == s->ys[y - k] && k != SNAKE)
            k++;
        if (k == SNAKE) {
            best = v;
            *ret = (middle){x, y, true, false};
        }
    }
    if (best > 0)
        return true;
    for (ptrdiff_t d = b[1]; d >= b[0]; d -= 2) {
        ptrdiff_t x = s->back[d], y = x - d, off = d < to ? to - d : d - to;
        ptrdiff_t v = (p->x_end - x) * 2 + (d - to);
        if (v <= 12 * (cost + off) || v <= best || x <= p->x || x > p->x_end - SNAKE || y <= p->y ||
            y > p->y_end - SNAKE)
            continue;
        int k = 0;
        while (s->xs[x + k] == s->ys[y + k] && k != SNAKE - 1)
            k++;
        if (k == SNAKE - 1) {
            best = v;
            *ret = (middle){x, y, false, true};
        }
    }
    return best > 0;
}

/* One step of the search from the front, `f` its lowest and highest diagonal.  True: it has met the
 * other one. */
static bool step_forth(search *s, const part *p, ptrdiff_t f[2], const ptrdiff_t b[2], bool meets,
                       bool *long_run, middle *ret)
{
    if (f[0] > p->x - p->y_end)
        s->forth[--f[0] - 1] = -1;
    else
        ++f[0];
    if (f[1] < p->x_end - p->y)
        s->forth[++f[1] + 1] = -1;
    else
        --f[1];
    for (ptrdiff_t d = f[1]; d >= f[0]; d -= 2) {
        ptrdiff_t low = s->forth[d - 1], high = s->forth[d + 1];
        ptrdiff_t x0 = low < high ? high : low + 1, x = x0, y = x0 - d;
        while (x < p->x_end && y < p->y_end && s->xs[x] == s->ys[y])
            x++, y++;
        *long_run |= x - x0 > SNAKE;
        s->forth[d] = x;
        if (meets && b[0] <= d && d <= b[1] && s->back[d] <= x) {
            *ret = (middle){x, y, true, true};
            return true;
        }
    }
    return false;
}

static bool step_back(search *s, const part *p, const ptrdiff_t f[2], ptrdiff_t b[2], bool meets,
                      bool *long_run, middle *ret)
{
    if (b[0] > p->x - p->y_end)
        s->back[--b[0] - 1] = PTRDIFF_MAX;
    else
        ++b[0];
    if (b[1] < p->x_end - p->y)
        s->back[++b[1] + 1] = PTRDIFF_MAX;
    else
        --b[1];
    for (ptrdiff_t d = b[1]; d >= b[0]; d -= 2) {
        ptrdiff_t low = s->back[d - 1], high = s->back[d + 1];
        ptrdiff_t x0 = low < high ? low : high - 1, x = x0, y = x0 - d;
        while (p->x < x && p->y < y && s->xs[x - 1] == s->ys[y - 1])
            x--, y--;
        *long_run |= x0 - x > SNAKE;
        s->back[d] = x;
        if (meets && f[0] <= d && d <= f[1] && x <= s->forth[d]) {
            *ret = (middle){x, y, true, true};
            return true;
        }
    }
    return false;
}

/* Where a shortest path through this part crosses its middle. */
static middle find_middle(search *s, const part *p)
{
    ptrdiff_t from = p->x - p->y, to = p->x_end - p->y_end;
    ptrdiff_t f[2] = {from, from}, b[2] = {to, to};
    bool odd = (from - to) % 2 != 0;
    middle m;
    s->forth[from] = p->x;
    s->back[to] = p->x_end;
    for (ptrdiff_t cost = 1;; cost++) {
        bool long_run = false;
        if (step_forth(s, p, f, b, odd, &long_run, &m) ||
            step_back(s, p, f, b, !odd, &long_run, &m))
            return m;
        if (p->minimal)
            continue;
        if (s->fast && cost > 200 && long_run && good_enough(s, p, cost, f, b, &m))
            return m;
        if (cost >= s->too_expensive)
            return give_up(s, p, f, b);
    }
}

static void compare_all(search *s, part whole)
{
    part *stack = NULL;
    size_t n = 0, cap = 0;
    stack = prog_grow(stack, &cap, n, sizeof(*stack));
    stack[n++] = whole;
    while (n > 0) {
        part p = stack[--n];
        while (p.x < p.x_end && p.y < p.y_end && s->xs[p.x] == s->ys[p.y])
            p.x++, p.y++;
        while (p.x < p.x_end && p.y < p.y_end && s->xs[p.x_end - 1] == s->ys[p.y_end - 1])
            p.x_end--, p.y_end--;
        if (p.x == p.x_end) {
            while (p.y < p.y_end)
                s->y_changed[s->y_line[p.y++]] = 1;
        } else if (p.y == p.y_end) {
            while (p.x < p.x_end)
                s->x_changed[s->x_line[p.x++]] = 1;
        } else {
            middle m = find_middle(s, &p);
            stack = prog_grow(stack, &cap, n + 1, sizeof(*stack));
            stack[n++] = (part){m.x, p.x_end, m.y, p.y_end, m.second_minimal};
            stack[n++] = (part){p.x, m.x, p.y, m.y, m.first_minimal};
        }
    }
    free(stack);
}

/* ---- lines without a counterpart, and those with too many --------------------------------------
 */

enum { KEEP, DROP, MAYBE }; /* MAYBE: it has so many that it says little */

/* From one end of a run (step 1 or -1): what may be dropped there is kept until three lines in a
 * row, or one after the eighth, are surely dropped. */
static void keep_at_end(uint8_t *run, size_t length, ptrdiff_t step)
{
    size_t row = 0;
    for (size_t k = 0; k < length; k++) {
        uint8_t *d = run + (ptrdiff_t)k * step;
        if (k >= 8 && *d == DROP)
            return;
        if (*d == MAYBE)
            *d = KEEP;
        row = *d == DROP ? row + 1 : 0;
        if (row == 3)
            return;
    }
}

/* A run that begins and ends with lines surely dropped, `maybes` of those within are MAYBE: which
 * of them are kept. */
static void settle_run(uint8_t *run, size_t length, size_t maybes)
{
    if (maybes * 4 > length) {
        for (size_t k = 0; k < length; k++)
            if (run[k] == MAYBE)
                run[k] = KEEP;
        return;
    }
    size_t least = 1, row = 0;
    for (size_t rest = length >> 4; rest > 0; rest >>= 2)
        least *= 2;
    least++;
    for (size_t k = 0; k < length; k++) {
        if (run[k] != MAYBE)
            row = 0;
        else if (++row == least)
            k -= row; /* once more from its beginning, to keep all of it */
        else if (row > least)
            run[k] = KEEP;
    }
    keep_at_end(run, length, 1);
    keep_at_end(run + length - 1, length, -1);
}

static void mark_dropped(const uint32_t *class, size_t n, const uint32_t *counts, uint8_t *drop)
{
    size_t many = 5;
    for (size_t rest = n / 64; (rest >>= 2) > 0;)
        many *= 2;
    for (size_t i = 0; i < n; i++)
        drop[i] = counts[class[i]] == 0 ? DROP : counts[class[i]] > many ? MAYBE : KEEP;
    for (size_t i = 0; i < n; i++) {
        if (drop[i] == MAYBE)
            drop[i] = KEEP;
        if (drop[i] == KEEP)
            continue;
        size_t end = i, maybes = 0;
        for (; end < n && drop[end] != KEEP; end++)
            maybes += drop[end] == MAYBE;
        for (; drop[end - 1] == MAYBE; maybes--)
            drop[--end] = KEEP;
        settle_run(drop + i, end - i, maybes);
        i = end - 1;
    }
}

void diff_sequence(const uint32_t *classes[2], const size_t n[2], const diff_how *how,
                   size_t n_classes, uint8_t *changed[2])
{
    uint32_t *counts[2], *kept[2];
    size_t *lines[2], n_kept[2] = {0, 0};
    for (int f = 0; f < 2; f++) {
        counts[f] = prog_zalloc(n_classes, sizeof(*counts[f]));
        for (size_t i = 0; i < n[f]; i++)
            counts[f][classes[f][i]]++;
    }
    for (int f = 0; f < 2; f++) {
        uint8_t *drop = prog_zalloc(n[f] + 1, 1);
        mark_dropped(classes[f], n[f], counts[1 - f], drop);
        kept[f] = prog_zalloc(n[f] + 1, sizeof(*kept[f]));
        lines[f] = prog_zalloc(n[f] + 1, sizeof(*lines[f]));
        for (size_t i = 0; i < n[f]; i++) {
            if (drop[i] != KEEP && !how->minimal) {
                changed[f][i] = 1;
                continue;
            }
            kept[f][n_kept[f]] = classes[f][i];
            lines[f][n_kept[f]++] = i;
        }
        free(drop);
    }
    size_t diagonals = n_kept[0] + n_kept[1] + 3;
    ptrdiff_t *room = prog_zalloc(diagonals * 2, sizeof(*room));
    search s = {.xs = kept[0],
                .ys = kept[1],
                .x_line = lines[0],
                .y_line = lines[1],
                .x_changed = changed[0],
                .y_changed = changed[1],
                .forth = room + n_kept[1] + 1,
                .back = room + diagonals + n_kept[1] + 1,
                .too_expensive = 1,
                .fast = how->fast};
    for (size_t rest = diagonals; rest > 0; rest >>= 2)
        s.too_expensive *= 2;
    if (s.too_expensive < 4096)
        s.too_expensive = 4096;
    compare_all(&s, (part){0, (ptrdiff_t)n_kept[0], 0, (ptrdiff_t)n_kept[1], how->minimal});
    free(room);
    for (int f = 0; f < 2; f++) {
        free(counts[f]);
        free(kept[f]);
        free(lines[f]);
    }
}
