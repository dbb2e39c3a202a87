/* shell/arith_int.h - code for a small stack machine: what arith_compile.c makes and arith.c runs.
 */
#ifndef BX_SHELL_ARITH_INT_H
#define BX_SHELL_ARITH_INT_H

#include "shell/arith.h"

typedef enum arith_op {
    A_PUSH,  /* .value */
    A_PARAM, /* .value: which of the parameters fetched before */
    A_LOAD,  /* .var */
    A_STORE, /* .var; the value stays */
    A_PRE,   /* .var, .aux 0: ++, 1: -- */
    A_POST,
    A_POP,
    A_JUMP,  /* to .aux */
    A_FALSE, /* pops; jumps to .aux when 0 */
    A_TRUE,  /* pops; jumps to .aux when not 0 */
    A_BOOL,
    A_NOT,
    A_INVERT,
    A_NEGATE,
    A_MUL, /* the binary operators, in the order of the table in arith_compile.c */
    A_DIV,
    A_MOD,
    A_POWER,
    A_ADD,
    A_SUB,
    A_SHL,
    A_SHR,
    A_LT,
    A_LE,
    A_GT,
    A_GE,
    A_EQ,
    A_NE,
    A_AND,
    A_XOR,
    A_OR,
} arith_op;

typedef struct arith_code {
    uint8_t op;
    uint32_t aux; /* jump target; of A_DIV, A_MOD, A_POWER the offset of the error's token */
    union {
        int64_t value;
        sh_arith_var *var;
    };
} arith_code;

enum { ARITH_MAX_PARAMS = 8, ARITH_PARAM_BYTE = 1 };

struct sh_arith {
    bx_str text;
    arith_code *code;
    uint32_t n, depth; /* most values on the stack at once */
    sh_param *params[ARITH_MAX_PARAMS];
    uint32_t n_params;
};

/* Compiles `text` into `arena`.  In the text ARITH_PARAM_BYTE stands for the next of `params`.
 * NULL: a syntax error, told in err (which may be NULL). */
sh_arith *sh_arith_compile(bx_str text, sh_param *const *params, uint32_t n_params, sh_arena *arena,
                           sh_arith_error *err);
/* "TEXT: what (error token is "TEXT from at")". */
void sh_arith_fail(sh_arith_error *err, bx_str text, const char *what, size_t at);

#endif
