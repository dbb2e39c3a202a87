/* file/write.h - the `write` tool: a file created, replaced or appended to; docs/tools.md has the
 * contract.  All state is in bx_writer, so one process can make many calls. */
#ifndef BX_FILE_WRITE_H
#define BX_FILE_WRITE_H

#include "file/change.h"
#include "lib/replace.h"

typedef struct bx_writer {
    struct { /* what is asked for */
        const char *path;
        bx_str content;
        const char *if_hash; /* "": none */
        bool append, create_only;
    } ask;
    bx_result result;
    bx_target target;
    bx_buf before; /* the old content, where it is needed and not too large */
    bool has_before;
    uint64_t lines, bytes; /* of the file as it is at the end */
    char hash[BX_HASH_TEXT];
    size_t parents_made; /* see bx_parents_make */
} bx_writer;

/* One call: arguments from descriptor `in`, the result to `out`.  Returns what main returns. */
int bx_write_run(bx_writer *w, int in, int out);

#endif
