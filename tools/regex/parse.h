/* regex/parse.h - what the parts of the parser share: the text, the flags, what is made. */
#ifndef BX_REGEX_PARSE_H
#define BX_REGEX_PARSE_H

#include "regex/ast.h"
#include "regex/unicode.h"

#define BX_END UINT32_MAX /* what bx_peek answers at the end */

typedef struct bx_flags { /* (?imsUux) */
    bool fold, lines, dot_all, swap_greed, unicode, verbose;
} bx_flags;

typedef struct bx_parser {
    bx_ast *ast;
    const bx_regex_options *o;
    bool fold; /* to begin with */
    const uint8_t *p;
    size_t n, at;
    bx_flags flags;
    unsigned nest;
    uint64_t work; /* ranges that were looked at */
    bool has_literal, has_upper;
    bx_cpset perl[3]; /* \d \s \w of Unicode, once they were asked for */
    bx_cpset upper;   /* likewise: upper-case characters */
    bx_error *err;
    bx_code fail; /* the first mistake; everything returns quickly afterwards */
} bx_parser;

/* One thing that an escape can be, or a character. */
typedef struct bx_item {
    enum { BX_ITEM_CHAR, BX_ITEM_BYTE, BX_ITEM_SET, BX_ITEM_LOOK } kind;
    uint32_t value; /* code point, byte or bx_look */
    bx_cpset set;   /* SET: the caller's to free */
} bx_item;

/* Remember a mistake at byte `at` of the pattern: "… at character N"; returns 0. */
uint32_t bx_parse_fail(bx_parser *ps, size_t at, const char *what);
uint32_t bx_parse_too_large(bx_parser *ps);
uint32_t bx_parse_no_memory(bx_parser *ps);

uint32_t bx_peek(const bx_parser *ps);
uint32_t bx_peek_behind(const bx_parser *ps); /* the character after the next one */
void bx_bump(bx_parser *ps);
bool bx_accept(bx_parser *ps, const char *z); /* if the rest begins with `z`, move past it */
void bx_skip_blanks(bx_parser *ps);           /* and comments, where (?x) */

/* A new node, 0 after a mistake. */
uint32_t bx_node_new(bx_parser *ps, bx_node_kind kind, uint32_t value);
uint32_t bx_node_char(bx_parser *ps, uint32_t cp); /* with what differs in case, where (?i) */
uint32_t bx_node_set(bx_parser *ps, bx_cpset *s, bool is_bytes); /* takes the contents of `s` */

/* At a backslash: the escape after it.  False after a mistake. */
bool bx_parse_escape(bx_parser *ps, bool in_set, bx_item *ret);

/* At the '[': a whole set. */
uint32_t bx_parse_set(bx_parser *ps);

void bx_see_literal(bx_parser *ps, uint32_t cp); /* for smart case */
void bx_fold_set(bx_parser *ps, bx_cpset *s);

#endif
