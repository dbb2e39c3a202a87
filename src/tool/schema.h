/* tool/schema.h - a JSON value against a JSON Schema (2020-12, the part that tools use).  Pure; any
 * thread.
 *
 * Keywords that check: type enum const, minimum maximum, minLength maxLength, items minItems
 * maxItems, properties required additionalProperties minProperties maxProperties, anyOf oneOf.
 * Keywords that only tell: title description default examples $comment deprecated.  A schema with
 * any other keyword is refused as a whole: what is not checked must not look as if it were. */
#ifndef BX_TOOL_SCHEMA_H
#define BX_TOOL_SCHEMA_H

#include "codec/json.h"

enum { BX_SCHEMA_MAX_PROBLEMS = 8 }; /* told of one value */

/* Whether every part of `schema` is one that bx_schema_judge understands.  BX_EINVAL names the
 * place in it as a JSON Pointer (RFC 6901). */
BX_NODISCARD bx_code bx_schema_check(const bx_json_val *schema, bx_error *err);

/* How many problems `value` has with `schema`, which was checked.  Each becomes a line on `out`:
 * where (a JSON Pointer, "(whole)" for the value itself), what was expected, what was given.  At
 * most BX_SCHEMA_MAX_PROBLEMS of them are told. */
size_t bx_schema_judge(const bx_json_val *schema, const bx_json_val *value, bx_buf *out);

/* What `schema` expects of a value, in words: "an integer from 1 to 1000000". */
void bx_schema_words(const bx_json_val *schema, bx_buf *out);

#endif
