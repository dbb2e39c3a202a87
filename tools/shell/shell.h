/* shell/shell.h - one shell: what its parts share.  One thread, one owner (main.c).
 *
 * Control flow: there is no longjmp.  A function that runs commands or expands words returns its
 * status, and sets `sh->unwind` when the commands around it must not go on: whoever runs several
 * things in a row looks at it after each.  Memory: mem.h. */
#ifndef BX_SHELL_SHELL_H
#define BX_SHELL_SHELL_H

#include "shell/mem.h"

typedef struct shell shell;

/* ---- options ---- */

#define SH_OPTIONS(X) /* letter or 0, enum, name of set -o */ \
    X('a', ALLEXPORT, "allexport") \
    X('B', BRACEEXPAND, "braceexpand") \
    X(0, EMACS, "emacs") \
    X('e', ERREXIT, "errexit") \
    X('E', ERRTRACE, "errtrace") \
    X('T', FUNCTRACE, "functrace") \
    X('h', HASHALL, "hashall") \
    X('H', HISTEXPAND, "histexpand") \
    X(0, HISTORY, "history") \
    X(0, IGNOREEOF, "ignoreeof") \
    X(0, INTERACTIVE_COMMENTS, "interactive-comments") \
    X('k', KEYWORD, "keyword") \
    X('m', MONITOR, "monitor") \
    X('C', NOCLOBBER, "noclobber") \
    X('n', NOEXEC, "noexec") \
    X('f', NOGLOB, "noglob") \
    X(0, NOLOG, "nolog") \
    X('b', NOTIFY, "notify") \
    X('u', NOUNSET, "nounset") \
    X('t', ONECMD, "onecmd") \
    X('P', PHYSICAL, "physical") \
    X(0, PIPEFAIL, "pipefail") \
    X(0, POSIX, "posix") \
    X('p', PRIVILEGED, "privileged") \
    X('v', VERBOSE, "verbose") \
    X(0, VI, "vi") \
    X('x', XTRACE, "xtrace")

typedef enum sh_option {
#define SH_OPTION_ENUM(letter, id, name) SH_OPT_##id,
    SH_OPTIONS(SH_OPTION_ENUM)
#undef SH_OPTION_ENUM
        SH_OPT_COUNT
} sh_option;

#define SH_SHOPTS(X) /* enum, name, initial value in a script */ \
    X(ARRAY_EXPAND_ONCE, "array_expand_once", 0) \
    X(ASSOC_EXPAND_ONCE, "assoc_expand_once", 0) \
    X(AUTOCD, "autocd", 0) \
    X(CDABLE_VARS, "cdable_vars", 0) \
    X(CDSPELL, "cdspell", 0) \
    X(CHECKHASH, "checkhash", 0) \
    X(CHECKJOBS, "checkjobs", 0) \
    X(CHECKWINSIZE, "checkwinsize", 1) \
    X(CMDHIST, "cmdhist", 1) \
    X(COMPAT31, "compat31", 0) \
    X(COMPAT32, "compat32", 0) \
    X(COMPAT40, "compat40", 0) \
    X(COMPAT41, "compat41", 0) \
    X(COMPAT42, "compat42", 0) \
    X(COMPAT43, "compat43", 0) \
    X(COMPAT44, "compat44", 0) \
    X(COMPLETE_FULLQUOTE, "complete_fullquote", 1) \
    X(DIREXPAND, "direxpand", 0) \
    X(DIRSPELL, "dirspell", 0) \
    X(DOTGLOB, "dotglob", 0) \
    X(EXECFAIL, "execfail", 0) \
    X(EXPAND_ALIASES, "expand_aliases", 0) \
    X(EXTDEBUG, "extdebug", 0) \
    X(EXTGLOB, "extglob", 0) \
    X(EXTQUOTE, "extquote", 1) \
    X(FAILGLOB, "failglob", 0) \
    X(FORCE_FIGNORE, "force_fignore", 1) \
    X(GLOBASCIIRANGES, "globasciiranges", 1) \
    X(GLOBSKIPDOTS, "globskipdots", 1) \
    X(GLOBSTAR, "globstar", 0) \
    X(GNU_ERRFMT, "gnu_errfmt", 0) \
    X(HISTAPPEND, "histappend", 0) \
    X(HISTREEDIT, "histreedit", 0) \
    X(HISTVERIFY, "histverify", 0) \
    X(HOSTCOMPLETE, "hostcomplete", 1) \
    X(HUPONEXIT, "huponexit", 0) \
    X(INHERIT_ERREXIT, "inherit_errexit", 0) \
    X(INTERACTIVE_COMMENTS, "interactive_comments", 1) \
    X(LASTPIPE, "lastpipe", 0) \
    X(LITHIST, "lithist", 0) \
    X(LOCALVAR_INHERIT, "localvar_inherit", 0) \
    X(LOCALVAR_UNSET, "localvar_unset", 0) \
    X(LOGIN_SHELL, "login_shell", 0) \
    X(MAILWARN, "mailwarn", 0) \
    X(NO_EMPTY_CMD_COMPLETION, "no_empty_cmd_completion", 0) \
    X(NOCASEGLOB, "nocaseglob", 0) \
    X(NOCASEMATCH, "nocasematch", 0) \
    X(NOEXPAND_TRANSLATION, "noexpand_translation", 0) \
    X(NULLGLOB, "nullglob", 0) \
    X(PATSUB_REPLACEMENT, "patsub_replacement", 1) \
    X(PROGCOMP, "progcomp", 1) \
    X(PROGCOMP_ALIAS, "progcomp_alias", 0) \
    X(PROMPTVARS, "promptvars", 1) \
    X(RESTRICTED_SHELL, "restricted_shell", 0) \
    X(SHIFT_VERBOSE, "shift_verbose", 0) \
    X(SOURCEPATH, "sourcepath", 1) \
    X(SYSLOG_HISTORY, "syslog_history", 0) \
    X(VARREDIR_CLOSE, "varredir_close", 0) \
    X(XPG_ECHO, "xpg_echo", 0)

