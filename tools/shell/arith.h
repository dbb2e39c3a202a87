/* shell/arith.h - bash arithmetic (Bash manual 6.5): 64-bit integers that wrap.  One thread.
 *
 * Errors are bash's texts without the "bash: line N: " prefix, e.g.
 * `1/0: division by 0 (error token is "0")`. */
#ifndef BX_SHELL_ARITH_H
#define BX_SHELL_ARITH_H

#include "shell/ast.h"

/* Whether an expansion of `text` could run a command.  Bash runs those that come out of the value
 * of a variable, in a subscript; here they are errors: whoever judges a line has to see every
 * command in it, and data is no command. */
bool sh_could_run(bx_str text);

typedef struct sh_arith_var {
    bx_str name;
    sh_arith_text *index; /* NULL: no subscript.  Its word's raw text is what stood in brackets */
    void *slot;           /* cache for variable look-up; starts NULL; kept with compiled code */
} sh_arith_var;

typedef struct sh_arith_env {
    void *ctx;
    /* The value of a variable or element.  When it has an integer at hand it may set *number and
     * answer SH_ARITH_NUMBER; else *text is the value (valid until the next call of any of these)
     * and the answer SH_ARITH_TEXT; SH_ARITH_UNSET when it has none (counts 0; the callee reports
     * "unbound variable" itself under set -u and answers SH_ARITH_FAILED); FAILED: an error that
     * has been reported. */
    int (*get)(void *ctx, sh_arith_var *var, int64_t *number, bx_str *text);
    /* False: refused (readonly); reported by the callee. */
    bool (*set)(void *ctx, sh_arith_var *var, int64_t value);
    /* Expand a word as within double quotes into *ret, which must stay valid until `release`d
     * (release may be NULL).  False: an error that has been reported. */
    bool (*expand)(void *ctx, sh_word *word, bx_str *ret);
    void (*release)(void *ctx, bx_str text);
    /* The plain scalar value of $name / ${name} as `get` gives it, for the fast path of $((…$x…)):
     * SH_ARITH_TEXT or NUMBER, or UNSET to take the slow path.  May be NULL. */
    int (*param)(void *ctx, sh_param *param, int64_t *number, bx_str *text);
} sh_arith_env;

enum { SH_ARITH_UNSET, SH_ARITH_NUMBER, SH_ARITH_TEXT, SH_ARITH_FAILED };

typedef struct sh_arith_error {
    bx_str text; /* the message, sh_alloc'ed: free((void *)text.p); p NULL: reported already */
} sh_arith_error;

/* Evaluate a text of the tree, e.g. of $((…)); its compiled form is kept in the node. */
bool sh_arith_eval_text(sh_arith_text *t, const sh_arith_env *env, int64_t *ret,
                        sh_arith_error *err);
/* Evaluate a string (let, declare -i, test -eq in [[, substring offsets that were expanded). */
bool sh_arith_eval(bx_str expression, const sh_arith_env *env, int64_t *ret, sh_arith_error *err);

#endif
