/* lib/patch.h - a unified diff applied to a text, as patch(1) does it: a hunk that does not fit
 * where it says is looked for further on and back, then with up to two lines of context at either
 * end left out of the comparison.  All hunks or none.  Pure; the work is bounded. */
#ifndef BX_LIB_PATCH_H
#define BX_LIB_PATCH_H

#include "base/buf.h"

enum {
    BX_PATCH_FUZZ = 2,           /* lines of context, as patch(1) has it by default */
    BX_PATCH_LINES_MAX = 4 << 20 /* of the text, and of the patch */
};

typedef struct bx_patch_report {
    size_t hunks;
    bx_buf notes; /* a line for each hunk that did not fit exactly where it says */
    bx_buf why;   /* what was refused */
} bx_patch_report;

/* `path`: the file that is meant; a patch whose headers name another, or several, is refused.
 * Prefixes a/ and b/, the headers of git and lines before the first hunk are passed over.  A patch
 * without carriage returns fits a text with CRLF, and what it adds is then written with CRLF.
 * BX_EINVAL: refused, `why` says so for a model and names the hunk; BX_ELIMIT: the result would be
 * larger than the buffer may be; BX_ENOMEM.  After an error the text is what it was. */
BX_NODISCARD bx_code bx_patch_apply(bx_buf *text, bx_str patch, const char *path,
                                    bx_patch_report *ret);

#endif
