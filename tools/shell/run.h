/* shell/run.h - the running half of the shell among itself: interp.c, redir.c, pipeline.c,
 * subshell.c, func.c, trap.c, jobs.c, start.c, state.c, input.c and the builtins.  One thread. */
#ifndef BX_SHELL_RUN_H
#define BX_SHELL_RUN_H

#include "lib/process.h"
#include "shell/ast.h"
#include "shell/parse.h"
#include "shell/shell.h"
#include "shell/vars.h"

/* About 430 bytes of the host's stack for each level: 2000 fit 1 MiB.  A host that gives more may
 * set more; the guest's own stack of 1 MiB is enough for 6000. */
#ifndef SH_DEPTH
#define SH_DEPTH 2000
#endif

enum {
    SH_DEPTH_MAX = SH_DEPTH, /* nested commands, functions, sourced files, evals ... together */
    SH_FD_MAX = 256,         /* descriptors a script can name: 0 .. 255 */
    SH_FD_HIGH = 300,        /* where the shell puts its own */
    SH_PIPELINE_MAX = 4096,  /* stages */
};

/* ---- beginning and end (main.c) ---- */

shell *sh_shell_start(const char *name); /* the one shell, ready to run something */
int sh_shell_finish(shell *sh);          /* EXIT trap, everything written; the exit status */

/* ---- running (interp.c) ---- */

int sh_run(shell *sh, sh_cmd *cmd); /* sets and returns sh->status */
int sh_run_unit(shell *sh, sh_unit *unit);
/* One more level of what nests; false, after a message: too deep (sh->unwind is set). */
bool sh_deeper(shell *sh);
/* After a command has failed: the ERR trap, then errexit. */
void sh_after_failure(shell *sh);
/* A builtin or a function with its arguments expanded, redirections done. */
int sh_call_builtin(shell *sh, const sh_builtin *b, int argc, char **argv);
/* The words of a command, after its assignments and redirections are done. */
int sh_run_words(shell *sh, int argc, char **argv, unsigned flags);
enum {
    SH_RUN_NO_FUNCTIONS = 1, /* command */
    SH_RUN_EXEC = 2,         /* exec: replace the shell */
    SH_RUN_STD_PATH = 4,     /* command -p */
};
int sh_run_select(shell *sh, sh_cmd *cmd);       /* compound.c */
int sh_run_cond(shell *sh, sh_cond *cond);       /* compound.c: [[ ]] */
bool sh_debug_trap(shell *sh, sh_cmd *c);        /* false: the command is not to be run */
void sh_command_set(shell *sh, const sh_cmd *c); /* BASH_COMMAND; of sh->unit */
bool sh_loop_goes_on(shell *sh);                 /* after a loop's body */
void sh_trace_words(shell *sh, const sh_strs *args, sh_buf *assigns);
void sh_trace(shell *sh, const char *p, size_t n); /* set -x */
int sh_discarded(shell *sh);                 /* the status of a command whose expansion failed */
bool sh_is_set(shell *sh, const char *name); /* NAME, NAME[sub], a number: -v of conditions */
const char *sh_error_name(shell *sh);
bool sh_broken_pipe(shell *sh);      /* SIGPIPE's default: unwinds with 141; false: it is ignored */
void sh_exit(shell *sh, int status); /* unwind with SH_EXIT */
void sh_set_pipe_status(shell *sh, int status);
void sh_signals_after_subshell(shell *sh); /* a key that interrupted it ends what it was part of */
void sh_poll_signals(shell *sh);           /* run the traps of signals that have come */

/* ---- reading and running source (input.c) ---- */

/* All commands of a text; its status.  `what`: for messages of syntax errors ("eval"), or NULL. */
int sh_run_text(shell *sh, const char *text, size_t n, int line);
int sh_run_stdin(shell *sh, bool interactive);
/* A script or the text of -c, line by line: the history takes them. */
int sh_run_lines(shell *sh, const char *text, size_t n);
int sh_run_file(shell *sh, const char *path, bool script); /* script: not `source` */
char *sh_read_all(shell *sh, int fd, size_t *ret_n, int *ret_error);
void sh_print_parse_error(shell *sh, const sh_parse_error *e, const char *what);
const sh_source *sh_plain_source(shell *sh);

/* ---- descriptors and redirections (redir.c) ---- */

typedef struct sh_undo {
    struct sh_undo *next;
    int fd, saved; /* saved: -1: it was closed */
} sh_undo;

