/* lib/args.h - the arguments of one call of a `json` tool (docs/tools.md): one JSON object, each
 * argument asked for by name and checked.  One owner.
 *
 *     bx_args a;
 *     if (bx_args_read(&a, STDIN_FILENO, BX_ARGS_INPUT_MAX, &err) != BX_OK)
 *         ...
 *     int64_t times = bx_arg_int(&a, "times", 1, 1, 10);
 *     const char *path = bx_arg_path(&a, "path");
 *     if (bx_args_end(&a, &err) != BX_OK)
 *         ...
 *
 * What is wrong with an argument is remembered, the first mistake only, and told by bx_args_end;
 * until then the fallback stands in.  Texts live as long as `a`. */
#ifndef BX_LIB_ARGS_H
#define BX_LIB_ARGS_H

#include "base/buf.h"

enum {
    BX_ARGS_INPUT_MAX = 1 << 20, /* bytes: enough for tools that take no contents */
    BX_ARGS_PATH_MAX = 4096,     /* bytes of a path, "/workspace/" included */
    BX_ARGS_MAX = 32,            /* different arguments one tool can have */
    BX_ARGS_PATHS = 4,           /* paths among them */
};

typedef struct bx_args {
    bx_buf input;            /* the text; the document's strings lie in it */
    struct yyjson_doc *doc;  /* NULL: nothing was parsed */
    struct yyjson_val *root; /* an object */
    const char *asked[BX_ARGS_MAX];
    size_t n_asked;
    char *paths[BX_ARGS_PATHS];
    size_t n_paths;
    bx_error mistake; /* the first one; code BX_OK: none */
} bx_args;

/* Parse one JSON object of at most `max_bytes`, read from `fd` to its end, or given.  After an
 * error there is nothing to free.  BX_EINVAL: it is no JSON object; BX_ELIMIT: too large; BX_EIO:
 * `fd` cannot be read; BX_ENOMEM. */
BX_NODISCARD bx_code bx_args_read(bx_args *a, int fd, size_t max_bytes, bx_error *err);
BX_NODISCARD bx_code bx_args_parse(bx_args *a, bx_str json, bx_error *err);
void bx_args_done(bx_args *a);

/* Is it there, whatever it is?  Does not count as asked for. */
bool bx_arg_given(const bx_args *a, const char *name);

/* JSON Schema's integer: any number without a fractional part, so 3.0 too. */
int64_t bx_arg_int(bx_args *a, const char *name, int64_t fallback, int64_t min, int64_t max);
bool bx_arg_bool(bx_args *a, const char *name, bool fallback);

/* Any characters; empty when it is not there.  NUL-terminated, but may hold U+0000. */
bx_str bx_arg_text(bx_args *a, const char *name);

/* Any characters but U+0000.  `fallback` NULL: the argument is required. */
const char *bx_arg_str(bx_args *a, const char *name, const char *fallback);

/* A required path, made absolute: what does not begin with '/' is below /workspace. */
const char *bx_arg_path(bx_args *a, const char *name);

/* Which of the `n` names it is; `fallback` when it is not there. */
size_t bx_arg_choice(bx_args *a, const char *name, const char *const *names, size_t n,
                     size_t fallback);

/* An object whose values are all strings, in its order, at most `max` of them; returns how many. */
typedef struct bx_arg_pair {
    bx_str name, value;
} bx_arg_pair;
size_t bx_arg_pairs(bx_args *a, const char *name, bx_arg_pair *ret, size_t max);

/* The tool itself finds it wrong: in words, as parts up to a NULL.  "expected …", "empty". */
void bx_arg_wrong(bx_args *a, const char *name, const char *part, ...) __attribute__((sentinel));

/* No further argument is asked for.  BX_EINVAL: one had a mistake, one is there that nobody asked
 * for, or one is given twice; the message names it.  BX_ENOMEM. */
BX_NODISCARD bx_code bx_args_end(bx_args *a, bx_error *err);

#endif
