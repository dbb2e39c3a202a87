/* file/edit.h - the `edit` tool: a text file changed in places; docs/tools.md has the contract. All
 * state is in bx_editor, so one process can make many calls. */
#ifndef BX_FILE_EDIT_H
#define BX_FILE_EDIT_H

#include "file/change.h"
#include "file/edit_text.h"
#include "lib/replace.h"

enum { BX_EDITS_MAX = 1000 }; /* edits of one call */

typedef enum bx_edit_form { BX_EDIT_STRINGS, BX_EDIT_LINES, BX_EDIT_PATCH } bx_edit_form;

typedef struct bx_editor {
    struct { /* what is asked for */
        const char *path;
        bx_edit_form form;
        bx_edit *edits; /* owned */
        size_t n_edits;
        bool is_list; /* they were given as `edits` */
        int64_t insert_line;
        bx_str text, patch;
        bool allow_empty;
        const char *if_hash; /* "": none */
    } ask;
    bx_result result;
    bx_target target;
    bx_edited edited;
    size_t size;        /* bytes of the file before */
    bx_edit_done first; /* what the first edit did */
    size_t places;      /* replaced by all */
    bx_buf notes;       /* what has to be said about the change, in lines */
    bx_buf why;         /* an edit was refused: in words */
    char hash[BX_HASH_TEXT];
} bx_editor;

/* One call: arguments from descriptor `in`, the result to `out`.  Returns what main returns. */
int bx_edit_run(bx_editor *e, int in, int out);

#endif
