/* tool/schema.h - JSON values against JSON Schemas: draft 2020-12, and draft 7 where "$schema" says
 * so.  Pure; a compiled schema never changes, so any thread may judge by it.
 *
 * Every keyword of both drafts is known (tool/schema_keywords.def).  "format" and "content..." only
 * tell, as their specifications have it.  A "$ref" stays within the document: what it names is
 * there, by pointer, "$id" or anchor, or it is one of the two meta-schemas, or the schema is
 * refused; nothing is ever fetched.
 *
 * Schemas and values may come from anybody.  Compiling is bounded by the numbers below, and so is
 * judging: whoever makes a schema that takes longer gets the answer that it was too much work,
 * which counts as a problem of the value.  Patterns run in linear time (codec/regexp.h). */
#ifndef BX_TOOL_SCHEMA_H
#define BX_TOOL_SCHEMA_H

#include "codec/json.h"

enum {
    BX_SCHEMA_MAX_PROBLEMS = 8,     /* told of one value */
    BX_SCHEMA_MAX_NODES = 10000,    /* schemas in a schema */
    BX_SCHEMA_MAX_NAMES = 1000,     /* identifiers and anchors in it */
    BX_SCHEMA_MAX_WORK = 50000000,  /* steps of compiling one */
    BX_SCHEMA_MAX_STEPS = 50000000, /* steps of judging one value: some tenths of a second */
    BX_SCHEMA_MAX_NESTED = 512,     /* schemas in each other, applied to one place or below it */
};

typedef enum bx_schema_draft { BX_SCHEMA_2020_12, BX_SCHEMA_DRAFT_7 } bx_schema_draft;

typedef struct bx_schema_options {
    bx_schema_draft draft; /* where "$schema" does not say */
    bool strict; /* a keyword that is not known is refused; else it is a note, as the standard says
                  */
    const char *note; /* this one is a note all the same; NULL: none */
} bx_schema_options;

typedef struct bx_schema bx_schema;

/* `schema` is borrowed as long as the result lives.  `o` may be NULL: all zero.  BX_EINVAL names
 * the place in it as a JSON Pointer (RFC 6901) and what is wrong there; BX_EUNSUPPORTED: a
 * reference out of the document, or another draft; BX_ELIMIT; BX_ENOMEM. */
BX_NODISCARD bx_code bx_schema_compile(const bx_json_val *schema, const bx_schema_options *o,
                                       bx_schema **ret, bx_error *err);
void bx_schema_free(bx_schema *s); /* NULL is fine */
BX_DEFINE_AUTO(bx_schema, bx_schema_free)

/* How many problems `value` has with `s`; 0: it fits.  Each becomes a line on `out`: where (a JSON
 * Pointer, "(whole)" for the value itself), what was expected, what was given, and where it is
 * likely what to write instead.  At most BX_SCHEMA_MAX_PROBLEMS are told.  `out` NULL: the answer
 * is 0 or 1. */
size_t bx_schema_judge(const bx_schema *s, const bx_json_val *value, bx_buf *out);

/* What a part of the schema expects of a value, in words: "an integer from 1 to 1000000".  `part`
 * is a value in the document of `s`. */
void bx_schema_words(const bx_schema *s, const bx_json_val *part, bx_buf *out);

#endif