typedef enum sh_shopt {
#define SH_SHOPT_ENUM(id, name, on) SH_SHOPT_##id,
    SH_SHOPTS(SH_SHOPT_ENUM)
#undef SH_SHOPT_ENUM
        SH_SHOPT_COUNT
} sh_shopt;

/* ---- the shell ---- */

typedef enum sh_unwind {
    SH_GO = 0,
    SH_BREAK,    /* unwind_n loops */
    SH_CONTINUE, /* the unwind_n-th loop outwards */
    SH_RETURN,   /* from a function or sourced file, with sh->status */
    SH_DISCARD,  /* a failed expansion: the whole line (in an interactive shell), or the script */
    SH_EXIT,     /* the (sub)shell ends, with sh->status */
} sh_unwind;

/* The positional parameters $1 ... $n: v[0] ... v[n-1].  Owned. */
typedef struct sh_params {
    char **v;
    size_t n;
} sh_params;

typedef int sh_builtin_fn(shell *sh, int argc, char **argv); /* argv[0]: its name; [argc]: NULL */

enum {
    SH_BUILTIN_SPECIAL = 1,  /* POSIX's special builtins */
    SH_BUILTIN_DECLARES = 2, /* its arguments may be assignments (declare, export, local ...) */
};

typedef struct sh_builtin {
    const char *name;
    sh_builtin_fn *run;
    uint32_t flags;
    const char *usage; /* "cd [-L|[-P [-e]] [-@]] [dir]": of help and of usage errors */
} sh_builtin;

struct shell {
    /* Results and control flow. */
    int status; /* $? */
    sh_unwind unwind;
    int unwind_n;

    /* Options. */
    bool opt[SH_OPT_COUNT];
    bool shopt[SH_SHOPT_COUNT];
    bool interactive, login, as_sh, from_stdin, from_command; /* -i, -l, sh, -s, -c */

    /* Parameters. */
    struct sh_vars *vars; /* vars.h */
    sh_params params;
    char *arg0;              /* $0 */
    int32_t pid;             /* $$: of the outermost shell */
    int32_t own_pid;         /* BASHPID */
    int32_t parent;          /* PPID */
    int32_t last_background; /* $!; 0: none yet */
    int *pipe_status;        /* PIPESTATUS */
    size_t n_pipe_status;

