/* bx_tool.h - what a `json` tool is made of: arguments in, one result out (docs/tools.md).
 *
 *     int main(void)
 *     {
 *         if (!bx_tool_begin(BX_TOOL_INPUT_MAX))
 *             return 0;
 *         int64_t times = bx_arg_int("times", 1, 1, 10);
 *         const char *path = bx_arg_path("path");
 *         if (!bx_args_end())
 *             return 0;
 *         ...
 *         bx_text_begin(); bx_text_puts("done"); bx_text_end();
 *         return bx_result_end(false);
 *     }
 *
 * One process is one call: the state is the process's own.  Whatever goes wrong with the
 * arguments is printed as a result with isError, so a tool that prints a result exits with 0. */
#ifndef BX_TOOL_H
#define BX_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bx_json.h"

enum {
    BX_TOOL_INPUT_MAX = 1 << 20, /* bytes of arguments: enough for tools that take no contents */
    BX_TOOL_PATH_MAX = 4096,
    BX_TOOL_ARGS_MAX = 32, /* different arguments one tool can have */
};

/* ---- arguments --------------------------------------------------------------------- */
/* Read one JSON object of at most `max_bytes` from standard input.  False: an error result has
 * been printed, main returns 0. */
bool bx_tool_begin(size_t max_bytes);

/* Each asks for one argument by name and returns it, or `fallback` when it is absent.  Wrong type
 * or range is remembered (the first mistake only) and reported by bx_args_end; until then the
 * fallback stands in.  Texts are borrowed and last as long as the process. */
int64_t bx_arg_int(const char *name, int64_t fallback, int64_t min, int64_t max);
bool bx_arg_bool(const char *name, bool fallback);
/* `fallback` NULL: the argument is required.  May hold any character but U+0000. */
const char *bx_arg_str(const char *name, const char *fallback);
/* A required path, made absolute: what does not begin with '/' is below /workspace. */
const char *bx_arg_path(const char *name);

/* No further argument is asked for: false when one had a mistake, one is there that nobody asked
 * for, or one is given twice; an error result that names it has been printed then. */
bool bx_args_end(void);

/* ---- the result: first content blocks, then at most one structured part, then the end ---- */
void bx_text_begin(void);
void bx_text_put(const void *p, size_t n); /* any bytes; see bx_json_str_put */
void bx_text_puts(const char *s);
void bx_text_int(int64_t n);
void bx_text_end(void);

void bx_image_begin(const char *mime_type);
void bx_image_put(const void *p, size_t n);
void bx_image_end(void);

/* After this exactly one JSON value is printed with bx_json.h. */
void bx_structured_begin(void);

/* Finish the result; returns what main returns: 0. */
int bx_result_end(bool is_error);

/* A whole result with isError and one text made of the parts up to a NULL. */
int bx_tool_fail(const char *part, ...) __attribute__((sentinel));

/* The result for a file operation on `path` that failed with `error` (errno): what was refused and
 * what to do.  `what` is the verb: "read". */
int bx_tool_fail_file(const char *what, const char *path, int error);

#endif
