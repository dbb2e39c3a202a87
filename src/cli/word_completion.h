/* cli/word_completion.h - which words of the shell's language may stand where somebody types.
 * Pure but for listing a directory of the host.  One thread. */
#ifndef BX_CLI_WORD_COMPLETION_H
#define BX_CLI_WORD_COMPLETION_H

#include "base/buf.h"
#include "sandbox/program.h"

typedef struct bx_words_known {
    const bx_program_set *programs; /* borrowed; may be NULL */
    const char *host_dir;           /* what the guest has as `guest_dir`; NULL: no file names */
    const char *guest_dir;
} bx_words_known;

enum { BX_COMPLETIONS_MAX = 1000 };

typedef struct bx_completions {
    size_t typed;  /* bytes before the cursor that the matches begin with */
    size_t n;      /* matches, at most BX_COMPLETIONS_MAX */
    bx_buf names;  /* owned; sorted, each ended by NUL; of files the last part only, of directories
                      with a slash at the end */
    size_t common; /* bytes that all of them begin with */
} bx_completions;

/* For `line` up to the cursor.  `cwd`: the shell's directory, empty where it is not known; names
 * of files that do not begin with a slash need it.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_complete_word(const bx_words_known *known, bx_str line, bx_str cwd,
                                      bx_completions *ret, bx_error *err);
void bx_completions_done(bx_completions *c);

/* The directory that a prompt "DIRECTORY$ " shows; empty: it is of another form.  `home` is what
 * '~' means. */
bx_str bx_prompt_directory(bx_str prompt, bx_str home, bx_buf *room);

#endif
