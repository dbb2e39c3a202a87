/* shell/cond.h - evaluation of [[ … ]] and of test / [ (XCU test, Bash manual 6.4).  One thread. */
#ifndef BX_SHELL_COND_H
#define BX_SHELL_COND_H

#include "shell/arith.h"
#include "shell/ast.h"

typedef struct sh_cond_env {
    void *ctx;
    const sh_arith_env *arith; /* -eq … of [[ ]] */
    /* Expansion without splitting or globbing; *ret must be freed.  False: reported error. */
    bool (*expand)(void *ctx, sh_word *word, char **ret, size_t *n);
    /* As expand, with quoted characters escaped by backslashes: for a pattern (== !=) or a regular
     * expression (only characters special in an ERE are escaped; \ before others is bash's). */
    bool (*expand_pattern)(void *ctx, sh_word *word, bool regex, char **ret, size_t *n);
    bool (*is_set)(void *ctx, bx_str name);                      /* -v name, -v a[i] */
    bool (*is_nameref)(void *ctx, bx_str name);                  /* -R */
    bool (*option)(void *ctx, bx_str name);                      /* -o name: is it on? */
    void (*rematch)(void *ctx, size_t i, size_t n, bx_str text); /* BASH_REMATCH[i] of n elements;
                                                                    i == 0 comes first; n == 0:
                                                                    unset the array */
    void (*error)(void *ctx, bx_str text); /* "[: too many arguments" or "[[: 1+: syntax error …";
                                              the prefix "bash: line N: " is the callee's */
    void (*trace)(void *ctx, bx_str text); /* set -x: "-n x", without [[ ]]; NULL: off */
    unsigned match_flags;                  /* SH_MATCH_NOCASE for shopt nocasematch (also for =~) */
} sh_cond_env;

/* Statuses: 0 true, 1 false, 2 error. */
int sh_cond_eval(sh_cond *c, const sh_cond_env *env);
/* argv[0] is "test" or "["; for "[" the last must be "]". */
int sh_test(const bx_str *argv, size_t argc, const sh_cond_env *env);

#endif
