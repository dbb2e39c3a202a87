/* shell/json.h - the arguments of one tool call: a JSON object (RFC 8259) of strings, integers and
 * objects of strings.  As lib/args.h, which reads any JSON, but a fifth of its size: the shell is
 * started so often that its size counts.  One owner. */
#ifndef BX_SHELL_JSON_H
#define BX_SHELL_JSON_H

#include "base/defs.h"

typedef struct sh_json_pair {
    char *name;  /* decoded, NUL-terminated */
    char *value; /* of a string; n bytes and a NUL */
    size_t n;
} sh_json_pair;

typedef struct sh_json_member {
    char *name;
    enum { SH_JSON_STRING, SH_JSON_INTEGER, SH_JSON_OBJECT, SH_JSON_OTHER } kind;
    char *text; /* STRING: n bytes and a NUL */
    size_t n;
    int64_t integer;
    sh_json_pair *pairs; /* OBJECT: n_pairs strings */
    size_t n_pairs;
} sh_json_member;

typedef struct sh_json {
    sh_json_member *members;
    size_t n;
} sh_json;

/* NULL, or what is wrong with the text.  Memory stays with the process: one call, one process. */
const char *sh_json_parse(bx_str text, sh_json *ret);

#endif
