/* diff/patch.h - what the parts of the program patch share: patches read into hunks, hunks applied
 * to a text.  The behaviour is that of GNU patch 2.7.  One thread. */
#ifndef BX_DIFF_PATCH_H
#define BX_DIFF_PATCH_H

#include "programs/diff/lines.h"

typedef struct hunk_line {
    char op; /* ' ' both, '-' old, '+' new */
    bool no_lf;
    bx_str text; /* without its line feed; borrowed from the patch */
} hunk_line;

typedef struct hunk {
    size_t old_at, old_n, new_at, new_n; /* as the patch says: from 1, 0 where there is none */
    hunk_line *line;
    size_t n, cap;
    bx_str function; /* behind @@ */
} hunk;

typedef enum patch_form {
    PATCH_NONE,
    PATCH_UNIFIED,
    PATCH_CONTEXT,
    PATCH_PLAIN,
    PATCH_ED
} patch_form;

typedef struct patch_header { /* of the old and the new file */
    bx_str name;              /* empty: none */
    bx_str stamp;             /* behind the name, with what divides them */
    bool absent;              /* /dev/null, or the beginning of time */
} patch_header;

typedef struct file_patch {
    patch_form form;
    patch_header side[2];
    bx_str index;
    bool git, creates, deletes, renames, copies, binary; /* "diff --git" */
    bx_str from, to;                                     /* rename or copy */
    size_t begins, body;                                 /* lines of the input, from 0 */
    hunk *hunk;
    size_t n, cap;
} file_patch;

typedef struct patch_input {
    diff_text text;
    size_t at; /* the next line */
    patch_form only;
} patch_input;

/* The next patch of one file; false: there is none.  A patch that is malformed ends the program. */
bool patch_next(patch_input *in, file_patch *ret);
void patch_done(file_patch *p);

/* Old for new. */
void patch_reverse(file_patch *p);

typedef struct patch_target {
    const diff_text *text;
    prog_buf out;
    size_t copied;   /* lines of the text that are in `out` already */
    ptrdiff_t shift; /* what the last hunk was off by */
    ptrdiff_t grown; /* lines more in `out` than in the text */
    bool blanks;     /* -l */
} patch_target;

/* Where the hunk fits with `fuzz`, a line from 0; false: nowhere.  Sets the shift. */
bool patch_locate(patch_target *t, const hunk *h, size_t fuzz, size_t *ret);

/* Lines of context at the ends of a hunk. */
void patch_context(const hunk *h, size_t *ret_front, size_t *ret_back);

/* Apply it there. */
void patch_put(patch_target *t, const hunk *h, size_t at);
/* The rest of the text. */
void patch_put_rest(patch_target *t);

/* One hunk as a reject file has it, its lines `moved` further down; `first`: with the header. */
void patch_put_reject(prog_buf *out, const file_patch *p, const hunk *h, ptrdiff_t moved,
                      bool first);

#endif
