/* lines/awk_parse.h - between the grammar's expressions (awk_expr.c) and its statements
 * (awk_parse.c).  One thread. */
#ifndef LINES_AWK_PARSE_H
#define LINES_AWK_PARSE_H

#include "programs/lines/awk_lex.h"

enum {
    AWK_NEST_MAX = 400,   /* of expressions and statements */
    AWK_DEPTH_MAX = 1500, /* operators on each other's results: a + b + c is two */
};

typedef struct awk_parser {
    awk_lexer l;
    unsigned nest, loops, switches, in_function;
    bool no_in, no_gt;
    const char *rule; /* "BEGIN", "END", or NULL in others */
    awk_func *func;   /* whose body this is, for its parameters */
} awk_parser;

BX_NORETURN void awk_fail(const awk_parser *ps); /* a syntax error, here */
BX_NORETURN void awk_mistake(const awk_parser *ps, const char *what);
awk_node *awk_make(awk_parser *ps, awk_kind kind, awk_node *a, awk_node *b);
void awk_enter(awk_parser *ps); /* one level deeper: undone by ps->nest-- */

awk_node *awk_variable(awk_parser *ps); /* at a name */
bool awk_is_special(const awk_str *name);
int32_t awk_function_of(const awk_str *name);
bool awk_is_lvalue(const awk_node *n);
awk_node *awk_lvalue(awk_parser *ps);
awk_node *awk_unary(awk_parser *ps);
awk_node *awk_concat(awk_parser *ps);
awk_node *awk_expr(awk_parser *ps);
awk_node *awk_list(awk_parser *ps, awk_tok end); /* with commas between; moves past `end` */

static inline bool is(const awk_parser *ps, awk_tok t) { return ps->l.tok == t; }
static inline void next(awk_parser *ps) { awk_lex_next(&ps->l); }

static inline bool accept(awk_parser *ps, awk_tok t)
{
    if (!is(ps, t))
        return false;
    next(ps);
    return true;
}

static inline void expect(awk_parser *ps, awk_tok t)
{
    if (!accept(ps, t))
        awk_fail(ps);
}

static inline void skip_newlines(awk_parser *ps)
{
    while (is(ps, T_NEWLINE))
        next(ps);
}

static inline void skip_ends(awk_parser *ps)
{
    while (is(ps, T_NEWLINE) || is(ps, T_SEMI))
        next(ps);
}

#endif
