/* lib/result.h - the result of one call of a `json` tool, an MCP CallToolResult (docs/tools.md),
 * printed as it is made.  One owner.
 *
 *     bx_result r;
 *     bx_result_init(&r, STDOUT_FILENO);
 *     bx_text_begin(&r);
 *     bx_text_puts(&r, "done");
 *     bx_text_end(&r);
 *     return bx_result_end(&r, false);
 *
 * First content blocks, then at most one structured part, then the end.  Whatever goes wrong with a
 * call is a result with isError too, so a tool that prints a result exits with 0. */
#ifndef BX_LIB_RESULT_H
#define BX_LIB_RESULT_H

#include "lib/out.h"

enum { BX_EXIT_NO_OUTPUT = 74 }; /* EX_IOERR of sysexits.h: the result could not be printed */

typedef struct bx_result {
    enum { BX_RESULT_NEW, BX_RESULT_CONTENT, BX_RESULT_PAST_CONTENT } stage;
    bx_out out;
} bx_result;

void bx_result_init(bx_result *r, int fd); /* `fd` is borrowed */

void bx_text_begin(bx_result *r);
void bx_text_put(bx_result *r, const void *p, size_t n); /* any bytes; see bx_out_str_put */
void bx_text_puts(bx_result *r, const char *s);
void bx_text_int(bx_result *r, int64_t n);
void bx_text_end(bx_result *r);

void bx_image_begin(bx_result *r, const char *mime_type);
void bx_image_put(bx_result *r, const void *p, size_t n);
void bx_image_end(bx_result *r);

/* What it returns takes exactly one JSON value. */
bx_out *bx_structured_begin(bx_result *r);

/* Finish the result; returns what main returns. */
int bx_result_end(bx_result *r, bool is_error);

/* A whole result with isError and one text made of the parts up to a NULL; as bx_result_end. */
int bx_result_fail(bx_result *r, const char *part, ...) __attribute__((sentinel));

/* The result for a file operation on `path` that failed with `error` (errno): what was refused and
 * what to do.  `what` is the verb: "read". */
int bx_result_fail_file(bx_result *r, const char *what, const char *path, int error);

#endif