/* What a program that is started gets: own[i] is the descriptor that becomes its i, -1: none. */
typedef struct sh_fdmap {
    int own[SH_FD_MAX];
    int top;        /* none is open from here on */
    int opened[64]; /* to be closed when it has been started */
    int n_opened;
} sh_fdmap;

bool sh_fd_open(shell *sh, int fd); /* may a script use it? */
void sh_fd_note(shell *sh, int fd, bool open);
int sh_fd_to(shell *sh, int from, int to); /* dup_to, with our own descriptors moved away */
/* While a descriptor of the shell's own has a low number: the variable follows when it moves. */
typedef struct sh_hold {
    struct sh_hold *next;
    int *fd;
} sh_hold;
void sh_hold_push(shell *sh, sh_hold *h, int *fd);
void sh_hold_pop(shell *sh, sh_hold *h);

/* Perform redirections in this process.  Those before a failure stay done until undone.
 * `undo` NULL: for ever (exec).  0, or 1 after a message. */
int sh_redirect(shell *sh, const sh_redir *r, sh_undo **undo);
int sh_fd_push(shell *sh, int from, int to, sh_undo **undo); /* `to` becomes `from`; errno */
void sh_redirect_undo(shell *sh, sh_undo **undo);
/* The same for a program that is to be started. */
void sh_fdmap_init(shell *sh, sh_fdmap *map);
int sh_redirect_map(shell *sh, const sh_redir *r, sh_fdmap *map);
void sh_fdmap_done(sh_fdmap *map);
int sh_open(shell *sh, const char *path, int flags); /* knows /dev/fd/N, /dev/stdin ...; -errno */
int sh_text_fd(const char *p, size_t n);             /* a descriptor that reads this; -errno */

/* ---- subshells in this process (subshell.c) ---- */

typedef struct sh_capture {
    struct sh_capture *outer;
    bool real; /* descriptor 1 is a pipe; before that, sh->out has it all */
    int read_fd;
    int saved_1; /* what was 1, -1: closed */
    bool was_open_1;
    sh_buf outer_out;
} sh_capture;

bool sh_only_input(const sh_cmd *c); /* "< file" and no more */
void sh_capture_begin(shell *sh, sh_capture *c);
void sh_capture_end(shell *sh, sh_capture *c, sh_buf *text);
int sh_capture_real(shell *sh); /* before anything but sh_put writes to 1; 0 or errno */

typedef struct sh_subshell {
    struct sh_subshell *outer;
    sh_undo *undo;
    bool opt[SH_OPT_COUNT];
    bool shopt[SH_SHOPT_COUNT];
    sh_params params;
    int params_level;
    struct sh_functions *functions;
    bool functions_shared;
    struct sh_aliases *aliases;
    struct spec *specs;
    struct sh_history *history;
    struct sh_traps *traps;
    struct sh_jobs *jobs;
    char *cwd, *underscore;
    int cwd_level;
    bool signals_wanted;
    struct sh_dirs *dirs;
    int32_t own_pid, last_background;
    int loop_depth, condition, line;
    int killed; /* by this signal of its own */
    int umask;
} sh_subshell;

void sh_subshell_enter(shell *sh, sh_subshell *s);
/* Runs its EXIT trap, then everything is as before. Returns its status; sh->unwind is SH_GO. */
int sh_subshell_leave(shell *sh, sh_subshell *s);

/* ---- programs (start.c) ---- */

bool sh_is_executable(const char *path);
char *sh_search_path(const char *path, const char *name, bool executable);
const char *sh_self(void);
const char *sh_ended_words(const bx_ended *e); /* "Killed"; NULL: nothing to say */
int sh_spawn(shell *sh, const char *name, const char *path, char *const *argv, size_t argc,
             const sh_fdmap *map, unsigned flags, bool clean, int32_t *ret); /* errno */
const char *sh_hash_find(shell *sh, const char *name);
void sh_hash_add(shell *sh, const char *name, const char *path);
/* The path of a command below PATH, to be freed; NULL: none (*ret_error: 126 or 127). */
char *sh_find_program(shell *sh, const char *name, bool std_path, bool use_hash);
/* Begin a program; the pid, or -1 after a message with *ret_status (126, 127). */
int32_t sh_start(shell *sh, int argc, char **argv, const sh_fdmap *map, unsigned flags,
                 bool std_path, int *ret_status);
