/* tool/param_headers.h - arguments of a tool that a client repeats as headers of HTTP, so that what
 * stands between can see them (MCP 2026-07-28, "Custom Headers from Tool Parameters"): properties
 * of an input schema with `x-mcp-header: NAME` come as `Mcp-Param-NAME`.  Pure; any thread. */
#ifndef BX_TOOL_PARAM_HEADERS_H
#define BX_TOOL_PARAM_HEADERS_H

#include "codec/json.h"

#define BX_PARAM_HEADER "x-mcp-header"

enum { BX_PARAM_HEADERS_MAX = 32, BX_PARAM_HEADER_MAX_NAME = 64 };

/* Whether each is where it may be: at a property that is reached through `properties` alone, of
 * type string, integer, number or boolean, its name a token (RFC 9110 section 5.6.2) that no other
 * one of the schema has, in whatever case.  BX_EINVAL in words with the place; BX_ELIMIT. */
BX_NODISCARD bx_code bx_param_headers_check(const bx_json_val *schema, bx_error *err);

/* `value`: what `arguments` (may be NULL) have there; NULL: nothing. */
typedef void bx_param_header_each(void *ctx, bx_str header, const bx_json_val *value);
/* Of a schema that was checked. */
void bx_param_headers_each(const bx_json_val *schema, const bx_json_val *arguments,
                           bx_param_header_each *each, void *ctx);

/* Whether the header's text, decoded, says what the value says: numbers are compared as numbers. */
bool bx_param_header_fits(const bx_json_val *value, bx_str text);
/* A value that comes as a header at all: no null, list or object. */
bool bx_param_header_is_wanted(const bx_json_val *value);

#endif
