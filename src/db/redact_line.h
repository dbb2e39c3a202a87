/* db/redact_line.h - secrets of a command line that only the program says: `mysql -pX`.  Pure. */
#ifndef BX_DB_REDACT_LINE_H
#define BX_DB_REDACT_LINE_H

#include "base/defs.h"

/* At t.p[i], a '-' that begins a word: is it a short option of its program that takes a secret?
 * Where that begins, behind blanks and a quote, is *ret; where the word ends is for the caller.
 * What stands in front of a secret's '%' or ':' is a name and is not part of it. */
bool bx_redact_short_option(bx_str t, size_t i, size_t *ret);

/* At the first letter of a word: `set NAME VALUE`, `login NAME password VALUE`.  *ret likewise. */
bool bx_redact_words(bx_str t, size_t i, size_t *ret);

/* At a '>' that ends <NAME …>, of XML: the value, up to the next '<'. */
bool bx_redact_element(bx_str t, size_t i, size_t *ret_from, size_t *ret_to);

#endif
