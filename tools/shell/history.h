/* shell/history.h - the lines a shell remembers: `history`, `fc` and `!`, as Bash 5.2 has them
 * (manual, chapter 9).  In a script they are there behind `set -o history`.  One thread.
 *
 * Entries are numbered from `base`; HISTSIZE bounds how many there are, their text is bounded by
 * what was read.  A subshell shares its parent's list until it changes it. */
#ifndef BX_SHELL_HISTORY_H
#define BX_SHELL_HISTORY_H

#include <time.h>

#include "shell/ast.h"
#include "shell/shell.h"

typedef struct sh_history_entry {
    char *text;
    time_t when; /* 0: not known */
} sh_history_entry;

typedef struct sh_history {
    uint32_t refs;
    sh_history_entry *v; /* v[0] ... v[n-1] */
    size_t n, room;
    size_t skipped; /* entries before v that are gone */
    int64_t base;
} sh_history;

/* ---- the list (history.c) ---- */

const sh_history *sh_history_list(shell *sh); /* never NULL */
void sh_history_push(shell *sh, const char *line, size_t n, time_t when);
/* `line` by the rules of HISTCONTROL and HISTIGNORE; false: not kept. */
bool sh_history_keep(shell *sh, const char *line, size_t n);
void sh_history_delete(shell *sh, size_t from, size_t n);
/* The line that runs is not to be in the list (fc, history -s, -p); false: it is not. */
bool sh_history_forget_last(shell *sh);
bool sh_history_has_last(const shell *sh); /* the line that runs is the list's last */

/* ---- reading (history.c) ---- */

/* A line that a script or a person gave, before it is parsed: what `!` means is put in, and it is
 * remembered.  `more`: it goes on with a command.  False: it is not to be run. */
bool sh_history_line(shell *sh, sh_buf *line, bool more);
void sh_history_on(shell *sh);                 /* set -o history, or an interactive shell begins */
void sh_history_end(shell *sh);                /* the shell ends: HISTFILE is written */
void sh_history_resized(shell *sh, bool file); /* HISTSIZE or HISTFILESIZE has changed */
int64_t sh_history_number(const shell *sh);    /* of \!, and of HISTCMD */
sh_history *sh_history_share(shell *sh);       /* a subshell begins */
void sh_history_restore(shell *sh, sh_history *outer);
void sh_history_dump(shell *sh, sh_buf *out); /* commands that make it again */

/* ---- how lines of one command become one entry (histline.c) ---- */

typedef struct sh_histline {
    sh_strs delimiters;   /* of here-documents whose bodies come */
    uint32_t dashes;      /* bit i: the i-th strips tabs */
    char quote;           /* ' " ` or ( within which the next line begins */
    int parens;           /* of $( … ) */
    uint8_t last, before; /* what the last two words were */
    bool array;           /* within NAME=( … ) */
    bool command;         /* a command's name may come */
    bool here_first;      /* the next line is the first of a body */
    bool comment;         /* the last line had one */
} sh_histline;

void sh_histline_begin(sh_histline *h);
void sh_histline_scan(sh_histline *h, const char *s, size_t n); /* one line, without its end */
bool sh_histline_in_here(const sh_histline *h);
/* What stands between what has been read and `line`, which follows it. */
const char *sh_histline_between(const sh_histline *h, const char *line);

/* ---- ! (histexpand.c) ---- */

enum { SH_HISTEXPAND_SAME, SH_HISTEXPAND_NEW, SH_HISTEXPAND_PRINT, SH_HISTEXPAND_BAD };
/* `quote`: the one the line begins within, or 0.  BAD: *ret is the message. */
int sh_history_expand(shell *sh, const char *line, char quote, char **ret);

#endif
