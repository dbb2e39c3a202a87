/* shell/parse_int.h - what the files of the parser share: input (input.c), tokens (lex.c), words
 * (word.c, param.c), commands (parse.c, parse_compound.c, parse_cond.c). */
#ifndef BX_SHELL_PARSE_INT_H
#define BX_SHELL_PARSE_INT_H

#include "shell/parse.h"

enum { END = -1 };

typedef enum token_kind {
    T_ERROR, /* the parser has failed: stop */
    T_END,
    T_NEWLINE,
    T_WORD,
    T_ASSIGN,
    T_REDIR,
    T_SEMI,
    T_AMP,
    T_AND_AND,
    T_OR_OR,
    T_PIPE,
    T_PIPE_AMP,
    T_OPEN,
    T_CLOSE,
    T_DSEMI,
    T_SEMI_AMP,
    T_DSEMI_AMP,
} token_kind;

/* How the next token is to be read. */
typedef enum lex_mode {
    M_COMMAND,      /* a command's first word: assignments, aliases */
    M_ARG,          /* an argument */
    M_EVAL,         /* an argument of eval, let or alias: array literals are texts */
    M_DECLARE,      /* an argument of a declaration builtin: assignments, array literals */
    M_PATTERN,      /* of case */
    M_ELEMENT,      /* of an array literal */
    M_COND,         /* within [[ ]] */
    M_COND_PATTERN, /* right of == or != */
    M_COND_REGEX,   /* right of =~ */
} lex_mode;

typedef struct token {
    uint8_t kind;
    uint8_t redir; /* sh_redir_kind of T_REDIR */
    bool strip;    /* <<- */
    bool fd_given;
    int32_t fd;
    int32_t line, end_line;
    size_t line_start; /* offset in the base text, for the message that quotes the line */
    bx_str variable;   /* {name}> */
    sh_word *word;
    sh_assign *assign;
    sh_element *element;
} token;

typedef struct frame { /* text that is read before the rest */
    bx_str text;
    size_t pos;
    bx_str alias; /* its name; with one, both texts are the frame's own */
    bool barrier; /* reading stops at its end (a here-document's body) */
} frame;

typedef struct text_stack {
    char *p;
    size_t n, cap;
} text_stack;

struct sh_parser {
    sh_source source;
    unsigned options;
    char *buf; /* base text: what has been read and not been dropped */
    size_t n, cap, pos, unit_start, line_start;
    int32_t line;
    bool ended;   /* no more lines */
    bool started; /* within a command: further lines are continuation lines */
    frame *frames;
    size_t n_frames, cap_frames;
    sh_unit *unit;
    sh_arena *arena;
    token tok;
    bool have; /* tok is the next token */
    bool alias_next;
    bool after_dup;    /* >& or <& was read: digits are its word */
    bool last_newline; /* the newline that the source's last line lacks was given */
    uint32_t n_aliases;
    text_stack raw, lit;
    sh_part *parts; /* a stack */
    size_t n_parts, cap_parts;
    sh_redir **pending; /* here-documents whose bodies are to be read at the next newline */
    size_t n_pending, cap_pending;
    int depth;
    int in_subst;  /* within $( … ) */
    bool in_value; /* the word at hand is an assignment: ~ also behind : in ${x-…} */
    bool failed;
    sh_parse_error err;
    sh_arena err_arena;
};

/* input.c */
int sh_in_raw(sh_parser *p);          /* the next byte or END */
int sh_in(sh_parser *p);              /* after removal of backslash-newline */
int sh_in_at(sh_parser *p, size_t k); /* the byte k behind the next, raw */
void sh_in_skip(sh_parser *p);        /* consume the byte that sh_in or sh_in_raw gave */
void sh_in_push(sh_parser *p, bx_str text, bx_str alias, bool barrier);
void sh_in_drop(sh_parser *p, size_t n);                      /* leaves n frames */
bx_str sh_in_slice(sh_parser *p, size_t frames, size_t from); /* text since mark, copied */
size_t sh_in_mark(const sh_parser *p);
void sh_heredocs(sh_parser *p); /* reads the bodies pending; call behind a newline */
void sh_text_add(text_stack *t, const char *s, size_t n);
static inline void sh_text_c(text_stack *t, int c)
{
    char b = (char)c;
    if (t->n < t->cap)
        t->p[t->n++] = b;
    else
        sh_text_add(t, &b, 1);
}
static inline void *sh_new(sh_parser *p, size_t size) { return sh_arena_alloc(p->arena, size); }
void *sh_grow(void *p, size_t n, size_t *cap, size_t size); /* room for one more */

