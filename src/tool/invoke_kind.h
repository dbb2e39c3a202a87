/* tool/invoke_kind.h - what the kinds of tools differ in: how one is handed its arguments, and what
 * of its end becomes the result.  Called by tool/invoke.c alone, between the gate and the record.
 *
 *   json   the arguments on standard input; a CallToolResult on standard output
 *   argv   a program: arguments and standard input made of them (below); its output is the text
 *   typed  an exported function of a component, called with them (docs/wit-json.md)
 *
 * Of `argv` the manifest's `args` come first.  In one of them "{NAME}" stands for the argument of
 * that name: its text, a number or a truth value as JSON writes it; an item whose argument is not
 * given is left out, and one that is nothing but "{NAME}" becomes as many as a list has.  Behind
 * them come the texts of the argument `args`; `stdin` is the standard input. */
#ifndef BX_TOOL_INVOKE_KIND_H
#define BX_TOOL_INVOKE_KIND_H

#include "sandbox/call.h"
#include "tool/manifest.h"

typedef struct bx_handed {
    bx_buf block;      /* owned: the arguments of a program, each with its NUL */
    const char **args; /* owned; into `block` */
    size_t n_args;
    bx_str input;       /* borrowed: standard input */
    const char *invoke; /* of a typed one: its function, borrowed; and its arguments as JSON */
    bx_str invoke_args; /* borrowed, or `block` */
} bx_handed;

/* `name`: the program's own.  `values`: valid.  BX_ELIMIT: too many or too long. */
BX_NODISCARD bx_code bx_hand_argv(const bx_manifest *m, const char *name, const bx_json_val *values,
                                  bx_handed *ret, bx_error *err);
void bx_handed_done(bx_handed *h);

/* `text`: what `values` was parsed from.  Where the manifest names no function, the arguments say
 * which, and have those of the function in them. */
BX_NODISCARD bx_code bx_hand_typed(const bx_manifest *m, bx_str text, const bx_json_val *values,
                                   bx_handed *ret, bx_error *err);
/* Does the schema of such a tool ask which function? */
bool bx_typed_asks(const bx_manifest *m);

/* What a program finds beside its arguments, in a grant that is being built: /workspace as its
 * directory, where it may use files there, and the manifest's `env`. */
BX_NODISCARD bx_code bx_argv_surroundings(const bx_manifest *m, bx_grant *g, bx_error *err);

/* Does an item of this list of texts have "{NAME}" in it? */
bool bx_argv_names(const bx_json_val *args, bx_str name);
/* Does this text have any argument put into it? */
bool bx_argv_takes(bx_str text);

/* Of a call that ended with an exit code: the text of a CallToolResult onto `out`. */
BX_NODISCARD bx_code bx_answer_argv(const bx_outcome *o, bx_buf *out, bx_error *err);
/* Of one whose function returned. */
BX_NODISCARD bx_code bx_answer_typed(const bx_outcome *o, bx_buf *out, bx_error *err);

#endif
