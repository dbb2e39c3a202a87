/* codec/regexp_internal.h - shared by the files of codec/regexp.h, nobody else's business. */
#ifndef BX_CODEC_REGEXP_INTERNAL_H
#define BX_CODEC_REGEXP_INTERNAL_H

#include "codec/regexp.h"

enum {
    REGEXP_RANGES_MAX = 100000, /* of all sets of a pattern */
    REGEXP_REPEAT_INF = UINT32_MAX,
    CODE_POINT_MAX = 0x10ffff,
};

/* ---- sets of code points ------------------------------------------------------------------------
 */

typedef struct code_range {
    uint32_t lo, hi; /* both are in it */
} code_range;

/* Growing while it is made; afterwards tidy: in order, without overlap. */
typedef struct code_set {
    code_range *r; /* owned */
    uint32_t n, cap;
    bool full, failed; /* too many, no memory: sticky */
} code_set;

void code_set_done(code_set *s);
void code_set_add(code_set *s, uint32_t lo, uint32_t hi);
void code_set_tidy(code_set *s);
void code_set_negate(code_set *s); /* of a tidy one */
void code_set_join(code_set *s, const code_set *other);
BX_UNUSED static inline void code_set_autop(code_set *s) { code_set_done(s); }
#define AUTO_CODE_SET __attribute__((cleanup(code_set_autop))) code_set

/* Add what \d, \w and \s stand for (`c` is the letter, in lower case). */
void code_set_class(code_set *s, char c);
/* Add what \p{name} stands for; false: there is none of that name. */
bool code_set_property(code_set *s, bx_str name);

/* ---- a pattern, taken apart ---------------------------------------------------------------------
 */

typedef enum piece_kind {
    PIECE_EMPTY,
    PIECE_SET,    /* value: index of the set */
    PIECE_PLACE,  /* value: a regexp_place */
    PIECE_LOOK,   /* value: index of the look-around; the child is its pattern */
    PIECE_CAT,    /* children one after the other */
    PIECE_ALT,    /* one of the children */
    PIECE_REPEAT, /* the child min to max times */
} piece_kind;

typedef enum regexp_place { PLACE_START, PLACE_END, PLACE_WORD, PLACE_NOT_WORD } regexp_place;

typedef struct piece {
    uint8_t kind;
    uint32_t value, min, max;
    uint32_t child, next; /* 0: none, piece 0 is nobody's child */
} piece;

typedef struct look { /* a look-around */
    bool behind, negated;
    uint32_t piece; /* of its pattern */
    uint32_t start; /* of its states: backwards for what lies ahead, forwards for what is behind */
} look;

typedef enum state_op { OP_ACCEPT, OP_SET, OP_SPLIT, OP_PLACE, OP_LOOK } state_op;

typedef struct state {
    uint8_t op;
    uint32_t a; /* the set, place or look-around, or the other way of a split */
    uint32_t next;
} state;

typedef struct matched_set {
    uint64_t ascii[2];
    code_range *r; /* owned */
    uint32_t n;
} matched_set;

struct bx_regexp {
    matched_set *sets;
    uint32_t n_sets, cap_sets, n_ranges;
    look looks[BX_REGEXP_MAX_LOOKS];
    uint32_t n_looks; /* an inner one comes before those around it */
    state *states;
    uint32_t n_states, cap_states;
    uint32_t start;
    piece *pieces; /* gone once the states are made */
    uint32_t n_pieces, cap_pieces;
    uint32_t root;
};

/* The pieces, sets and look-arounds of `pattern`. */
bx_code bx_regexp_parse(bx_regexp *r, bx_str pattern, bx_error *err);
/* The states of them. */
bx_code bx_regexp_build(bx_regexp *r, bx_error *err);
/* Room for one more. */
bool bx_regexp_grow(void **p, uint32_t *cap, uint32_t n, size_t size);

#endif
