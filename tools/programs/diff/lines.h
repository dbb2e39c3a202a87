/* diff/lines.h - texts as lines, and which of their lines differ: the shortest edit script of Myers
 * ("An O(ND) difference algorithm and its variations", 1986) with the measures that GNU diff is
 * known for: lines without a counterpart are left out first, a bound on the work, changes moved
 * down as far as they go.  Its choices are those of GNU diff 3.8.  One thread; without memory the
 * program ends. */
#ifndef BX_DIFF_LINES_H
#define BX_DIFF_LINES_H

#include "programs/common/prog_io.h"

typedef struct diff_text {
    char *p; /* the bytes, with a line feed behind them where the last line has none */
    size_t n;
    bool no_lf; /* that line feed is not in the file */
    size_t *at; /* line i is p[at[i]..at[i + 1]) with its line feed */
    size_t n_lines;
} diff_text;

/* Take over n bytes at p (prog_alloc; room for one more), and find the lines. */
void diff_text_set(diff_text *t, char *p, size_t n);
void diff_text_done(diff_text *t);

static inline bx_str diff_line(const diff_text *t, size_t i)
{
    return (bx_str){t->p + t->at[i], t->at[i + 1] - t->at[i]};
}

/* The last line lacks its line feed. */
static inline bool diff_unended(const diff_text *t, size_t i)
{
    return t->no_lf && i + 1 == t->n_lines;
}

typedef enum diff_space {
    DIFF_SPACE_EXACT,
    DIFF_SPACE_TAB,          /* -E: tabs are blanks up to the next stop */
    DIFF_SPACE_TRAILING,     /* -Z */
    DIFF_SPACE_TAB_TRAILING, /* -E -Z */
    DIFF_SPACE_CHANGE,       /* -b */
    DIFF_SPACE_ALL,          /* -w */
} diff_space;

typedef struct diff_how {
    diff_space space;
    bool fold;      /* -i */
    bool completes; /* a last line without its line feed is as one with it (ed scripts) */
    bool minimal;   /* -d */
    bool fast;      /* -H */
    size_t tab;     /* columns between stops */
    size_t horizon; /* equal lines kept in front of and behind the changes */
} diff_how;

typedef struct diff_change { /* lines a[a..a + n_a) became b[b..b + n_b), from 0 */
    size_t a, n_a, b, n_b;
    bool ignored; /* of no interest (-B, -I) */
} diff_change;

typedef struct diff_script {
    diff_change *p;
    size_t n, cap;
} diff_script;

void diff_compare(const diff_text *a, const diff_text *b, const diff_how *how, diff_script *ret);

/* Parts, for each other. */

/* One number for lines that count as equal, from 1; of lines [from..from + n) of both texts.
 * *ret_count: one more than the largest. */
void diff_classes(const diff_text *text[2], const size_t n[2], size_t from, const diff_how *how,
                  uint32_t *ret[2], size_t *ret_count);

/* Mark in changed[f][0..n[f]) what is no common subsequence of the classes. */
void diff_sequence(const uint32_t *classes[2], const size_t n[2], const diff_how *how,
                   size_t n_classes, uint8_t *changed[2]);

#endif
