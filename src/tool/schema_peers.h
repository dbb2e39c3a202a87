/* tool/schema_peers.h - whether a schema of results may be told to those who call over MCP.  Pure;
 * any thread.
 *
 * A client compiles the output schemas of all tools when it lists them, or judges a result that has
 * come, each with what its language has: the official TypeScript SDK (1.32) with Ajv for draft 7,
 * the official Python SDK (2.3) with jsonschema, whose patterns are Python's.  One schema that such
 * a one cannot compile hides every tool of the server, or throws away a result whose effects are
 * done.  A tool needs not tell an output schema, and its results were judged here already. */
#ifndef BX_TOOL_SCHEMA_PEERS_H
#define BX_TOOL_SCHEMA_PEERS_H

#include "codec/json.h"

/* Of a schema that was compiled (tool/schema.h).  BX_OK: both take it.  BX_EUNSUPPORTED says in
 * words what they would not take: a pattern that is none in Python or none before ECMA-262 of 2025,
 * a reference to somewhere else than a place in the schema, `$id`, which keeps a client from seeing
 * that the schema under it has changed. */
BX_NODISCARD bx_code bx_schema_peers_check(const bx_json_val *schema, bx_error *err);

#endif
