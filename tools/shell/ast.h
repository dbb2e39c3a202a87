/* shell/ast.h - the syntax tree of shell programs, and the memory it lives in.  One thread.
 *
 * A parsed unit (one complete command as read, i.e. a list up to a newline) owns an arena with all
 * its nodes, texts and caches.  A unit is counted: whoever keeps a pointer into it past the
 * command's execution (a function definition, a running job) holds a reference.  Texts (bx_str)
 * are NUL-terminated at p[n] and hold no NUL within.  Pointers of the tree are never shared
 * between units.  Nodes are constant after parsing but for the fields said to be caches.
 *
 * Grammar and meaning: POSIX.1-2024 XCU 2 and the Bash 5.2 reference manual. */
#ifndef BX_SHELL_AST_H
#define BX_SHELL_AST_H

#include "shell/mem.h"

typedef struct sh_arena {
    struct sh_arena_block *blocks;
} sh_arena;
void *sh_arena_alloc(sh_arena *a, size_t size); /* zeroed, aligned for anything */
bx_str sh_arena_str(sh_arena *a, const char *p, size_t n);
void sh_arena_done(sh_arena *a); /* frees everything; usable again */

typedef struct sh_word sh_word;
typedef struct sh_part sh_part;
typedef struct sh_cmd sh_cmd;
typedef struct sh_arith sh_arith; /* arith.h */

/* A text that is expanded as within double quotes and then evaluated as arithmetic: $((…)), ((…)),
 * subscripts, ${x:off:len}.  `word` has the parts; evaluate with sh_arith_eval_text (arith.h),
 * which keeps compiled code in `code`.  A subscript of an associative array is the expanded word
 * itself. */
typedef struct sh_arith_text {
    sh_word *word;
    sh_arena *arena; /* the unit's */
    sh_arith *code;  /* cache of arith.c, in that arena */
    uint8_t state;   /* cache of arith.c */
} sh_arith_text;

/* ---- words */
typedef enum sh_part_kind {
    SH_PART_TEXT,    /* .text: literal characters; SH_QUOTED: none of them is special, and an empty
                        one is a quoted null ("" and '' are these) */
    SH_PART_DQUOTE,  /* .dquote: "…" (also $"…"); its parts all have SH_QUOTED; may have none */
    SH_PART_PARAM,   /* .param: $x ${x…} */
    SH_PART_COMMAND, /* .command: $(…) `…` */
    SH_PART_ARITH,   /* .arith: $((…)) $[…] */
    SH_PART_PROCESS, /* .command: <(…) >(…) */
    SH_PART_TILDE,   /* .text: the user's name: "" for ~, "+" "-" for ~+ ~-; the '~' is not in it */
} sh_part_kind;

enum { SH_QUOTED = 1 }; /* part.flags: the part stands in quotes: no splitting, no globbing */

struct sh_part {
    uint8_t kind; /* sh_part_kind */
    uint8_t flags;
    union {
        bx_str text;
        sh_word *dquote;
        struct sh_param *param;
        struct sh_command_subst *command;
        sh_arith_text *arith;
    };
};

enum {                      /* word.flags: what may be skipped at run time */
       SH_WORD_LITERAL = 1, /* exactly one TEXT part or none; no expansion, splitting or globbing */
       SH_WORD_GLOB = 2,    /* has an unquoted * ? [ or (extglob) ?( *( +( @( !( */
       SH_WORD_BRACE = 4,   /* may have a brace expansion: call sh_brace_expand first */
       SH_WORD_QUOTED = 8,  /* any quoting at all in the source (heredoc delimiter, case, =~) */
       SH_WORD_EXPANDS = 16, /* has PARAM, COMMAND, ARITH or PROCESS parts, at any depth */
};

