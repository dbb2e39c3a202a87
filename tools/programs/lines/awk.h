/* lines/awk.h - what the parts of awk share: values, arrays, the program's tree, the machine that
 * runs it.  POSIX awk with what gawk 5.2 adds.  One thread.  Memory comes from common/prog.h: it is
 * there, or the program ends. */
#ifndef LINES_AWK_H
#define LINES_AWK_H

#include "programs/common/prog_io.h"
#include "regex/posix.h"

/* --- strings and values ----------------------------------------------------------------------- */

typedef struct awk_str { /* shared; not NUL-terminated */
    uint32_t refs;
    size_t n, cap;
    char p[];
} awk_str;

typedef struct awk_array awk_array;

typedef struct awk_val {
    enum {
        AWK_NONE,   /* never assigned: "" and 0 */
        AWK_NUM,    /* num */
        AWK_STR,    /* s */
        AWK_INPUT,  /* s from the input: a number, too, if it looks like one */
        AWK_STRNUM, /* s, which looks like the number num */
        AWK_ARRAY,  /* array */
        AWK_CELL,   /* only of parameters: the caller's variable, which is nothing yet */
    } type;
    union {
        awk_str *s;
        awk_array *array;
        struct awk_val *cell;
    };
    double num;
} awk_val;

awk_str *awk_str_new(const char *p, size_t n);
awk_str *awk_str_sized(size_t n); /* n bytes to be filled */
static inline awk_str *awk_ref(awk_str *s)
{
    s->refs++;
    return s;
}
static inline void awk_unref(awk_str *s)
{
    if (--s->refs == 0)
        free(s);
}
static inline bool awk_has_str(const awk_val *v)
{
    return v->type == AWK_STR || v->type == AWK_INPUT || v->type == AWK_STRNUM;
}
static inline void awk_drop(awk_val *v)
{
    if (awk_has_str(v))
        awk_unref(v->s);
}
static inline awk_val awk_number(double d) { return (awk_val){.type = AWK_NUM, .num = d}; }
static inline awk_val awk_string(awk_str *s) { return (awk_val){.type = AWK_STR, .s = s}; }
awk_val awk_text(const char *p, size_t n);
awk_val awk_input(const char *p, size_t n);
static inline awk_val awk_copy(const awk_val *v)
{
    if (awk_has_str(v))
        v->s->refs++;
    return *v;
}

/* The number that p[0..n) begins with; *ret_end: where it ends, 0 if there is none. */
double awk_parse_number(const char *p, size_t n, size_t *ret_end);
double awk_to_num(const awk_val *v);
/* The value's string, to be given back with awk_unref.  For numbers as `format` has it. */
awk_str *awk_to_str(const awk_val *v);
awk_str *awk_num_to_str(double d, const char *format);
bool awk_to_bool(awk_val *v);
void awk_settle(awk_val *v); /* INPUT becomes STR or STRNUM */
int awk_compare(awk_val *a, awk_val *b);

/* --- arrays ----------------------------------------------------------------------------------- */

awk_array *awk_array_new(void);
void awk_array_free(awk_array *a);
/* As long as it is pinned it stays, empty, when the array it is in is deleted.  Unpin: false, it
 * was not pinned. */
void awk_array_pin(awk_array *a);
bool awk_array_unpin(awk_array *a);
bool awk_array_is_orphan(const awk_array *a); /* it was deleted meanwhile */
void awk_array_clear(awk_array *a);
size_t awk_array_count(const awk_array *a);
awk_val *awk_array_get(awk_array *a, const char *key, size_t n); /* made if it is not there */
awk_val *awk_array_find(awk_array *a, const char *key, size_t n);
void awk_array_delete(awk_array *a, const char *key, size_t n);
awk_val *awk_array_at(awk_array *a, double index); /* the element with this number as its key */
void awk_array_set_z(awk_array *a, const char *key, awk_val v);

awk_val awk_array_copied(const awk_val *v); /* with copies of all arrays in it */

typedef struct awk_item {
    awk_str *key;
    awk_val val; /* a copy, without its array if it is one */
} awk_item;