    /* Where we are. */
    int line;                                            /* LINENO: of the command that runs */
    int subshell;                                        /* BASH_SUBSHELL */
    int function_depth, source_depth, loop_depth, depth; /* depth: of everything that recurses */
    struct sh_frame *frame; /* the innermost function or sourced file: FUNCNAME ... (func.h) */
    const char *prefix;     /* of error messages: "bash" or the script's name */
    const char *builtin;    /* the builtin that runs, for messages: "cd", or NULL */

    /* What errexit and the ERR trap must not look at: > 0 within a condition. */
    int condition;

    /* Standard output of builtins, not yet written to descriptor 1 (or captured). */
    sh_buf out;
    int out_error; /* errno of a write that failed since the builtin began */

    /* For a builtin that declares: the compound assignments among argv, of expand.h, or NULL. */
    const struct sh_compound *const *compound;

    struct sh_capture *capture; /* the innermost $( ) in this process, or NULL (run.h) */
    bool broken_pipe;           /* SH_EXIT because nobody reads standard output */
    struct sh_jobs *jobs;
    struct sh_traps *traps;
    struct sh_subshell *sub; /* the innermost ( ) or $( ) in this process, or NULL */
    int params_level;        /* the subshell that owns params */
    uint64_t fds[4];         /* descriptors that a script may use */
    struct sh_hold *holds;
    struct sh_dirs *dirs;
    struct sh_procsubs *procsubs;
    struct sh_unit *unit;         /* whose commands run */
    const struct sh_cmd *command; /* BASH_COMMAND */
    char *cwd;                    /* PWD as the shell has it; NULL: not asked yet */
    int cwd_level;
    const char *eval_name; /* "eval": of syntax errors */
    int err_fd;            /* where messages go: 2 */
    uint64_t children_cpu_us;
    int exec_writers; /* >( ) that exec made: they are waited for at the end */
    int32_t exec_writer[16];
    uint64_t private_fds[4]; /* of coprocesses: programs do not get them */
    char *source;            /* the script's name, BASH_SOURCE outside of functions, or NULL */
    char *command_string;    /* of -c */
    char *state_text;        /* scratch of sh_shellopts and the like */
    int umask;
    int last_substitution; /* status of the last $( ) of a command that is only assignments */
    bool substituted;
    bool signals_wanted;  /* something is trapped or has to be looked for between commands */
    int trace_depth;      /* of PS4's first character */
    bool stdin_piped;     /* standard input is a pipeline's: & leaves it alone */
    bool params_set;      /* `set` has changed the positional parameters */
    uint64_t deadline_ns; /* of the monotonic clock; 0: none */
    unsigned steps;
    bool timed_out;
    struct sh_unit *command_unit; /* of `command`: referenced */
    int before_return;            /* $? when `return` was run */
    bool in_trap, exiting, in_state_child;
    bool in_exit_trap; /* and `exit` without a number gives exit_trap_status there */
    int exit_trap_status, exit_trap_level;
    struct sh_functions *functions;
    struct sh_aliases *aliases;
    struct spec *specs; /* of complete */
    struct sh_hash *hash;
    struct sh_history *history; /* history.h; NULL: none yet */
    bool discards_all;          /* SH_DISCARD is that of sh_discard_all */
    bool prompting;             /* PS1 is shown: \! is the next line's number */
};

/* ---- output (output.c) ---- */

/* Standard output of a builtin.  Written before anything else can write there: a program, an error
 * message, the next redirection; sh_flush does it at once, returning 0 or errno. */
void sh_put(shell *sh, const char *p, size_t n);
void sh_puts(shell *sh, const char *s);
void sh_printf(shell *sh, const char *fmt, ...) BX_PRINTF(2, 3);
int sh_flush(shell *sh);

/* Messages on standard error, as bash words them: "bash: line 3: " before it and a line feed behind
 * it.  sh_builtin_error puts the builtin's name in between: "bash: line 3: cd: ". */