struct sh_word {
    bx_str raw; /* (not of words within words) as bash prints it: source text, $'…' decoded into
                   '…', $(…) in printed form */
    sh_part *parts;
    uint32_t n_parts;
    int32_t line;
    uint8_t flags;
    struct sh_assign *assign; /* the word is an assignment argument of a declaration builtin
                                 (declare typeset local export readonly …): use this instead of
                                 `parts`, which for an array literal are only the source text */
    void *slot;               /* cache for the expander; starts NULL */
};

typedef enum sh_subscript_kind {
    SH_SUB_NONE,
    SH_SUB_AT,    /* [@] */
    SH_SUB_STAR,  /* [*] */
    SH_SUB_INDEX, /* [index] */
} sh_subscript_kind;

typedef enum sh_param_op {
    SH_OP_NONE,
    SH_OP_LENGTH,        /* ${#x} */
    SH_OP_DEFAULT,       /* ${x-arg} ${x:-arg} */
    SH_OP_ASSIGN,        /* = */
    SH_OP_ERROR,         /* ? */
    SH_OP_ALTERNATE,     /* + */
    SH_OP_SUBSTRING,     /* ${x:offset:length}: .offset, .length (NULL: to the end) */
    SH_OP_PREFIX,        /* ${x#arg}; twice: ${x##arg} */
    SH_OP_SUFFIX,        /* ${x%arg}; twice: %% */
    SH_OP_REPLACE,       /* ${x/arg/arg2}; twice: // (arg2 NULL: removed, no second slash) */
    SH_OP_REPLACE_START, /* ${x/#arg/arg2} */
    SH_OP_REPLACE_END,   /* ${x/%arg/arg2} */
    SH_OP_UPPER,         /* ^; twice: ^^ (arg NULL or a pattern of one character) */
    SH_OP_LOWER,         /* , ,, */
    SH_OP_TOGGLE,        /* ~ ~~ */
    SH_OP_TRANSFORM,     /* ${x@Q}: .letter */
    SH_OP_NAMES,         /* ${!prefix*} ${!prefix@}: names of variables; .letter '*' or '@' */
    SH_OP_KEYS,          /* ${!a[@]} ${!a[*]} */
    SH_OP_BAD,           /* "${…}: bad substitution" when expanded; .raw has the text */
} sh_param_op;

typedef enum sh_name_kind {
    SH_NAME_VARIABLE,
    SH_NAME_POSITIONAL, /* .number: 0 for $0 */
    SH_NAME_SPECIAL,    /* .letter0: one of @ * # ? - $ ! */
} sh_name_kind;

typedef struct sh_param {
    bx_str name; /* without subscript; also "1", "@" … */
    bx_str raw;  /* SH_OP_BAD: the whole source text, "${x!}"; else empty */
    uint8_t name_kind, subscript, op;
    char special;         /* the character of SH_NAME_SPECIAL */
    uint32_t number;      /* of SH_NAME_POSITIONAL */
    bool colon;           /* :- := :? :+ */
    bool twice;           /* ## %% // ^^ ,, ~~ */
    bool indirect;        /* ${!x…}, other than NAMES and KEYS */
    bool braced;          /* written ${…} */
    char letter;          /* SH_OP_TRANSFORM, SH_OP_NAMES */
    sh_arith_text *index; /* SH_SUB_INDEX */
    sh_word *arg, *arg2;  /* operands; their quoting is already settled for the place they stand in
                             (within "…" unquoted text of :- = ? + has SH_QUOTED) */
    sh_arith_text *offset, *length;
    void *slot; /* cache for variable look-up; starts NULL */
} sh_param;

typedef struct sh_command_subst {
    bx_str source;        /* the text between the delimiters, backticks' backslashes removed */
    sh_cmd *body;         /* $(…) <(…) >(…): the program, NULL: empty; nodes of the same unit */
    sh_word *file;        /* $(<file): this word, body is then the command as well */
    bool backtick;        /* not parsed yet: sh_parse_backtick (parse.h) gives the program */
    bool output;          /* >(…) */
    int32_t line;         /* of the first character of `source` */
    struct sh_unit *lazy; /* cache of sh_parse_backtick */
    struct sh_command_subst *next_lazy; /* of the unit's list */
} sh_command_subst;