int sh_run_program(shell *sh, int argc, char **argv, const sh_redir *r, unsigned flags);
/* The command has to end by then: what runs is killed, the status is 124 (start.c). */
void sh_deadline_set(shell *sh, uint64_t from_now_ns);
bool sh_deadline_past(shell *sh);
uint64_t sh_deadline_left(shell *sh); /* nanoseconds, BX_WAIT_FOREVER: no deadline */
/* Wait for a child that is no job, to its end; its status. */
int sh_wait_child(shell *sh, int32_t pid);
int sh_ended_status(shell *sh, const bx_ended *e, bool tell);
int sh_exec_program(shell *sh, int argc, char **argv, const char *arg0, bool clean);

/* ---- another bash that goes on from this one's state (state.c) ---- */

int32_t sh_start_state(shell *sh, sh_cmd *cmd, sh_fdmap *map, unsigned flags, int *ret_status);
int sh_run_state(shell *sh, int fd); /* in the child */

/* ---- pipelines (pipeline.c) ---- */

int sh_run_pipeline(shell *sh, sh_pipeline *p);
int sh_run_background(shell *sh, sh_cmd *cmd);
int sh_run_coproc(shell *sh, sh_cmd *cmd);
bool sh_is_cheap(shell *sh, const sh_cmd *cmd); /* ends soon by itself and never reads */
bool sh_is_external(shell *sh, sh_cmd *cmd);    /* a simple command that is a program */
/* Process substitutions made since the mark are closed (and >( ) waited for). */
size_t sh_procsub_mark(shell *sh);
void sh_end_substitutions(shell *sh); /* at the end: what still reads gets its end and finishes */
void sh_procsub_close(shell *sh, size_t mark, bool wait);

/* ---- functions and frames (func.c) ---- */

typedef struct sh_func {
    char *name;
    sh_unit *unit;
    sh_cmd *body;
    char *file; /* where it was defined */
    int line;
    uint32_t flags, refs;
} sh_func;

typedef struct sh_frame {
    struct sh_frame *outer;
    const char *function; /* FUNCNAME: "source" for a sourced file */
    const char *source;   /* BASH_SOURCE */
    int call_line;        /* BASH_LINENO */
    bool sourced;
} sh_frame;

sh_func *sh_func_find(shell *sh, const char *name);
int sh_func_define(shell *sh, bx_str name, sh_unit *unit, sh_cmd *body, int line);
/* From the environment: "() { … }". */
void sh_func_import(shell *sh, const char *name, const char *text);
int sh_func_call(shell *sh, sh_func *f, int argc, char **argv);
void sh_functions_share(shell *sh);
bool sh_functions_shared(const shell *sh);
void sh_functions_restore(shell *sh, struct sh_functions *outer, bool outer_shared);
void sh_params_own(shell *sh); /* before sh->params is changed in place */
const char *sh_special_more(shell *sh, const char *name, size_t i, size_t *ret_n);
void sh_functions_free(struct sh_functions *f);
void sh_params_set(shell *sh, int argc, char **argv); /* copies */
void sh_params_free(sh_params *p);
const char *sh_source_name(shell *sh); /* BASH_SOURCE of code that is read now */

/* ---- traps (trap.c) ---- */

enum { SH_TRAP_EXIT = 0, SH_TRAP_DEBUG = 65, SH_TRAP_ERR, SH_TRAP_RETURN, SH_TRAPS };
void sh_traps_init(shell *sh);
void sh_traps_subshell(shell *sh); /* sh->traps becomes a reset copy; the old one is the caller's */
void sh_traps_free(struct sh_traps *t);
const char *sh_trap_text(shell *sh, int which); /* NULL: default; "": ignored */
/* Run a trap's command; $? is kept.  DEBUG: its status. */
int sh_trap_run(shell *sh, int which);
void sh_trap_forget(shell *sh, int which);
void sh_trap_exit(shell *sh); /* at the end of a (sub)shell, once */
/* A function is entered: DEBUG and RETURN are not inherited, without functrace; it is left. */
typedef struct sh_trap_saved {
    char *text[3];
} sh_trap_saved;
void sh_traps_enter(shell *sh, const sh_func *f, sh_trap_saved *s);
void sh_traps_leave(shell *sh, sh_trap_saved *s);
void sh_signal_note(shell *sh, int sig);     /* a signal of the shell's own making (CHLD) */
void sh_signal_subshell(shell *sh, int sig); /* kill $BASHPID within ( ) */
uint64_t sh_signals_pending(shell *sh);
void sh_print_signals(shell *sh); /* trap -l, kill -l */
bool sh_trap_inherits(shell *sh, int which);
void sh_traps_dump(shell *sh, sh_buf *out, bool reset);