/* All elements in the order of a loop; how many.  The caller frees with awk_items_free. */
size_t awk_array_items(awk_array *a, awk_item **ret);
void awk_items_free(awk_item *items, size_t n);
/* Sort as PROCINFO["sorted_in"] or asort say: "@ind_num_asc" ...  False: no such order. */
bool awk_sort_items(awk_item *items, size_t n, bx_str how);

/* --- the program ------------------------------------------------------------------------------ */

typedef enum awk_kind {
    N_NUM,
    N_STR,
    N_REGEX,
    N_GLOBAL,
    N_LOCAL,
    N_SPECIAL,
    N_FIELD,
    N_INDEX,
    N_GROUP,
    N_ASSIGN,
    N_UPDATE,
    N_PRE,
    N_POST,
    N_COND,
    N_AND,
    N_OR,
    N_NOT,
    N_NEG,
    N_PLUS,
    N_ARITH,
    N_CONCAT,
    N_LT,
    N_LE,
    N_EQ,
    N_NE,
    N_GT,
    N_GE,
    N_MATCH,
    N_NOMATCH,
    N_IN,
    N_CALL,
    N_CALL_NAMED, /* b: whose value is the function's name */
    N_BUILTIN,
    N_GETLINE,
    N_GETLINE_FILE,
    N_GETLINE_CMD,
    N_LIST,
    S_EXPR,
    S_PRINT,
    S_PRINTF,
    S_IF,
    S_WHILE,
    S_DO,
    S_FOR,
    S_FORIN,
    S_BLOCK,
    S_NEXT,
    S_NEXTFILE,
    S_EXIT,
    S_RETURN,
    S_BREAK,
    S_CONTINUE,
    S_DELETE,
    S_SWITCH,
    S_CASE,
} awk_kind;

typedef struct awk_node {
    uint8_t kind;
    uint8_t op;     /* ARITH, UPDATE, PRE, POST: + - * / % ^; print: 0 > a | for redirections */
    uint16_t depth; /* of what is below `a` and `b` */
    uint32_t line;
    int32_t slot; /* variables; functions; builtins */
    struct awk_node *a, *b, *c, *d, *next;
    double num;
    awk_str *s;
    bx_posix *regex[2]; /* without and with IGNORECASE, once they were needed */
} awk_node;

typedef struct awk_func {
    awk_str *name;
    awk_node *body;
    uint32_t n_params, cap_params;
    awk_str **params;
    bool is_defined;
    uint32_t line;
} awk_func;

typedef struct awk_rule {
    enum { RULE_BEGIN, RULE_END, RULE_BEGINFILE, RULE_ENDFILE, RULE_MAIN } when;
    awk_node *from, *to, *body; /* body NULL: print */
    bool active;
} awk_rule;

enum {
    V_NF,
    V_NR,
    V_FNR,
    V_FS,
    V_OFS,
    V_ORS,
    V_RS,
    V_RT,
    V_FILENAME,
    V_SUBSEP,
    V_RSTART,
    V_RLENGTH,
    V_CONVFMT,
    V_OFMT,
    V_ENVIRON,
    V_ARGC,
    V_ARGV,
    V_ARGIND,
    V_IGNORECASE,
    V_FPAT,
    V_FIELDWIDTHS,
    V_PROCINFO,
    V_ERRNO,
    V_SPECIALS,
    AWK_CALLS_MAX = 1000, /* functions within each other */
};

typedef struct awk_program {
    awk_rule *rules;
    size_t n_rules, cap_rules;
    awk_func *funcs;
    size_t n_funcs, cap_funcs;
    awk_str **names; /* of the globals */
    awk_val *globals;
    size_t n_globals, cap_names, cap_globals;
    const char *source; /* "cmd. line", or the file's name */
} awk_program;

extern awk_program awk_p;

/* Take the program apart; mistakes end with status 1. */
void awk_parse(const char *text, size_t n);
int32_t awk_global(const char *name, size_t n); /* its slot, made if there is none */

/* "cmd. line:3: fatal: ..." and the end with status 2. */
BX_NORETURN void awk_fatal(const char *format, ...) BX_PRINTF(1, 2);
void awk_warn(const char *format, ...) BX_PRINTF(1, 2);

/* What the escapes of a string or of -v say. */
void awk_unescape(const char *p, size_t n, prog_buf *out);

