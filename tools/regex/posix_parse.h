/* regex/posix_parse.h - the syntax of regex/posix.h, taken apart.  Pure. */
#ifndef BX_REGEX_POSIX_PARSE_H
#define BX_REGEX_POSIX_PARSE_H

#include "regex/ast.h"
#include "regex/posix.h"

/* As bx_ast_parse; messages are glibc's. */
BX_NODISCARD bx_code bx_posix_parse(bx_str pattern, const bx_posix_options *o, bx_ast *ret,
                                    bx_error *err);

/* --- between its parts ------------------------------------------------------------------------ */

struct bx_parser;

/* The character at p[0..n), n > 0; its length into *ret.  UINT32_MAX: a byte that is none. */
uint32_t bx_posix_decode(const uint8_t *p, size_t n, size_t *ret);

/* A mistake: 0, after *err was filled. */
uint32_t bx_posix_fail(struct bx_parser *ps, const char *what);

/* Behind the '[': a whole set.  0 after a mistake. */
uint32_t bx_posix_set(struct bx_parser *ps, const bx_posix_options *o);

/* Behind a backslash: what awk's escapes \a \f \n \r \t \v \ddd \xhh say, moved past.  False: it is
 * none of them. */
bool bx_posix_awk_escape(struct bx_parser *ps, bool in_set, uint32_t *ret);

#endif
