/* regex/regex.h - regular expressions over bytes that are mostly UTF-8, in linear time.  One owner,
 * one thread at a time: a search writes to the expression.
 *
 * Syntax and meaning are those of Rust's regex crate, which ripgrep has (docs/tools.md, "grep"):
 * leftmost-first, Unicode unless (?-u), no look-around and no back references.  `^` and `$` are of
 * the line unless (?-m).  A byte that is no UTF-8 is matched by (?-u:...) only.
 *
 * Cost: a search takes time in proportion to text times pattern at the worst, text alone as a rule:
 * candidates come from literals (regex/find.h), then a table of states made as they are met
 * (regex/dfa.h) reads each byte once, and what it cannot say a simulation does (regex/pike.h).
 * `budget` bounds the sum. */
#ifndef BX_REGEX_REGEX_H
#define BX_REGEX_REGEX_H

#include "base/buf.h"

enum {
    BX_REGEX_NODES_MAX = 1 << 18,  /* parts of a pattern */
    BX_REGEX_STATES_MAX = 1 << 18, /* states and transitions of what it is compiled to */
    BX_REGEX_NEST_MAX = 250,       /* groups or sets within each other */
    BX_REGEX_DFA_BYTES = 4 << 20,  /* of states kept by each of two tables */
    BX_REGEX_GROUPS_MAX = 1000,    /* groups that are captured */
    BX_REGEX_BUDGET = 1 << 30,     /* steps over states, of all searches of one expression */
};

typedef enum bx_case { BX_CASE_SENSITIVE, BX_CASE_INSENSITIVE, BX_CASE_SMART } bx_case;

typedef struct bx_regex_options {
    bx_case fold;  /* SMART: insensitive unless the pattern has an upper-case letter */
    bool fixed;    /* the pattern is the text itself */
    bool word;     /* no word character may stand before or behind a match */
    bool lines;    /* a match lies within one line: nothing matches \n, \A and \z are of the line */
    bool crlf;     /* `$` matches before \r\n too; the match then takes the \r */
    bool captures; /* bx_regex_captures will be called */
    bool longest;  /* of the matches that begin leftmost the longest, as POSIX has it */
    bool perl;     /* bx_ast_parse only: look-around, \1 and \K, for regex/posix.h */
    bool patient;  /* the budget is of each search */
} bx_regex_options;

typedef struct bx_regex bx_regex;

typedef struct bx_span { /* p[from..to); from SIZE_MAX: not there */
    size_t from, to;
} bx_span;

typedef enum bx_hit {
    BX_HIT_NONE,
    BX_HIT,
    BX_HIT_GAVE_UP, /* over the budget, or out of memory: nothing is known */
} bx_hit;

/* BX_EINVAL: the message says what is wrong and at which character; BX_ELIMIT: too large. */
BX_NODISCARD bx_code bx_regex_new(bx_str pattern, const bx_regex_options *options, bx_regex **ret,
                                  bx_error *err);

/* The same of a pattern that is taken apart already (regex/ast.h): takes the contents of `ast`,
 * also when it fails.  Of the options word, fixed and fold have been seen to. */
struct bx_ast;
BX_NODISCARD bx_code bx_regex_of_ast(struct bx_ast *ast, const bx_regex_options *options,
                                     bx_regex **ret, bx_error *err);
void bx_regex_free(bx_regex *r); /* NULL is fine */
BX_DEFINE_AUTO(bx_regex, bx_regex_free)

/* The leftmost match of p[0..n) that begins at `from` or behind it. */
bx_hit bx_regex_find(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret);

/* Is there a match?  Sooner known than where. */
bool bx_regex_test(bx_regex *r, const uint8_t *p, size_t n, size_t from);

/* With `lines`: the first line at or behind `from`, which begins a line, that has a match.  *ret is
 * the line without its \n. Sooner known than where the match is. */
bx_hit bx_regex_find_line(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret);

/* As bx_regex_find, with the groups: ret[0] is the match, ret[i] group i of `count`. */
bx_hit bx_regex_captures(bx_regex *r, const uint8_t *p, size_t n, size_t from, bx_span *ret,
                         size_t count);

size_t bx_regex_groups(const bx_regex *r); /* group 0, the match, is one */

/* Number of the group of that name, or SIZE_MAX. */
size_t bx_regex_group(const bx_regex *r, bx_str name);

/* Append `with` to `out`: $1, ${1}, $name and ${name} are what the groups captured, $$ is a dollar
 * sign; what no group has the name of is nothing. */
void bx_regex_expand(const bx_regex *r, bx_str with, const uint8_t *p, const bx_span *groups,
                     size_t count, bx_buf *out);

#endif
