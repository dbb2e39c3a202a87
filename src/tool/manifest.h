/* tool/manifest.h - what a tool says of itself (docs/tools.md, "The manifest").  Pure; any thread
 * may read one.
 *
 * JSON, or YAML with the same schema.  Everything in it is checked when it is read: a manifest that
 * parses has a schema that can be checked (tool/schema.h), needs that are capabilities, limits that
 * exist, and says nothing of itself that its needs contradict. */
#ifndef BX_TOOL_MANIFEST_H
#define BX_TOOL_MANIFEST_H

#include "codec/json.h"
#include "policy/cap.h"
#include "policy/grant.h"
#include "tool/schema.h"

typedef enum bx_tool_permission {
    BX_TOOL_NONE,
    BX_TOOL_READ,
    BX_TOOL_WRITE,
    BX_TOOL_EXECUTE,
    BX_TOOL_DANGEROUS,
} bx_tool_permission;

typedef enum bx_tool_how { BX_TOOL_JSON, BX_TOOL_ARGV, BX_TOOL_TYPED } bx_tool_how;

typedef struct bx_manifest { /* texts and values are borrowed from `doc` */
    bx_json *doc;            /* owned; the whole of it */
    bx_str name, version, description;
    bx_tool_permission permission;
    bx_tool_how call;
    const bx_json_val *input_schema;  /* NULL where there is none: of a program that is no tool.
                                         Of a tool of the kind argv never */
    bx_json *program_schema;          /* owned: that of a program without one of its own; or NULL */
    bx_schema *arguments;             /* owned: the same compiled */
    const bx_json_val *output_schema; /* of structuredContent; NULL where there is none */
    bx_schema *facts;                 /* owned: the same compiled */
    const bx_json_val *annotations;   /* all four of MCP's are there */
    const bx_json_val *examples;      /* a list, or NULL */
    const bx_json_val *programs;      /* names it answers to as a program; a list, or NULL */
    bx_str function;         /* of a component, as exec --invoke takes it; for call: typed only */
    const bx_json_val *data; /* guest path to a directory beside the manifest, or NULL */
    const bx_json_val *args; /* of the program, before its caller's; a list, or NULL */
    const bx_json_val *env;  /* of the program, where its caller gives none; or NULL */
    const bx_json_val *
        requires;  /* packages that have to be added; a list, or NULL */
    bx_cap *needs; /* owned */
    size_t n_needs;
    bx_limits limits; /* the defaults where it names none */
} bx_manifest;

enum {
    BX_MANIFEST_MAX_BYTES = 256 << 10,
    BX_MANIFEST_MAX_NEEDS = 64,
    BX_MANIFEST_MAX_PROGRAMS = 512,
    BX_MANIFEST_MAX_DATA = 8,
    BX_MANIFEST_MAX_ARGS = 32,
    BX_MANIFEST_MAX_ENV = 32,
    BX_MANIFEST_MAX_TEXT = 16 << 10, /* bytes of one of args or env */
};

/* Of a document that was parsed as JSON or YAML (codec/yaml.h), which is taken, also on failure.
 * BX_EINVAL says what is wrong and where. */
BX_NODISCARD bx_code bx_manifest_of(bx_json *doc, bx_manifest **ret, bx_error *err);
BX_NODISCARD bx_code bx_manifest_from_json(bx_str text, bx_manifest **ret, bx_error *err);
/* Of the file X.tool.yaml beside X.wasm; *ret NULL where there is none. */
BX_NODISCARD bx_code bx_manifest_beside(const char *wasm_path, bx_manifest **ret, bx_error *err);
void bx_manifest_free(bx_manifest *m); /* NULL is fine */
BX_DEFINE_AUTO(bx_manifest, bx_manifest_free)

const char *bx_tool_permission_name(bx_tool_permission p); /* "read" and the like */
const char *bx_tool_how_name(bx_tool_how h);

#endif
