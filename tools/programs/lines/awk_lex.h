/* lines/awk_lex.h - the words of an awk program (POSIX awk, "Lexical Conventions").  One thread. */
#ifndef LINES_AWK_LEX_H
#define LINES_AWK_LEX_H

#include "programs/lines/awk.h"

typedef enum awk_tok {
    T_END,
    T_NEWLINE,
    T_NUMBER,
    T_STRING,
    T_REGEX,
    T_NAME,
    T_FUNC_NAME,
    T_BUILTIN,
    T_GETLINE,
    T_BEGIN,
    T_ENDRULE,
    T_BEGINFILE,
    T_ENDFILE,
    T_FUNCTION,
    T_IF,
    T_ELSE,
    T_WHILE,
    T_FOR,
    T_DO,
    T_BREAK,
    T_CONTINUE,
    T_NEXT,
    T_NEXTFILE,
    T_EXIT,
    T_RETURN,
    T_DELETE,
    T_IN,
    T_PRINT,
    T_PRINTF,
    T_SWITCH,
    T_CASE,
    T_DEFAULT,
    T_LBRACE,
    T_RBRACE,
    T_LPAREN,
    T_RPAREN,
    T_LBRACKET,
    T_RBRACKET,
    T_SEMI,
    T_COMMA,
    T_PLUS,
    T_MINUS,
    T_STAR,
    T_SLASH,
    T_PERCENT,
    T_CARET,
    T_NOT,
    T_GT,
    T_LT,
    T_PIPE,
    T_QUESTION,
    T_COLON,
    T_TILDE,
    T_NOTILDE,
    T_DOLLAR,
    T_AT,
    T_ASSIGN,
    T_ADD_ASSIGN,
    T_SUB_ASSIGN,
    T_MUL_ASSIGN,
    T_DIV_ASSIGN,
    T_MOD_ASSIGN,
    T_POW_ASSIGN,
    T_EQ,
    T_LE,
    T_GE,
    T_NE,
    T_INCR,
    T_DECR,
    T_AND,
    T_OR,
    T_APPEND,
    T_PIPE_BOTH,
} awk_tok;

typedef struct awk_lexer {
    const char *p;
    size_t n, at;
    size_t start; /* of the present token */
    uint32_t line;
    awk_tok tok, last; /* the present one and the one before */
    awk_str *text;     /* NAME, STRING, REGEX; owned */
    double num;
    int32_t builtin;
} awk_lexer;

void awk_lex_next(awk_lexer *l);
/* At a T_SLASH or T_DIV_ASSIGN that begins a regular expression: read it as one. */
void awk_lex_regex(awk_lexer *l);
BX_NORETURN void awk_syntax_error(const awk_lexer *l, const char *what);

#endif
