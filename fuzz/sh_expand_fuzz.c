/* The shell's words: whatever is expanded, assigned and printed, nothing is touched that should not
 * be, what a subshell changed is taken back, and what `declare -p` prints reads back the same. */
#include "tests/host/shell/words_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *state(void)
{
    sh_buf b = {0};
    sh_vars_dump(&b);
    return sh_buf_take(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 2000 || memchr(data, 0, size))
        return 0;
    host_begin();
    host_shell.opt[SH_OPT_NOGLOB] = true;
    host_shell.opt[SH_OPT_NOUNSET] = data[0] & 1;
    host_shell.shopt[SH_SHOPT_EXTGLOB] = data[0] & 2;
    if (memmem(data, size, "..", 2)) /* sequences of millions are right, but slow */
        host_shell.opt[SH_OPT_BRACEEXPAND] = false;
    const char *text = (const char *)data + 1;
    char *before = state();
    sh_vars_save();
    host_run(text, size - 1);
    sh_vars_restore();
    char *after = state();
    BX_ASSERT(strcmp(before, after) == 0);
    free(after);
    free(before);
    host_run(text, size - 1);
    host_end();
    return 0;
}
