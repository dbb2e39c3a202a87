/* shell/match_int.h - compiled patterns and sets of positions: match_compile.c, match_sets.c,
 * match.c. */
#ifndef BX_SHELL_MATCH_INT_H
#define BX_SHELL_MATCH_INT_H

#include "shell/case.h"
#include "shell/match.h"

typedef enum node_kind { N_BYTE, N_CHAR, N_ANY, N_STAR, N_SET, N_GROUP } node_kind;

typedef struct match_range {
    uint32_t from, to;
} match_range;

typedef struct match_set { /* a bracket expression */
    uint64_t ascii[2];
    match_range *ranges; /* of characters from 128 on */
    uint32_t n_ranges;
    uint16_t classes; /* bits of class_names */
    bool negated;
} match_set;

typedef struct match_seq {
    struct match_node *nodes;
    uint32_t n;
} match_seq;

typedef struct match_node {
    uint8_t kind;
    uint8_t byte; /* N_BYTE; N_GROUP: one of ? * + @ ! */
    uint32_t c;   /* N_CHAR: a character folded */
    uint32_t n_alternatives;
    union {
        match_set *set;
        match_seq *alternatives;
    };
} match_node;

struct sh_pattern {
    match_seq seq;
    unsigned flags;
    bool literal; /* bytes only */
    bool groups, stars;
    char *text; /* of a literal one, or NULL */
    size_t text_n;
};

bool sh_set_has(const match_set *set, uint32_t c);
uint32_t sh_fold(uint32_t c);
/* The character at s[0..n), n > 0; its length. */
size_t sh_char_at(const char *s, size_t n, uint32_t *ret);
size_t sh_char_before(const char *s, size_t at); /* length of the character that ends at `at` > 0 */
size_t sh_node_match(const match_node *node, bx_str s, size_t at); /* 0: no */

/* A set of positions 0..n of a subject; no bit outside [lo, hi). */
typedef struct positions {
    uint64_t *w;
    size_t lo, hi;
    uint64_t small[4];
} positions;

typedef struct sh_match_run {
    const sh_pattern *p;
    bx_str s;
    size_t words;
    int64_t budget;
    positions starts;  /* of a finder */
    uint64_t *pool[8]; /* sets that are free, cleared */
    uint32_t n_pool;
} sh_match_run;

void sh_positions_init(sh_match_run *r, positions *set);
void sh_match_run_done(sh_match_run *r);
void sh_positions_done(sh_match_run *r, positions *set);
void sh_positions_clear(positions *set);
void sh_positions_add(positions *set, size_t i);
bool sh_positions_has(const positions *set, size_t i);
ptrdiff_t sh_positions_from(const positions *set, size_t i); /* the least >= i, -1: none */
ptrdiff_t sh_positions_last(const positions *set);
void sh_positions_all(sh_match_run *r, positions *set); /* every character boundary */
/* Replace the set by where the sequence leads from it, forward or backward. */
void sh_match_forward(sh_match_run *r, const match_seq *seq, positions *set);
void sh_match_backward(sh_match_run *r, const match_seq *seq, positions *set);

#endif
