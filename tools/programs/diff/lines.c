#include "programs/diff/lines.h"

void diff_text_set(diff_text *t, char *p, size_t n)
{
    *t = (diff_text){.p = p, .n = n};
    if (n > 0 && p[n - 1] != '\n') {
        p[t->n++] = '\n';
        t->no_lf = true;
    }
    size_t cap = 0, lines = 0;
    for (size_t at = 0; at < t->n;) {
        t->at = prog_grow(t->at, &cap, lines + 1, sizeof(*t->at));
        t->at[lines++] = at;
        const char *lf = memchr(p + at, '\n', t->n - at);
        at = (size_t)(lf - p) + 1;
    }
    if (!t->at)
        t->at = prog_alloc(sizeof(*t->at));
    t->at[lines] = t->n;
    t->n_lines = lines;
}

void diff_text_done(diff_text *t)
{
    free(t->p);
    free(t->at);
    *t = (diff_text){0};
}

static bool same_line(const diff_text *a, size_t i, const diff_text *b, size_t k, bool completes)
{
    bx_str x = diff_line(a, i), y = diff_line(b, k);
    return x.n == y.n && memcmp(x.p, y.p, x.n) == 0 &&
           (completes || diff_unended(a, i) == diff_unended(b, k));
}

/* Equal lines at both ends that need not be compared: all but `horizon` of them. */
static void equal_ends(const diff_text *a, const diff_text *b, const diff_how *how,
                       size_t *ret_front, size_t *ret_back)
{
    size_t least = a->n_lines < b->n_lines ? a->n_lines : b->n_lines;
    size_t front = 0, back = 0;
    while (front < least && same_line(a, front, b, front, how->completes))
        front++;
    front -= front < how->horizon ? front : how->horizon;
    if (how->completes || a->no_lf == b->no_lf) {
        while (back < least - front &&
               same_line(a, a->n_lines - back - 1, b, b->n_lines - back - 1, how->completes))
            back++;
        back -= back < how->horizon ? back : how->horizon;
    }
    *ret_front = front;
    *ret_back = back;
}

/* A run of changed lines is moved up, joining those above it, then down, joining those below, until
 * it grows no more; then back up to the last place where the other text has a run as well. */
static void move_runs(const uint32_t *class, uint8_t *changed, const uint8_t *other, size_t end)
{
    size_t i = 0, j = 0; /* j: the place in the other text that corresponds to i */
    for (;;) {
        while (i < end && !changed[i]) {
            while (other[j++])
                ;
            i++;
        }
        if (i == end)
            return;
        size_t start = i, length, matching;
        while (changed[++i])
            ;
        while (other[j])
            j++;
        do {
            length = i - start;
            while (start > 0 && class[start - 1] == class[i - 1]) {
                changed[--start] = 1;
                changed[--i] = 0;
                while (start > 0 && changed[start - 1])
                    start--;
                while (other[--j])
                    ;
            }
            matching = j > 0 && other[j - 1] ? i : end;
            while (i != end && class[start] == class[i]) {
                changed[start++] = 0;
                changed[i++] = 1;
                while (changed[i])
                    i++;
                while (other[++j])
                    matching = i;
            }
        } while (length != i - start);
        while (matching < i) {
            changed[--start] = 1;
            changed[--i] = 0;
            while (other[--j])
                ;
        }
    }
}

static void collect(const uint8_t *changed[2], const size_t n[2], size_t front, diff_script *ret)
{
    size_t a = 0, b = 0;
    while (a < n[0] || b < n[1]) {
        if (!changed[0][a] && !changed[1][b]) {
            a++;
            b++;
            continue;
        }
        diff_change c = {.a = front + a, .b = front + b};
        while (changed[0][a])
            a++;
        while (changed[1][b])
            b++;
        c.n_a = front + a - c.a;
        c.n_b = front + b - c.b;
        ret->p = prog_grow(ret->p, &ret->cap, ret->n, sizeof(*ret->p));
        ret->p[ret->n++] = c;
    }
}

void diff_compare(const diff_text *a, const diff_text *b, const diff_how *how, diff_script *ret)
{
    *ret = (diff_script){0};
    size_t front, back, n_classes;
    equal_ends(a, b, how, &front, &back);
    const diff_text *text[2] = {a, b};
    size_t n[2] = {a->n_lines - front - back, b->n_lines - front - back};
    uint32_t *class[2];
    uint8_t *made[2], *changed[2]; /* a 0 in front of and behind the lines stops the loops */
    for (int f = 0; f < 2; f++) {
        made[f] = prog_zalloc(n[f] + 2, 1);
        changed[f] = made[f] + 1;
    }
    diff_classes(text, n, front, how, class, &n_classes);
    diff_sequence((const uint32_t *[2]){class[0], class[1]}, n, how, n_classes, changed);
    move_runs(class[0], changed[0], changed[1], n[0]);
    move_runs(class[1], changed[1], changed[0], n[1]);
    collect((const uint8_t *[2]){changed[0], changed[1]}, n, front, ret);
    for (int f = 0; f < 2; f++) {
        free(class[f]);
        free(made[f]);
    }
}
