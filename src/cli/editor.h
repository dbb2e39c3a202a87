/* cli/editor.h - the lines of an interactive shell: a guest that reads the terminal gets what a
 * person has edited here, behind the prompt that was written last.
 *
 * Keys, history and completion are libedit's (cli/editline.h); without it, or on a terminal that
 * cannot move its cursor (TERM unset or "dumb"), lines are the kernel's.  One in a process: it
 * ignores SIGTSTP and SIGTTOU while it lives. */
#ifndef BX_CLI_EDITOR_H
#define BX_CLI_EDITOR_H

#include "cli/word_completion.h"
#include "wasi/wasi.h"

typedef struct bx_editor bx_editor;

typedef struct bx_editor_config {
    int in_fd, out_fd;        /* the terminal; borrowed */
    const char *history_path; /* copied; NULL: nothing is kept */
    bx_words_known words;     /* its texts are borrowed */
} bx_editor_config;

/* The terminal's state is noted.  BX_ENOMEM, BX_EIO. */
BX_NODISCARD bx_code bx_editor_new(const bx_editor_config *cfg, bx_editor **ret, bx_error *err);
const bx_terminal *bx_editor_terminal(bx_editor *e); /* for bx_stdin; any thread */
/* A key has interrupted: the line that is being edited is to be dropped.  Before the signal is
 * sent; any thread. */
void bx_editor_interrupt(bx_editor *e);
/* Whoever reads looks for a signal; after it was sent.  Any thread. */
void bx_editor_wake(const bx_editor *e);
void bx_editor_resized(bx_editor *e); /* the terminal was; any thread */
/* The terminal as it was in the beginning; any thread, also when all others hang. */
void bx_editor_restore(const bx_editor *e);
/* Nobody reads any more: writes the history, restores the terminal.  NULL is fine.  What went wrong
 * with the history is told to `notice`, which may be NULL. */
void bx_editor_free(bx_editor *e, void (*notice)(const char *text));

#endif
