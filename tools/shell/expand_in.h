/* shell/expand_in.h - what the files of expansion share among them.  Nobody else includes it. */
#ifndef BX_SHELL_EXPAND_IN_H
#define BX_SHELL_EXPAND_IN_H

#include "shell/case.h"
#include "shell/expand.h"
#include "shell/match.h"

/* What an expansion makes. */
typedef enum sh_mode {
    SH_MODE_FIELDS,  /* split; characters that were quoted are marked with MARK where it matters */
    SH_MODE_STRING,  /* one string */
    SH_MODE_VALUE,   /* one string: the right side of an assignment */
    SH_MODE_PATTERN, /* one string; quoted characters escaped with backslashes */
    SH_MODE_REGEX,   /* likewise, those special in a regular expression */
    SH_MODE_REPLACE, /* ${x/y/…}: quoted & and \ marked */
} sh_mode;

enum { SH_MARK = 1 }; /* in fields: the next character was quoted */

typedef struct sh_out {
    shell *sh;
    sh_buf b;         /* the field in hand */
    sh_strs *fields;  /* MODE_FIELDS */
    uint8_t mode;     /* sh_mode */
    bool have;        /* there is a field in hand, perhaps empty */
    bool magic;       /* it has unquoted pattern characters */
    bool marks;       /* it has MARKs */
    bool after_space; /* white space of IFS ended the last field: one other delimiter belongs to it
                       */
    bool operand;     /* within the word of an unquoted ${x:-word}: its text is split too */
    bool joins;       /* MODE_VALUE: the list at hand is joined as "$*" is */
    bool at_empty;    /* "$@" without elements was met within the quotes */
} sh_out;

void sh_out_text(sh_out *o, const char *s, size_t n, bool quoted); /* not split */
void sh_out_split(sh_out *o, const char *s, size_t n);             /* unquoted result */
void sh_out_end(sh_out *o);                                        /* the field, if any, is done */
bool sh_expand_parts(sh_out *o, const sh_word *w);
bool sh_expand_param(sh_out *o, sh_param *p, bool quoted);
bx_str sh_ifs_first(void); /* joins "$*"; until IFS changes; n 0: an empty IFS */

/* Buffers that are used again and again. */
sh_buf sh_scratch(void);
void sh_scratch_back(sh_buf *b);

/* An operand expanded: into `b` (cleared), NUL-terminated. */
bool sh_expand_into(shell *sh, const sh_word *w, sh_mode mode, sh_buf *b);

/* ---- params.c ---- */

/* What a parameter refers to. */
typedef struct sh_ref {
    uint8_t kind; /* sh_name_kind */
    uint8_t sub;  /* sh_subscript_kind */
    char special;
    uint32_t number;
    sh_name *name;
    sh_arith_text *index; /* of SH_SUB_INDEX, or */
    char *sub_text;       /* the subscript as text; owned */
    sh_var *var;          /* once looked at: what the name leads to */
    bool looked, nowhere; /* nowhere: namerefs in a circle */
} sh_ref;

typedef struct sh_value {
    const char *s; /* borrowed or in `room`; NULL: not set */
    size_t n;
    char room[32];
} sh_value;

/* Several values.  v is borrowed or, with `owned`, to be freed (the row, not the strings). */
typedef struct sh_values {
    const char **v;
    size_t n;
    bool owned;
} sh_values;

bool sh_failed_(shell *sh); /* sh_discard unless that was done; gives false */
sh_name *sh_param_name(sh_param *p);
/* "name", "name[sub]", "12", "@": what ${!x} holds.  False: it is none of these. */
bool sh_ref_of_text(const char *s, sh_ref *r);
/* The variable that a ref names, through namerefs (whose subscript becomes the ref's); NULL: none.
 */
sh_var *sh_ref_var(sh_ref *r);
/* The text of its subscript: of an associative array the key, else the expression. */
char *sh_ref_sub(shell *sh, const sh_ref *r);
bool sh_ref_value(shell *sh, sh_ref *r, sh_value *ret); /* false: failed */
bool sh_ref_is_list(sh_ref *r);
bool sh_ref_is_star(const sh_ref *r);
sh_values sh_ref_values(shell *sh, sh_ref *r);
void sh_values_done(sh_values *l);
void sh_ref_source(const sh_param *p, const sh_ref *r, sh_buf *b); /* for messages */

/* What stands between the brackets of source text like `${a[i]}` or `a[i]=`. */
bx_str sh_subscript_source(bx_str raw);

/* expand_ops.c: one value through the operator of `p`, added to `ret`. */
typedef struct sh_operands {
    const sh_pattern *pattern; /* borrowed of the cache until the next sh_pattern_of */
    const char *replacement;   /* as MODE_REPLACE makes it */
    size_t n_replacement;
    const char *name;  /* for @A: of the variable */
    const sh_var *var; /* may be NULL */
} sh_operands;
bool sh_apply(shell *sh, const sh_param *p, const sh_operands *x, const char *s, size_t n,
              sh_buf *ret);
const sh_pattern *sh_pattern_of(const char *text, size_t n, unsigned flags);
void sh_patterns_done(void);
unsigned sh_match_flags(const shell *sh);                  /* SH_MATCH_EXTGLOB */
void sh_attribute_letters(uint32_t attrs, char ret[16]);   /* as declare -p has them: "ai" */
void sh_ansi_decode(sh_buf *out, const char *s, size_t n); /* $'…' without the quotes; ${x@E} */

size_t sh_escape_common(sh_buf *out, const char *s, size_t n);
/* A number of at most `most` digits at s; the digits used. */
size_t sh_digits(const char *s, size_t n, size_t most, int base, uint32_t *ret);

#endif