/* Messages.  All set `failed` and leave an earlier failure alone. */
void sh_fail(sh_parser *p, int32_t line, const char *a, const char *b, size_t n, const char *c);
void sh_fail_token(sh_parser *p); /* syntax error near unexpected token */
void sh_fail_end(sh_parser *p);   /* unexpected end of file */
void sh_fail_match(sh_parser *p, int32_t line, char wanted);
int32_t sh_end_line(const sh_parser *p);
bool sh_enter(sh_parser *p); /* one level deeper; false: too deep */
static inline void sh_leave(sh_parser *p) { p->depth--; }

/* lex.c */
token *sh_peek(sh_parser *p, lex_mode mode);
static inline void sh_take(sh_parser *p) { p->have = false; }
bool sh_token_is(const token *t, const char *reserved);
bx_str sh_token_text(const token *t);

/* word.c */
typedef enum quoting {
    Q_WORD,
    Q_DOUBLE,  /* "…" */
    Q_ALL,     /* to the end of the frame, with quotes */
    Q_HERE,    /* a here-document: to the end of the frame */
    Q_BRACE,   /* operand of ${…}: to } */
    Q_PAREN,   /* arithmetic: to the ) that matches */
    Q_SEMI,    /* arithmetic: to ; or ) */
    Q_BRACKET, /* subscript: to ] */
    Q_OFFSET,  /* ${x:offset: to : or } */
} quoting;
typedef struct word_ctx {
    uint8_t q;
    bool quoted; /* plain text counts as quoted */
    bool single; /* '…' quotes */
    char stop;   /* a further byte that ends it (Q_BRACE) */
    bool extglob;
    bool regex;  /* [[ =~ ]] */
    bool assign; /* ~ also behind : */
    bool splits; /* its plain text is subject to splitting: ${x-a b} */
    bool blanks; /* Q_BRACKET: blanks may be within */
} word_ctx;
sh_word *sh_word_read(sh_parser *p, word_ctx ctx);  /* up to, not over, its end */
sh_word *sh_word_inner(sh_parser *p, word_ctx ctx); /* its raw text stays on the stack */
sh_arith_text *sh_arith_read(sh_parser *p, word_ctx ctx);
void sh_word_flush(sh_parser *p, size_t lit_from, uint8_t flags);
sh_part *sh_part_push(sh_parser *p, sh_part_kind kind, bool quoted);
int sh_scan_parens(sh_parser *p, size_t k); /* 1: `))` closes, 0: not, -1: no end (failed) */
sh_word *sh_word_literal(sh_parser *p, bx_str text, bx_str raw, bool quoted);
bool sh_name_char(int c);
size_t sh_ansi_escape(const char *s, size_t n, char out[8], size_t *used);

/* param.c */
void sh_param_braced(sh_parser *p, bool quoted); /* behind "${": pushes a part */

/* parse.c */
sh_cmd *sh_parse_list(sh_parser *p); /* a compound list, newlines around it included */
sh_command_subst *sh_parse_subst(sh_parser *p, int32_t line);
sh_cmd *sh_new_cmd(sh_parser *p, sh_cmd_kind kind);
void sh_skip_newlines(sh_parser *p, lex_mode mode);
bool sh_expect_word(sh_parser *p, const char *reserved);
sh_redir *sh_parse_redir(sh_parser *p);
sh_cmd *sh_parse_command(sh_parser *p);
void sh_parse_elements(sh_parser *p, sh_assign *a); /* behind "(" */

/* parse_compound.c */
bool sh_starts_compound(const token *t);
sh_cmd *sh_parse_compound(sh_parser *p); /* NULL: failed */
/* parse_cond.c */
sh_cond *sh_parse_cond(sh_parser *p); /* behind "[[", including "]]" */

#endif
