/* policy/command_line.h - the commands that a line of shell would run, as far as its text tells.
 * Pure; one thread an object.
 *
 * Bash's grammar (POSIX.1-2017 XCU 2, and what bash adds), read with caution: what is not
 * understood for sure makes the whole line uncertain.  Every command counts, wherever it stands:
 * in pipelines, lists, subshells, substitutions, function bodies, here-documents, and behind
 * programs that start others (env, timeout, xargs, find -exec, sh -c, …). */
#ifndef BX_POLICY_COMMAND_LINE_H
#define BX_POLICY_COMMAND_LINE_H

#include "base/buf.h"
#include "policy/wild.h"

enum {
    BX_LINE_MAX_BYTES = 128 << 10,
    BX_LINE_MAX_COMMANDS = 256,
    BX_LINE_MAX_REDIRECTS = 256,
    BX_LINE_MAX_DEPTH = 12,
};

typedef struct bx_line_command {
    uint32_t begin, words, end; /* in bx_line.text: assignments, then words, each with ' ' behind */
    int32_t within;             /* the command that starts this one; -1: the shell */
    bool sets;                  /* sets variables that may change what it or others do */
    bool opaque;  /* runs what the line does not show: a script, text that is made first, or has
                     others run it: a variable such as BASH_ENV */
    bool neutral; /* cd, echo and their like: does nothing outside of the shell */
    bool carrier; /* only starts what it names (env, timeout, …), which is a command of its own */
} bx_line_command;

typedef struct bx_line_redirect {
    uint32_t begin, end; /* the file, in bx_line.text */
    int32_t of;          /* the command; -1: a compound one */
    bool writes;
    bool option; /* no redirection: an option of the command names the file */
    bool open;   /* a word that is not known may be such an option, if the line makes it one */
} bx_line_redirect;

typedef struct bx_line {
    bx_buf text; /* as in policy/wild.h */
    bx_line_command *commands;
    size_t n_commands;
    bx_line_redirect *redirects;
    size_t n_redirects;
    bool moves;            /* the directory changes on the way */
    bool option_moves;     /* what options name may lie in another one (git -C) */
    bool makes;            /* a value that begins like an option may come about in it */
    bool latent;           /* quoted text in it would be a command if somebody evaluated it */
    bx_code failed;        /* BX_ENOMEM */
    const char *uncertain; /* why the line is not understood; NULL: it is */
} bx_line;

bx_line bx_line_init(void);
void bx_line_done(bx_line *l);

/* Add the commands of `text`.  BX_ENOMEM; all else ends in `uncertain`. */
BX_NODISCARD bx_code bx_line_read(bx_line *l, bx_str text, bx_error *err);

bx_str bx_line_words(const bx_line *l, const bx_line_command *c);
bx_str bx_line_whole(const bx_line *l, const bx_line_command *c); /* with its assignments */

/* The words of a command as it is without the options in front of its subcommand, `git push` of
 * `git -C x push`: each reading once.  `sure` is false for those that depend on whether an option
 * takes a value (it is not known of `name`). */
void bx_command_see_through(bx_str words, void (*seen)(void *ctx, bx_str words, bool sure),
                            void *ctx);

/* Is `name` a variable that changes only how a program words its output? */
bool bx_line_variable_is_harmless(bx_str name);

/* Is it one that has shells run something, or other programs than the names say? */
bool bx_line_variable_starts(bx_str name);

#endif
