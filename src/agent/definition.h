/* agent/definition.h - named executors: files with a head of a few lines and a body that is the
 * system text.  Plain values; any thread may read them. */
#ifndef BX_AGENT_DEFINITION_H
#define BX_AGENT_DEFINITION_H

#include "base/buf.h"
#include "codec/json.h"

enum {
    BX_DEFINITION_MAX_BYTES = 256 << 10, /* of one file */
    BX_DEFINITIONS_MAX = 64,
};

typedef struct bx_agent_definition { /* texts are borrowed from its own buffers */
    char *text;                      /* owned; the whole file */
    bx_json *head;                   /* owned */
    bx_str name, description, model, body;
    const bx_json_val *tools;        /* names: a list, or a text with commas; NULL: all */
    const bx_json_val *not_tools;    /* likewise; NULL: none */
    const bx_json_val *capabilities; /* a list; NULL: what the task asks for */
    uint64_t max_turns;              /* 0: none named */
} bx_agent_definition;

/* "---", lines of YAML, "---", the body (agents/NAME.md, SKILL.md).  Lines that are no YAML, as a
 * description with a colon in it, are read as KEY: TEXT.  A text without a head is all body, with
 * an empty object as its head. */
BX_NODISCARD bx_code bx_front_matter(bx_str text, bx_json **ret_head, bx_str *ret_body,
                                     bx_error *err);

/* `fallback`: its name where the head has none.  BX_EINVAL. */
BX_NODISCARD bx_code bx_definition_read(bx_str text, bx_str fallback, bx_agent_definition *ret,
                                        bx_error *err);
void bx_definition_done(bx_agent_definition *d);

/* Whether a list, or a text with commas, names it.  NULL names nothing. */
bool bx_definition_names(const bx_json_val *list, bx_str name);

#endif
