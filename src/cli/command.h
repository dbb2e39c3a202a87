/* cli/command.h - commands as tables: parsing, --help and completion come from the same rows. */
#ifndef BX_CLI_COMMAND_H
#define BX_CLI_COMMAND_H

#include <stdio.h>

#include "base/error.h"

enum { EXIT_OURS = 125, EXIT_DENIED = 126 };

typedef struct bx_flag {
    const char *name; /* without "--" */
    const char *arg; /* NULL: takes none; "[ADDR]": may have one, "=ADDR", or as the next word where
                        that begins with a digit or has a colon */
    const char *help;
    int id; /* the command's own number */
} bx_flag;

typedef struct bx_flag_value {
    int id;
    const char *value; /* NULL for a flag without argument, or left out; borrowed from argv */
} bx_flag_value;

typedef struct bx_args {
    bx_flag_value *flags; /* in order of appearance */
    size_t n_flags;
    const char **words; /* positional arguments; "--" ends the flags among them */
    size_t n_words;
    const char *const *rest; /* what follows "--", of a command that takes it */
    size_t n_rest;
} bx_args;

typedef struct bx_command {
    const char *name; /* one word, or two with a space between: "tool list" */
    const char *usage, *summary, *details;
    const bx_flag *flags;
    size_t n_flags;
    const char *(*limit_of)(int id); /* the limit whose default ends a flag's help, or NULL; may be
                                        NULL itself */
    const char *(*first_word)(
        size_t i);   /* what its first word may be, NULL past the last; may be NULL itself */
    bool no_words;   /* it takes flags only */
    bool takes_rest; /* what follows "--" is somebody else's: `rest`, not `words` */
    bool passes_on;  /* flags end at the first argument that is none of two dashes; the rest is
                        passed on as it is */
    int (*run)(const bx_args *a); /* returns the exit code; that standard output could not be
                                     written is noticed and told behind it */
} bx_command;

extern const bx_command *const bx_commands[];
extern const size_t bx_commands_count;

/* Find the command that argv[1…] names, parse, run; returns the process's exit code. */
int bx_cli_main(int argc, char **argv);

/* Foreign text, whoever wrote it, as codec/shown.h makes it: on one line, at most `max` bytes of
 * it. */
void bx_cli_show(FILE *to, bx_str text, size_t max);
/* A text, not empty, on standard output, with an end of line.  On a terminal nothing in it acts on
 * the terminal; elsewhere it is what it is. */
void bx_cli_print_text(bx_str text, bool terminal);

/* The first line of `rest` without its line feed; what is behind that remains in `rest`. */
bx_str bx_cli_line(bx_str *rest);

/* "boxagnts: …" on standard error, at most 8 KiB, as codec/shown.h makes it.  Lines after the first
 * are indented: nothing that is quoted can begin a line that looks like one of ours. */
void bx_cli_complain(const char *fmt, ...) BX_PRINTF(1, 2);

/* The value of the last flag `id`, or NULL; `bx_has_flag` for those without argument. */
const char *bx_flag_last(const bx_args *a, int id);
bool bx_has_flag(const bx_args *a, int id);

void bx_print_help(const bx_command *c);

#endif
