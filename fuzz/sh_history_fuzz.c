/* Lines of a history: whatever `!` is to mean, and however lines of one command are put together,
 * what comes out is text. */
#include "tests/host/shell/words_host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char first[] = "echo one 'two three' $(four) >> five.tar.gz", second[] = "cat a/b.c | wc -l";
static sh_history_entry entries[] = {{first, 1}, {second, 2}};

const sh_history *sh_history_list(shell *sh)
{
    static sh_history list = {.v = entries, .n = 2, .room = 2, .base = 7};
    (void)sh;
    return &list;
}

char *sh_format(const char *fmt, ...)
{
    sh_buf b = {0};
    va_list args;
    va_start(args, fmt);
    host_format(&b, fmt, args);
    va_end(args);
    (void)sh_buf_str(&b);
    return sh_buf_take(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)host_run;
    if (size == 0 || size > 4000 || memchr(data, 0, size))
        return 0;
    host_begin();
    sh_histline line = {0};
    sh_histline_begin(&line);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;
        char *text = sh_strndup((const char *)data + at, n), *made = NULL;
        int r = sh_history_expand(&host_shell, text, line.quote, &made);
        BX_ASSERT((r == SH_HISTEXPAND_SAME) == (made == NULL));
        BX_ASSERT(strlen(sh_histline_between(&line, text)) <= 2);
        sh_histline_scan(&line, text, n);
        free(made);
        free(text);
        at += n + 1;
    }
    sh_histline_begin(&line);
    host_end();
    return 0;
}