void sh_error(shell *sh, const char *fmt, ...) BX_PRINTF(2, 3);
void sh_builtin_error(shell *sh, const char *fmt, ...) BX_PRINTF(2, 3);
/* The same without a line number: "bash: x: No such file or directory". */
void sh_error_plain(shell *sh, const char *fmt, ...) BX_PRINTF(2, 3);
/* The builtin's usage line ("cd: usage: cd [-L|..."); returns 2, the status of such a mistake. */
int sh_builtin_usage(shell *sh);
char *sh_format(const char *fmt, ...) BX_PRINTF(1, 2); /* to be freed */
void sh_err_put(shell *sh, const char *p, size_t n);   /* as it is, on descriptor 2 */

/* What libc says about `error`, with EACCES's words for ENOTCAPABLE. */
const char *sh_strerror(int error);

/* An expansion failed (after a message): the command is not run, and a shell that is not
 * interactive ends with `status`. */
void sh_discard(shell *sh, int status);
/* The same to the line of the script: also `eval`, sourced files and -c end, as for a subscript
 * that is no expression. */
void sh_discard_all(shell *sh);

/* ---- what words need of the interpreter ---- */

/* Run a command substitution, backticks too ($(< file) included): standard output to its end,
 * without trailing line feeds and NULs, is added to `ret`.  sh->status becomes the status of what
 * ran.  sh->unwind may be set afterwards (errexit). */
void sh_substitute(shell *sh, struct sh_command_subst *c, sh_buf *ret);

/* <( … ) or >( … ): a name that opens it, to be freed.  NULL after an error message. */
char *sh_process_substitute(shell *sh, struct sh_command_subst *c);

/* $-, into `ret`, at least 32 bytes. */
void sh_dash(const shell *sh, char *ret, size_t max);

/* The value of a variable that the interpreter keeps (FUNCNAME, BASH_LINENO, BASH_SOURCE, DIRSTACK,
 * PIPESTATUS, BASH_ALIASES, BASH_CMDS ...) is asked for by vars.c with these.  Element `i` of array
 * `name`; NULL: no such element.  *ret_n: how many there are. Borrowed until the next command. */
const char *sh_special_array(shell *sh, const char *name, size_t i, size_t *ret_n);
const char *sh_shellopts(shell *sh); /* SHELLOPTS: "braceexpand:hashall"; borrowed */
const char *sh_bashopts(shell *sh);
bool sh_shellopts_import(shell *sh, const char *list); /* from the environment */
const char *sh_current_command(shell *sh);             /* BASH_COMMAND */

/* Called by vars.c when PATH changes: what was hashed is forgotten. */
void sh_path_changed(shell *sh);

/* ---- builtins and functions ---- */

const sh_builtin *sh_builtin_find(shell *sh, const char *name); /* an enabled one, or NULL */

/* Function `name` as `declare -f` prints it, added to `ret`; false: there is none. */
bool sh_function_text(shell *sh, const char *name, sh_buf *ret);
/* All names in order; the i-th, or NULL behind the last.  Borrowed. */
const char *sh_function_name(shell *sh, size_t i);
bool sh_function_unset(shell *sh, const char *name);
enum { SH_FUNCTION_EXPORTED = 1, SH_FUNCTION_READONLY = 2, SH_FUNCTION_TRACE = 4 };
bool sh_function_flags(shell *sh, const char *name, uint32_t set, uint32_t clear, uint32_t *ret);
/* Where it was defined: line and file, for `declare -F` with extdebug. */
bool sh_function_source(shell *sh, const char *name, int *ret_line, const char **ret_file);

/* Run function `name` (mapfile -C, complete -F ...), or any text as eval does; its status. */
int sh_eval(shell *sh, const char *text, size_t n, const char *what);

/* ---- descriptors: what `read` and `mapfile` need ---- */

/* At most `n` bytes from `fd`: as read(2), with EINTR handled (traps run): > 0, 0 end, -errno. */
long sh_read(shell *sh, int fd, void *p, size_t n);
/* Wait until `fd` can be read: 1, 0 timed out, -errno. */
int sh_wait_readable(shell *sh, int fd, uint64_t timeout_ns);
/* Make descriptor `fd` seek back by `n` bytes it has read too much; false: it cannot seek. */
bool sh_unread(shell *sh, int fd, size_t n);

/* Signals by name ("INT", "SIGINT", "2"), -1: none; and the other way ("INT"), NULL: none. */
int sh_signal_number(const char *name);
const char *sh_signal_name(int sig);

#endif
