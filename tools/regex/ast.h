/* regex/ast.h - a pattern, taken apart: nodes that refer to each other by index.  One owner. */
#ifndef BX_REGEX_AST_H
#define BX_REGEX_AST_H

#include "regex/regex.h"
#include "regex/set.h"

enum {
    BX_NODE_DEPTH_MAX = 4 * BX_REGEX_NEST_MAX + 200, /* so that recursion over nodes ends */
    BX_AST_RANGES_MAX = 1 << 20,                     /* of all sets together */
    BX_REPEAT_MAX = 1000000,                         /* the largest number in {n,m} */
    BX_REPEAT_INF = UINT32_MAX,
};

typedef enum bx_look {
    BX_LOOK_LINE_START,
    BX_LOOK_LINE_END,
    BX_LOOK_TEXT_START,
    BX_LOOK_TEXT_END,
    BX_LOOK_WORD,     /* \b */
    BX_LOOK_NOT_WORD, /* \B */
    BX_LOOK_WORD_START,
    BX_LOOK_WORD_END,
    BX_LOOK_WORD_START_HALF, /* no word character before */
    BX_LOOK_WORD_END_HALF,   /* none behind */
    BX_LOOK_ASCII = 6,       /* what is added to the six of words where Unicode is off */
    BX_LOOK_COUNT = BX_LOOK_WORD_END_HALF + BX_LOOK_ASCII + 1,
} bx_look;

typedef enum bx_node_kind {
    BX_NODE_EMPTY,
    BX_NODE_CHAR,   /* value: the code point */
    BX_NODE_BYTE,   /* value: one byte that is no ASCII */
    BX_NODE_SET,    /* value: index of the set */
    BX_NODE_LOOK,   /* value: a bx_look */
    BX_NODE_CAT,    /* children one after the other */
    BX_NODE_ALT,    /* one of the children, the first that goes */
    BX_NODE_REPEAT, /* the child min to max times */
    BX_NODE_GROUP,  /* the child, captured as number `value` */
    BX_NODE_AGAIN,  /* what group `value` captured: this and the next two only regex/back.h knows */
    BX_NODE_AROUND, /* the child matches (value 1: does not) behind here (2: before here) */
    BX_NODE_KEEP,   /* the match is to begin here */
} bx_node_kind;

typedef struct bx_node {
    uint8_t kind;
    bool lazy;
    uint16_t depth; /* of the nodes below */
    uint32_t value;
    uint32_t min, max; /* max BX_REPEAT_INF: no end */
    uint32_t child;    /* the first one */
    uint32_t next;     /* of the same parent; 0: none, node 0 is nobody's child */
} bx_node;

typedef struct bx_ast_set {
    uint32_t from, n; /* in `ranges` */
    bool is_bytes;    /* else code points */
} bx_ast_set;

typedef struct bx_ast_name {
    bx_str name; /* of the pattern's text */
    uint32_t group;
} bx_ast_name;

typedef struct bx_ast {
    bool has_again; /* there are nodes that only regex/back.h knows */
    bx_node *nodes;
    uint32_t n_nodes, cap_nodes;
    bx_ast_set *sets;
    uint32_t n_sets, cap_sets;
    bx_range *ranges;
    uint32_t n_ranges, cap_ranges;
    bx_ast_name *names;
    uint32_t n_names, cap_names;
    uint32_t groups; /* the whole match included */
    uint32_t root;
} bx_ast;

/* The pattern's text has to live as long as the names are used.  *ret is empty after an error. */
BX_NODISCARD bx_code bx_ast_parse(bx_str pattern, const bx_regex_options *o, bx_ast *ret,
                                  bx_error *err);
void bx_ast_done(bx_ast *a);

static inline bool bx_look_is_word(uint32_t look) { return look >= BX_LOOK_WORD; }
static inline bool bx_look_is_unicode(uint32_t look)
{
    return look >= BX_LOOK_WORD && look < BX_LOOK_WORD + BX_LOOK_ASCII;
}

#endif
