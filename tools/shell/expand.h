/* shell/expand.h - expansion of the words of the syntax tree (Bash manual 3.5, XCU 2.6).  One
 * thread.
 *
 * Failure: a message was printed and sh_discard() was called (sh->unwind is set); the result is
 * empty.  Strings that are returned belong to the caller: free(). */
#ifndef BX_SHELL_EXPAND_H
#define BX_SHELL_EXPAND_H

#include "shell/arith.h"
#include "shell/ast.h"
#include "shell/shell.h"
#include "shell/vars.h"

/* The words of a command: brace, tilde, parameter, command, arithmetic and process expansion,
 * splitting, pathname expansion, quote removal; the fields are added to `ret`. */
bool sh_expand_words(shell *sh, sh_word *const *words, size_t n, sh_strs *ret);
bool sh_expand_fields(shell *sh, sh_word *word, sh_strs *ret); /* of one word */

/* One word to one string, without splitting, pathname or brace expansion: the value of an
 * assignment, the word of `case`, a here-string, operands of [[ ]]. NULL: failed. */
char *sh_expand_string(shell *sh, const sh_word *word, size_t *ret_n);
/* The same as a pattern: what was quoted is escaped with backslashes (match.h).  With `regex`, for
 * an extended regular expression. */
char *sh_expand_pattern(shell *sh, const sh_word *word, bool regex, size_t *ret_n);
/* A redirection's target: as words, but it must be one field, else "x: ambiguous redirect" is
 * printed and NULL returned (without sh_discard). */
char *sh_expand_redirect(shell *sh, sh_word *word);
/* The body of a here-document whose delimiter is not quoted. */
char *sh_expand_heredoc(shell *sh, const sh_word *word, size_t *ret_n);

/* (( )), for (( )), subscripts. False: failed, the message is printed; no sh_discard. */
bool sh_arith_text_value(shell *sh, sh_arith_text *t, int64_t *ret);
bool sh_arith_who(shell *sh, const char *who, sh_arith_text *t, int64_t *ret); /* who: "((" */
/* let, declare -i, [[ -eq ]]: `who` leads the message ("let"), may be NULL. */
bool sh_arith_string(shell *sh, const char *who, const char *text, int64_t *ret);
const sh_arith_env *sh_arith_env_of(shell *sh);

/* NAME=value, NAME+=value, NAME[i]=value, NAME=(…) as commands have them. 0: done; 1: refused or
 * failed (after a message).  `trace`: with set -x, what is to be printed is added there ("a=1 ");
 * may be NULL. */
int sh_assign_run(shell *sh, sh_assign *a, sh_buf *trace);
/* The same for the temporary environment of a command (sh_scope_enter(true) came before). */
int sh_assign_run_temp(shell *sh, sh_assign *a, sh_buf *trace);

/* An argument of a builtin that declares (word->assign): expanded to "name", "name=value" or, for
 * an array literal, to its elements.  The interpreter puts what `text` says into argv and
 * the pointers in sh->compound, where the declaring builtin finds them by argv's index. */
typedef struct sh_compound {
    bool append;
    size_t n;
    char **keys; /* keys[i] is NULL where there was no subscript; subscripts are expanded text */
    char **values;
    bool *appends; /* [k]+=v */
} sh_compound;
/* *ret_compound is NULL unless it is an array literal; text: "name=value", or just the name
 * of an array literal.  False: failed. */
bool sh_expand_declaration(shell *sh, sh_word *word, char **ret_text, sh_compound **ret_compound);
void sh_compound_free(sh_compound *c);
int sh_compound_assign(shell *sh, sh_var *v, const sh_compound *c); /* the elements into v */

/* PS1, PS2, PS4 and ${x@P}: the escapes of prompts, then, with promptvars, expansion as within
 * double quotes. */
char *sh_expand_prompt(shell *sh, const char *text, bool expand);

/* `when` (Unix time) by a format of strftime, in the zone of TZ, if that is exported, else in UTC.
 */
void sh_time_text(sh_buf *out, const char *format, int64_t when);

/* --- quoting (quote.c): added to `out` --- */
void sh_quote_single(sh_buf *out, const char *s);    /* 'a'\''b': declare -p of alias, trap -p */
void sh_quote_reuse(sh_buf *out, const char *s);     /* ${x@Q}: '...' or $'...' */
void sh_quote_double(sh_buf *out, const char *s);    /* declare -p: "..." or $'...' */
void sh_quote_backslash(sh_buf *out, const char *s); /* printf %q */
void sh_quote_trace(sh_buf *out, const char *s); /* set -x's words, set's values: only if needed */
void sh_quote_ansi(sh_buf *out, const char *s);  /* $'...' */
bool sh_quote_needed(const char *s); /* has it anything the shell would read specially? */

/* "declare -ax a=([0]="1")": what declare -p prints; with `bare` only name=value, as `set` does. */
void sh_declare_text(sh_buf *out, sh_var *v, bool bare);

/* A subscript as read from text ("a[$i]" of read, unset, printf -v): what it expands to, for an
 * indexed array the arithmetic expression, for an associative one the key. NULL: failed. */
char *sh_subscript_text(shell *sh, const sh_name *name, bx_str text);

/* --- pathname expansion (glob.c) --- */
/* The names that match `pattern` (quoted characters escaped with backslashes), sorted, added to
 * `ret`; how many. -1: too many or too deep (a message was printed). */
long sh_glob(shell *sh, const char *pattern, sh_strs *ret);

/* --- builtins of the words half: signature sh_builtin_fn --- */
int sh_builtin_echo(shell *sh, int argc, char **argv);
int sh_builtin_printf(shell *sh, int argc, char **argv);
int sh_builtin_read(shell *sh, int argc, char **argv);
int sh_builtin_mapfile(shell *sh, int argc, char **argv); /* and readarray */
int sh_builtin_declare(shell *sh, int argc,
                       char **argv); /* declare typeset local export readonly */
int sh_builtin_unset(shell *sh, int argc, char **argv);
int sh_builtin_getopts(shell *sh, int argc, char **argv);
int sh_builtin_let(shell *sh, int argc, char **argv);
/* What `set` prints without arguments: all variables (and, outside posix mode, functions). */
void sh_print_variables(shell *sh);

void sh_expand_done(void); /* forgets what is cached (before sh_vars_done, in tests) */

#endif
