/* system/bc.h - the language of bc (POSIX bc; GNU bc's extensions): text is compiled line by line
 * to a code for a machine with a stack, which runs it at once.  One thread, one interpreter. */
#ifndef BX_SYSTEM_BC_H
#define BX_SYSTEM_BC_H

#include "bc_num.h"
#include "programs/common/prog_io.h"

enum {
    BC_NEST_MAX = 500,        /* parentheses and statements within each other */
    BC_CALLS_MAX = 1000000,   /* functions that call each other */
    BC_INDEX_MAX = 16777215,  /* of an array */
    BC_SCALE_MAX = 100000000, /* digits behind the point */
};

typedef enum bc_op {
    /* with one operand */
    BC_CONST,   /* index of a constant */
    BC_LOAD,    /* variable */
    BC_STORE,   /* variable; the value stays on the stack */
    BC_LOAD_A,  /* array; index from the stack */
    BC_STORE_A, /* array; index, then value from the stack; the value stays */
    BC_JUMP,
    BC_JUMP_ZERO,
    BC_CALL, /* function; its arguments are on the stack, their number and kinds follow */
    BC_PUSH_ARRAY,
    BC_TEXT, /* index of a string, as it is */
    BC_PRINT_TEXT,
    /* with none */
    BC_DUP,
    BC_OVER, /* the index below, copied: for a[i] += 1 */
    BC_POP,
    BC_SHOW,  /* with a newline */
    BC_PRINT, /* without */
    BC_ADD,
    BC_SUB,
    BC_MUL,
    BC_DIV,
    BC_MOD,
    BC_POW,
    BC_NEGATE,
    BC_NOT,
    BC_EQ,
    BC_NE,
    BC_LT,
    BC_LE,
    BC_GT,
    BC_GE,
    BC_BOOL, /* 0 or 1 */
    BC_ONE,
    BC_ZERO,
    BC_SWAP_POP, /* forget what is below the top */
    BC_LENGTH,
    BC_SQRT,
    BC_SCALE,
    BC_READ,
    BC_RANDOM,
    BC_SHOW_CALL, /* BC_SHOW, but nothing for a function that is void */
    BC_RETURN,
    BC_HALT,
} bc_op;

enum { BC_IBASE, BC_OBASE, BC_SCALE_VAR, BC_LAST, BC_SPECIALS }; /* names with fixed numbers */

typedef struct bc_const {
    bx_str text;
    unsigned base; /* that `value` was read in */
    bc_num *value;
} bc_const;

typedef struct bc_code {
    uint32_t *p;
    size_t n, cap;
    bc_const *consts;
    size_t n_consts, consts_cap;
    bx_str *texts;
    size_t n_texts, texts_cap;
} bc_code;

typedef struct bc_local {
    uint32_t name;
    bool array, by_ref;
} bc_local;

typedef struct bc_func {
    bc_code code;
    bc_local *locals; /* parameters first */
    size_t n_locals, n_params, cap;
    bool is_void;
} bc_func;

typedef struct bc_array {
    uint32_t refs;
    size_t n;
    bc_num **p;
} bc_array;

typedef struct bc_name {
    bx_str text;
    bc_num *value; /* NULL: 0 */
    bc_array *array;
    bc_func *func;
} bc_name;

typedef struct bc_lexer {
    prog_reader in;
    bx_str memory; /* instead of `in`, while there is some */
    int back;      /* a byte taken back, or -1 */
    const char *name;
    uint32_t line;
    int token;
    prog_buf text; /* of the token */
} bc_lexer;

typedef struct bc {
    bc_name *names;
    size_t n_names, names_cap;
    uint32_t *table; /* names by hash */
    size_t table_cap;
    bc_lexer lex;
    bool math, quiet, standard, warn;
    bool ended; /* quit or halt */
    unsigned ibase;
    uint32_t obase;
    size_t scale;
    size_t column, line_length;
    uint64_t budget; /* steps that are left; 0: there is no limit */
} bc;

/* ---- bc_lex.c */
enum {
    BC_T_END = 256,
    BC_T_NAME,
    BC_T_NUMBER,
    BC_T_STRING,
    BC_T_ASSIGN, /* text: the operator, 0 for = */
    BC_T_EQ,
    BC_T_NE,
    BC_T_LE,
    BC_T_GE,
    BC_T_AND,
    BC_T_OR,
    BC_T_INC,
    BC_T_DEC,
    BC_T_WORD, /* BC_T_WORD + index in bc_words */
};
enum {
    BC_W_AUTO,
    BC_W_BREAK,
    BC_W_CONTINUE,
    BC_W_DEFINE,
    BC_W_ELSE,
    BC_W_FOR,
    BC_W_HALT,
    BC_W_IF,
    BC_W_LENGTH,
    BC_W_LIMITS,
    BC_W_PRINT,
    BC_W_QUIT,
    BC_W_RANDOM,
    BC_W_READ,
    BC_W_RETURN,
    BC_W_SCALE,
    BC_W_SQRT,
    BC_W_VOID,
    BC_W_WARRANTY,
    BC_W_WHILE,
    BC_W_IBASE,
    BC_W_OBASE,
    BC_W_LAST,
    BC_W_COUNT
};
void bc_next(bc *b); /* to b->lex.token */
void bc_skip_line(bc *b);
uint32_t bc_name_of(bc *b, bx_str text);
/* The next number in standard input for read(). */
bc_num *bc_read_number(bc *b);

/* ---- bc_parse.c: all statements of the lexer's input, each run when its line is complete */
void bc_run_input(bc *b);
void bc_done(bc *b); /* frees what names and the lexer hold */

/* ---- bc_run.c */
void bc_code_free(bc_code *c);
void bc_array_unref(bc_array *a);
void bc_run(bc *b, bc_code *code);
void bc_put_text(bc *b, bx_str s);

extern const char bc_library[]; /* what -l defines */

#endif
