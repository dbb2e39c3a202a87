/* tool/schema_internal.h - shared by the files of tool/schema.h, nobody else's business. */
#ifndef BX_TOOL_SCHEMA_INTERNAL_H
#define BX_TOOL_SCHEMA_INTERNAL_H

#include "tool/schema.h"

/* A place in a document, from the root on: what a JSON Pointer says. */
typedef struct bx_schema_place {
    const struct bx_schema_place *above;
    bx_str key; /* of an object, or */
    size_t index;
    bool is_index;
} bx_schema_place;

/* The place as text; NULL is the root.  Keys are the caller's: no character of them acts on a
 * terminal or begins a line. */
void bx_schema_add_place(bx_buf *out, const bx_schema_place *at);

/* What was given instead of what was expected, as short as a message may be. */
void bx_schema_add_given(bx_buf *out, const bx_json_val *v);

#endif
