/* regex/unicode.h - what Unicode says of characters, as sets; of the release that the tables were
 * made from (scripts/regex_tables.py).  Pure. */
#ifndef BX_REGEX_UNICODE_H
#define BX_REGEX_UNICODE_H

#include "regex/set.h"

/* Add what \p{name} stands for: a general category ("Lu", "L", "Letter"), a script ("Greek"), or
 * one of a few properties ("Any", "ASCII", "Assigned", "Lowercase", "Uppercase", "White_Space").
 * Case, spaces, hyphens and underscores do not count.  `kind`: "gc" or "sc" and their long forms
 * where the pattern says which (\p{sc=Greek}), else empty.  False: there is none of that name. */
bool bx_unicode_named(bx_str kind, bx_str name, bx_cpset *s);

void bx_unicode_digits(bx_cpset *s); /* \d: Nd */
void bx_unicode_spaces(bx_cpset *s); /* \s: White_Space */
void bx_unicode_words(bx_cpset *s);  /* \w as UTS 18 annex C has it; tidy when `s` was empty */

/* Add whatever differs from a member in case only (simple case folding); leaves it tidy. */
void bx_unicode_fold(bx_cpset *s);

/* The same for bytes: ASCII letters only. */
void bx_ascii_fold(bx_cpset *s);

#endif
