/* fetch/html_attr.h - attributes of a start tag as values.  Pure. */
#ifndef WF_HTML_ATTR_H
#define WF_HTML_ATTR_H

#include "fetch/html_tok.h"

enum { WF_MAX_LANGUAGE = 32 };

/* The attribute's leading digits as a number of at most `max`; `fallback` without any. */
size_t wf_attr_number(const wf_tok *tok, const char *name, size_t fallback, size_t max);

/* The attribute is there and is `value`, white space around it and case ignored. */
bool wf_attr_is(const wf_tok *tok, const char *name, const char *value);

/* The programming language a class list names the way highlighters do: language-x, lang-x,
 * highlight-source-x, highlight-x, "sourceCode x".  `language` has room for WF_MAX_LANGUAGE + 1
 * bytes; it stays as it is when not empty, or when the classes name none. */
void wf_attr_language(const wf_tok *tok, char *language);

#endif