/* --- the machine ------------------------------------------------------------------------------ */

typedef struct awk_span {
    size_t from, n;
} awk_span;

typedef struct awk_machine {
    prog_buf record;
    bool is_split, is_stale; /* stale: $0 has to be made of the fields */
    size_t split_at;         /* not split: the fields so far end here */
    size_t nf, cap_fields;
    awk_val *fields; /* [1..nf]; NONE: not made of its span yet */
    awk_span *spans;
    awk_val whole; /* $0 as a value, or NONE */
    double nr, fnr;
    bool ignore_case, uses_rt;
    enum { SPLIT_BLANKS, SPLIT_CHAR, SPLIT_REGEX, SPLIT_EACH, SPLIT_FPAT, SPLIT_WIDTHS } split;
    char split_char;
    bx_posix *split_regex, *split_regex_fold;
    size_t *widths, n_widths;
    enum { RS_CHAR, RS_PARAGRAPH, RS_REGEX } rs;
    char rs_char;
    bx_posix *rs_regex;
    bool rs_has_begin; /* a ^ is in it */
    awk_str *ofs, *ors, *subsep;
    char *convfmt, *ofmt; /* NUL-terminated */
    uint32_t line;        /* of the program, for messages */
    awk_val *frame;       /* the locals of the function that runs */
    unsigned calls;
    int unwind; /* a flow that leaves functions: next, exit */
    int exit_status;
    bool in_main;
} awk_machine;

extern awk_machine awk_m;

/* Begin: special variables as they are at first. */
void awk_specials_init(int argc, char **argv, int from);
/* A special variable has been assigned: what depends on it. */
void awk_special_changed(int32_t slot);
awk_val *awk_special(int32_t slot); /* its cell, up to date */

/* Records and fields. */
void awk_set_record(const char *p, size_t n);
awk_val awk_field(double index); /* a copy */
double awk_field_num(size_t index);
void awk_field_write(prog_writer *w, size_t index); /* print $index */
void awk_set_field(double index, awk_val v);        /* takes v */
bx_str awk_record(void);                            /* $0 as it is now */
size_t awk_nf(void);
void awk_set_nf(double nf);
/* split(): into `a`; seps may be NULL. */
double awk_split(bx_str s, awk_array *a, awk_array *seps, bx_posix *by, bx_str plain);
double awk_patsplit(bx_str s, awk_array *a, awk_array *seps, bx_posix *by);

/* Input: one record of what `r` reads into *ret; false at the end.  Sets RT. */
bool awk_next_record(bx_str *ret); /* of the operands */
void awk_next_file(void);
int awk_getline(awk_node *n, bx_str source, bool is_command, bx_str *ret); /* 1, 0, -1 */

/* Output. */
prog_writer *awk_output(bx_str name, char how);
int awk_close(bx_str name);
int awk_close_to(bx_str name); /* the writing end of a coprocess */
int awk_flush(bx_str name);
void awk_flush_all(void);
int awk_close_all(void);
int awk_system(bx_str command);

/* printf. */
void awk_format(prog_buf *out, awk_val *args, size_t n);

/* Regular expressions of strings, kept.  `fold` follows IGNORECASE. */
bx_posix *awk_regex(bx_str text);
bx_posix *awk_node_regex(awk_node *n);          /* of a literal, or of its value */
void awk_check_regex(awk_node *n, size_t line); /* a literal that is none ends the program */
bool awk_matches(bx_posix *x, bx_str s);
bool awk_find(bx_posix *x, bx_str s, size_t from, bx_span *ret, size_t count);

/* Evaluation. */
awk_val awk_eval(awk_node *n);
double awk_eval_num(awk_node *n);
awk_array *awk_eval_array(awk_node *n);
awk_val *awk_element(awk_node *n);            /* of an array; until something else is evaluated */
void awk_assign(awk_node *lvalue, awk_val v); /* takes v */
awk_val awk_call(int32_t func, const awk_val *args, size_t n); /* for sorting by a function */
awk_val awk_builtin(awk_node *n);
int32_t awk_builtin_named(const char *name, size_t n); /* -1: there is none */
bool awk_builtin_bare(int32_t builtin);                /* may stand without parentheses */

int awk_run(void);

#endif