/* ---- assignments and redirections */
typedef struct sh_element {
    sh_arith_text *index; /* NULL: the next index; the value is then expanded as a command's
                             argument is, to any number of elements */
    bool append;          /* [k]+=v */
    sh_word *value;
} sh_element;

typedef struct sh_assign {
    bx_str name;
    bx_str raw;           /* the whole source text */
    sh_arith_text *index; /* NULL: no subscript */
    bool append;          /* += */
    bool array;           /* =( … ): elements instead of value */
    sh_word *value;       /* never NULL unless array; expanded without splitting or globbing;
                             a declaration's bare name (no '=') is an ordinary word */
    sh_element *elements;
    uint32_t n_elements;
    int32_t line;
    void *slot; /* cache for variable look-up; starts NULL */
} sh_assign;

typedef enum sh_redir_kind {
    SH_REDIR_READ,        /* <  */
    SH_REDIR_WRITE,       /* >  */
    SH_REDIR_APPEND,      /* >> */
    SH_REDIR_CLOBBER,     /* >| */
    SH_REDIR_READ_WRITE,  /* <> */
    SH_REDIR_DUP_IN,      /* <&word: expands to digits, "-", or digits "-" (move) */
    SH_REDIR_DUP_OUT,     /* >&word: as DUP_IN; something else with fd 1 means &>word */
    SH_REDIR_BOTH,        /* &>word */
    SH_REDIR_BOTH_APPEND, /* &>>word */
    SH_REDIR_HEREDOC,     /* <<  <<-: word is the body (expand as within "…") */
    SH_REDIR_HERESTRING,  /* <<< */
} sh_redir_kind;

typedef struct sh_redir {
    struct sh_redir *next;
    uint8_t kind;
    bool fd_given;   /* a number stood before the operator */
    bool strip;      /* <<- */
    bool quoted;     /* the delimiter was quoted: body is literal */
    int32_t fd;      /* descriptor (0 or 1 when none was given); no meaning with `variable` */
    bx_str variable; /* {name}> : the name, with subscript if any; else empty (p NULL) */
    sh_word *word;
    bx_str delimiter; /* of a here-document, quotes removed */
    int32_t line;
} sh_redir;

/* ---- commands */
typedef enum sh_cmd_kind {
    SH_CMD_SIMPLE,
    SH_CMD_PIPELINE, /* ! time a | b |& c */
    SH_CMD_AND_OR,   /* a && b || c */
    SH_CMD_LIST,     /* a; b & c */
    SH_CMD_GROUP,    /* { …; } */
    SH_CMD_SUBSHELL, /* ( … ) */
    SH_CMD_FUNCTION,
    SH_CMD_IF,
    SH_CMD_CASE,
    SH_CMD_FOR,
    SH_CMD_SELECT,
    SH_CMD_WHILE,
    SH_CMD_UNTIL,
    SH_CMD_FOR_ARITH, /* for ((a;b;c)) */
    SH_CMD_ARITH,     /* (( … )) */
    SH_CMD_COND,      /* [[ … ]] */
    SH_CMD_COPROC,
} sh_cmd_kind;

typedef struct sh_simple {
    sh_assign **assigns;
    sh_word **words;
    uint32_t n_assigns, n_words;
} sh_simple;

typedef struct sh_pipeline {
    sh_cmd **cmds; /* n >= 1; n == 0 for a bare `!` or `time` */
    bool *both;    /* both[i]: stage i is followed by |& */
    uint32_t n;
    bool negate, timed, timed_posix; /* ! ; time ; time -p */
} sh_pipeline;

enum { SH_AND, SH_OR };
typedef struct sh_and_or {
    sh_cmd **cmds; /* n >= 2 */
    uint8_t *ops;  /* ops[i] stands before cmds[i + 1]: SH_AND or SH_OR */
    uint32_t n;
} sh_and_or;

