/* shell/parse.h - shell source to syntax trees, one complete command at a time.  One thread.
 *
 * The source is a text, a function that gives lines, or a text continued by such a function.  Each
 * call of sh_parser_next reads as many lines as one complete command (a list up to a newline) takes
 * and no more, so that a script runs line by line: errors further on do not prevent what stands
 * before them, and options set by one line hold for the next.
 *
 * Memory is bounded by the source; nesting by SH_MAX_NESTING; no input makes it recurse deeper. */
#ifndef BX_SHELL_PARSE_H
#define BX_SHELL_PARSE_H

#include "shell/ast.h"

enum { SH_MAX_NESTING = 500 };

enum {                        /* what sh_source.options gives */
       SH_SYNTAX_EXTGLOB = 1, /* ?( *( +( @( !( are patterns */
       SH_SYNTAX_ALIASES = 2, /* expand aliases: .alias is called */
       SH_SYNTAX_POSIX = 4,
       SH_SYNTAX_NO_COMMENTS = 8, /* interactive without interactive_comments */
};

typedef struct sh_source {
    void *ctx;
    /* The next line with its newline (the last may lack it); false: end of file.  `more`: the
     * command read so far is incomplete (PS2).  The text is valid until the next call.  May be
     * NULL: there is only the text. */
    bool (*line)(void *ctx, bool more, bx_str *ret);
    /* The value of an alias; false: none.  The text must stay valid for the parser's next call. */
    bool (*alias)(void *ctx, bx_str name, bx_str *ret);
    unsigned (*options)(void *ctx); /* asked at the start of each command; NULL: none */
    /* A warning to be printed as "PREFIX: line LINE: warning: TEXT". */
    void (*warn)(void *ctx, int32_t line, bx_str text);
} sh_source;

typedef enum sh_parse_result {
    SH_PARSED,      /* *ret has the unit (its cmd may be NULL) */
    SH_PARSE_END,   /* end of the source */
    SH_PARSE_ERROR, /* messages are in the error; the rest of the failing line was dropped: one
                       may go on (an interactive shell) or give up (a script, -c; status 2; after
                       an unexpected end status 2 too) */
} sh_parse_result;

typedef struct sh_parse_error {
    struct {
        int32_t line;
        bx_str text; /* without "bash: line N: "; e.g. "syntax error near unexpected token `)'" */
    } messages[3];   /* to be printed in this order, each with its prefix */
    int n;
    bool at_end;  /* the source ended within a command */
    int status;   /* what bash -c then ends with: 2, or 1 for an error in an array literal */
} sh_parse_error; /* texts are valid until the parser's next call or its end */

typedef struct sh_parser sh_parser;

/* `text` is read first (copied) and then source->line.  `line` is the number of the first line. */
sh_parser *sh_parser_new(const sh_source *source, bx_str text, int32_t line);
void sh_parser_free(sh_parser *p);
sh_parse_result sh_parser_next(sh_parser *p, sh_unit **ret, sh_parse_error *err);
int32_t sh_parser_line(const sh_parser *p); /* number of the line that would be read next */

/* The program of a `…` substitution, parsed once and kept by the unit.  Its errors are bash's
 * "command substitution: line N: …".  An empty one gives NULL units: *ret is NULL. */
sh_parse_result sh_parse_backtick(sh_command_subst *c, const sh_source *source, sh_unit **ret,
                                  sh_parse_error *err);

/* A text as the body of a here-document is (PS1, PS4, ${x@P}, mapfile -C …): expanded as within
 * double quotes, but `"` is an ordinary character.  NULL on an error.  Free the unit. */
sh_word *sh_parse_dquoted(bx_str text, const sh_source *source, int32_t line, sh_unit **unit,
                          sh_parse_error *err);

/* The elements of an array literal, "(a b [k]=v)" with its parentheses: for declare's arguments
 * that only come to be by expansion.  False on an error. */
bool sh_parse_array(bx_str text, const sh_source *source, sh_unit **unit, sh_assign **ret,
                    sh_parse_error *err);

/* The text of a subscript, without its brackets; nodes in `arena`.  Where it does not parse, the
 * text is literal. */
sh_arith_text *sh_parse_subscript(bx_str text, sh_arena *arena);

/* A name as variables have: [A-Za-z_][A-Za-z0-9_]*. */
bool sh_is_name(bx_str s);
/* A reserved word, for `type`, `command -v`, completion. */
bool sh_is_reserved(bx_str s);

#endif
