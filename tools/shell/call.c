/* shell/call.c - call NAME [JSON]: a tool as a command. */
#include "lib/nested.h"
#include "shell/mem.h"
#include "shell/result.h"
#include "shell/run.h"

enum { DENIED = 126, UNKNOWN = 127, NOT_RUN = 125 };

/* ---- the builtin ------------------------------------------------------------------------------
 */

static int refused(shell *sh, const char *name, bx_call_status s, bx_str words)
{
    if (s == BX_CALL_UNAVAILABLE && words.n == 0)
        words = BX_LIT("no tools can be called here");
    sh_builtin_error(sh, "%s: %.*s", name, BX_FMT(words));
    return s == BX_CALL_DENIED ? DENIED : s == BX_CALL_UNKNOWN ? UNKNOWN : NOT_RUN;
}

static int show(shell *sh, const char *name, bx_call_status s, bx_str answer)
{
    bool is_error = false;
    size_t n = 0;
    char *text = sh_alloc(answer.n + 1);
    if (s != BX_CALL_OK && s != BX_CALL_INVALID) {
        free(text);
        return refused(sh, name, s, answer);
    }
    bool good = sh_result_text(answer, text, &n, &is_error);
    if (good)
        sh_put(sh, text, n);
    free(text);
    if (!good)
        return refused(sh, name, s, BX_LIT("the answer is no result of a tool"));
    return is_error;
}

int sh_bi_call(shell *sh, int argc, char **argv)
{
    int i = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    size_t n = 0;
    if (i >= argc || argc - i > 2) {
        sh_builtin_error(sh, "usage: call name [json]");
        return 2;
    }
    const char *name = argv[i], *input = i + 1 < argc ? argv[i + 1] : "{}";
    sh_flush(sh); /* what the tool writes comes after it */
    bx_call_status s = bx_call(name, strlen(name), input, strlen(input), &n);
    char *answer = sh_alloc(n + 1);
    n = bx_call_read(0, answer, n);
    int status = show(sh, name, s, (bx_str){answer, n});
    free(answer);
    return status;
}