/* In a list, background[i] says that `&` follows cmds[i].  One command without `&` is not wrapped
 * in a list. */
typedef struct sh_list {
    sh_cmd **cmds;
    bool *background;
    uint32_t n;
} sh_list;

typedef struct sh_function {
    bx_str name;
    sh_cmd *body; /* a compound command; the definition's redirections are its own */
    bool keyword; /* written with `function` */
} sh_function;

/* if a; then b; elif c; then d; else e; fi */
typedef struct sh_if {
    sh_cmd **conds, **bodies; /* n of each */
    uint32_t n;
    sh_cmd *otherwise; /* NULL: no else */
} sh_if;

typedef enum sh_case_end { SH_CASE_BREAK, SH_CASE_FALL, SH_CASE_NEXT } sh_case_end; /* ;; ;& ;;& */
typedef struct sh_case_item {
    sh_word **patterns;
    uint32_t n_patterns;
    uint8_t end;  /* sh_case_end */
    sh_cmd *body; /* NULL: empty */
    void **slots; /* cache for compiled patterns, n_patterns of them, start NULL */
} sh_case_item;

typedef struct sh_case {
    sh_word *word;
    sh_case_item *items;
    uint32_t n;
} sh_case;

typedef struct sh_for { /* also select */
    bx_str name;
    sh_word **words;
    uint32_t n_words;
    bool positional; /* no `in`: "$@" */
    sh_cmd *body;
    void *slot; /* cache for variable look-up; starts NULL */
} sh_for;

typedef struct sh_loop { /* while, until */
    sh_cmd *cond, *body;
} sh_loop;

typedef struct sh_for_arith {
    sh_arith_text *init, *test, *step; /* NULL: empty */
    sh_cmd *body;
} sh_for_arith;

typedef enum sh_cond_kind {
    SH_COND_AND,
    SH_COND_OR,
    SH_COND_NOT,    /* ! left */
    SH_COND_GROUP,  /* ( left ) */
    SH_COND_UNARY,  /* op a: "-f" … */
    SH_COND_BINARY, /* a op b: "==" "=" "!=" "=~" "<" ">" "-eq" … */
    SH_COND_WORD,   /* a: true when not empty */
} sh_cond_kind;

typedef struct sh_cond {
    uint8_t kind;
    bx_str op;
    struct sh_cond *left, *right;
    sh_word *a, *b;
    void *slot; /* cache for the compiled pattern or regular expression; starts NULL */
    int32_t line;
} sh_cond;

typedef struct sh_coproc {
    bx_str name; /* "COPROC" when none was given */
    sh_cmd *body;
} sh_coproc;

struct sh_cmd {
    uint8_t kind;     /* sh_cmd_kind */
    int32_t line;     /* of its first word; for a simple command what $LINENO gives */
    sh_redir *redirs; /* of simple and compound commands, in order */
    union {
        sh_simple simple;
        sh_pipeline pipeline;
        sh_and_or and_or;
        sh_list list;
        sh_cmd *group; /* GROUP, SUBSHELL */
        sh_function function;
        sh_if if_;
        sh_case case_;
        sh_for for_;  /* FOR, SELECT */
        sh_loop loop; /* WHILE, UNTIL */
        sh_for_arith for_arith;
        sh_arith_text *arith; /* ARITH */
        sh_cond *cond;
        sh_coproc coproc;
    };
    void *slot; /* cache for the interpreter (a resolved builtin or function); starts NULL */
};

/* What one step of the parser gives. */
typedef struct sh_unit {
    uint32_t refs;
    sh_arena arena;
    sh_cmd *cmd;   /* NULL: an empty line or a comment */
    bx_str source; /* the lines it was read from (aliases not expanded) */
    int32_t line;  /* of the first of them */
    sh_command_subst *lazy;
} sh_unit;

sh_unit *sh_unit_ref(sh_unit *u);
void sh_unit_unref(sh_unit *u); /* frees the unit with its last reference; NULL is fine */

#endif