/* ---- jobs (jobs.c) ---- */

typedef struct sh_job sh_job;
struct sh_jobs *sh_jobs_new(void);
void sh_jobs_free(struct sh_jobs *j);
/* A job of processes that have been started, the last is $!. `status` >= 0: it has ended already.
 */
void sh_job_add(shell *sh, const int32_t *pids, size_t n, char *text, int status, bool background);
void sh_job_finish(shell *sh, int32_t pid); /* wait for it, without a word */
void sh_job_note(shell *sh, int32_t pid);   /* a process substitution: `wait` may name it */
void sh_job_ended(shell *sh, const bx_ended *e);
void sh_jobs_notify(shell *sh);
size_t sh_jobs_count(shell *sh); /* that run, the outer ones of a subshell too */
void sh_jobs_end(shell *sh);     /* wait for all, or kill them at the deadline */

/* ---- aliases, hash, dirs ---- */

const char *sh_alias_find(shell *sh, const char *name, size_t n);
struct sh_aliases *sh_aliases_share(shell *sh); /* a subshell begins */
void sh_aliases_restore(shell *sh, struct sh_aliases *outer);
void sh_aliases_free(struct sh_aliases *a);
void sh_aliases_dump(shell *sh, sh_buf *out);
const char *sh_alias_name(shell *sh, size_t i); /* in order; NULL behind the last */
const char *sh_cwd(shell *sh);
char *sh_cwd_physical(void);               /* without links, to be freed; NULL: nobody knows */
int sh_chdir(shell *sh, const char *path); /* errno */
struct sh_dirs *sh_dirs_share(shell *sh);
struct spec *sh_specs_share(shell *sh); /* complete's: a subshell begins */
void sh_specs_restore(shell *sh, struct spec *outer);
void sh_specs_dump(shell *sh, sh_buf *out);
void sh_specs_free(struct spec *s);
void sh_dirs_restore(shell *sh, struct sh_dirs *outer);

/* ---- builtins ---- */

const sh_builtin *sh_builtin_any(const char *name); /* disabled ones too */
const sh_builtin *sh_builtin_nth(size_t i);         /* in order; NULL at the end */
bool sh_builtin_enabled(const sh_builtin *b);
void sh_builtin_enable(const sh_builtin *b, bool on);
int sh_set_options(shell *sh, int argc, char **argv, bool invocation); /* set, bash's own */
bool sh_option_set(shell *sh, const char *name, bool on);              /* false: no such */
bool sh_shopt_set(shell *sh, const char *name, bool on);
const char *sh_option_name(int i, bool set_o); /* of set -o, or of shopt */
int sh_option_find(const char *name);
int sh_shopt_find(const char *name);
bool sh_number(const char *s, int64_t *ret); /* decimal with sign, blanks around */

/* clang-format off: of a list this long it makes another shape each time */
#define SH_RUN_BUILTINS(X) \
    X(colon) \
    X(true_) \
    X(false_) \
    X(break_) \
    X(continue_) \
    X(return_) \
    X(exit_) \
    X(shift) \
    X(eval) \
    X(source) \
    X(exec) \
    X(test) \
    X(set) \
    X(shopt) \
    X(cd) \
    X(pwd) \
    X(pushd) \
    X(popd) \
    X(dirs) \
    X(type) \
    X(command) \
    X(builtin) \
    X(enable) \
    X(hash) \
    X(call) \
    X(alias) \
    X(unalias) \
    X(trap) \
    X(wait) \
    X(jobs) \
    X(kill) \
    X(disown) \
    X(fg) \
    X(bg) \
    X(suspend) \
    X(times) \
    X(ulimit) \
    X(umask) X(history) X(fc) X(bind) X(complete) X(compgen) X(compopt) X(help) X(caller) X(logout)
/* clang-format on */
#define SH_BUILTIN_DECLARE(name) int sh_bi_##name(shell *sh, int argc, char **argv);
SH_RUN_BUILTINS(SH_BUILTIN_DECLARE)
#undef SH_BUILTIN_DECLARE

#endif
