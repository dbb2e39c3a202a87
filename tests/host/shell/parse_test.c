/* The parser and the printer: trees, prints, messages, limits. */
#include "base/buf.h"
#include "base/test.h"
#include "shell/brace.h"
#include "shell/parse.h"
#include "shell/unparse.h"

/* The prints of all commands, a line each; then the messages of an error. */
static bool gives(const char *text, const char *wanted)
{
    const sh_source source = {.ctx = NULL};
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    sh_parser *p = sh_parser_new(&source, bx_str_of(text), 1);
    sh_unit *u;
    sh_parse_error err = {.n = 0};
    sh_parse_result r;
    while ((r = sh_parser_next(p, &u, &err)) == SH_PARSED) {
        if (u->cmd) {
            sh_unparse_command(&out, u->cmd);
            bx_buf_add_c(&out, '\n');
        }
        sh_unit_unref(u);
    }
    for (int i = 0; r == SH_PARSE_ERROR && i < err.n; i++)
        bx_buf_addf(&out, "%d: %.*s\n", err.messages[i].line, BX_FMT(err.messages[i].text));
    sh_parser_free(p);
    bool same = bx_str_eq(bx_buf_str(&out), bx_str_of(wanted));
    if (!same)
        printf("# got: %.*s\n", BX_FMT(bx_buf_str(&out)));
    return same;
}

static void test_prints(void)
{
    CHECK(gives("a   b>c|d&&e", "a b > c | d && e\n"));
    CHECK(gives("if a;then b;fi", "if a; then\n    b;\nfi\n"));
    CHECK(gives("x=(1 [2]=3) y+=z w", "x=(1 [2]=3) y+=z w\n"));
    CHECK(gives("echo $(a   b;c) $'x\\ny'", "echo $(a b; c) 'x\ny'\n"));
    CHECK(gives("[[ a==b ]]", "[[ -n a==b ]]\n"));
    CHECK(gives("((a+1)); ( (b) )", "((a+1)); ( ( b ) )\n"));
    CHECK(gives("cat <<E\nx\nE\n", "cat <<E\nx\nE\n\n"));
}

static void test_errors(void)
{
    CHECK(gives("a\n)", "a\n2: syntax error near unexpected token `)'\n2: `)'\n"));
    CHECK(gives("if a", "2: syntax error: unexpected end of file\n"));
    CHECK(gives("a\necho 'b", "a\n2: unexpected EOF while looking for matching `''\n"));
    CHECK(gives("a=(b|c)", "1: syntax error near unexpected token `|'\n1: `a=(b|c)'\n"));
}

static void test_depth(void)
{
    char text[4001];
    memset(text, '(', sizeof text - 1);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = ' ';
    text[4000] = '\0';
    CHECK(gives(text, "1: syntax error: nested too deeply\n"));
}

static bool next_line(void *ctx, bool more, bx_str *ret)
{
    int *n = ctx;
    static const char *const lines[] = {"echo 'a\n", "b'\n", "c\n"};
    if (*n >= 3 || more != (*n == 1))
        return false;
    *ret = bx_str_of(lines[(*n)++]);
    return true;
}

static void test_lines(void)
{
    int n = 0;
    const sh_source source = {.ctx = &n, .line = next_line};
    sh_parser *p = sh_parser_new(&source, (bx_str){"", 0}, 1);
    sh_unit *u = NULL;
    sh_parse_error err;
    CHECK(sh_parser_next(p, &u, &err) == SH_PARSED && n == 2);
    CHECK(u->cmd->kind == SH_CMD_SIMPLE && u->cmd->simple.n_words == 2);
    CHECK(bx_str_eq(u->cmd->simple.words[1]->parts[0].text, BX_LIT("a\nb")));
    sh_unit_unref(u);
    CHECK(sh_parser_next(p, &u, &err) == SH_PARSED && n == 3);
    sh_unit_unref(u);
    CHECK(sh_parser_next(p, &u, &err) == SH_PARSE_END);
    sh_parser_free(p);
}

static bool collect(void *ctx, const sh_word *w)
{
    bx_buf *out = ctx;
    for (uint32_t i = 0; i < w->n_parts; i++)
        bx_buf_add_str(out, w->parts[i].text);
    return bx_buf_add_c(out, ' ') == BX_OK && out->n < 4000;
}

static bool expands(const char *text, const char *wanted)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 16);
    sh_parser *p = sh_parser_new(NULL, bx_str_of(text), 1);
    sh_unit *u = NULL;
    sh_parse_error err;
    bool good = sh_parser_next(p, &u, &err) == SH_PARSED &&
                sh_brace_expand(u->cmd->simple.words[0], collect, &out);
    sh_unit_unref(u);
    sh_parser_free(p);
    return good && bx_str_eq(bx_buf_str(&out), bx_str_of(wanted));
}

static void test_braces(void)
{
    CHECK(expands("a{b,c}d", "abd acd "));
    CHECK(expands("{01..10..4}", "01 05 09 "));
    CHECK(expands("{a,b}{1..2}", "a1 a2 b1 b2 "));
    CHECK(expands("{a}\\{b,c}", "{a}{b,c} "));
    CHECK(!expands("{1..1000000000}", ""));
}

BXT_MAIN(RUN(test_prints); RUN(test_errors); RUN(test_depth); RUN(test_lines); RUN(test_braces);)
