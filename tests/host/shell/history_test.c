/* The history: what `!` means, and how the lines of one command are put together. */
#include "tests/host/shell/words_host.h"

#include "base/test.h"

static char first[] = "echo one 'two three' four", second[] = "cat a/b.tar.gz | wc -l";
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

static bool gives(const char *line, char quote, int how, const char *wanted)
{
    char *made = NULL;
    int r = sh_history_expand(&host_shell, line, quote, &made);
    bool same = r == how && (wanted ? made && strcmp(made, wanted) == 0 : !made);
    free(made);
    return same;
}

static void expands(void)
{
    CHECK(gives("!!", 0, SH_HISTEXPAND_NEW, second));
    CHECK(gives("a !7:2 b", 0, SH_HISTEXPAND_NEW, "a 'two three' b"));
    CHECK(gives("!-2:2-$:p", 0, SH_HISTEXPAND_PRINT, "'two three' four"));
    CHECK(gives("!cat:1:t:r", 0, SH_HISTEXPAND_NEW, "b.tar"));
    CHECK(gives("^wc^cat^", 0, SH_HISTEXPAND_NEW, "cat a/b.tar.gz | cat -l"));
    CHECK(gives("\"!$\"", 0, SH_HISTEXPAND_NEW, "\"-l\""));
}

static void leaves_alone(void)
{
    CHECK(gives("echo '!!' \\!\\! ${!x} [!a] ! = \"a!\"", 0, SH_HISTEXPAND_SAME, NULL));
    CHECK(gives("!!' x", '\'', SH_HISTEXPAND_SAME, NULL));
    CHECK(gives("", 0, SH_HISTEXPAND_SAME, NULL));
}

static void refuses(void)
{
    CHECK(gives("x !nope y", 0, SH_HISTEXPAND_BAD, "!nope: event not found"));
    CHECK(gives("!9", 0, SH_HISTEXPAND_BAD, "!9: event not found"));
    CHECK(gives("!!:9", 0, SH_HISTEXPAND_BAD, ":9: bad word specifier"));
    CHECK(gives("!!:s/q/x/", 0, SH_HISTEXPAND_BAD, ":s/q/x/: substitution failed"));
    CHECK(gives("!!:z", 0, SH_HISTEXPAND_BAD, ":z: unrecognized history modifier"));
}

/* The lines of `text` as one entry. */
static bool joins(const char *text, const char *wanted)
{
    sh_histline h = {0};
    sh_buf b = {0};
    sh_histline_begin(&h);
    for (const char *s = text; *s;) {
        const char *end = strchrnul(s, '\n');
        char *line = sh_strndup(s, (size_t)(end - s));
        if (s != text)
            sh_buf_z(&b, sh_histline_between(&h, line));
        sh_buf_z(&b, line);
        if (sh_histline_in_here(&h))
            sh_buf_c(&b, '\n');
        sh_histline_scan(&h, line, strlen(line));
        free(line);
        s = end + (*end == '\n');
    }
    bool same = strcmp(sh_buf_str(&b), wanted) == 0;
    sh_histline_begin(&h);
    sh_buf_done(&b);
    return same;
}

static void joins_lines(void)
{
    CHECK(joins("if a\nthen b\nfi", "if a; then b; fi"));
    CHECK(joins("for i\nin 1\ndo c\ndone", "for i in 1; do c; done"));
    CHECK(joins("f()\n{\na |\nb\n}", "f() { a | b; }"));
    CHECK(joins("x='a\nb'\n", "x='a\nb'"));
    CHECK(joins("a=(1\n2)", "a=(1 2)"));
    CHECK(joins("cat <<E\nx\nE\n", "cat <<E\nx\nE\n"));
    CHECK(joins("case a in\na) b\n;;\nesac", "case a in a) b; ;; esac"));
}

static void begins(void)
{
    host_begin();
    (void)host_run;
    CHECK(sh_history_list(&host_shell)->n == 2);
}

BXT_MAIN(RUN(begins); RUN(expands); RUN(leaves_alone); RUN(refuses); RUN(joins_lines); host_end();)
