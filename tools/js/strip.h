/* js/strip.h - TypeScript to JavaScript by blanking the types out.  Reentrant, no global state.
 *
 * What only the type checker reads is overwritten by spaces: every line and column (in UTF-16
 * units) of the rest stays where it was, and the text keeps its length in bytes.  Where the
 * automatic semicolon would go missing with a type, a `;` stands in its place.  The rules and the
 * texts of the errors are those of Node's module.stripTypeScriptTypes; JavaScript without types
 * comes out as it went in. */
#ifndef BX_JS_STRIP_H
#define BX_JS_STRIP_H

#include <stdbool.h>
#include <stddef.h>

enum {
    JS_STRIP_MAX_BYTES = 64 << 20,
    JS_STRIP_MAX_DEPTH = 1000, /* nesting of statements, expressions and types, together */
};

typedef enum js_strip_code {
    JS_STRIP_SYNTAX,      /* Node: ERR_INVALID_TYPESCRIPT_SYNTAX */
    JS_STRIP_UNSUPPORTED, /* Node: ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: it has a run-time meaning */
    JS_STRIP_LIMIT,       /* too large, too deep, or too ambiguous to read in linear time */
    JS_STRIP_MEMORY,
} js_strip_code;

typedef struct js_strip_error {
    js_strip_code code;
    char msg[192];
    size_t line, column; /* from 1; the column in UTF-16 units */
    size_t start, end;   /* the bytes of the source it is about; start <= end <= n */
} js_strip_error;

/* The source may hold any bytes.  module: it is known to be an ES module, where `<!--` is no
 * comment.  *ret (n bytes and a NUL, *ret_n == n) belongs to the caller.  False: *err says why, and
 * *ret is untouched. */
bool js_strip_types(const char *src, size_t n, bool module, char **ret, size_t *ret_n,
                    js_strip_error *err);

#endif
