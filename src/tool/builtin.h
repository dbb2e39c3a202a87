/* tool/builtin.h - the tools that are part of the program.  Any thread. */
#ifndef BX_TOOL_BUILTIN_H
#define BX_TOOL_BUILTIN_H

#include "sandbox/carried.h"
#include "tool/manifest.h"

typedef struct bx_builtin { /* beginnings and ends of what lies in the program's read-only pages */
    const char *name;
    const char *wasm, *wasm_end;
    const char *code, *code_end;         /* compiled when the program was built */
    const char *manifest, *manifest_end; /* JSON; made from the tool's YAML and checked then */
    const uint8_t *of_wasm;              /* SHA-256 */
} bx_builtin;

/* In the order of their names.  Whoever wants any links src/builtins.c. */
extern const bx_builtin bx_builtins[];
extern const size_t bx_builtins_count;

/* Modules that are programs for the shell and no tools; likewise. */
extern const bx_builtin bx_boxes[];
extern const size_t bx_boxes_count;

/* NULL: there is none of that name. */
const bx_builtin *bx_builtin_find(bx_str name);

const char *bx_builtin_name(size_t i); /* NULL past the last */
bx_carried bx_builtin_module(const bx_builtin *b);
bx_str bx_builtin_manifest_text(const bx_builtin *b);
/* BX_ENOENT: it requires a package that nobody has added ($BOXAGNTS_HOME/programs/NAME.wasm), and
 * so is none of the tools there are; in words.  Reads nothing of one that requires none. */
BX_NODISCARD bx_code bx_builtin_check(const bx_builtin *b, bx_error *err);
BX_NODISCARD bx_code bx_builtin_manifest(const bx_builtin *b, bx_manifest **ret, bx_error *err);

#endif
